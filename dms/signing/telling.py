"""Who is told what of a route: a refusal reaches everybody who signed before, and the sender, with its reason.

Each function handles one event (``dms.handlers``) and writes notices in the transaction of the change.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.people import notices
from dms.people.models import Delegation
from dms.people.notices import NoticeKind
from dms.signing import plan, service, voiding
from dms.signing.models import Signature, SigningRoute, Step, StepOutcome, VoidCause

Payload = dict[str, Any]


def on_route_refused(session: Session, payload: Payload, now: datetime) -> None:
    """Everybody who acted, and the sender: who refused, and why."""
    route = _route(session, payload)
    refused = _last(route, StepOutcome.REFUSED)
    if refused is None:
        return
    told = [route.opened_by, *_acted(route)]
    _tell(session, told, NoticeKind.ROUTE_REFUSED, route, now=now, step=refused, but=refused.acted_by)


def on_route_sent_back(session: Session, payload: Payload, now: datetime) -> None:
    """The sender, and those whose signatures are void since: the stage begins anew."""
    step = session.get_one(Step, UUID(payload["step_id"]))
    route = step.route
    void = _void(session, route, payload)
    told = [route.opened_by, *(each.person_id for each in void)]
    stage = plan.stage_of(route, plan.stage_of(route, step.stage).back_to).title
    _tell(
        session, told, NoticeKind.ROUTE_SENT_BACK, route, now=now, step=step, but=step.acted_by, more={"stage": stage}
    )


def on_step_refused(session: Session, payload: Payload, now: datetime) -> None:
    """One of a quorum refused and the others go on: the sender knows it early."""
    step = session.get_one(Step, UUID(payload["step_id"]))
    _tell(session, [step.route.opened_by], NoticeKind.STEP_REFUSED, step.route, now=now, step=step, but=step.acted_by)


def on_route_ended_early(session: Session, payload: Payload, now: datetime) -> None:
    """A route was recalled or its paper replaced: its signers are told that their signatures are void, and why."""
    route = _route(session, payload)
    _tell_void(session, route, _void(session, route, payload), now=now)


def on_signatures_replaced(session: Session, payload: Payload, now: datetime) -> None:
    """A newer version took the place of a signed one."""
    route = _route(session, payload)
    _tell_void(session, route, _void(session, route, payload), now=now)


def on_signatures_restored(session: Session, payload: Payload, now: datetime) -> None:
    """The newer version was withdrawn: the signatures count again."""
    route = _route(session, payload)
    signers = [each.person_id for each in voiding.signatures_of(session, route) if each.voided_at is None]
    _tell(session, signers, NoticeKind.SIGNATURE_AGAIN, route, now=now)


def on_route_completed(session: Session, payload: Payload, now: datetime) -> None:
    """The sender: everybody has signed."""
    route = _route(session, payload)
    last = max(filter(None, (step.acted_at for step in route.steps)), default=None)
    by = next((step.acted_by for step in route.steps if step.acted_at == last), None)
    _tell(session, [route.opened_by], NoticeKind.ROUTE_COMPLETED, route, now=now, but=by)


def on_step_skipped(session: Session, payload: Payload, now: datetime) -> None:
    """Those who would have acted, and the sender."""
    step = session.get_one(Step, UUID(payload["step_id"]))
    told = [step.route.opened_by, *_holders(session, step, now)]
    _tell(session, told, NoticeKind.STEP_SKIPPED, step.route, now=now, step=step, but=step.acted_by)


def on_step_reassigned(session: Session, payload: Payload, now: datetime) -> None:
    """Whoever the step was given to."""
    step = session.get_one(Step, UUID(payload["step_id"]))
    params: Payload = {"reason": step.assigned_reason or "", "step_id": step.id}
    _tell(session, [step.assignee_id], NoticeKind.STEP_GIVEN, step.route, now=now, more=params)


def on_delegation_granted(session: Session, payload: Payload, now: datetime) -> None:
    """The delegate."""
    _tell_delegate(session, payload, NoticeKind.DELEGATION_GRANTED, now=now)


def on_delegation_revoked(session: Session, payload: Payload, now: datetime) -> None:
    """The delegate."""
    _tell_delegate(session, payload, NoticeKind.DELEGATION_REVOKED, now=now)


def _tell_delegate(session: Session, payload: Payload, kind: NoticeKind, *, now: datetime) -> None:
    given = session.get_one(Delegation, UUID(payload["delegation_id"]))
    params = {"by": given.grantor.full_name, "basis": given.basis, "since": given.valid_from, "until": given.valid_to}
    notices.tell(session, [given.delegate_id], kind, now=now, capacity=given.capacity.value, **params)


def _tell_void(session: Session, route: SigningRoute, void: list[Signature], *, now: datetime) -> None:
    for signature in void:
        cause = signature.void_cause or VoidCause.REPLACED
        params: Payload = {"cause": cause.value, "reason": signature.void_reason}
        _tell(session, [signature.person_id], NoticeKind.SIGNATURE_VOID, route, now=now, more=params)


def _tell(
    session: Session,
    people: Iterable[UUID | None],
    kind: NoticeKind,
    route: SigningRoute,
    *,
    now: datetime,
    step: Step | None = None,
    but: UUID | None = None,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Tell people about a route, each once, and never the one whose act it was."""
    about = {"title": route.title, "place": route.place, "document_id": route.document_id}
    if step is not None:
        about |= {"by": step.actor_name or "", "reason": step.reason or ""}
    told = (person for person in people if person != but)
    notices.tell(session, told, kind, now=now, **(about | dict(more)))


def _route(session: Session, payload: Payload) -> SigningRoute:
    return session.get_one(SigningRoute, UUID(payload["route_id"]))


def _last(route: SigningRoute, outcome: StepOutcome) -> Step | None:
    found = [step for step in route.steps if step.outcome is outcome and step.acted_at is not None]
    return max(found, key=lambda step: step.acted_at or route.opened_at, default=None)


def _acted(route: SigningRoute) -> list[UUID | None]:
    return [step.acted_by for step in route.living if step.outcome is StepOutcome.DONE]


def _void(session: Session, route: SigningRoute, payload: Payload) -> list[Signature]:
    """The signatures that this very change made void, by the moment it was made in."""
    at = datetime.fromisoformat(payload["at"])
    query = select(Signature).join(Step, Step.id == Signature.step_id).where(Step.route_id == route.id)
    return [each for each in session.scalars(query) if each.voided_at == at]


def _holders(session: Session, step: Step, now: datetime) -> list[UUID]:
    return [seat.person_id for seat in service.holders_of(session, step, clock.day_of(now))]
