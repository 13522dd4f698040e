"""Charts as plain geometry: bars with their numbers, drawn by a template as SVG without script or style attributes."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 260
_LEFT, _TOP, _BOTTOM = 42, 24, 34


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its place, the words below it, the number above it, and how it is marked."""

    x: float
    y: float
    width: float
    height: float
    below: str
    above: str
    mark: str = ""

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over an axis from 0 to ``top``; ``ticks`` and ``line`` are (height in the picture, words)."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    line: tuple[float, str] | None = None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT

    @property
    def floor(self) -> int:
        """Where the axis lies."""
        return HEIGHT - _BOTTOM


def bars(
    values: Sequence[tuple[str, float, str, str]],
    *,
    top: float,
    ticks: Sequence[float],
    line: tuple[float, str] | None = None,
) -> Chart:
    """A chart of (words below, value, words above, mark); ``top`` is the highest value that the axis shows."""
    room = (WIDTH - _LEFT - 8) / max(len(values), 1)
    width = min(room * 0.7, 72)
    drawn = tuple(
        Bar(
            x=round(_LEFT + room * place + (room - width) / 2, 1),
            y=round(_y(value, top), 1),
            width=round(width, 1),
            height=round(HEIGHT - _BOTTOM - _y(value, top), 1),
            below=below,
            above=above,
            mark=mark,
        )
        for place, (below, value, above, mark) in enumerate(values)
    )
    marked = (round(_y(line[0], top), 1), line[1]) if line else None
    return Chart(drawn, tuple((round(_y(each, top), 1), f"{each:g}") for each in ticks), marked)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * min(value, top) / (top or 1)
