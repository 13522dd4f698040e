"""The chain of events: what an auditor holds in their hands, and what nobody can do to it unseen."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Event as Signal
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, update
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dms.audit import GENESIS, AuditEvent, Break, Trail, as_dict, events, find_breaks, record, verify
from dms.clock import VIETNAM
from dms.policy import SYSTEM, Actor

NOW = datetime(2026, 1, 5, 1, 2, 3, 456789, tzinfo=UTC)
CLERK = Actor(person_id=UUID(int=7), name="Nguyễn Thị Thuỳ Dương")
MakeSession = Callable[[], Session]


def a_trail() -> Trail:
    return Trail("dossier", uuid4())


def a_chain(session: Session, length: int = 4, trail: Trail | None = None) -> Trail:
    trail = trail or a_trail()
    for number in range(length):
        record(session, trail, "dossier:part:add", by=CLERK, now=NOW + timedelta(minutes=number), part=f"phần {number}")
    session.expire_all()
    return trail


def tamper(session: Session, trail: Trail, position: int, /, **values: Any) -> None:
    """Change a row as somebody with the database's password would, behind the model's back."""
    row = (AuditEvent.subject_id == trail.subject_id) & (AuditEvent.position == position)
    session.execute(update(AuditEvent).where(row).values(**values), execution_options={"synchronize_session": False})
    session.expire_all()


def drop(session: Session, trail: Trail, position: int) -> None:
    session.execute(
        delete(AuditEvent).where(AuditEvent.subject_id == trail.subject_id, AuditEvent.position == position)
    )
    session.expire_all()


def found(session: Session) -> list[tuple[int, str]]:
    return [(each.position, each.reason) for each in verify(session)]


def recomputed(exported: dict[str, Any]) -> str:
    """What an outsider's ten lines do with an exported event; nothing of ours is used."""
    text = json.dumps(exported, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# --- a chain that holds


def test_each_event_names_the_hash_of_the_one_before_and_the_first_one_names_none(session: Session) -> None:
    first, second, third = events(session, a_chain(session, 3))
    assert first.previous_hash == GENESIS
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
    assert [each.position for each in (first, second, third)] == [0, 1, 2]


def test_an_event_keeps_who_did_what_when(session: Session) -> None:
    (event,) = events(session, a_chain(session, 1))
    assert (event.actor_id, event.actor_name) == (CLERK.person_id, "Nguyễn Thị Thuỳ Dương")
    assert (event.tag, event.at, event.data) == ("dossier:part:add", NOW, {"part": "phần 0"})


def test_what_the_system_did_by_itself_is_told_under_its_name(session: Session) -> None:
    trail = a_trail()
    record(session, trail, "dossier:dossier:late", by=SYSTEM, now=NOW)
    (event,) = events(session, trail)
    assert (event.actor_id, event.actor_name) == (None, "system")
    assert found(session) == []


def test_every_subject_has_a_chain_of_its_own(session: Session) -> None:
    one, other = a_trail(), a_trail()
    for trail in (one, other, one):
        record(session, trail, "dossier:part:add", by=CLERK, now=NOW)
    assert [each.position for each in events(session, one)] == [0, 1]
    assert [each.position for each in events(session, other)] == [0]
    assert found(session) == []


def test_two_kinds_of_subject_with_the_same_id_are_two_chains(session: Session) -> None:
    same = uuid4()
    for subject in ("decision", "dossier"):
        record(session, Trail(subject, same), f"{subject}:it:open", by=CLERK, now=NOW)
    assert len(events(session, Trail("decision", same))) == 1
    assert found(session) == []


def test_untouched_chains_hold(session: Session) -> None:
    for _ in range(3):
        a_chain(session)
    assert found(session) == []


def test_an_instant_told_on_a_vietnamese_clock_still_verifies_when_it_is_read_again(session: Session) -> None:
    trail = a_trail()
    record(session, trail, "dossier:part:add", by=CLERK, now=NOW.astimezone(VIETNAM))
    session.expire_all()
    assert found(session) == []
    assert as_dict(events(session, trail)[0])["at"] == "2026-01-05T01:02:03.456789+00:00"


# --- tampering


@pytest.mark.parametrize(
    "values",
    [
        {"actor_name": "Người khác"},
        {"actor_id": UUID(int=8)},
        {"actor_id": None},
        {"tag": "dossier:part:remove"},
        {"at": NOW - timedelta(days=1)},
        {"data": {"part": "phần 1", "more": True}},
        {"data": {}},
        {"hash": "0" * 64},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_changed_field_is_found_where_it_stands(session: Session, values: dict[str, Any]) -> None:
    trail = a_chain(session)
    tamper(session, trail, 1, **values)
    assert (1, "altered") in found(session)


def test_a_break_names_the_chain_that_it_is_in(session: Session) -> None:
    a_chain(session)
    broken = a_chain(session)
    tamper(session, broken, 3, tag="dossier:part:remove")
    assert list(verify(session)) == [Break("dossier", broken.subject_id, 3, "altered")]


def test_a_change_whose_hash_was_computed_anew_is_found_at_the_next_event(session: Session) -> None:
    trail = a_chain(session)
    forged = as_dict(events(session, trail)[1]) | {"actor_name": "Người khác"}
    tamper(session, trail, 1, actor_name="Người khác", hash=recomputed(forged))
    assert found(session) == [(2, "unlinked")]


@pytest.mark.parametrize(("dropped", "seen_at"), [(0, 1), (1, 2), (2, 3)])
def test_a_dropped_event_is_missed(session: Session, dropped: int, seen_at: int) -> None:
    trail = a_chain(session)
    drop(session, trail, dropped)
    assert found(session) == [(seen_at, "missing")]


def test_a_dropped_event_whose_place_was_closed_up_is_found(session: Session) -> None:
    trail = a_chain(session)
    drop(session, trail, 1)
    tamper(session, trail, 2, position=1)
    tamper(session, trail, 3, position=2)
    assert found(session) == [(1, "unlinked"), (2, "altered")]


def test_two_events_that_changed_places_are_found(session: Session) -> None:
    trail = a_chain(session)
    for old, new in ((1, 99), (2, 1), (99, 2)):
        tamper(session, trail, old, position=new)
    assert found(session) == [(1, "unlinked"), (2, "unlinked"), (3, "unlinked")]


def test_an_event_moved_into_another_chain_is_found(session: Session) -> None:
    one, other = a_chain(session, 1), a_chain(session, 1)
    tamper(session, one, 0, subject_id=other.subject_id, position=1)
    assert found(session) == [(1, "unlinked")]


def test_breaks_of_every_chain_are_listed(session: Session) -> None:
    broken = {a_chain(session).subject_id for _ in range(3)}
    for subject_id in broken:
        tamper(session, Trail("dossier", subject_id), 2, tag="x:y:z")
    assert {each.subject_id for each in verify(session)} == broken


# --- what leaves the house


def test_an_outsider_can_recompute_every_hash_from_the_exported_json(session: Session) -> None:
    trail = a_chain(session)
    exported = json.loads(json.dumps([as_dict(each) | {"hash": each.hash} for each in events(session, trail)]))
    previous = "0" * 64
    for event in exported:
        claimed = event.pop("hash")
        assert event["previous_hash"] == previous
        assert recomputed(event) == claimed
        previous = claimed


NAMES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["Nguyễn Thị Thuỳ Dương", "Hoa\u0300 Bi\u0300nh", "\x00", "Đặng Hữu Phước", "đề nghị", '"\\ \n']
)
VALUES = st.recursive(
    NAMES
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals()
    | st.dates()
    | st.datetimes(timezones=st.timezones())
    | st.uuids(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
KEYS = st.from_regex(r"[a-zđêô_]{1,12}", fullmatch=True).filter(lambda key: key not in {"by", "now", "session"})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(st.dictionaries(KEYS, VALUES, max_size=4), min_size=1, max_size=3))
def test_whatever_an_event_tells_it_verifies_here_and_outside(session: Session, data: list[dict[str, Any]]) -> None:
    trail = a_trail()
    for each in data:
        record(session, trail, "dossier:part:add", by=CLERK, now=NOW, **{"trailing": None} | each)
    session.expire_all()
    chain = events(session, trail)
    assert list(find_breaks(chain)) == []
    assert [recomputed(json.loads(json.dumps(as_dict(each)))) for each in chain] == [each.hash for each in chain]


def test_numbers_days_and_ids_are_told_as_plain_text(session: Session) -> None:
    trail = a_trail()
    told = {"score": Decimal("95.50"), "on": date(2026, 1, 5), "unit": UUID(int=3), "names": ("Mai", "Đức")}
    record(session, trail, "dossier:score:set", by=CLERK, now=NOW, **told)
    expected = {"score": "95.50", "on": "2026-01-05", "unit": str(UUID(int=3)), "names": ["Mai", "Đức"]}
    assert events(session, trail)[0].data == expected


def test_a_number_that_json_does_not_know_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="JSON"):
        record(session, a_trail(), "dossier:score:set", by=CLERK, now=NOW, score=float("nan"))


# --- two at once


@pytest.fixture
def shared_trail(make_session: MakeSession) -> Iterator[Trail]:
    """A trail whose committed events are taken away afterwards."""
    trail = a_trail()
    yield trail
    with make_session() as cleaner, cleaner.begin():
        cleaner.execute(delete(AuditEvent).where(AuditEvent.subject_id == trail.subject_id))


@pytest.fixture
def at_the_door(engine: Engine) -> Iterator[Signal]:
    """Set when somebody is about to begin (SQLite) or to append (PostgreSQL)."""
    signal = Signal()

    def at_checkout(*_connection: Any) -> None:
        if engine.dialect.name == "sqlite":
            signal.set()

    def at_statement(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("INSERT INTO audit_event"):
            signal.set()

    sqlalchemy_event.listen(engine, "checkout", at_checkout)
    sqlalchemy_event.listen(engine, "before_cursor_execute", at_statement)
    yield signal
    sqlalchemy_event.remove(engine, "checkout", at_checkout)
    sqlalchemy_event.remove(engine, "before_cursor_execute", at_statement)


def act(session: Session, trail: Trail, refused: list[IntegrityError]) -> None:
    """Record and commit; whoever is refused goes back and acts once more."""
    try:
        record(session, trail, "dossier:part:add", by=CLERK, now=NOW)
    except IntegrityError as error:
        refused.append(error)
        session.rollback()
        record(session, trail, "dossier:part:add", by=CLERK, now=NOW)
    session.commit()
    session.close()


def test_two_people_who_act_at_once_cannot_fork_a_chain(
    make_session: MakeSession, shared_trail: Trail, at_the_door: Signal
) -> None:
    """PostgreSQL refuses the second, which repeats; SQLite lets it wait. Both acts stand in one chain in the end."""
    refused: list[IntegrityError] = []
    with make_session() as first:
        record(first, shared_trail, "dossier:part:add", by=SYSTEM, now=NOW)
        at_the_door.clear()
        second = Thread(target=act, args=(make_session(), shared_trail, refused))
        second.start()
        assert at_the_door.wait(30)
        first.commit()
        second.join(30)
    with make_session() as reader:
        chain = events(reader, shared_trail)
        assert [each.actor_name for each in chain] == ["system", CLERK.name]
        assert list(find_breaks(chain)) == []
        assert len(refused) == (reader.get_bind().dialect.name == "postgresql")


def test_verifying_a_long_history_keeps_only_a_part_of_it_in_memory(session: Session) -> None:
    trail = a_trail()
    shared = {"subject": "dossier", "subject_id": trail.subject_id, "at": NOW, "actor_name": "x", "tag": "a:b:c"}
    rows = [shared | {"id": uuid4(), "position": n, "data": {}, "previous_hash": "", "hash": ""} for n in range(3000)]
    session.execute(insert(AuditEvent), rows)
    held = [len(session.identity_map) for _ in verify(session)]
    assert len(held) == 3000
    assert max(held) <= 1000
