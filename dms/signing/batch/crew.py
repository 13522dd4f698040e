"""Processes that do the computing of signatures, so that a batch uses every core.

Each worker is asked through a pipe of its own and answers in order. It ends by itself when the pipe does, so that a
parent that was killed leaves nobody behind; one that dies or hangs loses only what it had in hand. The workers read the
database and write nothing there: the one who asks them does.
"""

import multiprocessing
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dms.errors import DomainError, Unavailable
from dms.signing.service import SigningDesk

log = structlog.get_logger(__name__)

QUEUED: Final = 2  # asked at a time of one worker, so that it need not wait for the next question
PATIENCE: Final = 180.0  # seconds without any answer after which a worker counts as hung


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a worker needs: the desk with its keys and trust, and sessions that only read."""

    desk: SigningDesk
    reading: Callable[[], Session]


Act = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Something to be worked out; ``ticket`` tells the asker what it was about."""

    ticket: object
    act: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question: a value or a refusal."""

    ticket: object
    act: str
    value: Any = None
    error: DomainError | None = None


class Crew(Protocol):
    """Somebody to ask."""

    @property
    def free(self) -> int:
        """How many more questions may be asked now."""

    def ask(self, question: Question) -> None:
        """Hand a question over."""

    def replies(self, patience: float) -> list[Reply]:
        """What has been answered, after waiting up to ``patience`` seconds for the first."""


def answer(acts: Mapping[str, Act], place: Workplace, question: Question) -> Reply:
    """Work a question out; every refusal becomes a value, and so does a fault of our own."""
    try:
        return Reply(question.ticket, question.act, acts[question.act](place, *question.arguments))
    except DomainError as error:
        return Reply(question.ticket, question.act, error=error)
    except (SQLAlchemyError, OSError) as error:
        log.warning("signing_worker_stumbled", act=question.act, error=repr(error))
        return Reply(question.ticket, question.act, error=Unavailable("signing_worker_failed"))
    except Exception:  # one document must not end the worker
        log.exception("signing_worker_failed", act=question.act)
        return Reply(question.ticket, question.act, error=Unavailable("signing_worker_failed"))


class Alone:
    """A crew of nobody: the asker works by itself. For a few documents, and where there is one core."""

    def __init__(self, acts: Mapping[str, Act], place: Workplace) -> None:
        self._acts, self._place = acts, place
        self._done: list[Reply] = []

    @property
    def free(self) -> int:
        """See Crew."""
        return 0 if self._done else 1

    def ask(self, question: Question) -> None:
        """See Crew."""
        self._done.append(answer(self._acts, self._place, question))

    def replies(self, patience: float) -> list[Reply]:  # noqa: ARG002  (the protocol's signature)
        """See Crew."""
        done, self._done = self._done, []
        return done


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    asked: deque[Question] = field(default_factory=deque)
    since: float = 0.0

    def is_hung(self, now: float) -> bool:
        return bool(self.asked) and now - self.since > PATIENCE


class Processes:
    """A crew of ``size`` processes, started at the first question; ``close`` ends them, the next starts new ones.

    ``make_place`` must be picklable, for each worker calls it.
    """

    def __init__(self, acts: Mapping[str, Act], make_place: Callable[[], Workplace], size: int) -> None:
        self._acts, self._make_place, self.size = dict(acts), make_place, size
        self._workers: list[_Worker] = []
        self._lost: list[Reply] = []

    @property
    def free(self) -> int:
        """See Crew."""
        return self.size * QUEUED - sum(len(worker.asked) for worker in self._workers)

    def ask(self, question: Question) -> None:
        """See Crew."""
        while len(self._workers) < self.size:
            self._workers.append(_start(self._acts, self._make_place))
        worker = min(self._workers, key=lambda each: len(each.asked))
        if not worker.asked:
            worker.since = time.monotonic()
        worker.asked.append(question)
        try:
            worker.pipe.send(question)
        except OSError:
            self._lose(worker)

    def replies(self, patience: float) -> list[Reply]:
        """See Crew."""
        pipes = {worker.pipe: worker for worker in self._workers}
        ready = wait(list(pipes), 0 if self._lost else patience) if pipes else []
        got = [reply for pipe in ready for reply in self._read(pipes[pipe])]  # type: ignore[index]  # what went in comes out
        for worker in [each for each in self._workers if each.is_hung(time.monotonic())]:
            self._lose(worker)
        got += self._lost
        self._lost = []
        return got

    def close(self) -> None:
        """End the workers; whatever they have in hand is not waited for."""
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join(5)
            worker.process.kill()
            worker.process.join()
        self._workers, self._lost = [], []

    def _read(self, worker: _Worker) -> Iterator[Reply]:
        try:
            reply: Reply = worker.pipe.recv()
        except (EOFError, OSError):
            self._lose(worker)
            return
        worker.asked.popleft()
        worker.since = time.monotonic()
        yield reply

    def _lose(self, worker: _Worker) -> None:
        """A worker died or hangs: what it had in hand is refused for now, and another takes its place when needed."""
        log.error("signing_worker_lost", process=worker.process.pid, exitcode=worker.process.exitcode)
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()
        self._workers.remove(worker)
        lost = Unavailable("signing_worker_failed")
        self._lost += [Reply(question.ticket, question.act, error=lost) for question in worker.asked]


def _start(acts: Mapping[str, Act], make_place: Callable[[], Workplace]) -> _Worker:
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, acts, make_place), name="signing-worker", daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _work(pipe: Connection, acts: Mapping[str, Act], make_place: Callable[[], Workplace]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose end ends us
    # Not in the main thread: there asyncio minds signals anew for every signature, a fourteenth of the work.
    worker = threading.Thread(target=_serve, args=(pipe, acts, make_place), name="signing")
    worker.start()
    worker.join()


def _serve(pipe: Connection, acts: Mapping[str, Act], make_place: Callable[[], Workplace]) -> None:
    place = make_place()
    while True:
        try:
            question: Question = pipe.recv()
            pipe.send(answer(acts, place, question))
        except (EOFError, OSError):
            return
