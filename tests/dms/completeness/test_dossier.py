"""Checks of the dossier as a whole: nominees, quota, time, council and votes."""

from datetime import date
from typing import Any

import pytest

from dms.completeness.model import (
    CheckKind,
    Cite,
    Clause,
    CouncilRule,
    Deadline,
    Fixer,
    Nominee,
    NomineeKind,
    Severity,
    Verdict,
    Vote,
    Weight,
)
from tests.dms.completeness.samples import a_nominee, facts, found, only, rules

CITE = Cite("P18", "Mục III.4.3b")


@pytest.mark.rule("P04")
def test_a_dossier_that_nominates_nobody_is_refused() -> None:
    assert only(CheckKind.NOMINEES_EXIST, rules(), facts(nominees=())).blocks
    assert only(CheckKind.NOMINEES_EXIST, rules(), facts()).verdict is Verdict.MET


@pytest.mark.rule("P02")
@pytest.mark.rule("P04")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit_kind": "school"}, "nominee_allowed"),
        ({"unit_kind": "enterprise"}, "nominee_unit_kind_refused"),
        ({"unit_kind": None}, "nominee_unit_kind_unknown"),
        ({"kind": NomineeKind.INDIVIDUAL}, "nominee_kind_refused"),
    ],
)
def test_a_nominee_is_of_a_kind_that_the_scheme_awards(changes: dict[str, Any], code: str) -> None:
    clause = Clause(NomineeKind.COLLECTIVE, CITE, unit_kinds=frozenset({"school"}))
    given = facts(nominees=(a_nominee(**changes),))
    assert only(CheckKind.NOMINEE_ALLOWED, rules(clauses=(clause,)), given).code == code


@pytest.mark.parametrize(
    ("elsewhere", "code"),
    [(False, "nominee_once"), (True, "nominee_repeated"), (None, "nominee_repetition_unknown")],
)
def test_nobody_is_nominated_twice_in_silence(code: str, *, elsewhere: bool | None) -> None:
    given = facts(nominees=(a_nominee(nominated_elsewhere=elsewhere),))
    finding = only(CheckKind.NOMINEE_ONCE, rules(), given)
    assert (finding.code, finding.blocks) == (code, False)


def nominees(count: int) -> tuple[Nominee, ...]:
    return tuple(a_nominee(id=f"n{i}") for i in range(count))


@pytest.mark.rule("P13")
@pytest.mark.parametrize(
    ("limit", "over_campaign", "here", "used", "code", "blocks"),
    [
        (None, True, 99, {}, "quota_open", False),
        (10, True, 10, {}, "quota_kept", False),
        (10, True, 11, {}, "quota_exceeded_here", False),
        (10, True, 1, {NomineeKind.COLLECTIVE: 10}, "quota_kept", False),
        (10, True, 1, {NomineeKind.COLLECTIVE: 11}, "quota_exceeded", True),
        (10, True, 1, {NomineeKind.INDIVIDUAL: 99}, "quota_kept", False),
        (2, False, 3, {}, "quota_exceeded_here", True),
        (2, False, 2, {NomineeKind.COLLECTIVE: 99}, "quota_kept", False),
        (0, True, 0, {}, "quota_kept", False),
    ],
)
def test_the_quota_stops_the_list_and_warns_the_unit(
    limit: int | None, here: int, used: dict[NomineeKind, int], code: str, *, over_campaign: bool, blocks: bool
) -> None:
    clause = Clause(NomineeKind.COLLECTIVE, CITE, limit=limit, over_campaign=over_campaign)
    given = facts(nominees=nominees(here), quota_used=used, documents=())
    finding = only(CheckKind.QUOTA, rules(clauses=(clause,)), given)
    assert (finding.code, finding.blocks) == (code, blocks)


@pytest.mark.rule("P18")
@pytest.mark.parametrize(
    ("day", "refuse", "code", "blocks"),
    [
        (date(2026, 1, 9), True, "deadline_kept", False),
        (date(2026, 1, 10), True, "late_refused", True),
        (date(2026, 1, 10), False, "late_flagged", False),
        (date(2026, 2, 1), False, "late_flagged", False),
    ],
)
def test_before_the_tenth_excludes_the_tenth(day: date, code: str, *, refuse: bool, blocks: bool) -> None:
    deadline = Deadline("gui", date(2026, 1, 10), refuse=refuse, cite=CITE)
    finding = only(CheckKind.IN_TIME, rules(deadline=deadline), facts(day=day))
    assert (finding.code, finding.blocks, finding.rule_id) == (code, blocks, "P18")


def test_a_scheme_without_a_day_has_no_finding_about_time() -> None:
    assert found(CheckKind.IN_TIME, rules(), facts()) == []


@pytest.mark.rule("P15")
@pytest.mark.parametrize(
    ("met_on", "code"),
    [
        (date(2026, 1, 1), "council_met"),
        (date(2025, 12, 31), "council_too_early"),
        (None, "council_day_unknown"),
    ],
)
def test_the_council_meets_once_the_period_is_over(met_on: date | None, code: str) -> None:
    council = CouncilRule(CITE, not_before=date(2026, 1, 1))
    finding = only(CheckKind.COUNCIL_MET, rules(council=council), facts(council_met_on=met_on))
    assert (finding.code, finding.blocks) == (code, False)


@pytest.mark.parametrize(
    ("members", "percent", "least"),
    [(7, 90, 7), (7, 80, 6), (9, 90, 9), (9, 80, 8), (11, 90, 10), (11, 80, 9), (15, 90, 14), (15, 80, 12),
     (22, 90, 20), (22, 80, 18), (10, 90, 9), (1, 90, 1)],
)  # fmt: skip
def test_votes_are_counted_over_all_members_in_whole_numbers(members: int, percent: int, least: int) -> None:
    with_vote = rules(vote=Vote(percent, CITE))
    for votes, code in ((least, "votes_enough"), (least - 1, "votes_short")):
        given = facts(nominees=(a_nominee(votes_for=votes),), council_members=members)
        assert only(CheckKind.VOTES, with_vote, given).code == code


@pytest.mark.parametrize(
    ("votes", "members", "weight", "code", "blocks"),
    [
        (None, 9, Weight.BLOCK, "votes_unknown", True),
        (9, None, Weight.BLOCK, "votes_unknown", True),
        (None, 9, Weight.WARN, "votes_unknown", False),
        (10, 9, Weight.BLOCK, "votes_impossible", True),
        (-1, 9, Weight.BLOCK, "votes_impossible", True),
    ],
)
def test_votes_that_are_unknown_or_cannot_be_are_for_the_council_to_mend(
    votes: int | None, members: int | None, weight: Weight, code: str, *, blocks: bool
) -> None:
    given = facts(nominees=(a_nominee(votes_for=votes),), council_members=members)
    finding = only(CheckKind.VOTES, rules(vote=Vote(90, CITE, weight)), given)
    assert (finding.code, finding.blocks, finding.who_can_fix) == (code, blocks, Fixer.COUNCIL)
    assert finding.severity is (Severity.BLOCKING if blocks else Severity.WARNING)
