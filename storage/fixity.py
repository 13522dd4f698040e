"""Proof that what the store holds is still what was put there."""

import io
from typing import cast

from storage import Digest, Storage
from storage.streams import hash_of


def verify(storage: Storage, digest: Digest) -> bool:
    """Read a blob through and say whether its bytes still have this digest. Raises BlobMissing, StoreUnavailable."""
    with storage.open(digest) as stream:
        return hash_of(cast("io.BufferedIOBase", stream)) == digest
