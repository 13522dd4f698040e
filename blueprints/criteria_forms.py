"""The forms of the criteria of one nominee: scores, results and statements by year, the head's further criteria."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField

from blueprints import labels
from blueprints.dossier_forms import PercentField
from blueprints.forms import ChoiceField, DayField, ParagraphField, TextField, at_most, between, optional
from dms.campaigns.spec import Criterion
from dms.campaigns.spec import Statement as StatementSpec
from dms.campaigns.vocabulary import CriterionKind, TaskLevel
from dms.dossiers.evidence import Evidence, PlanEntry, TaskEntry, YearEntry
from dms.dossiers.facts import NO, YES
from dms.dossiers.models import Attestation, Dossier, IndexScore, Nominee
from dms.dossiers.nominees import ScoreEntry, Statement

_WORDS = {"": None, YES: True, NO: False}
_OWN = "-"  # the value of “typed by the unit itself” in the list of fields; a field's key is never this


class ScoreRow(Form):
    """The index score of one year, where no official one is known."""

    year = HiddenField()
    score = PercentField(_l("Score (%)"), [optional(), between(0, 100)])
    approved_by = TextField(_l("Approved by"), [optional(), at_most(300)])


class PlanRow(Form):
    """How much of one year's plan was carried out."""

    year = HiddenField()
    percent = PercentField(_l("Carried out (%)"), [optional(), between(0, 100)])
    on_schedule = ChoiceField(_l("On schedule"), [optional()])
    source = TextField(_l("Shown by"), [optional(), at_most(300)])


class TaskRow(Form):
    """How well one year's tasks were done."""

    year = HiddenField()
    level = ChoiceField(_p("task", "Level"), [optional()])
    source = TextField(_l("By which paper"), [optional(), at_most(300)])


class YearRow(Form):
    """Whether a criterion was reached in one year."""

    criterion = HiddenField()
    year = HiddenField()
    reached = ChoiceField(_l("Statement"), [optional()])
    paper_number = TextField(_l("Number of the paper"), [optional(), at_most(60)])
    paper_issued_on = DayField(_l("Its day"), [optional()])


class StatementRow(Form):
    """What the unit states on one criterion."""

    criterion = HiddenField()
    value = ChoiceField(_l("Statement"), [optional()])
    note = TextField(_l("How it was reached, proof"), [optional(), at_most(1000)])


class CriteriaForm(FlaskForm):
    """Everything that a clerk enters for the criteria of one nominee."""

    score_field = ChoiceField(
        _l("Field in charge"), [optional()], description=_l("Its official scores are taken by themselves.")
    )
    scores = FieldList(FormField(ScoreRow))
    plans = FieldList(FormField(PlanRow))
    tasks = FieldList(FormField(TaskRow))
    years = FieldList(FormField(YearRow))
    statements = FieldList(FormField(StatementRow))

    @property
    def field_chosen(self) -> str | None:
        """The key of the field in charge; None where the unit types the scores itself."""
        return None if self.score_field.data in (None, _OWN) else self.score_field.data

    def score_entries(self) -> list[ScoreEntry]:
        """The scores as typed; an empty one takes the year out."""
        rows = [row.form for row in self.scores]
        return [ScoreEntry(int(row.year.data), row.score.data, row.approved_by.data or "") for row in rows]

    def stated(self) -> list[Statement]:
        """The statements as typed."""
        rows = [row.form for row in self.statements]
        return [Statement(row.criterion.data, row.value.data or "", row.note.data or "") for row in rows]

    def evidence(self) -> Evidence:
        """The results and statements of years as typed."""
        return Evidence(
            plans=[
                PlanEntry(int(r.year.data), r.percent.data, _WORDS.get(r.on_schedule.data or ""), r.source.data or "")
                for r in (row.form for row in self.plans)
            ],
            tasks=[
                TaskEntry(int(r.year.data), TaskLevel(r.level.data) if r.level.data else None, r.source.data or "")
                for r in (row.form for row in self.tasks)
            ],
            statements=[_year_entry(row.form) for row in self.years],
        )


class HeadCriteriaForm(FlaskForm):
    """The further criteria of the head."""

    none = BooleanField(_l("The head set no further criteria"))
    texts = ParagraphField(_l("Further criteria, one on each line"), [optional(), at_most(4000)])
    paper_number = TextField(_l("Number of the paper that sets them"), [optional(), at_most(60)])
    paper_issued_on = DayField(_l("Its day"), [optional()])

    def lines(self) -> list[str]:
        """The criteria as typed."""
        return [] if self.none.data else (self.texts.data or "").splitlines()


