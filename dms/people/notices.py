"""What people are told: one row for each person. The sentence is written at the edge; e-mail is not sent."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dms.errors import NotFound
from dms.people.models import Notice
from dms.policy import Actor

SHOWN = 50


class NoticeKind(StrEnum):
    """What happened."""

    ROUTE_REFUSED = "route_refused"
    ROUTE_SENT_BACK = "route_sent_back"
    ROUTE_COMPLETED = "route_completed"
    STEP_REFUSED = "step_refused"
    STEP_SKIPPED = "step_skipped"
    STEP_GIVEN = "step_given"
    SIGNATURE_VOID = "signature_void"
    SIGNATURE_AGAIN = "signature_again"
    DELEGATION_GRANTED = "delegation_granted"
    DELEGATION_REVOKED = "delegation_revoked"
    DOSSIERS_PASSED = "dossiers_passed"
    TERM_NEAR = "term_near"
    TERM_OVER = "term_over"


def tell(session: Session, people: Iterable[UUID | None], kind: NoticeKind, *, now: datetime, **params: Any) -> None:
    """Tell each of the people once; ids and days in ``params`` become strings. Nobody is told of what has no person."""
    kept = {key: value if isinstance(value, int | None) else str(value) for key, value in params.items()}
    for person_id in dict.fromkeys(filter(None, people)):
        session.add(Notice(person_id=person_id, kind=kind.value, params=kept, created_at=now))
    session.flush()


def notices_of(session: Session, by: Actor, *, unread: bool = False) -> list[Notice]:
    """What the actor was told, newest first; with ``unread`` only what they have not seen."""
    query = select(Notice).where(Notice.person_id == by.person_id)
    if unread:
        query = query.where(Notice.read_at.is_(None))
    return list(session.scalars(query.order_by(Notice.created_at.desc(), Notice.id).limit(SHOWN)))


def count_unread(session: Session, by: Actor) -> int:
    """How many notices the actor has not seen."""
    query = select(func.count(Notice.id)).where(Notice.person_id == by.person_id, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def mark_read(session: Session, notice_id: UUID, *, by: Actor, now: datetime) -> Notice:
    """Put a notice aside. Raises NotFound, also for somebody else's."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.person_id != by.person_id:
        raise NotFound("notice_not_found")
    notice.read_at = notice.read_at or now
    return notice


def mark_all_read(session: Session, *, by: Actor, now: datetime) -> None:
    """Put aside all that the actor was told."""
    mine = (Notice.person_id == by.person_id) & Notice.read_at.is_(None)
    session.execute(update(Notice).where(mine).values(read_at=now))
