"""The life of a dossier as one table: which act leads from where to where, and who may (P12, P14-P19, P22).

Guards stand with the verbs that call ``move``; what this table says holds for every one of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from dms import outbox
from dms.audit import Trail, record
from dms.dossiers.models import Dossier
from dms.errors import Conflict
from dms.policy import Actor, Permission, Status, allows, require


class Action(StrEnum):
    """What people do to a dossier, in an official's words."""

    START_SIGNING = "start_signing"
    RESUME_DRAFT = "resume_draft"
    SUBMIT = "submit"
    RETURN = "return"
    CONSOLIDATE = "consolidate"
    APPRAISE = "appraise"
    DECIDE = "decide"
    ARCHIVE = "archive"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Move:
    """One row: the act, the statuses it starts from, the one it ends in, the permission it needs.

    A move without a permission follows from another act (a refused signature, a signed decision), never from a button.
    """

    action: Action
    start: frozenset[Status]
    end: Status
    permission: Permission | None


def _from(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


S, P, A = Status, Permission, Action

LIFE_CYCLE: tuple[Move, ...] = (
    Move(A.START_SIGNING, _from(S.DRAFT, S.RETURNED, S.SIGNING), S.SIGNING, P.DOSSIER_EDIT),
    Move(A.RESUME_DRAFT, _from(S.SIGNING), S.DRAFT, None),
    Move(A.SUBMIT, _from(S.DRAFT, S.SIGNING, S.RETURNED), S.SUBMITTED, P.DOSSIER_SUBMIT),
    Move(A.RETURN, _from(S.SUBMITTED, S.CONSOLIDATED), S.RETURNED, P.DOSSIER_RETURN),
    Move(A.CONSOLIDATE, _from(S.SUBMITTED), S.CONSOLIDATED, P.DOSSIER_CONSOLIDATE),
    Move(A.APPRAISE, _from(S.CONSOLIDATED), S.APPRAISED, P.DOSSIER_APPRAISE),
    Move(A.DECIDE, _from(S.APPRAISED, S.SUBMITTED), S.DECIDED, None),
    Move(A.ARCHIVE, _from(S.DECIDED), S.ARCHIVED, None),
    Move(A.REFUSE, _from(S.SUBMITTED, S.CONSOLIDATED), S.REFUSED, P.DOSSIER_REFUSE),
    Move(A.WITHDRAW, _from(S.DRAFT, S.SIGNING, S.RETURNED, S.SUBMITTED), S.WITHDRAWN, P.DOSSIER_WITHDRAW),
)

_BY_ACTION = {row.action: row for row in LIFE_CYCLE}


def ensure_may(dossier: Dossier, action: Action, by: Actor) -> Move:
    """Return the row for ``action``; raise Conflict for a wrong status and PermissionDenied for a wrong actor.

    The status is judged first: "already submitted" helps a clerk more than "not allowed".
    """
    row = _BY_ACTION[action]
    if dossier.status not in row.start:
        raise Conflict("dossier_status_forbids", action=action.value, status=dossier.status.value)
    if row.permission is not None:
        require(by, row.permission, dossier)
    return row


def possible(dossier: Dossier, by: Actor) -> tuple[Action, ...]:
    """The acts that ``by`` could do now, for buttons; a guard may still refuse one with its reasons."""
    return tuple(row.action for row in LIFE_CYCLE if _is_open(row, dossier, by))


def move(session: Session, dossier: Dossier, action: Action, *, by: Actor, now: datetime, **data: Any) -> Dossier:
    """Change the status, record the act in the dossier's chain, announce it. The caller has guarded the rest."""
    row = ensure_may(dossier, action, by)
    before = dossier.status
    dossier.status = row.end
    dossier.status_since = now
    if action is Action.CONSOLIDATE:
        dossier.appraiser_since = dossier.appraiser_since or now
    record(
        session,
        trail_of(dossier),
        f"dossier:status:{action.value}",
        by=by,
        now=now,
        before=before.value,
        after=row.end.value,
        **data,
    )
    outbox.add(session, f"dossier.{action.value}", now=now, dossier_id=dossier.id)
    return dossier


def trail_of(dossier: Dossier) -> Trail:
    """The chain in which everything about the dossier is recorded."""
    return Trail("dossier", dossier.id)


def _is_open(row: Move, dossier: Dossier, by: Actor) -> bool:
    if row.permission is None or dossier.status not in row.start:
        return False
    return allows(by, row.permission, dossier)


def rows() -> Iterable[tuple[str, str, str, str]]:
    """The table as text, for commands and docs: action, from, to, permission."""
    for row in LIFE_CYCLE:
        starts = " | ".join(sorted(status.value for status in row.start))
        yield row.action.value, starts, row.end.value, row.permission.value if row.permission else "(follows)"
