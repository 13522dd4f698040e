"""People in time: what a unit was called, who succeeded whom, who may sign from which seat on which day."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from dms import audit
from dms.errors import DomainError, Invalid, NotFound, PermissionDenied
from dms.people import delegations, service
from dms.people.delegations import DelegationTerms, LegalPaper
from dms.people.models import Capacity, Delegation, Person, SuccessionKind, Unit, UnitName, UnitSuccession
from dms.people.service import Seat
from dms.policy import SYSTEM, Actor, Mandate, PositionKind, Role
from dms.scope import Scope
from tests import factories as make

NOW = make.NOW
TODAY = NOW.date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
LETTERS = Scope(document_kinds=frozenset({"submission_letter"}))
HEAD, DEPUTY, CHAIR = PositionKind.HEAD, PositionKind.DEPUTY_HEAD, PositionKind.COUNCIL_CHAIR


@contextmanager
def counted(session: Session) -> Iterator[SimpleNamespace]:
    """Count the statements of the block, from a session that has nothing loaded."""
    session.flush()
    session.expunge_all()
    queries, connection = SimpleNamespace(count=0), session.connection()

    def count(*_: Any) -> None:
        queries.count += 1

    event.listen(connection, "before_cursor_execute", count)
    yield queries
    event.remove(connection, "before_cursor_execute", count)


def succeeded(
    session: Session, predecessor: Unit, successor: Unit, on: date, *, kind: SuccessionKind = SuccessionKind.MERGED
) -> None:
    """The predecessor's duties pass on; unless only duties are transferred, it is no more from that day."""
    session.add(UnitSuccession(predecessor_id=predecessor.id, successor_id=successor.id, kind=kind, on=on))
    if kind is not SuccessionKind.TRANSFERRED:
        predecessor.abolished_on = on
    session.flush()


def a_head(session: Session, unit: Unit, name: str | None = None, **more: Any) -> Person:
    person = make.a_person(session, name)
    make.an_appointment(session, person, unit, HEAD, **more)
    return person


def a_deputy(session: Session, unit: Unit, name: str | None = None) -> Person:
    person = make.a_person(session, name)
    make.an_appointment(session, person, unit, DEPUTY)
    return person


def acting(session: Session, person: Person, day: date = TODAY) -> Actor:
    return service.actor_of(session, person.id, day)


def terms(unit: Unit, delegate: Person, **more: Any) -> DelegationTerms:
    plain = DelegationTerms(
        unit_id=unit.id,
        position_kind=HEAD,
        delegate_id=delegate.id,
        capacity=Capacity.KT,
        basis="Quyết định phân công công việc",
        paper=LegalPaper("12/QĐ-SGDĐT", date(2026, 1, 2), "Sở Giáo dục và Đào tạo"),
        valid_from=TODAY,
        valid_to=TODAY + timedelta(days=10),
    )
    return replace(plain, **more)


def delegated(session: Session, head: Person, unit: Unit, delegate: Person, **more: Any) -> Delegation:
    return delegations.delegate(session, terms(unit, delegate, **more), by=acting(session, head), now=NOW)


def a_power(session: Session, unit: Unit, delegate: Person, capacity: Capacity = Capacity.KT) -> Delegation:
    """A row as such, whoever would have been allowed to make it."""
    row = delegations._row(terms(unit, delegate, capacity=capacity), by=acting(session, delegate), now=NOW)
    session.add(row)
    session.flush()
    return row


def below(session: Session, unit: Unit, name: str | None = None, *, title: str | None = None) -> Person:
    """The head of a new unit below another."""
    return a_head(session, make.a_unit(session, parent=unit), name, title=title)


def seat(session: Session, person: Person, unit: Unit, day: date = TODAY, *, kind: PositionKind = HEAD) -> Seat | None:
    return service.seat_for(session, person.id, unit_id=unit.id, kind=kind, day=day)


def signers(session: Session, unit: Unit, day: date = TODAY, kind: PositionKind = HEAD) -> list[str]:
    return [each.full_name for each in service.holders(session, unit_id=unit.id, kind=kind, day=day)]


