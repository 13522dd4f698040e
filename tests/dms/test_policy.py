"""Who may do what: the table as an auditor would try it, on things one by one and in lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry

from dms.appraisal.models import AppraisalLetter, Consolidation
from dms.awards.models import Award, Decision
from dms.db import Base, Identified, text_enum
from dms.dossiers.models import Dossier
from dms.errors import PermissionDenied
from dms.people.models import Delegation
from dms.policy import POLICY, SYSTEM, Actor, Mandate, Permission, PositionKind, Role, Status, allows, require, where
from dms.scope import Scope
from dms.scores.models import UnitScore
from dms.signing.models import KeyRequest, SigningRoute, Step
from tests import factories as make

UNITS = tuple(UUID(int=number) for number in range(1, 4))
SIDES = ("unit_id", "coordinator_id", "appraiser_id", "conferrer_id")
THE_ACTOR, SOMEBODY = UUID(int=99), UUID(int=98)
PAPERS, CAMPAIGNS, SCHEMES = (
    ("submission_letter", "decision"),
    ("chuyen-doi-so", "cai-cach"),
    ("bang-khen", "giay-khen"),
)
NOBODY = Actor(person_id=None, name="")
EVERYWHERE = Actor(
    person_id=uuid4(),
    name="Người giữ mọi chức vụ",
    roles=frozenset(product(Role, UNITS)),
    seats=frozenset(product(PositionKind, UNITS)),
)

# Which table a permission is asked of. The rest are asked of no table at all.
TABLES: dict[Permission, Any] = {
    **{each: Dossier for each in Permission if each.value.startswith("dossier:")},
    Permission.AUDIT_READ: Dossier,
    Permission.STEP_READ: Step,
    Permission.STEP_ACT: Step,
    Permission.STEP_REASSIGN: Step,
    Permission.STEP_SKIP: Step,
    Permission.STEP_DELEGATE: Delegation,
    Permission.KEY_OWN: KeyRequest,
    Permission.KEY_SEAL: KeyRequest,
    Permission.DELEGATION_READ: Delegation,
    Permission.ROUTE_RECALL: SigningRoute,
    Permission.CONSOLIDATION_READ: Consolidation,
    Permission.CONSOLIDATION_EDIT: Consolidation,
    Permission.APPRAISAL_READ: AppraisalLetter,
    Permission.APPRAISAL_EDIT: AppraisalLetter,
    Permission.DECISION_READ: Decision,
    Permission.DECISION_PREPARE: Decision,
    Permission.AWARD_READ: Award,
    Permission.SCORE_READ: UnitScore,
    Permission.SCORE_IMPORT: UnitScore,
}


class OwnBase(DeclarativeBase):
    registry = registry(type_annotation_map=Base.registry.type_annotation_map)


class Thing(Identified, OwnBase):
    """Whatever a rule can ask of a dossier, a step, a list or a decision."""

    __tablename__ = "thing"

    unit_id: Mapped[UUID]
    coordinator_id: Mapped[UUID | None]
    appraiser_id: Mapped[UUID | None]
    conferrer_id: Mapped[UUID]
    appraiser_since: Mapped[datetime | None]
    status: Mapped[Status] = mapped_column(text_enum(Status))
    position_kind: Mapped[PositionKind] = mapped_column(text_enum(PositionKind))
    document_kind: Mapped[str]
    campaign_code: Mapped[str]
    scheme_code: Mapped[str]
    assignee_id: Mapped[UUID | None]
    acted_by: Mapped[UUID | None]
    sender_id: Mapped[UUID | None]
    opened_by: Mapped[UUID | None]
    delegate_id: Mapped[UUID | None]


@pytest.fixture
def things(session: Session) -> Iterator[list[Thing]]:
    """A thing for each status and way to spread the sides over three units, some of them with nobody."""
    OwnBase.metadata.create_all(session.connection())
    spread = [(0, 0, 0, 0), (0, 1, 2, 0), (1, 0, 2, 2), (2, 1, 0, 1), (1, None, None, 1), (2, None, 0, 2)]
    kinds = list(PositionKind)
    rows = [
        Thing(
            **{side: None if at is None else UNITS[at] for side, at in zip(SIDES, places, strict=True)},
            status=status,
            appraiser_since=make.NOW if row % 2 else None,
            position_kind=kinds[(number + row) % len(kinds)],
            **matter(number + row),
        )
        for number, status in enumerate(Status)
        for row, places in enumerate(spread)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def matter(number: int) -> dict[str, Any]:
    """What a thing is about, and whom it names: over a few things every combination that a rule tells apart."""
    people = (None, THE_ACTOR, SOMEBODY)
    return {
        "document_kind": PAPERS[number % 2],
        "campaign_code": CAMPAIGNS[number // 2 % 2],
        "scheme_code": SCHEMES[number // 4 % 2],
        "assignee_id": people[number % 3],
        "acted_by": people[(number + 1) % 3],
        "sender_id": people[number // 2 % 3],
        "opened_by": people[number // 3 % 3],
        "delegate_id": people[number // 4 % 3],
    }


def listed(session: Session, actor: Actor, permission: Permission) -> set[UUID]:
    return set(session.scalars(select(Thing.id).where(where(actor, permission, Thing))))


def allowed(actor: Actor, permission: Permission, things: list[Thing]) -> set[UUID]:
    return {thing.id for thing in things if allows(actor, permission, thing)}


def some(words: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(words), max_size=2)


SCOPES = st.builds(
    Scope,
    document_kinds=some(PAPERS),
    campaigns=some(CAMPAIGNS),
    schemes=some(tuple(f"{campaign}/{scheme}" for campaign, scheme in product(CAMPAIGNS, SCHEMES))),
)
MANDATES = st.builds(Mandate, kind=st.sampled_from(PositionKind), unit_id=st.sampled_from(UNITS), scope=SCOPES)
ACTORS = st.builds(
    Actor,
    person_id=st.none() | st.just(THE_ACTOR),
    mandates=st.frozensets(MANDATES, max_size=3),
    name=st.just("Người thử"),
    roles=st.frozensets(st.tuples(st.sampled_from(Role), st.sampled_from(UNITS)), max_size=3),
    seats=st.frozensets(st.tuples(st.sampled_from(PositionKind), st.sampled_from(UNITS)), max_size=3),
)


# --- the table


def test_every_permission_has_its_rows() -> None:
    assert [each for each in Permission if not POLICY.get(each)] == []
    assert set(POLICY) == set(Permission)


@pytest.mark.parametrize("permission", sorted(TABLES))
def test_a_rule_speaks_only_of_columns_that_its_table_has(session: Session, permission: Permission) -> None:
    table = TABLES[permission]
    assert session.scalars(select(table.id).where(where(EVERYWHERE, permission, table))).all() == []


# --- pages and lists say the same


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actor=ACTORS)
def test_a_list_holds_exactly_what_its_pages_would_show(session: Session, things: list[Thing], actor: Actor) -> None:
    differing = [each for each in Permission if listed(session, actor, each) != allowed(actor, each, things)]
    assert differing == []


@pytest.mark.parametrize("role", Role)
def test_list_and_page_agree_for_each_role_alone(session: Session, things: list[Thing], role: Role) -> None:
    actor = Actor(uuid4(), "Một vai trò", roles=frozenset({(role, UNITS[0])}))
    for permission in Permission:
        assert listed(session, actor, permission) == allowed(actor, permission, things), permission


@pytest.mark.parametrize("kind", PositionKind)
def test_list_and_page_agree_for_each_seat_alone(session: Session, things: list[Thing], kind: PositionKind) -> None:
    actor = Actor(uuid4(), "Một chức vụ", seats=frozenset({(kind, UNITS[1])}))
    for permission in Permission:
        assert listed(session, actor, permission) == allowed(actor, permission, things), permission


def test_list_and_page_agree_on_a_real_step_and_a_real_dossier(session: Session) -> None:
    dossiers = [make.a_dossier(session, status=status) for status in Status]
    actors = [make.clerk_of(session, dossiers[0]), make.an_actor(session, make.a_province(session).coordinator)]
    for actor, permission in product(actors, (Permission.DOSSIER_READ, Permission.DOSSIER_EDIT)):
        rows = set(session.scalars(select(Dossier).where(where(actor, permission, Dossier))))
        assert rows == {each for each in dossiers if allows(actor, permission, each)}


# --- nobody


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("actor", [NOBODY, SYSTEM], ids=["not logged in", "system"])
def test_who_is_not_a_person_sees_nothing(
    session: Session, things: list[Thing], actor: Actor, permission: Permission
) -> None:
    assert listed(session, actor, permission) == set()
    assert allowed(actor, permission, things) == set()


@pytest.mark.parametrize("permission", Permission)
def test_a_permission_without_a_row_belongs_to_nobody(
    session: Session, things: list[Thing], monkeypatch: pytest.MonkeyPatch, permission: Permission
) -> None:
    monkeypatch.delitem(POLICY, permission)
    assert listed(session, EVERYWHERE, permission) == set()
    assert allowed(EVERYWHERE, permission, things) == set()
    with pytest.raises(PermissionDenied):
        require(EVERYWHERE, permission, things[0])


def test_a_side_that_nobody_holds_is_nobodys(session: Session, things: list[Thing]) -> None:
    """A unit's own campaign has no coordinator: that must not read as everybody's or as the first one's."""
    coordinator = Actor(uuid4(), "Cơ quan tổng hợp", roles=frozenset((Role.COORDINATOR, unit) for unit in UNITS))
    without = {thing.id for thing in things if thing.coordinator_id is None}
    assert without
    assert not without & listed(session, coordinator, Permission.DOSSIER_READ)


