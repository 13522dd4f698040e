"""What is known of a dossier, loaded in a constant number of queries and told as completeness facts.

``gather`` reads the rows (about a dozen queries, however many nominees); ``facts_of`` is pure and turns them into the
frozen facts that ``dms.completeness`` judges. The dossier page is drawn from the same rows.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from dms import clock
from dms.campaigns import service as campaigns
from dms.campaigns.models import CampaignRevision
from dms.campaigns.parts import Step
from dms.campaigns.spec import CampaignSpec, Requirement, Scheme
from dms.campaigns.vocabulary import CriterionKind, Scope, Side, StepAction, TaskLevel
from dms.completeness import model as known
from dms.documents import service as documents
from dms.documents.models import Document, Version
from dms.dossiers.guards import returns_of, unanswered
from dms.dossiers.mentions import Wanted, mentioned, names_of_years
from dms.dossiers.models import (
    Attestation,
    CouncilMeeting,
    Dossier,
    IndexScore,
    Nominee,
    Part,
    Return,
    YearStatement,
)
from dms.people import service as people
from dms.people.models import UnitName
from dms.policy import Status
from dms.signing import service as signing
from dms.signing.facts import Act, acts_of, skipped_on
from dms.signing.models import SigningRoute
from dms.text import fold

YES, NO = "yes", "no"
_LEVELS = list(TaskLevel)


@dataclass(frozen=True, slots=True)
class Material:
    """The rows behind a verdict. ``current`` and ``routes`` are by document, ``texts`` and ``acts`` by version."""

    dossier: Dossier
    spec: CampaignSpec
    scheme: Scheme
    nominees: tuple[Nominee, ...]
    meeting: CouncilMeeting | None
    parts: tuple[Part, ...]
    current: Mapping[UUID, Version]
    texts: Mapping[UUID, str]
    routes: Mapping[UUID, SigningRoute]
    acts: Mapping[UUID, tuple[Act, ...]]
    returns: tuple[Return, ...]
    namesakes: Mapping[UUID, bool | None]
    unit_names: tuple[UnitName, ...]
    earlier_names: Mapping[UUID, str]

    @property
    def sent_back(self) -> Return | None:
        """The return that the unit has not answered yet."""
        return unanswered(self.returns)


def gather(session: Session, dossier: Dossier) -> Material:
    """Load everything that is judged; the number of queries does not depend on how much there is."""
    nominees = tuple(nominees_of(session, dossier.id))
    parts = tuple(_parts(session, dossier.id))
    current = {part.document_id: version for part in parts if (version := documents.current_version(part.document))}
    routes = signing.latest_routes(session, [part.document_id for part in parts])
    spec = campaigns.spec_of(dossier.revision)
    return Material(
        dossier=dossier,
        spec=spec,
        scheme=campaigns.scheme_of(dossier.revision, dossier.scheme_code),
        nominees=nominees,
        meeting=dossier.meeting,
        parts=parts,
        current=current,
        texts=documents.texts_of(session, (version.id for version in current.values())),
        routes=routes,
        acts=acts_of(session, routes.values()),
        returns=tuple(returns_of(session, dossier.id)),
        namesakes=_namesakes(session, dossier, nominees),
        unit_names=_unit_names(session, dossier),
        earlier_names=_earlier_names(session, dossier, nominees),
    )


def nominees_of(session: Session, dossier_id: UUID) -> list[Nominee]:
    """The nominees of a dossier that were not removed, in their order, with scores, attestations and votes."""
    query = (
        select(Nominee)
        .where(Nominee.dossier_id == dossier_id, Nominee.removed_at.is_(None))
        .options(selectinload(Nominee.scores), selectinload(Nominee.attestations), joinedload(Nominee.vote))
        .options(selectinload(Nominee.evidence))
        .order_by(Nominee.ordinal)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def facts_of(material: Material, *, now: datetime) -> known.Facts:
    """Tell the rows as facts. Pure but for ``now``, which is today while nothing has been handed over."""
    dossier, meeting = material.dossier, material.meeting
    return known.Facts(
        dossier=str(dossier.id),
        day=clock.day_of(dossier.submitted_at or now),
        unit=material.unit_names[-1].name if material.unit_names else "",
        status=dossier.status.value,
        year=dossier.year,
        nominees=tuple(_nominee(material, nominee) for nominee in material.nominees),
        documents=tuple(_document(material, requirement, part) for requirement, part in judged_parts(material)),
        council_members=meeting.members_total if meeting else None,
        council_met_on=meeting.held_on if meeting else None,
        head_criteria=tuple(dossier.head_criteria["texts"]) if dossier.head_criteria else None,
    )


# --- rows


def _parts(session: Session, dossier_id: UUID) -> list[Part]:
    query = (
        select(Part)
        .where(Part.dossier_id == dossier_id)
        .options(joinedload(Part.document).selectinload(Document.versions).defer(Version.inspection))
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def _unit_names(session: Session, dossier: Dossier) -> tuple[UnitName, ...]:
    """What the unit was called, and what its heirs are: a paper that an heir issues speaks for the unit too."""
    own = tuple(dossier.unit.names)
    if dossier.unit.abolished_on is None:
        return own
    heirs = people.carriers_of(session, dossier.unit_id, date.max) - {dossier.unit_id}
    query = select(UnitName).where(UnitName.unit_id.in_(heirs)).order_by(UnitName.valid_from)
    return (*own, *session.scalars(query))


def _earlier_names(session: Session, dossier: Dossier, nominees: tuple[Nominee, ...]) -> dict[UUID, str]:
    """The last names of the units before this one whose scores count here; no query where there are none."""
    whose = {score.of_unit_id for nominee in nominees for score in nominee.scores}
    earlier = {unit_id for unit_id in whose if unit_id is not None and unit_id != dossier.unit_id}
    if not earlier:
        return {}
    return {unit_id: name.name for unit_id, name in people.names_on(session, earlier, date.max).items()}


def _namesakes(session: Session, dossier: Dossier, nominees: tuple[Nominee, ...]) -> dict[UUID, bool | None]:
    """Whether each nominee stands in another living dossier of the campaign, scheme and year; one query."""
    revisions = select(CampaignRevision.id).where(CampaignRevision.campaign_id == dossier.revision.campaign_id)
    query = (
        select(Nominee.kind, Nominee.folded_name, Nominee.workplace, Dossier.unit_id)
        .join(Nominee.dossier)
        .where(
            Nominee.folded_name.in_({nominee.folded_name for nominee in nominees}),
            Nominee.removed_at.is_(None),
            Dossier.id != dossier.id,
            Dossier.revision_id.in_(revisions),
            Dossier.scheme_code == dossier.scheme_code,
            Dossier.year.is_(None) if dossier.year is None else Dossier.year == dossier.year,
            Dossier.status.not_in((Status.WITHDRAWN, Status.REFUSED)),
        )
    )
    others: dict[tuple[str, str], list[tuple[str, UUID]]] = defaultdict(list)
    for kind, name, workplace, unit_id in session.execute(query):
        others[kind, name].append((fold(workplace), unit_id))
    return {
        nominee.id: _is_repeated(dossier, nominee, others[nominee.kind, nominee.folded_name]) for nominee in nominees
    }


def _is_repeated(dossier: Dossier, nominee: Nominee, others: list[tuple[str, UUID]]) -> bool | None:
    """Same name and same workplace or unit: the same one. A name of a person or household alone proves nothing.

    A collective's name alone is no sign: every department has an office.
    """
    if not others:
        return False
    workplace = fold(nominee.workplace)
    if any(unit_id == dossier.unit_id or (workplace and workplace == other) for other, unit_id in others):
        return True
    return False if nominee.kind == "collective" else None


# --- facts


def judged_parts(material: Material) -> list[tuple[Requirement, Part]]:
    """The parts with their requirement; those of removed nominees, or that the scheme does not ask for, are out."""
    standing = {nominee.id for nominee in material.nominees}
    pairs = ((material.scheme.requirement(part.requirement_code), part) for part in material.parts)
    return [
        (found, part) for found, part in pairs if found and (part.nominee_id is None or part.nominee_id in standing)
    ]


def _nominee(material: Material, nominee: Nominee) -> known.Nominee:
    return known.Nominee(
        id=str(nominee.id),
        kind=known.NomineeKind(nominee.kind),
        name=nominee.name,
        order=nominee.ordinal,
        unit_kind=material.dossier.unit.kind.value,
        nominated_elsewhere=material.namesakes[nominee.id],
        votes_for=nominee.vote.in_favour if nominee.vote else None,
        scores=tuple(_score(material, each) for each in nominee.scores),
        plan_results=tuple(known.PlanResult(p.year, p.percent, p.on_schedule) for p in nominee.plan_results),
        task_results=tuple(known.TaskResult(t.year, known.TaskLevel(t.level), t.source) for t in nominee.task_results),
        year_statements=tuple(_year_statement(each) for each in nominee.year_statements),
        attestations=tuple(_attestation(material.scheme, attestation) for attestation in nominee.attestations),
    )


def _score(material: Material, row: IndexScore) -> known.Score:
    earlier = row.of_unit_id if row.of_unit_id != material.dossier.unit_id else None
    of = material.earlier_names.get(earlier, "") if earlier else ""
    return known.Score(row.year, row.score, row.approved_by or None, of)


def _year_statement(row: YearStatement) -> known.YearStatement:
    paper = (
        f"{row.paper_number} ngày {row.paper_issued_on:%d/%m/%Y}" if row.paper_number and row.paper_issued_on else ""
    )
    return known.YearStatement(row.criterion_id, row.year, row.reached, paper)


def _attestation(scheme: Scheme, attestation: Attestation) -> known.Attestation:
    return known.Attestation(
        criterion=attestation.criterion_id,
        by_unit=says_yes(scheme, attestation.criterion_id, attestation.value),
        by_appraiser=attestation.confirmed,
    )


def says_yes(scheme: Scheme, criterion_id: str, value: str) -> bool | None:
    """Whether what the unit states fulfils the criterion: yes or no, or a level at least as good as the one asked."""
    criterion = next((each for each in scheme.criteria if each.id == criterion_id), None)
    if criterion is not None and criterion.kind is CriterionKind.TASK_LEVEL and value in _LEVELS:
        return _LEVELS.index(TaskLevel(value)) >= _LEVELS.index(criterion.level)
    return {YES: True, NO: False}.get(value)


def _document(material: Material, requirement: Requirement, part: Part) -> known.Document:
    document, version = part.document, material.current.get(part.document_id)
    nominee = str(part.nominee_id) if part.nominee_id else None
    if version is None:
        return known.Document(
            requirement.code, nominee, id=str(document.id), present=False, withdrawn=bool(document.versions)
        )
    text = material.texts.get(version.id)
    reason = _return_reason(material.sent_back, part, version)
    return known.Document(
        requirement=requirement.code,
        nominee=nominee,
        id=str(document.id),
        media_ok=version.media_type in requirement.media_types,
        readable=True if text and text.strip() else None,
        safe=True,  # what is not safe is refused at the door: no version of it exists
        is_pdf=version.media_type == documents.PDF,
        signatures=tuple(_signatures(material, requirement, version)),
        skipped=skipped_on(material.routes.get(document.id), version),
        number=documents.format_number(document.number, document.symbol or "") if document.number else None,
        issued_on=document.issued_on,
        number_taken=False,  # the table lets no number be given twice by a unit in a year
        mentions=mentioned(requirement.mentions, text, _wanted(material, requirement, part)),
        returned=reason is not None,
        return_reason=reason or "",
    )


def _signatures(material: Material, requirement: Requirement, version: Version) -> Iterator[known.Signature]:
    """The signatures of the version, each with the step of the campaign's route that it stands for.

    Only who holds a seat or a lawful delegation can act on a step; what was signed for another is judged once more
    against the dated mandate (P25).
    """
    for act in material.acts.get(version.id, ()):
        step = _planned(requirement, act)
        if step is not None and act.action is not StepAction.NUMBER:
            yield known.Signature(
                action=act.action.value,
                position=act.position.value,
                side=step.unit.value,
                unit_matches=step.unit is not Side.OWN or act.unit_id == material.dossier.unit_id,
                entitled=act.entitled,
                capacity=act.capacity.value,
                verdict=known.Proof(act.verdict.value),
                checked=act.checked,
                stage=act.stage,
                ordinal=act.ordinal,
            )


def _planned(requirement: Requirement, act: Act) -> Step | None:
    """The step of the file that an act was done for; None where the route has no such place."""
    stages = requirement.route[act.stage - 1 : act.stage]
    steps = stages[0].steps[act.ordinal - 1 : act.ordinal] if stages else ()
    return steps[0] if steps else None


def _wanted(material: Material, requirement: Requirement, part: Part) -> Wanted:
    of_nominee = requirement.scope is Scope.NOMINEE
    return Wanted(
        nominees=tuple(n.name for n in material.nominees if not of_nominee or n.id == part.nominee_id),
        unit=tuple(dict.fromkeys(name.name for name in reversed(material.unit_names))),
        form=material.scheme.form,
        years=names_of_years(material.spec.years, material.dossier.year),
    )


def _return_reason(sent_back: Return | None, part: Part, version: Version) -> str | None:
    """Why this very piece was sent back, while no version is newer than the return; None where nothing is open."""
    if sent_back is None or version.created_at > sent_back.returned_at:
        return None
    mine = (part.requirement_code, part.nominee_id)
    notes = [item.note for item in sent_back.items if (item.requirement_code, item.nominee_id) == mine]
    return (notes[0] or sent_back.reason) if notes else None
