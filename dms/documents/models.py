"""Documents and their numbered, immutable versions; a version points at a blob by its SHA-256."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.db import Base, Identified, Versioned, text_enum


class DocumentKind(StrEnum):
    """What a paper is."""

    SUBMISSION_LETTER = "submission_letter"
    MINUTES = "minutes"
    ACHIEVEMENT_REPORT = "achievement_report"
    NOMINEE_LIST = "nominee_list"
    EVIDENCE = "evidence"
    CONSOLIDATION_LETTER = "consolidation_letter"
    DECISION = "decision"
    CERTIFICATE = "certificate"
    OTHER = "other"


class Origin(StrEnum):
    """How a version came to be."""

    UPLOADED = "uploaded"
    DRAFTED = "drafted"
    CONVERTED = "converted"
    PREPARED = "prepared"
    SIGNED = "signed"
    ARCHIVED = "archived"


class Document(Identified, Versioned, Base):
    """A paper. It fills a place somewhere above, which this table does not know."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("unit_id", "symbol", "issued_year", "number"),)

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(text_enum(DocumentKind))
    title: Mapped[str] = mapped_column(String(500))
    number: Mapped[int | None]
    symbol: Mapped[str | None] = mapped_column(String(60))
    issued_on: Mapped[date | None]
    issued_year: Mapped[int | None]

    versions: Mapped[list["Version"]] = relationship(order_by="Version.number", back_populates="document")


class Version(Identified, Base):
    """One immutable state of a document: author, time, note and digest; a withdrawn one stays, marked."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("document_id", "number"), Index("ix_version_digest", "digest"))

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int]
    origin: Mapped[Origin] = mapped_column(text_enum(Origin))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("version.id"))
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    filename: Mapped[str] = mapped_column(String(200))
    pages: Mapped[int | None]
    inspection: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    author_name: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(String(500))

    document: Mapped[Document] = relationship(back_populates="versions")


class VersionText(Base):
    """The text of a version, for search, comparison and consistency checks; derived, may be rebuilt."""

    __tablename__ = "version_text"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
