"""The screens of coordinator and appraiser: progress of the units, the list, its letter; the queue and the review."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from blueprints import desk_page, errors, mending
from blueprints.appraisal_forms import (
    Piece,
    RefuseForm,
    ReturnForm,
    as_typed,
    pieces_of,
    words_of,
)
from blueprints.extensions import db
from blueprints.forms import refusals_on
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock
from dms.appraisal import checklist, consolidation, letter, listing, paper, review
from dms.appraisal import progress as following
from dms.appraisal.desk import returning
from dms.appraisal.models import Consolidation
from dms.appraisal.progress import Progress, Standing
from dms.appraisal.review import Clash
from dms.campaigns import service as campaigns
from dms.campaigns.vocabulary import DeadlineKind
from dms.documents import service as documents
from dms.documents.models import Version
from dms.dossiers import facts, lifecycle, routing
from dms.dossiers import service as dossiers
from dms.dossiers.lifecycle import Action
from dms.dossiers.models import Dossier
from dms.errors import Conflict, Invalid, NotFound
from dms.people import service as people
from dms.policy import Permission, Role

bp = Blueprint("appraisal", __name__, url_prefix="/appraisal")


# --- progress of the units (P21)


@bp.get("/progress")
@permission(Permission.CONSOLIDATION_READ)
def progress() -> str:
    session, actor, now = db.session(), current_actor(), clock.now()
    followed = following.followed(session, by=actor, now=now)
    if not followed:
        raise NotFound("consolidation_not_found")
    revision_id = request.args.get("revision", followed[0][0].id, type=UUID)
    scheme = request.args.get("scheme") or followed[0][1].code
    found = following.progress(session, revision_id, scheme, by=actor, now=now)
    show = request.args.get("show", "")
    return render_template(
        "appraisal/progress.html",
        found=found,
        followed=followed,
        show=show,
        rows=_shown(found, show),
        standings=tuple(Standing),
    )


def _shown(found: Progress, show: str) -> list[following.UnitProgress]:
    if show == "late":
        return [row for row in found.rows if row.is_late]
    if show in {standing.value for standing in Standing}:
        return [row for row in found.rows if row.standing == show]
    return list(found.rows)


# --- the list (P12, P13, P19)


@bp.post("/consolidation")
@permission(Permission.CONSOLIDATION_EDIT)
def open_consolidation() -> Any:
    revision_id = request.form.get("revision", type=UUID)
    if revision_id is None:
        raise BadRequest
    with transaction() as session:
        found = consolidation.open_consolidation(session, revision_id, request.form.get("scheme", ""), **_act())
        consolidation_id = found.id
    return redirect(url_for(".consolidated", consolidation_id=consolidation_id))


@bp.get("/consolidation/<uuid:consolidation_id>")
@permission(Permission.CONSOLIDATION_READ)
def consolidated(consolidation_id: UUID) -> str:
    session, actor = db.session(), current_actor()
    found = consolidation.get(session, consolidation_id, by=actor)
    entries = listing.entries_of(session, found)
    scheme = listing.scheme_of(session, found)
    document = letter.document_of(session, found)
    return render_template(
        "appraisal/consolidated.html",
        found=found,
        entries=entries,
        spec=listing.spec_of(session, found),
        scheme=scheme,
        meters=listing.meters(session, found, entries),
        news=listing.news(session, found, entries, by=actor) if found.sent_at is None else 0,
        state=letter.state_of(session, found),
        letter=document,
        can_be_signed=document is not None and _is_pdf(documents.current_version(document)),
        deadline=listing.deadline_of(scheme, DeadlineKind.TO_CHAIR),
        names=_body_names(found),
        name_of=dossiers.unit_name,
        is_settled=listing.is_settled,
        is_submitted=listing.is_submitted,
    )


@bp.post("/consolidation/<uuid:consolidation_id>/refresh")
@permission(Permission.CONSOLIDATION_EDIT)
def refresh(consolidation_id: UUID) -> Any:
    with transaction() as session:
        changed = consolidation.refresh(session, consolidation_id, **_act())
    told = {"added": len(changed.added), "removed": len(changed.removed)}
    return _to_list(consolidation_id, _("The list is up to date: %(added)s came in, %(removed)s left.", **told))


@bp.post("/consolidation/<uuid:consolidation_id>/choose")
@permission(Permission.CONSOLIDATION_EDIT)
def choose(consolidation_id: UUID) -> Any:
    chosen = request.form.getlist("nominee", type=UUID)
    with transaction() as session:
        seen = request.form.get("seen", type=int)
        consolidation.choose(session, consolidation_id, chosen, seen=seen, **_act())
    return _to_list(consolidation_id, _("The choice is saved."))


@bp.post("/consolidation/<uuid:consolidation_id>/choose-best")
@permission(Permission.CONSOLIDATION_EDIT)
def choose_best(consolidation_id: UUID) -> Any:
    with transaction() as session:
        consolidation.choose_best(session, consolidation_id, **_act())
    return _to_list(consolidation_id, _("The best of the list are chosen, within the number that is set."))


@bp.post("/consolidation/<uuid:consolidation_id>/nominees/<uuid:nominee_id>/place")
@permission(Permission.CONSOLIDATION_EDIT)
def place(consolidation_id: UUID, nominee_id: UUID) -> Any:
    rank, seen = request.form.get("rank", 1, type=int), request.form.get("seen", type=int)
    reason = request.form.get("reason", "")
    with transaction() as session:
        consolidation.place(session, consolidation_id, nominee_id, rank, reason=reason, seen=seen, **_act())
    return _to_list(consolidation_id, _("The new rank and its reason are on record."))


@bp.post("/consolidation/<uuid:consolidation_id>/rank")
@permission(Permission.CONSOLIDATION_EDIT)
def rank(consolidation_id: UUID) -> Any:
    with transaction() as session:
        consolidation.rank_by_score(session, consolidation_id, **_act())
    return _to_list(consolidation_id, _("The list follows the index score again."))


@bp.post("/consolidation/<uuid:consolidation_id>/send")
@permission(Permission.CONSOLIDATION_EDIT)
def send(consolidation_id: UUID) -> Any:
    with transaction() as session:
        count = len(consolidation.send(session, consolidation_id, **_act()))
    return _to_list(consolidation_id, _("%(count)s dossiers were sent to the appraiser.", count=count))


@bp.post("/consolidation/<uuid:consolidation_id>/forward/<uuid:dossier_id>")
@permission(Permission.CONSOLIDATION_EDIT)
def forward(consolidation_id: UUID, dossier_id: UUID) -> Any:
    with transaction() as session:
        code = consolidation.forward(session, consolidation_id, dossier_id, **_act()).code
    return _to_list(consolidation_id, _("Dossier %(code)s lies with the appraiser again.", code=code))


@bp.post("/consolidation/<uuid:consolidation_id>/reopen")
@permission(Permission.CONSOLIDATION_EDIT)
def reopen(consolidation_id: UUID) -> Any:
    with transaction() as session:
        consolidation.reopen(session, consolidation_id, reason=request.form.get("reason", ""), **_act())
    return _to_list(consolidation_id, _("The list is open for a supplement."))


# --- its letter and its prints


@bp.post("/consolidation/<uuid:consolidation_id>/letter")
@permission(Permission.CONSOLIDATION_EDIT)
def draft_letter(consolidation_id: UUID) -> Any:
    with transaction() as session:
        found = consolidation.get(session, consolidation_id, by=current_actor())
        letter.draft(session, tools().desk, found, **_act())
    return _to_list(consolidation_id, _("The letter is drafted; its PDF follows in a moment."))


@bp.post("/consolidation/<uuid:consolidation_id>/letter/sign")
@permission(Permission.CONSOLIDATION_EDIT)
def sign_letter(consolidation_id: UUID) -> Any:
    with transaction() as session:
        found = consolidation.get(session, consolidation_id, by=current_actor())
        letter.send_for_signature(session, tools().signing, found, **_act())
    return _to_list(consolidation_id, _("The letter is on its way to the signers."))


@bp.post("/consolidation/<uuid:consolidation_id>/letter/take-back")
@permission(Permission.CONSOLIDATION_EDIT)
def take_back_letter(consolidation_id: UUID) -> Any:
    with transaction() as session:
        found = consolidation.get(session, consolidation_id, by=current_actor())
        letter.take_back(session, found, reason=request.form.get("reason", ""), **_act())
    return _to_list(consolidation_id, _("The letter is taken back; the list can change again."))


@bp.get("/consolidation/<uuid:consolidation_id>/list.pdf")
@permission(Permission.CONSOLIDATION_READ)
def list_pdf(consolidation_id: UUID) -> Response:
    session = db.session()
    found = consolidation.get(session, consolidation_id, by=current_actor())
    entries = listing.entries_of(session, found)
    demo = tools().settings.demo
    content = paper.list_pdf(session, found, entries, now=clock.now(), demo=demo)
    return _download(content, "application/pdf", "danh-sach-tong-hop.pdf")


@bp.get("/consolidation/<uuid:consolidation_id>/list.xlsx")
@permission(Permission.CONSOLIDATION_READ)
def list_xlsx(consolidation_id: UUID) -> Response:
    session = db.session()
    found = consolidation.get(session, consolidation_id, by=current_actor())
    content = paper.list_xlsx(listing.entries_of(session, found), years=listing.spec_of(session, found).years)
    return _download(content, paper.XLSX, "danh-sach-tong-hop.xlsx")


# --- the appraiser's desk (P22)


@bp.get("/queue")
@permission(Permission.DOSSIER_APPRAISE)
def reviews() -> str:
    page = request.args.get("page", 1, type=int)
    calendar = tools().calendar
    found = review.queue(db.session(), by=current_actor(), now=clock.now(), page=page, calendar=calendar)
    return render_template("appraisal/queue.html", found=found, name_of=dossiers.unit_name, scheme_of=_scheme_of)


@bp.get("/dossiers/<uuid:dossier_id>/review", endpoint="review")
@permission(Permission.DOSSIER_APPRAISE)
def show_review(dossier_id: UUID) -> str:
    return _review(dossier_id)


def _review(dossier_id: UUID, clashes: Sequence[Clash] = ()) -> str:
    found = checklist.checklist(db.session(), dossier_id, by=current_actor(), now=clock.now())
    return render_template("appraisal/review.html", **desk_page.words(found, clashes))


@bp.post("/dossiers/<uuid:dossier_id>/review")
@permission(Permission.DOSSIER_APPRAISE)
def decide(dossier_id: UUID) -> Any:
    words = words_of(request.form)
    try:
        with transaction() as session:
            review.decide(session, dossier_id, words, **_act())
    except (Conflict, Invalid) as refusal:
        return _review_refused(dossier_id, refusal)
    flash(_("Decided points saved: %(count)s.", count=len(words)), "success")
    return redirect(url_for(".review", dossier_id=dossier_id))


@bp.post("/dossiers/<uuid:dossier_id>/pass", endpoint="pass")
@permission(Permission.DOSSIER_APPRAISE)
def pass_(dossier_id: UUID) -> Any:
    hours = tools().settings.validation_max_age_hours
    with transaction() as session:
        routing.recheck_signatures(session, tools().signing, dossier_id, max_age_hours=hours, **_act())
    try:
        with transaction() as session:
            review.pass_(session, dossier_id, comment=request.form.get("comment", ""), **_act())
    except Invalid as refusal:
        return _review_refused(dossier_id, refusal)
    flash(_("The dossier has passed the appraisal. It goes on with a letter to the deciding body."), "success")
    return redirect(url_for(".reviews"))


def _review_refused(dossier_id: UUID, refusal: Conflict | Invalid) -> Any:
    """The page again with what was typed; beside a word of another officer, where that is what stands in the way."""
    clashes = refusal.params.get("clashes", ())
    if errors.wants_json() or (isinstance(refusal, Conflict) and not clashes):
        raise refusal
    flash(errors.sentence(refusal), "error")
    return _review(dossier_id, clashes), errors.status_of(refusal)


# --- back to the unit, or refused; by the coordinator as by the appraiser


@bp.route("/dossiers/<uuid:dossier_id>/return", methods=["GET", "POST"], endpoint="return")
@permission(Permission.DOSSIER_RETURN)
def return_(dossier_id: UUID) -> Any:
    dossier, form = _mine(dossier_id, Action.RETURN), ReturnForm()
    pieces = _pieces(dossier, form)
    if form.validate_on_submit():
        entries = [piece.entry for piece in pieces if piece.is_chosen]
        with refusals_on(form), transaction() as session:
            reason = form.reason.data or ""
            returning.send_back(session, tools().desk, dossier_id, entries, reason=reason, **_act())
            flash(_("The dossier was sent back to its unit."), "success")
            return redirect(_desk())
    return _answer("appraisal/return.html", form, dossier_id, pieces=pieces)


@bp.route("/dossiers/<uuid:dossier_id>/refuse", methods=["GET", "POST"])
@permission(Permission.DOSSIER_REFUSE)
def refuse(dossier_id: UUID) -> Any:
    _mine(dossier_id, Action.REFUSE)
    form = RefuseForm()
    if form.validate_on_submit():
        with refusals_on(form), transaction() as session:
            dossiers.refuse_dossier(session, dossier_id, reason=form.reason.data, **_act())
            flash(_("The dossier was refused."), "success")
            return redirect(_desk())
    return _answer("appraisal/refuse.html", form, dossier_id)


def _mine(dossier_id: UUID, action: Action) -> Dossier:
    """The dossier, if the act is open to the person now."""
    dossier = dossiers.get(db.session(), dossier_id, by=current_actor())
    lifecycle.ensure_may(dossier, action, current_actor())
    return dossier


def _pieces(dossier: Dossier, form: ReturnForm) -> list[Piece]:
    """What can be reopened: as it was typed, or filled from what the review found."""
    session = db.session()
    pieces = list(pieces_of(_scheme_of(dossier), facts.nominees_of(session, dossier.id)))
    if request.method == "POST":
        return as_typed(pieces, request.form)
    found = checklist.review_of(session, dossier, by=current_actor(), now=clock.now())
    form.reason.data = "\n".join(mending.general(found))
    return mending.as_judged(pieces, found)


# --- steps


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}


def _to_list(consolidation_id: UUID, told: str) -> Any:
    flash(told, "success")
    return redirect(url_for(".consolidated", consolidation_id=consolidation_id))


def _desk() -> str:
    """Where the person's other dossiers wait."""
    return url_for(".reviews" if current_actor().has_role(Role.APPRAISER) else ".progress")


def _answer(template: str, form: ReturnForm | RefuseForm, dossier_id: UUID, **more: Any) -> Any:
    """The form's page; 422 where it was refused. The dossier is read anew: a refusal ended its transaction."""
    dossier = dossiers.get(db.session(), dossier_id, by=current_actor())
    more |= {"dossier": dossier, "scheme": _scheme_of(dossier), "unit": dossiers.unit_name(dossier)}
    page = render_template(template, form=form, **more)
    return (page, 422) if request.method == "POST" else page


def _scheme_of(dossier: Dossier) -> Any:
    return campaigns.scheme_of(dossier.revision, dossier.scheme_code)


def _is_pdf(version: Version | None) -> bool:
    return version is not None and version.media_type == documents.PDF


def _body_names(found: Consolidation) -> dict[str, str]:
    ids = {"coordinator": found.coordinator_id, "appraiser": found.appraiser_id, "chair": found.conferrer_id}
    names = people.names_on(db.session(), ids.values(), clock.day_of(clock.now()))
    return {role: names[unit_id].name for role, unit_id in ids.items()}


def _download(content: bytes, media_type: str, name: str) -> Response:
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
