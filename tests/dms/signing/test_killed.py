"""A signature is killed at every point of its way: the step is open again, or done whole, and nothing lies about it."""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from dms import audit, clock
from dms.db import Base, make_engine
from dms.documents import service as documents
from dms.documents.models import Version
from dms.people import service as people
from dms.signing import pades, signatures
from dms.signing.models import PendingSignature, Signature, Step, StepOutcome
from dms.signing.service import SigningDesk
from dms.upkeep import doctor
from dms.upkeep.model import Gravity, Ward
from tests.dms.signing import signing_on_purpose
from tests.dms.signing.office import HEAD_ONLY, a_desk, an_office
from tests.dms.signing.signing_on_purpose import POINTS
from tests.pki import Pki
from tests.services import import_tables

PROCESSES = multiprocessing.get_context("forkserver")  # each begins with everything imported, and with nothing open
PROCESSES.set_forkserver_preload(["tests.dms.signing.signing_on_purpose"])
DONE = ("after second commit",)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    import_tables()
    engine = make_engine(f"sqlite:///{tmp_path / 'dms.sqlite'}")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(pki: Pki, tmp_path: Path) -> SigningDesk:
    return a_desk(pki, tmp_path)


@pytest.fixture
def waiting(engine: Engine, desk: SigningDesk) -> tuple[UUID, UUID]:
    """A step that waits for the head, and the head."""
    with writing(engine) as session:
        office = an_office(session, desk)
        route = office.started(HEAD_ONLY)
        return route.steps[0].id, office.staff["head"].id


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session, session.begin():
        yield session


@pytest.mark.parametrize("point", POINTS)
def test_a_signature_that_is_killed_leaves_the_step_open_or_done_and_can_be_made_again(  # noqa: PLR0917 - fixtures
    engine: Engine, desk: SigningDesk, waiting: tuple[UUID, UUID], pki: Pki, tmp_path: Path, point: str
) -> None:
    versions = count(engine, Version)
    died_of = sign_and_die(engine, pki, tmp_path, waiting, point)
    assert died_of == -signal.SIGKILL

    assert_nothing_is_half(engine, desk, waiting[0], versions, is_done=point in DONE)
    if point not in DONE:
        sign_again(engine, desk, *waiting)
    assert_signed_once(engine, desk, waiting[0], versions + 1)


def sign_and_die(  # noqa: PLR0917 - reads as a sentence where it is called
    engine: Engine, pki: Pki, folder: Path, waiting: tuple[UUID, UUID], point: str
) -> int | None:
    """Sign in a process of its own, which dies at the point; how it ended."""
    words = [str(engine.url), str(folder), str(pki.folder), pki.base_url, *map(str, waiting), point]
    process = PROCESSES.Process(target=signing_on_purpose.main, args=(words,))
    process.start()
    process.join(240)
    return process.exitcode


def sign_again(engine: Engine, desk: SigningDesk, step_id: UUID, person_id: UUID) -> None:
    with Session(engine) as reading:
        step, now = reading.get_one(Step, step_id), clock.now()
        by = people.actor_of(reading, person_id, clock.day_of(now))
        shown = step.route.version.digest
        signatures.sign_with_server_key(
            reading, lambda: writing(engine), desk, step_id, shown_digest=shown, by=by, now=now
        )


def assert_nothing_is_half(engine: Engine, desk: SigningDesk, step_id: UUID, versions: int, *, is_done: bool) -> None:
    assert count(engine, Version) == versions + is_done
    assert count(engine, Signature) == int(is_done)
    with Session(engine) as session:
        step = session.get_one(Step, step_id)
        assert step.outcome is (StepOutcome.DONE if is_done else None)
        assert list(audit.verify(session)) == []
    assert_well(engine, desk)


def assert_signed_once(engine: Engine, desk: SigningDesk, step_id: UUID, versions: int) -> None:
    assert count(engine, Version) == versions
    assert count(engine, Signature) == 1
    with Session(engine) as session:
        step = session.get_one(Step, step_id)
        assert step.outcome is StepOutcome.DONE
        finished = select(func.count()).where(PendingSignature.finished_at.is_not(None))
        assert session.scalar(finished) == 1
        with documents.local_copy(desk.desk, step.route.version) as path:
            assert pades.validate(path, trust=desk.trust).is_valid
        assert list(audit.verify(session)) == []
    assert_well(engine, desk)


def assert_well(engine: Engine, desk: SigningDesk) -> None:
    """The doctor finds nothing that would have to be mended by a person."""
    with Session(engine) as session:
        found = doctor.run(Ward(session, desk, clock.now()))
    errors = [trouble for each in found for trouble in each.troubles if trouble.gravity is Gravity.ERROR]
    assert errors == []


def count(engine: Engine, model: type) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0
