"""The appraiser's desk: remarks at a place, two officers at once, own questions, the return with its letter (P22)."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document as Docx
from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.appraisal import asking, checklist, review, rules
from dms.appraisal.desk import defects, presence, questions, remarks, reminders, return_letter, returning
from dms.appraisal.desk.models import DefectSource
from dms.appraisal.desk.questions import Wording
from dms.appraisal.desk.remarks import At
from dms.appraisal.models import ReviewVerdict
from dms.appraisal.review import Word
from dms.appraisal.rules import PointState
from dms.campaigns import holidays
from dms.campaigns.parts import Citation, Screening
from dms.campaigns.vocabulary import NomineeKind, ScreeningKind
from dms.completeness.model import Verdict
from dms.documents import service as documents
from dms.documents.service import Desk
from dms.dossiers import summary
from dms.dossiers.models import Dossier, Nominee
from dms.dossiers.service import ReturnEntry
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied
from dms.people.models import Notice
from dms.policy import Actor, Role, Status
from storage.filesystem import FilesystemStorage
from tests import factories as make
from tests.dms.appraisal import world

LATER = make.NOW + timedelta(days=3)
YES, NO = ReviewVerdict.ACCEPTED, ReviewVerdict.REJECTED
PIECE = rules.subject_of_piece("to-trinh")
VIETNAM = holidays.load(Path(__file__).parents[3] / "calendars" / "viet-nam.yaml")


@pytest.fixture
def dossier(session: Session) -> Dossier:
    """Consolidated, with a person and a letter of the unit."""
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    make.proven(session, make.a_nominee(session, dossier, "Lê An", by=clerk), by=clerk)
    make.a_paper(session, dossier, "to-trinh")
    dossier.status, dossier.status_since, dossier.submitted_at = Status.CONSOLIDATED, make.NOW, make.NOW
    dossier.appraiser_since = make.NOW
    summary.refresh(session, dossier, now=make.NOW)
    return dossier


@pytest.fixture
def nam(session: Session) -> Actor:
    return world.an_appraiser(session)


@pytest.fixture
def binh(session: Session) -> Actor:
    return world.an_appraiser(session)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(storage=FilesystemStorage(tmp_path / "store"), workdir=tmp_path, upload_limit=1 << 24)


def seen(session: Session, dossier: Dossier, by: Actor) -> checklist.Review:
    return checklist.checklist(session, dossier.id, by=by, now=LATER)


def at_letter(dossier: Dossier, **more: object) -> At:
    return At(version_id=dossier.parts[0].document.versions[0].id, page=1, **more)  # type: ignore[arg-type]


# --- two officers on one dossier


def test_two_officers_see_each_other_until_one_has_gone(
    session: Session, dossier: Dossier, nam: Actor, binh: Actor
) -> None:
    assert presence.sign(session, dossier.id, by=nam, now=make.NOW) == []
    assert [each.name for each in presence.sign(session, dossier.id, by=binh, now=make.NOW)] == [nam.name]
    queue = review.queue(session, by=nam, now=make.NOW)
    assert [each.name for each in queue.items[0].watchers] == [binh.name]
    presence.leave(session, dossier.id, by=binh)
    assert presence.sign(session, dossier.id, by=nam, now=make.NOW) == []
    assert presence.others(session, [dossier.id], by=binh, now=make.NOW + presence.STALE) == {}


def test_only_the_appraiser_of_a_dossier_is_seen_at_it(session: Session, dossier: Dossier) -> None:
    with pytest.raises(PermissionDenied):
        presence.sign(session, dossier.id, by=make.clerk_of(session, dossier), now=make.NOW)


def test_a_later_word_that_differs_is_refused_and_told_what_the_first_said(
    session: Session, dossier: Dossier, nam: Actor, binh: Actor
) -> None:
    review.decide(session, dossier.id, [Word(PIECE, YES, seen=0)], by=nam, now=make.NOW)
    other = Word(PIECE, NO, comment="Sai thể thức", seen=0)
    with pytest.raises(Conflict, match="review_said_meanwhile") as refusal:
        review.decide(session, dossier.id, [other], by=binh, now=LATER)
    clash = refusal.value.params["clashes"][0]
    assert (clash.said.reviewer_name, clash.said.verdict, clash.word.comment) == (nam.name, YES, "Sai thể thức")
    kept = seen(session, dossier, nam).words[None, PIECE]
    assert kept.verdict is YES
    review.decide(
        session, dossier.id, [Word(PIECE, NO, comment="Sai thể thức", seen=kept.lock_version)], by=binh, now=LATER
    )
    assert seen(session, dossier, nam).words[None, PIECE].reviewer_name == binh.name


def test_the_same_word_twice_is_no_conflict_and_keeps_the_first_author(
    session: Session, dossier: Dossier, nam: Actor, binh: Actor
) -> None:
    review.decide(session, dossier.id, [Word(PIECE, YES, seen=0)], by=nam, now=make.NOW)
    assert review.decide(session, dossier.id, [Word(PIECE, YES, seen=0)], by=binh, now=LATER) == []
    assert seen(session, dossier, nam).words[None, PIECE].reviewer_name == nam.name


# --- own questions and screening


def test_an_own_question_is_asked_of_every_dossier_and_stands_in_its_way(
    session: Session, dossier: Dossier, nam: Actor, binh: Actor
) -> None:
    unit_id = next(iter(nam.units_as(Role.APPRAISER)))
    shared = questions.add(session, unit_id, Wording("  Đã hỏi ý kiến Công an tỉnh? "), by=nam, now=make.NOW)
    questions.add(session, unit_id, Wording("Chỉ tôi hỏi", required=False, mine=True), by=nam, now=make.NOW)
    assert [each.text for each in questions.mine(session, by=binh)] == ["Đã hỏi ý kiến Công an tỉnh?"]
    asked = {each.text: each for each in seen(session, dossier, nam).asked}
    assert asked["Đã hỏi ý kiến Công an tỉnh?"].state is PointState.UNDECIDED
    assert not asked["Chỉ tôi hỏi"].is_open
    review.decide(session, dossier.id, [Word(questions.subject_of(shared), YES)], by=binh, now=make.NOW)
    assert not {each.text: each for each in seen(session, dossier, nam).asked}[shared.text].is_open
    questions.retire(session, shared.id, by=nam, now=make.NOW)
    assert shared.text not in {each.text for each in seen(session, dossier, nam).asked}


def test_a_question_is_not_empty_and_belongs_to_its_office(session: Session, nam: Actor) -> None:
    unit_id = next(iter(nam.units_as(Role.APPRAISER)))
    with pytest.raises(Invalid, match="question_empty"):
        questions.add(session, unit_id, Wording("  "), by=nam, now=make.NOW)
    stranger = make.an_actor(session, make.a_unit(session), Role.APPRAISER)
    with pytest.raises(PermissionDenied):
        questions.add(session, unit_id, Wording("Xin chào"), by=stranger, now=make.NOW)


@pytest.mark.parametrize(
    ("posts", "verdict"),
    [
        (["direct", "direct", "leading"], Verdict.MET),  # 66,67 % of at least 60 %
        (["direct", "leading", "leading"], Verdict.NOT_MET),
        (["direct", "leading", ""], Verdict.NOT_PROVEN),  # it may be 33 or 67 %: a person decides
        ([], Verdict.MET),
    ],
)
def test_the_share_of_direct_workers_is_counted_where_the_posts_are_known(posts: list[str], verdict: Verdict) -> None:
    cited = {"rule": "S01", "citation": Citation(basis="nd-152-2025", place="Điều 4")}
    principle = Screening(
        code="truc-tiep", kind=ScreeningKind.DIRECT_WORKERS, text="Người trực tiếp", percent=Decimal(60), **cited
    )
    people = [Nominee(kind=NomineeKind.INDIVIDUAL, sections={"profile": {"post": post}}) for post in posts]
    measured = asking.measure(principle, people)
    assert measured
    assert measured.verdict is verdict


# --- remarks and the return


def test_a_remark_has_a_place_in_the_dossier_or_none(session: Session, dossier: Dossier, nam: Actor) -> None:
    for at in (At(version_id=make.a_version(1).id, page=1), at_letter(dossier, rectangle=(5, 5, 6, 6)), At(page=1)):
        with pytest.raises(Invalid, match="remark_place_unknown"):
            remarks.make(session, dossier.id, at, "Thiếu dấu", by=nam, now=make.NOW)
    with pytest.raises(Invalid, match="remark_empty"):
        remarks.make(session, dossier.id, At(), " ", by=nam, now=make.NOW)
    kept = remarks.make(session, dossier.id, at_letter(dossier, rectangle=(-9, 5, 400, 2000)), "Dấu", by=nam, now=LATER)
    assert (kept.requirement_code, kept.rectangle) == ("to-trinh", (0.0, 5.0, 400.0, 1000.0))


ENTRY = ReturnEntry("to-trinh", note="Ghi đúng tên hình thức (Mục III.4.2b)\nBổ sung ngày tháng")


def test_a_return_takes_the_remarks_of_its_pieces_along(
    session: Session, dossier: Dossier, nam: Actor, desk: Desk
) -> None:
    clerk = make.clerk_of(session, dossier)
    going = remarks.make(session, dossier.id, at_letter(dossier), "Thiếu chữ ký nháy", by=nam, now=make.NOW)
    staying = remarks.make(session, dossier.id, At(requirement="bien-ban"), "Xem lại", by=nam, now=LATER)
    assert remarks.shown_to(session, dossier, by=nam) == [going, staying]
    returning.send_back(session, desk, dossier.id, [ENTRY], by=nam, now=LATER)
    assert remarks.shown_to(session, dossier, by=clerk) == [going]
    assert staying.return_id is None


def test_a_return_makes_a_letter_in_the_form_of_the_decree_with_the_same_list(
    session: Session, dossier: Dossier, nam: Actor, desk: Desk
) -> None:
    remarks.make(session, dossier.id, at_letter(dossier), "Thiếu chữ ký nháy", by=nam, now=make.NOW)
    sent_back = returning.send_back(session, desk, dossier.id, [ENTRY], by=nam, now=LATER)
    letter = return_letter.of_dossier(session, dossier.id)[sent_back.id]
    version = documents.current_version(letter.document)
    assert version
    with documents.local_copy(desk, version) as path:
        paper = Docx(BytesIO(path.read_bytes()))
    said = "\n".join(each.text for each in paper.paragraphs)
    for line in ("Ghi đúng tên hình thức (Mục III.4.2b)", "Bổ sung ngày tháng", "Trang 1: Thiếu chữ ký nháy"):
        assert said.count(line) == 1
    assert dossier.code in said
    assert "Thời hạn thẩm định được tính lại từ ngày nhận đủ hồ sơ" in said
    assert "V/v" in "".join(cell.text for table in paper.tables for row in table.rows for cell in row.cells)
    assert letter.document.symbol.endswith("-TĐKT")
    assert return_letter.get(session, letter.id, by=make.clerk_of(session, dossier)) is letter
    with pytest.raises(NotFound):
        return_letter.get(session, letter.id, by=make.an_actor(session, make.a_unit(session), Role.APPRAISER))


def test_what_dossiers_went_back_for_is_counted_once_for_each_dossier(
    session: Session, dossier: Dossier, nam: Actor, desk: Desk
) -> None:
    remarks.make(session, dossier.id, at_letter(dossier), "Thiếu chữ ký nháy", by=nam, now=make.NOW)
    review.decide(session, dossier.id, [Word(PIECE, NO, comment="Sai thể thức")], by=nam, now=make.NOW)
    returning.send_back(session, desk, dossier.id, [ENTRY], by=nam, now=LATER)
    passed = world.a_submitted_dossier(session, {"Phòng Khá": {}}, status=Status.APPRAISED)
    passed.appraiser_since = make.NOW
    session.flush()
    found = defects.statistics(session, dossier.campaign_code, by=nam)
    assert (found.looked_at, found.right_first, found.returns, found.rate) == (2, 1, 1, 50)
    told = {(each.code, each.source): each.count for each in found.frequencies}
    assert told[defects.PAPER, DefectSource.PERSON] == told[defects.REMARK, DefectSource.REMARK] == 1
    assert told["document_missing", DefectSource.RULE] == 1  # the minutes and a report are missing, in one dossier
    stranger = make.an_actor(session, make.a_unit(session), Role.APPRAISER)
    assert defects.statistics(session, dossier.campaign_code, by=stranger).looked_at == 0


def test_a_yes_stands_after_a_return_until_its_paper_has_a_newer_version(
    session: Session, dossier: Dossier, nam: Actor, desk: Desk
) -> None:
    review.decide(session, dossier.id, [Word(PIECE, YES)], by=nam, now=make.NOW)
    returning.send_back(session, desk, dossier.id, [ReturnEntry("to-trinh", note="Bổ sung")], by=nam, now=LATER)
    world.settle(session, LATER)
    dossier.status = Status.CONSOLIDATED

    def letter() -> checklist.Group:
        return next(each for each in seen(session, dossier, nam).groups if each.requirement == "to-trinh")

    opinion = letter().opinion
    assert opinion is not None
    assert opinion.stands
    dossier.parts[0].document.versions.append(make.a_version(2, now=LATER + timedelta(days=1)))
    session.flush()
    opinion = letter().opinion
    assert opinion is not None
    assert not opinion.stands
    change = next(each for each in seen(session, dossier, nam).changes if each.version)
    assert (change.seen, change.version.number) == (1, 2)  # what the page of comparison is given


# --- terms


def test_the_office_is_reminded_once_near_the_end_and_once_when_it_is_over(
    session: Session, dossier: Dossier, nam: Actor
) -> None:
    def announced_on(days: int) -> list[str]:
        now = make.NOW + timedelta(days=days)
        reminders.announce(session, calendar=VIETNAM, now=now)
        world.settle(session, now)
        mine = select(Notice.kind).where(Notice.person_id == nam.person_id, Notice.created_at == now)
        return [*session.scalars(mine)]

    clock = review.queue(session, by=nam, now=make.NOW, calendar=VIETNAM).items[0].clock
    assert clock
    days = (clock.due_on - clock.started_on).days
    assert clock.left == 20
    announced_on(days - 6)  # the shorter term, to send it back, is told here
    assert announced_on(days - 1) == ["term_near"]
    assert announced_on(days - 1) == ["term_near"]  # the one of before, and no second one
    assert announced_on(days) == ["term_over"]
    assert announced_on(days + 5) == []
