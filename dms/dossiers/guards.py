"""What may be changed now: the dossier is open, the actor may edit it, and an unanswered return reopened the piece."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dms.dossiers.models import Dossier, Return, ReturnItem
from dms.errors import Conflict
from dms.policy import Actor, Permission, Status, require

OPEN = frozenset({Status.DRAFT, Status.SIGNING, Status.RETURNED})


def ensure_editable(dossier: Dossier, by: Actor) -> None:
    """Raise Conflict while the dossier lies with somebody else, PermissionDenied for anybody but its clerks."""
    if dossier.status not in OPEN:
        raise Conflict("dossier_closed_for_changes", dossier=dossier.code, status=dossier.status.value)
    require(by, Permission.DOSSIER_EDIT, dossier)


def open_return(session: Session, dossier_id: UUID) -> Return | None:
    """The return that the unit has not answered yet, with its items; it stays open while pieces are signed anew."""
    query = (
        select(Return)
        .where(Return.dossier_id == dossier_id, Return.answered_at.is_(None))
        .options(selectinload(Return.items))
        .order_by(Return.returned_at.desc())
    )
    return session.scalars(query).first()


def reopens(sent_back: Return | None, *, requirement: str | None = None, nominee_id: UUID | None = None) -> bool:
    """Whether a piece may change: always before a return, and after one only where an item covers it.

    An item with a nominee alone covers that nominee's data and papers; an item with neither covers the whole dossier.
    """
    if sent_back is None:
        return True
    return any(_covers(item, requirement, nominee_id) for item in sent_back.items)


def _covers(item: ReturnItem, requirement: str | None, nominee_id: UUID | None) -> bool:
    if item.requirement_code is None:
        return item.nominee_id in {None, nominee_id}
    return (item.requirement_code, item.nominee_id) == (requirement, nominee_id)
