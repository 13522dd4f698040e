"""The ground of every table: instants, enums, transactions, and two people who write at once."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, Enum, inspect, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.orm.exc import StaleDataError

from dms.clock import VIETNAM
from dms.db import Base, Identified, Versioned, make_engine, ping, text_enum
from dms.people.models import Person, Unit
from dms.policy import Status
from tests import factories as make


class OwnBase(DeclarativeBase):
    """Tables of this module only, with the types of the real ones."""

    registry = registry(type_annotation_map=Base.registry.type_annotation_map)


class Sheet(Identified, Versioned, OwnBase):
    __tablename__ = "sheet"

    number: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime | None]
    status: Mapped[Status | None] = mapped_column(text_enum(Status))


@pytest.fixture
def sheets(empty_database_url: str) -> Iterator[Engine]:
    """A database with one sheet, on SQLite and on PostgreSQL."""
    engine = make_engine(empty_database_url)
    OwnBase.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add(Sheet(status=Status.DRAFT))
    yield engine
    engine.dispose()


# --- instants


def test_an_instant_comes_back_as_it_was_whatever_zone_it_was_told_in(sheets: Engine) -> None:
    told = datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=VIETNAM)
    with Session(sheets) as session, session.begin():
        session.scalars(select(Sheet)).one().at = told
    with Session(sheets) as session:
        read = session.scalars(select(Sheet.at)).one()
        assert read == told
        assert read is not None
        assert read.tzinfo is UTC
        assert session.scalars(select(Sheet.id).where(Sheet.at == told)).one()


def test_an_instant_without_a_zone_is_refused(sheets: Engine) -> None:
    with Session(sheets) as session:
        session.scalars(select(Sheet)).one().at = datetime(2026, 1, 5, 8, 0)  # noqa: DTZ001  (the fault that is tested)
        with pytest.raises(StatementError, match="naive datetime"):
            session.flush()


def test_instants_are_ordered_by_time_and_not_by_the_look_of_their_zone(sheets: Engine) -> None:
    earlier = datetime(2026, 1, 5, 8, 0, tzinfo=VIETNAM)
    later = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
    with Session(sheets) as session:
        session.add_all([Sheet(at=later), Sheet(at=earlier)])
        session.flush()
        order = select(Sheet.at).where(Sheet.at.is_not(None)).order_by(Sheet.at)
        assert list(session.scalars(order)) == [earlier, later]


# --- enums


def test_a_word_that_is_no_member_is_refused_by_the_database_itself(session: Session) -> None:
    unit = make.a_unit(session)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("UPDATE unit SET kind = 'castle'"))
    session.refresh(unit)
    assert unit.kind == "provincial_department"


def test_a_nullable_enum_may_be_left_empty_but_not_wrong(sheets: Engine) -> None:
    with Session(sheets) as session:
        session.execute(text("UPDATE sheet SET status = NULL"))
        with pytest.raises(IntegrityError):
            session.execute(text("UPDATE sheet SET status = 'DRAFT'"))  # the name; the value is 'draft'


def test_every_enum_column_of_every_table_is_checked_by_the_database(engine: Engine) -> None:
    unchecked = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Enum) and not is_checked(engine, table.name, column.name)
    ]
    assert unchecked == []
    assert sum(isinstance(c.type, Enum) for t in Base.metadata.sorted_tables for c in t.columns) > 20


def is_checked(engine: Engine, table: str, column: str) -> bool:
    found = inspect(engine).get_check_constraints(table)
    return any(re.search(rf"\b{column}\b", each["sqltext"]) for each in found)


# --- transactions


def test_an_undone_savepoint_leaves_what_was_before_it_and_nothing_else(sheets: Engine) -> None:
    with Session(sheets) as session, session.begin():
        session.add(Sheet(number=1))
        session.flush()
        savepoint = session.begin_nested()
        session.add(Sheet(number=2))
        session.flush()
        savepoint.rollback()
        session.add(Sheet(number=3))
    with Session(sheets) as session:
        assert sorted(session.scalars(select(Sheet.number))) == [0, 1, 3]


def test_a_savepoint_that_went_well_is_undone_with_its_transaction(sheets: Engine) -> None:
    with Session(sheets) as session:
        with session.begin_nested():
            session.add(Sheet(number=2))
        session.rollback()
    with Session(sheets) as session:
        assert list(session.scalars(select(Sheet.number))) == [0]


def test_making_a_table_is_undone_with_its_transaction(sheets: Engine) -> None:
    with sheets.connect() as connection:
        connection.execute(text("CREATE TABLE extra (x INTEGER)"))
        connection.rollback()
    assert "extra" not in inspect(sheets).get_table_names()


def test_a_reference_to_nothing_is_refused(session: Session) -> None:
    person = make.a_person(session)
    appointment = make.an_appointment(session, person, make.a_unit(session))
    appointment.person_id = make.a_unit(session).id
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_database_that_answers_answers(session: Session) -> None:
    assert ping(session) is None  # type: ignore[func-returns-value]  # the answer is that nothing is raised


# --- two at once


def test_the_slower_of_two_people_who_change_one_row_is_told(sheets: Engine) -> None:
    with Session(sheets) as slow:
        sheet = slow.scalars(select(Sheet)).one()
        slow.commit()
        assert sheet.number == 0
        slow.commit()
        slow.refresh(sheet)
        slow.expunge(sheet)
    with Session(sheets) as fast, fast.begin():
        fast.scalars(select(Sheet)).one().number = 1
    with Session(sheets) as slow:
        slow.add(sheet)
        sheet.number = 2
        with pytest.raises(StaleDataError):
            slow.flush()
    with Session(sheets) as reader:
        assert list(reader.scalars(select(Sheet.number))) == [1]


def test_each_change_of_a_versioned_row_gives_it_another_version(sheets: Engine) -> None:
    with Session(sheets) as session:
        sheet = session.scalars(select(Sheet)).one()
        before = sheet.lock_version
        sheet.number = 5
        session.flush()
        assert sheet.lock_version == before + 1


def test_writers_on_sqlite_queue_and_lose_nothing(tmp_path: Path) -> None:
    """Each reads, then writes what it read plus one: the order in which SQLite would otherwise say "locked"."""
    engine = make_engine(f"sqlite:///{tmp_path / 'busy.sqlite'}")
    OwnBase.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add(Sheet())
    start, failures = Barrier(4), []

    def add_fifty() -> None:
        start.wait()
        try:
            for _ in range(50):
                add_one(engine)
        except Exception as error:  # noqa: BLE001  (told by the assertion below)
            failures.append(error)

    threads = [Thread(target=add_fifty) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    with Session(engine) as session:
        assert session.scalars(select(Sheet.number)).one() == 200
    engine.dispose()


def add_one(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        number = session.scalars(select(Sheet.number)).one()
        session.execute(update(Sheet).values(number=number + 1))


@pytest.mark.parametrize("ending", ["commit", "rollback", "close", "invalidate"])
def test_whoever_ends_lets_the_next_thread_write_at_once(tmp_path: Path, ending: str) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'turns.db'}")
    OwnBase.metadata.create_all(engine)
    first, wrote = engine.connect(), Event()
    first.execute(text("SELECT 1"))

    def write() -> None:
        with engine.begin() as second:
            second.execute(text("SELECT 1"))
            wrote.set()

    waiting = Thread(target=write, daemon=True)
    waiting.start()
    assert not wrote.wait(0.2)
    getattr(first, ending)()
    first.close()
    assert wrote.wait(10), "the turn was kept, and the next writer waits for nobody"
    waiting.join()
    engine.dispose()


def test_a_reader_on_sqlite_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'busy.sqlite'}")
    OwnBase.metadata.create_all(engine)
    with Session(engine) as writer:
        writer.add(Sheet(number=9))
        writer.flush()
        with Session(engine.execution_options(read_only=True)) as reader:
            assert list(reader.scalars(select(Sheet.number))) == []
        writer.commit()
    with Session(engine.execution_options(read_only=True)) as reader:
        assert list(reader.scalars(select(Sheet.number))) == [9]
    engine.dispose()


def test_sqlite_is_asked_to_keep_what_it_accepted(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'kept.sqlite'}")
    wanted: dict[str, Any] = {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2}
    with engine.connect() as connection:
        assert {name: connection.scalar(text(f"PRAGMA {name}")) for name in wanted} == wanted
    engine.dispose()


def test_ids_are_made_before_the_row_and_never_alike(session: Session) -> None:
    people = [make.a_person(session) for _ in range(3)]
    assert len({person.id for person in people}) == 3
    assert session.get(Person, people[0].id) is people[0]
    assert session.get(Unit, people[0].id) is None
