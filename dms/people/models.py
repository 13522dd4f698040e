"""Units, people, positions and roles, each with a life in time. A record keeps the name of its day."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.db import Base, Identified, text_enum
from dms.policy import PositionKind, Role
from dms.scope import Scope


class UnitKind(StrEnum):
    """The kinds of unit that may take part (P02), and the body that leads a movement (P08)."""

    PROVINCIAL_COMMITTEE = "provincial_committee"
    PROVINCIAL_DEPARTMENT = "provincial_department"
    PUBLIC_SERVICE_UNIT = "public_service_unit"
    DISTRICT = "district"
    COMMUNE = "commune"
    PARTY_BODY = "party_body"
    MASS_ORGANISATION = "mass_organisation"
    ASSOCIATION = "association"
    SCHOOL = "school"
    ENTERPRISE = "enterprise"
    STEERING_COMMITTEE = "steering_committee"


class SuccessionKind(StrEnum):
    """How a unit's duties pass on."""

    RENAMED = "renamed"
    MERGED = "merged"
    SPLIT = "split"
    TRANSFERRED = "transferred"


class UnitEventKind(StrEnum):
    """What a deciding paper does to units."""

    FOUNDED = "founded"
    RENAMED = "renamed"
    MOVED = "moved"
    MERGED = "merged"
    SPLIT = "split"
    TRANSFERRED = "transferred"
    ABOLISHED = "abolished"


class EventSide(StrEnum):
    """Whether a unit was there before an event or came out of it; one that lives through it came out of it."""

    BEFORE = "before"
    AFTER = "after"


class Capacity(StrEnum):
    """The power line before a signature (Nghị định 30/2020, annex I, II.7b)."""

    NONE = "none"
    TM = "tm"
    KT = "kt"
    TL = "tl"
    TUQ = "tuq"
    Q = "q"


class Unit(Identified, Base):
    """A body, unit or locality that nominates, receives, appraises or decides.

    ``parent_id`` is the superior that it was founded under; ``UnitSuperior`` has later ones.
    """

    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[UnitKind] = mapped_column(text_enum(UnitKind))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    founded_on: Mapped[date | None]
    abolished_on: Mapped[date | None]

    names: Mapped[list["UnitName"]] = relationship(order_by="UnitName.valid_from", back_populates="unit")


class UnitName(Identified, Base):
    """What a unit is called from one day on; the last one before a given day is the name of that day."""

    __tablename__ = "unit_name"
    __table_args__ = (UniqueConstraint("unit_id", "valid_from"),)

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    symbol: Mapped[str] = mapped_column(String(30))
    place: Mapped[str] = mapped_column(String(100))
    superior: Mapped[str | None] = mapped_column(String(300))
    valid_from: Mapped[date]

    unit: Mapped[Unit] = relationship(back_populates="names")


class UnitSuccession(Identified, Base):
    """From ``on`` the successor carries the predecessor's duties and reads its dossiers.

    Of several successors of one day, the one that ``leads`` stands for the predecessor first.
    """

    __tablename__ = "unit_succession"
    __table_args__ = (UniqueConstraint("predecessor_id", "successor_id"),)

    predecessor_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    successor_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[SuccessionKind] = mapped_column(text_enum(SuccessionKind))
    on: Mapped[date]
    leads: Mapped[bool] = mapped_column(default=False)


class UnitSuperior(Identified, Base):
    """Under which unit a unit stands from one day on; None: under no other."""

    __tablename__ = "unit_superior"
    __table_args__ = (UniqueConstraint("unit_id", "valid_from"),)

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    superior_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date]


class UnitEvent(Identified, Base):
    """A change of units on a day, with the paper that decided it; without one for what was entered from hearsay."""

    __tablename__ = "unit_event"

    kind: Mapped[UnitEventKind] = mapped_column(text_enum(UnitEventKind))
    on: Mapped[date]
    paper_number: Mapped[str | None] = mapped_column(String(60))
    paper_issued_on: Mapped[date | None]
    paper_issuer: Mapped[str | None] = mapped_column(String(300))
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    parts: Mapped[list["UnitEventPart"]] = relationship(back_populates="event")


