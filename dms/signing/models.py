"""Signing routes: who signs a document, in which order, and what came of it.

A route hangs on a document and knows nothing of what the paper is for. Acts are stored; progress is derived.
"""

from base64 import b64decode, b64encode
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Dialect, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from dms.campaigns.vocabulary import StageMode, StepAction
from dms.db import Base, Identified, Versioned, text_enum
from dms.documents.models import Document, Version
from dms.people.models import Capacity, Person
from dms.policy import PositionKind
from dms.signing.keys import KeyKind
from dms.signing.pades.anchors import AnchorKind


class StepOutcome(StrEnum):
    """What became of a step."""

    DONE = "done"
    REFUSED = "refused"
    SKIPPED = "skipped"
    NOT_NEEDED = "not_needed"
    UNDONE = "undone"
    VOID = "void"


class RouteOutcome(StrEnum):
    """How a route ended."""

    COMPLETED = "completed"
    REFUSED = "refused"
    RECALLED = "recalled"
    REPLACED = "replaced"


class SigningRoute(Identified, Versioned, Base):
    """One run of a document through its signers; a new version of the document starts a new one."""

    __tablename__ = "signing_route"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"))
    place: Mapped[str] = mapped_column(String(100), default="")
    trail_subject: Mapped[str] = mapped_column(String(40))
    trail_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(String(500))
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    outcome: Mapped[RouteOutcome | None] = mapped_column(text_enum(RouteOutcome))
    stages: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    holidays: Mapped[list[str]] = mapped_column(JSON, default=list)
    stamp_may_follow: Mapped[bool] = mapped_column(default=False)

    document: Mapped[Document] = relationship()
    version: Mapped[Version] = relationship()
    steps: Mapped[list["Step"]] = relationship(
        order_by="(Step.stage, Step.round, Step.ordinal)", back_populates="route"
    )

    @property
    def living(self) -> list["Step"]:
        """The steps that count: those of each stage's last round, in their order."""
        last = {step.stage: step.round for step in self.steps}  # rounds rise within a stage
        return [step for step in self.steps if step.round == last[step.stage]]


class Step(Identified, Base):
    """One act that a position owes; ``opened_at`` is the moment its turn came.

    A stage to which a refusal goes back begins another ``round`` with steps of its own. ``planned_kind`` is the seat of
    the campaign file where the step was given to another, ``assignee_id`` the one holder it was given to; what the
    paper is about is kept here because mandates are limited by it, and ``sender_id`` because senders may skip.
    """

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("route_id", "stage", "ordinal", "round"),
        Index("ix_step_waiting", "unit_id", "position_kind", "outcome", "opened_at"),
    )

    route_id: Mapped[UUID] = mapped_column(ForeignKey("signing_route.id"))
    stage: Mapped[int]
    ordinal: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    mode: Mapped[StageMode] = mapped_column(text_enum(StageMode))
    action: Mapped[StepAction] = mapped_column(text_enum(StepAction))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    position_kind: Mapped[PositionKind] = mapped_column(text_enum(PositionKind))
    planned_kind: Mapped[str | None] = mapped_column(String(40))  # a second checked PositionKind would share its name
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    assigned_reason: Mapped[str | None] = mapped_column(String(1000))
    sender_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    document_kind: Mapped[str] = mapped_column(String(40), default="")
    campaign_code: Mapped[str] = mapped_column(String(80), default="")
    scheme_code: Mapped[str] = mapped_column(String(80), default="")
    capacities: Mapped[list[str]] = mapped_column(JSON, default=list)
    field_name: Mapped[str | None] = mapped_column(String(60))
    due_on: Mapped[date | None]
    opened_at: Mapped[datetime | None]
    outcome: Mapped[StepOutcome | None] = mapped_column(text_enum(StepOutcome))
    acted_at: Mapped[datetime | None]
    acted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    actor_name: Mapped[str | None] = mapped_column(String(200))
    capacity: Mapped[Capacity | None] = mapped_column(text_enum(Capacity))
    position_title: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(String(1000))
    result_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("version.id"))

    route: Mapped[SigningRoute] = relationship(back_populates="steps")


