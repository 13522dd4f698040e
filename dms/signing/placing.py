"""Where on a paper the signature, seal, number, date and initials belong. Pure: words with boxes in, boxes out.

Boxes are in PDF points with the origin at the bottom left of the page; pages count from 0. What cannot be found gets a
place at the foot of the last page and says ``found=False``, so that a person looks before anyone signs.
Rules: Decree 30/2020, annex I, part I, II.7.d (signature centred between position and name) and II.8.a (seal over the
left third of the signature).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from dms.text import fold

SIGNATURE_WIDTH: Final = 140.0
SIGNATURE_HEIGHT: Final = 64.0
SEAL_DIAMETER: Final = 102.0
"""36 mm, the true size of the seal of a provincial body."""
YEAR_WIDTH: Final = 34.0
INITIALS: Final = (34.0, 16.0)
MARGIN: Final = 42.0
FOOT_FIELDS: Final = ("number", "day", "month", "year", "initials")
FOOT_FIELD_WIDTH: Final = 68.0

_SMALLEST_ROOM = 24.0
_TOP_SHARE = 0.55
_LEAST_GAP = 6.0
_WORD_SPACE = 2.5  # between "năm" and the year, which is set flush left
_FILLERS = ".…_- "


class PlacedWord(Protocol):
    """A word and its box on the page."""

    @property
    def text(self) -> str:
        """The word, in any Unicode form."""
        ...

    @property
    def x0(self) -> float:
        """Left edge."""
        ...

    @property
    def y0(self) -> float:
        """Lower edge."""
        ...

    @property
    def x1(self) -> float:
        """Right edge."""
        ...

    @property
    def y1(self) -> float:
        """Upper edge."""
        ...


class PageOfWords(Protocol):
    """A page: its size in points and its words in reading order."""

    @property
    def width(self) -> float:
        """Width of the page."""
        ...

    @property
    def height(self) -> float:
        """Height of the page."""
        ...

    @property
    def words(self) -> Sequence[PlacedWord]:
        """The words of the page."""
        ...


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on page ``page`` (from 0). ``found`` is False where the place is only a fall-back."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    found: bool = True


@dataclass(frozen=True, slots=True)
class DateGaps:
    """The three gaps of "ngày … tháng … năm …"."""

    day: Box
    month: Box
    year: Box


@dataclass(frozen=True, slots=True)
class _Span:
    """Words that follow each other on one line."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


def signature_box(pages: Sequence[PageOfWords], name: str, *, fallback_slot: int = 0) -> Box:
    """Return the box between the position line and the last place where ``name`` stands below free room.

    ``fallback_slot`` (0, 1, 2 …) keeps the fall-back boxes of several signers apart; the rest never overlap.
    """
    for span in reversed(list(_occurrences(pages, name))):
        room = _room_above(pages[span.page], span)
        if room >= _SMALLEST_ROOM:
            return _between(span, room)
    return _signature_at_foot(pages, fallback_slot)


def box_below(pages: Sequence[PageOfWords], title: str) -> Box | None:
    """Return the free place below the last line that says ``title`` (a position), for papers without the name."""
    for span in reversed(list(_occurrences(pages, title))):
        room = _room_below(pages[span.page], span)
        if room >= _SMALLEST_ROOM:
            height = min(SIGNATURE_HEIGHT, room - 4)
            left, top = span.middle - SIGNATURE_WIDTH / 2, span.y0 - 2
            return Box(span.page, left, top - height, left + SIGNATURE_WIDTH, top)
    return None


def seal_box(signature: Box, *, diameter: float = SEAL_DIAMETER) -> Box:
    """Return the seal's square: it covers the left third of ``signature`` and shares its middle line."""
    right = signature.x0 + (signature.x1 - signature.x0) / 3
    middle = (signature.y0 + signature.y1) / 2
    left, bottom = max(right - diameter, 0.0), max(middle - diameter / 2, 0.0)
    return Box(signature.page, left, bottom, left + diameter, bottom + diameter, signature.found)


def number_gap(pages: Sequence[PageOfWords]) -> Box:
    """Return the gap between "Số:" and "/" on the first page; a number already written leaves none."""
    words = _top_words(pages)
    for mark in words:
        following = _next_on_line(words, mark) if fold(mark.text) == "so" else None
        if following and following.text.startswith("/") and following.x0 - mark.x1 >= _LEAST_GAP:
            return _gap_box((mark, following), mark.x1, following.x0)
    return _field_at_foot(pages, "number")


def date_gaps(pages: Sequence[PageOfWords]) -> DateGaps:
    """Return the gaps after "ngày", "tháng" and "năm" on the line of place and date of the first page.

    Dots in the gaps count as blank; a date of which a part is already written is not found.
    """
    words = _top_words(pages)
    for day in words:
        month = _next_on_line(words, day) if fold(day.text) == "ngay" else None
        year = _next_on_line(words, month) if month and fold(month.text) == "thang" else None
        if month and year and fold(year.text) == "nam":
            return _date_boxes(pages[0], (day, month, year))
    return DateGaps(*(_field_at_foot(pages, field) for field in ("day", "month", "year")))


def initials_box(pages: Sequence[PageOfWords]) -> Box:
    """Return a small box at the end of the last sentence ("./."), else beside "Lưu: VT", else at the foot."""
    anchor = _last_line_end(pages) or _filed_line_end(pages)
    if anchor is None:
        return _field_at_foot(pages, "initials")
    page, word = anchor
    left = min(word.x1 + 4, pages[page].width - INITIALS[0] - 8)
    middle = (word.y0 + word.y1) / 2
    return Box(page, left, middle - INITIALS[1] / 2, left + INITIALS[0], middle + INITIALS[1] / 2)


