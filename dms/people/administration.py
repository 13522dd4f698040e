"""The administrator's verbs: units, seats, roles and people, each with a life in time.

Who may do what follows from these rows, so every change is told in the chain of the unit and of the person it is about.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from dms import text
from dms.audit import Trail, record
from dms.errors import Conflict, Invalid, NotFound
from dms.people.models import (
    Appointment,
    Capacity,
    Person,
    Position,
    RoleGrant,
    SuccessionKind,
    Unit,
    UnitKind,
    UnitName,
    UnitSuccession,
)
from dms.people.service import get_person, get_unit
from dms.policy import Actor, Permission, PositionKind, Role, require

PAGE_SIZE = 50
APPOINTED_AS = frozenset({Capacity.NONE, Capacity.Q})
"""A seat is held in one's own right or as acting head; the other power lines come from a delegation (P25)."""


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is in a unit today: a seat or a role, and the unit's name of the day."""

    title: PositionKind | Role
    unit_id: UUID
    unit: str


@dataclass(frozen=True, slots=True)
class NameTerms:
    """What a unit is called from a day on: name, symbol in paper numbers, place of issue, superior body."""

    name: str
    symbol: str
    place: str
    valid_from: date
    superior: str = ""


@dataclass(frozen=True, slots=True)
class AppointmentTerms:
    """Who takes which seat, under which title, from which day to which (exclusive), by which paper."""

    unit_id: UUID
    person_id: UUID
    kind: PositionKind
    title: str
    valid_from: date
    valid_to: date | None = None
    capacity: Capacity = Capacity.NONE
    basis: str = ""


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """Who works in which role for which unit, from which day to which (exclusive)."""

    unit_id: UUID
    person_id: UUID
    role: Role
    valid_from: date
    valid_to: date | None = None


# --- Units


def add_unit(session: Session, code: str, kind: UnitKind, terms: NameTerms, *, by: Actor, now: datetime) -> Unit:
    """Found a unit under its first name. Raises PermissionDenied, Conflict("unit_code_taken")."""
    require(by, Permission.PEOPLE_ADMINISTER, None)
    if session.scalar(select(Unit.id).where(Unit.code == code)):
        raise Conflict("unit_code_taken", unit=code, field="unit_code")
    unit = Unit(code=code, kind=kind, founded_on=terms.valid_from)
    unit.names = [_new_name(terms)]
    session.add(unit)
    session.flush()
    record(session, Trail("unit", unit.id), "unit:unit:add", by=by, now=now, unit_code=code, kind=kind, **asdict(terms))
    return unit


def rename_unit(session: Session, unit_id: UUID, terms: NameTerms, *, by: Actor, now: datetime) -> UnitName:
    """Give the unit another name from a day on; papers of earlier days keep the earlier one.

    Raises NotFound, PermissionDenied, Conflict("unit_name_day_taken").
    """
    require(by, Permission.PEOPLE_ADMINISTER, None)
    unit = get_unit(session, unit_id)
    if any(each.valid_from == terms.valid_from for each in unit.names):
        raise Conflict("unit_name_day_taken", field="valid_from")
    name = _new_name(terms)
    unit.names.append(name)
    session.flush()
    record(session, Trail("unit", unit_id), "unit:name:add", by=by, now=now, **asdict(terms))
    return name


def succeed(
    session: Session,
    predecessor_id: UUID,
    successor_id: UUID,
    *,
    kind: SuccessionKind,
    on: date,
    by: Actor,
    now: datetime,
) -> UnitSuccession:
    """Let a unit's duties and dossiers pass to another from ``on``; unless only transferred, the first one ends.

    Raises NotFound, PermissionDenied, Invalid("succession_to_itself", "succession_in_a_circle"),
    Conflict("succession_exists").
    """
    require(by, Permission.PEOPLE_ADMINISTER, None)
    predecessor = get_unit(session, predecessor_id)
    get_unit(session, successor_id)
    _ensure_line(session, predecessor_id, successor_id)
    succession = UnitSuccession(predecessor_id=predecessor_id, successor_id=successor_id, kind=kind, on=on)
    session.add(succession)
    if kind is not SuccessionKind.TRANSFERRED:
        predecessor.abolished_on = predecessor.abolished_on or on
    session.flush()
    facts: dict[str, Any] = {"predecessor": predecessor_id, "successor": successor_id, "kind": kind, "on": on}
    for unit_id in (predecessor_id, successor_id):
        record(session, Trail("unit", unit_id), "unit:succession:add", by=by, now=now, **facts)
    return succession


# --- People


