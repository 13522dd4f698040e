"""Campaign files as rows: each accepted text is an immutable revision, and a dossier pins the one it began under."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.db import Base, Identified


class Campaign(Identified, Base):
    """A campaign (phong trào thi đua, đợt xét khen thưởng), known by its file's code."""

    __tablename__ = "campaign"

    code: Mapped[str] = mapped_column(String(80), unique=True)


class CampaignRevision(Identified, Base):
    """One accepted text of the campaign file. Never changed; a new text is a new revision."""

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

    campaign: Mapped[Campaign] = relationship()