def test_a_refusal_names_the_permission_that_was_missing(things: list[Thing]) -> None:
    with pytest.raises(PermissionDenied) as caught:
        require(NOBODY, Permission.DOSSIER_EDIT, things[0])
    assert (caught.value.code, caught.value.params) == ("not_allowed", {"permission": "dossier:edit"})


# --- what the customer signs off, written down once more by hand


@dataclass(frozen=True)
class Someone:
    """A person with one role or seat on one side of the dossier."""

    side: str
    role: Role | None = None
    seat: PositionKind | None = None

    def at(self, unit: UUID) -> Actor:
        return Actor(
            uuid4(),
            self.side,
            roles=frozenset({(self.role, unit)} if self.role else ()),
            seats=frozenset({(self.seat, unit)} if self.seat else ()),
        )


DEPUTY = Someone("unit_id", seat=PositionKind.DEPUTY_HEAD)
CLERK = Someone("unit_id", role=Role.CLERK)
HEAD = Someone("unit_id", seat=PositionKind.HEAD)
COORDINATOR = Someone("coordinator_id", role=Role.COORDINATOR)
APPRAISER = Someone("appraiser_id", role=Role.APPRAISER)
CHAIR_OFFICE = Someone("conferrer_id", role=Role.CHAIR_OFFICE)
CHAIR = Someone("conferrer_id", seat=PositionKind.HEAD)
CONFERRING_CLERK = Someone("conferrer_id", role=Role.CLERK)
ARCHIVIST = Someone("conferrer_id", role=Role.ARCHIVIST)

