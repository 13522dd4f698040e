"""Decisions: draw one up from the appraised list, send it for signature, confer the awards once it is sealed.

The decision and the certificates come from the list that was appraised; nothing is typed a second time (P06, P08, P13).
"""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dms import clock, outbox
from dms.audit import Trail, record
from dms.awards import candidates as listing
from dms.awards import paper
from dms.awards.models import Award, Decision, DecisionItem
from dms.campaigns import service as campaigns
from dms.campaigns.spec import Scheme
from dms.campaigns.vocabulary import NomineeKind, Side
from dms.documents import service as documents
from dms.documents.models import Document, DocumentKind, Origin, Version
from dms.dossiers import parties
from dms.dossiers.models import Dossier, Nominee
from dms.errors import Conflict, Invalid, NotFound
from dms.people import service as people
from dms.people.models import Unit
from dms.policy import Actor, Permission, Status, allows, require, where
from dms.signing import placement
from dms.signing import service as signing
from dms.signing.models import RouteOutcome, SigningRoute, StepOutcome
from dms.signing.service import RoutePlan, SigningDesk

# --- draw up


def prepare_decision(
    session: Session,
    desk: documents.Desk,
    *,
    revision_id: UUID,
    scheme_code: str,
    nominee_ids: Sequence[UUID],
    by: Actor,
    now: datetime,
) -> Decision:
    """Draw up a decision on these nominees, collectives first, else in their given order, and draft its paper.

    Raises Invalid("decision_empty", "decision_several_conferrers"), Conflict("nominee_not_ready", "quota_exceeded").
    """
    nominees = _ready(session, revision_id, scheme_code, nominee_ids, by=by)
    revision = campaigns.get_revision(session, revision_id)
    scheme = campaigns.scheme_of(revision, scheme_code)
    listing.ensure_within_quota(session, revision_id, scheme, nominees)
    conferrer_id = _one_conferrer(nominees)
    decision = Decision(
        revision_id=revision_id,
        campaign_code=campaigns.spec_of(revision).code,
        scheme_code=scheme_code,
        conferrer_id=conferrer_id,
        document_id=_new_document(session, scheme, conferrer_id, now=now),
        prepared_at=now,
        prepared_by=by.person_id,
    )
    require(by, Permission.DECISION_PREPARE, decision)
    decision.items = [DecisionItem(nominee_id=n.id, ordinal=i) for i, n in enumerate(nominees, start=1)]
    session.add(decision)
    session.flush()
    record(session, trail_of(decision), "decision:prepare", by=by, now=now, nominees=[str(n.id) for n in nominees])
    spec = campaigns.spec_of(revision)
    draft = paper.decision_docx(session, decision, spec, scheme=scheme, nominees=nominees, now=now)
    intake = documents.receive(desk, BytesIO(draft), filename=f"{scheme.decision.title}.docx")
    _add_version(session, decision, intake, Origin.DRAFTED, by=by, now=now)
    return decision


def replace_paper(
    session: Session,
    desk: documents.Desk,
    decision_id: UUID,
    source: BinaryIO,
    *,
    filename: str,
    by: Actor,
    now: datetime,
) -> Version:
    """Put an edited paper in the draft's place, while nobody has signed; a route that has begun ends.

    Raises NotFound, PermissionDenied, Conflict("decision_closed", "decision_being_signed").
    """
    decision = _open_decision(session, decision_id, by=by)
    _ensure_unsigned(session, decision)
    signing.replace(session, decision.document, by=by, now=now)
    intake = documents.receive(desk, source, filename=filename)
    return _add_version(session, decision, intake, Origin.UPLOADED, by=by, now=now)


def _ready(
    session: Session, revision_id: UUID, scheme_code: str, nominee_ids: Sequence[UUID], *, by: Actor
) -> list[Nominee]:
    if not nominee_ids:
        raise Invalid("decision_empty")
    ready = {nominee.id: nominee for nominee in listing.candidates(session, revision_id, scheme_code, by=by)}
    if any(nominee_id not in ready for nominee_id in nominee_ids):
        raise Conflict("nominee_not_ready")
    chosen = [ready[nominee_id] for nominee_id in dict.fromkeys(nominee_ids)]
    return sorted(chosen, key=lambda nominee: list(NomineeKind).index(nominee.kind))


def _new_document(session: Session, scheme: Scheme, conferrer_id: UUID, *, now: datetime) -> UUID:
    name = people.name_on(session, conferrer_id, clock.day_of(now))
    return documents.create_document(
        session,
        unit_id=conferrer_id,
        kind=DocumentKind.DECISION,
        title=scheme.decision.title,
        symbol=f"QĐ-{name.symbol}",
    ).id


def _add_version(
    session: Session, decision: Decision, intake: documents.Intake, origin: Origin, *, by: Actor, now: datetime
) -> Version:
    trail = trail_of(decision)
    return documents.add_version(session, decision.document_id, intake, origin=origin, trail=trail, by=by, now=now)


def _one_conferrer(nominees: Sequence[Nominee]) -> UUID:
    conferrers = {nominee.dossier.conferrer_id for nominee in nominees}
    if len(conferrers) != 1:
        raise Invalid("decision_several_conferrers")
    return conferrers.pop()


# --- sign, give up


