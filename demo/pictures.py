"""Pictures for the demo: a signature that looks handwritten and a round red seal. Both are PNG with transparent ground.

Nobody's real signature or seal is imitated: the strokes come from the letters of an invented name.
"""

import io
import itertools
import math
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

_FONTS = Path(__file__).parent.parent / "dms" / "signing" / "fonts"
_INK = (20, 60, 160)
_RED = (204, 22, 30)
_SCALE = 3  # drawn three times too large, then made smaller: smooth edges

_FINE = Image.Resampling.LANCZOS

Point = tuple[float, float]


def demo_signature_picture(name: str) -> bytes:
    """A blue signature for ``name``, 480 × 200 dots; the same name always gives the same picture."""
    width, height = 480 * _SCALE, 200 * _SCALE
    dice = random.Random(name)  # noqa: S311 - a drawing, not a secret
    ink = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(ink)
    for stroke, weight in ((_initial(dice), 1.0), (_letters(name, dice), 0.8), (_flourish(dice), 0.65)):
        _pen(draw, [(x * width, y * height) for x, y in _smooth(stroke)], weight * 3.4 * _SCALE)
    shape = ink.filter(ImageFilter.GaussianBlur(_SCALE * 0.4)).resize((width // _SCALE, height // _SCALE), _FINE)
    return _png(shape, _INK)


def demo_seal_picture(organisation: str) -> bytes:
    """A red round seal with a star and the organisation's name around it, 420 × 420 dots."""
    side = 420 * _SCALE
    ink = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(ink)
    for radius, line in ((0.49, 0.012), (0.465, 0.004), (0.30, 0.005)):
        _ring(draw, side, radius * side, line * side)
    _star(draw, side / 2, side / 2, 0.2 * side)
    _around(ink, organisation.upper(), 0.385 * side, top=True)
    _around(ink, "DEMO · THỬ NGHIỆM", 0.385 * side, top=False)
    return _png(ink.resize((side // _SCALE, side // _SCALE), _FINE), _RED)


# --- a signature: three strokes of a pen


def _initial(dice: random.Random) -> list[Point]:
    """A large letter, begun low on the left, looped at the top and thrown to the right."""
    lean = dice.uniform(0.0, 0.06)
    points = ((0.10, 0.66), (0.16, 0.78), (0.20, 0.44), (0.26, 0.12), (0.32, 0.10), (0.27, 0.42), (0.20, 0.80))
    tail = ((0.16, 0.86), (0.24, 0.62), (0.36, 0.48))
    return [_shaken((x + lean * (1 - y), y), dice, 0.018) for x, y in (*points, *tail)]


def _letters(name: str, dice: random.Random) -> list[Point]:
    """Waves that grow smaller to the right, as many as the given name has letters."""
    given = (name.split() or ["?"])[-1]
    count = max(3, min(7, len(given)))
    points: list[Point] = [(0.34, 0.58)]
    for number in range(count):
        left, size = 0.36 + 0.42 * number / count, 0.20 * (1 - 0.45 * number / count)
        tall = size * (1.9 if given[number % len(given)].lower() in "bdđfghklpty" else 1.0)
        points += [(left + 0.02, 0.60), (left + 0.045, 0.60 - tall), (left + 0.055, 0.62)]
    return [_shaken(point, dice, 0.012) for point in (*points, (0.84, 0.56), (0.93, 0.44))]


def _flourish(dice: random.Random) -> list[Point]:
    """The line under a name, drawn back and forth in one go."""
    points = ((0.90, 0.66), (0.60, 0.78), (0.28, 0.88), (0.18, 0.86), (0.40, 0.80), (0.72, 0.84), (0.86, 0.80))
    return [_shaken(point, dice, 0.014) for point in points]


def _shaken(point: Point, dice: random.Random, by: float) -> Point:
    return (point[0] + dice.uniform(-by, by), point[1] + dice.uniform(-by, by))


def _smooth(points: list[Point], steps: int = 24) -> list[Point]:
    """A curve through all points (Catmull-Rom)."""
    padded = [points[0], *points, points[-1]]
    return [_between(padded[i - 1 : i + 3], step / steps) for i in range(1, len(padded) - 2) for step in range(steps)]


def _between(four: list[Point], t: float) -> Point:
    weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
    x, y = (sum(w * point[axis] for w, point in zip(weights, four, strict=True)) / 2 for axis in (0, 1))
    return (x, y)


def _pen(draw: ImageDraw.ImageDraw, points: list[Point], weight: float) -> None:
    """A line that is thin going up, thick going down and tapers at both ends."""
    for number, ((x0, y0), (x1, y1)) in enumerate(itertools.pairwise(points)):
        down = (math.atan2(y1 - y0, abs(x1 - x0) + 1e-6) / math.pi + 0.5) ** 2
        taper = min(1.0, 6 * min(number + 1, len(points) - number) / len(points))
        radius = weight * (0.45 + 0.95 * down) * (0.35 + 0.65 * taper) / 2
        for part in range(6):
            x, y = x0 + (x1 - x0) * part / 6, y0 + (y1 - y0) * part / 6
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


# --- a seal


def _ring(draw: ImageDraw.ImageDraw, side: int, radius: float, line: float) -> None:
    edge = (side / 2 - radius, side / 2 - radius, side / 2 + radius, side / 2 + radius)
    draw.ellipse(edge, outline=255, width=round(line))


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    corners = [
        (x + size * math.sin(math.pi * corner / 5), y - size * math.cos(math.pi * corner / 5))
        for corner in range(10)
        for size in [radius if corner % 2 == 0 else radius * 0.382]
    ]
    draw.polygon(corners, fill=255)


def _around(ink: Image.Image, text: str, radius: float, *, top: bool) -> None:
    """Set ``text`` on a circle, each letter turned; above it reads clockwise, below it reads from left to right."""
    centre = ink.width / 2
    room = math.radians(205 if top else 105)
    font = _fitting(text, radius, room, largest=ink.width * (0.085 if top else 0.062))
    widths = [font.getlength(letter) for letter in text]
    at = -sum(widths) / 2
    for letter, width in zip(text, widths, strict=True):
        angle = (at + width / 2) / radius
        at += width
        turned = _letter(letter, font, -math.degrees(angle) if top else math.degrees(angle))
        y = centre - radius * math.cos(angle) if top else centre + radius * math.cos(angle)
        place = (round(centre + radius * math.sin(angle) - turned.width / 2), round(y - turned.height / 2))
        ink.paste(255, place, turned)


def _fitting(text: str, radius: float, room: float, largest: float) -> ImageFont.FreeTypeFont:
    font = _bold(largest)
    length = font.getlength(text)
    return font if length <= room * radius else _bold(largest * room * radius / length)


def _bold(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS / "Tinos-Bold.ttf", size)


def _letter(letter: str, font: ImageFont.FreeTypeFont, degrees: float) -> Image.Image:
    """One letter on a square whose middle is the middle of a capital, so that accents do not push it off the circle."""
    side = round(font.size * 2)
    square = Image.new("L", (side, side), 0)
    middle = side / 2 + font.size * 0.33
    ImageDraw.Draw(square).text((side / 2, middle), letter, font=font, fill=255, anchor="ms")
    return square.rotate(degrees, Image.Resampling.BICUBIC)


def _png(shape: Image.Image, colour: tuple[int, int, int]) -> bytes:
    """``shape`` says where the ink is; everywhere else the picture is transparent."""
    picture = Image.new("RGBA", shape.size, (*colour, 0))
    picture.putalpha(shape)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
