"""Many documents signed in one go: look through them, confirm once, watch, read the report."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints import batch_report, errors, jobs, signing_words
from blueprints.batch_runner import BatchRunner
from blueprints.confirmation import ask
from blueprints.extensions import db, limiter
from blueprints.proofs import are_confirmed
from blueprints.signing_forms import SecretForm
from blueprints.web import current_actor, fresh_login, permission, tools, transaction
from dms import clock
from dms.documents import intake, pages
from dms.errors import DomainError, Invalid, NotFound
from dms.people import service as people
from dms.policy import Permission
from dms.signing import consent, pades
from dms.signing.batch import service
from dms.signing.batch.models import BatchItem, BatchState, ItemState, SigningBatch
from dms.signing.batch.service import Lease

bp = Blueprint("batches", __name__, url_prefix="/signing/batches")

THUMBNAIL = 260  # pixels wide


@bp.get("")
@permission(Permission.STEP_ACT)
def index() -> str:
    batches = service.list_recent(db.session(), by=current_actor(), limit=50)
    return render_template("batches/index.html", batches=batches)


@bp.post("")
@permission(Permission.STEP_ACT)
def open_batch() -> Any:
    chosen = [step_id for each in request.form.getlist("step") if (step_id := _uuid(each))]
    try:
        with transaction() as session:
            batch = service.open_batch(session, chosen, by=current_actor(), now=clock.now())
    except Invalid as error:
        flash(errors.sentence(error), "warning")
        return redirect(url_for("signing.waiting"))
    return redirect(url_for(".show", batch_id=batch.id))


@bp.get("/<uuid:batch_id>")
@permission(Permission.STEP_ACT)
def show(batch_id: UUID) -> Any:
    batch = service.get_batch(db.session(), batch_id, by=current_actor())
    return _review(batch) if batch.state is BatchState.REVIEW else _progress(batch)


def _review(batch: SigningBatch, secret: SecretForm | None = None) -> str:
    session, by, now = db.session(), current_actor(), clock.now()
    items = service.with_papers(session, batch)
    means = consent.means_of(session, tools().signing, [item.step for item in items], by=by, now=now)
    return render_template(
        "batches/review.html",
        batch=batch,
        items=items,
        moved=service.moved,
        units=people.names_on(session, {item.document.unit_id for item in items}, clock.day_of(now)),
        may_sign=are_confirmed(means.kinds),
        means=means,
        words=signing_words,
        secret=secret or SecretForm(formdata=None),
    )


def _progress(batch: SigningBatch, secret: SecretForm | None = None) -> str:
    session, by, now = db.session(), current_actor(), clock.now()
    items = service.with_papers(session, batch)
    left = [item.step for item in items if item.is_open or item.may_retry]
    means = consent.means_of(session, tools().signing, left, by=by, now=now)
    return render_template(
        "batches/progress.html",
        batch=batch,
        items=items,
        counts=counts(batch),
        summary=summary(batch),
        is_on_its_way=batch.state in service.ON_ITS_WAY,
        can_resume=service.can_resume(batch),
        means=means,
        minutes=tools().signing.expires_minutes,
        sentence=batch_report.sentence,
        stopped=batch_report.why_stopped(batch),
        secret=secret or SecretForm(formdata=None),
    )


@bp.get("/<uuid:batch_id>/progress")
@permission(Permission.STEP_ACT)
def progress(batch_id: UUID) -> Response:
    """How far it is, for the page's script; small, and asked once a second while the page is open."""
    batch = service.get_batch(db.session(), batch_id, by=current_actor())
    told = counts(batch)
    return jsonify(
        state=batch.state.value,
        text=summary(batch),
        done=told["done"],
        total=told["total"],
        items={str(item.id): {"state": item.state.value, "label": batch_report.state(item)} for item in batch.items},
    )


def counts(batch: SigningBatch) -> dict[str, int]:
    """How many of a batch's documents stand where; ``total`` without those that were left out."""
    states = [item.state for item in batch.items]
    told = {state.value: states.count(state) for state in ItemState}
    total = len(states) - told[ItemState.LEFT_OUT]
    return told | {"total": total, "done": told[ItemState.SIGNED] + told[ItemState.REFUSED]}


def summary(batch: SigningBatch) -> str:
    """One sentence on how far it is."""
    told = counts(batch)
    if told["refused"]:
        return _("%(signed)s of %(total)s signed, %(refused)s not signed", **told)
    return _("%(signed)s of %(total)s documents signed", **told)


# --- Acts


@bp.post("/<uuid:batch_id>/start")
@permission(Permission.STEP_ACT)
def start(batch_id: UUID) -> Any:
    form, session, by, now = SecretForm(), db.session(), current_actor(), clock.now()
    chosen = [item_id for each in request.form.getlist("item") if (item_id := _uuid(each))]
    batch = service.get_batch(session, batch_id, by=by)
    steps = [item.step for item in service.with_papers(session, batch) if item.id in chosen]
    if not are_confirmed(consent.means_of(session, tools().signing, steps, by=by, now=now).kinds):
        return _choose_then_ask(batch_id, chosen)
    try:
        with transaction() as writing:
            lease = _lease(batch_id, form)
            service.start(writing, batch_id, chosen=chosen, by=by, now=now, lease=lease)
    except Invalid as error:
        flash(errors.sentence(error), "warning")
    else:
        _wake(lease)
    return redirect(url_for(".show", batch_id=batch_id))


