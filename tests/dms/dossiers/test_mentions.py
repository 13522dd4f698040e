"""Whether papers say what the dossier says: folded words, short and long forms, spans of years, scans."""

import pytest

from dms.campaigns.vocabulary import Form, Mention
from dms.dossiers.mentions import Wanted, mentioned
from dms.text import fold

WANTED = Wanted(
    nominees=("Nguyễn Văn Hùng", "Phòng Chuyển đổi số"),
    unit=("Ủy ban nhân dân xã Cái Nhum", "UBND huyện Mang Thít"),
    form=Form.BANG_KHEN,
    years=(2023, 2024, 2025),
)


def found(what: Mention, text: str) -> bool | None:
    return mentioned([what], fold(text), WANTED)[0].found


@pytest.mark.parametrize(
    ("what", "text", "expected"),
    [
        (Mention.NOMINEES, "1. PHÒNG CHUYỂN ĐỔI SỐ; 2. Ông NGUYỄN  VĂN\nHÙNG", True),
        (Mention.NOMINEES, "Nguyễn Văn Hùngg và Phòng Chuyển đổi số", False),
        (Mention.UNIT, "UBND XÃ CÁI NHUM", True),
        (Mention.UNIT, "Ủy ban nhân dân huyện Mang Thít", True),
        (Mention.UNIT, "Ủy ban nhân dân xã khác", False),
        (Mention.SCHEME, "tặng Bằng khen của Chủ tịch", True),
        (Mention.SCHEME, "tặng Giấy khen", False),
        (Mention.YEARS, "giai đoạn 2023 - 2025", True),
        (Mention.YEARS, "các năm 2023, 2024 và 2025", True),
        (Mention.YEARS, "năm 2023 và năm 2025", False),
        (Mention.YEARS, "", None),
    ],
)
def test_a_paper_agrees_when_its_words_are_there(what: Mention, text: str, expected: bool | None) -> None:
    assert found(what, text) is expected


def test_what_is_missing_is_named() -> None:
    answer = mentioned([Mention.NOMINEES], fold("chỉ có Nguyễn Văn Hùng"), WANTED)[0]
    assert answer.missing == ("Phòng Chuyển đổi số",)
