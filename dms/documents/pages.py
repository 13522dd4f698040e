"""Pictures of pages, kept on disk so that a page is drawn once; what was not looked at for long makes room.

A picture is named by the digest of its file, so it is never out of date. The cache may be deleted at any time.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from dms.documents import rendering
from dms.documents.intake import Desk, copy_of
from dms.documents.models import Version
from dms.documents.sniff import MediaType
from dms.errors import NotFound

FULL = 1240  # pixels wide: A4 at 150 dpi
SMALL = 320
FOLDER_BYTES = 32 << 20  # in each of the sixteen folders, so at most half a GiB in all

DRAWN = frozenset({MediaType.PDF.value, MediaType.PNG.value, MediaType.JPEG.value})
"""The kinds of file that have pictures; a DOCX gets them when it is converted."""


def picture(desk: Desk, version: Version, page: int, *, width: int = FULL) -> bytes:
    """A PNG of a page (from 1) of a version, as it is shown and signed.

    Raises NotFound("page_not_found"), also for a kind of file that has no pages yet.
    """
    if version.media_type not in DRAWN or not 1 <= page <= (version.pages or 1):
        raise NotFound("page_not_found", page=page)
    place = _folder(desk, version.digest) / f"{version.digest}-{page}-{width}.png"
    with suppress(FileNotFoundError):
        os.utime(place)  # seen today
        return place.read_bytes()
    drawn = _draw(desk, version, page, width)
    _keep(place, drawn)
    return drawn


def _folder(desk: Desk, digest: str) -> Path:
    return desk.workdir / "cache" / "pages" / digest[0]


def _draw(desk: Desk, version: Version, page: int, width: int) -> bytes:
    media_type = MediaType(version.media_type)
    with copy_of(desk, version.digest) as path:
        if media_type.is_image:
            return rendering.image_page(path, media_type, width)
        return rendering.render_page(path, page - 1, width)


def _keep(place: Path, drawn: bytes) -> None:
    """Give the picture its name in one step, so that nobody reads half of it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, suffix=".new", delete=False) as file:
        file.write(drawn)
    Path(file.name).replace(place)
    _make_room(place.parent)


def _make_room(folder: Path) -> None:
    """Remove the pictures that were not looked at for longest, until the folder keeps its bound."""
    entries = [(entry.stat(), entry.path) for entry in _listed(folder)]
    excess = sum(facts.st_size for facts, _ in entries) - FOLDER_BYTES
    for facts, path in sorted(entries, key=lambda each: each[0].st_mtime):
        if excess <= 0:
            return
        Path(path).unlink(missing_ok=True)
        excess -= facts.st_size


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return [entry for entry in entries if entry.is_file()]
