"""Scores of units: imported, undone, and taken by the nominees of the unit and of what went into it."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import handlers, outbox
from dms.campaigns.vocabulary import NomineeKind
from dms.completeness.model import CheckKind
from dms.documents.service import Desk
from dms.dossiers import evidence, nominees, scoring, service, summary
from dms.dossiers.models import Dossier, DossierSummary, Nominee
from dms.dossiers.nominees import ScoreEntry
from dms.errors import Conflict, Invalid, PermissionDenied
from dms.people import reorganisation
from dms.people.models import SuccessionKind, Unit
from dms.people.reorganisation import Paper, Passage
from dms.policy import Actor, Role, Status
from dms.scores import imports
from dms.scores import service as scores
from dms.scores.imports import Approval
from dms.scores.models import ImportState, ScoreImport
from tests import factories as make

NOW = make.NOW
APPROVAL = Approval("318/QĐ-UBND", date(2025, 12, 20), "Chủ tịch UBND tỉnh Vĩnh Long")
MERGER = date(2025, 7, 1)
Rows = list[tuple[object, ...]]
Import = Callable[..., ScoreImport]


@pytest.fixture
def coordinator(session: Session) -> Actor:
    return make.an_actor(session, make.a_province(session).coordinator, Role.COORDINATOR)


def a_table(rows: Rows) -> io.BytesIO:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [("Đơn vị", "Năm", "Điểm", "Lĩnh vực"), *rows]:
        sheet.append(list(row))
    memory = io.BytesIO()
    book.save(memory)
    memory.seek(0)
    return memory


@pytest.fixture
def entered(session: Session, desk: Desk, coordinator: Actor) -> Import:
    """Read a table and keep it, without applying it."""

    def enter(*rows: tuple[object, ...]) -> ScoreImport:
        table = imports.receive(desk, a_table(list(rows)), filename="diem.xlsx")
        return imports.enter(session, table, APPROVAL, by=coordinator, now=NOW)

    return enter


@pytest.fixture
def applied(session: Session, entered: Import, coordinator: Actor) -> Import:
    """Read a table, apply it, and let the worker judge the dossiers that it touches."""

    def apply(*rows: tuple[object, ...], **more: Any) -> ScoreImport:
        row = imports.apply(session, entered(*rows).id, skip_refused=False, by=coordinator, now=NOW, **more)
        work(session)
        return row

    return apply


def work(session: Session) -> None:
    """Do what waits for a worker, as the worker would: each event once, those they announce included."""
    handlers.drain(session, now=NOW)
    session.flush()
    acts: dict[str, Callable[..., None]] = {
        "scores.waiting": imports.on_scores_waiting,
        "scores.changed": scoring.on_scores_changed,
    }
    while waiting := [
        event
        for event in session.scalars(select(outbox.OutboxEvent).where(outbox.OutboxEvent.done_at.is_(None)))
        if event.name in acts
    ]:
        for event in waiting:
            acts[event.name](session, event.payload, NOW)
            event.done_at = NOW
            session.flush()


def a_collective(session: Session, unit: Unit) -> tuple[Dossier, Nominee]:
    dossier = make.a_dossier(session, unit=unit)
    return dossier, make.a_nominee(session, dossier, "Phòng Hạ tầng số", kind=NomineeKind.COLLECTIVE)


def held(nominee: Nominee) -> dict[int, str]:
    return {score.year: str(score.score) for score in nominee.scores}


def verdict(session: Session, dossier: Dossier) -> tuple[str, str]:
    session.expire_all()
    found = service.judge(session, dossier, now=NOW).findings
    score = next(each for each in found if each.check is CheckKind.INDEX_SCORE)
    return score.verdict.value, str(score.params.get("inherited", ""))


# --- taken by themselves


@pytest.mark.rule("P10")
def test_nominees_take_the_scores_of_their_unit_with_the_approving_paper(session: Session, applied: Import) -> None:
    unit = make.a_unit(session, name="Sở Du lịch")
    dossier, nominee = a_collective(session, unit)
    applied(("Sở Du lịch", 2023, 90), ("Sở Du lịch", 2024, "90,00"), ("Sở Du lịch", 2020, 99))
    assert held(nominee) == {2023: "90.00", 2024: "90.00"}  # 2020 is no year of the campaign
    assert {score.approved_by for score in nominee.scores} == {
        "318/QĐ-UBND ngày 20/12/2025 của Chủ tịch UBND tỉnh Vĩnh Long"
    }
    assert verdict(session, dossier) == ("met", "")
    again = make.a_nominee(session, dossier, "Phòng Kế hoạch", kind=NomineeKind.COLLECTIVE)
    assert held(again) == {2023: "90.00", 2024: "90.00"}


@pytest.mark.rule("P10")
@pytest.mark.parametrize(
    ("values", "expected"),
    [((90, 90, None), "met"), ((90, 89.99, None), "not_proven"), ((89.99, 89.99, 99), "not_met"), ((90, 1, 90), "met")],
)
def test_two_of_three_years_at_the_edge(
    session: Session, applied: Import, values: tuple[float | None, ...], expected: str
) -> None:
    dossier, _nominee = a_collective(session, make.a_unit(session, name="Sở Du lịch"))
    known = [(year, value) for year, value in zip((2023, 2024, 2025), values, strict=True) if value is not None]
    applied(*(("Sở Du lịch", year, value) for year, value in known))
    assert verdict(session, dossier)[0] == expected


def test_the_row_that_lists_show_is_judged_anew(session: Session, applied: Import) -> None:
    dossier, _nominee = a_collective(session, make.a_unit(session, name="Sở Du lịch"))
    applied(("Sở Du lịch", 2023, 95), ("Sở Du lịch", 2024, 95))
    row = session.get_one(DossierSummary, dossier.id)
    assert row.met == summary.compute(session, dossier, now=NOW)["met"]


def test_an_official_score_stands_before_a_typed_one_which_comes_back(
    session: Session, applied: Import, coordinator: Actor
) -> None:
    unit = make.a_unit(session, name="Sở Du lịch")
    dossier, nominee = a_collective(session, unit)
    clerk = make.clerk_of(session, dossier)
    nominees.set_scores(session, nominee.id, [ScoreEntry(2024, Decimal(97), "tự chấm")], by=clerk, now=NOW)
    row = applied(("Sở Du lịch", 2024, 88))
    assert held(nominee) == {2024: "88.00"}
    assert nominee.scores[0].typed_score == Decimal(97)
    nominees.set_scores(session, nominee.id, [ScoreEntry(2024, Decimal(99))], by=clerk, now=NOW)
    assert held(nominee) == {2024: "88.00"}
    imports.undo(session, row.id, by=coordinator, now=NOW)
    work(session)
    assert [(score.score, score.approved_by) for score in nominee.scores] == [(Decimal("97.00"), "tự chấm")]


@pytest.mark.rule("P11")
def test_an_individual_takes_the_field_in_their_charge(session: Session, applied: Import) -> None:
    unit = make.a_unit(session, name="Sở Du lịch")
    dossier = make.a_dossier(session, unit=unit)
    person = make.a_nominee(session, dossier, "Trần Thị Lan")
    clerk = make.clerk_of(session, dossier)
    applied(("Sở Du lịch", 2023, 70), ("Sở Du lịch", 2023, 96, "Chính quyền số"))
    assert held(person) == {}
    ((key, words),) = scores.fields_of(session, [unit.id])
    assert words == "Chính quyền số"
    evidence.choose_field(session, person.id, key, by=clerk, now=NOW)
    assert held(person) == {2023: "96.00"}
    evidence.choose_field(session, person.id, "", by=clerk, now=NOW)
    assert held(person) == {2023: "70.00"}
    evidence.choose_field(session, person.id, None, by=clerk, now=NOW)
    assert held(person) == {}


# --- units that changed meanwhile


def passed(session: Session, kind: SuccessionKind, old: Unit, new: Unit) -> None:
    by = make.an_actor(session, make.a_unit(session), Role.ADMINISTRATOR)
    paper = Paper("30/NQ-HĐND", date(2025, 6, 20), "HĐND tỉnh")
    reorganisation.pass_on(session, kind, Passage((old.id,), (new.id,), MERGER, paper), by=by, now=NOW)
    work(session)


@pytest.mark.rule("P10")
@pytest.mark.rule("P24")
def test_the_scores_of_what_went_into_a_unit_count_and_say_whose_they_are(session: Session, applied: Import) -> None:
    old, new = make.a_unit(session, name="Sở Cũ"), make.a_unit(session, name="Sở Mới")
    applied(("Sở Cũ", 2023, 92), ("Sở Cũ", 2025, 50), ("Sở Mới", 2025, 91))
    dossier, nominee = a_collective(session, new)
    assert held(nominee) == {2025: "91.00"}
    passed(session, SuccessionKind.MERGED, old, new)
    assert held(nominee) == {2023: "92.00", 2025: "91.00"}  # its own year stays its own
    assert verdict(session, dossier) == ("met", "2023: Sở Cũ")


@pytest.mark.rule("P10")
def test_two_that_merged_and_disagree_prove_nothing(session: Session, applied: Import) -> None:
    one, other, new = (make.a_unit(session, name=name) for name in ("Sở Một", "Sở Hai", "Sở Mới"))
    applied(("Sở Một", 2023, 95), ("Sở Hai", 2023, 80), ("Sở Mới", 2025, 95))
    dossier, nominee = a_collective(session, new)
    for old in (one, other):
        passed(session, SuccessionKind.MERGED, old, new)
    assert sorted((score.year, str(score.score)) for score in nominee.scores) == [
        (2023, "80.00"),
        (2023, "95.00"),
        (2025, "95.00"),
    ]
    assert verdict(session, dossier)[0] == "not_proven"


def test_who_only_takes_duties_over_does_not_take_scores(session: Session, applied: Import) -> None:
    giver, taker = make.a_unit(session, name="Sở Giao"), make.a_unit(session, name="Sở Nhận")
    applied(("Sở Giao", 2023, 95))
    _dossier, nominee = a_collective(session, taker)
    passed(session, SuccessionKind.TRANSFERRED, giver, taker)
    assert held(nominee) == {}


def test_a_renamed_unit_keeps_its_scores_and_is_found_by_its_old_name(session: Session, applied: Import) -> None:
    unit = make.a_unit(session, name="Sở Cũ")
    paper = Paper("30/NQ-HĐND", date(2025, 6, 20), "HĐND tỉnh")
    by = make.an_actor(session, make.a_unit(session), Role.ADMINISTRATOR)
    terms = reorganisation.NameTerms("Sở Tên Mới", "STM", "Vĩnh Long", MERGER)
    reorganisation.rename(session, unit.id, terms, paper, by=by, now=NOW)
    _dossier, nominee = a_collective(session, unit)
    applied(("Sở Cũ", 2023, 95), ("Sở Tên Mới", 2024, 96))
    assert held(nominee) == {2023: "95.00", 2024: "96.00"}


# --- imports and their undoing


def test_reading_a_table_changes_nothing(session: Session, entered: Import) -> None:
    _dossier, nominee = a_collective(session, make.a_unit(session, name="Sở Du lịch"))
    row = entered(("Sở Du lịch", 2024, 95))
    found = imports.preview(session, row, now=NOW)
    assert (found.writes, row.state, held(nominee)) == (1, ImportState.READ, {})


def test_bad_lines_stop_a_table_unless_they_are_left_out(session: Session, entered: Import, coordinator: Actor) -> None:
    make.a_unit(session, name="Sở Du lịch")
    row = entered(("Sở Du lịch", 2024, 95), ("Sở Lạ", 2024, 95))
    with pytest.raises(Invalid, match="score_rows_refused"):
        imports.apply(session, row.id, skip_refused=False, by=coordinator, now=NOW)
    imports.apply(session, row.id, skip_refused=True, by=coordinator, now=NOW)
    assert (row.state, row.written) == (ImportState.APPLIED, 1)
    with pytest.raises(Conflict, match="score_import_settled"):
        imports.apply(session, row.id, skip_refused=True, by=coordinator, now=NOW)
    with pytest.raises(Invalid, match="score_import_changes_nothing"):
        imports.apply(session, entered(("Sở Du lịch", 2024, 95)).id, skip_refused=True, by=coordinator, now=NOW)


def test_undoing_brings_back_what_held_before(session: Session, applied: Import, coordinator: Actor) -> None:
    unit = make.a_unit(session, name="Sở Du lịch")
    applied(("Sở Du lịch", 2024, 80))
    second = applied(("Sở Du lịch", 2024, 95), ("Sở Du lịch", 2023, 95))
    imports.undo(session, second.id, by=coordinator, now=NOW + timedelta(minutes=1))
    (kept,) = scores.scores_for(session, [unit.id], day=NOW.date())[unit.id]
    assert (kept.year, kept.percent) == (2024, Decimal("80.00"))
    states = [
        (row.year, str(row.percent), row.ended_at is None)
        for row in scores.history_of(session, unit.id, by=coordinator)
    ]
    assert sorted(states) == [(2023, "95.00", False), (2024, "80.00", True), (2024, "95.00", False)]


def test_nothing_is_undone_under_a_newer_import(session: Session, applied: Import, coordinator: Actor) -> None:
    make.a_unit(session, name="Sở Du lịch")
    first = applied(("Sở Du lịch", 2024, 80))
    applied(("Sở Du lịch", 2024, 95))
    with pytest.raises(Conflict, match="scores_overtaken"):
        imports.undo(session, first.id, by=coordinator, now=NOW)


def test_nothing_is_undone_under_a_dossier_that_was_passed_on(
    session: Session, applied: Import, coordinator: Actor
) -> None:
    dossier, _nominee = a_collective(session, make.a_unit(session, name="Sở Du lịch"))
    row = applied(("Sở Du lịch", 2024, 80))
    dossier.status = Status.APPRAISED
    imports.undo(session, row.id, by=coordinator, now=NOW)
    with pytest.raises(Conflict, match="scores_in_use") as caught:
        handlers.drain(session, now=NOW)
    assert caught.value.params == {"dossiers": dossier.code}


def test_a_decided_dossier_keeps_what_it_was_judged_by(session: Session, applied: Import) -> None:
    dossier, nominee = a_collective(session, make.a_unit(session, name="Sở Du lịch"))
    applied(("Sở Du lịch", 2024, 95))
    dossier.status = Status.DECIDED
    applied(("Sở Du lịch", 2024, 60))
    assert held(nominee) == {2024: "95.00"}


def test_a_large_table_is_written_in_pieces_by_a_worker(session: Session, entered: Import, coordinator: Actor) -> None:
    units = [make.a_unit(session, name=f"Sở số {number}") for number in range(5)]
    _dossier, nominee = a_collective(session, units[4])
    row = entered(*((unit.names[0].name, 2024, 91) for unit in units))
    imports.apply(session, row.id, skip_refused=False, by=coordinator, now=NOW, at_once=2)
    assert (row.state, row.done) == (ImportState.APPLYING, 0)
    imports.on_scores_waiting(session, {"import_id": str(row.id)}, NOW, piece=2)
    assert (row.state, row.done, row.written) == (ImportState.APPLYING, 2, 2)
    work(session)
    assert (row.state, row.done, row.written) == (ImportState.APPLIED, 5, 5)
    assert held(nominee) == {2024: "91.00"}


def test_the_same_file_is_recognised(session: Session, desk: Desk, coordinator: Actor) -> None:
    make.a_unit(session, name="Sở Du lịch")
    content = a_table([("Sở Du lịch", 2024, 95)]).getvalue()
    first, second = (
        imports.enter(
            session, imports.receive(desk, io.BytesIO(content), filename="a.xlsx"), APPROVAL, by=coordinator, now=NOW
        )
        for _ in range(2)
    )
    assert imports.twin_of(session, second) is None
    imports.apply(session, first.id, skip_refused=False, by=coordinator, now=NOW)
    assert imports.twin_of(session, second) is first


def test_only_the_coordinator_imports_and_only_with_the_approving_paper(
    session: Session, desk: Desk, coordinator: Actor
) -> None:
    unit = make.a_unit(session, name="Sở Du lịch")
    table = imports.receive(desk, a_table([("Sở Du lịch", 2024, 95)]), filename="a.xlsx")
    with pytest.raises(PermissionDenied):
        imports.enter(session, table, APPROVAL, by=make.a_clerk(session, unit), now=NOW)
    for approval, code in (
        (Approval(" ", date(2025, 1, 1), "UBND"), "approval_missing"),
        (Approval("1/QĐ", date(2026, 12, 1), "UBND"), "approval_in_future"),
    ):
        with pytest.raises(Invalid, match=code):
            imports.enter(session, table, approval, by=coordinator, now=NOW)


def test_a_clerk_sees_the_scores_of_their_own_unit_only(session: Session, applied: Import, coordinator: Actor) -> None:
    mine = make.a_unit(session, name="Sở Du lịch")
    make.a_unit(session, name="Sở Xây dựng")
    applied(("Sở Du lịch", 2024, 95), ("Sở Xây dựng", 2024, 85))
    clerk = make.a_clerk(session, mine)
    assert [row.unit_id for row in scores.listing(session, 2024, by=clerk)[0]] == [mine.id]
    assert scores.listing(session, 2024, by=clerk)[1] == 1
    assert sum(band.count for band in scores.bands(session, 2024, by=clerk)) == 1
    assert scores.listing(session, 2024, by=coordinator, words="xay dung")[1] == 1
    assert scores.listing(session, 2024, by=coordinator)[1] == 2
