"""What the papers say, and that they never say what nobody told them."""

from dataclasses import replace

import pytest

from dms.papers import data, decisions, letters, lists, minutes, reports
from dms.papers.data import Nominees, Recipients
from tests.dms.papers import samples
from tests.dms.papers.opened import in_style, open_again, rows, texts

DOTS = "……………"


@pytest.mark.rule("P17")
def test_the_submission_letter_asks_the_chair_for_the_award() -> None:
    said = "\n".join(texts(letters.submission_letter(samples.submission_letter())))
    assert f"kính trình {samples.CHAIR} xem xét, tặng {samples.COMMENDATION} cho 02 tập thể và 03 cá nhân" in said
    assert "ngày 05 tháng 01 năm 2026 (Biên bản số 02/BB-HĐTĐKT)" in said
    assert "- Bà Trần Thị Mỹ Hạnh, Trưởng phòng Chuyển đổi số" in said
    assert said.count("./.") == 1


def test_several_addressees_stand_on_lines_of_their_own() -> None:
    paper = letters.submission_letter(samples.submission_letter())
    assert in_style(paper, "Kính gửi") == [
        "Kính gửi:",
        f"- {samples.CHAIR};",
        "- Sở Nội vụ tỉnh Vĩnh Long.",
    ]


def test_one_addressee_stands_on_the_line_of_the_greeting() -> None:
    paper = letters.submission_letter(samples.commune_letter())
    assert in_style(paper, "Kính gửi") == ["Kính gửi: Sở Khoa học và Công nghệ tỉnh Vĩnh Long."]


def test_the_bases_end_with_semicolons_and_a_full_stop() -> None:
    *others, last = in_style(letters.submission_letter(samples.submission_letter()), "Căn cứ")
    assert all(basis.endswith(";") for basis in others)
    assert last.endswith("Vĩnh Long.")


def test_recipients_begin_as_above_and_end_with_the_file() -> None:
    names = in_style(letters.submission_letter(samples.submission_letter()), "Danh sách nơi nhận")
    assert names == ["- Như trên;", "- Ban Giám đốc Sở;", "- Các đơn vị thuộc Sở;", "- Lưu: VT, VP, CĐS."]


@pytest.mark.rule("P25")
def test_a_deputy_signs_for_the_chair_on_behalf_of_the_committee() -> None:
    paper = letters.submission_letter(samples.commune_letter())
    lines = in_style(paper, "Quyền hạn, chức vụ")
    assert lines == ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
    assert in_style(paper, "Họ tên người ký") == ["Phạm Văn Đời"]


def test_what_is_not_known_is_dots_and_not_a_guess() -> None:
    letter = samples.submission_letter(
        unit="", council_met_on=None, minutes_symbol="", nominees=Nominees(), attachments=()
    )
    said = "\n".join(texts(letters.submission_letter(letter)))
    assert "Sở Khoa học và Công nghệ ngày …/…/…… (có Biên bản kèm theo), " in said
    assert f"{DOTS} tập thể và {DOTS} cá nhân" in said
    assert f"1. {DOTS}." in said


def test_more_than_five_nominees_are_set_in_a_table_with_a_repeated_heading() -> None:
    people = samples.many_people(50)
    letter = samples.submission_letter(nominees=Nominees(individuals=people))
    paper = letters.submission_letter(letter)
    body = rows(paper, "Họ và tên")
    assert [row[0] for row in body] == [str(n) for n in range(1, 51)]
    assert [row[1] for row in body] == [f"{person.honorific} {person.name}" for person in people]
    heading = open_again(paper).tables[1].rows[0]._tr
    assert "tblHeader" in heading.xml


@pytest.mark.rule("P17")
def test_votes_are_counted_on_all_members_present_or_not() -> None:
    paper = minutes.minutes(samples.minutes())
    body = rows(paper, "Tập thể, cá nhân được đề nghị")
    assert [row[2:] for row in body] == [["09/09", "100%"], ["08/09", "88,89%"]]
    said = "\n".join(texts(paper))
    assert "Có mặt: 07/09 thành viên" in said
    assert "trên tổng số 09 thành viên của Hội đồng (gồm ý kiến bằng văn bản của thành viên vắng mặt)" in said


