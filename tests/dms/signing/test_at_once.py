"""Two people, or two tabs, at once: one wins, the other is told, and no version is lost or forked."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from dms import clock
from dms.db import Base, make_engine
from dms.documents.models import Version
from dms.errors import Conflict
from dms.people import service as people
from dms.signing import service, signatures
from dms.signing.models import Signature, SigningRoute, Step
from dms.signing.service import SigningDesk
from tests.dms.signing.office import COUNCIL, HEAD_ONLY, a_desk, an_office, letter, minutes
from tests.pki import Pki
from tests.services import import_tables


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    """A database of this test's own, in which everybody commits."""
    import_tables()
    engine = make_engine(empty_database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(pki: Pki, tmp_path: Path) -> SigningDesk:
    return a_desk(pki, tmp_path)


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session, session.begin():
        yield session


def a_route(engine: Engine, desk: SigningDesk, stages: tuple, content: bytes) -> tuple[UUID, dict[str, UUID]]:
    with writing(engine) as session:
        office = an_office(session, desk)
        route = office.started(stages, content)
        steps = {f"{step.position_kind.value} step": step.id for step in route.steps}
        return route.id, steps | {role: person.id for role, person in office.staff.items()}


def begin(engine: Engine, desk: SigningDesk, step_id: UUID, person_id: UUID) -> Callable[[], Signature]:
    """The first half, committed; what is returned is the second half, in a session of its own."""
    with writing(engine) as session:
        by, now = people.actor_of(session, person_id, clock.day_of(clock.now())), clock.now()
        shown = session.get_one(Step, step_id).route.version.digest
        pending_id = signatures.prepare(session, desk, step_id, shown_digest=shown, by=by, now=now).id
        raw = signatures.answer(session, desk, pending_id)

    def finish() -> Signature:
        with writing(engine) as session:
            return signatures.finish(session, desk, pending_id, raw, by=by, now=now)

    return finish


def at_once(*acts: Callable[[], Signature]) -> list[Exception | None]:
    """Run the acts in threads that start together; what each raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Signature]) -> Exception | None:
        start.wait()
        try:
            act()
        except Conflict as error:
            return error
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def chain(engine: Engine, route_id: UUID) -> list[Version]:
    with Session(engine) as session:
        route = session.get_one(SigningRoute, route_id)
        query = select(Version).where(Version.document_id == route.document_id).order_by(Version.number)
        return list(session.scalars(query))


def test_of_two_signers_at_once_one_wins_and_the_other_signs_what_is_there_then(
    engine: Engine, desk: SigningDesk
) -> None:
    route_id, ids = a_route(engine, desk, (COUNCIL,), minutes())
    secretary = (ids["council_secretary step"], ids["secretary"])
    chair = (ids["council_chair step"], ids["chair"])

    raised = at_once(begin(engine, desk, *secretary), begin(engine, desk, *chair))

    (refusal,) = [each for each in raised if each]
    assert isinstance(refusal, Conflict)
    assert refusal.code == "version_moved"
    assert [version.number for version in chain(engine, route_id)] == [1, 2, 3]

    begin(engine, desk, *(secretary if raised[0] else chair))()
    made = chain(engine, route_id)
    assert [version.parent_id for version in made] == [None, *(version.id for version in made[:-1])]


def test_a_signature_pressed_twice_is_made_once(engine: Engine, desk: SigningDesk) -> None:
    route_id, ids = a_route(engine, desk, HEAD_ONLY, letter())
    finish = begin(engine, desk, ids["head step"], ids["head"])

    raised = at_once(finish, finish)

    assert len([each for each in raised if each]) == 1
    assert [version.number for version in chain(engine, route_id)] == [1, 2, 3]


def test_a_crash_after_the_first_half_loses_nothing(engine: Engine, desk: SigningDesk) -> None:
    """The process ended between the halves: the step waits as before, and a second try works."""
    route_id, ids = a_route(engine, desk, HEAD_ONLY, letter())
    begin(engine, desk, ids["head step"], ids["head"])
    with Session(engine) as session:
        head = people.actor_of(session, ids["head"], clock.day_of(clock.now()))
        assert service.count_waiting(session, head) == 1

    begin(engine, desk, ids["head step"], ids["head"])()
    with Session(engine) as session:
        assert session.get_one(SigningRoute, route_id).closed_at is not None


def test_a_crash_in_the_second_half_leaves_the_step_open(engine: Engine, desk: SigningDesk) -> None:
    """The file was complete and stored, but the database never heard of it."""
    route_id, ids = a_route(engine, desk, HEAD_ONLY, letter())
    with Session(engine) as session:
        by, now = people.actor_of(session, ids["head"], clock.day_of(clock.now())), clock.now()
        step = session.get_one(Step, ids["head step"])
        given = {"shown_digest": step.route.version.digest, "by": by, "now": now}
        pending = signatures.prepare(session, desk, step.id, **given)
        signatures.finish(session, desk, pending.id, signatures.answer(session, desk, pending.id), by=by, now=now)
        session.rollback()

    assert [version.number for version in chain(engine, route_id)] == [1, 2]
    begin(engine, desk, ids["head step"], ids["head"])()
    assert [version.number for version in chain(engine, route_id)] == [1, 2, 3]


def test_signing_holds_no_writing_transaction_while_authorities_are_asked(engine: Engine, desk: SigningDesk) -> None:
    """Reading and writing are apart: between the two writes another person's write goes through."""
    route_id, ids = a_route(engine, desk, HEAD_ONLY, letter())
    writes: list[str] = []

    @contextmanager
    def counted() -> Iterator[Session]:
        writes.append("begin")
        with writing(engine) as session:
            yield session
        writes.append("commit")

    with Session(engine.execution_options(read_only=True)) as reading:
        by, now = people.actor_of(reading, ids["head"], clock.day_of(clock.now())), clock.now()
        shown = reading.get_one(Step, ids["head step"]).route.version.digest
        signatures.sign_with_server_key(reading, counted, desk, ids["head step"], shown_digest=shown, by=by, now=now)

    assert writes == ["begin", "commit", "begin", "commit"]
    assert len(chain(engine, route_id)) == 3
