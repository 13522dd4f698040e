"""What completeness judges and what it says: rules, facts and findings as frozen values of the standard library.

Enum values are those of a campaign file, so that mapping a file to ``Rules`` is by value. ``None`` in a fact always
means "not known", never "no".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dms.completeness.evidence import Attestation, PlanResult, Score, TaskLevel, TaskResult, YearStatement

__all__ = ["Attestation", "PlanResult", "Score", "TaskLevel", "TaskResult", "YearStatement"]


class Verdict(StrEnum):
    """Met, not met, and not proven are three things; a person decides the third."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_PROVEN = "not_proven"


class Severity(StrEnum):
    """What an open finding does: stops a submission, warns, or only informs."""

    BLOCKING = "blocking"
    WARNING = "warning"
    INFO = "info"


class Fixer(StrEnum):
    """Who can put a finding right."""

    CLERK = "clerk"
    HEAD = "head"
    COUNCIL = "council"
    REGISTRAR = "registrar"
    COORDINATOR = "coordinator"
    APPRAISER = "appraiser"
    CHAIR = "chair"
    ADMINISTRATOR = "administrator"


class CheckKind(StrEnum):
    """The kinds of check; ``dms.completeness.checks.CHECKS`` has one function for each."""

    NOMINEES_EXIST = "nominees_exist"
    NOMINEE_ALLOWED = "nominee_allowed"
    NOMINEE_ONCE = "nominee_once"
    QUOTA = "quota"
    IN_TIME = "in_time"
    COUNCIL_MET = "council_met"
    VOTES = "votes"
    PRESENT = "present"
    MEDIA = "media"
    READABLE = "readable"
    SAFE = "safe"
    FINAL_FORM = "final_form"
    SIGNED = "signed"
    INTACT = "intact"
    NUMBERED = "numbered"
    NUMBER_FREE = "number_free"
    CONSISTENT = "consistent"
    NOT_RETURNED = "not_returned"
    INDEX_SCORE = "index_score"
    PLAN_COMPLETED = "plan_completed"
    TASK_LEVEL = "task_level"
    STATEMENT = "statement"
    HEAD_DEFINED = "head_defined"


class NomineeKind(StrEnum):
    """Collective, household or individual (P04)."""

    COLLECTIVE = "collective"
    HOUSEHOLD = "household"
    INDIVIDUAL = "individual"


class Proof(StrEnum):
    """What verification said of a signature."""

    VALID = "valid"
    INVALID = "invalid"
    UNPROVEN = "unproven"


class Weight(StrEnum):
    """Whether the file lets an open rule stop a submission."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Cite:
    """The rule that stands behind a check: its id, and its place in the law or the plan in words."""

    rule_id: str
    citation: str


@dataclass(frozen=True, slots=True)
class Step:
    """An act that a route asks for: action, position, whose unit, and the capacities in which it may be done (P25)."""

    action: str
    position: str
    side: str = "own"
    capacities: frozenset[str] = frozenset({"none", "tm", "kt", "tl", "tuq", "q"})


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps of which all must be done, or ``needed`` of them."""

    title: str
    steps: tuple[Step, ...]
    needed: int | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """A paper that the dossier, or each nominee of certain kinds, must have (P17)."""

    code: str
    title: str
    cite: Cite
    per_nominee: bool = False
    nominee_kinds: frozenset[NomineeKind] = frozenset(NomineeKind)
    optional: bool = False
    number_and_date: bool = False
    mentions: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """A standard that nominees of a kind must reach (P07, P09-P11); ``kind`` names its check.

    ``percent`` serves index scores and plans; ``years_at_least`` and ``approved`` index scores; ``level`` task
    levels; ``every_year`` statements that are asked for each year judged.
    """

    id: str
    kind: CheckKind
    nominee_kind: NomineeKind
    text: str
    cite: Cite
    percent: Decimal = Decimal(0)
    years_at_least: int = 1
    approved: bool = False
    level: TaskLevel = TaskLevel.DONE
    every_year: bool = False
    when_not_met: Weight = Weight.BLOCK
    when_not_proven: Weight = Weight.WARN


@dataclass(frozen=True, slots=True)
class Clause:
    """A kind of nominee that the scheme awards, the kinds of unit (none = all), and how many (None = head decides)."""

    kind: NomineeKind
    cite: Cite
    unit_kinds: frozenset[str] = frozenset()
    limit: int | None = None
    over_campaign: bool = True


@dataclass(frozen=True, slots=True)
class Deadline:
    """The hand-over must happen before ``before``; that day itself is late (P18)."""

    code: str
    before: date
    refuse: bool
    cite: Cite


