"""Working days and terms counted in them: by hand-computed values, and by what must hold of any calendar."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.appraisal.desk.terms import Stay, run
from dms.campaigns import holidays
from dms.campaigns.parts import Citation
from dms.campaigns.terms import Term
from dms.campaigns.vocabulary import AfterReturn, TermKind
from dms.errors import Invalid
from dms.workdays import Workdays

VIETNAM = holidays.load(Path(__file__).parents[2] / "calendars" / "viet-nam.yaml")
DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


def term(days: int = 20, *, after: AfterReturn = AfterReturn.RESTART) -> Term:
    return Term(TermKind.APPRAISE, days, after, 3, "QD311", Citation(basis="qd-311-bnv", place="Thời hạn"))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 1, 5), 5, date(2026, 1, 10)),  # Saturday 10/01 is worked for 02/01
        (date(2026, 1, 30), 20, date(2026, 3, 6)),  # over the Lunar New Year: 16-20/02 are free
        (date(2026, 4, 23), 5, date(2026, 5, 5)),  # 27/04 stands in for Sunday 26/04; 30/04 and 01/05 are free
        (date(2024, 4, 26), 3, date(2024, 5, 4)),  # 29/04 to 01/05 are free, Saturday 04/05 is worked
        (date(2025, 8, 29), 1, date(2025, 9, 3)),
        (date(2026, 8, 21), 1, date(2026, 8, 22)),  # a Saturday worked for 31/08
    ],
)
def test_a_term_ends_on_the_working_day_that_an_official_would_count(start: date, count: int, end: date) -> None:
    assert VIETNAM.after(start, count) == end
    assert VIETNAM.between(start, end) == count


@settings(max_examples=50, deadline=None)
@given(start=DAYS, count=st.integers(1, 40), own=st.sets(DAYS, max_size=5))
def test_counting_forth_and_back_agree_and_an_own_day_off_never_shortens_a_term(
    start: date, count: int, own: set[date]
) -> None:
    end = VIETNAM.after(start, count)
    assert VIETNAM.is_working(end)
    assert VIETNAM.between(start, end) == count == -VIETNAM.between(end, start)
    assert VIETNAM.with_holidays(own).after(start, count) >= end


def test_a_year_without_data_is_told_and_only_its_weekends_are_free() -> None:
    running = run(term(5), [Stay(date(2026, 12, 30))], VIETNAM, date(2027, 1, 4))
    assert running
    assert running.unknown_years == (2027,)
    assert running.due_on == date(2027, 1, 6)
    assert not VIETNAM.knows(2027)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("years: {2026: {source: x, off: {2025-01-01: Tết}}}", "2026: 2025-01-01"),
        ("years: {2026: {off: {}}}", "years.2026.source: Field required"),
        ("years: {2026: {source: x, free: {}}}", "years.2026.free"),
        ("years: [", "expected the node content"),
    ],
)
def test_a_calendar_file_with_a_mistake_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(Invalid, match="calendar_invalid") as refusal:
        holidays.read(text, "lich.yaml")
    assert told in refusal.value.params["problem"]


# --- the clock of a dossier


def test_the_day_of_receipt_does_not_count_and_the_last_day_is_in_time() -> None:
    stays = [Stay(date(2026, 1, 12))]
    due = date(2026, 2, 9)  # twenty working days after 12/01
    assert [run(term(), stays, VIETNAM, day).left for day in (date(2026, 1, 12), due)] == [20, 0]
    over = run(term(), stays, VIETNAM, date(2026, 2, 11))
    assert (over.due_on, over.left, over.is_over) == (due, -2, True)


def test_a_return_ends_the_count_and_a_complete_dossier_begins_it_anew_or_goes_on() -> None:
    away = [Stay(date(2026, 1, 12), date(2026, 1, 19))]  # five working days used
    stopped = run(term(), away, VIETNAM, date(2026, 1, 30))
    assert (stopped.stopped_on, stopped.left, stopped.is_over) == (date(2026, 1, 19), 15, False)
    back = [*away, Stay(date(2026, 2, 2))]
    assert run(term(), back, VIETNAM, date(2026, 2, 2)).due_on == VIETNAM.after(date(2026, 2, 2), 20)
    resumed = run(term(after=AfterReturn.RESUME), back, VIETNAM, date(2026, 2, 2))
    assert resumed.due_on == VIETNAM.after(date(2026, 2, 2), 15)


def test_a_reminder_is_due_from_three_working_days_before_the_end() -> None:
    stays, due = [Stay(date(2026, 1, 12))], date(2026, 2, 9)
    near = {day: run(term(), stays, VIETNAM, day).is_near for day in (due - timedelta(days=6), date(2026, 2, 4), due)}
    assert list(near.values()) == [False, True, True]
    assert Workdays().between(date(2026, 2, 4), due) == 3


def test_a_dossier_that_never_came_has_no_clock() -> None:
    assert run(term(), [], VIETNAM, date(2026, 1, 1)) is None
