"""What may be changed now: the dossier is open, the actor may edit it, and an unanswered return reopened the piece."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dms.dossiers.models import Dossier, Return, ReturnItem
from dms.errors import Conflict
from dms.policy import Actor, Permission, Status, require

OPEN = frozenset({Status.DRAFT, Status.SIGNING, Status.RETURNED})


def ensure_editable(dossier: Dossier, by: Actor) -> None:
    """Raise Conflict while the dossier lies with somebody else, PermissionDenied for anybody but its clerks."""
    if dossier.status not in OPEN:
        raise Conflict("dossier_closed_for_changes", dossier=dossier.code, status=dossier.status.value)
    require(by, Permission.DOSSIER_EDIT, dossier)


def returns_of(session: Session, dossier_id: UUID) -> list[Return]:
    """Every return of a dossier with its items, newest first; one query."""
    query = select(Return).where(Return.dossier_id == dossier_id).options(joinedload(Return.items))
    return list(session.scalars(query.order_by(Return.returned_at.desc())).unique())


def unanswered(returns: Iterable[Return]) -> Return | None:
    """The return that the unit has not answered yet; it stays open while pieces are signed anew."""
    return next((each for each in returns if each.answered_at is None), None)


def open_return(session: Session, dossier_id: UUID) -> Return | None:
    """The unanswered return of a dossier, if there is one."""
    return unanswered(returns_of(session, dossier_id))


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
