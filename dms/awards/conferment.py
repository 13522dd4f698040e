"""From a signed decision to its awards: by the last signature, never by a button (P05, P06)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import outbox
from dms.audit import record
from dms.awards import paper, public
from dms.awards.models import Award, Decision
from dms.awards.service import nominees_of, trail_of
from dms.campaigns import service as campaigns
from dms.documents import service as documents
from dms.dossiers import lifecycle
from dms.dossiers.lifecycle import Action
from dms.dossiers.models import Nominee
from dms.errors import Conflict, Invalid, NotFound
from dms.people import service as people
from dms.policy import SYSTEM, Actor, Permission, Status, allows, require


def on_route_completed(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A document was signed by all: where it is a decision, its awards are conferred."""
    decision = session.scalars(select(Decision).where(Decision.document_id == UUID(payload["document_id"]))).first()
    if decision is not None and decision.conferred_at is None and decision.cancelled_at is None:
        confer(session, decision, now=now)


def confer(session: Session, decision: Decision, *, now: datetime) -> list[Award]:
    """Make the awards of a signed, numbered decision, and move its dossiers on.

    Raises Conflict("decision_without_number"), Conflict("dossier_status_forbids") where a dossier was taken back.
    """
    document = decision.document
    if document.number is None or document.symbol is None or document.issued_on is None:
        raise Conflict("decision_without_number")
    nominees = nominees_of(session, decision)
    awards = _awards(session, decision, nominees, number=documents.format_number(document.number, document.symbol))
    session.add_all(awards)
    decision.conferred_at = now
    record(session, trail_of(decision), "decision:confer", by=SYSTEM, now=now, awards=len(awards))
    for dossier in {nominee.dossier.id: nominee.dossier for nominee in nominees}.values():
        if dossier.status is not Status.DECIDED:  # another decision may have conferred on others of the same dossier
            lifecycle.move(session, dossier, Action.DECIDE, by=SYSTEM, now=now, decision=str(decision.id))
    session.flush()
    outbox.add(session, "decision.conferred", now=now, decision_id=decision.id)
    return awards


def revoke(session: Session, award_id: UUID, *, reason: str, by: Actor, now: datetime) -> Award:
    """Mark an award as revoked by a later decision, which ``reason`` cites; nothing is deleted.

    Raises NotFound, PermissionDenied, Invalid("reason_missing"), Conflict("award_already_revoked").
    """
    award = get_award(session, award_id, by=by)
    require(by, Permission.DECISION_PREPARE, award.decision)
    if not reason.strip():
        raise Invalid("reason_missing")
    if award.revoked_at is not None:
        raise Conflict("award_already_revoked")
    award.revoked_at, award.revoked_reason = now, reason.strip()[:500]
    told = {"award": award.id, "reason": award.revoked_reason}
    record(session, trail_of(award.decision), "decision:award:revoke", by=by, now=now, **told)
    session.flush()
    return award


def get_award(session: Session, award_id: UUID, *, by: Actor) -> Award:
    """Return an award that the actor may find. Raises NotFound."""
    award = session.get(Award, award_id)
    if award is None or not allows(by, Permission.AWARD_READ, award):
        raise NotFound("award_not_found")
    return award


def _awards(session: Session, decision: Decision, nominees: list[Nominee], *, number: str) -> list[Award]:
    """The awards in the decision's order, with the names of its day."""
    revision = campaigns.get_revision(session, decision.revision_id)
    scheme = campaigns.scheme_of(revision, decision.scheme_code)
    day = decision.document.issued_on or decision.prepared_at.date()
    units = {decision.conferrer_id, *(nominee.dossier.unit_id for nominee in nominees)}
    names = {unit_id: name.name for unit_id, name in people.names_on(session, units, day).items()}
    title = paper.award_name(scheme.form, paper.authority_of(session, scheme, decision.conferrer_id, day))
    return [
        Award(
            decision_id=decision.id,
            nominee_id=nominee.id,
            dossier_id=nominee.dossier_id,
            unit_id=nominee.dossier.unit_id,
            ordinal=ordinal,
            kind=nominee.kind,
            recipient=nominee.name,
            position_title=nominee.position_title,
            workplace=nominee.workplace,
            unit_name=names[nominee.dossier.unit_id],
            form=scheme.form.value,
            title=title,
            achievement=paper.achievement_of(nominee, revision.title),
            conferrer_name=names[decision.conferrer_id],
            decision_number=number,
            decided_on=day,
            year=day.year,
            public_code=public.new_code(),
        )
        for ordinal, nominee in enumerate(nominees, start=1)
    ]
