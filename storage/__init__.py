"""Bytes by digest. Knows nothing of dossiers, file names, content types or HTTP.

Two adapters keep one contract: ``storage.filesystem`` (the embedded default) and ``storage.s3``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

Digest = str  # 64 lower-case hexadecimal digits of SHA-256

RENEWED_AFTER = timedelta(hours=1)
"""Putting bytes that are there already, and are older than this, counts as storing them anew."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored sequence of bytes: its SHA-256, its size in bytes, and when it was last stored where the store knows."""

    digest: Digest
    size: int
    stored_at: datetime | None = field(default=None, compare=False)


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
        """Return the blob's digest, size and the aware instant at which it was last put. Raises BlobMissing."""
        ...

    def delete(self, digest: Digest, *, stored_before: datetime | None = None) -> bool:
        """Remove a blob; only the sweeper and lawful disposal call this. Return whether there was one to remove.

        With ``stored_before`` a blob that was put at that instant or later stays: somebody may be about to name it.
        """
        ...

    def sweep(self, older_than: datetime) -> int:
        """Remove what writers left that crashed before ``older_than``; return how many pieces, as far as seen."""
        ...

    def digests(self) -> Iterator[Digest]:
        """Every digest in the store, in no promised order; for fixity checks and sweeping."""
        ...