# --- names on a day


def a_renamed_unit(session: Session) -> Unit:
    unit = make.a_unit(session, name="Sở Bưu chính, Viễn thông")
    for name, day in (("Sở Khoa học và Công nghệ", 20), ("Sở Thông tin và Truyền thông", 10)):
        more = {"symbol": "S", "place": "Vĩnh Long", "valid_from": date(2025, 3, day)}
        session.add(UnitName(unit_id=unit.id, name=name, **more))
    session.flush()
    return unit


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2025, 3, 9), "Sở Bưu chính, Viễn thông"),
        (date(2025, 3, 10), "Sở Thông tin và Truyền thông"),
        (date(2025, 3, 19), "Sở Thông tin và Truyền thông"),
        (date(2025, 3, 20), "Sở Khoa học và Công nghệ"),
        (date(2099, 1, 1), "Sở Khoa học và Công nghệ"),
        (date(1999, 1, 1), "Sở Bưu chính, Viễn thông"),
    ],
)
def test_a_paper_names_the_unit_as_it_was_called_on_its_day(session: Session, day: date, name: str) -> None:
    assert service.name_on(session, a_renamed_unit(session).id, day).name == name


def test_a_unit_that_does_not_exist_has_no_name(session: Session) -> None:
    assert service.names_on(session, [uuid4()], TODAY) == {}
    assert service.names_on(session, [], TODAY) == {}
    with pytest.raises(NotFound, match="unit_not_found"):
        service.name_on(session, uuid4(), TODAY)


@pytest.mark.parametrize("day", [TODAY, date(1999, 1, 1)])
def test_the_names_of_many_units_cost_one_query(session: Session, day: date) -> None:
    ids = [make.a_unit(session).id for _ in range(20)]
    with counted(session) as queries:
        assert len(service.names_on(session, ids, day)) == 20
    assert queries.count == 1


def test_a_list_of_living_units_leaves_out_the_abolished_and_the_unborn(session: Session) -> None:
    living, abolished, unborn = (make.a_unit(session) for _ in range(3))
    abolished.abolished_on, unborn.founded_on = TODAY, TOMORROW
    session.flush()
    assert living in service.list_units(session, living_on=TODAY)
    assert not {abolished, unborn} & set(service.list_units(session, living_on=TODAY))
    assert {living, abolished, unborn} <= set(service.list_units(session))
    assert abolished in service.list_units(session, living_on=YESTERDAY)


def test_a_person_a_unit_or_a_code_that_is_unknown_is_told(session: Session) -> None:
    with pytest.raises(NotFound, match="person_not_found"):
        service.actor_of(session, uuid4(), TODAY)
    with pytest.raises(NotFound, match="unit_not_found"):
        service.get_unit(session, uuid4())
    with pytest.raises(NotFound, match="unit_code_unknown") as caught:
        service.unit_by_code(session, "so-khong-co")
    assert caught.value.params == {"unit": "so-khong-co"}


# --- who succeeded whom


def test_duties_pass_on_over_any_number_of_generations(session: Session) -> None:
    first, second, third = (make.a_unit(session) for _ in range(3))
    succeeded(session, first, second, date(2023, 1, 1))
    succeeded(session, second, third, date(2025, 1, 1))
    assert service.successor_of(session, first.id, date(2022, 12, 31)) == first.id
    assert service.successor_of(session, first.id, date(2023, 1, 1)) == second.id
    assert service.successor_of(session, first.id, TODAY) == third.id
    assert service.predecessors(session, TODAY)[third.id] == {first.id, second.id}
    assert service.predecessors(session, date(2024, 1, 1))[third.id] == frozenset()


def test_a_merged_unit_carries_the_duties_of_each_that_went_into_it(session: Session) -> None:
    one, other, merged = (make.a_unit(session) for _ in range(3))
    for each in (one, other):
        succeeded(session, each, merged, YESTERDAY)
    assert service.predecessors(session, TODAY)[merged.id] == {one.id, other.id}
    assert {service.successor_of(session, each.id, TODAY) for each in (one, other)} == {merged.id}


