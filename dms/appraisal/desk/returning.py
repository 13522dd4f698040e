"""A dossier goes back with all that belongs to it: the pieces, the remarks on them, the letter, what was wrong."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from dms.appraisal import checklist, review
from dms.appraisal.desk import defects, remarks, return_letter
from dms.appraisal.desk.models import Remark
from dms.documents.service import Desk
from dms.dossiers import lifecycle
from dms.dossiers import service as dossiers
from dms.dossiers.lifecycle import Action
from dms.dossiers.models import Return
from dms.dossiers.service import ReturnEntry
from dms.policy import Actor, Status


def send_back(
    session: Session,
    desk: Desk,
    dossier_id: UUID,
    entries: Sequence[ReturnEntry],
    *,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Return:
    """Return a dossier; one that the appraiser returns takes its remarks along and gets a letter (P12, P22).

    Raises what ``review.return_`` raises.
    """
    dossier = dossiers.get(session, dossier_id, by=by)
    lifecycle.ensure_may(dossier, Action.RETURN, by)
    is_appraised = dossier.status is Status.CONSOLIDATED
    found = checklist.review_of(session, dossier, by=by, now=now) if is_appraised else None
    sent_back = review.return_(session, dossier_id, entries, reason=reason, by=by, now=now)
    if found is not None:
        session.flush()
        going = [each for each in remarks.unsent(session, dossier_id) if _goes(each, entries)]
        remarks.send(session, going, sent_back.id)
        defects.note(session, sent_back, found, going)
        return_letter.draft(session, desk, sent_back, going, by=by, now=now)
    return sent_back


def _goes(remark: Remark, entries: Sequence[ReturnEntry]) -> bool:
    """A remark goes along with the piece that it is about; one on a piece that stays closed waits."""
    if remark.requirement_code is None and remark.nominee_id is None:
        return True
    return any(_covers(entry, remark) for entry in entries)


def _covers(entry: ReturnEntry, remark: Remark) -> bool:
    if entry.requirement_code is None:
        return entry.nominee_id in {None, remark.nominee_id}
    return (entry.requirement_code, entry.nominee_id) == (remark.requirement_code, remark.nominee_id)
