"""Dossiers, their nominees and their parts. A part points down at a document; the document does not know it."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.campaigns.models import CampaignRevision
from dms.campaigns.vocabulary import NomineeKind, TaskLevel
from dms.db import Base, Identified, Versioned, text_enum
from dms.documents.models import Document
from dms.people.models import Unit
from dms.policy import Status
from dms.scores.models import UnitScore


class CouncilRole(StrEnum):
    """What a member is in the council."""

    CHAIR = "chair"
    DEPUTY_CHAIR = "deputy_chair"
    SECRETARY = "secretary"
    MEMBER = "member"


class Presence(StrEnum):
    """How a member took part; who neither came nor wrote counts in the base of votes all the same."""

    PRESENT = "present"
    WRITTEN = "written"
    ABSENT = "absent"


_DOSSIER_LEVEL: dict[str, Any] = {
    "sqlite_where": sql_text("nominee_id IS NULL"),
    "postgresql_where": sql_text("nominee_id IS NULL"),
}


_TYPED: dict[str, Any] = {
    "sqlite_where": sql_text("of_unit_id IS NULL"),
    "postgresql_where": sql_text("of_unit_id IS NULL"),
}


class Dossier(Identified, Versioned, Base):
    """One unit's submission under one scheme of one revision of a campaign; a yearly scheme judges ``year``.

    ``submitted_at`` is the first hand-over: a dossier that comes back mended is not late for it (P18).
    ``head_criteria`` are the texts of further criteria that the head set (P07, P09), none of them or some, with number
    and day of the paper; None while nobody has said.
    ``appraiser_since`` is when it first reached the appraiser, who may see it from then on, also when it goes back.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        Index("ix_dossier_unit_status", "unit_id", "status"),
        Index("ix_dossier_coordinator_status", "coordinator_id", "status"),
        Index("ix_dossier_appraiser_status", "appraiser_id", "status"),
    )

    code: Mapped[str] = mapped_column(String(40), unique=True)
    revision_id: Mapped[UUID] = mapped_column(ForeignKey("campaign_revision.id"), index=True)
    campaign_code: Mapped[str] = mapped_column(String(80), default="")
    scheme_code: Mapped[str] = mapped_column(String(80))
    year: Mapped[int | None]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    coordinator_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    appraiser_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    conferrer_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    status: Mapped[Status] = mapped_column(text_enum(Status))
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    appraiser_since: Mapped[datetime | None]
    status_since: Mapped[datetime]
    head_criteria: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    revision: Mapped[CampaignRevision] = relationship()
    nominees: Mapped[list["Nominee"]] = relationship(order_by="Nominee.ordinal", back_populates="dossier")
    parts: Mapped[list["Part"]] = relationship(back_populates="dossier")
    meeting: Mapped["CouncilMeeting | None"] = relationship(back_populates="dossier")
    summary: Mapped["DossierSummary | None"] = relationship(back_populates="dossier")


class Nominee(Identified, Base):
    """A collective or an individual put forward.

    ``score_field`` says which of the unit's scores an individual answers for: the field in their charge by its key, an
    empty text for the whole unit, None for none of them. A collective takes the unit's as a whole.
    """

    __tablename__ = "nominee"
    __table_args__ = (UniqueConstraint("dossier_id", "ordinal"),)

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    ordinal: Mapped[int]
    kind: Mapped[NomineeKind] = mapped_column(text_enum(NomineeKind))
    name: Mapped[str] = mapped_column(String(300))
    folded_name: Mapped[str] = mapped_column(String(300), index=True)
    position_title: Mapped[str] = mapped_column(String(300), default="")
    workplace: Mapped[str] = mapped_column(String(300), default="")
    achievement: Mapped[str] = mapped_column(Text, default="")
    sections: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    score_field: Mapped[str | None] = mapped_column(String(120))
    removed_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship(back_populates="nominees")
    scores: Mapped[list["IndexScore"]] = relationship(order_by="(IndexScore.year, IndexScore.score.desc())")
    evidence: Mapped[list["YearEvidence"]] = relationship(order_by="YearEvidence.year")
    attestations: Mapped[list["Attestation"]] = relationship()
    vote: Mapped["Vote | None"] = relationship()

    @property
    def plan_results(self) -> list["PlanResult"]:
        """How much of each year's plan was carried out."""
        return [each for each in self.evidence if isinstance(each, PlanResult)]

    @property
    def task_results(self) -> list["TaskResult"]:
        """How well each year's tasks were done."""
        return [each for each in self.evidence if isinstance(each, TaskResult)]

    @property
    def year_statements(self) -> list["YearStatement"]:
        """What is stated year by year."""
        return [each for each in self.evidence if isinstance(each, YearStatement)]


