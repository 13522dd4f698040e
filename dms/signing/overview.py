"""What a signer has to see before signing: the paper, who acted before, what comes after, in which power one would act.

It reads and changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from dms.campaigns.vocabulary import StepAction
from dms.documents import service as documents
from dms.documents.models import Version
from dms.errors import DomainError
from dms.people.service import Seat
from dms.policy import Actor
from dms.signing import service, signatures, stamps, validation
from dms.signing.keys import KeyKind
from dms.signing.models import SigningRoute, Step, VersionCheck
from dms.signing.timeline import StageView, stages_of
from dms.text import fold


@dataclass(frozen=True, slots=True)
class StepPage:
    """A step with its surroundings. ``seat`` is None where the actor may look but not act.

    ``is_named`` says that the paper prints the signer's name, where it has to.
    """

    step: Step
    route: SigningRoute
    version: Version
    seat: Seat | None
    power: tuple[str, ...]
    stages: tuple[StageView, ...]
    check: VersionCheck | None
    is_named: bool

    @property
    def is_open(self) -> bool:
        """Whether somebody may act on the step now."""
        return self.step.outcome is None and self.step.opened_at is not None and self.route.closed_at is None


def step_page(session: Session, step_id: UUID, *, by: Actor, now: datetime) -> StepPage:
    """Load a step that the actor's seat lets them see. Raises NotFound."""
    step = service.get_step(session, step_id, by=by)
    seat = service.seat_of(session, step, by=by, now=now)
    return StepPage(
        step=step,
        route=step.route,
        version=step.route.version,
        seat=seat,
        power=stamps.power_lines(session, step, seat, now=now) if seat else (),
        stages=stages_of(session, step.route, now=now),
        check=validation.check_of(session, step.route.version),
        is_named=step.action is not StepAction.APPROVAL or seat is None or _is_named(session, step, seat),
    )


def next_for(session: Session, route: SigningRoute, *, by: Actor) -> Step | None:
    """The open step of the same route that waits for the actor, if there is one."""
    return next((step for step in service.waiting_for(session, by) if step.route_id == route.id), None)


def key_kind(session: Session, step_id: UUID, *, by: Actor, now: datetime) -> KeyKind | None:
    """The kind of key that would sign a step for the actor; None where none would, or the step is not theirs."""
    try:
        step = service.get_step(session, step_id, by=by)
        seat = service.seat_of(session, step, by=by, now=now)
        return signatures.key_for(session, step, seat, now=now).provider if seat and step.field_name else None
    except DomainError:
        return None


def _is_named(session: Session, step: Step, seat: Seat) -> bool:
    return fold(seat.full_name) in fold(documents.text_of(session, step.route.version))
