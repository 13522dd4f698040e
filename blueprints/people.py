"""The administrator's screens: units and people over time, seats, roles, log-ins."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import accounts
from blueprints.extensions import db
from blueprints.forms import refusals_on
from blueprints.people_forms import (
    AppointmentForm,
    EndForm,
    GrantForm,
    NameForm,
    PersonForm,
    SuccessionForm,
    UnitForm,
)
from blueprints.web import current_actor, permission, transaction
from dms import audit, clock, text
from dms.audit import Trail
from dms.people import administration, reorganisation, service, structure
from dms.people.models import SuccessionKind, Unit, UnitKind
from dms.policy import Permission, require

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.before_request
def _administrators_only() -> None:
    require(current_actor(), Permission.PEOPLE_ADMINISTER, None)


# --- Units


@bp.get("/units")
@permission(Permission.PEOPLE_ADMINISTER)
def units() -> str:
    found = service.list_units(db.session())
    return render_template("people/units.html", units=found, name_of=_name_today)


@bp.route("/units/new", methods=["GET", "POST"])
@permission(Permission.PEOPLE_ADMINISTER)
def new_unit() -> Any:
    form = UnitForm()
    form.superior_id.choices = [("", "–"), *living_units()]
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            more = {"superior_id": form.superior_id.data, "paper": form.paper()}
            kind = UnitKind(form.kind.data)
            unit = reorganisation.found(session, form.unit_code.data, kind, form.terms(), **more, **_act())
            return _done(_("The unit has been entered."), "people.unit", unit_id=unit.id)
    return _form(form, _("Enter a unit"), url_for(".units"))


@bp.get("/units/<uuid:unit_id>")
@permission(Permission.PEOPLE_ADMINISTER)
def unit(unit_id: UUID) -> str:
    session = db.session()
    found = service.get_unit(session, unit_id)
    appointments = administration.appointments_of(session, unit_id=unit_id)
    grants = administration.grants_of(session, unit_id=unit_id)
    today = clock.day_of(clock.now())
    history = structure.events_of(session, unit_id)
    successions = administration.successions_of(session, unit_id)
    superior = structure.superiors_on(session, today).get(unit_id)
    others = {each for row in successions for each in (row.predecessor_id, row.successor_id)}
    others |= structure.units_in(history) | ({superior} if superior else set())
    return render_template(
        "people/unit.html",
        unit=found,
        name=_name_today(found),
        appointments=appointments,
        grants=grants,
        people=administration.people_by_id(session, {grant.person_id for grant in grants}),
        history=history,
        successions=successions,
        blocks=structure.memberships_of(session, unit_id=unit_id),
        superior=superior,
        names=service.names_on(session, others, today),
        events=audit.events(session, Trail("unit", unit_id)),
        end_form=EndForm(),
    )


@bp.route("/units/<uuid:unit_id>/names/new", methods=["GET", "POST"])
@permission(Permission.PEOPLE_ADMINISTER)
def rename(unit_id: UUID) -> Any:
    form = NameForm(obj=_name_today(service.get_unit(db.session(), unit_id)))
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            reorganisation.rename(session, unit_id, form.terms(), form.paper(), **_act())
            return _done(_("The new name has been entered."), "people.unit", unit_id=unit_id)
    return _form(form, _("New name of the unit"), url_for(".unit", unit_id=unit_id))


@bp.route("/units/<uuid:unit_id>/successions/new", methods=["GET", "POST"])
@permission(Permission.PEOPLE_ADMINISTER)
def succession(unit_id: UUID) -> Any:
    form = SuccessionForm()
    others = [each for each in living_units() if each[0] != unit_id]
    for field in (form.successor_id, form.more_predecessors, form.more_successors):
        field.choices = others
    if form.validate_on_submit():
        kind = SuccessionKind(form.kind.data)
        with refusals_on(form), transaction() as session:
            reorganisation.pass_on(session, kind, form.passage(unit_id), **_act())
            return _done(_("The succession has been entered."), "people.unit", unit_id=unit_id)
    return _form(form, _("Duties pass to another unit"), url_for(".unit", unit_id=unit_id))


# --- Seats and roles


@bp.route("/units/<uuid:unit_id>/appointments/new", methods=["GET", "POST"])
@permission(Permission.PEOPLE_ADMINISTER)
def new_appointment(unit_id: UUID) -> Any:
    form = AppointmentForm(person_id=request.args.get("person_id", type=UUID))
    form.person_id.choices = _everybody()
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            administration.appoint(session, form.terms(unit_id), **_act())
            return _done(_("The appointment has been entered."), "people.unit", unit_id=unit_id)
    return _form(form, _("Appoint to a seat"), url_for(".unit", unit_id=unit_id))


@bp.post("/appointments/<uuid:appointment_id>/end")
@permission(Permission.PEOPLE_ADMINISTER)
def end_appointment(appointment_id: UUID) -> Any:
    on = _day_of_end()
    with transaction() as session:
        ended = administration.end_appointment(session, appointment_id, on=on, **_act())
        unit_id = ended.position.unit_id
    return _done(_("The appointment ends on that day."), "people.unit", unit_id=unit_id)


@bp.route("/units/<uuid:unit_id>/roles/new", methods=["GET", "POST"])
@permission(Permission.PEOPLE_ADMINISTER)
def new_role(unit_id: UUID) -> Any:
    form = GrantForm(person_id=request.args.get("person_id", type=UUID))
    form.person_id.choices = _everybody()
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            administration.grant_role(session, form.terms(unit_id), **_act())
            return _done(_("The role has been given."), "people.unit", unit_id=unit_id)
    return _form(form, _("Give a role"), url_for(".unit", unit_id=unit_id))


@bp.post("/roles/<uuid:grant_id>/end")
@permission(Permission.PEOPLE_ADMINISTER)
def end_role(grant_id: UUID) -> Any:
    on = _day_of_end()
    with transaction() as session:
        unit_id = administration.revoke_role(session, grant_id, on=on, **_act()).unit_id
    return _done(_("The role ends on that day."), "people.unit", unit_id=unit_id)


# --- People and their log-ins


@bp.get("/")
@permission(Permission.PEOPLE_ADMINISTER)
def index() -> str:
    words = request.args.get("q", "").strip()
    page = max(1, request.args.get("page", 1, type=int))
    session = db.session()
    found, total = administration.find_people(session, words, page=page)
    return render_template(
        "people/index.html",
        people=found,
        accounts=accounts.accounts_of(session, [person.id for person in found]),
        total=total,
        words=words,
        page=page,
        pages=-(-total // administration.PAGE_SIZE),
    )


@bp.route("/new", methods=["GET", "POST"])
@permission(Permission.PEOPLE_ADMINISTER)
def new_person() -> Any:
    form = PersonForm()
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            person = administration.add_person(session, form.full_name.data, form.email.data, **_act())
            return _done(_("The person has been entered."), "people.person", person_id=person.id)
    return _form(form, _("Enter a person"), url_for(".index"))


@bp.get("/<uuid:person_id>")
@permission(Permission.PEOPLE_ADMINISTER)
def person(person_id: UUID) -> str:
    session = db.session()
    appointments = administration.appointments_of(session, person_id=person_id)
    grants = administration.grants_of(session, person_id=person_id)
    ids = {each.position.unit_id for each in appointments} | {grant.unit_id for grant in grants}
    return render_template(
        "people/person.html",
        person=service.get_person(session, person_id),
        account=accounts.accounts_of(session, [person_id]).get(person_id),
        appointments=appointments,
        grants=grants,
        names=service.names_on(session, ids, clock.day_of(clock.now())),
        events=audit.events(session, Trail("person", person_id)),
    )


@bp.post("/<uuid:person_id>/account")
@permission(Permission.PEOPLE_ADMINISTER)
def open_account(person_id: UUID) -> Any:
    with transaction() as session:
        account, password = accounts.open_account(session, person_id, **_act())
        shown = {"account": account, "person": service.get_person(session, person_id)}
        return _secret_page(password, **shown)


@bp.post("/accounts/<uuid:account_id>/password")
@permission(Permission.PEOPLE_ADMINISTER)
def reset_password(account_id: UUID) -> Any:
    with transaction() as session:
        account, password = accounts.reset_password(session, account_id, **_act())
        return _secret_page(password, account=account, person=account.person)


@bp.post("/accounts/<uuid:account_id>/close")
@permission(Permission.PEOPLE_ADMINISTER)
def close_account(account_id: UUID) -> Any:
    with transaction() as session:
        person_id = accounts.close_account(session, account_id, **_act()).person_id
    return _done(_("The log-in has been closed, and its sessions have ended."), "people.person", person_id=person_id)


@bp.post("/accounts/<uuid:account_id>/reopen")
@permission(Permission.PEOPLE_ADMINISTER)
def reopen_account(account_id: UUID) -> Any:
    with transaction() as session:
        person_id = accounts.reopen_account(session, account_id, **_act()).person_id
    return _done(_("The log-in is open again."), "people.person", person_id=person_id)


# --- What the views share


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}


def _done(message: str, endpoint: str, **values: Any) -> Any:
    flash(message, "success")
    return redirect(url_for(endpoint, **values))


def _form(form: Any, title: str, back: str) -> Any:
    page = render_template("people/form.html", form=form, title=title, back=back)
    return page, 422 if form.errors or form.form_errors else 200


def _secret_page(password: str, **shown: Any) -> Any:
    page = render_template("people/password.html", password=password, **shown)
    return page, 200, {"Cache-Control": "no-store"}


def _day_of_end() -> Any:
    form = EndForm()
    return form.on.data if form.validate() else clock.day_of(clock.now())


def _everybody() -> list[tuple[UUID, str]]:
    people = administration.everybody(db.session())
    return [(each.id, f"{each.full_name} ({each.email})") for each in people]


def living_units() -> list[tuple[UUID, str]]:
    """The units alive today by their names, for a list to choose from."""
    found = service.list_units(db.session(), living_on=clock.day_of(clock.now()))
    return sorted(((each.id, _name_today(each).name) for each in found), key=lambda each: text.collation_key(each[1]))


def _name_today(found: Unit) -> Any:
    today = clock.day_of(clock.now())
    begun = [name for name in found.names if name.valid_from <= today]
    return (begun or found.names)[-1] if begun else found.names[0]
