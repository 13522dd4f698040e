"""Signing with one's own token as an official does it: Chromium, the program in a process of its own, SoftHSM2."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from blueprints.extensions import db
from scripts.run import a_free_port
from tests.agent.official import Official
from tests.blueprints.helpers import PASSWORD
from tests.blueprints.test_agents import give_token, request_key
from tests.blueprints.test_signing import House, Paper, trusting
from tests.browser import DESKTOP, PHONE
from tests.dms.signing.office import APPROVAL, HEAD_ONLY
from tests.pkcs11 import LIBRARY, PIN, make_softhsm
from tests.pki import Pki

pytestmark = pytest.mark.e2e
PATIENCE = 30_000  # milliseconds: real signatures on a busy machine


@dataclass(frozen=True)
class Served:
    """The service on one port, and the port where its pages look for the program."""

    house: House
    base: str
    agent_port: int
    folder: Path
    environment: dict[str, str]

    @property
    def program(self) -> list[str]:
        """How the official starts the program."""
        home = str(self.folder / "home")
        return [
            *(sys.executable, "-m", "dms_agent", "--module", LIBRARY, "--server", self.base),
            *("--port", str(self.agent_port), "--home", home, "--ask", "page"),
        ]

    @contextmanager
    def program_running(self) -> Iterator["subprocess.Popen[str]"]:
        """The program, listening; its pairing is done."""
        process = subprocess.Popen(self.program, env=self.environment, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        said = ""
        while "Sẵn sàng ký" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)
            process.stderr.close()


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def official(tmp_path: Path) -> Official:
    return Official(tmp_path)


@pytest.fixture
def served(make_app: Callable[..., Flask], pki: Pki, tmp_path: Path, official: Official) -> Iterator[Served]:
    hsm = make_softhsm(tmp_path / "drawer", pki)
    hsm.make("USB token", ["head"])
    port, agent_port = a_free_port(), a_free_port()
    base = f"http://127.0.0.1:{port}"
    app = make_app(**trusting(pki), agent_key_file=request_key(tmp_path), agent_port=agent_port, base_url=base)
    server = make_server("127.0.0.1", port, app, threaded=True)
    house = ThreadPoolExecutor(1).submit(_office, app).result()  # Playwright's loop runs in this thread
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    environment = os.environ | {"SOFTHSM2_CONF": str(hsm.configuration), "BROWSER": official.browser}
    yield Served(house, base, agent_port, tmp_path, environment)
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


def _office(app: Flask) -> House:
    house = House(app)
    give_token(house, "head")
    return house


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(
        locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", viewport=DESKTOP, base_url=served.base
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto("/login")
    page.fill("input[name=email]", served.house.addresses["head"])
    page.fill("input[name=password]", PASSWORD)
    page.click("form [type=submit]")
    page.wait_for_url("**/work")
    yield page
    context.close()


def started(served: Served, title: str = "Tờ trình số một") -> Paper:
    (paper,) = ThreadPoolExecutor(1).submit(lambda: served.house.started(title, stages=HEAD_ONLY)).result()
    return paper


def press_sign(page: Page, paper: Paper) -> None:
    page.goto(paper.step(APPROVAL))
    page.locator("[data-agent-sign]").click()


def ensure_signed(page: Page, paper: Paper) -> None:
    page.wait_for_url(re.compile(r"/signing$"))
    expect(page.locator(".alert-success")).to_contain_text("Đã ký: Tờ trình số một")
    page.goto(f"/signing/documents/{paper.document_id}/verification")
    expect(page.locator(".verdict")).to_contain_text("Hợp lệ")
    expect(page.locator(".signatures")).to_contain_text("Nguyễn Thị Thuỳ Dương")
    expect(page.locator(".signatures")).to_contain_text("B-LT")


def enter_pin(page: Page, address: str, pin: str) -> None:
    """In the program's own page, in a tab of its own, as a browser opens it."""
    tab = page.context.new_page()
    tab.goto(address)
    expect(tab.locator("ol")).to_contain_text("Tờ trình số một")
    tab.fill("#pin", pin)
    tab.click("button.yes")
    expect(tab.locator("p")).to_contain_text("Đã nhận mã PIN")
    tab.close()


