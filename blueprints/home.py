"""“Việc của tôi”: what waits for the person who is logged in."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for

from blueprints.web import permission
from dms.policy import Permission

bp = Blueprint("home", __name__)

LANGUAGES = ("vi", "en")


@bp.get("/work")
@permission(Permission.HOME)
def work() -> str:
    return render_template("home/work.html")


@bp.post("/language/<any(vi,en):code>")
def language(code: str) -> Any:
    session["language"] = code
    return redirect(request.form.get("next") or url_for("public.index"))
