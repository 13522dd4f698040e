"""The stages of a route as it was opened: pinned with the route, for a campaign's later revision must not change it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dms import clock
from dms.campaigns.parts import Stage
from dms.campaigns.vocabulary import SkipBy
from dms.scope import Matter
from dms.signing import rules
from dms.signing.models import SigningRoute, Step
from dms.signing.rules import StageState, Turn


@dataclass(frozen=True, slots=True)
class PinnedStage:
    """What a route remembers of a stage of the campaign file; ``back_to`` is a stage's number, or 0 for the clerk."""

    title: str = ""
    quorum: int | None = None
    back_to: int = rules.BACK_TO_CLERK
    skip_by: tuple[SkipBy, ...] = ()
    due_days: int | None = None
    due_on: date | None = None
    last: date | None = None


def pinned(stages: Sequence[Stage], last: date | None) -> list[dict[str, Any]]:
    """The stages as a route keeps them; no step of it is in time after the day ``last``."""
    codes = [stage.code for stage in stages]
    return [
        {
            "title": stage.title,
            "quorum": stage.needed,
            "back_to": rules.back_to(number, stage.on_refuse, codes),
            "skip_by": [each.value for each in stage.skippers],
            "due_days": stage.due_days,
            "due_on": _text(stage.due_on),
            "last": _text(last),
        }
        for number, stage in enumerate(stages, start=1)
    ]


def stage_of(route: SigningRoute, number: int) -> PinnedStage:
    """A stage of the route; a plain one for routes that were opened before stages were kept."""
    if number > len(route.stages):
        return PinnedStage()
    kept = route.stages[number - 1]
    return PinnedStage(
        title=kept["title"],
        quorum=kept["quorum"],
        back_to=kept["back_to"],
        skip_by=tuple(SkipBy(each) for each in kept["skip_by"]),
        due_days=kept["due_days"],
        due_on=_day(kept["due_on"]),
        last=_day(kept["last"]),
    )


def turn_of(route: SigningRoute) -> Turn:
    """Whose turn it is on the route, or how it ends."""
    return rules.whose_turn([_state(route, number) for number in range(1, last_stage(route) + 1)])


def last_stage(route: SigningRoute) -> int:
    """The number of the route's last stage."""
    return max((step.stage for step in route.steps), default=0)


def steps_in(route: SigningRoute, number: int) -> list[Step]:
    """The steps of a stage that count, in their order."""
    return [step for step in route.living if step.stage == number]


def due_of(step: Step, *, now: datetime) -> date | None:
    """Until when a step is due whose turn comes now."""
    stage = stage_of(step.route, step.stage)
    return rules.due_on(
        clock.day_of(now),
        days=stage.due_days,
        fixed=stage.due_on,
        last=stage.last or (None if step.route.stages else step.due_on),
        holidays=frozenset(map(date.fromisoformat, step.route.holidays)),
    )


def matter_of(step: Step) -> Matter:
    """What the paper of a step is about, by which mandates are limited."""
    return Matter(step.document_kind, step.campaign_code, step.scheme_code)


def _state(route: SigningRoute, number: int) -> StageState:
    steps = steps_in(route, number)
    return StageState(tuple(step.outcome for step in steps), steps[0].mode, stage_of(route, number).quorum)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(kept: str | None) -> date | None:
    return date.fromisoformat(kept) if kept else None


def titles(route: SigningRoute) -> Iterable[tuple[int, str]]:
    """The stages by number with what the campaign calls them."""
    return ((number, stage_of(route, number).title) for number in range(1, last_stage(route) + 1))
