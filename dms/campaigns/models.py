"""Campaign files as rows: each accepted text is an immutable revision, and a dossier pins the one it began under."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.db import Base, Identified, Versioned


class Campaign(Identified, Versioned, Base):
    """A campaign (phong trào thi đua, đợt xét khen thưởng), known by its file's code.

    ``unit_id`` is the unit that issued it, None while no unit has the code that the file names. A closed campaign takes
    no new dossiers; those under way go on.
    """

    __tablename__ = "campaign"

    code: Mapped[str] = mapped_column(String(80), unique=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    closed_reason: Mapped[str] = mapped_column(String(1000), default="")

    @property
    def is_closed(self) -> bool:
        """Whether no new dossier may be opened."""
        return self.closed_at is not None


class CampaignRevision(Identified, Base):
    """One accepted text of the campaign file, by whom and why. Never changed; a new text is a new revision."""

    __tablename__ = "campaign_revision"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(500))
    digest: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text, deferred=True)
    spec: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)  # large, and parsed once per process
    accepted_at: Mapped[datetime]
    accepted_by: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(String(1000), default="")

    campaign: Mapped[Campaign] = relationship()
