"""Run as a process of its own: put and read back a long source, and print how far the peak of memory rose (bytes)."""

import sys
from pathlib import Path

from storage.factory import open_storage
from storage.fixity import verify
from tests.storage.helpers import MIB, LongSource


def peak() -> int:
    """Return the process's own high-water mark; getrusage would count the parent's memory before exec too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    url, spool, size = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) * MIB
    storage = open_storage(url, spool)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from what is in use now, after all imports
    before = peak()
    blob = storage.put(LongSource(size, at_once=size))
    if blob.size != size or not verify(storage, blob.digest):
        sys.exit("the long source did not arrive")
    print(peak() - before)  # noqa: T201 - the answer of the probe
