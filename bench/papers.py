"""PDF files to send: reports of about 100 KB as an office makes them, and files of any size."""

import random
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

import typst
from PIL import Image

_CHUNK = 1 << 20
_SIDE = 280
_MARK = b"BENCH-00000000"
_WIDTH = 256
_RESOURCES = b"<</Font<</F1 5 0 R>>/XObject<</I0 6 0 R>>>>"
_codes = count(1)


def report() -> bytes:
    """Two pages of text and a picture, fonts embedded as an office writes them, about 100 KB; no two are alike."""
    return _report().replace(_MARK, b"BENCH-%08d" % next(_codes))


@cache
def _report() -> bytes:
    return typeset(f'#set document(title: "{_MARK.decode()}")\n#set text(font: "Tinos", lang: "vi")\n{prose()}')


def prose() -> str:
    """What makes a paper of two pages and about 100 KB."""
    words = " ".join(f"Nhiệm vụ số {number} về chuyển đổi số đã hoàn thành đúng tiến độ." for number in range(1, 60))
    return f'{words}\n\n#image("noise.png", width: 6cm)\n\n'


def typeset(source: str) -> bytes:
    """The PDF of a Typst text, which may show a picture of noise, ``noise.png``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        noise = random.Random(1).randbytes(_SIDE * _SIDE)  # noqa: S311  (noise, no secret)
        Image.frombytes("L", (_SIDE, _SIDE), noise).save(folder / "noise.png")
        (folder / "paper.typ").write_text(source)
        return typst.compile(folder / "paper.typ")


def pieces(size: int) -> Iterator[bytes]:
    """A PDF of about ``size`` bytes in pieces of a megabyte, so that it never stands in memory; no two are alike."""
    code = next(_codes)
    text = b"BT /F1 12 Tf 72 770 Td (Bao cao thanh tich so %d) Tj ET q 200 0 0 200 72 500 cm /I0 Do Q" % code
    height = max(1, size // _WIDTH)
    head = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources" + _RESOURCES + b">>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    place, offsets = 0, []
    for number, piece in enumerate((b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", *head)):
        whole = b"%d 0 obj\n%s\nendobj\n" % (number, piece) if number else piece
        offsets.append(place)
        place += len(whole)
        yield whole
    yield from _picture(height, random.Random(code))  # noqa: S311  (noise, no secret)
    opening, closing = _around(height)
    offsets.append(place)
    place += len(opening) + height * _WIDTH + len(closing)
    yield _end(offsets[1:], place)


def _picture(height: int, noise: random.Random) -> Iterator[bytes]:
    opening, closing = _around(height)
    block, left = noise.randbytes(min(_CHUNK, height * _WIDTH)), height * _WIDTH
    yield opening
    while left:
        yield block[:left]
        left -= min(left, len(block))
    yield closing


def _around(height: int) -> tuple[bytes, bytes]:
    opening = (
        b"6 0 obj\n<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Length %d>>stream\n" % (_WIDTH, height, height * _WIDTH)
    )
    return opening, b"\nendstream\nendobj\n"


def _end(offsets: list[int], place: int) -> bytes:
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count_ = len(offsets) + 1
    return b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        count_,
        entries,
        count_,
        place,
    )
