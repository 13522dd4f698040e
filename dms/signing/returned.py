"""Signed elsewhere: the version was sent out, signed with a program of the signer's own, and comes back.

It is taken only if it is the very file that went out, byte for byte, with one signature more by the one whose turn it
is and nothing else changed; what the signature lacks of time stamp and proof is added here, and our own verdict has the
last word. Whatever comes of it, the step stays open until then and the document as it was.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from dms.campaigns.vocabulary import StepAction
from dms.documents import intake, sandbox
from dms.documents import service as documents
from dms.documents.confinement import MIB, Limits
from dms.documents.intake import Intake
from dms.errors import Conflict, Invalid
from dms.people.service import Seat
from dms.policy import Actor
from dms.signing import credentials, pades, service, signatures, validation
from dms.signing.models import Signature, SigningKey, Step
from dms.signing.pades import DocumentReport, LockAction, SignatureReport, Verdict
from dms.signing.pades.proof import Lock
from dms.signing.pades.review import OwnField, Review
from dms.signing.placement import TEXT_FIELDS
from dms.signing.service import SigningDesk

MOST_OF_PAGE: Final = 0.15
"""The part of a page that a field of the program's own may cover: a signature with its words needs a twentieth."""

_REVIEW = "dms.signing.pades.review:review"
_LIMITS = Limits(memory=1536 * MIB)
_NO_CHANGES = 1  # the strictest permission of a certification
_REFUSALS: Final[
    Mapping[str, Callable[[], Invalid]]
] = {  # the first that is found decides; others are told as they are
    "coverage_partial": lambda: Invalid("returned_partial"),
    "signature_malformed": lambda: Invalid("returned_partial"),
    "content_changed": lambda: Invalid("returned_damaged"),
    "signature_forged": lambda: Invalid("returned_damaged"),
    "algorithm_weak": lambda: Invalid("returned_weak"),
    "changed_after_signing": lambda: Invalid("returned_changed"),
    "fields_changed": lambda: Invalid("returned_changed"),
    "archive_timestamp_visible": lambda: Invalid("returned_changed"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A returned file that was completed, judged and stored, and waits for its row."""

    step_id: UUID
    version_digest: str
    field: str
    key_id: UUID
    digest: str
    size: int
    report: DocumentReport


def judge(
    session: Session,
    desk: SigningDesk,
    step_id: UUID,
    taken: Intake,
    *,
    by: Actor,
    now: datetime,
    sent_digest: str | None = None,
) -> Judged:
    """The reading part: it must be the file that went out with one lawful signature more.

    ``sent_digest`` names the bytes that went out, where they are not those of the version (see ``errands``).
    Raises NotFound, PermissionDenied, Conflict("step_not_open", "version_moved"), Invalid("returned_not_sent",
    "returned_not_pdf", "returned_not_extension", "returned_unsigned", "returned_several_signatures",
    "returned_other_field", "returned_field_covers", "returned_changed", "returned_fields_changed", "returned_partial",
    "returned_damaged", "returned_weak", "returned_wrong_signer", "returned_wrong_seal", "returned_locks_others",
    "signature_refused"), and what ``pades.complete`` refuses.
    """
    step = service.get_step(session, step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    _ensure_sent(step, taken, sent_digest)
    version = step.route.version
    signatures.ensure_current(version)
    with (
        documents.local_copy(desk.desk, version) as start,
        intake.copy_of(desk.desk, sent_digest or version.digest) as sent,
        intake.copy_of(desk.desk, taken.digest) as path,
    ):
        if not (pades.extends(start, sent) and pades.extends(sent, path)):
            raise Invalid("returned_not_extension", document=step.route.title)
        review = sandbox.run(_REVIEW, sent, path, returns=Review, limits=_LIMITS)
        _ensure_one_signature(review)
        _ensure_place(step, review, pades.validate(sent, trust=desk.trust).signatures)
        _ensure_untouched(review)
        as_it_came = pades.validate(path, trust=desk.trust)
        added = _added(as_it_came, review)
        key = _ensure_signer(session, step, seat, added, now=now)
        if as_it_came.verdict is Verdict.INVALID:
            signatures.ensure_valid(as_it_came, step.route)
        _ensure_leaves_room(step, added)
        report = _completed(session, desk, step, added, path=path)
        digest, size = intake.keep_file(desk.desk, path)
    return Judged(step.id, version.digest, added.field, key.id, digest, size, report)


def keep(session: Session, judged: Judged, *, by: Actor, now: datetime) -> Signature:
    """The writing part: the file becomes the next version and the step is done, unless something has moved since."""
    step = service.get_step(session, judged.step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    if step.route.version.digest != judged.version_digest:
        raise Conflict("version_moved", document=step.route.title)
    signatures.ensure_current(step.route.version)
    step.field_name = judged.field
    key, kept = session.get_one(SigningKey, judged.key_id), (judged.digest, judged.size)
    return signatures.adopt(session, step, seat, key, kept=kept, report=judged.report, by=by, now=now)


def _ensure_sent(step: Step, taken: Intake, sent_digest: str | None) -> None:
    if step.field_name is None:
        raise Invalid("step_needs_no_signature")
    if step.action is StepAction.SEAL and sent_digest is None:
        raise Invalid("returned_not_sent", document=step.route.title)
    if taken.media_type.value != documents.PDF:
        raise Invalid("returned_not_pdf")


def _ensure_one_signature(review: Review) -> None:
    if not review.signed:
        raise Invalid("returned_unsigned")
    if len(review.signed) > 1:
        raise Invalid("returned_several_signatures", count=len(review.signed))


def _ensure_place(step: Step, review: Review, earlier: Sequence[SignatureReport]) -> None:
    """In the field that was made for it; in one of the program's own only where no earlier signature forbids that."""
    (field,) = review.signed
    if field == step.field_name:
        return
    is_locked = any(each.proof is None or each.proof.lock != Lock() for each in earlier)
    if not review.own_fields or is_locked:
        raise Invalid("returned_other_field", field=field, expected=step.field_name)
    _ensure_small(review.own_fields[0])


def _ensure_small(field: OwnField) -> None:
    """A field that hides the paper is a change of the paper."""
    if field.widgets != 1 or not field.is_on_page or field.share > MOST_OF_PAGE:
        raise Invalid("returned_field_covers", page=field.page, percent=round(MOST_OF_PAGE * 100))


def _ensure_untouched(review: Review) -> None:
    if not review.is_clean:
        raise Invalid("returned_changed")
    touched = (*review.changed_fields, *review.empty_fields)
    if touched:
        raise Invalid("returned_fields_changed", fields=", ".join(touched))


def _added(report: DocumentReport, review: Review) -> SignatureReport:
    """The new signature as it came, before anything is added to it: no later update may hide what was there."""
    (field,) = review.signed
    added = next((each for each in report.signatures if each.field == field), None)
    if added is None:
        raise Invalid("returned_partial")
    _refuse_known(report)
    return added


def _refuse_known(report: DocumentReport) -> None:
    reasons = [*report.reasons, *(reason for each in report.signatures for reason in each.reasons)]
    for reason, refusal in _REFUSALS.items():
        if reason in reasons:
            raise refusal()


def _ensure_signer(session: Session, step: Step, seat: Seat, added: SignatureReport, *, now: datetime) -> SigningKey:
    """The certificate is bound to the person whose turn it is; for a seal, to the body that issues the paper."""
    for key in _keys(session, step, seat, now=now):
        if key.certificate_sha256 == added.certificate_sha256:
            return key
    signer = added.signer_name or added.signer_subject
    if step.action is StepAction.SEAL:
        raise Invalid("returned_wrong_seal", signer=signer)
    raise Invalid("returned_wrong_signer", person=seat.full_name, signer=signer)


def _keys(session: Session, step: Step, seat: Seat, *, now: datetime) -> list[SigningKey]:
    if step.action is not StepAction.SEAL:
        return credentials.keys_of_person(session, seat.person_id)
    with suppress(Invalid):  # no seal is bound: then every certificate is the wrong one
        return [credentials.seal_key_of_unit(session, step.route.document.unit_id, now=now)]
    return []


def _ensure_leaves_room(step: Step, added: SignatureReport) -> None:
    """The signature does not forbid what others have still to do: sign their fields, write number and date."""
    later = [other for other in step.route.steps if other.outcome is None and other is not step]
    needed = {other.field_name for other in later if other.field_name}
    if any(other.action is StepAction.NUMBER for other in later):
        needed |= TEXT_FIELDS
    lock = added.proof.lock if added.proof else Lock()
    if needed and (lock.permission == _NO_CHANGES or _closes(lock, needed)):
        raise Invalid("returned_locks_others", document=step.route.title)


def _closes(lock: Lock, needed: set[str]) -> bool:
    match lock.action:
        case LockAction.ALL:
            return True
        case LockAction.INCLUDE:
            return bool(needed & set(lock.fields))
        case LockAction.EXCLUDE:
            return bool(needed - TEXT_FIELDS - set(lock.fields))
        case _:
            return False


def _completed(
    session: Session, desk: SigningDesk, step: Step, added: SignatureReport, *, path: Path
) -> DocumentReport:
    """Add what the signature lacks, and judge the whole by all that we know of the route."""
    expected = validation.expected_of(session, step.route, also={added.field: added.certificate_sha256})
    pades.complete(path, added.field, desk.trust)
    report = pades.validate(path, trust=desk.trust, expected=expected)
    _refuse_known(report)
    signatures.ensure_valid(report, step.route)
    return report
