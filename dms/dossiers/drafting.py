"""Papers written from what the system knows, as DOCX (P03, P17). What is not known stays a gap for the clerk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.orm import Session

from dms import clock
from dms.campaigns import service as campaigns
from dms.campaigns.spec import CampaignSpec, Criterion, Requirement, Scheme
from dms.campaigns.vocabulary import CriterionKind, DecisionPath, DocumentKind, NomineeKind, Scope, Side
from dms.dossiers import council
from dms.dossiers.facts import NO, YES, nominees_of
from dms.dossiers.legal import preamble
from dms.dossiers.mentions import FORM_WORDS
from dms.dossiers.models import CouncilMeeting, Dossier, Nominee
from dms.errors import Invalid
from dms.papers import data, letters, minutes, reports
from dms.papers.wording import DOTS, percentage, two_digits
from dms.people import service as people
from dms.people.models import Capacity, UnitKind, UnitName
from dms.people.service import Seat
from dms.policy import PositionKind
from dms.text import fold

_HIGHEST_SCORE = Decimal(100)  # scores are kept in percent
COUNCIL = "Hội đồng Thi đua - Khen thưởng"
_COMMITTEES = frozenset({UnitKind.DISTRICT, UnitKind.COMMUNE, UnitKind.PROVINCIAL_COMMITTEE})
# A statement in the words of a report, where the unit wrote no words of its own.
_STATED = {
    YES: "Đạt",
    NO: "Chưa đạt",
    "not_done": "Không hoàn thành nhiệm vụ",
    "done": "Hoàn thành nhiệm vụ",
    "good": "Hoàn thành tốt nhiệm vụ",
    "excellent": "Hoàn thành xuất sắc nhiệm vụ",
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that the papers of one dossier are written from, as of one day."""

    session: Session
    dossier: Dossier
    spec: CampaignSpec
    scheme: Scheme
    unit: UnitName
    nominees: tuple[Nominee, ...]
    meeting: CouncilMeeting | None
    day: date


def paper(
    session: Session, dossier: Dossier, requirement: Requirement, nominee: Nominee | None, *, now: datetime
) -> bytes:
    """The paper that fills a requirement, as DOCX. Raises Invalid("draft_not_possible")."""
    write = WRITERS.get(requirement.document_kind)
    if write is None or (requirement.scope is Scope.NOMINEE and nominee is None):
        raise Invalid("draft_not_possible", title=requirement.title)
    return write(_sources(session, dossier, now=now), nominee)


def award_name(session: Session, dossier: Dossier, scheme: Scheme, day: date) -> str:
    """The award in full: "Bằng khen của Chủ tịch UBND tỉnh"; a unit's own head by title and body (P05, P06)."""
    return f"{FORM_WORDS[scheme.form]} của {authority_name(session, dossier, scheme, day)}"


def authority_name(session: Session, dossier: Dossier, scheme: Scheme, day: date) -> str:
    """Who confers, in words: the campaign's title of a named body, else the head's title and the body's name."""
    authority = scheme.authority(NomineeKind.COLLECTIVE, None)
    special = [each for each in scheme.decision.special_authorities if dossier.unit.kind in each.unit_kinds]
    if authority.unit is Side.OWN and special and dossier.conferrer_id != dossier.unit_id:
        return special[0].title
    if authority.unit is not Side.OWN:
        return authority.title
    body = people.name_on(session, dossier.conferrer_id, day).name
    head = _seat(session, dossier.conferrer_id, PositionKind.HEAD, day)
    return f"{head.title} {body}" if head else authority.title


# --- the three papers


def _letter(sources: Sources, _nominee: Nominee | None) -> bytes:
    scheme, dossier = sources.scheme, sources.dossier
    authority = authority_name(sources.session, dossier, scheme, sources.day)
    return letters.submission_letter(
        data.SubmissionLetter(
            head=_head(sources.unit, f"TTr-{sources.unit.symbol}"),
            unit=sources.unit.name,
            authority=authority,
            award=f"{FORM_WORDS[scheme.form]} của {authority}",
            campaign=sources.spec.title,
            addressees=_addressees(sources, authority),
            legal_bases=_legal_bases(sources.spec),
            nominees=_nominees(sources.nominees),
            council=_council(sources),
            council_met_on=sources.meeting.held_on if sources.meeting else None,
            minutes_symbol="",
            attachments=_attachments(sources),
            signer=_signer(sources),
            recipients=data.Recipients(),
        )
    )


