"""One search box over all awards. The only SQL that differs between SQLite and PostgreSQL stands here.

Words are folded by us (no diacritics, đ as d, "/" and "-" as spaces), so both databases find the same. Each award has a
``position``: a whole number that grows with the decision's day, so that "newest first", the year and the next page are
all ranges of one key.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Uuid,
    column,
    delete,
    false,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Session

from dms.archive.words import Names, words_of
from dms.awards.models import Award
from dms.campaigns.vocabulary import Form, NomineeKind
from dms.policy import Actor, Permission, allows, where
from dms.text import fold

PAGE_SIZE: Final = 25
MOST_COUNTED: Final = 1000
"""Hits are counted up to here: a count must not cost what the archive holds."""

MOST_WORDS: Final = 12
_DAY_SHIFT, _DECISION_BITS, _ORDINAL_BITS = 43, 27, 16
_YEARS: Final = range(1900, 2800)
_PIECES: Final = re.compile(r"\w+|\W+")

# --- the index: plain DDL, which a migration calls as well

CREATE: Final = {
    "sqlite": (
        """CREATE VIRTUAL TABLE IF NOT EXISTS award_search USING fts5(
            words, unit_id, award_id UNINDEXED, tokenize = 'unicode61', prefix = '2 3')""",
    ),
    "postgresql": (
        # The vector is stored, so that the planner never computes it row by row.
        """CREATE TABLE IF NOT EXISTS award_search (
            position bigint CONSTRAINT pk_award_search PRIMARY KEY,
            award_id uuid NOT NULL CONSTRAINT uq_award_search_award_id UNIQUE
                CONSTRAINT fk_award_search_award_id REFERENCES award (id) ON DELETE CASCADE,
            unit_id uuid NOT NULL,
            words text NOT NULL,
            tokens tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED)""",
        "CREATE INDEX IF NOT EXISTS ix_award_search_tokens ON award_search USING gin (tokens)",
        "CREATE INDEX IF NOT EXISTS ix_award_search_unit_id ON award_search (unit_id)",
    ),
}
DROP: Final = "DROP TABLE IF EXISTS award_search"


def create_index(connection: Connection) -> None:
    """Make the table of the search index, empty; harmless where it is there already."""
    for statement in CREATE[connection.dialect.name]:
        connection.execute(sql_text(statement))


def drop_index(connection: Connection) -> None:
    """Remove the search index; it can be made anew from the awards at any time."""
    connection.execute(sql_text(DROP))


_ID = Uuid(as_uuid=True)
_FTS5 = table(
    "award_search", column("rowid", BigInteger), column("award_id", _ID), column("unit_id", _ID), column("words")
)
_TSVECTOR = table(
    "award_search",
    column("position", BigInteger),
    column("award_id", _ID),
    column("unit_id", _ID),
    column("words"),
    column("tokens"),
)


def _key(session: Session) -> tuple[Any, Any]:
    """The index of this session's database and its key column."""
    if session.get_bind().dialect.name == "sqlite":
        return _FTS5, _FTS5.c.rowid
    return _TSVECTOR, _TSVECTOR.c.position


# --- write


def position_of(award: Award) -> int:
    """Day, decision and place in it as one number of 63 bits; within a day the awards of a decision stay in order."""
    decision = award.decision_id.int >> (128 - _DECISION_BITS)
    within = (1 << _ORDINAL_BITS) - 1 - award.ordinal
    return award.decided_on.toordinal() << _DAY_SHIFT | decision << _ORDINAL_BITS | within


def index_award(session: Session, award: Award) -> None:
    """Write an award into the index, in the transaction that makes it."""
    index_awards(session, [award])


def index_awards(session: Session, awards: Sequence[Award]) -> None:
    """Write awards into the index, or write them anew; a constant number of statements for any number of awards."""
    if not awards:
        return
    index, key = _key(session)
    names = Names.of(session, {award.unit_id for award in awards})
    positions = _positions(session, awards)
    rows = [
        {
            key.name: positions[award.id],
            "award_id": award.id,
            "unit_id": award.unit_id,
            "words": words_of(award, names),
        }
        for award in awards
    ]
    session.execute(delete(index).where(key.in_(positions.values())))
    session.execute(insert(index), rows)


def _positions(session: Session, awards: Sequence[Award]) -> dict[UUID, int]:
    """A free position for each award: its own, but where two decisions of a day share 27 bits, the next one."""
    wanted = {award.id: position_of(award) for award in awards}
    if _are_free(session, wanted):
        return wanted
    by_decision: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for award in awards:
        by_decision[award.decision_id][award.id] = wanted[award.id]
    found: dict[UUID, int] = {}
    for group in by_decision.values():
        while not _are_free(session, group) or set(group.values()) & set(found.values()):
            group.update({award_id: position + (1 << _ORDINAL_BITS) for award_id, position in group.items()})
        found |= group
    return found


def _are_free(session: Session, wanted: Mapping[UUID, int]) -> bool:
    """Whether each award has a position of its own that no other award holds."""
    index, key = _key(session)
    held = set(session.scalars(select(index.c.award_id).where(key.in_(wanted.values()))))
    return len(set(wanted.values())) == len(wanted) and held <= wanted.keys()


def reindex(session: Session, *, batch: int = 500) -> int:
    """Make the whole index anew, as after a merger of units; return the number of awards."""
    index, _key_column = _key(session)
    session.execute(delete(index))
    count = 0
    for awards in session.scalars(select(Award).order_by(Award.id)).partitions(batch):
        index_awards(session, awards)
        count += len(awards)
    return count


