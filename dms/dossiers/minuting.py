"""The minutes of the council's meeting, written from what was recorded of it (P15, P17.2).

Nothing is left as dots: what is not known is asked for on the council's page before a draft is made.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from enum import StrEnum

from dms.campaigns.vocabulary import NomineeKind
from dms.clock import VIETNAM
from dms.dossiers.models import CouncilMeeting, CouncilMember, CouncilRole, Nominee, Presence
from dms.dossiers.sources import COUNCIL, Sources, award_name, council_of, named
from dms.errors import Invalid
from dms.papers import data
from dms.papers import minutes as papers
from dms.papers.wording import counted

SYMBOL = "BB-HĐTĐKT"
_ROLES = {
    CouncilRole.CHAIR: "Chủ tịch Hội đồng",
    CouncilRole.DEPUTY_CHAIR: "Phó Chủ tịch Hội đồng",
    CouncilRole.SECRETARY: "Thư ký Hội đồng",
    CouncilRole.MEMBER: "Ủy viên",
}


KIND_WORDS = {
    NomineeKind.COLLECTIVE: "tập thể",
    NomineeKind.HOUSEHOLD: "hộ gia đình",
    NomineeKind.INDIVIDUAL: "cá nhân",
}


class MinutesFact(StrEnum):
    """What minutes cannot do without."""

    MEETING = "meeting"
    PLACE = "place"
    OPENED_AT = "opened_at"
    CLOSED_AT = "closed_at"
    MEMBERS = "members"
    CHAIR = "chair"
    SECRETARY = "secretary"
    VOTES = "votes"
    CONCLUSION = "conclusion"


def minutes(sources: Sources, _nominee: Nominee | None) -> bytes:
    """The minutes as DOCX. Raises Invalid("minutes_facts_missing") with the ``missing`` facts."""
    meeting, lacking = sources.meeting, list(missing(sources))
    if meeting is None or lacking:
        raise Invalid("minutes_facts_missing", missing=lacking)
    award = award_name(sources.session, sources.dossier, sources.scheme, sources.day)
    chair, secretary = _presiding(meeting), _first(meeting, CouncilRole.SECRETARY)
    campaign = f"{sources.spec.title[:1].lower()}{sources.spec.title[1:]}"
    return papers.minutes(
        data.Minutes(
            head=data.Letterhead(parent=sources.unit.name, issuer=COUNCIL, symbol=SYMBOL, place=sources.unit.place),
            subject=f"Họp xét, đề nghị tặng {award} trong {campaign}",
            council=council_of(sources),
            venue=meeting.place,
            opened_at=_instant(meeting, meeting.opened_at),
            closed_at=_instant(meeting, meeting.closed_at),
            chair=_member(chair),
            secretary=_member(secretary),
            present=tuple(_member(each) for each in meeting.members if each.presence is Presence.PRESENT),
            absent=tuple(_member(each) for each in meeting.members if each.presence is not Presence.PRESENT),
            course=_course(_member(chair)),
            collective_ballots=_ballots(sources, NomineeKind.COLLECTIVE),
            household_ballots=_ballots(sources, NomineeKind.HOUSEHOLD),
            individual_ballots=_ballots(sources, NomineeKind.INDIVIDUAL),
            conclusion=tuple(meeting.conclusion.splitlines()),
            recipients=data.Recipients(names=("Các thành viên Hội đồng",), filed="VT, Hồ sơ"),
            held_on=meeting.held_on,
        )
    )


def usual_conclusion(nominees: Sequence[Nominee]) -> str:
    """The words in which a council concludes, for a person to confirm or change; empty while nobody is nominated."""
    kinds = [nominee.kind for nominee in nominees]
    who = counted([(kinds.count(kind), words) for kind, words in KIND_WORDS.items()])
    return f"Hội đồng thống nhất đề nghị khen thưởng {who} có tên trong biên bản." if who else ""


def missing(sources: Sources) -> Iterator[MinutesFact]:
    """What still has to be asked for, in the order of the council's page."""
    meeting = sources.meeting
    if meeting is None:
        yield MinutesFact.MEETING
        return
    known = {
        MinutesFact.OPENED_AT: meeting.opened_at,
        MinutesFact.CLOSED_AT: meeting.closed_at,
        MinutesFact.PLACE: meeting.place,
        MinutesFact.MEMBERS: meeting.members,
        MinutesFact.CHAIR: _presiding(meeting),
        MinutesFact.SECRETARY: _first(meeting, CouncilRole.SECRETARY),
        MinutesFact.VOTES: all(nominee.vote is not None for nominee in sources.nominees),
        MinutesFact.CONCLUSION: meeting.conclusion,
    }
    yield from (fact for fact, value in known.items() if not value)


def _presiding(meeting: CouncilMeeting) -> CouncilMember | None:
    """The chair, or the deputy who presides in the chair's absence."""
    return _first(meeting, CouncilRole.CHAIR) or _first(meeting, CouncilRole.DEPUTY_CHAIR)


def _first(meeting: CouncilMeeting, role: CouncilRole) -> CouncilMember | None:
    here = (each for each in meeting.members if each.presence is Presence.PRESENT and each.role is role)
    return next(here, None)


def _member(member: CouncilMember | None) -> data.CouncilMember:
    if member is None:
        return data.CouncilMember(name="")
    return data.CouncilMember(
        name=member.name,
        position=member.position_title,
        role=_ROLES[member.role],
        opinion=member.opinion if member.presence is Presence.WRITTEN else "",
        honorific=member.honorific,
    )


def _instant(meeting: CouncilMeeting, at: time | None) -> datetime | None:
    return datetime.combine(meeting.held_on, at, VIETNAM) if at else None


def _course(chair: data.CouncilMember) -> tuple[str, ...]:
    who = " ".join(filter(None, (chair.honorific, chair.name)))
    return (
        f"1. {who}, {chair.role}, nêu lý do và nội dung cuộc họp.",
        "2. Thư ký Hội đồng trình bày tóm tắt thành tích của các tập thể, cá nhân được đề nghị.",
        "3. Các thành viên thảo luận, đối chiếu với tiêu chuẩn khen thưởng và bỏ phiếu.",
    )


def _ballots(sources: Sources, kind: NomineeKind) -> tuple[data.Ballot, ...]:
    return tuple(
        data.Ballot(nominee=named(each), in_favour=each.vote.in_favour if each.vote else None)
        for each in sources.nominees
        if each.kind is kind
    )