def test_an_official_signs_with_a_token_and_the_report_is_good(page: Page, served: Served, official: Official) -> None:
    paper = started(served)
    with served.program_running():
        press_sign(page, paper)
        expect(page.locator("[data-agent-state]")).to_contain_text("nhập mã PIN của USB token")
        enter_pin(page, official.address(), PIN)
        ensure_signed(page, paper)


def test_a_wrong_pin_is_said_on_the_page_and_the_next_try_signs(page: Page, served: Served, official: Official) -> None:
    paper = started(served)
    with served.program_running():
        press_sign(page, paper)
        enter_pin(page, official.address(), "000000")
        expect(page.locator("[data-agent-refusal]")).to_contain_text("Mã PIN không đúng. Chưa văn bản nào được ký")
        page.locator("[data-agent-sign]").click()
        enter_pin(page, official.address(), PIN)
        ensure_signed(page, paper)


def test_without_the_program_the_page_says_so_and_the_code_signs(
    page: Page, served: Served, official: Official
) -> None:
    paper = started(served)
    page.set_viewport_size(PHONE)
    press_sign(page, paper)
    expect(page.locator("[data-agent-refusal]")).to_contain_text("Không có chương trình ký nào trả lời")
    code = page.locator("#agent-digits").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    program = subprocess.Popen(
        [*served.program, "--pull", code], env=served.environment, stderr=subprocess.PIPE, text=True
    )
    enter_pin(page, official.address(), PIN)
    _, said = program.communicate(timeout=30)
    assert program.returncode == 0, said
    assert "Đã ký 1 văn bản" in said
    ensure_signed(page, paper)


def run_batches(served: Served) -> None:
    runner = served.house.app.extensions["dms_jobs"]["runner"]
    ThreadPoolExecutor(1).submit(runner.run_waiting).result()


def test_one_pin_signs_three_papers_of_a_batch(page: Page, served: Served, official: Official) -> None:
    papers = [started(served, f"Tờ trình số một, phần {number}") for number in range(3)]
    page.goto("/signing")
    page.locator("[data-choose-all]").check()
    page.locator("#batch [type=submit]").click()
    page.locator("[data-review] [type=submit]").click()
    page.wait_for_url(re.compile(r"/signing/batches/[0-9a-f-]+$"))
    run_batches(served)
    with served.program_running():
        page.locator("[data-agent-sign]").click()
        enter_pin(page, official.address(), PIN)
        expect(page.locator("[data-agent-sign]")).to_have_count(0)
    run_batches(served)
    expect(page.locator(".batch-summary")).to_contain_text("3")
    expect(page.locator(".results .is-signed")).to_have_count(3)
    page.goto(f"/signing/documents/{papers[0].document_id}/verification")
    expect(page.locator(".verdict")).to_contain_text("Hợp lệ")


def test_the_page_notices_that_it_was_stopped(page: Page, served: Served, official: Official) -> None:
    paper = started(served)
    with served.program_running():
        press_sign(page, paper)
        address = official.address()
        page.locator("[data-agent-stop]").click()
        expect(page.locator("[data-agent-sign]")).to_be_enabled()
        page.wait_for_timeout(1500)
        assert official.answers(address, act="sign", pin=PIN) == 0
        page.goto("/signing")
        expect(page.locator(".sign-list")).to_contain_text("Tờ trình số một")


def test_the_guide_tells_whether_the_program_runs(page: Page, served: Served) -> None:
    page.goto("/signing/agent")
    page.get_by_role("button", name="Tìm chương trình").click()
    expect(page.locator("[data-agent-check] [role=status]")).to_contain_text("Không có chương trình ký nào")
    with served.program_running():
        page.get_by_role("button", name="Tìm chương trình").click()
        expect(page.locator("[data-agent-check] [role=status]")).to_contain_text("Chương trình ký đã trả lời")
