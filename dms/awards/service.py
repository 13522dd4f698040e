"""Decisions: draw one up from the appraised list, send it for signature, confer the awards once it is sealed.

The decision and the certificates come from the list that was appraised; nothing is typed a second time (P06, P08, P13).
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from dms import clock, outbox, text
from dms.appraisal.models import Consolidation, ConsolidationEntry
from dms.audit import Trail, record
from dms.awards import paper
from dms.awards.models import Award, Decision, DecisionItem
from dms.campaigns import service as campaigns
from dms.campaigns.spec import Scheme
from dms.campaigns.vocabulary import DecisionPath, NomineeKind, Side
from dms.documents import service as documents
from dms.documents.models import DocumentKind, Origin
from dms.dossiers import lifecycle
from dms.dossiers.lifecycle import Action
from dms.dossiers.models import Dossier, Nominee
from dms.errors import Conflict, Invalid, NotFound
from dms.people import service as people
from dms.people.models import UnitName
from dms.policy import SYSTEM, Actor, Permission, Status, allows, require, where
from dms.signing import placement
from dms.signing.models import SigningRoute
from dms.signing.service import RoutePlan, SigningDesk

_PUBLIC_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: the code is read aloud and typed
_PUBLIC_LENGTH = 12


def candidates(session: Session, revision_id: UUID, scheme_code: str, *, by: Actor) -> list[Nominee]:
    """Nominees whom ``by`` may put into a decision now: appraised and selected, not yet in a living decision."""
    scheme = campaigns.scheme_of(campaigns.get_revision(session, revision_id), scheme_code)
    taken = select(DecisionItem.nominee_id).join(DecisionItem.decision).where(Decision.cancelled_at.is_(None))
    query = (
        select(Nominee)
        .join(Nominee.dossier)
        .where(
            Dossier.revision_id == revision_id,
            Dossier.scheme_code == scheme_code,
            Dossier.status == _ready_status(scheme),
            where(by, Permission.DOSSIER_DECIDE, Dossier),
            Nominee.removed_at.is_(None),
            Nominee.id.not_in(taken),
        )
        .options(selectinload(Nominee.dossier).selectinload(Dossier.unit))
    )
    if scheme.procedure.path is DecisionPath.THROUGH_COORDINATOR:
        query = (
            query.join(ConsolidationEntry, ConsolidationEntry.nominee_id == Nominee.id)
            .join(ConsolidationEntry.consolidation)
            .where(ConsolidationEntry.selected, Consolidation.sent_at.is_not(None))
            .order_by(Nominee.kind, ConsolidationEntry.rank)
        )
    return list(session.scalars(query.order_by(Nominee.kind, Nominee.folded_name)))


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
    """Draw up a decision on these nominees, in their given order, and draft its paper.

    Raises Invalid("decision_empty", "decision_several_conferrers"), Conflict("nominee_not_ready", "quota_exceeded").
    """
    ready = {nominee.id: nominee for nominee in candidates(session, revision_id, scheme_code, by=by)}
    _ensure_all_ready(nominee_ids, ready)
    nominees = [ready[nominee_id] for nominee_id in dict.fromkeys(nominee_ids)]
    revision = campaigns.get_revision(session, revision_id)
    scheme = campaigns.scheme_of(revision, scheme_code)
    ensure_within_quota(session, revision_id, scheme, nominees)
    conferrer_id = _one_conferrer(nominees)
    name = people.name_on(session, conferrer_id, clock.day_of(now))
    document = documents.create_document(
        session,
        unit_id=conferrer_id,
        kind=DocumentKind.DECISION,
        title=scheme.decision.title,
        symbol=f"QĐ-{name.symbol}",
    )
    decision = Decision(
        revision_id=revision_id,
        scheme_code=scheme_code,
        conferrer_id=conferrer_id,
        document_id=document.id,
        prepared_at=now,
        prepared_by=by.person_id,
    )
    decision.items = [DecisionItem(nominee_id=n.id, ordinal=i) for i, n in enumerate(nominees, start=1)]
    session.add(decision)
    session.flush()
    record(session, trail_of(decision), "decision:prepare", by=by, now=now, nominees=[str(n.id) for n in nominees])
    draft = paper.decision_docx(session, decision, campaigns.spec_of(revision), nominees=nominees, now=now)
    intake = documents.receive(desk, BytesIO(draft), filename=f"{scheme.decision.title}.docx")
    documents.add_version(
        session, document.id, intake, origin=Origin.DRAFTED, note="", trail=trail_of(decision), by=by, now=now
    )
    return decision


def ensure_within_quota(session: Session, revision_id: UUID, scheme: Scheme, nominees: Sequence[Nominee]) -> None:
    """Raise Conflict("quota_exceeded") where the awards of a campaign would pass the scheme's number (P13)."""
    for kind in NomineeKind:
        limit = scheme.quota(kind)
        if limit is None:
            continue
        given = session.scalar(
            select(func.count())
            .select_from(DecisionItem)
            .join(DecisionItem.decision)
            .join(Nominee, Nominee.id == DecisionItem.nominee_id)
            .where(
                Decision.revision_id == revision_id,
                Decision.scheme_code == scheme.code,
                Decision.cancelled_at.is_(None),
                Nominee.kind == kind,
            )
        )
        wanted = (given or 0) + sum(nominee.kind is kind for nominee in nominees)
        if wanted > limit:
            raise Conflict("quota_exceeded", kind=kind.value, limit=limit, wanted=wanted, rule="P13")


