"""Signing with the token on the signer's own computer: what the page asks, and what the program there asks.

The page prepares each document, gets one signed request for all, hands it to the program (or shows its code) and brings
each signature back. ``claim`` and ``answer`` are for the program alone: they look at no cookie, so no page can misuse a
log-in through them; a code or a claim is all that counts there, and neither can sign.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import jobs
from blueprints.extensions import csrf, db, limiter
from blueprints.labels import label
from blueprints.web import current_actor, fresh_login, permission, tools, transaction
from dms import clock
from dms.errors import Invalid, Unavailable
from dms.policy import Permission
from dms.signing import overview, service, signatures
from dms.signing.agents import service as agents
from dms.signing.agents.messages import RequestSigner
from dms.signing.agents.service import Given
from dms.signing.batch import service as batches

bp = Blueprint("agents", __name__)

# The only pages that may speak to a program on the reader's own computer.
REACHING = ("signing.step", "batches.show", "agents.guide")


def init_app(app: Flask, policy: dict[str, str], port: int, also: Iterable[str] = ()) -> None:
    """Let the pages of ``REACHING``, and no other, connect to the program's port on the reader's computer.

    ``also`` are addresses of other programs there.
    """
    opened = policy | {"connect-src": " ".join(("'self'", f"http://127.0.0.1:{port}", *also))}
    for endpoint in app.view_functions.keys() & set(REACHING):
        app.view_functions[endpoint] = _reaching(app.view_functions[endpoint], opened)
    app.jinja_env.globals["agent_port"] = port


def _reaching(view: Callable[..., Any], policy: dict[str, str]) -> Callable[..., Any]:
    @wraps(view)
    def reaching(*args: Any, **values: Any) -> Any:
        return view(*args, **values)

    reaching.talisman_view_options = {"content_security_policy": policy}  # type: ignore[attr-defined]  # read by Talisman
    return reaching


# --- for the page


@bp.get("/signing/agent")
@permission(Permission.STEP_ACT)
def guide() -> str:
    """How to install and start the program; the fingerprint to compare."""
    return render_template("signing/agent.html", signer=tools().agent)


@bp.post("/signing/agent/pending")
@fresh_login
@permission(Permission.STEP_ACT)
def prepare() -> Any:
    """Prepare one document: ``{"step": id, "shown": digest}`` → ``{"pending": id}``."""
    _ensure_on()
    told, now = _told(), clock.now()
    by, desk = current_actor(), tools().signing
    drafted = signatures.draft(db.session(), desk, _id(told, "step"), shown_digest=_text(told, "shown"), by=by, now=now)
    db.session().rollback()  # it only read; the writing begins afresh
    with transaction() as session:
        pending_id = signatures.pend(session, drafted).id
    return jsonify(pending=pending_id), 201


@bp.post("/signing/agent/requests")
@fresh_login
@permission(Permission.STEP_ACT)
def ask() -> Any:
    """Ask for all at once: ``{"pending": [id, …]}`` or ``{"batch": id}`` → the signed request, and the code."""
    signer, told = _ensure_on(), _told()
    pending_ids = list(_waiting_in(_id(told, "batch")).values()) if "batch" in told else _ids(told)
    with transaction() as session:
        asked = agents.ask(
            session,
            signer.issuer,
            pending_ids=pending_ids,
            words=lambda action: str(label(action)),
            by=current_actor(),
            now=clock.now(),
        )
        made = asked.request
    return (
        jsonify(
            id=made.id,
            request=signer.sign(made.claims),
            code=f"{asked.code[:5]}-{asked.code[5:]}",
            pending=pending_ids,
            expires_at=made.expires_at.isoformat(),
        ),
        201,
    )


@bp.get("/signing/agent/requests/<uuid:request_id>")
@permission(Permission.STEP_ACT)
def follow(request_id: UUID) -> Any:
    """How far a request is that went by the code."""
    found = agents.get_request(db.session(), request_id, by=current_actor())
    return jsonify(state=agents.progress_of(found, now=clock.now()), refused=found.refused)


@bp.post("/signing/agent/requests/<uuid:request_id>/signatures")
@fresh_login
@permission(Permission.STEP_ACT)
def finish(request_id: UUID) -> Any:
    """Complete one document: ``{"pending": id, "nonce"?: …, "signature"?: base64}``; else what came by the code."""
    told, by, now, desk = _told(), current_actor(), clock.now(), tools().signing
    pending_id = _id(told, "pending")
    given = Given(_text(told, "nonce"), agents.decoded(_text(told, "signature"))) if "signature" in told else None
    raw = agents.signature_for(db.session(), request_id, pending_id, given, by=by, now=now)
    made = signatures.make(db.session(), desk, pending_id, raw, by=by, now=now)
    db.session().rollback()
    with transaction() as session:
        step_id = signatures.keep(session, made, by=by, now=now).step_id
    return jsonify(_outcome(request_id, step_id))


def _outcome(request_id: UUID, step_id: UUID) -> dict[str, Any]:
    """Where to go next; after a single document as after any other signature."""
    session, by = db.session(), current_actor()
    step = service.get_step(session, step_id, by=by)
    if len(agents.get_request(session, request_id, by=by).claims["documents"]) == 1:
        flash(_("Signed: %(document)s.", document=step.route.title), "success")
    following = overview.next_for(session, step.route, by=by)
    onwards = url_for("signing.step", step_id=following.id) if following else url_for("signing.waiting")
    report = url_for("signing.verification", document_id=step.route.document_id)
    return {"title": step.route.title, "onwards": onwards, "report": report}


@bp.post("/signing/agent/requests/<uuid:request_id>/batch")
@fresh_login
@permission(Permission.STEP_ACT)
def finish_batch(request_id: UUID) -> Any:
    """Hand a batch all its signatures: ``{"batch", "nonce"?, "signatures"?: {pending: base64}}``."""
    told, by, now = _told(), current_actor(), clock.now()
    batch_id, given = _id(told, "batch"), told.get("signatures")
    raws = {}
    for item_id, pending_id in _waiting_in(batch_id).items():
        one = Given(_text(told, "nonce"), agents.decoded(_text(given, str(pending_id)))) if given else None
        raws[item_id] = agents.signature_for(db.session(), request_id, pending_id, one, by=by, now=now)
    with transaction() as session:
        batches.take_answers(session, batch_id, raws, by=by)
    jobs.wake_signing()
    return jsonify(taken=len(raws))


def _waiting_in(batch_id: UUID) -> dict[UUID, UUID]:
    """The items of a batch that wait for the signer's own key, each with its pending signature."""
    batch = batches.get_batch(db.session(), batch_id, by=current_actor())
    return {each.id: each.pending_id for each in batch.items if each.is_open and each.is_asked and each.pending_id}


