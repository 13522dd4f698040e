"""What the appraiser's desk keeps beside the words on findings (P22).

Own questions, remarks at a place, who is looking, the letter of a return, what was found wrong, reminders sent.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.campaigns.vocabulary import NomineeKind, TermKind
from dms.db import Base, Identified, Versioned, text_enum
from dms.documents.models import Document, Version
from dms.dossiers.models import Return


class DefectSource(StrEnum):
    """Who found a defect for which a dossier went back."""

    RULE = "rule"
    PERSON = "person"
    REMARK = "remark"


class ReminderMark(StrEnum):
    """Whether a reminder came before the end of a term, or when it was over."""

    NEAR = "near"
    OVER = "over"


class OfficeQuestion(Identified, Versioned, Base):
    """A question of an office's own checklist, asked of each dossier; one of a person alone names its ``owner_id``."""

    __tablename__ = "office_question"
    __table_args__ = (Index("ix_office_question_unit", "unit_id", "retired_at"),)

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(String(500))
    required: Mapped[bool] = mapped_column(default=True)
    ordinal: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    retired_at: Mapped[datetime | None]


class Remark(Identified, Base):
    """A comment bound to a place: a version of a paper, a page of it, a rectangle there, or a finding.

    The rectangle is in thousandths of the page from its upper left corner. The unit sees a remark from the return on
    that ``return_id`` names; ``settled_at`` says that what it asked for was done.
    """

    __tablename__ = "remark"
    __table_args__ = (CheckConstraint("page IS NULL OR version_id IS NOT NULL", name="page_of_a_version"),)

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    nominee_id: Mapped[UUID | None] = mapped_column(ForeignKey("nominee.id"))
    requirement_code: Mapped[str | None] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(120), default="")
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey("version.id"))
    page: Mapped[int | None]
    left: Mapped[float | None] = mapped_column(Float)
    top: Mapped[float | None] = mapped_column(Float)
    right: Mapped[float | None] = mapped_column(Float)
    bottom: Mapped[float | None] = mapped_column(Float)
    text: Mapped[str] = mapped_column(String(1000))
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    author_name: Mapped[str] = mapped_column(String(200))
    return_id: Mapped[UUID | None] = mapped_column(ForeignKey("return.id"), index=True)
    settled_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    version: Mapped[Version | None] = relationship()

    @property
    def rectangle(self) -> tuple[float, float, float, float] | None:
        """Left, top, right, bottom in thousandths of the page; None where the remark is about the whole page."""
        if self.left is None or self.top is None or self.right is None or self.bottom is None:
            return None
        return self.left, self.top, self.right, self.bottom


class Looking(Base):
    """Somebody has a dossier open on the desk; the row tells nothing once its last sign is too old."""

    __tablename__ = "looking"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class ReturnLetter(Identified, Base):
    """The letter that goes with a return: what the unit has to add or mend, as a paper with number and date."""

    __tablename__ = "return_letter"

    return_id: Mapped[UUID] = mapped_column(ForeignKey("return.id"), unique=True)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), unique=True)

    return_: Mapped[Return] = relationship()
    document: Mapped[Document] = relationship()


class Defect(Identified, Base):
    """Something for which a dossier went back, as it was found on that day; statistics are made of these."""

    __tablename__ = "defect"

    return_id: Mapped[UUID] = mapped_column(ForeignKey("return.id"), index=True)
    nominee_id: Mapped[UUID | None] = mapped_column(ForeignKey("nominee.id"))
    nominee_kind: Mapped[NomineeKind | None] = mapped_column(text_enum(NomineeKind))
    requirement_code: Mapped[str | None] = mapped_column(String(80))
    rule_id: Mapped[str] = mapped_column(String(20), default="")
    code: Mapped[str] = mapped_column(String(80), default="")
    source: Mapped[DefectSource] = mapped_column(text_enum(DefectSource))


class TermReminder(Identified, Base):
    """A reminder of a term that was sent, so that it is sent once."""

    __tablename__ = "term_reminder"
    __table_args__ = (UniqueConstraint("dossier_id", "kind", "due_on", "mark"),)

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    kind: Mapped[TermKind] = mapped_column(text_enum(TermKind))
    due_on: Mapped[date]
    mark: Mapped[ReminderMark] = mapped_column(text_enum(ReminderMark))
    sent_at: Mapped[datetime]
