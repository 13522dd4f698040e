"""Tables of index scores as offices really send them: read in the confined child, judged line by line."""

import io
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from dms.documents import spreadsheets
from dms.documents.spreadsheets import Table, TableLimits
from dms.errors import Invalid
from dms.scores import reading
from dms.scores.judging import Directory, JudgedRow, Key, KnownUnit, RowState, judge, percent_of, year_of

NEW, CHANGED, SAME, REFUSED = RowState.NEW, RowState.CHANGED, RowState.SAME, RowState.REFUSED
GDDT = KnownUnit(uuid4(), "so-gddt", "Sở Giáo dục và Đào tạo", ("Sở Giáo dục và Đào tạo",), ("SGDĐT",))
TTTT = KnownUnit(
    uuid4(), "so-tttt", "Sở Thông tin và Truyền thông", ("Sở Thông tin và Truyền thông",), abolished_on=date(2025, 3, 1)
)
LONG_HO = KnownUnit(uuid4(), "xa-long-ho", "Ủy ban nhân dân xã Long Hồ", ("Ủy ban nhân dân xã Long Hồ",))
OLD = KnownUnit(uuid4(), "phuong-1", "Phường 1", ("Phường 1",), abolished_on=date(2024, 1, 1))
NAMESAKE = KnownUnit(uuid4(), "phuong-1-moi", "Phường 1", ("Phường 1",), founded_on=date(2024, 1, 1))
UNITS = (GDDT, TTTT, LONG_HO, OLD, NAMESAKE)
Drawing = Callable[[Worksheet], object]


def xlsx(rows: Iterable[Iterable[object]], more: Drawing = lambda _sheet: None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    more(sheet)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def read(content: bytes, folder: Path, limits: TableLimits = spreadsheets.DEFAULT) -> Table:
    path = folder / "table"
    path.write_bytes(content)
    return spreadsheets.read(path, limits)


def judged(table: Table, *, year: int | None = None, current: dict[Key, Decimal] | None = None) -> list[JudgedRow]:
    lines = reading.lines_of(table)
    return judge(lines, Directory(UNITS), current or {}, default_year=year, this_year=2026)


def told(rows: list[JudgedRow]) -> list[tuple[str, str]]:
    return [(row.state.value, row.problem) for row in rows]


HEAD = ("STT", "Đơn vị", "Năm", "Điểm")


def test_an_official_table_below_its_letterhead_is_read(tmp_path: Path) -> None:
    rows = [
        ("UBND TỈNH VĨNH LONG",),
        ("KẾT QUẢ CHỈ SỐ CHUYỂN ĐỔI SỐ NĂM 2024",),
        (),
        HEAD,
        (1, "Sở Giáo dục và Đào tạo", 2024, 90.5),
        (2, "SỞ GIÁO DỤC VÀ ĐÀO TẠO", "Năm 2023", "90,5"),
        (3, "UBND xã Long Hồ", 2024, 90),
    ]
    found = judged(read(xlsx(rows, lambda sheet: sheet.merge_cells("A2:D2")), tmp_path))
    assert told(found) == [("new", "")] * 3
    assert [(row.unit, row.year, row.percent) for row in found] == [
        (GDDT, 2024, Decimal("90.50")),
        (GDDT, 2023, Decimal("90.50")),
        (LONG_HO, 2024, Decimal("90.00")),
    ]
    assert found[1].notes == ("text_number",)
    assert found[2].line.number == 7


def test_a_column_for_each_year_makes_a_line_for_each(tmp_path: Path) -> None:
    rows = [("Mã đơn vị", "Năm 2023", "Điểm năm 2024", "2025"), ("so-gddt", 91, None, "88,25")]
    found = judged(read(xlsx(rows), tmp_path))
    assert [(row.year, row.percent) for row in found] == [(2023, Decimal(91)), (2025, Decimal("88.25"))]


def test_a_cell_shown_in_percent_says_what_it_shows(tmp_path: Path) -> None:
    def shown(sheet: Worksheet) -> None:
        sheet["B2"].number_format = "0.00%"

    found = judged(read(xlsx([("Đơn vị", "Điểm"), ("Sở Giáo dục và Đào tạo", 0.905)], shown), tmp_path), year=2024)
    assert found[0].percent == Decimal("90.5")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_csv_comes_in_the_ways_in_which_spreadsheets_write_it(tmp_path: Path, delimiter: str, encoding: str) -> None:
    lines = [
        delimiter.join(("Đơn vị", "Lĩnh vực", "Điểm")),
        delimiter.join(('"Sở Giáo dục và Đào tạo"', "An toàn", '"90,5"')),
    ]
    found = judged(read("\r\n".join(lines).encode(encoding), tmp_path), year=2024)
    assert [(row.unit, row.line.field, row.percent) for row in found] == [(GDDT, "An toàn", Decimal("90.5"))]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("", "Sở Giáo dục tỉnh", 2024, 90), "unit_unknown"),
        (("", None, 2024, 90), "unit_missing"),
        (("", "Sở Giáo dục và Đào tạo", None, 90), "year_missing"),
        (("", "Sở Giáo dục và Đào tạo", "năm nay", 90), "year_unreadable"),
        (("", "Sở Giáo dục và Đào tạo", 2027, 90), "year_out_of_range"),
        (("", "Sở Giáo dục và Đào tạo", 1999, 90), "year_out_of_range"),
        (("", "Sở Giáo dục và Đào tạo", 2024, None), "score_missing"),
        (("", "Sở Giáo dục và Đào tạo", 2024, "chín mươi"), "score_not_a_number"),
        (("", "Sở Giáo dục và Đào tạo", 2024, -1), "score_not_a_number"),
        (("", "Sở Giáo dục và Đào tạo", 2024, "1.234,5"), "score_not_a_number"),
        (("", "Sở Giáo dục và Đào tạo", 2024, 100.01), "score_out_of_range"),
        (("", "Sở Giáo dục và Đào tạo", 2024, 905), "score_out_of_range"),
    ],
)
def test_each_bad_line_says_what_is_wrong_with_it(tmp_path: Path, row: tuple[object, ...], problem: str) -> None:
    good = ("", "UBND xã Long Hồ", 2024, 95)
    assert told(judged(read(xlsx([HEAD, row, good]), tmp_path))) == [("refused", problem), ("new", "")]


