"""The screens of dossiers: the list, the page of one, its nominees, council, papers and hand-over."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from blueprints import errors, kept_uploads
from blueprints.council_forms import meeting_form
from blueprints.dossier_forms import OpenForm, nominee_form
from blueprints.dossier_places import grouped, piece, where
from blueprints.extensions import db
from blueprints.forms import UploadForm, refusals_on
from blueprints.kept_uploads import Kept
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock
from dms.appraisal.desk.terms import clock_of, main_clock
from dms.campaigns import service as campaigns
from dms.documents import service as documents
from dms.dossiers import board, facts, minuting, nominees, parts, routing, service
from dms.dossiers import council as meetings
from dms.dossiers.models import Dossier
from dms.dossiers.parts import Slot
from dms.errors import Conflict, Invalid
from dms.people import service as people
from dms.people.models import Unit
from dms.policy import Permission, Role, Status

bp = Blueprint("dossiers", __name__, url_prefix="/dossiers")

MOST_MET_SHOWN = 150


# --- the list


@bp.get("")
@permission(Permission.DOSSIER_READ)
def index() -> str:
    session, actor = db.session(), current_actor()
    filters = _filters()
    page = service.listing(session, filters, by=actor, page=request.args.get("page", 1, type=int))
    return render_template(
        "dossiers/index.html",
        page=page,
        filters=filters,
        counts=service.counts(session, by=actor),
        campaigns=campaigns.list_latest(session),
        units=service.units_of(session, by=actor),
        scheme_of=_scheme_of,
        name_of=service.unit_name,
        deadline_of=_deadline_of,
        may_open=actor.has_role(Role.CLERK),
    )


def _filters() -> service.Filters:
    args = request.args
    status = args.get("status", "")
    return service.Filters(
        statuses=(Status(status),) if status in {each.value for each in Status} else (),
        campaign=args.get("campaign") or None,
        unit_id=args.get("unit", type=UUID),
        text=args.get("q", ""),
    )


# --- open one


@bp.route("/new", methods=["GET", "POST"])
@permission(Permission.DOSSIER_OPEN)
def new() -> Any:
    form = _open_form(db.session())
    if form.validate_on_submit():
        revision_id, scheme = form.chosen
        with refusals_on(form), transaction() as session:
            dossier = service.open_dossier(
                session,
                revision_id,
                scheme,
                form.unit_id.data,
                year=form.year.data,
                for_itself=form.for_itself.data,
                **_act(),
            )
            flash(_("Dossier %(code)s is open. Add the nominees first.", code=dossier.code), "success")
            return redirect(url_for(".show", dossier_id=dossier.id))
    return _answer("dossiers/new.html", form)


def _open_form(session: Session) -> OpenForm:
    form = OpenForm()
    form.scheme.choices = {
        revision.title: [
            (f"{revision.id}:{scheme.code}", scheme.title) for scheme in campaigns.spec_of(revision).schemes
        ]
        for revision in campaigns.list_latest(session, only_open=True)
    }
    form.unit_id.choices = [(unit.id, unit.names[-1].name) for unit in _own_units(session)]
    if request.method == "GET":
        form.scheme.data = request.args.get("scheme")
    return form


def _own_units(session: Session) -> list[Unit]:
    mine = current_actor().units_as(Role.CLERK)
    return [unit for unit in people.list_units(session, living_on=clock.day_of(clock.now())) if unit.id in mine]


# --- the page of one


@bp.get("/<uuid:dossier_id>")
@permission(Permission.DOSSIER_READ)
def show(dossier_id: UUID) -> str:
    return _page(dossier_id)


def _page(dossier_id: UUID) -> str:
    session, actor, now = db.session(), current_actor(), clock.now()
    dossier = service.get(session, dossier_id, by=actor)
    drawn = board.draw(session, dossier, by=actor, now=now)
    findings = grouped(drawn.judged.findings)
    show_met = len(findings.met) <= MOST_MET_SHOWN or "all" in request.args
    return render_template(
        "dossiers/show.html",
        board=drawn,
        dossier=dossier,
        spec=drawn.material.spec,
        scheme=drawn.material.scheme,
        unit=service.unit_name(dossier),
        findings=findings,
        show_met=show_met,
        deadline=_deadline_of(dossier),
        where=lambda finding: where(drawn, finding),
        piece=lambda item: piece(drawn, item),
        received_by=_received_by(session, dossier),
        law_day=clock.day_of(dossier.submitted_at or now),
        term=main_clock(clock_of(session, dossier, calendar=tools().calendar, today=clock.day_of(now))),
    )


def _received_by(session: Session, dossier: Dossier) -> dict[str, str]:
    """The bodies behind the dossier, by what they do, under their names of today."""
    ids = {"coordinator": dossier.coordinator_id, "appraiser": dossier.appraiser_id, "chair": dossier.conferrer_id}
    names = people.names_on(session, filter(None, ids.values()), clock.day_of(clock.now()))
    return {role: names[unit_id].name for role, unit_id in ids.items() if unit_id}


# --- hand over


@bp.post("/<uuid:dossier_id>/submit")
@permission(Permission.DOSSIER_SUBMIT)
def submit(dossier_id: UUID) -> Any:
    with transaction() as session:
        hours = tools().settings.validation_max_age_hours
        routing.recheck_signatures(session, tools().signing, dossier_id, max_age_hours=hours, **_act())
    try:
        with transaction() as session:
            service.submit(session, dossier_id, **_act())
    except Invalid as refusal:
        if refusal.code != "dossier_incomplete" or errors.wants_json():
            raise
        flash(errors.sentence(refusal), "error")
        return _page(dossier_id), 422
    flash(_("The dossier has been submitted."), "success")
    return redirect(url_for(".show", dossier_id=dossier_id))


@bp.post("/<uuid:dossier_id>/withdraw")
@permission(Permission.DOSSIER_WITHDRAW)
def withdraw(dossier_id: UUID) -> Any:
    with transaction() as session:
        service.withdraw(session, dossier_id, reason=request.form.get("reason", ""), **_act())
    return _back(dossier_id, _("The dossier has been withdrawn."))


@bp.post("/<uuid:dossier_id>/sign")
@permission(Permission.DOSSIER_EDIT)
def send_for_signature(dossier_id: UUID) -> Any:
    chosen = [UUID(each) for each in request.form.getlist("part")]
    with transaction() as session:
        routes = routing.send_for_signature(session, tools().signing, dossier_id, part_ids=chosen or None, **_act())
    return _back(dossier_id, _("%(count)s papers are on their way to the signers.", count=len(routes)))


# --- nominees


@bp.route("/<uuid:dossier_id>/nominees/new", methods=["GET", "POST"])
@permission(Permission.DOSSIER_EDIT)
def new_nominee(dossier_id: UUID) -> Any:
    dossier = _get(dossier_id)
    spec = campaigns.spec_of(dossier.revision)
    form = nominee_form(spec, _scheme_of(dossier))
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            nominee = nominees.add_nominee(session, dossier_id, form.entered(spec), **_act())
            flash(_("%(name)s is in the list. Now the scores and criteria.", name=nominee.name), "success")
            return redirect(url_for("criteria.nominee", dossier_id=dossier_id, nominee_id=nominee.id))
    return _answer("dossiers/nominee.html", form, dossier=dossier, nominee=None, spec=spec)


@bp.route("/<uuid:dossier_id>/nominees/<uuid:nominee_id>", methods=["GET", "POST"])
@permission(Permission.DOSSIER_EDIT)
def edit_nominee(dossier_id: UUID, nominee_id: UUID) -> Any:
    dossier = _get(dossier_id)
    nominee = nominees.get_nominee(db.session(), nominee_id, by=current_actor())
    spec = campaigns.spec_of(dossier.revision)
    form = nominee_form(spec, _scheme_of(dossier), nominee)
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            nominees.edit_nominee(session, nominee_id, form.entered(spec), **_act())
            flash(_("Saved."), "success")
            return redirect(_at(dossier_id, f"nominee-{nominee_id}"))
    return _answer("dossiers/nominee.html", form, dossier=dossier, nominee=nominee, spec=spec)


@bp.post("/<uuid:dossier_id>/nominees/<uuid:nominee_id>/remove")
@permission(Permission.DOSSIER_EDIT)
def remove_nominee(dossier_id: UUID, nominee_id: UUID) -> Any:
    with transaction() as session:
        nominee = nominees.remove_nominee(session, nominee_id, **_act())
        name = nominee.name
    return _back(dossier_id, _("%(name)s is no longer in the list.", name=name), "nominees")


@bp.post("/<uuid:dossier_id>/nominees/<uuid:nominee_id>/move")
@permission(Permission.DOSSIER_EDIT)
def move_nominee(dossier_id: UUID, nominee_id: UUID) -> Any:
    step = -1 if request.form.get("to") == "up" else 1
    with transaction() as session:
        listed = [nominee.id for nominee in facts.nominees_of(session, dossier_id)]
        nominees.reorder_nominees(session, dossier_id, _moved(listed, nominee_id, step), **_act())
    return redirect(_at(dossier_id, f"nominee-{nominee_id}"))


def _moved(listed: Sequence[UUID], nominee_id: UUID, step: int) -> list[UUID]:
    """The list with one entry one place up or down; at an end it stays."""
    order = [each for each in listed if each != nominee_id]
    place = listed.index(nominee_id) if nominee_id in listed else 0
    order.insert(max(place + step, 0), nominee_id)
    return order


# --- council


@bp.route("/<uuid:dossier_id>/council", methods=["GET", "POST"])
@permission(Permission.DOSSIER_EDIT)
def council(dossier_id: UUID) -> Any:
    dossier, session = _get(dossier_id), db.session()
    meetings.ensure_foreseen(dossier)
    listed = facts.nominees_of(session, dossier_id)
    suggested = meetings.suggested_members(session, dossier, day=clock.day_of(clock.now()))
    conclusion = minuting.usual_conclusion(listed)
    form = meeting_form(meetings.meeting_of(session, dossier_id), listed, suggested, conclusion)
    if "more" in request.form:
        form.add_rows(5)
    elif form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            meetings.record_meeting(session, dossier_id, form.entered(), form.counted(), **_act())
            flash(_("The meeting and the votes are recorded."), "success")
            return redirect(_at(dossier_id, "council"))
    return _answer("dossiers/council.html", form, dossier=dossier, nominees=listed, scheme=_scheme_of(dossier))


# --- papers


@bp.post("/<uuid:dossier_id>/papers/<requirement>/draft")
@permission(Permission.DOSSIER_EDIT)
def draft(dossier_id: UUID, requirement: str) -> Any:
    slot = Slot(dossier_id, requirement, request.form.get("nominee", type=UUID))
    try:
        with transaction() as session:
            parts.draft(session, tools().desk, slot, **_act())
    except Invalid as refusal:
        if refusal.code != "minutes_facts_missing" or errors.wants_json():
            raise
        flash(errors.sentence(refusal), "error")
        return redirect(url_for(".council", dossier_id=dossier_id))
    anchor = board.anchor_of(requirement, str(slot.nominee_id) if slot.nominee_id else None)
    return _back(dossier_id, _("The paper is drafted; its PDF will be there in a moment."), anchor)


@bp.route("/<uuid:dossier_id>/papers/<requirement>", methods=["GET", "POST"])
@permission(Permission.DOSSIER_EDIT)
def upload(dossier_id: UUID, requirement: str) -> Any:
    dossier, form = _get(dossier_id), UploadForm()  # first of all: nothing is received from whoever may not see it
    slot = Slot(dossier_id, requirement, request.values.get("nominee", type=UUID))
    if form.validate_on_submit():
        with refusals_on(form):
            return _attach(slot, form.receive(tools().desk), form.note.data or "")
    session = db.session()
    nominee = nominees.get_nominee(session, slot.nominee_id, by=current_actor()) if slot.nominee_id else None
    asked, held = _scheme_of(dossier).requirement(requirement), parts.is_held(session, slot)
    seen = request.form.get("seen") or parts.newest_number(session, slot)
    more = {"requirement": asked, "nominee": nominee, "held": held, "seen": seen}
    return _answer("dossiers/upload.html", form, dossier=dossier, **more)


@bp.post("/<uuid:dossier_id>/papers/<requirement>/kept")
@permission(Permission.DOSSIER_EDIT)
def attach_kept(dossier_id: UUID, requirement: str) -> Any:
    """Put a file that came too late on top of what came before it, as its owner now wishes."""
    slot = Slot(dossier_id, requirement, request.form.get("nominee", type=UUID))
    kept = kept_uploads.claimed(slot, request.form.get("kept", ""))
    return _attach(slot, kept_uploads.received_again(kept), request.form.get("note", kept.note))


def _attach(slot: Slot, intake: documents.Intake, note: str) -> Any:
    """Attach a received file, or ask its owner where a newer version than the one on the screen is there."""
    seen = request.form.get("seen", type=int)

    def attach() -> None:
        with transaction() as session:
            parts.attach(session, slot, intake, note=note, seen=seen, **_act())

    try:
        kept_uploads.attached_once_more(attach)
    except Conflict as refusal:
        if refusal.code != "version_newer":
            raise
        return _ask_about(slot, intake, note, refusal)
    if "flattened" in intake.inspection:
        return kept_uploads.to_flattened(slot)
    anchor = board.anchor_of(slot.requirement_code, str(slot.nominee_id) if slot.nominee_id else None)
    return _back(slot.dossier_id, _("The file has been received and is kept."), anchor)


def _ask_about(slot: Slot, intake: documents.Intake, note: str, refusal: Conflict) -> Any:
    dossier = _get(slot.dossier_id)
    kept, seen = Kept(intake.digest, intake.filename, note), request.form.get("seen", 0, type=int)
    asked = _scheme_of(dossier).requirement(slot.requirement_code)
    words = {"dossier": dossier, "requirement": asked, "told": errors.sentence(refusal), "size": intake.size}
    return kept_uploads.page(slot, seen, kept, kept_uploads.keep(slot, intake, note), **words)


# --- what views share


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}


def _get(dossier_id: UUID) -> Dossier:
    return service.get(db.session(), dossier_id, by=current_actor())


def _scheme_of(dossier: Dossier) -> Any:
    return campaigns.scheme_of(dossier.revision, dossier.scheme_code)


def _deadline_of(dossier: Dossier) -> Any:
    return service.deadline_of(dossier)


def _at(dossier_id: UUID, anchor: str) -> str:
    return url_for(".show", dossier_id=dossier_id, _anchor=anchor)


def _back(dossier_id: UUID, message: str, anchor: str = "") -> Any:
    flash(message, "success")
    return redirect(url_for(".show", dossier_id=dossier_id, _anchor=anchor or None))


def _answer(template: str, form: Any, **context: Any) -> Any:
    """The page with the form as it was typed; 422 where it was refused."""
    status = 422 if form.errors else 200
    return render_template(template, form=form, **context), status
