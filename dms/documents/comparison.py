"""Compare the texts of two versions, line by line and word by word, as a person would mark them on paper."""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

CONTEXT = 3  # unchanged lines kept around a change
MAX_LINES = 20_000
MAX_WORK = 10_000_000  # word pairs of one comparison, about a second at worst; lines beyond are marked as a whole
_REACH = 20  # new lines looked at for the partner of an old one
_ALIKE = 0.4  # share of common words from which two lines are one changed line

_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")


class DiffKind(StrEnum):
    """What happened to a line."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Span:
    """A piece of a line; ``marked`` where it differs from the other version."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class DiffLine:
    """One line of the comparison.

    ``old`` and ``new`` are its spans in the two versions, empty where it does not exist there. A SKIPPED line stands
    for ``skipped`` unchanged lines. Line numbers count from 1, over the lines that are not blank.
    """

    kind: DiffKind
    old: tuple[Span, ...] = ()
    new: tuple[Span, ...] = ()
    old_number: int | None = None
    new_number: int | None = None
    skipped: int = 0


def compare(old_text: str, new_text: str, context: int = CONTEXT) -> tuple[DiffLine, ...]:
    """Compare two texts. Blank lines, runs of spaces and the Unicode form of letters do not count as differences.

    Only the first :data:`MAX_LINES` lines of each text are compared. Equal texts give an empty result.
    """
    old, new = _lines(old_text), _lines(new_text)
    if old == new:
        return ()
    matcher = difflib.SequenceMatcher(None, old, new)
    marker = _Marker()
    blocks = [
        _block(tag, _Side(old, i1, i2), _Side(new, j1, j2), marker) for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    ]
    return tuple(line for index, block in enumerate(blocks) for line in _collapse(block, index, len(blocks), context))


@dataclass(frozen=True)
class _Side:
    """The lines ``start`` to ``end`` of one version."""

    lines: Sequence[str]
    start: int
    end: int

    def numbered(self) -> list[tuple[int, str]]:
        return [(index + 1, self.lines[index]) for index in range(self.start, self.end)]


def _lines(text: str) -> list[str]:
    composed = unicodedata.normalize("NFC", text)
    lines = (" ".join(line.split()) for line in composed.splitlines())
    return [line for line in lines if line][:MAX_LINES]


def _block(tag: str, old: _Side, new: _Side, marker: "_Marker") -> list[DiffLine]:
    if tag == "equal":
        return [
            DiffLine(DiffKind.SAME, (Span(text),), (Span(text),), old_number, new_number)
            for (old_number, text), (new_number, _) in zip(old.numbered(), new.numbered(), strict=True)
        ]
    return list(_replaced(old.numbered(), new.numbered(), marker))


def _replaced(old: list[tuple[int, str]], new: list[tuple[int, str]], marker: "_Marker") -> Iterator[DiffLine]:
    """Pair each old line with the next new line that is much like it; what has no partner is removed or added."""
    position = 0
    for number, text in old:
        partner = _partner(text, new, position)
        if partner is None:
            yield DiffLine(DiffKind.REMOVED, old=(Span(text, marked=True),), old_number=number)
            continue
        yield from map(_added, new[position:partner])
        yield marker.changed((number, text), new[partner])
        position = partner + 1
    yield from map(_added, new[position:])


def _added(line: tuple[int, str]) -> DiffLine:
    return DiffLine(DiffKind.ADDED, new=(Span(line[1], marked=True),), new_number=line[0])


def _partner(text: str, new: list[tuple[int, str]], position: int) -> int | None:
    for index in range(position, min(position + _REACH, len(new))):
        if _likeness(text, new[index][1]) >= _ALIKE:
            return index
    return None


def _likeness(old: str, new: str) -> float:
    """Twice the common words over all words, wherever they stand: cheap, and bounded for any input."""
    first, second = old.split(), new.split()
    common = len(set(first) & set(second))
    return 2 * common / (len(set(first)) + len(set(second)))


class _Marker:
    """Marks the words that differ, while its budget lasts."""

    def __init__(self) -> None:
        self._work_left = MAX_WORK

    def changed(self, old: tuple[int, str], new: tuple[int, str]) -> DiffLine:
        old_spans, new_spans = self._spans(old[1], new[1])
        return DiffLine(DiffKind.CHANGED, old_spans, new_spans, old[0], new[0])

    def _spans(self, old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        old_words, new_words = _TOKENS.findall(old), _TOKENS.findall(new)
        work = len(old_words) * len(new_words)
        if work > self._work_left:
            return (Span(old, marked=True),), (Span(new, marked=True),)
        self._work_left -= work
        opcodes = difflib.SequenceMatcher(None, old_words, new_words, autojunk=False).get_opcodes()
        return (
            _joined((old_words[i1:i2], tag != "equal") for tag, i1, i2, _, _ in opcodes),
            _joined((new_words[j1:j2], tag != "equal") for tag, _, _, j1, j2 in opcodes),
        )


def _joined(pieces: Iterator[tuple[list[str], bool]]) -> tuple[Span, ...]:
    """Spans of the pieces; a lone space between two marks is marked too, so that a phrase reads as one change."""
    spans: list[Span] = []
    for words, marked in pieces:
        piece = Span("".join(words), marked)
        if piece.text:
            _bridge_gap(spans, piece)
            _append(spans, piece)
    return tuple(spans)


def _bridge_gap(spans: list[Span], piece: Span) -> None:
    if piece.marked and len(spans) > 1 and spans[-2].marked and spans[-1].text.isspace():
        gap = spans.pop()
        _append(spans, Span(gap.text, marked=True))


def _append(spans: list[Span], piece: Span) -> None:
    if spans and spans[-1].marked == piece.marked:
        piece = Span(spans.pop().text + piece.text, piece.marked)
    spans.append(piece)


def _collapse(block: list[DiffLine], index: int, blocks: int, context: int) -> list[DiffLine]:
    """Keep ``context`` lines of a long unchanged run beside each neighbouring change, and count the rest."""
    if block[0].kind is not DiffKind.SAME:
        return block
    before = context if index > 0 else 0
    after = context if index < blocks - 1 else 0
    hidden = len(block) - before - after
    if hidden <= 1:
        return block
    return [*block[:before], DiffLine(DiffKind.SKIPPED, skipped=hidden), *block[len(block) - after :]]
