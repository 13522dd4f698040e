"""What people do to a route beside signing: refuse, skip, give a step to somebody else. Each wants its reason."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from dms import clock, outbox, text
from dms.audit import record
from dms.campaigns.vocabulary import SkipBy, StepAction
from dms.documents import service as documents
from dms.documents.models import Version
from dms.errors import Conflict, Invalid, NotFound
from dms.people import service as people
from dms.people.models import Capacity
from dms.people.service import Seat
from dms.policy import SYSTEM, Actor, Permission, PositionKind, allows, require
from dms.signing import plan, rules, service, voiding
from dms.signing.models import RouteOutcome, SigningRoute, Step, StepOutcome, VoidCause

_UNDONE = frozenset({None, StepOutcome.DONE, StepOutcome.SKIPPED, StepOutcome.NOT_NEEDED})


def refuse(session: Session, step_id: UUID, *, reason: str, by: Actor, now: datetime) -> Step:
    """Refuse to act, with a reason. Where it leads is said by the campaign file (``on_refuse``).

    Back to the clerk the route ends and all its signatures are void; back to a stage that stage begins anew on the
    paper as it was then. A quorum goes on while enough others are left.
    Raises what ``service.ensure_turn`` raises, Invalid("reason_missing").
    """
    step = service.get_step(session, step_id, by=by)
    seat = service.ensure_turn(session, step, by=by, now=now)
    reason = ensure_reason(reason)
    service.stamp_act(step, seat, StepOutcome.REFUSED, by=by, now=now)
    step.reason = reason
    route = step.route
    told = {"step": step.id, "position": seat.title, "reason": step.reason} | by.presence.as_json()
    record(session, service.trail_of(route), "signing:step:refuse", by=by, now=now, **told)
    if plan.turn_of(route).ending is not RouteOutcome.REFUSED:
        outbox.add(session, "step.refused", now=now, step_id=step.id, document_id=route.document_id)
        return step
    target = plan.stage_of(route, step.stage).back_to
    if target == rules.BACK_TO_CLERK:
        service.close_route(session, route, RouteOutcome.REFUSED, now=now, reason=reason)
    else:
        _send_back(session, step, target, by=by, now=now)
    return step


def skip(session: Session, step_id: UUID, *, reason: str, by: Actor, now: datetime) -> Step:
    """Pass over a step whose turn it is, where the campaign allows it and names ``by`` among those who may.

    Raises NotFound, Invalid("step_not_skippable", "reason_missing"), Conflict("step_not_open"), PermissionDenied.
    """
    step = _get(session, step_id, Permission.STEP_SKIP, by=by)
    service.ensure_open(step)
    if not may_skip(step, by):
        raise Invalid("step_not_skippable", stage=plan.stage_of(step.route, step.stage).title)
    step.reason = ensure_reason(reason)
    step.outcome, step.acted_at, step.acted_by, step.actor_name = StepOutcome.SKIPPED, now, by.person_id, by.name
    told = {"step": step.id, "reason": step.reason} | by.presence.as_json()
    record(session, service.trail_of(step.route), "signing:step:skip", by=by, now=now, **told)
    outbox.add(session, "step.skipped", now=now, step_id=step.id, document_id=step.route.document_id)
    service.hand_on(session, step.route, now=now)
    return step


def may_skip(step: Step, by: Actor) -> bool:
    """Whether the campaign lets the actor skip the step."""
    asked = plan.stage_of(step.route, step.stage).skip_by
    is_sender = by.person_id is not None and step.sender_id == by.person_id
    is_head = (PositionKind.HEAD, step.unit_id) in by.seats
    return (SkipBy.SENDER in asked and is_sender) or (SkipBy.HEAD in asked and is_head)


def reassign(
    session: Session, step_id: UUID, *, person_id: UUID, kind: PositionKind, reason: str, by: Actor, now: datetime
) -> Step:
    """Give a step that nobody has done to another lawful holder in the same unit; the earlier one may no longer act.

    Raises NotFound, Conflict("step_not_open"), Invalid("reassign_unlawful", "reason_missing").
    """
    step = _get(session, step_id, Permission.STEP_REASSIGN, by=by)
    if step.outcome is not None or step.route.closed_at is not None:
        raise Conflict("step_not_open")
    found = [seat for seat in candidates(session, step, now=now) if (seat.person_id, seat.kind) == (person_id, kind)]
    if not found:
        raise Invalid("reassign_unlawful", field="to")
    reason = ensure_reason(reason)
    told = {"step": step.id, "before": step.position_kind, "after": kind, "to": person_id, "reason": reason}
    if kind is not step.position_kind:
        step.planned_kind, step.position_kind = step.planned_kind or step.position_kind.value, kind
    step.assignee_id, step.assigned_reason = person_id, reason
    record(session, service.trail_of(step.route), "signing:step:reassign", by=by, now=now, **told)
    session.flush()
    outbox.add(session, "step.reassigned", now=now, step_id=step.id, document_id=step.route.document_id)
    return step


def candidates(session: Session, step: Step, *, now: datetime) -> list[Seat]:
    """Everybody in the unit to whom the step may be given: those of its seat, then of seats that may stand for it.

    Whoever is the only one to have it already is no choice.
    """
    day, matter = clock.day_of(now), plan.matter_of(step)
    planned = PositionKind(step.planned_kind or step.position_kind)
    found: list[Seat] = []
    for kind in rules.seats_for(step.action, planned):
        seats = people.holders(session, unit_id=step.unit_id, kind=kind, day=day, matter=matter)
        found += [seat for seat in seats if _may_be_given(step, seat, planned)]
    holders = {seat.person_id for seat in service.holders_of(session, step, day)}
    others = {seat.person_id: seat for seat in reversed(found) if holders != {seat.person_id}}
    return list(others.values())[::-1]


def ensure_reason(reason: str) -> str:
    """The reason without stray spaces. Raises Invalid("reason_missing")."""
    if not reason.strip():
        raise Invalid("reason_missing", field="reason")
    return text.clean(reason)[:1000]


def _may_be_given(step: Step, seat: Seat, planned: PositionKind) -> bool:
    if seat.kind is planned:
        return service.may_sign_as(step, seat)
    return seat.capacity is Capacity.NONE and not seat.delegated and step.action is StepAction.INITIALS


def _get(session: Session, step_id: UUID, permission: Permission, *, by: Actor) -> Step:
    """A step that the actor may see or manage. Raises NotFound for others, PermissionDenied where they only see it."""
    step = session.get(Step, step_id)
    known = step is not None and any(allows(by, each, step) for each in (Permission.STEP_READ, permission))
    if step is None or not known:
        raise NotFound("step_not_found")
    require(by, permission, step)
    return step


def _send_back(session: Session, refused: Step, target: int, *, by: Actor, now: datetime) -> None:
    """Begin stage ``target`` and all after it anew, on the paper as it was before anybody there signed."""
    route, reason = refused.route, refused.reason or ""
    again = [step for step in route.living if step.stage >= target]
    before = _before(session, again)
    voiding.void(session, route, VoidCause.SENT_BACK, reason=reason, from_stage=target, now=now)
    if before is not None:
        trail = service.trail_of(route)
        route.version = documents.restore_version(session, before, note=reason, trail=trail, by=SYSTEM, now=now)
    route.steps.extend([_anew(step) for step in again])
    for step in again:
        step.outcome = StepOutcome.UNDONE if step.outcome in _UNDONE else step.outcome
    told = {"step": refused.id, "stage": target, "reason": reason}
    record(session, service.trail_of(route), "signing:route:send_back", by=by, now=now, **told)
    session.flush()
    session.expire(route, ["steps"])
    outbox.add(session, "route.sent_back", now=now, step_id=refused.id, document_id=route.document_id, at=now)
    service.hand_on(session, route, now=now)


def _before(session: Session, steps: Sequence[Step]) -> Version | None:
    """The version on which the first of the steps signed; None where none of them has."""
    ids = {step.result_version_id for step in steps if step.outcome is StepOutcome.DONE and step.result_version_id}
    made = [session.get_one(Version, each) for each in ids]
    first = min(made, key=lambda version: version.number, default=None)
    return session.get_one(Version, first.parent_id) if first is not None and first.parent_id else None


def _anew(step: Step) -> Step:
    return Step(
        stage=step.stage,
        ordinal=step.ordinal,
        round=step.round + 1,
        mode=step.mode,
        action=step.action,
        unit_id=step.unit_id,
        position_kind=step.position_kind,
        planned_kind=step.planned_kind,
        assignee_id=step.assignee_id,
        sender_id=step.sender_id,
        document_kind=step.document_kind,
        campaign_code=step.campaign_code,
        scheme_code=step.scheme_code,
        capacities=step.capacities,
        field_name=service.field_name(step.stage, step.ordinal, step.action),
    )


def route_of(session: Session, route_id: UUID) -> SigningRoute:
    """A route by its id; who may see it is judged by the caller. Raises NotFound."""
    route = session.get(SigningRoute, route_id)
    if route is None:
        raise NotFound("route_not_found")
    return route
