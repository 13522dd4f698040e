"""What every table shares, and how an engine is made. Plain SQLAlchemy: the edge adds its own session handling."""

from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, Uuid, create_engine, event, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (signature is SQLAlchemy's)
        """Refuse a naive instant and bring the rest to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (signature is SQLAlchemy's)
        """Give SQLite's naive value its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The parent of all tables."""

    # One registry, because Flask-SQLAlchemy makes its own base beside this one and must share it.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime(), UUID: Uuid(as_uuid=True)},
    )


class Identified:
    """A table whose key is a random UUID, so that an address tells nothing and can be made before the row."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


class Versioned:
    """A table that two people can change at once: the slower one meets StaleDataError, which the edge tells them."""

    lock_version: Mapped[int] = mapped_column()

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.lock_version}


def text_enum(kind: type[StrEnum]) -> Enum:
    """Store an enum by value as checked text, so that adding a member needs no native type."""
    return Enum(
        kind,
        native_enum=False,
        length=40,
        create_constraint=True,
        values_callable=lambda members: [m.value for m in members],
    )


def make_engine(url: str, **options: Any) -> Engine:
    """Return an engine for ``url``; a SQLite one gets real transactions, foreign keys and a write-ahead log."""
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    return engine


def prepare_sqlite(engine: Engine) -> None:
    """Take transaction control back from Python's SQLite driver, which otherwise leaks past savepoints.

    ``BEGIN IMMEDIATE`` makes two writers queue instead of one failing at its first write after a read. SQLite lets its
    queue poll, with naps of up to 100 ms; the threads of one process therefore wait for each other at ``_Turns``.
    """
    turns = _Turns()

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("read_only"):
            connection.exec_driver_sql("BEGIN DEFERRED")
        else:
            turns.take(connection.info)
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "rollback")  # a commit tells before it is done: there the check-in passes the turn on
    def _end(connection: Any) -> None:
        if not connection.invalidated:  # a lost one has passed its turn on already, and has no notes any more
            turns.pass_on(connection.info)

    @event.listens_for(engine, "checkin")
    @event.listens_for(engine, "invalidate")
    def _leave(_connection: Any, record: Any, _error: Any = None) -> None:
        turns.pass_on(record.info)


class _Turns:
    """Whose turn it is to write, among the threads of this process; the database file has the last word."""

    _PATIENCE = 30.0  # seconds, as SQLite's own busy_timeout: whoever waited longer asks the database itself
    _MINE = "writes"

    def __init__(self) -> None:
        self._free = Lock()

    def take(self, notes: dict[Any, Any]) -> None:
        """Wait for the turn; ``notes`` is the connection's own, in which it is written down."""
        if not notes.get(self._MINE):
            notes[self._MINE] = self._free.acquire(timeout=self._PATIENCE)

    def pass_on(self, notes: dict[Any, Any]) -> None:
        """Let the next one write, if this connection had the turn. Called more often than needed, and harmless then."""
        if notes.pop(self._MINE, False):
            self._free.release()


def ping(session: Session) -> None:
    """Ask the database for one number. Raises SQLAlchemyError where it does not answer."""
    session.execute(text("SELECT 1"))