def send_for_signature(
    session: Session, desk: SigningDesk, decision_id: UUID, *, by: Actor, now: datetime
) -> SigningRoute:
    """Put the decision on the route that the campaign file gives it (P25)."""
    decision = get_decision(session, decision_id, by=by)
    require(by, Permission.DECISION_PREPARE, decision)
    if decision.conferred_at or decision.cancelled_at:
        raise Conflict("decision_closed")
    revision = campaigns.get_revision(session, decision.revision_id)
    scheme = campaigns.scheme_of(revision, decision.scheme_code)
    plan = RoutePlan(
        title=scheme.decision.title,
        stages=scheme.decision.route,
        units=_units_of(session, decision),
        trail=trail_of(decision),
        place=people.name_on(session, decision.conferrer_id, clock.day_of(now)).place,
    )
    return placement.start(session, desk, decision.document, plan, by=by, now=now)


def cancel(session: Session, decision_id: UUID, *, reason: str, by: Actor, now: datetime) -> Decision:
    """Give up a decision that was not yet signed; its nominees are free for another."""
    decision = get_decision(session, decision_id, by=by)
    require(by, Permission.DECISION_PREPARE, decision)
    if decision.conferred_at:
        raise Conflict("decision_closed")
    if not reason.strip():
        raise Invalid("reason_missing")
    decision.cancelled_at = now
    record(session, trail_of(decision), "decision:cancel", by=by, now=now, reason=reason.strip())
    return decision


def get_decision(session: Session, decision_id: UUID, *, by: Actor) -> Decision:
    """Return a decision that the actor may read. Raises NotFound."""
    decision = session.get(Decision, decision_id)
    if decision is None or not allows(by, Permission.DECISION_READ, decision):
        raise NotFound("decision_not_found")
    return decision


def list_decisions(session: Session, *, by: Actor) -> list[Decision]:
    """Decisions that the actor may read, newest first."""
    query = (
        select(Decision)
        .where(where(by, Permission.DECISION_READ, Decision))
        .options(selectinload(Decision.document), selectinload(Decision.items))
        .order_by(Decision.prepared_at.desc())
    )
    return list(session.scalars(query))


def trail_of(decision: Decision) -> Trail:
    """The chain in which everything about the decision is recorded."""
    return Trail("decision", decision.id)


def on_route_completed(session: Session, payload: dict[str, str], now: datetime) -> None:
    """A document was signed by all: where it is a decision, its awards are conferred."""
    decision = session.scalars(select(Decision).where(Decision.document_id == UUID(payload["document_id"]))).first()
    if decision is not None and decision.conferred_at is None and decision.cancelled_at is None:
        confer(session, decision, now=now)


