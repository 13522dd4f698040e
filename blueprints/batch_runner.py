"""Batches of signatures outside of requests: one runner a process, its crew of processes, and who else is alive."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock, Thread
from uuid import UUID, uuid4

import structlog
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from blueprints import desks
from blueprints.extensions import db
from config import Settings
from dms import clock, handlers
from dms.signing.batch import run, service
from dms.signing.batch.crew import Alone, Crew, Processes, Workplace
from dms.signing.batch.models import SigningBatch
from dms.signing.batch.service import Lease
from dms.signing.service import SigningDesk

log = structlog.get_logger(__name__)

FEW = 3  # documents for which starting processes costs more than it saves
IDLE_SECONDS = 60
SECRET_SECONDS = 3600  # a batch that was cancelled before its turn never fetches what was typed for it


class BatchRunner:
    """Works every started batch, one after the other. Its processes start with the first and end when idle."""

    def __init__(self, app: Flask, settings: Settings, desk: SigningDesk) -> None:
        self._app, self._desk = app, desk
        size = settings.signing_processes or len(os.sched_getaffinity(0))
        self._crew = Processes(run.ACTS, partial(desks.make_workplace, settings), size)
        self._lock = Lock()
        self._used = time.monotonic()
        self._secrets: dict[UUID, tuple[str, float]] = {}
        self.name = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"

    def lease(self, batch_id: UUID, secret: str | None) -> Lease | None:
        """Keep what the signer typed for a key in this memory and nowhere else, so only this process may sign."""
        if not secret:
            return None
        self._secrets[batch_id] = secret, time.monotonic()
        return Lease(self.name, clock.now() + run.LEASE)

    def wake(self) -> None:
        """Work what is leased to this process, which need not be one that works the queue."""
        Thread(target=self.run_waiting, name="batch-with-a-secret", daemon=True).start()

    def run_waiting(self) -> int:
        """Work what is waiting; return how many batches were worked. A second caller waits for the first."""
        with self._lock, self._app.app_context():
            done = 0
            while (batch_id := self._take()) is not None:
                self._run(batch_id)
                done += 1
            return done

    def tidy(self) -> None:
        """End the processes when nobody has needed them for a while, and throw old reviews away."""
        if self._lock.acquire(blocking=False):
            try:
                if time.monotonic() - self._used > IDLE_SECONDS:
                    self._crew.close()
            finally:
                self._lock.release()
        self._forget_old_secrets()
        with self._app.app_context(), self._writing() as session:
            service.sweep_reviews(session, now=clock.now())

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            self._crew.close()

    def _take(self) -> UUID | None:
        now = clock.now()
        with self._writing() as session:
            gone = [each for each in service.holders(session) if self._is_gone(each)]
            return service.take(session, Lease(self.name, now + run.LEASE), now=now, gone=gone)

    def _run(self, batch_id: UUID) -> None:
        with self._writing() as session:
            open_items = sum(item.is_open for item in session.get_one(SigningBatch, batch_id).items)
        crew: Crew = self._crew if open_items > FEW and self._crew.size > 1 else Alone(run.ACTS, self._place())
        secret, _ = self._secrets.pop(batch_id, (None, 0.0))
        office = run.Office(self._desk, self._reading, self._writing, crew, self.name, secret)
        try:
            run.run_batch(office, batch_id)
        except BaseException:
            self._crew.close()  # what they have in hand belongs to nobody any more
            raise
        finally:
            self._used = time.monotonic()
        with self._writing() as session:
            service.release(session, batch_id, self.name)

    def _forget_old_secrets(self) -> None:
        old = time.monotonic() - SECRET_SECONDS
        for batch_id in [each for each, (_, since) in list(self._secrets.items()) if since < old]:
            del self._secrets[batch_id]

    def _place(self) -> Workplace:
        return Workplace(self._desk, self._reading)

    def _reading(self) -> Session:
        return Session(db.engine)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        maker = sessionmaker(db.engine.execution_options(read_only=False))
        with maker.begin() as session:
            yield session
            handlers.drain(session, now=clock.now())

    def _is_gone(self, holder: str) -> bool:
        """Whether a worker of this machine has died; of another machine's only its lease tells."""
        host, _, rest = holder.partition("/")
        number, _, _ = rest.partition("/")
        if host != socket.gethostname() or holder == self.name:
            return False
        return int(number) == os.getpid() or not _is_alive(int(number))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
