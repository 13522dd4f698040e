"""What is seen: stamps in signature fields and text in filled fields (Decree 30/2020, annex I, II.7.d and II.8)."""

import io
import logging
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageFont, UnidentifiedImageError
from pyhanko.pdf_utils.font.api import FontEngine, FontEngineFactory
from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
from pyhanko.pdf_utils.form_tools import populate_static_text_field
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStamp, BaseStampStyle, StaticStampStyle, TextStampStyle

from dms.errors import Invalid
from dms.signing.pades.fields import Typesetting, typesetting
from dms.signing.pades.model import Box, Stamp, StampKind

_FONTS = Path(__file__).parent.parent / "fonts"
_FACES = {"Tinos": "Tinos-Regular.ttf", "TinosItalic": "Tinos-Italic.ttf", "TinosBold": "Tinos-Bold.ttf"}
_ALIGNMENTS = {0: AxisAlignment.ALIGN_MIN, 1: AxisAlignment.ALIGN_MID, 2: AxisAlignment.ALIGN_MAX}
_MIDDLE = (AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID)
_LINE = 10.0  # the decree's size for signing information; shrunk where the field is smaller
_LEADING = 1.15
_SMALL = 8  # points: what would have to be smaller is broken into two lines
_MOST_WORDS = 0.5  # of the field's height, where there is a picture too
_TAIL = 2  # points below the last line for g, y and ạ
_TAILS = 0.25  # the same as a part of the type size
_TIGHT = SimpleBoxLayoutRule(
    AxisAlignment.ALIGN_MIN,
    AxisAlignment.ALIGN_MIN,
    margins=Margins(),
    inner_content_scaling=InnerScaling.NO_SCALING,  # pyHanko's own leaves ten points free on each side
)
_BLACK = (0.0, 0.0, 0.0)
_INK = (0.05, 0.15, 0.45)  # a person's words are blue, as the signature is; the decree wants an organisation's black
_MAX_PIXELS = 4_000_000
_BROKEN_PICTURE = (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError)

logging.getLogger("fontTools.subset").setLevel(logging.ERROR)  # it reports every table it drops


@dataclass(frozen=True)
class _Face(FontEngineFactory):
    """One of our fonts, read from disk once per process (pyHanko's own factory leaves the file open)."""

    file: str

    def create_font_engine(self, writer: BasePdfFileWriter, obj_stream: Any = None) -> FontEngine:
        if obj_stream is None and writer.stream_xrefs:
            obj_stream = writer.prepare_object_stream()
        return GlyphAccumulator(writer, io.BytesIO(_font(self.file)), font_size=10, obj_stream=obj_stream)


@lru_cache
def _font(file: str) -> bytes:
    return (_FONTS / file).read_bytes()


@dataclass(frozen=True)
class StampStyle(BaseStampStyle):
    """How pyHanko is to draw ``stamp``: decided when the size of the field is known."""

    stamp: Stamp = field(default_factory=Stamp)

    def create_stamp(
        self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, Any]
    ) -> BaseStamp | None:
        """The drawing for one field; None for an empty stamp.

        Invalid: ``picture_unusable`` if the picture is no PNG or has more than four million dots.
        """
        style = _style(self.stamp, box)
        return style.create_stamp(writer, box, text_params) if style else None


def seal_box(signature: Box, diameter: float) -> Box:
    """Where the seal goes: over the left third of the signature picture, at the same height (annex I, II.8.a).

    ``signature`` is the box of the signature field and ``diameter`` the seal's real size, in points (36 mm = 102).
    """
    left, bottom, right, top = signature
    right_edge = left + (right - left) / 3
    middle = (bottom + top) / 2
    return (right_edge - diameter, middle - diameter / 2, right_edge, middle + diameter / 2)


def _style(stamp: Stamp, box: BoxConstraints) -> BaseStampStyle | None:
    background = PdfImage(_picture(stamp.picture)) if stamp.picture else None
    if stamp.lines:
        return _with_lines(stamp, background, box)
    if background is None:
        return None
    whole = SimpleBoxLayoutRule(*_MIDDLE, margins=Margins(), inner_content_scaling=InnerScaling.STRETCH_TO_FIT)
    return StaticStampStyle(background=background, background_layout=whole, border_width=0)


