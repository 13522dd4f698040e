"""Put the demo province into an empty database: units, people, accounts, keys. A second call changes nothing."""

import zlib
from datetime import datetime
from uuid import UUID

from flask_security import hash_password
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blueprints.accounts import Account
from demo import pki
from demo.pictures import demo_seal_picture, demo_signature_picture
from demo.province import (
    BLOCKS_PAPER,
    DOMAIN,
    LONG_AGO,
    PASSWORD,
    PEOPLE,
    SEALS,
    SUCCESSIONS,
    UNITS,
    PersonRow,
    UnitRow,
)
from dms import text
from dms.people.models import (
    Appointment,
    BlockMembership,
    EmulationBlock,
    Person,
    Position,
    RoleGrant,
    Unit,
    UnitName,
    UnitSuccession,
)
from dms.policy import SYSTEM
from dms.signing import credentials
from dms.signing.service import SigningDesk


def is_loaded(session: Session) -> bool:
    return bool(session.scalar(select(func.count()).select_from(Unit)))


def load_province(session: Session) -> None:
    """Units with their names and successions, people with seats, roles and accounts."""
    units = {row.code: _unit(session, row) for row in UNITS}
    for row in UNITS:
        if row.superior:
            units[row.code].parent_id = units["ubnd-tinh"].id
    for predecessor, successor, kind, day in SUCCESSIONS:
        session.add(
            UnitSuccession(predecessor_id=units[predecessor].id, successor_id=units[successor].id, kind=kind, on=day)
        )
    _blocks(session, units)
    password = hash_password(PASSWORD)
    for row in PEOPLE:
        _person(session, row, units, password)
    session.flush()


def subjects() -> list[pki.Subject]:
    """The certificates that the province's people and seals need."""
    names = {row.code: row.name for row in UNITS}
    people = [
        pki.Subject(
            ref=row.account,
            name=row.name,
            identifier=_made_up_number(row.account),
            organisation=names[row.unit],
            title=row.seats[0][1],
            email=f"{row.account}@{DOMAIN}",
        )
        for row in PEOPLE
        if row.signs
    ]
    seals = [
        pki.Subject(
            ref=f"dau-{code}",
            name=names[code],
            identifier=_made_up_number(code)[:10],
            kind=pki.Kind.ORGANISATION,
            organisation=names[code],
            email=f"{code}@{DOMAIN}",
        )
        for code in SEALS
    ]
    return people + seals


def bind_keys(session: Session, desk: SigningDesk, *, now: datetime) -> None:
    """Tell the service which certificate is whose, and how each signature and seal looks; leave alone who has one."""
    bound = {owner for key in credentials.keys_of(session) for owner in (key.person_id, key.unit_id)}
    for row in PEOPLE:
        if row.signs and _person_id(session, row) not in bound:
            credentials.bind_key(
                session,
                desk,
                person_id=_person_id(session, row),
                reference=row.account,
                picture=demo_signature_picture(row.name),
                by=SYSTEM,
                now=now,
            )
    names = {row.code: row.name for row in UNITS}
    for unit in session.scalars(select(Unit).where(Unit.code.in_(SEALS), Unit.id.not_in(bound - {None}))):
        credentials.bind_key(
            session,
            desk,
            unit_id=unit.id,
            reference=f"dau-{unit.code}",
            picture=demo_seal_picture(names[unit.code]),
            by=SYSTEM,
            now=now,
        )


def _unit(session: Session, row: UnitRow) -> Unit:
    unit = Unit(
        code=row.code,
        kind=row.kind,
        founded_on=row.founded_on,
        abolished_on=row.abolished_on,
    )
    unit.names = [
        UnitName(
            name=row.name,
            symbol=row.symbol,
            place=row.place,
            superior=row.superior or None,
            valid_from=row.founded_on or LONG_AGO,
        )
    ]
    session.add(unit)
    session.flush()
    return unit


def _blocks(session: Session, units: dict[str, Unit]) -> None:
    names = dict.fromkeys(row.block for row in UNITS if row.block)
    for number, name in enumerate(names, start=1):
        block = EmulationBlock(code=f"khoi-{number}", name=name, valid_from=LONG_AGO, **BLOCKS_PAPER)
        session.add(block)
        session.flush()
        for row in UNITS:
            if row.block == name:
                since = row.founded_on or LONG_AGO
                session.add(BlockMembership(block_id=block.id, unit_id=units[row.code].id, valid_from=since))


def _person(session: Session, row: PersonRow, units: dict[str, Unit], password: str) -> None:
    person = Person(full_name=row.name, folded_name=text.fold(row.name), email=f"{row.account}@{DOMAIN}")
    session.add(person)
    session.flush()
    for kind, title in row.seats:
        position = Position(unit_id=units[row.unit].id, kind=kind, title=title)
        session.add(position)
        session.flush()
        session.add(Appointment(position_id=position.id, person_id=person.id, valid_from=LONG_AGO))
    for role, unit in row.roles:
        session.add(RoleGrant(person_id=person.id, unit_id=units[unit].id, role=role, valid_from=LONG_AGO))
    session.add(Account(email=person.email, password=password, person_id=person.id))


def _person_id(session: Session, row: PersonRow) -> UUID:
    return session.scalars(select(Person.id).where(Person.email == f"{row.account}@{DOMAIN}")).one()


def _made_up_number(word: str) -> str:
    """Twelve digits that look like an identity number and belong to nobody: no real one starts with 999."""
    return f"999{zlib.crc32(word.encode()) % 10**9:09d}"
