"""What anybody may open: the way in, and the check of a certificate."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints.extensions import db, limiter
from dms.awards import public as certificates

bp = Blueprint("public", __name__)

VERIFY_RATE = "30 per minute"


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


def _unlisted(answer: Response) -> Response:
    """Names of people stay out of search engines and of the caches on the way."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Cache-Control"] = "no-store"
    return answer
