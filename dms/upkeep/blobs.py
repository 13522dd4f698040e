"""Bytes against rows: each blob that a row names is there, and a row names each blob that is there."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice, repeat
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.audit import record
from dms.documents.models import Document, Version
from dms.policy import Actor
from dms.upkeep.model import GRACE, Gravity, Trouble, Ward
from dms.upkeep.references import Reference, in_use, named
from dms.upkeep.trail import TRAIL
from storage import Blob, BlobMissing, Storage
from storage.fixity import verify

T = TypeVar("T")

BATCH = 500
YOUNGEST = timedelta(hours=13)
"""Nothing younger may be swept: an upload may wait half a day for its owner's decision (see the edge's kept uploads),
and bytes that are put again count as new only after ``storage.RENEWED_AFTER``."""


def whole(ward: Ward) -> Generator[Trouble | None]:
    """Each blob that a row names is there with its size; with ``deep`` its bytes are read and hashed."""
    for reference, digest, size in named(ward.session, now=ward.now):
        yield _examine(ward, reference, digest, size)


def loose(ward: Ward) -> Generator[Trouble | None]:
    """Blobs that no row names and that are older than a day; told as one trouble with their number and size."""
    count = size = 0
    storage, older_than = ward.desk.desk.storage, ward.now - GRACE
    for batch in batches(storage.digests()):
        found = list(_orphans_among(ward.session, storage, batch, older_than=older_than, now=ward.now))
        count, size = count + len(found), size + sum(blob.size for blob in found)
        yield from repeat(None, len(batch))
    yield Trouble("orphan_blobs", Gravity.NOTE, {"count": count, "bytes": size}) if count else None


def orphans(session: Session, storage: Storage, *, older_than: datetime, now: datetime) -> Iterator[Blob]:
    """Blobs stored before ``older_than`` that no row needs; memory does not grow with the store."""
    for batch in batches(storage.digests()):
        yield from _orphans_among(session, storage, batch, older_than=older_than, now=now)


def _orphans_among(
    session: Session, storage: Storage, digests: Sequence[str], *, older_than: datetime, now: datetime
) -> Iterator[Blob]:
    for digest in sorted(set(digests) - in_use(session, digests, now=now)):
        blob = _stat(storage, digest)
        if blob is not None and blob.stored_at is not None and blob.stored_at < older_than:
            yield blob


def remove(
    session: Session, storage: Storage, blobs: Sequence[Blob], *, older_than: datetime, by: Actor, now: datetime
) -> list[Blob]:
    """Remove those of the blobs that still nobody needs, and record how many; return them.

    Call it in a writing transaction of its own for each batch: the rows are looked at again, and the store refuses what
    was put since. Raises ValueError for an ``older_than`` that is younger than ``YOUNGEST``.
    """
    if now - older_than < YOUNGEST:
        raise ValueError("older_than")
    needed = in_use(session, [blob.digest for blob in blobs], now=now)
    gone = [b for b in blobs if b.digest not in needed and storage.delete(b.digest, stored_before=older_than)]
    if gone:
        told: dict[str, Any] = {"count": len(gone), "bytes": sum(blob.size for blob in gone), "before": older_than}
        record(session, TRAIL, "upkeep:storage:sweep", by=by, now=now, **told)
    return gone


def batches(things: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The things in lists of at most ``size``."""
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def _examine(ward: Ward, reference: Reference, digest: str, size: int | None) -> Trouble | None:
    storage = ward.desk.desk.storage
    told = {"column": reference.name, "digest": digest}
    blob = _stat(storage, digest)
    if blob is None:
        return Trouble("blob_missing", Gravity.ERROR, told | _place(ward.session, digest))
    if size is not None and blob.size != size:
        return Trouble("blob_size_wrong", Gravity.ERROR, told | _place(ward.session, digest))
    if ward.deep and not verify(storage, digest):
        return Trouble("blob_altered", Gravity.ERROR, told | _place(ward.session, digest))
    return None


def _stat(storage: Storage, digest: str) -> Blob | None:
    try:
        return storage.stat(digest)
    except BlobMissing:
        return None


def _place(session: Session, digest: str) -> dict[str, str]:
    """What the blob is to people: a paper's title and the version's number; "–" where it is no version."""
    query = select(Document.title, Version.number).join(Version.document).where(Version.digest == digest)
    found = session.execute(query.limit(1)).first()
    return {"title": f"{found.title} (v{found.number})" if found else "–"}
