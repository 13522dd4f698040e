"""Every DOCX paper has the exact form of annex I of Decree 30/2020."""

import io
import zipfile
from collections.abc import Callable

import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from dms.papers import decisions, letters, lists, minutes, reports
from dms.papers.measure import balanced, width_cm
from dms.papers.styles import SUBJECT
from tests.dms.papers import samples
from tests.dms.papers.opened import in_style, open_again, paragraphs, texts

PAPERS: dict[str, Callable[[], bytes]] = {
    "submission letter": lambda: letters.submission_letter(samples.submission_letter()),
    "commune letter": lambda: letters.submission_letter(samples.commune_letter()),
    "minutes": lambda: minutes.minutes(samples.minutes()),
    "collective report": lambda: reports.achievement_report(samples.collective_report()),
    "individual report": lambda: reports.achievement_report(samples.individual_report()),
    "consolidation": lambda: letters.consolidation(samples.consolidation()),
    "appraisal letter": lambda: letters.appraisal(samples.appraisal_letter()),
    "nominee list": lambda: lists.nominee_list(samples.nominee_list()),
    "decision": lambda: decisions.award_decision(samples.decision()),
}
CENTRE, JUSTIFY, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT

FORM = {
    "Quốc hiệu": (12, True, False, CENTRE),
    "Tiêu ngữ": (13, True, False, CENTRE),
    "Cơ quan chủ quản": (12, False, False, CENTRE),
    "Cơ quan ban hành": (12, True, False, CENTRE),
    "Số, ký hiệu": (13, False, False, CENTRE),
    "Địa danh, thời gian": (13, False, True, CENTRE),
    "Tên loại văn bản": (14, True, False, CENTRE),
    "Trích yếu": (14, True, False, CENTRE),
    "Căn cứ": (14, False, True, JUSTIFY),
    "Lời văn": (14, False, False, JUSTIFY),
    "Quyền hạn, chức vụ": (14, True, False, CENTRE),
    "Họ tên người ký": (14, True, False, CENTRE),
    "Nơi nhận": (12, True, True, LEFT),
    "Danh sách nơi nhận": (11, False, False, LEFT),
    "Phụ lục": (14, True, False, CENTRE),
}


@pytest.fixture(params=sorted(PAPERS))
def paper(request: pytest.FixtureRequest) -> bytes:
    return PAPERS[request.param]()


def test_the_page_is_a4_with_the_margins_of_the_decree(paper: bytes) -> None:
    for section in open_again(paper).sections:
        assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
        assert [round(side.mm, 1) for side in (section.top_margin, section.bottom_margin)] == [20, 20]
        assert [round(side.mm, 1) for side in (section.left_margin, section.right_margin)] == [30, 15]


@pytest.mark.parametrize("style_name", sorted(FORM))
def test_each_element_has_its_size_and_style(style_name: str) -> None:
    style = open_again(PAPERS["decision"]()).styles[style_name]
    fonts = style.element.rPr.rFonts
    size, bold, italic, alignment = FORM[style_name]
    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}
    assert (style.font.size, style.font.bold, style.font.italic) == (Pt(size), bold, italic)
    assert style.paragraph_format.alignment == alignment


def test_the_body_is_indented_and_spaced(paper: bytes) -> None:
    layout = open_again(paper).styles["Lời văn"].paragraph_format
    assert round(layout.first_line_indent.cm, 2) == 1.27
    assert layout.space_after == Pt(6)
    assert layout.line_spacing == 1.0


def test_every_paragraph_uses_a_style_of_the_decree(paper: bytes) -> None:
    named = {p.style.name for p in paragraphs(open_again(paper)) if p.style is not None and p.text}
    assert "Normal" not in named
    assert {"Quốc hiệu", "Tiêu ngữ", "Tên loại văn bản", "Trích yếu"} <= named
    assert {"Lời văn", "Đề mục"} & named


def test_the_page_number_stands_at_the_top_from_the_second_page(paper: bytes) -> None:
    section = open_again(paper).sections[0]
    field = section.header.paragraphs[0]._p.find(qn("w:fldSimple"))
    assert section.different_first_page_header_footer
    assert field is not None
    assert field.get(qn("w:instr")) == "PAGE"
    assert [p.text for p in section.first_page_header.paragraphs] == [""]


def test_the_line_under_the_motto_is_as_long_as_the_motto(paper: bytes) -> None:
    cell = open_again(paper).tables[0].rows[0].cells[1]
    line = cell.paragraphs[-1]
    sides = line.paragraph_format.left_indent.cm + line.paragraph_format.right_indent.cm
    motto = open_again(paper).styles["Tiêu ngữ"]
    assert line._p.find(".//" + qn("w:top")) is not None
    assert abs(9.3 - sides - width_cm("Độc lập - Tự do - Hạnh phúc", SUBJECT) * motto.font.size.pt / 14) < 0.02


def test_the_same_facts_give_the_same_bytes(paper: bytes, request: pytest.FixtureRequest) -> None:
    again = PAPERS[request.node.callspec.params["paper"]]()
    assert again == paper


def test_the_language_and_author_are_set_for_word(paper: bytes) -> None:
    properties = open_again(paper).core_properties
    assert properties.language == "vi-VN"
    assert properties.author
    assert "python-docx" not in (properties.comments or "")


def test_nothing_of_the_word_template_is_left_in_the_file(paper: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(paper)) as package:
        assert not [name for name in package.namelist() if "thumbnail" in name or "app.xml" in name]


def test_a_paper_before_issue_has_room_for_number_and_date() -> None:
    said = texts(PAPERS["submission letter"]())
    blank = "\u00a0" * 13
    assert f"Số:{blank}/TTr-SKHCN" in said
    assert any(line.startswith("Vĩnh Long, ngày\u00a0") and "tháng\u00a0" in line for line in said)


def test_a_paper_with_number_and_date_shows_them() -> None:
    head = samples.head(number=7, issued_on=samples.date(2026, 1, 6))
    said = texts(letters.submission_letter(samples.submission_letter(head=head)))
    assert "Số: 07/TTr-SKHCN" in said
    assert "Vĩnh Long, ngày 06 tháng 01 năm 2026" in said


def test_a_long_subject_is_broken_into_lines_of_like_length() -> None:
    subject = in_style(PAPERS["submission letter"](), "Trích yếu")
    lengths = [width_cm(line, SUBJECT) for line in subject]
    assert len(subject) > 1
    assert max(lengths) <= 16.5
    assert min(lengths) > max(lengths) * 0.6


def test_a_word_longer_than_the_room_is_kept_whole() -> None:
    assert balanced("A" * 80, SUBJECT, 5) == ["A" * 80]
