"""The administrator's page on the health of the service: what is wrong, how to mend it."""

import time
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import premises
from blueprints.extensions import db
from blueprints.trouble_words import check_name, mend, told
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock, outbox
from dms.policy import Permission, require
from dms.upkeep import doctor, events
from dms.upkeep.model import Examined, Ward, worst

bp = Blueprint("upkeep", __name__, url_prefix="/upkeep")

SECONDS = 20
"""A page may take so long to check everything; what it did not reach is named, and the command has no such limit."""


@bp.before_request
def _administrators_only() -> None:
    require(current_actor(), Permission.SERVICE_ADMINISTER, None)


@bp.get("")
@permission(Permission.SERVICE_ADMINISTER)
def health() -> str:
    return _page(doctor.run(_ward(), doctor.QUICK), everything=False)


@bp.post("/examination")
@permission(Permission.SERVICE_ADMINISTER)
def examine() -> str:
    return _page(doctor.run(_ward(until=time.monotonic() + SECONDS)), everything=True)


@bp.post("/repair")
@permission(Permission.SERVICE_ADMINISTER)
def repair() -> Any:
    with transaction() as session:
        mended = sum(doctor.repair(session, **_act()).values())
    flash(_("Things mended: %(count)s.", count=mended), "success")
    return redirect(url_for(".health"))


@bp.post("/events/retry")
@permission(Permission.SERVICE_ADMINISTER)
def retry() -> Any:
    chosen = request.form.getlist("event", type=UUID)
    with transaction() as session:
        count = len(events.try_again(session, chosen or None, **_act()))
    flash(_("Events that will be tried again: %(count)s.", count=count), "success")
    return redirect(url_for(".health"))


def _page(found: list[Examined], *, everything: bool) -> str:
    results = [*premises.run(), *found]
    troubles = tuple(trouble for each in results for trouble in each.troubles)
    return render_template(
        "upkeep/health.html",
        results=results,
        worst=worst(troubles),
        everything=everything,
        given_up=outbox.given_up(db.session()),
        check_name=check_name,
        told=told,
        mend=mend,
    )


def _ward(until: float | None = None) -> Ward:
    return Ward(db.session(), tools().signing, clock.now(), until=until, calendar=tools().calendar)


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}
