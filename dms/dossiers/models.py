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
from dms.campaigns.vocabulary import NomineeKind
from dms.db import Base, Identified, Versioned, text_enum
from dms.documents.models import Document
from dms.people.models import Unit
from dms.policy import Status


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


class Dossier(Identified, Versioned, Base):
    """One unit's submission under one scheme of one revision of a campaign; a yearly scheme judges ``year``.

    ``submitted_at`` is the first hand-over: a dossier that comes back mended is not late for it (P18).
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

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    revision: Mapped[CampaignRevision] = relationship()
    nominees: Mapped[list["Nominee"]] = relationship(order_by="Nominee.ordinal", back_populates="dossier")
    parts: Mapped[list["Part"]] = relationship(back_populates="dossier")
    meeting: Mapped["CouncilMeeting | None"] = relationship(back_populates="dossier")
    summary: Mapped["DossierSummary | None"] = relationship(back_populates="dossier")


class Nominee(Identified, Base):
    """A collective or an individual put forward."""

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
    removed_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship(back_populates="nominees")
    scores: Mapped[list["IndexScore"]] = relationship(order_by="IndexScore.year")
    attestations: Mapped[list["Attestation"]] = relationship()
    vote: Mapped["Vote | None"] = relationship()


class IndexScore(Identified, Base):
    """A year's digital-transformation index score in percent, and the paper that approved it (P07-P11, P19)."""

    __tablename__ = "index_score"
    __table_args__ = (UniqueConstraint("nominee_id", "year"),)

    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"))
    year: Mapped[int]
    score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    approved_by: Mapped[str] = mapped_column(String(300), default="")


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
