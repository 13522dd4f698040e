"""Where the fields of a paper stand before it goes to its signers: pages with boxes to drag, and numbers to type."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_pgettext as _p

from blueprints import errors
from blueprints.extensions import db
from blueprints.labels import label
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock
from dms.campaigns.vocabulary import StepAction
from dms.documents import pages
from dms.dossiers import board, routing
from dms.dossiers.models import Dossier
from dms.errors import Conflict, DomainError, Invalid
from dms.policy import Permission
from dms.signing.layout import service as layouts
from dms.signing.layout.service import Layout
from dms.signing.placement import DAY, LINE, MONTH, NUMBER, YEAR
from dms.signing.placing import Box
from dms.signing.service import RoutePlan

bp = Blueprint("layouts", __name__, url_prefix="/dossiers/papers")

_POINTS = 72 / 25.4  # in a millimetre
_NUMBERS = ("page", "left", "top", "width", "height")
_TEXTS: dict[str, LazyString] = {
    NUMBER: _p("field of a paper", "Number"),
    DAY: _p("field of a paper", "Day"),
    MONTH: _p("field of a paper", "Month"),
    YEAR: _p("field of a paper", "Year"),
    LINE: _p("field of a paper", "Number and date"),
}


@bp.record_once
def _give_words(state: BlueprintSetupState) -> None:
    state.app.jinja_env.filters["field_words"] = words


def words(name: str) -> str:
    """What a field is called: number, date, or the act and the stage of its step."""
    if name in _TEXTS:
        return str(_TEXTS[name])
    action, stage, _ordinal = name.split("_")
    return _("%(action)s (stage %(stage)s)", action=label(StepAction(action)), stage=stage)


def _in_words(error: DomainError) -> DomainError:
    """The refusal with fields named as people know them."""
    named = {key: words(str(error.params[key])) for key in ("label", "one", "other") if key in error.params}
    return type(error)(error.code, **(error.params | named))


@bp.get("/<uuid:part_id>/places")
@permission(Permission.DOSSIER_EDIT)
def show(part_id: UUID) -> str:
    return _page(part_id, *_layout(part_id))


@bp.post("/<uuid:part_id>/places")
@permission(Permission.DOSSIER_EDIT)
def put(part_id: UUID) -> Any:
    dossier, layout, plan = _layout(part_id)
    try:
        boxes = _boxes(layout, request.form)
        with transaction() as session:
            layouts.put(session, layout, boxes, plan, by=current_actor(), now=clock.now())
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _page(part_id, *_layout(part_id), refused=_in_words(error)), errors.status_of(error)
    flash(_("The places of the fields have been kept. Send the paper to its signers when it is ready."), "success")
    return redirect(_paper(part_id, dossier))


@bp.post("/<uuid:part_id>/places/forget")
@permission(Permission.DOSSIER_EDIT)
def forget(part_id: UUID) -> Any:
    _dossier, layout, plan = _layout(part_id)
    with transaction() as session:
        layouts.forget(session, layout, plan, by=current_actor(), now=clock.now())
    flash(_("The fields are back where the paper shows their places."), "info")
    return redirect(url_for(".show", part_id=part_id))


def _layout(part_id: UUID) -> tuple[Dossier, Layout, RoutePlan]:
    return routing.layout_of(db.session(), tools().signing, part_id, by=current_actor(), now=clock.now())


def _page(
    part_id: UUID, dossier: Dossier, layout: Layout, _plan: RoutePlan, *, refused: DomainError | None = None
) -> str:
    return render_template(
        "dossiers/places.html",
        part_id=part_id,
        dossier=dossier,
        layout=layout,
        document=layout.version.document,
        back=_paper(part_id, dossier),
        rows=[(each, _typed(each.name) if refused else _millimetres(layout, each.box)) for each in layout.fields],
        refused=errors.sentence(refused) if refused else None,
        smallest={kind: [round(edge / _POINTS, 1) for edge in size] for kind, size in layouts.SMALLEST.items()},
        sheet_width=pages.FULL,
    )


def _paper(part_id: UUID, dossier: Dossier) -> str:
    part = next(each for each in dossier.parts if each.id == part_id)
    anchor = board.anchor_of(part.requirement_code, str(part.nominee_id) if part.nominee_id else None)
    return url_for("dossiers.show", dossier_id=dossier.id, _anchor=anchor)


def _millimetres(layout: Layout, box: Box) -> dict[str, Any]:
    """A box as people measure it: from the upper left corner of its page."""
    sheet = layout.sheets[box.page]
    edges = {
        "left": box.x0,
        "top": sheet.height - box.y1,
        "width": box.x1 - box.x0,
        "height": box.y1 - box.y0,
    }
    return {"page": box.page + 1} | {name: f"{edge / _POINTS:.1f}" for name, edge in edges.items()}


def _typed(name: str) -> dict[str, str]:
    return {number: request.form.get(f"{name}.{number}", "") for number in _NUMBERS}


def _boxes(layout: Layout, form: Mapping[str, str]) -> dict[str, Box]:
    return {each.name: _box(layout, each.name, form) for each in layout.fields if f"{each.name}.page" in form}


def _box(layout: Layout, name: str, form: Mapping[str, str]) -> Box:
    try:
        page = int(form[f"{name}.page"]) - 1
        left, top, width, height = (float(form[f"{name}.{each}"].replace(",", ".")) * _POINTS for each in _NUMBERS[1:])
        sheet = layout.sheets[page] if page >= 0 else None
    except (KeyError, ValueError, IndexError) as error:
        raise Invalid("field_place_unreadable", label=name) from error
    if sheet is None or not all(abs(each) < 100_000 for each in (left, top, width, height)):
        raise Invalid("field_off_page", label=name, page=page + 1)
    upper = sheet.height - top
    return Box(page, left, upper - height, left + width, upper)
