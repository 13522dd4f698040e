"""The policy table's rules in words, for the table that the customer signs off."""

from functools import singledispatch
from typing import Any

from flask_babel import lazy_pgettext as _p

from blueprints.labels import label
from dms.policy import All, Anyone, AssignedSeat, Has, RoleAt, SeatAt, Status, StatusIn

WHOSE = {
    "unit_id": _p("whose", "of its own unit"),
    "coordinator_id": _p("whose", "of the body that consolidates"),
    "appraiser_id": _p("whose", "of the body that appraises"),
    "conferrer_id": _p("whose", "of the body that confers"),
}
EVERYBODY = _p("whose", "everybody who is logged in")
HOLDER = _p("whose", "who holds the step's seat, or was delegated to it")


@singledispatch
def of(rule: Any) -> str:
    """One rule in the reader's language."""
    return repr(rule)


@of.register
def _anyone(_rule: Anyone) -> str:
    return str(EVERYBODY)


@of.register
def _has(rule: Has) -> str:
    return label(rule.role)


@of.register
def _role_at(rule: RoleAt) -> str:
    return f"{label(rule.role)} {WHOSE[rule.attribute]}"


@of.register
def _seat_at(rule: SeatAt) -> str:
    return f"{' / '.join(label(kind) for kind in rule.kinds)} {WHOSE[rule.attribute]}"


@of.register
def _assigned(_rule: AssignedSeat) -> str:
    return str(HOLDER)


@of.register
def _status_in(rule: StatusIn) -> str:
    return f"[{' | '.join(label(Status(each)) for each in rule.statuses)}]"


@of.register
def _all(rule: All) -> str:
    return " + ".join(of(each) for each in rule.rules)
