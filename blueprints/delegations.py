"""A head's written delegations (P25), and who is away: who signs in whose place, by which paper, for what, how long."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from blueprints.delegation_forms import AbsenceForm, DelegationForm
from blueprints.extensions import db
from blueprints.forms import refusals_on
from blueprints.labels import label
from blueprints.web import current_actor, fresh_login, permission, tools, transaction
from dms import clock
from dms.campaigns import service as campaigns
from dms.documents import service as documents
from dms.documents.models import DocumentKind
from dms.people import absences, administration, delegations, service
from dms.people.models import Delegation
from dms.policy import Permission, PositionKind
from dms.signing import mandates

bp = Blueprint("delegations", __name__, url_prefix="/delegations")


@bp.get("/")
@permission(Permission.DELEGATION_READ)
def index() -> str:
    session, actor, today = db.session(), current_actor(), clock.day_of(clock.now())
    living = delegations.list_delegations(session, by=actor, day=today)
    past = delegations.list_delegations(session, by=actor, day=today, past=True)
    return render_template(
        "delegations/index.html",
        delegations=living,
        past=past,
        absences=absences.absences_of(session, actor.person_id, today),
        units=service.names_on(session, {each.unit_id for each in (*living, *past)}, today),
        own_units=_own_units(),
        scope_of=_scope_in_words(session),
        may_be_away=bool(actor.seats),
    )


@bp.route("/new", methods=["GET", "POST"])
@fresh_login
@permission(Permission.STEP_DELEGATE)
def new() -> Any:
    form = _form(db.session())
    if form.validate_on_submit():
        with refusals_on(form):
            _delegate(form)
            flash(_("The delegation has been entered. Whom it is given to has been told."), "success")
            return redirect(url_for(".index"))
    page = render_template("delegations/new.html", form=form)
    return page, 422 if form.errors or form.form_errors else 200


def _delegate(form: DelegationForm) -> None:
    """File the paper, if one was sent along, and enter the power: both or neither."""
    by, now, file = current_actor(), clock.now(), form.file.data
    taken = documents.receive(tools().desk, file.stream, filename=file.filename or "") if file else None
    with transaction() as session:
        unit_id, title = form.unit_id.data, form.basis.data
        paper_id = mandates.file_paper(session, taken, unit_id=unit_id, title=title, by=by, now=now) if taken else None
        delegations.delegate(session, form.terms(paper_id), by=by, now=now)


@bp.post("/<uuid:delegation_id>/revoke")
@permission(Permission.STEP_DELEGATE)
def revoke(delegation_id: UUID) -> Any:
    reason = request.form.get("reason", "")
    with transaction() as session:
        delegations.revoke_delegation(session, delegation_id, reason=reason, by=current_actor(), now=clock.now())
    flash(_("The delegation has ended. What was signed by it stays valid."), "success")
    return redirect(url_for(".index"))


@bp.route("/absences/new", methods=["GET", "POST"])
@permission(Permission.HOME)
def away() -> Any:
    form = _absence_form(db.session())
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            absences.enter_absence(
                session,
                valid_from=form.valid_from.data,
                valid_to=form.valid_to.data,
                stand_in_id=form.stand_in_id.data or None,
                note=form.note.data or "",
                by=current_actor(),
                now=clock.now(),
            )
            flash(_("Your absence is shown to those who wait for you."), "success")
            return redirect(url_for(".index"))
    page = render_template("people/form.html", form=form, title=_("I am away"), back=url_for(".index"))
    return page, 422 if form.errors or form.form_errors else 200


@bp.post("/absences/<uuid:absence_id>/cancel")
@permission(Permission.HOME)
def back(absence_id: UUID) -> Any:
    with transaction() as session:
        absences.cancel_absence(session, absence_id, by=current_actor(), now=clock.now())
    flash(_("The absence is cancelled."), "success")
    return redirect(url_for(".index"))


def _own_units() -> dict[UUID, str]:
    """The living units whose head the actor is, with their names."""
    seats = {unit for kind, unit in current_actor().seats if kind is PositionKind.HEAD}
    return administration.living_names(db.session(), seats, clock.day_of(clock.now()))


def _form(session: Session) -> DelegationForm:
    form, today = DelegationForm(), clock.day_of(clock.now())
    form.unit_id.choices = list(_own_units().items())
    found = (seat for unit in _own_units() for seat in delegations.possible_delegates(session, unit, today))
    people = {seat.person_id: f"{seat.full_name} – {seat.title}" for seat in found}
    people.pop(current_actor().person_id, None)
    form.delegate_id.choices = list(people.items())
    form.offer(_matters(session))
    return form


def _matters(session: Session) -> Iterator[tuple[str, str]]:
    """Every campaign, and every award in it, as a delegation can be limited to them."""
    for revision in campaigns.list_latest(session):
        spec = campaigns.spec_of(revision)
        yield spec.code, _("The whole movement: %(title)s", title=spec.title)
        yield from ((f"{spec.code}/{scheme.code}", scheme.title) for scheme in spec.schemes)


def _scope_in_words(session: Session) -> Any:
    """A function from a delegation to the lines that say for what it is."""
    titles = dict(_matters(session))

    def lines(given: Delegation) -> list[str]:
        kinds = [label(DocumentKind(kind)) for kind in given.document_kinds]
        return [*kinds, *(titles.get(each, each) for each in (*given.campaigns, *given.schemes))]

    return lines


def _absence_form(session: Session) -> AbsenceForm:
    form, today = AbsenceForm(), clock.day_of(clock.now())
    units = {unit for _kind, unit in current_actor().seats}
    found = {each.id: each.full_name for unit in units for each in service.colleagues(session, unit, today)}
    found.pop(current_actor().person_id, None)
    form.stand_in_id.choices = [("", _("nobody")), *found.items()]
    return form
