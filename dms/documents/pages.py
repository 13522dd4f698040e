"""Pictures of pages, drawn once. One is named by the digest of its file, so it is never out of date."""

from contextlib import suppress

from dms.documents import cache, rendering
from dms.documents.intake import Desk, copy_of
from dms.documents.models import Version
from dms.documents.sniff import MediaType
from dms.errors import NotFound

FULL = 1240  # pixels wide: A4 at 150 dpi

DRAWN = frozenset({MediaType.PDF.value, MediaType.PNG.value, MediaType.JPEG.value})
"""The kinds of file that have pictures; a DOCX gets them when it is converted."""


def picture(desk: Desk, version: Version, page: int, *, width: int = FULL) -> bytes:
    """A PNG of a page (from 1) of a version, as it is shown and signed.

    Raises NotFound("page_not_found"), also for a kind of file that has no pages yet.
    """
    if version.media_type not in DRAWN or not 1 <= page <= (version.pages or 1):
        raise NotFound("page_not_found", page=page)
    kept = cache.place(desk.workdir, "pages", version.digest, f"{page}-{width}.png")
    with suppress(FileNotFoundError):
        if cache.found(kept):
            return kept.read_bytes()
    drawn = _draw(desk, version, page, width)
    cache.keep(kept, drawn)
    return drawn


def _draw(desk: Desk, version: Version, page: int, width: int) -> bytes:
    media_type = MediaType(version.media_type)
    with copy_of(desk, version.digest) as path:
        if media_type.is_image:
            return rendering.image_page(path, media_type, width)
        return rendering.render_page(path, page - 1, width)
