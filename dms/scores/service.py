"""Queries of index scores: what holds now, whose scores count for a unit, what a unit's history is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from dms.people.models import SuccessionKind, UnitSuccession
from dms.people.service import list_units
from dms.policy import Actor, Permission, require, where
from dms.scores.judging import Directory, Key, KnownUnit
from dms.scores.models import ImportState, ScoreImport, UnitScore
from dms.text import fold

PAGE_SIZE = 50
WHOLE = ""
"""The field of a score that is the unit's as a whole."""


@dataclass(frozen=True, slots=True)
class Official:
    """A score that counts for a unit in a year, whose it is (the unit's, or a predecessor's), and by which paper."""

    score_id: UUID
    unit_id: UUID
    year: int
    field_key: str
    percent: Decimal
    approved_by: str


@dataclass(frozen=True, slots=True)
class Band:
    """How many units have a score from ``low`` to below ``high`` (the last band takes 100 in)."""

    low: int
    high: int
    count: int


def scores_for(session: Session, unit_ids: Collection[UUID], *, day: date) -> dict[UUID, list[Official]]:
    """The scores that count for units on ``day``, predecessors' included; two queries.

    A predecessor's counts for a year and field for which the unit has none of its own; one that only gave duties away
    is no predecessor in this. After a merger a year may have several.
    """
    ancestors = _ancestors(session, day)
    wanted = {each for unit in unit_ids for each in (unit, *ancestors.get(unit, ()))}
    rows = session.execute(
        select(UnitScore, ScoreImport)
        .join(ScoreImport, ScoreImport.id == UnitScore.import_id)
        .where(UnitScore.unit_id.in_(wanted), UnitScore.ended_at.is_(None))
        .order_by(UnitScore.year, UnitScore.percent.desc())
    )
    by_unit: dict[UUID, list[Official]] = defaultdict(list)
    for score, source in rows:
        by_unit[score.unit_id].append(
            Official(score.id, score.unit_id, score.year, score.field_key, score.percent, source.approved_by)
        )
    return {unit: _counting(unit, ancestors.get(unit, frozenset()), by_unit) for unit in unit_ids}


def _counting(unit: UUID, ancestors: Iterable[UUID], by_unit: Mapping[UUID, list[Official]]) -> list[Official]:
    own = by_unit.get(unit, [])
    taken = {(each.year, each.field_key) for each in own}
    inherited = [each for ancestor in ancestors for each in by_unit.get(ancestor, ())]
    counted = [*own, *(each for each in inherited if (each.year, each.field_key) not in taken)]
    return sorted(counted, key=lambda each: (each.year, each.field_key, -each.percent, str(each.unit_id)))


def _ancestors(session: Session, day: date) -> Mapping[UUID, frozenset[UUID]]:
    """Each unit with those that went into it by ``day``, over any number of generations; one query."""
    direct: dict[UUID, set[UUID]] = defaultdict(set)
    query = select(UnitSuccession.successor_id, UnitSuccession.predecessor_id).where(
        UnitSuccession.on <= day, UnitSuccession.kind != SuccessionKind.TRANSFERRED
    )
    for row in session.execute(query):
        direct[row.successor_id].add(row.predecessor_id)
    return {unit: frozenset(_all_before(direct, unit)) for unit in direct}


def _all_before(direct: Mapping[UUID, set[UUID]], unit: UUID) -> set[UUID]:
    found: set[UUID] = set()
    waiting = [unit]
    while waiting:
        fresh = direct.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found - {unit}


# --- what holds, for pages


def years_known(session: Session, *, by: Actor) -> list[int]:
    """The years of which the actor may see a score, newest first."""
    query = select(UnitScore.year).where(UnitScore.ended_at.is_(None), _seen_by(by)).distinct()
    return sorted(session.scalars(query), reverse=True)


def listing(session: Session, year: int, *, by: Actor, words: str = "", page: int = 1) -> tuple[list[UnitScore], int]:
    """A page of a year's scores, highest first, and how many there are; ``words`` are looked for in units' names."""
    query = select(UnitScore).where(UnitScore.year == year, UnitScore.ended_at.is_(None), _seen_by(by))
    if words:
        meant = [unit.id for unit in known_units(session) if any(fold(words) in fold(name) for name in unit.names)]
        query = query.where(UnitScore.unit_id.in_(meant))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = (UnitScore.percent.desc(), UnitScore.unit_id, UnitScore.field_key)
    shown = query.options(joinedload(UnitScore.source)).order_by(*order).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    return list(session.scalars(shown)), total


def bands(session: Session, year: int, *, by: Actor) -> list[Band]:
    """How the units' scores of a year as a whole are spread over bands of ten percent; one query."""
    query = select(UnitScore.percent).where(
        UnitScore.year == year, UnitScore.field_key == WHOLE, UnitScore.ended_at.is_(None), _seen_by(by)
    )
    counts = [0] * 10
    for percent in session.scalars(query):
        counts[min(int(percent) // 10, 9)] += 1
    return [Band(10 * number, 10 * number + 10, count) for number, count in enumerate(counts)]


def history_of(session: Session, unit_id: UUID, *, by: Actor) -> list[UnitScore]:
    """Every value that a unit's scores had, by year and field, newest first, each with its import."""
    query = (
        select(UnitScore)
        .where(UnitScore.unit_id == unit_id, _seen_by(by))
        .join(UnitScore.source)
        .options(joinedload(UnitScore.source).undefer(ScoreImport.state))
        .order_by(UnitScore.year.desc(), UnitScore.field_key, ScoreImport.imported_at.desc())
    )
    return list(session.scalars(query))


def fields_of(session: Session, unit_ids: Collection[UUID]) -> list[tuple[str, str]]:
    """The fields in which units have scores, as (key, words), in the order of the words."""
    query = select(UnitScore.field_key, UnitScore.field).where(
        UnitScore.unit_id.in_(unit_ids), UnitScore.field_key != WHOLE, UnitScore.ended_at.is_(None)
    )
    found = {row.field_key: row.field for row in session.execute(query)}
    return sorted(found.items(), key=lambda each: each[1])


def imports(session: Session, *, by: Actor, page: int = 1) -> tuple[list[ScoreImport], int]:
    """A page of imports, newest first, and how many there are. Raises PermissionDenied."""
    require(by, Permission.SCORE_IMPORT, None)
    total = session.scalar(select(func.count(ScoreImport.id))) or 0
    query = select(ScoreImport).where(ScoreImport.state != ImportState.DROPPED).order_by(ScoreImport.imported_at.desc())
    return list(session.scalars(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))), total


def _seen_by(by: Actor) -> ColumnElement[bool]:
    return where(by, Permission.SCORE_READ, UnitScore)


# --- what a table is judged against


def known_units(session: Session) -> list[KnownUnit]:
    """Every unit with its names; two queries."""
    return [
        KnownUnit(
            id=unit.id,
            code=unit.code,
            name=unit.names[-1].name,
            names=tuple(name.name for name in unit.names),
            symbols=tuple(name.symbol for name in unit.names),
            founded_on=unit.founded_on,
            abolished_on=unit.abolished_on,
        )
        for unit in list_units(session)
        if unit.names
    ]


def directory(session: Session) -> Directory:
    """The units as a table's words find them."""
    return Directory(known_units(session))


def current(session: Session) -> dict[Key, UnitScore]:
    """Every score that holds now; one query."""
    rows = session.scalars(select(UnitScore).where(UnitScore.ended_at.is_(None)))
    return {(row.unit_id, row.year, row.field_key): row for row in rows}
