"""A paper's whole route, and what people do to it beside signing: call back, skip a step, give it to somebody else."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from blueprints.extensions import db
from blueprints.forms import ReasonForm, refusals_on
from blueprints.signing_forms import ReassignForm
from blueprints.web import current_actor, permission, transaction
from dms import clock
from dms.archive import access, routes
from dms.errors import NotFound
from dms.people import service as people
from dms.policy import Permission, PositionKind, allows
from dms.signing import conduct, rules, timeline
from dms.signing.models import SigningRoute, Step

bp = Blueprint("signing_routes", __name__, url_prefix="/signing")


@bp.get("/unit")
@permission(Permission.STEP_REASSIGN)
def managed() -> str:
    """The open steps of the actor's units: who is awaited, and who is late."""
    session, today = db.session(), clock.day_of(clock.now())
    steps = routes.managed_steps(session, by=current_actor())
    return render_template(
        "signing/unit.html",
        steps=steps,
        units=people.names_on(session, {step.unit_id for step in steps}, today),
        late=[step.id for step in steps if rules.is_late(step.due_on, today)],
    )


@bp.get("/routes/<uuid:route_id>")
@permission(Permission.STEP_READ)
def show(route_id: UUID) -> str:
    return _page(route_id)


@bp.post("/routes/<uuid:route_id>/recall")
@permission(Permission.ROUTE_RECALL)
def recall(route_id: UUID) -> Any:
    form = ReasonForm()
    if form.validate():
        with refusals_on(form), transaction() as session:
            routes.recall(session, route_id, reason=form.reason.data, by=current_actor(), now=clock.now())
        if not form.errors:
            flash(_("The paper has been called back. It can be changed and sent again."), "success")
            return redirect(url_for(".show", route_id=route_id))
    return _page(route_id, recalling=form), 422


@bp.post("/steps/<uuid:step_id>/skip")
@permission(Permission.STEP_SKIP)
def skip(step_id: UUID) -> Any:
    form = ReasonForm()
    if form.validate():
        with refusals_on(form), transaction() as session:
            conduct.skip(session, step_id, reason=form.reason.data, by=current_actor(), now=clock.now())
        if not form.errors:
            flash(_("The step has been skipped; those concerned have been told."), "success")
            return redirect(url_for(".show", route_id=_route_of(step_id)))
    return _page(_route_of(step_id), skipping=(step_id, form)), 422


@bp.post("/steps/<uuid:step_id>/reassign")
@permission(Permission.STEP_REASSIGN)
def reassign(step_id: UUID) -> Any:
    form = ReassignForm()
    form.to.choices = _candidates(db.session().get(Step, step_id))
    if form.validate():
        person, _colon, kind = form.to.data.partition(":")
        with refusals_on(form), transaction() as session:
            given = {"person_id": UUID(person), "kind": PositionKind(kind), "reason": form.reason.data}
            conduct.reassign(session, step_id, **given, by=current_actor(), now=clock.now())
        if not form.errors:
            flash(_("The step now waits for the person you chose, who has been told."), "success")
            return redirect(url_for(".show", route_id=_route_of(step_id)))
    return _page(_route_of(step_id), giving=(step_id, form)), 422


def _page(
    route_id: UUID,
    *,
    recalling: ReasonForm | None = None,
    skipping: tuple[UUID, ReasonForm] | None = None,
    giving: tuple[UUID, ReassignForm] | None = None,
) -> str:
    session, actor, now = db.session(), current_actor(), clock.now()
    route = routes.get_route(session, route_id, by=actor)
    return render_template(
        "signing/route.html",
        route=route,
        stages=timeline.stages_of(session, route, now=now),
        may_recall=routes.may_recall(session, route, by=actor),
        may_read=_may_read(route),
        forms_of=_forms_of(route),
        recalling=recalling or ReasonForm(formdata=None),
        skipping={skipping[0]: _named(skipping[1], skipping[0])} if skipping else {},
        giving={giving[0]: _named(giving[1], giving[0])} if giving else {},
    )


def _forms_of(route: SigningRoute) -> dict[UUID, dict[str, Any]]:
    """By step: the forms that the actor may fill in."""
    actor, found = current_actor(), {}
    for step in route.living if route.closed_at is None else []:
        if step.outcome is not None:
            continue
        if step.opened_at is not None and conduct.may_skip(step, actor):
            found.setdefault(step.id, {})["skip"] = _named(ReasonForm(formdata=None), step.id)
        if allows(actor, Permission.STEP_REASSIGN, step) and (choices := _candidates(step)):
            form = ReassignForm(formdata=None)
            form.to.choices = choices
            found.setdefault(step.id, {})["reassign"] = _named(form, step.id)
    return found


def _named(form: Any, step_id: UUID) -> Any:
    """The form with ids of its own: a page holds one for each step."""
    for each in form:
        each.id = f"{type(form).__name__}-{each.name}-{step_id}"
    return form


def _candidates(step: Step | None) -> list[tuple[str, str]]:
    seats = conduct.candidates(db.session(), step, now=clock.now()) if step is not None else []
    return [(f"{seat.person_id}:{seat.kind.value}", f"{seat.full_name} – {seat.title}") for seat in seats]


def _route_of(step_id: UUID) -> UUID:
    return db.session().get_one(Step, step_id).route_id


def _may_read(route: SigningRoute) -> bool:
    """Whether the actor may open the paper itself: who only manages steps sees its title."""
    try:
        access.ensure_document_readable(db.session(), route.document_id, by=current_actor())
    except NotFound:
        return False
    return True
