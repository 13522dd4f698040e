"""What the disk allows: 100 KB written under the name of its digest and made durable, with nothing else around it."""

import hashlib
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROUNDS = 150


def durable_writes(folder: Path, content: bytes, threads: int) -> float:
    """Writes per second: temporary file, SHA-256, fsync, rename, fsync of the folder."""
    with tempfile.TemporaryDirectory(dir=folder) as name, ThreadPoolExecutor(threads) as pool:
        place = Path(name)
        start = time.perf_counter()
        list(pool.map(lambda number: _write(place, content + b"%d" % number), range(ROUNDS * threads)))
        return ROUNDS * threads / (time.perf_counter() - start)


def _write(folder: Path, content: bytes) -> None:
    name = hashlib.sha256(content).hexdigest()
    handle, temporary = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(folder / name)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)
