"""The place of one field, as a person put it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dms.db import Base, Identified
from dms.signing.placing import Box


class FieldPlace(Identified, Base):
    """Points from the lower left corner, page from 0. It belongs to one unsigned version, not to the next."""

    __tablename__ = "field_place"
    __table_args__ = (UniqueConstraint("version_id", "name"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"))
    name: Mapped[str] = mapped_column(String(60))
    page: Mapped[int]
    x0: Mapped[float]
    y0: Mapped[float]
    x1: Mapped[float]
    y1: Mapped[float]
    placed_at: Mapped[datetime]
    placed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    @property
    def box(self) -> Box:
        """The place as the route needs it."""
        return Box(self.page, self.x0, self.y0, self.x1, self.y1)
