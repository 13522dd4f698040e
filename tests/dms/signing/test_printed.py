"""The symbol that a paper bears is read from its head, and another one is not given without a word."""

import pytest

from dms.campaigns.vocabulary import StepAction
from dms.errors import Invalid
from dms.signing import printed
from tests.dms.signing.office import NUMBER, Office


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("UBND TỈNH VĨNH LONG\nSố:             /TTr-SNV\nVĩnh Long", "TTr-SNV"),
        ("Số: ……/BB-HĐTĐKT CỘNG HÒA", "BB-HĐTĐKT"),
        ("Số: 05/QĐ-UBND", "QĐ-UBND"),
        ("Số :     /BC-SGDĐT.", "BC-SGDĐT"),
        ("So\u0302\u0301:   /TTr-SNV", "TTr-SNV"),
        ("Căn cứ Luật Thi đua, khen thưởng số 06/2022/QH15", None),
        ("Tổng số: 12/15 thành viên", None),
        ("BIÊN BẢN họp xét", None),
        ("", None),
        ("x" * 5000 + "Số:   /TTr-SNV", None),
    ],
)
def test_the_symbol_is_read_from_the_head_alone(text: str, symbol: str | None) -> None:
    assert printed.symbol_on(text) == symbol


def test_another_symbol_than_the_printed_one_is_questioned(office: Office) -> None:
    route = office.started()
    step = office.step(route, StepAction(NUMBER))
    printed.ensure_as_printed(office.session, step, "TTr-SNV")
    printed.ensure_as_printed(office.session, step, "ttr-snv ")
    with pytest.raises(Invalid, match="symbol_not_as_printed") as caught:
        printed.ensure_as_printed(office.session, step, "TTr-SGDĐT")
    assert caught.value.params == {"field": "symbol", "printed": "TTr-SNV", "symbol": "TTr-SGDĐT"}
