"""How long the archive still proves itself: sealed files and their time stamps, authorities, checkpoints."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints import preservation_words
from blueprints.extensions import db
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock
from dms.archive import authorities, checkpoints, renewal, stamps
from dms.policy import Permission, require

bp = Blueprint("preservation", __name__, url_prefix="/archive/preservation")


@bp.before_request
def _keepers_only() -> None:
    require(current_actor(), Permission.ARCHIVE_KEEP, None)


@bp.get("")
@permission(Permission.ARCHIVE_KEEP)
def overview() -> str:
    session, now = db.session(), clock.now()
    failed = stamps.unfinished(session)
    return render_template(
        "archive/preservation.html",
        now=now,
        within=tools().settings.archive_renew_days,
        overview=stamps.overview(session, now=now, within=_within()),
        next_up=stamps.next_to_end(session),
        failed=failed,
        titles=renewal.titles_of(session, failed),
        authorities=authorities.known(session),
        asked=tools().signing.trust.tsa.authorities if tools().signing.trust.tsa else (),
        checkpoint=checkpoints.last(session),
        copies=tools().settings.checkpoint_folder,
        words=preservation_words,
    )


@bp.post("/renewal")
@permission(Permission.ARCHIVE_KEEP)
def renew() -> Any:
    with transaction() as session:
        count = renewal.renew_now(session, within=_within(), by=current_actor(), now=clock.now())
    if count:
        flash(
            ngettext(
                "%(num)s file is being renewed; look again in a few minutes.",
                "%(num)s files are being renewed; look again in a few minutes.",
                count,
            ),
            "success",
        )
    else:
        flash(_("No file has to be renewed yet."), "info")
    return redirect(url_for(".overview"))


@bp.post("/authorities")
@permission(Permission.ARCHIVE_KEEP)
def probe() -> Any:
    found = authorities.probe(tools().signing.trust)
    with transaction() as session:
        authorities.note(session, found, now=clock.now())
    well = sum(not each.error for each in found)
    told = _("%(well)s of %(count)s authorities answered.", well=well, count=len(found))
    flash(told, "success" if well == len(found) else "warning")
    return redirect(url_for(".overview"))


def _within() -> timedelta:
    return timedelta(days=tools().settings.archive_renew_days)
