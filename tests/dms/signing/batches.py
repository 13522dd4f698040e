"""Batches on a database of their own, worked by real processes: what the tests of batches share."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from dms import clock
from dms.db import Base, make_engine
from dms.people import service as people
from dms.people.models import Person, Unit
from dms.policy import Actor, Presence
from dms.signing.batch import run, service
from dms.signing.batch.crew import Alone, Crew, Processes, Workplace
from dms.signing.batch.models import SigningBatch
from dms.signing.batch.service import Lease
from dms.signing.models import Signature, SigningRoute
from dms.signing.service import SigningDesk
from tests.dms.signing.office import HEAD_ONLY, Office, a_desk, an_office
from tests.pki import Pki
from tests.services import import_tables

PRESENCE = Presence(address="10.1.2.3", agent="Trình duyệt thử", method="totp", proved_at=clock.now())


def make_place(pki: Pki, folder: Path, url: str) -> Workplace:
    """What a worker's process makes for itself."""
    import_tables()
    engine = make_engine(url, execution_options={"read_only": True})
    return Workplace(a_desk(pki, folder), lambda: Session(engine))


@dataclass
class Bureau:
    """A department whose head has papers to sign, on a database in which everybody commits."""

    pki: Pki
    folder: Path
    url: str
    engine: Engine = field(init=False)
    desk: SigningDesk = field(init=False)
    unit_id: UUID = field(init=False)
    staff: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        import_tables()
        self.engine = make_engine(self.url)
        self.desk = a_desk(self.pki, self.folder)

    def founded(self) -> "Bureau":
        Base.metadata.create_all(self.engine)
        with self.writing() as session:
            office = an_office(session, self.desk)
            self.staff = {role: person.id for role, person in office.staff.items()}
            self.unit_id = office.unit.id
        return self

    def papers(self, *titles: str, stages: tuple = HEAD_ONLY) -> list[UUID]:
        """Put papers on their way; the ids of their first steps."""
        return [route.steps[0].id for route in self.routes(*titles, stages=stages)]

    def routes(self, *titles: str, stages: tuple = HEAD_ONLY) -> list[SigningRoute]:
        with self.writing() as session:
            office = Office(session, self.desk, session.get_one(Unit, self.unit_id))
            office.staff = {role: session.get_one(Person, each) for role, each in self.staff.items()}
            return [office.start(office.paper(title=title), stages) for title in titles]

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def reading(self) -> Session:
        return Session(self.engine)

    def actor(self, session: Session, role: str = "head") -> Actor:
        return replace(people.actor_of(session, self.staff[role], clock.day_of(clock.now())), presence=PRESENCE)

    def started(self, steps: Iterable[UUID]) -> UUID:
        """A batch of these steps that the head has sent off."""
        with self.writing() as session:
            by, now = self.actor(session), clock.now()
            batch = service.open_batch(session, steps, by=by, now=now)
            chosen = [item.id for item in batch.items]
            return service.start(session, batch.id, chosen=chosen, by=by, now=now).id

    def work(self, *, crew: Crew | None = None, desk: SigningDesk | None = None, worker: str = "tests") -> UUID | None:
        """Take the next batch and work it; which one it was."""
        with self.writing() as session:
            now = clock.now()
            batch_id = service.take(session, Lease(worker, now + run.LEASE), now=now)
        if batch_id is None:
            return None
        desk = desk or self.desk
        crew = crew or Alone(run.ACTS, Workplace(desk, self.reading))
        run.run_batch(run.Office(desk, self.reading, self.writing, crew, worker), batch_id)
        with self.writing() as session:
            service.release(session, batch_id, worker)
        return batch_id

    @contextmanager
    def processes(self, size: int) -> Iterator[Processes]:
        unused = Pki(self.pki.folder, self.pki.base_url)  # one that has opened nothing goes to another process
        crew = Processes(run.ACTS, partial(make_place, unused, self.folder, self.url), size)
        try:
            yield crew
        finally:
            crew.close()

    def batch(self, session: Session, batch_id: UUID) -> SigningBatch:
        return service.get_batch(session, batch_id, by=self.actor(session))

    def results(self, batch_id: UUID) -> list[str]:
        """The state of each document, in the order of the review, with the reason of a refusal."""
        with self.reading() as session:
            return [
                f"refused {item.refused_code}" if item.refused_code else item.state.value
                for item in self.batch(session, batch_id).items
            ]

    def signatures(self) -> int:
        with self.reading() as session:
            return len(session.scalars(select(Signature)).all())


def main() -> None:
    """Work whatever waits in the bureau of this folder until somebody kills us: the process of the crash tests."""
    pki_folder, base_url, folder, url = sys.argv[1:]
    bureau = Bureau(Pki(Path(pki_folder), base_url), Path(folder), url)
    with bureau.processes(2) as crew:
        bureau.work(crew=crew, worker=f"process {os.getpid()}")


if __name__ == "__main__":
    main()
