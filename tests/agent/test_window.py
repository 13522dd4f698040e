"""The window, on a display of the test's own, answered by a real keyboard."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from dms_agent.asking.choice import asker
from dms_agent.asking.terminal import Terminal
from dms_agent.desk import Desk, Job, Means, State
from tests.agent.drawer import Drawer
from tests.agent.official import Scene
from tests.pkcs11 import LIBRARY, PIN


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    reading, writing = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-screen", "0", "1024x768x24"], pass_fds=[writing])
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    monkeypatch.setenv("DISPLAY", f":{number}")
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.fixture
def in_a_window(scene: Scene, display: str) -> Iterator[Scene]:
    scene.desk = Desk(Means(LIBRARY, "auto", "vi"))
    yield scene
    scene.desk.close()


def press(*keys: str) -> None:
    subprocess.run(["xdotool", *keys], check=True, timeout=10, capture_output=True)


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def the_window_is_open() -> bool:
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "USB token"], capture_output=True, check=False
    )
    return found.returncode == 0


def end(job: Job) -> Job:
    assert job.thread is not None
    job.thread.join(30)
    return job


def test_where_there_is_a_display_a_window_asks(token: Drawer, in_a_window: Scene) -> None:
    job = in_a_window.begin("head", "Tờ trình số một", "Báo cáo thành tích")
    wait_for(the_window_is_open)
    time.sleep(0.5)  # the keyboard goes to the window once it is drawn
    press("type", "--delay", "20", PIN)
    press("key", "Return")
    assert end(job).state is State.DONE, job.code
    assert len(job.signatures) == 2


def test_escape_means_not_to_sign(token: Drawer, in_a_window: Scene) -> None:
    job = in_a_window.begin("head")
    wait_for(the_window_is_open)
    time.sleep(0.5)
    press("key", "Escape")
    assert end(job).code == "declined"


def test_an_empty_pin_does_not_answer(token: Drawer, in_a_window: Scene) -> None:
    job = in_a_window.begin("head")
    wait_for(the_window_is_open)
    time.sleep(0.5)
    press("key", "Return")
    time.sleep(0.3)
    assert not job.is_over
    press("key", "Escape")
    assert end(job).code == "declined"


def test_without_a_display_no_window_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert type(asker("auto")).__name__ != "Window"
    assert isinstance(asker("terminal"), Terminal)
