"""Words for keys: what each kind is for, how long a certificate still lasts, whether its name is the person's."""

from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dms.signing import credentials
from dms.signing.keys import KeyKind
from dms.signing.models import Certified
from dms.text import fold

WHAT_FOR: dict[KeyKind, LazyString] = {
    KeyKind.PKCS12: _l("The administrator has put your key file on the server. You sign with your log-in alone."),
    KeyKind.PKCS11: _l("Your key, or the seal's, is in a device at the server. You sign with your log-in alone."),
    KeyKind.CSC: _l("A provider keeps your key; you confirm each signature on your telephone or with a code."),
    KeyKind.AGENT: _l("You plug in your USB token and type its PIN at each signature; the token never leaves you."),
    KeyKind.VGCA: _l("You have the signing tool of the Government Cipher Committee on your computer."),
    KeyKind.ELSEWHERE: _l("You download the paper, sign it with a program of your own, and upload it again."),
}


def name(row: Certified) -> str:
    """The name in a certificate."""
    return credentials.signers_name(row)


def issuer(row: Certified) -> str:
    """The name of the authority that issued a certificate."""
    return credentials.issuers_name(row)


def differs(row: Certified, full_name: str) -> bool:
    """Whether the certificate bears another name than the person; capitals and accents do not count."""
    return fold(name(row)) != fold(full_name)


def lasts(row: Certified, now: datetime, soon: datetime) -> str:
    """``ended``, ``soon`` or ``good``."""
    if row.valid_to <= now:
        return "ended"
    return "soon" if row.valid_to <= soon else "good"
