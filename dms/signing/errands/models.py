"""A file that went out to be signed elsewhere."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.db import Base, Identified, text_enum
from dms.signing.models import Step


class Tool(StrEnum):
    """What the file is signed with: a program of the signer's choice, or the government's desktop signer."""

    ELSEWHERE = "elsewhere"
    VGCA = "vgca"


class Errand(Identified, Base):
    """One file for one person at one step; ``file_digest`` names exactly the bytes that went out.

    For a seal number and date stand in it already, so it may be longer than the version that it begins with. A program
    without a log-in of its own (VGCA) gets two addresses, each good for once; their tokens are kept as SHA-256 only.
    ``refused`` is the code, with its fields, of why the file that came back was not taken.
    """

    __tablename__ = "errand"

    step_id: Mapped[UUID] = mapped_column(ForeignKey("step.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    tool: Mapped[Tool] = mapped_column(text_enum(Tool))
    version_digest: Mapped[str] = mapped_column(String(64))
    file_digest: Mapped[str] = mapped_column(String(64))
    file_size: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    download_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    upload_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    fetched_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    refused: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    signature_id: Mapped[UUID | None] = mapped_column(ForeignKey("signature.id"))

    step: Mapped[Step] = relationship()