def add_person(session: Session, full_name: str, email: str, *, by: Actor, now: datetime) -> Person:
    """Enter a person. Raises PermissionDenied, Conflict("email_taken")."""
    require(by, Permission.PEOPLE_ADMINISTER, None)
    address = email.strip().lower()
    if person_by_email(session, address):
        raise Conflict("email_taken", email=address, field="email")
    name = text.clean(full_name)
    person = Person(full_name=name, folded_name=text.fold(name), email=address)
    session.add(person)
    session.flush()
    record(session, Trail("person", person.id), "person:person:add", by=by, now=now, full_name=name, email=address)
    return person


def appoint(session: Session, terms: AppointmentTerms, *, by: Actor, now: datetime) -> Appointment:
    """Put a person into a seat; the seat is made where the unit has none of that kind and title.

    Raises NotFound, PermissionDenied, Invalid("period_empty", "appointment_capacity_not_allowed",
    "acting_needs_paper").
    """
    require(by, Permission.PEOPLE_ADMINISTER, None)
    get_unit(session, terms.unit_id)
    get_person(session, terms.person_id)
    _ensure_period(terms.valid_from, terms.valid_to)
    if terms.capacity not in APPOINTED_AS:
        raise Invalid("appointment_capacity_not_allowed", field="capacity")
    if terms.capacity is Capacity.Q and not terms.basis.strip():
        raise Invalid("acting_needs_paper", field="basis")
    appointment = Appointment(
        position=_position(session, terms),
        person_id=terms.person_id,
        capacity=terms.capacity,
        basis=text.clean(terms.basis) or None,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
    )
    session.add(appointment)
    session.flush()
    _tell(session, "seat:appoint", terms, by=by, now=now, appointment=appointment.id)
    return appointment


def end_appointment(session: Session, appointment_id: UUID, *, on: date, by: Actor, now: datetime) -> Appointment:
    """Let an appointment end before ``on``; what was signed from the seat stays valid.

    Raises NotFound, PermissionDenied, Invalid("period_empty").
    """
    require(by, Permission.PEOPLE_ADMINISTER, None)
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound("appointment_not_found")
    _ensure_period(appointment.valid_from, on)
    appointment.valid_to = on
    seat = appointment.position
    told = AppointmentTerms(seat.unit_id, appointment.person_id, seat.kind, seat.title, appointment.valid_from, on)
    _tell(session, "seat:end", told, by=by, now=now, appointment=appointment.id)
    return appointment


def grant_role(session: Session, terms: GrantTerms, *, by: Actor, now: datetime) -> RoleGrant:
    """Let a person work in a role for a unit.

    Raises NotFound, PermissionDenied, Invalid("period_empty"), Conflict("role_granted_already").
    """
    require(by, Permission.PEOPLE_ADMINISTER, None)
    get_unit(session, terms.unit_id)
    get_person(session, terms.person_id)
    _ensure_period(terms.valid_from, terms.valid_to)
    _ensure_not_granted(session, terms)
    grant = RoleGrant(**asdict(terms))
    session.add(grant)
    session.flush()
    _tell(session, "role:grant", terms, by=by, now=now, grant=grant.id)
    return grant


def revoke_role(session: Session, grant_id: UUID, *, on: date, by: Actor, now: datetime) -> RoleGrant:
    """Let a role end before ``on``. Raises NotFound, PermissionDenied, Invalid("own_administration")."""
    require(by, Permission.PEOPLE_ADMINISTER, None)
    grant = session.get(RoleGrant, grant_id)
    if grant is None:
        raise NotFound("role_grant_not_found")
    if grant.role is Role.ADMINISTRATOR and grant.person_id == by.person_id:
        raise Invalid("own_administration")
    _ensure_period(grant.valid_from, on)
    grant.valid_to = on
    told = GrantTerms(grant.unit_id, grant.person_id, grant.role, grant.valid_from, on)
    _tell(session, "role:revoke", told, by=by, now=now, grant=grant.id)
    return grant


# --- Queries


def posts_of(session: Session, actor: Actor, day: date) -> list[Post]:
    """The actor's seats and roles in units that live on ``day``; one query."""
    held: list[tuple[PositionKind | Role, UUID]] = [*actor.seats, *actor.roles]
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


def find_people(session: Session, words: str, *, page: int = 1) -> tuple[list[Person], int]:
    """A page of people whose name or address holds ``words``, with or without diacritics, and how many there are."""
    query = select(Person)
    if words:
        folded = text.fold(words)
        query = query.where(Person.folded_name.contains(folded, autoescape=True) | _address_holds(words))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(Person.folded_name).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return list(rows), total


