"""A real SeaweedFS on loopback for the tests that need an S3 store."""

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "seaweed.sh"
ACCESS_KEY = "testaccess"
SECRET_KEY = "testsecret123456"
_PORTS = 8  # the script uses this many in a row


@dataclass(frozen=True)
class Seaweed:
    """One server: its data folder and its first port. Kill and start it as often as a test likes."""

    folder: Path
    port: int

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, bucket: str, *, access: str = ACCESS_KEY, secret: str = SECRET_KEY) -> str:
        return f"s3://{access}:{secret}@{self.endpoint}/{bucket}?secure=0"

    def start(self) -> None:
        self._run("start")

    def kill(self) -> None:
        """Like pulling the process out by the roots: SIGKILL, gone when this returns."""
        self._run("stop")

    def _run(self, command: str) -> None:
        keys = {"WEED": _weed(), "S3_ACCESS_KEY": ACCESS_KEY, "S3_SECRET_KEY": SECRET_KEY}
        subprocess.run(
            ["bash", SCRIPT, command, self.folder, str(self.port)], env=os.environ | keys, check=True, timeout=90
        )


@pytest.fixture(scope="session")
def seaweed() -> Iterator[Seaweed]:
    """One server for the whole run; buckets keep the tests apart."""
    with running_seaweed() as server:
        yield server


@contextmanager
def running_seaweed() -> Iterator[Seaweed]:
    """Start a server on free ports in a folder of its own; stop it and remove the folder at the end."""
    folder = Path(tempfile.mkdtemp(prefix="seaweed-"))
    server = _started(folder)
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path, attempts: int = 3) -> Seaweed:
    """Between finding ports and using them another process may take one; then the next attempt finds others."""
    server = Seaweed(folder, _free_ports())
    try:
        server.start()
    except subprocess.CalledProcessError:
        if attempts == 1:
            raise
        return _started(folder, attempts - 1)
    return server


def _free_ports() -> int:
    """Return the first of a row of free ports, below the range from which the system gives ports to clients."""
    while True:
        first = random.randrange(20000, 32000)  # noqa: S311 - spreads parallel test runs, guards nothing
        with suppress(OSError), ExitStack() as held:
            for port in range(first, first + _PORTS):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first


def _weed() -> str:
    return str(Path(sys.executable).parent / "weed")
