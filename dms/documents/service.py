"""Documents and their versions: create, add, withdraw, number, convert. Nothing is ever overwritten."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from dms import outbox
from dms.audit import Trail, record
from dms.documents import cache, conversion, examination
from dms.documents.intake import TEXT_LIMIT, Desk, Intake, as_json, copy_of, folded, keep_file, receive
from dms.documents.models import Document, DocumentKind, Origin, Version, VersionText
from dms.documents.sniff import MediaType
from dms.errors import Conflict, Invalid, NotFound
from dms.policy import SYSTEM, Actor

__all__ = ["Desk", "Intake", "receive"]

PDF = MediaType.PDF.value
DOCX = MediaType.DOCX.value
_OF_SIGNING = frozenset({Origin.PREPARED, Origin.SIGNED, Origin.ARCHIVED})


def lineage(version: Version) -> list[UUID]:
    """The ids of the version, of the one it was made of, and so on to the first."""
    by_id = {each.id: each for each in version.document.versions}
    found, current = [version.id], version.parent_id
    while current is not None and current in by_id:
        found.append(current)
        current = by_id[current].parent_id
    return found


def create_document(
    session: Session, *, unit_id: UUID, kind: DocumentKind, title: str, symbol: str | None = None
) -> Document:
    """A paper that has no version yet; ``symbol`` is what will follow the number ("TTr-SGDĐT")."""
    document = Document(unit_id=unit_id, kind=kind, title=title[:500], symbol=symbol)
    session.add(document)
    session.flush()
    return document


def get_document(session: Session, document_id: UUID) -> Document:
    """Return a document; whether the actor may see it is judged above. Raises NotFound."""
    document = session.get(Document, document_id, options=[selectinload(Document.versions)])
    if document is None:
        raise NotFound("document_not_found")
    return document


def get_version(session: Session, document_id: UUID, number: int) -> Version:
    """Return a version by its number. Raises NotFound."""
    query = select(Version).where(Version.document_id == document_id, Version.number == number)
    version = session.scalars(query).first()
    if version is None:
        raise NotFound("version_not_found", number=number)
    return version


def current_version(document: Document) -> Version | None:
    """The newest version that was not withdrawn."""
    return next((version for version in reversed(document.versions) if version.withdrawn_at is None), None)


def add_version(  # noqa: PLR0913  (the facts of a version; all but the first three are named by the caller)
    session: Session,
    document_id: UUID,
    intake: Intake,
    *,
    origin: Origin,
    trail: Trail,
    by: Actor,
    now: datetime,
    note: str = "",
    parent: Version | None = None,
) -> Version:
    """Add the next version. Of two people at once one is stale and nothing of theirs is kept (lock and unique number).

    A DOCX announces "version.received", upon which a PDF/A is made of it.
    """
    document = get_document(session, document_id)
    version = _next_version(document, intake, origin=origin, note=note, parent=parent, by=by, now=now)
    document.versions.append(version)
    _touch(document)
    session.flush()
    session.add(VersionText(version_id=version.id, text=intake.text, folded=folded(intake.text)))
    record(
        session,
        trail,
        f"document:version:{origin.value}",
        by=by,
        now=now,
        document=document.id,
        version=version.number,
        digest=version.digest,
        filename=version.filename,
    )
    if intake.media_type is MediaType.DOCX:
        outbox.add(
            session,
            "version.received",
            now=now,
            version_id=version.id,
            trail_subject=trail.subject,
            trail_id=trail.subject_id,
        )
    return version


def _next_version(
    document: Document,
    intake: Intake,
    *,
    origin: Origin,
    note: str,
    parent: Version | None,
    by: Actor,
    now: datetime,
) -> Version:
    return Version(
        number=max((each.number for each in document.versions), default=0) + 1,
        origin=origin,
        parent_id=parent.id if parent else None,
        digest=intake.digest,
        size=intake.size,
        media_type=intake.media_type.value,
        filename=intake.filename,
        pages=intake.pages,
        inspection=intake.inspection,
        note=note[:500],
        created_at=now,
        created_by=by.person_id,
        author_name=by.name,
    )


def add_made_version(
    session: Session,
    desk: Desk,
    parent: Version,
    path: Path,
    *,
    origin: Origin,
    trail: Trail,
    by: Actor,
    now: datetime,
) -> Version:
    """Store a PDF that we made of ``parent`` ourselves (converted, prepared, archived) and add it as its successor."""
    kept = keep_file(desk, path)
    found = examination.examine(path, MediaType.PDF) if origin is Origin.CONVERTED else None
    return add_kept_version(session, parent, kept, origin=origin, trail=trail, by=by, now=now, found=found)


def add_kept_version(
    session: Session,
    parent: Version,
    kept: tuple[str, int],
    *,
    origin: Origin,
    trail: Trail,
    by: Actor,
    now: datetime,
    found: examination.Examined | None = None,
) -> Version:
    """Add a PDF that we made of ``parent`` and stored already; ``kept`` is its digest and size in bytes.

    Unless it was examined anew (``found``), its pages and its text are the parent's own.
    """
    digest, size = kept
    intake = Intake(
        digest=digest,
        size=size,
        media_type=MediaType.PDF,
        filename=f"{Path(parent.filename).stem}.pdf",
        pages=found.inspection.pages if found else parent.pages,
        inspection=as_json(found.inspection) if found else parent.inspection,
        text=found.text[:TEXT_LIMIT] if found else text_of(session, parent),
    )
    return add_version(session, parent.document_id, intake, origin=origin, trail=trail, by=by, now=now, parent=parent)


def restore_version(
    session: Session, version: Version, *, note: str, trail: Trail, by: Actor, now: datetime
) -> Version:
    """Bring an earlier state back into force as the newest version: the same bytes, under a number of its own."""
    again = Intake(
        digest=version.digest,
        size=version.size,
        media_type=MediaType(version.media_type),
        filename=version.filename,
        pages=version.pages,
        inspection=version.inspection,
        text=text_of(session, version),
    )
    given = {"origin": version.origin, "parent": version, "note": note}
    return add_version(session, version.document_id, again, trail=trail, by=by, now=now, **given)  # type: ignore[arg-type]  # a mixed dict


def withdraw_version(
    session: Session, version: Version, *, reason: str, trail: Trail, by: Actor, now: datetime
) -> Version:
    """Mark a version as withdrawn, with what was made of it; all of it stays, and can still be read.

    A signed state goes with its whole route, so that no half-signed paper comes back into force. Announces
    "version.withdrawn". Raises Invalid("withdrawal_reason_missing"), Conflict("version_already_withdrawn").
    """
    if not reason.strip():
        raise Invalid("withdrawal_reason_missing", field="reason")
    if version.withdrawn_at is not None:
        raise Conflict("version_already_withdrawn", number=version.number)
    for each in _made_of(version.document, _before_signing(version.document, version)):
        if each.withdrawn_at is None:
            _withdraw(session, each, reason.strip()[:500], trail=trail, by=by, now=now)
    _touch(version.document)
    outbox.add(session, "version.withdrawn", now=now, document_id=version.document_id)
    return version


def _withdraw(session: Session, version: Version, reason: str, *, trail: Trail, by: Actor, now: datetime) -> None:
    version.withdrawn_at, version.withdrawn_by, version.withdrawn_reason = now, by.person_id, reason
    facts = {"document": version.document_id, "version": version.number, "reason": reason}
    record(session, trail, "document:version:withdraw", by=by, now=now, **facts)


def _before_signing(document: Document, version: Version) -> Version:
    """The first state of the signing route that the version belongs to; the version itself where there is none."""
    by_id = {each.id: each for each in document.versions}
    while version.origin in _OF_SIGNING and (parent := by_id.get(version.parent_id)) and parent.origin in _OF_SIGNING:  # type: ignore[arg-type]  # None is no key
        version = parent
    return version


def _made_of(document: Document, version: Version) -> list[Version]:
    """The version and every one that descends from it; parents stand before their children."""
    family = {version.id}
    for each in document.versions:
        if each.parent_id in family:
            family.add(each.id)
    return [each for each in document.versions if each.id in family]


def text_of(session: Session, version: Version) -> str:
    """The text kept for a version; empty for a picture."""
    kept = session.get(VersionText, version.id)
    return kept.text if kept else ""


def texts_of(session: Session, version_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The search form of each version's text, in one query."""
    query = select(VersionText.version_id, VersionText.folded).where(VersionText.version_id.in_(set(version_ids)))
    return {row.version_id: row.folded for row in session.execute(query)}


