"""How somebody at a browser has proved who they are, and whether that is enough to sign.

| proof | enough to sign |
|---|---|
| passkey, its owner verified by finger, face or PIN | alone |
| one-time code of an app, or a recovery code | with a password given not long ago |
| password | where no second factor is set up, and the settings do not require one |

A key that asks for its own PIN or consent (``OWN_FACTOR``) has a second factor in it: there the password is enough.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask import current_app, has_request_context, request, session
from flask_login import current_user

from config import Settings
from dms.policy import Presence
from dms.signing.keys import KeyKind

OWN_FACTOR = frozenset({KeyKind.CSC, KeyKind.AGENT, KeyKind.VGCA, KeyKind.ELSEWHERE})
_PROOFS = "proofs"
_WHO = "who"


class Factor(StrEnum):
    """A second factor; the settings name those that count."""

    TOTP = "totp"
    PASSKEY = "passkey"


class Proof(StrEnum):
    """What was proved, as chains of events name it."""

    PASSWORD = "password"  # noqa: S105  (a word, no secret)
    CODE = "password+totp"
    RECOVERY = "password+recovery"
    PASSKEY = "passkey"


def note(proof: Proof) -> None:
    """Remember in the session that this was proved just now."""
    session[_PROOFS] = _own() | {_WHO: current_user.get_id(), proof.value: time.time()}


def forget() -> None:
    """After this the second factor is asked for again."""
    session.pop(_PROOFS, None)


def note_password() -> None:
    """Remember that the password was given just now; the word is Flask-Security's."""
    session["fs_paa"] = time.time()


def is_password_fresh() -> bool:
    """Whether the password was given recently enough."""
    age = time.time() - session.get("fs_paa", 0)
    return bool(0 <= age < _settings().fresh_login_minutes * 60)


def enrolled() -> frozenset[Factor]:
    """The second factors that the person has set up and that count."""
    found = {
        Factor.TOTP: _settings().two_factor and bool(current_user.tf_totp_secret),
        Factor.PASSKEY: bool(current_user.passkeys),
    }
    return frozenset(factor for factor in counted() if found[factor])


def counted() -> frozenset[Factor]:
    """The second factors that count here."""
    return frozenset(Factor(each) for each in _settings().step_up_factors)


def is_factor_needed() -> bool:
    """Whether the password alone does not do for this person."""
    return _settings().step_up_required or bool(enrolled())


def is_confirmed(kind: KeyKind | None = None) -> bool:
    """Whether enough was proved, recently enough, to sign with a key of this kind."""
    if kind in OWN_FACTOR or not is_factor_needed():
        return is_password_fresh()
    return second_factor() is not None


def are_confirmed(kinds: Iterable[KeyKind]) -> bool:
    """Whether enough was proved for all of these; where no key is known, as much as the strictest asks."""
    return all(map(is_confirmed, set(kinds) or {None}))


def second_factor() -> Proof | None:
    """The fresh proof by a second factor, if there is one; a code counts only beside a fresh password."""
    allowed = counted()
    if Factor.PASSKEY in allowed and _is_fresh(Proof.PASSKEY):
        return Proof.PASSKEY
    if Factor.TOTP in allowed and is_password_fresh():
        return next((proof for proof in (Proof.CODE, Proof.RECOVERY) if _is_fresh(proof)), None)
    return None


def presence() -> Presence:
    """From where the request comes and what was proved; empty outside of requests."""
    if not has_request_context():
        return Presence()
    proof = second_factor() or (Proof.PASSWORD if is_password_fresh() else None)
    return Presence(
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        method=proof.value if proof else "",
        proved_at=_proved_at(proof) if proof else None,
    )


def _proved_at(proof: Proof) -> datetime:
    at = session.get("fs_paa", 0) if proof is Proof.PASSWORD else _own()[proof.value]
    return datetime.fromtimestamp(at, UTC)


def _is_fresh(proof: Proof) -> bool:
    age = time.time() - _own().get(proof.value, 0)
    return bool(0 <= age < _settings().step_up_minutes * 60)


def _own() -> dict[str, Any]:
    """What this very person has proved: another's proof in the same browser counts for nothing."""
    kept: dict[str, Any] = session.get(_PROOFS, {})
    return kept if kept.get(_WHO) == current_user.get_id() else {}


def _settings() -> Settings:
    settings: Settings = current_app.extensions["dms"].settings
    return settings
