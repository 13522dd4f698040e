"""Event name → functions: the only module that sees everything.

Immediate handlers run in the transaction of the change, before its commit (states above that follow from it);
deferred ones run afterwards in a worker, each in a transaction of its own (conversions, mails, anything slow).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from dms.appraisal import review as appraisal
from dms.appraisal.desk import reminders
from dms.archive import renewal, sealing, search
from dms.awards import certificates, conferment
from dms.documents import service as documents
from dms.documents.service import Desk
from dms.dossiers import routing as dossiers
from dms.dossiers import scoring, succession
from dms.outbox import OutboxEvent, announced, claim
from dms.scores import imports as scores
from dms.signing import late_stamps, telling
from dms.signing.service import SigningDesk

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Workshop:
    """What deferred handlers work with; ``base_url`` is printed in certificates, which ``demo`` marks as worthless."""

    desk: Desk
    signing: SigningDesk
    base_url: str = ""
    demo: bool = False


Immediate = Callable[[Session, dict[str, Any], datetime], None]
Deferred = Callable[[Session, dict[str, Any], Workshop, datetime], None]
Ahead = Callable[[Session, dict[str, Any], Workshop], None]

IMMEDIATE: dict[str, tuple[Immediate, ...]] = {
    "step.opened": (dossiers.on_route_moved,),
    "step.refused": (dossiers.on_route_moved, telling.on_step_refused),
    "step.skipped": (telling.on_step_skipped,),
    "step.reassigned": (dossiers.on_route_moved, telling.on_step_reassigned),
    "route.moved": (dossiers.on_route_moved,),
    "route.completed": (dossiers.on_route_moved, conferment.on_route_completed, telling.on_route_completed),
    "route.recalled": (dossiers.on_route_moved, telling.on_route_ended_early),
    "route.replaced": (dossiers.on_route_moved, telling.on_route_ended_early),
    "route.sent_back": (dossiers.on_route_moved, telling.on_route_sent_back),
    "signatures.replaced": (telling.on_signatures_replaced,),
    "signatures.restored": (telling.on_signatures_restored,),
    "delegation.granted": (telling.on_delegation_granted,),
    "delegation.revoked": (telling.on_delegation_revoked,),
    "version.checked": (dossiers.on_route_moved,),
    "version.converted": (dossiers.on_route_moved,),
    "version.withdrawn": (dossiers.on_route_moved,),
    "route.refused": (dossiers.on_route_refused, telling.on_route_refused),
    "decision.conferred": (search.on_decision_conferred,),
    "decision.cancelled": (sealing.on_decision_cancelled,),
    "unit.succeeded": (succession.on_unit_succeeded,),
    "scores.undoing": (scoring.on_scores_undoing,),
    "dossier.return": (appraisal.on_dossier_returned,),
    reminders.EVENT: (reminders.on_term_due,),
}


def _convert(session: Session, payload: dict[str, Any], workshop: Workshop, now: datetime) -> None:
    documents.on_version_received(session, payload, workshop.desk, now)


def _convert_ahead(session: Session, payload: dict[str, Any], workshop: Workshop) -> None:
    documents.before_version_received(session, payload, workshop.desk)


def _judge_dossier(session: Session, payload: dict[str, Any], _workshop: Workshop, now: datetime) -> None:
    dossiers.on_version_received(session, payload, now)


def _certify(session: Session, payload: dict[str, Any], workshop: Workshop, now: datetime) -> None:
    decision_id, url, demo = UUID(payload["decision_id"]), workshop.base_url, workshop.demo
    certificates.make(session, workshop.desk, decision_id, base_url=url, demo=demo, now=now)


def _seal(session: Session, payload: dict[str, Any], workshop: Workshop, now: datetime) -> None:
    sealing.on_dossier_sealable(session, payload, workshop.signing, now)


def _time_stamp_ahead(session: Session, payload: dict[str, Any], workshop: Workshop) -> None:
    sealing.before_dossier_sealable(session, payload, workshop.signing)


def _stamp_late(session: Session, payload: dict[str, Any], workshop: Workshop, now: datetime) -> None:
    late_stamps.on_route_unstamped(session, payload, workshop.signing, now)


def _stamp_late_ahead(session: Session, payload: dict[str, Any], workshop: Workshop) -> None:
    late_stamps.before_route_unstamped(session, payload, workshop.signing)


def _renew(session: Session, payload: dict[str, Any], workshop: Workshop, now: datetime) -> None:
    renewal.on_archive_renewable(session, payload, workshop.signing, now)


def _renew_ahead(session: Session, payload: dict[str, Any], workshop: Workshop) -> None:
    renewal.before_archive_renewable(session, payload, workshop.signing)


def _apply_scores(session: Session, payload: dict[str, Any], _workshop: Workshop, now: datetime) -> None:
    scores.on_scores_waiting(session, payload, now)


def _take_scores(session: Session, payload: dict[str, Any], _workshop: Workshop, now: datetime) -> None:
    scoring.on_scores_changed(session, payload, now)


DEFERRED: dict[str, tuple[Deferred, ...]] = {
    "version.received": (_convert, _judge_dossier),
    "decision.conferred": (_certify,),
    "dossier.sealable": (_seal,),
    "archive.renewable": (_renew,),
    "route.unstamped": (_stamp_late,),
    "scores.waiting": (_apply_scores,),
    "scores.changed": (_take_scores,),
}


# The slow part of a deferred handler, done before its transaction begins, so that no writer waits for it.
AHEAD: dict[str, tuple[Ahead, ...]] = {
    "version.received": (_convert_ahead,),
    "dossier.sealable": (_time_stamp_ahead,),
    "archive.renewable": (_renew_ahead,),
    "route.unstamped": (_stamp_late_ahead,),
}


def drain(session: Session, *, now: datetime) -> None:
    """Run the immediate handlers of every event announced in this transaction, those they announce included."""
    while fresh := announced(session):
        session.flush()
        for event in fresh:
            for handle_now in IMMEDIATE.get(event.name, ()):
                handle_now(session, event.payload, now)
            if event.name not in DEFERRED:
                event.done_at = now


def work_ahead(session: Session, event_id: UUID, workshop: Workshop) -> None:
    """Do the slow part of an event's handlers, through a session that only reads.

    A failure is not kept: the handler itself meets it again and leaves it with the row.
    """
    event = session.get_one(OutboxEvent, event_id)
    for prepare in AHEAD.get(event.name, ()):
        try:
            prepare(session, event.payload, workshop)
        except Exception as error:  # noqa: BLE001  (whatever it is, the handler comes next and tells)
            log.warning("work_ahead_failed", event_name=event.name, error=repr(error))


def handle(session: Session, event_id: UUID, workshop: Workshop, *, now: datetime) -> bool:
    """Run the deferred handlers of one event; return whether it is done. The caller commits after each.

    A failure undoes what the handlers changed and stays with the row, which is tried again later and later, then
    given up: ``outbox.given_up`` lists it.
    """
    event = claim(session, event_id, now=now)
    if event is None:
        return False
    try:
        with session.begin_nested():
            for handler in DEFERRED.get(event.name, ()):
                handler(session, event.payload, workshop, now)
            drain(session, now=now)
            event.done_at = now
    except Exception as error:  # one bad row must not stop the queue
        log.exception("handler_failed", event_name=event.name, attempts=event.attempts + 1)
        _postpone(event, error, now)
        return False
    return True


def _postpone(event: OutboxEvent, error: Exception, now: datetime) -> None:
    event.attempts += 1
    event.last_error = f"{type(error).__name__}: {error}"[:2000]
    event.run_after = now + timedelta(minutes=2**event.attempts)
    if event.attempts >= MAX_ATTEMPTS:
        event.failed_at = now
