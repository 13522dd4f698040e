"""Every file of the corpus gets the verdict it deserves, whatever else is in it; and the table of docs/ is true."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dms.signing import pades
from dms.signing.pades import Expected, Verdict, strangers
from scripts import validators
from tests.pki import SUBJECTS, Pki, build_pki
from tests.signing.corpus import cases, hostile
from tests.signing.corpus.workshop import Case, Workshop
from tests.signing.pades import flow


@pytest.fixture(scope="module")
def shop(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    folder = tmp_path_factory.mktemp("corpus")
    return Workshop(folder, pki, build_pki(folder / "stranger", [each for each in SUBJECTS if each.ref == "head"]))


def made(shop: Workshop, case: Case) -> Path:
    path = shop.place(case.name)
    if not path.exists():
        case.make(shop, path)
    return path


@pytest.mark.parametrize("case", cases.ALL, ids=lambda case: case.name)
def test_a_file_gets_the_verdict_it_deserves(shop: Workshop, case: Case) -> None:
    report = pades.validate(made(shop, case), trust=shop.pki.trust)

    found = {*report.reasons, *(code for each in report.signatures for code in each.reasons)}
    assert report.verdict is case.verdict, found
    assert case.reasons <= found
    assert (report.outcome[0].value == "TOTAL-PASSED") is (case.verdict is Verdict.VALID)


@pytest.mark.parametrize("case", [case for case in cases.ALL if case.known], ids=lambda case: case.name)
def test_what_is_good_in_itself_is_seen_by_what_we_know(shop: Workshop, case: Case) -> None:
    stored: Expected = flow.expected(shop.pki, shop.sealed)

    report = pades.validate(made(shop, case), trust=shop.pki.trust, expected=stored)

    assert report.verdict is case.known
    assert "file_changed" in report.reasons


@pytest.mark.parametrize("case", [*hostile.ALL, *cases.GROUPS["Good files"][:5]], ids=lambda case: case.name)
def test_the_confined_child_says_the_same(shop: Workshop, case: Case) -> None:
    report, _ = strangers.validate(made(shop, case), trust=shop.pki.trust, at=datetime.now(UTC))

    assert report.verdict is case.verdict, report.reasons


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[validators.Judged]]:
    return validators.compare(tmp_path_factory.mktemp("validators"))


@pytest.mark.timeout(600)
def test_the_table_of_validators_is_what_they_say_today(table: dict[str, list[validators.Judged]]) -> None:
    written = validators.PAGE.read_text("utf-8")

    assert validators.page(table) in written, "run python -m scripts.validators"


def test_no_program_is_stricter_than_we_without_a_reason(table: dict[str, list[validators.Judged]]) -> None:
    rows = [one for group in table.values() for one in group]

    assert rows
    for one in rows:
        assert validators.why(one) != "unexplained", one.case.name
        if one.report.verdict is Verdict.VALID:
            assert one.tools["pyhanko"], one.case.name
