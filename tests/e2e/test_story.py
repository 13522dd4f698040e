"""From a dossier with one piece missing to an award that anybody can check; each person in a browser of their own."""

import re
import zipfile
from pathlib import Path

import bagit
import pytest
from playwright.sync_api import expect

from tests.e2e.acts import (
    PERSON,
    REPORT,
    SCHEME,
    number_and_seal,
    sign,
    the_clerk_drafts_the_report_and_sends_it_to_the_signers,
    the_head_signs_and_the_registrar_seals,
    the_nominee,
)
from tests.e2e.people import Troupe, Visitor, saved

pytestmark = pytest.mark.e2e

HEALTH = "Phòng Kế hoạch - Tài chính Sở Y tế"


def test_a_dossier_goes_from_one_missing_piece_to_an_award_that_anybody_can_check(
    troupe: Troupe, tmp_path: Path
) -> None:
    the_clerk_is_told_what_is_missing(troupe.person("chuyenvien"))
    the_clerk_drafts_the_report_and_sends_it_to_the_signers(troupe.person("chuyenvien"))
    address = the_head_signs_and_the_registrar_seals(troupe)
    all_signatures_hold(troupe.person("chuyenvien"), address)
    the_clerk_hands_the_dossier_over(troupe.person("chuyenvien"))
    the_coordinator_ranks_and_chooses_within_the_quota(troupe.person("tonghop"))
    the_letter_of_the_list_is_signed(troupe)
    the_list_goes_to_the_appraiser(troupe.person("tonghop"))
    the_appraiser_returns_one_piece(troupe.person("thamdinh"))
    the_unit_mends_the_piece_and_answers(troupe)
    the_list_passes_the_dossier_on_again(troupe.person("tonghop"))
    the_appraiser_passes_both(troupe.person("thamdinh"))
    the_appraisers_letter_is_signed(troupe)
    the_chairs_office_prepares_the_decision(troupe.person("vanphong"))
    the_decision_is_initialled_signed_numbered_and_sealed(troupe)
    the_awards_appear(troupe.person("vanphong"))
    code = the_archivist_finds_the_award_and_exports_the_dossier(troupe.person("luutru"), tmp_path)
    anybody_can_check_the_certificate(troupe.visitor(), code)


# --- the nominating unit


def the_clerk_is_told_what_is_missing(clerk: Visitor) -> None:
    clerk.reads("Đang chuẩn bị tại đơn vị", "còn thiếu 1 nội dung mới trình được")
    clerk.click(SCHEME)
    panel = clerk.part("Kiểm tra hồ sơ")
    clerk.reads("Phải hoàn thiện trước khi gửi", PERSON, within=panel)
    clerk.click("Gửi hồ sơ")
    clerk.reads("Chưa gửi được hồ sơ: còn 1 nội dung chưa đạt")
    clerk.reads("Phải hoàn thiện trước khi gửi", within=clerk.part("Kiểm tra hồ sơ"))


def the_clerk_hands_the_dossier_over(clerk: Visitor) -> None:
    clerk.open("/")
    clerk.click(SCHEME)
    clerk.reads("Đủ điều kiện gửi", within=clerk.part("Kiểm tra hồ sơ"))
    clerk.click("Gửi hồ sơ")
    clerk.reads("Đã gửi hồ sơ.")


def all_signatures_hold(reader: Visitor, address: str) -> None:
    reader.open(address)
    reader.reads("Hợp lệ", "Mọi chữ ký đều hợp lệ", "Nguyễn Thị Thuỳ Dương")
    expect(reader.page.locator("ol.signatures > li")).to_have_count(2)
    reader.does_not_read("Không hợp lệ")


# --- the coordinator