def send_for_signature(
    session: Session, desk: SigningDesk, decision_id: UUID, *, by: Actor, now: datetime
) -> SigningRoute:
    """Put the decision on the route that the campaign file gives it (P25).

    Raises Conflict("decision_closed", "route_already_open", "quota_exceeded", "nominee_not_ready"),
    Invalid("body_missing"), and what ``placement.start`` refuses.
    """
    decision = _open_decision(session, decision_id, by=by)
    revision = campaigns.get_revision(session, decision.revision_id)
    scheme = campaigns.scheme_of(revision, decision.scheme_code)
    listing.ensure_within_quota(session, revision.id, scheme)
    nominees = nominees_of(session, decision)
    _ensure_dossiers_wait(nominees)
    place = people.name_on(session, decision.conferrer_id, clock.day_of(now)).name
    plan = RoutePlan(
        title=scheme.decision.title,
        stages=scheme.decision.route,
        units=_units_of(session, decision, nominees[0].dossier, scheme, now=now),
        trail=trail_of(decision),
        place=place[:100],
        campaign=decision.campaign_code,
        scheme=scheme.code,
        holidays=campaigns.spec_of(revision).holidays,
    )
    return placement.start(session, desk, decision.document, plan, by=by, now=now)


def cancel(session: Session, decision_id: UUID, *, reason: str, by: Actor, now: datetime) -> Decision:
    """Give up a decision that nobody has signed; its nominees are free for another.

    Raises Invalid("reason_missing"), Conflict("decision_closed", "decision_being_signed").
    """
    decision = _open_decision(session, decision_id, by=by)
    if not reason.strip():
        raise Invalid("reason_missing")
    _ensure_unsigned(session, decision)
    route = signing.open_route_of(session, decision.document_id)
    if route is not None:
        signing.recall(session, route, reason=reason.strip(), by=by, now=now)
    decision.cancelled_at = now
    record(session, trail_of(decision), "decision:cancel", by=by, now=now, reason=reason.strip())
    outbox.add(session, "decision.cancelled", now=now, decision_id=decision.id)
    return decision


def _open_decision(session: Session, decision_id: UUID, *, by: Actor) -> Decision:
    decision = get_decision(session, decision_id, by=by)
    require(by, Permission.DECISION_PREPARE, decision)
    if decision.conferred_at or decision.cancelled_at:
        raise Conflict("decision_closed")
    return decision


def _ensure_unsigned(session: Session, decision: Decision) -> None:
    """Raise while the paper carries a signature that counts; a refused route has none."""
    route = signing.latest_routes(session, [decision.document_id]).get(decision.document_id)
    if route is None or route.outcome not in {None, RouteOutcome.COMPLETED}:
        return
    if any(step.outcome is StepOutcome.DONE for step in route.steps):
        raise Conflict("decision_being_signed")


def _ensure_dossiers_wait(nominees: Sequence[Nominee]) -> None:
    """Raise where a dossier was returned or withdrawn since: its award could not be conferred at the end."""
    waiting = {Status.APPRAISED, Status.SUBMITTED, Status.DECIDED}
    gone = [nominee.name for nominee in nominees if nominee.removed_at or nominee.dossier.status not in waiting]
    if gone:
        raise Conflict("nominee_not_ready", names=gone)


def _units_of(
    session: Session, decision: Decision, dossier: Dossier, scheme: Scheme, *, now: datetime
) -> dict[Side, UUID]:
    """The unit behind each side of the decision's route; its own side is the conferring body."""
    spec = campaigns.spec_of(campaigns.get_revision(session, decision.revision_id))
    sides = frozenset(step.unit for stage in scheme.decision.route for step in stage.steps) - {Side.OWN}
    units = parties.units_by_side(session, spec, dossier, sides, day=clock.day_of(now))
    return {**units, Side.OWN: decision.conferrer_id}


# --- find


def get_decision(session: Session, decision_id: UUID, *, by: Actor) -> Decision:
    """Return a decision that the actor may read. Raises NotFound."""
    decision = session.get(Decision, decision_id)
    if decision is None or not allows(by, Permission.DECISION_READ, decision):
        raise NotFound("decision_not_found")
    return decision


def list_decisions(session: Session, *, by: Actor, limit: int = 200) -> list[Decision]:
    """Decisions that the actor may read, newest first; four queries."""
    query = (
        select(Decision)
        .where(where(by, Permission.DECISION_READ, Decision))
        .options(selectinload(Decision.document).selectinload(Document.versions), selectinload(Decision.items))
        .order_by(Decision.prepared_at.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def nominees_of(session: Session, decision: Decision) -> list[Nominee]:
    """The nominees that the decision lists, in its order, with dossiers and units."""
    query = (
        select(Nominee)
        .join(DecisionItem, DecisionItem.nominee_id == Nominee.id)
        .where(DecisionItem.decision_id == decision.id)
        .order_by(DecisionItem.ordinal)
        .options(selectinload(Nominee.dossier).selectinload(Dossier.unit).selectinload(Unit.names))
    )
    return list(session.scalars(query))


def left_out(session: Session, decision: Decision) -> list[Nominee]:
    """Chosen nominees of the decision's dossiers that neither it nor another living decision lists.

    When the decision confers, their dossiers are closed and they go without an award.
    """
    listed = select(DecisionItem.nominee_id).join(DecisionItem.decision).where(Decision.cancelled_at.is_(None))
    dossiers = {nominee.dossier_id for nominee in nominees_of(session, decision)}
    revision = campaigns.get_revision(session, decision.revision_id)
    query = (
        select(Nominee)
        .where(Nominee.dossier_id.in_(dossiers), Nominee.removed_at.is_(None), Nominee.id.not_in(listed))
        .where(listing.is_chosen(campaigns.scheme_of(revision, decision.scheme_code)))
        .order_by(Nominee.kind, Nominee.folded_name)
    )
    return list(session.scalars(query))


def awards_of(session: Session, decision: Decision) -> list[Award]:
    """The awards that the decision conferred, in its order."""
    return list(session.scalars(select(Award).where(Award.decision_id == decision.id).order_by(Award.ordinal)))


def trail_of(decision: Decision) -> Trail:
    """The chain in which everything about the decision is recorded."""
    return Trail("decision", decision.id)
