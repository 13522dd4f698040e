"""The appraiser's letter to the body that decides: draft, send to the signers, take back (P12, P22)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from blueprints.extensions import db
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock
from dms.appraisal import listing, submission
from dms.appraisal.letter import LetterState
from dms.appraisal.models import AppraisalLetter
from dms.appraisal.submission import Tray
from dms.campaigns.vocabulary import DeadlineKind
from dms.documents import service as documents
from dms.dossiers import service as dossiers
from dms.people import service as people
from dms.policy import Permission

bp = Blueprint("appraisal_letters", __name__, url_prefix="/appraisal/letters")


@bp.get("")
@permission(Permission.APPRAISAL_EDIT)
def index() -> str:
    session = db.session()
    found = submission.trays(session, by=current_actor())
    names = people.names_on(session, {tray.matter.conferrer_id for tray in found}, clock.day_of(clock.now()))
    return render_template(
        "appraisal/letters.html",
        trays=found,
        names={unit_id: name.name for unit_id, name in names.items()},
        name_of=dossiers.unit_name,
        deadline_of=_deadline_of,
        can_be_signed=_can_be_signed,
        signed=LetterState.SIGNED,
    )


@bp.post("")
@permission(Permission.APPRAISAL_EDIT)
def draft() -> Any:
    revision_id, conferrer_id = request.form.get("revision", type=UUID), request.form.get("conferrer", type=UUID)
    if revision_id is None or conferrer_id is None:
        raise BadRequest
    with transaction() as session:
        by = current_actor()
        matter = submission.find_matter(session, revision_id, request.form.get("scheme", ""), conferrer_id, by=by)
        submission.draft(session, tools().desk, matter, **_act())
    return _back(_("The letter is drafted; its PDF follows in a moment."))


@bp.post("/<uuid:letter_id>/sign")
@permission(Permission.APPRAISAL_EDIT)
def sign(letter_id: UUID) -> Any:
    with transaction() as session:
        submission.send_for_signature(session, tools().signing, letter_id, **_act())
    return _back(_("The letter is on its way to the signers."))


@bp.post("/<uuid:letter_id>/take-back")
@permission(Permission.APPRAISAL_EDIT)
def take_back(letter_id: UUID) -> Any:
    with transaction() as session:
        submission.take_back(session, letter_id, reason=request.form.get("reason", ""), **_act())
    return _back(_("The letter is taken back; those whom it named wait for another one."))


def _can_be_signed(letter: AppraisalLetter) -> bool:
    version = documents.current_version(letter.document)
    return version is not None and version.media_type == documents.PDF


def _deadline_of(tray: Tray) -> Any:
    return listing.deadline_of(tray.matter.scheme, DeadlineKind.TO_CHAIR)


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}


def _back(told: str) -> Any:
    flash(told, "success")
    return redirect(url_for(".index"))
