"""The papers of a dossier: attach a file, or draft one from what is known."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from dms.audit import record
from dms.campaigns import service as campaigns
from dms.campaigns.spec import Requirement
from dms.campaigns.vocabulary import Scope
from dms.documents import service as documents
from dms.documents.models import Document, DocumentKind, Origin, Version
from dms.documents.service import Desk, Intake
from dms.dossiers import drafting, service, summary
from dms.dossiers.guards import ensure_editable
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier, Nominee, Part
from dms.dossiers.reopening import ensure_paper_open
from dms.errors import Conflict, Invalid, NotFound
from dms.policy import Actor
from dms.signing import service as signing
from dms.signing.models import RouteOutcome

_SYMBOLS = {
    DocumentKind.SUBMISSION_LETTER: "TTr-{symbol}",
    DocumentKind.MINUTES: "BB-HĐTĐKT",
    DocumentKind.ACHIEVEMENT_REPORT: "BC-{symbol}",
    DocumentKind.NOMINEE_LIST: "DS-{symbol}",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a paper: a requirement of a dossier, and whose it is where each nominee has one."""

    dossier_id: UUID
    requirement_code: str
    nominee_id: UUID | None = None


def attach(
    session: Session,
    slot: Slot,
    intake: Intake,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    origin: Origin = Origin.UPLOADED,
    seen: int | None = None,
) -> Version:
    """Put a received file into a place of the dossier, as the first or the next version of its document (P17).

    A route that is open on the document ends: its signatures were for the earlier version. ``seen`` is the number of
    the newest version on the screen, 0 for none; None asks for no check.
    Raises Conflict("piece_not_reopened", "dossier_closed_for_changes", "version_newer"), Invalid("requirement_unknown",
    "nominee_not_in_dossier", "media_not_accepted").
    """
    dossier, requirement, nominee = _place(session, slot, by=by, now=now)
    if intake.media_type.value not in requirement.media_types:
        raise Invalid("media_not_accepted", title=requirement.title, media_types=_media_names(requirement))
    part = _part(session, dossier, requirement, nominee)
    if seen is not None:
        _ensure_seen(part.document, seen)
    signing.replace(session, part.document, by=by, now=now)
    version = documents.add_version(
        session, part.document_id, intake, origin=origin, note=note, trail=trail_of(dossier), by=by, now=now
    )
    signing.settle(session, part.document, now=now)
    record(
        session,
        trail_of(dossier),
        "dossier:part:draft" if origin is Origin.DRAFTED else "dossier:part:attach",
        by=by,
        now=now,
        requirement=requirement.code,
        nominee=nominee.id if nominee else None,
        document=part.document_id,
        version=version.number,
        digest=version.digest,
    )
    summary.refresh(session, dossier, now=now)
    return version


def draft(session: Session, desk: Desk, slot: Slot, *, by: Actor, now: datetime) -> Version:
    """Write the paper from what the system knows and put it into its place as DOCX; a PDF follows by itself.

    Raises Invalid("draft_not_possible") for kinds of paper that nobody can draft, and what ``attach`` raises.
    """
    dossier, requirement, nominee = _place(session, slot, by=by, now=now)
    content = drafting.paper(session, dossier, requirement, nominee, now=now)
    with BytesIO(content) as source:
        intake = documents.receive(desk, source, filename=f"{_file_name(requirement, nominee)}.docx")
    return attach(session, slot, intake, by=by, now=now, origin=Origin.DRAFTED)


def withdraw(session: Session, document_id: UUID, number: int, *, reason: str, by: Actor, now: datetime) -> Version:
    """Take a version of a paper back; the one before it is in force again, and a route that held it ends.

    Raises NotFound, Conflict("piece_not_reopened", "dossier_closed_for_changes", "version_already_withdrawn"),
    Invalid("withdrawal_reason_missing").
    """
    part = part_of_document(session, document_id)
    if part is None:
        raise NotFound("document_not_found")
    dossier = service.get(session, part.dossier_id, by=by)
    ensure_editable(dossier, by)
    ensure_paper_open(session, dossier, part.requirement_code, part.nominee_id, now=now)
    version, held = documents.get_version(session, document_id, number), documents.current_version(part.document)
    documents.withdraw_version(session, version, reason=reason, trail=trail_of(dossier), by=by, now=now)
    if documents.current_version(part.document) is not held:
        signing.replace(session, part.document, by=by, now=now, reason=reason)
        signing.settle(session, part.document, now=now)
    return version


def get_part(session: Session, part_id: UUID, *, by: Actor) -> Part:
    """Return a part of a dossier that the actor may read. Raises NotFound."""
    part = session.get(Part, part_id)
    if part is None:
        raise NotFound("part_not_found")
    service.get(session, part.dossier_id, by=by)
    return part


def part_of_document(session: Session, document_id: UUID) -> Part | None:
    """The part that a document fills, if it fills one."""
    return session.scalars(select(Part).where(Part.document_id == document_id)).first()


def newest_number(session: Session, slot: Slot) -> int:
    """The number of the newest version in this place, which an upload form carries; 0 where there is none."""
    query = select(func.max(Version.number)).join(Part, Part.document_id == Version.document_id).where(*_in(slot))
    return session.scalar(query) or 0


