"""The small words of official papers: zeros, commas, capacities, gaps."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dms.papers import wording
from dms.papers.data import Signer


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 1, 5), "ngày 05 tháng 01 năm 2026"),
        (date(2026, 2, 28), "ngày 28 tháng 02 năm 2026"),
        (date(2025, 3, 9), "ngày 09 tháng 3 năm 2025"),
        (date(2025, 12, 31), "ngày 31 tháng 12 năm 2025"),
    ],
)
def test_only_days_under_ten_and_the_first_two_months_take_a_zero(day: date, written: str) -> None:
    assert wording.spelled_date(day) == written


def test_a_time_is_told_on_a_vietnamese_clock() -> None:
    late = datetime(2026, 1, 4, 17, 5, tzinfo=UTC)
    assert wording.spelled_time(late) == "00 giờ 05 phút, ngày 05 tháng 01 năm 2026"


@pytest.mark.rule("P25")
@pytest.mark.parametrize(
    ("capacity", "principal", "collective", "lines"),
    [
        ("NONE", "", "", ("PHÓ CHỦ TỊCH",)),
        ("KT", "Chủ tịch", "", ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
        ("kt", "Chủ tịch", "Ủy ban nhân dân", ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
        ("TM", "", "Ủy ban nhân dân", ("TM. ỦY BAN NHÂN DÂN", "PHÓ CHỦ TỊCH")),
        ("TL", "Chủ tịch", "", ("TL. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
        ("TUQ", "Chủ tịch", "", ("TUQ. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
        ("Q", "", "", ("Q. PHÓ CHỦ TỊCH",)),
    ],
)
def test_a_signature_states_its_capacity_above_the_position(
    capacity: str, principal: str, collective: str, lines: tuple[str, ...]
) -> None:
    signer = Signer(
        name="Lê Thị Ngọc Quyên",
        position="Phó Chủ tịch",
        capacity=capacity,
        principal=principal,
        collective=collective,
    )
    assert wording.power_lines(signer) == lines


def test_a_list_ends_each_line_with_a_semicolon_and_the_last_with_a_full_stop() -> None:
    assert wording.punctuated(["Căn cứ A;", "Căn cứ B.", " ", "Căn cứ C"]) == ["Căn cứ A;", "Căn cứ B;", "Căn cứ C."]


def test_an_empty_list_is_a_visible_gap() -> None:
    assert wording.punctuated([]) == [f"{wording.DOTS}."]


def test_numbers_under_ten_take_a_zero_and_a_missing_number_leaves_room() -> None:
    assert wording.number_line(5, "TTr-SNV") == "Số: 05/TTr-SNV"
    assert wording.number_line(125, "QĐ-UBND") == "Số: 125/QĐ-UBND"
    assert wording.number_line(None, "TTr-SNV") == f"Số:{wording.NBSP * 13}/TTr-SNV"


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [(9, 9, "100%"), (8, 9, "88,89%"), (0, 7, "0%"), (Decimal("912.5"), Decimal(1000), "91,25%"), (1, 8, "12,5%")],
)
def test_a_percentage_has_a_comma_and_no_idle_zeros(part: Decimal | int, whole: Decimal | int, written: str) -> None:
    assert wording.percentage(part, whole) == written
