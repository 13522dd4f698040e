"""What the service checks about its own data, and what of it can be mended without a person's judgement."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from dms.audit import record
from dms.policy import Actor
from dms.upkeep import blobs, days, proof, routes, rows
from dms.upkeep.model import Check, Examined, Ward, examine
from dms.upkeep.trail import TRAIL

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "calendar": days.known,
        "events": rows.events,
        "pendings": rows.pendings,
        "summaries": rows.summaries,
        "routes": routes.agreeing,
        "chains": rows.chains,
        "checkpoints": proof.histories,
        "archive": proof.lapsing,
        "blobs": blobs.whole,
        "orphans": blobs.loose,
    }
)
"""Name → check, the quick ones first."""

QUICK = ("calendar", "events", "pendings")
"""Checks whose cost does not grow with the archive: a page may run them whenever it is opened."""

Repair = Callable[..., int]

REPAIRS: Mapping[str, Repair] = MappingProxyType(
    {"summaries": rows.mend_summaries, "pendings": rows.drop_expired_pendings}
)
"""What is safe to mend: rows that follow from others, and halves that can never be finished; all else needs people."""


def run(ward: Ward, names: Iterable[str] = tuple(CHECKS)) -> list[Examined]:
    """Run the named checks in their order. Each reads only."""
    return [examine(name, CHECKS[name], ward) for name in names]


def repair(session: Session, *, by: Actor, now: datetime) -> dict[str, int]:
    """Mend what is safe to mend and record how many of each; the numbers by name of the check."""
    mended = {name: mend(session, now=now) for name, mend in REPAIRS.items()}
    if any(mended.values()):
        record(session, TRAIL, "upkeep:repair:run", by=by, now=now, **mended)
    return mended
