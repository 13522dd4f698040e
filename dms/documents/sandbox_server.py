"""The process that forks one child for each untrusted file (see :mod:`dms.documents.sandbox`).

It is started with an empty environment, loads the parsers once, and never looks at a file itself. Each child inherits
the loaded parsers, walls itself off, does one job, answers, and ends; so no child ever sees two files.
"""

import contextlib
import gc
import importlib
import os
import pickle
import resource
import selectors
import signal
import socket
import time
from typing import Any, NoReturn

from dms.documents import confinement, wire
from dms.errors import DomainError

PRELOAD = (
    "dms.documents.jobs.pdf_inspection",
    "dms.documents.jobs.docx_inspection",
    "dms.documents.jobs.image_inspection",
    "dms.documents.jobs.pages",
    "dms.documents.jobs.text",
    "dms.documents.jobs.examination",
    "dms.documents.jobs.office",
)
_OUR_JOBS = ("dms.",)
CONTROL, JOB = 0, 3  # file descriptors: of the server, of a child
_NOTE = 256  # bytes of a control message: the wall clock in seconds and the job, as text


def main() -> None:
    """Load the parsers, then fork children until the service hangs up."""
    os.setsid()  # a Ctrl-C at the terminal is for the service, which then hangs up
    confinement.leave_network()
    load(*PRELOAD)
    with socket.socket(fileno=CONTROL) as control:
        _Server(control).serve()


def load(*names: str) -> None:
    """Load modules once for all children to come."""
    for name in names:
        importlib.import_module(name).warm_up()
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, the shared pages


class _Server:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._children: dict[int, tuple[int, float]] = {}  # pidfd -> process id, deadline
        self._loaded = set(PRELOAD)

    def serve(self) -> None:
        while True:
            for key, _ in self._selector.select(self._patience()):
                if key.fileobj is not self._control:
                    self._bury(key.fd)
                elif not self._accept():
                    return self._close()
            self._kill_the_late()

    def _patience(self) -> float | None:
        deadlines = [deadline for _, deadline in self._children.values()]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _accept(self) -> bool:
        note, descriptors, _, _ = socket.recv_fds(self._control, _NOTE, 1)
        if not note:
            return False
        (job,) = descriptors
        wall_seconds, _, name = note.decode().partition(" ")
        self._load_for(name.partition(":")[0])
        child = os.fork()
        if child == 0:
            _be_a_child(job)
        os.close(job)
        pidfd = os.pidfd_open(child)
        self._children[pidfd] = (child, time.monotonic() + float(wall_seconds))
        self._selector.register(pidfd, selectors.EVENT_READ)
        return True

    def _load_for(self, module: str) -> None:
        """Load the parsers of a rarer job when it first comes; every later child then has them."""
        if module.startswith(_OUR_JOBS) and module not in self._loaded:
            self._loaded.add(module)
            with contextlib.suppress(ImportError, AttributeError):  # the child meets the same, and says so
                load(module)

    def _kill_the_late(self) -> None:
        now = time.monotonic()
        for pidfd, (_, deadline) in self._children.items():
            if deadline <= now:
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def _bury(self, pidfd: int) -> None:
        child, _ = self._children.pop(pidfd)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)  # what it started must not outlive it; the unburied child keeps the number
        os.waitpid(child, 0)
        self._selector.unregister(pidfd)
        os.close(pidfd)

    def _close(self) -> None:
        for pidfd in list(self._children):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            self._bury(pidfd)


def _be_a_child(job: int) -> NoReturn:
    """Do one job and end; nothing may return from here into the server's loop."""
    try:
        confinement.die_with_parent()
        os.setsid()
        _keep_only(job)
        _answer()
    finally:
        os._exit(0)


def _keep_only(job: int) -> None:
    os.dup2(job, JOB, inheritable=False)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(JOB + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _answer() -> None:
    with socket.socket(fileno=JOB) as channel:
        request = _receive(channel)
        confinement.apply_limits(request.limits)
        confinement.wall_off(readable=request.readable, writable=request.writable, sockets=request.sockets)
        channel.sendall(_reply(request))


def _receive(channel: socket.socket) -> wire.Request:
    with channel.makefile("rb") as stream:
        request = pickle.load(stream)  # noqa: S301 - it comes from the service itself, never from a file
    if not isinstance(request, wire.Request):
        raise TypeError(request)
    return request


def _reply(request: wire.Request) -> bytes:
    try:
        return wire.encode_result(request.returns, _work(request))
    except DomainError as refusal:
        return wire.encode_refusal(wire.Refusal(refusal.code, refusal.params))
    except MemoryError:
        return wire.encode_refusal(wire.Refusal("file_too_costly"))
    except Exception:  # noqa: BLE001 - whatever a parser throws at a hostile file means the same
        return wire.encode_refusal(wire.Refusal("file_unreadable"))


def _work(request: wire.Request) -> Any:
    module, _, name = request.job.partition(":")
    return getattr(importlib.import_module(module), name)(*request.arguments)
