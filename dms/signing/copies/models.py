"""A certified copy: which version it shows, for whom, and the paper that it is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dms.db import Base, Identified
from dms.documents.models import Document, Version

FORM = "SAO Y"
"""The form of copy (Decree 30/2020, art. 25.1): complete and exact."""


class CertifiedCopy(Identified, Base):
    """``document`` is the copy, a paper with a number of its own; ``source`` the signed version that it shows."""

    __tablename__ = "certified_copy"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), unique=True)
    source_version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    document: Mapped[Document] = relationship()
    source: Mapped[Version] = relationship()


def copy_in(session: Session, document_id: UUID) -> CertifiedCopy | None:
    """The copy that a document is, if it is one."""
    return session.scalars(select(CertifiedCopy).where(CertifiedCopy.document_id == document_id)).first()
