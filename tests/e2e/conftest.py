"""The service as a newcomer starts it: one loaded demo province, and for each test a service of its own on a copy."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scripts import run
from tests.e2e.people import Troupe

LOAD = "from scripts import run; run.bring_up_to_date(run.environment(8000))"
STOP_SECONDS = 30


def surroundings(folder: Path) -> dict[str, str]:
    """A newcomer's environment: nothing is set but the folder."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("DMS_")}
    return ours | {"DMS_INSTANCE_DIR": str(folder)}


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a service whose demo province is loaded (half a minute) and which does not run."""
    folder = tmp_path_factory.mktemp("province") / "instance"
    choose_a_port_for_its_authority(folder)
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=run.ROOT,
        env=surroundings(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def choose_a_port_for_its_authority(folder: Path) -> None:
    """Not the usual one: a developer's own service may want that while the tests run."""
    (folder / "pki").mkdir(parents=True)
    (folder / "pki" / "port").write_text(str(run.a_free_port()))


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run ``scripts.run serve`` on the folder and give the service's address."""
    port = run.a_free_port()
    command = [sys.executable, "-m", "scripts.run", "serve", "--port", str(port)]
    log = folder.parent / "service.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=run.ROOT, env=surroundings(folder), stdout=output, stderr=output)
    try:
        wait_until_ready(process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    while "The service is ready" not in log.read_text():
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"The service did not start:\n{log.read_text()}")


@pytest.fixture
def troupe(loaded: Path, tmp_path: Path, browser: Browser) -> Iterator[Troupe]:
    """Everybody of the demo province, each in a browser of their own; at the end no page may have been at fault."""
    shutil.copytree(loaded, tmp_path / "instance")
    with serving(tmp_path / "instance") as address:
        troupe = Troupe(browser, address)
        yield troupe
        troupe.leave()
    assert troupe.faults == []
