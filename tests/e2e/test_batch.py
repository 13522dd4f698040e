"""A head signs twenty documents in one go; another browser confirms with a passkey."""

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from scripts import run
from tests.browser import PHONE
from tests.e2e.conftest import serving, surroundings
from tests.e2e.papers import title
from tests.e2e.people import Troupe, Visitor, saved

pytestmark = pytest.mark.e2e

COUNT = 21
LONG = 120_000  # milliseconds; twenty signatures with time stamps on a busy machine


@pytest.fixture
def troupe(loaded: Path, tmp_path: Path, browser: Browser) -> Iterator[Troupe]:
    """The demo province with papers before the head, under the name that passkeys need."""
    folder = tmp_path / "instance"
    shutil.copytree(loaded, folder)
    words = [sys.executable, "-m", "tests.e2e.papers", str(COUNT)]
    subprocess.run(words, cwd=run.ROOT, env=surroundings(folder), check=True, capture_output=True)
    with serving(folder) as address:
        troupe = Troupe(browser, address.replace("127.0.0.1", "localhost"))
        yield troupe
        troupe.leave()
    assert troupe.faults == []


def test_a_head_signs_twenty_documents_in_one_go(troupe: Troupe, tmp_path: Path) -> None:
    head = troupe.person("giamdoc")
    the_head_looks_through_all_papers_and_unticks_one_by_keyboard(head)
    head.click(f"Ký các văn bản đã chọn ({COUNT - 1})")
    head.reads("Đang ký", f"Đợt ký {COUNT - 1} văn bản")
    expect(head.page.get_by_role("heading", name="Đã xong")).to_be_visible(timeout=LONG)

    head.reads(f"Đã ký {COUNT - 1}/{COUNT - 1} văn bản")
    expect(head.page.locator("li.result.is-signed")).to_have_count(COUNT - 1)
    report = saved(head, "CSV", tmp_path)
    rows = list(csv.reader(report.read_text("utf-8-sig").splitlines()))[1:]
    assert [row[4] for row in rows].count("Đã ký") == COUNT - 1
    the_signature_of_any_of_them_holds(head)
    head.open("/signing")
    head.reads(title(2))
    head.does_not_read(title(3))


def the_head_looks_through_all_papers_and_unticks_one_by_keyboard(head: Visitor) -> None:
    head.open("/signing")
    head.page.get_by_label("Chọn tất cả").check()
    head.click(f"Xem lại và ký ({COUNT})")
    first = head.page.locator(".review-pages img").first
    expect(first).to_have_js_property("complete", True)
    head.page.locator("input[name=item]").first.focus()
    head.page.keyboard.press("ArrowDown")
    head.page.keyboard.press("Space")
    expect(head.page.locator("input[name=item]:checked")).to_have_count(COUNT - 1)


def the_signature_of_any_of_them_holds(head: Visitor) -> None:
    head.page.locator("li.result a").nth(7).click()
    head.reads("Hợp lệ", "Nguyễn Thị Thuỳ Dương")


def test_a_passkey_is_set_up_on_a_telephone_and_confirms_a_batch(troupe: Troupe) -> None:
    head = troupe.person("giamdoc")
    head.page.set_viewport_size(PHONE)
    a_telephone_that_knows_its_owner(head)
    head.open("/account/confirmation")
    head.page.get_by_label("Đặt tên để dễ nhận ra").fill("Điện thoại của giám đốc")
    head.click("Thiết lập khóa đăng nhập")
    head.reads("Đã thiết lập khóa đăng nhập “Điện thoại của giám đốc”")
    the_hour_is_over(head)

    head.open("/signing")
    for box in head.page.locator("input[name=step]").all()[:2]:
        box.check()
    head.click("Xem lại và ký (2)")
    head.click("Xác nhận để ký (2)")
    head.reads("Xác nhận chính bạn")
    head.click("Dùng khóa đăng nhập của tôi")
    head.click("Ký các văn bản đã chọn (2)")
    expect(head.page.get_by_role("heading", name="Đã xong")).to_be_visible(timeout=LONG)
    head.reads("Đã ký 2/2 văn bản")


def test_a_telephone_that_does_not_know_its_owner_confirms_nothing(troupe: Troupe) -> None:
    head = troupe.person("giamdoc")
    telephone = a_telephone_that_knows_its_owner(head)
    head.open("/account/confirmation")
    head.click("Thiết lập khóa đăng nhập")
    head.reads("Đã thiết lập khóa đăng nhập")
    the_hour_is_over(head)
    telephone(False)

    head.open("/signing")
    head.page.locator("li.sign-item").first.get_by_role("link", name="Ký duyệt").click()
    head.click("Xác nhận để ký")
    head.click("Dùng khóa đăng nhập của tôi")
    head.reads("Chưa dùng được khóa đăng nhập")


def a_telephone_that_knows_its_owner(visitor: Visitor):  # noqa: ANN201  (a switch: whether it recognises the owner)
    """Chromium's own stand-in for an authenticator."""
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def recognises(owner: bool) -> None:
        told = {"authenticatorId": made["authenticatorId"], "isUserVerified": owner}
        session.send("WebAuthn.setUserVerified", told)

    return recognises


def the_hour_is_over(visitor: Visitor) -> None:
    """The confirmation that came with the set-up counts no more: the person logs in anew."""
    visitor.open("/")
    menu = visitor.page.locator(".navbar-toggler")
    if menu.is_visible():  # on a telephone the menu is folded away
        menu.click()
    visitor.page.locator(".user-button").click()
    visitor.page.get_by_role("button", name="Đăng xuất").click()
    visitor.page.get_by_label("Thư điện tử").fill("giamdoc@demo.vinhlong.example")
    visitor.page.get_by_label("Mật khẩu").fill("Demo-KhenThuong-2026")
    visitor.click("Đăng nhập", within=visitor.page.locator("form"))
    visitor.reads("Xin chào")
