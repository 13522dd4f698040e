"""Draw the main pages of the demo province into docs/screenshots, at desktop and phone width.

The service runs on a fresh folder and a free port, so the pictures are the same on every machine and no data of anybody
is shown. ``python -m scripts.screenshots home dossier`` draws only the pages so named.
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from scripts import run

FOLDER = run.ROOT / "docs" / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}


@dataclass(frozen=True)
class Shot:
    """One picture: its file name, the account (the part before the @; empty: nobody), and the way to the page.

    The way is an address, followed by the texts of the links to click.
    """

    name: str
    account: str
    address: str
    clicks: tuple[str, ...] = ()


SHOTS = (Shot("login", "", "/login"),)  # the demo's screens are added here as they come


def main() -> int:
    wanted = [shot for shot in SHOTS if not sys.argv[1:] or shot.name in sys.argv[1:]]
    os.chdir(run.ROOT)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DMS_INSTANCE_DIR"] = folder
        port = run.a_free_port()
        with run.service(port), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            for shot in wanted:
                draw(browser, shot, f"http://127.0.0.1:{port}")
            browser.close()
    return 0


def draw(browser: Browser, shot: Shot, service: str) -> None:
    for width, (across, down) in WIDTHS.items():
        viewport = {"width": across, "height": down}
        context = browser.new_context(base_url=service, viewport=viewport, locale="vi-VN")  # type: ignore[arg-type]  # a plain dict is a ViewportSize
        page = context.new_page()
        if shot.account:
            log_in(page, shot.account)
        page.goto(shot.address)
        for text in shot.clicks:
            page.get_by_role("link", name=text).first.click()
        page.screenshot(path=FOLDER / f"{shot.name}-{width}.png", full_page=True)
        context.close()


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
