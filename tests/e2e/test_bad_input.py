"""What goes wrong in front of the screen is said in Vietnamese, and nothing is lost or half done."""

import pytest
from playwright.sync_api import FilePayload, expect

from tests import bad_samples, samples
from tests.e2e.acts import (
    PERSON,
    SCHEME,
    sign,
    the_clerk_drafts_the_report_and_sends_it_to_the_signers,
    the_head_signs_and_the_registrar_seals,
    the_nominee,
)
from tests.e2e.people import Troupe, Visitor

pytestmark = pytest.mark.e2e

NOTE = "Bản đã bổ sung số liệu năm 2025"
OWN_SCHEME = "Giấy khen của Giám đốc Sở Giáo dục và Đào tạo năm 2025"
REQUEST = "Văn bản đề nghị khen thưởng"


def test_a_file_that_cannot_be_kept_is_refused_in_words_and_what_was_typed_stays(troupe: Troupe) -> None:
    clerk = troupe.person("chuyenvien")
    clerk.click(SCHEME)
    clerk.click("Tải lên", within=the_nominee(clerk, PERSON))
    clerk.page.get_by_label("Phiên bản này có gì mới?").fill(NOTE)
    for content, sentence in (
        (bad_samples.OTHER_KINDS["web page"](), "Không nhận loại tệp này"),
        (bad_samples.encrypted_pdf(), "được đặt mật khẩu hoặc bị hạn chế quyền"),
        (bad_samples.pdf_with_action(b"/S/JavaScript/JS(app.alert(1))"), "có chứa mã JavaScript"),
    ):
        upload(clerk, content)
        clerk.reads(sentence)
        expect(clerk.page.get_by_label("Phiên bản này có gì mới?")).to_have_value(NOTE)
    upload(clerk, samples.pdf("Báo cáo thành tích", PERSON))
    clerk.reads("Đã nhận và lưu tệp.", NOTE)
    expect(the_nominee(clerk, PERSON)).to_contain_text("Phiên bản 1")


def test_a_number_that_was_given_is_refused_and_the_paper_still_waits_for_one(troupe: Troupe) -> None:
    clerk = troupe.person("chuyenvien")
    open_a_dossier_of_the_units_own(clerk)
    upload(clerk, samples.pdf(REQUEST))
    clerk.reads("Đã nhận và lưu tệp.")
    clerk.click("Trình ký", within=clerk.page.locator("article.paper").filter(has_text=REQUEST))
    sign(troupe.person("vanthu"), REQUEST, "Ký nháy", "Ký")
    sign(troupe.person("giamdoc"), REQUEST, "Ký duyệt", "Ký")
    give_the_number_of_another_paper(troupe.person("vanthu"))


def open_a_dossier_of_the_units_own(clerk: Visitor) -> None:
    clerk.click("Lập hồ sơ")
    clerk.page.get_by_label("Phong trào và hình thức khen thưởng").select_option(label=OWN_SCHEME)
    clerk.click("Lập hồ sơ", within=clerk.page.locator("form.form-card, .form-card form"))
    clerk.click("Tải lên", within=clerk.page.locator("article.paper").filter(has_text=REQUEST))


def give_the_number_of_another_paper(registrar: Visitor) -> None:
    registrar.open("/signing")
    registrar.click(REQUEST)
    number = registrar.page.get_by_label("Số", exact=True)
    number.fill("2")
    registrar.page.get_by_label("Ký hiệu").fill("TTr-SGDĐT")
    registrar.page.locator(".act").get_by_role("button", name="Cấp số, ngày ban hành").click()
    registrar.reads("đã cấp cho “Văn bản đề nghị khen thưởng”")
    expect(number).to_have_value("2")
    expect(registrar.page.get_by_label("Ký hiệu")).to_have_value("TTr-SGDĐT")
    number.fill("3")
    registrar.page.locator(".act").get_by_role("button", name="Cấp số, ngày ban hành").click()
    registrar.reads("Đã cấp số")


def test_a_dossier_is_handed_over_once_though_two_windows_offer_it(troupe: Troupe) -> None:
    clerk = troupe.person("chuyenvien")
    clerk.click(SCHEME)
    the_clerk_drafts_the_report_and_sends_it_to_the_signers(clerk)
    the_head_signs_and_the_registrar_seals(troupe)
    clerk.page.reload()
    other = Visitor(clerk.page.context.new_page())
    other.open(clerk.page.url)
    clerk.click("Gửi hồ sơ")
    clerk.reads("Đã gửi hồ sơ.")
    other.click("Gửi hồ sơ")
    other.reads("hồ sơ đã chuyển")
    clerk.page.reload()
    clerk.reads("Đã trình")


def upload(clerk: Visitor, content: bytes) -> None:
    file: FilePayload = {"name": "bao-cao.pdf", "mimeType": "application/pdf", "buffer": content}
    clerk.page.get_by_label("Tệp", exact=True).set_input_files(file)
    clerk.click("Tải lên", within=clerk.page.locator("form[data-upload]"))
