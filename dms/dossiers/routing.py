"""Papers of a dossier on their way to the signers, and what their end means for the dossier."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.campaigns import service as campaigns
from dms.campaigns.spec import Requirement
from dms.documents import service as documents
from dms.dossiers import facts, parties, parts, service, summary
from dms.dossiers.guards import ensure_editable
from dms.dossiers.lifecycle import Action, move, trail_of
from dms.dossiers.models import Dossier, Part
from dms.errors import Invalid
from dms.policy import SYSTEM, Actor, Status
from dms.signing import placement, validation
from dms.signing.layout import service as layout
from dms.signing.models import RouteOutcome, SigningRoute
from dms.signing.service import RoutePlan, SigningDesk

_PLACE_LENGTH = 100


def send_for_signature(
    session: Session,
    desk: SigningDesk,
    dossier_id: UUID,
    *,
    by: Actor,
    now: datetime,
    part_ids: Collection[UUID] | None = None,
) -> list[SigningRoute]:
    """Start the route that the campaign sets for each of the parts, or for all that are ready (P12, P17, P25).

    Ready is a PDF that its route has not started or finished for. Raises Invalid("part_not_ready", "nothing_to_sign"),
    Conflict("dossier_closed_for_changes", "route_already_open").
    """
    dossier = service.get(session, dossier_id, by=by)
    ensure_editable(dossier, by)
    material = facts.gather(session, dossier)
    ready = ready_parts(material)
    chosen = ready if part_ids is None else _chosen(material, ready, part_ids)
    if not chosen:
        raise Invalid("nothing_to_sign", dossier=dossier.code)
    routes = [_start(session, desk, dossier, piece, by=by, now=now) for piece in chosen]
    move(
        session, dossier, Action.START_SIGNING, by=by, now=now, documents=[str(part.document_id) for _, part in chosen]
    )
    summary.refresh(session, dossier, now=now)
    return routes


def recheck_signatures(
    session: Session, desk: SigningDesk, dossier_id: UUID, *, max_age_hours: int, by: Actor, now: datetime
) -> None:
    """Validate afresh each signed paper whose last validation is older than ``max_age_hours``, before a submission."""
    dossier = service.get(session, dossier_id, by=by)
    material = facts.gather(session, dossier)
    for version in material.current.values():
        if version.id in material.acts:
            validation.fresh_check(session, desk, version, max_age_hours=max_age_hours, now=now)
    summary.refresh(session, dossier, now=now)


def ready_parts(material: facts.Material) -> list[tuple[Requirement, Part]]:
    """The parts whose current version is a PDF that still has to go to its signers."""
    return [
        (requirement, part)
        for requirement, part in facts.judged_parts(material)
        if requirement.route
        and (version := material.current.get(part.document_id)) is not None
        and version.media_type == documents.PDF
        and is_free(material.routes.get(part.document_id), version.id, material)
    ]


def is_free(route: SigningRoute | None, version_id: UUID, material: facts.Material) -> bool:
    """Whether no route holds the document: none yet, one that ended without signatures, or one for an older version."""
    if route is None:
        return True
    if route.closed_at is None:
        return False
    return route.outcome is not RouteOutcome.COMPLETED or not material.acts.get(version_id)


def on_route_moved(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A paper's turn passed on, or its route ended: what lists show of its dossier is written anew."""
    dossier = _dossier_of(session, UUID(payload["document_id"]))
    if dossier is not None:
        summary.refresh(session, dossier, now=now)


def on_route_refused(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A signer refused: the dossier is a draft again until its paper is mended and sent anew."""
    dossier = _dossier_of(session, UUID(payload["document_id"]))
    if dossier is None:
        return
    if dossier.status is Status.SIGNING:
        move(session, dossier, Action.RESUME_DRAFT, by=SYSTEM, now=now, document=payload["document_id"])
    summary.refresh(session, dossier, now=now)


def on_version_received(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A draft became a PDF: its dossier is judged anew."""
    dossier = session.get(Dossier, UUID(payload["trail_id"])) if payload["trail_subject"] == "dossier" else None
    if dossier is not None:
        summary.refresh(session, dossier, now=now)


def plan_of(session: Session, dossier: Dossier, requirement: Requirement, part: Part, *, now: datetime) -> RoutePlan:
    """The route that the campaign sets for a paper of the dossier."""
    spec, day = campaigns.spec_of(dossier.revision), clock.day_of(now)
    sides = frozenset(step.unit for stage in requirement.route for step in stage.steps)
    return RoutePlan(
        title=part.document.title,
        stages=requirement.route,
        units=parties.units_by_side(session, spec, dossier, sides, day=day),
        trail=trail_of(dossier),
        place=f"{dossier.code} · {service.unit_name(dossier).name}"[:_PLACE_LENGTH],
        due_on=_due_on(dossier),
        campaign=spec.code,
        scheme=dossier.scheme_code,
        holidays=spec.holidays,
        stamp_may_follow=spec.stamp_may_follow,
    )


def layout_of(
    session: Session, desk: SigningDesk, part_id: UUID, *, by: Actor, now: datetime
) -> tuple[Dossier, layout.Layout, RoutePlan]:
    """Where the fields of a paper would stand, for those who may send it to its signers.

    Raises NotFound, Conflict("dossier_closed_for_changes", "route_already_open"), Invalid("part_not_ready"), and what
    ``placement.start`` refuses.
    """
    part = parts.get_part(session, part_id, by=by)
    dossier = service.get(session, part.dossier_id, by=by)
    ensure_editable(dossier, by)
    requirement = campaigns.scheme_of(dossier.revision, dossier.scheme_code).requirement(part.requirement_code)
    if requirement is None or not requirement.route:
        raise Invalid("part_not_ready", title=part.document.title)
    plan = plan_of(session, dossier, requirement, part, now=now)
    return dossier, layout.layout_of(session, desk, part.document, plan, now=now), plan


def _start(
    session: Session,
    desk: SigningDesk,
    dossier: Dossier,
    piece: tuple[Requirement, Part],
    *,
    by: Actor,
    now: datetime,
) -> SigningRoute:
    requirement, part = piece
    plan = plan_of(session, dossier, requirement, part, now=now)
    return placement.start(session, desk, part.document, plan, by=by, now=now)


def _due_on(dossier: Dossier) -> date | None:
    """The last day on which a signature still comes in time: the day before the deadline's day (P18)."""
    deadline = service.deadline_of(dossier)
    return deadline.before - timedelta(days=1) if deadline else None


def _chosen(
    material: facts.Material, ready: Sequence[tuple[Requirement, Part]], part_ids: Collection[UUID]
) -> list[tuple[Requirement, Part]]:
    by_id = {part.id: (requirement, part) for requirement, part in ready}
    for part_id in part_ids:
        if part_id not in by_id:
            title = next((part.document.title for part in material.parts if part.id == part_id), "?")
            raise Invalid("part_not_ready", title=title)
    return [by_id[part_id] for part_id in part_ids]


def _dossier_of(session: Session, document_id: UUID) -> Dossier | None:
    query = select(Dossier).join(Dossier.parts).where(Part.document_id == document_id)
    return session.scalars(query).first()
