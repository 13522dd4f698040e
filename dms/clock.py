"""Time. Instants are aware and in UTC; days are plain dates in Vietnam's zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def local(instant: datetime) -> datetime:
    """The same instant on a Vietnamese clock (+07:00). Raises ValueError for a naive one, whose zone is a guess."""
    if instant.tzinfo is None:
        raise ValueError("naive datetime")
    return instant.astimezone(VIETNAM)


def day_of(instant: datetime) -> date:
    """The calendar day of an instant in Vietnam; deadlines are counted in such days. Raises ValueError as ``local``."""
    return local(instant).date()
