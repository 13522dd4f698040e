"""A plain table as XLSX: bold headings, fixed widths, and no text that a spreadsheet would compute."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | None
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def table(title: str, headings: Sequence[tuple[str, int]], rows: Iterable[Sequence[Value]]) -> bytes:
    """The rows under ``headings`` (words and width in characters), as an XLSX file with one sheet."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError(type(sheet).__name__)
    sheet.title = title[:31]
    for number, row in enumerate([[words for words, _ in headings], *rows], start=1):
        for column, value in enumerate(row, start=1):
            _put(sheet, number, column, value)
    _dress(sheet, [width for _, width in headings])
    with BytesIO() as target:
        book.save(target)
        return target.getvalue()


def _put(sheet: Worksheet, row: int, column: int, value: Value) -> None:
    cell = sheet.cell(row=row, column=column)
    if isinstance(cell, Cell):
        cell.value = value
        if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
            cell.data_type, cell.quotePrefix = "s", True


def _dress(sheet: Worksheet, widths: Sequence[int]) -> None:
    sheet.freeze_panes = "A2"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
