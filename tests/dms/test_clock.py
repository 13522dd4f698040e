"""Time: instants in UTC, days as a clock in Vietnam shows them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dms import clock


def test_now_is_an_aware_instant_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_a_vietnamese_clock_is_seven_hours_ahead() -> None:
    shown = clock.local(datetime(2026, 1, 5, 1, 30, tzinfo=UTC))
    assert shown.isoformat() == "2026-01-05T08:30:00+07:00"


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 1, 5, 16, 59, 59, tzinfo=UTC), date(2026, 1, 5)),
        (datetime(2026, 1, 5, 17, 0, tzinfo=UTC), date(2026, 1, 6)),
        (datetime(2025, 12, 31, 17, 0, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 1, 5, 23, 59, tzinfo=clock.VIETNAM), date(2026, 1, 5)),
    ],
)
def test_a_day_ends_at_midnight_in_vietnam(instant: datetime, day: date) -> None:
    assert clock.day_of(instant) == day


def test_an_instant_without_a_zone_is_refused_instead_of_guessed() -> None:
    with pytest.raises(ValueError, match="naive"):
        clock.day_of(datetime(2026, 1, 5, 8, 0))  # noqa: DTZ001  (the fault that is tested)
