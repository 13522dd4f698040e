"""Bytes on the move: hashing while copying, and reading a part of something. Nothing here holds more than a buffer."""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, Protocol

from storage import Blob, BlobTooLarge, Digest, StorageError

CHUNK = 1024 * 1024  # bytes read from a source at a time
BUFFER = 64 * 1024  # bytes an opened blob reads ahead


class Readable(Protocol):
    """What a window looks through: an open file or the body of an HTTP answer."""

    def read(self, amount: int, /) -> bytes:
        """Return at most ``amount`` bytes; none at the end."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


Wall = Callable[[], AbstractContextManager[None]]  # turns an engine's errors into ours


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn the operating system's errors into StorageError."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"the disk refused: {error.strerror}") from error


def copy_hashed(source: BinaryIO, target: BinaryIO, limit: int | None) -> Blob:
    """Copy all of ``source`` and return what came.

    Raises BlobTooLarge past ``limit`` bytes, StorageError if the disk fails. An error of the source itself passes
    unchanged: it is the caller's, not the store's.
    """
    sha256, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        ensure_within(size, limit)
        sha256.update(chunk)
        with disk_errors():
            target.write(chunk)
    with disk_errors():
        target.flush()
    return Blob(sha256.hexdigest(), size)


def ensure_within(size: int, limit: int | None) -> None:
    """Raise BlobTooLarge when ``size`` bytes are more than ``limit``."""
    if limit is not None and size > limit:
        raise BlobTooLarge(f"more than {limit} bytes")


def ensure_range(start: int, length: int | None) -> None:
    """Raise ValueError for a range that no blob can have."""
    if start < 0 or (length is not None and length < 0):
        raise ValueError("a range starts at 0 or later and is not shorter than nothing")


def hash_of(stream: io.BufferedIOBase) -> Digest:
    """Return the SHA-256 of all that is left in ``stream``."""
    return hashlib.file_digest(stream, "sha256").hexdigest()


class Window(io.RawIOBase):
    """Forward-only view of a source, at most ``length`` bytes of it (None: to its end). Owns and closes the source."""

    def __init__(self, source: Readable, *, length: int | None, wall: Wall) -> None:
        self._source = source
        self._left = length
        self._wall = wall

    def readable(self) -> bool:
        """Say yes; a window is never written to or moved back."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed names a private protocol
        """Fill ``buffer`` as far as the source gives; 0 at the end."""
        wanted = len(buffer) if self._left is None else min(len(buffer), self._left)
        with self._wall():
            data = self._source.read(wanted) if wanted else b""
        buffer[: len(data)] = data
        if self._left is not None:
            self._left -= len(data)
        return len(data)

    def close(self) -> None:
        """Close the source too."""
        if not self.closed:
            self._source.close()
        super().close()


def windowed(source: Readable, *, length: int | None, wall: Wall) -> io.BufferedReader:
    """Return a buffered stream over a window; both adapters hand out this, so no caller can lean on one of them."""
    return io.BufferedReader(Window(source, length=length, wall=wall), BUFFER)
