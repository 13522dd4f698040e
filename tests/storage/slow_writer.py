"""Run as a process of its own: put a source that gives 3 MiB and then waits to be killed."""

import io
import sys
import time
from pathlib import Path

from storage.factory import open_storage
from tests.storage.helpers import MIB


class Stuck(io.RawIOBase):
    """3 MiB, and then nothing comes any more."""

    def __init__(self) -> None:
        self._left = 3 * MIB

    def readable(self) -> bool:
        return True

    def read(self, amount: int = -1, /) -> bytes:
        if self._left <= 0:
            sys.stdout.write("stuck\n")
            sys.stdout.flush()
            time.sleep(60)
        self._left -= amount
        return b"x" * amount


if __name__ == "__main__":
    open_storage(sys.argv[1], Path(sys.argv[2])).put(Stuck())
