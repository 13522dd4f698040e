"""The screens that change campaigns: the editor, a revision's preview, what changed, a unit's own campaign, closing."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import errors
from blueprints.campaign_changes import told
from blueprints.campaign_editor import edits
from blueprints.campaign_forms import EditorForm, OwnCampaignForm, RevisionForm, known
from blueprints.campaign_problems import problem_sentence
from blueprints.extensions import db
from blueprints.forms import ReasonForm, refusals_on
from blueprints.web import current_actor, permission, transaction
from dms import clock
from dms.awards import publishing
from dms.awards.publishing import Preview
from dms.campaigns import cloning, editing, service
from dms.campaigns.differences import differences
from dms.campaigns.models import CampaignRevision
from dms.campaigns.service import Proposal
from dms.errors import Conflict, DomainError, Invalid, TooLarge
from dms.people import service as people
from dms.policy import Permission, PositionKind, Role, require

bp = Blueprint("campaign_desk", __name__, url_prefix="/campaigns")


@bp.record_once
def _give_templates_tools(state: Any) -> None:
    state.app.jinja_env.globals.update(pairs=zip)


# --- revise


@bp.route("/<code>/edit", methods=["GET", "POST"])
@permission(Permission.CAMPAIGN_REVISE)
def edit(code: str) -> Any:
    """The editor; what it writes goes on to the preview, where it is published."""
    newest = _revisable(code)
    base = _numbered(code, request.form.get("based_on", type=int)) or newest
    spec = service.spec_of(base)
    form = EditorForm(data=known(spec, base.number))
    form.offer(spec)
    if not form.validate_on_submit():
        return _editor(form, base), 422 if form.is_submitted() else 200
    text = editing.apply(base.source, edits(spec, form))
    return _looked_at(code, RevisionForm(formdata=None, text=text, based_on=base.number))


def _editor(form: EditorForm, base: CampaignRevision) -> str:
    return render_template("campaigns/editor.html", form=form, revision=base, spec=service.spec_of(base))


@bp.route("/<code>/revise", methods=["GET", "POST"])
@permission(Permission.CAMPAIGN_REVISE)
def revise(code: str) -> Any:
    """The file itself: look at a new text, then publish it."""
    newest = _revisable(code)
    if request.method == "GET":
        form = RevisionForm(text=newest.source, based_on=newest.number)
        return _revision_page(form, newest)
    form = RevisionForm()
    if not form.validate():
        return _revision_page(form, newest), 422
    return _published(code, form) if request.form.get("act") == "publish" else _looked_at(code, form)


def _looked_at(code: str, form: RevisionForm) -> Any:
    """The preview of what a form proposes; the file that was chosen, if any, counts as its text."""
    page, now = request.form.get("page", 1, type=int), clock.now()

    def look() -> Any:
        form.take_file()
        act = {"by": current_actor(), "now": now, "day": clock.day_of(now), "page": page}
        return _revision_page(form, _revisable(code), publishing.preview(db.session(), code, _proposal(form), **act))

    return _unless_refused(code, form, look)


def _published(code: str, form: RevisionForm) -> Any:
    def publish() -> Any:
        form.take_file()
        with transaction() as session:
            number = publishing.publish(session, code, _proposal(form), by=current_actor(), now=clock.now()).number
        flash(_("Revision %(number)s is published. Open dossiers keep theirs.", number=number), "success")
        return redirect(url_for("campaigns.show", code=code))

    return _unless_refused(code, form, publish)


def _unless_refused(code: str, form: RevisionForm, act: Callable[[], Any]) -> Any:
    """Do it; a refusal gives the form back with its text, every mistake of it, and what changed meanwhile."""
    try:
        return act()
    except (Conflict, Invalid, TooLarge) as refusal:
        db.session.rollback()
        return _refused(code, form, refusal)


def _refused(code: str, form: RevisionForm, refusal: DomainError) -> Any:
    newest, shown = _revisable(code), {}
    with refusals_on(form):
        raise refusal
    if refusal.code == "campaign_file_invalid":
        shown["problems"] = [problem_sentence(problem, _("file")) for problem in refusal.params["problems"]]
    if refusal.code == "campaign_revised_meanwhile":
        before = _numbered(code, form.based_on.data)
        shown["meanwhile"] = _changes(before, newest) if before else []
        form.based_on.process(None, newest.number)
    return _revision_page(form, newest, **shown), errors.status_of(refusal)


def _revision_page(form: RevisionForm, newest: CampaignRevision, preview: Preview | None = None, **shown: Any) -> str:
    changes = told(differences(service.spec_of(newest), preview.spec)) if preview else []
    return render_template(
        "campaigns/revise.html", form=form, revision=newest, preview=preview, changes=changes, **shown
    )


def _proposal(form: RevisionForm) -> Proposal:
    return Proposal(form.text.data or "", form.based_on.data or 0, form.reason.data or "")


# --- what changed


@bp.get("/<code>/changes/<int:old>/<int:new>")
@permission(Permission.CAMPAIGN_READ)
def changes(code: str, old: int, new: int) -> str:
    before, after = _numbered(code, old) or abort(404), _numbered(code, new) or abort(404)
    told_ = _changes(before, after)
    return render_template("campaigns/changes.html", before=before, after=after, changes=told_)


def _changes(before: CampaignRevision, after: CampaignRevision) -> Any:
    return told(differences(service.spec_of(before), service.spec_of(after)))


# --- a unit's own campaign


@bp.route("/<code>/own", methods=["GET", "POST"])
@permission(Permission.CAMPAIGN_OPEN)
def own(code: str) -> Any:
    parent = service.latest(db.session(), code)
    spec = service.spec_of(parent)
    form = OwnCampaignForm(year=max(spec.years))
    form.offer(spec, _own_units())
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            opened = _opened(session, parent, form)
            flash(_("The unit's own campaign is open. Look through it, and change what the head decides."), "success")
            return redirect(url_for(".edit", code=opened))
    return render_template("campaigns/own.html", form=form, spec=spec), 422 if form.is_submitted() else 200


def _opened(session: Any, parent: CampaignRevision, form: OwnCampaignForm) -> str:
    now, unit = clock.now(), people.get_unit(session, form.unit_id.data)
    wanted = cloning.OwnCampaign(
        code=form.code.data,
        title=form.title.data,
        unit_code=unit.code,
        unit_name=people.name_on(session, unit.id, clock.day_of(now)).name,
        year=form.year.data,
        before=form.before.data,
    )
    text = cloning.clone(service.spec_of(parent), form.scheme.data, wanted)
    reason = _("Opened under “%(title)s”, revision %(number)s", title=parent.title, number=parent.number)
    service.add(session, text, unit_id=unit.id, reason=reason, by=current_actor(), now=now)
    return wanted.code


def _own_units() -> Iterator[tuple[UUID, str]]:
    actor, today = current_actor(), clock.day_of(clock.now())
    mine = actor.units_as(Role.CLERK) | {unit for kind, unit in actor.seats if kind is PositionKind.HEAD}
    living = people.list_units(db.session(), living_on=today)
    return ((each.id, each.names[-1].name) for each in living if each.id in mine or actor.has_role(Role.ADMINISTRATOR))


# --- close and reopen


@bp.post("/<code>/close")
@permission(Permission.CAMPAIGN_REVISE)
def close(code: str) -> Any:
    with transaction() as session:
        service.close(session, code, reason=ReasonForm().reason.data or "", by=current_actor(), now=clock.now())
    flash(_("The campaign is closed: no new dossiers; those under way go on."), "success")
    return redirect(url_for("campaigns.show", code=code))


@bp.post("/<code>/reopen")
@permission(Permission.CAMPAIGN_REVISE)
def reopen(code: str) -> Any:
    with transaction() as session:
        service.reopen(session, code, reason=ReasonForm().reason.data or "", by=current_actor(), now=clock.now())
    flash(_("The campaign takes dossiers again."), "success")
    return redirect(url_for("campaigns.show", code=code))


# --- what the views share


def _revisable(code: str) -> CampaignRevision:
    """The newest revision of a campaign that the actor may revise. Raises NotFound, PermissionDenied."""
    newest = service.latest(db.session(), code)
    require(current_actor(), Permission.CAMPAIGN_REVISE, newest.campaign)
    return newest


def _numbered(code: str, number: int | None) -> CampaignRevision | None:
    return next((each for each in service.revisions(db.session(), code) if each.number == number), None)
