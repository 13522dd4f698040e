"""Until when each sealed file proves itself: one row for its last archive time stamp, read from the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Select, extract, func, select
from sqlalchemy.orm import Session

from dms.archive.models import ArchiveTimestamp, SealedDossier
from dms.documents import service as documents
from dms.documents.models import Document, Origin, Version
from dms.outbox import OutboxEvent
from dms.signing import pades
from dms.signing.service import SigningDesk

RENEWABLE: Final = "archive.renewable"
"""The event upon which a sealed file gets a further archive time stamp."""


@dataclass(frozen=True, slots=True)
class Year:
    """How many sealed files have to be renewed in a year."""

    year: int
    files: int


@dataclass(frozen=True, slots=True)
class Overview:
    """How the archive stands: ``lapsed`` files prove themselves no longer, ``soon`` ones are in the renewal's reach."""

    dossiers: int
    files: int
    lapsed: int
    soon: int
    next_end: datetime | None
    years: tuple[Year, ...]


def note(session: Session, version: Version, path: Path) -> ArchiveTimestamp:
    """Write down the last archive time stamp of the version's file, which lies at ``path``.

    Raises ValueError for a file that has none.
    """
    found = pades.archive_stamps(path)
    if not found:
        raise ValueError(version.id)
    last = found[-1]
    row = ArchiveTimestamp(
        version_id=version.id,
        stamps=len(found),
        stamped_at=last.at,
        authority=last.authority[:300],
        algorithm=last.algorithm,
        certificate_ends=last.certificate_ends,
        algorithm_ends=last.algorithm_ends,
        good_until=last.good_until,
    )
    session.add(row)
    session.flush()
    return row


def take_stock(session: Session, desk: SigningDesk) -> int:
    """Note the files that were sealed before anybody kept count of them; return how many."""
    known = select(ArchiveTimestamp.version_id)
    missed = select(Version).where(Version.origin == Origin.ARCHIVED, Version.id.not_in(known))
    rows = {version.id: note_stored(session, desk, version) for version in session.scalars(missed).all()}
    for version in session.scalars(select(Version).where(Version.id.in_(rows))):
        after = session.scalar(select(Version.created_at).where(Version.parent_id == version.id))
        rows[version.id].renewed_at = after
    session.flush()
    return len(rows)


def note_stored(session: Session, desk: SigningDesk, version: Version) -> ArchiveTimestamp:
    """The same for a version whose file lies in the store."""
    with documents.local_copy(desk.desk, version) as path:
        return note(session, version, path)


def due(*, before: datetime) -> Select[ArchiveTimestamp]:
    """The sealed files whose proof ends by ``before``, those that end first at the front."""
    query = select(ArchiveTimestamp).where(*_in_force(), ArchiveTimestamp.good_until <= before)
    return query.order_by(ArchiveTimestamp.good_until, ArchiveTimestamp.version_id)


def overview(session: Session, *, now: datetime, within: timedelta) -> Overview:
    """Count the sealed files by the end of their proof; four queries, and one row a year at the most."""
    ends = select(func.min(ArchiveTimestamp.good_until)).where(*_in_force())
    return Overview(
        dossiers=session.scalar(select(func.count()).select_from(SealedDossier)) or 0,
        files=_count(session),
        lapsed=_count(session, ArchiveTimestamp.good_until <= now),
        soon=_count(session, ArchiveTimestamp.good_until > now, ArchiveTimestamp.good_until <= now + within),
        next_end=session.scalar(ends),
        years=tuple(_years(session)),
    )


def next_to_end(session: Session, *, limit: int = 10) -> list[tuple[ArchiveTimestamp, str]]:
    """The files whose proof ends first, each with the title of its paper."""
    query = (
        select(ArchiveTimestamp, Document.title)
        .join(Version, Version.id == ArchiveTimestamp.version_id)
        .join(Document, Document.id == Version.document_id)
        .where(*_in_force())
        .order_by(ArchiveTimestamp.good_until, ArchiveTimestamp.version_id)
        .limit(limit)
    )
    return [(row, title) for row, title in session.execute(query)]


def unfinished(session: Session, *, limit: int = 50) -> list[OutboxEvent]:
    """Renewals that failed, those given up included, the newest first; each keeps its last error."""
    query = (
        select(OutboxEvent)
        .where(OutboxEvent.name == RENEWABLE, OutboxEvent.done_at.is_(None), OutboxEvent.attempts > 0)
        .order_by(OutboxEvent.created_at.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def _in_force() -> tuple[ColumnElement[bool], ...]:
    return (ArchiveTimestamp.renewed_at.is_(None),)


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(ArchiveTimestamp).where(*_in_force(), *conditions)
    return session.scalar(query) or 0


def _years(session: Session) -> Iterable[Year]:
    year = extract("year", ArchiveTimestamp.good_until)
    query = select(year, func.count()).where(*_in_force()).group_by(year).order_by(year)
    for number, files in session.execute(query):
        yield Year(int(number), files)