def test_after_a_split_the_same_heir_answers_every_time(session: Session) -> None:
    district, *communes = (make.a_unit(session) for _ in range(6))
    for each in communes:
        succeeded(session, district, each, YESTERDAY, kind=SuccessionKind.SPLIT)
    expected = min(each.id for each in communes)
    assert {service.successor_of(session, district.id, TODAY) for _ in range(3)} == {expected}
    assert all(district.id in service.predecessors(session, TODAY)[each.id] for each in communes)


def test_a_circle_of_successions_ends(session: Session) -> None:
    one, other = make.a_unit(session), make.a_unit(session)
    succeeded(session, one, other, date(2023, 1, 1), kind=SuccessionKind.TRANSFERRED)
    succeeded(session, other, one, date(2024, 1, 1), kind=SuccessionKind.TRANSFERRED)
    assert service.successor_of(session, one.id, TODAY) in {one.id, other.id}
    assert {one.id, other.id} >= service.predecessors(session, TODAY)[one.id] >= {other.id}
    head = a_head(session, one)
    assert acting(session, head).seats == {(HEAD, one.id), (HEAD, other.id)}


# --- who a person is on a day


def test_a_role_counts_from_its_first_day_to_the_day_before_its_last(session: Session) -> None:
    unit, person = make.a_unit(session), make.a_person(session)
    grant = make.a_role(session, person, unit, Role.CLERK, valid_from=TODAY)
    grant.valid_to = TODAY + timedelta(days=2)
    session.flush()
    held = [bool(acting(session, person, TODAY + timedelta(days=n)).roles) for n in (-1, 0, 1, 2)]
    assert held == [False, True, True, False]


def test_an_appointment_counts_from_its_first_day_to_the_day_before_its_last(session: Session) -> None:
    unit = make.a_unit(session)
    head = a_head(session, unit, valid_from=TODAY, valid_to=TODAY + timedelta(days=2))
    days = [TODAY + timedelta(days=n) for n in (-1, 0, 1, 2)]
    assert [bool(acting(session, head, day).seats) for day in days] == [False, True, True, False]
    assert [bool(seat(session, head, unit, day)) for day in days] == [False, True, True, False]
    assert [bool(signers(session, unit, day)) for day in days] == [False, True, True, False]


def test_the_successors_people_see_what_the_predecessors_did_from_the_day_on(session: Session) -> None:
    old, new = make.a_unit(session), make.a_unit(session)
    succeeded(session, old, new, TODAY)
    clerk = make.a_person(session, "Lê Thị Mai")
    make.a_role(session, clerk, new, Role.COORDINATOR)
    make.an_appointment(session, clerk, new, CHAIR)
    today, before = acting(session, clerk), acting(session, clerk, YESTERDAY)
    assert today.roles == {(Role.COORDINATOR, new.id), (Role.COORDINATOR, old.id)}
    assert today.seats == {(CHAIR, new.id), (CHAIR, old.id)}
    assert before.unit_ids == {new.id}
    assert today.name == "Lê Thị Mai"


def test_the_predecessors_people_see_nothing_of_the_successor(session: Session) -> None:
    old, new = make.a_unit(session), make.a_unit(session)
    succeeded(session, old, new, YESTERDAY, kind=SuccessionKind.TRANSFERRED)
    person = a_head(session, old)
    make.a_role(session, person, old, Role.CLERK)
    assert acting(session, person).unit_ids == {old.id}


