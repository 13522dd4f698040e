"""Who may look at a route, and call it back: those who may read or change what its paper stands in, and its sender."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dms.archive import access
from dms.errors import DomainError, NotFound
from dms.policy import Actor, Permission, allows, require, where
from dms.signing import conduct, service
from dms.signing.models import SigningRoute, Step, StepOutcome

MOST = 200


def get_route(session: Session, route_id: UUID, *, by: Actor) -> SigningRoute:
    """Return a route that the actor may look at: they read its paper, sent it, or may give its steps to others.

    Raises NotFound("route_not_found").
    """
    route = conduct.route_of(session, route_id)
    manages = any(allows(by, Permission.STEP_REASSIGN, step) for step in route.steps)
    if manages or allows(by, Permission.ROUTE_RECALL, route) or _reads(session, route, by):
        return route
    raise NotFound("route_not_found")


def may_recall(session: Session, route: SigningRoute, *, by: Actor) -> bool:
    """Whether the actor could call the route back now: it is theirs, and nobody has acted."""
    acted = any(step.outcome is StepOutcome.DONE for step in route.steps)
    return route.closed_at is None and not acted and _is_theirs(session, route, by)


def recall(session: Session, route_id: UUID, *, reason: str, by: Actor, now: datetime) -> SigningRoute:
    """Take a paper back from its signers, with a reason, while nobody has acted (P12).

    Raises NotFound, PermissionDenied, Invalid("reason_missing"), Conflict("route_closed", "route_already_signed").
    """
    route = get_route(session, route_id, by=by)
    if not _is_theirs(session, route, by):
        require(by, Permission.ROUTE_RECALL, route)
    return service.recall(session, route, reason=conduct.ensure_reason(reason), by=by, now=now)


def managed_steps(session: Session, *, by: Actor) -> list[Step]:
    """The open steps that the actor may give to somebody else, those due first; two queries."""
    query = (
        select(Step)
        .join(Step.route)
        .where(where(by, Permission.STEP_REASSIGN, Step))
        .where(Step.outcome.is_(None), Step.opened_at.is_not(None), SigningRoute.closed_at.is_(None))
        .options(selectinload(Step.route))
        .order_by(Step.due_on.is_(None), Step.due_on, Step.opened_at)
        .limit(MOST)
    )
    return list(session.scalars(query))


def _reads(session: Session, route: SigningRoute, by: Actor) -> bool:
    try:
        access.ensure_document_readable(session, route.document_id, by=by)
    except NotFound:
        return False
    return True


def _is_theirs(session: Session, route: SigningRoute, by: Actor) -> bool:
    if allows(by, Permission.ROUTE_RECALL, route):
        return True
    try:
        access.ensure_document_editable(session, route.document_id, by=by)
    except DomainError:
        return False
    return True