def _choose_then_ask(batch_id: UUID, chosen: list[UUID]) -> Response:
    """What was unticked stays unticked while the signer confirms who they are."""
    with transaction() as session:
        batch = service.get_batch(session, batch_id, by=current_actor())
        service.keep_choice(batch, chosen, now=clock.now())
    return ask(back=url_for(".show", batch_id=batch_id, _anchor="sign"))


@bp.post("/<uuid:batch_id>/resume")
@permission(Permission.STEP_ACT)
def resume(batch_id: UUID) -> Any:
    session, by, now = db.session(), current_actor(), clock.now()
    batch = service.get_batch(session, batch_id, by=by)
    steps = [item.step for item in service.with_papers(session, batch) if item.is_open or item.may_retry]
    if not are_confirmed(consent.means_of(session, tools().signing, steps, by=by, now=now).kinds):
        return ask(back=url_for(".show", batch_id=batch_id))
    with transaction() as writing:
        lease = _lease(batch_id, SecretForm())
        service.resume(writing, batch_id, by=by, now=now, lease=lease)
    _wake(lease)
    return redirect(url_for(".show", batch_id=batch_id))


def _lease(batch_id: UUID, form: SecretForm) -> Lease | None:
    """What the signer typed for the key stays in the memory of this process, which then signs the batch itself."""
    return _runner().lease(batch_id, form.secret.data)


def _wake(lease: Lease | None) -> None:
    if lease is None:
        jobs.wake_signing()
    else:
        _runner().wake()


def _runner() -> BatchRunner:
    runner: BatchRunner = current_app.extensions["dms_jobs"]["runner"]
    return runner


@bp.post("/<uuid:batch_id>/cancel")
@permission(Permission.STEP_ACT)
def cancel(batch_id: UUID) -> Any:
    with transaction() as session:
        service.cancel(session, batch_id, by=current_actor(), now=clock.now())
    flash(_("The batch has been cancelled. What was signed already stays signed."), "info")
    return redirect(url_for(".show", batch_id=batch_id))


@bp.post("/<uuid:batch_id>/discard")
@permission(Permission.STEP_ACT)
def discard(batch_id: UUID) -> Any:
    with transaction() as session:
        service.discard(session, batch_id, by=current_actor())
    return redirect(url_for("signing.waiting"))


@bp.post("/<uuid:batch_id>/code")
@limiter.limit("5 per 10 minutes")
@fresh_login
@permission(Permission.STEP_ACT)
def send_code(batch_id: UUID) -> Any:
    session, by = db.session(), current_actor()
    batch = service.get_batch(session, batch_id, by=by)
    item = next((item for item in batch.items if item.is_open or item.may_retry), None)
    if item is not None:
        consent.send_code(session, tools().signing, item.step_id, by=by, now=clock.now())
        flash(_("A code is on its way to you. Type it here and sign."), "info")
    return redirect(url_for(".show", batch_id=batch_id, _anchor="sign"))


# --- The report


@bp.get("/<uuid:batch_id>/report.csv", defaults={"kind": "csv"})
@bp.get("/<uuid:batch_id>/report.xlsx", defaults={"kind": "xlsx"})
@permission(Permission.STEP_ACT)
def report(batch_id: UUID, kind: str) -> Response:
    session = db.session()
    batch = service.get_batch(session, batch_id, by=current_actor())
    rows = batch_report.rows(session, service.with_papers(session, batch))
    content, media_type = _WRITERS[kind](rows)
    answer = Response(content, mimetype=media_type)
    name = f"ket-qua-ky-{clock.local(batch.created_at):%Y%m%d-%H%M}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


_WRITERS: dict[str, Callable[[list[list[Any]]], tuple[bytes, str]]] = {
    "csv": batch_report.as_csv,
    "xlsx": batch_report.as_xlsx,
}


# --- Pictures of pages


@bp.get("/<uuid:batch_id>/items/<uuid:item_id>/first.png", defaults={"which": "first"})
@bp.get("/<uuid:batch_id>/items/<uuid:item_id>/place.png", defaults={"which": "place"})
@permission(Permission.STEP_ACT)
def thumbnail(batch_id: UUID, item_id: UUID, which: str) -> Response:
    """The first page of exactly the version that would be signed, or the page on which the signature goes."""
    batch = service.get_batch(db.session(), batch_id, by=current_actor())
    item = next((each for each in batch.items if each.id == item_id), None)
    if item is None:
        raise NotFound("page_not_found", page=1)
    number = 1 if which == "first" else _page_of(item)
    answer = Response(pages.picture(tools().desk, item.shown_version, number, width=THUMBNAIL), mimetype="image/png")
    answer.cache_control.private, answer.cache_control.max_age = True, 3600
    return answer


def _page_of(item: BatchItem) -> int:
    """The page of the signature's field; the last one where the paper has none that can be found."""
    try:
        with intake.copy_of(tools().desk, item.shown_digest) as path:
            return pades.page_of_field(path, item.step.field_name or "")
    except DomainError:
        return item.shown_version.pages or 1


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.partition(":")[0])
    except ValueError:
        return None


@bp.app_template_filter("took")
def took(batch: SigningBatch) -> str:
    """How long a batch took, from its start to its last result."""
    ends = [moment for item in batch.items for moment in (item.signed_at, item.refused_at) if moment]
    if not ends or batch.started_at is None:
        return ""
    return _duration(batch.started_at, max(ends))


def _duration(start: datetime, end: datetime) -> str:
    seconds = max(1, round((end - start).total_seconds()))
    if seconds < 60:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    return ngettext("%(num)s minute", "%(num)s minutes", round(seconds / 60))