# --- for the program


@bp.get("/.well-known/dms-agent.json")
def published() -> Response:
    """Our address and the key that the program pins at the pairing."""
    return jsonify(_ensure_on().published())


@bp.post("/signing/agent/claim")
@csrf.exempt
@limiter.limit("60 per minute;600 per hour")
def claim() -> Any:
    """``{"code": …}`` → the signed request, once, and what is needed to answer it."""
    signer = _ensure_on()
    with transaction() as session:
        fetched, given = agents.claim(session, _text(_told(), "code"), now=clock.now())
        return jsonify(request=signer.sign(fetched.claims), claim=given)


@bp.post("/signing/agent/answer")
@csrf.exempt
@limiter.limit("60 per minute")
def answer() -> Any:
    """``{"claim", "nonce", "signatures": {id: base64}}``, or ``{"claim", "refused": code}``."""
    told, now = _told(), clock.now()
    with transaction() as session:
        if "refused" in told:
            agents.decline(session, _text(told, "claim"), _text(told, "refused"), now=now)
        else:
            given = told.get("signatures")
            raw = {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
            agents.answer(session, _text(told, "claim"), _text(told, "nonce"), raw, now=now)
    return jsonify(taken=True)


def _ensure_on() -> RequestSigner:
    signer = tools().agent
    if signer is None:
        raise Unavailable("agent_off")
    return signer


def _told() -> dict[str, Any]:
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        raise Invalid("agent_request_unreadable")
    return told


def _text(told: Any, name: str) -> str:
    value = told.get(name) if isinstance(told, dict) else None
    if not isinstance(value, str):
        raise Invalid("agent_request_unreadable")
    return value


def _ids(told: dict[str, Any]) -> list[UUID]:
    given = told.get("pending")
    return [_id({"id": each}, "id") for each in given] if isinstance(given, list) else []


def _id(told: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(_text(told, name))
    except ValueError as error:
        raise Invalid("agent_request_unreadable") from error
