"""The paragraph styles of an official paper: one row for each element of annex I, part I, section V of Decree 30/2020.

They stand in the file as named Word styles, so that the clerk who edits the paper keeps its form.
"""

from dataclasses import dataclass
from typing import Final

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

FONT: Final = "Times New Roman"
CENTRE, JUSTIFY, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT
INDENT_CM: Final = 1.27


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A named paragraph style; ``size``, ``before``, ``after`` and ``exact`` (line height) in points."""

    name: str
    size: float
    align: WD_ALIGN_PARAGRAPH
    bold: bool = False
    italic: bool = False
    indent_cm: float = 0.0
    before: float = 0.0
    after: float = 0.0
    exact: float | None = None
    keep_next: bool = False


NATION = Style(name="Quốc hiệu", size=12, align=CENTRE, bold=True)
MOTTO = Style(name="Tiêu ngữ", size=13, align=CENTRE, bold=True)
PARENT = Style(name="Cơ quan chủ quản", size=12, align=CENTRE)
ISSUER = Style(name="Cơ quan ban hành", size=12, align=CENTRE, bold=True)
NUMBER = Style(name="Số, ký hiệu", size=13, align=CENTRE)
PLACE_DATE = Style(name="Địa danh, thời gian", size=13, align=CENTRE, italic=True)
TYPE = Style(name="Tên loại văn bản", size=14, align=CENTRE, bold=True, before=12, keep_next=True)
SUBJECT = Style(name="Trích yếu", size=14, align=CENTRE, bold=True, keep_next=True)
ABOUT = Style(name="Trích yếu công văn", size=12, align=CENTRE)
AUTHORITY = Style(name="Thẩm quyền ban hành", size=14, align=CENTRE, bold=True, before=6, after=6)
ADDRESSEE = Style(name="Kính gửi", size=14, align=LEFT, after=3)
BASIS = Style(name="Căn cứ", size=14, align=JUSTIFY, italic=True, indent_cm=INDENT_CM, after=6)
BODY = Style(name="Lời văn", size=14, align=JUSTIFY, indent_cm=INDENT_CM, after=6)
HEADING = Style(name="Đề mục", size=14, align=JUSTIFY, bold=True, indent_cm=INDENT_CM, after=6, keep_next=True)
POWER = Style(name="Quyền hạn, chức vụ", size=14, align=CENTRE, bold=True, keep_next=True)
SIGN_ROOM = Style(name="Khoảng trống chữ ký", size=14, align=CENTRE, exact=76, keep_next=True)
SIGNER = Style(name="Họ tên người ký", size=14, align=CENTRE, bold=True)
RECIPIENT_LABEL = Style(name="Nơi nhận", size=12, align=LEFT, bold=True, italic=True, keep_next=True)
RECIPIENT = Style(name="Danh sách nơi nhận", size=11, align=LEFT)
CELL = Style(name="Ô bảng", size=13, align=LEFT, before=2, after=2)
CELL_CENTRE = Style(name="Ô bảng, giữa", size=13, align=CENTRE, before=2, after=2)
CELL_HEAD = Style(name="Đầu bảng", size=13, align=CENTRE, before=2, after=2, bold=True, keep_next=True)
APPENDIX_NUMBER = Style(name="Phụ lục", size=14, align=CENTRE, bold=True, keep_next=True)
APPENDIX_TITLE = Style(name="Tên phụ lục", size=14, align=CENTRE, bold=True, keep_next=True)
APPENDIX_NOTE = Style(name="Chỉ dẫn kèm theo", size=13, align=CENTRE, italic=True)
RULE = Style(name="Đường kẻ", size=2, align=CENTRE, exact=6)
SPACER = Style(name="Khoảng cách", size=2, align=LEFT, exact=8)
PAGE_NUMBER = Style(name="Số trang", size=14, align=CENTRE)

ALL: Final = tuple(value for value in list(globals().values()) if isinstance(value, Style))


def install(document: Document) -> None:
    """Put every style into ``document`` and make the base style Times New Roman 14, black, Vietnamese."""
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)  # noqa: S101 - narrows the library's base type; the template has it
    _set_font(normal, 14)
    normal.paragraph_format.space_after = Pt(0)
    for style in ALL:
        _install(document, style)


def _install(document: Document, style: Style) -> None:
    made = document.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = document.styles["Normal"]
    made.quick_style = True
    _set_font(made, style.size)
    made.font.bold, made.font.italic = style.bold, style.italic
    _set_paragraph(made, style)


def _set_font(made: ParagraphStyle, size: float) -> None:
    made.font.name, made.font.size = FONT, Pt(size)
    made.font.color.rgb = RGBColor(0, 0, 0)
    properties = made.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    properties.append(language)


def _set_paragraph(made: ParagraphStyle, style: Style) -> None:
    layout = made.paragraph_format
    layout.alignment = style.align
    layout.first_line_indent = Cm(style.indent_cm)
    layout.space_before, layout.space_after = Pt(style.before), Pt(style.after)
    layout.keep_with_next = style.keep_next
    layout.widow_control = True
    layout.line_spacing = Pt(style.exact) if style.exact else 1.0
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY if style.exact else WD_LINE_SPACING.SINGLE