def test_uncounted_votes_and_missing_opinions_stay_open() -> None:
    said = "\n".join(texts(minutes.minutes(samples.minutes())))
    assert "……/09" in said
    assert "(đã gửi ý kiến bằng văn bản: đồng ý với danh sách đề nghị);" in said
    assert "Đỗ Thị Thủy, Bí thư Đoàn Thanh niên - Ủy viên (chưa có ý kiến)." in said


def test_a_council_of_nobody_does_not_divide_by_zero() -> None:
    said = texts(minutes.minutes(samples.minutes(present=(), absent=())))
    assert "……%" in said


def test_minutes_name_the_time_on_a_vietnamese_clock() -> None:
    said = "\n".join(texts(minutes.minutes(samples.minutes())))
    assert "Thời gian bắt đầu: 08 giờ 00 phút, ngày 05 tháng 01 năm 2026." in said
    assert "Cuộc họp kết thúc vào 10 giờ 30 phút, ngày 05 tháng 01 năm 2026." in said


def test_the_secretary_signs_left_and_the_chair_right() -> None:
    table = open_again(minutes.minutes(samples.minutes())).tables[-1]
    left, right = ([p.text for p in cell.paragraphs if p.text] for cell in table.rows[0].cells)
    assert left[:2] == ["THƯ KÝ", "Huỳnh Thị Bảo Yến"]
    assert right == ["CHỦ TỌA", "CHỦ TỊCH HỘI ĐỒNG", "Nguyễn Hữu Thạnh"]


@pytest.mark.rule("P03")
def test_a_report_is_structured_by_the_contents_of_emulation() -> None:
    headings = in_style(reports.achievement_report(samples.collective_report()), "Đề mục")
    assert headings[0] == "I. SƠ LƯỢC ĐẶC ĐIỂM, TÌNH HÌNH"
    assert headings[2:6] == [f"{n}. {section.title}" for n, section in enumerate(samples.SECTIONS, start=1)]
    assert headings[-1] == "III. CÁC HÌNH THỨC ĐÃ ĐƯỢC KHEN THƯỞNG"


def test_scores_are_shown_by_year_with_their_share() -> None:
    body = rows(reports.achievement_report(samples.collective_report()), "Điểm đạt được")
    assert [row[:4] for row in body] == [
        ["2023", "912,5", "1000", "91,25%"],
        ["2024", "93,45", "100", "93,45%"],
        ["2025", "………", "………", "……%"],
    ]
    assert body[1][4] == DOTS


def test_the_presenting_level_confirms_beside_the_head() -> None:
    table = open_again(reports.achievement_report(samples.collective_report())).tables[-1]
    left, right = ([p.text for p in cell.paragraphs if p.text] for cell in table.rows[0].cells)
    assert " ".join(left[:2]) == "XÁC NHẬN CỦA CẤP TRÌNH KHEN THƯỞNG"
    assert left[2:] == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Lê Thị Ngọc Quyên"]
    assert right == ["THỦ TRƯỞNG ĐƠN VỊ", "TRƯỞNG PHÒNG", "Trần Thị Mỹ Hạnh"]


def test_an_individual_signs_as_the_one_who_reports_and_gaps_stay_dotted() -> None:
    paper = reports.achievement_report(samples.individual_report())
    said = texts(paper)
    assert "NGƯỜI BÁO CÁO THÀNH TÍCH" in said
    assert "- Ngày, tháng, năm sinh: 09/02/1988." in said
    assert any(line.startswith("- Nơi thường trú: …………") for line in said)
    assert rows(paper, "Danh hiệu thi đua, hình thức khen thưởng") == [["……", "……", "……"]]
    assert not any(line.startswith("Số:") for line in said)


