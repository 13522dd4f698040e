"""People in front of their browsers: what they open, click, type and read."""

from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

from demo.province import DOMAIN, PASSWORD

PATIENCE = 20_000  # milliseconds; a signature with time stamp on a busy machine takes some of them
PARTS_OF_A_PAGE = {"stylesheet", "script", "image", "font"}
ANSWERED_BY_A_PAGE = "Failed to load resource"  # how Chromium notes that a page came with 404 or 422


class Visitor:
    """One browser window: of a person who logged in, or of anybody."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, path: str) -> None:
        self.page.goto(path)

    def click(self, name: str, *, within: Locator | None = None) -> None:
        """Click the button or link of this name."""
        place = within or self.page.locator("body")
        place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name)).first.click()

    def reads(self, *texts: str, within: Locator | None = None) -> None:
        """Each text stands on the page, where it can be seen."""
        place = within or self.page.locator("main")
        for text in texts:
            expect(place.get_by_text(text).filter(visible=True).first).to_be_visible()

    def does_not_read(self, text: str) -> None:
        expect(self.page.locator("main").get_by_text(text).filter(visible=True)).to_have_count(0)

    def wait_for(self, text: str) -> None:
        """Open the page again until work behind it is done and the text stands there."""
        self.wait_for_all(self.page.locator("main").get_by_text(text).filter(visible=True))

    def wait_until_offered(self, button: str) -> None:
        """Open the page again until work behind it is done and the button stands there."""
        self.wait_for_all(self.page.locator("main").get_by_role("button", name=button))

    def wait_for_all(self, places: Locator, count: int = 1) -> None:
        """Open the page again until so many of them are there."""
        for _ in range(PATIENCE // 500):
            if places.count() >= count:
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        expect(places).to_have_count(count)

    def part(self, heading: str) -> Locator:
        """The card under this heading."""
        return self.page.locator("section.card").filter(has=self.page.get_by_role("heading", name=heading)).first


class Troupe:
    """Opens a browser for each person, and writes down what no visitor should ever meet."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.faults: list[str] = []
        self._inside: dict[str, Visitor] = {}

    def visitor(self) -> Visitor:
        """Somebody without an account."""
        context = self.browser.new_context(
            base_url=self.address,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            viewport={"width": 1280, "height": 900},
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("response", partial(self._look, page))
        return Visitor(page)

    def person(self, account: str) -> Visitor:
        """The person behind a demo account, logged in at the first call."""
        if account not in self._inside:
            somebody = self.visitor()
            somebody.open("/login")
            somebody.page.get_by_label("Thư điện tử").fill(f"{account}@{DOMAIN}")
            somebody.page.get_by_label("Mật khẩu").fill(PASSWORD)
            somebody.click("Đăng nhập", within=somebody.page.locator("form"))
            somebody.reads("Xin chào")
            self._inside[account] = somebody
        return self._inside[account]

    def leave(self) -> None:
        for context in self.browser.contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ANSWERED_BY_A_PAGE):
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _look(self, page: Page, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type in PARTS_OF_A_PAGE):
            self.faults.append(f"{response.status} {response.url} on {page.url}")


def saved(visitor: Visitor, name: str, folder: Path) -> Path:
    """What the browser downloads at a click on the button or link of this name."""
    with visitor.page.expect_download() as download:
        visitor.click(name)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path
