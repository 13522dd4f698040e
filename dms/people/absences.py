"""Who is away, from when to when, and who stands in: told to all who wait for them. It gives nobody any power."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from dms import clock, text
from dms.audit import Trail, record
from dms.errors import Invalid, NotFound, PermissionDenied
from dms.people import service as people
from dms.people.models import Absence
from dms.policy import Actor


def enter_absence(
    session: Session,
    *,
    valid_from: date,
    valid_to: date,
    stand_in_id: UUID | None = None,
    note: str = "",
    by: Actor,
    now: datetime,
) -> Absence:
    """Say that one is away (the last day exclusive). Whoever stands in signs only what was delegated to them.

    Raises PermissionDenied, NotFound, Invalid("period_empty", "absence_over", "absence_stand_in_oneself").
    """
    if by.person_id is None:
        raise PermissionDenied("not_allowed")
    if valid_to <= valid_from:
        raise Invalid("period_empty", field="valid_to")
    if valid_to <= clock.day_of(now):
        raise Invalid("absence_over", field="valid_to")
    if stand_in_id is not None:
        _ensure_other(session, stand_in_id, by)
    absence = Absence(
        person_id=by.person_id,
        stand_in_id=stand_in_id,
        note=text.clean(note),
        valid_from=valid_from,
        valid_to=valid_to,
        entered_at=now,
    )
    session.add(absence)
    session.flush()
    told = {"absence": absence.id, "valid_from": valid_from, "valid_to": valid_to, "stand_in": stand_in_id}
    record(session, Trail("person", by.person_id), "person:absence:enter", by=by, now=now, **told)
    return absence


def cancel_absence(session: Session, absence_id: UUID, *, by: Actor, now: datetime) -> Absence:
    """Be back, or not leave after all. Raises NotFound, also for somebody else's."""
    absence = session.get(Absence, absence_id)
    if absence is None or absence.person_id != by.person_id:
        raise NotFound("absence_not_found")
    if absence.cancelled_at is None:
        absence.cancelled_at = now
        record(session, Trail("person", absence.person_id), "person:absence:cancel", by=by, now=now, absence=absence.id)
    return absence


def absences_of(session: Session, person_id: UUID, day: date) -> list[Absence]:
    """A person's absences that are not over on ``day``."""
    query = _living(day).where(Absence.person_id == person_id)
    return list(session.scalars(query))


def away_on(session: Session, person_ids: Iterable[UUID], day: date) -> dict[UUID, Absence]:
    """Map those of the people who are away on ``day`` to their absence; one query."""
    query = _living(day).where(Absence.person_id.in_(set(person_ids)), Absence.valid_from <= day)
    return {each.person_id: each for each in session.scalars(query)}


def _living(day: date) -> Select[Absence]:
    return (
        select(Absence)
        .where(Absence.cancelled_at.is_(None), Absence.valid_to > day)
        .options(joinedload(Absence.stand_in))
        .order_by(Absence.valid_from)
    )


def _ensure_other(session: Session, person_id: UUID, by: Actor) -> None:
    people.get_person(session, person_id)
    if person_id == by.person_id:
        raise Invalid("absence_stand_in_oneself", field="stand_in_id")
