"""Publish a revision of a campaign: what only the upper layers know is asked before ``campaigns.revise`` takes it.

A number below what is decided already is refused; seats that a route asks for and nobody holds are told as warnings.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.awards.candidates import meters
from dms.campaigns import service as campaigns
from dms.campaigns.models import CampaignRevision
from dms.campaigns.parts import Stage, Step
from dms.campaigns.service import Proposal
from dms.campaigns.spec import CampaignSpec, Scheme
from dms.campaigns.vocabulary import Side
from dms.dossiers import reevaluation
from dms.dossiers.reevaluation import DryRun
from dms.errors import Conflict
from dms.people import service as people
from dms.people.models import Appointment, Position, Unit, in_force
from dms.policy import Actor, PositionKind


@dataclass(frozen=True, slots=True)
class EmptySeat:
    """A seat that a route asks for and nobody holds on the day: in ``units`` of the ``total`` that would need one.

    ``unit`` is the name of the body, empty for the nominating units; ``body_missing``: no unit has the file's code.
    """

    side: Side
    position: PositionKind
    unit: str = ""
    units: int = 1
    total: int = 1
    body_missing: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a revision would do, told before it is published."""

    spec: CampaignSpec
    follows: CampaignRevision
    empty_seats: tuple[EmptySeat, ...]
    dry_run: DryRun


def preview(
    session: Session, code: str, proposal: Proposal, *, by: Actor, now: datetime, day: date, page: int = 1
) -> Preview:
    """Look at a revision without publishing it; refusals as in ``publish``, but for the reason. Writes nothing."""
    spec, newest = campaigns.read_proposal(session, code, proposal, by=by)
    ensure_above_decided(session, newest, spec)
    found = reevaluation.dry_run(session, code, spec, by=by, now=now, page=page)
    return Preview(spec, newest, tuple(empty_seats(session, spec, day=day)), found)


def publish(session: Session, code: str, proposal: Proposal, *, by: Actor, now: datetime) -> CampaignRevision:
    """Publish a revision; open dossiers keep theirs.

    Raises what ``campaigns.revise`` does, and Conflict("quota_below_decided") with the numbers (P13).
    """
    spec, newest = campaigns.read_proposal(session, code, proposal, by=by)
    ensure_above_decided(session, newest, spec)
    return campaigns.revise(session, code, proposal, by=by, now=now)


def ensure_above_decided(session: Session, newest: CampaignRevision, spec: CampaignSpec) -> None:
    """Raise Conflict("quota_below_decided") where a scheme's number falls below what decisions hold already (P13)."""
    for scheme in spec.schemes:
        for meter in meters(session, newest.id, scheme):
            if meter.limit is not None and meter.used > meter.limit:
                told = {"scheme": scheme.title, "kind": meter.kind, "limit": meter.limit, "decided": meter.used}
                raise Conflict("quota_below_decided", rule="P13", **told)


def empty_seats(session: Session, spec: CampaignSpec, *, day: date) -> Iterator[EmptySeat]:
    """The seats that the campaign's routes ask for and nobody holds on ``day``."""
    asked = dict.fromkeys((step.unit, step.position) for scheme in spec.schemes for step in _steps(scheme))
    units = _units(session, spec, day)
    for side, position in asked:
        if side is Side.OWN:
            found = _of_units(session, units, position, day)
        else:
            found = _of_body(session, spec, side, position, day=day)
        if found:
            yield found


def _steps(scheme: Scheme) -> Iterator[Step]:
    routes: Iterable[tuple[Stage, ...]] = (
        *(requirement.route for requirement in scheme.requirements),
        *(hand_over.route for hand_over in scheme.hand_overs),
        scheme.decision.route,
    )
    return (step for route in routes for stage in route for step in stage.steps)


def _of_body(
    session: Session, spec: CampaignSpec, side: Side, position: PositionKind, *, day: date
) -> EmptySeat | None:
    body = spec.body(side)
    unit_id = session.scalars(select(Unit.id).where(Unit.code == body.unit)).first() if body else None
    if unit_id is None:
        return EmptySeat(side, position, body.title if body else "", body_missing=True)
    if people.holders(session, unit_id=unit_id, kind=position, day=day):
        return None
    heir = people.successor_of(session, unit_id, day)
    return EmptySeat(side, position, people.name_on(session, heir, day).name)


def _of_units(session: Session, units: frozenset[UUID], position: PositionKind, day: date) -> EmptySeat | None:
    """How many of the units that may nominate have nobody there; one query."""
    held = (
        select(Position.unit_id)
        .join(Appointment, Appointment.position_id == Position.id)
        .where(Position.kind == position, in_force(Appointment, day))
    )
    empty = units - set(session.scalars(held))
    return EmptySeat(Side.OWN, position, units=len(empty), total=len(units)) if empty else None


def _units(session: Session, spec: CampaignSpec, day: date) -> frozenset[UUID]:
    """The living units that may nominate: of the kinds that take part; in a unit's own campaign, the unit and below."""
    kinds = {kind for participant in spec.participants for kind in participant.kinds}
    living = [unit for unit in people.list_units(session, living_on=day) if unit.kind in kinds]
    if spec.parent is None:
        return frozenset(unit.id for unit in living)
    parents = {unit.id: unit.parent_id for unit in people.list_units(session)}
    issuer = session.scalars(select(Unit.id).where(Unit.code == spec.issuing_unit)).first()
    return frozenset(unit.id for unit in living if issuer in set(_line(unit.id, parents)))


def _line(unit_id: UUID, parents: dict[UUID, UUID | None]) -> Iterator[UUID]:
    """A unit and those above it."""
    current: UUID | None = unit_id
    while current is not None:
        yield current
        current = parents.get(current)
