"""The appraiser's desk as an officer works at it: keys, the page beside the findings, a remark, a phone."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from blueprints.extensions import db
from blueprints.web import tools
from dms.documents import service as documents
from dms.documents.models import Origin
from dms.dossiers import summary
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier
from dms.policy import SYSTEM, Role, Status
from scripts.run import a_free_port
from tests import factories as make
from tests.blueprints.helpers import PASSWORD, enter, writing
from tests.browser import DESKTOP, PHONE
from tests.samples import pdf

pytestmark = pytest.mark.e2e


@pytest.fixture
def served(make_app: Callable[..., Flask]) -> Iterator[tuple[str, str, str]]:
    """Address of the service, log-in of an appraiser, address of a dossier's desk."""
    port = a_free_port()
    base = f"http://127.0.0.1:{port}"
    app = make_app(base_url=base)
    email, dossier_id = ThreadPoolExecutor(1).submit(_dossier, app).result()  # Playwright's loop runs in this thread
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield base, email, f"/appraisal/dossiers/{dossier_id}/review"
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


def _dossier(app: Flask) -> tuple[str, str]:
    with writing(app) as session:
        person = make.a_person(session)
        make.a_role(session, person, make.a_province(session).appraiser, Role.APPRAISER)
        enter(session, person)
        dossier = make.a_dossier(session)
        clerk = make.clerk_of(session, dossier)
        make.proven(session, make.a_nominee(session, dossier, "Lê An", by=clerk), by=clerk)
        part = make.a_paper(session, dossier, "to-trinh")
        _give_pages(session, part.document_id, dossier)
        dossier.status, dossier.status_since = Status.CONSOLIDATED, make.NOW
        dossier.submitted_at = dossier.appraiser_since = make.NOW
        summary.refresh(session, dossier, now=make.NOW)
        return person.email, str(dossier.id)


def _give_pages(session: Session, document_id: UUID, dossier: Dossier) -> None:
    intake = documents.receive(tools().desk, BytesIO(pdf(pages=3)), filename="to-trinh.pdf")
    documents.add_version(
        session, document_id, intake, origin=Origin.UPLOADED, trail=trail_of(dossier), by=SYSTEM, now=make.NOW
    )


@pytest.fixture
def page(browser: Browser, served: tuple[str, str, str]) -> Iterator[Page]:
    base, email, _ = served
    context = browser.new_context(locale="vi-VN", viewport=DESKTOP, base_url=base)
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/work")
    yield page
    context.close()


@pytest.mark.rule("P22")
def test_an_officer_decides_by_keys_turns_pages_remarks_and_types_unhindered(
    page: Page, served: tuple[str, str, str]
) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(served[2])
    the_keys_decide_and_rest_while_somebody_types(page)
    the_pages_turn_and_grow(page)
    a_place_is_marked_and_remarked(page)
    typed = page.locator(".choice-comment").nth(1)
    expect(typed).to_have_value("jako")  # keeping a remark loses nothing
    page.get_by_role("button", name="Lưu kết quả thẩm định").click()
    expect(typed).to_have_value("jako")
    on_a_phone_one_half_is_shown_at_a_time(page)
    assert faults == []


def the_keys_decide_and_rest_while_somebody_types(page: Page) -> None:
    for key in ("j", "a"):
        page.keyboard.press(key)
    current = page.locator("[data-point][aria-current=true]")
    expect(current.get_by_role("radio", name="Chấp nhận", exact=True)).to_be_checked()
    for key in ("j", "o"):
        page.keyboard.press(key)
    page.keyboard.type("jako")
    expect(current.locator(".choice-comment")).to_have_value("jako")
    page.keyboard.press("Escape")


def the_pages_turn_and_grow(page: Page) -> None:
    page.keyboard.press("]")
    expect(page.locator("#viewer-count")).to_have_text("Trang 2/3")
    expect(page.locator("#viewer-picture")).to_have_attribute("src", re.compile(r"/2\.png$"))
    page.keyboard.press("+")
    expect(page.locator("#viewer-zoom")).to_have_text("125%")


def a_place_is_marked_and_remarked(page: Page) -> None:
    page.get_by_role("button", name="Khoanh vị trí").click()
    box = page.locator("#viewer-marks").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 90)
    page.mouse.up()
    page.keyboard.type("Thiếu số ký hiệu")
    page.get_by_role("button", name="Lưu nhận xét").click()
    expect(page.locator("#remark-list")).to_contain_text("trang 2")
    expect(page.locator("#viewer-marks rect")).to_have_count(1)


def on_a_phone_one_half_is_shown_at_a_time(page: Page) -> None:
    page.set_viewport_size(PHONE)
    expect(page.locator("#viewer")).to_be_hidden()
    page.get_by_role("button", name="Trang", exact=True).click()
    expect(page.locator("#viewer")).to_be_visible()
    expect(page.locator(".desk-points")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