ALL = "draft signing submitted returned consolidated appraised decided archived refused withdrawn"
READERS = {
    CLERK: ALL,
    HEAD: ALL,
    DEPUTY: "",
    COORDINATOR: "submitted returned consolidated appraised decided archived refused",
    APPRAISER: "returned consolidated appraised decided archived refused",
    CHAIR_OFFICE: "appraised decided archived",
    CHAIR: "appraised decided archived",
    CONFERRING_CLERK: "appraised decided archived",
    ARCHIVIST: "decided archived",
}
ACTS = {
    (CLERK, Permission.DOSSIER_EDIT): "draft signing returned",
    (CLERK, Permission.DOSSIER_SUBMIT): "draft signing returned",
    (CLERK, Permission.DOSSIER_WITHDRAW): "draft signing returned submitted",
    (HEAD, Permission.DOSSIER_EDIT): "",
    (COORDINATOR, Permission.DOSSIER_EDIT): "",
    (APPRAISER, Permission.DOSSIER_EDIT): "",
    (CHAIR, Permission.DOSSIER_EDIT): "",
    (COORDINATOR, Permission.DOSSIER_CONSOLIDATE): "submitted",
    (COORDINATOR, Permission.DOSSIER_RETURN): "submitted",
    (APPRAISER, Permission.DOSSIER_RETURN): "consolidated",
    (COORDINATOR, Permission.DOSSIER_REFUSE): "submitted",
    (APPRAISER, Permission.DOSSIER_REFUSE): "consolidated",
    (APPRAISER, Permission.DOSSIER_APPRAISE): "consolidated",
    (COORDINATOR, Permission.DOSSIER_APPRAISE): "",
    (CLERK, Permission.DOSSIER_CONSOLIDATE): "",
    (CHAIR_OFFICE, Permission.DOSSIER_DECIDE): "appraised",
    (CHAIR_OFFICE, Permission.DOSSIER_ARCHIVE): "decided",
    (ARCHIVIST, Permission.DOSSIER_EXPORT): "decided archived",
    (CHAIR_OFFICE, Permission.DOSSIER_EXPORT): "",
}


