"""Words for keys and whose they are: a block of ``blueprints.labels``."""

from enum import Enum
from typing import Any

from flask_babel import lazy_pgettext as _p

from dms.signing.keys import KeyKind, SecretKind
from dms.signing.models import RequestOutcome
from dms.signing.pades import AnchorKind

KEYS: dict[type[Enum], dict[Any, Any]] = {
    KeyKind: {
        KeyKind.PKCS12: _p("key", "Key file on the server (PKCS#12)"),
        KeyKind.PKCS11: _p("key", "Token or HSM at the server (PKCS#11)"),
        KeyKind.CSC: _p("key", "Remote signing service (CSC)"),
        KeyKind.AGENT: _p("key", "USB token on my computer"),
        KeyKind.VGCA: _p("key", "Government signing tool (VGCA)"),
        KeyKind.ELSEWHERE: _p("key", "Signed elsewhere and uploaded"),
    },
    AnchorKind: {
        AnchorKind.STATE: _p("signature", "Specialised public-service signature (Government Cipher Committee)"),
        AnchorKind.PUBLIC: _p("signature", "Public digital signature"),
        AnchorKind.OTHER: _p("signature", "Other (an authority that this installation alone trusts)"),
    },
    RequestOutcome: {
        RequestOutcome.CONFIRMED: _p("key", "Confirmed"),
        RequestOutcome.RENEWED: _p("key", "Renewed"),
        RequestOutcome.DECLINED: _p("key", "Declined"),
        RequestOutcome.WITHDRAWN: _p("key", "Withdrawn"),
    },
    SecretKind: {
        SecretKind.PIN: _p("key", "PIN of your remote key"),
        SecretKind.OTP: _p("key", "One-time password (OTP)"),
    },
}
