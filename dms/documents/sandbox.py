"""Run a named function on an untrusted file, in a process of its own with bounded memory, time and reach.

``run("package.module:function", path, …, returns=Type)`` is the only door. A small server process, started at the first
job, has the parsers loaded and forks one child for each job (some milliseconds); the service itself never loads a
parser. Death, silence and too much memory are ``Invalid("file_too_costly")``; whatever a parser raises is
``Invalid("file_unreadable")``; a job's own refusals come back as they are.

``multiprocessing``'s fork server is not used: it hands the service's environment (with its secrets) to the children,
runs the main module again in each, and takes pickled results from them.
"""

import atexit
import os
import pickle
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar, cast

from dms.documents import wire
from dms.documents.confinement import Limits
from dms.errors import Invalid, Unavailable

T = TypeVar("T")

DEFAULT = Limits()

_ROOT = Path(__file__).parents[2]
_START = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from dms.documents.sandbox_server import main; main()"
_ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin", "MALLOC_ARENA_MAX": "1"}
_GRACE = 15.0  # seconds for the server to start and to kill a late child
_SLOTS = threading.BoundedSemaphore(2 * (os.cpu_count() or 1) + 2)


def run(
    job: str,
    *arguments: object,
    returns: type[T],
    limits: Limits = DEFAULT,
    readable: tuple[Path, ...] = (),
    writable: tuple[Path, ...] = (),
    sockets: tuple[Path, ...] = (),
) -> T:
    """Call ``module:function`` with ``arguments`` in a child and return its result, checked to be a ``returns``.

    Arguments are plain values; each argument that is a ``Path`` may be read by the child, and so may ``readable``;
    ``writable`` folders may be written, in ``sockets`` the child may only make sockets.
    Raises ``Invalid`` as the module's docstring says, ``Unavailable("sandbox_busy")`` when every slot
    stays taken, ``Unavailable("sandbox_failed")`` when the server itself cannot run.
    """
    paths = tuple(argument for argument in arguments if isinstance(argument, Path))
    request = wire.Request(job, arguments, returns, limits, (*paths, *readable), writable, sockets)
    with _slot(limits), _SERVER.open_channel(request) as channel:
        reply = _ask(channel, request)
    if isinstance(reply, wire.Refusal):
        raise Invalid(reply.code, **reply.params)
    return cast("T", reply)


def start() -> None:
    """Start the server now, so that the first upload does not wait for it."""
    _SERVER.start()


def stop() -> None:
    """End the server and its children; the next job starts a new one."""
    _SERVER.stop()


@contextmanager
def _slot(limits: Limits) -> Iterator[None]:
    if not _SLOTS.acquire(timeout=limits.wall_seconds):
        raise Unavailable("sandbox_busy")
    try:
        yield
    finally:
        _SLOTS.release()


def _ask(channel: socket.socket, request: wire.Request) -> object:
    """Send the request and read the reply; a child that dies, stays silent or talks nonsense cost too much."""
    deadline = time.monotonic() + request.limits.wall_seconds + _GRACE
    try:
        channel.settimeout(_GRACE)
        channel.sendall(pickle.dumps(request))
        header = _read(channel, wire.HEADER_SIZE, deadline)
        body = _read(channel, wire.body_length(header, request.limits), deadline)
        return wire.decode(header, body, request.returns)
    except (OSError, EOFError, wire.Garbled) as error:
        if not _SERVER.is_alive():
            raise Unavailable("sandbox_failed") from error
        raise Invalid("file_too_costly") from error


def _read(channel: socket.socket, size: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        channel.settimeout(max(0.001, deadline - time.monotonic()))
        part = channel.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


class _Server:
    """The service's end of the server process. Safe for threads; a forked worker starts its own."""

    def __init__(self) -> None:
        self.forget()
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Let go of a server that belongs to the process we were forked from."""
        self._lock = threading.Lock()
        inherited = getattr(self, "_control", None)
        if inherited is not None:
            inherited.close()
        self._control: socket.socket | None = None
        self._pid: int | None = None

    def start(self) -> None:
        with self._lock:
            if self._control is None:
                self._spawn()

    def stop(self) -> None:
        with self._lock:
            self._hang_up()

    def is_alive(self) -> bool:
        """Whether the server runs; one that ended is buried."""
        with self._lock:
            if self._pid is not None and os.waitpid(self._pid, os.WNOHANG) != (0, 0):
                self._pid = None
                self._hang_up()
            return self._pid is not None

    @contextmanager
    def open_channel(self, request: wire.Request) -> Iterator[socket.socket]:
        """A connection to a new child, which waits for its request."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._hand_over(theirs, request)
            yield ours

    def _hand_over(self, theirs: socket.socket, request: wire.Request) -> None:
        note = [f"{request.limits.wall_seconds} {request.job}".encode()]
        with self._lock:
            if self._control is None:
                self._spawn()
            try:
                socket.send_fds(cast("socket.socket", self._control), note, [theirs.fileno()])
            except OSError:  # the server was killed: one new try
                self._hang_up()
                self._spawn()
                socket.send_fds(cast("socket.socket", self._control), note, [theirs.fileno()])

    def _spawn(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._pid = os.posix_spawn(
                sys.executable,
                [sys.executable, "-I", "-B", "-c", _START],
                _ENVIRONMENT,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, theirs.fileno(), 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                ],
            )
        self._control = ours

    def _hang_up(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._pid is not None:
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            self._pid = None


_SERVER = _Server()
atexit.register(stop)
