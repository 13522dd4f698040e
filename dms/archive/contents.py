"""All that belongs to a dossier when it is kept: its papers, the letters and decisions it went into, its awards."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dms.appraisal.models import AppraisalLetter, AppraisalLetterItem, Consolidation, ConsolidationEntry
from dms.awards.models import Award, Decision
from dms.campaigns import service as campaigns
from dms.documents.models import Document, Version
from dms.documents.service import current_version
from dms.dossiers.models import Dossier, Nominee, Part
from dms.signing import service as signing
from dms.signing.models import RouteOutcome, SigningRoute


class Place(StrEnum):
    """Where a kept paper stands."""

    DOSSIER = "dossier"
    CONSOLIDATION = "consolidation"
    APPRAISAL = "appraisal"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that is kept with a dossier; ``route`` is its newest run through signers, None for an unsigned one."""

    place: Place
    document: Document
    requirement_code: str | None = None
    nominee: Nominee | None = None
    route: SigningRoute | None = None

    @property
    def current(self) -> Version | None:
        """The version in force."""
        return current_version(self.document)

    @property
    def is_signed(self) -> bool:
        """Whether all signers of its route have signed the version in force."""
        current, route = self.current, self.route
        completed = route is not None and route.outcome is RouteOutcome.COMPLETED
        return completed and route is not None and current is not None and route.version_id == current.id


@dataclass(frozen=True, slots=True)
class Contents:
    """A dossier as the archive keeps it. ``papers``: the dossier's own first, then the letters, then decisions."""

    dossier: Dossier
    papers: tuple[Paper, ...]
    awards: tuple[Award, ...]
    decisions: tuple[Decision, ...]

    @property
    def signed(self) -> tuple[Paper, ...]:
        """The papers that carry signatures of our signers."""
        return tuple(paper for paper in self.papers if paper.is_signed)

    def at(self, place: Place) -> tuple[Paper, ...]:
        """The papers of one place."""
        return tuple(paper for paper in self.papers if paper.place is place)


def contents_of(session: Session, dossier: Dossier) -> Contents:
    """Everything about a dossier in a constant number of queries; whether it may be seen is judged by the caller."""
    awards = list(session.scalars(_awards(dossier.id)))
    decisions = list({award.decision_id: award.decision for award in awards}.values())
    parts = sorted(session.scalars(_parts(dossier.id)), key=_order(dossier))
    loose = [
        *((Place.CONSOLIDATION, document_id) for document_id in session.scalars(_letters(dossier.id)) if document_id),
        *((Place.APPRAISAL, document_id) for document_id in session.scalars(_appraisals(dossier.id))),
        *((Place.DECISION, decision.document_id) for decision in decisions),
    ]
    ids = {*(part.document_id for part in parts), *(document_id for _, document_id in loose)}
    known, routes = _documents(session, ids), signing.latest_routes(session, ids)
    papers = [
        Paper(Place.DOSSIER, part.document, part.requirement_code, part.nominee, routes.get(part.document_id))
        for part in parts
    ]
    papers += [Paper(place, known[each], route=routes.get(each)) for place, each in loose]
    return Contents(dossier, tuple(papers), tuple(awards), tuple(decisions))


def _documents(session: Session, ids: Iterable[UUID]) -> dict[UUID, Document]:
    """The documents with all their versions, those of the parts included."""
    query = select(Document).where(Document.id.in_(ids)).options(selectinload(Document.versions))
    return {document.id: document for document in session.scalars(query.execution_options(populate_existing=True))}


def _awards(dossier_id: UUID) -> Select[Award]:
    query = select(Award).where(Award.dossier_id == dossier_id).order_by(Award.decided_on, Award.ordinal)
    return query.options(selectinload(Award.decision))


def _parts(dossier_id: UUID) -> Select[Part]:
    return (
        select(Part).where(Part.dossier_id == dossier_id).options(joinedload(Part.document), joinedload(Part.nominee))
    )


def _letters(dossier_id: UUID) -> Select[UUID | None]:
    """The letters of the lists in which nominees of the dossier were put forward."""
    return (
        select(Consolidation.document_id)
        .join(ConsolidationEntry, ConsolidationEntry.consolidation_id == Consolidation.id)
        .join(Nominee, Nominee.id == ConsolidationEntry.nominee_id)
        .where(Nominee.dossier_id == dossier_id, Consolidation.sent_at.is_not(None))
        .distinct()
    )


def _appraisals(dossier_id: UUID) -> Select[UUID]:
    """The appraiser's letters that name nominees of the dossier."""
    return (
        select(AppraisalLetter.document_id)
        .join(AppraisalLetter.items)
        .join(Nominee, Nominee.id == AppraisalLetterItem.nominee_id)
        .where(Nominee.dossier_id == dossier_id, AppraisalLetter.given_up_at.is_(None))
        .distinct()
    )


def _order(dossier: Dossier) -> Callable[[Part], tuple[int, int]]:
    """Papers in the order in which the campaign asks for them, then by nominee."""
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    places = {requirement.code: number for number, requirement in enumerate(scheme.requirements)}
    return lambda part: (
        places.get(part.requirement_code, len(places)),
        part.nominee.ordinal if part.nominee else 0,
    )
