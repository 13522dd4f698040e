"""Pictures show what is on the page; texts and words are Vietnamese and in their place."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from dms.documents import rendering
from dms.documents.sniff import MediaType
from dms.errors import Invalid
from tests import bad_samples, samples

Store = Callable[[bytes], Path]


@pytest.fixture
def stored(tmp_path: Path) -> Store:
    def store(data: bytes) -> Path:
        path = tmp_path / "file"
        path.write_bytes(data)
        return path

    return store


def _dark_pixels(png: bytes, box: tuple[float, float, float, float]) -> int:
    """Count dark pixels in a box given in shares of the picture."""
    picture = Image.open(io.BytesIO(png)).convert("L")
    width, height = picture.size
    part = picture.crop((int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height)))
    return sum(part.histogram()[:128])


def test_a_page_is_drawn_as_wide_as_asked(stored: Store) -> None:
    picture = Image.open(io.BytesIO(rendering.render_page(stored(samples.pdf(pages=2)), 1, 600)))
    assert (picture.format, picture.width) == ("PNG", 600)
    assert picture.height == pytest.approx(600 * 297 / 210, abs=2)


def test_filled_form_fields_are_drawn(stored: Store) -> None:
    place = (100 / 595, (842 - 724) / 842, 300 / 595, (842 - 700) / 842)
    filled = rendering.render_page(stored(samples.pdf_with_form("125/QD")), 0, 800)
    empty = rendering.render_page(stored(samples.raw_pdf()), 0, 800)
    assert _dark_pixels(filled, place) > 50
    assert _dark_pixels(empty, place) == 0


def test_a_page_that_is_not_there_is_refused(stored: Store) -> None:
    with pytest.raises(Invalid, match="page_not_found"):
        rendering.render_page(stored(samples.pdf()), 1, 600)


def test_the_picture_of_a_page_is_bounded(stored: Store) -> None:
    endless = samples.raw_pdf({3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 14000]>>"})
    picture = Image.open(io.BytesIO(rendering.render_page(stored(endless), 0, 100_000)))
    assert picture.width * picture.height <= 20_100_000


def test_a_page_with_an_impossible_picture_is_drawn_without_it(stored: Store) -> None:
    assert rendering.render_page(stored(bad_samples.huge_picture_pdf()), 0, 600).startswith(b"\x89PNG")


def test_a_photo_is_drawn_upright_and_never_larger_than_it_is(stored: Store) -> None:
    path = stored(samples.image("JPEG", (400, 300), orientation=6))
    picture = Image.open(io.BytesIO(rendering.image_page(path, MediaType.JPEG, 150)))
    assert picture.size == (150, 200)
    red, green, _ = picture.convert("RGB").getpixel((145, 100))
    assert red > 200
    assert green < 60
    assert Image.open(io.BytesIO(rendering.image_page(path, MediaType.JPEG, 2000))).size == (300, 400)


def test_the_text_of_a_pdf_keeps_every_vietnamese_letter(stored: Store) -> None:
    text = rendering.extract_text(stored(samples.pdf()), MediaType.PDF)
    for line in samples.LETTER_TEXT:
        assert line.strip() in text


def test_the_text_of_a_docx_comes_in_reading_order_with_its_tables(stored: Store) -> None:
    text = rendering.extract_text(stored(samples.docx_file("Thứ nhất", "Thứ hai")), MediaType.DOCX)
    assert text.split("\n") == ["Thứ nhất", "Thứ hai", "Họ và tên\tChức vụ", "Lê Thị Ngọc Quyên\tPhó Giám đốc"]


def test_deleted_text_of_a_docx_is_not_read_and_inserted_text_is(stored: Store) -> None:
    body = (
        "<w:p><w:del><w:r><w:delText>cũ</w:delText></w:r></w:del><w:ins><w:r><w:t>mới</w:t></w:r></w:ins></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>trong khung</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    lines = rendering.extract_text(stored(bad_samples.docx_with_body(body)), MediaType.DOCX).split("\n")
    assert lines[-2:] == ["mới", "trong khung"]


def test_a_picture_has_no_text(stored: Store) -> None:
    assert rendering.extract_text(stored(samples.image()), MediaType.PNG) == ""


def test_words_stand_where_they_are_printed(stored: Store) -> None:
    (page,) = rendering.words(stored(samples.raw_pdf()))
    hello, world = page.words
    assert (page.width, page.height, page.rotation) == (595, 842, 0)
    assert (hello.text, world.text) == ("Hello", "world")
    assert hello.x0 == pytest.approx(72, abs=3)
    assert hello.y0 == pytest.approx(760, abs=1)
    assert hello.x1 < world.x0
    assert hello.y1 > hello.y0


def test_words_of_a_letter_are_whole_and_in_order(stored: Store) -> None:
    (page,) = rendering.words(stored(samples.pdf()))
    assert [word.text for word in page.words] == " ".join(samples.LETTER_TEXT).split()
