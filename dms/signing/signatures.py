"""A signature in two halves, for every kind of key: prepare pins what is signed, finish embeds what the key answered.

What was shown is what is signed: the first half takes the digest of the version on the screen, the second refuses if
version, signer, seat or prepared file have moved. A crash in between leaves the step open.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.campaigns.vocabulary import StepAction
from dms.documents import intake
from dms.documents import service as documents
from dms.documents.models import Document, Origin, Version
from dms.errors import Conflict, Invalid, NotFound
from dms.people.models import Capacity
from dms.people.service import Seat
from dms.policy import Actor
from dms.signing import credentials, pades, service, validation
from dms.signing.models import PendingSignature, Signature, SigningKey, Step
from dms.signing.placement import TEXT_FIELDS
from dms.signing.service import SigningDesk


def prepare(
    session: Session, desk: SigningDesk, step_id: UUID, *, shown_digest: str, by: Actor, now: datetime
) -> PendingSignature:
    """First half: check turn, seat and certificate, write number and date where this signature closes them, pin it all.

    Raises PermissionDenied, Conflict("step_not_open", "version_moved", "person_has_no_key", "unit_has_no_seal",
    "number_not_given"), Invalid("capacity_not_allowed", "step_needs_no_signature"), and what ``pades.prepare`` refuses.
    """
    step = service.get_step(session, step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    if step.field_name is None:
        raise Invalid("step_needs_no_signature")
    version = step.route.version
    if version.digest != shown_digest:
        raise Conflict("version_moved", document=step.route.title)
    key = _key(session, step, seat)
    with documents.local_copy(desk.desk, version) as path:
        target = path.with_suffix(".pdf")
        prepared = _prepare_file(desk, step, key, seat, path=path, target=target, now=now)
        digest, _ = intake.keep_file(desk.desk, target)
    pending = PendingSignature(
        step_id=step.id,
        version_id=version.id,
        version_digest=version.digest,
        prepared_digest=digest,
        prepared=json.loads(prepared.to_json()),
        key_id=key.id,
        person_id=by.person_id,
        capacity=seat.capacity,
        created_at=now,
        expires_at=now + timedelta(minutes=desk.expires_minutes),
    )
    session.add(pending)
    session.flush()
    return pending


def sign_on_server(session: Session, desk: SigningDesk, pending: PendingSignature) -> bytes:
    """What a key on the server answers to a pending signature: the raw signature over its signed attributes."""
    key = session.get_one(SigningKey, pending.key_id)
    return desk.keys.get(key.reference).sign(_prepared(pending).signed_attributes)


def finish(
    session: Session, desk: SigningDesk, pending_id: UUID, raw_signature: bytes, *, by: Actor, now: datetime
) -> Signature:
    """Second half: embed the signature, time-stamp it, judge the whole file, and only then make it the next version.

    Raises NotFound, Conflict("pending_used", "pending_expired", "version_moved", "step_not_open"),
    Invalid("signature_not_valid", "signature_not_by_certificate"), Unavailable("timestamp_unavailable" …).
    """
    pending = _pending(session, pending_id, by=by, now=now)
    step = service.get_step(session, pending.step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    version = step.route.version
    if version.id != pending.version_id or seat.capacity is not pending.capacity:
        raise Conflict("version_moved", document=step.route.title)
    key = session.get_one(SigningKey, pending.key_id)
    with (
        documents.local_copy(desk.desk, version) as before,
        intake.copy_of(desk.desk, pending.prepared_digest) as path,
    ):
        pades.finish(path, _prepared(pending), raw_signature, desk.trust)
        if not pades.extends(before, path):
            raise Conflict("version_moved", document=step.route.title)
        report = validation.judge(session, desk, step.route, path, also={step.field_name or "": key})
        _ensure_valid(report)
        signed = documents.add_made_version(
            session, desk.desk, version, path, origin=Origin.SIGNED, trail=service.trail_of(step.route), by=by, now=now
        )
    step.route.version_id = signed.id
    pending.finished_at = now
    signature = _record(session, step, seat, key, version=signed, report=report, by=by, now=now)
    validation.store(session, signed, report, now=now)
    service.complete(session, step, seat, by=by, now=now, result_version_id=signed.id)
    return signature


def power_line(seat: Seat, head_title: str) -> str:
    """The line over a signature: "KT. GIÁM ĐỐC", or the title alone (Nghị định 30/2020, annex I, II.7b)."""
    prefix = {Capacity.NONE: "", Capacity.TM: "TM. "}.get(seat.capacity, f"{seat.capacity.value.upper()}. ")
    return f"{prefix}{head_title}".upper()


def signatures_of(session: Session, version_ids: list[UUID]) -> list[Signature]:
    """The signatures made through steps that gave these versions, oldest first."""
    query = select(Signature).where(Signature.version_id.in_(version_ids)).order_by(Signature.signed_at)
    return list(session.scalars(query))


def _key(session: Session, step: Step, seat: Seat) -> SigningKey:
    """The person's own key; for a seal the key of the body that issues the paper."""
    if step.action is StepAction.SEAL:
        return credentials.seal_of_unit(session, step.route.document.unit_id)
    return credentials.key_of_person(session, seat.person_id)


