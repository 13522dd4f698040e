"""What happened, by whom, in a hash chain for each subject: an outsider can verify it without us.

An event's hash is SHA-256 over its canonical JSON, which holds the previous hash; changing, dropping or
reordering an event breaks every later one. The subject is a name and an id, so every layer may record.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dms.db import Base, Identified
from dms.policy import Actor

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Trail:
    """The chain an act is recorded in: the kind of subject (``dossier``, ``decision`` …) and its id."""

    subject: str
    subject_id: UUID


class AuditEvent(Identified, Base):
    """One link of a chain."""

    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("subject", "subject_id", "position"),)

    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]
    position: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(200))
    tag: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold."""

    subject: str
    subject_id: UUID
    position: int
    reason: str


def record(session: Session, trail: Trail, tag: str, *, by: Actor, now: datetime, **data: Any) -> AuditEvent:
    """Append an event to ``trail``'s chain; ``tag`` reads ``subject:part:act``.

    Two writers cannot fork a chain: the second meets the unique position and its transaction fails. Raises ValueError
    for a number that JSON does not know (NaN, infinity).
    """
    last = session.scalars(_chain(trail).order_by(AuditEvent.position.desc()).limit(1)).first()
    event = AuditEvent(
        subject=trail.subject,
        subject_id=trail.subject_id,
        position=last.position + 1 if last else 0,
        at=now,
        actor_id=by.person_id,
        actor_name=by.name,
        tag=tag,
        data=json.loads(_canonical(data)),
        previous_hash=last.hash if last else GENESIS,
    )
    event.hash = hash_of(event)
    session.add(event)
    session.flush()
    return event


def hash_of(event: AuditEvent) -> str:
    """The SHA-256 of the event's canonical JSON (sorted keys, no spaces, UTC instants in ISO 8601)."""
    return hashlib.sha256(_canonical(as_dict(event)).encode()).hexdigest()


def as_dict(event: AuditEvent) -> dict[str, Any]:
    """The fields that the hash covers, as they are exported for an outsider."""
    return {
        "subject": event.subject,
        "subject_id": str(event.subject_id),
        "position": event.position,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": str(event.actor_id) if event.actor_id else None,
        "actor_name": event.actor_name,
        "tag": event.tag,
        "data": event.data,
        "previous_hash": event.previous_hash,
    }


def events(session: Session, trail: Trail) -> list[AuditEvent]:
    """The chain of ``trail``, oldest first."""
    return list(session.scalars(_chain(trail).order_by(AuditEvent.position)))


def verify(session: Session) -> Iterator[Break]:
    """Yield every place where any chain does not hold; nothing when all do. Events are streamed, 500 at a time.

    A chain whose newest events were cut off still holds: only a checkpoint kept elsewhere shows that they are gone.
    """
    yield from find_breaks(every_event(session))


def every_event(session: Session) -> Iterable[AuditEvent]:
    """All events, chain by chain, streamed 500 at a time."""
    ordered = select(AuditEvent).order_by(AuditEvent.subject, AuditEvent.subject_id, AuditEvent.position)
    return session.scalars(ordered.execution_options(yield_per=500))


def find_breaks(ordered: Iterable[AuditEvent]) -> Iterator[Break]:
    """Yield the breaks in events ordered by subject and position."""
    chain: tuple[str, UUID] | None = None
    expected, previous = 0, GENESIS
    for event in ordered:
        if (event.subject, event.subject_id) != chain:
            chain, expected, previous = (event.subject, event.subject_id), 0, GENESIS
        reason = _why_broken(event, expected, previous)
        if reason:
            yield Break(event.subject, event.subject_id, event.position, reason)
        expected, previous = event.position + 1, event.hash


def _why_broken(event: AuditEvent, expected: int, previous: str) -> str | None:
    if event.position != expected:
        return "missing"
    if event.previous_hash != previous:
        return "unlinked"
    return None if event.hash == hash_of(event) else "altered"


def _chain(trail: Trail) -> Select[AuditEvent]:
    return select(AuditEvent).where(AuditEvent.subject == trail.subject, AuditEvent.subject_id == trail.subject_id)


def _canonical(data: dict[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=str)
