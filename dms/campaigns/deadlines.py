"""What the deadlines of a scheme must hold beyond their shape. Pure: plain data of a file in, faults out.

``dms.campaigns.consistency`` puts each fault in its place in the file. A deadline is the day before which something
happens: that day itself is too late.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from dms.campaigns.stages import Fault

Data = Mapping[str, Any]


def faults(found: Sequence[Data], *, starts_on: Any = None, ends_on: Any = None) -> Iterator[Fault]:
    """Every inconsistency of a scheme's deadlines.

    ``starts_on`` is the first day of the period where the file names it; ``ends_on`` its last day where the council
    meets only afterwards.
    """
    yield from _one_of_a_kind(found)
    yield from _in_order(found)
    for i, deadline in enumerate(found):
        day = deadline.get("before")
        if _is_before(day, starts_on):
            yield Fault((i, "before"), "deadline_before_period", {"value": day, "after": starts_on})
        if deadline.get("kind") == "to_coordinator" and (_is_before(day, ends_on) or (_day(day) and day == ends_on)):
            yield Fault((i, "before"), "deadline_before_council", {"value": day, "after": ends_on})


def _one_of_a_kind(found: Sequence[Data]) -> Iterator[Fault]:
    """Two deadlines for one hand-over: nobody could say which holds."""
    seen: dict[Any, Any] = {}
    for i, deadline in enumerate(found):
        kind = deadline.get("kind")
        if isinstance(kind, str) and kind in seen:
            yield Fault((i, "kind"), "deadlines_overlap", {"value": deadline.get("code"), "other": seen[kind]})
        seen.setdefault(kind, deadline.get("code"))


def _in_order(found: Sequence[Data]) -> Iterator[Fault]:
    """The coordinator needs at least a day between what comes in and what goes out (P18, P19)."""
    days = {deadline.get("kind"): deadline.get("before") for deadline in found}
    unit_day = days.get("to_coordinator")
    for i, deadline in enumerate(found):
        day = deadline.get("before")
        if deadline.get("kind") != "to_chair":
            continue
        if _is_before(day, unit_day):
            yield Fault((i, "before"), "deadlines_reversed", {"value": day, "after": unit_day})
        elif isinstance(day, str) and day == unit_day:
            yield Fault((i, "before"), "deadlines_on_one_day", {"value": day})


def _is_before(day: Any, other: Any) -> bool:
    first, second = _day(day), _day(other)
    return first is not None and second is not None and first < second


def _day(value: Any) -> date | None:
    """The day that a text of the file names; what is none is told by the schema."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