@dataclass(frozen=True, slots=True)
class Vote:
    """The share of all council members, in whole percent, that must agree."""

    percent: int
    cite: Cite
    when_not_proven: Weight = Weight.BLOCK


@dataclass(frozen=True, slots=True)
class CouncilRule:
    """The council must have met, not before a day where one is given (P15)."""

    cite: Cite
    not_before: date | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that judges one dossier. ``yearly`` schemes judge the dossier's own year, others all ``years``."""

    scheme: str
    cite: Cite
    years: tuple[int, ...]
    yearly: bool
    clauses: tuple[Clause, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    deadline: Deadline | None = None
    council: CouncilRule | None = None
    vote: Vote | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """An act found on the current version: what, from which position, for whom, and what verification said of it.

    ``position`` is the seat it fills (a deputy who signs KT. fills the head's); ``entitled`` says that the person held
    the seat or a lawful delegation on the day; ``unit_matches`` that the signer's unit is the one of ``side``;
    ``stage`` and ``ordinal`` (from 1; 0: not known) which step of the route it was made for.
    """

    action: str
    position: str
    side: str = "own"
    unit_matches: bool = True
    entitled: bool = True
    capacity: str = "none"
    verdict: Proof = Proof.VALID
    checked: bool = True
    stage: int = 0
    ordinal: int = 0

    @property
    def proof(self) -> Proof:
        """The verdict, or unproven where verification has not run."""
        return self.verdict if self.checked else Proof.UNPROVEN


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Whether the text agrees with the dossier on one thing, and which words were looked for and not found."""

    what: str
    found: bool | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """The document that fills one requirement (of one nominee), seen through its current version.

    ``returned`` stands while a return of this piece has not been answered by a new version; ``skipped`` are the steps
    (stage and ordinal, from 1) that were passed over as the campaign allows.
    """

    requirement: str
    nominee: str | None = None
    id: str = ""
    present: bool = True
    withdrawn: bool = False
    media_ok: bool | None = True
    readable: bool | None = True
    safe: bool | None = True
    is_pdf: bool = True
    signatures: tuple[Signature, ...] = ()
    skipped: frozenset[tuple[int, int]] = frozenset()
    number: str | None = None
    issued_on: date | None = None
    number_taken: bool | None = None
    mentions: tuple[Mentioned, ...] = ()
    returned: bool = False
    return_reason: str = ""


@dataclass(frozen=True, slots=True)
class Nominee:
    """A nominee with the evidence for the criteria. ``order`` is its place in the dossier's list."""

    id: str
    kind: NomineeKind
    name: str = ""
    order: int = 0
    unit_kind: str | None = None
    nominated_elsewhere: bool | None = False
    votes_for: int | None = None
    scores: tuple[Score, ...] = ()
    plan_results: tuple[PlanResult, ...] = ()
    task_results: tuple[TaskResult, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    year_statements: tuple[YearStatement, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a dossier. ``day`` is the day it was received, or today while it has not been.

    ``council_members`` counts all members, present or not. ``quota_used`` gives, by kind, how many the campaign's list
    holds with this dossier; empty while nothing is consolidated. ``head_criteria`` are the texts of further criteria
    the head set: an empty tuple when he set none, None when nobody has said.
    """

    dossier: str
    day: date
    unit: str = ""
    status: str = "draft"
    year: int | None = None
    nominees: tuple[Nominee, ...] = ()
    documents: tuple[Document, ...] = ()
    council_members: int | None = None
    council_met_on: date | None = None
    quota_used: Mapping[NomineeKind, int] = field(default_factory=dict, hash=False)
    head_criteria: tuple[str, ...] | None = None


class SubjectKind(StrEnum):
    """What a finding is about."""

    DOSSIER = "dossier"
    NOMINEE = "nominee"
    REQUIREMENT = "requirement"


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing a finding is about, by kind and id (a requirement's id is its code)."""

    kind: SubjectKind
    id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go to put it right: requirement, nominee, document, and the field or stage there."""

    requirement: str | None = None
    nominee: str | None = None
    document: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement. ``code`` chooses the sentence at the edge, ``params`` fills it; no prose is kept here."""

    check: CheckKind
    rule_id: str
    code: str
    citation: str
    verdict: Verdict
    severity: Severity
    subject: Subject
    who_can_fix: Fixer
    place: Place
    params: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def blocks(self) -> bool:
        """Whether a submission is refused while this finding is open."""
        return self.verdict is not Verdict.MET and self.severity is Severity.BLOCKING