def head_form(dossier: Dossier) -> HeadCriteriaForm:
    """The form with what is known."""
    known = dossier.head_criteria or {}
    day = known.get("paper_issued_on")
    return HeadCriteriaForm(
        data={
            "none": bool(known) and not known["texts"],
            "texts": "\n".join(known.get("texts", ())),
            "paper_number": known.get("paper_number", ""),
            "paper_issued_on": date.fromisoformat(day) if day else None,
        }
    )


def criteria_form(
    years: Sequence[int], asked: Sequence[Criterion], nominee: Nominee, fields: Sequence[tuple[str, str]]
) -> CriteriaForm:
    """The form with a row for each year of each figure, and for each criterion that a person states."""
    form = CriteriaForm(data=_known(years, asked, nominee))
    whole = [("", _("The whole unit")), *fields]
    form.score_field.choices = [(_OWN, _("– the unit types the scores itself –")), *whole]
    by_id = {criterion.id: criterion for criterion in asked}
    for row in form.statements:
        row.form.value.choices = _answers(by_id[row.form.criterion.data])
    for row in form.plans:
        row.form.on_schedule.choices = _yes_or_no(_("On schedule"), _("Late"))
    for row in form.tasks:
        row.form.level.choices = [("", _("– not stated –")), *labels.choices(TaskLevel)]
    for row in form.years:
        row.form.reached.choices = _yes_or_no(_("Reached"), _("Not reached"))
    return form


def plain(asked: Sequence[Criterion]) -> list[Criterion]:
    """The criteria that are stated once, not measured or asked year by year."""
    return [each for each in asked if each.kind is not CriterionKind.INDEX_SCORE and each not in yearly(asked)]


def yearly(asked: Sequence[Criterion]) -> list[Criterion]:
    """The statements that are asked year by year."""
    return [each for each in asked if isinstance(each, StatementSpec) and each.every_year]


def _known(years: Sequence[int], asked: Sequence[Criterion], nominee: Nominee) -> dict[str, Any]:
    official = {score.year for score in nominee.scores if score.is_official}
    scores = {score.year: score for score in nominee.scores}
    words = {attestation.criterion_id: attestation for attestation in nominee.attestations}
    kinds = {each.kind for each in asked}
    plans = {row.year: row for row in nominee.plan_results}
    tasks = {row.year: row for row in nominee.task_results}
    stated = {(row.criterion_id, row.year): row for row in nominee.year_statements}
    return {
        "score_field": _OWN if nominee.score_field is None else nominee.score_field,
        "scores": [_score_row(year, scores.get(year)) for year in years if year not in official],
        "plans": [_plan_row(year, plans.get(year)) for year in years if CriterionKind.PLAN_COMPLETED in kinds],
        "tasks": [_task_row(year, tasks.get(year)) for year in years if CriterionKind.TASK_LEVEL in kinds],
        "years": [_year_row(each.id, year, stated.get((each.id, year))) for each in yearly(asked) for year in years],
        "statements": [_statement_row(each.id, words.get(each.id)) for each in plain(asked)],
    }


def _score_row(year: int, score: IndexScore | None) -> dict[str, Any]:
    return {
        "year": str(year),
        "score": score.score if score else None,
        "approved_by": score.approved_by if score else "",
    }


def _plan_row(year: int, row: Any) -> dict[str, Any]:
    if row is None:
        return {"year": str(year), "percent": None, "on_schedule": "", "source": ""}
    return {"year": str(year), "percent": row.percent, "on_schedule": _word(row.on_schedule), "source": row.source}


def _task_row(year: int, row: Any) -> dict[str, Any]:
    return {"year": str(year), "level": row.level.value if row else "", "source": row.source if row else ""}


def _year_row(criterion: str, year: int, row: Any) -> dict[str, Any]:
    return {
        "criterion": criterion,
        "year": str(year),
        "reached": _word(row.reached) if row else "",
        "paper_number": row.paper_number or "" if row else "",
        "paper_issued_on": row.paper_issued_on if row else None,
    }


def _statement_row(criterion: str, word: Attestation | None) -> dict[str, Any]:
    return {"criterion": criterion, "value": word.value if word else "", "note": word.note if word else ""}


def _year_entry(row: YearRow) -> YearEntry:
    words = row.paper_number.data or ""
    reached = _WORDS.get(row.reached.data or "")
    return YearEntry(row.criterion.data, int(row.year.data), reached, words, row.paper_issued_on.data)


def _word(value: bool | None) -> str:
    return {True: YES, False: NO, None: ""}[value]


def _yes_or_no(yes: str, no: str) -> list[tuple[str, str]]:
    return [("", _("– not stated –")), (YES, yes), (NO, no)]


def _answers(criterion: Criterion) -> list[tuple[str, Any]]:
    if criterion.kind is CriterionKind.TASK_LEVEL:
        return [("", _("– not stated –")), *labels.choices(TaskLevel)]
    return _yes_or_no(_("Reached"), _("Not reached"))
