"""What happens to dossiers when a unit's duties pass to another: nothing is moved, everything open is the heir's.

Rows keep the unit, and so the name, of their day. Who may act follows from the succession by itself (``dms.people``);
here it is written into the history of each open dossier, and the heir's people are told.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dms.audit import record
from dms.dossiers import scoring
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier
from dms.people import service as people
from dms.people.models import SuccessionKind
from dms.people.notices import NoticeKind, tell
from dms.policy import SYSTEM, Status
from dms.signing.models import SigningRoute, Step

_CLOSED = (Status.ARCHIVED, Status.REFUSED, Status.WITHDRAWN)


def on_unit_succeeded(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """Note in each open dossier of the predecessor whose it is now, and tell the heir's people what came to them."""
    predecessor, successor = UUID(payload["predecessor_id"]), UUID(payload["successor_id"])
    on = date.fromisoformat(payload["on"])
    names = people.names_on(session, [predecessor, successor], on)
    words = {"unit": names[predecessor].name, "heir": names[successor].name, "on": on, "kind": payload["kind"]}
    dossiers = _open_dossiers(session, predecessor, duties_only=payload["kind"] == SuccessionKind.TRANSFERRED)
    for dossier in dossiers:
        record(session, trail_of(dossier), "dossier:unit:pass", by=SYSTEM, now=now, **words)
    steps = _waiting_steps(session, predecessor)
    scoring.take_for_units(session, [successor], now=now)
    if dossiers or steps:
        told = {"unit": words["unit"], "on": on, "dossiers": len(dossiers), "steps": steps}
        tell(session, _people_of(session, successor, on), NoticeKind.DOSSIERS_PASSED, now=now, **told)


def _open_dossiers(session: Session, unit_id: UUID, *, duties_only: bool) -> list[Dossier]:
    """Dossiers that the unit made, coordinates, appraises or confers; only the latter where only duties pass."""
    duties = [Dossier.coordinator_id == unit_id, Dossier.appraiser_id == unit_id, Dossier.conferrer_id == unit_id]
    own = [] if duties_only else [Dossier.unit_id == unit_id]
    query = select(Dossier).where(or_(*own, *duties), Dossier.status.not_in(_CLOSED)).order_by(Dossier.code)
    return list(session.scalars(query))


def _waiting_steps(session: Session, unit_id: UUID) -> int:
    query = (
        select(func.count(Step.id))
        .join(SigningRoute, SigningRoute.id == Step.route_id)
        .where(Step.unit_id == unit_id, Step.outcome.is_(None), Step.opened_at.is_not(None))
        .where(SigningRoute.closed_at.is_(None))
    )
    return session.scalar(query) or 0


def _people_of(session: Session, unit_id: UUID, day: date) -> list[UUID]:
    return [person.id for person in people.colleagues(session, unit_id, day)]