@pytest.mark.rule("P13")
def test_the_ranked_list_states_the_quota_of_each_kind() -> None:
    headings = in_style(letters.consolidation(samples.consolidation()), "Đề mục")
    assert headings == [
        "1. Tập thể (03 tập thể; số lượng quy định: không quá 10 tập thể)",
        "2. Cá nhân (15 cá nhân; số lượng quy định: không quá 15 cá nhân)",
    ]


@pytest.mark.rule("P12")
def test_the_coordinator_submits_through_the_appraiser() -> None:
    said = "\n".join(texts(letters.consolidation(samples.consolidation())))
    assert "hồ sơ đề nghị khen thưởng của 48 cơ quan, đơn vị, địa phương" in said
    assert f"kính trình {samples.CHAIR} (thông qua Sở Nội vụ) xem xét, tặng" in said


@pytest.mark.rule("P22")
def test_the_appraiser_puts_what_has_passed_before_the_chair() -> None:
    paper = letters.appraisal(samples.appraisal_letter())
    said = "\n".join(texts(paper))
    assert f"Kính gửi: {samples.CHAIR}." in said
    assert "Xét đề nghị tại Tờ trình số 12/TTr-SKHCN ngày 15 tháng 01 năm 2026 của Sở Khoa học và Công nghệ, " in said
    assert "Sở Nội vụ đã thẩm định hồ sơ đề nghị khen thưởng của 09 cơ quan, đơn vị, địa phương." in said
    assert "hồ sơ của 03 tập thể và 15 cá nhân bảo đảm đúng đối tượng" in said
    assert f"Sở Nội vụ kính trình {samples.CHAIR} xem xét, quyết định./." in said
    assert in_style(paper, "Đề mục")[0] == "1. Tập thể (03 tập thể; số lượng quy định: không quá 10 tập thể)"
    assert len(rows(paper, "Điểm chỉ số chuyển đổi số")) == 3


def test_an_appraiser_without_a_coordinators_letter_cites_none() -> None:
    said = "\n".join(texts(letters.appraisal(samples.appraisal_letter(proposals=()))))
    assert "Xét đề nghị" not in said
    assert "\nSở Nội vụ đã thẩm định" in said


@pytest.mark.rule("P16")
def test_a_list_of_nominees_has_a_table_for_each_kind_and_says_what_it_goes_with() -> None:
    paper = lists.nominee_list(samples.nominee_list())
    said = texts(paper)
    assert "DANH SÁCH" in said
    assert "(Kèm theo Văn bản đề nghị khen thưởng của Sở Khoa học và Công nghệ)" in " ".join(said)
    assert in_style(paper, "Đề mục") == ["I. TẬP THỂ (02 tập thể)", "II. CÁ NHÂN (03 cá nhân)"]
    assert [row[1] for row in rows(paper, "Họ và tên")] == [
        "Bà Trần Thị Mỹ Hạnh",
        "Ông Nguyễn Đức Nghĩa",
        "Bà Huỳnh Thị Bảo Yến",
    ]
    assert said[-3:] == ["NGƯỜI LẬP DANH SÁCH", "PHÓ CHÁNH VĂN PHÒNG", "Huỳnh Thị Bảo Yến"]
    assert not any(line.startswith("Số:") for line in said)


def test_a_list_leaves_out_a_kind_that_nobody_is_of() -> None:
    paper = lists.nominee_list(samples.nominee_list(nominees=data.Nominees(individuals=samples.INDIVIDUALS)))
    assert in_style(paper, "Đề mục") == ["I. CÁ NHÂN (03 cá nhân)"]


