"""Many documents signed in one go: what was shown, what was asked for, what came of each. States are derived."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.db import Base, Identified
from dms.documents.models import Document, Version
from dms.signing.models import Step


class BatchState(StrEnum):
    """Where a batch stands; it follows from its acts and its items. ASKING: it waits for a key the signer has."""

    REVIEW = "review"
    RUNNING = "running"
    ASKING = "asking"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    DONE = "done"


class ItemState(StrEnum):
    """What became of one document of a batch."""

    OPEN = "open"
    SIGNED = "signed"
    REFUSED = "refused"
    NOT_TRIED = "not_tried"
    LEFT_OUT = "left_out"


class SigningBatch(Identified, Base):
    """One review screen and what followed from it.

    ``presence`` is how the signer proved who they are when they started it. ``stopped_*`` is the failure after which
    nothing more was tried. ``leased_*`` is the worker that has it in hand.
    """

    __tablename__ = "signing_batch"
    __table_args__ = (Index("ix_signing_batch_person", "person_id", "created_at"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    presence: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    cancelled_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stopped_code: Mapped[str | None] = mapped_column(String(60))
    stopped_params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    leased_by: Mapped[str | None] = mapped_column(String(100))
    leased_until: Mapped[datetime | None]

    items: Mapped[list["BatchItem"]] = relationship(order_by="BatchItem.position", back_populates="batch")

    @property
    def state(self) -> BatchState:
        """See BatchState."""
        open_items = [item for item in self.items if item.is_open]
        return self.state_with(len(open_items), sum(item.is_asked for item in open_items))

    def state_with(self, open_items: int, asked: int) -> BatchState:
        """The same from the number of open items, and of those among them that wait for the signer's key."""
        if self.started_at is None:
            return BatchState.REVIEW
        for moment, state in ((self.cancelled_at, BatchState.CANCELLED), (self.stopped_at, BatchState.STOPPED)):
            if moment is not None:
                return state
        if not open_items:
            return BatchState.DONE
        return BatchState.ASKING if asked == open_items else BatchState.RUNNING


class BatchItem(Identified, Base):
    """One document of a batch, with the digest of exactly the version that the review showed.

    ``pending_id`` is the first half of its signature. Where only the signer has the key, ``asked_at`` is when the
    question was put there and ``answer`` what came back. ``may_retry`` marks a refusal that another hour may lift (an
    authority that did not answer).
    """

    __tablename__ = "batch_item"
    __table_args__ = (UniqueConstraint("batch_id", "position"), UniqueConstraint("batch_id", "step_id"))

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("signing_batch.id"))
    position: Mapped[int]
    step_id: Mapped[UUID] = mapped_column(ForeignKey("step.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    shown_version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"))
    shown_digest: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(500))
    left_out_at: Mapped[datetime | None]
    pending_id: Mapped[UUID | None] = mapped_column(ForeignKey("pending_signature.id"))
    asked_at: Mapped[datetime | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey("version.id"))
    signed_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refused_code: Mapped[str | None] = mapped_column(String(60))
    refused_params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    may_retry: Mapped[bool] = mapped_column(default=False)

    batch: Mapped[SigningBatch] = relationship(back_populates="items")
    step: Mapped[Step] = relationship()
    document: Mapped[Document] = relationship()
    shown_version: Mapped[Version] = relationship(foreign_keys=[shown_version_id])

    @property
    def is_open(self) -> bool:
        """Whether it was neither signed nor refused nor unticked."""
        return self.signed_at is None and self.refused_at is None and self.left_out_at is None

    @property
    def is_asked(self) -> bool:
        """Whether it waits for a key that only the signer has."""
        return self.asked_at is not None and self.answer is None

    @property
    def state(self) -> ItemState:
        """See ItemState."""
        acts = (
            (self.left_out_at, ItemState.LEFT_OUT),
            (self.signed_at, ItemState.SIGNED),
            (self.refused_at, ItemState.REFUSED),
        )
        for moment, state in acts:
            if moment is not None:
                return state
        ended = self.batch.cancelled_at or self.batch.stopped_at
        return ItemState.NOT_TRIED if ended else ItemState.OPEN
