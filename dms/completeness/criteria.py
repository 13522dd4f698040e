"""Checks of the criteria: each kind of criterion against the evidence of one nominee.

Evidence that is not there is not proven, never a silent no; what the appraiser has decided stands (domain rule: a
person decides the third verdict).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dms.completeness.model import (
    Attestation,
    CheckKind,
    Criterion,
    Facts,
    Finding,
    Fixer,
    Nominee,
    Place,
    Rules,
    Severity,
    Subject,
    SubjectKind,
    TaskLevel,
    Verdict,
    Weight,
    YearStatement,
)
from dms.completeness.pieces import Outcome, broken, finding, met, nominees_in_order, unproven

Years = tuple[int, ...]
Judge = Callable[[Criterion, Nominee, Years, Facts], Outcome]
_LEVELS = list(TaskLevel)
_WAITING = frozenset({"unit_attested", "year_without_paper"})
"""What the unit has said and the appraiser has still to confirm."""


def years_judged(rules: Rules, facts: Facts) -> Years:
    """A yearly scheme judges the dossier's year, or the only one; another all years that the campaign covers."""
    if not rules.yearly:
        return rules.years
    return (facts.year,) if facts.year is not None else rules.years[-1:]


def index_score(criterion: Criterion, nominee: Nominee, years: Years, _facts: Facts) -> Outcome:
    """The score reaches the least percent in enough of the years; exactly the least is enough (P07, P09-P11)."""
    states = {year: _year_reached(criterion, nominee, year) for year in years}
    good = [year for year, state in states.items() if state is True]
    open_ = [year for year, state in states.items() if state is None]
    params: dict[str, Any] = {
        "percent": criterion.percent,
        "needed": criterion.years_at_least,
        "good": _list(good),
        "open": _list(open_),
        "inherited": _inherited(nominee, years),
    }
    if len(good) >= criterion.years_at_least:
        return met("score_reached", **params)
    if len(good) + len(open_) >= criterion.years_at_least:
        return unproven("score_not_proven", **params)
    return broken("score_short", **params)


def _inherited(nominee: Nominee, years: Years) -> str:
    """The years whose score is that of an earlier unit, with its name."""
    return "; ".join(sorted({f"{each.year}: {each.of}" for each in nominee.scores if each.of and each.year in years}))


def _year_reached(criterion: Criterion, nominee: Nominee, year: int) -> bool | None:
    """Whether a year counts; None while no approved score says so, or two of them disagree."""
    found = {
        score.percent >= criterion.percent
        for score in nominee.scores
        if score.year == year and (score.approved_by or not criterion.approved)
    }
    return found.pop() if len(found) == 1 else None


def plan_completed(criterion: Criterion, nominee: Nominee, years: Years, _facts: Facts) -> Outcome:
    """The plan of every year judged was carried out on schedule; without figures the unit attests (P07, P09-P11)."""
    results = [result for result in nominee.plan_results if result.year in years]
    short = sorted({r.year for r in results if r.percent < criterion.percent or r.on_schedule is False})
    if short:
        return broken("plan_short", percent=criterion.percent, years=_list(short))
    proven = {r.year for r in results if r.on_schedule}
    open_ = [year for year in years if year not in proven]
    if not open_:
        return met("plan_completed", percent=criterion.percent, years=_list(years))
    return _attested(criterion, nominee) or unproven("plan_not_proven", percent=criterion.percent, years=_list(open_))


def task_level(criterion: Criterion, nominee: Nominee, years: Years, _facts: Facts) -> Outcome:
    """Tasks were done at the level or better in every year judged, by named papers or as the unit attests."""
    results = [result for result in nominee.task_results if result.year in years]
    level = criterion.level.value
    low = sorted({r.year for r in results if _LEVELS.index(r.level) < _LEVELS.index(criterion.level)})
    if low:
        return broken("tasks_below", level=level, years=_list(low))
    open_ = [year for year in years if year not in {r.year for r in results}]
    if not open_:
        return met("tasks_done", level=level, years=_list(years))
    return _attested(criterion, nominee) or unproven("tasks_not_proven", level=level, years=_list(open_))


