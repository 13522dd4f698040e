"""Certificates and lists as Typst sets them: PDF/A, Vietnamese letters, pages, QR code."""

import re
import unicodedata

import pypdfium2 as pdfium
import pytest
import segno

from dms.papers import typeset
from tests.dms.papers import samples

DEMO = "BẢN MINH HỌA – DỮ LIỆU THỬ"


def page_texts(pdf: bytes) -> list[str]:
    document = pdfium.PdfDocument(pdf)
    try:
        raw = [document[index].get_textpage().get_text_range() for index in range(len(document))]
    finally:
        document.close()
    return [unicodedata.normalize("NFC", " ".join(text.split())) for text in raw]


def page_sizes_mm(pdf: bytes) -> list[tuple[int, int]]:
    document = pdfium.PdfDocument(pdf)
    try:
        sizes = [document[index].get_size() for index in range(len(document))]
    finally:
        document.close()
    return [(round(width / 72 * 25.4), round(height / 72 * 25.4)) for width, height in sizes]


def modules_seen(pdf: bytes, side: int) -> list[list[bool]]:
    """The black squares of the QR code as a camera would see them on the printed page."""
    document = pdfium.PdfDocument(pdf)
    page = document[0].render(scale=6).to_pil().convert("L")
    document.close()
    millimetre = page.width / 297
    corner = page.crop(tuple(round(edge * millimetre) for edge in (25, 158, 57, 192)))
    dark = corner.point(lambda level: 255 if level < 90 else 0)
    left, top, right, bottom = dark.getbbox()
    across, down = (right - left) / side, (bottom - top) / side
    return [
        [dark.getpixel((left + (x + 0.5) * across, top + (y + 0.5) * down)) > 0 for x in range(side)]
        for y in range(side)
    ]


@pytest.fixture(
    params=["certificate", "register", "consolidated_list"],
)
def pdf(request: pytest.FixtureRequest) -> bytes:
    return getattr(typeset, request.param)(getattr(samples, request.param)())


def test_each_is_pdf_a_2b_with_our_own_font(pdf: bytes) -> None:
    assert pdf.startswith(b"%PDF-1.7")
    assert re.search(rb"pdfaid:part[>=\"]+2", pdf)
    assert re.search(rb"pdfaid:conformance[>=\"]+B", pdf)
    assert b"Tinos" in pdf


def test_each_is_a4_lying_down(pdf: bytes) -> None:
    assert set(page_sizes_mm(pdf)) == {(297, 210)}


def test_the_same_facts_give_the_same_bytes() -> None:
    assert typeset.certificate(samples.certificate()) == typeset.certificate(samples.certificate())


def test_a_certificate_is_one_page_that_names_all_that_the_law_asks() -> None:
    [text] = page_texts(typeset.certificate(samples.certificate()))
    for piece in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH VĨNH LONG",
        "TẶNG",
        "BẰNG KHEN",
        "ÔNG NGUYỄN ĐỨC NGHĨA",
        "Đã có thành tích xuất sắc trong phong trào thi đua",
        "Quyết định số: 125/QĐ-UBND",
        "Ngày 28/01/2026",
        "Số sổ vàng: 07",
        "Vĩnh Long, ngày 28 tháng 01 năm 2026",
        "Lữ Quang Ngời",
        "https://khenthuong.vinhlong.gov.vn/v/7K3F-Q9XZ-2M",
    ):
        assert piece in text


def test_the_demonstration_mark_is_on_a_trial_and_on_nothing_else(pdf: bytes) -> None:
    assert DEMO in page_texts(typeset.certificate(samples.certificate(demo=True)))[0]
    assert all(DEMO in text for text in page_texts(typeset.register(samples.register(demo=True))))
    assert DEMO not in page_texts(typeset.certificate(samples.certificate(demo=False)))[0]


def test_a_very_long_certificate_keeps_to_one_page() -> None:
    long = samples.certificate(
        honorific="",
        recipient="Ban Quản lý dự án đầu tư xây dựng các công trình dân dụng, công nghiệp và giao thông tỉnh Vĩnh Long",
        detail="Đơn vị sự nghiệp công lập trực thuộc Ủy ban nhân dân tỉnh Vĩnh Long" * 2,
        signer=samples.COMMUNE_DEPUTY,
    )
    assert len(page_texts(typeset.certificate(long))) == 1


def test_the_qr_code_on_the_page_is_that_of_the_verification_address() -> None:
    award = samples.certificate(demo=False)
    code = [[bool(module) for module in row] for row in segno.make(award.verify_url, error="m", micro=False).matrix]
    assert modules_seen(typeset.certificate(award), len(code)) == code


def test_fifty_awards_fill_pages_with_the_heading_on_each() -> None:
    pages = page_texts(typeset.register(samples.register(50)))
    assert len(pages) > 1
    assert all("Tập thể, cá nhân được khen thưởng" in text for text in pages)
    assert [f"Trang {n}/{len(pages)}" in text for n, text in enumerate(pages, start=1)] == [True] * len(pages)
    everything = " ".join(pages)
    assert all(person.name in everything for person in samples.many_people(50))
    assert "Tổng số: 50 lượt khen thưởng." in pages[-1]


def test_an_empty_register_is_still_a_paper() -> None:
    [text] = page_texts(typeset.register(samples.register(0)))
    assert "Tổng số: 00 lượt khen thưởng." in text


@pytest.mark.rule("P13")
def test_the_consolidated_list_shows_rank_and_quota() -> None:
    text = " ".join(page_texts(typeset.consolidated_list(samples.consolidated_list())))
    assert "I. TẬP THỂ (đề nghị: 03, số lượng quy định: không quá 10)" in text
    assert "II. CÁ NHÂN (đề nghị: 15, số lượng quy định: không quá 15)" in text


def test_words_that_look_like_markup_stay_words() -> None:
    name = '#panic("x") *Đơn vị* $1$ \\ "a" <b>'
    register = samples.register(1)
    entry = register.entries[0]
    odd = type(entry)(
        recipient=name,
        award=entry.award,
        decision=entry.decision,
        decided_on=entry.decided_on,
        golden_book=1,
    )
    [text] = page_texts(typeset.register(samples.register(1, entries=(odd,))))
    assert name in text
