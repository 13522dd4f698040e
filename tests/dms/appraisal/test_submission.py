"""The appraiser's letter: from what has passed, signed for real along the campaign's route, never out of date."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import audit, clock
from dms.appraisal import consolidation, submission
from dms.appraisal.letter import LetterState
from dms.appraisal.models import AppraisalLetter, ConsolidationEntry
from dms.appraisal.submission import Matter, Tray
from dms.archive.contents import Place, contents_of
from dms.campaigns.vocabulary import StepAction
from dms.documents import service as documents
from dms.dossiers.models import Dossier, Nominee
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied
from dms.people.models import SuccessionKind, UnitSuccession
from dms.policy import SYSTEM, Actor, Role, Status
from dms.signing.models import SigningRoute
from tests import factories as make
from tests.dms.appraisal import world
from tests.dms.signing.office import Office, a_desk, an_office
from tests.pki import Pki

GOOD, BEST = {2023: "91", 2024: "91"}, {2023: "98", 2024: "98"}


@pytest.fixture
def office(session: Session, pki: Pki, tmp_path: Path) -> Office:
    """The department that carries on the appraiser's duties, with people who can sign."""
    province = make.a_province(session)
    office = an_office(session, a_desk(pki, tmp_path))
    ids = {"predecessor_id": province.appraiser.id, "successor_id": office.unit.id}
    session.add(UnitSuccession(**ids, kind=SuccessionKind.RENAMED, on=date(2025, 3, 1)))
    session.flush()
    return office


@pytest.fixture
def appraiser(session: Session, office: Office) -> Actor:
    return make.an_actor(session, office.unit, Role.APPRAISER)


def passed(session: Session, name: str = "Phòng Nhất", scores: dict[int, str] | None = None) -> Dossier:
    """A dossier whose nominee was put forward and that has passed."""
    dossier = world.a_submitted_dossier(session, {name: scores or BEST}, {f"Bà {name}": GOOD})
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    consolidation.refresh(session, found.id, by=coordinator, now=make.NOW)
    dossier.status = Status.APPRAISED
    entries = select(ConsolidationEntry).join(ConsolidationEntry.nominee).where(Nominee.dossier_id == dossier.id)
    for entry in session.scalars(entries):
        entry.selected = entry.nominee.name == name
    session.flush()
    return dossier


def tray(session: Session, by: Actor) -> Tray:
    (found,) = submission.trays(session, by=by)
    return found


def matter(session: Session, by: Actor) -> Matter:
    return tray(session, by).matter


def drafted(session: Session, office: Office, by: Actor, *, pdf: bool = False) -> AppraisalLetter:
    letter = submission.draft(session, office.desk.desk, matter(session, by), by=by, now=clock.now())
    if pdf:
        version, trail = letter.document.versions[-1], submission.trail_of(letter)
        documents.convert_now(session, office.desk.desk, version, trail=trail, by=SYSTEM, now=clock.now())
    return letter


def sent(session: Session, office: Office, letter: AppraisalLetter, by: Actor) -> SigningRoute:
    return submission.send_for_signature(session, office.desk, letter.id, by=by, now=clock.now())


@pytest.mark.rule("P22")
def test_the_letter_names_who_was_put_forward_and_has_passed(
    session: Session, office: Office, appraiser: Actor
) -> None:
    passed(session)
    waiting = tray(session, appraiser)
    assert (waiting.state, [each.nominee.name for each in waiting.waiting]) == (LetterState.MISSING, ["Phòng Nhất"])
    letter = drafted(session, office, appraiser)
    text = documents.text_of(session, letter.document.versions[-1])
    for expected in (
        "Sở Nội vụ đã thẩm định hồ sơ đề nghị khen thưởng của 01 cơ quan",
        "Kính gửi: Chủ tịch UBND tỉnh.",
        "Phòng Nhất",
        "Điểm chỉ số chuyển đổi số",
        "/TTr-SNV",
        "Nguyễn Thị Thuỳ Dương",
    ):
        assert expected in " ".join(text.split())
    assert "Bà Phòng Nhất" not in text
    told = audit.events(session, submission.trail_of(letter))[-1]
    assert (told.tag, len(told.data["nominees"])) == ("appraisal:letter:draft", 1)


@pytest.mark.rule("P22")
def test_another_dossier_that_passes_makes_a_draft_old_and_a_new_draft_names_both(
    session: Session, office: Office, appraiser: Actor
) -> None:
    passed(session)
    letter = drafted(session, office, appraiser)
    assert submission.state_of(session, letter) is LetterState.DRAFTED
    passed(session, "Phòng Nhì", GOOD)
    assert submission.state_of(session, letter) is LetterState.STALE
    assert tray(session, appraiser).state is LetterState.STALE
    with pytest.raises(Conflict, match="appraisal_letter_stale"):
        sent(session, office, letter, appraiser)
    assert drafted(session, office, appraiser) is letter
    assert len(letter.items) == 2
    assert [version.number for version in letter.document.versions] == [1, 2]


