"""Whose turn it is, whether a route is done, where a refusal leads, until when a step is due. Pure.

docs/adr tells why the rules are these; the tables of tests/dms/signing/test_rules.py are the whole truth about them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dms.campaigns.parts import TO_CLERK, TO_PREVIOUS
from dms.campaigns.vocabulary import StageMode, StepAction
from dms.policy import PositionKind
from dms.signing.models import RouteOutcome, StepOutcome

Outcomes = tuple[StepOutcome | None, ...]

_SATURDAY = 5
BACK_TO_CLERK = 0


@dataclass(frozen=True, slots=True)
class StageState:
    """A stage as it stands: how many of its steps must be done, and what became of each (None: nothing yet)."""

    outcomes: Outcomes
    mode: StageMode = StageMode.ALL_OF
    quorum: int | None = None

    @property
    def needed(self) -> int:
        """How many must act: what the mode asks for, and never more than are left after those skipped."""
        asked = {StageMode.ALL_OF: len(self.outcomes), StageMode.ANY_OF: 1, StageMode.QUORUM: self.quorum or 1}
        return min(asked[self.mode], len(self.outcomes) - self.outcomes.count(StepOutcome.SKIPPED))

    @property
    def done(self) -> int:
        """How many have acted."""
        return self.outcomes.count(StepOutcome.DONE)

    @property
    def is_finished(self) -> bool:
        """Whether the next stage may begin."""
        return self.done >= self.needed

    @property
    def is_refused(self) -> bool:
        """Whether a refusal stops the stage: at once, but a quorum goes on while enough others are left."""
        refused = self.outcomes.count(StepOutcome.REFUSED)
        if self.mode is not StageMode.QUORUM:
            return refused > 0
        return self.done + self.outcomes.count(None) < self.needed


@dataclass(frozen=True, slots=True)
class Turn:
    """The stage (from 1) whose turn it is, or how the route ends."""

    stage: int | None
    ending: RouteOutcome | None = None


def whose_turn(stages: Sequence[StageState]) -> Turn:
    """The first stage that is not finished has the turn; where none is left, the route is completed."""
    for number, stage in enumerate(stages, start=1):
        if stage.is_refused:
            return Turn(None, RouteOutcome.REFUSED)
        if not stage.is_finished:
            return Turn(number)
    return Turn(None, RouteOutcome.COMPLETED)


def back_to(stage: int, on_refuse: str, codes: Sequence[str | None]) -> int:
    """The stage (from 1) to which a refusal at ``stage`` leads; ``BACK_TO_CLERK`` where the route ends."""
    if on_refuse == TO_CLERK:
        return BACK_TO_CLERK
    if on_refuse == TO_PREVIOUS:
        return stage - 1
    return codes.index(on_refuse) + 1 if on_refuse in codes[: stage - 1] else BACK_TO_CLERK


# --- until when


def working_day_after(day: date, days: int, holidays: Collection[date] = ()) -> date:
    """The day that is ``days`` working days after ``day``: Saturdays, Sundays and ``holidays`` do not count."""
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY and day not in holidays
    return day


def due_on(
    opened: date, *, days: int | None, fixed: date | None, last: date | None, holidays: Collection[date] = ()
) -> date | None:
    """The last day on which a step is in time: the stage's own, and never after ``last``, the route's."""
    own = working_day_after(opened, days, holidays) if days else fixed
    return min(filter(None, (own, last)), default=None)


def is_late(due: date | None, day: date) -> bool:
    """Whether ``day`` comes after the last day on which the step was in time."""
    return due is not None and day > due


# --- who may stand for whom, when a step is given to somebody else

_ANY_STAFF = (
    PositionKind.SPECIALIST,
    PositionKind.REGISTRAR,
    PositionKind.DEPUTY_HEAD,
    PositionKind.HEAD,
    PositionKind.COUNCIL_SECRETARY,
)
_INSTEAD: Mapping[StepAction, tuple[PositionKind, ...]] = {StepAction.INITIALS: _ANY_STAFF}


def seats_for(action: StepAction, planned: PositionKind) -> tuple[PositionKind, ...]:
    """The seats of the unit that may do a step planned for ``planned``, that one first (NĐ 30/2020 arts. 13, 25).

    Anybody of the staff may put initials. An approval keeps its seat, for another signs in the head's place only by
    delegation; number and seal are the registry's.
    """
    return (planned, *(kind for kind in _INSTEAD.get(action, ()) if kind is not planned))
