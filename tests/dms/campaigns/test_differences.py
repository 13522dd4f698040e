"""What changed between two revisions, what an edit leaves alone, and a unit's own campaign as text."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blueprints.campaign_fields import FIELDS
from dms.campaigns.cloning import OwnCampaign, clone
from dms.campaigns.differences import ChangeKind, differences
from dms.campaigns.editing import REMOVED, Edit, apply
from dms.campaigns.loader import digest, load
from dms.campaigns.spec import CampaignSpec
from dms.errors import Invalid

CAMPAIGNS = Path(__file__).resolve().parents[3] / "campaigns"
FILES = sorted(CAMPAIGNS.glob("*.yaml"))
PLAN = (CAMPAIGNS / "vinh-long-chuyen-doi-so-2023-2025.yaml").read_text()
SPEC = load(PLAN, "plan")
AWARD = ("schemes", 2)


def after(*edits: Edit) -> CampaignSpec:
    return load(apply(PLAN, edits), "edited")


def places(*edits: Edit) -> list[tuple[ChangeKind, tuple[str, ...]]]:
    return [(change.kind, change.place[2:]) for change in differences(SPEC, after(*edits))]


def test_a_revision_does_not_differ_from_itself() -> None:
    assert differences(SPEC, load(PLAN, "again")) == ()


def test_a_criterion_taken_out_of_the_middle_is_one_change() -> None:
    found = places(Edit((*AWARD, "criteria", 1), REMOVED))
    assert found == [(ChangeKind.REMOVED, ("criteria", "tap-the-guong-mau"))]


def test_another_order_is_told_as_such() -> None:
    criteria = [each.model_dump(mode="json", exclude_defaults=True) for each in SPEC.schemes[2].criteria]
    turned = [criteria[1], criteria[0], *criteria[2:]]
    swapped = SPEC.model_copy(
        update={"schemes": (*SPEC.schemes[:2], SPEC.schemes[2].model_copy(update={"criteria": _read(turned)}))}
    )
    assert [change.kind for change in differences(SPEC, swapped)] == [ChangeKind.MOVED]


def _read(entries: list[dict[str, object]]) -> tuple[object, ...]:
    known = {each.id: each for each in SPEC.schemes[2].criteria}
    return tuple(known[str(entry["id"])] for entry in entries)


def test_a_change_says_old_and_new_and_names_the_entries_on_the_way() -> None:
    (change,) = differences(SPEC, after(Edit((*AWARD, "deadlines", 0, "before"), date(2026, 1, 12))))
    assert change.place == ("schemes", "bang-khen-tong-ket", "deadlines", "gui-so-tttt", "before")
    assert (change.old, change.new) == ("2026-01-10", "2026-01-12")
    assert (change.names or {})["gui-so-tttt"] == "Gửi hồ sơ về Sở Thông tin và Truyền thông tổng hợp"


@given(
    limit=st.one_of(st.none(), st.integers(0, 500)),
    percent=st.decimals(0, 100, places=1),
    title=st.text("abcđêơư :#'\"-", min_size=1, max_size=200).filter(str.strip),
)
@settings(max_examples=5, deadline=None)
def test_what_is_edited_is_what_the_file_says_afterwards(limit: int | None, percent: Decimal, title: str) -> None:
    plain = " ".join(title.split())
    spec = after(
        Edit((*AWARD, "nominees", 0, "quota", "limit"), limit),
        Edit((*AWARD, "criteria", 5, "min_percent"), percent),
        Edit((*AWARD, "title"), plain),
    )
    award = spec.schemes[2]
    assert (award.nominees[0].quota.limit, award.title) == (limit, plain)
    assert award.criteria[5].min_percent == percent  # type: ignore[union-attr]  # it is an index score


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_an_edit_back_and_forth_ends_at_the_same_digest_with_every_comment(file: Path) -> None:
    text = file.read_text()
    title = load(text, "x").title
    there = apply(text, [Edit(("title",), "Tên khác")])
    back = apply(there, [Edit(("title",), title)])
    assert digest(load(back, "x")) == digest(load(text, "x"))
    assert back.count("#") == text.count("#")
    assert apply(text, []) == text


def test_every_key_of_a_campaign_file_has_words() -> None:
    def keys(node: object) -> set[str]:
        if isinstance(node, dict):
            names = set(node.get("properties", {}))
            return names.union(*(keys(each) for each in node.values()), set())
        return set().union(*(keys(each) for each in node)) if isinstance(node, list) else set()

    assert keys(CampaignSpec.model_json_schema()) - set(FIELDS) == set()


@pytest.mark.rule("P23")
@pytest.mark.parametrize(
    ("file", "scheme", "year"),
    [
        ("vinh-long-chuyen-doi-so-2023-2025", "giay-khen-hang-nam", 2025),
        ("vinh-long-chuyen-doi-so-2023-2025", "giay-khen-tong-ket", 2024),
        ("bac-ninh-khen-thuong-nam-2026", "giay-khen", 2026),
        ("danh-hieu-thi-dua-nam-2026", "chien-si-thi-dua-co-so", 2026),
    ],
)
def test_a_units_own_campaign_has_the_parents_criteria_and_papers_to_begin_with(
    file: str, scheme: str, year: int
) -> None:
    parent = load((CAMPAIGNS / f"{file}.yaml").read_text(), file)
    wanted = OwnCampaign("phong-trao-so", "Phong trào của Sở", "so-thu", "Sở Thử", year, date(year, 12, 1))
    spec = load(clone(parent, scheme, wanted), "own")
    own, theirs = spec.schemes[0], parent.scheme(scheme)
    assert spec.parent is not None
    assert theirs is not None
    assert (spec.parent.campaign, spec.parent.scheme, spec.issuing_unit) == (parent.code, scheme, "so-thu")
    assert [each.id for each in own.criteria] == [each.id for each in theirs.criteria]
    assert own.requirements
    assert own.deadlines[0].before == date(year, 12, 1)


@pytest.mark.rule("P23")
def test_a_unit_cannot_carry_out_what_the_chair_confers() -> None:
    wanted = OwnCampaign("phong-trao-so", "Phong trào của Sở", "so-thu", "Sở Thử", 2025)
    with pytest.raises(Invalid, match="scheme_not_the_heads"):
        clone(SPEC, "bang-khen-tong-ket", wanted)
