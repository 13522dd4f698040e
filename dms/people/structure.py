"""Units as they stood on a day: who stood under whom, in which emulation block, and by which papers they changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dms.people.models import (
    BlockMembership,
    EmulationBlock,
    Unit,
    UnitEvent,
    UnitEventPart,
    UnitName,
    UnitSuccession,
    UnitSuperior,
    in_force,
)
from dms.people.service import list_units, names_on
from dms.text import collation_key


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in the tree of a day: its name of that day, its emulation block, and the units below it."""

    unit: Unit
    name: UnitName
    block: str
    below: tuple["Branch", ...]

    @property
    def size(self) -> int:
        """How many units stand here, this one included."""
        return 1 + sum(each.size for each in self.below)


def tree_on(session: Session, day: date) -> list[Branch]:
    """The units alive on ``day``, each below its superior of that day; a constant number of queries."""
    living = {unit.id: unit for unit in list_units(session, living_on=day)}
    names = names_on(session, living, day)
    superiors = superiors_on(session, day)
    blocks = {unit_id: block.name for unit_id, block in blocks_of_units(session, day).items()}
    below: dict[UUID | None, list[UUID]] = defaultdict(list)
    for unit_id in living:
        superior = superiors.get(unit_id)
        below[superior if superior in living else None].append(unit_id)

    def grow(parent: UUID | None) -> tuple[Branch, ...]:
        children = sorted(below[parent], key=lambda each: collation_key(names[each].name))
        return tuple(Branch(living[each], names[each], blocks.get(each, ""), grow(each)) for each in children)

    return list(grow(None))


def superiors_on(session: Session, day: date) -> dict[UUID, UUID | None]:
    """Map each unit to the one above it on ``day``; the heir of a superior that is no more stands in. Three queries.

    A superior that would close a circle is left out, so that every unit hangs in the tree.
    """
    given: dict[UUID, UUID | None] = {row.id: row.parent_id for row in session.execute(select(Unit.id, Unit.parent_id))}
    later = (
        select(UnitSuperior.unit_id, UnitSuperior.superior_id)
        .where(UnitSuperior.valid_from <= day)
        .order_by(UnitSuperior.valid_from)
    )
    given.update({row.unit_id: row.superior_id for row in session.execute(later)})
    heirs = _heirs_on(session, day)
    lifted = {unit: _last_heir(heirs, superior) for unit, superior in given.items()}
    return {unit: None if _circles(lifted, unit) else superior for unit, superior in lifted.items()}


def below_on(session: Session, unit_id: UUID, day: date) -> set[UUID]:
    """Every unit somewhere below another on ``day``."""
    children: dict[UUID | None, list[UUID]] = defaultdict(list)
    for unit, superior in superiors_on(session, day).items():
        children[superior].append(unit)
    found: set[UUID] = set()
    waiting = [unit_id]
    while waiting:
        fresh = [each for each in children[waiting.pop()] if each not in found]
        found.update(fresh)
        waiting += fresh
    return found - {unit_id}


def _heirs_on(session: Session, day: date) -> dict[UUID, UUID]:
    """The leading heir of each unit that is no more on ``day``."""
    query = (
        select(UnitSuccession.predecessor_id, UnitSuccession.successor_id)
        .join(Unit, Unit.id == UnitSuccession.predecessor_id)
        .where(UnitSuccession.on <= day, Unit.abolished_on <= day)
        .order_by(UnitSuccession.on, UnitSuccession.leads, UnitSuccession.successor_id.desc())
    )
    return {row.predecessor_id: row.successor_id for row in session.execute(query)}


def _last_heir(heirs: Mapping[UUID, UUID], unit_id: UUID | None) -> UUID | None:
    seen: set[UUID] = set()
    while unit_id is not None and unit_id in heirs and unit_id not in seen:
        seen.add(unit_id)
        unit_id = heirs[unit_id]
    return unit_id


def _circles(superiors: Mapping[UUID, UUID | None], unit_id: UUID) -> bool:
    """Whether the way up from a unit leads back to it."""
    above, seen = superiors.get(unit_id), {unit_id}
    while above is not None and above not in seen:
        seen.add(above)
        above = superiors.get(above)
    return above == unit_id


# --- emulation blocks


def list_blocks(session: Session) -> list[EmulationBlock]:
    """Every block, those of today first, in the order of their names."""
    rows = session.scalars(select(EmulationBlock))
    return sorted(rows, key=lambda block: (block.valid_to is not None, collation_key(block.name)))


def blocks_of_units(session: Session, day: date) -> dict[UUID, EmulationBlock]:
    """Map each unit that is in a block on ``day`` to it; one query."""
    query = (
        select(BlockMembership.unit_id, EmulationBlock)
        .join(EmulationBlock, EmulationBlock.id == BlockMembership.block_id)
        .where(in_force(BlockMembership, day), in_force(EmulationBlock, day))
    )
    return {row.unit_id: row.EmulationBlock for row in session.execute(query)}


def memberships_of(
    session: Session, *, block_id: UUID | None = None, unit_id: UUID | None = None
) -> list[BlockMembership]:
    """Memberships of a block, or of a unit, past and present, newest first."""
    query = select(BlockMembership).options(selectinload(BlockMembership.block))
    if block_id:
        query = query.where(BlockMembership.block_id == block_id)
    if unit_id:
        query = query.where(BlockMembership.unit_id == unit_id)
    return list(session.scalars(query.order_by(BlockMembership.valid_from.desc())))


# --- events


def events_of(session: Session, unit_id: UUID) -> list[UnitEvent]:
    """The events that touched a unit, newest first, with every unit that each touched."""
    mine = select(UnitEventPart.event_id).where(UnitEventPart.unit_id == unit_id)
    query = select(UnitEvent).where(UnitEvent.id.in_(mine)).options(selectinload(UnitEvent.parts))
    return list(session.scalars(query.order_by(UnitEvent.on.desc(), UnitEvent.entered_at.desc())))


def units_in(events: Iterable[UnitEvent]) -> set[UUID]:
    """The units that events touched."""
    return {part.unit_id for event in events for part in event.parts}
