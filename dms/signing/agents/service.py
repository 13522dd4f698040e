"""Ask the program on a signer's computer, and take what it answers.

The request pins what the pending signatures pinned. It reaches the program by the page, or by a code that the signer
types; the answer comes back the same way. An answer proves itself: each signature must verify with the bound
certificate over the very attributes that were prepared, and ``signatures.make`` tries that again.
"""

import binascii
import hashlib
import secrets
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from dms.campaigns.vocabulary import StepAction
from dms.errors import Conflict, Invalid, NotFound
from dms.policy import Actor
from dms.signing import service, stamps
from dms.signing.agents.messages import AUDIENCE
from dms.signing.agents.models import AgentRequest
from dms.signing.keys import KeyKind
from dms.signing.models import PendingSignature, SigningKey, SigningRoute, Step
from dms.signing.pades import certificates

MOST_DOCUMENTS = 500
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
_CODE_LENGTH = 10
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_KEEP = timedelta(days=1)

Progress = Literal["open", "claimed", "answered", "refused", "expired"]
Words = Callable[[StepAction], str]


class Waiting(NamedTuple):
    """A signature that was prepared, its step, and the key that is to sign."""

    pending: PendingSignature
    step: Step
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Asked:
    """A new request, and the code that fetches it: shown once, kept by its digest only."""

    request: AgentRequest
    code: str


@dataclass(frozen=True, slots=True)
class Given:
    """What the page got from the program for one document."""

    nonce: str
    signature: bytes


def ask(session: Session, issuer: str, *, pending_ids: Sequence[UUID], words: Words, by: Actor, now: datetime) -> Asked:
    """Make the request for signatures that were prepared for ``by``; ``words`` says an action to people.

    Raises NotFound("pending_not_found"), Conflict("pending_used", "pending_expired"),
    Invalid("agent_request_size", "agent_one_key", "key_not_on_token").
    """
    waiting = _waiting(session, pending_ids, by=by)
    key = _ensure_fit(waiting, now=now)
    _forget_old(session, now=now)
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(_CODE_LENGTH))
    request = AgentRequest(
        id=uuid4(),
        person_id=by.person_id,
        created_at=now,
        expires_at=min(pending.expires_at for pending, _, _ in waiting),
        code_sha256=_sha256(code),
    )
    documents = [_document(session, each, words, by=by, now=now) for each in waiting]
    request.claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "jti": str(request.id),
        "iat": int(now.timestamp()),
        "exp": int(request.expires_at.timestamp()),
        "nonce": secrets.token_urlsafe(32),
        "origin": issuer,
        "signer": {"name": by.name, "certificate": key.certificate_sha256},
        "documents": documents,
    }
    session.add(request)
    session.flush()
    return Asked(request, code)


def claim(session: Session, code: str, *, now: datetime) -> tuple[AgentRequest, str]:
    """Hand a request over for its code, once; the claim that comes with it is needed to answer.

    Raises NotFound("agent_code_refused") for a code that is unknown, used or too old: nobody learns which.
    """
    given = secrets.token_urlsafe(32)
    fetched = session.scalars(
        update(AgentRequest)
        .where(
            AgentRequest.code_sha256 == _sha256(code.upper().translate(_ALIKE)),
            AgentRequest.claimed_at.is_(None),
            AgentRequest.expires_at > now,
        )
        .values(claimed_at=now, claim_sha256=_sha256(given))
        .returning(AgentRequest.id)
    ).all()
    if not fetched:
        raise NotFound("agent_code_refused")
    return session.get_one(AgentRequest, fetched[0], populate_existing=True), given


def answer(session: Session, given: str, nonce: str, raw: Mapping[str, str], *, now: datetime) -> AgentRequest:
    """Take the signatures of a claimed request (pending id → base64); they wait for the signer's page.

    Raises NotFound("agent_claim_unknown"), Conflict("agent_request_answered", "pending_expired"),
    Invalid("agent_answer_wrong", "signature_not_by_certificate").
    """
    request = _claimed(session, given, now=now)
    if not secrets.compare_digest(nonce.encode(), str(request.claims["nonce"]).encode()):
        raise Invalid("agent_answer_wrong")
    if set(raw) != set(_pending_ids(request)):
        raise Invalid("agent_answer_wrong")
    for pending_id, text in raw.items():
        _ensure_genuine(session, UUID(pending_id), decoded(text))
    request.answers, request.answered_at = dict(raw), now
    return request


def decline(session: Session, given: str, reason: str, *, now: datetime) -> AgentRequest:
    """The program could not or should not sign; ``reason`` is its code. Raises what ``answer`` raises."""
    request = _claimed(session, given, now=now)
    known = reason.replace("_", "").isalpha() and reason.isascii() and len(reason) <= 40
    request.refused, request.answered_at = reason if known else "unknown", now
    return request


def get_request(session: Session, request_id: UUID, *, by: Actor) -> AgentRequest:
    """A request of one's own. Raises NotFound("agent_request_not_found")."""
    request = session.get(AgentRequest, request_id)
    if request is None or request.person_id != by.person_id:
        raise NotFound("agent_request_not_found")
    return request


