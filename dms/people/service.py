"""Units and people in time: who holds which seat today, what a unit was called on a day, who succeeded whom."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from dms import text
from dms.errors import NotFound
from dms.people.models import (
    Appointment,
    Capacity,
    Delegation,
    Person,
    Position,
    RoleGrant,
    Unit,
    UnitName,
    UnitSuccession,
    in_force,
)
from dms.policy import Actor, Mandate, PositionKind, Role
from dms.scope import EVERYTHING, Matter, Scope

Heirs = Mapping[UUID, frozenset[UUID]]
"""Each unit with those whose duties had passed to it."""

_ON_COUNCIL = frozenset({PositionKind.COUNCIL_CHAIR, PositionKind.COUNCIL_SECRETARY})


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's right to sign from a position on a day: the title that papers print and the capacity.

    A delegated one names its ``delegation_id`` and reaches no further than ``scope``.
    """

    person_id: UUID
    full_name: str
    unit_id: UUID
    kind: PositionKind
    title: str
    capacity: Capacity
    delegated: bool
    scope: Scope = EVERYTHING
    delegation_id: UUID | None = None

    def reaches(self, matter: Matter | None) -> bool:
        """Whether a paper may be signed from here; None stands for some paper or other."""
        return matter is None or self.scope.reaches(matter)


def actor_of(session: Session, person_id: UUID, day: date) -> Actor:
    """Return who ``person_id`` is on ``day``: roles, own seats, mandates, each also for the unit's predecessors (P12).

    All of them end with the unit in which they were held.
    """
    person = get_person(session, person_id)
    ancestors = predecessors(session, day)
    roles = session.execute(
        select(RoleGrant.role, RoleGrant.unit_id)
        .join(RoleGrant.unit)
        .where(RoleGrant.person_id == person_id, in_force(RoleGrant, day), _lives(day))
    )
    seats = seats_of_person(session, person_id, day)
    return Actor(
        person_id=person_id,
        name=person.full_name,
        roles=frozenset((role, each) for role, unit in roles for each in (unit, *ancestors[unit])),
        seats=frozenset((seat.kind, unit) for seat, unit in _with_ancestors(seats, ancestors) if not seat.delegated),
        mandates=frozenset(
            Mandate(seat.kind, unit, seat.scope) for seat, unit in _with_ancestors(seats, ancestors) if seat.delegated
        ),
    )


def _with_ancestors(seats: Iterable[Seat], ancestors: Mapping[UUID, frozenset[UUID]]) -> Iterator[tuple[Seat, UUID]]:
    for seat in seats:
        yield from ((seat, unit) for unit in (seat.unit_id, *ancestors[seat.unit_id]))


def get_person(session: Session, person_id: UUID) -> Person:
    """Return the person. Raises NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person_not_found")
    return person


def predecessors(session: Session, day: date) -> Mapping[UUID, frozenset[UUID]]:
    """Map each unit to all units whose duties had passed to it by ``day``, over any number of generations."""
    direct: dict[UUID, set[UUID]] = defaultdict(set)
    for row in session.execute(
        select(UnitSuccession.successor_id, UnitSuccession.predecessor_id).where(UnitSuccession.on <= day)
    ):
        direct[row.successor_id].add(row.predecessor_id)
    closed: defaultdict[UUID, frozenset[UUID]] = defaultdict(frozenset)
    closed.update({unit: frozenset(_reachable(direct, unit)) for unit in direct})
    return closed


def successor_of(session: Session, unit_id: UUID, day: date) -> UUID:
    """Return the unit that carries ``unit_id``'s duties on ``day``: itself until they pass on.

    Of several heirs of one day (a split) it is the leading one; ``seat_for`` and ``holders`` know them all.
    """
    seen = {unit_id}
    while True:
        following = session.scalars(
            select(UnitSuccession.successor_id)
            .where(UnitSuccession.predecessor_id == unit_id, UnitSuccession.on <= day)
            .order_by(UnitSuccession.on.desc(), UnitSuccession.leads.desc(), UnitSuccession.successor_id)
        ).first()
        if following is None or following in seen:
            return unit_id
        seen.add(following)
        unit_id = following


def get_unit(session: Session, unit_id: UUID) -> Unit:
    """Return the unit. Raises NotFound."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("unit_not_found")
    return unit


