"""Papers written from what the system knows, as DOCX (P03, P17). What is not known stays a gap for the clerk."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.campaigns.spec import Criterion, Requirement, Scheme
from dms.campaigns.vocabulary import CriterionKind, DecisionPath, DocumentKind, NomineeKind, Scope
from dms.documents.models import Document
from dms.documents.service import format_number
from dms.dossiers import minuting
from dms.dossiers.facts import NO, YES
from dms.dossiers.legal import preamble
from dms.dossiers.mentions import award_in_words
from dms.dossiers.models import Dossier, Nominee, Part
from dms.dossiers.sources import (
    Sources,
    authority_name,
    award_name,
    council_of,
    gather,
    head_of,
    nominees_in,
    profile_of,
    seat_in,
    signer_of,
)
from dms.errors import Invalid
from dms.papers import data, letters, lists, reports
from dms.papers.wording import percentage, two_digits
from dms.people import service as people
from dms.people.models import UnitName
from dms.policy import PositionKind
from dms.text import fold

_HIGHEST_SCORE = Decimal(100)  # scores are kept in percent
# A statement in the words of a report, where the unit wrote no words of its own.
_STATED = {
    YES: "Đạt",
    NO: "Chưa đạt",
    "not_done": "Không hoàn thành nhiệm vụ",
    "done": "Hoàn thành nhiệm vụ",
    "good": "Hoàn thành tốt nhiệm vụ",
    "excellent": "Hoàn thành xuất sắc nhiệm vụ",
}


def paper(
    session: Session, dossier: Dossier, requirement: Requirement, nominee: Nominee | None, *, now: datetime
) -> bytes:
    """The paper that fills a requirement, as DOCX. Raises Invalid("draft_not_possible")."""
    write = WRITERS.get(requirement.document_kind)
    if write is None or (requirement.scope is Scope.NOMINEE and nominee is None):
        raise Invalid("draft_not_possible", title=requirement.title)
    return write(gather(session, dossier, now=now), nominee)


# --- the papers


def _letter(sources: Sources, _nominee: Nominee | None) -> bytes:
    scheme, dossier = sources.scheme, sources.dossier
    authority = authority_name(sources.session, dossier, scheme, sources.day)
    return letters.submission_letter(
        data.SubmissionLetter(
            head=head_of(sources.unit, f"TTr-{sources.unit.symbol}"),
            unit=sources.unit.name,
            authority=authority,
            award=award_in_words(scheme.form, authority),
            campaign=sources.spec.title,
            addressees=_addressees(sources, authority),
            legal_bases=_legal_bases(sources),
            nominees=nominees_in(sources.nominees),
            council=council_of(sources) if scheme.procedure.has_council else "",
            council_met_on=sources.meeting.held_on if sources.meeting else None,
            minutes_symbol=_minutes_number(sources),
            attachments=_attachments(sources),
            signer=signer_of(sources),
            recipients=data.Recipients(),
        )
    )


def _list(sources: Sources, _nominee: Nominee | None) -> bytes:
    letter = next(
        (each.title for each in sources.scheme.requirements if each.document_kind is DocumentKind.SUBMISSION_LETTER),
        "Tờ trình đề nghị khen thưởng",
    )
    maker = seat_in(sources.session, sources.dossier.unit_id, PositionKind.SPECIALIST, sources.day)
    return lists.nominee_list(
        data.NomineeList(
            head=head_of(sources.unit, ""),
            award=award_name(sources.session, sources.dossier, sources.scheme, sources.day),
            campaign=sources.spec.title,
            nominees=nominees_in(sources.nominees),
            attached_to=f"{letter} của {sources.unit.name}",
            maker=data.Signer(name=maker.full_name if maker else "", position=maker.title if maker else ""),
        )
    )


def _report(sources: Sources, nominee: Nominee | None) -> bytes:
    if nominee is None:
        raise Invalid("draft_not_possible", title="")
    contents: Mapping[str, str] = nominee.sections.get("contents", {})
    of_collective = nominee.kind is NomineeKind.COLLECTIVE
    return reports.achievement_report(
        data.AchievementReport(
            head=_report_head(sources.unit, nominee.name if of_collective else nominee.workplace),
            award=award_name(sources.session, sources.dossier, sources.scheme, sources.day),
            campaign=sources.spec.title,
            profile=_PROFILES[nominee.kind](nominee, sources),
            sections=tuple(
                data.Section(title=each.title, text=contents.get(each.code, "")) for each in sources.spec.contents
            ),
            score=sources.spec.score.name,
            scores=_scores(sources, nominee),
            statements=tuple(_statement(criterion, nominee) for criterion in _criteria(sources.scheme, nominee)),
            past_awards=(),
            signer=_own_signer(nominee),
            confirmer=signer_of(sources),
        )
    )


WRITERS: Mapping[DocumentKind, Callable[[Sources, Nominee | None], bytes]] = MappingProxyType(
    {
        DocumentKind.SUBMISSION_LETTER: _letter,
        DocumentKind.MINUTES: minuting.minutes,
        DocumentKind.NOMINEE_LIST: _list,
        DocumentKind.ACHIEVEMENT_REPORT: _report,
    }
)


# --- parts of papers


def _report_head(unit: UnitName, reporter: str) -> data.Letterhead:
    """A report is headed by whoever reports under the unit, or by the unit itself where that is one and the same."""
    if fold(reporter) in {"", fold(unit.name)}:
        return head_of(unit, "")
    return data.Letterhead(parent=unit.name, issuer=reporter, place=unit.place)


def _legal_bases(sources: Sources) -> tuple[str, ...]:
    """The law of the day on which the dossier was handed over; today's while it has not been."""
    day = clock.day_of(sources.dossier.submitted_at) if sources.dossier.submitted_at else sources.day
    return tuple(f"Căn cứ {basis}" for basis in preamble(sources.spec, day))