def _minutes(sources: Sources, _nominee: Nominee | None) -> bytes:
    meeting = sources.meeting
    chair = _member(sources, PositionKind.COUNCIL_CHAIR, "Chủ tịch Hội đồng")
    secretary = _member(sources, PositionKind.COUNCIL_SECRETARY, "Thư ký Hội đồng")
    present, absent = _members(meeting, chair, secretary)
    award = award_name(sources.session, sources.dossier, sources.scheme, sources.day)
    return minutes.minutes(
        data.Minutes(
            head=data.Letterhead(
                parent=sources.unit.name, issuer=COUNCIL, symbol="BB-HĐTĐKT", place=sources.unit.place
            ),
            subject=f"Họp xét, đề nghị tặng {award} trong {sources.spec.title[:1].lower()}{sources.spec.title[1:]}",
            council=_council(sources),
            venue=meeting.place if meeting else "",
            opened_at=None,
            closed_at=None,
            chair=chair,
            secretary=secretary,
            present=present,
            absent=absent,
            course=_course(chair),
            collective_ballots=_ballots(sources, NomineeKind.COLLECTIVE),
            individual_ballots=_ballots(sources, NomineeKind.INDIVIDUAL),
            conclusion=tuple((meeting.conclusion if meeting else "").splitlines()),
            recipients=data.Recipients(names=("Các thành viên Hội đồng",), filed="VT, Hồ sơ"),
            held_on=meeting.held_on if meeting else None,
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
            profile=_collective(nominee, sources) if of_collective else _individual(nominee, sources),
            sections=tuple(
                data.Section(title=each.title, text=contents.get(each.code, "")) for each in sources.spec.contents
            ),
            scores=_scores(sources, nominee),
            statements=tuple(_statement(criterion, nominee) for criterion in _criteria(sources.scheme, nominee)),
            past_awards=(),
            signer=_own_signer(nominee),
            confirmer=_signer(sources),
        )
    )


WRITERS: Mapping[DocumentKind, Callable[[Sources, Nominee | None], bytes]] = MappingProxyType(
    {
        DocumentKind.SUBMISSION_LETTER: _letter,
        DocumentKind.MINUTES: _minutes,
        DocumentKind.ACHIEVEMENT_REPORT: _report,
    }
)


# --- parts of papers


def _sources(session: Session, dossier: Dossier, *, now: datetime) -> Sources:
    day = clock.day_of(now)
    return Sources(
        session=session,
        dossier=dossier,
        spec=campaigns.spec_of(dossier.revision),
        scheme=campaigns.scheme_of(dossier.revision, dossier.scheme_code),
        unit=people.name_on(session, people.successor_of(session, dossier.unit_id, day), day),
        nominees=tuple(nominees_of(session, dossier.id)),
        meeting=council.meeting_of(session, dossier.id),
        day=day,
    )


def _head(unit: UnitName, symbol: str) -> data.Letterhead:
    return data.Letterhead(parent=unit.superior or "", issuer=unit.name, symbol=symbol, place=unit.place)


def _report_head(unit: UnitName, reporter: str) -> data.Letterhead:
    """A report is headed by whoever reports under the unit, or by the unit itself where that is one and the same."""
    if fold(reporter) in {"", fold(unit.name)}:
        return _head(unit, "")
    return data.Letterhead(parent=unit.name, issuer=reporter, place=unit.place)


def _legal_bases(spec: CampaignSpec) -> tuple[str, ...]:
    return tuple(f"Căn cứ {basis}" for basis in preamble(spec))


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


def _nominees(nominees: Sequence[Nominee]) -> data.Nominees:
    return data.Nominees(
        collectives=tuple(_named(each) for each in nominees if each.kind is NomineeKind.COLLECTIVE),
        individuals=tuple(_named(each) for each in nominees if each.kind is NomineeKind.INDIVIDUAL),
    )


def _named(nominee: Nominee) -> data.Nominee:
    return data.Nominee(
        name=nominee.name,
        detail=", ".join(filter(None, (nominee.position_title, nominee.workplace))),
        achievement=nominee.achievement,
        honorific=_profile(nominee).get("honorific", ""),
    )


def _attachments(sources: Sources) -> tuple[str, ...]:
    """The dossier's other papers (P17): the minutes, and a report of each nominee."""
    listed: list[str] = []
    for requirement in sources.scheme.requirements:
        if requirement.optional or requirement.document_kind is DocumentKind.SUBMISSION_LETTER:
            continue
        copies = [each for each in sources.nominees if each.kind in requirement.nominee_kinds]
        count = f"{two_digits(len(copies))} " if requirement.scope is Scope.NOMINEE else ""
        title = requirement.title
        listed.append(f"{count}{title[:1].lower()}{title[1:]}" if count else title)
    return tuple(listed)