def local_copy(desk: Desk, version: Version) -> AbstractContextManager[Path]:
    """The version's bytes as a file of its own, gone when the block is left."""
    return copy_of(desk, version.digest)


# --- number, symbol and date (Nghị định 30/2020, art. 15)


def assign_number(
    session: Session,
    document_id: UUID,
    *,
    number: int,
    symbol: str,
    issued_on: date,
    trail: Trail,
    by: Actor,
    now: datetime,
) -> Document:
    """Give a paper its number, symbol and date; each number once a year for a body and a symbol.

    A paper that is signed anew keeps its number; only its date may move.
    Raises Conflict("number_taken", "number_already_given"), Invalid("number_not_positive").
    """
    document = get_document(session, document_id)
    if number < 1:
        raise Invalid("number_not_positive")
    if document.number is not None and (document.number, document.symbol) != (number, symbol):
        raise Conflict("number_already_given", number=format_number(document.number, document.symbol or ""))
    _ensure_free(session, document, number=number, symbol=symbol, year=issued_on.year)
    document.number, document.symbol = number, symbol
    document.issued_on, document.issued_year = issued_on, issued_on.year
    session.flush()
    record(
        session,
        trail,
        "document:number:assign",
        by=by,
        now=now,
        document=document.id,
        number=format_number(number, symbol),
        issued_on=issued_on,
    )
    return document