def _addressees(sources: Sources, authority: str) -> tuple[str, ...]:
    """The coordinator receives the dossier and passes it on (P12); without one the conferring head does."""
    if sources.dossier.coordinator_id is None or sources.scheme.procedure.path is DecisionPath.OWN_HEAD:
        return (authority,)
    ids = (sources.dossier.coordinator_id, sources.dossier.appraiser_id)
    receivers = tuple(
        people.name_on(sources.session, people.successor_of(sources.session, unit_id, sources.day), sources.day).name
        for unit_id in ids
        if unit_id
    )
    return (authority, *receivers)


def _minutes_number(sources: Sources) -> str:
    """Number and symbol of the minutes, once their registrar gave them."""
    codes = [each.code for each in sources.scheme.requirements if each.document_kind is DocumentKind.MINUTES]
    query = (
        select(Document)
        .join(Part, Part.document_id == Document.id)
        .where(Part.dossier_id == sources.dossier.id, Part.requirement_code.in_(codes), Document.number.is_not(None))
    )
    minutes = sources.session.scalars(query).first()
    return format_number(minutes.number, minutes.symbol or "") if minutes and minutes.number else ""


def _attachments(sources: Sources) -> tuple[str, ...]:
    """The dossier's other papers (P17): the minutes, and a report of each nominee."""
    listed: list[str] = []
    for requirement in sources.scheme.requirements:
        if requirement.optional or requirement.document_kind is DocumentKind.SUBMISSION_LETTER:
            continue
        copies = [each for each in sources.nominees if requirement.is_asked_of(each.kind)]
        count = f"{two_digits(len(copies))} " if requirement.scope is Scope.NOMINEE else ""
        title = requirement.title
        listed.append(f"{count}{title[:1].lower()}{title[1:]}" if count else title)
    return tuple(listed)


def _collective(nominee: Nominee, sources: Sources) -> data.CollectiveProfile:
    known = profile_of(nominee)
    within = nominee.workplace or sources.unit.name
    return data.CollectiveProfile(
        name=nominee.name if nominee.name == within else f"{nominee.name}, {within}",
        address=known.get("address", ""),
        contact=known.get("contact", ""),
        organisation=known.get("organisation", ""),
        duties=known.get("duties", ""),
    )


def _individual(nominee: Nominee, sources: Sources) -> data.IndividualProfile:
    known = profile_of(nominee)
    return data.IndividualProfile(
        name=nominee.name,
        born_on=date.fromisoformat(known["born_on"]) if known.get("born_on") else None,
        gender={"Ông": "Nam", "Bà": "Nữ"}.get(known.get("honorific", ""), ""),
        home_town=known.get("home_town", ""),
        residence=known.get("residence", ""),
        position=nominee.position_title,
        unit=nominee.workplace or sources.unit.name,
        qualification=known.get("qualification", ""),
        duties=known.get("duties", ""),
    )


def _household(nominee: Nominee, _sources: Sources) -> data.HouseholdProfile:
    known = profile_of(nominee)
    return data.HouseholdProfile(
        name=nominee.name,
        householder=known.get("head_name", ""),
        address=known.get("address", "") or nominee.workplace,
        contact=known.get("contact", ""),
    )


_Profile = data.CollectiveProfile | data.HouseholdProfile | data.IndividualProfile
_PROFILES: Mapping[NomineeKind, Callable[[Nominee, Sources], _Profile]] = MappingProxyType(
    {
        NomineeKind.COLLECTIVE: _collective,
        NomineeKind.HOUSEHOLD: _household,
        NomineeKind.INDIVIDUAL: _individual,
    }
)


def _scores(sources: Sources, nominee: Nominee) -> tuple[data.IndexScore, ...]:
    """One line for each year judged, known or not."""
    known = {score.year: score for score in nominee.scores}
    years = (sources.dossier.year,) if sources.dossier.year else sorted(sources.spec.years)
    return tuple(
        data.IndexScore(year=year, score=known[year].score, maximum=_HIGHEST_SCORE, approved_by=known[year].approved_by)
        if year in known
        else data.IndexScore(year=year)
        for year in years
    )


def _criteria(scheme: Scheme, nominee: Nominee) -> list[Criterion]:
    return [criterion for criterion in scheme.criteria if criterion.nominee_kind is nominee.kind]


def _statement(criterion: Criterion, nominee: Nominee) -> data.CriterionStatement:
    if criterion.kind is CriterionKind.INDEX_SCORE:
        return data.CriterionStatement(criterion=criterion.text, statement=_scores_in_words(nominee))
    stated = next((each for each in nominee.attestations if each.criterion_id == criterion.id), None)
    words = (stated.note or _STATED.get(stated.value, "")) if stated else ""
    return data.CriterionStatement(criterion=criterion.text, statement=words)


def _scores_in_words(nominee: Nominee) -> str:
    return "; ".join(f"Năm {score.year}: {percentage(score.score, _HIGHEST_SCORE)}" for score in nominee.scores)


def _own_signer(nominee: Nominee) -> data.Signer:
    if nominee.kind is NomineeKind.INDIVIDUAL:
        return data.Signer(name=nominee.name, position=nominee.position_title)
    known = profile_of(nominee)
    if nominee.kind is NomineeKind.HOUSEHOLD:
        return data.Signer(name=known.get("head_name", ""), position="")
    return data.Signer(name=known.get("head_name", ""), position=known.get("head_title", ""))
