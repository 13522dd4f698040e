"""Who may read a paper: those who may read what it stands in, and those who sign it.

A document knows nothing of what it is for (it stands below dossiers and decisions), so the edge, which sees all
layers, puts the question to each.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.appraisal.models import Consolidation
from dms.awards.models import Decision
from dms.documents import service as documents
from dms.documents.models import Document
from dms.dossiers.models import Dossier, Part
from dms.errors import NotFound
from dms.policy import Actor, Permission, allows
from dms.signing.models import SigningRoute, Step


def readable_document(session: Session, document_id: UUID, *, by: Actor) -> Document:
    """Return a document that the actor may read. Raises NotFound, also where they may not know of it."""
    document = documents.get_document(session, document_id)
    if not any(allows(by, needed, subject) for needed, subject in _subjects(session, document_id)):
        raise NotFound("document_not_found")
    return document


def dossier_of(session: Session, document_id: UUID) -> Dossier | None:
    """The dossier that the document is a part of."""
    return session.scalars(select(Dossier).join(Dossier.parts).where(Part.document_id == document_id)).first()


def _subjects(session: Session, document_id: UUID) -> Iterator[tuple[Permission, Any]]:
    dossier = dossier_of(session, document_id)
    if dossier is not None:
        yield Permission.DOSSIER_READ, dossier
    for decision in session.scalars(select(Decision).where(Decision.document_id == document_id)):
        yield Permission.DECISION_READ, decision
    for letter in session.scalars(select(Consolidation).where(Consolidation.document_id == document_id)):
        yield Permission.CONSOLIDATION_READ, letter
    for step in session.scalars(select(Step).join(Step.route).where(SigningRoute.document_id == document_id)):
        yield Permission.STEP_READ, step
