"""“Việc của tôi”: what waits for the person who is logged in; and the choice of language."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for

from blueprints.extensions import db
from blueprints.web import current_actor, ours, permission, tools
from dms import clock
from dms.appraisal import worklist
from dms.policy import Permission

bp = Blueprint("home", __name__)


@bp.get("/work")
@permission(Permission.HOME)
def work() -> str:
    today = clock.day_of(clock.now())
    found = worklist.my_work(db.session(), current_actor(), today, calendar=tools().calendar)
    return render_template("home/work.html", work=found)


@bp.post("/language/<any(vi,en):code>")
def language(code: str) -> Any:
    session["language"] = code
    return redirect(ours(request.form.get("next", ""), otherwise=url_for("public.index")))