def the_coordinator_ranks_and_chooses_within_the_quota(coordinator: Visitor) -> None:
    coordinator.open("/appraisal/progress")
    row = coordinator.page.get_by_role("row").filter(has_text="Sở Giáo dục và Đào tạo")
    expect(row).to_contain_text("Đã trình")
    expect(coordinator.page.get_by_role("row").filter(has_text="xã Long Hồ")).to_contain_text("Dự thảo")
    coordinator.click("Lập danh sách tổng hợp")
    collectives = coordinator.page.locator("table.ranked").first.locator("tbody tr")
    expect(collectives.nth(0)).to_contain_text(HEALTH)
    expect(collectives.nth(0)).to_contain_text("94,27")
    expect(collectives.nth(1)).to_contain_text("93,23")
    coordinator.click("Chọn theo thứ hạng trong số lượng quy định")
    meters = coordinator.page.locator(".quota-meter strong")
    expect(meters).to_have_text([re.compile(r"2\s*/\s*10"), re.compile(r"1\s*/\s*15")])


def the_letter_of_the_list_is_signed(troupe: Troupe) -> None:
    coordinator = troupe.person("tonghop")
    coordinator.click("Soạn tờ trình")
    coordinator.reads("Đã soạn tờ trình")
    coordinator.wait_until_offered("Trình ký tờ trình")
    coordinator.click("Trình ký tờ trình")
    coordinator.reads("Đã trình ký tờ trình.", "Danh sách được giữ nguyên")
    sign(coordinator, "Tờ trình", "Ký nháy", "Ký nháy")
    sign(troupe.person("giamdoc.khcn"), "Tờ trình", "Ký duyệt", "Ký")
    number_and_seal(troupe.person("vanthu.khcn"), "Tờ trình")


def the_list_goes_to_the_appraiser(coordinator: Visitor) -> None:
    to_the_list(coordinator)
    coordinator.click("Gửi Sở Nội vụ")
    coordinator.reads("Đã gửi 2 hồ sơ đến cơ quan thẩm định.")


def to_the_list(coordinator: Visitor) -> None:
    coordinator.open("/appraisal/progress")
    coordinator.click("Danh sách tổng hợp")


# --- the appraiser


def the_appraiser_returns_one_piece(appraiser: Visitor) -> None:
    open_review(appraiser, "Sở Giáo dục và Đào tạo")
    appraiser.click("Trả lại đơn vị")
    report = appraiser.page.locator("fieldset").filter(has_text=PERSON).locator(".piece").filter(has_text=REPORT)
    report.get_by_role("checkbox").check()
    report.get_by_role("textbox").fill("Bổ sung số liệu năm 2025.")
    appraiser.page.get_by_label("Ý kiến chung gửi đơn vị").fill("Báo cáo chưa nêu đủ số liệu năm 2025.")
    appraiser.page.locator("form.form-card").get_by_role("button", name="Trả lại đơn vị").click()
    appraiser.reads("Đã trả lại hồ sơ cho đơn vị.")


def open_review(appraiser: Visitor, unit: str) -> None:
    appraiser.open("/appraisal/queue")
    appraiser.click(unit)


def the_unit_mends_the_piece_and_answers(troupe: Troupe) -> None:
    clerk = troupe.person("chuyenvien")
    clerk.open("/")
    clerk.reads("Báo cáo chưa nêu đủ số liệu năm 2025.")
    clerk.click(SCHEME)
    clerk.reads("trả lại hồ sơ ngày", "Bổ sung số liệu năm 2025.")
    clerk.click("Soạn thảo lại", within=the_nominee(clerk, PERSON))
    clerk.reads("Đã soạn thảo văn bản")
    clerk.wait_for("Sẵn sàng trình ký")
    clerk.click("Trình ký", within=the_nominee(clerk, PERSON))
    the_head_signs_and_the_registrar_seals(troupe)
    the_clerk_hands_the_dossier_over(clerk)


def the_list_passes_the_dossier_on_again(coordinator: Visitor) -> None:
    to_the_list(coordinator)
    coordinator.click("Chuyển lại")
    coordinator.reads("đã được chuyển lại cơ quan thẩm định")


def the_appraiser_passes_both(appraiser: Visitor) -> None:
    open_review(appraiser, "Sở Giáo dục và Đào tạo")
    appraiser.reads("Thay đổi từ sau lần trả lại", "phiên bản 10 (Đã ký)")
    decide_every_point_and_pass(appraiser)
    open_review(appraiser, "Sở Y tế")
    decide_every_point_and_pass(appraiser)


