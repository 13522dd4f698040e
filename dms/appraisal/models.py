"""Consolidation by the coordinator, review by the appraiser (P12, P13, P19, P21, P22)."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.db import Base, Identified, Versioned, text_enum
from dms.documents.models import Document
from dms.dossiers.models import Nominee


class ReviewVerdict(StrEnum):
    """What the appraiser says of a piece; a person decides what the rules could not prove."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Consolidation(Identified, Versioned, Base):
    """The coordinator's list for one scheme of a campaign; it is open until sent to the appraiser."""

    __tablename__ = "consolidation"
    __table_args__ = (UniqueConstraint("revision_id", "scheme_code", "coordinator_id"),)

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("campaign_revision.id"))
    scheme_code: Mapped[str] = mapped_column(String(80))
    coordinator_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    appraiser_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    conferrer_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    opened_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    entries: Mapped[list["ConsolidationEntry"]] = relationship(back_populates="consolidation")


class ConsolidationEntry(Identified, Base):
    """A nominee's place in the list: the rank by index score, and whether it is put forward within the quota."""

    __tablename__ = "consolidation_entry"
    __table_args__ = (UniqueConstraint("consolidation_id", "nominee_id"),)

    consolidation_id: Mapped[UUID] = mapped_column(ForeignKey("consolidation.id"))
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"))
    rank: Mapped[int]
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    selected: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(500), default="")

    consolidation: Mapped[Consolidation] = relationship(back_populates="entries")
    nominee: Mapped[Nominee] = relationship()


class AppraisalLetter(Identified, Versioned, Base):
    """The appraiser's letter to the body that decides, about the dossiers of one scheme that have passed (P12, P22)."""

    __tablename__ = "appraisal_letter"

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("campaign_revision.id"), index=True)
    scheme_code: Mapped[str] = mapped_column(String(80))
    appraiser_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    conferrer_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), unique=True)
    opened_at: Mapped[datetime]
    given_up_at: Mapped[datetime | None]

    document: Mapped[Document] = relationship()
    items: Mapped[list["AppraisalLetterItem"]] = relationship(back_populates="letter", cascade="all, delete-orphan")


class AppraisalLetterItem(Identified, Base):
    """A nominee whom the letter puts before the deciding body."""

    __tablename__ = "appraisal_letter_item"
    __table_args__ = (UniqueConstraint("letter_id", "nominee_id"),)

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("appraisal_letter.id"))
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"), index=True)

    letter: Mapped[AppraisalLetter] = relationship(back_populates="items")


class ReviewItem(Identified, Versioned, Base):
    """The appraiser's word on one finding, question or piece: accepted or rejected, with a comment.

    ``lock_version`` is what a screen showed: a word that would overwrite a newer one is refused.
    """

    __tablename__ = "review_item"
    __table_args__ = (
        UniqueConstraint("dossier_id", "nominee_id", "subject"),
        # A NULL nominee is distinct from every other NULL, so words on the dossier itself need an index of their own.
        Index(
            "uq_review_item_of_dossier",
            "dossier_id",
            "subject",
            unique=True,
            sqlite_where=sql_text("nominee_id IS NULL"),
            postgresql_where=sql_text("nominee_id IS NULL"),
        ),
    )

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    nominee_id: Mapped[UUID | None] = mapped_column(ForeignKey("nominee.id"))
    subject: Mapped[str] = mapped_column(String(120))
    verdict: Mapped[ReviewVerdict] = mapped_column(text_enum(ReviewVerdict))
    comment: Mapped[str] = mapped_column(String(1000), default="")
    reviewed_at: Mapped[datetime]
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reviewer_name: Mapped[str] = mapped_column(String(200))
    on_return: Mapped[bool] = mapped_column(default=False)
