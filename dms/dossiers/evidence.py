"""Typed evidence for the criteria of a nominee, year by year, and the further criteria of the head (P07, P09-P11)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from dms.audit import record
from dms.campaigns import service as campaigns
from dms.campaigns.spec import Scheme, Statement
from dms.campaigns.vocabulary import CriterionKind, NomineeKind, TaskLevel
from dms.dossiers import scoring, service, summary
from dms.dossiers.guards import ensure_editable
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier, Nominee, PlanResult, TaskResult, YearStatement
from dms.dossiers.nominees import get_nominee
from dms.dossiers.reopening import ensure_data_open
from dms.errors import Invalid
from dms.policy import Actor
from dms.text import clean

_HIGHEST = Decimal(100)
R = TypeVar("R", PlanResult, TaskResult, YearStatement)


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """How much of a year's plan was carried out; a percent of None takes the year out."""

    year: int
    percent: Decimal | None
    on_schedule: bool | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """How well a year's tasks were done; a level of None takes the year out."""

    year: int
    level: TaskLevel | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class YearEntry:
    """Whether a criterion that is asked year by year was reached in a year; None takes the year out."""

    criterion_id: str
    year: int
    reached: bool | None
    paper_number: str = ""
    paper_issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that a clerk enters for the criteria of one nominee besides scores and plain statements."""

    plans: Sequence[PlanEntry] = ()
    tasks: Sequence[TaskEntry] = ()
    statements: Sequence[YearEntry] = ()


def record_evidence(session: Session, nominee_id: UUID, evidence: Evidence, *, by: Actor, now: datetime) -> Nominee:
    """Write the evidence of years.

    Raises Invalid("score_year_unknown", "plan_out_of_range", "criterion_unknown", "year_paper_half", "source_missing").
    """
    nominee, dossier = _editable(session, nominee_id, by=by, now=now)
    years = campaigns.spec_of(dossier.revision).years
    _ensure_evidence(evidence, years, campaigns.scheme_of(dossier.revision, dossier.scheme_code), nominee.kind)
    _keep_plans(session, nominee, evidence.plans)
    _keep_tasks(session, nominee, evidence.tasks)
    _keep_statements(session, nominee, evidence.statements)
    session.flush()
    session.expire(nominee, ["evidence"])
    told = {
        "nominee": nominee.id,
        "plans": {str(each.year): _shown(each.percent) for each in evidence.plans},
        "tasks": {str(each.year): each.level.value if each.level else None for each in evidence.tasks},
        "statements": {f"{each.criterion_id}:{each.year}": each.reached for each in evidence.statements},
    }
    record(session, trail_of(dossier), "dossier:nominee:evidence", by=by, now=now, **told)
    summary.refresh(session, dossier, now=now)
    return nominee


def choose_field(session: Session, nominee_id: UUID, field_key: str | None, *, by: Actor, now: datetime) -> Nominee:
    """Say for which of the unit's scores an individual answers; its official scores follow at once (P09, P11)."""
    nominee, dossier = _editable(session, nominee_id, by=by, now=now)
    if nominee.kind is NomineeKind.INDIVIDUAL and nominee.score_field != field_key:
        nominee.score_field = field_key
        told = {"nominee": nominee.id, "field": field_key}
        record(session, trail_of(dossier), "dossier:nominee:field", by=by, now=now, **told)
    if scoring.take(session, dossier, [nominee], now=now):
        summary.refresh(session, dossier, now=now)
    return nominee