def test_an_unknown_name_brings_those_that_look_like_it() -> None:
    directory = Directory(UNITS)
    assert directory.suggest("Sở Giáo dục & Đạo tạo") == ["Sở Giáo dục và Đào tạo"]
    assert directory.suggest("Công ty Điện lực") == []


def test_merged_cells_are_refused_where_they_touch_a_line(tmp_path: Path) -> None:
    rows = [HEAD, (1, "Sở Giáo dục và Đào tạo", 2023, 90), (2, None, 2024, 91), (3, "UBND xã Long Hồ", 2024, 92)]
    found = judged(read(xlsx(rows, lambda sheet: sheet.merge_cells("B2:B3")), tmp_path))
    assert told(found) == [("refused", "merged_cells"), ("refused", "merged_cells"), ("new", "")]


def test_two_rows_for_a_unit_and_year_are_both_refused_and_name_each_other(tmp_path: Path) -> None:
    rows = [HEAD, (1, "Sở Giáo dục và Đào tạo", 2024, 90), (2, "SGDĐT", 2024, 91), (3, "so gddt", 2023, 91)]
    found = judged(read(xlsx(rows), tmp_path))
    assert told(found)[:2] == [("refused", "repeated")] * 2
    assert [row.params["rows"] for row in found[:2]] == ["3", "2"]


def test_of_namesakes_the_one_that_lived_in_the_year_is_meant(tmp_path: Path) -> None:
    found = judged(read(xlsx([HEAD, ("", "Phường 1", 2023, 90), ("", "Phường 1", 2025, 90)]), tmp_path))
    assert [row.unit for row in found] == [OLD, NAMESAKE]


def test_a_line_is_set_beside_what_is_known(tmp_path: Path) -> None:
    rows = [HEAD, *(("", "Sở Giáo dục và Đào tạo", year, 90) for year in (2023, 2024, 2025))]
    known: dict[Key, Decimal] = {(GDDT.id, 2023, ""): Decimal("90.00"), (GDDT.id, 2024, ""): Decimal("89.99")}
    assert [row.state for row in judged(read(xlsx(rows), tmp_path), current=known)] == [SAME, CHANGED, NEW]


@pytest.mark.rule("P10")
@pytest.mark.parametrize(
    ("words", "percent"),
    [
        ("90", "90.00"),
        ("90,00 %", "90.00"),
        ("89.996", "89.99"),
        ("89,999999", "89.99"),
        ("100", "100.00"),
        ("0", "0.00"),
        ("", None),
        ("1e2", None),
        ("９０", None),
        ("90,5,1", None),
    ],
)
def test_no_score_is_rounded_up_to_what_is_asked(words: str, percent: str | None) -> None:
    assert percent_of(words) == (Decimal(percent) if percent else None)


@pytest.mark.rule("P10")
@settings(max_examples=60, deadline=None)
@given(st.decimals(0, 100, places=4))
def test_a_score_never_gains_by_being_read(score: Decimal) -> None:
    found = percent_of(f"{score:f}".replace(".", ","))
    assert found is not None
    assert score - Decimal("0.01") < found <= score


@pytest.mark.parametrize(
    ("words", "year"), [("2024", 2024), ("Năm 2024", 2024), ("2024.0", 2024), ("24", None), ("", 7)]
)
def test_years_are_read_as_they_are_written(words: str, year: int | None) -> None:
    assert year_of(words, 7) == year


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "table_old_excel"),
        (b"PK\x03\x04 not a zip", "file_truncated"),
        (b"a\0b", "table_not_text"),
        (b"\n\n;;\n", "table_empty"),
        (xlsx([]), "table_empty"),
    ],
    ids=["xls", "broken", "binary", "blank", "empty"],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        read(content, tmp_path)


def test_a_table_past_its_limit_is_refused_and_a_far_cell_costs_nothing(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="table_too_large"):
        read(xlsx([[number] for number in range(12)]), tmp_path, TableLimits(rows=10))

    def far(sheet: Worksheet) -> None:
        sheet["XFD1048576"] = "lạc"

    table = read(xlsx([HEAD, ("", "SGDĐT", 2024, 90)], far), tmp_path)
    assert [row.number for row in table.rows] == [1, 2]


@pytest.mark.parametrize(
    ("rows", "code"), [([("một", "hai"), (1, 2)], "table_head_missing"), ([HEAD], "table_without_scores")]
)
def test_a_table_that_does_not_say_what_its_columns_are_is_refused(
    tmp_path: Path, rows: list[tuple[object, ...]], code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        reading.lines_of(read(xlsx(rows), tmp_path))
