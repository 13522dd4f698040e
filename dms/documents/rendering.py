"""Pictures, text and words of a document's pages, made in the sandbox."""

from dataclasses import dataclass
from pathlib import Path

from dms.documents import inspection, sandbox
from dms.documents.sniff import MediaType


@dataclass(frozen=True)
class Word:
    """A run of letters without white space (NFC) and the box around its ink, in points, origin bottom left."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class PageWords:
    """The words of one page in reading order. Size in points before ``rotation`` (0, 90, 180, 270 degrees)."""

    width: float
    height: float
    rotation: int
    words: tuple[Word, ...]


def render_page(path: Path, page_index: int, width_px: int) -> bytes:
    """A PNG of one page (from 0) of a PDF, form fields and stamps drawn, ``width_px`` wide (3000 at most).

    Raises ``Invalid``: ``page_not_found``, or as :func:`dms.documents.sandbox.run` says.
    """
    return sandbox.run("dms.documents.jobs.pages:render_page", path, page_index, width_px, returns=bytes)


def image_page(path: Path, media_type: MediaType, width_px: int) -> bytes:
    """A PNG of a picture, upright, at most ``width_px`` wide; raises ``Invalid`` (``image_too_large``)."""
    pixels = inspection.DEFAULT.pixels
    return sandbox.run("dms.documents.jobs.pages:render_image", path, media_type, width_px, pixels, returns=bytes)


def extract_text(path: Path, media_type: MediaType) -> str:
    """The text of a PDF or DOCX in reading order, NFC, five million characters at most; "" for a picture."""
    if media_type.is_image:
        return ""
    return sandbox.run("dms.documents.jobs.text:extract", path, media_type, inspection.DEFAULT, returns=str)


def words(path: Path) -> tuple[PageWords, ...]:
    """The words of each page of a PDF with their places: where "Số:" stands, and the signer's name."""
    return sandbox.run("dms.documents.jobs.text:words", path, returns=tuple[PageWords, ...])