def test_roles_and_seats_end_with_the_unit_that_they_were_held_in(session: Session) -> None:
    """Nobody enters an end for each of them on the day on which a unit goes."""
    old, new = make.a_unit(session), make.a_unit(session)
    person = a_head(session, old)
    make.a_role(session, person, old, Role.CLERK)
    delegate = a_deputy(session, old)
    delegated(session, person, old, delegate, valid_to=TODAY + timedelta(days=90))
    gone = TODAY + timedelta(days=30)
    succeeded(session, old, new, gone)
    assert acting(session, person, gone - timedelta(days=1)).unit_ids == {old.id}
    assert acting(session, person, gone).unit_ids == frozenset()
    assert seat(session, person, old, gone) is None
    assert seat(session, delegate, old, gone - timedelta(days=1)) is not None
    assert seat(session, delegate, old, gone) is None
    assert signers(session, old, gone) == []


# --- who signs


def test_a_head_signs_in_their_own_right_under_their_title(session: Session) -> None:
    unit = make.a_unit(session)
    head = a_head(session, unit, "Nguyễn Thị Thuỳ Dương")
    expected = Seat(head.id, "Nguyễn Thị Thuỳ Dương", unit.id, HEAD, "Giám đốc", Capacity.NONE, delegated=False)
    assert seat(session, head, unit) == expected
    assert service.holders(session, unit_id=unit.id, kind=HEAD, day=TODAY) == [expected]
    assert seat(session, head, unit, kind=CHAIR) is None
    assert seat(session, head, make.a_unit(session)) is None


@pytest.mark.rule("P25")
def test_an_acting_head_signs_with_q(session: Session) -> None:
    unit = make.a_unit(session)
    head = a_head(session, unit, title="Quyền Giám đốc", capacity=Capacity.Q)
    found = seat(session, head, unit)
    assert found is not None
    assert (found.capacity, found.title, found.delegated) == (Capacity.Q, "Quyền Giám đốc", False)


def test_a_deputy_without_a_delegation_does_not_sign_for_the_head(session: Session) -> None:
    unit = make.a_unit(session)
    a_head(session, unit)
    assert seat(session, a_deputy(session, unit), unit) is None


def test_the_successors_head_signs_what_waited_for_the_head_of_an_abolished_unit(session: Session) -> None:
    old, new = make.a_unit(session), make.a_unit(session)
    old_head, new_head = a_head(session, old, "Người cũ"), a_head(session, new, "Người mới")
    succeeded(session, old, new, TODAY)
    found = seat(session, new_head, old)
    assert found is not None
    assert (found.unit_id, found.title, found.delegated) == (new.id, "Giám đốc", False)
    assert seat(session, old_head, old) is None
    assert signers(session, old) == ["Người mới"]
    assert signers(session, old, YESTERDAY) == ["Người cũ"]
    assert seat(session, new_head, old, YESTERDAY) is None


def test_a_delegate_of_the_successors_head_signs_for_the_abolished_unit_too(session: Session) -> None:
    old, new = make.a_unit(session), make.a_unit(session)
    head, deputy = a_head(session, new, "Trưởng"), a_deputy(session, new, "Phó")
    succeeded(session, old, new, YESTERDAY)
    delegated(session, head, new, deputy)
    found = seat(session, deputy, old)
    assert found is not None
    assert (found.capacity, found.title) == (Capacity.KT, "Phó Giám đốc")
    assert signers(session, old) == ["Trưởng", "Phó"]


def test_after_a_split_each_heir_may_sign_and_each_is_named(session: Session) -> None:
    district, *communes = (make.a_unit(session) for _ in range(3))
    heads = [a_head(session, each, f"Chủ tịch {number}") for number, each in enumerate(communes)]
    for each in communes:
        succeeded(session, district, each, YESTERDAY, kind=SuccessionKind.SPLIT)
    assert all(seat(session, head, district) for head in heads)
    assert sorted(signers(session, district)) == ["Chủ tịch 0", "Chủ tịch 1"]


def test_where_only_duties_passed_on_the_heir_is_named_first_and_both_may_sign(session: Session) -> None:
    giver, taker = make.a_unit(session), make.a_unit(session)
    heads = [a_head(session, giver, "Người giao"), a_head(session, taker, "Người nhận")]
    succeeded(session, giver, taker, YESTERDAY, kind=SuccessionKind.TRANSFERRED)
    assert all(seat(session, head, giver) for head in heads)
    assert signers(session, giver) == ["Người nhận", "Người giao"]
    assert signers(session, taker) == ["Người nhận"]


