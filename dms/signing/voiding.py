"""Signatures that no longer count: the file keeps them for ever, the row says since when and why."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.signing.models import Signature, SigningRoute, Step, VoidCause


def void(
    session: Session,
    route: SigningRoute,
    cause: VoidCause,
    *,
    now: datetime,
    reason: str = "",
    from_stage: int = 1,
) -> list[Signature]:
    """Let the route's signatures from a stage on count no longer; return those that counted until now."""
    found = [each for each in signatures_of(session, route, from_stage=from_stage) if each.voided_at is None]
    for signature in found:
        signature.voided_at, signature.void_cause, signature.void_reason = now, cause, reason[:1000]
    return found


def count_again(session: Session, route: SigningRoute) -> list[Signature]:
    """Let signatures count again whose version is back in force; a refusal or recall is never undone."""
    found = [each for each in signatures_of(session, route) if each.void_cause is VoidCause.REPLACED]
    for signature in found:
        signature.voided_at, signature.void_cause, signature.void_reason = None, None, ""
    return found


def signatures_of(session: Session, route: SigningRoute, *, from_stage: int = 1) -> list[Signature]:
    """Every signature made on the route, void ones included, in the order of its stages."""
    query = (
        select(Signature)
        .join(Step, Step.id == Signature.step_id)
        .where(Step.route_id == route.id, Step.stage >= from_stage)
        .order_by(Step.stage, Step.round, Step.ordinal)
    )
    return list(session.scalars(query))


def by_step(session: Session, steps: Iterable[Step]) -> dict[object, Signature]:
    """Map the steps (by id) to the signatures made through them; one query."""
    ids = {step.id for step in steps}
    return {each.step_id: each for each in session.scalars(select(Signature).where(Signature.step_id.in_(ids)))}
