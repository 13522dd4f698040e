"""What a signer has to type before a key of this server signs: a PIN or a one-time password, used and forgotten."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from dms.campaigns.vocabulary import StepAction
from dms.errors import DomainError
from dms.people.service import Seat
from dms.policy import Actor
from dms.signing import service, signatures
from dms.signing.keys import KeyKind, SecretKind
from dms.signing.models import SigningKey, Step
from dms.signing.service import SigningDesk


@dataclass(frozen=True, slots=True)
class Consent:
    """What is asked for, and whether the service sends it to the signer on demand."""

    asks: SecretKind
    sends_code: bool


def consent_for(session: Session, desk: SigningDesk, step: Step, seat: Seat, *, now: datetime) -> Consent | None:
    """What must be typed to act on ``step``; None where nothing, or where it cannot be told now.

    A page that only shows must not fail because a remote service is down: the signature itself says so.
    """
    if step.field_name is None:
        return None
    try:
        return _ask_calmly(desk, signatures.key_for(session, step, seat, now=now))
    except DomainError:
        return None


@dataclass(frozen=True, slots=True)
class Means:
    """With what many steps would be signed: the kinds of keys, and what has to be typed for them once."""

    kinds: frozenset[KeyKind]
    consent: Consent | None = None


def means_of(session: Session, desk: SigningDesk, steps: Iterable[Step], *, by: Actor, now: datetime) -> Means:
    """The keys behind the steps, each looked at once; a step that is not the actor's any more counts for nothing."""
    keys: dict[UUID, SigningKey] = {}
    for step in {_whose_key(each): each for each in steps}.values():
        try:
            seat = service.seat_of(session, step, by=by, now=now)
            key = signatures.key_for(session, step, seat, now=now) if seat else None
        except DomainError:
            continue
        if key is not None:
            keys[key.id] = key
    asked = [consent for key in keys.values() if (consent := _ask_calmly(desk, key))]
    return Means(frozenset(key.provider for key in keys.values()), asked[0] if asked else None)


def _whose_key(step: Step) -> tuple[object, ...]:
    """What decides by which key a step is signed: the seat, and for a seal the body too."""
    body = step.route.document.unit_id if step.action is StepAction.SEAL else None
    return body, step.unit_id, step.position_kind


def _ask_calmly(desk: SigningDesk, key: SigningKey) -> Consent | None:
    try:
        return _ask(desk, key)
    except DomainError:
        return None


def kind_for(session: Session, step: Step, seat: Seat, *, now: datetime) -> KeyKind | None:
    """Where the key lives that would sign ``step``; None where there is none, or no signature is asked."""
    if step.field_name is None:
        return None
    try:
        return signatures.key_for(session, step, seat, now=now).provider
    except DomainError:
        return None


def send_code(session: Session, desk: SigningDesk, step_id: UUID, *, by: Actor, now: datetime) -> None:
    """Have a one-time password sent to the one whose turn it is.

    Raises what ``service.ensure_turn`` raises, Invalid("key_sends_no_code"), and what the service refuses.
    """
    step = service.get_step(session, step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    key = signatures.key_for(session, step, seat, now=now)
    desk.keys.send_code(key.provider, key.reference)


def _ask(desk: SigningDesk, key: SigningKey) -> Consent | None:
    asks = desk.keys.asks(key.provider, key.reference)
    return Consent(asks, desk.keys.sends_code(key.provider, key.reference)) if asks else None
