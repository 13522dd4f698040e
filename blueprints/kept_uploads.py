"""A file that came too late: somebody put a newer version in its place. It is kept while the person decides.

The bytes lie in the store already. What may be done with them is in a signed token, which names the place, the person
and the file, so that nobody can claim a stored file by its digest alone; it ends before a sweeper would take the file.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import BinaryIO, cast
from uuid import UUID

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from blueprints.extensions import db
from blueprints.web import current_actor, tools
from dms.documents import intake as store
from dms.documents import service as documents
from dms.documents.service import Intake
from dms.dossiers import parts
from dms.dossiers.parts import Slot
from dms.errors import Conflict, NotFound

HOURS = 12


@dataclass(frozen=True, slots=True)
class Kept:
    """What waits for a decision: the stored file, its name there, the note that goes with it."""

    digest: str
    filename: str
    note: str


def attached_once_more(attach: Callable[[], None]) -> None:
    """Attach; where two did so at the very same moment, the slower looks again and learns what came before it."""
    try:
        attach()
    except (StaleDataError, IntegrityError):
        db.session.rollback()
        attach()


def keep(slot: Slot, intake: Intake, note: str) -> str:
    """A token for a file that was received and not attached."""
    kept = Kept(intake.digest, intake.filename, note)
    return str(_tokens().dumps([_place(slot), asdict(kept)]))


def claimed(slot: Slot, token: str) -> Kept:
    """The file that the token speaks of, for this place and this person. Raises Conflict("kept_file_gone")."""
    try:
        place, kept = _tokens().loads(token, max_age=HOURS * 3600)
    except BadSignature as error:
        raise Conflict("kept_file_gone", hours=HOURS) from error
    if place != _place(slot):
        raise Conflict("kept_file_gone", hours=HOURS)
    return Kept(**kept)


def received_again(kept: Kept) -> Intake:
    """The kept file, judged afresh. Raises Conflict("kept_file_gone") and what ``documents.receive`` raises."""
    desk = tools().desk
    try:
        stored = store.open_blob(desk, kept.digest)
    except NotFound as error:
        raise Conflict("kept_file_gone", hours=HOURS) from error
    with closing(stored) as source:
        return documents.receive(desk, cast("BinaryIO", source), filename=kept.filename)


def page(slot: Slot, seen: int, kept: Kept, token: str, **context: object) -> tuple[str, int]:
    """What came since, and the question whether the kept file still goes on top of it."""
    session = db.session()
    shown = {"newer": parts.newer_than(session, slot, seen), "newest": parts.newest_number(session, slot)}
    return render_template("dossiers/stale.html", kept=kept, token=token, slot=slot, **shown, **context), 409


def to_flattened(slot: Slot) -> Response:
    """A flattened paper is looked at before anybody signs it."""
    told = _("The PDF has been flattened. Compare its pages with the paper you know before it goes to the signers.")
    flash(told, "warning")
    address = url_for("documents.show", document_id=parts.document_in(db.session(), slot))
    return redirect(address)  # type: ignore[return-value]  # redirects are Responses


def _tokens() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="kept-upload")


def _place(slot: Slot) -> list[str | None]:
    ids: tuple[UUID | None, ...] = (slot.dossier_id, slot.nominee_id, current_actor().person_id)
    return [slot.requirement_code, *(str(each) if each else None for each in ids)]
