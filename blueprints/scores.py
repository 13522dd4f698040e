"""The screens of index scores: a year's scores, a unit's history with its chart, imports with preview and undo."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from blueprints import charts, scores_words
from blueprints.charts import Chart
from blueprints.extensions import db
from blueprints.forms import refusals_on
from blueprints.scores_forms import ImportForm
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock
from dms.people import service as people
from dms.policy import Permission, allows, require
from dms.scores import imports, service
from dms.scores.judging import RowState
from dms.scores.models import ImportState, UnitScore
from dms.scores.service import Official

bp = Blueprint("scores", __name__, url_prefix="/scores")

MOST_ROWS_SHOWN = 300
GOOD = 90
"""Where charts draw their line: what the plan asks for (P07-P11). The verdicts go by each campaign's own number."""


@bp.get("/")
@permission(Permission.SCORE_READ)
def index() -> str:
    session, actor = db.session(), current_actor()
    years = service.years_known(session, by=actor)
    year = request.args.get("year", type=int) or (years[0] if years else clock.day_of(clock.now()).year)
    words, page = request.args.get("q", "").strip(), max(1, request.args.get("page", 1, type=int))
    found, total = service.listing(session, year, by=actor, words=words, page=page)
    names = people.names_on(session, {row.unit_id for row in found}, clock.day_of(clock.now()))
    return render_template(
        "scores/index.html",
        rows=found,
        names=names,
        years=years,
        year=year,
        words=words,
        total=total,
        page=page,
        pages=-(-total // service.PAGE_SIZE),
        chart=_spread(service.bands(session, year, by=actor)),
        bands=service.bands(session, year, by=actor),
        may_import=allows(actor, Permission.SCORE_IMPORT, None),
    )


@bp.get("/units/<uuid:unit_id>")
@permission(Permission.SCORE_READ)
def unit(unit_id: UUID) -> str:
    session, actor, today = db.session(), current_actor(), clock.day_of(clock.now())
    found = people.get_unit(session, unit_id)
    require(actor, Permission.SCORE_READ, UnitScore(unit_id=found.id))
    counting = service.scores_for(session, [unit_id], day=today)[unit_id]
    names = people.names_on(session, {unit_id, *(each.unit_id for each in counting)}, today)
    whole = [each for each in counting if each.field_key == service.WHOLE]
    return render_template(
        "scores/unit.html",
        unit=found,
        name=names[unit_id].name,
        names=names,
        counting=whole,
        fields=dict(service.fields_of(session, {each.unit_id for each in counting})),
        in_fields=[each for each in counting if each.field_key != service.WHOLE],
        chart=_by_year(whole, unit_id) if whole else None,
        history=service.history_of(session, unit_id, by=actor),
    )


# --- tables that come in


@bp.get("/imports")
@permission(Permission.SCORE_IMPORT)
def history() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    found, total = imports_page(page)
    return render_template("scores/imports.html", imports=found, page=page, pages=-(-total // service.PAGE_SIZE))


def imports_page(page: int) -> Any:
    """A page of imports, for whoever may import."""
    return service.imports(db.session(), by=current_actor(), page=page)


@bp.route("/imports/new", methods=["GET", "POST"])
@permission(Permission.SCORE_IMPORT)
def new() -> Any:
    require(current_actor(), Permission.SCORE_IMPORT, None)
    form = ImportForm()
    if form.validate_on_submit():
        with refusals_on(form):
            table = imports.receive(tools().desk, form.file.data.stream, filename=form.file.data.filename or "")
            with transaction() as session:
                row = imports.enter(session, table, form.approval(), **_act())
                if table.others:
                    words = _("Only the sheet “%(sheet)s” was read; left aside: %(others)s.")
                    flash(words % {"sheet": table.sheet, "others": ", ".join(table.others)}, "warning")
                return redirect(url_for(".show", import_id=row.id))
    page = render_template("scores/new.html", form=form)
    return page, 422 if form.errors or form.form_errors else 200


@bp.get("/imports/<uuid:import_id>")
@permission(Permission.SCORE_IMPORT)
def show(import_id: UUID) -> str:
    session = db.session()
    row = imports.get(session, import_id, by=current_actor())
    is_open = row.state is ImportState.READ
    found = imports.preview(session, row, now=clock.now()) if is_open else None
    rows = sorted(found.rows, key=_gravest_first)[:MOST_ROWS_SHOWN] if found else []
    return render_template(
        "scores/import.html",
        row=row,
        found=found,
        rows=rows,
        counts={state: found.count(state) for state in RowState} if found else {},
        twin=imports.twin_of(session, row) if is_open else None,
        problem=scores_words.problem,
        notes=scores_words.notes,
    )


@bp.post("/imports/<uuid:import_id>/apply")
@permission(Permission.SCORE_IMPORT)
def apply(import_id: UUID) -> Any:
    with transaction() as session:
        row = imports.apply(session, import_id, skip_refused="skip" in request.form, **_act())
        done = row.state is ImportState.APPLIED
    return _back(import_id, _("The scores have been taken.") if done else _("The scores are being taken."))


@bp.post("/imports/<uuid:import_id>/undo")
@permission(Permission.SCORE_IMPORT)
def undo(import_id: UUID) -> Any:
    with transaction() as session:
        imports.undo(session, import_id, **_act())
    return _back(import_id, _("The import has been undone; what held before holds again."))


@bp.post("/imports/<uuid:import_id>/drop")
@permission(Permission.SCORE_IMPORT)
def drop(import_id: UUID) -> Any:
    with transaction() as session:
        imports.drop(session, import_id, **_act())
    flash(_("The table has been put aside; nothing was changed."), "success")
    return redirect(url_for(".history"))


# --- what the views share


def _gravest_first(row: Any) -> tuple[int, int]:
    order = (RowState.REFUSED, RowState.CHANGED, RowState.NEW, RowState.SAME)
    return order.index(row.state), row.line.number


def _spread(bands: list[service.Band]) -> Chart:
    """How many units stand in each band of ten percent."""
    most = max((band.count for band in bands), default=0)
    step = max(1, -(-most // 4))
    values = [
        (f"{band.low}+", float(band.count), str(band.count), "" if band.low >= GOOD else "is-short") for band in bands
    ]
    return charts.bars(values, top=float(step * 4), ticks=[float(step * each) for each in range(5)])


def _by_year(counting: list[Official], unit_id: UUID) -> Chart:
    """A unit's score of each year; grey where it is an earlier unit's."""
    values = [
        (str(each.year), float(each.percent), format_decimal(each.percent), _mark(each, unit_id)) for each in counting
    ]
    ticks = [0.0, 25.0, 50.0, 75.0, 100.0]
    return charts.bars(values, top=100.0, ticks=ticks, line=(float(GOOD), f"{GOOD}%"))


def _mark(score: Official, unit_id: UUID) -> str:
    return "is-earlier" if score.unit_id != unit_id else "" if score.percent >= GOOD else "is-short"


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}


def _back(import_id: UUID, message: str) -> Any:
    flash(message, "success")
    return redirect(url_for(".show", import_id=import_id))