def _council(sources: Sources) -> str:
    return f"{COUNCIL} {sources.unit.name}"


def _member(sources: Sources, kind: PositionKind, role: str) -> data.CouncilMember:
    seat = _seat(sources.session, sources.dossier.unit_id, kind, sources.day)
    head = next((s for s in _duties(sources, seat) if s.kind not in {kind, PositionKind.SPECIALIST}), None)
    return data.CouncilMember(
        name=seat.full_name if seat else "", position=head.title if head else "", role=role if seat else ""
    )


def _duties(sources: Sources, seat: Seat | None) -> list[Seat]:
    """The other seats of the same person in the unit: what they are outside the council."""
    if seat is None:
        return []
    held = people.seats_of_person(sources.session, seat.person_id, sources.day)
    return [each for each in held if each.unit_id == seat.unit_id and not each.kind.value.startswith("council")]


def _members(
    meeting: CouncilMeeting | None, chair: data.CouncilMember, secretary: data.CouncilMember
) -> tuple[tuple[data.CouncilMember, ...], tuple[data.CouncilMember, ...]]:
    """As many members as the meeting counted: chair and secretary by name, dots for those whom nobody recorded."""
    if meeting is None:
        return (chair, secretary), ()
    known = (chair, secretary)[: meeting.members_present]
    present = (*known, *_nameless(meeting.members_present - len(known)))
    written = _nameless(meeting.written_opinions, opinion=DOTS)
    silent = meeting.members_total - meeting.members_present - meeting.written_opinions
    return present, (*written, *_nameless(silent))


def _nameless(count: int, opinion: str = "") -> tuple[data.CouncilMember, ...]:
    return tuple(data.CouncilMember(name="", opinion=opinion) for _ in range(count))


def _course(chair: data.CouncilMember) -> tuple[str, ...]:
    who = chair.name or DOTS
    return (
        f"1. {who}, Chủ tịch Hội đồng, nêu lý do và nội dung cuộc họp.",
        "2. Thư ký Hội đồng trình bày tóm tắt thành tích của các tập thể, cá nhân được đề nghị.",
        "3. Các thành viên thảo luận, đối chiếu với tiêu chuẩn khen thưởng và bỏ phiếu.",
    )


def _ballots(sources: Sources, kind: NomineeKind) -> tuple[data.Ballot, ...]:
    return tuple(
        data.Ballot(nominee=_named(each), in_favour=each.vote.in_favour if each.vote else None)
        for each in sources.nominees
        if each.kind is kind
    )


def _profile(nominee: Nominee) -> Mapping[str, str]:
    found: Mapping[str, str] = nominee.sections.get("profile", {})
    return found


def _collective(nominee: Nominee, sources: Sources) -> data.CollectiveProfile:
    known = _profile(nominee)
    within = nominee.workplace or sources.unit.name
    return data.CollectiveProfile(
        name=nominee.name if nominee.name == within else f"{nominee.name}, {within}",
        address=known.get("address", ""),
        contact=known.get("contact", ""),
        organisation=known.get("organisation", ""),
        duties=known.get("duties", ""),
    )


def _individual(nominee: Nominee, sources: Sources) -> data.IndividualProfile:
    known = _profile(nominee)
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
    known = _profile(nominee)
    return data.Signer(name=known.get("head_name", ""), position=known.get("head_title", ""))


def _signer(sources: Sources) -> data.Signer:
    """The head of the unit on the day, or who stands in; a committee signs as a body (Decree 30/2020, II.7b)."""
    seats = people.holders(sources.session, unit_id=sources.dossier.unit_id, kind=PositionKind.HEAD, day=sources.day)
    if not seats:
        return data.Signer(name="", position="")
    seat, head = seats[0], next((each for each in seats if not each.delegated), None)
    return data.Signer(
        name=seat.full_name,
        position=seat.title,
        capacity="NONE" if seat.capacity is Capacity.TM else seat.capacity.value,
        principal=head.title if head and head is not seat else "",
        collective="Ủy ban nhân dân" if sources.dossier.unit.kind in _COMMITTEES else "",
    )


def _seat(session: Session, unit_id: UUID, kind: PositionKind, day: date) -> Seat | None:
    return next(iter(people.holders(session, unit_id=unit_id, kind=kind, day=day)), None)
