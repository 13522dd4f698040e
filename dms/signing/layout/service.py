"""Look at where the fields of a paper would stand, and put them elsewhere before anybody signs.

A paper that we wrote has its places; one from outside may print no name where the signature belongs, and then the place
is a guess at the foot of the last page (``found`` is False). A person looks and moves it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import Final, Literal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from dms import clock
from dms.audit import record
from dms.campaigns.vocabulary import StepAction
from dms.documents import rendering
from dms.documents import service as documents
from dms.documents.models import Document, Version
from dms.errors import Conflict, Invalid
from dms.people import service as people
from dms.policy import Actor
from dms.signing import placement
from dms.signing import service as routes
from dms.signing.layout.models import FieldPlace
from dms.signing.placing import Box
from dms.signing.service import RoutePlan, SigningDesk

Kind = Literal["initials", "approval", "seal", "text"]

SMALLEST: Final[Mapping[Kind, tuple[float, float]]] = {
    "initials": (20.0, 10.0),
    "approval": (60.0, 28.0),
    "seal": (50.0, 50.0),
    "text": (16.0, 12.0),
}
"""Width and height in points below which what is drawn in a field cannot be read."""

_TOUCH = 1.0  # points by which neighbours may meet


@dataclass(frozen=True, slots=True)
class Field:
    """A field and its place. ``who`` are those who would sign there today; empty for number and date."""

    name: str
    kind: Kind
    box: Box
    who: tuple[str, ...]
    is_moved: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The size of a page as it is shown, in points."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """All fields of a paper that waits to be sent to its signers."""

    version: Version
    sheets: tuple[Sheet, ...]
    fields: tuple[Field, ...]

    @property
    def is_certain(self) -> bool:
        """Whether every place was found in the paper or put by a person."""
        return all(each.box.found or each.is_moved for each in self.fields)


def layout_of(session: Session, desk: SigningDesk, document: Document, plan: RoutePlan, *, now: datetime) -> Layout:
    """Where the fields of ``plan`` would stand. Raises what ``placement.start`` refuses before it makes fields."""
    routes.ensure_no_open_route(session, document)
    source, day = placement.unsigned(document), clock.day_of(now)
    with documents.local_copy(desk.desk, source) as path:
        pages = rendering.words(path)
    texts, places = placement.propose(session, source, plan, pages, day=day)
    moved = set(_saved(session, source))
    people_by_field = {each.name: _who(session, plan, each.name, now=now) for each in places}
    fields = [
        *(Field(p.name, _KINDS[p.action], p.box, people_by_field[p.name], p.name in moved) for p in places),
        *(Field(t.name, "text", _box_of(t.page, t.box, t.name), (), t.name in moved) for t in texts),
    ]
    return Layout(source, tuple(Sheet(page.width, page.height) for page in pages), tuple(fields))


def put(
    session: Session, layout: Layout, boxes: Mapping[str, Box], plan: RoutePlan, *, by: Actor, now: datetime
) -> None:
    """Keep the places that a person chose; those that were not touched stay as they are found.

    The caller has judged whether ``by`` may change the paper. Raises Conflict("layout_moved") where the paper has
    changed meanwhile, Invalid("field_off_page", "field_too_small", "fields_overlap").
    """
    known = {each.name: each for each in layout.fields}
    if boxes.keys() - known.keys():
        raise Conflict("layout_moved", document=layout.version.document.title)
    wished = {name: replace(known[name], box=boxes.get(name, known[name].box)) for name in known}
    _ensure_possible(layout, list(wished.values()))
    changed = {name: each.box for name, each in wished.items() if not _is_same(each.box, known[name].box)}
    kept = {name: known[name].box for name in known if known[name].is_moved} | changed
    session.execute(delete(FieldPlace).where(FieldPlace.version_id == layout.version.id))
    for name, box in kept.items():
        session.add(_row(layout.version, name, box, by=by, now=now))
    session.flush()
    told = {"document": layout.version.document_id, "version": layout.version.number, "fields": sorted(changed)}
    record(session, plan.trail, "signing:layout:put", by=by, now=now, **told)


def forget(session: Session, layout: Layout, plan: RoutePlan, *, by: Actor, now: datetime) -> None:
    """Back to the places that are found in the paper."""
    session.execute(delete(FieldPlace).where(FieldPlace.version_id == layout.version.id))
    told = {"document": layout.version.document_id, "version": layout.version.number}
    record(session, plan.trail, "signing:layout:forget", by=by, now=now, **told)


_KINDS: Mapping[StepAction, Kind] = {
    StepAction.INITIALS: "initials",
    StepAction.APPROVAL: "approval",
    StepAction.SEAL: "seal",
}


def _ensure_possible(layout: Layout, fields: Sequence[Field]) -> None:
    for each in fields:
        _ensure_on_page(layout, each)
        width, height = SMALLEST[each.kind]
        if each.box.x1 - each.box.x0 < width - _TOUCH or each.box.y1 - each.box.y0 < height - _TOUCH:
            raise Invalid("field_too_small", label=each.name, width=_millimetres(width), height=_millimetres(height))
    for one, other in combinations(fields, 2):
        if "seal" not in {one.kind, other.kind} and _overlap(one.box, other.box):
            raise Invalid("fields_overlap", one=one.name, other=other.name)


def _ensure_on_page(layout: Layout, field: Field) -> None:
    box = field.box
    if not 0 <= box.page < len(layout.sheets):
        raise Invalid("field_off_page", label=field.name, page=box.page + 1)
    sheet = layout.sheets[box.page]
    if box.x0 < -_TOUCH or box.y0 < -_TOUCH or box.x1 > sheet.width + _TOUCH or box.y1 > sheet.height + _TOUCH:
        raise Invalid("field_off_page", label=field.name, page=box.page + 1)


def _is_same(one: Box, other: Box) -> bool:
    """Forms speak in tenths of a millimetre."""
    edges = ((one.x0, other.x0), (one.y0, other.y0), (one.x1, other.x1), (one.y1, other.y1))
    return one.page == other.page and all(abs(mine - theirs) < _TOUCH for mine, theirs in edges)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.page == other.page
        and min(one.x1, other.x1) - max(one.x0, other.x0) > _TOUCH
        and min(one.y1, other.y1) - max(one.y0, other.y0) > _TOUCH
    )


def _millimetres(points: float) -> int:
    return round(points * 25.4 / 72)


def _box_of(page: int, edges: tuple[float, float, float, float], name: str) -> Box:
    """A line at the foot, where the paper has no gap for a number, is a guess."""
    return Box(page, *edges, found=name != placement.LINE)


def _saved(session: Session, version: Version) -> list[str]:
    query = session.query(FieldPlace.name).where(FieldPlace.version_id == version.id)
    return [name for (name,) in query]


def _who(session: Session, plan: RoutePlan, name: str, *, now: datetime) -> tuple[str, ...]:
    """Who may sign in a field today."""
    for stage_number, stage in enumerate(plan.stages, start=1):
        for ordinal, step in enumerate(stage.steps, start=1):
            if routes.field_name(stage_number, ordinal, step.action) == name:
                unit_id, day = plan.units[step.unit], clock.day_of(now)
                seats = people.holders(session, unit_id=unit_id, kind=step.position, day=day)
                return tuple(dict.fromkeys(seat.full_name for seat in seats))
    return ()


def _row(version: Version, name: str, box: Box, *, by: Actor, now: datetime) -> FieldPlace:
    edges = {"x0": box.x0, "y0": box.y0, "x1": box.x1, "y1": box.y1}
    return FieldPlace(version_id=version.id, name=name, page=box.page, placed_at=now, placed_by=by.person_id, **edges)
