"""What a campaign file must hold beyond its shape: references, uniqueness, order.

The checks read plain data and pass over what has the wrong shape, so that a file with a typo still gets all of its
other faults told at once. Each check is a small generator in ``CHECKS`` (whole file) or ``SCHEME_CHECKS``.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from dms.campaigns import deadlines, stages

Path = tuple[str | int, ...]
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule of the file: where (path of keys and indexes), which (code), with the words its sentence needs."""

    path: Path
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}: {self.code} {dict(self.params)}"


def faults(data: Any) -> Iterator[Fault]:
    """Every inconsistency of a campaign file, given as plain data in the words of the file."""
    root = _mapping(data)
    for check in CHECKS:
        yield from check(root)
    for at, scheme in _entries(root, "schemes"):
        for scheme_check in SCHEME_CHECKS:
            yield from scheme_check(root, scheme, at)


# --- reading plain data without trusting its shape


def _mapping(value: Any) -> Data:
    return value if isinstance(value, Mapping) else {}


def _entries(data: Data, *keys: str, at: Path = ()) -> Iterator[tuple[Path, Data]]:
    """The mappings in the list under a path of keys, each with its own path."""
    node: Any = data
    for key in keys:
        node = _mapping(node).get(key)
    if isinstance(node, list | tuple):
        yield from (((*at, *keys, i), item) for i, item in enumerate(node) if isinstance(item, Mapping))


def _words(data: Data, key: str) -> list[str]:
    return [word for word in _list(data, key) if isinstance(word, str)]


def _list(data: Data, key: str) -> list[Any]:
    value = data.get(key)
    return list(value) if isinstance(value, list | tuple) else []


def _bodies(root: Data) -> set[str]:
    return {role for role, body in _mapping(root.get("bodies")).items() if body is not None}


def _flag(data: Data, *keys: str) -> bool:
    node: Any = data
    for key in keys:
        node = _mapping(node).get(key)
    return node is True


# --- the whole file


def _unique_codes(root: Data) -> Iterator[Fault]:
    for key in ("legal_bases", "participants", "contents", "schemes", "screening"):
        yield from _repeated(_entries(root, key), "code")


def _repeated(entries: Iterator[tuple[Path, Data]], name: str) -> Iterator[Fault]:
    seen: Counter[Any] = Counter()
    for at, item in entries:
        value = item.get(name)
        if isinstance(value, str) and seen[value]:
            yield Fault((*at, name), "code_repeated", {"value": value})
        seen[value if isinstance(value, str) else ""] += 1


def _years_in_period(root: Data) -> Iterator[Fault]:
    period = _mapping(root.get("period"))
    first, last = _year(period.get("starts_on")) or 0, _year(period.get("ends_on")) or 9999
    years = _list(root, "years")
    for i, year in enumerate(years):
        if isinstance(year, int) and not first <= year <= last:
            yield Fault(("years", i), "year_outside_period", {"value": year})
        if isinstance(year, int) and year in years[:i]:
            yield Fault(("years", i), "code_repeated", {"value": str(year)})


def _year(day: Any) -> int | None:
    head = day[:4] if isinstance(day, str) else ""
    return int(head) if head.isascii() and head.isdigit() else None


def _days_in_order(root: Data) -> Iterator[Fault]:
    period = _mapping(root.get("period"))
    yield from _ensure_order(period, "starts_on", "ends_on", ("period",))
    for at, basis in _entries(root, "legal_bases"):
        yield from _ensure_order(basis, "effective_from", "effective_to", at)


def _ensure_order(data: Data, first: str, last: str, at: Path) -> Iterator[Fault]:
    start, end = data.get(first), data.get(last)
    if isinstance(start, str) and isinstance(end, str) and start > end:
        yield Fault((*at, last), "days_reversed", {"value": end, "after": start})


def _known_bases(root: Data) -> Iterator[Fault]:
    codes = [basis.get("code") for _, basis in _entries(root, "legal_bases")]
    known = [code for code in codes if isinstance(code, str)]
    for at, code in _cited(root, ()):
        if code not in known:
            yield Fault(at, "basis_unknown", {"value": code, "known": known})


