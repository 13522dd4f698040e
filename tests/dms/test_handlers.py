"""Handlers: what follows from a change, in its own transaction or in a worker's."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Thread
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from dms import handlers, outbox
from dms.db import Base, make_engine
from dms.handlers import DEFERRED, IMMEDIATE, MAX_ATTEMPTS, Workshop
from dms.outbox import OutboxEvent
from dms.people.models import Person
from tests import factories as make
from tests.services import import_tables, postgresql_database

NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
WORKSHOP = cast("Workshop", None)  # the handlers of these tests need no tools

Told = list[str]
Register = Callable[..., None]


@pytest.fixture
def immediately(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Register immediate handlers for an event that only this test announces."""
    return lambda name, *functions: monkeypatch.setitem(IMMEDIATE, name, functions)


@pytest.fixture
def afterwards(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Register deferred handlers for an event that only this test announces."""
    return lambda name, *functions: monkeypatch.setitem(DEFERRED, name, functions)


def tell(told: Told, word: str) -> Callable[..., None]:
    def handler(session: Session, payload: dict[str, Any], *_more: Any) -> None:
        told.append(f"{word} {payload.get('what', '')}".strip())

    return handler


def announcing(name: str) -> Callable[..., None]:
    def handler(session: Session, *_more: Any) -> None:
        outbox.add(session, name, now=NOW)

    return handler


def failing(session: Session, payload: dict[str, Any], *_more: Any) -> None:
    make.a_person(session, "Người chưa xong")
    raise ConnectionError("the mail server does not answer")


def announce(session: Session, name: str, **payload: Any) -> OutboxEvent:
    event = outbox.add(session, name, now=NOW, **payload)
    session.flush()
    handlers.drain(session, now=NOW)
    return event


# --- in the transaction of the change


def test_every_handler_of_an_event_runs_once_in_its_order(session: Session, immediately: Register) -> None:
    told: Told = []
    immediately("thing.done", tell(told, "first"), tell(told, "second"))
    outbox.add(session, "thing.done", now=NOW, what="x")
    handlers.drain(session, now=NOW)
    handlers.drain(session, now=NOW)
    assert told == ["first x", "second x"]


def test_events_that_handlers_announce_are_handled_too(session: Session, immediately: Register) -> None:
    told: Told = []
    immediately("one", announcing("two"))
    immediately("two", announcing("three"))
    immediately("three", tell(told, "reached"))
    outbox.add(session, "one", now=NOW)
    handlers.drain(session, now=NOW)
    assert told == ["reached"]
    assert set(session.scalars(select(OutboxEvent.done_at))) == {NOW}


def test_an_event_whose_row_was_written_before_is_not_forgotten(session: Session, immediately: Register) -> None:
    told: Told = []
    immediately("thing.done", tell(told, "handled"))
    outbox.add(session, "thing.done", now=NOW)
    session.flush()
    assert session.scalars(select(OutboxEvent)).one().done_at is None
    handlers.drain(session, now=NOW)
    assert told == ["handled"]
    assert session.scalars(select(OutboxEvent)).one().done_at == NOW


def test_an_event_of_an_undone_savepoint_moves_nothing(session: Session, immediately: Register) -> None:
    told: Told = []
    immediately("thing.done", tell(told, "handled"))
    savepoint = session.begin_nested()
    outbox.add(session, "thing.done", now=NOW)
    session.flush()
    savepoint.rollback()
    handlers.drain(session, now=NOW)
    assert told == []


def test_a_failure_of_an_immediate_handler_stops_the_change_itself(session: Session, immediately: Register) -> None:
    immediately("thing.done", failing)
    outbox.add(session, "thing.done", now=NOW)
    with pytest.raises(ConnectionError):
        handlers.drain(session, now=NOW)


def test_an_event_that_nobody_waits_for_is_done_at_once(session: Session) -> None:
    assert announce(session, "nobody.cares").done_at == NOW


def test_an_event_for_a_worker_waits_after_its_immediate_handlers_ran(
    session: Session, immediately: Register, afterwards: Register
) -> None:
    told: Told = []
    immediately("thing.done", tell(told, "at once"))
    afterwards("thing.done", tell(told, "afterwards"))
    event = announce(session, "thing.done")
    assert told == ["at once"]
    assert outbox.due(session, now=NOW) == [event.id]


# --- in a worker


def test_a_worker_runs_the_deferred_handlers_and_is_done(session: Session, afterwards: Register) -> None:
    told: Told = []
    afterwards("thing.done", tell(told, "first"), tell(told, "second"))
    event = announce(session, "thing.done")
    assert handlers.handle(session, event.id, WORKSHOP, now=NOW) is True
    assert handlers.handle(session, event.id, WORKSHOP, now=NOW) is False
    assert told == ["first", "second"]
    assert event.done_at == NOW


def test_what_a_deferred_handler_announces_is_handled_with_it(
    session: Session, immediately: Register, afterwards: Register
) -> None:
    told: Told = []
    afterwards("thing.done", announcing("thing.followed"))
    immediately("thing.followed", tell(told, "followed"))
    event = announce(session, "thing.done")
    handlers.handle(session, event.id, WORKSHOP, now=NOW)
    assert told == ["followed"]


def test_a_failure_undoes_what_the_handlers_changed_and_stays_with_the_row(
    session: Session, afterwards: Register
) -> None:
    afterwards("thing.done", lambda s, *_: make.a_person(s, "Người của việc trước") and None, failing)
    event = announce(session, "thing.done")
    assert handlers.handle(session, event.id, WORKSHOP, now=NOW) is False
    assert session.scalars(select(Person)).all() == []
    assert event.last_error == "ConnectionError: the mail server does not answer"
    assert (event.attempts, event.done_at, event.failed_at) == (1, None, None)


def test_what_a_failed_handler_announced_is_never_handled(
    session: Session, immediately: Register, afterwards: Register
) -> None:
    told: Told = []

    def announce_and_fail(s: Session, _payload: Any, _workshop: Any, now: datetime) -> None:
        outbox.add(s, "thing.followed", now=now)
        failing(s, {})

    immediately("thing.followed", tell(told, "followed"))
    afterwards("thing.done", announce_and_fail)
    event = announce(session, "thing.done")
    handlers.handle(session, event.id, WORKSHOP, now=NOW)
    handlers.drain(session, now=NOW)
    assert told == []


def test_a_failure_that_the_database_tells_of_is_kept_like_any_other(session: Session, afterwards: Register) -> None:
    twice = UUID(int=1)

    def break_the_key(s: Session, *_more: Any) -> None:
        s.add_all(Person(id=twice, full_name="A", folded_name="a", email=f"{n}@example.vn") for n in range(2))
        s.flush()

    afterwards("thing.done", break_the_key)
    event = announce(session, "thing.done")
    assert handlers.handle(session, event.id, WORKSHOP, now=NOW) is False
    assert event.last_error is not None
    assert session.get(Person, twice) is None


def test_a_failed_event_waits_longer_each_time_and_is_not_touched_meanwhile(
    session: Session, afterwards: Register
) -> None:
    afterwards("thing.done", failing)
    event, now, waits = announce(session, "thing.done"), NOW, []
    for _ in range(4):
        handlers.handle(session, event.id, WORKSHOP, now=now)
        handlers.handle(session, event.id, WORKSHOP, now=event.run_after - timedelta(seconds=1))
        waits.append(event.run_after - now)
        now = event.run_after
    assert event.attempts == 4
    assert all(longer > shorter for shorter, longer in pairwise(waits))


def test_a_failed_event_that_succeeds_later_is_done(session: Session, afterwards: Register) -> None:
    afterwards("thing.done", failing)
    event = announce(session, "thing.done")
    handlers.handle(session, event.id, WORKSHOP, now=NOW)
    told: Told = []
    afterwards("thing.done", tell(told, "at last"))
    assert handlers.handle(session, event.id, WORKSHOP, now=event.run_after) is True
    assert told == ["at last"]
    assert event.done_at is not None
    assert outbox.given_up(session) == []


def test_an_event_that_fails_too_often_is_given_up_in_the_open(session: Session, afterwards: Register) -> None:
    afterwards("thing.done", failing)
    event = announce(session, "thing.done")
    for _ in range(MAX_ATTEMPTS):
        assert outbox.given_up(session) == []
        handlers.handle(session, event.id, WORKSHOP, now=event.run_after)
    assert outbox.given_up(session) == [event]
    assert event.done_at is None
    assert event.last_error is not None
    assert outbox.due(session, now=NOW + timedelta(days=365)) == []


def test_one_bad_event_does_not_stop_the_next_one(session: Session, afterwards: Register) -> None:
    told: Told = []
    afterwards("bad", failing)
    afterwards("good", tell(told, "good"))
    bad, good = announce(session, "bad"), announce(session, "good")
    assert [handlers.handle(session, each.id, WORKSHOP, now=NOW) for each in (bad, good)] == [False, True]
    assert told == ["good"]


# --- two workers


@pytest.fixture(scope="module")
def on_postgresql(postgres_url: str) -> Iterator[sessionmaker[Session]]:
    """Real sessions on a PostgreSQL database of this module."""
    import_tables()
    with postgresql_database(postgres_url) as url:
        engine = make_engine(url)
        Base.metadata.create_all(engine)
        yield sessionmaker(engine)
        engine.dispose()


def test_a_second_worker_passes_over_what_the_first_one_holds(
    on_postgresql: sessionmaker[Session], afterwards: Register
) -> None:
    told: Told = []

    def let_another_worker_try(_session: Session, payload: dict[str, Any], *_more: Any) -> None:
        told.append("first")
        with on_postgresql.begin() as other:
            assert handlers.handle(other, event_id, WORKSHOP, now=NOW) is False

    afterwards("thing.done", let_another_worker_try)
    with on_postgresql.begin() as session:
        event_id = announce(session, "thing.done").id
    with on_postgresql.begin() as first:
        assert handlers.handle(first, event_id, WORKSHOP, now=NOW) is True
    assert told == ["first"]


def test_a_worker_with_an_old_list_does_not_repeat_what_another_has_just_tried(
    on_postgresql: sessionmaker[Session], afterwards: Register
) -> None:
    tried: Told = []

    def note_and_fail(s: Session, payload: dict[str, Any], *_more: Any) -> None:
        tried.append("tried")
        failing(s, payload)

    afterwards("thing.fails", note_and_fail)
    with on_postgresql.begin() as session:
        event_id = announce(session, "thing.fails").id
    for _ in range(2):
        with on_postgresql.begin() as worker:
            handlers.handle(worker, event_id, WORKSHOP, now=NOW)
    assert tried == ["tried"]


def test_workers_side_by_side_never_handle_one_event_twice(empty_database_url: str, afterwards: Register) -> None:
    import_tables()
    engine = make_engine(empty_database_url)
    Base.metadata.create_all(engine)
    told: Told = []
    afterwards("thing.done", tell(told, "handled"))
    with sessionmaker(engine).begin() as session:
        for number in range(20):
            announce(session, "thing.done", what=f"{number:02}")
    workers = [Thread(target=work, args=(engine,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(told) == [f"handled {number:02}" for number in range(20)]
    with Session(engine) as session:
        assert outbox.due(session, now=NOW) == []
    engine.dispose()


def work(engine: Engine) -> None:
    make_session = sessionmaker(engine)
    with make_session.begin() as session:
        waiting = outbox.due(session, now=NOW)
    for event_id in waiting:
        with make_session.begin() as session:
            handlers.handle(session, event_id, WORKSHOP, now=NOW)