def statement(criterion: Criterion, nominee: Nominee, years: Years, _facts: Facts) -> Outcome:
    """The unit attests it, for each year where that is asked; a named paper proves a year (P10).

    The appraiser's confirmation is laid over every kind in ``judge``.
    """
    if not criterion.every_year:
        return _attested(criterion, nominee) or unproven("statement_missing")
    said = [each for each in nominee.year_statements if each.criterion == criterion.id and each.year in years]
    failed = sorted({each.year for each in said if not each.reached})
    if failed:
        return broken("year_denied", years=_list(failed))
    silent = [year for year in years if year not in {each.year for each in said}]
    if silent:
        return _attested(criterion, nominee) or unproven("year_statement_missing", years=_list(silent))
    bare = [year for year in years if year not in {each.year for each in said if each.paper}]
    if bare:
        return unproven("year_without_paper", Fixer.APPRAISER, severity=Severity.INFO, years=_list(bare))
    return met("year_papers_named", papers="; ".join(_papers(said)))


def head_defined(criterion: Criterion, nominee: Nominee, _years: Years, facts: Facts) -> Outcome:
    """Further criteria that the head set (P07, P09): none, or attested together."""
    if facts.head_criteria == ():
        return met("head_set_none")
    texts = "; ".join(facts.head_criteria or ())
    return _attested(criterion, nominee) or unproven("head_criteria_open", Fixer.HEAD, texts=texts)


JUDGES: dict[CheckKind, Judge] = {
    CheckKind.INDEX_SCORE: index_score,
    CheckKind.PLAN_COMPLETED: plan_completed,
    CheckKind.TASK_LEVEL: task_level,
    CheckKind.STATEMENT: statement,
    CheckKind.HEAD_DEFINED: head_defined,
}


def of_criteria(kind: CheckKind) -> Callable[[Rules, Facts], Iterator[Finding]]:
    """The check of a kind of criterion over every nominee that it judges."""

    def check(rules: Rules, facts: Facts) -> Iterator[Finding]:
        years = years_judged(rules, facts)
        for nominee in nominees_in_order(facts):
            for criterion in rules.criteria:
                if criterion.kind is kind and criterion.nominee_kind is nominee.kind:
                    yield _bind(criterion, nominee, judge(criterion, nominee, years, facts))

    return check


def judge(criterion: Criterion, nominee: Nominee, years: Years, facts: Facts) -> Outcome:
    """The verdict by evidence; where that proves nothing, the appraiser's decision, if there is one."""
    outcome = JUDGES[criterion.kind](criterion, nominee, years, facts)
    decided = _attestation(criterion, nominee).by_appraiser
    if outcome.verdict is not Verdict.NOT_PROVEN or decided is None:
        return _weighed(criterion, outcome)
    return met("appraiser_confirmed") if decided else _weighed(criterion, broken("appraiser_denied", Fixer.APPRAISER))


def _weighed(criterion: Criterion, outcome: Outcome) -> Outcome:
    """Stop or warn as the file says; a word of the unit that waits for the appraiser only informs."""
    if outcome.verdict is Verdict.MET or outcome.code in _WAITING:
        return outcome
    weight = criterion.when_not_met if outcome.verdict is Verdict.NOT_MET else criterion.when_not_proven
    severity = Severity.BLOCKING if weight is Weight.BLOCK else Severity.WARNING
    return Outcome(outcome.code, outcome.verdict, severity, outcome.fixer, outcome.params)


def _attested(criterion: Criterion, nominee: Nominee) -> Outcome | None:
    """What the unit says: a yes waits for the appraiser, a no is a no, silence says nothing."""
    word = _attestation(criterion, nominee).by_unit
    if word is None:
        return None
    return unproven("unit_attested", Fixer.APPRAISER, severity=Severity.INFO) if word else broken("unit_denied")


def _attestation(criterion: Criterion, nominee: Nominee) -> Attestation:
    words = sorted((a for a in nominee.attestations if a.criterion == criterion.id), key=repr)
    return words[0] if words else Attestation(criterion.id)


def _bind(criterion: Criterion, nominee: Nominee, outcome: Outcome) -> Finding:
    params: dict[str, Any] = {**dict(outcome.params), "nominee": nominee.name, "text": criterion.text}
    worded = Outcome(outcome.code, outcome.verdict, outcome.severity, outcome.fixer, tuple(params.items()))
    place = Place(nominee=nominee.id, field=f"criterion:{criterion.id}")
    subject = Subject(SubjectKind.NOMINEE, nominee.id)
    return finding(criterion.kind, criterion.cite, worded, subject=subject, place=place)


def _papers(said: Iterable[YearStatement]) -> list[str]:
    """Each year with its paper, in order."""
    return sorted({f"{each.year}: {each.paper}" for each in said})


def _list(years: list[int] | Years) -> str:
    return ", ".join(map(str, years))