def _occurrences(pages: Sequence[PageOfWords], name: str) -> Iterator[_Span]:
    wanted = fold(name).split()
    if not wanted:
        return
    for index, page in enumerate(pages):
        texts = [fold(word.text) for word in page.words]
        for start in range(len(texts) - len(wanted) + 1):
            words = page.words[start : start + len(wanted)]
            if texts[start : start + len(wanted)] == wanted and _on_one_line(words):
                yield _span(index, words)


def _on_one_line(words: Sequence[PlacedWord]) -> bool:
    first = words[0]
    return all(abs(word.y0 - first.y0) < first.y1 - first.y0 for word in words)


def _span(page: int, words: Sequence[PlacedWord]) -> _Span:
    lowest, highest = min(word.y0 for word in words), max(word.y1 for word in words)
    return _Span(page, min(word.x0 for word in words), lowest, max(word.x1 for word in words), highest)


def _room_above(page: PageOfWords, span: _Span) -> float:
    """Free height above ``span`` in a column as wide as a signature; none where nothing stands above it."""
    left, right = span.middle - SIGNATURE_WIDTH / 4, span.middle + SIGNATURE_WIDTH / 4
    above = [word.y0 for word in page.words if word.y0 >= span.y1 - 1 and word.x1 > left and word.x0 < right]
    return min(above) - span.y1 if above else 0.0


def _room_below(page: PageOfWords, span: _Span) -> float:
    """Free height below ``span`` in a column as wide as a signature, down to the lower margin."""
    left, right = span.middle - SIGNATURE_WIDTH / 4, span.middle + SIGNATURE_WIDTH / 4
    below = [word.y1 for word in page.words if word.y1 <= span.y0 + 1 and word.x1 > left and word.x0 < right]
    return span.y0 - max([*below, MARGIN])


def _between(span: _Span, room: float) -> Box:
    height = min(SIGNATURE_HEIGHT, room - 4)
    middle = span.y1 + room / 2
    left = span.middle - SIGNATURE_WIDTH / 2
    return Box(span.page, left, middle - height / 2, left + SIGNATURE_WIDTH, middle + height / 2)


def _top_words(pages: Sequence[PageOfWords]) -> list[PlacedWord]:
    if not pages:
        return []
    page = pages[0]
    return [word for word in page.words if word.y0 > page.height * _TOP_SHARE and word.text.strip()]


def _next_on_line(words: Sequence[PlacedWord], mark: PlacedWord) -> PlacedWord | None:
    """The nearest word to the right of ``mark`` on its line that is not made of dots."""
    right = [
        word
        for word in words
        if word.x0 >= mark.x1 - 1 and abs(word.y0 - mark.y0) < mark.y1 - mark.y0 and word.text.strip(_FILLERS)
    ]
    return min(right, key=lambda word: word.x0, default=None)


def _gap_box(beside: tuple[PlacedWord, ...], x0: float, x1: float) -> Box:
    """The gap from ``x0`` to ``x1``, as high as the words of its line with room for accents and tails."""
    lowest, highest = min(word.y0 for word in beside), max(word.y1 for word in beside)
    return Box(0, x0 + 1, lowest - 2, x1 - 1, highest + 2)


def _date_boxes(page: PageOfWords, line: tuple[PlacedWord, PlacedWord, PlacedWord]) -> DateGaps:
    day, month, year = line
    end = min(year.x1 + YEAR_WIDTH + 2, page.width - 8)
    starts_and_ends = ((day.x1, month.x0), (month.x1, year.x0), (year.x1 + _WORD_SPACE, end))
    return DateGaps(*(_gap_box(line, x0, x1) for x0, x1 in starts_and_ends))


def _last_line_end(pages: Sequence[PageOfWords]) -> tuple[int, PlacedWord] | None:
    ends = [(index, word) for index, page in enumerate(pages) for word in page.words if word.text.endswith("./.")]
    return ends[-1] if ends else None


def _filed_line_end(pages: Sequence[PageOfWords]) -> tuple[int, PlacedWord] | None:
    marks = [(index, word) for index, page in enumerate(pages) for word in page.words if fold(word.text) == "luu"]
    if not marks:
        return None
    index, mark = marks[-1]
    line = [w for w in pages[index].words if abs(w.y0 - mark.y0) < 4 and mark.x0 <= w.x0 < pages[index].width / 2]
    return index, max(line, key=lambda word: word.x1)


def _signature_at_foot(pages: Sequence[PageOfWords], slot: int) -> Box:
    """A place for a signature above the strip of small fields; slots run from right to left, then upwards."""
    width = _last_width(pages)
    across = max(int((width - 2 * MARGIN) // (SIGNATURE_WIDTH + 8)), 1)
    row, column = divmod(slot, across)
    right = width - MARGIN - column * (SIGNATURE_WIDTH + 8)
    bottom = 30 + row * (SIGNATURE_HEIGHT + 8)
    return Box(_last(pages), right - SIGNATURE_WIDTH, bottom, right, bottom + SIGNATURE_HEIGHT, found=False)


def _field_at_foot(pages: Sequence[PageOfWords], field: str) -> Box:
    """A place for a small field in the strip at the very foot, each kind of field in its own."""
    left = MARGIN + FOOT_FIELDS.index(field) * (FOOT_FIELD_WIDTH + 8)
    return Box(_last(pages), left, 8, left + FOOT_FIELD_WIDTH, 24, found=False)


def _last(pages: Sequence[PageOfWords]) -> int:
    return max(len(pages) - 1, 0)


def _last_width(pages: Sequence[PageOfWords]) -> float:
    return pages[-1].width if pages else 595.0