def test_who_is_named_as_a_signer_is_who_may_sign(session: Session) -> None:
    """The two questions, asked of everybody about every unit, have one answer."""
    old, new, other = (make.a_unit(session) for _ in range(3))
    people = [a_head(session, old), a_head(session, new), a_head(session, other, capacity=Capacity.Q)]
    people += [a_deputy(session, unit) for unit in (old, new, other)]
    delegated(session, people[1], new, people[4])
    a_power(session, other, people[4], Capacity.TUQ)
    succeeded(session, old, new, TODAY, kind=SuccessionKind.SPLIT)
    succeeded(session, other, new, TODAY, kind=SuccessionKind.TRANSFERRED)
    for unit in (old, new, other):
        named = service.holders(session, unit_id=unit.id, kind=HEAD, day=TODAY)
        assert {each.person_id: each for each in named} == {
            person.id: found for person in people if (found := seat(session, person, unit))
        }


# --- delegations


@pytest.mark.rule("P25")
@pytest.mark.parametrize("capacity", [Capacity.KT, Capacity.TL, Capacity.TUQ])
def test_a_delegate_signs_under_the_power_line_with_their_own_title(session: Session, capacity: Capacity) -> None:
    unit = make.a_unit(session)
    head = a_head(session, unit)
    is_deputy = capacity is Capacity.KT
    delegate = a_deputy(session, unit, "Phạm Văn Đức") if is_deputy else below(session, unit, "Phạm Văn Đức")
    given = delegated(session, head, unit, delegate, capacity=capacity, scope=LETTERS)
    found = seat(session, delegate, unit)
    assert found is not None
    assert (found.full_name, found.unit_id, found.kind, found.capacity) == ("Phạm Văn Đức", unit.id, HEAD, capacity)
    assert (found.title, found.delegated) == ("Phó Giám đốc" if is_deputy else "Giám đốc", True)
    assert (found.scope, found.delegation_id) == (LETTERS, given.id)
    assert acting(session, delegate).mandates == {Mandate(HEAD, unit.id, LETTERS)}


def test_a_delegate_with_a_seat_on_the_council_signs_under_the_title_of_their_post(session: Session) -> None:
    unit = make.a_unit(session)
    deputy = make.a_person(session)
    make.an_appointment(session, deputy, unit, CHAIR)
    make.an_appointment(session, deputy, unit, DEPUTY)
    delegated(session, a_head(session, unit), unit, deputy)
    found = seat(session, deputy, unit)
    assert found is not None
    assert found.title == "Phó Giám đốc"


def test_a_delegate_from_another_unit_signs_under_the_title_that_they_have_there(session: Session) -> None:
    committee = make.a_unit(session)
    head = below(session, committee, title="Giám đốc Sở Nội vụ")
    delegated(session, a_head(session, committee), committee, head, capacity=Capacity.TUQ, scope=LETTERS)
    found = seat(session, head, committee)
    assert found is not None
    assert (found.title, found.capacity) == ("Giám đốc Sở Nội vụ", Capacity.TUQ)


def test_a_delegation_counts_from_its_first_day_to_the_day_before_its_last(session: Session) -> None:
    unit = make.a_unit(session)
    head, deputy = a_head(session, unit), a_deputy(session, unit)
    delegated(session, head, unit, deputy, valid_from=TOMORROW, valid_to=TODAY + timedelta(days=3))
    days = [TODAY + timedelta(days=n) for n in range(4)]
    assert [bool(seat(session, deputy, unit, day)) for day in days] == [False, True, True, False]
    assert [len(signers(session, unit, day)) for day in days] == [1, 2, 2, 1]


