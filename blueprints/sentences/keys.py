"""Why a key could not be asked, or not be bound."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "key_of_signer": _l(
        "The key of this certificate is with the signer, not with this server. Nothing was signed. Sign with the token or the tool that holds it."
    ),
    "key_kind_not_configured": _l(
        "This server is not set up for keys of this kind (%(kind)s). Nothing was signed. Ask the administrator."
    ),
}
