"""Around the review: remarks at a place, who is looking, own questions, what has to be mended, common defects (P22)."""

from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from blueprints import defects_report, errors
from blueprints.appraisal_forms import as_id
from blueprints.extensions import db
from blueprints.shell import as_moment
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock
from dms.appraisal import checklist
from dms.appraisal.desk import defects, presence, questions, remarks, return_letter
from dms.appraisal.desk.models import Remark
from dms.appraisal.desk.questions import Wording
from dms.appraisal.desk.remarks import At
from dms.appraisal.paper import XLSX
from dms.appraisal.sheets import table
from dms.campaigns import service as campaigns
from dms.dossiers import service as dossiers
from dms.errors import Invalid, NotFound
from dms.people import service as people
from dms.policy import Permission, Role

bp = Blueprint("desk", __name__, url_prefix="/appraisal")


# --- remarks at a place


@bp.post("/dossiers/<uuid:dossier_id>/remarks")
@permission(Permission.DOSSIER_APPRAISE)
def remark(dossier_id: UUID) -> Any:
    """Keep a remark; a script gets it back as data, a form its page."""
    with transaction() as session:
        made = remarks.make(session, dossier_id, _place(), request.form.get("text", ""), **_act())
        told = _told(made)
    if errors.wants_json():
        return jsonify(told), 201
    flash(_("The remark is kept. The unit sees it when the dossier goes back."), "success")
    return _to_review(dossier_id)


@bp.post("/remarks/<uuid:remark_id>/withdraw")
@permission(Permission.DOSSIER_APPRAISE)
def withdraw_remark(remark_id: UUID) -> Any:
    with transaction() as session:
        dossier_id = remarks.withdraw(session, remark_id, **_act()).dossier_id
    return _to_review(dossier_id)


@bp.post("/remarks/<uuid:remark_id>/settle")
@permission(Permission.DOSSIER_APPRAISE)
def settle_remark(remark_id: UUID) -> Any:
    with transaction() as session:
        dossier_id = remarks.settle(session, remark_id, **_act()).dossier_id
    return _to_review(dossier_id)


def _place() -> At:
    form = request.form
    subject = form.get("subject", "")
    return At(
        subject=subject,
        requirement=form.get("requirement") or None,
        nominee_id=as_id(form.get("nominee", "")),
        version_id=as_id(form.get("version", "")),
        page=form.get("page", type=int),
        rectangle=_rectangle(form.get("rectangle", "")),
    )


def _rectangle(typed: str) -> remarks.Rectangle | None:
    """Four numbers with commas, as the script writes them; None for none."""
    if not typed:
        return None
    try:
        left, top, right, bottom = map(float, typed.split(","))
    except ValueError as error:
        raise Invalid("remark_place_unknown") from error
    return left, top, right, bottom


def _told(made: Remark) -> dict[str, Any]:
    return {
        "id": str(made.id),
        "text": made.text,
        "by": made.author_name,
        "at": as_moment(made.made_at),
        "version": str(made.version_id) if made.version_id else None,
        "page": made.page,
        "rectangle": made.rectangle,
    }


# --- who is looking


@bp.post("/dossiers/<uuid:dossier_id>/looking")
@permission(Permission.DOSSIER_APPRAISE)
def looking(dossier_id: UUID) -> Any:
    """A sign of life from an open desk; the answer says who else is there, and when the last word was said."""
    with transaction() as session:
        others = presence.sign(session, dossier_id, **_act())
        items = checklist.items_of(session, dossier_id)
        latest = max(items, key=lambda item: item.reviewed_at, default=None)
        said = {"at": latest.reviewed_at.isoformat(), "by": latest.reviewer_name} if latest else None
    return jsonify(others=[each.name for each in others], said=said)


@bp.post("/dossiers/<uuid:dossier_id>/left")
@permission(Permission.DOSSIER_APPRAISE)
def left(dossier_id: UUID) -> Any:
    with transaction() as session:
        presence.leave(session, dossier_id, by=current_actor())
    return "", 204


# --- own questions


@bp.get("/questions")
@permission(Permission.DOSSIER_APPRAISE)
def own_questions() -> str:
    return _questions()