def document_in(session: Session, slot: Slot) -> UUID | None:
    """The document in this place, if there is one."""
    return session.scalar(select(Part.document_id).where(*_in(slot)))


def newer_than(session: Session, slot: Slot, seen: int) -> list[Version]:
    """What came into this place since a screen that showed version ``seen``, oldest first; see ``attach``."""
    query = select(Part).where(*_in(slot)).options(selectinload(Part.document).selectinload(Document.versions))
    part = session.scalars(query).first()
    return _newer(part.document, seen) if part else []


def _in(slot: Slot) -> tuple[ColumnElement[bool], ...]:
    return (
        Part.dossier_id == slot.dossier_id,
        Part.requirement_code == slot.requirement_code,
        Part.nominee_id == slot.nominee_id if slot.nominee_id else Part.nominee_id.is_(None),
    )


def _newer(document: Document, seen: int) -> list[Version]:
    """Versions that people made since; a PDF that follows by itself from what was seen is nobody's change."""
    return [
        each
        for each in document.versions
        if each.number > seen and each.withdrawn_at is None and each.origin is not Origin.CONVERTED
    ]


def _ensure_seen(document: Document, seen: int) -> None:
    newer = _newer(document, seen)
    if newer:
        raise Conflict("version_newer", number=newer[-1].number, author=newer[-1].author_name)


def is_held(session: Session, slot: Slot) -> bool:
    """Whether the paper in this place is signed or being signed, so that a new version undoes signatures."""
    query = select(Part.document_id).where(*_in(slot))
    routes = signing.latest_routes(session, session.scalars(query))
    return any(route.outcome in {None, RouteOutcome.COMPLETED} for route in routes.values())


def can_draft(requirement: Requirement) -> bool:
    """Whether the system can write such a paper."""
    return requirement.document_kind in drafting.WRITERS


def _place(session: Session, slot: Slot, *, by: Actor, now: datetime) -> tuple[Dossier, Requirement, Nominee | None]:
    """The place a paper goes to, which exists and may be changed now."""
    dossier = service.get(session, slot.dossier_id, by=by)
    ensure_editable(dossier, by)
    requirement = campaigns.scheme_of(dossier.revision, dossier.scheme_code).requirement(slot.requirement_code)
    if requirement is None:
        raise Invalid("requirement_unknown", requirement=slot.requirement_code)
    nominee = _ensure_nominee(session, dossier, requirement, slot.nominee_id)
    ensure_paper_open(session, dossier, requirement.code, slot.nominee_id, now=now)
    return dossier, requirement, nominee


def _ensure_nominee(
    session: Session, dossier: Dossier, requirement: Requirement, nominee_id: UUID | None
) -> Nominee | None:
    """A paper of the dossier has no nominee; a paper of a nominee has one of this dossier and of the right kind."""
    if requirement.scope is Scope.DOSSIER:
        if nominee_id is not None:
            raise Invalid("requirement_unknown", requirement=requirement.code)
        return None
    query = select(Nominee).where(
        Nominee.id == nominee_id, Nominee.dossier_id == dossier.id, Nominee.removed_at.is_(None)
    )
    found = session.scalars(query).first()
    if found is None or not requirement.is_asked_of(found.kind):
        raise Invalid("nominee_not_in_dossier")
    return found


def _part(session: Session, dossier: Dossier, requirement: Requirement, nominee: Nominee | None) -> Part:
    query = select(Part).where(
        Part.dossier_id == dossier.id,
        Part.requirement_code == requirement.code,
        Part.nominee_id == nominee.id if nominee else Part.nominee_id.is_(None),
    )
    found = session.scalars(query).first()
    if found is not None:
        return found
    part = Part(
        dossier_id=dossier.id,
        nominee_id=nominee.id if nominee else None,
        requirement_code=requirement.code,
        document=_new_document(session, dossier, requirement, nominee),
    )
    session.add(part)
    session.flush()
    return part


def _new_document(session: Session, dossier: Dossier, requirement: Requirement, nominee: Nominee | None) -> Document:
    kind = DocumentKind(requirement.document_kind.value)
    return documents.create_document(
        session,
        unit_id=dossier.unit_id,
        kind=kind,
        title=document_title(requirement, nominee),
        symbol=symbol_for(dossier, kind) if requirement.number_and_date else None,
    )


def document_title(requirement: Requirement, nominee: Nominee | None) -> str:
    """What the document is called in lists: the requirement's title, and whose it is."""
    return f"{requirement.title}: {nominee.name}"[:500] if nominee else requirement.title


def symbol_for(dossier: Dossier, kind: DocumentKind) -> str | None:
    """The symbol that papers of this kind usually bear in the unit ("TTr-SGDDT"); the registrar may differ."""
    pattern = _SYMBOLS.get(kind)
    return pattern.format(symbol=service.unit_name(dossier).symbol) if pattern else None


def _file_name(requirement: Requirement, nominee: Nominee | None) -> str:
    return document_title(requirement, nominee)[:120]


def _media_names(requirement: Requirement) -> list[str]:
    return [media_type.name for media_type in requirement.media_types]
