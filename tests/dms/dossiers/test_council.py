"""The council's meeting: what cannot have been is refused, votes count of all members."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from dms.dossiers import council, service
from dms.dossiers.council import MeetingData
from dms.dossiers.models import Presence
from dms.errors import Invalid
from dms.people.models import Unit
from dms.policy import PositionKind, Status
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


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"opened_at": time(9), "closed_at": time(9)}, "meeting_times_wrong"),
        ({"members": make.a_council(8)}, "meeting_members_disagree"),
        ({"members": make.a_council(9, absent=1)}, "meeting_members_disagree"),
        ({"members": (make.a_council(9)[0],) * 9}, "meeting_one_chair"),
    ],
)
def test_a_meeting_that_contradicts_itself_is_refused(session: Session, changed: dict[str, Any], code: str) -> None:
    dossier = make.a_dossier(session)
    data = MeetingData(TODAY, 9, 9, **changed)
    with pytest.raises(Invalid, match=code):
        council.record_meeting(session, dossier.id, data, {}, by=make.clerk_of(session, dossier), now=make.NOW)


def test_members_are_kept_in_their_order_and_corrected(session: Session) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    for members in (make.a_council(5), tuple(reversed(make.a_council(7))), make.a_council(3)):
        count = len(members)
        data = MeetingData(TODAY, count, count, members=members)
        council.record_meeting(session, dossier.id, data, {}, by=clerk, now=make.NOW)
        session.expire_all()
        meeting = council.meeting_of(session, dossier.id)
        assert meeting is not None
        assert [each.name for each in meeting.members] == [each.name for each in members]


def test_who_sat_in_the_last_meeting_is_suggested_for_the_next(session: Session) -> None:
    unit = make.a_unit(session)
    earlier = make.a_dossier(session, unit=unit)
    data = MeetingData(TODAY, 5, 4, 1, members=make.a_council(5, written=1))
    council.record_meeting(session, earlier.id, data, {}, by=make.clerk_of(session, earlier), now=make.NOW)
    earlier.status = Status.WITHDRAWN
    session.flush()
    suggested = council.suggested_members(session, make.a_dossier(session, unit=unit), day=TODAY)
    assert [each.name for each in suggested] == [each.name for each in data.members]
    assert {each.presence for each in suggested} == {Presence.PRESENT}, "how they took part is new each time"
    assert not any(each.opinion for each in suggested)


def test_a_first_council_is_suggested_from_the_seats_of_the_unit(session: Session) -> None:
    dossier = make.a_dossier(session)
    unit = session.get_one(Unit, dossier.unit_id)
    chair = make.a_person(session, "Lê Văn Chủ")
    make.an_appointment(session, chair, unit, PositionKind.COUNCIL_CHAIR)
    make.an_appointment(session, chair, unit, PositionKind.HEAD, title="Giám đốc")
    make.an_appointment(session, make.a_person(session, "Phạm Thị Ký"), unit, PositionKind.COUNCIL_SECRETARY)
    suggested = council.suggested_members(session, dossier, day=TODAY)
    assert [(each.name, each.role.value, each.position_title) for each in suggested] == [
        ("Lê Văn Chủ", "chair", "Giám đốc"),
        ("Phạm Thị Ký", "secretary", ""),
    ]


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
