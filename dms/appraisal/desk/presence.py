"""Who is looking at a dossier now: a sign of life every few seconds, forgotten soon after the last one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dms.appraisal.desk.models import Looking
from dms.dossiers import service as dossiers
from dms.policy import Actor, Permission, require

STALE = timedelta(seconds=75)
"""After this long without a sign somebody has gone; three signs may be lost on a bad line."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody else who has the dossier open, and since when."""

    name: str
    since: datetime


def sign(session: Session, dossier_id: UUID, *, by: Actor, now: datetime) -> list[Watcher]:
    """Note that the actor is looking; return who else is. Raises NotFound, PermissionDenied."""
    require(by, Permission.DOSSIER_APPRAISE, dossiers.get(session, dossier_id, by=by))
    if by.person_id is not None:
        _note(session, dossier_id, by, now)
    return others(session, [dossier_id], by=by, now=now).get(dossier_id, [])


def leave(session: Session, dossier_id: UUID, *, by: Actor) -> None:
    """The actor closes the dossier."""
    session.execute(delete(Looking).where(Looking.dossier_id == dossier_id, Looking.person_id == by.person_id))


def others(session: Session, ids: Iterable[UUID], *, by: Actor, now: datetime) -> dict[UUID, list[Watcher]]:
    """Who else is looking at each of some dossiers, whoever came first first; one query."""
    query = (
        select(Looking)
        .where(Looking.dossier_id.in_(list(ids)), Looking.seen_at > now - STALE)
        .where(Looking.person_id != by.person_id)
        .order_by(Looking.since, Looking.name)
    )
    found: dict[UUID, list[Watcher]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.dossier_id].append(Watcher(row.name, row.since))
    return found


def sweep(session: Session, *, now: datetime) -> None:
    """Forget those who have gone."""
    session.execute(delete(Looking).where(Looking.seen_at <= now - STALE))


def _note(session: Session, dossier_id: UUID, by: Actor, now: datetime) -> None:
    row = session.get(Looking, (dossier_id, by.person_id))
    if row is None:
        session.add(Looking(dossier_id=dossier_id, person_id=by.person_id, name=by.name, since=now, seen_at=now))
    else:
        row.since = now if row.seen_at <= now - STALE else row.since
        row.seen_at, row.name = now, by.name
    session.flush()
