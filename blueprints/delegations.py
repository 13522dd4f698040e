"""A head's written delegations: who signs in the head's place, on what basis, from when to when (P25)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from blueprints.extensions import db
from blueprints.forms import refusals_on
from blueprints.people_forms import DelegationForm
from blueprints.web import current_actor, fresh_login, permission, transaction
from dms import clock
from dms.people import administration, service
from dms.people.models import Capacity
from dms.people.service import DelegationTerms
from dms.policy import Permission, PositionKind

bp = Blueprint("delegations", __name__, url_prefix="/delegations")


@bp.get("/")
@permission(Permission.STEP_DELEGATE)
def index() -> str:
    found = service.list_delegations(db.session(), _own_units(), clock.day_of(clock.now()))
    return render_template("delegations/index.html", delegations=found, units=_own_units())


@bp.route("/new", methods=["GET", "POST"])
@fresh_login
@permission(Permission.STEP_DELEGATE)
def new() -> Any:
    form = _form()
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            service.delegate(session, _terms(form), by=current_actor(), now=clock.now())
            flash(_("The delegation has been entered."), "success")
            return redirect(url_for(".index"))
    page = render_template("people/form.html", form=form, title=_("Delegate signing"), back=url_for(".index"))
    return page, 422 if form.errors or form.form_errors else 200


@bp.post("/<uuid:delegation_id>/revoke")
@permission(Permission.STEP_DELEGATE)
def revoke(delegation_id: UUID) -> Any:
    with transaction() as session:
        service.revoke_delegation(session, delegation_id, by=current_actor(), now=clock.now())
    flash(_("The delegation has ended. What was signed by it stays valid."), "success")
    return redirect(url_for(".index"))


def _own_units() -> dict[UUID, str]:
    """The living units whose head the actor is, with their names."""
    seats = {unit for kind, unit in current_actor().seats if kind is PositionKind.HEAD}
    return administration.living_names(db.session(), seats, clock.day_of(clock.now()))


def _form() -> DelegationForm:
    form = DelegationForm()
    units, today = _own_units(), clock.day_of(clock.now())
    form.unit_id.choices = list(units.items())
    people = {each.id: each.full_name for unit in units for each in service.colleagues(db.session(), unit, today)}
    people.pop(current_actor().person_id, None)
    form.delegate_id.choices = list(people.items())
    return form


def _terms(form: DelegationForm) -> DelegationTerms:
    return DelegationTerms(
        unit_id=form.unit_id.data,
        position_kind=PositionKind.HEAD,
        delegate_id=form.delegate_id.data,
        capacity=Capacity(form.capacity.data),
        basis=form.basis.data,
        valid_from=form.valid_from.data,
        valid_to=form.valid_to.data,
    )
