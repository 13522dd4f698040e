"""Where a blob lives: ``ab/cd/<sha256>``, the same in a folder and in a bucket."""

import re

from storage import Digest

_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    """Whether ``text`` is 64 lower-case hexadecimal digits and nothing else."""
    return _DIGEST.fullmatch(text) is not None


def key_of(digest: Digest) -> str:
    """Return the key of a digest. Raises ValueError for anything else, so no key can climb out of the store."""
    if not is_digest(digest):
        raise ValueError("a digest is 64 lower-case hexadecimal digits")
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def digest_of(key: str) -> Digest | None:
    """Return the digest that lives under ``key``, or None when no blob of ours can have this key."""
    name = key.rpartition("/")[2]
    return name if is_digest(name) and key_of(name) == key else None
