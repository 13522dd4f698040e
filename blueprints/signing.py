"""The screens of signing: what waits for me, one step, many at once, number and date, and what a signature is worth."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from blueprints import errors, file_checks, files, proof_words, reports, returning, signing_words
from blueprints.confirmation import confirmed
from blueprints.extensions import db, limiter, talisman
from blueprints.forms import NumberAndDateForm, ReasonForm, refusals_on
from blueprints.signing_forms import ReturnedForm, SecretForm
from blueprints.web import current_actor, fresh_login, permission, tools, transaction
from dms import clock
from dms.archive.access import dossier_of, ensure_document_readable
from dms.campaigns.vocabulary import StepAction
from dms.documents import pages
from dms.documents import service as documents
from dms.documents.models import Document
from dms.errors import Conflict, NotFound
from dms.people import service as people
from dms.policy import Permission
from dms.signing import conduct, consent, overview, printed, service, signatures, timeline, validation
from dms.signing.batch import service as batches
from dms.signing.errands import service as errands
from dms.signing.errands.models import Tool
from dms.signing.models import Step

bp = Blueprint("signing", __name__, url_prefix="/signing")


@dataclass(frozen=True, slots=True)
class Moved:
    """Why a signature came too late, and the number of the version that the signer saw."""

    sentence: str
    seen: int | None


@bp.record_once
def _give_words(state: BlueprintSetupState) -> None:
    """Macros see globals only."""
    state.app.jinja_env.globals.update(signing_words=signing_words, proof_words=proof_words)


# --- what waits for me


@bp.get("")
@permission(Permission.STEP_ACT)
def waiting() -> str:
    session, actor = db.session(), current_actor()
    steps = service.waiting_for(session, actor)
    return render_template(
        "signing/waiting.html",
        steps=steps,
        units=people.names_on(session, {step.unit_id for step in steps}, clock.day_of(clock.now())),
        batches=batches.list_recent(session, by=actor),
        number=StepAction.NUMBER,
    )


# --- one step


@bp.get("/steps/<uuid:step_id>")
@permission(Permission.STEP_READ)
def step(step_id: UUID) -> str:
    return _step(step_id)


def _step(
    step_id: UUID,
    *,
    refusal: ReasonForm | None = None,
    number: NumberAndDateForm | None = None,
    secret: SecretForm | None = None,
    came_back: ReturnedForm | None = None,
    moved: Moved | None = None,
) -> str:
    session, now = db.session(), clock.now()
    page = overview.step_page(session, step_id, by=current_actor(), now=now)
    asked = page.is_open and page.seat and consent.consent_for(session, tools().signing, page.step, page.seat, now=now)
    kind = consent.kind_for(session, page.step, page.seat, now=now) if page.is_open and page.seat else None
    return render_template(
        "signing/step.html",
        page=page,
        document=page.route.document,
        dossier=dossier_of(session, page.route.document_id),
        refusal=refusal or ReasonForm(formdata=None),
        number=number or _number_form(page.step),
        consent=asked,
        kind=kind,
        secret=secret or SecretForm(formdata=None),
        came_back=came_back or ReturnedForm(formdata=None),
        moved=moved,
        errand=errands.out_for(session, page.step, Tool.ELSEWHERE, by=current_actor(), now=now),
    )


def _number_form(of: Step) -> NumberAndDateForm:
    """Number and date as the registry would give them today; a paper that is signed anew keeps its number."""
    document, today = of.route.document, clock.day_of(clock.now())
    symbol = document.symbol or ""
    number = document.number or documents.next_number(
        db.session(), unit_id=document.unit_id, symbol=symbol, year=today.year
    )
    return NumberAndDateForm(formdata=None, data={"number": number, "symbol": symbol, "issued_on": today})


@bp.get("/steps/<uuid:step_id>/pages/<digest>/<int:number>.png")
@permission(Permission.STEP_READ)
def page(step_id: UUID, digest: str, number: int) -> Response:
    """A picture of one page of exactly the version that the address names; another one is never shown in its place."""
    version = service.get_step(db.session(), step_id, by=current_actor()).route.version
    if version.digest != digest:
        raise Conflict("version_moved", document=version.document.title)
    answer = Response(pages.picture(tools().desk, version, number), mimetype="image/png")
    answer.cache_control.private, answer.cache_control.max_age = True, 3600
    return answer


@bp.post("/steps/<uuid:step_id>/sign")
@confirmed
@permission(Permission.STEP_ACT)
def sign(step_id: UUID) -> Any:
    form, desk, by = SecretForm(), tools().signing, current_actor()
    shown, typed = request.form.get("shown", ""), form.secret.data or None
    try:
        with refusals_on(form) if "secret" in request.form else nullcontext():
            signatures.sign_with_server_key(
                db.session(), transaction, desk, step_id, shown_digest=shown, secret=typed, by=by, now=clock.now()
            )
    except Conflict as refusal:
        return _overtaken(step_id, shown, refusal)
    if form.is_refused:
        return _step(step_id, secret=form), 422
    return _signed(step_id)


def _signed(step_id: UUID) -> Any:
    signed = service.get_step(db.session(), step_id, by=current_actor())
    flash(_("Signed: %(document)s.", document=signed.route.title), "success")
    return _onwards(signed)


@bp.get("/steps/<uuid:step_id>/file")
@talisman(content_security_policy=files.SANDBOX)
@permission(Permission.STEP_ACT)
def sent_file(step_id: UUID) -> Response:
    """Exactly the version that is to be signed, for a program of the signer's own."""
    return files.send_version(tools().desk, service.get_step(db.session(), step_id, by=current_actor()).route.version)