def unit_by_code(session: Session, code: str) -> Unit:
    """Return the unit with this code. Raises NotFound."""
    unit = session.scalars(select(Unit).where(Unit.code == code)).first()
    if unit is None:
        raise NotFound("unit_code_unknown", unit=code)
    return unit


def names_on(session: Session, unit_ids: Iterable[UUID], day: date) -> dict[UUID, UnitName]:
    """Map units to the name each had on ``day`` (its first name, for a day before it was founded); one query."""
    wanted = set(unit_ids)
    rows = session.scalars(select(UnitName).where(UnitName.unit_id.in_(wanted)).order_by(UnitName.valid_from.desc()))
    names: dict[UUID, UnitName] = {}
    for row in rows:
        if row.unit_id not in names or names[row.unit_id].valid_from > day:
            names[row.unit_id] = row
    return names


def name_on(session: Session, unit_id: UUID, day: date) -> UnitName:
    """Return what the unit was called on ``day``. Raises NotFound for a unit without a name."""
    names = names_on(session, [unit_id], day)
    if unit_id not in names:
        raise NotFound("unit_not_found")
    return names[unit_id]


def list_units(session: Session, *, living_on: date | None = None) -> list[Unit]:
    """All units with their names, in the order of their codes; with ``living_on`` only those alive that day."""
    query = select(Unit).options(selectinload(Unit.names)).order_by(Unit.code)
    if living_on is not None:
        query = query.where(
            Unit.founded_on.is_(None) | (Unit.founded_on <= living_on),
            _lives(living_on),
        )
    return list(session.scalars(query))


def seats_of_person(session: Session, person_id: UUID, day: date) -> list[Seat]:
    """The seats a person signs from on ``day``: own appointments first, then written delegations (P25)."""
    return _seats_of_people(session, [person_id], day).get(person_id, [])


def seat_for(
    session: Session, person_id: UUID, *, unit_id: UUID, kind: PositionKind, day: date, matter: Matter | None = None
) -> Seat | None:
    """Return the person's seat for a step bound to ``kind`` in ``unit_id``, own before delegated, or None.

    A unit's successor carries its seats, so a step of an abolished unit is signed by the successor's people. A
    delegation counts where it reaches ``matter``; None stands for some paper or other.
    """
    return next(iter(seats_for(session, person_id, unit_id=unit_id, kind=kind, day=day, matter=matter)), None)


def seats_for(
    session: Session, person_id: UUID, *, unit_id: UUID, kind: PositionKind, day: date, matter: Matter | None = None
) -> list[Seat]:
    """Every seat that ``seat_for`` chooses from, in its order: several delegations differ in capacity."""
    carriers = carriers_of(session, unit_id, day)
    return _fitting(seats_of_person(session, person_id, day), kind, carriers, matter)


def holders(
    session: Session, *, unit_id: UUID, kind: PositionKind, day: date, matter: Matter | None = None
) -> list[Seat]:
    """Everybody who may sign from ``kind`` in ``unit_id`` on ``day``, each once: exactly those with a ``seat_for`` it.

    Own seats come before delegated ones, those of the successor before others; the number of queries is constant.
    """
    carriers = carriers_of(session, unit_id, day)
    seated = (
        select(Appointment.person_id)
        .join(Appointment.position)
        .where(Position.unit_id.in_(carriers), Position.kind == kind, in_force(Appointment, day))
    )
    standing_in = select(Delegation.delegate_id).where(
        Delegation.unit_id.in_(carriers), Delegation.position_kind == kind, in_force(Delegation, day)
    )
    known = _seats_of_people(session, list(session.scalars(seated.union(standing_in))), day)
    found = [fitting[0] for seats in known.values() if (fitting := _fitting(seats, kind, carriers, matter))]
    heir = successor_of(session, unit_id, day)
    return sorted(found, key=lambda seat: (seat.delegated, seat.unit_id != heir))


