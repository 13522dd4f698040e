"""The outbox: an announcement lives and dies with the change it tells of."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import outbox
from dms.outbox import OutboxEvent
from tests import factories as make

NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
MakeSession = Callable[[], Session]


def names(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxEvent.name)))


def test_an_announcement_stays_with_the_change_that_is_committed(session: Session) -> None:
    person = make.a_person(session)
    outbox.add(session, "person.added", now=NOW, person_id=person.id)
    session.commit()
    (event,) = session.scalars(select(OutboxEvent))
    assert (event.name, event.payload) == ("person.added", {"person_id": str(person.id)})
    assert (event.created_at, event.done_at, event.attempts) == (NOW, None, 0)


def test_an_announcement_dies_with_the_change_that_is_undone(session: Session) -> None:
    outbox.add(session, "person.added", now=NOW)
    session.flush()
    session.rollback()
    assert names(session) == []
    assert outbox.announced(session) == []


def test_an_announcement_dies_with_its_savepoint_and_leaves_the_others(session: Session) -> None:
    outbox.add(session, "kept", now=NOW)
    savepoint = session.begin_nested()
    outbox.add(session, "undone", now=NOW)
    session.flush()
    savepoint.rollback()
    assert [event.name for event in outbox.announced(session)] == ["kept"]
    assert names(session) == ["kept"]


def test_each_announcement_is_handed_out_once(session: Session) -> None:
    outbox.add(session, "one", now=NOW)
    outbox.add(session, "two", now=NOW)
    assert [event.name for event in outbox.announced(session)] == ["one", "two"]
    assert outbox.announced(session) == []


def test_ids_and_days_travel_as_text_and_plain_values_as_they_are(session: Session) -> None:
    told = {"id": UUID(int=5), "on": date(2026, 1, 5), "pages": 3, "late": False, "nominee_id": None}
    event = outbox.add(session, "told", now=NOW, **told)
    session.flush()
    session.refresh(event)
    assert event.payload == {
        "id": str(UUID(int=5)),
        "on": "2026-01-05",
        "pages": 3,
        "late": False,
        "nominee_id": None,
    }


def test_what_is_due_comes_oldest_first_and_nothing_before_its_time(session: Session) -> None:
    second = outbox.add(session, "second", now=NOW - timedelta(minutes=1))
    first = outbox.add(session, "first", now=NOW - timedelta(hours=1))
    outbox.add(session, "later", now=NOW + timedelta(seconds=1))
    outbox.add(session, "done", now=NOW - timedelta(hours=2)).done_at = NOW
    outbox.add(session, "given up", now=NOW - timedelta(hours=3)).failed_at = NOW
    session.flush()
    assert outbox.due(session, now=NOW) == [first.id, second.id]
    assert outbox.due(session, now=NOW, limit=1) == [first.id]


def test_a_claim_is_refused_for_what_is_done_given_up_postponed_or_unknown(session: Session) -> None:
    done, failed, postponed, waiting = (outbox.add(session, "thing", now=NOW) for _ in range(4))
    done.done_at = failed.failed_at = NOW
    postponed.run_after = NOW + timedelta(minutes=2)
    session.flush()
    for event_id in (done.id, failed.id, postponed.id, uuid4()):
        assert outbox.claim(session, event_id, now=NOW) is None
    assert outbox.claim(session, waiting.id, now=NOW) is waiting


def test_what_was_given_up_stays_in_a_list_until_it_is_tried_again(session: Session) -> None:
    event = outbox.add(session, "mail", now=NOW)
    event.failed_at, event.attempts, event.last_error = NOW, 8, "ConnectionError: no route"
    session.flush()
    assert outbox.given_up(session) == [event]
    later = NOW + timedelta(days=1)
    outbox.retry(event, now=later)
    session.flush()
    assert outbox.given_up(session) == []
    assert outbox.due(session, now=later) == [event.id]
    assert (event.attempts, event.last_error) == (0, "ConnectionError: no route")
