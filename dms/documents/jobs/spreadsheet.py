"""Read the cells of a table: XLSX by openpyxl, within the bounds of its package; CSV by the standard library."""

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from dms import text
from dms.documents.inspection import InspectionLimits
from dms.documents.jobs.packages import Package
from dms.documents.spreadsheets import Cell, Row, Table, TableLimits
from dms.errors import Invalid

_WORKBOOK = "xl/workbook.xml"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DELIMITERS = ";\t,"
_WIDE = 1 << 16


def warm_up() -> None:
    """Load the reader of number formats once."""
    csv.field_size_limit(_WIDE)


def read(path: Path, limits: TableLimits) -> Table:
    """The table at ``path``; see ``dms.documents.spreadsheets.read`` for what is refused."""
    with path.open("rb") as file:
        head = file.read(4)
    if head == _OLE:
        raise Invalid("table_old_excel")
    table = _workbook(path, limits) if head == _ZIP else _delimited(path, limits)
    if not table.rows:
        raise Invalid("table_empty")
    return table


# --- XLSX


def _workbook(path: Path, limits: TableLimits) -> Table:
    package = Package(path, InspectionLimits(), main=_WORKBOOK)
    if any(name.lower().endswith(("vbaproject.bin", ".xlm")) or "/macrosheets/" in name for name in package.names):
        raise Invalid("table_macros")
    with path.open("rb") as file:  # openpyxl goes by the name's ending where it is given a name
        book = load_workbook(file, data_only=True, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    filled = {sheet.title: rows for sheet in sheets if (rows := _rows(sheet, limits))}
    if not filled:
        raise Invalid("table_empty")
    first = next(iter(filled))
    others = tuple(title[:100] for title in filled if title != first)
    return Table(sheet=first[:100], rows=filled[first], others=others)


def _rows(sheet: Worksheet, limits: TableLimits) -> tuple[Row, ...]:
    """The rows with something in them. Only cells that the file has are looked at, however large it says it is."""
    merged = _merged(sheet, limits)
    rows: dict[int, dict[int, Cell]] = {}
    for (number, column), cell in sheet._cells.items():  # noqa: SLF001  (the public way makes every empty cell)
        if column <= limits.columns and (cell.value is not None or (number, column) in merged):
            words = _words(cell.value, cell.number_format, limits)
            rows.setdefault(number, {})[column - 1] = Cell(*words, merged=(number, column) in merged)
    kept = {number: cells for number, cells in rows.items() if any(cell.text for cell in cells.values())}
    if len(kept) > limits.rows:
        raise Invalid("table_too_large", most=limits.rows)
    return tuple(Row(number, kept[number]) for number in sorted(kept))


def _merged(sheet: Worksheet, limits: TableLimits) -> frozenset[tuple[int, int]]:
    """The cells of merged ranges, as far as a table of this size reaches."""
    found: set[tuple[int, int]] = set()
    for each in sheet.merged_cells.ranges:
        last_row, last_column = min(each.max_row, 2 * limits.rows), min(each.max_col, limits.columns)
        found.update(
            (row, column)
            for row in range(each.min_row, last_row + 1)
            for column in range(each.min_col, last_column + 1)
        )
        if len(found) > limits.rows * limits.columns:
            raise Invalid("table_too_large", most=limits.rows)
    return frozenset(found)


def _words(value: Any, number_format: str, limits: TableLimits) -> tuple[str, bool]:
    """The words of a value, and whether it is a number; a cell shown in percent says what it shows."""
    if isinstance(value, bool) or value is None:
        return "", False
    if isinstance(value, int | float):
        shown = value * 100 if "%" in number_format else value
        return format(shown, ".10g"), True
    if isinstance(value, datetime | date):
        return value.strftime("%d/%m/%Y"), False
    return text.clean(str(value)[: limits.text]), False


# --- CSV


def _delimited(path: Path, limits: TableLimits) -> Table:
    content = _decoded(path.read_bytes())
    delimiter = max(_DELIMITERS, key=content[:4096].count)
    rows: list[Row] = []
    try:
        for number, fields in enumerate(csv.reader(io.StringIO(content), delimiter=delimiter), start=1):
            words = enumerate(text.clean(field[: limits.text]) for field in fields[: limits.columns])
            if cells := {column: Cell(word) for column, word in words if word}:
                rows.append(Row(number, cells))
            if len(rows) > limits.rows:
                raise Invalid("table_too_large", most=limits.rows)
    except csv.Error as error:
        raise Invalid("table_not_text") from error
    return Table(sheet="", rows=tuple(rows))


def _decoded(content: bytes) -> str:
    """Unicode as spreadsheets write it, else the Vietnamese code page of old ones."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content:
        raise Invalid("table_not_text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1258", errors="replace")
