"""Index scores of units: one row a value, never overwritten; a newer value ends the one before it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.db import Base, Identified, Versioned, text_enum
from dms.people.models import Unit

_CURRENT: dict[str, Any] = {
    "sqlite_where": sql_text("ended_at IS NULL"),
    "postgresql_where": sql_text("ended_at IS NULL"),
}


class ImportState(StrEnum):
    """Where an imported table stands."""

    READ = "read"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    DROPPED = "dropped"


class ScoreImport(Identified, Versioned, Base):
    """A table of scores as it was read, and the paper that approved them.

    ``lines`` are the rows as written (``reading.Line``); ``done`` counts those already applied.
    """

    __tablename__ = "score_import"

    filename: Mapped[str] = mapped_column(String(255))
    file_digest: Mapped[str] = mapped_column(String(64), index=True)
    file_size: Mapped[int]
    sheet: Mapped[str] = mapped_column(String(100), default="")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON, deferred=True)
    line_count: Mapped[int]
    year: Mapped[int | None]
    paper_number: Mapped[str] = mapped_column(String(60))
    paper_issued_on: Mapped[date]
    paper_issuer: Mapped[str] = mapped_column(String(300))
    state: Mapped[ImportState] = mapped_column(text_enum(ImportState))
    skip_refused: Mapped[bool] = mapped_column(default=False)
    done: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    imported_at: Mapped[datetime]
    imported_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    importer_name: Mapped[str] = mapped_column(String(200))
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undoer_name: Mapped[str | None] = mapped_column(String(200))

    @property
    def approved_by(self) -> str:
        """The approving paper in one line, as papers cite it."""
        return f"{self.paper_number} ngày {self.paper_issued_on:%d/%m/%Y} của {self.paper_issuer}"[:300]


class UnitScore(Identified, Base):
    """What a unit reached in a year, in percent: as a whole, or in one ``field`` of it.

    ``ended_at`` and ``ended_by`` say when and by which import the value stopped to hold.
    """

    __tablename__ = "unit_score"
    __table_args__ = (
        Index("uq_unit_score_current", "unit_id", "year", "field_key", unique=True, **_CURRENT),
        Index("ix_unit_score_year", "year", "ended_at"),
    )

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    field: Mapped[str] = mapped_column(String(120), default="")
    field_key: Mapped[str] = mapped_column(String(120), default="")
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    import_id: Mapped[UUID] = mapped_column(ForeignKey("score_import.id"), index=True)
    line: Mapped[int]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("score_import.id"), index=True)

    unit: Mapped[Unit] = relationship()
    source: Mapped[ScoreImport] = relationship(foreign_keys=[import_id])
