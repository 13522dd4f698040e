"""The sandbox: whatever a job does, the service gets one clear refusal and goes on."""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from dms.documents import sandbox
from dms.documents.confinement import ANY, MIB, Limits, Walls
from dms.errors import Invalid, Unavailable

ROOT = Path(__file__).parents[3]
CODE = (ROOT, Path(sys.base_prefix))
SMALL = Limits(memory=512 * MIB, cpu_seconds=1, wall_seconds=2, written_file=1 * MIB, result=1 * MIB)


def misbehave(name: str, *arguments: object, returns: type = int, **options: object) -> object:
    options = {"limits": SMALL, "readable": CODE, **options}
    return sandbox.run(f"tests.dms.documents.jobs_on_purpose:{name}", *arguments, returns=returns, **options)


@pytest.fixture(scope="module")
def inside() -> Walls:
    return sandbox.run("dms.documents.confinement:walls", returns=Walls)


@pytest.mark.parametrize("name", ["recurse", "raise_value_error"])
def test_whatever_a_parser_raises_makes_the_file_unreadable(name: str) -> None:
    with pytest.raises(Invalid, match="file_unreadable"):
        misbehave(name)


@pytest.mark.parametrize("name", ["crash", "spin", "eat_memory"])
def test_a_job_that_dies_or_asks_too_much_is_too_costly(name: str) -> None:
    with pytest.raises(Invalid, match="file_too_costly"):
        misbehave(name)


def test_a_job_that_only_waits_is_ended_by_the_wall_clock() -> None:
    with pytest.raises(Invalid, match="file_too_costly"):
        sandbox.run("time:sleep", 1000, returns=int, limits=Limits(wall_seconds=0.2))


def test_a_result_beyond_its_bound_is_not_read() -> None:
    with pytest.raises(Invalid, match="file_too_costly"):
        sandbox.run("builtins:bytes", 2 * MIB, returns=bytes, limits=SMALL)


def test_a_result_of_another_type_is_not_believed() -> None:
    with pytest.raises(Invalid):
        sandbox.run("os:getcwd", returns=int)


def test_a_job_cannot_write_a_file_beyond_its_bound(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        misbehave("write_much", tmp_path, writable=(tmp_path,))


def test_a_job_sees_nothing_of_the_services_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DMS_SECRET_KEY", "secret")
    seen = misbehave("environment", returns=list[str])
    assert "DMS_SECRET_KEY" not in seen
    assert set(seen) <= {"LANG", "PATH", "MALLOC_ARENA_MAX", "LC_CTYPE"}


def test_a_job_reads_its_own_file_and_no_other(inside: Walls, tmp_path: Path) -> None:
    if not inside.files:
        pytest.skip("this kernel has no file wall")
    other = tmp_path / "other"
    other.write_bytes(b"another person's file")
    mine = tmp_path / "mine"
    mine.write_bytes(b"mine")
    assert misbehave("read", str(mine), readable=(*CODE, mine)) == 4
    with pytest.raises(Invalid):
        misbehave("read", str(other), readable=(*CODE, mine))


def test_a_job_reaches_no_network(inside: Walls) -> None:
    if not inside.network:
        pytest.skip("this machine allows no network of one's own")
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(Invalid):
        misbehave("connect", *server.getsockname())


def test_each_job_gets_a_process_that_saw_no_other_file() -> None:
    assert [misbehave("remember") for _ in range(3)] == [1, 1, 1]


def test_what_a_late_job_has_started_ends_with_it(tmp_path: Path) -> None:
    limits = Limits(wall_seconds=1, processes=ANY)
    with pytest.raises(Invalid, match="file_too_costly"):
        misbehave("leave_a_helper", tmp_path, limits=limits, writable=(tmp_path,), readable=(*CODE, Path("/usr")))
    helper = int((tmp_path / "helper").read_text())
    assert eventually(lambda: not _runs(helper))


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def eventually(holds: Callable[[], bool]) -> bool:
    for _ in range(100):
        if holds():
            return True
        time.sleep(0.05)
    return False


def test_many_threads_get_each_their_own_answer() -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: sandbox.run("builtins:abs", -n, returns=int), range(60)))
    assert answers == list(range(60))


def test_jobs_leave_no_zombie_and_no_open_file() -> None:
    sandbox.start()
    before = psutil.Process().num_fds()
    for _ in range(5):
        sandbox.run("os:getpid", returns=int)
        with pytest.raises(Invalid):
            misbehave("crash")
    assert psutil.Process().num_fds() == before
    # Only the sandbox's own: in a whole run this process also has databases and stores beside it, which have children.
    server = psutil.Process(sandbox.run("os:getppid", returns=int))
    assert eventually(lambda: not server.children())


def test_a_server_that_was_killed_is_replaced() -> None:
    first = sandbox.run("os:getppid", returns=int)
    psutil.Process(first).kill()
    assert eventually(lambda: not _runs(first))
    assert sandbox.run("os:getppid", returns=int) != first


def test_the_server_outlives_the_thread_that_started_it() -> None:
    sandbox.stop()
    servers: list[int] = []
    starter = threading.Thread(target=lambda: servers.append(sandbox.run("os:getppid", returns=int)))
    starter.start()
    starter.join()
    assert [sandbox.run("os:getppid", returns=int)] == servers


def test_a_forked_worker_starts_a_server_of_its_own() -> None:
    ours = sandbox.run("os:getppid", returns=int)
    receiver, sender = os.pipe()
    worker = os.fork()
    if worker == 0:
        theirs = sandbox.run("os:getppid", returns=int)
        os.write(sender, str(theirs).encode())
        sandbox.stop()
        os._exit(0)
    os.close(sender)
    with os.fdopen(receiver) as answer:
        theirs = int(answer.read())
    os.waitpid(worker, 0)
    assert theirs != ours
    assert sandbox.run("os:getppid", returns=int) == ours


def test_the_server_ends_when_the_service_hangs_up() -> None:
    server = sandbox.run("os:getppid", returns=int)
    sandbox.stop()
    assert not _runs(server)


def test_a_full_house_is_said_to_be_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_SLOTS", threading.BoundedSemaphore(1))
    with sandbox._slot(SMALL), pytest.raises(Unavailable, match="sandbox_busy"):
        sandbox.run("os:getpid", returns=int, limits=Limits(wall_seconds=0.1))


def test_the_service_itself_loads_no_parser() -> None:
    parsers = {"pikepdf", "pypdfium2", "PIL", "lxml"}
    program = (
        "import sys; from dms.documents import sniff, sandbox, inspection, rendering, conversion, comparison;"
        f"print({parsers!r} & set(sys.modules))"
    )
    seen = psutil.subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert seen.stdout.strip() == "set()"
