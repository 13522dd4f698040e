"""The small vocabulary from which every DOCX paper is put together: say, rule, grid, side by side, save."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Cm, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from dms.papers import styles
from dms.papers.styles import Style

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


class Container(Protocol):
    """What can take a paragraph: a document or a table cell."""

    def add_paragraph(self, text: str = ..., style: str | None = ...) -> Paragraph:
        """Append a paragraph in the named style."""
        ...


class Bold(str):
    """A piece of a paragraph that stands in bold."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its heading, width in cm, and the style of its cells."""

    title: str
    width: float
    style: Style = styles.CELL


def new_document(title: str, author: str) -> Document:
    """Return an empty A4 paper with the margins, styles and page number of annex I."""
    document = docx.Document()
    styles.install(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, author, ""
    properties.language = "vi-VN"
    for stamp in ("dcterms:created", "dcterms:modified"):
        _drop(properties._element, stamp)  # noqa: SLF001 - no public way to leave the template's date out
    _drop_template_marks(document)
    set_page(document.sections[0])
    return document


def set_page(section: Section, *, landscape: bool = False) -> None:
    """Make ``section`` A4 with margins 20, 20, 30, 15 mm and a page number at the top from its second page on."""
    sides = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.page_width, section.page_height = sides
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance, section.footer_distance = Mm(10), Mm(10)
    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = False
    _page_number(section.header.paragraphs[0])


def restart_page_numbers(section: Section) -> None:
    """Count the pages of ``section`` from 1 again, as an appendix does (annex I, III.1.đ)."""
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")
    section._sectPr.insert_element_before(numbering, "w:cols", "w:titlePg", "w:docGrid")  # noqa: SLF001 - no public setter


def say(container: Container, style: Style, *pieces: str) -> Paragraph:
    """Append a paragraph in ``style``; a piece that is ``Bold`` stands in bold."""
    paragraph = container.add_paragraph("", style.name)
    for piece in pieces:
        run = paragraph.add_run(str(piece))
        if isinstance(piece, Bold):
            run.bold = True
    return paragraph


def say_each(container: Container, style: Style, texts: Sequence[str]) -> None:
    """Append one paragraph for each text."""
    for text in texts:
        say(container, style, text)


def rule(container: Container, *, length_cm: float, room_cm: float, before: float = 2) -> None:
    """Append a thin line of ``length_cm``, centred in a column ``room_cm`` wide."""
    paragraph = say(container, styles.RULE)
    side = max((room_cm - length_cm) / 2, 0)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Cm(side)
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph._p.get_or_add_pPr().insert_element_before(_top_border(), "w:shd", "w:tabs", "w:spacing", "w:ind")  # noqa: SLF001 - borders have no public setter


def side_by_side(document: Document, *, left_cm: float, right_cm: float, rows: int = 1) -> list[tuple[_Cell, _Cell]]:
    """Append an invisible table of two columns; return its cells row by row, each to be given a paragraph."""
    table = document.add_table(rows, 2)
    _fix_widths(table, (left_cm, right_cm))
    _no_cell_margins(table)
    return [(_emptied(row.cells[0]), _emptied(row.cells[1])) for row in table.rows]


def grid(document: Document, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Table:
    """Append a ruled table whose heading is repeated on each page and whose rows are never torn apart."""
    table: Table = document.add_table(1 + len(rows), len(columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _fix_widths(table, [column.width for column in columns])
    _fill(table, 0, [(styles.CELL_HEAD, column.title) for column in columns])
    for index, row in enumerate(rows, start=1):
        _fill(table, index, [(column.style, text) for column, text in zip(columns, row, strict=True)])
    _mark_row(table, 0, "w:tblHeader")
    say(document, styles.SPACER)
    return table


def keep_with_next(paragraph: Paragraph) -> Paragraph:
    """Hold ``paragraph`` on the page of what follows, so that a signature never stands alone."""
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def to_bytes(document: Document) -> bytes:
    """Return the DOCX; the same content always gives the same bytes, so a draft made twice is stored once."""
    raw, fixed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return fixed.getvalue()


def _drop(element: BaseOxmlElement, tag: str) -> None:
    for child in element.findall(qn(tag)):
        element.remove(child)


def _drop_template_marks(document: Document) -> None:
    """The template comes with a picture of an empty page and the name of a program that did not make this paper."""
    relations = document.part.package.rels
    marks = ("/thumbnail", "/extended-properties")
    for key in [key for key, relation in relations.items() if relation.reltype.endswith(marks)]:
        del relations[key]


def _page_number(paragraph: Paragraph) -> None:
    paragraph.style = styles.PAGE_NUMBER.name
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001 - fields have no public maker
    run = OxmlElement("w:r")
    field.append(run)


def _top_border() -> BaseOxmlElement:
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in {"val": "single", "sz": "6", "space": "0", "color": "000000"}.items():
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    return borders


def _fix_widths(table: Table, widths: Sequence[float]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    for index in range(len(table.rows)):
        _mark_row(table, index, "w:cantSplit")


def _mark_row(table: Table, index: int, tag: str) -> None:
    table.rows[index]._tr.get_or_add_trPr().append(OxmlElement(tag))  # noqa: SLF001 - row marks have no public setter


def _no_cell_margins(table: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        edge = OxmlElement(side)
        edge.set(qn("w:w"), "0")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")  # noqa: SLF001 - margins have no public setter


def _emptied(cell: _Cell) -> _Cell:
    _drop(cell._tc, "w:p")  # noqa: SLF001 - the library has no public removal
    return cell


def _fill(table: Table, index: int, cells: Sequence[tuple[Style, str]]) -> None:
    for cell, (style, text) in zip(table.rows[index].cells, cells, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.style = style.name
        paragraph.add_run(text)
