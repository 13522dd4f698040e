"""After a return only what it names may change, and what stops the submission: else nobody could mend the dossier."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from dms.completeness.model import Finding
from dms.dossiers import service
from dms.dossiers.guards import open_return, reopens
from dms.dossiers.models import Dossier, Return
from dms.errors import Conflict


def is_paper_open(
    sent_back: Return | None, findings: Iterable[Finding], requirement: str, nominee_id: UUID | None
) -> bool:
    """Whether a paper may get a new version."""
    if reopens(sent_back, requirement=requirement, nominee_id=nominee_id):
        return True
    place = (requirement, str(nominee_id) if nominee_id else None)
    return any(each.blocks and (each.place.requirement, each.place.nominee) == place for each in findings)


def is_data_open(sent_back: Return | None, findings: Iterable[Finding], nominee_id: UUID | None) -> bool:
    """Whether the data of a nominee may change; for None, the list of nominees and the council's meeting."""
    if reopens(sent_back, nominee_id=nominee_id):
        return True
    blocking = [each for each in findings if each.blocks and each.place.requirement is None]
    return any(nominee_id is None or each.place.nominee == str(nominee_id) for each in blocking)


def ensure_paper_open(
    session: Session, dossier: Dossier, requirement: str, nominee_id: UUID | None, *, now: datetime
) -> None:
    """Raise Conflict("piece_not_reopened") for a paper that has to stay as it was examined."""
    sent_back = open_return(session, dossier.id)
    if not is_paper_open(sent_back, _findings(session, dossier, sent_back, now), requirement, nominee_id):
        raise Conflict("piece_not_reopened", dossier=dossier.code)


def ensure_data_open(session: Session, dossier: Dossier, nominee_id: UUID | None = None, *, now: datetime) -> None:
    """Raise Conflict("piece_not_reopened") for data that have to stay as they were examined."""
    sent_back = open_return(session, dossier.id)
    if not is_data_open(sent_back, _findings(session, dossier, sent_back, now), nominee_id):
        raise Conflict("piece_not_reopened", dossier=dossier.code)


def _findings(session: Session, dossier: Dossier, sent_back: Return | None, now: datetime) -> tuple[Finding, ...]:
    """Judged only where a return stands: before one, everything is open anyway."""
    return service.judge(session, dossier, now=now).findings if sent_back else ()
