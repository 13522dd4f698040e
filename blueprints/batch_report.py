"""What became of each document of a batch, as words, as a table to download."""

import csv
import io
from typing import Any

from flask_babel import gettext as _
from flask_babel import pgettext
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from sqlalchemy.orm import Session

from blueprints import errors
from blueprints.labels import label
from dms import clock
from dms.documents import service as documents
from dms.errors import DomainError
from dms.people import service as people
from dms.signing.batch.models import BatchItem, ItemState, SigningBatch

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (6, 60, 40, 18, 22, 18, 70, 66)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def state(item: BatchItem) -> str:
    """Where a document stands, with the reason where it was not signed."""
    reason = sentence(item)
    return f"{label(item.state)}: {reason}" if reason else label(item.state)


def sentence(item: BatchItem) -> str:
    """Why a document was not signed; an empty text where it was, or was not tried."""
    if item.state is not ItemState.REFUSED:
        return ""
    return errors.sentence(DomainError(item.refused_code or "refused", **item.refused_params))


def why_stopped(batch: SigningBatch) -> str:
    """The failure after which nothing more was tried."""
    if batch.stopped_code is None:
        return ""
    return errors.sentence(DomainError(batch.stopped_code, **batch.stopped_params))


def rows(session: Session, items: list[BatchItem]) -> list[list[Any]]:
    """A head and one row a document."""
    today = clock.day_of(clock.now())
    units = people.names_on(session, {item.document.unit_id for item in items}, today)
    return [_head(), *([item.position, *_facts(item, units[item.document.unit_id].name)] for item in items)]


def _head() -> list[Any]:
    return [
        pgettext("table", "No."),
        _("Document"),
        _("Unit"),
        _("Number and symbol"),
        _("Result"),
        _("Signed at"),
        _("Reason"),
        _("Fingerprint of what was shown (SHA-256)"),
    ]


def _facts(item: BatchItem, unit: str) -> list[Any]:
    document = item.document
    number = documents.format_number(document.number, document.symbol or "") if document.number else ""
    signed = f"{clock.local(item.signed_at):%d/%m/%Y %H:%M:%S}" if item.signed_at else ""
    return [item.title, unit, number, label(item.state), signed, sentence(item), item.shown_digest]


def as_csv(table: list[list[Any]]) -> tuple[bytes, str]:
    """UTF-8 with the mark that Excel looks for; no cell is taken for a formula."""
    file = io.StringIO()
    csv.writer(file).writerows([_plain(cell) for cell in row] for row in table)
    return file.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8"


def as_xlsx(table: list[list[Any]]) -> tuple[bytes, str]:
    """A sheet with a head that stays in sight."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new book has a sheet
    for row in table:
        sheet.append([_plain(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
        for cell in sheet[column]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue(), XLSX


def _plain(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