def next_number(session: Session, *, unit_id: UUID, symbol: str, year: int) -> int:
    """The number after the highest one given this year; a proposal, for the registry may hold older papers."""
    highest = session.scalar(
        select(func.max(Document.number)).where(
            Document.unit_id == unit_id, Document.symbol == symbol, Document.issued_year == year
        )
    )
    return (highest or 0) + 1


def format_number(number: int, symbol: str) -> str:
    """Number and symbol as they are written: below ten with a leading zero (annex I, II.3c)."""
    return f"{number:02d}/{symbol}"


def _ensure_free(session: Session, document: Document, *, number: int, symbol: str, year: int) -> None:
    other = session.scalars(
        select(Document).where(
            Document.unit_id == document.unit_id,
            Document.symbol == symbol,
            Document.issued_year == year,
            Document.number == number,
            Document.id != document.id,
        )
    ).first()
    if other is not None:
        raise Conflict("number_taken", number=format_number(number, symbol), title=other.title, year=year)


# --- DOCX → PDF/A


def convert_now(
    session: Session, desk: Desk, version: Version, *, trail: Trail, by: Actor, now: datetime
) -> Version | None:
    """Make the PDF/A of a DOCX version as its successor; None where a newer version has taken its place.

    It takes seconds unless ``convert_ahead`` came before. Announces "version.converted". Raises
    Unavailable("converter_missing", "converter_failed"), Invalid("file_too_costly"): the DOCX stays as it is.
    """
    document = get_document(session, version.document_id)
    if not _awaits_pdf(version, document):
        return None
    path = convert_ahead(desk, version)
    made = add_made_version(session, desk, version, path, origin=Origin.CONVERTED, trail=trail, by=by, now=now)
    outbox.add(session, "version.converted", now=now, document_id=document.id, version_id=made.id)
    return made


def convert_ahead(desk: Desk, version: Version) -> Path:
    """Convert a DOCX to a file that ``convert_now`` will find: the slow part, outside of any writing transaction."""
    kept = cache.place(desk.workdir, "pdfa", version.digest, "pdfa.pdf")
    if not cache.found(kept):
        with local_copy(desk, version) as source:
            made = source.with_suffix(".pdf")
            conversion.docx_to_pdfa(source, made)
            cache.keep_file(kept, made)
    return kept


def can_convert() -> bool:
    """Whether this machine turns a DOCX into a PDF; where it cannot, people are asked for one."""
    return conversion.is_available()


def before_version_received(session: Session, payload: dict[str, Any], desk: Desk) -> None:
    """The slow part of ``on_version_received``, for a session that only reads."""
    version = session.get(Version, UUID(payload["version_id"]))
    if version is not None and can_convert() and _awaits_pdf(version, version.document):
        convert_ahead(desk, version)


def on_version_received(session: Session, payload: dict[str, Any], desk: Desk, now: datetime) -> None:
    """Convert a received DOCX. Where that is impossible the DOCX stays current, so its page asks for a PDF."""
    version = session.get(Version, UUID(payload["version_id"]))
    if version is None or not can_convert():
        return
    trail = Trail(payload["trail_subject"], UUID(payload["trail_id"]))
    with suppress(Invalid):  # this file will not do better at a second try
        convert_now(session, desk, version, trail=trail, by=SYSTEM, now=now)


def _awaits_pdf(version: Version, document: Document) -> bool:
    return version.media_type == DOCX and current_version(document) is version


def _touch(document: Document) -> None:
    """Move the document's lock, so that two people who change its versions at once meet."""
    flag_modified(document, "title")
