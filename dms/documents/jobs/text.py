"""Take the text out of a PDF or DOCX, in reading order, and the words of a PDF with their places."""

import ctypes
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from lxml import etree

from dms.documents.inspection import InspectionLimits
from dms.documents.jobs.packages import DOCUMENT, Package
from dms.documents.rendering import PageWords, Word
from dms.documents.sniff import MediaType
from dms.documents.wire import adapter

MAX_TEXT = 5_000_000
MAX_WORDS = 200_000

_FONTLESS = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R
/Resources<</Font<</F<</Type/Font/Subtype/TrueType/BaseFont/Nobody>>>>>>>>endobj
4 0 obj<</Length 30>>stream
BT /F 12 Tf 9 9 Td (a) Tj ET
endstream endobj
trailer<</Root 1 0 R>>
%%EOF"""  # without a table of contents on purpose: the reader mends that by itself

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", f"{_W}del", f"{_W}moveFrom"}
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_BLOCKS = {f"{_W}p", f"{_W}tbl"}


def warm_up() -> None:
    """Build the codec of the words once, and let the reader look at the system's fonts once.

    It opens every one of them for the first text whose font the file does not carry.
    """
    adapter(tuple[PageWords, ...])
    document = pypdfium2.PdfDocument(_FONTLESS)
    document[0].get_textpage().get_text_range()
    document.close()


def extract(path: Path, media_type: MediaType, limits: InspectionLimits) -> str:
    """The text of the file, NFC, at most :data:`MAX_TEXT` characters; pictures have none."""
    pieces = _pdf_text(path) if media_type is MediaType.PDF else _docx_text(path, limits)
    return unicodedata.normalize("NFC", "\n".join(_bounded(pieces)).replace("\r\n", "\n").replace("\r", "\n"))


def _bounded(pieces: Iterator[str]) -> Iterator[str]:
    left = MAX_TEXT
    for piece in pieces:
        yield piece[:left]
        left -= len(piece) + 1
        if left <= 0:
            return


def _pdf_text(path: Path) -> Iterator[str]:
    document = pypdfium2.PdfDocument(path)
    for page in document:
        yield page.get_textpage().get_text_range(errors="replace")
        page.close()


def _docx_text(path: Path, limits: InspectionLimits) -> Iterator[str]:
    body = Package(path, limits).tree(DOCUMENT).find(f"{_W}body")
    return iter(()) if body is None else _blocks(body)


def _blocks(parent: etree._Element) -> Iterator[str]:
    """The paragraphs and tables under ``parent``, through whatever wraps them (content controls, custom XML)."""
    for child in parent:
        if child.tag == f"{_W}p":
            yield _paragraph(child)
            yield from _boxes(child)
        elif child.tag == f"{_W}tbl":
            yield from _table(child)
        elif child.tag not in _SKIPPED:
            yield from _blocks(child)


def _paragraph(paragraph: etree._Element) -> str:
    return "".join(_runs(paragraph))


def _runs(parent: etree._Element) -> Iterator[str]:
    """The text of a paragraph's own runs: deleted text and the blocks of text boxes are not among them."""
    for child in parent:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _SKIPPED and child.tag not in _BLOCKS and child.tag != f"{_W}pPr":
            yield from _runs(child)


def _boxes(paragraph: etree._Element) -> Iterator[str]:
    """The text boxes anchored in a paragraph; the second copy that old programs read is left out."""
    for box in paragraph.iter(f"{_W}txbxContent"):
        if not any(ancestor.tag in _SKIPPED for ancestor in box.iterancestors()):
            yield from _blocks(box)


def _table(table: etree._Element) -> Iterator[str]:
    """One line for each row, its cells set apart by tabs."""
    for row in table.iter(f"{_W}tr"):
        if row.getparent() is table:
            yield "\t".join(" ".join(_blocks(cell)) for cell in row.iterchildren(f"{_W}tc"))


def words(path: Path) -> tuple[PageWords, ...]:
    """The words of each page with their boxes in points of the page's own space, origin bottom left."""
    document = pypdfium2.PdfDocument(path)
    left = MAX_WORDS
    pages: list[PageWords] = []
    for page in document:
        found = tuple(_page_words(page.get_textpage(), left))
        left -= len(found)
        x0, y0, x1, y1 = page.get_mediabox()
        pages.append(PageWords(x1 - x0, y1 - y0, page.get_rotation(), found))
        page.close()
    return tuple(pages)


class _Open:
    """The word being read: its letters so far and the box around them."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.box = (float("inf"), float("inf"), float("-inf"), float("-inf"))

    def add(self, letter: str, box: tuple[float, float, float, float]) -> None:
        self.letters.append(letter)
        x0, y0, x1, y1 = self.box
        self.box = (min(x0, box[0]), min(y0, box[1]), max(x1, box[2]), max(y1, box[3]))

    def close(self) -> Word:
        return Word(unicodedata.normalize("NFC", "".join(self.letters)), *(round(edge, 2) for edge in self.box))


def _page_words(page: pypdfium2.PdfTextPage, limit: int) -> Iterator[Word]:
    current, count = _Open(), 0
    for letter, box in _letters(page):
        if not _is_gap(letter):
            current.add(letter, box)
        elif current.letters:
            yield current.close()
            current, count = _Open(), count + 1
        if count >= limit:
            return
    if current.letters:
        yield current.close()


def _letters(page: pypdfium2.PdfTextPage) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    x0, x1, y0, y1 = (ctypes.c_double() for _ in range(4))
    for index in range(page.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(page, index))
        pdfium.FPDFText_GetCharBox(page, index, x0, x1, y0, y1)
        yield letter, (x0.value, y0.value, x1.value, y1.value)


def _is_gap(letter: str) -> bool:
    """White space and what the reader puts in by itself (line ends, soft hyphens) end a word."""
    return letter.isspace() or unicodedata.category(letter)[0] == "C"
