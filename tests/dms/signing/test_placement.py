"""Where the fields of a route stand on a paper, and what each signature closes."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from dms.campaigns.parts import Stage, Step
from dms.signing.models import SigningRoute
from tests.dms.signing.office import (
    COUNCIL,
    FULL_ROUTE,
    INITIALS,
    LETTER_ROUTE,
    ONE_OF_COUNCIL,
    Office,
    P,
    letter,
    minutes,
)
from tests.samples import pdf

TWO_INITIALS = (
    Stage(title="Ký nháy", steps=(Step(action=INITIALS, position=P.SPECIALIST),)),
    Stage(title="Ký nháy", steps=(Step(action=INITIALS, position=P.REGISTRAR),)),
    *LETTER_ROUTE,
)


def fields(office: Office, route: SigningRoute, folder: Path) -> dict[str, dict]:
    """The signature fields of the prepared paper: rectangle and lock, as another library's reader sees them."""
    with office.file(route, folder).open("rb") as stream:
        reader = PdfFileReader(stream)
        return {
            name: {
                "box": [float(edge) for edge in reference.get_object()["/Rect"]],
                "lock": _lock(reference.get_object()["/Lock"]),
            }
            for name, _, reference in enumerate_sig_fields(reader)
        }


def _lock(entry: dict) -> tuple[str, frozenset[str]]:
    return entry["/Action"], frozenset(str(name) for name in entry["/Fields"]) if "/Fields" in entry else frozenset()


def overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_each_signature_leaves_open_what_comes_after_it_and_the_last_closes_all(office: Office, tmp_path: Path) -> None:
    texts = {"so", "ngay", "thang", "nam"}
    found = fields(office, office.started(), tmp_path)
    assert {name: each["lock"] for name, each in found.items()} == {
        "initials_1_1": ("/Exclude", {"approval_2_1", "seal_4_1"} | texts),
        "approval_2_1": ("/Exclude", {"seal_4_1"} | texts),
        "seal_4_1": ("/All", set()),
    }


@pytest.mark.parametrize(
    ("stage", "lock"),
    [(COUNCIL, ("/Exclude", {"approval_1_2"})), (ONE_OF_COUNCIL, ("/All", set()))],
    ids=["both must sign", "one is enough"],
)
def test_who_signs_beside_me_stays_open_only_where_they_must_sign_too(
    office: Office, tmp_path: Path, stage: Stage, lock: tuple[str, set[str]]
) -> None:
    assert fields(office, office.started((stage,), minutes()), tmp_path)["approval_1_1"]["lock"] == lock


def test_the_seal_covers_a_third_of_the_heads_signature(office: Office, tmp_path: Path) -> None:
    found = fields(office, office.started(), tmp_path)
    head, seal = found["approval_2_1"]["box"], found["seal_4_1"]["box"]
    assert seal[2] == pytest.approx(head[0] + (head[2] - head[0]) / 3, abs=1)


def test_no_two_people_sign_over_each_other(office: Office, tmp_path: Path) -> None:
    found = fields(office, office.started((*TWO_INITIALS[:2], *FULL_ROUTE)), tmp_path)
    boxes = [each["box"] for name, each in found.items() if not name.startswith("seal")]
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]


def test_where_the_paper_has_only_the_position_the_signature_stands_below_it(office: Office, tmp_path: Path) -> None:
    named = fields(office, office.started(), tmp_path)["approval_2_1"]["box"]
    unnamed = fields(office, office.started(content=letter(signer="…")), tmp_path)["approval_2_1"]["box"]
    assert (unnamed[0] + unnamed[2]) / 2 == pytest.approx((named[0] + named[2]) / 2, abs=2)
    assert overlap(named, unnamed)


def test_a_paper_that_names_nobody_is_signed_at_its_foot(office: Office, tmp_path: Path) -> None:
    route = office.started(content=pdf("Báo cáo thành tích"))
    box = fields(office, route, tmp_path)["approval_2_1"]["box"]
    assert box[1] < 120
