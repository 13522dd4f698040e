"""Passkeys (WebAuthn): a finger, a face or a security key in place of a code. Set up, used, removed.

A passkey is asked to verify its owner each time, so it is two factors by itself. What the browser answers is bound to
a question of ours that is good once and for two minutes.
"""

import json
import time
from datetime import datetime
from typing import Any
from uuid import UUID

import webauthn
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from blueprints import proofs
from blueprints.accounts import Account, Passkey
from blueprints.extensions import db
from blueprints.web import current_actor, fresh_login, permission, transaction, way_back
from dms import clock
from dms.audit import Trail, record
from dms.errors import Invalid, NotFound
from dms.policy import Permission

bp = Blueprint("passkeys", __name__, url_prefix="/account/confirmation")

SECONDS = 120
MOST = 10
_QUESTION = "passkey_question"
_VERIFIED = UserVerificationRequirement.REQUIRED


# --- The page of what one confirms signatures with


@bp.get("")
@permission(Permission.HOME)
def index() -> Any:
    return render_template(
        "confirmation/factors.html",
        passkeys=current_user.passkeys,
        counted={factor.value for factor in proofs.counted()},
        enrolled={factor.value for factor in proofs.enrolled()},
        recovery_codes=len(current_user.mf_recovery_codes or ()),
    )


@bp.post("/passkeys/options")
@fresh_login
@permission(Permission.HOME)
def options() -> Any:
    """The question for a new passkey; who has a second factor already shows it first."""
    _ensure_owner()
    account = _account()
    asked = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name="DMS",
        user_id=account.id.bytes,
        user_name=account.email,
        user_display_name=account.person.full_name,
        exclude_credentials=_known(account),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=_VERIFIED
        ),
    )
    _remember(asked.challenge)
    return jsonify(json.loads(webauthn.options_to_json(asked)))


@bp.post("/passkeys")
@fresh_login
@permission(Permission.HOME)
def add() -> Response:
    """Keep the passkey that the browser has made."""
    _ensure_owner()
    told = request.get_json(silent=True) or {}
    try:
        made = webauthn.verify_registration_response(
            credential=told.get("credential", {}),
            expected_challenge=_recall(),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid("passkey_refused") from error
    with transaction() as database:
        name = str(told.get("name", "")).strip()[:80] or _("Passkey")
        _ensure_new(made.credential_id)
        database.add(
            Passkey(
                account_id=_account().id,
                credential_id=made.credential_id,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                name=name,
                created_at=clock.now(),
            )
        )
        _record("add", name)
    db.session().expire_all()
    proofs.note(proofs.Proof.PASSKEY)
    flash(_("The passkey “%(name)s” has been set up.", name=name), "success")
    return jsonify({"next": url_for(".index")})


@bp.post("/passkeys/<uuid:passkey_id>/remove")
@fresh_login
@permission(Permission.HOME)
def remove(passkey_id: UUID) -> Any:
    if not is_owner():
        return redirect(url_for("confirmation.show", next=url_for(".index")))
    with transaction() as database:
        passkey = next((each for each in _account().passkeys if each.id == passkey_id), None)
        if passkey is None:
            raise NotFound("passkey_not_found")
        _record("remove", passkey.name)
        database.delete(passkey)
    flash(_("The passkey has been removed."), "success")
    return redirect(url_for(".index"))


def is_owner() -> bool:
    """Whether who changes second factors has shown one, if there is one: a stolen password alone adds nothing."""
    return not proofs.enrolled() or proofs.second_factor() is not None


def guard_setup() -> Any:
    """Before Flask-Security's own pages of set-up: who has a second factor shows it first."""
    endpoints = {"security.two_factor_setup", "security.mf_recovery_codes"}
    if request.endpoint in endpoints and current_user.is_authenticated and not is_owner():
        return redirect(url_for("confirmation.show", next=way_back()))
    return None


def _ensure_owner() -> None:
    if not is_owner():
        raise Invalid("factor_needed")
    if len(current_user.passkeys) >= MOST:
        raise Invalid("too_many_passkeys", limit=MOST)


def _ensure_new(credential_id: bytes) -> None:
    if db.session().query(Passkey.id).filter_by(credential_id=credential_id).first():
        raise Invalid("passkey_refused")


def _record(act: str, name: str) -> None:
    by = current_actor()
    trail = Trail("person", _account().person_id)
    told = {"factor": "passkey", "name": name} | by.presence.as_json()
    record(db.session(), trail, f"person:factor:{act}", by=by, now=clock.now(), **told)


# --- To confirm with one


def question(account: Account) -> dict[str, Any]:
    """What one of the person's passkeys is to sign."""
    asked = webauthn.generate_authentication_options(
        rp_id=_host(), allow_credentials=_known(account), user_verification=_VERIFIED
    )
    _remember(asked.challenge)
    told: dict[str, Any] = json.loads(webauthn.options_to_json(asked))
    return told


def take_answer(account: Account, answer: dict[str, Any], *, now: datetime) -> Passkey:
    """Judge a passkey's answer. Raises Invalid("passkey_refused")."""
    try:
        credential_id = base64url_to_bytes(str(answer.get("id", "")))
        passkey = next(each for each in account.passkeys if each.credential_id == credential_id)
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_recall(),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, StopIteration) as error:
        raise Invalid("passkey_refused") from error
    passkey.sign_count, passkey.used_at = verified.new_sign_count, now
    return passkey


def _known(account: Account) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=each.credential_id) for each in account.passkeys]


def _remember(challenge: bytes) -> None:
    session[_QUESTION] = {"challenge": bytes_to_base64url(challenge), "at": time.time()}


def _recall() -> bytes:
    """The question that was asked; it is good once and for a short time. ValueError if there is none."""
    asked = session.pop(_QUESTION, {"at": 0})
    if not 0 <= time.time() - asked["at"] < SECONDS:
        raise ValueError("no question")
    return base64url_to_bytes(asked["challenge"])


def _account() -> Account:
    account: Account = current_user._get_current_object()  # noqa: SLF001  (the documented way to the person behind the proxy)
    return account


def _host() -> str:
    """The name that a passkey is bound to: the one in the address bar, without the port."""
    return request.host.rpartition(":")[0] or request.host if ":" in request.host else request.host


def _origin() -> str:
    return request.host_url.rstrip("/")
