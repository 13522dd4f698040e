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
}
