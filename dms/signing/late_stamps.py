"""Signatures that were made while no time-stamping authority answered, and get their time stamp when one does.

Only where the campaign allows it. Such a signature is level B-B with revocation data; it counts as not proven until a
document time stamp stands over it. That proves that it existed at the moment of that stamp with a certificate good at
that moment, not when it was made; so it has to come soon, and can come too late (see docs/adr).
"""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import audit, outbox
from dms.documents import cache
from dms.documents import service as documents
from dms.documents.models import Origin, Version
from dms.errors import Conflict
from dms.outbox import OutboxEvent
from dms.policy import SYSTEM
from dms.signing import pades, service, validation
from dms.signing.models import RouteOutcome, Signature, SigningRoute
from dms.signing.pades import DocumentReport, Level, Verdict
from dms.signing.service import SigningDesk

UNSTAMPED: Final = "route.unstamped"
"""The event upon which the signatures of a route get the time stamps that they lack."""


def announce_if_missing(session: Session, route: SigningRoute, report: DocumentReport, *, now: datetime) -> None:
    """Announce a route whose file holds a signature without a time stamp."""
    if any("timestamp_missing" in each.reasons for each in report.signatures):
        outbox.add(session, UNSTAMPED, now=now, route_id=route.id)


def waiting(session: Session) -> list[OutboxEvent]:
    """The routes that wait for time stamps, those given up included, the oldest first."""
    query = select(OutboxEvent).where(OutboxEvent.name == UNSTAMPED, OutboxEvent.done_at.is_(None))
    return list(session.scalars(query.order_by(OutboxEvent.created_at)))


def before_route_unstamped(session: Session, payload: dict[str, Any], desk: SigningDesk) -> None:
    """The slow part of ``on_route_unstamped``, for a session that only reads."""
    route = session.get_one(SigningRoute, UUID(payload["route_id"]))
    if _lacks_stamps(session, route):
        _stamped(desk, route.version)


def on_route_unstamped(session: Session, payload: dict[str, Any], desk: SigningDesk, now: datetime) -> None:
    """Complete the route's file, unless its signatures are void, replaced or complete by now.

    Unavailable: ``timestamp_unavailable``, ``revocation_unavailable``: tried again. Invalid: ``certificate_revoked``,
    ``certificate_expired``: too late, the paper has to be signed anew. Conflict: ``archive_signature_invalid``.
    """
    route = session.get_one(SigningRoute, UUID(payload["route_id"]))
    if _lacks_stamps(session, route):
        complete(session, desk, route, now=now)


def complete(session: Session, desk: SigningDesk, route: SigningRoute, *, now: datetime) -> Version:
    """Add the version in which a document time stamp stands over all signatures of the route, and put it in force."""
    before = route.version
    with documents.local_copy(desk.desk, before) as path:
        target = path.with_suffix(".stamped")
        shutil.copyfile(_stamped(desk, before), target)
        report = pades.validate(target, trust=desk.trust, expected=_expected(session, route), at=now)
        if report.verdict is not Verdict.VALID or not pades.extends(path, target):
            raise Conflict("archive_signature_invalid", document=route.title)
        stamped = documents.add_made_version(
            session,
            desk.desk,
            before,
            target,
            origin=Origin.ARCHIVED,
            trail=service.trail_of(route),
            by=SYSTEM,
            now=now,
        )
    route.version = stamped
    session.flush()
    _note_levels(session, route, report)
    validation.keep_check(session, stamped, report, now=now)
    outbox.add(session, "version.checked", now=now, version_id=stamped.id, document_id=route.document_id)
    facts = {"document": route.document_id, "version": stamped.number, "extends": before.digest}
    audit.record(session, service.trail_of(route), "signing:timestamp:complete", by=SYSTEM, now=now, **facts)
    return stamped


def _lacks_stamps(session: Session, route: SigningRoute) -> bool:
    if route.outcome not in {None, RouteOutcome.COMPLETED}:
        return False
    if documents.current_version(route.version.document) is not route.version:
        return False
    made = validation.signatures_in(session, route, route.version)
    return any(each.level == Level.B for each in made)


def _expected(session: Session, route: SigningRoute) -> pades.Expected:
    """What the next file of the route must say: the same signatures, nothing else."""
    return validation.expected_of(session, route)


def _note_levels(session: Session, route: SigningRoute, report: DocumentReport) -> None:
    levels = {each.field: each.level.value for each in report.signatures}
    made: list[Signature] = validation.signatures_in(session, route, route.version)
    for each in made:
        each.level = levels.get(each.field_name, each.level)


def _stamped(desk: SigningDesk, version: Version) -> Path:
    """The version's file with the missing time stamp, kept until it is needed: the authority is asked once."""
    kept = cache.place(desk.desk.workdir, "stamped", version.digest, "lt.pdf")
    if not cache.found(kept):
        with documents.local_copy(desk.desk, version) as path:
            pades.stamp_late(path, desk.trust)
            cache.keep_file(kept, path)
    return kept
