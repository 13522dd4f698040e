"""Remarks bound to a place: a page, a rectangle on it, a finding. The unit sees them upon a return (P22)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dms.appraisal.desk.models import Remark
from dms.audit import record
from dms.documents.models import Version
from dms.dossiers import lifecycle
from dms.dossiers import service as dossiers
from dms.dossiers.lifecycle import Action
from dms.dossiers.models import Dossier, Part
from dms.errors import Invalid, NotFound
from dms.policy import Actor, Role

WHOLE = 1000.0
"""A rectangle is in thousandths of the page, from its upper left corner."""
_SMALLEST = 4.0

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class At:
    """Where a remark belongs: a finding by its subject, a paper by its version, a page, a rectangle on the page."""

    subject: str = ""
    requirement: str | None = None
    nominee_id: UUID | None = None
    version_id: UUID | None = None
    page: int | None = None
    rectangle: Rectangle | None = None


def make(session: Session, dossier_id: UUID, at: At, text: str, *, by: Actor, now: datetime) -> Remark:
    """Put a remark at a place of a dossier under appraisal.

    Raises NotFound, PermissionDenied, Conflict("dossier_status_forbids"), Invalid("remark_empty",
    "remark_place_unknown").
    """
    dossier = dossiers.get(session, dossier_id, by=by)
    lifecycle.ensure_may(dossier, Action.APPRAISE, by)
    if not text.strip():
        raise Invalid("remark_empty")
    part = _part_of(session, dossier, at)
    left, top, right, bottom = _ensure_rectangle(at.rectangle) or (None, None, None, None)
    remark = Remark(
        dossier_id=dossier.id,
        nominee_id=part.nominee_id if part else at.nominee_id,
        requirement_code=part.requirement_code if part else at.requirement,
        subject=at.subject[:120],
        version_id=at.version_id,
        page=at.page,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        text=text.strip()[:1000],
        made_at=now,
        made_by=by.person_id,
        author_name=by.name,
    )
    session.add(remark)
    session.flush()
    told = {"remark": remark.id, "version": at.version_id, "page": at.page, "text": remark.text}
    record(session, lifecycle.trail_of(dossier), "dossier:remark:make", by=by, now=now, **told)
    return remark


def withdraw(session: Session, remark_id: UUID, *, by: Actor, now: datetime) -> Remark:
    """Take a remark back that no unit has seen. Raises NotFound, PermissionDenied, Conflict."""
    remark, dossier = _mine(session, remark_id, by)
    if remark.return_id is not None:
        raise Invalid("remark_sent")
    remark.withdrawn_at = remark.withdrawn_at or now
    record(session, lifecycle.trail_of(dossier), "dossier:remark:withdraw", by=by, now=now, remark=remark.id)
    return remark


def settle(session: Session, remark_id: UUID, *, by: Actor, now: datetime) -> Remark:
    """What a remark asked for has been done; it stays on record. Raises NotFound, PermissionDenied, Conflict."""
    remark, dossier = _mine(session, remark_id, by)
    remark.settled_at = remark.settled_at or now
    record(session, lifecycle.trail_of(dossier), "dossier:remark:settle", by=by, now=now, remark=remark.id)
    return remark


def of_desk(session: Session, dossier_id: UUID) -> list[Remark]:
    """Every remark on a dossier that was not taken back, oldest first; one query. The caller has judged who asks."""
    query = select(Remark).where(Remark.dossier_id == dossier_id, Remark.withdrawn_at.is_(None))
    return list(session.scalars(query.options(joinedload(Remark.version)).order_by(Remark.made_at, Remark.id)))


def shown_to(session: Session, dossier: Dossier, *, by: Actor) -> list[Remark]:
    """The remarks that the actor may see: those of the desk for the appraiser, those sent with a return for others."""
    found = of_desk(session, dossier.id)
    if dossier.appraiser_id in by.units_as(Role.APPRAISER):
        return found
    return [remark for remark in found if remark.return_id is not None]


def unsent(session: Session, dossier_id: UUID) -> list[Remark]:
    """The open remarks that go out with the next return."""
    return [each for each in of_desk(session, dossier_id) if each.return_id is None and each.settled_at is None]


def send(session: Session, remarks: Iterable[Remark], return_id: UUID) -> None:
    """Let the unit see remarks, with the return that they belong to."""
    for remark in remarks:
        remark.return_id = return_id
    session.flush()


def _mine(session: Session, remark_id: UUID, by: Actor) -> tuple[Remark, Dossier]:
    remark = session.get(Remark, remark_id)
    if remark is None or remark.withdrawn_at is not None:
        raise NotFound("remark_not_found")
    dossier = dossiers.get(session, remark.dossier_id, by=by)
    lifecycle.ensure_may(dossier, Action.APPRAISE, by)
    return remark, dossier


def _part_of(session: Session, dossier: Dossier, at: At) -> Part | None:
    """The part whose paper a version is of; the page must be one of it."""
    if at.version_id is None:
        if at.page is not None or at.rectangle is not None:
            raise Invalid("remark_place_unknown")
        return None
    query = (
        select(Part, Version)
        .join(Version, Version.document_id == Part.document_id)
        .where(Part.dossier_id == dossier.id, Version.id == at.version_id)
    )
    found = session.execute(query).first()
    if found is None or not 1 <= (at.page or 1) <= (found[1].pages or 1):
        raise Invalid("remark_place_unknown")
    part: Part = found[0]
    return part


def _ensure_rectangle(rectangle: Rectangle | None) -> Rectangle | None:
    """The rectangle within the page; a dot is nobody's place."""
    if rectangle is None:
        return None
    left, top, right, bottom = (min(max(edge, 0.0), WHOLE) for edge in rectangle)
    if not (right - left >= _SMALLEST and bottom - top >= _SMALLEST):
        raise Invalid("remark_place_unknown")
    return left, top, right, bottom