def test_a_revoked_delegation_gives_no_seat(session: Session) -> None:
    unit = make.a_unit(session)
    head, deputy = a_head(session, unit, "Trưởng"), a_deputy(session, unit)
    delegation = delegated(session, head, unit, deputy)
    delegations.revoke_delegation(session, delegation.id, by=acting(session, head), now=NOW)
    assert seat(session, deputy, unit) is None
    assert signers(session, unit) == ["Trưởng"]
    assert acting(session, deputy).seats == {(DEPUTY, unit.id)}


def test_an_own_seat_comes_before_a_delegated_one(session: Session) -> None:
    old, unit = make.a_unit(session), make.a_unit(session)
    head = a_head(session, unit)
    a_head(session, old, "Người giao")
    a_power(session, old, head)
    succeeded(session, old, unit, YESTERDAY, kind=SuccessionKind.TRANSFERRED)
    found = seat(session, head, old)
    assert found is not None
    assert found.delegated is False


def test_somebody_with_two_rights_to_a_seat_is_named_once_by_the_better_one(session: Session) -> None:
    unit = make.a_unit(session)
    _, second, deputy = a_head(session, unit, "A"), a_head(session, unit, "B"), a_deputy(session, unit, "C")
    a_power(session, unit, second)
    for capacity in (Capacity.KT, Capacity.TUQ):
        a_power(session, unit, deputy, capacity)
    found = service.holders(session, unit_id=unit.id, kind=HEAD, day=TODAY)
    assert [(each.full_name, each.delegated) for each in found] == [("A", False), ("B", False), ("C", True)]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"capacity": Capacity.NONE}, "delegation_capacity_not_allowed"),
    ({"capacity": Capacity.TM}, "delegation_capacity_not_allowed"),
    ({"capacity": Capacity.Q}, "delegation_capacity_not_allowed"),
    ({"valid_to": TODAY}, "delegation_period_empty"),
    ({"valid_to": YESTERDAY}, "delegation_period_empty"),
    ({"delegate_id": uuid4()}, "person_not_found"),
    ({"basis": " "}, "delegation_basis_missing"),
    ({"paper": LegalPaper()}, "delegation_paper_missing"),
    ({"paper": LegalPaper("12/QĐ", TODAY, "")}, "delegation_paper_missing"),
    ({"paper": LegalPaper("12/QĐ", TOMORROW, "Sở")}, "delegation_before_paper"),
    ({"valid_from": YESTERDAY}, "delegation_backdated"),
    ({"capacity": Capacity.TL}, "delegation_needs_head_below"),
    ({"capacity": Capacity.TUQ}, "delegation_needs_head_below"),
]


@pytest.mark.parametrize(("changed", "code"), REFUSED)
def test_terms_that_break_the_rule_are_refused(session: Session, changed: dict[str, Any], code: str) -> None:
    unit = make.a_unit(session)
    head, deputy = a_head(session, unit), a_deputy(session, unit)
    with pytest.raises(DomainError) as caught:
        delegated(session, head, unit, deputy, **changed)
    assert caught.value.code == code
    assert seat(session, deputy, unit) is None
    assert audit.events(session, audit.Trail("unit", unit.id)) == []


def test_nobody_delegates_to_themselves(session: Session) -> None:
    unit = make.a_unit(session)
    head = a_head(session, unit)
    with pytest.raises(Invalid, match="delegation_to_oneself"):
        delegated(session, head, unit, head)


@pytest.mark.parametrize("seats", [(), (DEPUTY,), (CHAIR,)])
def test_who_is_not_the_head_delegates_nothing(session: Session, seats: tuple[PositionKind, ...]) -> None:
    unit = make.a_unit(session)
    actor = make.an_actor(session, unit, Role.CLERK, Role.ADMINISTRATOR, seats=seats)
    with pytest.raises(PermissionDenied):
        delegations.delegate(session, terms(unit, a_deputy(session, unit)), by=actor, now=NOW)
    with pytest.raises(PermissionDenied):
        delegations.delegate(session, terms(unit, a_deputy(session, unit)), by=SYSTEM, now=NOW)


