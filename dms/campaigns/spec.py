"""What a campaign file may say, as frozen values.

A ``CampaignSpec`` that exists is consistent: references resolve, codes are unique, routes and deadlines are in order
(``dms.campaigns.consistency``). The file's words are in ``dms.campaigns.vocabulary``; docs/campaign-files.md tells an
office how to write one.
"""

import math
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from dms.campaigns.consistency import faults
from dms.campaigns.parts import (
    SIGNABLE,
    Bodies,
    Body,
    Citation,
    Cited,
    Code,
    Content,
    Factor,
    Funds,
    Issue,
    LegalBasis,
    Parent,
    Part,
    Participant,
    Percent,
    Period,
    RuleId,
    Score,
    Screening,
    Stage,
    Terms,
    Text,
    Title,
    Year,
)
from dms.campaigns.vocabulary import (
    CriterionKind,
    DeadlineKind,
    DecisionPath,
    DocumentKind,
    Form,
    Late,
    MediaType,
    Mention,
    NomineeKind,
    Occurrence,
    QuotaScope,
    Scope,
    Side,
    Subject,
    TaskLevel,
    TimeStamping,
    UnitKind,
    Weight,
)
from dms.policy import PositionKind


class Requirement(Cited):
    """A paper that a dossier holds (P17): how often, of which kind, how signed, and what it must agree with.

    Without ``nominee_kinds`` it is asked of every kind that the scheme awards.
    """

    code: Code
    title: Title
    scope: Scope
    nominee_kinds: tuple[NomineeKind, ...] = ()
    document_kind: DocumentKind
    form: Title | None = None
    optional: bool = False
    media_types: tuple[MediaType, ...] = Field(default=SIGNABLE, min_length=1)
    number_and_date: bool = False
    mentions: tuple[Mention, ...] = ()
    by_contents: bool = False
    route: tuple[Stage, ...] = ()

    def is_asked_of(self, kind: NomineeKind) -> bool:
        """Whether nominees of a kind must have this paper."""
        return not self.nominee_kinds or kind in self.nominee_kinds


class CriterionBase(Cited):
    """What every criterion has: whom it judges, its words, and what it does to a submission when open."""

    id: Code
    nominee_kind: NomineeKind
    text: Text
    set_by_head: bool = False
    when_not_met: Weight = Weight.BLOCK
    when_not_proven: Weight = Weight.WARN


class IndexScore(CriterionBase):
    """The index score reaches ``min_percent`` in at least ``years_at_least`` of the years judged (P07, P09-P11)."""

    kind: Literal[CriterionKind.INDEX_SCORE]
    min_percent: Percent
    years_at_least: int = Field(default=1, ge=1)
    of: Subject
    approved: bool


class PlanCompleted(CriterionBase):
    """The plan of each year judged was carried out to ``percent`` on schedule (P07, P09-P11)."""

    kind: Literal[CriterionKind.PLAN_COMPLETED]
    percent: Percent


class TaskLevelReached(CriterionBase):
    """Tasks were done at ``level`` or better in each year judged."""

    kind: Literal[CriterionKind.TASK_LEVEL]
    level: TaskLevel


class Statement(CriterionBase):
    """Something that the unit attests and the appraiser confirms; ``every_year`` asks it for each year judged."""

    kind: Literal[CriterionKind.STATEMENT]
    every_year: bool = False


class HeadDefined(CriterionBase):
    """Room for further criteria that each unit's head sets (P07, P09)."""

    kind: Literal[CriterionKind.HEAD_DEFINED]


Criterion = Annotated[
    IndexScore | PlanCompleted | TaskLevelReached | Statement | HeadDefined, Field(discriminator="kind")
]


class Quota(Part):
    """How many of a kind may be awarded; ``limit`` null means that the head decides (P13)."""

    limit: int | None = Field(ge=0)
    scope: QuotaScope = QuotaScope.CAMPAIGN


class NomineeClause(Cited):
    """Who may be nominated under a scheme (P04); no ``unit_kinds`` means every participant's (P02)."""

    kind: NomineeKind
    unit_kinds: tuple[UnitKind, ...] = ()
    quota: Quota


class Authority(Cited):
    """The position that confers an award."""

    position: PositionKind
    unit: Side
    title: Title


class SpecialAuthority(Authority):
    """Another conferring position for collectives that no head may award (P08)."""

    nominee_kind: NomineeKind
    unit_kinds: tuple[UnitKind, ...] = ()
    when: Text


class Decision(Part):
    """The decision that confers: its name, who confers, and the route on which it is signed."""

    title: Title
    authority: Authority
    special_authorities: tuple[SpecialAuthority, ...] = ()
    route: tuple[Stage, ...] = Field(min_length=1)


class Vote(Part):
    """The share of all members of the council that must agree, in whole percent (absent members count)."""

    percent: int = Field(ge=1, le=100)
    rule: RuleId
    citation: Citation
    when_not_proven: Weight = Weight.BLOCK


class Quorum(Part):
    """The share of all members who must take part in a meeting, in whole percent; written opinions count."""

    percent: int = Field(ge=1, le=100)
    rule: RuleId
    citation: Citation


class Council(Part):
    """A council: whether it must meet, with how many, and by what vote it proposes (P15)."""

    required: bool
    after_period: bool = False
    quorum: Quorum | None = None
    vote: Vote | None = None


class Procedure(Cited):
    """How a dossier goes (P12, P14, P15); the simplified procedure has no council and no minutes.

    ``council`` is the unit's own; ``provincial_council`` considers what was appraised, where a regulation says so.
    """

    path: DecisionPath
    simplified: bool = False
    council: Council
    provincial_council: Council | None = None
    terms: Terms | None = None
    text: Text

    @property
    def has_council(self) -> bool:
        """Whether a council meets at all."""
        return self.council.required and not self.simplified