def confer(session: Session, decision: Decision, *, now: datetime) -> list[Award]:
    """Make the awards of a signed, numbered decision, and move its dossiers on (P05, P06).

    Raises Conflict("decision_without_number").
    """
    document = decision.document
    if document.number is None or document.issued_on is None or document.symbol is None:
        raise Conflict("decision_without_number")
    revision = campaigns.get_revision(session, decision.revision_id)
    scheme = campaigns.scheme_of(revision, decision.scheme_code)
    nominees = {n.id: n for n in _nominees_of(session, decision)}
    names = people.names_on(
        session, {decision.conferrer_id, *(n.dossier.unit_id for n in nominees.values())}, document.issued_on
    )
    awards = [
        _award(decision, item, nominees[item.nominee_id], names=names, scheme=scheme, campaign=revision.title)
        for item in decision.items
    ]
    session.add_all(awards)
    decision.conferred_at = now
    record(session, trail_of(decision), "decision:confer", by=SYSTEM, now=now, awards=len(awards))
    for dossier in {nominee.dossier.id: nominee.dossier for nominee in nominees.values()}.values():
        lifecycle.move(session, dossier, Action.DECIDE, by=SYSTEM, now=now, decision=str(decision.id))
    session.flush()
    outbox.add(session, "decision.conferred", now=now, decision_id=decision.id)
    return awards


def _award(
    decision: Decision,
    item: DecisionItem,
    nominee: Nominee,
    *,
    names: dict[UUID, UnitName],
    scheme: Scheme,
    campaign: str,
) -> Award:
    document = decision.document
    day = cast("date", document.issued_on)
    return Award(
        decision_id=decision.id,
        nominee_id=nominee.id,
        dossier_id=nominee.dossier_id,
        unit_id=nominee.dossier.unit_id,
        ordinal=item.ordinal,
        kind=nominee.kind,
        recipient=nominee.name,
        position_title=nominee.position_title,
        workplace=nominee.workplace,
        unit_name=names[nominee.dossier.unit_id].name,
        form=scheme.form.value,
        title=paper.award_name(scheme, names[decision.conferrer_id].name),
        achievement=paper.achievement_of(nominee, campaign),
        conferrer_name=names[decision.conferrer_id].name,
        decision_number=documents.format_number(cast("int", document.number), cast("str", document.symbol)),
        decided_on=day,
        year=day.year,
        public_code=new_public_code(),
    )


def new_public_code() -> str:
    """A code for a certificate that cannot be guessed from another: 60 random bits."""
    return "".join(secrets.choice(_PUBLIC_ALPHABET) for _ in range(_PUBLIC_LENGTH))


def find_public(session: Session, code: str) -> Award | None:
    """The award behind a certificate's code, typed with or without hyphens and in any case."""
    plain = text.fold(code).replace(" ", "").upper()
    return session.scalars(select(Award).where(Award.public_code == plain)).first()


def _ready_status(scheme: Scheme) -> Status:
    through = scheme.procedure.path is DecisionPath.THROUGH_COORDINATOR
    return Status.APPRAISED if through else Status.SUBMITTED


def _ensure_all_ready(nominee_ids: Sequence[UUID], ready: dict[UUID, Nominee]) -> None:
    if not nominee_ids:
        raise Invalid("decision_empty")
    if any(nominee_id not in ready for nominee_id in nominee_ids):
        raise Conflict("nominee_not_ready")


def _one_conferrer(nominees: Sequence[Nominee]) -> UUID:
    conferrers = {nominee.dossier.conferrer_id for nominee in nominees}
    if len(conferrers) != 1:
        raise Invalid("decision_several_conferrers")
    return conferrers.pop()


def _nominees_of(session: Session, decision: Decision) -> list[Nominee]:
    query = (
        select(Nominee)
        .where(Nominee.id.in_([item.nominee_id for item in decision.items]))
        .options(selectinload(Nominee.dossier))
    )
    return list(session.scalars(query))


def _units_of(session: Session, decision: Decision) -> dict[Side, UUID]:
    """The unit behind each side of the decision's route: its own side is the conferring body."""
    dossier = _nominees_of(session, decision)[0].dossier
    spec = campaigns.spec_of(campaigns.get_revision(session, decision.revision_id))
    units = {Side.OWN: decision.conferrer_id}
    for side in Side:
        body = spec.body(side)
        if body is not None:
            day = clock.day_of(decision.prepared_at)
            units[side] = people.successor_of(session, people.unit_by_code(session, body.unit).id, day)
    if dossier.coordinator_id:
        units[Side.COORDINATOR] = dossier.coordinator_id
    return units
