"""What is seen on the page: blue signature, red seal over its left third, words with every letter."""

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops

from demo.pictures import demo_seal_picture, demo_signature_picture
from dms.errors import Invalid
from dms.signing import pades
from dms.signing.pades import Stamp, StampKind
from tests.pki import Pki
from tests.signing.pades import flow

FONTS = Path(pades.__file__).parents[1] / "fonts"
LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
SIGNATURE = demo_signature_picture("Nguyễn Thị Thuỳ Dương")
SEAL = demo_seal_picture("Sở Nội vụ tỉnh Vĩnh Long")


def is_blue(red: int, green: int, blue: int) -> bool:
    return blue > 110 and red < 90 and green < 110


def is_red(red: int, green: int, blue: int) -> bool:
    return red > 150 and green < 90 and blue < 90


def is_dark(red: int, green: int, blue: int) -> bool:
    return red + green + blue < 200


def drawn(path: Path) -> Image.Image:
    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    picture = document[0].render(scale=2, may_draw_forms=True).to_pil().convert("RGB")
    document.close()
    return picture


def extent(page: Image.Image, test: Callable[[int, int, int], bool]) -> tuple[float, float, float, float]:
    """The box, in points from the lower left corner, around all dots of a colour."""
    mask = Image.new("1", page.size)
    mask.putdata([test(*dot) for dot in page.get_flattened_data()])
    box = mask.getbbox()
    assert box is not None, "nothing of that colour is on the page"
    left, top, right, bottom = (edge / 2 for edge in box)
    return (left, page.height / 2 - bottom, right, page.height / 2 - top)


def test_the_seal_covers_about_a_third_of_the_signature_at_its_left(pki: Pki, tmp_path: Path) -> None:
    signed = flow.sign(pki, flow.letter(tmp_path), tmp_path / "1.pdf", "head", "head", stamp=Stamp(picture=SIGNATURE))
    seal = Stamp(picture=SEAL, kind=StampKind.SEAL)
    sealed = drawn(flow.sign(pki, signed, tmp_path / "2.pdf", "seal", "seal", stamp=seal))

    left, bottom, right, top = extent(drawn(signed), is_blue)
    red_left, red_bottom, red_right, red_top = extent(sealed, is_red)

    assert 0.2 < (red_right - left) / (right - left) < 0.45
    assert red_left < left
    assert abs((red_bottom + red_top) - (bottom + top)) < 20
    assert abs((red_right - red_left) - 102) < 4, "the seal has its true size"
    assert extent(sealed, is_blue)[2] == right, "the signature is still seen"


def test_words_under_a_signature_are_blue_and_an_organisations_are_black(pki: Pki, tmp_path: Path) -> None:
    lines = ("Ký bởi: Nguyễn Thị Thuỳ Dương", "Thời gian: 2026-11-24T10:15:30+07:00")
    letter = flow.letter(tmp_path)
    person = flow.sign(pki, letter, tmp_path / "1.pdf", "head", "head", stamp=Stamp(lines=lines))
    body = flow.sign(pki, letter, tmp_path / "2.pdf", "head", "seal", stamp=Stamp(lines=lines, kind=StampKind.TEXT))

    assert darkest(person)[2] > darkest(person)[0] + 40
    assert max(darkest(body)) < 40


def test_a_seals_words_stand_beside_a_persons(pki: Pki, tmp_path: Path) -> None:
    """Where nobody gave a picture, name, number and times must all be read."""
    person = Stamp(lines=("Ký bởi: Nguyễn Thị Thuỳ Dương", "Thời gian ký: 2026-11-24T10:15:30+07:00"))
    body = Stamp(lines=("125/TTr-SNV", "2026-11-24T10:20:00+07:00"), kind=StampKind.SEAL)
    letter = flow.letter(tmp_path)
    alone = flow.sign(pki, letter, tmp_path / "1.pdf", "head", "head", stamp=person)
    both = flow.sign(pki, letter, tmp_path / "2.pdf", "seal", "seal", stamp=body)

    left, bottom, right, top = changed(drawn(letter), drawn(alone))
    _, _, seal_right, seal_top = changed(drawn(letter), drawn(both))

    assert seal_right < left
    assert right < flow.SIGNATURE_BOX[2]
    assert bottom > flow.SIGNATURE_BOX[1]
    assert top - bottom > 20, "three lines of eight points or so"
    assert seal_top > bottom


