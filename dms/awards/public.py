"""What anybody with a certificate in hand may learn: that it is real, and nothing that it does not print."""

import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock, text
from dms.awards.models import Award

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: the code is read aloud and typed
_LENGTH = 12


@dataclass(frozen=True, slots=True)
class PublicAward:
    """The lines of the certificate that prove it; ``revoked_on`` is None for an award that stands."""

    code: str
    recipient: str
    title: str
    authority: str
    decision_number: str
    decided_on: date
    revoked_on: date | None


def new_code() -> str:
    """A code for a certificate that cannot be guessed from another: 60 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def plain_code(typed: str) -> str:
    """A code as it is stored: typed in any case, with or without hyphens and spaces."""
    return text.fold(typed).replace(" ", "").upper()[:40]


def find(session: Session, code: str) -> PublicAward | None:
    """What the certificate with this code prints; None where there is no such code."""
    award = session.scalars(select(Award).where(Award.public_code == plain_code(code))).first()
    if award is None:
        return None
    return PublicAward(
        code=award.public_code,
        recipient=award.recipient,
        title=award.title,
        authority=award.conferrer_name,
        decision_number=award.decision_number,
        decided_on=award.decided_on,
        revoked_on=clock.day_of(award.revoked_at) if award.revoked_at else None,
    )
