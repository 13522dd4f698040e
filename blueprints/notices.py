"""What a person is told: one sentence for each kind of notice, on “Việc của tôi” and on a page of its own."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from blueprints.extensions import db
from blueprints.labels import label
from blueprints.web import current_actor, link, permission, transaction
from dms import clock
from dms.campaigns.vocabulary import TermKind
from dms.people import notices
from dms.people.models import Capacity, Notice
from dms.people.notices import NoticeKind
from dms.policy import Permission
from dms.signing.models import VoidCause

bp = Blueprint("notices", __name__, url_prefix="/notices")

SENTENCES: dict[NoticeKind, LazyString] = {
    NoticeKind.ROUTE_REFUSED: _l(
        "%(by)s refused to sign “%(title)s”. The earlier signatures no longer count; its clerk has the paper again."
    ),
    NoticeKind.ROUTE_SENT_BACK: _l(
        "%(by)s sent “%(title)s” back to “%(stage)s”. The signatures made from there on no longer count."
    ),
    NoticeKind.STEP_REFUSED: _l("%(by)s refused to sign “%(title)s”; the other signers of the stage go on."),
    NoticeKind.ROUTE_COMPLETED: _l("“%(title)s” has been signed by all."),
    NoticeKind.STEP_SKIPPED: _l("%(by)s skipped a step of “%(title)s”."),
    NoticeKind.STEP_GIVEN: _l("A step of “%(title)s” has been given to you."),
    NoticeKind.SIGNATURE_VOID: _l("Your signature on “%(title)s” no longer counts: %(cause)s."),
    NoticeKind.SIGNATURE_AGAIN: _l("Your signature on “%(title)s” counts again: the newer version was withdrawn."),
    NoticeKind.DELEGATION_GRANTED: _l(
        "%(by)s lets you sign in the head's place (%(capacity)s) by “%(basis)s”, from %(since)s to before %(until)s."
    ),
    NoticeKind.DOSSIERS_PASSED: _l(
        "From %(on)s your unit carries the duties of %(unit)s: %(dossiers)s open dossiers, %(steps)s papers to sign."
    ),
    NoticeKind.TERM_NEAR: _l(
        "Dossier %(code)s: “%(term)s” ends on %(due)s; working days left, that day included: %(left)s."
    ),
    NoticeKind.TERM_OVER: _l("Dossier %(code)s: “%(term)s” ends today or has ended (%(due)s)."),
    NoticeKind.DELEGATION_REVOKED: _l("%(by)s ended your power to sign in the head's place (%(capacity)s)."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as it is read."""

    notice: Notice
    sentence: str
    reason: str
    place: str
    address: str | None


@bp.get("/")
@permission(Permission.HOME)
def index() -> str:
    return render_template("home/notices.html", notices=told(notices.notices_of(db.session(), current_actor())))


@bp.post("/<uuid:notice_id>/read")
@permission(Permission.HOME)
def read(notice_id: UUID) -> Any:
    """Put a notice aside, and go to what it is about where asked."""
    with transaction() as session:
        notice = notices.mark_read(session, notice_id, by=current_actor(), now=clock.now())
        target = told([notice])[0].address if "go" in request.form else None
    return redirect(target or url_for("home.work"))


@bp.post("/read")
@permission(Permission.HOME)
def read_all() -> Any:
    with transaction() as session:
        notices.mark_all_read(session, by=current_actor(), now=clock.now())
    return redirect(url_for("home.work"))


def unread() -> list[Told]:
    """What the person has not put aside yet."""
    return told(notices.notices_of(db.session(), current_actor(), unread=True))


def count_unread() -> int:
    """How many notices wait, for the navigation."""
    return notices.count_unread(db.session(), current_actor())


def told(rows: list[Notice]) -> list[Told]:
    """Notices in words."""
    return [_told(row) for row in rows]


def _told(notice: Notice) -> Told:
    params = notice.params
    return Told(
        notice=notice,
        sentence=str(SENTENCES[NoticeKind(notice.kind)]) % _readable(params),
        reason=params.get("reason") or "",
        place=params.get("place") or "",
        address=_address(params),
    )


def _readable(params: dict[str, Any]) -> dict[str, Any]:
    """The words of a notice in the reader's language."""
    words = dict(params)
    if "cause" in words:
        words["cause"] = label(VoidCause(words["cause"]))
    if "capacity" in words:
        words["capacity"] = label(Capacity(words["capacity"]))
    if "term" in words:
        words["term"] = label(TermKind(words["term"]))
    for day in ("since", "until", "on", "due"):
        if day in words:
            words[day] = f"{date.fromisoformat(words[day]):%d/%m/%Y}"
    return words


def _address(params: dict[str, Any]) -> str | None:
    if "step_id" in params:
        return link("signing.step", step_id=params["step_id"])
    if "dossier_id" in params:
        return link("dossiers.show", dossier_id=params["dossier_id"])
    if "document_id" in params:
        return link("signing.verification", document_id=params["document_id"])
    if "dossiers" in params:
        return link("dossiers.index")
    return link("delegations.index")
