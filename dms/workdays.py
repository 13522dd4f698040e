"""Working days: which days an office works, and terms counted in them. Pure; the days off are data for each year.

Saturdays and Sundays are free unless a swapped working day falls on one; public holidays, their compensatory days and
swapped days off are free as the calendar says. Nothing is computed from the moon: a year without data is said to be
unknown, and only its weekends are taken out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

_SATURDAY = 5
_LONGEST = 3660
"""No term of ours is longer than this many days; a calendar without any working day must not count for ever."""


@dataclass(frozen=True, slots=True)
class YearOff:
    """The days off of one year: holidays with their names, working days that stand in for them, and who says so."""

    year: int
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    source: str = ""
    names: tuple[tuple[date, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Workdays:
    """A calendar of working days. ``years`` are those it has data for; ``extra`` are a campaign's own days off."""

    years: tuple[YearOff, ...] = ()
    extra: frozenset[date] = frozenset()
    _off: frozenset[date] = field(init=False, repr=False, compare=False, default=frozenset())
    _worked: frozenset[date] = field(init=False, repr=False, compare=False, default=frozenset())

    def __post_init__(self) -> None:
        off = frozenset(day for each in self.years for day in each.off) | self.extra
        object.__setattr__(self, "_off", off)
        object.__setattr__(self, "_worked", frozenset(day for each in self.years for day in each.worked) - self.extra)

    def with_holidays(self, days: Iterable[date]) -> "Workdays":
        """The same calendar with a campaign's own days off."""
        extra = self.extra | frozenset(days)
        return self if extra == self.extra else Workdays(self.years, extra)

    def knows(self, year: int) -> bool:
        """Whether there is data for a year."""
        return any(each.year == year for each in self.years)

    def unknown_between(self, first: date, last: date) -> tuple[int, ...]:
        """The years from ``first`` to ``last`` without data."""
        return tuple(year for year in range(first.year, last.year + 1) if not self.knows(year))

    def is_working(self, day: date) -> bool:
        """Whether offices work on the day."""
        if day in self._off:
            return False
        return day.weekday() < _SATURDAY or day in self._worked

    def after(self, day: date, count: int) -> date:
        """The day that is ``count`` working days after ``day``, which itself does not count (Civil Code art. 147.2)."""
        ahead = self._days(day + timedelta(days=1))
        return max((next(ahead) for _ in range(count)), default=day)

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and with ``end``; negative where ``end`` comes first."""
        if end < start:
            return -self.between(end, start)
        span = (start + timedelta(days=n) for n in range(1, min((end - start).days, _LONGEST) + 1))
        return sum(map(self.is_working, span))

    def _days(self, day: date) -> Iterator[date]:
        for _ in range(_LONGEST):
            if self.is_working(day):
                yield day
            day += timedelta(days=1)
