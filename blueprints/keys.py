"""Whose certificate is whose: a person's own page, and the administrator's list with what waits to be confirmed."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import errors, keys_words
from blueprints.extensions import db
from blueprints.forms import ReasonForm, refusals_on
from blueprints.keys_forms import OwnKeyForm, ServerKeyForm
from blueprints.web import current_actor, fresh_login, permission, tools, transaction
from dms import clock
from dms.errors import DomainError
from dms.people import administration
from dms.people import service as people
from dms.policy import Permission
from dms.signing import binding, credentials
from dms.signing.keys import SERVER_KINDS, SIGNER_KINDS, KeyKind
from dms.signing.models import KeyRequest, RequestOutcome

bp = Blueprint("keys", __name__, url_prefix="/keys")


# --- my own


@bp.get("/")
@permission(Permission.KEY_OWN)
def index() -> str:
    session = db.session()
    held, asked = binding.keys_and_requests(session, current_actor())
    return render_template(
        "keys/index.html",
        held=[key for key in held if key.retired_at is None],
        retired=[key for key in held if key.retired_at],
        waiting=[each for each in asked if each.outcome is None],
        declined=[each for each in asked if each.outcome is RequestOutcome.DECLINED][:3],
        units=_names(asked),
        **_shared(),
    )


@bp.get("/new")
@permission(Permission.KEY_OWN)
def choose() -> str:
    return render_template("keys/choose.html", kinds=_offered(), keys_words=keys_words)


@bp.route("/new/<kind>", methods=["GET", "POST"])
@fresh_login
@permission(Permission.KEY_OWN)
def new(kind: str) -> Any:
    chosen = _kind(kind)
    form = _form(chosen)
    if form.validate_on_submit():
        with refusals_on(form):
            wish = form.wish(chosen)
            examined = binding.examine(tools().signing, wish)
            with transaction() as session:
                made = binding.ask(session, tools().signing, wish, examined, **_act())
                return _asked(made)
    page = render_template("keys/new.html", form=form, kind=chosen, keys_words=keys_words)
    return page, 422 if request.method == "POST" else 200


@bp.post("/requests/<uuid:request_id>/withdraw")
@permission(Permission.KEY_OWN)
def withdraw(request_id: UUID) -> Any:
    with transaction() as session:
        binding.withdraw(session, request_id, **_act())
    flash(_("Your request has been withdrawn."), "info")
    return redirect(url_for(".index"))


@bp.post("/<uuid:key_id>/retire")
@permission(Permission.KEY_OWN)
def retire(key_id: UUID) -> Any:
    form = ReasonForm()
    if form.validate():
        with transaction() as session:
            credentials.retire_key(session, key_id, reason=form.reason.data, **_act())
        flash(_("Nobody signs with this certificate any more. What was signed with it stays valid."), "success")
    else:
        flash(_("Please say why the certificate is retired."), "warning")
    back = ".manage" if request.form.get("back") == "manage" else ".index"
    return redirect(url_for(back))


# --- the administrator's


@bp.get("/manage")
@permission(Permission.PEOPLE_ADMINISTER)
def manage() -> str:
    session, by = db.session(), current_actor()
    waiting = binding.open_requests(session, by=by)
    held, retired = credentials.keys_of(session), binding.retired_keys(session, by=by)
    return render_template(
        "keys/manage.html",
        waiting=waiting,
        held=held,
        retired=retired,
        people=binding.people_of(session, held + retired),
        units=_names([*waiting, *held, *retired]),
        earlier=binding.living_keys(session, waiting),
        **_shared(),
    )


@bp.post("/requests/<uuid:request_id>/confirm")
@fresh_login
@permission(Permission.PEOPLE_ADMINISTER)
def confirm(request_id: UUID) -> Any:
    binding.examine_again(db.session(), tools().signing, request_id, by=current_actor())
    with transaction() as session:
        binding.confirm(session, request_id, **_act())
    flash(_("The certificate has been bound. Its holder can sign with it now."), "success")
    return redirect(url_for(".manage"))


@bp.post("/requests/<uuid:request_id>/decline")
@permission(Permission.PEOPLE_ADMINISTER)
def decline(request_id: UUID) -> Any:
    with transaction() as session:
        binding.decline(session, request_id, reason=request.form.get("reason", ""), **_act())
    flash(_("The request has been declined; the person reads your reason."), "info")
    return redirect(url_for(".manage"))


# --- what the views share


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}


def _shared() -> dict[str, Any]:
    return {"keys_words": keys_words, "now": clock.now(), "soon": clock.now() + binding.ENDS_SOON}


def _asked(made: KeyRequest) -> Any:
    if made.outcome is RequestOutcome.RENEWED:
        flash(_("Your renewed certificate has been bound: an administrator confirmed you before."), "success")
    else:
        flash(_("Your request has been sent. You can sign once an administrator has confirmed it."), "success")
    return redirect(url_for(".index"))


def _offered() -> list[KeyKind]:
    """The kinds that a person may choose here: those the server is set up for, and the signer's own."""
    return [kind for kind in KeyKind if kind in SIGNER_KINDS or kind in tools().signing.keys.kinds]


def _kind(value: str) -> KeyKind:
    found = next((kind for kind in _offered() if kind.value == value), None)
    if found is None:
        abort(404)
    return found


def _form(kind: KeyKind) -> Any:
    form = ServerKeyForm() if kind in SERVER_KINDS else OwnKeyForm()
    seals = administration.living_names(db.session(), set(binding.seals_of(current_actor())), clock.day_of(clock.now()))
    mine = ("me", _("My own: %(name)s", name=current_actor().name))
    form.owner.choices = [mine, *((str(unit), _("The seal of %(unit)s", unit=name)) for unit, name in seals.items())]
    if isinstance(form, ServerKeyForm):
        _offer_references(form, kind)
    return form


def _offer_references(form: ServerKeyForm, kind: KeyKind) -> None:
    """A device or service that does not answer is told on the form."""
    form.reference.choices = []
    try:
        found = binding.free_references(db.session(), tools().signing, kind)
    except DomainError as error:
        form.form_errors.append(errors.sentence(error))
    else:
        form.reference.choices = [(each, each) for each in found]


def _names(rows: list[Any]) -> dict[UUID, str]:
    ids = {row.unit_id for row in rows if row.unit_id}
    found = people.names_on(db.session(), ids, clock.day_of(clock.now()))
    return {unit_id: name.name for unit_id, name in found.items()}
