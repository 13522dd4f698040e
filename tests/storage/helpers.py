"""Sources of bytes and what to expect of them."""

import hashlib
import io
import random

from storage import Blob, Storage

MIB = 1024 * 1024


def some_bytes(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)  # noqa: S311 - reproducible, guards nothing


def blob_of(data: bytes) -> Blob:
    return Blob(hashlib.sha256(data).hexdigest(), len(data))


def put(storage: Storage, data: bytes) -> Blob:
    return storage.put(io.BytesIO(data))


def content(storage: Storage, blob: Blob, start: int = 0, length: int | None = None) -> bytes:
    with storage.open(blob.digest, start, length) as stream:
        return stream.read()


class BrokenSource(io.RawIOBase):
    """Gives ``size`` bytes and then breaks off, as a client does that closes its window."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def read(self, amount: int = -1, /) -> bytes:
        if self.left <= 0:
            raise ConnectionResetError("the client went away")
        given = self.left if amount < 0 else min(amount, self.left)
        self.left -= given
        return b"x" * given


class LongSource(io.RawIOBase):
    """``size`` bytes that exist nowhere at once."""

    def __init__(self, size: int, *, at_once: int = MIB) -> None:
        self.left = size
        self._at_once = at_once

    def readable(self) -> bool:
        return True

    def read(self, amount: int = -1, /) -> bytes:
        given = min(self.left, self._at_once, amount if amount >= 0 else self.left)
        self.left -= given
        return b"\0" * given


def all_digests(storage: Storage) -> set[str]:
    found: list[str] = list(storage.digests())
    assert len(found) == len(set(found)), "a digest was listed twice"
    return set(found)