class Reward(Cited):
    """The bonus that goes with the award, as a multiple of the base salary, for one kind of nominee (P20)."""

    nominee_kind: NomineeKind
    factor: Factor


class Deadline(Cited):
    """A hand-over that must happen before a day; the day itself is too late (P18, P19)."""

    code: Code
    kind: DeadlineKind
    title: Title
    before: date
    late: Late


class HandOver(Cited):
    """A paper by which one body passes dossiers on to the next: its route, and what it ranks by (P12, P19, P22)."""

    code: Code
    title: Title
    sent_by: Side
    sent_to: Side
    text: Text
    ranked_by: Literal[CriterionKind.INDEX_SCORE] | None = None
    route: tuple[Stage, ...] = Field(min_length=1)


class Scheme(Cited):
    """A form of commendation in the campaign: who, by what criteria, with which papers, by whom, until when."""

    code: Code
    title: Title
    form: Form
    occurrence: Occurrence
    nominees: tuple[NomineeClause, ...] = Field(min_length=1)
    decision: Decision
    procedure: Procedure
    deadlines: tuple[Deadline, ...] = ()
    hand_overs: tuple[HandOver, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    requirements_set_by_head: bool = False
    criteria: tuple[Criterion, ...] = ()
    rewards: tuple[Reward, ...] = ()

    def clause(self, kind: NomineeKind) -> NomineeClause | None:
        """The clause for a kind of nominee, or None where the scheme does not award that kind."""
        return next((clause for clause in self.nominees if clause.kind == kind), None)

    def quota(self, kind: NomineeKind) -> int | None:
        """The most that may be awarded of a kind; None where the head decides or the kind is not awarded (P13)."""
        clause = self.clause(kind)
        return clause.quota.limit if clause else None

    def authority(self, kind: NomineeKind, unit_kind: UnitKind | None = None) -> Authority:
        """Who confers (P08); ``unit_kind`` is that of a collective that is itself a unit, None for one inside."""
        special = (s for s in self.decision.special_authorities if s.nominee_kind == kind and unit_kind in s.unit_kinds)
        return next(special, self.decision.authority)

    def reward(self, kind: NomineeKind) -> Reward | None:
        """The bonus for a kind of nominee; None where the file sets none."""
        return next((each for each in self.rewards if each.nominee_kind == kind), None)

    def requirement(self, code: str) -> Requirement | None:
        """The requirement with this code, if the scheme has it."""
        return next((r for r in self.requirements if r.code == code), None)


class CampaignSpec(Part):
    """A whole campaign file (P01-P25); schemes, bodies and citations in it refer only to what is in it."""

    code: Code
    title: Title
    issuing_unit: Code
    issuing_authority: Title
    issue: Issue
    parent: Parent | None = None
    period: Period
    years: tuple[Year, ...] = Field(min_length=1)
    legal_bases: tuple[LegalBasis, ...] = Field(min_length=1)
    purpose: tuple[Text, ...] = ()
    principles: tuple[Text, ...] = ()
    participants: tuple[Participant, ...] = Field(min_length=1)
    contents: tuple[Content, ...] = Field(min_length=1)
    score: Score = Score()
    bodies: Bodies = Bodies()
    duties: tuple[Text, ...] = ()
    schemes: tuple[Scheme, ...] = Field(min_length=1)
    funds: Funds
    screening: tuple[Screening, ...] = ()
    recipients: tuple[Title, ...] = ()
    holidays: tuple[date, ...] = ()
    emulation_blocks: Citation | None = None
    timestamp: TimeStamping = TimeStamping.REQUIRED

    @model_validator(mode="after")
    def _ensure_consistent(self) -> Self:
        found = list(faults(self.model_dump(mode="json")))
        if found:
            raise PydanticCustomError("inconsistent", "{faults}", {"faults": "; ".join(map(str, found))})
        return self

    def scheme(self, code: str) -> Scheme | None:
        """The scheme with this code, if the campaign has it."""
        return next((scheme for scheme in self.schemes if scheme.code == code), None)

    @property
    def stamp_may_follow(self) -> bool:
        """Whether a signature may be made while no time-stamping authority answers (it proves nothing until then)."""
        return self.timestamp is TimeStamping.MAY_FOLLOW

    def body(self, side: Side) -> Body | None:
        """The body in a role; None for the nominating unit's own side and for a role that nobody has."""
        return None if side is Side.OWN else getattr(self.bodies, side.value)

    def basis(self, code: str) -> LegalBasis | None:
        """The legal basis with this code, if the campaign cites it."""
        return next((basis for basis in self.legal_bases if basis.code == code), None)

    def bonus(self, scheme: Scheme, kind: NomineeKind, day: date) -> int | None:
        """The bonus in đồng by the base salary of a day, rounded as the file says; None where it cannot be told."""
        reward, base = scheme.reward(kind), self.funds.base_on(day)
        if reward is None or base is None:
            return None
        unit = self.funds.round_up_to
        return math.ceil(reward.factor * base.amount / unit) * unit

    def bases_on(self, day: date) -> tuple[LegalBasis, ...]:
        """The legal bases in force on a day: the law under which a dossier that came on that day is judged."""
        return tuple(basis for basis in self.legal_bases if basis.is_in_force(day))

    def cite(self, citation: Citation) -> str:
        """A citation in words, as it stands under a finding: place, then the short name of the text."""
        basis = self.basis(citation.basis)
        return f"{citation.place}, {basis.short}" if basis else citation.place

    @property
    def first_day(self) -> date:
        """The first day of the period, or of the first year covered where only the plan's issue opens it."""
        return self.period.starts_on or self.issue.issued_on or date(min(self.years), 1, 1)
