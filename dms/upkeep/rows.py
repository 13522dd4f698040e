"""Rows against each other: summaries, pending signatures, events on their way, chains of events."""

from collections import Counter
from collections.abc import Generator, Iterator
from datetime import datetime, timedelta
from itertools import repeat, takewhile
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dms import audit, outbox
from dms.audit import AuditEvent
from dms.dossiers import summary
from dms.dossiers.models import Dossier, DossierSummary
from dms.outbox import OutboxEvent
from dms.signing.models import PendingSignature
from dms.upkeep.model import Gravity, Trouble, Ward

STUCK = timedelta(minutes=15)
"""A worker takes an event within seconds; one that waits so long has none."""


def summaries(ward: Ward) -> Generator[Trouble | None]:
    """Each dossier's summary row says what judging it afresh, as of the row's own moment, says."""
    for dossier_id in _dossiers(ward.session):
        yield _examine_summary(ward.session, ward.session.get_one(Dossier, dossier_id))
        ward.session.expunge_all()


def pendings(ward: Ward) -> Generator[Trouble | None]:
    """Prepared halves that nobody finished in time."""
    count = ward.session.scalar(select(func.count()).where(*_expired(ward.now))) or 0
    yield Trouble("pendings_expired", Gravity.NOTE, {"count": count}) if count else None


def events(ward: Ward) -> Generator[Trouble | None]:
    """Events that were given up, by name, and events that no worker takes."""
    for name, count in Counter(event.name for event in outbox.given_up(ward.session)).items():
        yield Trouble("outbox_given_up", Gravity.ERROR, {"name": name, "count": count})
    waiting = (OutboxEvent.done_at.is_(None), OutboxEvent.failed_at.is_(None))
    stuck = select(func.count()).where(*waiting, OutboxEvent.run_after < ward.now - STUCK)
    count = ward.session.scalar(stuck) or 0
    minutes = STUCK // timedelta(minutes=1)
    yield Trouble("outbox_stuck", Gravity.ERROR, {"count": count, "minutes": minutes}) if count else None


def chains(ward: Ward) -> Generator[Trouble | None]:
    """Every event in its chain."""
    looked_at = 0

    def passing() -> Iterator[AuditEvent]:
        nonlocal looked_at
        for event in takewhile(lambda _: not ward.is_over, audit.every_event(ward.session)):
            looked_at += 1
            yield event

    for broken in audit.find_breaks(passing()):
        told = {"subject": broken.subject, "id": str(broken.subject_id), "position": broken.position}
        yield Trouble(f"chain_{broken.reason}", Gravity.ERROR, told)
    yield from repeat(None, looked_at)


# --- what mends them


def mend_summaries(session: Session, *, now: datetime) -> int:
    """Write anew each summary row that is wrong or missing; return how many."""
    wrong = [
        dossier_id
        for dossier_id in _dossiers(session)
        if _examine_summary(session, session.get_one(Dossier, dossier_id))
    ]
    for dossier_id in wrong:
        summary.refresh(session, session.get_one(Dossier, dossier_id), now=now)
    return len(wrong)


def drop_expired_pendings(session: Session, *, now: datetime) -> int:
    """Remove prepared halves that nobody finished in time; one that another row still names stays."""
    dropped = 0
    for pending in list(session.scalars(select(PendingSignature).where(*_expired(now)))):
        try:
            with session.begin_nested():
                session.delete(pending)
            dropped += 1
        except IntegrityError:
            continue
    return dropped


def _expired(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return PendingSignature.finished_at.is_(None), PendingSignature.expires_at <= now


def _dossiers(session: Session) -> list[UUID]:
    return list(session.scalars(select(Dossier.id).order_by(Dossier.code)))


def _examine_summary(session: Session, dossier: Dossier) -> Trouble | None:
    row = session.get(DossierSummary, dossier.id)
    if row is None:
        return Trouble("summary_missing", Gravity.ERROR, {"dossier": dossier.code})
    wanted = summary.compute(session, dossier, now=row.computed_at)
    wrong = [name for name, value in wanted.items() if getattr(row, name) != value]
    told = {"dossier": dossier.code, "fields": ", ".join(wrong)}
    return Trouble("summary_wrong", Gravity.ERROR, told) if wrong else None
