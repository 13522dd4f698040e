"""A signature in two halves, for every kind of key: prepare pins what is signed, finish embeds what the key answered.

What was shown is what is signed: the first half takes the digest of the version on the screen, the second refuses if
version, signer, seat or prepared file have moved. A crash in between leaves the step open.

Each half does its slow work (files, the authorities on the network) before it writes a row: ``draft`` and ``make`` only
read, so an edge whose database knows a single writer can call them outside its writing transaction, as
``sign_with_server_key`` does.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from dms.campaigns.vocabulary import StepAction
from dms.documents import intake
from dms.documents import service as documents
from dms.documents.models import Origin, Version
from dms.errors import Conflict, Invalid, NotFound
from dms.people.service import Seat
from dms.policy import Actor
from dms.signing import credentials, late_stamps, pades, service, stamps, validation
from dms.signing.models import PendingSignature, Signature, SigningKey, SigningRoute, Step
from dms.signing.pades import DocumentReport
from dms.signing.service import SigningDesk

Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Made:
    """A complete signed file that waits in the store for its row, and our verdict on it."""

    pending_id: UUID
    digest: str
    size: int
    report: DocumentReport


def sign_with_server_key(
    reading: Session,
    writing: Transaction,
    desk: SigningDesk,
    step_id: UUID,
    *,
    shown_digest: str,
    by: Actor,
    now: datetime,
    secret: str | None = None,
) -> UUID:
    """Sign with a key of this server: two transactions of ``writing``, with the key between them.

    Returns the id of the new version. A crash between the two leaves the step open; a second try works. Raises what
    ``prepare`` and ``finish`` raise.
    """
    drafted = draft(reading, desk, step_id, shown_digest=shown_digest, by=by, now=now)
    reading.rollback()  # its view of the database ends here: the next look must see what is written now
    with writing() as session:
        pending_id = pend(session, drafted).id
    raw = answer(reading, desk, pending_id, secret=secret)
    made = make(reading, desk, pending_id, raw, by=by, now=now)
    reading.rollback()
    with writing() as session:
        return keep(session, made, by=by, now=now).version_id


def prepare(
    session: Session, desk: SigningDesk, step_id: UUID, *, shown_digest: str, by: Actor, now: datetime
) -> PendingSignature:
    """First half: check turn, seat and certificate, write number and date where this signature closes them, pin it all.

    ``shown_digest`` is the SHA-256 of the version on the signer's screen. Raises NotFound, PermissionDenied,
    Conflict("step_not_open", "version_moved", "number_not_given"), Invalid("step_needs_no_signature",
    "capacity_not_allowed", "signing_key_missing", "seal_key_missing"), and what ``pades.prepare`` refuses.
    """
    return pend(session, draft(session, desk, step_id, shown_digest=shown_digest, by=by, now=now))


def finish(
    session: Session, desk: SigningDesk, pending_id: UUID, raw_signature: bytes, *, by: Actor, now: datetime
) -> Signature:
    """Second half: embed the signature, time-stamp it, judge the whole file, and only then make it the next version.

    Raises NotFound("pending_not_found"), Conflict("pending_used", "pending_expired", "version_moved",
    "step_not_open"), Invalid("signature_refused"), and what ``pades.finish`` refuses. Of two people at once one wins.
    """
    return keep(session, make(session, desk, pending_id, raw_signature, by=by, now=now), by=by, now=now)


def draft(
    session: Session, desk: SigningDesk, step_id: UUID, *, shown_digest: str, by: Actor, now: datetime
) -> PendingSignature:
    """The reading part of ``prepare``: everything but the row, which is returned for ``pend``."""
    step = service.get_step(session, step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    if step.field_name is None:
        raise Invalid("step_needs_no_signature")
    version = step.route.version
    if version.digest != shown_digest:
        raise Conflict("version_moved", document=step.route.title)
    ensure_current(version)
    key = key_for(session, step, seat, now=now)
    digest, prepared = _prepare_file(session, desk, step, seat, key=key, now=now)
    return PendingSignature(
        step_id=step.id,
        version_id=version.id,
        version_digest=version.digest,
        prepared_digest=digest,
        prepared=json.loads(prepared.to_json()),
        key_id=key.id,
        person_id=seat.person_id,
        capacity=seat.capacity,
        created_at=now,
        expires_at=now + timedelta(minutes=desk.expires_minutes),
    )


def pend(session: Session, pending: PendingSignature) -> PendingSignature:
    """The writing part of ``prepare``."""
    session.add(pending)
    session.flush()
    return pending


def answer(session: Session, desk: SigningDesk, pending_id: UUID, *, secret: str | None = None) -> bytes:
    """What a key on this server answers to a pending signature: the raw signature over its signed attributes.

    ``secret`` is what the signer typed for a key that asks for it; it is used and forgotten.
    """
    pending = session.get_one(PendingSignature, pending_id)
    key = session.get_one(SigningKey, pending.key_id)
    return credentials.provider_of(desk, key, secret=secret).sign(_prepared(pending).signed_attributes)


def answers(
    session: Session, desk: SigningDesk, pending_ids: Sequence[UUID], *, secret: str | None = None
) -> list[bytes]:
    """What keys of this server answer to many pending signatures: each key is asked once for all that are its own."""
    pending = [session.get_one(PendingSignature, each) for each in pending_ids]
    given: dict[UUID, bytes] = {}
    for key_id in dict.fromkeys(each.key_id for each in pending):
        key = session.get_one(SigningKey, key_id)
        own = [each for each in pending if each.key_id == key_id]
        attributes = [_prepared(each).signed_attributes for each in own]
        raws = credentials.sign_many(desk, key, attributes, secret=secret)
        given |= {each.id: raw for each, raw in zip(own, raws, strict=True)}
    return [given[each] for each in pending_ids]


def make(
    session: Session, desk: SigningDesk, pending_id: UUID, raw_signature: bytes, *, by: Actor, now: datetime
) -> Made:
    """The reading part of ``finish``: the complete file, judged and stored, with no row that knows it yet."""
    pending, step, _ = _pending(session, pending_id, by=by, now=now)
    key = session.get_one(SigningKey, pending.key_id)
    with (
        documents.local_copy(desk.desk, step.route.version) as before,
        intake.copy_of(desk.desk, pending.prepared_digest) as path,
    ):
        may_follow = step.route.stamp_may_follow
        pades.finish(path, _prepared(pending), raw_signature, desk.trust, stamp_may_follow=may_follow)
        if not pades.extends(before, path):
            raise Conflict("version_moved", document=step.route.title)
        expected = validation.expected_of(session, step.route, also={step.field_name or "": key.certificate_sha256})
        report = pades.validate(path, trust=desk.trust, expected=expected)
        ensure_valid(report, step.route)
        digest, size = intake.keep_file(desk.desk, path)
    return Made(pending.id, digest, size, report)


def keep(session: Session, made: Made, *, by: Actor, now: datetime) -> Signature:
    """The writing part of ``finish``: the file becomes the next version, the step is done, the turn is handed on."""
    pending, step, seat = _pending(session, made.pending_id, by=by, now=now)
    pending.finished_at = now
    key = session.get_one(SigningKey, pending.key_id)
    return adopt(session, step, seat, key, kept=(made.digest, made.size), report=made.report, by=by, now=now)


def adopt(
    session: Session,
    step: Step,
    seat: Seat,
    key: SigningKey,
    *,
    kept: tuple[str, int],
    report: DocumentReport,
    by: Actor,
    now: datetime,
) -> Signature:
    """Make a signed file that is stored (``kept``: digest, bytes) and was judged the next version, and end the step.

    Conflict("version_moved") for the slower of two people at once.
    """
    route = step.route
    shown = route.version.digest
    with _one_wins(route):
        signed = documents.add_kept_version(
            session, route.version, kept, origin=Origin.SIGNED, trail=service.trail_of(route), by=by, now=now
        )
        route.version = signed
        signature = _record(session, step, seat, key, version=signed, report=report, now=now)
        service.complete(session, step, seat, by=by, now=now, result_version_id=signed.id, signed_digest=shown)
        validation.keep_check(session, signed, report, now=now)
        late_stamps.announce_if_missing(session, route, report, now=now)
    return signature


def key_for(session: Session, step: Step, seat: Seat, *, now: datetime) -> SigningKey:
    """The signer's own key; for a seal the key of the body that issues the paper."""
    if step.action is StepAction.SEAL:
        return credentials.seal_key_of_unit(session, step.route.document.unit_id, now=now)
    return credentials.key_of_person(session, seat.person_id)


