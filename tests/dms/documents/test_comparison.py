"""A comparison shows what a reader would mark, and nothing else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.documents.comparison import DiffKind, DiffLine, Span, compare

LETTER = """Kính gửi: Ủy ban nhân dân tỉnh Vĩnh Long
Đề nghị tặng Bằng khen cho 03 tập thể.
Trân trọng cảm ơn."""


def _marked(spans: tuple[Span, ...]) -> list[str]:
    return [span.text for span in spans if span.marked]


def test_equal_texts_give_nothing() -> None:
    assert compare(LETTER, LETTER) == ()


def test_spaces_blank_lines_and_the_unicode_form_are_no_difference() -> None:
    other = unicodedata.normalize("NFD", LETTER).replace(" ", "  ").replace("\n", "\r\n\n")
    assert compare(LETTER, other) == ()


def test_a_changed_number_is_marked_alone() -> None:
    (line,) = [line for line in compare(LETTER, LETTER.replace("03", "04")) if line.kind is DiffKind.CHANGED]
    assert (_marked(line.old), _marked(line.new)) == (["03"], ["04"])
    assert (line.old_number, line.new_number) == (2, 2)


def test_a_changed_phrase_is_marked_in_one_piece() -> None:
    (line,) = [
        line
        for line in compare(LETTER, LETTER.replace("Ủy ban nhân dân", "Hội đồng Thi đua"))
        if line.kind is DiffKind.CHANGED
    ]
    assert _marked(line.new) == ["Hội đồng Thi đua"]


def test_added_and_removed_lines_stand_in_their_place() -> None:
    added = compare(LETTER, LETTER.replace("\n", "\nCăn cứ Luật Thi đua, khen thưởng;\n", 1))
    assert [line.kind for line in added] == [DiffKind.SAME, DiffKind.ADDED, DiffKind.SAME, DiffKind.SAME]
    removed = compare(LETTER, LETTER.split("\n", 1)[1])
    assert [line.kind for line in removed] == [DiffKind.REMOVED, DiffKind.SAME, DiffKind.SAME]


def test_a_long_unchanged_run_is_collapsed_with_some_lines_left_around_the_change() -> None:
    lines = [f"Dòng {number}" for number in range(100)]
    result = compare("\n".join(lines), "\n".join([*lines[:50], "Hoàn toàn mới", *lines[50:]]))
    kinds = [line.kind for line in result]
    assert kinds == [DiffKind.SKIPPED, *[DiffKind.SAME] * 3, DiffKind.ADDED, *[DiffKind.SAME] * 3, DiffKind.SKIPPED]
    assert result[0].skipped == 47


def _side(result: tuple[DiffLine, ...], side: str) -> list[str]:
    rows = ["".join(span.text for span in getattr(line, side)) for line in result]
    return [row for row in rows if row]


lines = st.lists(st.sampled_from(["Kính gửi", "Kính gửi ông", "Số 12", "Số 13 ngày 5", "Nơi nhận", ""]), max_size=12)


@given(lines, lines)
def test_each_version_can_be_read_back_from_the_comparison(old: list[str], new: list[str]) -> None:
    result = compare("\n".join(old), "\n".join(new), context=1000)
    if result:
        assert _side(result, "old") == [line for line in old if line]
        assert _side(result, "new") == [line for line in new if line]
    else:
        assert [line for line in old if line] == [line for line in new if line]


@pytest.mark.timeout(20)
def test_hostile_texts_are_compared_within_bounds() -> None:
    old = "\n".join(["a b " * 1000] * 100)
    new = "\n".join(["b c " * 1000] * 100)
    assert compare(old, new)
