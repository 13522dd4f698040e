"""Whether the calendar of working days reaches as far as terms do."""

from collections.abc import Generator
from datetime import timedelta

from dms import clock
from dms.upkeep.model import Gravity, Trouble, Ward

AHEAD = timedelta(days=60)
"""Terms that begin now reach about this far; the year in which they end must be known, too."""


def known(ward: Ward) -> Generator[Trouble | None]:
    """A trouble for this year, and for the one in which terms end that begin now, where the calendar has no data."""
    if ward.calendar is None:
        return
    today = clock.day_of(ward.now)
    for year in range(today.year, (today + AHEAD).year + 1):
        gravity = Gravity.ERROR if year == today.year else Gravity.WARNING
        yield None if ward.calendar.knows(year) else Trouble("calendar_year_unknown", gravity, {"year": year})