def colleagues(session: Session, unit_id: UUID, day: date) -> list[Person]:
    """People with a seat or a role in the unit on ``day``, by given name."""
    seated = (
        select(Appointment.person_id)
        .join(Appointment.position)
        .where(Position.unit_id == unit_id, in_force(Appointment, day))
    )
    working = select(RoleGrant.person_id).where(RoleGrant.unit_id == unit_id, in_force(RoleGrant, day))
    people = session.scalars(select(Person).where(Person.id.in_(seated.union(working))))
    return sorted(people, key=lambda person: text.name_key(person.full_name))


def people_with_role(session: Session, role: Role, unit_id: UUID, day: date) -> list[Person]:
    """People who hold ``role`` in the unit on ``day``."""
    granted = select(RoleGrant.person_id).where(
        RoleGrant.role == role, RoleGrant.unit_id == unit_id, in_force(RoleGrant, day)
    )
    return list(session.scalars(select(Person).where(Person.id.in_(granted)).order_by(Person.full_name)))


def carriers_of(session: Session, unit_id: UUID, day: date) -> set[UUID]:
    """The unit and all units to which its duties had passed by ``day``."""
    return {unit_id} | {heir for heir, earlier in predecessors(session, day).items() if unit_id in earlier}


def _fitting(
    seats: Iterable[Seat], kind: PositionKind, units: Container[UUID], matter: Matter | None = None
) -> list[Seat]:
    return [seat for seat in seats if seat.kind is kind and seat.unit_id in units and seat.reaches(matter)]


def _seats_of_people(session: Session, person_ids: Collection[UUID], day: date) -> dict[UUID, list[Seat]]:
    """Map people to their seats, own before delegated; two queries. A seat ends with its unit."""
    seats: dict[UUID, list[Seat]] = defaultdict(list)
    appointed = (
        select(Appointment)
        .join(Appointment.position)
        .join(Unit, Unit.id == Position.unit_id)
        .join(Appointment.person)
        .where(Appointment.person_id.in_(person_ids), in_force(Appointment, day), _lives(day))
        .options(contains_eager(Appointment.position), contains_eager(Appointment.person))
        .order_by(Appointment.valid_from, Person.full_name, Appointment.id)
    )
    for appointment in session.scalars(appointed):
        seats[appointment.person_id].append(_own_seat(appointment))
    delegated = (
        select(Delegation)
        .join(Unit, Unit.id == Delegation.unit_id)
        .where(Delegation.delegate_id.in_(person_ids), Delegation.revoked_at.is_(None))
        .where(in_force(Delegation, day), _lives(day))
        .options(joinedload(Delegation.delegate))
        .order_by(Delegation.granted_at, Delegation.id)
    )
    for delegation in session.scalars(delegated):
        held = seats[delegation.delegate_id]
        held.append(_delegated_seat(delegation, [seat for seat in held if not seat.delegated]))
    return seats


def _lives(day: date) -> ColumnElement[bool]:
    return Unit.abolished_on.is_(None) | (Unit.abolished_on > day)


def _own_seat(appointment: Appointment) -> Seat:
    return Seat(
        person_id=appointment.person_id,
        full_name=appointment.person.full_name,
        unit_id=appointment.position.unit_id,
        kind=appointment.position.kind,
        title=appointment.position.title,
        capacity=appointment.capacity,
        delegated=False,
    )


def _delegated_seat(delegation: Delegation, own: list[Seat]) -> Seat:
    """A delegate signs with the title of their own post, under the power line of the delegation.

    The post in that unit comes first (KT., TL.), else the one elsewhere (TUQ.); a seat on a council is no post.
    """
    posts = sorted(own, key=lambda seat: (seat.kind in _ON_COUNCIL, seat.unit_id != delegation.unit_id))
    return Seat(
        person_id=delegation.delegate_id,
        full_name=delegation.delegate.full_name,
        unit_id=delegation.unit_id,
        kind=delegation.position_kind,
        title=posts[0].title if posts else "",
        capacity=delegation.capacity,
        delegated=True,
        scope=delegation.scope,
        delegation_id=delegation.id,
    )


def _reachable(direct: Mapping[UUID, set[UUID]], start: UUID) -> set[UUID]:
    found: set[UUID] = set()
    waiting = [start]
    while waiting:
        for earlier in direct.get(waiting.pop(), ()):
            if earlier not in found:
                found.add(earlier)
                waiting.append(earlier)
    return found
