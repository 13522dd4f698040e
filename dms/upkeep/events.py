"""Events that were given up: list them, let a worker try them again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from dms import outbox
from dms.audit import record
from dms.outbox import OutboxEvent
from dms.policy import Actor
from dms.upkeep.trail import TRAIL


def try_again(session: Session, ids: Collection[UUID] | None = None, *, by: Actor, now: datetime) -> list[OutboxEvent]:
    """Let the given-up events with these ids wait for a worker again, or all of them for None; return them.

    An event is written to be handled twice without harm: what it did before it failed was undone with it.
    """
    chosen = [event for event in outbox.given_up(session) if ids is None or event.id in ids]
    for event in chosen:
        outbox.retry(event, now=now)
    if chosen:
        told = {"events": sorted(str(event.id) for event in chosen), "names": sorted({each.name for each in chosen})}
        record(session, TRAIL, "upkeep:outbox:retry", by=by, now=now, **told)
    return chosen
