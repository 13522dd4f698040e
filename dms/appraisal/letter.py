"""The coordinator's letter with the ranked list: drafted, signed, and never older than the list.

Where a campaign names no hand-over of the coordinator, no letter is needed.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from io import BytesIO

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dms import clock
from dms.appraisal import listing, paper
from dms.appraisal.models import Consolidation
from dms.audit import AuditEvent, Trail, record
from dms.campaigns.spec import HandOver, Scheme
from dms.campaigns.vocabulary import DeadlineKind, Side
from dms.documents import service as documents
from dms.documents.models import Document, DocumentKind, Origin
from dms.documents.service import Desk
from dms.dossiers import parties
from dms.errors import Conflict, Invalid
from dms.people import service as people
from dms.policy import Actor, Permission, require
from dms.signing import placement
from dms.signing import service as signing
from dms.signing.models import RouteOutcome, SigningRoute
from dms.signing.service import RoutePlan, SigningDesk

LIST_TAG = "consolidation:list:"
"""Every event of the list's trail that changed the list begins like this."""
_DRAFT_TAG = "consolidation:letter:draft"


class LetterState(StrEnum):
    """How far the letter is; ``STALE`` when the list changed after it was drafted."""

    NOT_NEEDED = "not_needed"
    MISSING = "missing"
    STALE = "stale"
    DRAFTED = "drafted"
    WITH_SIGNERS = "with_signers"
    SIGNED = "signed"


def trail_of(consolidation: Consolidation) -> Trail:
    """The chain in which everything about the list is recorded."""
    return Trail("consolidation", consolidation.id)


def hand_over_of(scheme: Scheme) -> HandOver | None:
    """The paper by which the coordinator hands over, as the campaign file says (P12, P19)."""
    return next((each for each in scheme.hand_overs if each.sent_by is Side.COORDINATOR), None)


def document_of(session: Session, consolidation: Consolidation) -> Document | None:
    """The letter, if one was drafted."""
    return session.get(Document, consolidation.document_id) if consolidation.document_id else None


def state_of(session: Session, consolidation: Consolidation) -> LetterState:
    """How far the letter is; three queries at most."""
    if hand_over_of(listing.scheme_of(session, consolidation)) is None:
        return LetterState.NOT_NEEDED
    if consolidation.document_id is None:
        return LetterState.MISSING
    route = signing.latest_routes(session, [consolidation.document_id]).get(consolidation.document_id)
    if route is not None and route.closed_at is None:
        return LetterState.WITH_SIGNERS
    if route is not None and route.outcome is RouteOutcome.COMPLETED:
        return LetterState.SIGNED
    return LetterState.STALE if _changed_since_draft(session, consolidation) else LetterState.DRAFTED


def ensure_not_with_signers(session: Session, consolidation: Consolidation) -> None:
    """Raise Conflict("consolidation_being_signed") while the list must be what its letter says."""
    if state_of(session, consolidation) in {LetterState.WITH_SIGNERS, LetterState.SIGNED}:
        raise Conflict("consolidation_being_signed")


def ensure_signed(session: Session, consolidation: Consolidation) -> None:
    """Raise Conflict("letter_missing", "letter_stale", "letter_unsigned") unless the letter is signed or not needed."""
    state = state_of(session, consolidation)
    if state is LetterState.MISSING:
        raise Conflict("letter_missing")
    if state is LetterState.STALE:
        raise Conflict("letter_stale")
    if state in {LetterState.DRAFTED, LetterState.WITH_SIGNERS}:
        raise Conflict("letter_unsigned")


def draft(session: Session, desk: Desk, consolidation: Consolidation, *, by: Actor, now: datetime) -> Document:
    """Write the letter from the list as it stands, as a DOCX version; a PDF follows by itself (P12, P13, P19).

    Raises PermissionDenied, Invalid("consolidation_empty"), Conflict("consolidation_sent",
    "consolidation_being_signed", "letter_not_foreseen").
    """
    require(by, Permission.CONSOLIDATION_EDIT, consolidation)
    _ensure_open(session, consolidation)
    hand_over = _ensure_foreseen(session, consolidation)
    entries = [entry for entry in listing.entries_of(session, consolidation) if entry.selected]
    if not entries:
        raise Invalid("consolidation_empty")
    content = paper.letter(session, consolidation, entries, now=now)
    with BytesIO(content) as source:
        intake = documents.receive(desk, source, filename=f"{hand_over.title[:120]}.docx")
    document = document_of(session, consolidation) or _new_document(session, consolidation, hand_over, now=now)
    trail = trail_of(consolidation)
    version = documents.add_version(
        session, document.id, intake, origin=Origin.DRAFTED, note="", trail=trail, by=by, now=now
    )
    nominees = [str(entry.nominee_id) for entry in entries]
    record(session, trail, _DRAFT_TAG, by=by, now=now, document=document.id, version=version.number, nominees=nominees)
    return document


