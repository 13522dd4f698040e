"""Take a file in: bytes first, row second. What is refused reaches neither the store nor a row."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dms import text
from dms.documents import examination, sniff
from dms.documents.inspection import Inspection
from dms.documents.sniff import MediaType
from dms.errors import NotFound, TooLarge, Unavailable
from storage import BlobMissing, BlobTooLarge, Storage, StorageError
from storage.streams import copy_hashed

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
    """Take an untrusted file in, by streaming: judge it, and only then store it; return what a version needs.

    Raises TooLarge("upload_too_large"), Unavailable("store_unavailable"), and every refusal of ``sniff`` and
    ``inspection`` as Invalid. What is refused leaves nothing behind.
    """
    with spooled(desk, source) as path:
        media_type = sniff.sniff_file(path)
        found = examination.examine(path, media_type)
        digest, size = keep_file(desk, path)
    return Intake(
        digest=digest,
        size=size,
        media_type=media_type,
        filename=sniff.safe_filename(filename),
        pages=1 if media_type.is_image else found.inspection.pages,
        inspection=as_json(found.inspection),
        text=found.text[:TEXT_LIMIT],
    )


def as_json(found: Inspection) -> dict[str, Any]:
    """What inspection found, as it is kept with a version."""
    return asdict(found) | {"media_type": found.media_type.value}


def keep(desk: Desk, source: BinaryIO) -> tuple[str, int]:
    """Stream bytes that we made ourselves into the store; return their SHA-256 and size once they are durable."""
    with _store_errors():
        blob = desk.storage.put(source)
    return blob.digest, blob.size


def keep_file(desk: Desk, path: Path) -> tuple[str, int]:
    """Store a file; a signed one may have grown past the limit of an upload."""
    with path.open("rb") as source:
        return keep(desk, source)


def open_blob(desk: Desk, digest: str, start: int = 0, length: int | None = None) -> BinaryIO:
    """A stream of stored bytes. Raises NotFound("file_missing"), Unavailable("store_unavailable")."""
    with _store_errors():
        return desk.storage.open(digest, start, length)


@contextmanager
def copy_of(desk: Desk, digest: str) -> Iterator[Path]:
    """A copy of stored bytes as a file of its own, gone when the block is left; tools may change it."""
    with _a_place(desk) as path:
        with _store_errors(), open_blob(desk, digest) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, _COPY)
        yield path


def folded(words: str) -> str:
    """The search form of a version's text."""
    return text.fold(words)


@contextmanager
def spooled(desk: Desk, source: BinaryIO) -> Iterator[Path]:
    """What comes as a file of its own, never more of it than the limit, gone when the block is left.

    Raises TooLarge("upload_too_large").
    """
    with _a_place(desk) as path:
        with _store_errors(limit=desk.upload_limit), path.open("wb") as target:
            copy_hashed(source, target, desk.upload_limit)
        yield path


@contextmanager
def _a_place(desk: Desk) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=desk.workdir, prefix="copy-") as folder:
        yield Path(folder) / "file"


@contextmanager
def _store_errors(limit: int = 0) -> Iterator[None]:
    """Tell the store's errors in the domain's words."""
    try:
        yield
    except BlobTooLarge as error:
        raise TooLarge("upload_too_large", limit_mb=limit >> 20) from error
    except BlobMissing as error:
        raise NotFound("file_missing", digest=str(error)[:12]) from error
    except StorageError as error:
        raise Unavailable("store_unavailable") from error
