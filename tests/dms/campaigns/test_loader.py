"""A campaign file with mistakes is refused with every mistake, at its line and column."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from blueprints.campaign_problems import SENTENCES
from dms.campaigns.loader import MAX_BYTES, canonical_json, digest, load, restore
from dms.campaigns.problems import Problem
from dms.campaigns.spec import CampaignSpec
from dms.errors import Invalid, TooLarge

CAMPAIGNS = Path(__file__).resolve().parents[3] / "campaigns"
SHIPPED = sorted(CAMPAIGNS.glob("*.yaml"))
PROVINCE = (CAMPAIGNS / "vinh-long-chuyen-doi-so-2023-2025.yaml").read_text()
NO_COUNCIL = "      council: {required: false}"
VOTE = ", vote: {percent: 80, rule: P14, citation: {basis: ke-hoach, place: x}}}"


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(Invalid) as refusal:
        load(text, "file.yaml")
    assert refusal.value.code == "campaign_file_invalid"
    assert refusal.value.params["source"] == "file.yaml"
    return list(refusal.value.params["problems"])


def changed(old: str, new: str, *, nth: int = 0) -> tuple[str, int]:
    """The province's file with one place changed, and the number of the line that the change begins on."""
    at = -1
    for _ in range(nth + 1):
        at = PROVINCE.index(old, at + 1)
    return PROVINCE[:at] + new + PROVINCE[at + len(old) :], PROVINCE[:at].count("\n") + 1


def only_problem(old: str, new: str, *, nth: int = 0) -> tuple[Problem, int]:
    text, line = changed(old, new, nth=nth)
    (problem,) = problems_of(text)
    return problem, line


def test_files_of_four_kinds_of_rules_are_shipped() -> None:
    assert [path.name for path in SHIPPED] == [
        "bac-ninh-khen-thuong-nam-2026.yaml",
        "danh-hieu-thi-dua-nam-2026.yaml",
        "giay-khen-hang-nam.yaml",
        "vinh-long-chuyen-doi-so-2023-2025.yaml",
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_each_shipped_file_loads_and_survives_json(path: Path) -> None:
    spec = load(path.read_text(), path.name)
    assert CampaignSpec.model_validate_json(spec.model_dump_json()) == spec
    assert restore(spec.model_dump(mode="json")) == spec


def test_digest_names_the_content_and_not_the_look_of_the_file() -> None:
    spec = load(PROVINCE, "a")
    assert len(digest(spec)) == 64
    assert digest(load("# a comment more\n" + PROVINCE, "b")) == digest(spec)
    other, _ = changed("limit: 10,", "limit: 11,")
    assert digest(load(other, "c")) != digest(spec)


def test_canonical_json_is_one_line_with_sorted_keys() -> None:
    text = canonical_json(load(PROVINCE, "a"))
    assert text.startswith('{"bodies":{"appraiser":')
    assert "\n" not in text


def test_an_unknown_key_is_named_at_its_place_with_the_key_that_was_meant() -> None:
    problem, line = only_problem("issuing_unit: ubnd-tinh", "isuing_unit: ubnd-tinh\nissuing_unit: ubnd-tinh")
    assert (problem.code, problem.line, problem.column) == ("key_unknown", line, 1)
    assert problem.params["key"] == "isuing_unit"
    assert problem.params["guess"] == "issuing_unit"


def test_an_unknown_key_inside_a_criterion_is_compared_with_the_keys_of_its_kind() -> None:
    text, line = changed("years_at_least: 2", "years_at_lest: 2")
    (problem,) = problems_of(text)
    assert (problem.code, problem.line, problem.column) == ("key_unknown", line, 9)
    assert problem.params["guess"] == "years_at_least"


def test_a_key_that_stands_twice_is_refused_and_points_to_the_first() -> None:
    problem, line = only_problem("issuing_unit: ubnd-tinh", "issuing_unit: ubnd-tinh\nissuing_unit: so-tttt")
    assert (problem.code, problem.line, problem.column) == ("key_repeated", line + 1, 1)
    assert problem.params["first"] == line


def test_a_missing_key_is_told_at_what_should_hold_it() -> None:
    problem, line = only_problem("  ends_on: 2025-12-31\n", "")
    assert (problem.code, problem.path) == ("key_missing", ("period", "ends_on"))
    assert problem.line == line - 1


@pytest.mark.parametrize("day", ["2025-13-31", "31/12/2025", "sometime", "2025-12-31 10:00:00", "20251231"])
def test_a_bad_day_is_refused(day: str) -> None:
    problem, line = only_problem("ends_on: 2025-12-31", f"ends_on: {day}")
    assert (problem.code, problem.line, problem.column) == ("day_invalid", line, 12)
    assert problem.params["value"] == day


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("limit: 10,", 'limit: "10",', "type_wrong"),
        ("limit: 10,", "limit: 10.5,", "type_wrong"),
        ("limit: 10,", "limit: -1,", "number_too_small"),
        ("late: flag", "late: maybe", "word_unknown"),
        ("kind: index_score", "kind: index_scores", "word_unknown"),
        ("position: registrar", "position: janitor", "word_unknown"),
        ("form: bang_khen", "form: [bang_khen]", "word_unknown"),
        ("min_percent: 90", "min_percent: 101", "number_too_large"),
        ("code: bang-khen-tong-ket", "code: Bằng khen", "code_malformed"),
        ("years: [2023, 2024, 2025]", "years: []", "list_empty"),
        ("title: Sở Nội vụ\n", 'title: ""\n', "text_empty"),
        ("preamble: true", "preamble: yes", "type_wrong"),
    ],
)
def test_a_wrong_value_is_refused_on_its_line(old: str, new: str, code: str) -> None:
    text, line = changed(old, new)
    assert (code, line) in [(p.code, p.line) for p in problems_of(text)]


