"""Criteria: exact at the edges, and never a silent no for evidence that is not there."""

from decimal import Decimal

import pytest

from dms.completeness.model import (
    Attestation,
    CheckKind,
    Fixer,
    PlanResult,
    Score,
    Severity,
    TaskLevel,
    TaskResult,
    Verdict,
    Weight,
)
from tests.dms.completeness.samples import a_criterion, a_nominee, judged

TWO_YEARS = a_criterion(CheckKind.INDEX_SCORE, percent=Decimal(90), years_at_least=2, approved=True)
ONE_YEAR = a_criterion(CheckKind.INDEX_SCORE, percent=Decimal(90))
MET, NOT_MET, NOT_PROVEN = Verdict.MET, Verdict.NOT_MET, Verdict.NOT_PROVEN


def approved(**by_year: str) -> tuple[Score, ...]:
    return tuple(Score(int(year[1:]), Decimal(percent), "QĐ 12/QĐ-UBND") for year, percent in by_year.items())


@pytest.mark.rule("P10")
@pytest.mark.rule("P11")
@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        (approved(y2023="90", y2024="90"), MET),
        (approved(y2023="90.00", y2024="89.99", y2025="90"), MET),
        (approved(y2023="95", y2024="96", y2025="97"), MET),
        (approved(y2023="89.99", y2024="89.99", y2025="99"), NOT_MET),
        (approved(y2023="89.99", y2024="89.99"), NOT_MET),
        (approved(y2023="90", y2024="89.99"), NOT_PROVEN),
        (approved(y2023="95"), NOT_PROVEN),
        ((), NOT_PROVEN),
        ((*approved(y2023="95"), Score(2024, Decimal(95))), NOT_PROVEN),
        ((*approved(y2023="95", y2025="80"), Score(2024, Decimal(80))), NOT_PROVEN),
        (approved(y2022="95", y2023="95"), NOT_PROVEN),
        ((*approved(y2023="95", y2024="95"), *approved(y2023="80")), NOT_PROVEN),
        ((*approved(y2023="95", y2024="95"), *approved(y2023="91")), MET),
    ],
)
def test_two_of_three_years_are_counted_exactly(scores: tuple[Score, ...], verdict: Verdict) -> None:
    assert judged(TWO_YEARS, a_nominee(scores=scores)).verdict is verdict


@pytest.mark.rule("P07")
@pytest.mark.rule("P09")
@pytest.mark.parametrize(("year", "verdict"), [(2024, MET), (2025, NOT_PROVEN), (None, NOT_PROVEN)])
def test_a_yearly_scheme_judges_the_year_of_the_dossier(year: int | None, verdict: Verdict) -> None:
    nominee = a_nominee(scores=(Score(2024, Decimal(90)),))
    assert judged(ONE_YEAR, nominee, yearly=True, year=year).verdict is verdict


def test_a_score_that_needs_no_approval_counts_without_a_paper() -> None:
    assert judged(ONE_YEAR, a_nominee(scores=(Score(2024, Decimal(90)),))).verdict is MET


def test_a_short_score_says_which_years_counted() -> None:
    finding = judged(TWO_YEARS, a_nominee(scores=approved(y2023="80", y2024="80", y2025="99")))
    assert (finding.params["good"], finding.params["open"], finding.params["needed"]) == ("2025", "", 2)
    assert finding.place.field == "criterion:c1"
    assert finding.blocks


def plan(**by_year: str) -> tuple[PlanResult, ...]:
    return tuple(PlanResult(int(year[1:]), Decimal(percent)) for year, percent in by_year.items())


@pytest.mark.rule("P07")
@pytest.mark.rule("P10")
@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        (plan(y2023="100", y2024="100", y2025="100"), MET),
        (plan(y2023="100", y2024="99.99", y2025="100"), NOT_MET),
        (plan(y2023="100", y2024="100"), NOT_PROVEN),
        (plan(y2022="10"), NOT_PROVEN),
        ((*plan(y2023="100", y2024="100"), PlanResult(2025, Decimal(100), on_schedule=False)), NOT_MET),
        ((*plan(y2023="100", y2024="100"), PlanResult(2025, Decimal(100), on_schedule=None)), NOT_PROVEN),
    ],
)
def test_the_whole_plan_of_every_year_on_schedule(results: tuple[PlanResult, ...], verdict: Verdict) -> None:
    criterion = a_criterion(CheckKind.PLAN_COMPLETED, percent=Decimal(100))
    assert judged(criterion, a_nominee(plan_results=results)).verdict is verdict