def changed(before: Image.Image, after: Image.Image) -> tuple[float, float, float, float]:
    """The box, in points from the lower left corner, in which two pictures of a page differ."""
    box = ImageChops.difference(before, after).getbbox()
    assert box is not None, "nothing was drawn"
    left, top, right, bottom = (edge / 2 for edge in box)
    return (left, before.height / 2 - bottom, right, before.height / 2 - top)


def darkest(path: Path) -> tuple[int, int, int]:
    """The darkest dot in the signature field: the ink itself, without the soft edges of letters."""
    page = drawn(path)
    left, bottom, right, top = (2 * edge for edge in flow.SIGNATURE_BOX)
    field = page.crop((round(left), round(page.height - top), round(right), round(page.height - bottom)))
    return min(field.get_flattened_data(), key=sum)


def test_an_empty_stamp_draws_nothing(pki: Pki, tmp_path: Path) -> None:
    letter = flow.letter(tmp_path)
    signed = flow.sign(pki, letter, tmp_path / "1.pdf", "head", "head", stamp=Stamp())

    assert drawn(signed).tobytes() == drawn(letter).tobytes()


def test_a_long_value_is_made_smaller_and_not_cut(pki: Pki, tmp_path: Path) -> None:
    long = "125/TTr-SNV-CCHC-TĐKT-VPUBND-2026"
    path = flow.sign(pki, flow.letter(tmp_path), tmp_path / "1.pdf", "seal", "seal", fills={"number": long})
    page = drawn(path)
    box = (2 * 95, page.height - 2 * 715, 2 * 240, page.height - 2 * 685)

    left, _, right, _ = extent(page.crop(tuple(map(round, box))), is_dark)

    assert right + 95 <= 231
    assert right - left > 100


@pytest.mark.parametrize("picture", [b"", b"GIF89a", SIGNATURE[:200]], ids=["empty", "gif", "cut"])
def test_a_picture_that_is_no_png_is_refused(pki: Pki, tmp_path: Path, picture: bytes) -> None:
    with pytest.raises(Invalid, match="picture_unusable"):
        flow.sign(pki, flow.letter(tmp_path), tmp_path / "1.pdf", "head", "head", stamp=Stamp(picture=picture or b"x"))


def test_a_picture_too_large_is_refused(pki: Pki, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (3000, 3000)).save(buffer, "PNG")

    with pytest.raises(Invalid, match="picture_unusable"):
        flow.sign(
            pki, flow.letter(tmp_path), tmp_path / "1.pdf", "head", "head", stamp=Stamp(picture=buffer.getvalue())
        )


@pytest.mark.parametrize("path", sorted(FONTS.glob("*.ttf")), ids=lambda path: path.stem)
def test_the_fonts_have_every_vietnamese_letter_and_right_widths(path: Path) -> None:
    with TTFont(path) as font:
        letters = font.getBestCmap()
        assert [c for c in LETTERS + LETTERS.upper() if ord(c) not in letters] == []
        assert font["head"].unitsPerEm == 1000
        assert "fpgm" not in font
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "LICENSE.txt").read_text()


def test_demo_pictures_are_transparent_and_always_the_same() -> None:
    for make in (demo_signature_picture, demo_seal_picture):
        picture = Image.open(io.BytesIO(make("Lê Hoàng Phước Ưu")))
        assert picture.mode == "RGBA"
        assert picture.getpixel((0, 0))[3] == 0
        assert make("Lê Hoàng Phước Ưu") == make("Lê Hoàng Phước Ưu")