def _questions(typed: Wording | None = None) -> str:
    session, actor = db.session(), current_actor()
    offices = sorted(actor.units_as(Role.APPRAISER), key=str)
    names = people.names_on(session, offices, clock.day_of(clock.now()))
    asked = {unit_id: questions.of_office(session, [unit_id], by=actor) for unit_id in offices}
    return render_template("appraisal/questions.html", asked=asked, names=names, typed=typed)


@bp.post("/questions")
@permission(Permission.DOSSIER_APPRAISE)
def add_question() -> Any:
    unit_id = request.form.get("unit", type=UUID)
    if unit_id is None:
        raise NotFound("question_not_found")
    wording = Wording(request.form.get("text", ""), "required" in request.form, "mine" in request.form)
    try:
        with transaction() as session:
            questions.add(session, unit_id, wording, **_act())
    except Invalid as refusal:
        flash(errors.sentence(refusal), "error")
        return _questions(wording), 422
    flash(_("The question is asked of every dossier from now on."), "success")
    return redirect(url_for(".own_questions"))


@bp.post("/questions/<uuid:question_id>/retire")
@permission(Permission.DOSSIER_APPRAISE)
def retire_question(question_id: UUID) -> Any:
    with transaction() as session:
        questions.retire(session, question_id, **_act())
    flash(_("The question is not asked any more; answers that were given stay."), "success")
    return redirect(url_for(".own_questions"))


# --- what has to be mended, for the unit as for the desk


@bp.get("/dossiers/<uuid:dossier_id>/mend")
@permission(Permission.DOSSIER_READ)
def mend(dossier_id: UUID) -> str:
    """The list of each return with its remarks on the pages, and the letter that went with it."""
    session, actor = db.session(), current_actor()
    dossier = dossiers.get(session, dossier_id, by=actor)
    returns = dossiers.returns_of(session, dossier_id)
    if not returns:
        raise NotFound("return_not_found")
    return render_template(
        "appraisal/mend.html",
        dossier=dossier,
        unit=dossiers.unit_name(dossier),
        scheme=campaigns.scheme_of(dossier.revision, dossier.scheme_code),
        returns=returns,
        remarks=remarks.shown_to(session, dossier, by=actor),
        letters=return_letter.of_dossier(session, dossier_id),
        nominees={nominee.id: nominee for nominee in dossier.nominees},
        may_send=return_letter.may_send(dossier, actor),
    )


@bp.post("/return-letters/<uuid:letter_id>/sign")
@permission(Permission.APPRAISAL_EDIT)
def sign_letter(letter_id: UUID) -> Any:
    with transaction() as session:
        return_letter.send_for_signature(session, tools().signing, letter_id, **_act())
        dossier_id = return_letter.get(session, letter_id, by=current_actor()).dossier_id
    flash(_("The letter is on its way to the signers."), "success")
    return redirect(url_for(".mend", dossier_id=dossier_id))


# --- common defects


@bp.get("/statistics")
@permission(Permission.DOSSIER_APPRAISE)
def statistics() -> str:
    session, actor = db.session(), current_actor()
    codes = defects.campaigns_of(session, by=actor)
    code = request.args.get("campaign") or next(iter(codes), "")
    found = defects.statistics(session, code, by=actor)
    titles = {each: campaigns.latest(session, each).title for each in codes}
    return render_template(
        "appraisal/statistics.html", found=found, titles=titles, rows=defects_report.rows_of(found), code=code
    )


@bp.get("/statistics.xlsx")
@permission(Permission.DOSSIER_APPRAISE)
def statistics_xlsx() -> Any:
    found = defects.statistics(db.session(), request.args.get("campaign", ""), by=current_actor())
    title, headings, rows = defects_report.sheet_of(found)
    content = BytesIO(table(title, headings, rows))
    return send_file(content, mimetype=XLSX, as_attachment=True, download_name="loi-thuong-gap.xlsx")


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}


def _to_review(dossier_id: UUID) -> Any:
    """Back to the desk, at the page on which the remark stands."""
    place = {key: request.form[key] for key in ("paper", "page") if request.form.get(key)}
    return redirect(url_for("appraisal.review", dossier_id=dossier_id, **place, _anchor="viewer"))
