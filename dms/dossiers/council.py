"""The meeting of the unit's council and its votes (P15); minutes are drafted from them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.audit import record
from dms.campaigns import service as campaigns
from dms.dossiers import service, summary
from dms.dossiers.facts import nominees_of
from dms.dossiers.guards import ensure_editable
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import CouncilMeeting, CouncilMember, CouncilRole, Dossier, Nominee, Presence, Vote
from dms.dossiers.reopening import ensure_data_open
from dms.errors import Conflict, Invalid
from dms.people import service as people
from dms.people.service import Seat
from dms.policy import Actor, PositionKind


@dataclass(frozen=True, slots=True)
class MemberData:
    """A member of the council: who, what they are in the body and in the council, and how they took part."""

    name: str
    role: CouncilRole = CouncilRole.MEMBER
    presence: Presence = Presence.PRESENT
    honorific: str = ""
    position_title: str = ""
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class MeetingData:
    """What the minutes say: day and times, place, how many members there are, who came or wrote, the conclusion.

    ``members`` may be empty while nobody wrote them down; otherwise the three numbers must be theirs.
    """

    held_on: date
    members_total: int
    members_present: int
    written_opinions: int = 0
    place: str = ""
    conclusion: str = ""
    opened_at: time | None = None
    closed_at: time | None = None
    members: tuple[MemberData, ...] = ()


def meeting_of(session: Session, dossier_id: UUID) -> CouncilMeeting | None:
    """The meeting of a dossier, if it has been recorded."""
    return session.scalars(select(CouncilMeeting).where(CouncilMeeting.dossier_id == dossier_id)).first()


def ensure_foreseen(dossier: Dossier) -> None:
    """Raise Conflict("council_not_foreseen") where the simplified procedure has neither council nor minutes (P14)."""
    if campaigns.scheme_of(dossier.revision, dossier.scheme_code).procedure.simplified:
        raise Conflict("council_not_foreseen", dossier=dossier.code)


def record_meeting(
    session: Session,
    dossier_id: UUID,
    data: MeetingData,
    votes: Mapping[UUID, int | None],
    *,
    by: Actor,
    now: datetime,
) -> CouncilMeeting:
    """Write down the meeting and the votes in favour of each nominee; None takes a vote out.

    Raises Conflict("council_not_foreseen") under the simplified procedure, and
    Invalid("meeting_in_future", "meeting_numbers_wrong", "meeting_times_wrong", "meeting_members_disagree",
    "meeting_one_chair", "votes_over_members", "nominee_not_in_dossier").
    """
    dossier = service.get(session, dossier_id, by=by)
    ensure_editable(dossier, by)
    ensure_data_open(session, dossier, now=now)
    ensure_foreseen(dossier)
    _ensure_possible(data, clock.day_of(now))
    _ensure_members(data)
    nominees = {nominee.id: nominee for nominee in nominees_of(session, dossier.id)}
    _ensure_votes(data, votes, nominees)
    meeting = _write(dossier, data)
    for nominee_id, in_favour in votes.items():
        _set_vote(session, nominees[nominee_id], in_favour)
    session.flush()
    told = {str(nominee_id): in_favour for nominee_id, in_favour in votes.items()}
    record(session, trail_of(dossier), "dossier:council:record", by=by, now=now, **asdict(data), votes=told)
    summary.refresh(session, dossier, now=now)
    return meeting


def _ensure_possible(data: MeetingData, today: date) -> None:
    if data.held_on > today:
        raise Invalid("meeting_in_future", held_on=data.held_on)
    here = data.members_present + data.written_opinions
    if min(data.members_total - 1, data.members_present, data.written_opinions) < 0 or here > data.members_total:
        raise Invalid("meeting_numbers_wrong", total=data.members_total, present=data.members_present)
    if data.opened_at and data.closed_at and data.closed_at <= data.opened_at:
        raise Invalid("meeting_times_wrong", field="closed_at")


def _ensure_members(data: MeetingData) -> None:
    """Whoever is written down agrees with the numbers, and one person chairs."""
    if not data.members:
        return
    came = Counter(member.presence for member in data.members)
    counted = (len(data.members), came[Presence.PRESENT], came[Presence.WRITTEN])
    if counted != (data.members_total, data.members_present, data.written_opinions):
        raise Invalid("meeting_members_disagree", listed=len(data.members), total=data.members_total)
    if sum(member.role is CouncilRole.CHAIR for member in data.members) > 1:
        raise Invalid("meeting_one_chair")


def _ensure_votes(data: MeetingData, votes: Mapping[UUID, int | None], nominees: Mapping[UUID, Nominee]) -> None:
    most = data.members_present + data.written_opinions
    for nominee_id, in_favour in votes.items():
        if nominee_id not in nominees:
            raise Invalid("nominee_not_in_dossier")
        if in_favour is not None and not 0 <= in_favour <= most:
            raise Invalid("votes_over_members", nominee=nominees[nominee_id].name, votes=in_favour, most=most)


def _write(dossier: Dossier, data: MeetingData) -> CouncilMeeting:
    meeting = dossier.meeting
    if meeting is None:
        meeting = dossier.meeting = CouncilMeeting(dossier_id=dossier.id)
    for name, value in asdict(data).items():
        if name != "members":
            setattr(meeting, name, value.strip() if isinstance(value, str) else value)
    _write_members(meeting, data.members)
    return meeting


def _write_members(meeting: CouncilMeeting, members: Sequence[MemberData]) -> None:
    """Rows are used again in their order, so that a correction does not collide with the unique ordinal."""
    del meeting.members[len(members) :]
    for ordinal, member in enumerate(members, start=1):
        if ordinal > len(meeting.members):
            meeting.members.append(CouncilMember(ordinal=ordinal))
        for name, value in asdict(member).items():
            setattr(meeting.members[ordinal - 1], name, value)


def suggested_members(session: Session, dossier: Dossier, *, day: date) -> tuple[MemberData, ...]:
    """Who probably sits in the unit's council: those of its last meeting on record, else who holds its seats today."""
    query = (
        select(CouncilMeeting)
        .join(CouncilMeeting.dossier)
        .where(Dossier.unit_id == dossier.unit_id, CouncilMeeting.members.any())
        .order_by(CouncilMeeting.held_on.desc())
    )
    last = session.scalars(query.limit(1)).first()
    if last is not None:
        return tuple(_again(member) for member in last.members)
    return tuple(_seated(session, dossier, day))