def test_a_word_with_a_typo_is_answered_with_the_word_that_was_meant() -> None:
    problem, _ = only_problem("late: flag", "late: flagg")
    assert problem.params["guess"] == "flag"


@pytest.mark.parametrize(
    ("old", "new", "code", "shift"),
    [
        ("unit: appraiser,", "unit: apraiser,", "word_unknown", 0),
        ("basis: ke-hoach, place: Mục III.5", "basis: ke-hoch, place: Mục III.5", "basis_unknown", 0),
        ("unit_kinds: [provincial_department,", "unit_kinds: [steering_committee,", "participant_unknown", 0),
        ("years: [2023, 2024, 2025]", "years: [2023, 2024, 2026]", "year_outside_period", 0),
        ("years: [2023, 2024, 2025]", "years: [2023, 2024, 2024]", "code_repeated", 0),
        ("before: 2026-01-20", "before: 2026-01-09", "deadlines_reversed", 0),
        ("years_at_least: 2", "years_at_least: 4", "too_many_years", 0),
        ("  - code: giay-khen-tong-ket", "  - code: giay-khen-hang-nam", "code_repeated", 0),
        ("      - id: ca-nhan-chi-so", "      - id: ca-nhan-ke-hoach", "code_repeated", 0),
        ("        number_and_date: true\n", "", "number_step_without_flag", -4),
        ("document_kind: minutes", "document_kind: other", "council_without_minutes", None),
        (NO_COUNCIL, NO_COUNCIL[:-1] + VOTE, "vote_without_council", 0),
        ("effective_to: 2025-06-30", "effective_to: 2023-06-30", "days_reversed", 0),
    ],
)  # fmt: skip
def test_an_inconsistent_file_is_refused_on_the_line_of_the_fault(
    old: str, new: str, code: str, shift: int | None
) -> None:
    text, line = changed(old, new)
    found = [(p.code, p.line) for p in problems_of(text)]
    if shift is None:
        assert code in [c for c, _ in found]
    else:
        assert (code, line + shift) in found