@bp.post("/steps/<uuid:step_id>/returned")
@confirmed
@permission(Permission.STEP_ACT)
def take_back(step_id: UUID) -> Any:
    form, by, session = ReturnedForm(), current_actor(), db.session()
    if form.validate():
        with refusals_on(form):
            sent = errands.out_for(
                session, service.get_step(session, step_id, by=by), Tool.ELSEWHERE, by=by, now=clock.now()
            )
            errand_id = sent.id if sent else None
            returning.take_back(step_id, files.read_upload(form.file), errand_id=errand_id, by=by)
        if not form.errors:
            return _signed(step_id)
    return _step(step_id, came_back=form), 422


def _overtaken(step_id: UUID, shown: str, refusal: Conflict) -> Any:
    """Somebody was faster: say so on the page of the step, one click away from the version that is there now."""
    if refusal.code not in {"version_moved", "step_not_open"} or errors.wants_json():
        raise refusal
    db.session.rollback()
    document = service.get_step(db.session(), step_id, by=current_actor()).route.document
    seen = next((version.number for version in document.versions if version.digest == shown), None)
    return _step(step_id, moved=Moved(errors.sentence(refusal), seen)), 409


@bp.post("/steps/<uuid:step_id>/code")
@limiter.limit("5 per 10 minutes")
@fresh_login
@permission(Permission.STEP_ACT)
def send_code(step_id: UUID) -> Any:
    consent.send_code(db.session(), tools().signing, step_id, by=current_actor(), now=clock.now())
    flash(_("A code is on its way to you. Type it here and sign."), "info")
    return redirect(url_for(".step", step_id=step_id, _anchor="act-heading"))


@bp.post("/steps/<uuid:step_id>/number")
@permission(Permission.STEP_ACT)
def give_number(step_id: UUID) -> Any:
    form = NumberAndDateForm()
    if form.validate():
        with refusals_on(form), transaction() as session:
            if not form.other_symbol.data:
                step = service.get_step(session, step_id, by=current_actor())
                printed.ensure_as_printed(session, step, form.symbol.data)
            done = service.give_number(
                session,
                step_id,
                number=form.number.data,
                symbol=form.symbol.data,
                issued_on=form.issued_on.data,
                by=current_actor(),
                now=clock.now(),
            )
        if not form.errors:
            flash(_("The number has been entered; the seal writes it into the paper."), "success")
            return _onwards(done)
    return _step(step_id, number=form), 422


@bp.post("/steps/<uuid:step_id>/refuse")
@permission(Permission.STEP_ACT)
def refuse(step_id: UUID) -> Any:
    form = ReasonForm()
    if form.validate():
        with refusals_on(form), transaction() as session:
            conduct.refuse(session, step_id, reason=form.reason.data, by=current_actor(), now=clock.now())
        if not form.errors:
            flash(_("You refused to sign. The sender and all who signed before are told your reason."), "info")
            return redirect(url_for(".waiting"))
    return _step(step_id, refusal=form), 422


def _onwards(done: Step) -> Any:
    """To the next act on the same paper, if it is mine as well; else to what waits for me."""
    following = overview.next_for(db.session(), done.route, by=current_actor())
    return redirect(url_for(".step", step_id=following.id) if following else url_for(".waiting"))


# --- what a signature is worth


@bp.get("/documents/<uuid:document_id>/verification")
@permission(Permission.DOCUMENT_READ)
def verification(document_id: UUID) -> str:
    session = db.session()
    document = ensure_document_readable(session, document_id, by=current_actor())
    version = documents.current_version(document)
    route = validation.route_of(session, version) if version else None
    return render_template(
        "signing/verification.html",
        document=document,
        version=version,
        check=validation.check_of(session, version) if version else None,
        stages=timeline.stages_of(session, route, now=clock.now()) if route else (),
        route_row=route,
        void=validation.void_in(session, route, version) if route and version else [],
        units=_unit_names(document),
        dossier=dossier_of(session, document_id),
    )


@bp.get("/documents/<uuid:document_id>/verification.json")
@permission(Permission.DOCUMENT_READ)
def verification_json(document_id: UUID) -> Response:
    """The kept report as a program reads it."""
    session = db.session()
    document = ensure_document_readable(session, document_id, by=current_actor())
    version = documents.current_version(document)
    check = validation.check_of(session, version) if version else None
    if version is None or check is None:
        raise NotFound("not_verified")
    return reports.answer(reports.of_version(check, document, version))


@bp.post("/documents/<uuid:document_id>/verification")
@permission(Permission.DOCUMENT_READ)
def verify_again(document_id: UUID) -> Any:
    with transaction() as session:
        version = documents.current_version(ensure_document_readable(session, document_id, by=current_actor()))
        if version is not None and version.media_type == documents.PDF:
            validation.check_version(session, tools().signing, version, now=clock.now())
    flash(_("The signatures have been verified again."), "success")
    return redirect(url_for(".verification", document_id=document_id))


def _unit_names(document: Document) -> dict[UUID, str]:
    names = people.names_on(db.session(), {document.unit_id}, clock.day_of(clock.now()))
    return {unit_id: name.name for unit_id, name in names.items()}


@bp.route("/check", methods=["GET", "POST"])
@permission(Permission.HOME)
def check() -> Any:
    """Verify any signed PDF; nothing of it is kept."""
    return file_checks.page("signing/check.html")
