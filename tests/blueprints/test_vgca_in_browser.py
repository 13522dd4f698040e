"""Signing with the state's desktop program as an official does it: Chromium, and a stand-in that really signs."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from blueprints.extensions import db
from scripts.run import a_free_port
from tests.blueprints.helpers import PASSWORD
from tests.blueprints.test_signing import House, Paper, trusting
from tests.blueprints.test_vgca import use_vgca
from tests.browser import DESKTOP, PHONE
from tests.dms.signing.office import APPROVAL, HEAD_ONLY
from tests.pki import Pki
from tests.signing.pades import foreign
from tests.vgca_standin import Standin, running

pytestmark = pytest.mark.e2e
PATIENCE = 30_000  # milliseconds: real signatures on a busy machine


@dataclass(frozen=True)
class Served:
    """The service on one port, and the program that its pages look for."""

    house: House
    base: str
    standin: Standin


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


def signing(pki: Pki, folder: Path, role: str = "head") -> Callable[[bytes], bytes]:
    """Somebody at the program's window who signs where they should."""

    def sign(content: bytes) -> bytes:
        source = folder / "fetched.pdf"
        source.write_bytes(content)
        return foreign.sign(pki, source, folder / "signed.pdf", role, field_name="approval_1_1").read_bytes()

    return sign


@pytest.fixture
def served(make_app: Callable[..., Flask], pki: Pki, tmp_path: Path) -> Iterator[Served]:
    port = a_free_port()
    base = f"http://127.0.0.1:{port}"
    with running(Standin(tmp_path, signing(pki, tmp_path))) as standin:
        app = make_app(**trusting(pki), vgca_address=standin.address, base_url=base)
        server = make_server("127.0.0.1", port, app, threaded=True)
        house = ThreadPoolExecutor(1).submit(_office, app).result()  # Playwright's loop runs in this thread
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Served(house, base, standin)
        server.shutdown()
        thread.join()
        server.server_close()
    with app.app_context():
        db.engine.dispose()


def _office(app: Flask) -> House:
    house = House(app)
    use_vgca(house)
    return house


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        viewport=DESKTOP,
        base_url=served.base,
        ignore_https_errors=True,  # the program's certificate is its own; its installer makes Windows trust it
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


def press_sign(page: Page, served: Served) -> Paper:
    (paper,) = ThreadPoolExecutor(1).submit(lambda: served.house.started("Tờ trình số một", stages=HEAD_ONLY)).result()
    page.goto(paper.step(APPROVAL))
    page.locator("[data-vgca-sign]").click()
    return paper


def test_an_official_signs_with_the_desktop_program(page: Page, served: Served) -> None:
    paper = press_sign(page, served)
    page.wait_for_url(re.compile(r"/signing$"))
    page.goto(f"/signing/documents/{paper.document_id}/verification")
    expect(page.locator(".verdict")).to_contain_text("Hợp lệ")
    expect(page.locator(".signatures")).to_contain_text("Nguyễn Thị Thuỳ Dương")
    ((path, message),) = served.standin.heard
    assert path == "/SignApproved"
    assert message["SessionId"] == message["JWTToken"] == ""
    assert served.standin.answered[0]["Status"] == 0


def test_what_the_program_tells_the_page_is_not_believed(page: Page, served: Served) -> None:
    """It says that all went well, and sent nothing."""
    served.standin.lies = True
    paper = press_sign(page, served)
    expect(page.locator("[data-vgca-refusal]")).to_contain_text("Chưa có gì được ký")
    page.goto(paper.step(APPROVAL))
    expect(page.locator("[data-vgca-sign]")).to_be_visible()


def test_a_window_that_is_closed_is_told_in_the_programs_words(page: Page, served: Served) -> None:
    served.standin.user = lambda _content: None
    press_sign(page, served)
    expect(page.locator("[data-vgca-refusal]")).to_contain_text("Người dùng đã hủy ký số")
    expect(page.locator("[data-vgca-sign]")).to_be_enabled()


def test_a_file_signed_by_somebody_else_is_refused_on_the_page(
    page: Page, served: Served, pki: Pki, tmp_path: Path
) -> None:
    served.standin.user = signing(pki, tmp_path, "deputy")
    press_sign(page, served)
    expect(page.locator("[data-vgca-refusal]")).to_contain_text("Lê Hoàng Phước Ưu")


def test_without_the_program_the_page_says_so_and_shows_the_other_way(page: Page, served: Served) -> None:
    served.standin.stop()
    page.set_viewport_size(PHONE)
    press_sign(page, served)
    expect(page.locator("[data-vgca-refusal]")).to_contain_text("Không có phần mềm VGCA nào trả lời")
    expect(page.locator("#elsewhere input[type=file]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_program_that_stays_silent_is_given_up(page: Page, served: Served) -> None:
    """It listens and never answers: nothing tells the page so but the time that passes."""
    served.standin.stop()
    page.context.grant_permissions(["local-network-access"])
    with socket.create_server(("127.0.0.1", served.standin.port)):
        press_sign(page, served)
        expect(page.locator("[data-vgca-refusal]")).to_contain_text("Không có phần mềm VGCA nào trả lời")
