"""Which columns name a blob: the ONE table that sweeping and the doctor go by.

A blob that no row of these columns names is nobody's. A new column for a digest must stand in ``BLOBS`` or, where it
names something else, in ``NO_BLOBS``: a test fails otherwise.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, null, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from dms.archive.models import SealedDossier
from dms.awards.models import Award
from dms.documents.models import Version
from dms.signing.errands.models import Errand
from dms.signing.models import KeyRequest, PendingSignature, SigningKey

Condition = Callable[[datetime], ColumnElement[bool]]


def _in_the_making(now: datetime) -> ColumnElement[bool]:
    """A prepared half is needed until it is finished or expires."""
    return and_(PendingSignature.finished_at.is_(None), PendingSignature.expires_at > now)


def _still_out(now: datetime) -> ColumnElement[bool]:
    """A file that was sent out must be known as long as it may come back."""
    return and_(Errand.signature_id.is_(None), Errand.expires_at > now)


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names blobs; ``size`` says how large each is; ``needed`` which rows still need theirs."""

    column: InstrumentedAttribute[Any]
    size: InstrumentedAttribute[int] | None = None
    needed: Condition | None = None

    @property
    def name(self) -> str:
        """``table.column``."""
        return f"{self.column.class_.__tablename__}.{self.column.key}"

    def conditions(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        """What holds for the rows that need their blob now."""
        present = self.column.is_not(None)
        return (present, self.needed(now)) if self.needed else (present,)


BLOBS: tuple[Reference, ...] = (
    Reference(Version.digest, size=Version.size),
    Reference(SigningKey.picture_digest),
    Reference(KeyRequest.picture_digest),
    Reference(PendingSignature.prepared_digest, needed=_in_the_making),
    Reference(Errand.file_digest, size=Errand.file_size, needed=_still_out),
    Reference(Award.certificate_digest),
    Reference(SealedDossier.manifest_digest),
)

NO_BLOBS: dict[str, str] = {
    "score_import.file_digest": "of a table that was read; its lines are kept in the row",
    "campaign_revision.digest": "of the file's text, which the row itself keeps",
    "errand.version_digest": "what was shown; the version names the blob",
    "batch_item.shown_digest": "what was shown; the version names the blob",
    "pending_signature.version_digest": "what was shown; the version names the blob",
}


def named(session: Session, *, now: datetime) -> Iterator[tuple[Reference, str, int | None]]:
    """Every digest that some row needs, column by column, with the size where the row knows it; streamed."""
    for reference in BLOBS:
        size: ColumnElement[Any] = null() if reference.size is None else type_coerce(reference.size, Integer)
        query = select(reference.column, size).where(*reference.conditions(now)).distinct().order_by(reference.column)
        with closing(session.execute(query.execution_options(yield_per=500))) as rows:
            for digest, known in rows:
                yield reference, digest, known


def in_use(session: Session, digests: Collection[str], *, now: datetime) -> set[str]:
    """Those of the digests that some row needs; one query for each column."""
    found: set[str] = set()
    for reference in BLOBS:
        query = select(reference.column).where(reference.column.in_(digests), *reference.conditions(now))
        found.update(session.scalars(query))
    return found
