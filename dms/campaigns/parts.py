"""The parts of a campaign file that stand by themselves: texts, bodies, routes. ``dms.campaigns.spec`` joins them."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dms.campaigns.vocabulary import (
    AfterReturn,
    BasisKind,
    Capacity,
    MediaType,
    ScreeningKind,
    Side,
    SkipBy,
    StageMode,
    StepAction,
    UnitKind,
    Weight,
)
from dms.policy import PositionKind

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=3)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9.\-]{0,19}$")]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
Factor = Annotated[Decimal, Field(gt=0, le=1000, max_digits=6, decimal_places=2)]
Year = Annotated[int, Field(ge=1945, le=2200)]

ANY_CAPACITY = tuple(Capacity)
SIGNABLE = (MediaType.PDF, MediaType.DOCX)
TO_CLERK: Final = "clerk"
TO_PREVIOUS: Final = "previous"


class Part(BaseModel):
    """A value of the file: frozen, and closed to keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Citation(Part):
    """Where a rule stands: a legal basis by its code, and the place in it."""

    basis: Code
    place: Title


class Cited(Part):
    """A value that a rule of the plan stands behind."""

    rule: RuleId
    citation: Citation


class LegalBasis(Part):
    """A text that the campaign rests on or cites (P01), with the days between which it is in force where known."""

    code: Code
    kind: BasisKind
    number: Title | None = None
    issued_on: date | None = None
    issuer: Title
    title: Text
    short: Title
    preamble: bool = False
    effective_from: date | None = None
    effective_to: date | None = None
    replaced_by: Title | None = None
    transition: Text | None = None

    def is_in_force(self, day: date) -> bool:
        """Whether the text holds on a day; a side without a day is open."""
        return (self.effective_from or day) <= day <= (self.effective_to or day)


class Period(Part):
    """The days of the movement; without ``starts_on`` it starts on the day the plan is issued (P01)."""

    starts_on: date | None = None
    ends_on: date
    text: Title


class Participant(Part):
    """A kind of unit that takes part, with the collectives and individuals under it (P02)."""

    code: Code
    title: Title
    kinds: tuple[UnitKind, ...] = Field(min_length=1)
    with_subordinates: bool = True


class Content(Part):
    """One content of emulation, and so one section of an achievement report (P03)."""

    code: Label
    title: Title
    text: Text
    points: tuple[Text, ...] = ()


class Score(Part):
    """What nominees are scored by, in the words of papers: the score's name, and the set of criteria behind it."""

    name: Title = "chỉ số đánh giá"
    measured_by: Title = "Bộ chỉ số đánh giá"


class Body(Cited):
    """A body with a duty in the campaign; ``unit`` is a unit's code, whose successor the people layer resolves."""

    unit: Code
    title: Title
    position: PositionKind = PositionKind.HEAD
    duties: tuple[Text, ...] = ()


class Bodies(Part):
    """The bodies by role (P08, P12, P21, P22); a unit's own campaign may name none."""

    coordinator: Body | None = None
    appraiser: Body | None = None
    chair: Body | None = None
    chair_office: Body | None = None
    steering_committee: Body | None = None


class Step(Part):
    """One act on a signing route by the holder, or lawful delegate, of a position (P25)."""

    action: StepAction
    position: PositionKind
    unit: Side = Side.OWN
    capacities: tuple[Capacity, ...] = Field(default=ANY_CAPACITY, min_length=1)


class Stage(Part):
    """Steps that are open at the same time, in any units; the next stage waits for all, any one, or ``needed`` of them.

    ``due_days`` are working days from the day on which the stage's turn comes. A refusal goes back to the clerk (the
    route ends), to the ``previous`` stage, or to the earlier stage with this ``code``.
    """

    code: Code | None = None
    title: Title
    mode: StageMode = StageMode.ALL_OF
    needed: int | None = Field(default=None, ge=1)
    due_days: int | None = Field(default=None, ge=1, le=250)
    due_on: date | None = None
    on_refuse: Code = TO_CLERK
    skippable: bool = False
    skip_by: tuple[SkipBy, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=1)

    @property
    def skippers(self) -> tuple[SkipBy, ...]:
        """Who may skip a step of the stage; the head of the step's unit where the file says no more."""
        return (self.skip_by or (SkipBy.HEAD,)) if self.skippable else ()


class BaseSalary(Cited):
    """The base salary (mức lương cơ sở) in đồng a month, from a day on; bonuses are multiples of it (P20)."""

    amount: int = Field(ge=1)
    effective_from: date


class Funds(Cited):
    """Where the money comes from, in the plan's words, and what bonuses are reckoned from (P20).

    A bonus is rounded up to whole ``round_up_to`` đồng, where the rules say so.
    """

    text: Text
    bonus: Text | None = None
    source: Text | None = None
    base_salary: tuple[BaseSalary, ...] = ()
    round_up_to: int = Field(default=1, ge=1)

    def base_on(self, day: date) -> BaseSalary | None:
        """The base salary in force on a day, if the file knows it."""
        begun = [each for each in self.base_salary if each.effective_from <= day]
        return max(begun, key=lambda each: each.effective_from, default=None)


class Terms(Cited):
    """Time limits of the desk in working days, from a complete dossier on; null where no rule sets one.

    ``return_within``: to send back a dossier that is not in order; ``appraise_within``: to appraise and pass on;
    ``copies_within``: to send copies of the decision, or the notice that nothing is awarded. ``after_return`` says what
    a return does to the count, ``remind_before`` how many working days before the end people are reminded.
    """

    return_within: int | None = Field(default=None, ge=1, le=250)
    appraise_within: int | None = Field(default=None, ge=1, le=250)
    copies_within: int | None = Field(default=None, ge=1, le=250)
    after_return: AfterReturn = AfterReturn.RESTART
    remind_before: int = Field(default=3, ge=0, le=60)


class Screening(Cited):
    """A principle by which every nominee of the campaign is screened.

    ``direct_workers`` asks that at least ``percent`` of a dossier's individuals hold no leading position,
    ``since_last_award`` for ``years`` since the last award. What the data do not decide the appraiser answers; with
    ``weight: warn`` no answer is needed.
    """

    code: Code
    kind: ScreeningKind
    text: Text
    percent: Percent | None = None
    years: int | None = Field(default=None, ge=1, le=30)
    weight: Weight = Weight.BLOCK


class Parent(Part):
    """The campaign, and the scheme in it, that a unit's own campaign carries out (P23)."""

    campaign: Code
    scheme: Code | None = None


class Issue(Part):
    """The paper that opens the campaign, and how it was signed (P01, P25); null where the number is not known."""

    number: Title | None = None
    issued_on: date | None = None
    capacity: Capacity
    position: Title
    signer: Title | None = None
