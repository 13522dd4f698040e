"""Events on their way uphill: rows written in the same transaction as the change they tell of.

The row is the truth; the job queue only wakes a worker. ``dms.handlers`` maps a name to the functions that act.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dms.db import Base, Identified

_ANNOUNCED = "outbox"


class OutboxEvent(Identified, Base):
    """Something that happened and that an upper layer, a job or a mail still has to act on.

    It is waiting until either ``done_at`` or ``failed_at`` (given up, to be looked at by a person) is set.
    """

    __tablename__ = "outbox_event"
    __table_args__ = (Index("ix_outbox_event_waiting", "done_at", "run_after"),)

    name: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    run_after: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


def add(session: Session, name: str, *, now: datetime, **payload: Any) -> OutboxEvent:
    """Announce ``name``; ids and days in ``payload`` become strings, numbers, booleans and None stay."""
    event = OutboxEvent(
        name=name,
        payload={key: value if isinstance(value, int | None) else str(value) for key, value in payload.items()},
        created_at=now,
        run_after=now,
    )
    session.add(event)
    session.info.setdefault(_ANNOUNCED, []).append(event)
    return event


def announced(session: Session) -> list[OutboxEvent]:
    """Take the events announced through this session since the last call; those rolled back are left out."""
    events: list[OutboxEvent] = session.info.pop(_ANNOUNCED, [])
    return [event for event in events if event in session]


def due(session: Session, *, now: datetime, limit: int = 200) -> list[UUID]:
    """The ids of the events whose time has come, oldest first."""
    query = select(OutboxEvent.id).where(*_waiting(now)).order_by(OutboxEvent.created_at).limit(limit)
    return list(session.scalars(query))


def claim(session: Session, event_id: UUID, *, now: datetime) -> OutboxEvent | None:
    """Lock one event for this transaction; None where it no longer waits, or another worker holds or postponed it."""
    query = select(OutboxEvent).where(OutboxEvent.id == event_id, *_waiting(now))
    return session.scalars(query.with_for_update(skip_locked=True)).first()


def given_up(session: Session) -> list[OutboxEvent]:
    """The events that failed too often, newest first: each still owes somebody something, so a person must look."""
    query = select(OutboxEvent).where(OutboxEvent.failed_at.is_not(None)).order_by(OutboxEvent.failed_at.desc())
    return list(session.scalars(query))


def retry(event: OutboxEvent, *, now: datetime) -> None:
    """Let an event that was given up wait for a worker again, with all its attempts before it."""
    event.failed_at, event.attempts, event.run_after = None, 0, now


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return OutboxEvent.done_at.is_(None), OutboxEvent.failed_at.is_(None), OutboxEvent.run_after <= now
