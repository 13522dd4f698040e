"""The awards register (sổ theo dõi khen thưởng): a list by year, form and kind, and its PDF and spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dms.awards import paper
from dms.awards.models import Award
from dms.campaigns.vocabulary import Form, NomineeKind
from dms.errors import Invalid, TooLarge
from dms.papers import data, typeset
from dms.policy import Actor, Permission, where

PAGE_SIZE: Final = 50
MOST_PRINTED: Final = 5000
"""Lines of one PDF or spreadsheet; a register is kept by the year, so this is never met in practice."""

_COLUMNS: Final = (
    ("STT", 6),
    ("Tên tập thể, cá nhân", 38),
    ("Chức vụ, đơn vị công tác", 44),
    ("Cơ quan đề nghị", 36),
    ("Hình thức khen thưởng", 44),
    ("Thành tích", 52),
    ("Số quyết định", 18),
    ("Ngày quyết định", 16),
    ("Cơ quan quyết định", 34),
    ("Số sổ vàng", 12),
    ("Mã tra cứu", 18),
    ("Ghi chú", 30),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the register is narrowed to; None narrows nothing."""

    year: int | None = None
    form: Form | None = None
    kind: NomineeKind | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the register, and how many awards there are in all."""

    items: list[Award]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands over the printed list: who keeps it, under what title, drawn up on which day."""

    issuer: str
    title: str
    made_on: date
    demo: bool = False


def page(session: Session, filters: Filters, *, by: Actor, number: int = 1) -> Page:
    """A page of the awards that the actor may find, newest decision first; two queries."""
    query = _narrowed(filters, by)
    total = session.scalar(query.with_only_columns(func.count(Award.id))) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    ordered = query.order_by(*_NEWEST_FIRST).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(session.scalars(ordered)), total, number)


def years(session: Session, *, by: Actor) -> list[int]:
    """The years in which there are awards that the actor may find, newest first."""
    query = select(Award.year).where(where(by, Permission.AWARD_READ, Award)).distinct()
    return list(session.scalars(query.order_by(Award.year.desc())))


def printed(session: Session, filters: Filters, *, by: Actor) -> list[Award]:
    """Every award for a PDF or spreadsheet, in the order of the decisions.

    Raises Invalid("register_empty"), TooLarge("register_too_long").
    """
    query = _narrowed(filters, by).order_by(Award.decided_on, Award.decision_id, Award.ordinal)
    awards = list(session.scalars(query.limit(MOST_PRINTED + 1)))
    if not awards:
        raise Invalid("register_empty")
    if len(awards) > MOST_PRINTED:
        raise TooLarge("register_too_long", limit=MOST_PRINTED)
    return awards


_NEWEST_FIRST = (Award.decided_on.desc(), Award.decision_id, Award.ordinal)


def _narrowed(filters: Filters, by: Actor) -> Select[Award]:
    wanted = {"year": filters.year, "form": filters.form, "kind": filters.kind}
    conditions = [getattr(Award, name) == value for name, value in wanted.items() if value is not None]
    return select(Award).where(where(by, Permission.AWARD_READ, Award), *conditions)


# --- as a PDF


def as_pdf(awards: Sequence[Award], cover: Cover) -> bytes:
    """The register as PDF/A-2b; a revoked award is listed with that remark."""
    return typeset.register(
        data.Register(
            issuer=cover.issuer,
            title=cover.title,
            made_on=cover.made_on,
            demo=cover.demo,
            entries=tuple(_entry(award) for award in awards),
        )
    )


def _entry(award: Award) -> data.RegisterEntry:
    return data.RegisterEntry(
        recipient=award.recipient,
        award=f"{award.title} ({_remark(award)})" if award.revoked_at else award.title,
        decision=award.decision_number,
        decided_on=award.decided_on,
        golden_book=award.ordinal,
        detail=paper.detail_of(award),
        achievement=award.achievement,
    )


# --- as a spreadsheet


def as_xlsx(awards: Sequence[Award], cover: Cover) -> bytes:
    """The register as XLSX. Every text is stored as text and marked so: no cell can act as a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Khen thuong")
    for letter, (_name, width) in zip("ABCDEFGHIJKL", _COLUMNS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A4"
    sheet.append([_text(sheet, cover.title, bold=True)])
    sheet.append([_text(sheet, f"{cover.issuer} – lập ngày {cover.made_on:%d/%m/%Y}")])
    sheet.append([_text(sheet, name, bold=True) for name, _width in _COLUMNS])
    for number, award in enumerate(awards, start=1):
        sheet.append([number, *(_text(sheet, each) for each in _row(award)), award.decided_on, *_tail(sheet, award)])
    with BytesIO() as target:
        book.save(target)
        return target.getvalue()


def _row(award: Award) -> tuple[str, ...]:
    return (
        award.recipient,
        paper.detail_of(award),
        award.unit_name,
        award.title,
        award.achievement,
        award.decision_number,
    )


def _tail(sheet: WriteOnlyWorksheet, award: Award) -> list[object]:
    conferrer, code = _text(sheet, award.conferrer_name), _text(sheet, award.public_code)
    return [conferrer, award.ordinal, code, _text(sheet, _remark(award))]


def _remark(award: Award) -> str:
    return f"Đã hủy bỏ: {award.revoked_reason}" if award.revoked_at else ""


def _text(sheet: WriteOnlyWorksheet, value: str, *, bold: bool = False) -> Cell:
    """A cell that holds ``value`` as text whatever it starts with; the quote keeps it text when somebody edits it."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    cell.quotePrefix = True
    cell.font = Font(bold=bold)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
