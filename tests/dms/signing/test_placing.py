"""Places on real papers, made by our own templates and turned into PDF by LibreOffice."""

import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import dms.papers
from dms.documents import rendering
from dms.documents.rendering import PageWords, Word
from dms.papers import decisions, letters, minutes, reports
from dms.papers.data import Nominees
from dms.signing import placing
from dms.signing.placing import Box
from tests.dms.papers import samples

FONTS_CONF = Path(dms.papers.__file__).parent / "assets" / "fonts.conf"
Pages = tuple[PageWords, ...]

PAPERS = {
    "letter": lambda: letters.submission_letter(samples.submission_letter()),
    "commune": lambda: letters.submission_letter(samples.commune_letter()),
    "fifty": lambda: letters.submission_letter(
        samples.submission_letter(nominees=Nominees(individuals=samples.many_people(50)))
    ),
    "minutes": lambda: minutes.minutes(samples.minutes()),
    "report": lambda: reports.achievement_report(samples.collective_report()),
    "decision": lambda: decisions.award_decision(samples.decision()),
}


@dataclass(frozen=True)
class Line:
    """A line of text at a height, cut into words of even width, for pages made by hand."""

    text: str
    x: float
    y: float

    def words(self) -> list[Word]:
        made, x = [], self.x
        for word in self.text.split():
            made.append(Word(word, x, self.y, x + 6 * len(word), self.y + 12))
            x += 6 * len(word) + 4
        return made


def a_page(*lines: Line) -> PageWords:
    return PageWords(595, 842, 0, tuple(word for line in lines for word in line.words()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every paper as PDF, from one run of LibreOffice with our fonts."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("papers")
    profile = (folder / "profile").as_uri()
    made = [str(folder / f"{name}.docx") for name in PAPERS]
    for path, make in zip(made, PAPERS.values(), strict=True):
        Path(path).write_bytes(make())
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            *made,
        ],
        env={**os.environ, "FONTCONFIG_FILE": str(FONTS_CONF)},
        check=True,
        capture_output=True,
        timeout=200,
    )
    return folder


@pytest.fixture(scope="module")
def converted(folder: Path) -> Mapping[str, Pages]:
    """Every paper read back as words with their places."""
    return {name: rendering.words(folder / f"{name}.pdf") for name in PAPERS}


def overlap(one: Box, other: Box) -> bool:
    beside = one.x1 <= other.x0 or other.x1 <= one.x0
    above = one.y1 <= other.y0 or other.y1 <= one.y0
    return one.page == other.page and not beside and not above


def words_under(pages: Pages, box: Box) -> list[str]:
    page = pages[box.page]
    return [w.text for w in page.words if overlap(Box(box.page, w.x0 + 1, w.y0 + 1, w.x1 - 1, w.y1 - 1), box)]


def lowest(pages: Pages, page: int, text: str) -> Word:
    return min((word for word in pages[page].words if word.text == text), key=lambda word: word.y0)


@pytest.mark.parametrize(
    ("paper", "name", "position"),
    [
        ("letter", "Lê Thị Ngọc Quyên", "ĐỐC"),
        ("commune", "Phạm Văn Đời", "TỊCH"),
        ("fifty", "Lê Thị Ngọc Quyên", "ĐỐC"),
        ("minutes", "Huỳnh Thị Bảo Yến", "KÝ"),
        ("minutes", "Nguyễn Hữu Thạnh", "ĐỒNG"),
        ("report", "Lê Thị Ngọc Quyên", "ĐỐC"),
        ("report", "Trần Thị Mỹ Hạnh", "PHÒNG"),
        ("decision", "Nguyễn Thị Quyên Thanh", "TỊCH"),
    ],
)
def test_a_signature_stands_free_between_position_and_name(
    converted: Mapping[str, Pages], paper: str, name: str, position: str
) -> None:
    pages = converted[paper]
    box = placing.signature_box(pages, name)
    family, *_, given = (lowest(pages, box.page, part) for part in name.split())
    assert box.found
    assert box.y0 >= given.y1
    assert lowest(pages, box.page, position).y0 >= box.y1
    assert abs((box.x0 + box.x1) / 2 - (family.x0 + given.x1) / 2) < 2
    assert box.y1 - box.y0 >= 50
    assert words_under(pages, box) == []


def test_the_signature_of_a_decision_with_an_appendix_is_not_on_its_last_page(
    converted: Mapping[str, Pages],
) -> None:
    pages = converted["decision"]
    assert placing.signature_box(pages, "Nguyễn Thị Quyên Thanh").page == 0
    assert len(pages) == 3


@pytest.mark.parametrize("paper", ["letter", "commune", "fifty", "minutes", "report", "decision"])
def test_the_number_fits_between_the_colon_and_the_slash(converted: Mapping[str, Pages], paper: str) -> None:
    pages = converted[paper]
    box = placing.number_gap(pages)
    mark = next(word for word in pages[0].words if word.text == "Số:")
    symbol = next(word for word in pages[0].words if word.text.startswith("/"))
    assert box.found
    assert mark.x1 < box.x0 < box.x1 < symbol.x0
    assert box.x1 - box.x0 > 35
    assert box.y0 < mark.y0 < mark.y1 < box.y1
    assert words_under(pages, box) == []


@pytest.mark.parametrize("paper", ["letter", "commune", "fifty", "report", "decision"])
def test_day_month_and_year_fit_into_their_gaps(converted: Mapping[str, Pages], paper: str) -> None:
    pages = converted[paper]
    gaps = placing.date_gaps(pages)
    assert all(box.found for box in (gaps.day, gaps.month, gaps.year))
    assert gaps.day.x1 < gaps.month.x0 < gaps.month.x1 < gaps.year.x0
    assert min(gaps.day.x1 - gaps.day.x0, gaps.month.x1 - gaps.month.x0) > 20
    assert gaps.year.x1 - gaps.year.x0 > 30
    assert gaps.year.x1 < pages[0].width - 30
    assert [words_under(pages, box) for box in (gaps.day, gaps.month, gaps.year)] == [[], [], []]


