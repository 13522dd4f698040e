"""How the time-stamping authorities are: asked from time to time, so that nobody learns of a dead one while signing."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dms.archive.models import AuthorityCheck
from dms.signing import pades
from dms.signing.pades import Probe, SigningTrust


def probe(trust: SigningTrust) -> list[Probe]:
    """Ask each authority for a time stamp on nothing; it takes seconds and needs no database."""
    return pades.probe_authorities(trust)


def note(session: Session, probes: list[Probe], *, now: datetime) -> None:
    """Keep what came of it; authorities that are no longer named in the settings are forgotten."""
    session.execute(delete(AuthorityCheck).where(AuthorityCheck.name.not_in([each.name for each in probes])))
    for ordinal, each in enumerate(probes):
        row = session.get(AuthorityCheck, each.name) or AuthorityCheck(name=each.name, subject="")
        row.ordinal, row.checked_at, row.milliseconds, row.error = ordinal, now, each.milliseconds, each.error
        if not each.error:
            row.answered_at, row.subject, row.certificate_ends = now, each.subject[:500], each.certificate_ends
        session.add(row)
    session.flush()


def known(session: Session) -> list[AuthorityCheck]:
    """What is known of each, in the order in which they are asked."""
    return list(session.scalars(select(AuthorityCheck).order_by(AuthorityCheck.ordinal)))