def decide_every_point_and_pass(appraiser: Visitor) -> None:
    appraiser.reads("Trước khi thông qua, cần kết luận hoặc khắc phục các nội dung sau")
    for answer in appraiser.page.locator(".points .choice-accepted input").all():
        answer.check()
    appraiser.click("Lưu kết quả thẩm định")
    appraiser.reads("Mọi nội dung đều đạt hoặc đã được kết luận.")
    appraiser.click("Thông qua thẩm định")
    appraiser.reads("Hồ sơ đã được thông qua thẩm định.")


def the_appraisers_letter_is_signed(troupe: Troupe) -> None:
    appraiser = troupe.person("thamdinh")
    appraiser.open("/appraisal/letters")
    appraiser.reads("Chờ trình", HEALTH, PERSON)
    appraiser.click("Soạn tờ trình")
    appraiser.wait_until_offered("Trình ký tờ trình")
    appraiser.click("Trình ký tờ trình")
    appraiser.reads("Đã trình ký tờ trình.")
    sign(appraiser, "Tờ trình về việc tặng", "Ký nháy", "Ký nháy")
    sign(troupe.person("giamdoc.snv"), "Tờ trình về việc tặng", "Ký duyệt", "Ký")
    number_and_seal(troupe.person("vanthu.snv"), "Tờ trình về việc tặng")


# --- the Chair


def the_chairs_office_prepares_the_decision(office: Visitor) -> None:
    office.open("/awards")
    office.click(SCHEME)
    office.reads(HEALTH, PERSON, "Văn phòng Sở Giáo dục và Đào tạo")
    office.click("Dự thảo quyết định", within=office.page.locator("form[data-choose]"))
    office.reads("Đã dự thảo quyết định.", "Tờ trình của cơ quan thẩm định", "01/TTr-SNV")
    office.wait_until_offered("Trình ký")
    office.click("Trình ký", within=office.page.locator("main"))
    office.reads("Đã trình ký quyết định.", "Ngô Thị Kim Loan")


def the_decision_is_initialled_signed_numbered_and_sealed(troupe: Troupe) -> None:
    sign(troupe.person("giamdoc.snv"), "Quyết định", "Ký nháy", "Ký nháy")
    sign(troupe.person("chanhvanphong.ubnd"), "Quyết định", "Ký nháy", "Ký nháy")
    sign(troupe.person("chutich"), "Quyết định", "Ký duyệt", "Ký")
    number_and_seal(troupe.person("vanthu.ubnd"), "Quyết định")


def the_awards_appear(office: Visitor) -> None:
    office.page.reload()
    office.reads("Lữ Văn Thành", "QĐ-UBND", HEALTH, PERSON)
    office.wait_for_all(office.page.get_by_role("link", name="PDF", exact=True), 3)


# --- the archive, and anybody


def the_archivist_finds_the_award_and_exports_the_dossier(archivist: Visitor, folder: Path) -> str:
    archivist.open("/archive")
    archivist.page.get_by_role("searchbox").fill("trinh minh khoi")
    archivist.page.get_by_role("searchbox").press("Enter")
    archivist.click(PERSON)
    archivist.reads(PERSON, "QĐ-UBND", "Ủy ban nhân dân tỉnh Vĩnh Long")
    ensure_it_is_a_bag(saved(archivist, "BagIt", folder), folder)
    return archivist.page.locator("a.code").inner_text()


def ensure_it_is_a_bag(exported: Path, folder: Path) -> None:
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(folder / "exported")
    (bag,) = (folder / "exported").iterdir()
    bagit.Bag(str(bag)).validate()
    assert len(list(bag.glob("data/**/*.pdf"))) >= 4


def anybody_can_check_the_certificate(anybody: Visitor, code: str) -> None:
    anybody.open(f"/v/{code}")
    anybody.reads("Bằng này hợp lệ", PERSON, "QĐ-UBND")
    anybody.page.get_by_role("textbox").fill("AAAA-BBBB-CCCC")
    anybody.click("Kiểm tra", within=anybody.page.locator("form.verify-form"))
    anybody.reads("Không tìm thấy")
    anybody.does_not_read(PERSON)
