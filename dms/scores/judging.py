"""Judge the lines of a table against the units there are and the scores there are. Pure.

A line is new, changes a score, says what is known already, or is refused with the reason; nothing is guessed.
"""

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from enum import StrEnum
from uuid import UUID

from dms.scores.reading import Line
from dms.text import fold

FIRST_YEAR = 2000
_HIGHEST = Decimal(100)
_SUGGESTED, _MOST_SUGGESTIONS = 3, 30
_NUMBER = re.compile(r"^[0-9]{1,3}(?:[.,][0-9]{1,6})?$")
_PLACES = re.compile(r"[.,]\d{3,}")
_YEAR = re.compile(r"^(?:nam )?([0-9]{4})(?: 0)?$")
_SHORT = {"ubnd": "uy ban nhan dan", "tp": "thanh pho", "tx": "thi xa", "tt": "thi tran"}

Key = tuple[UUID, int, str]
"""Unit, year, folded field."""


class RowState(StrEnum):
    """What a line does."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit with all the names and symbols that it ever had, and its life."""

    id: UUID
    code: str
    name: str
    names: tuple[str, ...]
    symbols: tuple[str, ...] = ()
    founded_on: date | None = None
    abolished_on: date | None = None

    def lived_in(self, year: int) -> bool:
        """Whether it was there on any day of the year."""
        begun = self.founded_on is None or self.founded_on.year <= year
        return begun and (self.abolished_on is None or self.abolished_on > date(year, 1, 1))


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A line with what was found. ``problem`` names the reason of a refusal, ``notes`` what a reader should know."""

    line: Line
    state: RowState
    unit: KnownUnit | None = None
    year: int | None = None
    percent: Decimal | None = None
    was: Decimal | None = None
    problem: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether applying it changes anything."""
        return self.state in {RowState.NEW, RowState.CHANGED}

    @property
    def key(self) -> Key | None:
        """Whose score of which year and field it is; None while that is not known."""
        return (self.unit.id, self.year, fold(self.line.field)) if self.unit and self.year else None


class Directory:
    """Units by every word that names them."""

    def __init__(self, units: Iterable[KnownUnit]) -> None:
        self._by_code: dict[str, KnownUnit] = {}
        self._by_name: dict[str, list[KnownUnit]] = defaultdict(list)
        symbols: dict[str, list[KnownUnit]] = defaultdict(list)
        for unit in units:
            self._by_code[fold(unit.code)] = unit
            for name in {spelled(each) for each in unit.names}:
                self._by_name[name].append(unit)
            for symbol in {fold(each) for each in unit.symbols}:
                symbols[symbol].append(unit)
        for symbol, bearers in symbols.items():
            if len(bearers) == 1 and symbol not in self._by_name:
                self._by_name[symbol] = bearers
        self._asked = 0

    def find(self, line: Line, year: int | None) -> list[KnownUnit]:
        """The units that a line may mean; of namesakes only those that lived in its year."""
        if line.code:
            found = self._by_code.get(fold(line.code))
            return [found] if found else []
        same = self._by_name.get(spelled(line.unit), [])
        living = [unit for unit in same if year is None or unit.lived_in(year)]
        return living or same

    def suggest(self, words: str) -> list[str]:
        """The units whose names look most like the words; none after the first few unknown ones of a table."""
        self._asked += 1
        if self._asked > _MOST_SUGGESTIONS:
            return []
        close = difflib.get_close_matches(spelled(words), self._by_name, n=_SUGGESTED, cutoff=0.6)
        return list(dict.fromkeys(unit.name for name in close for unit in self._by_name[name]))[:_SUGGESTED]


def spelled(name: str) -> str:
    """A name as it is compared: folded, with common abbreviations of official names written out."""
    return " ".join(_SHORT.get(word, word) for word in fold(name).split())


def judge(
    lines: Sequence[Line],
    directory: Directory,
    current: Mapping[Key, Decimal],
    *,
    default_year: int | None,
    this_year: int,
) -> list[JudgedRow]:
    """Every line judged, in the order of the file; of two for one unit, year and field both are refused."""
    rows = [_judged(line, directory, default_year=default_year, this_year=this_year) for line in lines]
    counted = Counter(row.key for row in rows if row.key and row.state is not RowState.REFUSED)
    places: dict[Key, list[int]] = defaultdict(list)
    for row in rows:
        if row.key and counted[row.key] > 1:
            places[row.key].append(row.line.number)
    return [_compared(row, current, places) for row in rows]


