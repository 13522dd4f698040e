"""How long a text is on paper, and where a centred line is best broken. By the metrics of Times New Roman."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Final

from PIL import ImageFont

from dms.papers import styles
from dms.papers.styles import Style

FONTS: Final = Path(__file__).parent / "assets" / "fonts"
TEXT_WIDTH_CM: Final = 16.5
"""A4 less 30 mm on the left and 15 mm on the right (annex I, I.3)."""

CONNECTIVES: Final = frozenset(
    ("của", "trong", "về", "cho", "tại", "do", "để", "với", "giai", "tỉnh", "xã", "phường", "thi")
)
"""Words before which a centred line is broken with good grace."""

_POINTS_PER_CM = 72 / 2.54


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    style: Style
    target: float
    limit: float

    def cost(self, line: str) -> float:
        """A line far from the target costs more; one that does not fit is a last resort."""
        width = width_cm(line, self.style)
        return (width - self.target) ** 2 + 1000 * max(width - self.limit, 0)


def width_cm(text: str, style: Style) -> float:
    """Return the length in cm of ``text`` on one line."""
    face = _face("Tinos-Bold.ttf" if style.bold else "Tinos-Regular.ttf")
    return float(face.getlength(text)) / 1000 * style.size / _POINTS_PER_CM


def balanced(text: str, style: Style, room_cm: float) -> list[str]:
    """Return ``text`` in few lines that fit ``room_cm``, of like length, broken before a connective if it can."""
    words = text.split(" ")
    whole = width_cm(text, style)
    room = _Room(style=style, target=whole / max(ceil(whole / room_cm), 1), limit=room_cm)
    best: list[tuple[float, list[str]]] = [(0.0, [])]
    for end in range(1, len(words) + 1):
        cost, lines = min(_endings(words[:end], best, room))
        best.append((cost + _break_penalty(words[end : end + 1]), lines))
    return best[-1][1]


def dotted_line(label: str = "") -> str:
    """Return ``label`` followed by dots up to the right margin, for the clerk to write on."""
    room = TEXT_WIDTH_CM - styles.INDENT_CM - width_cm(label, styles.BODY)
    return label + "…" * max(int(room / width_cm("…", styles.BODY)) - 1, 3)


@lru_cache(maxsize=4)
def _face(file_name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / file_name), 1000, layout_engine=ImageFont.Layout.BASIC)


def _endings(words: list[str], best: list[tuple[float, list[str]]], room: _Room) -> Iterator[tuple[float, list[str]]]:
    for start, (cost, lines) in enumerate(best):
        line = " ".join(words[start:])
        yield cost + room.cost(line), [*lines, line]


def _break_penalty(following: list[str]) -> int:
    if not following or following[0].lower() in CONNECTIVES:
        return 0
    return 60 if following[0] in {"-", "–"} else 8
