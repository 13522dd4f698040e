"""Opening PDF files with limits, hashing and copying them; nothing here holds a whole file in memory."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from dms.errors import DomainError, Invalid

CHUNK = 1 << 20
MAX_REVISIONS = 100
_LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=64 << 20),
    document_budget=DocumentDecodeBudget(base_allowance=128 << 20, max_ratio=20),
)
# What a hostile or broken PDF makes the parser raise, as measured, besides its own errors.
_BROKEN = (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, MemoryError)

T = TypeVar("T")


def open_reader(stream: BinaryIO) -> PdfFileReader:
    """A strict reader with limits. Invalid: ``document_unreadable``, ``document_encrypted``, ``document_hybrid``."""
    reader = parse(lambda: PdfFileReader(stream, strict=True, decode_limits=_LIMITS))
    _ensure_signable(reader)
    return reader


def open_writer(stream: BinaryIO) -> IncrementalPdfFileWriter:
    """A writer that appends to ``stream``; refuses what ``open_reader`` refuses."""
    reader = open_reader(stream)
    return parse(lambda: IncrementalPdfFileWriter.from_reader(reader))


def parse(action: Callable[[], T]) -> T:
    """Do something with a PDF and turn whatever the parser raises into Invalid("document_unreadable")."""
    try:
        return action()
    except DomainError:
        raise
    except _BROKEN as error:
        raise Invalid("document_unreadable") from error


def _ensure_signable(reader: PdfFileReader) -> None:
    if reader.encrypted:
        raise Invalid("document_encrypted")
    if reader.xrefs.hybrid_xrefs_present:
        raise Invalid("document_hybrid")
    if reader.xrefs.total_revisions > MAX_REVISIONS:
        raise Invalid("document_too_complex", limit=MAX_REVISIONS)


def sha256(stream: BinaryIO) -> str:
    """The SHA-256 of the whole stream, as 64 hex digits."""
    stream.seek(0)
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def copy(source: Path, target: Path) -> None:
    """Copy the bytes and nothing else (no dates, no mode) to ``target``."""
    shutil.copyfile(source, target)


@contextmanager
def appending(path: Path, target: Path) -> Iterator[BinaryIO]:
    """A copy of ``path`` at ``target`` to append to, removed if the block fails; ``path`` is never written."""
    copy(path, target)
    try:
        with target.open("r+b") as stream:
            yield stream
            sync(stream)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def sync(stream: BinaryIO) -> None:
    """Push what was written to the disk."""
    stream.flush()
    os.fsync(stream.fileno())


def extends(earlier: Path, later: Path) -> bool:
    """Whether ``later`` starts with ``earlier``, byte for byte: what was signed is what was shown, and more."""
    with earlier.open("rb") as first, later.open("rb") as second:
        while chunk := first.read(CHUNK):
            if second.read(len(chunk)) != chunk:
                return False
    return True