def set_head_criteria(
    session: Session,
    dossier_id: UUID,
    texts: Sequence[str],
    *,
    by: Actor,
    now: datetime,
    paper_number: str = "",
    paper_issued_on: date | None = None,
) -> Dossier:
    """Write the further criteria that the head set, or none of them (P07, P09).

    Raises Invalid("head_criteria_not_allowed") where the scheme gives no room for them, "head_paper_missing" where
    criteria come without the paper that sets them.
    """
    dossier = service.get(session, dossier_id, by=by)
    ensure_editable(dossier, by)
    ensure_data_open(session, dossier, now=now)
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    if not any(criterion.kind is CriterionKind.HEAD_DEFINED for criterion in scheme.criteria):
        raise Invalid("head_criteria_not_allowed")
    kept = [text for each in texts if (text := clean(each))]
    if kept and not (clean(paper_number) and paper_issued_on):
        raise Invalid("head_paper_missing", field="paper_number")
    day = paper_issued_on.isoformat() if paper_issued_on else ""
    dossier.head_criteria = {"texts": kept, "paper_number": clean(paper_number), "paper_issued_on": day}
    record(session, trail_of(dossier), "dossier:head:criteria", by=by, now=now, texts=kept, paper=paper_number)
    summary.refresh(session, dossier, now=now)
    return dossier


# --- guards


def _editable(session: Session, nominee_id: UUID, *, by: Actor, now: datetime) -> tuple[Nominee, Dossier]:
    nominee = get_nominee(session, nominee_id, by=by)
    dossier = service.get(session, nominee.dossier_id, by=by)
    ensure_editable(dossier, by)
    ensure_data_open(session, dossier, nominee.id, now=now)
    return nominee, dossier


def _ensure_evidence(evidence: Evidence, years: Sequence[int], scheme: Scheme, kind: NomineeKind) -> None:
    told = [each.year for entries in (evidence.plans, evidence.tasks, evidence.statements) for each in entries]
    for year in told:
        if year not in years:
            raise Invalid("score_year_unknown", year=year, years=list(years))
    for plan in evidence.plans:
        if plan.percent is not None and not 0 <= plan.percent <= _HIGHEST:
            raise Invalid("plan_out_of_range", year=plan.year, percent=plan.percent)
    for task in evidence.tasks:
        if task.level is not None and not clean(task.source):
            raise Invalid("source_missing", year=task.year)
    asked = {each.id for each in scheme.criteria if isinstance(each, Statement) and each.nominee_kind is kind}
    for statement in evidence.statements:
        _ensure_statement(statement, asked)


def _ensure_statement(statement: YearEntry, asked: Collection[str]) -> None:
    if statement.criterion_id not in asked:
        raise Invalid("criterion_unknown", criterion=statement.criterion_id)
    if bool(clean(statement.paper_number)) is not bool(statement.paper_issued_on):
        raise Invalid("year_paper_half", year=statement.year)


# --- rows


def _keep_plans(session: Session, nominee: Nominee, entries: Sequence[PlanEntry]) -> None:
    held = {row.year: row for row in nominee.plan_results}
    for each in entries:
        fresh = PlanResult(nominee_id=nominee.id, year=each.year)
        row = _row(session, held.get(each.year), fresh, each.percent)
        if row is not None and each.percent is not None:
            row.percent, row.on_schedule, row.source = each.percent, each.on_schedule, clean(each.source)


def _keep_tasks(session: Session, nominee: Nominee, entries: Sequence[TaskEntry]) -> None:
    held = {row.year: row for row in nominee.task_results}
    for each in entries:
        row = _row(session, held.get(each.year), TaskResult(nominee_id=nominee.id, year=each.year), each.level)
        if row is not None and each.level is not None:
            row.level, row.source = each.level, clean(each.source)


def _keep_statements(session: Session, nominee: Nominee, entries: Sequence[YearEntry]) -> None:
    held = {(row.criterion_id, row.year): row for row in nominee.year_statements}
    for each in entries:
        fresh = YearStatement(nominee_id=nominee.id, criterion_id=each.criterion_id, year=each.year)
        row = _row(session, held.get((each.criterion_id, each.year)), fresh, each.reached)
        if row is not None and each.reached is not None:
            row.reached, row.paper_number = each.reached, clean(each.paper_number)
            row.paper_issued_on = each.paper_issued_on


def _row(session: Session, held: R | None, fresh: R, value: object) -> R | None:
    """The row to write to: the one there is, or the fresh one; a value of None takes the row away."""
    if value is None:
        if held is not None:
            session.delete(held)
        return None
    if held is None:
        session.add(fresh)
    return held or fresh


def _shown(percent: Decimal | None) -> str | None:
    return None if percent is None else str(percent)
