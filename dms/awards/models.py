"""Decisions and the awards they confer; an award keeps the names of its day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.campaigns.vocabulary import NomineeKind
from dms.db import Base, Identified, Versioned, text_enum
from dms.documents.models import Document


class Decision(Identified, Versioned, Base):
    """A decision on awards (quyết định khen thưởng): it lists nominees, is signed as a document, then confers."""

    __tablename__ = "decision"

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("campaign_revision.id"))
    campaign_code: Mapped[str] = mapped_column(String(80), default="")
    scheme_code: Mapped[str] = mapped_column(String(80))
    conferrer_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), unique=True)
    prepared_at: Mapped[datetime]
    prepared_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    conferred_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    document: Mapped[Document] = relationship()
    items: Mapped[list["DecisionItem"]] = relationship(order_by="DecisionItem.ordinal", back_populates="decision")


class DecisionItem(Identified, Base):
    """A nominee in a decision's list."""

    __tablename__ = "decision_item"
    __table_args__ = (UniqueConstraint("decision_id", "nominee_id"), UniqueConstraint("decision_id", "ordinal"))

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"))
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"))
    ordinal: Mapped[int]

    decision: Mapped[Decision] = relationship(back_populates="items")


class Award(Identified, Base):
    """An award that was given, with everything that its certificate and the register print."""

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("decision_id", "ordinal"),
        Index("ix_award_year_scheme", "year", "form"),
        Index("ix_award_decided_on", "decided_on", "id"),
    )

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"))
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"), unique=True)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    ordinal: Mapped[int]
    kind: Mapped[NomineeKind] = mapped_column(text_enum(NomineeKind))
    recipient: Mapped[str] = mapped_column(String(300))
    position_title: Mapped[str] = mapped_column(String(300), default="")
    workplace: Mapped[str] = mapped_column(String(300), default="")
    unit_name: Mapped[str] = mapped_column(String(300))
    form: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(500))
    achievement: Mapped[str] = mapped_column(Text)
    conferrer_name: Mapped[str] = mapped_column(String(300))
    decision_number: Mapped[str] = mapped_column(String(60))
    decided_on: Mapped[date]
    year: Mapped[int]
    public_code: Mapped[str] = mapped_column(String(40), unique=True)
    certificate_digest: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(String(500))

    decision: Mapped[Decision] = relationship()