def send_for_signature(
    session: Session, desk: SigningDesk, consolidation: Consolidation, *, by: Actor, now: datetime
) -> SigningRoute:
    """Put the letter on the route that the campaign sets for the hand-over (P19, P25).

    Raises PermissionDenied, Conflict("letter_missing", "letter_stale", "consolidation_sent",
    "consolidation_being_signed", "letter_not_foreseen"), Invalid("route_needs_pdf").
    """
    require(by, Permission.CONSOLIDATION_EDIT, consolidation)
    _ensure_open(session, consolidation)
    hand_over = _ensure_foreseen(session, consolidation)
    document, state = document_of(session, consolidation), state_of(session, consolidation)
    if document is None or state is not LetterState.DRAFTED:
        raise Conflict("letter_stale" if state is LetterState.STALE else "letter_missing")
    plan = _plan(session, consolidation, hand_over, now=now)
    return placement.start(session, desk, document, plan, by=by, now=now)


def take_back(session: Session, consolidation: Consolidation, *, reason: str, by: Actor, now: datetime) -> None:
    """Give up a letter that is with the signers or signed but not sent, so that the list can change again.

    The paper and what was signed on it stay in the record. Raises Invalid("reason_missing"), Conflict.
    """
    require(by, Permission.CONSOLIDATION_EDIT, consolidation)
    _ensure_not_sent(consolidation)
    if not reason.strip():
        raise Invalid("reason_missing")
    if consolidation.document_id is None:
        raise Conflict("letter_missing")
    route = signing.open_route_of(session, consolidation.document_id)
    told = {"reason": reason.strip(), "document": consolidation.document_id}
    record(session, trail_of(consolidation), "consolidation:letter:take_back", by=by, now=now, **told)
    if route is not None:
        signing.close_route(session, route, RouteOutcome.RECALLED, now=now, reason=reason.strip())
    consolidation.document_id = None
    session.flush()


def _ensure_open(session: Session, consolidation: Consolidation) -> None:
    _ensure_not_sent(consolidation)
    ensure_not_with_signers(session, consolidation)


def _ensure_not_sent(consolidation: Consolidation) -> None:
    if consolidation.sent_at is not None:
        raise Conflict("consolidation_sent", on=clock.day_of(consolidation.sent_at))


def _ensure_foreseen(session: Session, consolidation: Consolidation) -> HandOver:
    hand_over = hand_over_of(listing.scheme_of(session, consolidation))
    if hand_over is None:
        raise Conflict("letter_not_foreseen")
    return hand_over


def _new_document(session: Session, consolidation: Consolidation, hand_over: HandOver, *, now: datetime) -> Document:
    name = people.name_on(session, consolidation.coordinator_id, clock.day_of(now))
    document = documents.create_document(
        session,
        unit_id=consolidation.coordinator_id,
        kind=DocumentKind.CONSOLIDATION_LETTER,
        title=hand_over.title,
        symbol=f"TTr-{name.symbol}",
    )
    session.flush()
    consolidation.document_id = document.id
    return document


def _plan(session: Session, consolidation: Consolidation, hand_over: HandOver, *, now: datetime) -> RoutePlan:
    day = clock.day_of(now)
    spec, scheme = listing.spec_of(session, consolidation), listing.scheme_of(session, consolidation)
    deadline = listing.deadline_of(scheme, DeadlineKind.TO_CHAIR)
    bodies = {side: unit for side in Side if (unit := parties.body_unit(session, spec, side, day))}
    return RoutePlan(
        title=hand_over.title,
        stages=hand_over.route,
        units={**bodies, Side.OWN: consolidation.coordinator_id, Side.COORDINATOR: consolidation.coordinator_id},
        trail=trail_of(consolidation),
        place=people.name_on(session, consolidation.coordinator_id, day).name[:100],
        due_on=deadline.before - timedelta(days=1) if deadline else None,
        campaign=spec.code,
        scheme=scheme.code,
        holidays=spec.holidays,
    )


def _changed_since_draft(session: Session, consolidation: Consolidation) -> bool:
    """Whether the list's trail tells of a change after the last draft; one query."""
    position = AuditEvent.position
    query = select(
        func.max(case((AuditEvent.tag == _DRAFT_TAG, position))),
        func.max(case((AuditEvent.tag.startswith(LIST_TAG), position))),
    ).where(AuditEvent.subject == "consolidation", AuditEvent.subject_id == consolidation.id)
    drafted, changed = session.execute(query).one()
    return drafted is None or (changed is not None and changed > drafted)
