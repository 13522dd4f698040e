"""Make every field that a route needs before anybody signs, each closing what comes after it.

A signature's lock leaves open just the fields of later steps, so nobody can lay another field over what was signed;
the last signature closes all. Number and date are written in the same update as the signature that follows them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.campaigns.parts import Step as PlannedStep
from dms.campaigns.vocabulary import StageMode, StepAction
from dms.documents import rendering
from dms.documents import service as documents
from dms.documents.models import Document, Origin, Version
from dms.documents.rendering import PageWords
from dms.errors import Invalid
from dms.people import service as people
from dms.policy import Actor
from dms.signing import pades, placing
from dms.signing import service as routes
from dms.signing.layout.models import FieldPlace
from dms.signing.models import SigningRoute
from dms.signing.service import RoutePlan, SigningDesk
from dms.text import fold

NUMBER, DAY, MONTH, YEAR, LINE = _TEXT_NAMES = ("so", "ngay", "thang", "nam", "so_va_ngay")
TEXT_FIELDS = frozenset(_TEXT_NAMES)
"""Fields for number and date; ``LINE`` stands at the foot of a paper that has no gap for a number."""

_UNSIGNED = (Origin.UPLOADED, Origin.DRAFTED, Origin.CONVERTED)
_SIZE = 13  # of number and date (annex I, II.3.c and II.4.b)
_TAIL = 0.215  # how far g and y reach below the base line, as a part of the type size
_GAP = 4.0  # points between the initials of two people


@dataclass(frozen=True, slots=True)
class Place:
    """A signing step in its turn, with the field it fills and where that stands."""

    stage: int
    name: str
    action: StepAction
    box: placing.Box
    mode: StageMode


def start(
    session: Session, desk: SigningDesk, document: Document, plan: RoutePlan, *, by: Actor, now: datetime
) -> SigningRoute:
    """Make the fields in the document's current version and put it on its way.

    Raises Conflict("route_already_open"), Invalid("route_needs_pdf", "route_empty", "layers_not_signable",
    "document_has_signature_fields"), and what ``pades.add_fields`` refuses (signed elsewhere, damaged, encrypted).
    """
    routes.ensure_no_open_route(session, document)
    prepare_document(session, desk, document, plan, by=by, now=now)
    return routes.open_route(session, document, plan, by=by, now=now)


def prepare_document(
    session: Session, desk: SigningDesk, document: Document, plan: RoutePlan, *, by: Actor, now: datetime
) -> Version:
    """Add a version in which every field of the route stands; made of the newest version that nobody has signed."""
    source = unsigned(document)
    with documents.local_copy(desk.desk, source) as path:
        pages = rendering.words(path)
        texts, places = propose(session, source, plan, pages, day=clock.day_of(now))
        target = path.with_suffix(".prepared")
        pades.add_fields(path, target, [*texts, *_signature_fields(plan, places, [text.name for text in texts])])
        return documents.add_made_version(
            session, desk.desk, source, target, origin=Origin.PREPARED, trail=plan.trail, by=by, now=now
        )


def propose(
    session: Session, source: Version, plan: RoutePlan, pages: Sequence[PageWords], *, day: date
) -> tuple[list[pades.FieldSpec], list[Place]]:
    """The text fields and the signing places of a route on ``source``: where a person has put them, else as found."""
    moved = {each.name: each.box for each in session.scalars(select(FieldPlace).filter_by(version_id=source.id))}
    places = _places(session, plan, pages, day=day, moved=moved)
    texts = [_moved(text, moved.get(text.name)) for text in _text_fields(source.document, plan, pages)]
    return texts, places


def _moved(text: pades.FieldSpec, box: placing.Box | None) -> pades.FieldSpec:
    return replace(text, page=box.page, box=_edges(box)) if box else text


def unsigned(document: Document) -> Version:
    """The version to sign: a PDF, shown in full, without what an earlier route added to it."""
    living = [version for version in document.versions if version.withdrawn_at is None]
    version = next((each for each in reversed(living) if each.origin in _UNSIGNED), None)
    if version is None or version.media_type != documents.PDF:
        raise Invalid("route_needs_pdf", document=document.title)
    if "pdf_layers" in version.inspection.get("problems", ()):
        raise Invalid("layers_not_signable", document=document.title)
    if foreign := version.inspection.get("empty_signature_fields"):
        raise Invalid("document_has_signature_fields", document=document.title, fields=foreign)
    return version


def _places(
    session: Session, plan: RoutePlan, pages: Sequence[PageWords], *, day: date, moved: Mapping[str, placing.Box]
) -> list[Place]:
    places: list[Place] = []
    for stage_number, stage in enumerate(plan.stages, start=1):
        for ordinal, step in enumerate(stage.steps, start=1):
            name = routes.field_name(stage_number, ordinal, step.action)
            if name is not None:
                box = moved.get(name) or _box(session, step, plan, pages=pages, before=places, day=day)
                places.append(Place(stage_number, name, step.action, box, StageMode(stage.mode)))
    return places


def _box(
    session: Session,
    step: PlannedStep,
    plan: RoutePlan,
    *,
    pages: Sequence[PageWords],
    before: Sequence[Place],
    day: date,
) -> placing.Box:
    slot = len(before)
    if step.action is StepAction.INITIALS:
        return _initials_box(pages, sum(place.action is StepAction.INITIALS for place in before))
    if step.action is StepAction.SEAL:
        approvals = [place.box for place in before if place.action is StepAction.APPROVAL]
        return placing.seal_box(approvals[-1] if approvals else placing.signature_box(pages, "", fallback_slot=slot))
    return _signature_box(
        session, plan.units[step.unit], step, pages=pages, taken=[each.box for each in before], day=day
    )


def _signature_box(
    session: Session,
    unit_id: UUID,
    step: PlannedStep,
    *,
    pages: Sequence[PageWords],
    taken: Sequence[placing.Box],
    day: date,
) -> placing.Box:
    """Where the paper names somebody who may sign from the seat today, else their position, else at the foot.

    Of several who sign from like seats each gets a place of their own.
    """
    seats = people.holders(session, unit_id=unit_id, kind=step.position, day=day)
    named = (placing.signature_box(pages, seat.full_name) for seat in seats)
    titled = (placing.box_below(pages, seat.title) for seat in seats)
    found = next((box for box in (*named, *titled) if box and box.found and box not in taken), None)
    return found or placing.signature_box(pages, "", fallback_slot=len(taken))


def _initials_box(pages: Sequence[PageWords], earlier: int) -> placing.Box:
    """Initials stand in a row behind the last sentence; where the row leaves the page they go on below it."""
    first = placing.initials_box(pages)
    width, height = first.x1 - first.x0 + _GAP, first.y1 - first.y0 + _GAP
    room = int((pages[first.page].width - placing.MARGIN / 2 - first.x0) // width) if pages else 1
    down, across = divmod(earlier, max(room, 1))
    left, top = first.x0 + across * width, first.y1 - down * height
    return placing.Box(first.page, left, top - height + _GAP, left + width - _GAP, top, first.found)


def _text_fields(document: Document, plan: RoutePlan, pages: Sequence[PageWords]) -> Iterator[pades.FieldSpec]:
    """Fields over the gaps for number and date. A paper that carries them already has no gaps and gets none.

    A paper that has neither a number nor a gap for it gets one line at its foot.
    """
    if not _filling_stage(plan):
        return
    gaps, number = placing.date_gaps(pages), placing.number_gap(pages)
    boxes = ((NUMBER, number), (DAY, gaps.day), (MONTH, gaps.month), (YEAR, gaps.year))
    yield from (_text_field(name, _on_base_line(pages[box.page], box)) for name, box in boxes if box.found)
    if not number.found and document.number is None:
        last = placing.FOOT_FIELDS.index("year") * (placing.FOOT_FIELD_WIDTH + 8)
        yield _text_field(LINE, replace(number, x1=number.x1 + last))


def _on_base_line(page: PageWords, gap: placing.Box) -> placing.Box:
    """The gap, moved so that what is filled in stands on the base line of the word before it ("Số:", "ngày")."""
    mark = min(page.words, key=lambda word: abs(word.x1 + 1 - gap.x0) + abs(word.y0 - 2 - gap.y0))
    tail = _TAIL * _SIZE if set(fold(mark.text)) & set("gjpqy") else 0.0
    bottom = mark.y0 + tail - round(_SIZE / 4) - 0.2  # viewers round up to whole dots
    return replace(gap, y0=bottom, y1=bottom + _SIZE * 1.3)


def _text_field(name: str, box: placing.Box) -> pades.FieldSpec:
    return pades.FieldSpec(
        name=name,
        kind=pades.FieldKind.TEXT,
        page=box.page,
        box=_edges(box),
        font_size=11 if name == LINE else _SIZE,
        italic=name in {DAY, MONTH, YEAR},
        alignment=pades.Alignment.LEFT if name in {YEAR, LINE} else pades.Alignment.CENTRE,
    )


def _signature_fields(plan: RoutePlan, places: Sequence[Place], texts: Sequence[str]) -> Iterator[pades.FieldSpec]:
    for place in places:
        unfilled = texts if place.stage < _filling_stage(plan) else ()
        yield pades.FieldSpec(
            name=place.name,
            kind=pades.FieldKind.SIGNATURE,
            page=place.box.page,
            box=_edges(place.box),
            lock=_lock((*_after(place, places), *unfilled)),
        )


def _after(place: Place, places: Sequence[Place]) -> list[str]:
    """The fields that others may still sign: those of later stages, and of the same stage unless one is enough."""
    return [
        other.name
        for other in places
        if other.stage > place.stage
        or (other.stage == place.stage and other is not place and place.mode is not StageMode.ANY_OF)
    ]


def _edges(box: placing.Box) -> pades.Box:
    return (box.x0, box.y0, box.x1, box.y1)


def _lock(open_fields: tuple[str, ...]) -> pades.FieldLock:
    if open_fields:
        return pades.FieldLock(pades.LockAction.EXCLUDE, open_fields)
    return pades.FieldLock(pades.LockAction.ALL)


def _filling_stage(plan: RoutePlan) -> int:
    """The stage that writes number and date into the paper: the first with a signature after the number step."""
    given = False
    for stage_number, stage in enumerate(plan.stages, start=1):
        actions = {step.action for step in stage.steps}
        if given and actions - {StepAction.NUMBER}:
            return stage_number
        given = given or StepAction.NUMBER in actions
    return 0  # no number is given, or nobody signs after it: nothing is written in
