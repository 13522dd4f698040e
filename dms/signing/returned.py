"""Signed elsewhere: the version was sent out, signed with a program of the signer's own, and comes back.

It is taken only if it is the very version that went out, byte for byte, with one signature more by the person whose
turn it is; what the signature lacks of time stamp and proof is added here, and our own verdict has the last word.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from dms.campaigns.vocabulary import StepAction
from dms.documents import intake
from dms.documents import service as documents
from dms.documents.intake import Intake
from dms.errors import Conflict, Invalid
from dms.people.service import Seat
from dms.policy import Actor
from dms.signing import credentials, pades, service, signatures, validation
from dms.signing.models import Signature, SigningKey, Step
from dms.signing.pades import DocumentReport, SignatureReport, Verdict
from dms.signing.service import SigningDesk

ELSEWHERE = frozenset({StepAction.INITIALS, StepAction.APPROVAL})
"""What may be signed elsewhere. A seal closes number and date in one update, which only this service writes."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A returned file that was completed, judged and stored, and waits for its row."""

    step_id: UUID
    sent: str
    field: str
    key_id: UUID
    digest: str
    size: int
    report: DocumentReport


def judge(session: Session, desk: SigningDesk, step_id: UUID, taken: Intake, *, by: Actor, now: datetime) -> Judged:
    """The reading part: is it our version with one lawful signature more? The step stays open whatever comes of it.

    Raises NotFound, PermissionDenied, Conflict("step_not_open", "version_moved"), Invalid("returned_not_elsewhere",
    "returned_not_pdf", "returned_not_extension", "returned_unsigned", "returned_several_signatures",
    "returned_other_field", "returned_wrong_signer", "signature_refused"), and what ``pades.complete`` refuses.
    """
    step = service.get_step(session, step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    if step.action not in ELSEWHERE:
        raise Invalid("returned_not_elsewhere", document=step.route.title)
    if taken.media_type.value != documents.PDF:
        raise Invalid("returned_not_pdf")
    version = step.route.version
    signatures.ensure_current(version)
    with documents.local_copy(desk.desk, version) as sent, intake.copy_of(desk.desk, taken.digest) as path:
        if not pades.extends(sent, path):
            raise Invalid("returned_not_extension", document=step.route.title)
        added = _added(sent, path, desk)
        _ensure_place(sent, step, added.field)
        key = _ensure_signer(session, seat, added)
        report = _completed(session, desk, step, added, path=path)
        digest, size = intake.keep_file(desk.desk, path)
    return Judged(step.id, version.digest, added.field, key.id, digest, size, report)


def keep(session: Session, judged: Judged, *, by: Actor, now: datetime) -> Signature:
    """The writing part: the file becomes the next version and the step is done, unless something has moved since."""
    step = service.get_step(session, judged.step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    if step.route.version.digest != judged.sent:
        raise Conflict("version_moved", document=step.route.title)
    signatures.ensure_current(step.route.version)
    step.field_name = judged.field
    key, kept = session.get_one(SigningKey, judged.key_id), (judged.digest, judged.size)
    return signatures.adopt(session, step, seat, key, kept=kept, report=judged.report, by=by, now=now)


def _added(sent: Path, path: Path, desk: SigningDesk) -> SignatureReport:
    """The one signature that the returned file has more than the version that went out."""
    before = set(pades.inspect_fields(sent).signed_fields)
    added = [each for each in pades.validate(path, trust=desk.trust).signatures if each.field not in before]
    if not added:
        raise Invalid("returned_unsigned")
    if len(added) > 1:
        raise Invalid("returned_several_signatures", count=len(added))
    return added[0]


def _ensure_place(sent: Path, step: Step, field: str) -> None:
    """In the field that was made for it; in one of the program's own only where no earlier signature forbids that."""
    form = pades.inspect_fields(sent)
    if field != step.field_name and (form.signed_fields or field in form.signature_fields):
        raise Invalid("returned_other_field", field=field, expected=step.field_name)


def _ensure_signer(session: Session, seat: Seat, added: SignatureReport) -> SigningKey:
    for key in credentials.keys_of_person(session, seat.person_id):
        if key.certificate_sha256 == added.certificate_sha256:
            return key
    raise Invalid("returned_wrong_signer", person=seat.full_name, signer=added.signer_name or added.signer_subject)


def _completed(
    session: Session, desk: SigningDesk, step: Step, added: SignatureReport, *, path: Path
) -> DocumentReport:
    """Judge what came as it came, complete it, and judge it again: no later update may hide what was there."""
    expected = validation.expected_of(session, step.route, also={added.field: added.certificate_sha256})
    as_it_came = pades.validate(path, trust=desk.trust, expected=expected)
    if as_it_came.verdict is Verdict.INVALID:
        signatures.ensure_valid(as_it_came, step.route)
    pades.complete(path, added.field, desk.trust)
    report = pades.validate(path, trust=desk.trust, expected=expected)
    signatures.ensure_valid(report, step.route)
    return report
