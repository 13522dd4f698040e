"""What each stage of a route must hold beyond its shape. Pure: plain data of a file in, faults out.

``dms.campaigns.consistency`` puts each fault in its place in the file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Data = Mapping[str, Any]


class Fault(NamedTuple):
    """What is wrong: where in the route, which code, the words that its sentence needs."""

    path: tuple[str | int, ...]
    code: str
    params: dict[str, Any]


_CLERK, _PREVIOUS = "clerk", "previous"
_RESERVED = (_CLERK, _PREVIOUS)
_NEVER_SKIPPED = ("number", "seal")


def faults(route: Sequence[Data]) -> Iterator[Fault]:
    """Every inconsistency of a route's stages."""
    for check in CHECKS:
        yield from check(route)


def _codes(route: Sequence[Data]) -> Iterator[Fault]:
    seen: set[str] = set()
    for i, stage in enumerate(route):
        code = stage.get("code")
        if code in _RESERVED:
            yield Fault((i, "code"), "stage_code_reserved", {"value": code})
        elif isinstance(code, str) and code in seen:
            yield Fault((i, "code"), "code_repeated", {"value": code})
        seen.add(str(code))


def _needed(route: Sequence[Data]) -> Iterator[Fault]:
    """A quorum says how many, and only a quorum does; it asks for no more than there are."""
    for i, stage in enumerate(route):
        needed, steps, is_quorum = stage.get("needed"), _steps(stage), stage.get("mode") == "quorum"
        if is_quorum and needed is None:
            yield Fault((i, "mode"), "quorum_without_number", {})
        elif not is_quorum and needed is not None:
            yield Fault((i, "needed"), "number_without_quorum", {"value": needed})
        elif is_quorum and isinstance(needed, int) and needed > len(steps):
            yield Fault((i, "needed"), "quorum_too_large", {"value": needed, "most": len(steps)})


def _due(route: Sequence[Data]) -> Iterator[Fault]:
    last = ""
    for i, stage in enumerate(route):
        day = stage.get("due_on")
        if day is not None and stage.get("due_days") is not None:
            yield Fault((i, "due_days"), "due_twice", {"value": stage["due_days"]})
        if isinstance(day, str):
            if day < last:
                yield Fault((i, "due_on"), "days_reversed", {"value": day, "after": last})
            last = max(day, last)


def _refusals(route: Sequence[Data]) -> Iterator[Fault]:
    """A refusal goes back: to the clerk, or to a stage that comes before."""
    for i, stage in enumerate(route):
        target = stage.get("on_refuse", _CLERK)
        earlier = [code for each in route[:i] if isinstance(code := each.get("code"), str)]
        if target == _PREVIOUS and i == 0:
            yield Fault((i, "on_refuse"), "no_stage_before", {})
        elif isinstance(target, str) and target not in (*_RESERVED, *earlier):
            yield Fault((i, "on_refuse"), "stage_not_before", {"value": target, "known": [_CLERK, _PREVIOUS, *earlier]})


def _skips(route: Sequence[Data]) -> Iterator[Fault]:
    """Number and seal make the paper valid (NĐ 30/2020 arts. 14, 15), and somebody has to sign: neither is skipped."""
    for i, stage in enumerate(route):
        actions = [step.get("action") for step in _steps(stage)]
        fixed = next((action for action in actions if action in _NEVER_SKIPPED), None)
        if stage.get("skip_by") and not stage.get("skippable"):
            yield Fault((i, "skip_by"), "skip_without_leave", {})
        elif stage.get("skippable") is True and fixed:
            yield Fault((i, "skippable"), "never_skipped", {"value": fixed})
    if route and all(stage.get("skippable") is True for stage in route):
        yield Fault((0, "skippable"), "all_skippable", {})


def _steps(stage: Data) -> list[Data]:
    steps = stage.get("steps")
    return [step for step in steps if isinstance(step, Mapping)] if isinstance(steps, list | tuple) else []


CHECKS: tuple[Callable[[Sequence[Data]], Iterator[Fault]], ...] = (_codes, _needed, _due, _refusals, _skips)
