"""What is kept for ever: sealed dossiers, their time stamps, checkpoints of all histories.

The search index is no model: its SQL is each database's own (search.py).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, ForeignKey, Index, LargeBinary, MetaData, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from dms.archive.search import create_index
from dms.db import Base


class SealedDossier(Base):
    """The moment a dossier was closed, and the digest of the manifest of all it held."""

    __tablename__ = "sealed_dossier"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    sealed_at: Mapped[datetime]
    sealed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    manifest_digest: Mapped[str] = mapped_column(String(64))
    last_event_hash: Mapped[str] = mapped_column(String(64))


class ArchiveTimestamp(Base):
    """The last archive time stamp of a sealed file, and until when it is good; derived from the file itself.

    ``renewed_at`` is set when a newer version of the paper carries a further time stamp; the row then is history.
    """

    __tablename__ = "archive_timestamp"
    __table_args__ = (Index("ix_archive_timestamp_waiting", "renewed_at", "good_until"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"), primary_key=True)
    stamps: Mapped[int]
    stamped_at: Mapped[datetime]
    authority: Mapped[str] = mapped_column(String(300))
    algorithm: Mapped[str] = mapped_column(String(60))
    certificate_ends: Mapped[datetime]
    algorithm_ends: Mapped[datetime]
    good_until: Mapped[datetime]
    renewed_at: Mapped[datetime | None]


class AuthorityCheck(Base):
    """What came of asking a time-stamping authority the last time; ``error`` is empty where it answered truly."""

    __tablename__ = "authority_check"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    ordinal: Mapped[int]
    checked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    milliseconds: Mapped[int]
    error: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(500))
    certificate_ends: Mapped[datetime | None]


class AuditCheckpoint(Base):
    """The heads of all histories that moved since the checkpoint before, under a time stamp (RFC 3161, DER)."""

    __tablename__ = "audit_checkpoint"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    stamped_at: Mapped[datetime]
    authority: Mapped[str] = mapped_column(String(300))
    heads: Mapped[int]
    manifest: Mapped[str] = mapped_column(Text)
    token: Mapped[bytes] = mapped_column(LargeBinary)


@event.listens_for(Base.metadata, "after_create")
def _create_search_index(_metadata: MetaData, connection: Connection, tables: Any = (), **_: Any) -> None:
    """Whoever makes the tables from the models (a test, a scratch database) gets the index with them."""
    if any(table.name == "award" for table in tables or ()):
        create_index(connection)
