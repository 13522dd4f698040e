"""Functions that misbehave on purpose, run in the sandbox by its tests."""

import ctypes
import os
import socket
import subprocess
import time
from pathlib import Path


def recurse() -> int:
    return 1 + recurse()


def raise_value_error() -> int:
    raise ValueError


def crash() -> int:
    return ctypes.string_at(0)[0]


def spin() -> int:
    while True:
        pass


def eat_memory() -> int:
    return len([bytearray(64 << 20) for _ in range(1000)])


def environment() -> list[str]:
    return sorted(os.environ)


def write_much(folder: Path) -> int:
    return (folder / "much").write_bytes(bytes(8 << 20))


def read(name: str) -> int:
    return len(Path(name).read_bytes())


def connect(host: str, port: int) -> int:
    with socket.create_connection((host, port), timeout=5):
        return 1


def leave_a_helper(folder: Path) -> int:
    helper = subprocess.Popen(["/usr/bin/sleep", "1000"])
    (folder / "helper").write_text(str(helper.pid))
    time.sleep(1000)
    return 0


def remember() -> int:
    """Count how often this process was used."""
    seen = int(os.environ.get("SEEN", "0")) + 1
    os.environ["SEEN"] = str(seen)
    return seen
