"""Bytes by digest. Knows nothing of dossiers, file names, content types or HTTP.

Two adapters keep one contract: ``storage.filesystem`` (the embedded default) and ``storage.s3``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

Digest = str  # 64 lower-case hexadecimal digits of SHA-256


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored sequence of bytes: its SHA-256 and its size in bytes."""

    digest: Digest
    size: int


class StorageError(Exception):
    """The store could not do what was asked."""


class BlobMissing(StorageError):
    """No blob has this digest."""


class BlobTooLarge(StorageError):
    """The source gave more bytes than the limit allows; nothing was stored."""


class StoreUnavailable(StorageError):
    """The store did not answer; a retry may succeed."""


class Storage(Protocol):
    """Content-addressed bytes. A blob is immutable; putting the same bytes twice is harmless."""

    def put(self, source: BinaryIO, *, limit: int | None = None) -> Blob:
        """Store all of ``source`` by streaming and return its blob, once it is durable and was read back unchanged.

        Raises BlobTooLarge when more than ``limit`` bytes come, StoreUnavailable when the store does not answer.
        """
        ...

    def open(self, digest: Digest, start: int = 0, length: int | None = None) -> BinaryIO:
        """Return a readable stream of the blob, or of ``length`` bytes from ``start``. Raises BlobMissing."""
        ...

    def stat(self, digest: Digest) -> Blob:
        """Return the blob's digest and size. Raises BlobMissing."""
        ...

    def delete(self, digest: Digest) -> None:
        """Remove a blob; only the sweeper and lawful disposal call this. Deleting a missing one is harmless."""
        ...

    def digests(self) -> Iterator[Digest]:
        """Every digest in the store, in no promised order; for fixity checks and sweeping."""
        ...
