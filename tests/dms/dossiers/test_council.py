"""The council's meeting: what cannot have been is refused, votes count of all members."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from dms.dossiers import council, service
from dms.dossiers.council import MeetingData
from dms.errors import Invalid
from tests import factories as make

TODAY = date(2026, 1, 5)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (MeetingData(TODAY + timedelta(days=1), 9, 7), "meeting_in_future"),
        (MeetingData(TODAY, 0, 0), "meeting_numbers_wrong"),
        (MeetingData(TODAY, 9, 10), "meeting_numbers_wrong"),
        (MeetingData(TODAY, 9, 7, 3), "meeting_numbers_wrong"),
        (MeetingData(TODAY, 9, -1), "meeting_numbers_wrong"),
    ],
)
def test_a_meeting_that_cannot_have_been_is_refused(session: Session, data: MeetingData, code: str) -> None:
    dossier = make.a_dossier(session)
    with pytest.raises(Invalid, match=code):
        council.record_meeting(session, dossier.id, data, {}, by=make.clerk_of(session, dossier), now=make.NOW)


def test_more_votes_than_voters_are_refused(session: Session) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    nominee = make.a_nominee(session, dossier, by=clerk)
    with pytest.raises(Invalid, match="votes_over_members"):
        council.record_meeting(
            session, dossier.id, MeetingData(TODAY, 9, 7, 1), {nominee.id: 9}, by=clerk, now=make.NOW
        )


def test_votes_for_a_nominee_of_another_dossier_are_refused(session: Session) -> None:
    dossier, other = make.a_dossier(session), make.a_dossier(session)
    stranger = make.a_nominee(session, other)
    with pytest.raises(Invalid, match="nominee_not_in_dossier"):
        council.record_meeting(
            session,
            dossier.id,
            MeetingData(TODAY, 9, 7),
            {stranger.id: 5},
            by=make.clerk_of(session, dossier),
            now=make.NOW,
        )


@pytest.mark.rule("P15")
@pytest.mark.parametrize(
    ("held_on", "code"), [(date(2025, 12, 31), "council_too_early"), (date(2026, 1, 1), "council_met")]
)
def test_the_council_meets_once_the_period_is_over(session: Session, held_on: date, code: str) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    council.record_meeting(session, dossier.id, MeetingData(held_on, 9, 9), {}, by=clerk, now=make.NOW)
    assert code in {finding.code for finding in service.judge(session, dossier, now=make.NOW).findings}


def test_a_meeting_is_corrected_and_a_vote_taken_out(session: Session) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    nominee = make.a_nominee(session, dossier, by=clerk)
    for members, votes in ((9, 8), (7, None)):
        data = MeetingData(TODAY, members, members)
        council.record_meeting(session, dossier.id, data, {nominee.id: votes}, by=clerk, now=make.NOW)
    session.expire_all()
    meeting = council.meeting_of(session, dossier.id)
    assert meeting is not None
    assert meeting.members_total == 7
    assert nominee.vote is None
