"""Uploads in a real browser: the refusal stands on the form, the message of success is shown once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from blueprints.extensions import db
from dms.people.models import Person
from tests import samples
from tests.blueprints.helpers import PASSWORD, enter, writing
from tests.browser import DESKTOP
from tests.factories import a_campaign, a_dossier, a_province, clerk_of


@dataclass(frozen=True)
class Served:
    base: str
    clerk: str
    upload: str


@pytest.fixture
def served(make_app: Callable[..., Flask]) -> Iterator[Served]:
    app = make_app(upload_limit_mb=1)
    clerk, upload = ThreadPoolExecutor(1).submit(_fill, app).result()  # Playwright's loop runs in this thread
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(f"http://127.0.0.1:{server.port}", clerk, upload)
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


def _fill(app: Flask) -> tuple[str, str]:
    with writing(app) as session:
        a_province(session)
        dossier = a_dossier(session, revision=a_campaign(session))
        person = session.get_one(Person, clerk_of(session, dossier).person_id)
        enter(session, person)
        return person.email, f"/dossiers/{dossier.id}/papers/to-trinh"


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(locale="vi-VN", viewport=DESKTOP, base_url=served.base)
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=email]", served.clerk)
    page.fill("input[name=password]", PASSWORD)
    page.click("form [type=submit]")
    page.wait_for_url("**/work")
    page.goto(served.upload)
    yield page
    context.close()


def choose(page: Page, content: bytes) -> None:
    page.set_input_files("input[type=file]", {"name": "Tờ trình.pdf", "mimeType": "application/pdf", "buffer": content})


@pytest.mark.e2e
def test_a_refusal_stands_on_the_form_and_the_next_try_goes_through(page: Page, served: Served) -> None:
    page.fill("input[name=note]", "bản đã sửa")
    choose(page, b"no document at all")
    page.click("form[data-upload] [type=submit]")
    page.wait_for_selector("[data-upload-refusal]:not([hidden])")
    assert "PDF, DOCX, PNG" in page.inner_text("[data-upload-refusal]")
    assert page.input_value("input[name=note]") == "bản đã sửa"
    assert page.url.endswith(served.upload)

    choose(page, samples.pdf("Tờ trình"))
    assert page.is_hidden("[data-upload-refusal]")
    page.click("form[data-upload] [type=submit]")
    page.wait_for_url("**/dossiers/*#*")
    assert page.locator(".alert-success").count() == 1
    assert "bản đã sửa" in page.content()


@pytest.mark.e2e
def test_a_newer_version_is_asked_about_without_losing_the_file(page: Page, served: Served) -> None:
    other = page.context.new_page()
    other.goto(served.upload)
    choose(other, samples.pdf("Bản của người khác"))
    other.click("form[data-upload] [type=submit]")
    other.wait_for_url("**/dossiers/*#*")
    page.fill("input[name=note]", "bản của tôi")
    choose(page, samples.pdf("Bản của tôi"))
    page.click("form[data-upload] [type=submit]")
    page.wait_for_selector("#kept-heading")
    assert "Tờ trình.pdf" in page.inner_text("main")
    assert page.input_value("input[name=note]") == "bản của tôi"
    page.get_by_role("button", name="Nộp tệp của tôi").click()
    page.wait_for_url("**/dossiers/*#*")
    assert "bản của tôi" in page.content()


@pytest.mark.e2e
def test_a_file_over_the_limit_is_told_before_a_byte_is_sent(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    choose(page, b"0" * (2 << 20))
    assert "MB" in page.inner_text("[data-upload-refusal]")
    page.click("form[data-upload] [type=submit]")
    assert "POST" not in sent