class IndexScore(Identified, Base):
    """A year's digital-transformation index score in percent, and the paper that approved it (P07-P11, P19).

    ``source_id`` names the unit's score that it was taken from (``of_unit_id``: whose it is, which may be a
    predecessor); without one the unit typed it. What was typed before an official score came is kept beside it.
    """

    __tablename__ = "index_score"
    __table_args__ = (
        UniqueConstraint("nominee_id", "year", "of_unit_id"),
        # A NULL unit is distinct from every other NULL, so a typed score needs an index of its own.
        Index("uq_index_score_typed", "nominee_id", "year", unique=True, **_TYPED),
    )

    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"))
    year: Mapped[int]
    score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    approved_by: Mapped[str] = mapped_column(String(300), default="")
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit_score.id"), index=True)
    of_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    typed_score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    typed_approval: Mapped[str] = mapped_column(String(300), default="")

    source: Mapped[UnitScore | None] = relationship()

    @property
    def is_official(self) -> bool:
        """Whether it was taken from the scores of units."""
        return self.source_id is not None


class EvidenceKind(StrEnum):
    """What a row of evidence tells."""

    PLAN = "plan"
    TASK = "task"
    STATEMENT = "statement"


class YearEvidence(Identified, Base):
    """What proves a criterion in one year; one table for all kinds, so that a dossier's evidence is one query."""

    __tablename__ = "year_evidence"
    __table_args__ = (UniqueConstraint("nominee_id", "kind", "criterion_id", "year"),)
    __mapper_args__ = {"polymorphic_on": "kind", "with_polymorphic": "*"}  # noqa: RUF012  (SQLAlchemy's own name)

    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"))
    kind: Mapped[EvidenceKind] = mapped_column(text_enum(EvidenceKind))
    criterion_id: Mapped[str] = mapped_column(String(80), default="")
    year: Mapped[int]
    source: Mapped[str] = mapped_column(String(300), default="")


class PlanResult(YearEvidence):
    """How much of a year's plan was carried out, in percent, whether on schedule, and what shows it (P07-P11)."""

    __mapper_args__ = {"polymorphic_identity": EvidenceKind.PLAN}  # noqa: RUF012  (likewise)

    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), nullable=True)
    on_schedule: Mapped[bool | None] = mapped_column(nullable=True)


class TaskResult(YearEvidence):
    """How well the tasks of a year were done, by a named paper (P07, P09-P11)."""

    __mapper_args__ = {"polymorphic_identity": EvidenceKind.TASK}  # noqa: RUF012  (likewise)

    level: Mapped[TaskLevel] = mapped_column(text_enum(TaskLevel), nullable=True)


class YearStatement(YearEvidence):
    """What the unit states of one year on a criterion that is asked year by year, and the paper that shows it (P10)."""

    __mapper_args__ = {"polymorphic_identity": EvidenceKind.STATEMENT}  # noqa: RUF012  (likewise)

    reached: Mapped[bool] = mapped_column(nullable=True)
    paper_number: Mapped[str | None] = mapped_column(String(60), nullable=True)
    paper_issued_on: Mapped[date | None] = mapped_column(nullable=True)


