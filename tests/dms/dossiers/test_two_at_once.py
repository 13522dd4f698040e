"""Two people at once: each gets a code of their own, and the slower of two editors is told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from dms.db import Base, make_engine
from dms.dossiers import service
from dms.dossiers.models import Dossier
from dms.people import service as people
from dms.policy import Actor
from tests import factories as make
from tests.services import import_tables


@pytest.fixture
def own_engine(empty_database_url: str) -> Iterator[Engine]:
    import_tables()
    engine = make_engine(empty_database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def clerks(engine: Engine) -> list[tuple[Actor, dict[str, object]]]:
    """Two clerks of two units, each with what they open."""
    with Session(engine) as session, session.begin():
        make.a_province(session)
        revision = make.a_campaign(session)
        units = [make.a_unit(session) for _ in range(2)]
        opened = {"revision_id": revision.id, "scheme_code": make.BANG_KHEN}
        return [(make.a_clerk(session, unit), {**opened, "unit_id": unit.id}) for unit in units]


def test_two_who_open_at_once_get_two_codes(own_engine: Engine) -> None:
    def open_slowly(clerk: Actor, opened: dict[str, object]) -> str:
        with Session(own_engine) as session, session.begin():
            dossier = service.open_dossier(session, **opened, by=clerk, now=make.NOW)  # type: ignore[arg-type]
            sleep(0.3)  # the other one takes its code while this one is not committed
            return dossier.code

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda pair: open_slowly(*pair), clerks(own_engine)))
    assert sorted(codes) == ["HS-2026-0001", "HS-2026-0002"]


def test_a_stale_screen_changes_nothing(own_engine: Engine) -> None:
    clerk, opened = clerks(own_engine)[0]
    with Session(own_engine) as session, session.begin():
        dossier_id = service.open_dossier(session, **opened, by=clerk, now=make.NOW).id  # type: ignore[arg-type]
    with Session(own_engine, expire_on_commit=False) as session, session.begin():
        seen = session.get_one(Dossier, dossier_id)  # what the slower one has on the screen
    with Session(own_engine) as session, session.begin():
        actor = people.actor_of(session, clerk.person_id, make.NOW.date())  # type: ignore[arg-type]
        service.withdraw(session, dossier_id, reason="Nhầm", by=actor, now=make.NOW)
    with Session(own_engine) as session:
        session.add(seen)
        seen.scheme_code = "khac"
        with pytest.raises(StaleDataError):
            session.flush()