def test_another_theme_scores_by_other_words() -> None:
    """A campaign on administrative reform says so in every paper, and nowhere speaks of digital transformation."""
    theme = {
        "campaign": "Phong trào thi đua cải cách hành chính năm 2026",
        "score": "chỉ số cải cách hành chính",
        "legal_bases": (),
        "ranked": data.RankedList(individuals=(data.RankedNominee(rank=1, nominee=data.Nominee(name="A"), unit="B"),)),
    }
    body = {"coordinator": "Sở Nội vụ", "attachments": (), "measured_by": "Bộ chỉ số cải cách hành chính"}
    list_said = "\n".join(texts(letters.consolidation(samples.consolidation(**theme, **body))))
    assert "kết quả đánh giá Bộ chỉ số cải cách hành chính" in list_said
    assert "Điểm chỉ số cải cách hành chính" in list_said
    letter_said = "\n".join(texts(letters.appraisal(samples.appraisal_letter(**theme))))
    assert "Điểm chỉ số cải cách hành chính" in letter_said
    report = samples.collective_report(
        campaign=theme["campaign"],
        score=theme["score"],
        profile=data.CollectiveProfile(name="Phòng Cải cách hành chính"),
        sections=(),
        statements=(),
        past_awards=(),
    )
    report_said = "\n".join(texts(reports.achievement_report(report)))
    assert "1. Kết quả chấm điểm chỉ số cải cách hành chính" in report_said
    for said in (list_said, letter_said, report_said):
        assert "chuyển đổi số" not in said.lower().replace("phòng chuyển đổi số", "")


def test_the_letter_names_the_minutes_by_number_or_as_attached_and_never_by_dots() -> None:
    numbered = "\n".join(texts(letters.submission_letter(samples.submission_letter())))
    assert "ngày 05 tháng 01 năm 2026 (Biên bản số 02/BB-HĐTĐKT), " in numbered
    without = "\n".join(texts(letters.submission_letter(samples.submission_letter(minutes_symbol=""))))
    assert "ngày 05 tháng 01 năm 2026 (có Biên bản kèm theo), " in without


def test_a_letter_without_a_council_speaks_of_no_meeting() -> None:
    said = "\n".join(texts(letters.submission_letter(samples.submission_letter(council=""))))
    assert "kết quả họp xét" not in said
    assert f"\n{samples.DEPARTMENT} kính trình" in said


@pytest.mark.rule("P06")
def test_a_long_decision_lists_its_awardees_in_an_appendix_with_its_own_pages() -> None:
    paper = decisions.award_decision(samples.decision())
    document = open_again(paper)
    assert "Điều 1. Tặng Bằng khen" in "\n".join(texts(paper))
    assert "(có danh sách tại Phụ lục kèm theo)." in "\n".join(texts(paper))
    assert in_style(paper, "Phụ lục") == ["Phụ lục"]
    assert len(rows(paper, "Họ và tên")) == 15
    assert 'w:start="1"' in document.sections[1]._sectPr.xml


def test_a_short_decision_names_its_awardees_in_the_first_article() -> None:
    paper = decisions.award_decision(samples.decision(people=2))
    assert len(open_again(paper).sections) == 1
    assert "3. Bà Nguyễn Thị Mỹ Hạnh, Công chức Văn hóa - Xã hội, Ủy ban nhân dân xã Hạnh Phú;" in texts(paper)


@pytest.mark.rule("P20")
def test_money_follows_the_rules_in_force_unless_the_decision_says_how_much() -> None:
    usual = "\n".join(texts(decisions.award_decision(samples.decision())))
    assert "Điều 2. Mức tiền thưởng kèm theo và kinh phí khen thưởng thực hiện theo quy định hiện hành." in usual
    told = samples.decision(bonus="Mỗi cá nhân được thưởng 3.510.000 đồng, từ quỹ thi đua, khen thưởng của tỉnh")
    assert "Điều 2. Mỗi cá nhân được thưởng 3.510.000 đồng" in "\n".join(texts(decisions.award_decision(told)))


@pytest.mark.rule("P24")
def test_the_archive_line_carries_the_file_code() -> None:
    letter = replace(samples.submission_letter(), recipients=Recipients(filed="VT, 3.13.05."))
    names = in_style(letters.submission_letter(letter), "Danh sách nơi nhận")
    assert names[-1] == "- Lưu: VT, 3.13.05."
