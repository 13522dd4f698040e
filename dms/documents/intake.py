"""Take a file in: bytes first, row second. What is refused leaves no version, and at most a blob that is swept."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dms import text
from dms.documents import inspection, rendering, sniff
from dms.documents.sniff import MediaType
from dms.errors import NotFound, TooLarge, Unavailable
from storage import BlobMissing, BlobTooLarge, Storage, StorageError

TEXT_LIMIT = 1_000_000  # characters kept for search and comparison
_COPY = 1 << 20


@dataclass(frozen=True, slots=True)
class Desk:
    """What documents are worked with: the store, a folder for files on their way, the largest upload in bytes."""

    storage: Storage
    workdir: Path
    upload_limit: int


@dataclass(frozen=True, slots=True)
class Intake:
    """A file that is in the store and was found fit to become a version."""

    digest: str
    size: int
    media_type: MediaType
    filename: str
    pages: int | None
    inspection: dict[str, Any]
    text: str


def receive(desk: Desk, source: BinaryIO, *, filename: str) -> Intake:
    """Store, sniff and inspect an untrusted file, streaming; return what a version needs.

    Raises TooLarge("upload_too_large"), Unavailable("store_unavailable"), and every refusal of ``sniff`` and
    ``inspection`` as Invalid.
    """
    digest, size = keep(desk, source)
    with copy_of(desk, digest) as path:
        media_type = sniff.sniff_file(path)
        found = inspection.inspect(path, media_type)
        words = rendering.extract_text(path, media_type)
    return Intake(
        digest=digest,
        size=size,
        media_type=media_type,
        filename=sniff.safe_filename(filename),
        pages=1 if media_type.is_image else found.pages,
        inspection=asdict(found) | {"media_type": media_type.value},
        text=words[:TEXT_LIMIT],
    )


def keep(desk: Desk, source: BinaryIO) -> tuple[str, int]:
    """Stream bytes into the store; return their SHA-256 and size once they are durable."""
    try:
        blob = desk.storage.put(source, limit=desk.upload_limit)
    except BlobTooLarge as error:
        raise TooLarge("upload_too_large", limit_mb=desk.upload_limit >> 20) from error
    except StorageError as error:
        raise Unavailable("store_unavailable") from error
    return blob.digest, blob.size


def keep_file(desk: Desk, path: Path) -> tuple[str, int]:
    """Store a file that we made ourselves; a signed one may have grown past the limit of an upload."""
    try:
        with path.open("rb") as source:
            blob = desk.storage.put(source)
    except StorageError as error:
        raise Unavailable("store_unavailable") from error
    return blob.digest, blob.size


def open_blob(desk: Desk, digest: str, start: int = 0, length: int | None = None) -> BinaryIO:
    """A stream of stored bytes. Raises NotFound("file_missing"), Unavailable("store_unavailable")."""
    try:
        return desk.storage.open(digest, start, length)
    except BlobMissing as error:
        raise NotFound("file_missing", digest=digest[:12]) from error
    except StorageError as error:
        raise Unavailable("store_unavailable") from error


@contextmanager
def copy_of(desk: Desk, digest: str) -> Iterator[Path]:
    """A copy of stored bytes as a file of its own, gone when the block is left; tools may change it."""
    with tempfile.TemporaryDirectory(dir=desk.workdir, prefix="copy-") as folder:
        path = Path(folder) / "file"
        with open_blob(desk, digest) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, _COPY)
        yield path


def folded(words: str) -> str:
    """The search form of a version's text."""
    return text.fold(words)