@pytest.mark.rule("P22")
@pytest.mark.rule("P25")
def test_the_letter_is_signed_along_the_campaigns_route_and_the_next_names_only_who_came_since(
    session: Session, office: Office, appraiser: Actor
) -> None:
    first = passed(session)
    letter = drafted(session, office, appraiser, pdf=True)
    route = sent(session, office, letter, appraiser)
    assert [step.action for step in route.steps] == [
        StepAction.INITIALS,
        StepAction.APPROVAL,
        StepAction.NUMBER,
        StepAction.SEAL,
    ]
    assert {step.unit_id for step in route.steps} == {office.unit.id}
    assert tray(session, appraiser).state is LetterState.WITH_SIGNERS
    with pytest.raises(Invalid, match="appraisal_nobody_waits"):
        drafted(session, office, appraiser)
    office.through_to_seal(route)
    assert submission.state_of(session, letter) is LetterState.SIGNED
    passed(session, "Phòng Nhì", GOOD)
    now_waiting = tray(session, appraiser)
    assert [each.nominee.name for each in now_waiting.waiting] == ["Phòng Nhì"]
    assert (now_waiting.current, now_waiting.sent) == (None, (letter,))
    kept = contents_of(session, first).at(Place.APPRAISAL)
    assert [paper.document.id for paper in kept] == [letter.document_id]
    assert not list(audit.verify(session))


def test_a_letter_taken_back_lets_its_nominees_wait_again_and_leaves_its_trace(
    session: Session, office: Office, appraiser: Actor
) -> None:
    passed(session)
    letter = drafted(session, office, appraiser, pdf=True)
    route = sent(session, office, letter, appraiser)
    act = {"by": appraiser, "now": clock.now()}
    with pytest.raises(Invalid, match="reason_missing"):
        submission.take_back(session, letter.id, reason=" ", **act)
    submission.take_back(session, letter.id, reason="Bổ sung", **act)
    assert route.closed_at is not None
    assert tray(session, appraiser).state is LetterState.MISSING
    assert drafted(session, office, appraiser) is not letter
    with pytest.raises(Conflict, match="appraisal_letter_settled"):
        submission.take_back(session, letter.id, reason="Lần nữa", **act)


def test_a_draft_may_be_given_up_even_after_an_award_but_not_the_letter_that_it_answers(
    session: Session, office: Office, appraiser: Actor
) -> None:
    dossier = passed(session)
    letter = drafted(session, office, appraiser, pdf=True)
    office.through_to_seal(sent(session, office, letter, appraiser))
    other = passed(session, "Phòng Nhì", GOOD)
    unsigned = drafted(session, office, appraiser)
    for each in (dossier, other):
        each.status = Status.DECIDED
    session.flush()
    submission.take_back(session, unsigned.id, reason="Lập nhầm", by=appraiser, now=clock.now())
    with pytest.raises(Conflict, match="appraisal_letter_settled"):
        submission.take_back(session, letter.id, reason="Muộn", by=appraiser, now=clock.now())


@pytest.mark.rule("P22")
def test_the_chairs_office_reads_the_letter_beside_the_decision_and_nobody_else_makes_it(
    session: Session, office: Office, appraiser: Actor
) -> None:
    dossier = passed(session)
    letter, ids = drafted(session, office, appraiser), make.ids(dossier.nominees)
    chair_office = make.an_actor(session, make.a_province(session).committee, Role.CHAIR_OFFICE)
    assert submission.of_nominees(session, ids, by=chair_office) == [(letter, LetterState.DRAFTED)]
    for somebody in (world.a_coordinator(session), make.clerk_of(session, dossier)):
        assert submission.of_nominees(session, ids, by=somebody) == []
        assert submission.trays(session, by=somebody) == []
        with pytest.raises(NotFound):
            submission.get(session, letter.id, by=somebody)
    with pytest.raises(PermissionDenied):
        sent(session, office, letter, chair_office)
    with pytest.raises(NotFound):
        sent(session, office, letter, make.an_actor(session, make.a_unit(session), Role.APPRAISER))


def test_the_desk_costs_the_same_number_of_queries_for_one_dossier_and_for_many(
    session: Session, office: Office, appraiser: Actor
) -> None:
    passed(session, "Phòng 0")
    with world.counted(session) as one:
        submission.trays(session, by=appraiser)
    for number in range(1, 6):
        passed(session, f"Phòng {number}")
    with world.counted(session) as many:
        submission.trays(session, by=appraiser)
    assert len(many) == len(one)
