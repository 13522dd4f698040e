"""What several stories need: the missing report, signatures, number and seal."""

from playwright.sync_api import Locator, expect

from tests.e2e.people import Troupe, Visitor

SCHEME = "Bằng khen của Chủ tịch UBND tỉnh (tổng kết giai đoạn 2023 - 2025)"
PERSON = "Trịnh Minh Khôi"
REPORT = "Báo cáo thành tích"


def the_clerk_drafts_the_report_and_sends_it_to_the_signers(clerk: Visitor) -> None:
    clerk.click("Soạn thảo từ dữ liệu", within=the_nominee(clerk, PERSON))
    clerk.reads("Đã soạn thảo văn bản")
    clerk.wait_for("Sẵn sàng trình ký")
    clerk.click("Trình ký", within=the_nominee(clerk, PERSON))
    clerk.reads("Đã trình ký 1 văn bản.", "Nguyễn Thị Thuỳ Dương")


def the_nominee(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator("details.nominee").filter(has_text=name)


def the_head_signs_and_the_registrar_seals(troupe: Troupe) -> str:
    """Return the address of the page that verifies the paper."""
    sign(troupe.person("giamdoc"), REPORT, "Ký duyệt", "Ký")
    return sign(troupe.person("vanthu"), REPORT, "Ký số của cơ quan", "Đóng dấu cơ quan")


def sign(signer: Visitor, paper: str, step: str, act: str) -> str:
    """Two clicks from the list: open the paper, sign it. Return the address of the page that verifies it."""
    signer.open("/signing")
    row = signer.page.locator("li.sign-item").filter(has_text=paper).filter(has_text=step).first
    signer.click(step, within=row)
    expect(signer.page.locator("img.sheet").first).to_have_js_property("complete", True)
    address = signer.page.get_by_role("link", name="Kiểm tra chữ ký").get_attribute("href") or ""
    signer.page.locator(".act").get_by_role("button", name=act).click()
    signer.reads("Đã ký:")
    return address


def number_and_seal(registrar: Visitor, paper: str) -> None:
    """The number proposed is accepted; the seal on the same paper follows at once."""
    registrar.open("/signing")
    row = registrar.page.locator("li.sign-item").filter(has_text=paper).first
    registrar.click("Cấp số, ngày ban hành", within=row)
    registrar.page.locator(".act").get_by_role("button", name="Cấp số, ngày ban hành").click()
    registrar.reads("Đã cấp số")
    registrar.page.locator(".act").get_by_role("button", name="Đóng dấu cơ quan").click()
    registrar.reads("Đã ký:")