def _prepare_file(
    desk: SigningDesk,
    step: Step,
    key: SigningKey,
    seat: Seat,
    *,
    path: Path,
    target: Path,
    now: datetime,
) -> pades.Prepared:
    held = desk.keys.get(key.reference)
    return pades.prepare(
        path,
        target,
        field=step.field_name or "",
        certificate_der=held.certificate,
        chain_der=held.chain,
        trust=desk.trust,
        stamp=_stamp(desk, step, key, seat, now=now),
        fills=_fills(step, path),
        name=seat.full_name,
        reason=step.action.value,
    )


def _stamp(desk: SigningDesk, step: Step, key: SigningKey, seat: Seat, *, now: datetime) -> pades.Stamp:
    """The picture of the signature or seal; without one, who signed and when in words (annex I, II.7d, II.8)."""
    if key.picture_digest is None:
        moment = clock.local(now).isoformat(timespec="seconds")
        return pades.Stamp(lines=(f"Ký bởi: {seat.full_name}", f"Thời gian ký: {moment}"), kind=pades.StampKind.TEXT)
    with intake.open_blob(desk.desk, key.picture_digest) as source:
        picture = source.read()
    kind = pades.StampKind.SEAL if step.action is StepAction.SEAL else pades.StampKind.HANDWRITTEN
    return pades.Stamp(picture=picture, kind=kind)


def _fills(step: Step, path: Path) -> dict[str, str]:
    """Number and date for the fields still empty, once the number step is done (Nghị định 30/2020, art. 15)."""
    numbered = [other for other in step.route.steps if other.action is StepAction.NUMBER and other.stage < step.stage]
    if not numbered:
        return {}
    document = step.route.document
    present = pades.inspect_fields(path).text_fields
    empty = [name for name in TEXT_FIELDS if name in present and not present[name]]
    return {name: value for name, value in _number_words(document).items() if name in empty}


def _number_words(document: Document) -> dict[str, str]:
    """Number, day, month and year as a paper writes them: days below ten, January and February with a zero."""
    if document.number is None or document.issued_on is None:
        raise Conflict("number_not_given", document=document.title)
    day = document.issued_on
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return dict(zip(TEXT_FIELDS, (f"{document.number:02d}", f"{day.day:02d}", month, str(day.year)), strict=True))


def _pending(session: Session, pending_id: UUID, *, by: Actor, now: datetime) -> PendingSignature:
    pending = session.get(PendingSignature, pending_id)
    if pending is None or pending.person_id != by.person_id:
        raise NotFound("pending_not_found")
    if pending.finished_at is not None:
        raise Conflict("pending_used")
    if pending.expires_at <= now:
        raise Conflict("pending_expired")
    return pending


def _prepared(pending: PendingSignature) -> pades.Prepared:
    return pades.Prepared.from_json(json.dumps(pending.prepared))


def _ensure_valid(report: pades.DocumentReport) -> None:
    if not report.is_valid:
        reasons = {reason for each in report.signatures for reason in each.reasons} | set(report.reasons)
        raise Invalid("signature_not_valid", reasons=sorted(reasons))


def _record(
    session: Session,
    step: Step,
    seat: Seat,
    key: SigningKey,
    *,
    version: Version,
    report: pades.DocumentReport,
    by: Actor,
    now: datetime,
) -> Signature:
    judged = next(each for each in report.signatures if each.field == step.field_name)
    signature = Signature(
        version_id=version.id,
        step_id=step.id,
        field_name=step.field_name or "",
        person_id=by.person_id,
        signer_name=seat.full_name,
        unit_id=step.unit_id,
        position_title=seat.title,
        capacity=seat.capacity,
        certificate_sha256=key.certificate_sha256,
        certificate_subject=key.subject,
        level=judged.level.value,
        signed_at=judged.timestamp_at or now,
    )
    session.add(signature)
    return signature
