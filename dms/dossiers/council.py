"""The meeting of the unit's council and its votes (P15); minutes are drafted from them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.audit import record
from dms.dossiers import service, summary
from dms.dossiers.facts import nominees_of
from dms.dossiers.guards import ensure_editable
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import CouncilMeeting, Dossier, Nominee, Vote
from dms.dossiers.reopening import ensure_data_open
from dms.errors import Invalid
from dms.policy import Actor


@dataclass(frozen=True, slots=True)
class MeetingData:
    """What the minutes say: the day, the place, how many members there are, how many came or wrote, the conclusion."""

    held_on: date
    members_total: int
    members_present: int
    written_opinions: int = 0
    place: str = ""
    conclusion: str = ""


def meeting_of(session: Session, dossier_id: UUID) -> CouncilMeeting | None:
    """The meeting of a dossier, if it has been recorded."""
    return session.scalars(select(CouncilMeeting).where(CouncilMeeting.dossier_id == dossier_id)).first()


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

    Raises Invalid("meeting_in_future", "meeting_numbers_wrong", "votes_over_members", "nominee_not_in_dossier").
    """
    dossier = service.get(session, dossier_id, by=by)
    ensure_editable(dossier, by)
    ensure_data_open(session, dossier, now=now)
    _ensure_possible(data, clock.day_of(now))
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
        setattr(meeting, name, value.strip() if isinstance(value, str) else value)
    return meeting


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
