"""What anybody may open."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask_login import current_user

bp = Blueprint("public", __name__)


@bp.get("/")
def index() -> Any:
    """The way in: to one's work, or to the log-in."""
    return redirect(url_for("home.work" if current_user.is_authenticated else "security.login"))
