"""Send a version out to be signed by a program of the signer's own, and know it again when it comes back.

Initials and approvals go out as the version itself. A seal closes number and date, which only this service writes, so
they are written before the file goes out; the version stays as it is, for the registrar may yet seal it here.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from dms.audit import record
from dms.campaigns.vocabulary import StepAction
from dms.documents import intake
from dms.documents import service as documents
from dms.errors import Conflict, DomainError, Invalid, NotFound
from dms.policy import Actor
from dms.signing import pades, service, signatures, stamps
from dms.signing.errands.models import Errand, Tool
from dms.signing.models import Signature, Step
from dms.signing.service import SigningDesk

LIVES: Final = {Tool.ELSEWHERE: timedelta(days=7), Tool.VGCA: timedelta(minutes=20)}
"""How long a file that went out may come back."""

Progress = Literal["open", "fetched", "checking", "done", "refused", "expired"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What stands in the two addresses of an errand: shown once, kept as digests only."""

    download: str
    upload: str


def draft(
    session: Session, desk: SigningDesk, step_id: UUID, tool: Tool, *, shown_digest: str, by: Actor, now: datetime
) -> Errand:
    """The reading part of sending out: check turn, version and key, write number and date before a seal.

    Raises NotFound, PermissionDenied, Conflict("step_not_open", "version_moved", "number_not_given"),
    Invalid("step_needs_no_signature", "signing_key_missing", "seal_key_missing").
    """
    step = service.get_step(session, step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    if step.field_name is None:
        raise Invalid("step_needs_no_signature")
    version = step.route.version
    if version.digest != shown_digest:
        raise Conflict("version_moved", document=step.route.title)
    signatures.ensure_current(version)
    signatures.key_for(session, step, seat, now=now)  # nobody goes to sign without a certificate of theirs
    digest, size = _written(desk, step) if step.action is StepAction.SEAL else (version.digest, version.size)
    return Errand(
        step_id=step.id,
        version_id=version.id,
        person_id=seat.person_id,
        tool=tool,
        version_digest=version.digest,
        file_digest=digest,
        file_size=size,
        created_at=now,
        expires_at=now + LIVES[tool],
    )


def send_out(session: Session, errand: Errand, *, by: Actor, now: datetime) -> Tokens:
    """The writing part. The tokens are for a program that has no log-in; a person downloads as themselves."""
    tokens = Tokens(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    if errand.tool is Tool.VGCA:
        errand.download_sha256, errand.upload_sha256 = _sha256(tokens.download), _sha256(tokens.upload)
    session.add(errand)
    session.flush()
    _note(session, errand, "send", by=by, now=now, sent=errand.file_digest)
    return tokens


def fetch(session: Session, token: str, *, now: datetime) -> Errand:
    """Hand the file out for its token, once. Raises NotFound("errand_token_refused"): nobody learns why."""
    return _use(session, Errand.download_sha256 == _sha256(token), Errand.fetched_at.is_(None), "fetched_at", now=now)


def accept(session: Session, token: str, *, now: datetime) -> Errand:
    """Take the one upload that a token is good for; the file is judged afterwards. Raises as ``fetch``."""
    return _use(session, Errand.upload_sha256 == _sha256(token), Errand.returned_at.is_(None), "returned_at", now=now)


def get_errand(session: Session, errand_id: UUID, *, by: Actor) -> Errand:
    """An errand of one's own. Raises NotFound("errand_not_found")."""
    errand = session.get(Errand, errand_id)
    if errand is None or errand.person_id != by.person_id:
        raise NotFound("errand_not_found")
    return errand


def out_for(session: Session, step: Step, tool: Tool, *, by: Actor, now: datetime) -> Errand | None:
    """The file that went out last to ``by`` for this step and its present version, if it may still come back."""
    query = (
        select(Errand)
        .where(
            Errand.step_id == step.id,
            Errand.person_id == by.person_id,
            Errand.tool == tool,
            Errand.version_id == step.route.version_id,
            Errand.expires_at > now,
        )
        .order_by(Errand.created_at.desc())
    )
    return session.scalars(query).first()


def progress_of(errand: Errand, *, now: datetime) -> Progress:
    """How far an errand is; what the program itself tells the page is never believed."""
    if errand.signature_id is not None:
        return "done"
    if errand.refused is not None:
        return "refused"
    if errand.returned_at is not None:
        return "checking"
    if errand.expires_at <= now:
        return "expired"
    return "fetched" if errand.fetched_at else "open"


def close(errand: Errand, signature: Signature) -> None:
    """The file came back and was taken."""
    errand.signature_id = signature.id


def note_refusal(session: Session, step_id: UUID, error: DomainError, *, by: Actor, now: datetime) -> None:
    """Write into the history that a returned file was refused, and why; the step is as it was."""
    step = service.get_step(session, step_id, by=by)
    told = {"step": step.id, "document": step.route.document_id, "reason": error.code} | by.presence.as_json()
    record(session, service.trail_of(step.route), "signing:returned:refuse", by=by, now=now, **told)


def refuse(errand: Errand, error: DomainError) -> None:
    """The file that came back by a token was not taken: the page that waits for it learns why."""
    errand.refused = {"code": error.code, "params": {key: _plain(value) for key, value in error.params.items()}}


def _written(desk: SigningDesk, step: Step) -> tuple[str, int]:
    """The version with number and date written in, stored."""
    with documents.local_copy(desk.desk, step.route.version) as path:
        fills = stamps.fills_for(step, path)
        if not fills:
            return step.route.version.digest, step.route.version.size
        target = path.with_suffix(".sent")
        pades.fill_fields(path, target, fills)
        return intake.keep_file(desk.desk, target)


def _use(
    session: Session, named: ColumnElement[bool], unused: ColumnElement[bool], used: str, *, now: datetime
) -> Errand:
    """Spend a token: of two who come with it at once one succeeds."""
    spent = update(Errand).where(named, unused, Errand.expires_at > now).values({used: now}).returning(Errand.id)
    found = session.scalars(spent).all()
    if not found:
        raise NotFound("errand_token_refused")
    return session.get_one(Errand, found[0], populate_existing=True)


def _note(session: Session, errand: Errand, act: str, *, by: Actor, now: datetime, **told: object) -> None:
    step = session.get_one(Step, errand.step_id)
    facts = {"step": step.id, "document": step.route.document_id, "tool": errand.tool.value, **told}
    trail = service.trail_of(step.route)
    record(session, trail, f"signing:errand:{act}", by=by, now=now, **facts, **by.presence.as_json())


def _plain(value: object) -> object:
    """The fields of a sentence are plain values, or lists of words."""
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(map(str, value))
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