def test_minutes_have_no_line_of_place_and_date(converted: Mapping[str, Pages]) -> None:
    gaps = placing.date_gaps(converted["minutes"])
    assert not any(box.found for box in (gaps.day, gaps.month, gaps.year))


def test_initials_stand_after_the_last_sentence(converted: Mapping[str, Pages]) -> None:
    pages = converted["letter"]
    box = placing.initials_box(pages)
    end = next(word for word in pages[box.page].words if word.text.endswith("./."))
    assert box.found
    assert box.x0 >= end.x1
    assert box.x1 <= pages[box.page].width
    assert words_under(pages, box) == []


def test_fifty_nominees_run_over_pages_and_the_signature_follows_them(converted: Mapping[str, Pages]) -> None:
    pages = converted["fifty"]
    assert len(pages) == 5
    assert all("STT" in [word.text for word in page.words] for page in pages)
    assert [page.words[0].text for page in pages[1:]] == ["2", "3", "4", "5"]
    assert "1" not in [word.text for word in pages[0].words if word.y0 > 790]


def test_times_new_roman_is_drawn_with_the_font_that_we_ship(folder: Path) -> None:
    fonts = set(re.findall(rb"/BaseFont\s*/[A-Z]{6}\+([A-Za-z]+)", (folder / "letter.pdf").read_bytes()))
    assert fonts == {b"Tinos"}


def test_every_vietnamese_letter_survives_the_conversion(converted: Mapping[str, Pages]) -> None:
    everything = " ".join(word.text for page in converted["minutes"] for word in page.words)
    for text in ("Huỳnh Thị Bảo Yến", "Bùi Đăng Khoa", "Hồ Văn Lộc", "CHỦ NGHĨA VIỆT NAM", "Võ Thị Kim Phượng"):
        assert text in everything


def test_the_seal_covers_the_left_third_of_the_signature() -> None:
    signature = Box(1, 350, 500, 490, 560)
    seal = placing.seal_box(signature)
    assert seal.page == 1
    assert seal.x1 == pytest.approx(350 + 140 / 3)
    assert (seal.y0 + seal.y1) / 2 == pytest.approx(530)
    assert seal.x1 - seal.x0 == seal.y1 - seal.y0 == 102


def test_the_seal_never_leaves_the_page() -> None:
    seal = placing.seal_box(Box(0, 20, 10, 100, 40))
    assert (seal.x0, seal.y0) == (0, 0)


def test_a_name_in_running_text_is_not_a_signature_line() -> None:
    page = a_page(
        Line("GIÁM ĐỐC", 400, 600),
        Line("Lê Văn An", 400, 500),
        Line("Người lập: Lê Văn An", 60, 486),
        Line("Đã xem", 60, 500),
    )
    box = placing.signature_box((page,), "Lê Văn An")
    assert box.found
    assert 512 <= box.y0 < box.y1 <= 600


def test_letters_in_another_unicode_form_are_the_same_name() -> None:
    page = a_page(Line("GIÁM ĐỐC", 400, 600), Line("Le\u0302 Văn A\u0301n", 400, 500))
    assert placing.signature_box((page,), "lê văn án").found


def test_dots_in_a_gap_are_blank() -> None:
    page = a_page(Line("Số: ……… /TTr-UBND", 60, 760), Line("Cái Nhum, ngày … tháng … năm …", 300, 740))
    assert placing.number_gap((page,)).found
    assert placing.date_gaps((page,)).year.found


def test_what_is_written_already_is_no_gap() -> None:
    page = a_page(Line("Số: 12/TTr-UBND", 60, 760), Line("Cái Nhum, ngày 05 tháng 01 năm 2026", 300, 740))
    assert not placing.number_gap((page,)).found
    assert not placing.date_gaps((page,)).day.found


def test_a_date_far_down_the_page_is_not_the_date_of_issue() -> None:
    page = a_page(Line("ngày    tháng    năm", 300, 200))
    assert not placing.date_gaps((page,)).day.found


def test_initials_fall_back_to_the_line_of_the_file() -> None:
    page = a_page(Line("Nơi nhận:", 60, 200), Line("- Lưu: VT, VP.", 60, 180), Line("Lê Văn An", 400, 181))
    box = placing.initials_box((page,))
    assert box.found
    assert 130 < box.x0 < 200
    assert box.y0 < 186 < box.y1


@pytest.mark.parametrize("pages", [(), (a_page(),), (a_page(Line("Trang trắng", 60, 400)), a_page())])
def test_fall_backs_say_so_stay_on_the_last_page_and_never_overlap(pages: Pages) -> None:
    gaps = placing.date_gaps(pages)
    boxes = [placing.signature_box(pages, "Lê Văn An", fallback_slot=slot) for slot in range(7)]
    boxes += [placing.number_gap(pages), gaps.day, gaps.month, gaps.year, placing.initials_box(pages)]
    assert not any(box.found for box in boxes)
    assert {box.page for box in boxes} == {max(len(pages) - 1, 0)}
    assert not [pair for pair in itertools.combinations(boxes, 2) if overlap(*pair)]
    assert all(box.x0 >= 0 and box.x1 <= 595 and box.y0 >= 0 for box in boxes)


def test_an_empty_name_has_no_place() -> None:
    assert not placing.signature_box((a_page(Line("GIÁM ĐỐC", 400, 600)),), " ").found