@pytest.mark.parametrize(
    ("levels", "verdict"),
    [
        ((TaskLevel.EXCELLENT,) * 3, MET),
        ((TaskLevel.EXCELLENT, TaskLevel.GOOD, TaskLevel.EXCELLENT), NOT_MET),
        ((TaskLevel.EXCELLENT,) * 2, NOT_PROVEN),
        ((), NOT_PROVEN),
    ],
)
def test_tasks_are_done_excellently_in_every_year(levels: tuple[TaskLevel, ...], verdict: Verdict) -> None:
    results = tuple(TaskResult(year, level) for year, level in zip((2023, 2024, 2025), levels, strict=False))
    criterion = a_criterion(CheckKind.TASK_LEVEL, level=TaskLevel.EXCELLENT)
    assert judged(criterion, a_nominee(task_results=results)).verdict is verdict


@pytest.mark.parametrize("kind", [CheckKind.STATEMENT, CheckKind.PLAN_COMPLETED, CheckKind.TASK_LEVEL])
@pytest.mark.parametrize(
    ("by_unit", "by_appraiser", "code", "severity", "fixer"),
    [
        (True, None, "unit_attested", Severity.INFO, Fixer.APPRAISER),
        (False, None, "unit_denied", Severity.BLOCKING, Fixer.CLERK),
        (True, True, "appraiser_confirmed", Severity.INFO, Fixer.CLERK),
        (None, True, "appraiser_confirmed", Severity.INFO, Fixer.CLERK),
        (True, False, "appraiser_denied", Severity.BLOCKING, Fixer.APPRAISER),
    ],
)
def test_the_unit_attests_and_the_appraiser_decides(
    kind: CheckKind,
    code: str,
    severity: Severity,
    fixer: Fixer,
    *,
    by_unit: bool | None,
    by_appraiser: bool | None,
) -> None:
    word = Attestation("c1", by_unit=by_unit, by_appraiser=by_appraiser)
    finding = judged(a_criterion(kind), a_nominee(attestations=(word,)))
    assert (finding.code, finding.severity, finding.who_can_fix) == (code, severity, fixer)


def test_a_word_about_another_criterion_says_nothing() -> None:
    word = Attestation("c2", by_unit=True, by_appraiser=True)
    assert judged(a_criterion(CheckKind.STATEMENT), a_nominee(attestations=(word,))).code == "statement_missing"


def test_figures_that_prove_a_no_are_not_overruled_by_a_word() -> None:
    word = Attestation("c1", by_unit=True, by_appraiser=True)
    scores = approved(y2023="80", y2024="80", y2025="80")
    assert judged(TWO_YEARS, a_nominee(scores=scores, attestations=(word,))).verdict is NOT_MET


@pytest.mark.parametrize(
    ("weight", "word", "blocks"),
    [
        (Weight.WARN, (), False),
        (Weight.BLOCK, (), True),
        (Weight.BLOCK, (Attestation("c1", by_unit=True),), False),
    ],
)
def test_what_is_not_proven_blocks_only_where_the_file_says_so_and_the_unit_is_silent(
    weight: Weight, word: tuple[Attestation, ...], *, blocks: bool
) -> None:
    criterion = a_criterion(CheckKind.STATEMENT, when_not_proven=weight)
    finding = judged(criterion, a_nominee(attestations=word))
    assert (finding.verdict, finding.blocks) == (NOT_PROVEN, blocks)


def test_what_is_not_met_only_warns_where_the_file_says_so() -> None:
    criterion = a_criterion(CheckKind.STATEMENT, when_not_met=Weight.WARN)
    finding = judged(criterion, a_nominee(attestations=(Attestation("c1", by_unit=False),)))
    assert (finding.verdict, finding.blocks) == (NOT_MET, False)


@pytest.mark.rule("P07")
@pytest.mark.rule("P09")
@pytest.mark.parametrize(
    ("texts", "word", "code"),
    [
        ((), (), "head_set_none"),
        (None, (), "head_criteria_open"),
        (("Có sáng kiến",), (), "head_criteria_open"),
        (("Có sáng kiến",), (Attestation("c1", by_unit=True),), "unit_attested"),
        (("Có sáng kiến",), (Attestation("c1", by_appraiser=True),), "appraiser_confirmed"),
    ],
)
def test_the_heads_further_criteria_are_none_open_or_attested(
    texts: tuple[str, ...] | None, word: tuple[Attestation, ...], code: str
) -> None:
    finding = judged(a_criterion(CheckKind.HEAD_DEFINED), a_nominee(attestations=word), head_criteria=texts)
    assert finding.code == code
