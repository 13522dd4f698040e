"""Routes: start one from the campaign's stages, hand the turn on, recall; and what waits for whom.

Acts are stored on steps; whose turn it is follows from them. A document has at most one open route.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from dms import clock, outbox
from dms.audit import Trail, record
from dms.campaigns.parts import Stage
from dms.campaigns.vocabulary import Side, StageMode, StepAction
from dms.documents import service as documents
from dms.documents.models import Document
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied
from dms.people import service as people
from dms.people.service import Seat
from dms.policy import Actor, Permission, allows, require, where
from dms.signing import plan as pinning
from dms.signing import voiding
from dms.signing.keys import KeyRing
from dms.signing.models import RouteOutcome, SigningRoute, Step, StepOutcome, VoidCause
from dms.signing.pades.trust import SigningTrust


@dataclass(frozen=True, slots=True)
class SigningDesk:
    """What signing works with: the document desk, whom we trust, the keys the server can ask, how long a half waits."""

    desk: documents.Desk
    trust: SigningTrust
    keys: KeyRing
    expires_minutes: int = 10


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """What a route is made of: its title for people, its stages, the unit behind each side, the chain it records in.

    ``campaign`` and ``scheme`` are codes, by which mandates are limited; ``due_on`` is the last day for the whole.
    """

    title: str
    stages: tuple[Stage, ...]
    units: Mapping[Side, UUID]
    trail: Trail
    place: str = ""
    due_on: date | None = None
    campaign: str = ""
    scheme: str = ""
    holidays: tuple[date, ...] = ()
    stamp_may_follow: bool = False


def open_route(session: Session, document: Document, plan: RoutePlan, *, by: Actor, now: datetime) -> SigningRoute:
    """Put the document's current version on its way; the first stage's steps are open at once.

    The version must be a PDF in which ``placement.prepare_document`` has already made the fields.
    Raises Conflict("route_already_open"), Invalid("route_needs_pdf", "route_empty").
    """
    version = documents.current_version(document)
    if version is None or version.media_type != documents.PDF:
        raise Invalid("route_needs_pdf", document=document.title)
    ensure_no_open_route(session, document)
    if not plan.stages:
        raise Invalid("route_empty", document=document.title)
    route = SigningRoute(
        document_id=document.id,
        version_id=version.id,
        place=plan.place,
        trail_subject=plan.trail.subject,
        trail_id=plan.trail.subject_id,
        title=plan.title,
        opened_at=now,
        opened_by=by.person_id,
        stages=pinning.pinned(plan.stages, plan.due_on),
        holidays=[day.isoformat() for day in plan.holidays],
        stamp_may_follow=plan.stamp_may_follow,
    )
    route.steps = list(_steps(plan, document, by))
    session.add(route)
    session.flush()
    record(session, plan.trail, "signing:route:open", by=by, now=now, document=document.id, version=version.number)
    hand_on(session, route, now=now)
    return route


def ensure_no_open_route(session: Session, document: Document) -> None:
    """Raise Conflict("route_already_open") while the document is on its way."""
    if open_route_of(session, document.id) is not None:
        raise Conflict("route_already_open", document=document.title)


def open_route_of(session: Session, document_id: UUID) -> SigningRoute | None:
    """The document's open route, if it has one."""
    query = select(SigningRoute).where(SigningRoute.document_id == document_id, SigningRoute.closed_at.is_(None))
    return session.scalars(query).first()


def latest_routes(session: Session, document_ids: Iterable[UUID]) -> dict[UUID, SigningRoute]:
    """Map documents to their newest route with its steps; two queries, however many documents."""
    query = (
        select(SigningRoute)
        .where(SigningRoute.document_id.in_(set(document_ids)))
        .options(selectinload(SigningRoute.steps))
        .order_by(SigningRoute.opened_at)
    )
    return {route.document_id: route for route in session.scalars(query)}


def get_step(session: Session, step_id: UUID, *, by: Actor) -> Step:
    """Return a step that the actor's seat lets them see. Raises NotFound."""
    step = session.get(Step, step_id)
    if step is None or not allows(by, Permission.STEP_READ, step):
        raise NotFound("step_not_found")
    return step


def waiting_for(session: Session, by: Actor) -> list[Step]:
    """Every open step of the actor's seats, those due first, then the oldest."""
    query = (
        _open_steps()
        .where(where(by, Permission.STEP_ACT, Step))
        .options(selectinload(Step.route).selectinload(SigningRoute.version))
        .order_by(Step.due_on.is_(None), Step.due_on, Step.opened_at)
    )
    return list(session.scalars(query))


def count_waiting(session: Session, by: Actor) -> int:
    """How many steps wait for the actor."""
    query = _open_steps().where(where(by, Permission.STEP_ACT, Step)).with_only_columns(func.count())
    return session.scalar(query.order_by(None)) or 0


