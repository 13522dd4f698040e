"""Ranking, quota, lateness, and what stands between a dossier and the appraiser's yes. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from dms import text
from dms.appraisal.models import ReviewVerdict
from dms.campaigns.vocabulary import NomineeKind
from dms.completeness.model import CheckKind, Finding, Severity, Verdict

_CENT = Decimal("0.01")
_LONGEST_SUBJECT = 120
_CRITERIA = frozenset(
    {
        CheckKind.INDEX_SCORE,
        CheckKind.PLAN_COMPLETED,
        CheckKind.TASK_LEVEL,
        CheckKind.STATEMENT,
        CheckKind.HEAD_DEFINED,
    }
)
_DECIDED_CODES = frozenset({"appraiser_confirmed", "appraiser_denied"})

# --- ranking


@dataclass(frozen=True, slots=True)
class Candidate:
    """A nominee as the ranking sees it: the yearly index scores that a competent body approved, in percent."""

    nominee_id: UUID
    kind: NomineeKind
    name: str
    scores: Mapping[int, Decimal]


def mean_score(scores: Mapping[int, Decimal], years: Sequence[int]) -> Decimal | None:
    """The mean of the approved scores of the campaign's years, to a hundredth; None without any.

    A year that has no approved score is not known, which is not the same as zero: it is left out of the mean.
    """
    counted = [scores[year] for year in years if year in scores]
    if not counted:
        return None
    return (sum(counted, Decimal(0)) / len(counted)).quantize(_CENT, ROUND_HALF_UP)


def ranking(candidates: Iterable[Candidate], years: Sequence[int]) -> list[Candidate]:
    """Candidates of one kind from the best mean down (P19): ties by the latest year, then by Vietnamese name.

    Those without an approved score come last. The order is total: the same candidates always give the same list.
    """
    return sorted(candidates, key=lambda candidate: _merit(candidate, years))


def arrange(order: Sequence[UUID], by_hand: Mapping[UUID, int]) -> list[UUID]:
    """The list in its own ``order``, but with those placed by hand at their ranks (from 1)."""
    places = {nominee_id: place for place, nominee_id in enumerate(order)}
    placed = sorted((rank, places[each], each) for each, rank in by_hand.items() if each in places)
    result = [each for each in order if each not in by_hand]
    earliest = 0
    for rank, _, nominee_id in placed:
        earliest = min(max(rank - 1, earliest), len(result))
        result.insert(earliest, nominee_id)
        earliest += 1
    return result


def moved(order: Sequence[UUID], nominee_id: UUID, rank: int) -> list[UUID]:
    """The list with one nominee at another rank (from 1; a rank beyond the ends means the end)."""
    rest = [each for each in order if each != nominee_id]
    rest.insert(min(max(rank - 1, 0), len(rest)), nominee_id)
    return rest


def _merit(candidate: Candidate, years: Sequence[int]) -> tuple[Any, ...]:
    mean = mean_score(candidate.scores, years)
    latest = candidate.scores.get(max(years)) if years else None
    is_person = candidate.kind is NomineeKind.INDIVIDUAL
    name = text.name_key(candidate.name) if is_person else text.collation_key(candidate.name)
    return (*_highest_first(mean), *_highest_first(latest), name, str(candidate.nominee_id))


def _highest_first(score: Decimal | None) -> tuple[bool, Decimal]:
    return score is None, -(score or Decimal(0))


# --- quota


@dataclass(frozen=True, slots=True)
class Meter:
    """How full a kind's quota is. ``elsewhere`` counts those selected in other lists of the same campaign and scheme.

    ``limit`` None means that the head decides (P13).
    """

    kind: NomineeKind
    limit: int | None
    selected: int
    elsewhere: int = 0

    @property
    def used(self) -> int:
        """How many of the quota are taken in all."""
        return self.selected + self.elsewhere

    @property
    def left(self) -> int | None:
        """How many may still be selected; None where no number is set."""
        return None if self.limit is None else max(0, self.limit - self.used)

    @property
    def is_exceeded(self) -> bool:
        """Whether more are selected than the plan awards."""
        return self.limit is not None and self.used > self.limit


def best_within(ranked: Iterable[tuple[UUID, Decimal | None]], meter: Meter) -> list[UUID]:
    """The best of a ranked list that still fit into the quota; whoever has no score is left to a person's choice."""
    scored = [nominee_id for nominee_id, score in ranked if score is not None]
    return scored if meter.limit is None else scored[: max(0, meter.limit - meter.used)]


