"""The whole history of a paper for its page: every version, who signed it, what is in force, what one may do."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.archive import access
from dms.archive.access import Holder
from dms.documents import service as documents
from dms.documents.models import Document, Version
from dms.dossiers.models import Dossier, Part
from dms.policy import Actor, allows
from dms.signing.models import Signature, VersionCheck


@dataclass(frozen=True, slots=True)
class Entry:
    """A version, with the signature that made it and the verdict of its last validation, where there are such."""

    version: Version
    signature: Signature | None
    verdict: str | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class History:
    """A paper with its versions, newest first; ``holder`` is None for a signer who may see the paper alone."""

    document: Document
    holder: Holder | None
    part: Part | None
    may_edit: bool
    entries: tuple[Entry, ...]

    @property
    def current(self) -> Version | None:
        """The version in force."""
        return next((entry.version for entry in self.entries if entry.is_current), None)

    @property
    def may_withdraw(self) -> bool:
        """Whether a version may be taken back: of a paper in a dossier that is open for its clerks."""
        return self.may_edit and self.part is not None

    def version(self, number: int | None) -> Version | None:
        """The version of a number; the current one for None, and the newest where none is in force."""
        if number is not None:
            return next((each.version for each in self.entries if each.version.number == number), None)
        return self.current or (self.entries[0].version if self.entries else None)


def history_of(session: Session, document_id: UUID, *, by: Actor) -> History:
    """Load the history of a document that the actor may read. Raises NotFound."""
    document = access.ensure_document_readable(session, document_id, by=by)
    holder = access.readable_holder(session, document_id, by=by)
    may_edit = holder is not None and allows(by, holder.edit, holder.subject)
    is_part = holder is not None and isinstance(holder.subject, Dossier)
    return History(
        document=document,
        holder=holder,
        part=_part_of(session, document_id) if is_part else None,
        may_edit=may_edit,
        entries=tuple(_entries(session, document)),
    )


def _part_of(session: Session, document_id: UUID) -> Part | None:
    return session.scalars(select(Part).where(Part.document_id == document_id)).first()


def _entries(session: Session, document: Document) -> list[Entry]:
    ids = [version.id for version in document.versions]
    made = session.scalars(select(Signature).where(Signature.version_id.in_(ids)))
    signatures = {each.version_id: each for each in made}
    checks = session.execute(
        select(VersionCheck.version_id, VersionCheck.verdict).where(VersionCheck.version_id.in_(ids))
    )
    verdicts = {row.version_id: row.verdict for row in checks}
    current = documents.current_version(document)
    return [
        Entry(each, signatures.get(each.id), verdicts.get(each.id), is_current=each is current)
        for each in reversed(document.versions)
    ]
