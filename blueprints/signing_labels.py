"""Words of signing as people read them: a block of ``blueprints.labels``."""

from enum import Enum
from typing import Any

from flask_babel import lazy_pgettext as _p

from dms.signing.mandates import Standing as MandateStanding
from dms.signing.models import RouteOutcome, StepOutcome, VoidCause

SIGNING: dict[type[Enum], dict[Any, Any]] = {
    StepOutcome: {
        StepOutcome.DONE: _p("step", "Done"),
        StepOutcome.REFUSED: _p("step", "Refused"),
        StepOutcome.SKIPPED: _p("step", "Skipped"),
        StepOutcome.NOT_NEEDED: _p("step", "Not needed any more"),
        StepOutcome.UNDONE: _p("step", "To be done anew"),
        StepOutcome.VOID: _p("step", "Void"),
    },
    RouteOutcome: {
        RouteOutcome.COMPLETED: _p("route", "Completed"),
        RouteOutcome.REFUSED: _p("route", "Refused"),
        RouteOutcome.RECALLED: _p("route", "Recalled"),
        RouteOutcome.REPLACED: _p("route", "Replaced by a newer version"),
    },
    MandateStanding: {
        MandateStanding.PROVEN: _p("mandate", "The power to sign is proven for that day"),
        MandateStanding.SEAT_NOT_HELD: _p("mandate", "The signer did not hold this seat on that day"),
        MandateStanding.NOT_GIVEN: _p("mandate", "No delegation to the signer is known"),
        MandateStanding.OTHER_CAPACITY: _p("mandate", "The delegation gives another capacity"),
        MandateStanding.OUTSIDE_TERM: _p("mandate", "The delegation was not in force at that time"),
        MandateStanding.TAKEN_BACK: _p("mandate", "The delegation had been taken back by then"),
        MandateStanding.OUT_OF_SCOPE: _p("mandate", "The delegation does not reach this paper"),
    },
    VoidCause: {
        VoidCause.REFUSED: _p("void", "a later signer refused the paper"),
        VoidCause.SENT_BACK: _p("void", "a later signer sent the paper back"),
        VoidCause.RECALLED: _p("void", "the paper was called back"),
        VoidCause.REPLACED: _p("void", "a newer version took the paper's place"),
    },
}