class UnitEventPart(Identified, Base):
    """A unit that an event touched."""

    __tablename__ = "unit_event_part"
    __table_args__ = (UniqueConstraint("event_id", "unit_id"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("unit_event.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    side: Mapped[EventSide] = mapped_column(text_enum(EventSide))

    event: Mapped[UnitEvent] = relationship(back_populates="parts")


class EmulationBlock(Identified, Base):
    """Units that compete with each other for emulation titles (khối thi đua, P24), by a decision on the blocks."""

    __tablename__ = "emulation_block"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    paper_number: Mapped[str | None] = mapped_column(String(60))
    paper_issued_on: Mapped[date | None]
    paper_issuer: Mapped[str | None] = mapped_column(String(300))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class BlockMembership(Identified, Base):
    """A unit in a block from one day to another (exclusive); it is in one block at a time."""

    __tablename__ = "block_membership"
    __table_args__ = (UniqueConstraint("unit_id", "valid_from"),)

    block_id: Mapped[UUID] = mapped_column(ForeignKey("emulation_block.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    block: Mapped[EmulationBlock] = relationship()


class Person(Identified, Base):
    """Somebody who works in the system. An account points here; the domain never sees the account."""

    __tablename__ = "person"

    full_name: Mapped[str] = mapped_column(String(200))
    folded_name: Mapped[str] = mapped_column(String(200), index=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)


class Position(Identified, Base):
    """A seat in a unit, with the title that papers print."""

    __tablename__ = "position"
    __table_args__ = (UniqueConstraint("unit_id", "kind", "title"),)

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[PositionKind] = mapped_column(text_enum(PositionKind))
    title: Mapped[str] = mapped_column(String(200))


class Appointment(Identified, Base):
    """A person in a position from one day to another (exclusive); ``Q`` marks an acting head.

    ``basis`` is the paper of appointment; an acting head has one (NĐ 30/2020 art. 13).
    """

    __tablename__ = "appointment"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),)

    position_id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    capacity: Mapped[Capacity] = mapped_column(text_enum(Capacity), default=Capacity.NONE)
    basis: Mapped[str | None] = mapped_column(String(300))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    position: Mapped[Position] = relationship()
    person: Mapped[Person] = relationship()


class Delegation(Identified, Base):
    """A written, dated power to sign from a seat that is another's (KT., TL., TUQ.); it cannot be passed on.

    ``basis`` names the paper; it lies here as a document (``paper_id``), or is known by number, day and issuer. Empty
    lists of kinds, campaigns and schemes (``campaign/scheme``) limit nothing.
    """

    __tablename__ = "delegation"
    __table_args__ = (CheckConstraint("valid_to > valid_from", name="period"),)

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    position_kind: Mapped[PositionKind] = mapped_column(text_enum(PositionKind))
    delegate_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    capacity: Mapped[Capacity] = mapped_column(text_enum(Capacity))
    basis: Mapped[str] = mapped_column(String(300))
    paper_number: Mapped[str | None] = mapped_column(String(60))
    paper_issued_on: Mapped[date | None]
    paper_issuer: Mapped[str | None] = mapped_column(String(300))
    paper_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    document_kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    campaigns: Mapped[list[str]] = mapped_column(JSON, default=list)
    schemes: Mapped[list[str]] = mapped_column(JSON, default=list)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    granted_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    delegate: Mapped[Person] = relationship(foreign_keys=[delegate_id])
    grantor: Mapped[Person] = relationship(foreign_keys=[granted_by])

    @property
    def scope(self) -> Scope:
        """To which papers the power reaches."""
        return Scope(frozenset(self.document_kinds), frozenset(self.campaigns), frozenset(self.schemes))


class Absence(Identified, Base):
    """A person is away from one day to another (exclusive); who waits is told, and who stands in meanwhile."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("valid_to > valid_from", name="period"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    stand_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(300), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    entered_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    stand_in: Mapped[Person | None] = relationship(foreign_keys=[stand_in_id])


class Notice(Identified, Base):
    """Something that a person is told; its sentence is written at the edge from ``kind`` and ``params``."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_of_person", "person_id", "read_at", "created_at"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class RoleGrant(Identified, Base):
    """A person's role in a unit from one day to another (exclusive)."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "unit_id", "role", "valid_from"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    unit: Mapped[Unit] = relationship()


def in_force(model: Any, day: date) -> Any:
    """The SQL condition that a dated row holds on ``day`` (``valid_to`` is exclusive)."""
    return (model.valid_from <= day) & (model.valid_to.is_(None) | (model.valid_to > day))