def test_the_head_of_another_unit_delegates_nothing_here(session: Session) -> None:
    here, there = make.a_unit(session), make.a_unit(session)
    with pytest.raises(PermissionDenied):
        delegated(session, a_head(session, there), here, a_deputy(session, here))


def test_a_delegate_cannot_pass_the_power_on(session: Session) -> None:
    unit = make.a_unit(session)
    head, deputy, third = a_head(session, unit), a_deputy(session, unit), make.a_person(session)
    delegated(session, head, unit, deputy)
    with pytest.raises(Invalid, match="delegation_not_passed_on"):
        delegated(session, deputy, unit, third)


def test_being_head_somewhere_else_does_not_let_a_delegate_pass_the_power_on(session: Session) -> None:
    committee, department = make.a_unit(session), make.a_unit(session)
    director = a_head(session, department)
    a_head(session, committee)
    a_power(session, committee, director, Capacity.TUQ)
    with pytest.raises(Invalid, match="delegation_not_passed_on"):
        delegated(session, director, committee, make.a_person(session), capacity=Capacity.TUQ)


def test_the_head_to_whom_duties_passed_delegates_the_seat_that_came_with_them(session: Session) -> None:
    old, new = make.a_unit(session), make.a_unit(session)
    head, deputy = a_head(session, new), a_deputy(session, new)
    succeeded(session, old, new, YESTERDAY, kind=SuccessionKind.TRANSFERRED)
    delegated(session, head, old, deputy)
    assert seat(session, deputy, old) is not None
    assert seat(session, deputy, new) is None


def test_a_head_appointed_today_delegates_before_seven_in_the_morning(session: Session) -> None:
    unit = make.a_unit(session)
    head, deputy = a_head(session, unit, valid_from=TODAY), a_deputy(session, unit)
    early = datetime(2026, 1, 4, 17, 30, tzinfo=UTC)  # half past midnight of 5 January in Vietnam
    delegations.delegate(session, terms(unit, deputy), by=acting(session, head), now=early)
    assert seat(session, deputy, unit) is not None


def test_a_delegate_revokes_nothing(session: Session) -> None:
    unit = make.a_unit(session)
    head, deputy, other = a_head(session, unit), a_deputy(session, unit), a_deputy(session, unit)
    delegated(session, head, unit, deputy)
    delegation = delegated(session, head, unit, other)
    with pytest.raises(Invalid, match="delegation_not_passed_on"):
        delegations.revoke_delegation(session, delegation.id, by=acting(session, deputy), now=NOW)
    assert seat(session, other, unit) is not None


def test_a_stranger_learns_and_revokes_nothing(session: Session) -> None:
    unit = make.a_unit(session)
    head = a_head(session, unit)
    delegation = delegated(session, head, unit, a_deputy(session, unit))
    with pytest.raises(PermissionDenied):
        delegations.revoke_delegation(session, delegation.id, by=make.a_clerk(session, unit), now=NOW)
    with pytest.raises(NotFound, match="delegation_not_found"):
        delegations.revoke_delegation(session, uuid4(), by=acting(session, head), now=NOW)


def test_a_second_revocation_leaves_the_time_of_the_first(session: Session) -> None:
    unit = make.a_unit(session)
    head = a_head(session, unit)
    delegation = delegated(session, head, unit, a_deputy(session, unit))
    for hours in (0, 5):
        delegations.revoke_delegation(
            session, delegation.id, by=acting(session, head), now=NOW + timedelta(hours=hours)
        )
    assert delegation.revoked_at == NOW
    tags = [each.tag for each in audit.events(session, audit.Trail("unit", unit.id))]
    assert tags == ["unit:seat:delegate", "unit:seat:revoke"]


def test_a_delegation_is_told_in_the_units_chain_with_its_terms(session: Session) -> None:
    unit = make.a_unit(session)
    head, deputy = a_head(session, unit, "Nguyễn Thị Thuỳ Dương"), a_deputy(session, unit)
    delegation = delegated(session, head, unit, deputy)
    (told,) = audit.events(session, audit.Trail("unit", unit.id))
    assert (told.tag, told.actor_name) == ("unit:seat:delegate", "Nguyễn Thị Thuỳ Dương")
    assert told.data["delegate_id"] == str(deputy.id)
    assert told.data["delegation"] == str(delegation.id)
    assert (told.data["capacity"], told.data["basis"]) == ("kt", "Quyết định phân công công việc")