OWN_FILE = (CAMPAIGNS / "giay-khen-hang-nam.yaml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "code", "value"),
    [
        ("campaign: vinh-long-chuyen-doi-so-2023-2025", "campaign: giay-khen-chuyen-doi-so-so-gddt-2025",
         "parent_is_itself", "giay-khen-chuyen-doi-so-so-gddt-2025"),
        ("      council: {required: false}", "      council: {required: true}",
         "simplified_with_council", "giay-khen-giam-doc-so"),
        ("kind: to_head", "kind: to_coordinator", "deadline_not_on_path", "to_coordinator"),
        ("path: own_head", "path: through_coordinator", "path_without_body", "coordinator"),
        ("      - kind: individual\n", "      - kind: collective\n", "code_repeated", "collective"),
        ("      - kind: individual\n", "      - kind: collective\n", "nominee_kind_not_in_scheme", "individual"),
        ("        optional: true\n", "        nominee_kinds: [individual, other]\n",
         "nominee_kind_not_in_scheme", "other"),
    ],
)  # fmt: skip
def test_the_units_own_file_is_held_to_the_same_rules(old: str, new: str, code: str, value: str) -> None:
    assert (code, value) in [(p.code, p.params.get("value")) for p in problems_of(OWN_FILE.replace(old, new, 1))]


def test_data_that_is_not_consistent_cannot_become_a_campaign_by_another_door() -> None:
    data = load(PROVINCE, "a").model_dump(mode="json")
    data["years"] = [2023, 2030]
    with pytest.raises(ValidationError, match="year_outside_period"):
        restore(data)


def test_a_route_may_not_seal_before_it_is_signed() -> None:
    old = "          - {title: Đóng dấu cơ quan, steps: [{action: seal, position: registrar}]}\n"
    text, line = changed(old, old + "          - {title: X, steps: [{action: initials, position: specialist}]}\n")
    assert ("route_out_of_order", line + 1) in [(p.code, p.line) for p in problems_of(text)]


def test_a_body_that_the_file_does_not_name_cannot_be_on_a_route() -> None:
    text = (CAMPAIGNS / "giay-khen-hang-nam.yaml").read_text()
    broken = text.replace(
        "{action: initials, position: specialist}", "{action: initials, position: specialist, unit: coordinator}", 1
    )
    (problem,) = problems_of(broken)
    assert problem.code == "body_unknown"
    assert problem.params["known"] == ["own"]
    assert broken.splitlines()[problem.line - 1][problem.column - 1 :].startswith("coordinator")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = (
        PROVINCE.replace("issuing_unit: ubnd-tinh", "issuing_unitt: ubnd-tinh")
        .replace("ends_on: 2025-12-31", "ends_on: 2025-31-12")
        .replace("effective_to: 2025-06-30", "effective_to: 2023-06-30")
        .replace("limit: 15", "limit: many")
        .replace("basis: ke-hoach, place: Mục III.5", "basis: nowhere, place: Mục III.5")
        .replace("emulation_blocks:", "funds: {}\nemulation_blocks:")
    )
    found = problems_of(text)
    assert [p.code for p in found] == [
        "key_missing",
        "key_unknown",
        "day_invalid",
        "days_reversed",
        "type_wrong",
        "basis_unknown",
        "key_repeated",
    ]
    assert [p.line for p in found] == sorted(p.line for p in found)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "file_empty", 1, 1),
        ("# only a comment\n", "file_empty", 1, 1),
        ("code: [", "yaml_unreadable", 1, 8),
        ("code: a\ntitle: b: c\n", "yaml_unreadable", 2, 9),
        ("code: a\n\ttitle: b\n", "yaml_unreadable", 2, 1),
        ("code: a\ntitle: \x07\n", "character_refused", 2, 8),
        ("code: &x a\ntitle: *x\n", "alias_refused", 1, 7),
        ("code: !!python/object:os.system a\n", "tag_refused", 1, 7),
        ("code: a\n---\ncode: b\n", "yaml_unreadable", 2, 1),
        ("? [a]\n: b\n", "key_not_text", 1, 3),
        ("a: " + "[" * 30 + "]" * 30, "nested_too_deep", 1, 27),
        ("just words", "type_wrong", 1, 1),
        ("- a\n- b\n", "type_wrong", 1, 1),
    ],
)
def test_what_is_no_campaign_file_at_all_is_refused_where_it_fails(
    text: str, code: str, line: int, column: int
) -> None:
    assert (code, line, column) in [(p.code, p.line, p.column) for p in problems_of(text)]


def test_a_billion_laughs_are_refused_before_they_are_built() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert {p.code for p in problems_of(bomb)} == {"alias_refused"}


