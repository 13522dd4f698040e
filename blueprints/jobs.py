"""Jobs: the outbox row is the truth, the Huey queue only wakes a worker."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy.orm import Session, sessionmaker

from blueprints.batch_runner import BatchRunner
from blueprints.extensions import db
from dms import clock, handlers, outbox


def make_queue(url: str, folder: Path, name: str = "dms") -> Huey:
    """Return a Redis queue for a ``redis://`` address, else a SQLite one in ``folder``."""
    if url:
        return RedisHuey(name, url=url, results=False)
    return SqliteHuey(name, filename=str(folder / "queue.db"), results=False, fsync=False)


def init_app(
    app: Flask,
    *,
    queue_url: str,
    folder: Path,
    in_process: bool,
    runner: BatchRunner,
    nightly: Callable[[Flask], None],
) -> None:
    """Bind the queues to ``app``; with ``in_process`` threads of this process work them.

    Batches of signatures have a queue of their own: a long one must not keep conversions waiting, nor they it.
    """
    queue = make_queue(queue_url, folder)
    signing = make_queue(queue_url, folder, "dms-signing")

    @queue.task()
    def work() -> None:
        run_waiting(app)

    # A crash between commit and wake leaves a row that nobody was told of; this finds it.
    @queue.periodic_task(crontab(minute="*"))
    def sweep() -> None:
        run_waiting(app)

    @queue.periodic_task(crontab(hour="19", minute="10"))  # 02:10 in Vietnam
    def keep() -> None:
        nightly(app)

    @signing.task()
    def sign() -> None:
        runner.run_waiting()

    @signing.periodic_task(crontab(minute="*"))
    def look_after() -> None:
        runner.run_waiting()
        runner.tidy()

    app.extensions["dms_jobs"] = {"queue": queue, "work": work, "signing": signing, "sign": sign, "runner": runner}
    if in_process:
        _start_thread(queue)
        _start_thread(signing)
        sign()  # a batch that the last process left behind goes on at once


def wake() -> None:
    """Tell a worker that rows are waiting."""
    current_app.extensions["dms_jobs"]["work"]()


def wake_signing() -> None:
    """Tell a worker that a batch of signatures is waiting."""
    current_app.extensions["dms_jobs"]["sign"]()


def run_waiting(app: Flask) -> int:
    """Handle every waiting event, each in a transaction of its own; return how many were done."""
    with app.app_context():
        tools = app.extensions["dms"]
        settings = tools.settings
        workshop = handlers.Workshop(
            desk=tools.desk, signing=tools.signing, base_url=settings.base_url, demo=settings.demo
        )
        make_session = sessionmaker(db.engine.execution_options(read_only=False))
        total = 0
        while done := sum(_handle(make_session, event_id, workshop) for event_id in _due(make_session)):
            total += done  # what was done may have announced more
        return total


def _due(make_session: sessionmaker[Session]) -> list[UUID]:
    with make_session.begin() as session:
        return outbox.due(session, now=clock.now())


def _handle(make_session: sessionmaker[Session], event_id: UUID, workshop: handlers.Workshop) -> bool:
    with Session(db.engine) as reading:
        handlers.work_ahead(reading, event_id, workshop)
    with make_session.begin() as session:
        return handlers.handle(session, event_id, workshop, now=clock.now())


class _Guest(Consumer):
    """A consumer inside a server's process, where signals belong to the server."""

    def _set_signal_handlers(self) -> None:
        pass


def _start_thread(queue: Huey) -> None:
    _Guest(queue, workers=1, worker_type="thread", initial_delay=0.05, max_delay=1.0, periodic=True).start()
