"""Confirm that it is you, before a signature: one page for a passkey, a code from the phone, or the password."""

from functools import wraps
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user, user_logged_out
from flask_security import tf_code_confirmed, verify_and_update_password
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from blueprints import errors, passkeys, proofs
from blueprints.extensions import db, security
from blueprints.proofs import Factor, Proof
from blueprints.web import View, current_actor, ours, permission, transaction, way_back
from dms import clock
from dms.errors import Invalid
from dms.policy import Permission
from dms.signing import overview
from dms.signing.keys import KeyKind

bp = Blueprint("confirmation", __name__, url_prefix="/confirm")

SKEW_SECONDS = 30  # how far the clock of a phone may be off
CONFIRMATION_NEEDED = _l("To sign, please confirm that it is you, then repeat the step.")


class CodeForm(FlaskForm):
    """A code from the phone or a recovery code, and the password where it was given too long ago."""

    password = PasswordField(_l("Password"))
    code = StringField(_l("Code from the app"), [InputRequired(_l("Enter the code."))])


def init_app(app: Flask) -> None:
    """A log-in by code counts as a confirmation, too; a log-out ends every one."""
    tf_code_confirmed.connect(_code_was_given, app)
    user_logged_out.connect(_left, app)


def _code_was_given(_app: Flask, **_more: Any) -> None:
    if current_user.is_authenticated:
        proofs.note(Proof.CODE)


def _left(_app: Flask, **_more: Any) -> None:
    proofs.forget()


@bp.record_once
def _give_words(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(is_confirmed=proofs.is_confirmed, key_kind_of=key_kind_of)


# --- What views need


def confirmed(view: View) -> View:
    """Ask for a confirmation before a signature, as far as the kind of key wants one.

    It stands outside ``@permission``. A view of one step is judged by the key that would sign it.
    """

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        step_id = values.get("step_id")
        kind = key_kind_of(step_id) if step_id else None
        return view(*args, **values) if proofs.is_confirmed(kind) else ask()

    return guarded  # type: ignore[return-value]  # the same view, guarded


def key_kind_of(step_id: UUID) -> KeyKind | None:
    """The kind of key that would sign a step for the present actor; None where it cannot be told."""
    return overview.key_kind(db.session(), step_id, by=current_actor(), now=clock.now())


def ask(back: str | None = None) -> Response:
    """Lead to the page that confirms, and back; a program is told."""
    if errors.wants_json():
        return errors.answer(401, "fresh_login_needed", str(CONFIRMATION_NEEDED))
    flash(str(CONFIRMATION_NEEDED), "info")
    return redirect(url_for("confirmation.show", next=back or way_back()))  # type: ignore[return-value]  # redirects are Responses


# --- The page


@bp.get("")
@permission(Permission.HOME)
def show() -> Any:
    if not proofs.is_factor_needed():
        return redirect(url_for("security.verify", next=_onwards()))
    return _page(CodeForm())


def _page(form: CodeForm) -> str:
    return render_template(
        "confirmation/show.html",
        form=form,
        onwards=_onwards(),
        enrolled={factor.value for factor in proofs.enrolled()},
        counted={factor.value for factor in proofs.counted()},
        is_password_fresh=proofs.is_password_fresh(),
    )


@bp.post("/code")
@permission(Permission.HOME)
def code() -> Any:
    form = CodeForm()
    if Factor.TOTP not in proofs.enrolled():
        return redirect(url_for(".show", next=_onwards()))
    if form.validate() and _is_right(form):
        return redirect(_onwards())
    return _page(form), 422


def _is_right(form: CodeForm) -> bool:
    """Judge password and code together, so that neither tells by itself whether it was right."""
    with transaction():
        password = proofs.is_password_fresh() or verify_and_update_password(form.password.data or "", current_user)
        given = (form.code.data or "").strip()
        proof = _proof_of(given) if password else None
    if proof is None:
        form.form_errors.append(_("That is not right. Check what you typed; each code works once."))
        return False
    if not proofs.is_password_fresh():
        proofs.note_password()
    proofs.note(proof)
    return True


def _proof_of(given: str) -> Proof | None:
    digits, secret = given.replace(" ", ""), current_user.tf_totp_secret
    if digits.isdigit() and security.totp_factory.verify_totp(digits, secret, current_user, window=SKEW_SECONDS):
        return Proof.CODE
    recovery = security.mf_recovery_codes_util
    if recovery.check_recovery_code(current_user, given):
        recovery.delete_recovery_code(current_user, given)
        return Proof.RECOVERY
    return None


@bp.post("/passkey/options")
@permission(Permission.HOME)
def passkey_options() -> Response:
    return jsonify(passkeys.question(current_user))


@bp.post("/passkey")
@permission(Permission.HOME)
def passkey() -> Response:
    """What the passkey answered; the page goes on to the address that comes back."""
    if Factor.PASSKEY not in proofs.enrolled():
        raise Invalid("passkey_refused")
    with transaction():
        passkeys.take_answer(current_user, request.get_json(silent=True) or {}, now=clock.now())
    proofs.note(Proof.PASSKEY)
    return jsonify({"next": _onwards()})


def _onwards() -> str:
    """The page to go on to, within this service."""
    return ours(request.args.get("next", ""), otherwise=url_for("signing.waiting"))
