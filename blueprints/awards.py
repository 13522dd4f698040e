"""The screens of the Chair's office: what waits for a decision, decisions and their papers, the awards register."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from blueprints.extensions import db
from blueprints.forms import ButtonForm, UploadForm, refusals_on
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock
from dms.appraisal import submission
from dms.awards import candidates as listing
from dms.awards import conferment, register, service, states
from dms.awards.models import Decision
from dms.awards.register import Cover
from dms.campaigns import service as campaigns
from dms.campaigns.vocabulary import Form, NomineeKind, Side
from dms.documents import pages
from dms.documents import service as documents
from dms.documents.models import Version
from dms.dossiers import service as dossiers
from dms.errors import NotFound
from dms.people import service as people
from dms.policy import Permission
from dms.signing import service as signing
from dms.signing import timeline

bp = Blueprint("awards", __name__, url_prefix="/awards")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# --- decisions


@bp.get("")
@permission(Permission.DECISION_READ)
def decisions() -> str:
    session, actor = db.session(), current_actor()
    found = service.list_decisions(session, by=actor)
    return render_template(
        "awards/decisions.html",
        waiting=listing.waiting(session, by=actor),
        decisions=found,
        states=states.states_of(session, found),
        units=_unit_names(session, {decision.conferrer_id for decision in found}),
    )


@bp.route("/new", methods=["GET", "POST"])
@permission(Permission.DECISION_PREPARE)
def new() -> Any:
    revision_id, scheme = request.args.get("revision", type=UUID), request.args.get("scheme", "")
    if revision_id is None:
        raise NotFound("campaign_not_found")
    form = ButtonForm()
    chosen = [UUID(each) for each in request.form.getlist("nominee")]
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            wanted = {"revision_id": revision_id, "scheme_code": scheme, "nominee_ids": chosen}
            decision = service.prepare_decision(session, tools().desk, **wanted, **_act())
            flash(_("The decision is drafted. Read it, then send it to the signers."), "success")
            return redirect(url_for(".show", decision_id=decision.id))
    return _choice(form, revision_id, scheme, chosen), 422 if form.is_submitted() else 200


def _choice(form: ButtonForm, revision_id: UUID, scheme_code: str, chosen: list[UUID]) -> str:
    session = db.session()
    revision = campaigns.get_revision(session, revision_id)
    scheme = campaigns.scheme_of(revision, scheme_code)
    found = listing.candidates(session, revision_id, scheme_code, by=current_actor())
    return render_template(
        "awards/new.html",
        form=form,
        revision=revision,
        scheme=scheme,
        nominees=found,
        letters=submission.of_nominees(session, [nominee.id for nominee in found], by=current_actor()),
        meters=listing.meters(session, revision_id, scheme),
        chosen=set(chosen) if form.is_submitted() else {nominee.id for nominee in found},
        name_of=dossiers.unit_name,
    )


@bp.get("/<uuid:decision_id>")
@permission(Permission.DECISION_READ)
def show(decision_id: UUID) -> str:
    return _page(decision_id, UploadForm(formdata=None))


def _page(decision_id: UUID, upload: UploadForm) -> str:
    session, actor, now = db.session(), current_actor(), clock.now()
    decision = service.get_decision(session, decision_id, by=actor)
    route = signing.latest_routes(session, [decision.document_id]).get(decision.document_id)
    revision = campaigns.get_revision(session, decision.revision_id)
    named = service.nominees_of(session, decision)
    scheme = campaigns.scheme_of(revision, decision.scheme_code)
    return render_template(
        "awards/show.html",
        letters=submission.of_nominees(session, [nominee.id for nominee in named], by=actor),
        letter_foreseen=any(each.sent_by is Side.APPRAISER for each in scheme.hand_overs),
        decision=decision,
        state=states.state_of(decision, route),
        version=documents.current_version(decision.document),
        stages=timeline.stages_of(session, route, now=now) if route else (),
        nominees=named,
        left_out=service.left_out(session, decision) if not decision.cancelled_at else [],
        awards=service.awards_of(session, decision),
        scheme=scheme,
        revision=revision,
        conferrer=people.name_on(session, decision.conferrer_id, clock.day_of(decision.prepared_at)),
        name_of=dossiers.unit_name,
        upload=upload,
    )


@bp.get("/<uuid:decision_id>/pages/<digest>/<int:number>.png")
@permission(Permission.DECISION_READ)
def page(decision_id: UUID, digest: str, number: int) -> Response:
    """A picture of a page of exactly the version that the address names."""
    version = _version(service.get_decision(db.session(), decision_id, by=current_actor()), digest)
    answer = Response(pages.picture(tools().desk, version, number), mimetype="image/png")
    answer.cache_control.private, answer.cache_control.max_age = True, 3600
    return answer


def _version(decision: Decision, digest: str) -> Version:
    found = next((each for each in decision.document.versions if each.digest == digest), None)
    if found is None:
        raise NotFound("version_not_found", number="")
    return found


@bp.post("/<uuid:decision_id>/paper")
@permission(Permission.DECISION_PREPARE)
def replace_paper(decision_id: UUID) -> Any:
    form = UploadForm()
    if form.validate_on_submit():
        file = form.file.data
        with refusals_on(form), transaction() as session:
            given = {"source": file.stream, "filename": file.filename or ""}
            service.replace_paper(session, tools().desk, decision_id, **given, **_act())
            return _back(decision_id, _("The new paper is in force; what was sent to signers is called back."))
    return _page(decision_id, form), 422


@bp.post("/<uuid:decision_id>/send")
@permission(Permission.DECISION_PREPARE)
def send(decision_id: UUID) -> Any:
    with transaction() as session:
        service.send_for_signature(session, tools().signing, decision_id, **_act())
    return _back(decision_id, _("The decision is on its way to the signers."))


@bp.post("/<uuid:decision_id>/cancel")
@permission(Permission.DECISION_PREPARE)
def cancel(decision_id: UUID) -> Any:
    with transaction() as session:
        service.cancel(session, decision_id, reason=request.form.get("reason", ""), **_act())
    return _back(decision_id, _("The decision is given up; its nominees can be named in another one."))


@bp.post("/revoke/<uuid:award_id>")
@permission(Permission.DECISION_PREPARE)
def revoke(award_id: UUID) -> Any:
    with transaction() as session:
        conferment.revoke(session, award_id, reason=request.form.get("reason", ""), **_act())
    flash(_("The award is marked as revoked; the public verification says so from now on."), "success")
    return redirect(url_for("archive.award", award_id=award_id))


# --- the register


@bp.get("/register")
@permission(Permission.AWARD_READ)
def awards_register() -> str:
    session, actor = db.session(), current_actor()
    number = request.args.get("page", 1, type=int)
    return render_template(
        "awards/register.html",
        page=register.page(session, award_filters(), by=actor, number=number),
        filters=award_filters(),
        years=register.years(session, by=actor),
        forms=tuple(Form),
        kinds=tuple(NomineeKind),
    )


@bp.get("/register.pdf")
@permission(Permission.AWARD_READ)
def register_pdf() -> Response:
    awards = register.printed(db.session(), award_filters(), by=current_actor())
    return _download(register.as_pdf(awards, _cover()), "so-khen-thuong.pdf", documents.PDF)


@bp.get("/register.xlsx")
@permission(Permission.AWARD_READ)
def register_xlsx() -> Response:
    awards = register.printed(db.session(), award_filters(), by=current_actor())
    return _download(register.as_xlsx(awards, _cover()), "so-khen-thuong.xlsx", XLSX)


def award_filters() -> register.Filters:
    """Year, form and kind as the address narrows them; what is not one of them narrows nothing."""
    form, kind = request.args.get("form", ""), request.args.get("kind", "")
    return register.Filters(
        year=request.args.get("year", type=int),
        form=Form(form) if form in set(Form) else None,
        kind=NomineeKind(kind) if kind in set(NomineeKind) else None,
    )


def _cover() -> Cover:
    """Who keeps the register: the unit of the person who prints it."""
    session, today, filters = db.session(), clock.day_of(clock.now()), award_filters()
    units = sorted(current_actor().unit_ids, key=str)
    issuer = people.name_on(session, people.successor_of(session, units[0], today), today).name if units else ""
    title = f"Sổ theo dõi khen thưởng năm {filters.year}" if filters.year else "Sổ theo dõi khen thưởng"
    return Cover(issuer=issuer, title=title, made_on=today, demo=tools().settings.demo)


def _download(content: bytes, name: str, media_type: str) -> Response:
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)


def _unit_names(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, str]:
    names = people.names_on(session, unit_ids, clock.day_of(clock.now()))
    return {unit_id: name.name for unit_id, name in names.items()}


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}


def _back(decision_id: UUID, news: str) -> Any:
    flash(news, "success")
    return redirect(url_for(".show", decision_id=decision_id))
