"""Renew archive time stamps before they end: a further version of each sealed file, which extends the one before it.

Nothing is overwritten. The predecessor is judged first; the new file must begin with it byte for byte, hold all of its
signatures and one time stamp more, and be good for longer; else the act fails as a whole and stays in the outbox.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import audit, outbox
from dms.archive import sealing, stamps
from dms.archive.models import ArchiveTimestamp
from dms.archive.stamps import RENEWABLE
from dms.documents import service as documents
from dms.documents.models import Origin, Version
from dms.errors import Conflict, Unavailable
from dms.outbox import OutboxEvent
from dms.policy import SYSTEM, Actor, Permission, require
from dms.signing import pades, validation
from dms.signing import service as signing
from dms.signing.models import SigningRoute
from dms.signing.pades import Verdict
from dms.signing.service import SigningDesk


def announce(session: Session, *, within: timedelta, now: datetime) -> int:
    """Announce every file whose proof ends ``within`` that time, unless that was done; return how many are new.

    One that failed for good stays so until a person lets it be tried again.
    """
    waiting = {event.payload["version_id"] for event in session.scalars(_open_events())}
    wanted = [row for row in session.scalars(stamps.due(before=now + within)) if str(row.version_id) not in waiting]
    for row in wanted:
        outbox.add(session, RENEWABLE, now=now, version_id=row.version_id)
    return len(wanted)


def renew_now(session: Session, *, within: timedelta, by: Actor, now: datetime) -> int:
    """The same for a person, on record; what failed or waits is tried again at once. Raises PermissionDenied."""
    require(by, Permission.ARCHIVE_KEEP, None)
    again = list(session.scalars(_open_events()))
    for event in again:
        outbox.retry(event, now=now)
    count = len(again) + announce(session, within=within, now=now)
    audit.record(session, KEEPING, "archive:renewal:ask", by=by, now=now, files=count, days=within.days)
    return count


KEEPING = audit.Trail("archive", UUID(int=0))
"""The chain of what is done to the archive as a whole."""


def before_archive_renewable(session: Session, payload: dict[str, Any], desk: SigningDesk) -> None:
    """The slow part of ``on_archive_renewable``, for a session that only reads."""
    found = _in_force(session, UUID(payload["version_id"]))
    if found is not None:
        sealing.time_stamped(desk, found[0])


def on_archive_renewable(session: Session, payload: dict[str, Any], desk: SigningDesk, now: datetime) -> None:
    """A sealed file's proof will end: renew it, unless that has happened already."""
    found = _in_force(session, UUID(payload["version_id"]))
    if found is not None:
        renew(session, desk, *found, now=now)


def renew(session: Session, desk: SigningDesk, version: Version, route: SigningRoute, *, now: datetime) -> Version:
    """Add the version that carries a further archive time stamp, and put it in force.

    Unavailable: ``timestamp_unavailable``, ``signature_unproven``. Conflict: ``archive_signature_invalid``,
    ``archive_timestamp_lapsed`` and its kin, ``archive_renewal_gains_nothing``.
    """
    before = session.get_one(ArchiveTimestamp, version.id)
    _ensure_good(session, desk, version, now=now)
    made = sealing.time_stamped(desk, version)
    with documents.local_copy(desk.desk, version) as path:
        if not pades.extends(path, made):
            raise Conflict("archive_signature_invalid", document=route.title)
        target = path.with_suffix(".renewed")
        target.write_bytes(made.read_bytes())
        renewed = documents.add_made_version(
            session,
            desk.desk,
            version,
            target,
            origin=Origin.ARCHIVED,
            trail=signing.trail_of(route),
            by=SYSTEM,
            now=now,
        )
        after = stamps.note(session, renewed, target)
    _ensure_gain(before, after, route)
    before.renewed_at = now
    sealing.put_in_force(session, desk, route, renewed, now=now)
    _record(session, route, version, renewed, stamp=after, now=now)
    return renewed


def _ensure_good(session: Session, desk: SigningDesk, version: Version, *, now: datetime) -> None:
    """Nothing is built upon a file that does not hold today."""
    check = validation.check_version(session, desk, version, now=now)
    if check.verdict == Verdict.UNPROVEN:
        raise Unavailable("signature_unproven", document=version.document.title)
    if check.verdict != Verdict.VALID:
        raise Conflict("archive_signature_invalid", document=version.document.title)


def _ensure_gain(before: ArchiveTimestamp, after: ArchiveTimestamp, route: SigningRoute) -> None:
    if after.stamps != before.stamps + 1:
        raise Conflict("archive_signature_invalid", document=route.title)
    if after.good_until <= before.good_until:
        raise Conflict("archive_renewal_gains_nothing", document=route.title, authority=after.authority)


def _record(
    session: Session,
    route: SigningRoute,
    before: Version,
    renewed: Version,
    *,
    stamp: ArchiveTimestamp,
    now: datetime,
) -> None:
    audit.record(
        session,
        signing.trail_of(route),
        "archive:timestamp:renew",
        by=SYSTEM,
        now=now,
        document=renewed.document_id,
        version=renewed.number,
        extends=before.digest,
        digest=renewed.digest,
        authority=stamp.authority,
        good_until=stamp.good_until.isoformat(),
    )


def _in_force(session: Session, version_id: UUID) -> tuple[Version, SigningRoute] | None:
    """The version and its route, if it still is the paper's last word and nobody has renewed it."""
    row = session.get(ArchiveTimestamp, version_id)
    if row is None or row.renewed_at is not None:
        return None
    version = session.get_one(Version, version_id)
    route = session.scalars(select(SigningRoute).where(SigningRoute.version_id == version_id)).first()
    if route is None or documents.current_version(version.document) is not version:
        return None
    return version, route


def titles_of(session: Session, events: Iterable[OutboxEvent]) -> dict[str, str]:
    """The titles of the papers that failed renewals are about, by version; one query."""
    ids = {UUID(event.payload["version_id"]) for event in events}
    query = select(Version).where(Version.id.in_(ids))
    return {str(version.id): version.document.title for version in session.scalars(query)}


def _open_events() -> Any:
    return select(OutboxEvent).where(OutboxEvent.name == RENEWABLE, OutboxEvent.done_at.is_(None))
