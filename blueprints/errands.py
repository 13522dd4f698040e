"""Signing with a program of the signer's own: what goes out, what the state's desktop signer fetches and posts.

``hand_out`` and ``take`` are for that program alone, which has no log-in: they look at no cookie, and a token that is
good for one file, one person, one step, once and twenty minutes is all that counts there. What comes back is judged as
any stranger's file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _

from blueprints import errors, files
from blueprints.confirmation import confirmed
from blueprints.extensions import csrf, db, limiter, talisman
from blueprints.files import Upload
from blueprints.returning import take_back
from blueprints.web import current_actor, permission, tools, transaction
from config import Settings
from dms import clock
from dms.campaigns.vocabulary import StepAction
from dms.documents import service as documents
from dms.errors import DomainError, Invalid, Unavailable
from dms.people import service as people
from dms.policy import Actor, Permission, Presence
from dms.signing import overview
from dms.signing.copies.models import copy_in
from dms.signing.errands import service as errands
from dms.signing.errands import vgca
from dms.signing.errands.models import Errand, Tool
from dms.signing.errands.service import Tokens
from dms.signing.models import Step

bp = Blueprint("errands", __name__)

FILENAME = "van-ban.pdf"


def init_app(app: Flask, settings: Settings) -> Sequence[str]:
    """Tell the pages where the program listens; return what they may connect to."""
    app.jinja_env.globals["vgca_address"] = settings.vgca_address
    return (settings.vgca_address,) if settings.vgca_address else ()


# --- for people


@bp.post("/signing/steps/<uuid:step_id>/sent")
@confirmed
@permission(Permission.STEP_ACT)
def send_out(step_id: UUID) -> Any:
    """Write number and date into the file that is to be sealed elsewhere."""
    _sent(step_id, Tool.ELSEWHERE, request.form.get("shown", ""))
    flash(_("The file with number and date is ready. Download it, seal it and send it back."), "info")
    return redirect(url_for("signing.step", step_id=step_id, _anchor="elsewhere"))


@bp.get("/signing/errands/<uuid:errand_id>/file")
@talisman(content_security_policy=files.SANDBOX)
@permission(Permission.STEP_ACT)
def sent_file(errand_id: UUID) -> Response:
    """Exactly the bytes that went out."""
    return files.send_version(tools().desk, _Sent.of(errands.get_errand(db.session(), errand_id, by=current_actor())))


# --- for the page that speaks to the desktop signer


@bp.post("/signing/vgca/errands")
@confirmed
@permission(Permission.STEP_ACT)
def begin() -> Any:
    """``{"step", "shown"}`` → the address of the program on this computer and the message to send it."""
    if not tools().settings.vgca_address:
        raise Unavailable("vgca_off")
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        raise Invalid("errand_unreadable")
    errand, tokens = _sent(_id(told.get("step")), Tool.VGCA, str(told.get("shown", "")))
    step = db.session().get_one(Step, errand.step_id)
    return jsonify(
        id=errand.id,
        address=f"{tools().settings.vgca_address}/{_command(step)}",
        message=_message(step, tokens),
        follow=url_for(".follow", errand_id=errand.id),
    ), 201


@bp.get("/signing/vgca/errands/<uuid:errand_id>")
@permission(Permission.STEP_ACT)
def follow(errand_id: UUID) -> Any:
    """How far the errand is, as this server knows it."""
    session, by = db.session(), current_actor()
    errand = errands.get_errand(session, errand_id, by=by)
    told: dict[str, Any] = {"state": errands.progress_of(errand, now=clock.now())}
    if errand.refused:
        told["sentence"] = errors.sentence(DomainError(errand.refused["code"], **errand.refused["params"]))
    if errand.signature_id:
        following = overview.next_for(session, errand.step.route, by=by)
        told["onwards"] = url_for("signing.step", step_id=following.id) if following else url_for("signing.waiting")
    return jsonify(told)


def _message(step: Step, tokens: Tokens) -> dict[str, Any]:
    base = tools().settings.base_url.rstrip("/")
    return vgca.message(
        download=base + url_for(".hand_out", token=tokens.download, name=FILENAME),
        upload=base + url_for(".take", token=tokens.upload),
        issue=_issue(step),
        now=clock.now(),
    )


def _command(step: Step) -> str:
    return vgca.COPY if copy_in(db.session(), step.route.document_id) else vgca.COMMANDS[step.action]


def _issue(step: Step) -> vgca.Issue | None:
    document = step.route.document
    if step.action is not StepAction.SEAL or document.number is None or document.issued_on is None:
        return None
    day = None if copy_in(db.session(), document.id) else document.issued_on
    return vgca.Issue(documents.format_number(document.number, document.symbol or ""), day)


def _sent(step_id: UUID, tool: Tool, shown: str) -> tuple[Errand, Tokens]:
    by, now = current_actor(), clock.now()
    drafted = errands.draft(db.session(), tools().signing, step_id, tool, shown_digest=shown, by=by, now=now)
    db.session().rollback()  # it only read; the writing begins afresh
    with transaction() as session:
        tokens = errands.send_out(session, drafted, by=by, now=now)
    return drafted, tokens


def _id(given: object) -> UUID:
    try:
        return UUID(str(given))
    except ValueError as error:
        raise Invalid("errand_unreadable") from error


# --- for the desktop signer


@bp.get("/vgca/<token>/<name>")
@talisman(content_security_policy=files.SANDBOX)
@limiter.limit("30 per minute;300 per hour")
def hand_out(token: str, name: str) -> Response:  # noqa: ARG001 - the name is for the program, which shows it
    """The file to be signed, once."""
    with transaction() as session:
        sent = _Sent.of(errands.fetch(session, token, now=clock.now()))
    return files.send_once(tools().desk, sent)


@bp.post("/vgca/<token>")
@csrf.exempt
@limiter.limit("30 per minute;300 per hour")
def take(token: str) -> Any:
    """The signed file, once; a refusal is told the way that the program shows to its user."""
    try:
        with transaction() as session:
            errand = errands.accept(session, token, now=clock.now())
            errand_id, step_id, by = errand.id, errand.step_id, _actor_of(errand)
    except DomainError as error:
        return jsonify(vgca.answer(refused=errors.sentence(error))), errors.status_of(error)
    try:
        take_back(step_id, _uploaded(), errand_id=errand_id, by=by)
    except DomainError as error:
        with transaction() as session:
            errands.refuse(session.get_one(Errand, errand_id), error)
        return jsonify(vgca.answer(refused=errors.sentence(error)))
    followed = tools().settings.base_url.rstrip("/") + url_for(".follow", errand_id=errand_id)
    return jsonify(vgca.answer(filename=FILENAME, server=followed))


def _uploaded() -> Upload:
    given = request.files.get(vgca.UPLOAD_FIELD)
    if given is None:
        raise Invalid("returned_unsigned")
    return Upload(given.stream, given.filename or FILENAME)  # type: ignore[arg-type]  # a spooled file


def _actor_of(errand: Errand) -> Actor:
    """The person for whom the errand was sent out, with the seats of today."""
    actor = people.actor_of(db.session(), errand.person_id, clock.day_of(clock.now()))
    agent = request.user_agent.string
    return replace(actor, presence=Presence(address=request.remote_addr or "", agent=agent, method="vgca"))


@dataclass(frozen=True, slots=True)
class _Sent:
    """What ``files`` needs to know of a stored file."""

    digest: str
    size: int
    filename: str = FILENAME
    media_type: str = documents.PDF

    @classmethod
    def of(cls, errand: Errand) -> "_Sent":
        return cls(errand.file_digest, errand.file_size)
