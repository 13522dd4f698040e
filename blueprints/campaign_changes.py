"""What changed between two contents of a campaign, in words. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import pgettext

from blueprints.campaign_fields import FIELDS
from blueprints.labels import label
from dms.campaigns import vocabulary as words
from dms.campaigns.differences import Change, ChangeKind
from dms.policy import PositionKind

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST_NAME = 90
_NOT_SAID = ("quota",)  # what stands in it says it
_DECIMALS = ("min_percent", "percent", "factor")

# The closed words of a value: by the key, where a key has several by the list that it stands in.
_ENUMS: dict[str, type[StrEnum]] = {
    "action": words.StepAction,
    "capacities": words.Capacity,
    "capacity": words.Capacity,
    "document_kind": words.DocumentKind,
    "form": words.Form,
    "kinds": words.UnitKind,
    "late": words.Late,
    "level": words.TaskLevel,
    "media_types": words.MediaType,
    "mentions": words.Mention,
    "mode": words.StageMode,
    "nominee_kind": words.NomineeKind,
    "nominee_kinds": words.NomineeKind,
    "occurrence": words.Occurrence,
    "of": words.Subject,
    "path": words.DecisionPath,
    "position": PositionKind,
    "sent_by": words.Side,
    "sent_to": words.Side,
    "skip_by": words.SkipBy,
    "timestamp": words.TimeStamping,
    "unit": words.Side,
    "unit_kinds": words.UnitKind,
    "when_not_met": words.Weight,
    "when_not_proven": words.Weight,
}
_KINDS: dict[str, type[StrEnum]] = {
    "criteria": words.CriterionKind,
    "deadlines": words.DeadlineKind,
    "legal_bases": words.BasisKind,
    "nominees": words.NomineeKind,
    "screening": words.ScreeningKind,
}
_SCOPES: dict[str, type[StrEnum]] = {"quota": words.QuotaScope, "requirements": words.Scope}
_CODED: dict[str, type[StrEnum]] = {"nominees": words.NomineeKind, "rewards": words.NomineeKind}


@dataclass(frozen=True, slots=True)
class Told:
    """One change in words: where, and old and new value; both empty where only the order changed."""

    kind: ChangeKind
    award: str
    where: str
    old: str
    new: str


def told(changes: Iterable[Change]) -> list[Told]:
    """Every change in the reader's language."""
    return [_told(change) for change in changes]


def _told(change: Change) -> Told:
    award, where = _where(change)
    if change.kind is ChangeKind.MOVED:
        return Told(change.kind, award, where, "", "")
    return Told(change.kind, award, where, value(change.place, change.old), value(change.place, change.new))


def _where(change: Change) -> tuple[str, str]:
    names = change.names or {}
    said: list[str] = []
    place = change.place
    award = _short(names.get(place[1], place[1])) if place[:1] == ("schemes",) and len(place) > 1 else ""
    steps = place[2:] if award else place
    for i, step in enumerate(steps):
        if step in _NOT_SAID:
            continue
        if step in FIELDS and (i == 0 or step not in names):
            said.append(str(FIELDS[step]))
        else:
            said[-1:] = [f"{''.join(said[-1:])} {_entry(steps[i - 1], step, names)}".strip()]
    return award, " › ".join(each for each in said if each)


def _entry(key: str, code: str, names: Mapping[str, str]) -> str:
    if key in _CODED and code in {member.value for member in _CODED[key]}:
        return f"“{label(_CODED[key](code))}”"
    return f"“{_short(names.get(code) or code)}”"


def value(place: tuple[str, ...], given: Any) -> str:
    """A value as people read it; what is not there is said, never left blank."""
    if given is None or given == []:
        return pgettext("value", "nothing")
    if isinstance(given, bool):
        return pgettext("value", "yes") if given else pgettext("value", "no")
    if isinstance(given, Mapping):
        return _mapping(place, given)
    if isinstance(given, list):
        return "; ".join(value(place, each) for each in given)
    return _word(place, given)


def _mapping(place: tuple[str, ...], given: Mapping[str, Any]) -> str:
    """A whole entry by its name and, where there is none, by its parts."""
    name = next((str(given[key]) for key in ("title", "text", "short") if given.get(key)), "")
    if name:
        return _short(name)
    parts = ((key, each) for key, each in given.items() if each not in (None, [], False) and key in FIELDS)
    return ", ".join(f"{FIELDS[key]}: {value((*place, key), each)}" for key, each in parts)


def _word(place: tuple[str, ...], given: Any) -> str:
    if isinstance(given, str) and _DAY.fullmatch(given):
        return f"{date.fromisoformat(given):%d/%m/%Y}"
    kind = _enum(place)
    if kind and given in {member.value for member in kind}:
        return label(kind(given))
    return str(given).replace(".", ",") if place[-1:] and place[-1] in _DECIMALS else str(given)


def _enum(place: tuple[str, ...]) -> type[StrEnum] | None:
    key = place[-1] if place else ""
    tables = {"kind": _KINDS, "scope": _SCOPES}
    if key in tables:
        return next((tables[key][step] for step in reversed(place[:-1]) if step in tables[key]), None)
    return _ENUMS.get(key)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME].rstrip()}…"
