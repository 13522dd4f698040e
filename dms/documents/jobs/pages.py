"""Draw pages as PNG pictures."""

import io
import math
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from dms.documents.jobs.image_inspection import open_bounded
from dms.documents.sniff import MediaType
from dms.errors import Invalid

MAX_WIDTH = 3000
MAX_PIXELS = 20_000_000
_COMPRESSION = 3  # zlib level: a third of the time of the default for pictures a tenth larger


def warm_up() -> None:
    """Draw a page once, so that the fonts of the system are known before any child is forked."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(10, 10).render()
    document.close()


def render_page(path: Path, page_index: int, width: int) -> bytes:
    """Draw one page of a PDF, its form fields and stamps included, ``width`` pixels wide."""
    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    if not 0 <= page_index < len(document):
        raise Invalid("page_not_found", page=page_index + 1)
    page = document[page_index]
    scale = _scale(page.get_size(), width)
    return _png(page.render(scale=scale, may_draw_forms=True, rev_byteorder=True).to_pil())


def _scale(size: tuple[float, float], width: int) -> float:
    """Pixels for a point: as wide as asked, within the bounds."""
    page_width, page_height = size
    wanted = min(width, MAX_WIDTH) / page_width
    return min(wanted, math.sqrt(MAX_PIXELS / (page_width * page_height)))


def render_image(path: Path, media_type: MediaType, width: int, pixels: int) -> bytes:
    """Draw a picture upright and at most ``width`` pixels wide."""
    with open_bounded(path, media_type, pixels) as picture:
        picture.draft("RGB", (2 * width, 2 * width * picture.height // picture.width))
        upright = ImageOps.exif_transpose(picture)
        height = max(1, upright.height * width // upright.width)
        upright.thumbnail((min(width, MAX_WIDTH), min(height, MAX_PIXELS // max(1, width))))
        return _png(upright if upright.mode in {"RGB", "RGBA", "L"} else upright.convert("RGB"))


def _png(picture: Image.Image) -> bytes:
    memory = io.BytesIO()
    picture.save(memory, "PNG", compress_level=_COMPRESSION)
    return memory.getvalue()