def person_by_email(session: Session, email: str) -> Person | None:
    """The person with this address, in any case of letters."""
    return session.scalars(select(Person).where(func.lower(Person.email) == email.strip().lower())).first()


def everybody(session: Session) -> list[Person]:
    """All people, by given name as lists here go."""
    return sorted(session.scalars(select(Person)), key=lambda person: text.name_key(person.full_name))


def appointments_of(
    session: Session, *, unit_id: UUID | None = None, person_id: UUID | None = None
) -> list[Appointment]:
    """Appointments in a unit, or of a person, present and past, newest first."""
    query = (
        select(Appointment)
        .join(Appointment.position)
        .options(selectinload(Appointment.position), selectinload(Appointment.person))
        .order_by(Appointment.valid_to.is_not(None), Appointment.valid_from.desc())
    )
    if unit_id:
        query = query.where(Position.unit_id == unit_id)
    if person_id:
        query = query.where(Appointment.person_id == person_id)
    return list(session.scalars(query))


def grants_of(session: Session, *, unit_id: UUID | None = None, person_id: UUID | None = None) -> list[RoleGrant]:
    """Roles in a unit, or of a person, present and past, newest first."""
    query = select(RoleGrant).order_by(RoleGrant.valid_to.is_not(None), RoleGrant.valid_from.desc())
    if unit_id:
        query = query.where(RoleGrant.unit_id == unit_id)
    if person_id:
        query = query.where(RoleGrant.person_id == person_id)
    return list(session.scalars(query))


def people_by_id(session: Session, ids: set[UUID]) -> dict[UUID, Person]:
    """Map ids to people; one query."""
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))}


def successions_of(session: Session, unit_id: UUID) -> list[UnitSuccession]:
    """How the unit came to its duties, and to whom they passed, in the order of the days."""
    either = (UnitSuccession.predecessor_id == unit_id) | (UnitSuccession.successor_id == unit_id)
    return list(session.scalars(select(UnitSuccession).where(either).order_by(UnitSuccession.on)))


# --- Guards and helpers


def _ensure_period(valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to <= valid_from:
        raise Invalid("period_empty", field="valid_to")


def _ensure_not_granted(session: Session, terms: GrantTerms) -> None:
    known = select(RoleGrant.id).where(
        RoleGrant.person_id == terms.person_id,
        RoleGrant.unit_id == terms.unit_id,
        RoleGrant.role == terms.role,
        RoleGrant.valid_to.is_(None) | (RoleGrant.valid_to > terms.valid_from),
    )
    if session.scalar(known.limit(1)):
        raise Conflict("role_granted_already", field="role")


def _ensure_line(session: Session, predecessor_id: UUID, successor_id: UUID) -> None:
    if predecessor_id == successor_id:
        raise Invalid("succession_to_itself", field="successor_id")
    following: dict[UUID, list[UUID]] = {}
    for row in session.execute(select(UnitSuccession.predecessor_id, UnitSuccession.successor_id)):
        following.setdefault(row.predecessor_id, []).append(row.successor_id)
    if successor_id in following.get(predecessor_id, ()):
        raise Conflict("succession_exists", field="successor_id")
    waiting, seen = [successor_id], {successor_id}
    while waiting:
        fresh = [each for each in following.get(waiting.pop(), ()) if each not in seen]
        seen.update(fresh)
        waiting += fresh
    if predecessor_id in seen:
        raise Invalid("succession_in_a_circle", field="successor_id")


def _position(session: Session, terms: AppointmentTerms) -> Position:
    same = select(Position).where(
        Position.unit_id == terms.unit_id, Position.kind == terms.kind, Position.title == terms.title
    )
    return session.scalars(same).first() or Position(unit_id=terms.unit_id, kind=terms.kind, title=terms.title)


def _new_name(terms: NameTerms) -> UnitName:
    return UnitName(
        name=terms.name,
        symbol=terms.symbol,
        place=terms.place,
        superior=terms.superior or None,
        valid_from=terms.valid_from,
    )


def _tell(
    session: Session, act: str, terms: AppointmentTerms | GrantTerms, *, by: Actor, now: datetime, **data: Any
) -> None:
    """Record a change of access with the person whose it is and with the unit that it opens."""
    told = data | asdict(terms)
    record(session, Trail("person", terms.person_id), f"person:{act}", by=by, now=now, **told)
    record(session, Trail("unit", terms.unit_id), f"unit:{act}", by=by, now=now, **told)


def _address_holds(words: str) -> Any:
    return Person.email.contains(words.strip().lower(), autoescape=True)
