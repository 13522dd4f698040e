"""A unit merges while its dossier is under way: what is open is the heir's, what was done keeps its name."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import audit, handlers
from dms.audit import Trail
from dms.campaigns.vocabulary import NomineeKind
from dms.dossiers import facts, nominees, service
from dms.dossiers.models import Dossier
from dms.dossiers.nominees import NomineeData
from dms.errors import NotFound
from dms.people import reorganisation
from dms.people import service as people
from dms.people.models import Notice, SuccessionKind, Unit
from dms.people.reorganisation import Paper, Passage
from dms.policy import Actor, PositionKind, Role, Status
from dms.signing import service as signing
from tests import factories as make

NOW = make.NOW
LATER = NOW + timedelta(days=2)
TOMORROW = NOW.date() + timedelta(days=1)
PAPER = Paper("30/NQ-HĐND", date(2026, 1, 4), "HĐND tỉnh Vĩnh Long")


def merged(session: Session, old: Unit, new: Unit, kind: SuccessionKind = SuccessionKind.MERGED) -> None:
    by = make.an_actor(session, make.a_unit(session), Role.ADMINISTRATOR)
    passage = Passage((old.id,), (new.id,), TOMORROW, PAPER)
    reorganisation.pass_on(session, kind, passage, by=by, now=NOW)
    handlers.drain(session, now=NOW)


def today(session: Session, actor: Actor) -> Actor:
    """The same person, the day after tomorrow."""
    assert actor.person_id is not None
    return people.actor_of(session, actor.person_id, LATER.date())


def tags(session: Session, dossier: Dossier) -> list[str]:
    return [event.tag for event in audit.events(session, Trail("dossier", dossier.id))]


def a_draft(session: Session, unit: Unit) -> Dossier:
    dossier = make.a_dossier(session, unit=unit)
    make.a_nominee(session, dossier, "Phòng Giáo dục", kind=NomineeKind.COLLECTIVE)
    return dossier


@pytest.mark.rule("P24")
def test_the_heirs_clerk_goes_on_with_the_dossier_and_the_old_one_no_longer(session: Session) -> None:
    old, new = make.a_unit(session, name="Sở Cũ"), make.a_unit(session, name="Sở Mới")
    mine, theirs = make.a_clerk(session, old), make.a_clerk(session, new)
    dossier = a_draft(session, old)
    merged(session, old, new)
    data = NomineeData(kind=NomineeKind.INDIVIDUAL, name="Trần Thị Sau")
    nominees.add_nominee(session, dossier.id, data, by=today(session, theirs), now=LATER)
    with pytest.raises(NotFound):
        service.get(session, dossier.id, by=today(session, mine))
    assert service.unit_name(dossier).name == "Sở Cũ"  # the record keeps the name of its day


@pytest.mark.rule("P24")
def test_an_open_step_waits_for_the_heirs_head(session: Session) -> None:
    old, new = make.a_unit(session), make.a_unit(session)
    dossier = a_draft(session, old)
    make.an_appointment(session, make.a_person(session, "Trưởng cũ"), old, PositionKind.HEAD)
    head = make.an_actor(session, new, seats=(PositionKind.HEAD,), name="Trưởng mới")
    part = make.a_paper(session, dossier, "to-trinh")
    route = make.signed(session, dossier, part)
    step = next(each for each in route.steps if each.position_kind is PositionKind.HEAD)
    step.outcome = step.acted_at = route.closed_at = route.outcome = None
    step.opened_at = NOW
    merged(session, old, new)
    assert signing.get_step(session, step.id, by=today(session, head)) is step
    named = people.holders(session, unit_id=old.id, kind=PositionKind.HEAD, day=LATER.date())
    assert [each.full_name for each in named] == ["Trưởng mới"]
    notice = session.scalars(select(Notice).where(Notice.person_id == head.person_id)).one()
    assert (notice.kind, notice.params["dossiers"], notice.params["steps"]) == ("dossiers_passed", 1, 1)


def test_the_passing_stands_in_the_history_of_open_dossiers_only(session: Session) -> None:
    old, new = make.a_unit(session, name="Sở Cũ"), make.a_unit(session, name="Sở Mới")
    closed = make.a_dossier(session, unit=old, status=Status.WITHDRAWN)
    open_ = a_draft(session, old)
    merged(session, old, new)
    assert "dossier:unit:pass" in tags(session, open_)
    assert "dossier:unit:pass" not in tags(session, closed)


def test_where_only_duties_move_the_dossiers_that_they_are_about_go_along(session: Session) -> None:
    """The coordinator's office moves (03/2025), and with it every dossier that waits for the coordinator."""
    bodies = make.a_province(session)
    heir = make.a_unit(session, name="Sở Khoa học và Công nghệ")
    dossier = a_draft(session, bodies.department)
    merged(session, bodies.coordinator, heir, SuccessionKind.TRANSFERRED)
    assert "dossier:unit:pass" in tags(session, dossier)
    coordinator = make.an_actor(session, heir, Role.COORDINATOR)
    assert (Role.COORDINATOR, bodies.coordinator.id) in today(session, coordinator).roles


@pytest.mark.rule("P24")
def test_a_paper_that_the_heir_issues_speaks_for_the_old_unit(session: Session) -> None:
    old, new = make.a_unit(session, name="Sở Cũ"), make.a_unit(session, name="Sở Mới")
    dossier = a_draft(session, old)
    merged(session, old, new)
    words = "Sở Mới đề nghị tặng Bằng khen cho Phòng Giáo dục"
    make.a_paper(session, dossier, "to-trinh", words=words, now=LATER)
    session.expire(dossier)
    known = facts.facts_of(facts.gather(session, dossier), now=LATER)
    unit = next(each for each in known.documents[0].mentions if each.what == "unit")
    assert unit.found
