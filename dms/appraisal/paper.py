"""The consolidated list as papers: the letter (DOCX), the printable list (PDF/A) and the spreadsheet (XLSX)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from dms import clock
from dms.appraisal import listing
from dms.appraisal.models import Consolidation, ConsolidationEntry
from dms.campaigns.spec import Scheme
from dms.campaigns.vocabulary import NomineeKind
from dms.dossiers import service as dossiers
from dms.dossiers.legal import preamble
from dms.dossiers.mentions import award_in_words
from dms.dossiers.models import Nominee
from dms.dossiers.sources import head_signer
from dms.papers import data, letters, typeset, wording
from dms.people import service as people
from dms.people.models import UnitName

NO_SCORE = "chưa có điểm"
LIST_TITLE = "Danh sách tổng hợp đề nghị khen thưởng"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = {NomineeKind.COLLECTIVE: "Tập thể", NomineeKind.HOUSEHOLD: "Hộ gia đình", NomineeKind.INDIVIDUAL: "Cá nhân"}
_HEADINGS = (
    ("Đối tượng", 12),
    ("Xếp hạng", 10),
    ("Tập thể, cá nhân được đề nghị", 42),
    ("Chức vụ, đơn vị công tác", 42),
    ("Đơn vị trình", 38),
    ("Mã hồ sơ", 16),
    ("Điểm trung bình", 12),
    ("Đề nghị khen thưởng", 14),
    ("Ghi chú", 40),
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def letter(
    session: Session, consolidation: Consolidation, entries: Sequence[ConsolidationEntry], *, now: datetime
) -> bytes:
    """The coordinator's letter with the chosen nominees, as DOCX with gaps for number and date (P12, P13, P19)."""
    day = clock.day_of(now)
    spec, scheme = listing.spec_of(session, consolidation), listing.scheme_of(session, consolidation)
    names = people.names_on(session, (consolidation.coordinator_id, consolidation.appraiser_id), day)
    coordinator, appraiser = names[consolidation.coordinator_id], names[consolidation.appraiser_id]
    coordinator_unit = people.get_unit(session, consolidation.coordinator_id)
    units = len({entry.nominee.dossier.unit_id for entry in listing.entries_of(session, consolidation)})
    authority = scheme.decision.authority.title
    return letters.consolidation(
        data.Consolidation(
            head=_head(coordinator),
            coordinator=coordinator.name,
            appraiser=appraiser.name,
            authority=authority,
            award=award_in_words(scheme.form, authority),
            campaign=spec.title,
            addressees=(authority, appraiser.name),
            legal_bases=tuple(f"Căn cứ {basis}" for basis in preamble(spec, day)),
            units_received=units,
            score=spec.score.name,
            measured_by=spec.score.measured_by,
            ranked=ranked_list(scheme, entries, years=spec.years),
            attachments=(LIST_TITLE, f"Hồ sơ của {wording.two_digits(units)} cơ quan, đơn vị, địa phương"),
            signer=head_signer(session, coordinator_unit.id, coordinator_unit.kind, day),
            recipients=data.Recipients(names=(appraiser.name,)),
        )
    )


def list_pdf(
    session: Session, consolidation: Consolidation, entries: Sequence[ConsolidationEntry], *, now: datetime, demo: bool
) -> bytes:
    """The chosen nominees as a printable list, PDF/A-2b, each kind with its quota (P13)."""
    day = clock.day_of(now)
    spec, scheme = listing.spec_of(session, consolidation), listing.scheme_of(session, consolidation)
    name = people.name_on(session, consolidation.coordinator_id, day)
    chosen = [entry for entry in entries if entry.selected]
    return typeset.consolidated_list(
        data.ConsolidatedList(
            issuer=name.name,
            parent=name.superior or "",
            title=f"{LIST_TITLE}: {scheme.title}",
            campaign=spec.title,
            score=spec.score.name,
            ranked=ranked_list(scheme, chosen, years=spec.years),
            made_on=day,
            demo=demo,
        )
    )