def ensure_turn(session: Session, step: Step, *, by: Actor, now: datetime) -> Seat:
    """Return the seat from which the actor may act on ``step`` now.

    Raises PermissionDenied("not_allowed", "seat_not_held"), Conflict("step_not_open"),
    Conflict("acted_in_stage") for whoever has acted on another step of the stage, Invalid("capacity_not_allowed").
    """
    require(by, Permission.STEP_ACT, step)
    ensure_open(step)
    if any(other.acted_by == by.person_id for other in _beside(step)):
        raise Conflict("acted_in_stage")
    seat = seat_of(session, step, by=by, now=now)
    if seat is None:
        raise PermissionDenied("seat_not_held")
    if not may_sign_as(step, seat):
        raise Invalid("capacity_not_allowed", capacity=seat.capacity.value)
    return seat


def _beside(step: Step) -> Iterable[Step]:
    """The steps of the stage with the same act: of several who must agree each is another person."""
    return (other for other in pinning.steps_in(step.route, step.stage) if other.action is step.action)


def ensure_open(step: Step) -> None:
    """Raise Conflict("step_not_open") where the step's turn has not come, or is over."""
    if step.outcome is not None or step.opened_at is None or step.route.closed_at is not None:
        raise Conflict("step_not_open")


def seat_of(session: Session, step: Step, *, by: Actor, now: datetime) -> Seat | None:
    """The seat, own or by delegation, from which the actor would act on ``step`` today.

    Of several the first in a capacity that the step takes; where none is, the first.
    """
    if by.person_id is None or step.assignee_id not in (None, by.person_id):
        return None
    day, matter = clock.day_of(now), pinning.matter_of(step)
    seats = people.seats_for(
        session, by.person_id, unit_id=step.unit_id, kind=step.position_kind, day=day, matter=matter
    )
    return next((seat for seat in seats if may_sign_as(step, seat)), next(iter(seats), None))


def holders_of(session: Session, step: Step, day: date) -> list[Seat]:
    """Everybody who may act on the step on ``day``."""
    seats = people.holders(
        session, unit_id=step.unit_id, kind=step.position_kind, day=day, matter=pinning.matter_of(step)
    )
    return [seat for seat in seats if step.assignee_id in (None, seat.person_id)]


def may_sign_as(step: Step, seat: Seat) -> bool:
    """Whether the campaign lets the step be done in the seat's capacity; none named means any."""
    return not step.capacities or seat.capacity.value in step.capacities


def give_number(
    session: Session, step_id: UUID, *, number: int, symbol: str, issued_on: date, by: Actor, now: datetime
) -> Step:
    """Register number, symbol and date of the paper (Nghị định 30/2020, art. 15); the seal's update writes them in.

    Raises Conflict("number_taken"), Invalid("step_is_no_number").
    """
    step = get_step(session, step_id, by=by)
    seat = ensure_turn(session, step, by=by, now=now)
    if step.action is not StepAction.NUMBER:
        raise Invalid("step_is_no_number")
    route = step.route
    trail = trail_of(route)
    documents.assign_number(
        session, route.document_id, number=number, symbol=symbol, issued_on=issued_on, trail=trail, by=by, now=now
    )
    complete(session, step, seat, by=by, now=now, result_version_id=None)
    return step


def recall(session: Session, route: SigningRoute, *, reason: str, by: Actor, now: datetime) -> SigningRoute:
    """Take a document back while nobody has acted. The caller has judged whether ``by`` may."""
    if route.closed_at is not None:
        raise Conflict("route_closed")
    if any(step.outcome is StepOutcome.DONE for step in route.steps):
        raise Conflict("route_already_signed")
    record(session, trail_of(route), "signing:route:recall", by=by, now=now, route=route.id, reason=reason)
    close_route(session, route, RouteOutcome.RECALLED, now=now, reason=reason)
    return route


def replace(session: Session, document: Document, *, by: Actor, now: datetime, reason: str = "") -> None:
    """A new version takes the document's place: an open route ends, and its signatures are void."""
    route = open_route_of(session, document.id)
    if route is not None:
        record(session, trail_of(route), "signing:route:replace", by=by, now=now, route=route.id)
        close_route(session, route, RouteOutcome.REPLACED, now=now, reason=reason)


def settle(session: Session, document: Document, *, now: datetime) -> None:
    """After a change of versions: signatures count where their completed route led to the version in force.

    Those of a version that was replaced are void; they count again where its replacement was withdrawn.
    """
    current = documents.current_version(document)
    query = select(SigningRoute).where(
        SigningRoute.document_id == document.id, SigningRoute.outcome == RouteOutcome.COMPLETED
    )
    for route in session.scalars(query):
        if current is not None and route.version_id in documents.lineage(current):
            changed, event = voiding.count_again(session, route), "signatures.restored"
        else:
            changed, event = voiding.void(session, route, VoidCause.REPLACED, now=now), "signatures.replaced"
        if changed:
            outbox.add(session, event, now=now, route_id=route.id, document_id=document.id, at=now)


