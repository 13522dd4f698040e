"""A terminal for a program that asks the person in front of it."""

import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def a_terminal() -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    try:
        yield master, slave
    finally:
        os.close(master)
        os.close(slave)
