"""What anybody may open: the way in, and the check of a certificate or of a signed file."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import file_checks
from blueprints.extensions import db, limiter
from dms.awards import public as certificates

bp = Blueprint("public", __name__)

VERIFY_RATE = "30 per minute"
FILE_RATE = "10 per minute;60 per hour"  # each costs a process of its own and up to half a minute of it


@bp.get("/")
def index() -> Any:
    """The way in: to one's work, or to the log-in."""
    return redirect(url_for("home.work" if current_user.is_authenticated else "security.login"))


@bp.get("/v", defaults={"code": ""})
@bp.get("/v/<code>")
@limiter.limit(VERIFY_RATE)
def verify(code: str) -> Any:
    """Whether a certificate is real, with nothing that it does not print itself. A typed code leads to its address."""
    typed = certificates.plain_code(request.args.get("code", ""))
    if typed and not code:
        return redirect(url_for(".verify", code=typed))
    award = certificates.find(db.session(), code) if code else None
    page = render_template("public/verify.html", award=award, code=code, asked=bool(code))
    return _unlisted(make_response(page, 404 if code and award is None else 200))


@bp.get("/xac-minh/<code>")
def verify_printed(code: str) -> Any:
    """The same for the address as people remember it."""
    return redirect(url_for(".verify", code=code))


@bp.get("/xac-minh")
@bp.post("/xac-minh")
@limiter.limit(FILE_RATE, methods=["POST"])
def verify_file() -> Any:
    """Whether the signatures in a file hold, or whether a printed code is real. Nothing of the file is kept."""
    typed = certificates.plain_code(request.args.get("code", ""))
    if typed:
        return redirect(url_for(".verify", code=typed))
    return _unlisted(make_response(file_checks.page("public/verify_file.html")))


def _unlisted(answer: Response) -> Response:
    """Names of people stay out of search engines and of the caches on the way."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Cache-Control"] = "no-store"
    return answer
