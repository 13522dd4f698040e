"""The coordinator's letter: drafted from the list, signed for real along the campaign's route, never older than it."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from dms import audit, clock
from dms.appraisal import consolidation, letter, listing
from dms.appraisal.letter import LetterState
from dms.appraisal.models import Consolidation
from dms.campaigns.vocabulary import StepAction
from dms.documents import service as documents
from dms.documents.models import Document
from dms.errors import Conflict, Invalid, PermissionDenied
from dms.people.models import SuccessionKind, UnitSuccession
from dms.policy import SYSTEM, Actor, Role, Status
from tests import factories as make
from tests.dms.appraisal import world
from tests.dms.signing.office import Office, a_desk, an_office
from tests.pki import Pki

GOOD, BEST = {2023: "91", 2024: "91"}, {2023: "98", 2024: "98"}


@pytest.fixture
def office(session: Session, pki: Pki, tmp_path: Path) -> Office:
    """The department that took over the coordinator's duties, with people who can sign."""
    province = make.a_province(session)
    office = an_office(session, a_desk(pki, tmp_path))
    ids = {"predecessor_id": province.coordinator.id, "successor_id": office.unit.id}
    session.add(UnitSuccession(**ids, kind=SuccessionKind.TRANSFERRED, on=date(2025, 3, 1)))
    session.flush()
    return office


@pytest.fixture
def coordinator(session: Session, office: Office) -> Actor:
    return make.an_actor(session, office.unit, Role.COORDINATOR)


@pytest.fixture
def found(session: Session, coordinator: Actor) -> Consolidation:
    """A list with two collectives and a person, all chosen."""
    world.a_submitted_dossier(session, {"Phòng Khá": GOOD}, {"Lê An": GOOD})
    world.a_submitted_dossier(session, {"Phòng Nhất": BEST})
    found = world.a_list(session, coordinator)
    consolidation.choose_best(session, found.id, by=coordinator, now=make.NOW)
    return found


def drafted(session: Session, office: Office, found: Consolidation, by: Actor) -> Document:
    return letter.draft(session, office.desk.desk, found, by=by, now=clock.now())


def converted(session: Session, office: Office, found: Consolidation, by: Actor) -> Document:
    """The letter with the PDF that a worker makes of it."""
    document = drafted(session, office, found, by)
    version, trail = document.versions[-1], letter.trail_of(found)
    documents.convert_now(session, office.desk.desk, version, trail=trail, by=SYSTEM, now=clock.now())
    return document


@pytest.mark.rule("P19")
def test_the_letter_says_what_the_list_says(
    session: Session, office: Office, found: Consolidation, coordinator: Actor
) -> None:
    document = drafted(session, office, found, coordinator)
    text = documents.text_of(session, document.versions[-1])
    assert text.index("Phòng Nhất") < text.index("Phòng Khá") < text.index("Lê An")
    assert "2023: 98,00; 2024: 98,00; trung bình: 98,00" in text
    assert "không quá 10 tập thể" in text
    assert "02 cơ quan, đơn vị, địa phương" in text
    assert "Căn cứ Quyết định số 03/2021/QĐ-UBND" in text
    told = audit.events(session, letter.trail_of(found))[-1]
    assert (told.tag, len(told.data["nominees"])) == ("consolidation:letter:draft", 3)


@pytest.mark.rule("P19")
def test_a_change_of_the_list_makes_the_letter_old(
    session: Session, office: Office, found: Consolidation, coordinator: Actor
) -> None:
    first = drafted(session, office, found, coordinator)
    assert letter.state_of(session, found) is LetterState.DRAFTED
    consolidation.choose(session, found.id, [], by=coordinator, now=make.NOW)
    assert letter.state_of(session, found) is LetterState.STALE
    with pytest.raises(Conflict, match="letter_stale"):
        letter.send_for_signature(session, office.desk, found, by=coordinator, now=clock.now())
    with pytest.raises(Invalid, match="consolidation_empty"):
        drafted(session, office, found, coordinator)
    consolidation.choose_best(session, found.id, by=coordinator, now=make.NOW)
    again = drafted(session, office, found, coordinator)
    assert again is first
    assert [version.number for version in again.versions] == [1, 2]


@pytest.mark.rule("P12")
def test_only_the_coordinator_writes_and_sends_the_letter(
    session: Session, office: Office, found: Consolidation
) -> None:
    appraiser = world.an_appraiser(session)
    with pytest.raises(PermissionDenied):
        drafted(session, office, found, appraiser)
    with pytest.raises(PermissionDenied):
        letter.send_for_signature(session, office.desk, found, by=appraiser, now=clock.now())


@pytest.mark.rule("P19")
@pytest.mark.rule("P25")
def test_the_letter_is_signed_along_the_campaigns_route_and_then_the_list_can_go(
    session: Session, office: Office, found: Consolidation, coordinator: Actor
) -> None:
    converted(session, office, found, coordinator)
    route = letter.send_for_signature(session, office.desk, found, by=coordinator, now=clock.now())
    assert [step.action for step in route.steps] == [
        StepAction.INITIALS,
        StepAction.APPROVAL,
        StepAction.NUMBER,
        StepAction.SEAL,
    ]
    assert {step.unit_id for step in route.steps} == {office.unit.id}
    assert letter.state_of(session, found) is LetterState.WITH_SIGNERS
    with pytest.raises(Conflict, match="consolidation_being_signed"):
        consolidation.choose(session, found.id, [], by=coordinator, now=clock.now())
    with pytest.raises(Conflict, match="letter_unsigned"):
        consolidation.send(session, found.id, by=coordinator, now=clock.now())
    office.through_to_seal(route)
    assert letter.state_of(session, found) is LetterState.SIGNED
    sent = consolidation.send(session, found.id, by=coordinator, now=clock.now())
    assert [dossier.status for dossier in sent] == [Status.CONSOLIDATED, Status.CONSOLIDATED]
    assert not list(audit.verify(session))


def test_a_letter_taken_back_frees_the_list_and_leaves_its_trace(
    session: Session, office: Office, found: Consolidation, coordinator: Actor
) -> None:
    first = converted(session, office, found, coordinator)
    letter.send_for_signature(session, office.desk, found, by=coordinator, now=clock.now())
    with pytest.raises(Invalid, match="reason_missing"):
        letter.take_back(session, found, reason=" ", by=coordinator, now=clock.now())
    letter.take_back(session, found, reason="Bổ sung hồ sơ", by=coordinator, now=clock.now())
    assert letter.state_of(session, found) is LetterState.MISSING
    consolidation.choose_best(session, found.id, by=coordinator, now=clock.now())
    assert drafted(session, office, found, coordinator) is not first
    tags = [event.tag for event in audit.events(session, letter.trail_of(found))]
    assert "consolidation:letter:take_back" in tags


def test_a_draft_that_is_no_pdf_yet_cannot_go_to_the_signers(
    session: Session, office: Office, found: Consolidation, coordinator: Actor
) -> None:
    drafted(session, office, found, coordinator)
    with pytest.raises(Invalid, match="route_needs_pdf"):
        letter.send_for_signature(session, office.desk, found, by=coordinator, now=clock.now())
    assert listing.entries_of(session, found)
