"""Whose turn it is, where a refusal leads, until when a step is due: the whole truth as tables."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.campaigns.vocabulary import StageMode, StepAction
from dms.policy import PositionKind
from dms.signing import rules
from dms.signing.models import RouteOutcome, StepOutcome
from dms.signing.rules import StageState, Turn

ALL, ANY, QUORUM = StageMode.ALL_OF, StageMode.ANY_OF, StageMode.QUORUM
LETTERS = {"d": StepOutcome.DONE, "r": StepOutcome.REFUSED, "s": StepOutcome.SKIPPED, ".": None}
COMPLETED, REFUSED = RouteOutcome.COMPLETED, RouteOutcome.REFUSED


def stage(acts: str, mode: StageMode = ALL, quorum: int | None = None) -> StageState:
    """A stage by one letter for each step: done, refused, skipped, or a dot for nothing yet."""
    return StageState(tuple(LETTERS[each] for each in acts), mode, quorum)


# --- one stage


@pytest.mark.parametrize(
    ("mode", "quorum", "acts", "finished", "refused"),
    [
        (ALL, None, "..", False, False),
        (ALL, None, "d.", False, False),
        (ALL, None, "dd", True, False),
        (ALL, None, "ds", True, False),
        (ALL, None, "s.", False, False),
        (ALL, None, "ss", True, False),
        (ALL, None, "r.", False, True),
        (ALL, None, "dr", False, True),
        (ANY, None, "..", False, False),
        (ANY, None, ".d", True, False),
        (ANY, None, "s.", False, False),
        (ANY, None, "ss", True, False),
        (ANY, None, "r.", False, True),
        (QUORUM, 2, "...", False, False),
        (QUORUM, 2, "d..", False, False),
        (QUORUM, 2, "dd.", True, False),
        (QUORUM, 2, "r..", False, False),
        (QUORUM, 2, "rd.", False, False),
        (QUORUM, 2, "rdd", True, False),
        (QUORUM, 2, "rr.", False, True),
        (QUORUM, 2, "drr", False, True),
        (QUORUM, 2, "s..", False, False),
        (QUORUM, 2, "ss.", False, False),
        (QUORUM, 2, "ssd", True, False),
        (QUORUM, 2, "sss", True, False),
        (QUORUM, 3, "dd.", False, False),
        (QUORUM, 3, "ddd", True, False),
        (QUORUM, 3, "ddr", False, True),
    ],
)
def test_a_stage_is_finished_or_refused_by_its_mode(
    mode: StageMode, quorum: int | None, acts: str, *, finished: bool, refused: bool
) -> None:
    judged = stage(acts, mode, quorum)
    assert (judged.is_finished, judged.is_refused) == (finished, refused)


# --- the whole route


@pytest.mark.parametrize(
    ("stages", "turn"),
    [
        ([stage("."), stage(".")], Turn(1)),
        ([stage("d"), stage(".")], Turn(2)),
        ([stage("d"), stage("d")], Turn(None, COMPLETED)),
        ([stage("s"), stage("d")], Turn(None, COMPLETED)),
        ([stage("d"), stage("r"), stage(".")], Turn(None, REFUSED)),
        ([stage("d."), stage(".")], Turn(1)),
        ([stage(".d", ANY), stage(".")], Turn(2)),
        ([stage("r.d", QUORUM, 2), stage(".")], Turn(1)),
        ([stage("rdd", QUORUM, 2), stage(".")], Turn(2)),
        ([stage("rr.", QUORUM, 2), stage(".")], Turn(None, REFUSED)),
        ([], Turn(None, COMPLETED)),
    ],
)
def test_the_first_stage_that_is_not_finished_has_the_turn(stages: list[StageState], turn: Turn) -> None:
    assert rules.whose_turn(stages) == turn


OUTCOMES = st.sampled_from([None, *LETTERS.values()])
STAGES = st.lists(st.tuples(st.sampled_from(StageMode), st.lists(OUTCOMES, min_size=1, max_size=5)), max_size=5)


def states(drawn: list[tuple[StageMode, list[StepOutcome | None]]]) -> list[StageState]:
    return [StageState(tuple(acts), mode, max(len(acts) - 1, 1)) for mode, acts in drawn]


@given(STAGES)
def test_a_route_has_a_turn_or_an_end_and_a_turn_has_something_to_do(
    drawn: list[tuple[StageMode, list[StepOutcome | None]]],
) -> None:
    stages = states(drawn)
    turn = rules.whose_turn(stages)
    assert (turn.stage is None) == (turn.ending is not None)
    if turn.stage is not None:
        assert None in stages[turn.stage - 1].outcomes
        assert all(earlier.is_finished for earlier in stages[: turn.stage - 1])


@given(STAGES)
def test_an_act_never_takes_the_turn_back(drawn: list[tuple[StageMode, list[StepOutcome | None]]]) -> None:
    """Whoever signs or skips next: the turn stays or moves on, and a finished stage stays finished."""
    stages = states(drawn)
    turn = rules.whose_turn(stages)
    if turn.stage is None:
        return
    at = turn.stage - 1
    spot = stages[at].outcomes.index(None)
    for outcome in (StepOutcome.DONE, StepOutcome.SKIPPED):
        acts = list(stages[at].outcomes)
        acts[spot] = outcome
        after = rules.whose_turn(
            [*stages[:at], StageState(tuple(acts), stages[at].mode, stages[at].quorum), *stages[at + 1 :]]
        )
        assert after.ending is not None or (after.stage or 0) >= turn.stage


@given(st.integers(1, 6), st.integers(1, 6))
def test_a_quorum_ends_after_as_many_acts_as_there_are_steps_at_most(steps: int, quorum: int) -> None:
    quorum = min(steps, quorum)
    done = StageState((StepOutcome.DONE,) * quorum + (None,) * (steps - quorum), QUORUM, quorum)
    refused = StageState((StepOutcome.REFUSED,) * (steps - quorum + 1) + (None,) * (quorum - 1), QUORUM, quorum)
    assert done.is_finished
    assert refused.is_refused


# --- where a refusal leads


@pytest.mark.parametrize(
    ("at", "on_refuse", "expected"),
    [(1, "clerk", 0), (3, "clerk", 0), (3, "previous", 2), (3, "ky-nhay", 1), (2, "ky-nhay", 1), (2, "lanh-dao", 0)],
)
def test_a_refusal_leads_to_the_clerk_or_to_an_earlier_stage(at: int, on_refuse: str, expected: int) -> None:
    assert rules.back_to(at, on_refuse, ["ky-nhay", None, "lanh-dao"]) == expected


# --- until when

FRIDAY = date(2026, 1, 2)
NEW_YEAR = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("day", "days", "holidays", "expected"),
    [
        (FRIDAY, 1, (), date(2026, 1, 5)),
        (FRIDAY, 5, (), date(2026, 1, 9)),
        (FRIDAY, 6, (), date(2026, 1, 12)),
        (date(2025, 12, 31), 1, (NEW_YEAR,), FRIDAY),
        (date(2026, 1, 3), 1, (), date(2026, 1, 5)),
        (FRIDAY, 0, (), FRIDAY),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(
    day: date, days: int, holidays: tuple[date, ...], expected: date
) -> None:
    assert rules.working_day_after(day, days, holidays) == expected


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 60), st.sets(st.dates(), max_size=5))
def test_a_due_day_is_a_working_day(day: date, days: int, holidays: set[date]) -> None:
    due = rules.working_day_after(day, days, holidays)
    assert due.weekday() < 5
    assert due not in holidays
    assert due >= day + timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "fixed", "last", "expected"),
    [
        (None, None, None, None),
        (None, None, date(2026, 1, 9), date(2026, 1, 9)),
        (2, None, date(2026, 1, 9), date(2026, 1, 6)),
        (20, None, date(2026, 1, 9), date(2026, 1, 9)),
        (None, date(2026, 1, 7), None, date(2026, 1, 7)),
        (None, date(2026, 1, 20), date(2026, 1, 9), date(2026, 1, 9)),
    ],
)
@pytest.mark.rule("P18")
def test_a_step_is_never_due_after_the_whole_route(
    days: int | None, fixed: date | None, last: date | None, expected: date | None
) -> None:
    assert rules.due_on(FRIDAY, days=days, fixed=fixed, last=last) == expected


def test_the_due_day_itself_is_in_time() -> None:
    assert [rules.is_late(FRIDAY, FRIDAY + timedelta(days=n)) for n in (-1, 0, 1)] == [False, False, True]
    assert not rules.is_late(None, FRIDAY)


# --- who may stand for whom


@pytest.mark.rule("P25")
@pytest.mark.parametrize("action", StepAction)
@pytest.mark.parametrize("kind", PositionKind)
def test_only_initials_may_change_seats(action: StepAction, kind: PositionKind) -> None:
    seats = rules.seats_for(action, kind)
    assert seats[0] is kind
    assert len(set(seats)) == len(seats)
    assert (len(seats) > 1) == (action is StepAction.INITIALS)
    assert PositionKind.COUNCIL_CHAIR not in seats[1:]
