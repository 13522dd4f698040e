"""Event name → functions: the only module that sees everything.

Immediate handlers run in the transaction of the change, before its commit (states above that follow from it);
deferred ones run afterwards in a worker, each in a transaction of its own (conversions, mails, anything slow).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from dms.documents.service import Desk
from dms.outbox import OutboxEvent, waiting
from dms.signing.service import SigningDesk

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Workshop:
    """What deferred handlers work with."""

    desk: Desk
    signing: SigningDesk


Immediate = Callable[[Session, dict[str, Any], datetime], None]
Deferred = Callable[[Session, dict[str, Any], Workshop, datetime], None]

IMMEDIATE: dict[str, tuple[Immediate, ...]] = {}
DEFERRED: dict[str, tuple[Deferred, ...]] = {}


def drain(session: Session, *, now: datetime) -> None:
    """Run the immediate handlers of every event announced in this transaction, those they announce included."""
    seen: set[Any] = set()
    while fresh := [each for each in session.new if isinstance(each, OutboxEvent) and each not in seen]:
        session.flush()
        for event in fresh:
            seen.add(event)
            for handle in IMMEDIATE.get(event.name, ()):
                handle(session, event.payload, now)
            if event.name not in DEFERRED:
                event.done_at = now


def run_waiting(session: Session, workshop: Workshop, *, now: datetime) -> int:
    """Run the deferred handlers of every due event, one transaction each; return how many succeeded.

    A failure is kept with the row, which is tried again later and later; it never stops the others.
    """
    handled = 0
    for event in waiting(session, now=now):
        try:
            with session.begin_nested():
                for handle in DEFERRED.get(event.name, ()):
                    handle(session, event.payload, workshop, now)
                event.done_at = now
            handled += 1
        except Exception as error:
            log.exception("handler_failed", event_name=event.name, attempts=event.attempts + 1)
            _postpone(event, error, now)
    session.commit()
    return handled


def _postpone(event: OutboxEvent, error: Exception, now: datetime) -> None:
    event.attempts += 1
    event.last_error = f"{type(error).__name__}: {error}"[:2000]
    event.run_after = now + timedelta(minutes=2**event.attempts)
    if event.attempts >= MAX_ATTEMPTS:
        event.done_at = now
