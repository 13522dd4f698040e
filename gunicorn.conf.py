"""How gunicorn runs the service; read by itself where it is started in this folder.

One process with threads is enough for a province and keeps memory small; more workers need PostgreSQL and a shared
store. Options on the command line win over this file.
"""

import gc
from typing import Any

workers = 1
threads = 8
timeout = 120  # seconds; a large upload is read by a thread, and a worker that still answers is never killed
loglevel = "warning"
control_socket_disable = True


def post_worker_init(worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Keep what was loaded at the start, some 300,000 objects, out of every later collection (an eighth of the CPU)."""
    gc.collect()
    gc.freeze()