def _prepare_file(
    session: Session, desk: SigningDesk, step: Step, seat: Seat, *, key: SigningKey, now: datetime
) -> tuple[str, pades.Prepared]:
    with documents.local_copy(desk.desk, step.route.version) as path:
        target = path.with_suffix(".pdf")
        prepared = pades.prepare(
            path,
            target,
            field=step.field_name or "",
            certificate_der=key.certificate,
            chain_der=key.chain,
            trust=desk.trust,
            stamp=stamps.stamp_for(session, desk, step, seat, key=key, now=now),
            fills=stamps.fills_for(step, path),
            name=seat.full_name,
            reason=step.action.value,
            stamp_may_follow=step.route.stamp_may_follow,
        )
        digest, _ = intake.keep_file(desk.desk, target)
    return digest, prepared


def _pending(session: Session, pending_id: UUID, *, by: Actor, now: datetime) -> tuple[PendingSignature, Step, Seat]:
    """The pending signature with its step and seat, if nothing has moved since it was pinned."""
    pending = session.get(PendingSignature, pending_id)
    if pending is None or pending.person_id != by.person_id:
        raise NotFound("pending_not_found")
    if pending.finished_at is not None:
        raise Conflict("pending_used")
    if pending.expires_at <= now:
        raise Conflict("pending_expired")
    if session.get_one(SigningKey, pending.key_id).retired_at is not None:
        raise Conflict("signing_key_retired")
    step = service.get_step(session, pending.step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    if step.route.version_id != pending.version_id or seat.capacity is not pending.capacity:
        raise Conflict("version_moved", document=step.route.title)
    ensure_current(step.route.version)
    return pending, step, seat


def ensure_current(version: Version) -> None:
    """Nobody has withdrawn the version, nor put another in its place."""
    if documents.current_version(version.document) is not version:
        raise Conflict("version_moved", document=version.document.title)


def _prepared(pending: PendingSignature) -> pades.Prepared:
    return pades.Prepared.from_json(json.dumps(pending.prepared))


def ensure_valid(report: DocumentReport, route: SigningRoute) -> None:
    """Raise Invalid("signature_refused") unless our verdict on the whole file is VALID.

    Where the route allows it, time stamps may still be missing.
    """
    reasons = {reason for each in report.signatures for reason in each.reasons} | set(report.reasons)
    if reasons - ({"timestamp_missing"} if route.stamp_may_follow else set()):
        raise Invalid("signature_refused", document=route.title, reasons=sorted(reasons))


@contextmanager
def _one_wins(route: SigningRoute) -> Iterator[None]:
    """Of two people who sign at once the slower meets the lock or the unique number of the version."""
    title = route.title
    try:
        yield
    except (IntegrityError, StaleDataError) as error:
        raise Conflict("version_moved", document=title) from error


def _record(
    session: Session,
    step: Step,
    seat: Seat,
    key: SigningKey,
    *,
    version: Version,
    report: DocumentReport,
    now: datetime,
) -> Signature:
    judged = next(each for each in report.signatures if each.field == step.field_name)
    signature = Signature(
        version_id=version.id,
        step_id=step.id,
        field_name=judged.field,
        person_id=seat.person_id,
        signer_name=seat.full_name,
        unit_id=step.unit_id,
        position_title=seat.title,
        capacity=seat.capacity,
        delegation_id=seat.delegation_id,
        certificate_sha256=key.certificate_sha256,
        certificate_subject=key.subject,
        level=judged.level.value,
        signed_at=judged.timestamp_at or now,
    )
    session.add(signature)
    session.flush()
    return signature
