"""What changed between two contents of a campaign, place by place. Pure.

Entries of lists are matched by their own code (``code``, ``id``, ``kind``), so that a new criterion in the middle is
one addition and not a change of everything after it. The edge puts the places into words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dms.campaigns.spec import CampaignSpec

Place = tuple[str, ...]
_KEYS = ("code", "id", "nominee_kind", "kind", "effective_from", "title", "action")
_BY_KEY = {"criteria": "id", "rewards": "nominee_kind", "nominees": "kind", "base_salary": "effective_from"}
_NAMES = ("title", "text", "short")


class ChangeKind(StrEnum):
    """What happened to a place."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the place as keys and codes ("schemes", "bang-khen", "deadlines", "gui-so"), old and new value.

    ``names`` are the titles of the entries along the place, by their code, for people. Values are plain data.
    """

    kind: ChangeKind
    place: Place
    old: Any = None
    new: Any = None
    names: Mapping[str, str] | None = None


def differences(old: CampaignSpec, new: CampaignSpec) -> tuple[Change, ...]:
    """Every difference between two contents, in the order of the file."""
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    return tuple(_mappings(before, after, (), {}))


def _compared(old: Any, new: Any, place: Place, names: dict[str, str]) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _mappings(old, new, place, names)
    elif _is_keyed(old) and _is_keyed(new) and (old or new):
        yield from _lists(old, new, place, names)
    else:
        kind = (
            ChangeKind.ADDED if old in (None, []) else ChangeKind.REMOVED if new in (None, []) else ChangeKind.CHANGED
        )
        yield Change(kind, place, old, new, names)


def _mappings(old: Mapping[str, Any], new: Mapping[str, Any], place: Place, names: dict[str, str]) -> Iterator[Change]:
    for key in [*old, *(each for each in new if each not in old)]:
        yield from _compared(old.get(key), new.get(key), (*place, key), names)


def _lists(old: Sequence[Any], new: Sequence[Any], place: Place, names: dict[str, str]) -> Iterator[Change]:
    """Entries by their codes; where only the order differs, the list itself moved."""
    before, after = _by_code(old, place), _by_code(new, place)
    for code in [*before, *(each for each in after if each not in before)]:
        was, is_ = before.get(code), after.get(code)
        named = names | {code: _name(is_ if is_ is not None else was)}
        if was is None or is_ is None:
            kind = ChangeKind.ADDED if was is None else ChangeKind.REMOVED
            yield Change(kind, (*place, code), was, is_, named)
        else:
            yield from _compared(was, is_, (*place, code), named)
    kept = [code for code in before if code in after]
    if kept != [code for code in after if code in before]:
        yield Change(ChangeKind.MOVED, place, list(before), list(after), names)


def _is_keyed(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) and _key(each) for each in value)


def _key(entry: Mapping[str, Any]) -> str | None:
    return next((key for key in _KEYS if isinstance(entry.get(key), str)), None)


def _by_code(entries: Sequence[Mapping[str, Any]], place: Place) -> dict[str, Mapping[str, Any]]:
    """The entries by their code; one that repeats (a route has stages without codes) is told apart by a number."""
    wanted = _BY_KEY.get(place[-1] if place else "")
    found: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        code = str(entry[wanted or _key(entry) or ""])
        number = sum(each == code or each.startswith(f"{code}#") for each in found)
        found[f"{code}#{number + 1}" if number else code] = entry
    return found


def _name(entry: Any) -> str:
    return next((str(entry[key]) for key in _NAMES if isinstance(entry, Mapping) and entry.get(key)), "")
