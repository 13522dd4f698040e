"""State comes from the file: what a signed file holds, what is recorded of it, and what the steps say must agree."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from dms.documents import service as documents
from dms.errors import Invalid, NotFound
from dms.signing import pades
from dms.signing.models import Signature, SigningRoute, Step, StepOutcome
from dms.upkeep.model import Gravity, Trouble, Ward

RECENT = timedelta(days=30)
"""Without ``deep``, routes that closed longer ago are taken on trust: each file has to be fetched and opened."""


@dataclass(frozen=True, slots=True)
class Told:
    """One signature field as three witnesses tell of it."""

    in_file: bool
    on_record: bool
    step: Step


_DISAGREEMENTS: Mapping[tuple[bool, bool], str] = {
    (True, False): "signature_unrecorded",
    (False, True): "signature_not_in_file",
}


def agreeing(ward: Ward) -> Generator[Trouble | None]:
    """Each route's fields: signed in the file, recorded as a signature, and done as a step, or none of the three."""
    for route_id in _routes(ward):
        route = ward.session.get_one(SigningRoute, route_id, options=[selectinload(SigningRoute.steps)])
        yield from _examine(ward, route)
        ward.session.expunge(route)


def _routes(ward: Ward) -> list[UUID]:
    query = select(SigningRoute.id).order_by(SigningRoute.opened_at)
    if not ward.deep:
        since = ward.now - RECENT
        query = query.where(or_(SigningRoute.closed_at.is_(None), SigningRoute.closed_at >= since))
    return list(ward.session.scalars(query))


def _examine(ward: Ward, route: SigningRoute) -> Generator[Trouble | None]:
    named = {"title": route.title, "route": str(route.id)}
    try:
        with documents.local_copy(ward.desk.desk, route.version) as path:
            signed = set(pades.inspect_fields(path).signed_fields)
    except NotFound:  # the check of blobs tells
        return
    except Invalid:
        yield Trouble("signed_file_unreadable", Gravity.ERROR, named)
        return
    recorded = _recorded(ward.session, route)
    for step in route.living:  # what an earlier round signed is on record, and no longer in the file
        if step.field_name:
            told = Told(step.field_name in signed, step.id in recorded, step)
            yield _judge(told, named | {"field": step.field_name})


def _judge(told: Told, named: Mapping[str, str]) -> Trouble | None:
    code = _DISAGREEMENTS.get((told.in_file, told.on_record)) or _about_step(told)
    return Trouble(code, Gravity.ERROR, named) if code else None


def _about_step(told: Told) -> str | None:
    if told.in_file and told.step.outcome is None:
        return "step_open_though_signed"
    return "step_done_unsigned" if told.step.outcome is StepOutcome.DONE and not told.in_file else None


def _recorded(session: Session, route: SigningRoute) -> set[UUID]:
    query = select(Signature.step_id).join(Step, Step.id == Signature.step_id).where(Step.route_id == route.id)
    return set(session.scalars(query))