def ranked_list(scheme: Scheme, entries: Sequence[ConsolidationEntry], *, years: Sequence[int]) -> data.RankedList:
    """Entries as papers print them, with the quota of each kind (P13)."""
    return data.RankedList(
        collectives=tuple(_ranked(e, years) for e in entries if e.nominee.kind is NomineeKind.COLLECTIVE),
        households=tuple(_ranked(e, years) for e in entries if e.nominee.kind is NomineeKind.HOUSEHOLD),
        individuals=tuple(_ranked(e, years) for e in entries if e.nominee.kind is NomineeKind.INDIVIDUAL),
        collective_quota=listing.limit(scheme, NomineeKind.COLLECTIVE),
        household_quota=listing.limit(scheme, NomineeKind.HOUSEHOLD),
        individual_quota=listing.limit(scheme, NomineeKind.INDIVIDUAL),
    )


def scores_text(entry: ConsolidationEntry, years: Sequence[int]) -> str:
    """The approved yearly scores and their mean: "2023: 92,10; 2024: 93,45; trung bình: 92,78"."""
    if entry.score is None:
        return NO_SCORE
    approved = [(s.year, s.score) for s in entry.nominee.scores if s.approved_by and s.year in years]
    return "; ".join([*(f"{year}: {_comma(score)}" for year, score in approved), f"trung bình: {_comma(entry.score)}"])


def list_xlsx(entries: Sequence[ConsolidationEntry], *, years: Sequence[int]) -> bytes:
    """The whole list with every yearly score, as XLSX. Names that look like formulas stay plain text."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError(type(sheet).__name__)
    sheet.title = "Danh sách tổng hợp"
    ordered = sorted(years)
    _fill(sheet, 1, [*(title for title, _ in _HEADINGS), *(f"Điểm {year}" for year in ordered)])
    for number, entry in enumerate(entries, start=2):
        _fill(sheet, number, [*_row(entry), *_yearly(entry, ordered)])
    _dress(sheet)
    with BytesIO() as target:
        book.save(target)
        return target.getvalue()


def _head(name: UnitName) -> data.Letterhead:
    return data.Letterhead(issuer=name.name, symbol=f"TTr-{name.symbol}", place=name.place, parent=name.superior or "")


def _ranked(entry: ConsolidationEntry, years: Sequence[int]) -> data.RankedNominee:
    nominee = entry.nominee
    named = data.Nominee(name=nominee.name, detail=_detail(nominee), achievement=nominee.achievement)
    return data.RankedNominee(
        rank=entry.rank,
        nominee=named,
        unit=dossiers.unit_name(nominee.dossier).name,
        scores=scores_text(entry, years),
        note=entry.note,
    )


def _row(entry: ConsolidationEntry) -> list[str | int | Decimal | None]:
    nominee = entry.nominee
    return [
        _KINDS[nominee.kind],
        entry.rank,
        nominee.name,
        _detail(nominee),
        dossiers.unit_name(nominee.dossier).name,
        nominee.dossier.code,
        entry.score,
        "x" if entry.selected else "",
        entry.note or (NO_SCORE if entry.score is None else ""),
    ]


def _yearly(entry: ConsolidationEntry, years: Sequence[int]) -> list[Decimal | None]:
    approved = {score.year: score.score for score in entry.nominee.scores if score.approved_by}
    return [approved.get(year) for year in years]


def _detail(nominee: Nominee) -> str:
    return ", ".join(filter(None, (nominee.position_title, nominee.workplace)))


def _comma(score: Decimal) -> str:
    return f"{score:.2f}".replace(".", ",")


def _fill(sheet: Worksheet, row: int, values: Sequence[str | int | Decimal | None]) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row=row, column=column)
        if isinstance(cell, Cell):
            cell.value = value
            _keep_as_text(cell, value)


def _keep_as_text(cell: Cell, value: str | int | Decimal | None) -> None:
    """A text that begins like a formula is stored as text and quoted, so that no spreadsheet ever computes it."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        cell.data_type = "s"
        cell.quotePrefix = True


def _dress(sheet: Worksheet) -> None:
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = sheet.dimensions
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for (_, width), column in zip(_HEADINGS, "ABCDEFGHI", strict=True):
        sheet.column_dimensions[column].width = width