def _with_lines(stamp: Stamp, background: PdfImage | None, box: BoxConstraints) -> TextStampStyle:
    """The picture above, the lines below it in the middle.

    A person's words keep clear of the left third, where the organisation's seal, or its words, will be.
    """
    width, height = round(box.width), round(box.height)
    clear = 0 if stamp.kind is StampKind.SEAL else width // 3
    lines = _broken(stamp.lines, width - clear - 2)
    size = _line_size(lines, width - clear - 2, height * (_MOST_WORDS if background else 1) - _TAIL)
    text_height = round(len(lines) * round(size * _LEADING) + _TAIL)
    above = SimpleBoxLayoutRule(
        *_MIDDLE, margins=Margins(bottom=text_height), inner_content_scaling=InnerScaling.STRETCH_TO_FIT
    )
    below = SimpleBoxLayoutRule(
        AxisAlignment.ALIGN_MID if background else AxisAlignment.ALIGN_MIN,
        AxisAlignment.ALIGN_MID,
        margins=Margins(left=clear, top=height - text_height if background else 0, bottom=_TAIL),
        inner_content_scaling=InnerScaling.SHRINK_TO_FIT,
    )
    color = _INK if stamp.kind is StampKind.HANDWRITTEN else _BLACK
    return TextStampStyle(
        stamp_text=_composed("\n".join(lines)).replace("%", "%%"),
        text_box_style=_text_style(size, color=color, layout=_TIGHT),
        inner_content_layout=below,
        background=background,
        background_layout=above,
        background_opacity=1,
        border_width=0,
    )


def _broken(lines: tuple[str, ...], width: float) -> tuple[str, ...]:
    """Lines that would have to be set too small, broken after their label, then at their spaces."""
    pieces: list[str] = []
    for line in lines:
        label, colon, value = line.partition(": ")
        whole = _length(line) * _SMALL <= width or not colon
        for part in [line] if whole else [f"{label}:", value]:
            pieces += _wrapped(part, width)
    return tuple(pieces)


def _wrapped(line: str, width: float) -> list[str]:
    pieces = [""]
    for word in line.split():
        longer = f"{pieces[-1]} {word}".strip()
        if pieces[-1] and _length(longer) * _SMALL > width:
            pieces.append(word)
        else:
            pieces[-1] = longer
    return pieces


def _line_size(lines: tuple[str, ...], width: float, height: float) -> int:
    """The largest whole size, up to the decree's, at which the lines fit; at least 4 points."""
    longest = max(_length(line) for line in lines)
    by_width = width / longest if longest else _LINE
    return max(4, int(min(_LINE, by_width, height / (len(lines) * _LEADING))))


def _length(text: str, font: str = "Tinos") -> float:
    """How long a line is, as a part of its type size."""
    measured: float = ImageFont.truetype(io.BytesIO(_font(_file(font))), 100).getlength(_composed(text))
    return measured / 100


def fill(writer: IncrementalPdfFileWriter, name: str, value: str) -> None:
    """Write ``value`` into the text field ``name`` for good, in the type that the field was made with.

    The base line lies a quarter of the type size above the lower edge, where tails (g, y, ạ) have their room; type too
    large for the field is made smaller.
    """
    place = typesetting(writer, name)
    text = _composed(value)
    size = _fitting(text, place)
    layout = SimpleBoxLayoutRule(
        _ALIGNMENTS.get(place.alignment, AxisAlignment.ALIGN_MIN),
        AxisAlignment.ALIGN_MIN,
        margins=Margins(left=1, right=1, bottom=round(size * _TAILS)),
        inner_content_scaling=InnerScaling.NO_SCALING,  # pyHanko moves scaled text down, out of its box
    )
    populate_static_text_field(writer, name, _text_style(size, font=place.font, layout=layout), text)


def _fitting(text: str, place: Typesetting) -> int:
    """The largest whole type size, up to the wanted one, at which ``text`` fits its field; at least 4 points."""
    length = _length(text, place.font)
    by_width = (place.width - 2) / length if length else place.size
    return max(4, int(min(place.size, by_width, place.height / (1 + _TAILS))))


def _text_style(
    size: float,
    *,
    font: str = "Tinos",
    color: tuple[float, float, float] | None = None,
    layout: SimpleBoxLayoutRule | None = None,
) -> TextBoxStyle:
    points = round(size)
    return TextBoxStyle(
        font=_Face(_file(font)),
        font_size=points,
        leading=round(points * _LEADING),
        text_color=color,
        box_layout_rule=layout,
    )


def _file(font: str) -> str:
    return _FACES.get(font, _FACES["Tinos"])


def _composed(text: str) -> str:
    """NFC: the font has the composed letters, and pyHanko places one glyph after the other."""
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=32)
def _picture(png: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise Invalid("picture_unusable", limit=_MAX_PIXELS)
            return _trimmed(image.convert("RGBA"))
    except _BROKEN_PICTURE as error:
        raise Invalid("picture_unusable") from error


def _trimmed(image: Image.Image) -> Image.Image:
    """Without its transparent edges, so that a signature fills its field however it was cut out."""
    return image.crop(image.getchannel("A").getbbox())
