"""A request to the program on a signer's computer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dms.db import Base, Identified


class AgentRequest(Identified, Base):
    """One to 500 pending signatures of one person for one key; it lives for minutes.

    ``claims`` is the message that is signed for the program. Code and claim are kept as SHA-256 only: whoever reads the
    table cannot fetch or answer a request. ``answers`` (pending id → base64) came by the code and wait for the page.
    """

    __tablename__ = "agent_request"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claims: Mapped[dict[str, Any]] = mapped_column(JSON)
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    claim_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    claimed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    refused: Mapped[str | None] = mapped_column(String(40))