def _judged(line: Line, directory: Directory, *, default_year: int | None, this_year: int) -> JudgedRow:
    """A line by itself: the first thing that is wrong with it is its problem."""
    year, percent = year_of(line.year, default_year), percent_of(line.percent)
    found = directory.find(line, year)
    problem, params = next(_problems(line, found, (year, percent), this_year), ("", {}))
    if problem == "unit_unknown":
        params["suggestions"] = directory.suggest(line.unit or line.code)
    unit = found[0] if len(found) == 1 else None
    state = RowState.REFUSED if problem else RowState.NEW
    notes = _notes(line, unit, year) if not problem else ()
    return JudgedRow(line, state, unit, year, percent, problem=problem, params=params, notes=notes)


def _problems(
    line: Line, found: Sequence[KnownUnit], read: tuple[int | None, Decimal | None], this_year: int
) -> Iterator[tuple[str, dict[str, object]]]:
    """What is wrong with a line, the gravest first."""
    (year, percent), words = read, line.unit or line.code
    faults: tuple[tuple[bool, str, dict[str, object]], ...] = (
        (line.merged, "merged_cells", {}),
        (not words, "unit_missing", {}),
        (not found, "unit_unknown", {"unit": words}),
        (len(found) > 1, "unit_ambiguous", {"unit": words, "codes": ", ".join(unit.code for unit in found)}),
        (year is None and not line.year, "year_missing", {}),
        (year is None, "year_unreadable", {"year": line.year}),
        (year is not None and not FIRST_YEAR <= year <= this_year, "year_out_of_range", {"year": year}),
        (not line.percent, "score_missing", {}),
        (percent is None, "score_not_a_number", {"score": line.percent}),
        (percent is not None and percent > _HIGHEST, "score_out_of_range", {"score": line.percent}),
    )
    yield from ((code, params) for is_so, code, params in faults if is_so)


def _notes(line: Line, unit: KnownUnit | None, year: int | None) -> tuple[str, ...]:
    notes = []
    if not line.is_number and "," in line.percent:
        notes.append("text_number")
    if _PLACES.search(line.percent):
        notes.append("cut_off")
    if unit and line.unit and spelled(line.unit) != spelled(unit.name) and not line.code:
        notes.append("earlier_name")
    if unit and year and not unit.lived_in(year):
        notes.append("unit_not_alive")
    return tuple(notes)


def _compared(row: JudgedRow, current: Mapping[Key, Decimal], places: Mapping[Key, list[int]]) -> JudgedRow:
    """Set a line beside the others of the table and beside what is known."""
    if row.state is RowState.REFUSED or row.key is None:
        return row
    if row.key in places:
        others = ", ".join(str(number) for number in places[row.key] if number != row.line.number)
        params = {"rows": others or str(row.line.number)}
        return _replaced(row, RowState.REFUSED, problem="repeated", params=params)
    was = current.get(row.key)
    if was is None:
        return row
    return _replaced(row, RowState.SAME if was == row.percent else RowState.CHANGED, was=was)


def _replaced(
    row: JudgedRow,
    state: RowState,
    *,
    was: Decimal | None = None,
    problem: str = "",
    params: Mapping[str, object] | None = None,
) -> JudgedRow:
    return JudgedRow(row.line, state, row.unit, row.year, row.percent, was, problem, params or {}, row.notes)


def percent_of(words: str) -> Decimal | None:
    """A score in percent with two places, from 90.5, "90,5" or "90,5 %"; None where it is no such number.

    Further places are cut off and not rounded: 89.996 does not become 90.
    """
    bare = words.replace("%", "").replace("\u00a0", " ").strip()
    if not _NUMBER.match(bare):
        return None
    try:
        return Decimal(bare.replace(",", ".")).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    except InvalidOperation:
        return None


def year_of(words: str, default: int | None) -> int | None:
    """A year, from 2024 or "Năm 2024"; the table's own year where the line says none."""
    if not words.strip():
        return default
    found = _YEAR.match(fold(words))
    return int(found[1]) if found else None
