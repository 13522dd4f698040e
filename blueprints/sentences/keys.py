"""Why a key could not be asked, or not be bound."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "key_of_signer": _l(
        "The key of this certificate is with the signer, not with this server. Nothing was signed. Sign with the token or the tool that holds it."
    ),
    "key_kind_not_configured": _l(
        "This server is not set up for keys of this kind (%(kind)s). Nothing was signed. Ask the administrator."
    ),
    "key_library_unusable": _l(
        "The driver of the server's signing device cannot be loaded. Nothing was signed. Ask the administrator to check the setting DMS_PKCS11_LIBRARY."
    ),
    "key_token_missing": _l(
        "The server's signing device “%(token)s” is not connected. Nothing was signed. Ask the administrator to connect it, then sign again."
    ),
    "key_token_ambiguous": _l(
        "The server sees more than one signing device named “%(token)s” and will not guess. Nothing was signed. Ask the administrator to leave one of them, or to give them different labels."
    ),
    "key_token_unavailable": _l(
        "The server's signing device “%(token)s” stopped answering. Nothing was signed. Try again in a minute; if it happens again, tell the administrator."
    ),
    "key_pin_missing": _l(
        "The server has no PIN for its signing device “%(token)s”. Nothing was signed. Ask the administrator to set DMS_PKCS11_PIN_FILE."
    ),
    "key_pin_wrong": _l(
        "The signing device “%(token)s” refused the server's PIN. Nothing was signed, and the server will not send this PIN again, so that the device is not locked. Ask the administrator to correct the PIN."
    ),
    "key_pin_wrong_one_left": _l(
        "The signing device “%(token)s” refused the server's PIN and has one try left before it locks. Nothing was signed, and the server will not try again. Ask the administrator to log in with the vendor's tool and the right PIN first."
    ),
    "key_pin_locked": _l(
        "The signing device “%(token)s” is locked: a wrong PIN was entered too often. Nothing was signed. Its keeper must unlock it with the vendor's tool."
    ),
    "key_pin_last_try": _l(
        "The signing device “%(token)s” has one try left before it locks, and the server leaves that try to its keeper. Nothing was signed. Log in once with the vendor's tool and the right PIN, then sign again."
    ),
    "key_pin_doubtful": _l(
        "Somebody entered a wrong PIN on the signing device “%(token)s”, so the server does not send its own until that is cleared. Nothing was signed. Ask the administrator to log in once with the vendor's tool and the right PIN."
    ),
    "key_ambiguous": _l(
        "There is more than one signing key “%(ref)s” on the device, and the server will not guess. Ask the administrator to give the keys different labels."
    ),
    "key_certificate_missing": _l(
        "The signing device holds no certificate for the key “%(ref)s”. Ask the administrator to store the certificate beside the key."
    ),
    "key_sends_no_code": _l("No code is sent for this key. Type what your own device or service shows you."),
    "key_secret_missing": _l(
        "This key asks for your PIN or one-time password at each signature. Nothing was signed. Type it and sign again."
    ),
    "key_secret_refused": _l(
        "The signing service refused the PIN or one-time password. Nothing was signed, and it was not tried again. Ask for a new code, or check your PIN; too many wrong ones lock the key."
    ),
    "key_batch_too_large": _l(
        "One PIN or one-time password of this key is good for at most %(most)s signatures. Nothing was signed. Choose fewer documents."
    ),
    "csc_unanswered": _l(
        "The remote signing service did not answer in time. Nothing was signed. Try again in a few minutes."
    ),
    "csc_not_admitted": _l(
        "The remote signing service did not admit this server. Nothing was signed. Ask the administrator to check DMS_CSC_TOKEN_FILE."
    ),
    "csc_refused": _l(
        "The remote signing service refused (%(reason)s). Nothing was signed. Try again; if it happens once more, tell the administrator."
    ),
    "csc_answer_unusable": _l(
        "The remote signing service gave an answer that cannot be used. Nothing was signed. Tell the administrator."
    ),
    "csc_key_disabled": _l(
        "The remote signing service has disabled the key “%(ref)s”. Nothing was signed. Ask the service to enable it, or have another certificate bound."
    ),
    "csc_key_unusable": _l(
        "The key “%(ref)s” of the remote signing service cannot be used here: it lacks SHA-256 signatures, or asks for a consent that this system cannot give. Ask the administrator."
    ),
    "certificate_without_non_repudiation": _l(
        "The certificate of %(subject)s is not meant for signing documents: it lacks non-repudiation. Choose your signing certificate, not the one for logging in or encryption."
    ),
    "certificate_key_weak": _l(
        "The key of %(subject)s has %(bits)s bits; at least %(least)s are needed (Circular 15/2025/TT-BKHCN). Ask your certification authority for a certificate with a stronger key."
    ),
    "certificate_unreadable": _l(
        "The file holds no certificate. Export the certificate alone from your token's software (.cer, .crt or .pem)."
    ),
    "private_key_uploaded": _l(
        "The file holds a private key. It was not read further and was not kept. Never give your private key to anybody; export the certificate alone."
    ),
    "key_file_too_large": _l("The file is far too large for what it should be. Choose another."),
    "key_certificate_not_given": _l("Choose the file with your certificate."),
    "key_asked_already": _l("This certificate waits for an administrator already. Withdraw that request to ask anew."),
    "key_bound_already": _l("This certificate is bound already. There is nothing to do."),
    "key_request_not_found": _l("There is no such request. Open the list of keys again."),
    "key_request_decided": _l("This request has been decided already. Open the list of keys again to see how."),
}
