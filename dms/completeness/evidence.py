"""What can prove a criterion: figures and statements of years, each with the paper behind it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class TaskLevel(StrEnum):
    """How well tasks were done; the order of the members is from worst to best."""

    NOT_DONE = "not_done"
    DONE = "done"
    GOOD = "good"
    EXCELLENT = "excellent"


@dataclass(frozen=True, slots=True)
class Score:
    """An index score of a year in percent, and the paper by which the competent body approved it, if any.

    ``of`` names the unit whose score it is where that is an earlier one, which the nominee's unit came from.
    """

    year: int
    percent: Decimal
    approved_by: str | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class PlanResult:
    """How much of a year's plan was carried out, in percent, and whether on schedule."""

    year: int
    percent: Decimal
    on_schedule: bool | None = True


@dataclass(frozen=True, slots=True)
class TaskResult:
    """How well the tasks of a year were done, by a named paper."""

    year: int
    level: TaskLevel
    source: str = ""


@dataclass(frozen=True, slots=True)
class YearStatement:
    """What the unit says of a criterion for one year, and the paper by which it can be seen."""

    criterion: str
    year: int
    reached: bool
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What the unit says of a criterion, and what the appraiser decided of it."""

    criterion: str
    by_unit: bool | None = None
    by_appraiser: bool | None = None
