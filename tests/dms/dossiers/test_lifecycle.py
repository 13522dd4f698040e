"""The life cycle is the table: every act from every status, allowed or refused as it says."""

from itertools import product

import pytest
from sqlalchemy.orm import Session

from dms import audit, outbox, policy
from dms.dossiers import lifecycle
from dms.dossiers.lifecycle import LIFE_CYCLE, Action, Move
from dms.dossiers.models import Dossier
from dms.errors import Conflict, PermissionDenied
from dms.people import service as people
from dms.people.models import Unit
from dms.policy import SYSTEM, Actor, Permission, Role, Status
from tests import factories as make

PAIRS = list(product(LIFE_CYCLE, Status))


def somebody_who_may(session: Session, dossier: Dossier, row: Move) -> Actor:
    """A clerk, coordinator or appraiser, whoever the permission of the move belongs to."""
    homes = {
        Role.CLERK: dossier.unit_id,
        Role.COORDINATOR: dossier.coordinator_id,
        Role.APPRAISER: dossier.appraiser_id,
    }
    person = make.a_person(session)
    for role, unit_id in homes.items():
        make.a_role(session, person, session.get_one(Unit, unit_id), role)
    return people.actor_of(session, person.id, make.NOW.date()) if row.permission else SYSTEM


def test_every_act_is_possible_from_the_statuses_of_the_table_and_from_no_other(session: Session) -> None:
    dossier = make.a_dossier(session)
    for row, status in PAIRS:
        actor = somebody_who_may(session, dossier, row)
        dossier.status = status
        if status in row.start:
            lifecycle.move(session, dossier, row.action, by=actor, now=make.NOW)
            assert dossier.status is row.end, (row.action, status)
        else:
            with pytest.raises(Conflict, match="dossier_status_forbids"):
                lifecycle.move(session, dossier, row.action, by=actor, now=make.NOW)
            assert dossier.status is status, (row.action, status)


def test_every_move_is_recorded_and_announced(session: Session) -> None:
    dossier = make.a_dossier(session)
    outbox.announced(session)
    lifecycle.move(session, dossier, Action.WITHDRAW, by=make.clerk_of(session, dossier), now=make.NOW, reason="Nhầm")
    last = audit.events(session, lifecycle.trail_of(dossier))[-1]
    assert last.tag == "dossier:status:withdraw"
    assert last.data == {"before": "draft", "after": "withdrawn", "reason": "Nhầm"}
    assert [event.name for event in outbox.announced(session)] == ["dossier.withdraw"]


def test_a_stranger_may_do_nothing_to_a_dossier(session: Session) -> None:
    dossier = make.a_dossier(session)
    stranger = make.an_actor(session, make.a_unit(session), Role.CLERK, Role.COORDINATOR, Role.APPRAISER)
    for row in LIFE_CYCLE:
        if row.permission is not None:
            dossier.status = min(row.start)
            with pytest.raises(PermissionDenied):
                lifecycle.ensure_may(dossier, row.action, stranger)
            assert lifecycle.possible(dossier, stranger) == ()


def test_an_act_that_follows_from_another_is_never_a_button(session: Session) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    for status in Status:
        dossier.status = status
        assert not {Action.RESUME_DRAFT, Action.DECIDE, Action.ARCHIVE} & set(lifecycle.possible(dossier, clerk))


def test_pages_and_lists_agree_on_who_sees_which_dossier(session: Session) -> None:
    province = make.a_province(session)
    dossiers = [make.a_dossier(session, status=status) for status in Status]
    dossiers.append(make.a_dossier(session, unit=province.department, scheme=make.GIAY_KHEN))
    actors = [
        make.an_actor(session, unit, role, seats=seats)
        for unit in (province.department, province.coordinator, province.appraiser, province.committee)
        for role in Role
        for seats in ((), (policy.PositionKind.HEAD,))
    ]
    actors += [make.clerk_of(session, dossier) for dossier in dossiers[:3]]
    session.flush()
    for permission, actor in product(_of_dossiers(), actors):
        listed = set(session.query(Dossier.id).where(policy.where(actor, permission, Dossier)).all())
        allowed = {(each.id,) for each in dossiers if policy.allows(actor, permission, each)}
        assert listed == allowed, (permission, actor.roles)


def _of_dossiers() -> list[Permission]:
    return [permission for permission in Permission if permission.value.startswith(("dossier:", "audit:"))]