# --- lateness


class Lateness(StrEnum):
    """How a hand-over stands to its deadline."""

    IN_TIME = "in_time"
    LATE = "late"
    DUE = "due"
    OVERDUE = "overdue"


def lateness(before: date | None, done_on: date | None, today: date) -> Lateness:
    """Judge a hand-over that must happen before a day; the day itself is too late (P18)."""
    is_past = before is not None and (done_on or today) >= before
    if done_on is None:
        return Lateness.OVERDUE if is_past else Lateness.DUE
    return Lateness.LATE if is_past else Lateness.IN_TIME


# --- review


class PointState(StrEnum):
    """What a point of the checklist means for the appraiser's decision; only the last three stand in its way."""

    MET = "met"
    NOTED = "noted"
    ACCEPTED = "accepted"
    UNDECIDED = "undecided"
    REJECTED = "rejected"
    BLOCKING = "blocking"


OPEN_STATES = frozenset({PointState.UNDECIDED, PointState.REJECTED, PointState.BLOCKING})


@dataclass(frozen=True, slots=True)
class Opinion:
    """The appraiser's word on a point. One from before a return no longer stands: the piece is judged anew."""

    verdict: ReviewVerdict
    comment: str = ""
    stands: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """A finding with the appraiser's word on it, if there is one. ``subject`` and nominee name it for good."""

    finding: Finding
    opinion: Opinion | None = None

    @property
    def subject(self) -> str:
        """The name under which the opinion is kept."""
        return subject_of(self.finding)

    @property
    def nominee_id(self) -> UUID | None:
        """The nominee that the point is about, if it is about one."""
        return UUID(self.finding.place.nominee) if self.finding.place.nominee else None

    @property
    def is_for_a_person(self) -> bool:
        """Whether a person decides the point, because nothing proves it."""
        return is_for_a_person(self.finding)

    @property
    def state(self) -> PointState:
        """Where the point stands."""
        verdict = self.opinion.verdict if self.opinion and self.opinion.stands else None
        if verdict is ReviewVerdict.REJECTED:
            return PointState.REJECTED
        if self.is_for_a_person:
            return PointState.UNDECIDED if verdict is None else PointState.ACCEPTED
        return _state_by_rule(self.finding)

    @property
    def is_open(self) -> bool:
        """Whether the dossier cannot be passed because of it."""
        return self.state in OPEN_STATES


def is_for_a_person(finding: Finding) -> bool:
    """What is not proven is decided by a person, but for a defect of the file itself, which must be mended.

    A criterion stays a person's matter after the decision, so that it can be changed.
    """
    if finding.code in _DECIDED_CODES:
        return True
    mendable = finding.severity is Severity.BLOCKING and finding.check not in _CRITERIA
    return finding.verdict is Verdict.NOT_PROVEN and not mendable


def subject_of(finding: Finding) -> str:
    """A lasting name for what a finding judges: its check, requirement and field; it outlives a change of verdict."""
    whole = ":".join(filter(None, (finding.check.value, finding.place.requirement, finding.place.field)))
    if len(whole) <= _LONGEST_SUBJECT:
        return whole
    return f"{whole[:80]}#{hashlib.sha256(whole.encode()).hexdigest()[:32]}"


def subject_of_piece(requirement_code: str) -> str:
    """The name of a whole paper, for a word on what no rule can judge: what stands in it."""
    return f"piece:{requirement_code}"


def criterion_of(subject: str) -> str | None:
    """The criterion that a subject is about, if it is about one."""
    _, found, criterion = subject.partition(":criterion:")
    return criterion if found else None


def _state_by_rule(finding: Finding) -> PointState:
    if finding.blocks:
        return PointState.BLOCKING
    return PointState.MET if finding.verdict is Verdict.MET else PointState.NOTED
