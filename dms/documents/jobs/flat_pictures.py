"""A page as a picture, with its words laid under it unseen (text rendering mode 3 needs no embedded font in PDF/A)."""

import io
import math
from collections.abc import Iterator

import pikepdf
import pypdfium2

_RESOLUTION = 200 / 72  # pixels for a point: what is asked of scans of ordinary papers
_MAX_PIXELS = 20_000_000
_QUALITY = 90
_GLYPH = 0.5  # width of a letter as a part of the type size, as the unseen font says


def replace(flat: pikepdf.Pdf, page: pikepdf.Page, drawn: pypdfium2.PdfPage, font: pikepdf.Object) -> None:
    """Put the picture of ``drawn`` in place of what ``page`` draws; ``font`` is ``unseen_font``."""
    width, height = drawn.get_size()
    scale = min(_RESOLUTION, math.sqrt(_MAX_PIXELS / max(width * height, 1)))
    picture = drawn.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
    memory = io.BytesIO()
    picture.save(memory, "JPEG", quality=_QUALITY)
    image = pikepdf.Stream(
        flat,
        memory.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    left, bottom, *_ = drawn.get_bbox()
    content = b"".join(_words(drawn, left, bottom)) + b"q %f 0 0 %f 0 0 cm /Sheet Do Q" % (width, height)
    for key in ("/CropBox", "/Rotate", "/Group", "/UserUnit"):
        if key in page.obj:
            del page.obj[key]
    page.obj.MediaBox = pikepdf.Array([0, 0, round(width, 3), round(height, 3)])
    page.obj.Contents = pikepdf.Stream(flat, content)
    page.obj.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(Sheet=flat.make_indirect(image)), Font=pikepdf.Dictionary(Unseen=font)
    )


def _words(drawn: pypdfium2.PdfPage, left: float, bottom: float) -> Iterator[bytes]:
    """Each run of words where it stands, stretched to its width."""
    text = drawn.get_textpage()
    for index in range(text.count_rects()):
        x0, y0, x1, y1 = text.get_rect(index)
        written = text.get_text_bounded(x0, y0, x1, y1).strip()
        size = y1 - y0
        if not written or size <= 0 or x1 <= x0:
            continue
        stretch = 100 * (x1 - x0) / (len(written) * _GLYPH * size)
        codes = written.encode("utf-16-be", "ignore").hex().encode()
        place = (size, stretch, x0 - left, y0 - bottom + size / 5, codes)
        yield b"BT 3 Tr /Unseen %f Tf %f Tz 1 0 0 1 %f %f Tm <%s> Tj ET\n" % place


def unseen_font(flat: pikepdf.Pdf) -> pikepdf.Object:
    """A font for words that are not drawn: each code is its Unicode letter."""
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor,
        FontName=pikepdf.Name.Unseen,
        Flags=4,
        FontBBox=pikepdf.Array([0, -250, 1000, 750]),
        ItalicAngle=0,
        Ascent=750,
        Descent=-250,
        CapHeight=700,
        StemV=80,
    )
    letters = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType2,
        BaseFont=pikepdf.Name.Unseen,
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        CIDToGIDMap=pikepdf.Name.Identity,
        DW=round(_GLYPH * 1000),
        FontDescriptor=flat.make_indirect(descriptor),
    )
    return flat.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=pikepdf.Name.Unseen,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=pikepdf.Array([flat.make_indirect(letters)]),
            ToUnicode=flat.make_indirect(pikepdf.Stream(flat, _to_unicode())),
        )
    )


def _to_unicode() -> bytes:
    rows = [b"<%02X00> <%02XFF> <%02X00>" % (high, high, high) for high in range(256)]
    blocks = [rows[start : start + 100] for start in range(0, 256, 100)]
    ranges = b"\n".join(b"%d beginbfrange\n%s\nendbfrange" % (len(each), b"\n".join(each)) for each in blocks)
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n/CMapName /Unseen def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n" + ranges + b"\nendcmap end end\n"
    )
