"""What is being signed: one request at a time, each in a process of its own, with a state that a page can follow."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock, Thread, Timer
from typing import Any

from dms_agent.errors import AgentError
from dms_agent.requests import SignRequest


class State(StrEnum):
    """How far a request is."""

    ASKING = "asking"
    SIGNING = "signing"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True)
class Job:
    """A request on its way; ``signatures`` maps each document's id to base64."""

    request: SignRequest
    state: State = State.ASKING
    done: int = 0
    signatures: dict[str, str] = field(default_factory=dict)
    code: str = ""
    params: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[str] | None" = None
    thread: Thread | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {State.DONE, State.FAILED}

    def fail(self, code: str, params: Mapping[str, str] | None = None) -> None:
        """End without signatures."""
        self.state, self.code, self.params, self.signatures = State.FAILED, code, dict(params or {}), {}


@dataclass(frozen=True, slots=True)
class Means:
    """What a signing needs: the driver, the way of asking, the language."""

    module: str
    ask: str
    language: str


class Desk:
    """Takes requests. A request is spent when its PIN was accepted: then it is good for nothing more."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self._jobs: dict[str, Job] = {}
        self._spent: dict[str, datetime] = {}
        self._lock = Lock()

    def begin(self, request: SignRequest) -> Job:
        """Ask the signer about a request that was verified. Raises AgentError: busy, request_spent, driver_crashed."""
        with self._lock:
            self._forget_expired()
            if request.id in self._spent:
                raise AgentError("request_spent")
            if any(not job.is_over for job in self._jobs.values()):
                raise AgentError("busy")
            process = start({"work": "sign", "claims": dict(request.claims)} | self._order())
            job = self._jobs[request.id] = Job(request, process=process)
        job.thread = Thread(target=self._follow, args=(job,), daemon=True)
        job.thread.start()
        return job

    def job(self, request_id: str, origin: str) -> Job:
        """The job of a page's own request. Raises AgentError("request_unknown")."""
        job = self._jobs.get(request_id)
        if job is None or job.request.origin != origin:
            raise AgentError("request_unknown")
        return job

    def cancel(self, job: Job) -> None:
        """The page gave up: close the question. What was signed already is thrown away."""
        if not job.is_over:
            job.fail("declined")
            if job.process is not None:
                job.process.terminate()

    def close(self) -> None:
        """Close every open question; for the program's end."""
        for job in self._jobs.values():
            self.cancel(job)
            if job.thread is not None:
                job.thread.join()

    def certificates(self) -> list[dict[str, str]]:
        """What is on the tokens now. Raises what the token's process tells."""
        with ended(start({"work": "list"} | self._order())) as lines:
            told: dict[str, Any] = next(lines, {"state": "failed", "code": "driver_crashed", "params": {}})
        if told["state"] == State.FAILED:
            raise AgentError(told["code"], **told["params"])
        found: list[dict[str, str]] = told["certificates"]
        return found

    def _order(self) -> dict[str, str]:
        return {"module": self.means.module, "ask": self.means.ask, "language": self.means.language}

    def _follow(self, job: Job) -> None:
        """Hear what the process tells until it ends; it must not outlive its request."""
        assert job.process is not None  # noqa: S101 - begin started it
        left = (job.request.expires_at - datetime.now(UTC)).total_seconds()
        alarm = Timer(max(left, 0), self._expire, [job])
        alarm.daemon = True
        alarm.start()
        with ended(job.process) as lines:
            for told in lines:
                self._hear(job, told)
        alarm.cancel()
        if not job.is_over:
            job.fail("driver_crashed")

    def _hear(self, job: Job, told: Mapping[str, Any]) -> None:
        if job.is_over:
            return
        if told["state"] == State.FAILED:
            job.fail(told["code"], told["params"])
            return
        if told["state"] == State.SIGNING:
            self._spent[job.request.id] = job.request.expires_at
        job.done = int(told.get("done", len(job.request.documents)))
        job.signatures = told.get("signatures", {})
        job.state = State(told["state"])

    def _expire(self, job: Job) -> None:
        if not job.is_over:
            job.fail("request_expired")
            if job.process is not None:
                job.process.terminate()

    def _forget_expired(self) -> None:
        now = datetime.now(UTC)
        self._jobs = {name: job for name, job in self._jobs.items() if job.request.expires_at > now or not job.is_over}
        # A message is taken a little after its end (clocks differ), so it is remembered for longer than it lives.
        self._spent = {name: until for name, until in self._spent.items() if (now - until).total_seconds() < 3600}


def start(order: Mapping[str, Any]) -> "subprocess.Popen[str]":
    """Begin a signing process and give it its order. Raises AgentError("driver_crashed") where it does not take it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dms_agent.session"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdin is not None  # noqa: S101 - a pipe was asked for
    try:
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.close()
    except OSError as error:
        process.kill()
        process.wait()
        raise AgentError("driver_crashed") from error
    return process


@contextmanager
def ended(process: "subprocess.Popen[str]") -> Iterator[Iterator[dict[str, Any]]]:
    """What a process tells, line by line; after the block it is gone."""
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    try:
        yield (json.loads(line) for line in process.stdout)
    finally:
        process.stdout.close()
        process.terminate()
        process.wait()
