"""Make every field that a route needs before anybody signs, each closing what comes after it.

A signature's lock leaves open just the fields of later steps, so nobody can lay another field over what was signed;
the last signature closes all. Number and date are written in the same update as the signature that follows them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from dms import clock
from dms.campaigns.parts import Step as PlannedStep
from dms.campaigns.vocabulary import StepAction
from dms.documents import rendering
from dms.documents import service as documents
from dms.documents.models import Document, Origin, Version
from dms.documents.rendering import PageWords
from dms.errors import Invalid
from dms.people import service as people
from dms.policy import Actor
from dms.signing import pades, placing
from dms.signing import service as routes
from dms.signing.models import SigningRoute
from dms.signing.service import RoutePlan, SigningDesk

NUMBER, DAY, MONTH, YEAR = TEXT_FIELDS = ("so", "ngay", "thang", "nam")
_UNSIGNED = (Origin.UPLOADED, Origin.DRAFTED, Origin.CONVERTED)
_INITIALS_STEP = 38.0  # points between the initials of two people


@dataclass(frozen=True, slots=True)
class _Place:
    """A signing step in its turn, with the field it fills and where that stands."""

    stage: int
    name: str
    action: StepAction
    box: placing.Box


def start(
    session: Session, desk: SigningDesk, document: Document, plan: RoutePlan, *, by: Actor, now: datetime
) -> SigningRoute:
    """Make the fields in the document's current version and put it on its way.

    Raises Conflict("route_already_open"), Invalid("route_needs_pdf", "route_empty", "layers_not_signable"), and
    what ``pades.add_fields`` refuses (signed elsewhere, damaged, encrypted).
    """
    routes.ensure_no_open_route(session, document)
    prepare_document(session, desk, document, plan, by=by, now=now)
    return routes.open_route(session, document, plan, by=by, now=now)


def prepare_document(
    session: Session, desk: SigningDesk, document: Document, plan: RoutePlan, *, by: Actor, now: datetime
) -> Version:
    """Add a version in which every field of the route stands; made of the newest version that nobody has signed."""
    source = _unsigned(document)
    with documents.local_copy(desk.desk, source) as path:
        pages = rendering.words(path)
        places = _places(session, plan, pages, day=clock.day_of(now))
        target = path.with_suffix(".prepared")
        pades.add_fields(path, target, [*_text_fields(plan, pages), *_signature_fields(plan, places, pages)])
        return documents.add_made_version(
            session, desk.desk, source, target, origin=Origin.PREPARED, trail=plan.trail, by=by, now=now
        )


def _unsigned(document: Document) -> Version:
    """The version to sign: a PDF, shown in full, without what an earlier route added to it."""
    living = [version for version in document.versions if version.withdrawn_at is None]
    version = next((each for each in reversed(living) if each.origin in _UNSIGNED), None)
    if version is None or version.media_type != documents.PDF:
        raise Invalid("route_needs_pdf", document=document.title)
    if "pdf_layers" in version.inspection.get("problems", ()):
        raise Invalid("layers_not_signable", document=document.title)
    return version


def _places(session: Session, plan: RoutePlan, pages: Sequence[PageWords], *, day: date) -> list[_Place]:
    places: list[_Place] = []
    for stage_number, stage in enumerate(plan.stages, start=1):
        for ordinal, step in enumerate(stage.steps, start=1):
            name = routes.field_name(stage_number, ordinal, step.action)
            if name is not None:
                box = _box(session, step, plan, pages=pages, before=places, day=day)
                places.append(_Place(stage_number, name, step.action, box))
    return places


def _box(
    session: Session,
    step: PlannedStep,
    plan: RoutePlan,
    *,
    pages: Sequence[PageWords],
    before: Sequence[_Place],
    day: date,
) -> placing.Box:
    slot = len(before)
    if step.action is StepAction.INITIALS:
        earlier = sum(place.action is StepAction.INITIALS for place in before)
        return _shifted(placing.initials_box(pages), earlier * _INITIALS_STEP)
    if step.action is StepAction.SEAL:
        approvals = [place.box for place in before if place.action is StepAction.APPROVAL]
        return placing.seal_box(approvals[-1] if approvals else placing.signature_box(pages, "", fallback_slot=slot))
    return _signature_box(session, plan.units[step.unit], step, pages=pages, slot=slot, day=day)


def _signature_box(
    session: Session, unit_id: UUID, step: PlannedStep, *, pages: Sequence[PageWords], slot: int, day: date
) -> placing.Box:
    """Where the paper names somebody who may sign from the seat today; else a place at the foot."""
    seats = people.holders(session, unit_id=unit_id, kind=step.position, day=day)
    boxes = [placing.signature_box(pages, seat.full_name, fallback_slot=slot) for seat in seats]
    found = next((box for box in boxes if box.found), None)
    return found or placing.signature_box(pages, "", fallback_slot=slot)


def _shifted(box: placing.Box, by: float) -> placing.Box:
    return placing.Box(box.page, box.x0 - by, box.y0, box.x1 - by, box.y1, box.found)


def _text_fields(plan: RoutePlan, pages: Sequence[PageWords]) -> Iterable[pades.FieldSpec]:
    """Fields over the gaps for number and date; a paper that carries them already has no gaps and gets none."""
    if not _numbered(plan):
        return
    gaps = placing.date_gaps(pages)
    boxes = ((NUMBER, placing.number_gap(pages)), (DAY, gaps.day), (MONTH, gaps.month), (YEAR, gaps.year))
    for name, box in boxes:
        if box.found:
            yield pades.FieldSpec(
                name=name,
                kind=pades.FieldKind.TEXT,
                page=box.page,
                box=(box.x0, box.y0, box.x1, box.y1),
                italic=name != NUMBER,
                alignment=pades.Alignment.LEFT if name == YEAR else pades.Alignment.CENTRE,
            )


def _signature_fields(
    plan: RoutePlan, places: Sequence[_Place], pages: Sequence[PageWords]
) -> Iterable[pades.FieldSpec]:
    texts = [spec.name for spec in _text_fields(plan, pages)]
    for place in places:
        later = [other.name for other in places if other.stage >= place.stage and other is not place]
        unfilled = texts if place.stage < _filling_stage(plan) else []
        yield pades.FieldSpec(
            name=place.name,
            kind=pades.FieldKind.SIGNATURE,
            page=place.box.page,
            box=(place.box.x0, place.box.y0, place.box.x1, place.box.y1),
            lock=_lock((*later, *unfilled)),
        )


def _lock(open_fields: tuple[str, ...]) -> pades.FieldLock:
    if open_fields:
        return pades.FieldLock(pades.LockAction.EXCLUDE, open_fields)
    return pades.FieldLock(pades.LockAction.ALL)


def _numbered(plan: RoutePlan) -> bool:
    return any(step.action is StepAction.NUMBER for stage in plan.stages for step in stage.steps)


def _filling_stage(plan: RoutePlan) -> int:
    """The stage that writes number and date into the paper: the first with a signature after the number step."""
    given = False
    for stage_number, stage in enumerate(plan.stages, start=1):
        actions = {step.action for step in stage.steps}
        if given and actions - {StepAction.NUMBER}:
            return stage_number
        given = given or StepAction.NUMBER in actions
    return 0
