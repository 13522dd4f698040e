"""What is kept for ever: sealed dossiers. The search index over awards is made by a migration (see search.py)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dms.db import Base


class SealedDossier(Base):
    """The moment a dossier was closed, and the digest of the manifest of all it held."""

    __tablename__ = "sealed_dossier"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    sealed_at: Mapped[datetime]
    sealed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    manifest_digest: Mapped[str] = mapped_column(String(64))
    last_event_hash: Mapped[str] = mapped_column(String(64))
