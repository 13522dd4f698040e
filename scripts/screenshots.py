"""Draw the main pages of the demo province into docs/screenshots, at desktop and phone width.

The service runs on a fresh folder and a free port, so the pictures show no data of anybody. The people of the demo
carry a dossier on in their browsers between the pictures, because some pages are worth seeing only then.
``python -m scripts.screenshots home dossier`` draws only the pages so named.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from scripts import run

FOLDER = run.ROOT / "docs" / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
TALLEST = 2200  # pixels; the rest of a longer page tells nothing new
COLOURS = 128
PATIENCE = 60  # seconds for work behind a page, such as a conversion

SCHEME = "Bằng khen của Chủ tịch UBND tỉnh (tổng kết giai đoạn 2023 - 2025)"
NUMBER = "Cấp số, ngày ban hành"
SEAL = "Đóng dấu cơ quan"
DECISION = "Quyết định về việc tặng Giấy khen của Giám đốc Sở Giáo dục và Đào tạo"
FOUND = "Phòng Giáo dục Trung học"


@dataclass(frozen=True)
class Shot:
    """One picture: its file name, the account (the part before the @; empty: nobody), and the way to the page.

    The way is an address, followed by the names of the links and buttons to click. Without a name nothing is drawn:
    the click itself was what mattered. ``part`` draws only that part of the page.
    """

    name: str
    account: str
    address: str
    clicks: tuple[str, ...] = ()
    part: str = ""


SHOTS = (
    Shot("login", "", "/login"),
    Shot("home", "chuyenvien", "/work"),
    Shot("dossier", "chuyenvien", "/work", (SCHEME,)),
    Shot("completeness", "chuyenvien", "/work", (SCHEME,), part="#completeness"),
    Shot("", "chuyenvien", "/work", (SCHEME, "Soạn thảo từ dữ liệu", "Trình ký")),
    Shot("signing", "giamdoc", "/signing"),
    Shot("step", "giamdoc", "/signing", ("Ký duyệt",)),
    Shot("", "giamdoc", "/signing", ("Ký duyệt", "Ký")),
    Shot("", "vanthu", "/signing", ("Ký số của cơ quan", SEAL)),
    Shot("", "chuyenvien", "/work", (SCHEME, "Gửi hồ sơ")),
    Shot("progress", "tonghop", "/appraisal/progress"),
    Shot(
        "consolidation",
        "tonghop",
        "/appraisal/progress",
        ("Lập danh sách tổng hợp", "Chọn theo thứ hạng trong số lượng quy định"),
    ),
    Shot("", "tonghop", "/appraisal/progress", ("Danh sách tổng hợp", "Soạn tờ trình", "Trình ký tờ trình")),
    Shot("", "tonghop", "/signing", ("Ký nháy", "Ký nháy")),
    Shot("", "giamdoc.khcn", "/signing", ("Ký duyệt", "Ký")),
    Shot("", "vanthu.khcn", "/signing", (NUMBER, NUMBER, SEAL)),
    Shot("", "tonghop", "/appraisal/progress", ("Danh sách tổng hợp", "Gửi Sở Nội vụ")),
    Shot("review", "thamdinh", "/appraisal/queue", ("Sở Giáo dục và Đào tạo",)),
    Shot("decision", "chuyenvien", "/awards", (DECISION,)),
    Shot("archive", "luutru", "/archive?q=phong+giao+duc"),
    Shot("award", "luutru", "/archive?q=phong+giao+duc", (FOUND,)),
    Shot("verification", "luutru", "/archive?q=phong+giao+duc", (FOUND, "Chi tiết chữ ký")),
    Shot("preservation", "luutru", "/archive/preservation", ("Kiểm tra ngay",)),
    Shot("public-verification", "luutru", "/archive?q=phong+giao+duc", (FOUND, ".code")),
)


def main() -> int:
    os.chdir(run.ROOT)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DMS_INSTANCE_DIR"] = folder
        authority = Path(folder, "pki", "port")  # not the usual port, which a service of the developer's may want
        authority.parent.mkdir()
        authority.write_text(str(run.a_free_port()))
        port = run.a_free_port()
        with run.service(port), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            draw_all(browser, f"http://127.0.0.1:{port}", set(sys.argv[1:]))
            browser.close()
    return 0


def draw_all(browser: Browser, service: str, wanted: set[str]) -> None:
    """Go every way, for the later ones rest on the earlier; draw what is wanted, all if nothing is named."""
    pages: dict[str, Page] = {}
    for shot in SHOTS:
        if shot.account not in pages:
            pages[shot.account] = enter(browser, service, shot.account)
        page = pages[shot.account]
        page.set_viewport_size(size("desktop"))
        page.goto(shot.address)
        for name in shot.clicks:
            click(page, name)
        if shot.name and (not wanted or shot.name in wanted):
            draw(page, shot)


def enter(browser: Browser, service: str, account: str) -> Page:
    page = browser.new_context(base_url=service, viewport=size("desktop"), locale="vi-VN").new_page()
    if account:
        log_in(page, account)
    return page


def size(width: str) -> ViewportSize:
    across, down = WIDTHS[width]
    return {"width": across, "height": down}


def click(page: Page, name: str) -> None:
    """Click the link or button of exactly this name (or that a selector names), once the page offers it."""
    main = page.locator("main")
    named = main.get_by_role("button", name=name, exact=True).or_(main.get_by_role("link", name=name, exact=True))
    target = main.locator(name) if name.startswith(".") else named
    deadline = time.monotonic() + PATIENCE
    while not target.count() and time.monotonic() < deadline:
        page.wait_for_timeout(500)
        page.reload()
    target.first.click()
    page.wait_for_load_state()


def draw(page: Page, shot: Shot) -> None:
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size(size(width))
        page.wait_for_load_state("networkidle")
        path = FOLDER / f"{shot.name}-{width}.png"
        if shot.part:
            page.locator(shot.part).screenshot(path=path)
        else:
            # A window as tall as the page: what sticks to the window's edge then stands where it belongs.
            tall = max(down, min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST))
            page.set_viewport_size({"width": across, "height": tall})
            page.wait_for_load_state("networkidle")
            page.screenshot(path=path)
        with Image.open(path) as picture:
            small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(path, optimize=True)


def log_in(page: Page, account: str) -> None:
    email, password = demo_logins()[account]
    page.goto("/login")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("form [type=submit]")


def demo_logins() -> dict[str, tuple[str, str]]:
    """Read what ``flask demo logins`` prints: on each line an address and, as the last word, its password."""
    command = [sys.executable, "-m", "scripts.run", "exec", "--", sys.executable, "-m", "flask", "--app", "wsgi"]
    printed = subprocess.run([*command, "demo", "logins"], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"((\S+)@\S+).*?(\S+)\s*$", printed, re.MULTILINE)
    return {account: (email, password) for email, account, password in found}


if __name__ == "__main__":
    sys.exit(main())
