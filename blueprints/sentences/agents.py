"""Why the program on the signer's computer could not be asked, or its answer not be taken."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "agent_off": _l(
        "Signing with a token on your own computer is not set up on this server. Ask the administrator to set DMS_AGENT_KEY_FILE."
    ),
    "agent_request_size": _l("Choose between 1 and %(most)s documents to sign with your token at once."),
    "agent_one_key": _l(
        "One PIN signs with one certificate only, and these documents need several. Sign the seals and your own signatures separately."
    ),
    "key_not_on_token": _l(
        "The certificate for this signature is not on a token of yours, so your signing program has nothing to do. Open the document again and sign it from there."
    ),
    "agent_request_not_found": _l(
        "There is no such signing request of yours. Open the document again and sign it from there."
    ),
    "agent_request_answered": _l("This signing request was answered already; each is good for once."),
    "agent_request_unreadable": _l("The request could not be read. Open the document again and sign it from there."),
    "agent_code_refused": _l(
        "The signing code is wrong, was used already or is too old. Take a new one from the signing page."
    ),
    "agent_claim_unknown": _l("This signing request is not known here. Take a new code from the signing page."),
    "agent_answer_wrong": _l(
        "The answer of the signing program does not belong to this request. Nothing was signed. Open the document again and sign once more."
    ),
}