def on_decision_conferred(session: Session, payload: dict[str, Any], _now: Any) -> None:
    """A decision conferred its awards: they can be found from the same commit on."""
    index_awards(session, list(session.scalars(select(Award).where(Award.decision_id == UUID(payload["decision_id"])))))


# --- find


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; no text means all awards, and None narrows nothing."""

    text: str = ""
    year: int | None = None
    form: Form | None = None
    kind: NomineeKind | None = None

    @property
    def words(self) -> list[str]:
        """The text as folded words; the last is matched by its beginning."""
        return fold(self.text).split()[:MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Results:
    """A page of awards, newest first. ``total`` stops counting at MOST_COUNTED + 1; ``next`` is where to go on."""

    awards: list[Award]
    total: int
    next: int | None

    @property
    def is_capped(self) -> bool:
        """Whether there are more than were counted."""
        return self.total > MOST_COUNTED


def find(session: Session, query: Query, *, by: Actor, before: int | None = None) -> Results:
    """The awards that match and that the actor may know of; three queries. ``before`` is the last page's ``next``."""
    hits = _hits(session, query, _only_units(by))
    matching = select(Award, hits.c.position).join(hits, hits.c.award_id == Award.id).where(*_conditions(query, by))
    counted = matching.with_only_columns(literal(1)).limit(MOST_COUNTED + 1).subquery()
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    page = matching if before is None else matching.where(hits.c.position < before)
    rows = session.execute(page.order_by(hits.c.position.desc()).limit(PAGE_SIZE + 1)).all()
    following = rows[PAGE_SIZE - 1].position if len(rows) > PAGE_SIZE else None
    return Results([row.Award for row in rows[:PAGE_SIZE]], total, following)


def _conditions(query: Query, by: Actor) -> list[ColumnElement[bool]]:
    """The same words for the page and for the count: what one may not read is not counted either."""
    narrowed = [
        column == value for column, value in ((Award.form, query.form), (Award.kind, query.kind)) if value is not None
    ]
    return [where(by, Permission.AWARD_READ, Award), *narrowed]


def _only_units(by: Actor) -> frozenset[UUID] | None:
    """The units beside which the actor can find nothing; None where awards of any unit may be theirs to find.

    It only narrows the index, so that a clerk's search costs what the unit holds and not what the archive holds: the
    policy still judges every award.
    """
    of_any_unit = Award(unit_id=uuid4())
    return None if allows(by, Permission.AWARD_READ, of_any_unit) else by.unit_ids


def _hits(session: Session, query: Query, units: frozenset[UUID] | None) -> FromClause:
    """Ids and positions of the awards that hold all words."""
    index, key = _key(session)
    hits = select(index.c.award_id, key.label("position"))
    if query.year is not None:
        hits = hits.where(key >= _first_position(query.year), key < _first_position(query.year + 1))
    if units is not None and not units:
        return hits.where(false()).subquery("hits")
    return _in_fts5(hits, query, units) if index is _FTS5 else _in_tsvector(session, hits, query, units)


def _in_fts5(hits: Select[Any, int], query: Query, units: frozenset[UUID] | None) -> FromClause:
    parts = []
    if query.words:  # letters and digits only, so a quote around each is all the quoting there is to do
        parts.append("words : (" + " AND ".join(f'"{word}"' for word in query.words) + " *)")
    if units is not None:
        parts.append("unit_id : (" + " OR ".join(f'"{unit.hex}"' for unit in sorted(units)) + ")")
    if parts:
        hits = hits.where(literal_column("award_search").op("MATCH")(" AND ".join(parts)))
    return hits.subquery("hits")


def _in_tsvector(session: Session, hits: Select[Any, int], query: Query, units: frozenset[UUID] | None) -> FromClause:
    """Rare words are looked up whole, else "ORDER BY … LIMIT" walks the key for them; common ones are met on it."""
    if units is not None:
        hits = hits.where(_TSVECTOR.c.unit_id.in_(units))
    if not query.words:
        return hits.subquery("hits")
    wanted = func.to_tsquery(literal_column("'simple'"), " & ".join(query.words) + ":*")
    hits = hits.where(_TSVECTOR.c.tokens.op("@@")(wanted))
    seen = session.scalar(select(func.count()).select_from(hits.limit(MOST_COUNTED + 1).subquery())) or 0
    if seen > MOST_COUNTED:
        return hits.subquery("hits")
    return hits.cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")


def _first_position(year: int) -> int:
    """The lowest position of a year; a year out of reason finds nothing and breaks nothing."""
    return date(min(max(year, _YEARS.start), _YEARS.stop), 1, 1).toordinal() << _DAY_SHIFT


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """``text`` in runs, each with whether the words of ``query`` stand there; for highlighting."""
    words = fold(query).split()
    if not words:
        return [(text, False)]
    runs: list[tuple[str, bool]] = []
    for piece in _PIECES.findall(text):
        is_hit = _is_hit(fold(piece), words)
        if runs and runs[-1][1] is is_hit:
            runs[-1] = (runs[-1][0] + piece, is_hit)
        else:
            runs.append((piece, is_hit))
    return runs


def _is_hit(piece: str, words: Sequence[str]) -> bool:
    return bool(piece) and (piece in words or piece.startswith(words[-1]))
