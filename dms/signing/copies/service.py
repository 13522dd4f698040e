"""Issue a certified copy of a signed paper: its pages, a number of the SY series, and the body's seal over all of it.

The signed file itself is never touched: a copy shows its pages, signature pictures included, as a paper of its own. The
seal stands at the top right of the first page, words without a picture (Decree 30/2020, annex I, part II, I.3), and is
made at a signing step of the registrar like any other seal, with whatever key the body has.
"""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.audit import Trail, record
from dms.campaigns.parts import Stage
from dms.campaigns.parts import Step as PlannedStep
from dms.campaigns.vocabulary import Side, StepAction
from dms.documents import inspection, sandbox
from dms.documents import service as documents
from dms.documents.confinement import MIB, Limits
from dms.documents.models import Document, DocumentKind, Origin, Version
from dms.documents.service import Intake
from dms.errors import Conflict, Invalid, PermissionDenied
from dms.people import service as people
from dms.people.service import Seat
from dms.policy import Actor, PositionKind
from dms.signing import placement, validation
from dms.signing.copies.models import FORM, CertifiedCopy, copy_in
from dms.signing.layout.models import FieldPlace
from dms.signing.models import RouteOutcome, SigningRoute
from dms.signing.pades import Verdict
from dms.signing.service import RoutePlan, SigningDesk, field_name

SYMBOL: Final = "SY"
"""One series a year for every kind of copy that a body makes (annex I, part II, II.1.c)."""

_ROUTE = (Stage(title="Ký số bản sao", steps=(PlannedStep(action=StepAction.SEAL, position=PositionKind.REGISTRAR),)),)
_FIELD = field_name(1, 1, StepAction.SEAL)
_WIDTH, _HEIGHT, _RIGHT, _TOP = 205.0, 38.0, 28.0, 10.0  # points, in the upper margin
_JOB = "dms.documents.jobs.flatten:copy"
_LIMITS = Limits(memory=1536 * MIB, cpu_seconds=90, wall_seconds=120.0, written_file=256 * MIB)


def may_issue(session: Session, document: Document, *, by: Actor, now: datetime) -> Seat | None:
    """The registrar's seat from which the actor may issue copies of a paper of this body; None where there is none."""
    if by.person_id is None:
        return None
    unit_id, day = document.unit_id, clock.day_of(now)
    return people.seat_for(session, by.person_id, unit_id=unit_id, kind=PositionKind.REGISTRAR, day=day)


def copies_of(session: Session, document: Document) -> list[CertifiedCopy]:
    """Every copy of any version of a paper, oldest first."""
    query = select(CertifiedCopy).join(CertifiedCopy.source).where(Version.document_id == document.id)
    return list(session.scalars(query.order_by(CertifiedCopy.made_at)))


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a signed version as a file of its own, stored, with no row that knows it yet."""

    version_id: UUID
    intake: Intake


def draw(session: Session, desk: SigningDesk, document_id: UUID, *, by: Actor, now: datetime) -> Pages:
    """The reading part of ``issue``: the pages of the paper. The caller has judged whether ``by`` may read it.

    Raises PermissionDenied("seat_not_held"), Invalid("copy_of_unsigned", "copy_of_copy").
    """
    document = documents.get_document(session, document_id)
    if may_issue(session, document, by=by, now=now) is None:
        raise PermissionDenied("seat_not_held")
    source = _ensure_signed(session, document)
    with documents.local_copy(desk.desk, source) as path, tempfile.TemporaryDirectory(prefix="copy-") as folder:
        made = Path(folder) / "copy.pdf"
        sandbox.run(_JOB, path, made, inspection.DEFAULT, returns=int, limits=_LIMITS, writable=(Path(folder),))
        with made.open("rb") as stream:
            return Pages(source.id, documents.receive(desk.desk, stream, filename=f"sao-y-{source.filename}"[-120:]))


def issue(session: Session, desk: SigningDesk, pages: Pages, *, purpose: str, by: Actor, now: datetime) -> SigningRoute:
    """The writing part: the copy gets the next number of the series, and the registrar's step that seals it opens.

    Raises Invalid("copy_purpose_missing"), Conflict("number_taken", "version_moved"), and what ``draw`` raises.
    """
    source = session.get_one(Version, pages.version_id)
    document = source.document
    if may_issue(session, document, by=by, now=now) is None:
        raise PermissionDenied("seat_not_held")
    if not purpose.strip():
        raise Invalid("copy_purpose_missing")
    if _ensure_signed(session, document) is not source:
        raise Conflict("version_moved", document=document.title)
    copy = _paper(session, document, pages.intake, by=by, now=now)
    made = {"purpose": purpose.strip()[:500], "made_at": now, "made_by": by.person_id}
    session.add(CertifiedCopy(document_id=copy.id, source_version_id=source.id, **made))
    _number(session, copy, by=by, now=now)
    told = {"document": document.id, "version": source.number, "copy": copy.id, "purpose": purpose.strip()}
    record(session, Trail("document", document.id), "signing:copy:issue", by=by, now=now, **told)
    plan = RoutePlan(
        title=copy.title, stages=_ROUTE, units={Side.OWN: copy.unit_id}, trail=Trail("document", copy.id), place=FORM
    )
    return placement.start(session, desk, copy, plan, by=by, now=now)


def _ensure_signed(session: Session, document: Document) -> Version:
    """The version in force, which all have signed and whose signatures hold."""
    if copy_in(session, document.id) is not None:
        raise Invalid("copy_of_copy")
    source = documents.current_version(document)
    route = validation.route_of(session, source) if source else None
    check = validation.check_of(session, source) if source else None
    is_signed = route is not None and route.outcome is RouteOutcome.COMPLETED
    if source is None or not is_signed or check is None or check.verdict != Verdict.VALID.value:
        raise Invalid("copy_of_unsigned", document=document.title)
    return source


def _paper(session: Session, document: Document, intake: Intake, *, by: Actor, now: datetime) -> Document:
    """A paper of its own with the pages of the source."""
    unit = people.name_on(session, document.unit_id, clock.day_of(now))
    copy = documents.create_document(
        session,
        unit_id=document.unit_id,
        kind=DocumentKind.OTHER,
        title=f"{FORM}: {document.title}"[:500],
        symbol=f"{SYMBOL}-{unit.symbol}",
    )
    trail = Trail("document", copy.id)
    version = documents.add_version(session, copy.id, intake, origin=Origin.UPLOADED, trail=trail, by=by, now=now)
    session.add(_place(version, by=by, now=now))
    session.flush()
    return copy


def _place(version: Version, *, by: Actor, now: datetime) -> FieldPlace:
    """The words of the seal at the top right of the first page."""
    sheet = version.inspection["page_sizes"][0]
    right, top = sheet["width"] - _RIGHT, sheet["height"] - _TOP
    edges = {"x0": right - _WIDTH, "y0": top - _HEIGHT, "x1": right, "y1": top}
    return FieldPlace(version_id=version.id, name=_FIELD, page=0, placed_at=now, placed_by=by.person_id, **edges)


def _number(session: Session, copy: Document, *, by: Actor, now: datetime) -> None:
    day = clock.day_of(now)
    number = documents.next_number(session, unit_id=copy.unit_id, symbol=copy.symbol or "", year=day.year)
    documents.assign_number(
        session,
        copy.id,
        number=number,
        symbol=copy.symbol or "",
        issued_on=day,
        trail=Trail("document", copy.id),
        by=by,
        now=now,
    )
