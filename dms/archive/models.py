"""What is kept for ever: sealed dossiers. The search index is no model: its SQL is each database's own (search.py)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, ForeignKey, MetaData, String, event
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


@event.listens_for(Base.metadata, "after_create")
def _create_search_index(_metadata: MetaData, connection: Connection, tables: Any = (), **_: Any) -> None:
    """Whoever makes the tables from the models (a test, a scratch database) gets the index with them."""
    if any(table.name == "award" for table in tables or ()):
        create_index(connection)
