"""Opening a dossier: who may, under which scheme, with which bodies, under which code."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from dms import audit
from dms.dossiers import service
from dms.dossiers.lifecycle import trail_of
from dms.errors import Conflict, Invalid, PermissionDenied
from dms.people.models import SuccessionKind, UnitKind, UnitName, UnitSuccession
from dms.policy import Role, Status
from tests import factories as make


def test_a_dossier_pins_the_revision_and_gets_a_readable_code(session: Session) -> None:
    dossier = make.a_dossier(session)
    assert dossier.code == "HS-2026-0001"
    assert dossier.status is Status.DRAFT
    assert dossier.revision.number == 1
    events = audit.events(session, trail_of(dossier))
    assert [event.tag for event in events] == ["dossier:open"]
    assert events[0].data["digest"] == dossier.revision.digest


def test_codes_count_up_past_four_digits(session: Session) -> None:
    first = make.a_dossier(session)
    first.code = "HS-2026-9999"
    session.flush()
    assert make.a_dossier(session).code == "HS-2026-10000"
    assert make.a_dossier(session).code == "HS-2026-10001"


@pytest.mark.rule("P12")
def test_bodies_are_those_that_carry_the_duties_on_the_day(session: Session) -> None:
    province = make.a_province(session)
    successor = make.a_unit(session, code="so-khcn", name="Sở Khoa học và Công nghệ")
    session.add(
        UnitSuccession(
            predecessor_id=province.coordinator.id,
            successor_id=successor.id,
            kind=SuccessionKind.TRANSFERRED,
            on=date(2025, 3, 1),
        )
    )
    dossier = make.a_dossier(session)
    assert dossier.coordinator_id == successor.id
    assert dossier.appraiser_id == province.appraiser.id
    assert dossier.conferrer_id == province.committee.id


@pytest.mark.rule("P05")
def test_the_own_head_confers_a_giay_khen_and_no_coordinator_stands_between(session: Session) -> None:
    dossier = make.a_dossier(session, scheme=make.GIAY_KHEN)
    assert dossier.conferrer_id == dossier.unit_id
    assert (dossier.coordinator_id, dossier.appraiser_id) == (None, None)
    assert dossier.year == 2025


@pytest.mark.rule("P08")
def test_the_steering_committee_confers_where_the_department_itself_is_put_forward(session: Session) -> None:
    province = make.a_province(session)
    dossier = make.a_dossier(session, scheme=make.GIAY_KHEN, for_itself=True)
    assert dossier.conferrer_id == province.steering.id


@pytest.mark.rule("P02")
def test_a_unit_of_a_kind_that_does_not_take_part_is_refused(session: Session) -> None:
    committee = make.a_unit(session, kind=UnitKind.STEERING_COMMITTEE)
    with pytest.raises(Invalid, match="unit_kind_not_allowed"):
        make.a_dossier(session, unit=committee)


@pytest.mark.rule("P23")
def test_a_units_own_campaign_is_for_it_and_what_stands_below_it(session: Session) -> None:
    province = make.a_province(session)
    own = make.a_campaign(session, make.OWN_CAMPAIGN)
    school = make.a_unit(session, kind=UnitKind.SCHOOL, parent=province.department)
    dossier = make.a_dossier(session, unit=school, revision=own, scheme="giay-khen-giam-doc-so")
    assert dossier.conferrer_id == province.department.id
    with pytest.raises(Invalid, match="unit_outside_campaign"):
        make.a_dossier(session, revision=own, scheme="giay-khen-giam-doc-so")


def test_an_abolished_unit_opens_nothing(session: Session) -> None:
    """Its own clerk works there no more; the successor's clerk, who carries its duties, is told why."""
    unit, heir, today = make.a_unit(session), make.a_unit(session), make.NOW.date()
    unit.abolished_on = today
    session.add(UnitSuccession(predecessor_id=unit.id, successor_id=heir.id, kind=SuccessionKind.MERGED, on=today))
    session.flush()
    with pytest.raises(PermissionDenied):
        make.a_dossier(session, unit=unit)
    with pytest.raises(Invalid, match="unit_abolished"):
        make.a_dossier(session, unit=unit, by=make.a_clerk(session, heir))


def test_a_unit_has_one_living_dossier_under_a_scheme(session: Session) -> None:
    first = make.a_dossier(session)
    clerk = make.clerk_of(session, first)
    with pytest.raises(Conflict, match="dossier_already_open") as refusal:
        service.open_dossier(session, first.revision_id, first.scheme_code, first.unit_id, by=clerk, now=make.NOW)
    assert refusal.value.params["dossier"] == first.code
    service.withdraw(session, first.id, reason="Lập nhầm", by=clerk, now=make.NOW)
    assert make.a_dossier(session, unit=first.unit).code == "HS-2026-0002"


def test_only_the_units_own_clerk_opens_its_dossier(session: Session) -> None:
    province = make.a_province(session)
    stranger = make.an_actor(session, province.coordinator, Role.CLERK, Role.COORDINATOR)
    with pytest.raises(PermissionDenied):
        make.a_dossier(session, by=stranger)


def test_a_year_outside_the_campaign_is_refused(session: Session) -> None:
    make.a_province(session)
    unit, revision = make.a_unit(session), make.a_campaign(session)
    clerk = make.a_clerk(session, unit)
    with pytest.raises(Invalid, match="year_outside_campaign"):
        service.open_dossier(session, revision.id, make.GIAY_KHEN, unit.id, by=clerk, now=make.NOW, year=2031)


def test_a_dossier_keeps_the_units_name_of_its_day(session: Session) -> None:
    unit = make.a_unit(session, name="Sở Cũ")
    unit.names.append(
        UnitName(name="Sở Mới", symbol="SM", place="Vĩnh Long", valid_from=make.NOW.date() + timedelta(days=30))
    )
    dossier = make.a_dossier(session, unit=unit)
    session.expire_all()
    again = service.get(session, dossier.id, by=make.clerk_of(session, dossier))
    assert service.unit_name(again).name == "Sở Cũ"
