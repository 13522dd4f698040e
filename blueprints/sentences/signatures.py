"""Why a signature could not be made."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "certificate_expired": _l(
        "The certificate of %(subject)s has expired, so it can no longer sign (Law on Electronic Transactions 2023). Renew it with the certification authority, or let a lawful deputy sign."
    ),
    "certificate_not_yet_valid": _l(
        "The certificate of %(subject)s is not valid yet. Wait for the first day of its validity, or check the clock of the server."
    ),
    "certificate_revoked": _l(
        "The certificate of %(subject)s was revoked, so nothing may be signed with it any more. Ask the certification authority for a new one; if you did not ask for the revocation, report it at once."
    ),
    "certificate_untrusted": _l(
        "The certificate of %(subject)s was not issued by an authority on this system's list, so nobody could verify its signatures. Use your official certificate, or ask the administrator to add the authority."
    ),
    "certificate_unusable": _l(
        "The certificate of %(subject)s is not made for signing documents (it lacks non-repudiation or is too weak). Choose your signing certificate, not the one for logging in or encryption."
    ),
    "revocation_unavailable": _l(
        "Nobody could tell whether the certificate of %(subject)s was revoked: the certification authority did not answer. Nothing was signed. Try again in a few minutes."
    ),
    "timestamp_unavailable": _l(
        "The time-stamping authority did not answer, and a signature without a time stamp cannot be verified in later years. Nothing was signed. Try again in a few minutes."
    ),
    "signature_not_by_certificate": _l(
        "The signature that came back was not made with the key of the chosen certificate. Nothing was signed. Check that the right token is plugged in and sign again."
    ),
    "prepared_file_changed": _l(
        "The file prepared for your signature has changed since you started, so it is no longer what you saw. Nothing was signed. Open the document and sign again."
    ),
    "field_missing": _l(
        "The document has no field “%(field)s”. Fields are made before the first signature: withdraw the version and start its signing route anew."
    ),
    "field_already_signed": _l(
        "The field “%(field)s” is signed already. Open the document again: somebody signed before you."
    ),
    "field_already_filled": _l(
        "The field “%(field)s” is filled already and a number or date is given only once. Open the document again and look at what stands there."
    ),
    "field_exists": _l(
        "The document already has a field “%(field)s”. Print it to a new PDF without form fields and upload that."
    ),
    "page_missing": _l(
        "The field “%(field)s” belongs on page %(page)s, but the document has %(pages)s. Check the document and start the route anew."
    ),
    "document_already_signed": _l(
        "The document is signed already, and fields added afterwards would break that signature. Upload an unsigned copy, or keep it as it is."
    ),
    "document_unreadable": _l(
        "The PDF is damaged: it cannot be read to its end. Print it to a new PDF and upload that."
    ),
    "document_encrypted": _l(
        "The PDF is protected by a password or restrictions, so it cannot be signed or archived. Save a copy without protection and upload that."
    ),
    "document_hybrid": _l(
        "The PDF can be read in two ways (a hybrid file), so two readers could see two documents. Print it to a new PDF and upload that."
    ),
    "document_too_complex": _l(
        "The PDF was changed or signed more than %(limit)s times, more than can be verified. Print it to a new PDF and upload that."
    ),
    "picture_unusable": _l(
        "The picture of the signature or seal cannot be used: it must be a PNG (transparent ground, Decree 30/2020 annex I) of at most four million dots. Choose another picture."
    ),
    "key_missing": _l("There is no signing key “%(ref)s” on the server. Ask the administrator to install it."),
    "key_unavailable": _l(
        "The signing key “%(ref)s” cannot be opened (wrong passphrase, or a broken file). Nothing was signed. Ask the administrator to check the key folder."
    ),
}
