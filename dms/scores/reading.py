"""From the cells of a table to lines: who, which year, which field, how much. Pure; nothing is judged yet.

A table is narrow (one column of scores, with a column of years or one year for all) or wide (a column for each year).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dms.documents.spreadsheets import Cell, Row, Table
from dms.errors import Invalid
from dms.text import fold

_HEAD_WITHIN = 40  # rows: letterheads of official tables are long

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("ma don vi", "ma co quan", "ma", "unit code", "code"),
    "unit": (
        "don vi",
        "ten don vi",
        "co quan",
        "ten co quan",
        "co quan don vi",
        "ten co quan don vi",
        "co quan don vi dia phuong",
        "don vi dia phuong",
        "ten don vi dia phuong",
        "unit",
    ),
    "year": ("nam", "nam danh gia", "nam cham diem", "year"),
    "field": ("linh vuc", "tru cot", "chi so thanh phan", "field"),
    "percent": (
        "diem",
        "tong diem",
        "diem so",
        "diem chi so",
        "diem phe duyet",
        "ty le",
        "ti le",
        "ty le dat",
        "ti le dat",
        "ket qua",
        "score",
        "percent",
    ),
}
_MEANINGS = {heading: meaning for meaning, headings in _HEADINGS.items() for heading in headings}
_YEAR_HEADING = re.compile(r"^(?:nam|diem|ket qua|ty le|ti le|diem nam|ket qua nam)?\s*(20\d\d)$")


@dataclass(frozen=True, slots=True)
class Line:
    """One score as it stands in the file, at a row; ``merged`` says that one of its cells is merged with others."""

    number: int
    unit: str
    code: str
    year: str
    field: str
    percent: str
    is_number: bool
    merged: bool


@dataclass(frozen=True, slots=True)
class _Head:
    row: int
    columns: Mapping[str, int]
    years: Mapping[int, str] = field(default_factory=dict)


def lines_of(table: Table) -> list[Line]:
    """The scores of a table, in its order. Raises Invalid("table_head_missing", "table_without_scores")."""
    head = next((found for row in table.rows[:_HEAD_WITHIN] if (found := _head(row))), None)
    if head is None:
        raise Invalid("table_head_missing")
    lines = [line for row in table.rows if row.number > head.row for line in _lines(head, row)]
    if not lines:
        raise Invalid("table_without_scores")
    return lines


def _head(row: Row) -> _Head | None:
    """The row that says what the columns are; None for any other row."""
    columns: dict[str, int] = {}
    years: dict[int, str] = {}
    for column, cell in sorted(row.cells.items()):
        words = fold(cell.text)
        meaning, year = _MEANINGS.get(words), _YEAR_HEADING.match(words)
        if meaning:
            columns.setdefault(meaning, column)
        elif year:
            years[column] = year[1]
    names_units = "unit" in columns or "code" in columns
    return _Head(row.number, columns, years) if names_units and ("percent" in columns or years) else None


def _lines(head: _Head, row: Row) -> Iterator[Line]:
    """A line for the score of a row, or for each of its years; a row that names nobody and says nothing is none."""
    unit, code = _cell(head, row, "unit"), _cell(head, row, "code")
    if head.years:
        for column, year in head.years.items():
            score = row.cells.get(column)
            if score is not None and (score.text or score.merged):
                yield _line(row, (unit, code, score), year=year, about=_cell(head, row, "field"))
        return
    score = _cell(head, row, "percent")
    if unit.text or code.text or score.text:
        year_cell = _cell(head, row, "year")
        line = _line(row, (unit, code, score), year=year_cell.text, about=_cell(head, row, "field"))
        yield line


def _line(row: Row, cells: tuple[Cell, Cell, Cell], *, year: str, about: Cell) -> Line:
    unit, code, score = cells
    merged = any(cell.merged for cell in (*cells, about))
    return Line(row.number, unit.text, code.text, year, about.text, score.text, score.is_number, merged)


def _cell(head: _Head, row: Row, meaning: str) -> Cell:
    column = head.columns.get(meaning)
    return row.cells.get(column, Cell("")) if column is not None else Cell("")