def test_the_head_sees_delegations_in_force_and_to_come_but_none_that_ended(session: Session) -> None:
    unit = make.a_unit(session)
    head, deputy = a_head(session, unit), a_deputy(session, unit)
    later = delegated(session, head, unit, a_deputy(session, unit), valid_from=TOMORROW)
    present = delegated(session, head, unit, deputy)
    revoked = delegated(session, head, unit, a_deputy(session, unit))
    delegations.revoke_delegation(session, revoked.id, by=acting(session, head), now=NOW)
    by = acting(session, head)
    assert delegations.list_delegations(session, by=by, day=TODAY) == [present, later]
    assert delegations.list_delegations(session, by=by, day=TODAY, past=True) == [revoked]
    assert delegations.list_delegations(session, by=by, day=TODAY + timedelta(days=30), past=True) == [
        later,
        present,
        revoked,
    ]


# --- colleagues


def test_colleagues_are_those_with_a_seat_or_a_role_today_by_given_name(session: Session) -> None:
    unit = make.a_unit(session)
    a_head(session, unit, "Trần Văn Đức")
    make.a_role(session, make.a_person(session, "Lê Thị Anh"), unit)
    a_head(session, unit, "Người đã nghỉ", valid_to=TODAY)
    a_head(session, make.a_unit(session), "Người nơi khác")
    assert [each.full_name for each in service.colleagues(session, unit.id, TODAY)] == ["Lê Thị Anh", "Trần Văn Đức"]


def test_people_with_a_role_are_those_who_hold_it_there_today(session: Session) -> None:
    unit, other = make.a_unit(session), make.a_unit(session)
    archivist = make.a_person(session)
    make.a_role(session, archivist, unit, Role.ARCHIVIST)
    make.a_role(session, make.a_person(session), other, Role.ARCHIVIST)
    make.a_role(session, make.a_person(session), unit, Role.CLERK)
    assert service.people_with_role(session, Role.ARCHIVIST, unit.id, TODAY) == [archivist]
    assert service.people_with_role(session, Role.ARCHIVIST, unit.id, date(2019, 1, 1)) == []


# --- the cost does not grow


def queries_for(session: Session, ask: Callable[[], Any]) -> int:
    with counted(session) as queries:
        ask()
    return int(queries.count)


def test_naming_the_signers_costs_the_same_for_one_and_for_ten(session: Session) -> None:
    unit = make.a_unit(session)
    head_id, unit_id = a_head(session, unit).id, unit.id

    def ask() -> list[Seat]:
        return service.holders(session, unit_id=unit_id, kind=HEAD, day=TODAY)

    def more(count: int) -> int:
        here, head = session.get_one(Unit, unit_id), session.get_one(Person, head_id)
        for _ in range(count):
            delegated(session, head, here, a_deputy(session, here))
            a_head(session, here)
        return queries_for(session, ask)

    assert more(1) == more(9)
    assert len(ask()) == 21
    assert queries_for(session, ask) <= 6


def test_knowing_an_actor_costs_the_same_for_one_seat_and_for_many(session: Session) -> None:
    person_id: UUID = make.a_person(session).id

    def ask() -> Actor:
        return service.actor_of(session, person_id, TODAY)

    def more(count: int) -> int:
        for _ in range(count):
            unit, person = make.a_unit(session), session.get_one(Person, person_id)
            make.an_appointment(session, person, unit, DEPUTY)
            make.a_role(session, person, unit)
            delegated(session, a_head(session, unit), unit, person)
        return queries_for(session, ask)

    assert more(1) == more(9)
    assert (len(ask().seats), len(ask().mandates)) == (10, 10)
    assert queries_for(session, ask) <= 6