def test_a_file_over_one_mebibyte_is_refused_unread() -> None:
    with pytest.raises(TooLarge) as refusal:
        load("#" * (MAX_BYTES + 1), "big.yaml")
    assert refusal.value.code == "campaign_file_too_large"
    assert refusal.value.params["limit"] == MAX_BYTES


def test_text_typed_in_decomposed_form_is_kept_in_nfc() -> None:
    text, _ = changed("title: Sở Nội vụ\n", "title: Sở Nội vụ\n")
    spec = load(text, "a")
    assert spec.bodies.appraiser is not None
    assert spec.bodies.appraiser.title == "Sở Nội vụ"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_no_text_whatever_escapes_as_another_error(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        load(text, "any")
    assert refusal.value.params["problems"]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(PROVINCE.splitlines()) - 1))
def test_a_file_with_a_line_left_out_loads_or_says_what_is_wrong(left_out: int) -> None:
    lines = PROVINCE.splitlines()
    text = "\n".join(lines[:left_out] + lines[left_out + 1 :])
    try:
        load(text, "any")
    except Invalid as refusal:
        found = refusal.params["problems"]
    else:
        found = []
    assert all(1 <= p.line <= len(lines) and p.code in SENTENCES for p in found)


# --- the stages of a route

OWN = (CAMPAIGNS / "giay-khen-hang-nam.yaml").read_text()
STAGE = "          - title: Thủ trưởng xác nhận\n"


def with_stage(more: str) -> tuple[str, int]:
    """The unit's own file with more said of one stage that has a single step, and the line on which that begins."""
    at = OWN.index(STAGE) + len(STAGE)
    return OWN[:at] + "".join(f"            {line}\n" for line in more.split("; ")) + OWN[at:], OWN[:at].count("\n") + 1


@pytest.mark.parametrize(
    ("more", "code", "key"),
    [
        ("mode: quorum", "quorum_without_number", "mode"),
        ("needed: 1", "number_without_quorum", "needed"),
        ("mode: quorum; needed: 2", "quorum_too_large", "needed"),
        ("due_days: 2; due_on: 2025-12-01", "due_twice", "due_days"),
        ("on_refuse: previous", "no_stage_before", "on_refuse"),
        ("on_refuse: ky-nhay", "stage_not_before", "on_refuse"),
        ("code: clerk", "stage_code_reserved", "code"),
        ("skip_by: [head]", "skip_without_leave", "skip_by"),
        ("skippable: true", "all_skippable", "skippable"),
        ("due_days: 0", "number_too_small", "due_days"),
        ("mode: most", "word_unknown", "mode"),
        ("neded: 2", "key_unknown", "neded"),
        ("skippable: perhaps", "type_wrong", "skippable"),
    ],
)
def test_a_stage_that_contradicts_itself_is_told_at_its_key(more: str, code: str, key: str) -> None:
    text, line = with_stage(more)
    (problem,) = problems_of(text)
    at = [each.partition(":")[0] for each in more.split("; ")].index(key)
    assert (problem.code, problem.path[-1], problem.line) == (code, key, line + at)


def test_number_and_seal_are_never_skipped() -> None:
    text, _ = changed(
        "{title: Cấp số và ngày, steps: [{action: number",
        "{title: Cấp số và ngày, skippable: true, steps: [{action: number",
    )
    (problem,) = problems_of(text)
    assert (problem.code, problem.params["value"]) == ("never_skipped", "number")


def test_days_of_stages_go_forward() -> None:
    old = "- {title: Ký nháy, steps: [{action: initials, position: specialist}]}"
    at = PROVINCE.index(old)
    text = PROVINCE[:at] + old.replace("Ký nháy,", "Ký nháy, due_on: 2025-12-20,") + PROVINCE[at + len(old) :]
    text = text.replace("- {title: Cấp số và ngày, steps", "- {title: Cấp số và ngày, due_on: 2025-12-10, steps", 1)
    (problem,) = problems_of(text)
    assert (problem.code, problem.params["after"]) == ("days_reversed", "2025-12-20")


def test_the_shipped_file_of_a_unit_shows_what_a_stage_can_say() -> None:
    route = load(OWN, "own").schemes[0].requirements[0].route
    assert (route[0].skippers, route[0].due_days, route[1].on_refuse) == (("head",), 2, route[0].code)
