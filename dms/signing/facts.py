"""What was done on papers, for whoever judges them above: a constant number of queries for any number of papers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dms.campaigns.vocabulary import StepAction
from dms.documents.models import Version
from dms.people.models import Capacity
from dms.policy import PositionKind
from dms.signing import mandates, voiding
from dms.signing.models import RouteOutcome, SigningRoute, Step, StepOutcome, VersionCheck
from dms.signing.pades import Verdict
from dms.signing.validation import verdict_of_field

_STANDING = (None, RouteOutcome.COMPLETED)


@dataclass(frozen=True, slots=True)
class Act:
    """A step that was done on a paper; ``stage`` and ``ordinal`` (from 1) lead back to the campaign's route.

    ``entitled`` is False where the power it states is not proven by what is on record. ``checked`` is False where no
    validation of the version is stored; ``position`` is the seat of the campaign file, whoever it was given to;
    ``verdict`` is then UNPROVEN. A number is an entry of the registry, not a
    signature: it is always VALID.
    """

    step_id: UUID
    stage: int
    ordinal: int
    action: StepAction
    position: PositionKind
    unit_id: UUID
    capacity: Capacity
    actor_name: str
    position_title: str
    at: datetime | None
    verdict: Verdict
    checked: bool
    checked_at: datetime | None
    entitled: bool = True


def acts_on(session: Session, versions: Iterable[Version]) -> dict[UUID, tuple[Act, ...]]:
    """Map each version (by id) to the acts of the route that it is the tip of; a refused or replaced route has none.

    Three queries, however many versions.
    """
    ids = {version.id for version in versions}
    if not ids:
        return {}
    checks = {check.version_id: check for check in session.scalars(_checks(ids))}
    routes = session.scalars(
        select(SigningRoute).where(SigningRoute.version_id.in_(ids)).options(selectinload(SigningRoute.steps))
    )
    standing = {route.version_id: route for route in routes if route.outcome in _STANDING}
    return _told(session, standing, checks)


def acts_of(session: Session, routes: Iterable[SigningRoute]) -> dict[UUID, tuple[Act, ...]]:
    """The same for routes that are loaded already, by the version that each is the tip of; one query.

    Where somebody signed for another their powers are looked up as well: five more, however many.
    """
    standing = {route.version_id: route for route in routes if route.outcome in _STANDING}
    checks = {check.version_id: check for check in session.scalars(_checks(set(standing)))} if standing else {}
    return _told(session, standing, checks)


def skipped_on(route: SigningRoute | None, version: Version) -> frozenset[tuple[int, int]]:
    """The steps (stage and ordinal) that were passed over on the route that a version is the tip of."""
    if route is None or route.version_id != version.id or route.outcome not in _STANDING:
        return frozenset()
    return frozenset((step.stage, step.ordinal) for step in route.living if step.outcome is StepOutcome.SKIPPED)


def _told(
    session: Session, standing: Mapping[UUID, SigningRoute], checks: Mapping[UUID, VersionCheck]
) -> dict[UUID, tuple[Act, ...]]:
    powerless = _powerless(session, [step for route in standing.values() for step in route.steps])
    return {version: tuple(_acts(route, checks.get(version), powerless)) for version, route in standing.items()}


def _powerless(session: Session, steps: Iterable[Step]) -> set[UUID]:
    """The steps (by id) that were signed for another without a power that is on record."""
    for_another = [step for step in steps if step.capacity in mandates.FOR_ANOTHER]
    if not for_another:
        return set()
    signatures = list(voiding.by_step(session, for_another).values())
    proofs = mandates.proofs_of(session, signatures)
    return {each.step_id for each in signatures if not proofs[each.id].holds}


def _checks(ids: set[UUID]) -> Any:
    return select(VersionCheck).where(VersionCheck.version_id.in_(ids))


def _acts(route: SigningRoute, check: VersionCheck | None, powerless: set[UUID]) -> Iterable[Act]:
    for step in route.steps:
        if step.outcome is StepOutcome.DONE:
            yield _act(step, check, entitled=step.id not in powerless)


def _act(step: Step, check: VersionCheck | None, *, entitled: bool) -> Act:
    return Act(
        step_id=step.id,
        stage=step.stage,
        ordinal=step.ordinal,
        action=step.action,
        position=PositionKind(step.planned_kind or step.position_kind),
        unit_id=step.unit_id,
        capacity=step.capacity or Capacity.NONE,
        actor_name=step.actor_name or "",
        position_title=step.position_title or "",
        at=step.acted_at,
        verdict=_verdict(step, check),
        checked=step.field_name is None or check is not None,
        checked_at=check.checked_at if check else None,
        entitled=entitled,
    )


def _verdict(step: Step, check: VersionCheck | None) -> Verdict:
    if step.field_name is None:
        return Verdict.VALID
    return verdict_of_field(check, step.field_name) if check else Verdict.UNPROVEN
