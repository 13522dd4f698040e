"""The administrator's verbs: units, seats, roles and people, each with a life in time and a trail.

Every change of access is told in the audit chain of the unit or the person, and announced (``access.changed``).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.people.models import Unit, UnitName
from dms.policy import Actor, PositionKind, Role


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is in a unit today: a seat or a role, and the unit's name of the day."""

    title: PositionKind | Role
    unit_id: UUID
    unit: str


def posts_of(session: Session, actor: Actor, day: date) -> list[Post]:
    """The actor's seats, then roles, in units that live on ``day``; one query."""
    held = [*actor.seats, *actor.roles]
    names = living_names(session, {unit for _, unit in held}, day)
    return [Post(title, unit, names[unit]) for title, unit in sorted(held, key=str) if unit in names]


def living_names(session: Session, unit_ids: set[UUID], day: date) -> dict[UUID, str]:
    """The names on ``day`` of those of the units that are not abolished by then; one query."""
    query = (
        select(UnitName.unit_id, UnitName.name)
        .join(Unit, Unit.id == UnitName.unit_id)
        .where(
            UnitName.unit_id.in_(unit_ids),
            UnitName.valid_from <= day,
            Unit.abolished_on.is_(None) | (Unit.abolished_on > day),
        )
        .order_by(UnitName.valid_from)
    )
    return {row.unit_id: row.name for row in session.execute(query)}