def a_thing(status: str, **known: Any) -> Thing:
    """A dossier of four units that reached its appraiser once."""
    sides = dict(zip(SIDES, (uuid4() for _ in SIDES), strict=True))
    about = matter(0) | {"acted_by": None}
    given = {**sides, **about, "appraiser_since": make.NOW, "position_kind": PositionKind.HEAD, **known}
    return Thing(**given, status=Status(status))


@pytest.mark.parametrize("status", ALL.split())
@pytest.mark.parametrize("someone", READERS, ids=lambda someone: f"{someone.side}-{someone.role or someone.seat}")
def test_each_party_reads_a_dossier_from_the_moment_it_concerns_them(someone: Someone, status: str) -> None:
    thing = a_thing(status)
    expected = status in READERS[someone].split()
    assert allows(someone.at(getattr(thing, someone.side)), Permission.DOSSIER_READ, thing) is expected
    assert allows(someone.at(getattr(thing, someone.side)), Permission.AUDIT_READ, thing) is expected


@pytest.mark.parametrize(("status", "reads"), [("returned", False), ("refused", False), ("consolidated", True)])
def test_an_appraiser_knows_nothing_of_what_went_back_before_it_came_to_them(status: str, reads: bool) -> None:
    """The coordinator's returns and refusals are between the coordinator and the unit (P12)."""
    thing = a_thing(status, appraiser_since=None)
    assert allows(APPRAISER.at(thing.appraiser_id), Permission.DOSSIER_READ, thing) is reads


@pytest.mark.rule("P08")
@pytest.mark.rule("P14")
@pytest.mark.parametrize("someone", [CHAIR_OFFICE, CHAIR, CONFERRING_CLERK], ids=lambda s: str(s.role or s.seat))
def test_where_a_head_decides_alone_its_office_reads_what_waits_for_the_decision(someone: Someone) -> None:
    own_head = a_thing("submitted", coordinator_id=None, appraiser_id=None)
    through_coordinator = a_thing("submitted")
    for permission, prepares in ((Permission.DOSSIER_READ, True), (Permission.DOSSIER_DECIDE, someone is not CHAIR)):
        assert allows(someone.at(own_head.conferrer_id), permission, own_head) is prepares
        assert not allows(someone.at(through_coordinator.conferrer_id), permission, through_coordinator)
    assert not allows(someone.at(own_head.conferrer_id), Permission.DOSSIER_READ, a_thing("draft"))


@pytest.mark.parametrize("status", ALL.split())
@pytest.mark.parametrize("someone", [CLERK, HEAD, COORDINATOR, APPRAISER, CHAIR_OFFICE, CHAIR], ids=lambda s: s.side)
def test_the_same_office_of_another_unit_reads_nothing(someone: Someone, status: str) -> None:
    stranger = someone.at(uuid4())
    assert not any(
        allows(stranger, permission, a_thing(status))
        for permission in Permission
        if "dossier:" in permission.value and permission is not Permission.DOSSIER_OPEN
    )


@pytest.mark.parametrize(("someone", "permission"), ACTS, ids=str)
def test_each_party_acts_only_while_the_dossier_lies_with_them(someone: Someone, permission: Permission) -> None:
    may = [
        status
        for status in ALL.split()
        for thing in [a_thing(status)]
        if allows(someone.at(getattr(thing, someone.side)), permission, thing)
    ]
    assert sorted(may) == sorted(ACTS[someone, permission].split())


def test_a_step_waits_only_for_the_seat_that_it_names() -> None:
    step = a_thing("signing")
    for kind, unit in product(PositionKind, (step.unit_id, uuid4())):
        actor = Actor(uuid4(), "Người ký", seats=frozenset({(kind, unit)}))
        expected = (kind, unit) == (step.position_kind, step.unit_id)
        assert allows(actor, Permission.STEP_ACT, step) is expected
        assert allows(actor, Permission.STEP_READ, step) is expected


# --- a delegated power opens just what was delegated (NĐ 30/2020 art. 13)


def standing_in(thing: Thing, limits: dict[str, str]) -> Actor:
    """A deputy with a mandate of the thing's head, within limits."""
    scope = Scope(**{name: frozenset({word}) for name, word in limits.items()})
    return Actor(THE_ACTOR, "Phó Giám đốc", mandates=frozenset({Mandate(PositionKind.HEAD, thing.unit_id, scope)}))


