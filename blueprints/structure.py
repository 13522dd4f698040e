"""The administrator's screens of units in time: the tree of a day, where a unit stands, its end, emulation blocks."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.extensions import db
from blueprints.forms import refusals_on
from blueprints.people import living_units
from blueprints.people_forms import BlockForm, EndForm, EndUnitForm, JoinForm, SuperiorForm
from blueprints.web import current_actor, permission, transaction
from dms import clock
from dms.people import reorganisation, service, structure
from dms.policy import Permission, require

bp = Blueprint("structure", __name__, url_prefix="/people")


@bp.before_request
def _administrators_only() -> None:
    require(current_actor(), Permission.PEOPLE_ADMINISTER, None)


@bp.get("/tree")
@permission(Permission.PEOPLE_ADMINISTER)
def tree() -> str:
    day = _day_asked()
    branches = structure.tree_on(db.session(), day)
    total = sum(branch.size for branch in branches)
    return render_template("people/tree.html", branches=branches, day=day, total=total)


@bp.route("/units/<uuid:unit_id>/superiors/new", methods=["GET", "POST"])
@permission(Permission.PEOPLE_ADMINISTER)
def move(unit_id: UUID) -> Any:
    form = SuperiorForm()
    form.superior_id.choices = [("", "–"), *(each for each in living_units() if each[0] != unit_id)]
    if form.validate_on_submit():
        terms = {"on": form.on.data, "paper": form.paper()}
        with refusals_on(form), transaction() as session:
            reorganisation.move(session, unit_id, form.superior_id.data or None, **terms, **_act())
            return _done(_("The unit stands there from that day on."), "people.unit", unit_id=unit_id)
    return _form(form, _("The unit stands under another one"), url_for("people.unit", unit_id=unit_id))


@bp.route("/units/<uuid:unit_id>/end", methods=["GET", "POST"])
@permission(Permission.PEOPLE_ADMINISTER)
def end(unit_id: UUID) -> Any:
    form = EndUnitForm()
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            reorganisation.abolish(session, unit_id, on=form.on.data, paper=form.paper(), **_act())
            return _done(_("The unit ends on that day."), "people.unit", unit_id=unit_id)
    return _form(form, _("The unit is abolished"), url_for("people.unit", unit_id=unit_id))


# --- emulation blocks


@bp.get("/blocks")
@permission(Permission.PEOPLE_ADMINISTER)
def blocks() -> str:
    session, day = db.session(), _day_asked()
    found = structure.list_blocks(session)
    in_blocks = structure.blocks_of_units(session, day)
    living = {unit.id for unit in service.list_units(session, living_on=day)}
    names = service.names_on(session, in_blocks, day)
    members = {block.id: [] for block in found}
    for unit_id, block in in_blocks.items():
        if unit_id in living:
            members[block.id].append((unit_id, names[unit_id].name))
    return render_template("people/blocks.html", blocks=found, members=members, day=day)


@bp.route("/blocks/new", methods=["GET", "POST"])
@permission(Permission.PEOPLE_ADMINISTER)
def new_block() -> Any:
    form = BlockForm()
    if form.validate_on_submit():
        terms = {"valid_from": form.valid_from.data, "paper": form.paper()}
        with refusals_on(form), transaction() as session:
            block = reorganisation.open_block(session, form.block_code.data, form.name.data, **terms, **_act())
            return _done(_("The block has been entered."), "structure.block", block_id=block.id)
    return _form(form, _("Enter an emulation block"), url_for(".blocks"))


@bp.get("/blocks/<uuid:block_id>")
@permission(Permission.PEOPLE_ADMINISTER)
def block(block_id: UUID) -> str:
    session = db.session()
    found = reorganisation.get_block(session, block_id)
    memberships = structure.memberships_of(session, block_id=block_id)
    names = service.names_on(session, {each.unit_id for each in memberships}, clock.day_of(clock.now()))
    return render_template("people/block.html", block=found, memberships=memberships, names=names)


@bp.route("/blocks/<uuid:block_id>/join", methods=["GET", "POST"])
@permission(Permission.PEOPLE_ADMINISTER)
def join(block_id: UUID) -> Any:
    form = JoinForm()
    form.unit_ids.choices = living_units()
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            day = form.valid_from.data
            reorganisation.join_block(session, block_id, form.unit_ids.data, valid_from=day, **_act())
            return _done(_("The units are in the block from that day on."), "structure.block", block_id=block_id)
    return _form(form, _("Units join the block"), url_for(".block", block_id=block_id))


@bp.post("/blocks/memberships/<uuid:membership_id>/end")
@permission(Permission.PEOPLE_ADMINISTER)
def leave(membership_id: UUID) -> Any:
    form = EndForm()
    on = form.on.data if form.validate() else clock.day_of(clock.now())
    with transaction() as session:
        block_id = reorganisation.leave_block(session, membership_id, on=on, **_act()).block_id
    return _done(_("The membership ends on that day."), "structure.block", block_id=block_id)


# --- what the views share


def _day_asked() -> date:
    """The day in the address; today where there is none, or none that can be read."""
    try:
        return date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return clock.day_of(clock.now())


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}


def _done(message: str, endpoint: str, **values: Any) -> Any:
    flash(message, "success")
    return redirect(url_for(endpoint, **values))


def _form(form: Any, title: str, back: str) -> Any:
    page = render_template("people/form.html", form=form, title=title, back=back)
    return page, 422 if form.errors or form.form_errors else 200