def _cited(node: Any, at: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "basis" and isinstance(value, str):
                yield (*at, key), value
            else:
                yield from _cited(value, (*at, key))
    elif isinstance(node, list | tuple):
        for i, value in enumerate(node):
            yield from _cited(value, (*at, i))


def _parent_is_another(root: Data) -> Iterator[Fault]:
    parent = _mapping(root.get("parent")).get("campaign")
    if parent is not None and parent == root.get("code"):
        yield Fault(("parent", "campaign"), "parent_is_itself", {"value": parent})


_MEASURE = {"direct_workers": "percent", "since_last_award": "years"}


def _principles_have_their_measure(root: Data) -> Iterator[Fault]:
    """A principle that the data decide says how much it asks for."""
    for where, principle in _entries(root, "screening"):
        measure = _MEASURE.get(str(principle.get("kind")))
        if measure and principle.get(measure) is None:
            yield Fault((*where, "kind"), "principle_without_measure", {"value": principle["kind"], "needs": measure})


CHECKS: tuple[Callable[[Data], Iterator[Fault]], ...] = (
    _unique_codes,
    _years_in_period,
    _days_in_order,
    _known_bases,
    _parent_is_another,
    _principles_have_their_measure,
)


# --- one scheme


def _unique_in_scheme(_root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    names = {"requirements": "code", "criteria": "id", "deadlines": "code", "hand_overs": "code", "nominees": "kind"}
    names |= {"rewards": "nominee_kind"}
    for key, name in names.items():
        yield from _repeated(_entries(scheme, key, at=at), name)


def _known_bodies(root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    known = sorted({"own"} | _bodies(root))
    for place, side in _sides(scheme, at):
        if side not in known:
            yield Fault(place, "body_unknown", {"value": side, "known": known})


def _sides(scheme: Data, at: Path) -> Iterator[tuple[Path, str]]:
    for where, step in _steps(scheme, at):
        if isinstance(step.get("unit"), str):
            yield (*where, "unit"), step["unit"]
    for where, hand_over in _entries(scheme, "hand_overs", at=at):
        yield from (((*where, key), hand_over[key]) for key in ("sent_by", "sent_to") if key in hand_over)
    decision = _mapping(scheme.get("decision"))
    authorities = [((*at, "decision", "authority"), _mapping(decision.get("authority")))]
    authorities += _entries(scheme, "decision", "special_authorities", at=at)
    for where, authority in authorities:
        if isinstance(authority.get("unit"), str):
            yield (*where, "unit"), authority["unit"]


def _routes(scheme: Data, at: Path) -> Iterator[tuple[Path, Data]]:
    """Everything in a scheme that has a route: its requirements, its hand-overs and its decision."""
    yield from _entries(scheme, "requirements", at=at)
    yield from _entries(scheme, "hand_overs", at=at)
    yield (*at, "decision"), _mapping(scheme.get("decision"))


def _steps(scheme: Data, at: Path) -> Iterator[tuple[Path, Data]]:
    for where, holder in _routes(scheme, at):
        yield from _route_steps(holder, where)


def _route_steps(holder: Data, at: Path) -> Iterator[tuple[Path, Data]]:
    for where, stage in _entries(holder, "route", at=at):
        yield from _entries(stage, "steps", at=where)


def _known_unit_kinds(root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    known = sorted({kind for _, p in _entries(root, "participants") for kind in _words(p, "kinds")})
    holders = [*_entries(scheme, "nominees", at=at), *_entries(scheme, "decision", "special_authorities", at=at)]
    for where, holder in holders:
        for i, kind in enumerate(_words(holder, "unit_kinds")):
            if kind not in known:
                yield Fault((*where, "unit_kinds", i), "participant_unknown", {"value": kind, "known": known})


def _known_nominee_kinds(_root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    kinds = [clause.get("kind") for _, clause in _entries(scheme, "nominees")]
    known = [kind for kind in kinds if isinstance(kind, str)]
    for where, criterion in _entries(scheme, "criteria", at=at):
        kind = criterion.get("nominee_kind")
        if isinstance(kind, str) and kind not in known:
            yield Fault((*where, "nominee_kind"), "nominee_kind_not_in_scheme", {"value": kind, "known": known})
    for where, reward in _entries(scheme, "rewards", at=at):
        kind = reward.get("nominee_kind")
        if isinstance(kind, str) and kind not in known:
            yield Fault((*where, "nominee_kind"), "nominee_kind_not_in_scheme", {"value": kind, "known": known})
    for where, requirement in _entries(scheme, "requirements", at=at):
        for i, kind in enumerate(_words(requirement, "nominee_kinds")):
            if kind not in known:
                place = (*where, "nominee_kinds", i)
                yield Fault(place, "nominee_kind_not_in_scheme", {"value": kind, "known": known})


ACTION_ORDER = ("initials", "approval", "number", "seal")


def _routes_in_order(_root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    """Within one body: initials, then approval, then number and date, then seal (NĐ 30/2020 arts. 14-18)."""
    for where, holder in _routes(scheme, at):
        steps = [(p, s) for p, s in _route_steps(holder, where) if s.get("action") in ACTION_ORDER]
        for side in dict.fromkeys(str(s.get("unit", "own")) for _, s in steps):
            yield from _acts_in_order([(p, s["action"]) for p, s in steps if str(s.get("unit", "own")) == side])


def _acts_in_order(acts: list[tuple[Path, str]]) -> Iterator[Fault]:
    for (_, before), (place, action) in pairwise(acts):
        if ACTION_ORDER.index(action) < ACTION_ORDER.index(before):
            yield Fault((*place, "action"), "route_out_of_order", {"value": action, "before": before})


def _stages_hold(_root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    """Each stage for itself: how many are needed, until when, to whom a refusal goes, whether it may be skipped."""
    for where, holder in _routes(scheme, at):
        for path, code, params in stages.faults([stage for _, stage in _entries(holder, "route")]):
            yield Fault((*where, "route", *path), code, params)


def _number_has_its_flag(_root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    for where, requirement in _entries(scheme, "requirements", at=at):
        numbered = any(step.get("action") == "number" for _, step in _route_steps(requirement, where))
        if numbered and not _flag(requirement, "number_and_date"):
            yield Fault(where, "number_step_without_flag", {"value": requirement.get("code")})


def _council_and_minutes(_root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    """A council that must meet leaves minutes in the dossier; the simplified procedure has neither (P15, P17)."""
    minutes = any(r.get("document_kind") == "minutes" for _, r in _entries(scheme, "requirements"))
    required = _flag(scheme, "procedure", "council", "required")
    place = (*at, "procedure")
    by_head = _flag(scheme, "requirements_set_by_head")
    if required and not minutes and not by_head:
        yield Fault((*place, "council", "required"), "council_without_minutes", {"value": scheme.get("code")})
    if required and _flag(scheme, "procedure", "simplified"):
        yield Fault((*place, "simplified"), "simplified_with_council", {"value": scheme.get("code")})
    if minutes and _flag(scheme, "procedure", "simplified"):
        yield Fault((*place, "simplified"), "simplified_with_minutes", {"value": scheme.get("code")})
    council = _mapping(_mapping(scheme.get("procedure")).get("council"))
    if council.get("vote") is not None and not required:
        yield Fault((*place, "council", "vote"), "vote_without_council", {"value": scheme.get("code")})


def _path_has_its_bodies(root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    """A dossier through the coordinator needs coordinator, appraiser and Chair; the head's own way has no such hop."""
    path = _mapping(scheme.get("procedure")).get("path")
    if path == "through_coordinator":
        for role in ("coordinator", "appraiser", "chair"):
            if role not in _bodies(root):
                yield Fault((*at, "procedure", "path"), "path_without_body", {"value": role})
    if path == "own_head":
        for where, deadline in _entries(scheme, "deadlines", at=at):
            if deadline.get("kind") in ("to_coordinator", "to_chair"):
                yield Fault((*where, "kind"), "deadline_not_on_path", {"value": deadline["kind"]})


def _deadlines_hold(root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    period, procedure = _mapping(root.get("period")), _mapping(scheme.get("procedure"))
    after_period = _flag(procedure, "council", "required") and _flag(procedure, "council", "after_period")
    days = {"starts_on": period.get("starts_on"), "ends_on": period.get("ends_on") if after_period else None}
    for path, code, params in deadlines.faults([each for _, each in _entries(scheme, "deadlines")], **days):
        yield Fault((*at, "deadlines", *path), code, params)


def _enough_years(root: Data, scheme: Data, at: Path) -> Iterator[Fault]:
    judged = 1 if scheme.get("occurrence") == "yearly" else len(_list(root, "years"))
    for where, criterion in _entries(scheme, "criteria", at=at):
        needed = criterion.get("years_at_least")
        if isinstance(needed, int) and needed > judged:
            yield Fault((*where, "years_at_least"), "too_many_years", {"value": needed, "most": judged})


SCHEME_CHECKS: tuple[Callable[[Data, Data, Path], Iterator[Fault]], ...] = (
    _unique_in_scheme,
    _known_bodies,
    _known_unit_kinds,
    _known_nominee_kinds,
    _routes_in_order,
    _stages_hold,
    _number_has_its_flag,
    _council_and_minutes,
    _path_has_its_bodies,
    _deadlines_hold,
    _enough_years,
)