def progress_of(request: AgentRequest, *, now: datetime) -> Progress:
    """How far a request is that went by the code."""
    if request.refused:
        return "refused"
    if request.answered_at:
        return "answered"
    if request.expires_at <= now:
        return "expired"
    return "claimed" if request.claimed_at else "open"


def signature_for(
    session: Session, request_id: UUID, pending_id: UUID, given: Given | None, *, by: Actor, now: datetime
) -> bytes:
    """The raw signature for one document: what the page brings, or what came by the code.

    Raises NotFound("agent_request_not_found", "pending_not_found"), Conflict("pending_expired"),
    Invalid("agent_answer_wrong", "signature_not_by_certificate").
    """
    request = get_request(session, request_id, by=by)
    if str(pending_id) not in _pending_ids(request):
        raise NotFound("pending_not_found")
    if request.expires_at <= now:
        raise Conflict("pending_expired")
    if given is None:
        if str(pending_id) not in request.answers:
            raise Invalid("agent_answer_wrong")
        return decoded(request.answers[str(pending_id)])
    if not secrets.compare_digest(given.nonce.encode(), str(request.claims["nonce"]).encode()):
        raise Invalid("agent_answer_wrong")
    _ensure_genuine(session, pending_id, given.signature)
    return given.signature


def decoded(text: str) -> bytes:
    """Base64 as the program writes it. Raises Invalid("agent_answer_wrong")."""
    try:
        return b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Invalid("agent_answer_wrong") from error


def _waiting(session: Session, pending_ids: Sequence[UUID], *, by: Actor) -> list[Waiting]:
    """The pending signatures in the order of their ids, each with its step and key."""
    if not 1 <= len(set(pending_ids)) <= MOST_DOCUMENTS:
        raise Invalid("agent_request_size", most=MOST_DOCUMENTS)
    query = (
        select(PendingSignature, Step, SigningKey)
        .join(Step, Step.id == PendingSignature.step_id)
        .join(SigningKey, SigningKey.id == PendingSignature.key_id)
        .where(PendingSignature.id.in_(pending_ids), PendingSignature.person_id == by.person_id)
        .options(joinedload(Step.route).joinedload(SigningRoute.version))
    )
    found = {row[0].id: Waiting(*row) for row in session.execute(query)}
    if found.keys() != set(pending_ids):
        raise NotFound("pending_not_found")
    return [found[each] for each in dict.fromkeys(pending_ids)]


def _ensure_fit(waiting: Sequence[Waiting], *, now: datetime) -> SigningKey:
    keys = {key.id: key for _, _, key in waiting}
    if len(keys) > 1:
        raise Invalid("agent_one_key")
    (key,) = keys.values()
    if key.provider is not KeyKind.AGENT:
        raise Invalid("key_not_on_token")
    if any(pending.finished_at for pending, _, _ in waiting):
        raise Conflict("pending_used")
    if any(pending.expires_at <= now for pending, _, _ in waiting):
        raise Conflict("pending_expired")
    return key


def _document(session: Session, each: Waiting, words: Words, *, by: Actor, now: datetime) -> dict[str, Any]:
    """What the signer is shown of a document, and the bytes that the key signs."""
    pending, step, _ = each
    version = step.route.version
    prepared = pending.prepared
    return {
        "id": str(pending.id),
        "title": step.route.title,
        "action": words(step.action),
        "capacity": _capacity(session, step, by=by, now=now),
        "pages": version.pages or 0,
        "sha256": pending.version_digest,
        "digest": b64decode(prepared["document_digest"]).hex(),
        "attributes": prepared["signed_attributes"],
    }


def _capacity(session: Session, step: Step, *, by: Actor, now: datetime) -> str:
    """The lines over the signature; a seal has none."""
    seat = service.seat_of(session, step, by=by, now=now)
    if seat is None or step.action is StepAction.SEAL:
        return ""
    return " / ".join(stamps.power_lines(session, step, seat, now=now))


def _claimed(session: Session, given: str, *, now: datetime) -> AgentRequest:
    query = select(AgentRequest).where(AgentRequest.claim_sha256 == _sha256(given))
    request = session.scalars(query).one_or_none()
    if request is None:
        raise NotFound("agent_claim_unknown")
    if request.answered_at is not None:
        raise Conflict("agent_request_answered")
    if request.expires_at <= now:
        raise Conflict("pending_expired")
    return request


def _ensure_genuine(session: Session, pending_id: UUID, raw: bytes) -> None:
    pending = session.get_one(PendingSignature, pending_id)
    key = session.get_one(SigningKey, pending.key_id)
    certificates.ensure_signed_by(key.certificate, raw, b64decode(pending.prepared["signed_attributes"]))


def _pending_ids(request: AgentRequest) -> list[str]:
    return [str(each["id"]) for each in request.claims["documents"]]


def _forget_old(session: Session, *, now: datetime) -> None:
    """Requests of yesterday, anybody's: they are good for nothing, and what they led to is in the signatures."""
    session.execute(delete(AgentRequest).where(AgentRequest.expires_at < now - _KEEP))


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