def _again(member: CouncilMember) -> MemberData:
    return MemberData(
        name=member.name, role=member.role, honorific=member.honorific, position_title=member.position_title
    )


def _seated(session: Session, dossier: Dossier, day: date) -> Iterator[MemberData]:
    """Chair and secretary, then the head and the deputies, each once, with what they are in the unit."""
    seen: set[UUID] = set()
    for kind, role in _SEATS:
        for seat in people.holders(session, unit_id=dossier.unit_id, kind=kind, day=day):
            if seat.delegated or seat.person_id in seen:
                continue
            seen.add(seat.person_id)
            yield MemberData(name=seat.full_name, role=role, position_title=_title(session, seat, day))


def _title(session: Session, seat: Seat, day: date) -> str:
    """What the person is in the unit outside of the council."""
    held = people.seats_of_person(session, seat.person_id, day)
    titles = (each.title for each in held if each.unit_id == seat.unit_id and each.kind not in _OF_COUNCIL)
    return next(titles, "")


_OF_COUNCIL = frozenset({PositionKind.COUNCIL_CHAIR, PositionKind.COUNCIL_SECRETARY})
_SEATS = (
    (PositionKind.COUNCIL_CHAIR, CouncilRole.CHAIR),
    (PositionKind.DEPUTY_HEAD, CouncilRole.DEPUTY_CHAIR),
    (PositionKind.COUNCIL_SECRETARY, CouncilRole.SECRETARY),
    (PositionKind.HEAD, CouncilRole.MEMBER),
)


def _set_vote(session: Session, nominee: Nominee, in_favour: int | None) -> None:
    vote = nominee.vote
    if in_favour is None:
        if vote is not None:
            session.delete(vote)
        return
    if vote is None:
        vote = Vote(nominee_id=nominee.id, in_favour=in_favour)
        session.add(vote)
    vote.in_favour = in_favour