@pytest.mark.rule("P25")
@pytest.mark.parametrize(
    ("limits", "step", "dossier"),
    [
        ({}, True, True),
        ({"document_kinds": "submission_letter"}, True, False),
        ({"document_kinds": "decision"}, False, False),
        ({"campaigns": "chuyen-doi-so"}, True, True),
        ({"campaigns": "cai-cach"}, False, False),
        ({"schemes": "chuyen-doi-so/bang-khen"}, True, True),
        ({"schemes": "chuyen-doi-so/giay-khen"}, False, False),
        ({"schemes": "cai-cach/bang-khen"}, False, False),
        ({"campaigns": "chuyen-doi-so", "document_kinds": "submission_letter"}, True, False),
        ({"campaigns": "cai-cach", "schemes": "chuyen-doi-so/bang-khen"}, True, True),
    ],
)
def test_a_mandate_reaches_as_far_as_its_paper_says(limits: dict[str, str], *, step: bool, dossier: bool) -> None:
    thing = a_thing("signing")
    deputy = standing_in(thing, limits)
    assert allows(deputy, Permission.STEP_READ, thing) is step
    assert allows(deputy, Permission.STEP_ACT, thing) is step
    assert allows(deputy, Permission.DOSSIER_READ, thing) is dossier
    assert allows(deputy, Permission.AUDIT_READ, thing) is dossier


def test_a_mandate_for_decisions_opens_decisions_and_no_dossiers() -> None:
    thing = a_thing("appraised")
    scope = Scope(document_kinds=frozenset({"decision"}))
    deputy = Actor(THE_ACTOR, "Phó", mandates=frozenset({Mandate(PositionKind.HEAD, thing.conferrer_id, scope)}))
    assert allows(deputy, Permission.DECISION_READ, thing)
    assert not allows(deputy, Permission.DOSSIER_READ, thing)


def test_a_mandate_gives_no_power_to_delegate_to_reassign_or_to_skip() -> None:
    thing = a_thing("signing")
    deputy = standing_in(thing, {})
    for permission in (Permission.STEP_DELEGATE, Permission.STEP_REASSIGN, Permission.STEP_SKIP):
        assert not allows(deputy, permission, thing)


def test_a_step_given_to_one_holder_waits_for_nobody_else() -> None:
    thing = a_thing("signing")
    seats = frozenset({(thing.position_kind, thing.unit_id)})
    thing.assignee_id = SOMEBODY
    one, other = (Actor(each, "Chuyên viên", seats=seats) for each in (SOMEBODY, THE_ACTOR))
    assert [allows(each, Permission.STEP_ACT, thing) for each in (one, other)] == [True, False]
    assert allows(other, Permission.STEP_READ, thing)


def test_who_signed_may_look_at_what_they_signed_for_ever() -> None:
    thing = a_thing("decided")
    thing.acted_by = THE_ACTOR
    assert allows(Actor(THE_ACTOR, "Nguyên Giám đốc"), Permission.STEP_READ, thing)
    assert not allows(Actor(THE_ACTOR, "Nguyên Giám đốc"), Permission.STEP_ACT, thing)


def test_only_an_administrator_administers_people() -> None:
    may = [role for role in Role if allows(Someone("x", role=role).at(UNITS[0]), Permission.PEOPLE_ADMINISTER, None)]
    assert may == [Role.ADMINISTRATOR]
    seats = (Someone("x", seat=kind).at(UNITS[0]) for kind in PositionKind)
    assert not any(allows(actor, Permission.PEOPLE_ADMINISTER, None) for actor in seats)


def test_an_administrator_does_not_read_dossiers() -> None:
    administrator = Actor(uuid4(), "Quản trị", roles=frozenset((Role.ADMINISTRATOR, unit) for unit in UNITS))
    thing = a_thing("decided")
    assert not allows(administrator, Permission.DOSSIER_READ, thing)
    assert not allows(administrator, Permission.DOSSIER_EXPORT, thing)


# --- the actor


def test_an_actor_knows_the_units_of_each_role_and_of_all_of_them() -> None:
    one, two, three = UNITS
    actor = Actor(
        uuid4(),
        "Mai",
        roles=frozenset({(Role.CLERK, one), (Role.CLERK, two), (Role.ARCHIVIST, two)}),
        seats=frozenset({(PositionKind.HEAD, three)}),
    )
    assert actor.units_as(Role.CLERK) == {one, two}
    assert actor.units_as(Role.APPRAISER) == frozenset()
    assert (actor.has_role(Role.ARCHIVIST), actor.has_role(Role.COORDINATOR)) == (True, False)
    assert actor.unit_ids == {one, two, three}