def complete(
    session: Session,
    step: Step,
    seat: Seat,
    *,
    by: Actor,
    now: datetime,
    result_version_id: UUID | None,
    signed_digest: str = "",
) -> None:
    """Mark a step done, record it, and hand the turn on.

    ``signed_digest`` is that of the version which the signer saw. The event also says from where the actor came and
    how they had proved who they are.
    """
    told = by.presence.as_json() | ({"signed_digest": signed_digest} if signed_digest else {})
    stamp_act(step, seat, StepOutcome.DONE, by=by, now=now)
    step.result_version_id = result_version_id
    record(
        session,
        trail_of(step.route),
        f"signing:step:{step.action.value}",
        by=by,
        now=now,
        step=step.id,
        document=step.route.document_id,
        position=seat.title,
        capacity=seat.capacity.value,
        version=result_version_id,
        **told,
    )
    hand_on(session, step.route, now=now)


def hand_on(session: Session, route: SigningRoute, *, now: datetime) -> None:
    """Open the stage whose turn has come (``rules.whose_turn``); close the route when none is left."""
    turn = pinning.turn_of(route)
    for step in route.living:
        if turn.stage is None or step.stage < turn.stage:
            step.outcome = step.outcome or StepOutcome.NOT_NEEDED
    if turn.stage is None:
        close_route(session, route, RouteOutcome.COMPLETED, now=now)
    elif not _open(session, route, pinning.steps_in(route, turn.stage), now=now):
        outbox.add(session, "route.moved", now=now, route_id=route.id, document_id=route.document_id)


def close_route(
    session: Session, route: SigningRoute, outcome: RouteOutcome, *, now: datetime, reason: str = ""
) -> None:
    """End a route and announce how it ended; what was still open becomes void, and so do its signatures.

    Only a completed route's signatures count.
    """
    route.closed_at, route.outcome = now, outcome
    for step in route.steps:
        step.outcome = step.outcome or StepOutcome.VOID
    if outcome is not RouteOutcome.COMPLETED:
        voiding.void(session, route, VoidCause(outcome.value), reason=reason, now=now)
    outbox.add(session, f"route.{outcome.value}", now=now, route_id=route.id, document_id=route.document_id, at=now)


def trail_of(route: SigningRoute) -> Trail:
    """The chain that the route records in."""
    return Trail(route.trail_subject, route.trail_id)


def _open_steps() -> Select[Step]:
    return (
        select(Step)
        .join(Step.route)
        .where(Step.outcome.is_(None), Step.opened_at.is_not(None), SigningRoute.closed_at.is_(None))
    )


def _steps(plan: RoutePlan, document: Document, by: Actor) -> Iterable[Step]:
    for stage_number, stage in enumerate(plan.stages, start=1):
        for ordinal, step in enumerate(stage.steps, start=1):
            yield Step(
                stage=stage_number,
                ordinal=ordinal,
                mode=StageMode(stage.mode),
                action=StepAction(step.action),
                unit_id=plan.units[step.unit],
                position_kind=step.position,
                capacities=[capacity.value for capacity in step.capacities],
                field_name=field_name(stage_number, ordinal, step.action),
                due_on=min(filter(None, (plan.due_on, stage.due_on)), default=None),
                sender_id=by.person_id,
                document_kind=document.kind.value,
                campaign_code=plan.campaign,
                scheme_code=plan.scheme,
            )


def field_name(stage: int, ordinal: int, action: StepAction) -> str | None:
    """The name of the signature field that a step fills; a number step fills none of its own."""
    return None if action is StepAction.NUMBER else f"{action.value}_{stage}_{ordinal}"


def _open(session: Session, route: SigningRoute, steps: list[Step], *, now: datetime) -> list[Step]:
    """Give the steps their turn and announce it; none where they had it already."""
    opened = [step for step in steps if step.opened_at is None]
    for step in opened:
        step.opened_at, step.due_on = now, pinning.due_of(step, now=now)
        session.flush()
        outbox.add(session, "step.opened", now=now, step_id=step.id, document_id=route.document_id)
    return opened


def stamp_act(step: Step, seat: Seat, outcome: StepOutcome, *, by: Actor, now: datetime) -> None:
    """Write on the step who acted, from which seat, in which capacity."""
    step.outcome = outcome
    step.acted_at = now
    step.acted_by = by.person_id
    step.actor_name = by.name
    step.capacity = seat.capacity
    step.position_title = seat.title
