"""Words of signature reports as people read them: a block of ``blueprints.labels``."""

from enum import Enum
from typing import Any

from flask_babel import lazy_pgettext as _p

from dms.signing.pades import Level, Verdict
from dms.signing.pades.proof import Standing

SIGNATURES: dict[type[Enum], dict[Any, Any]] = {
    Verdict: {
        Verdict.VALID: _p("signature", "Valid"),
        Verdict.UNPROVEN: _p("signature", "Could not be verified"),
        Verdict.INVALID: _p("signature", "Not valid"),
    },
    Standing: {
        Standing.GOOD: _p("certificate", "Not revoked"),
        Standing.REVOKED: _p("certificate", "Revoked"),
        Standing.UNKNOWN: _p("certificate", "Cannot be told"),
        Standing.NOT_NEEDED: _p("certificate", "Need not be asked"),
    },
    Level: {
        Level.B: _p("signature", "B-B (basic, no time stamp)"),
        Level.T: _p("signature", "B-T (with time stamp)"),
        Level.LT: _p("signature", "B-LT (with proof of revocation status)"),
        Level.LTA: _p("signature", "B-LTA (with archive time stamp)"),
    },
}
