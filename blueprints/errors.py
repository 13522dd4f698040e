"""Refusals for people and programs: one table type → status, one table code → sentence, one place that renders them."""

from collections import defaultdict
from datetime import date
from enum import Enum
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, flash, g, jsonify, redirect, render_template, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from blueprints import finding_places
from blueprints.extensions import db
from blueprints.labels import LABELS, label
from blueprints.sentences import (
    agents,
    appraisal,
    awards,
    batches,
    campaigns,
    common,
    documents,
    dossiers,
    files,
    keys,
    layouts,
    longlife,
    people,
    scores,
    signatures,
    signing,
)
from dms.errors import Conflict, DomainError, Invalid, NotFound, PermissionDenied, TooLarge, Unavailable
from storage import StoreUnavailable

log = structlog.get_logger(__name__)

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    PermissionDenied: 403,
    Conflict: 409,
    Invalid: 422,
    TooLarge: 413,
    Unavailable: 503,
}

PARTS = (
    agents,
    appraisal,
    awards,
    batches,
    campaigns,
    common,
    documents,
    dossiers,
    files,
    keys,
    layouts,
    longlife,
    scores,
    people,
    signatures,
    signing,
)

# What, why, by which rule, what to do: each part's sentences stand in blueprints/sentences/<part>.py.
# A test holds this table against the codes that the code raises.
SENTENCES: dict[str, LazyString] = {code: words for part in PARTS for code, words in part.SENTENCES.items()}


def sentence(error: DomainError) -> str:
    """The error in the reader's language."""
    words = str(SENTENCES.get(error.code, SENTENCES["refused"]))
    return words % defaultdict(str, {"refused": error.code} | _readable(error.params)) + finding_places.told(error)


def status_of(error: DomainError) -> int:
    """The HTTP status of the error's type."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def init_app(app: Flask) -> None:
    """Register the handlers: every refusal leaves here, as problem+json or as a page."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _stale)
    app.register_error_handler(StoreUnavailable, _unavailable)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(CSRFError, _http_error)
    app.register_error_handler(RateLimitExceeded, _http_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _readable(params: dict[str, object]) -> dict[str, object]:
    return {key: _readable_value(value) for key, value in params.items()}


def _readable_value(value: object) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(_readable_value(each)) for each in value)
    if isinstance(value, Enum) and type(value) in LABELS:
        return label(value)
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


# Pages with buttons only: a click that is refused gives back the page it was made on, with the reason. Nothing but a
# PIN or a one-time password is typed in their forms, so nothing can be lost on the way; a form with fields gives
# itself back (blueprints/forms.py).
BUTTONS = frozenset(
    {
        "appraisal.choose_best",
        "appraisal.draft_letter",
        "appraisal.forward",
        "appraisal.rank",
        "appraisal.refresh",
        "appraisal.send",
        "appraisal.sign_letter",
        "appraisal_letters.draft",
        "appraisal_letters.sign",
        "awards.send",
        "documents.convert",
        "dossiers.draft",
        "dossiers.move_nominee",
        "dossiers.remove_nominee",
        "dossiers.send_for_signature",
        "dossiers.submit",
        "signing.send_code",
        "signing.sign",
        "signing.verify_again",
    }
)
_MAY_PASS = (Conflict, Invalid, Unavailable)


def _domain_error(error: DomainError) -> Response:
    if isinstance(error, PermissionDenied):
        log.warning("denied", code=error.code, path=request.path, **error.params)
    back = _page_before()
    if back and request.endpoint in BUTTONS and isinstance(error, _MAY_PASS) and not wants_json():
        db.session.rollback()
        log.info("refused", code=error.code, path=request.path)
        flash(sentence(error), "error")
        return redirect(back, 303)  # type: ignore[return-value]  # redirects are Responses
    return answer(status_of(error), error.code, sentence(error))


def _stale(error: StaleDataError | IntegrityError) -> Response:
    db.session.rollback()
    log.info("stale", path=request.path, error=type(error).__name__)
    return answer(409, "stale", str(SENTENCES["stale"]))


def _unavailable(error: StoreUnavailable | OperationalError) -> Response:
    log.error("unavailable", path=request.path, exc_info=error)
    db.session.rollback()
    return answer(503, "http_503", str(HTTP_SENTENCES[503]))


def _http_error(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return error.get_response()  # type: ignore[return-value]  # redirects are HTTPExceptions, too
    status = error.code or 500
    response = answer(status, f"http_{status}", str(HTTP_SENTENCES.get(status, HTTP_SENTENCES[500])))
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.valid_methods or ())
    return response


def _unexpected(error: Exception) -> Response:
    log.error("unexpected", path=request.path, exc_info=error)
    db.session.rollback()
    return answer(500, "http_500", str(HTTP_SENTENCES[500]))


HTTP_SENTENCES = {
    400: _l("The request could not be read: the form may have expired. Open the page again and send it once more."),
    401: _l("You are not logged in. Log in and repeat the step."),
    403: SENTENCES["not_allowed"],
    404: _l("There is no such page, or your position does not let you see it."),
    405: _l("This address does not take that kind of request."),
    413: _l("The file is over the size limit. Make it smaller, or split it, and send it again."),
    429: _l("Too many attempts in a short time. Wait a few minutes and try again."),
    503: _l("A service that we depend on does not answer. Nothing was changed; try again in a few minutes."),
    500: _l("Something went wrong on our side. Nothing was changed; the administrator can find it in the log."),
}


HEADINGS = {
    400: _l("The request could not be read"),
    401: _l("Please log in"),
    403: _l("Not allowed"),
    404: _l("Not found"),
    405: _l("Not possible here"),
    409: _l("Not possible any more"),
    413: _l("Too large"),
    422: _l("This cannot be accepted"),
    429: _l("Too many attempts"),
    503: _l("A service does not answer"),
    500: _l("Something went wrong"),
}


def answer(status: int, code: str, text: str) -> Response:
    """A refusal as problem+json (RFC 9457) for programs, as a page for people."""
    if wants_json():
        body = jsonify(type=f"urn:dms:problem:{code}", title=text, status=status, code=code)
        body.status_code = status
        body.content_type = "application/problem+json"
        return body
    heading = str(HEADINGS.get(status, HEADINGS[500]))
    words = {"status": status, "code": code, "heading": heading, "text": text, "back": _page_before()}
    return Response(render_template("error.html", **words, request_id=g.get("request_id")), status=status)


def wants_json() -> bool:
    """Whether the client asks for JSON rather than for a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html"


def _page_before() -> str | None:
    """The page of ours that led here, unless it is this very page."""
    origin = urlsplit(request.referrer or "")
    if origin.netloc != request.host or origin.path == request.path:
        return None
    return f"{origin.path}?{origin.query}" if origin.query else origin.path