class DerList(TypeDecorator[list[bytes]]):
    """A few certificates, DER, kept as a JSON list of base64."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: list[bytes] | None, dialect: Dialect) -> list[str] | None:  # noqa: ARG002  (signature is SQLAlchemy's)
        """Write bytes as text."""
        return None if value is None else [b64encode(each).decode() for each in value]

    def process_result_value(self, value: list[str] | None, dialect: Dialect) -> list[bytes] | None:  # noqa: ARG002  (signature is SQLAlchemy's)
        """Read them back."""
        return None if value is None else [b64decode(each) for each in value]


class RequestOutcome(StrEnum):
    """What became of a request to bind a certificate. RENEWED: it matched an earlier binding and needed nobody."""

    CONFIRMED = "confirmed"
    RENEWED = "renewed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Certified:
    """A certificate, and where its key lives. No secret is here.

    ``certificate`` is DER; ``chain`` are those between it and the root: what a signature is prepared with, although
    the key itself may be far away. ``reference`` names the key where this server can ask it, else it is empty.
    ``identifier`` is the UID of the person or body (``CCCD:…``, ``MST:…``), where the certificate has exactly one.
    """

    provider: Mapped[KeyKind] = mapped_column(text_enum(KeyKind))
    reference: Mapped[str] = mapped_column(String(200))
    certificate: Mapped[bytes] = mapped_column(LargeBinary)
    chain: Mapped[list[bytes]] = mapped_column(DerList)
    certificate_sha256: Mapped[str] = mapped_column(String(64))
    public_key_sha256: Mapped[str] = mapped_column(String(64))
    identifier: Mapped[str | None] = mapped_column(String(100))
    anchor: Mapped[AnchorKind | None] = mapped_column(text_enum(AnchorKind))
    subject: Mapped[str] = mapped_column(String(500))
    issuer: Mapped[str] = mapped_column(String(500))
    serial: Mapped[str] = mapped_column(String(80))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
    picture_digest: Mapped[str | None] = mapped_column(String(64))


def _one_living(owner: str) -> Index:
    """Nobody has two keys at a time, whatever two administrators do at once."""
    living = text("retired_at IS NULL")
    name = f"uq_signing_key_living_{owner}"
    return Index(name, owner, unique=True, sqlite_where=living, postgresql_where=living)


class SigningKey(Certified, Identified, Base):
    """A certificate bound to a person or to an organisation's seal, from one moment until it is retired."""

    __tablename__ = "signing_key"
    __table_args__ = (_one_living("person_id"), _one_living("unit_id"))

    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    bound_at: Mapped[datetime]
    bound_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    retired_at: Mapped[datetime | None]
    retired_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    retired_reason: Mapped[str | None] = mapped_column(String(1000))


class KeyRequest(Versioned, Certified, Identified, Base):
    """Somebody asks for a certificate to be bound to them, or to the seal of ``unit_id``; an administrator decides."""

    __tablename__ = "key_request"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    asked_at: Mapped[datetime]
    outcome: Mapped[RequestOutcome | None] = mapped_column(text_enum(RequestOutcome))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(String(1000))
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("signing_key.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class PendingSignature(Identified, Base):
    """Between the two halves of a signature: pins version, digest, signer and capacity; used once, then it expires."""

    __tablename__ = "pending_signature"

    step_id: Mapped[UUID] = mapped_column(ForeignKey("step.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"))
    version_digest: Mapped[str] = mapped_column(String(64))
    prepared_digest: Mapped[str] = mapped_column(String(64))
    prepared: Mapped[dict[str, Any]] = mapped_column(JSON)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("signing_key.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    capacity: Mapped[Capacity] = mapped_column(text_enum(Capacity))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class VoidCause(StrEnum):
    """Why a signature no longer counts."""

    REFUSED = "refused"
    SENT_BACK = "sent_back"
    RECALLED = "recalled"
    REPLACED = "replaced"


class Signature(Identified, Base):
    """A signature made through a step: who, in which capacity, when, with which certificate, at which level.

    ``record`` keeps what was known of the certificate at that time (``dms.signing.reporting.record_of``).
    ``delegation_id`` is the mandate it rests on, where it was made for another. The file keeps a signature for ever;
    ``voided_at`` says since when it no longer counts, and why.
    """

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("version_id", "field_name"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"))
    step_id: Mapped[UUID] = mapped_column(ForeignKey("step.id"), unique=True)
    field_name: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    signer_name: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    position_title: Mapped[str] = mapped_column(String(200))
    capacity: Mapped[Capacity] = mapped_column(text_enum(Capacity))
    certificate_sha256: Mapped[str] = mapped_column(String(64))
    certificate_subject: Mapped[str] = mapped_column(String(500))
    level: Mapped[str] = mapped_column(String(10))
    signed_at: Mapped[datetime]
    record: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    delegation_id: Mapped[UUID | None] = mapped_column(ForeignKey("delegation.id"))
    voided_at: Mapped[datetime | None]
    void_cause: Mapped[VoidCause | None] = mapped_column(text_enum(VoidCause))
    void_reason: Mapped[str] = mapped_column(String(1000), default="")


class VersionCheck(Base):
    """The last validation of a version's signatures; derived, made anew on demand and before every submission."""

    __tablename__ = "version_check"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"), primary_key=True)
    checked_at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(20))
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
