"""Who may read or change a paper: those who may read or change what it stands in, and those who sign it.

A document knows nothing of what it is for, because it stands below dossiers, letters and decisions; this layer sees
them all. Each question costs the same few queries, whatever the document.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.appraisal.desk.models import ReturnLetter
from dms.appraisal.models import AppraisalLetter, Consolidation
from dms.audit import Trail
from dms.awards.models import Decision
from dms.documents import service as documents
from dms.documents.models import Document
from dms.dossiers.models import Dossier, Part
from dms.errors import NotFound, PermissionDenied
from dms.people import delegations
from dms.policy import Actor, Permission, allows, where
from dms.signing.copies.models import copy_in
from dms.signing.models import SigningRoute, Step


@dataclass(frozen=True, slots=True)
class Holder:
    """What a paper stands in: a dossier (a letter that returned it, too), a letter, a decision; and its chain."""

    subject: Dossier | Consolidation | AppraisalLetter | Decision
    trail: Trail
    read: Permission
    edit: Permission


def ensure_document_readable(session: Session, document_id: UUID, *, by: Actor) -> Document:
    """Return a document that the actor may read. Raises NotFound, also where they may not know of it."""
    document = documents.get_document(session, document_id)
    if any(may(session, document_id, by) for may in (_is_held_readable, _is_signer, _is_paper_of_power)):
        return document
    copy = copy_in(session, document_id)
    if copy is not None:
        ensure_document_readable(session, copy.source.document_id, by=by)
        return document
    raise NotFound("document_not_found")


def ensure_document_editable(session: Session, document_id: UUID, *, by: Actor) -> Holder:
    """Return what the document stands in, if the actor may change that. Raises NotFound, PermissionDenied."""
    ensure_document_readable(session, document_id, by=by)
    holder = next((h for h in holders_of(session, document_id) if allows(by, h.edit, h.subject)), None)
    if holder is None:
        raise PermissionDenied("not_allowed", document=str(document_id))
    return holder


def holders_of(session: Session, document_id: UUID) -> Iterator[Holder]:
    """What the document stands in, from the nearest; one query for each kind of thing."""
    in_dossier = select(Dossier).join(Dossier.parts).where(Part.document_id == document_id)
    for dossier in session.scalars(in_dossier):
        yield Holder(dossier, Trail("dossier", dossier.id), Permission.DOSSIER_READ, Permission.DOSSIER_EDIT)
    for letter in session.scalars(select(Consolidation).where(Consolidation.document_id == document_id)):
        trail = Trail("consolidation", letter.id)
        yield Holder(letter, trail, Permission.CONSOLIDATION_READ, Permission.CONSOLIDATION_EDIT)
    for appraisal in session.scalars(select(AppraisalLetter).where(AppraisalLetter.document_id == document_id)):
        trail = Trail("appraisal", appraisal.id)
        yield Holder(appraisal, trail, Permission.APPRAISAL_READ, Permission.APPRAISAL_EDIT)
    in_return = select(Dossier).join(ReturnLetter, ReturnLetter.dossier_id == Dossier.id)
    for dossier in session.scalars(in_return.where(ReturnLetter.document_id == document_id)):
        yield Holder(dossier, Trail("dossier", dossier.id), Permission.DOSSIER_READ, Permission.APPRAISAL_EDIT)
    for decision in session.scalars(select(Decision).where(Decision.document_id == document_id)):
        yield Holder(decision, Trail("decision", decision.id), Permission.DECISION_READ, Permission.DECISION_PREPARE)


def readable_holder(session: Session, document_id: UUID, *, by: Actor) -> Holder | None:
    """What the document stands in, if the actor may see that; a signer may see the paper alone."""
    return next((h for h in holders_of(session, document_id) if allows(by, h.read, h.subject)), None)


def dossier_of(session: Session, document_id: UUID) -> Dossier | None:
    """The dossier that the document is a part of; the caller has judged who asks."""
    return session.scalars(select(Dossier).join(Dossier.parts).where(Part.document_id == document_id)).first()


def _is_held_readable(session: Session, document_id: UUID, by: Actor) -> bool:
    return readable_holder(session, document_id, by=by) is not None


def _is_signer(session: Session, document_id: UUID, by: Actor) -> bool:
    """Whether any step of any route of the document belongs to a seat of the actor."""
    mine = where(by, Permission.STEP_READ, Step)
    query = select(Step.id).join(Step.route).where(SigningRoute.document_id == document_id, mine)
    return session.scalars(query.limit(1)).first() is not None


def _is_paper_of_power(session: Session, document_id: UUID, by: Actor) -> bool:
    """Whether it is the paper of a delegation that the actor gave, holds or administers."""
    return delegations.delegation_of_paper(session, document_id, by=by) is not None
