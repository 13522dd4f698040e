"""What the coordinator sees of every unit (P21)."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from dms.appraisal import progress
from dms.appraisal.progress import Progress, Standing
from dms.appraisal.rules import Lateness
from dms.errors import NotFound
from dms.people.models import SuccessionKind, UnitKind, UnitSuccession
from dms.policy import Actor, Role, Status
from tests import factories as make
from tests.dms.appraisal import world

GOOD = {2025: "95"}


def seen_by(session: Session, by: Actor, *, days_later: int = 0) -> Progress:
    revision, now = make.a_campaign(session), make.NOW + timedelta(days=days_later)
    return progress.progress(session, revision.id, make.BANG_KHEN, by=by, now=now)


def of_unit(found: Progress, name: str) -> progress.UnitProgress:
    return next(row for row in found.rows if row.unit == name)


@pytest.mark.rule("P21")
def test_every_unit_that_may_take_part_has_a_row_also_those_that_have_not_begun(session: Session) -> None:
    coordinator = world.a_coordinator(session)
    make.a_unit(session, name="Xã An Bình", kind=UnitKind.COMMUNE)
    make.a_unit(session, name="Ban Chỉ đạo khác", kind=UnitKind.STEERING_COMMITTEE)  # takes no part
    found = seen_by(session, coordinator)
    shown = {row.unit for row in found.rows}
    assert {"Xã An Bình", "Sở Giáo dục và Đào tạo", "Sở Nội vụ"} <= shown
    assert "Ban Chỉ đạo khác" not in shown
    assert of_unit(found, "Xã An Bình").standing is Standing.NOT_OPENED
    assert found.counts[Standing.NOT_OPENED] == len(found.rows)


@pytest.mark.rule("P21")
@pytest.mark.parametrize(
    ("status", "standing"),
    [
        (Status.DRAFT, Standing.PREPARING),
        (Status.SIGNING, Standing.PREPARING),
        (Status.RETURNED, Standing.RETURNED),
        (Status.SUBMITTED, Standing.SUBMITTED),
        (Status.APPRAISED, Standing.PASSED_ON),
        (Status.WITHDRAWN, Standing.ENDED),
    ],
)
def test_a_row_tells_where_the_dossier_stands_and_what_is_missing(
    session: Session, status: Status, standing: Standing
) -> None:
    coordinator = world.a_coordinator(session)
    unit = make.a_unit(session, name="Sở Xây dựng")
    dossier = world.a_submitted_dossier(
        session, {"Phòng A": GOOD}, {"An": GOOD, "Bình": GOOD}, unit=unit, status=status
    )
    row = of_unit(seen_by(session, coordinator), "Sở Xây dựng")
    assert (row.standing, row.code) == (standing, dossier.code)
    assert (row.collectives, row.individuals) == (1, 2)
    assert row.missing == dossier.summary.blocking > 0  # no paper is there yet


@pytest.mark.rule("P18")
def test_who_is_late_and_who_only_has_not_come_yet(session: Session) -> None:
    coordinator = world.a_coordinator(session)
    waiting, early, tardy = (make.a_unit(session, name=name) for name in ("Sở Chưa", "Sở Sớm", "Sở Trễ"))
    world.a_submitted_dossier(session, {"A": GOOD}, unit=early)
    late = world.a_submitted_dossier(session, {"B": GOOD}, unit=tardy)
    late.submitted_at = make.NOW + timedelta(days=5)  # 10/01/2026, the day of the deadline
    session.flush()
    before, after = seen_by(session, coordinator), seen_by(session, coordinator, days_later=5)
    assert of_unit(before, "Sở Chưa").lateness is Lateness.DUE
    assert of_unit(after, "Sở Chưa").lateness is Lateness.OVERDUE
    assert of_unit(after, "Sở Sớm").lateness is Lateness.IN_TIME
    assert of_unit(after, "Sở Trễ").lateness is Lateness.LATE
    assert waiting.id == after.rows[0].unit_id or after.rows[0].is_late


@pytest.mark.rule("P21")
def test_a_withdrawn_dossier_does_not_hide_the_one_that_took_its_place(session: Session) -> None:
    coordinator = world.a_coordinator(session)
    unit = make.a_unit(session, name="Sở Xây dựng")
    world.a_submitted_dossier(session, {"A": GOOD}, unit=unit, status=Status.WITHDRAWN)
    second = world.a_submitted_dossier(session, {"A": GOOD}, unit=unit)
    rows = [row for row in seen_by(session, coordinator).rows if row.unit == "Sở Xây dựng"]
    assert [row.code for row in rows] == [second.code]


@pytest.mark.rule("P21")
def test_a_successor_has_not_forgotten_what_its_predecessor_sent(session: Session) -> None:
    coordinator = world.a_coordinator(session)
    district = make.a_unit(session, name="UBND huyện Cũ", kind=UnitKind.DISTRICT)
    commune = make.a_unit(session, name="UBND xã Mới", kind=UnitKind.COMMUNE)
    world.a_submitted_dossier(session, {"A": GOOD}, unit=district)
    district.abolished_on = date(2026, 1, 6)
    ids = {"predecessor_id": district.id, "successor_id": commune.id}
    session.add(UnitSuccession(**ids, kind=SuccessionKind.MERGED, on=date(2026, 1, 6)))
    session.flush()
    names = [row.unit for row in seen_by(session, coordinator, days_later=3).rows]
    assert "UBND huyện Cũ" in names
    assert "UBND xã Mới" not in names


@pytest.mark.rule("P21")
def test_units_that_need_an_eye_stand_first(session: Session) -> None:
    coordinator = world.a_coordinator(session)
    for name, status in (("Sở A", Status.APPRAISED), ("Sở B", Status.SUBMITTED), ("Sở C", Status.DRAFT)):
        world.a_submitted_dossier(session, {f"Phòng {name}": GOOD}, unit=make.a_unit(session, name=name), status=status)
    order = [row.standing for row in seen_by(session, coordinator).rows]
    assert order == sorted(order, key=list(Standing).index)


@pytest.mark.rule("P21")
def test_progress_is_for_coordinator_appraiser_and_the_chairs_office_of_this_campaign_only(session: Session) -> None:
    province = make.a_province(session)
    for actor in (world.a_coordinator(session), world.an_appraiser(session)):
        assert seen_by(session, actor).rows
        assert [scheme.code for _, scheme in progress.followed(session, by=actor, now=make.NOW)] == [make.BANG_KHEN]
    stranger = make.an_actor(session, make.a_unit(session), Role.COORDINATOR)
    clerk = make.a_clerk(session, province.department)
    for actor in (stranger, clerk):
        assert progress.followed(session, by=actor, now=make.NOW) == []
        with pytest.raises(NotFound):
            seen_by(session, actor)


@pytest.mark.rule("P21")
def test_progress_costs_the_same_queries_for_one_unit_and_for_two_hundred(session: Session) -> None:
    coordinator = world.a_coordinator(session)
    revision = make.a_campaign(session)
    world.a_submitted_dossier(session, {"A": GOOD}, unit=make.a_unit(session))
    few = cost(session, coordinator, revision.id)
    for number in range(200):
        unit = make.a_unit(session)
        if number % 20 == 0:
            world.a_submitted_dossier(session, {f"Phòng {number}": GOOD}, unit=unit)
    assert cost(session, coordinator, revision.id) == few


def cost(session: Session, by: Actor, revision_id: object) -> int:
    with world.counted(session) as statements:
        progress.progress(session, revision_id, make.BANG_KHEN, by=by, now=make.NOW)
    return len(statements)