class Attestation(Identified, Base):
    """What the unit states on a criterion that no paper proves by itself, and what the appraiser said of it."""

    __tablename__ = "attestation"
    __table_args__ = (UniqueConstraint("nominee_id", "criterion_id"),)

    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"))
    criterion_id: Mapped[str] = mapped_column(String(80))
    value: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(1000), default="")
    stated_at: Mapped[datetime]
    stated_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed: Mapped[bool | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class CouncilMeeting(Identified, Base):
    """The meeting of the unit's council that considered the nominees (P15); the times are those of its clock."""

    __tablename__ = "council_meeting"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), unique=True)
    held_on: Mapped[date]
    opened_at: Mapped[time | None]
    closed_at: Mapped[time | None]
    place: Mapped[str] = mapped_column(String(300), default="")
    members_total: Mapped[int]
    members_present: Mapped[int]
    written_opinions: Mapped[int] = mapped_column(default=0)
    conclusion: Mapped[str] = mapped_column(Text, default="")

    dossier: Mapped[Dossier] = relationship(back_populates="meeting")
    members: Mapped[list["CouncilMember"]] = relationship(
        order_by="CouncilMember.ordinal", cascade="all, delete-orphan"
    )


class CouncilMember(Identified, Base):
    """A member of the council at one meeting, as the minutes name them; not tied to a seat of today."""

    __tablename__ = "council_member"
    __table_args__ = (UniqueConstraint("meeting_id", "ordinal"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("council_meeting.id"))
    ordinal: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    honorific: Mapped[str] = mapped_column(String(20), default="")
    position_title: Mapped[str] = mapped_column(String(300), default="")
    role: Mapped[CouncilRole] = mapped_column(text_enum(CouncilRole))
    presence: Mapped[Presence] = mapped_column(text_enum(Presence))
    opinion: Mapped[str] = mapped_column(String(1000), default="")


class Vote(Identified, Base):
    """The council's vote on one nominee; its base is all members, not those present."""

    __tablename__ = "vote"

    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"), unique=True)
    in_favour: Mapped[int]


class Part(Identified, Base):
    """A place in the dossier that a requirement makes, and the document that fills it."""

    __tablename__ = "part"
    __table_args__ = (
        UniqueConstraint("dossier_id", "nominee_id", "requirement_code"),
        Index("ix_part_document", "document_id"),
        # A NULL nominee is distinct from every other NULL, so the dossier's own pieces need an index of their own.
        Index("uq_part_of_dossier", "dossier_id", "requirement_code", unique=True, **_DOSSIER_LEVEL),
    )

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    nominee_id: Mapped[UUID | None] = mapped_column(ForeignKey("nominee.id"))
    requirement_code: Mapped[str] = mapped_column(String(80))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))

    dossier: Mapped[Dossier] = relationship(back_populates="parts")
    nominee: Mapped[Nominee | None] = relationship()
    document: Mapped[Document] = relationship()


class Return(Identified, Base):
    """A dossier sent back: by whom, from which status, why. Only the pieces it names reopen."""

    __tablename__ = "return"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    from_status: Mapped[Status] = mapped_column(text_enum(Status))
    returned_at: Mapped[datetime]
    returned_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    returner_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime | None]

    items: Mapped[list["ReturnItem"]] = relationship(back_populates="return_")


class ReturnItem(Identified, Base):
    """One piece that a return reopens: a requirement (of the dossier or of a nominee), or a nominee's data."""

    __tablename__ = "return_item"

    return_id: Mapped[UUID] = mapped_column(ForeignKey("return.id"), index=True)
    nominee_id: Mapped[UUID | None] = mapped_column(ForeignKey("nominee.id"))
    requirement_code: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(1000), default="")

    return_: Mapped[Return] = relationship(back_populates="items")


class DossierSummary(Base):
    """What lists show of a dossier, written in the same transaction as the change; a test recomputes it."""

    __tablename__ = "dossier_summary"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    collectives: Mapped[int] = mapped_column(default=0)
    households: Mapped[int] = mapped_column(default=0)
    individuals: Mapped[int] = mapped_column(default=0)
    met: Mapped[int] = mapped_column(default=0)
    not_met: Mapped[int] = mapped_column(default=0)
    not_proven: Mapped[int] = mapped_column(default=0)
    blocking: Mapped[int] = mapped_column(default=0)
    open_steps: Mapped[int] = mapped_column(default=0)
    waiting_for: Mapped[str] = mapped_column(String(300), default="")
    computed_at: Mapped[datetime]

    dossier: Mapped[Dossier] = relationship(back_populates="summary")
