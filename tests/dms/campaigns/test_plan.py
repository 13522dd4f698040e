"""The Vĩnh Long plan as data: each row of the plan's rules that data can hold, read back from the shipped file."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dms.campaigns.loader import load
from dms.campaigns.parts import Stage
from dms.campaigns.spec import CampaignSpec, Criterion, IndexScore, PlanCompleted, Scheme, TaskLevelReached
from dms.campaigns.vocabulary import (
    Capacity,
    CriterionKind,
    DecisionPath,
    DocumentKind,
    Form,
    Late,
    Mention,
    NomineeKind,
    Occurrence,
    Scope,
    Side,
    StageMode,
    StepAction,
    TaskLevel,
    UnitKind,
)
from dms.policy import PositionKind

CAMPAIGNS = Path(__file__).resolve().parents[3] / "campaigns"
GIAY_KHEN = ("giay-khen-hang-nam", "giay-khen-tong-ket")
BANG_KHEN = "bang-khen-tong-ket"


def read(name: str) -> CampaignSpec:
    return load((CAMPAIGNS / name).read_text(), name)


PLAN = read("vinh-long-chuyen-doi-so-2023-2025.yaml")
OWN = read("giay-khen-hang-nam.yaml")


def scheme(code: str) -> Scheme:
    found = PLAN.scheme(code)
    assert found is not None
    return found


def criteria(code: str, kind: NomineeKind) -> dict[str, Criterion]:
    return {c.id: c for c in scheme(code).criteria if c.nominee_kind is kind}


def acts(route: tuple[Stage, ...]) -> list[tuple[StepAction, PositionKind, Side]]:
    return [(step.action, step.position, step.unit) for stage in route for step in stage.steps]


@pytest.mark.rule("P01")
def test_title_period_years_and_authority_are_the_plans() -> None:
    assert PLAN.title.endswith("giai đoạn 2023 - 2025")
    assert PLAN.period.ends_on == date(2025, 12, 31)
    assert PLAN.years == (2023, 2024, 2025)
    assert PLAN.issuing_authority == "Ủy ban nhân dân tỉnh Vĩnh Long"


@pytest.mark.rule("P01")
def test_four_decisions_stand_at_the_head_with_their_days() -> None:
    assert [(b.number, b.issued_on) for b in PLAN.legal_bases if b.preamble] == [
        ("03/2021/QĐ-UBND", date(2021, 3, 2)),
        ("27/2022/QĐ-UBND", date(2022, 9, 27)),
        ("742/QĐ-UBND", date(2023, 4, 6)),
        ("2554/QĐ-UBND", date(2022, 12, 6)),
    ]


@pytest.mark.rule("P02")
def test_all_kinds_of_unit_of_the_plan_may_take_part_with_those_under_them() -> None:
    assert {kind for p in PLAN.participants for kind in p.kinds} == {
        UnitKind.PROVINCIAL_DEPARTMENT,
        UnitKind.PUBLIC_SERVICE_UNIT,
        UnitKind.DISTRICT,
        UnitKind.COMMUNE,
        UnitKind.PARTY_BODY,
        UnitKind.MASS_ORGANISATION,
        UnitKind.ASSOCIATION,
        UnitKind.SCHOOL,
        UnitKind.ENTERPRISE,
    }
    assert all(p.with_subordinates for p in PLAN.participants)


@pytest.mark.rule("P03")
def test_the_report_has_the_sections_of_the_plan() -> None:
    assert [content.code for content in PLAN.contents] == ["a", "b", "c", "d", "đ", "e"]
    assert len(PLAN.contents[2].points) == 4
    report = scheme(BANG_KHEN).requirement("bao-cao-thanh-tich")
    assert report is not None
    assert report.by_contents


@pytest.mark.rule("P04")
@pytest.mark.parametrize("code", [*GIAY_KHEN, BANG_KHEN])
def test_collectives_and_individuals_may_be_awarded(code: str) -> None:
    assert [clause.kind for clause in scheme(code).nominees] == [NomineeKind.COLLECTIVE, NomineeKind.INDIVIDUAL]


@pytest.mark.rule("P05")
def test_every_year_the_head_of_the_unit_confers_giay_khen() -> None:
    yearly = scheme("giay-khen-hang-nam")
    assert (yearly.form, yearly.occurrence) == (Form.GIAY_KHEN, Occurrence.YEARLY)
    assert (yearly.decision.authority.position, yearly.decision.authority.unit) == (PositionKind.HEAD, Side.OWN)


@pytest.mark.rule("P06")
def test_at_the_end_the_chair_confers_bang_khen_and_the_head_giay_khen() -> None:
    at_end = {s.form: s for s in PLAN.schemes if s.occurrence is Occurrence.END_OF_PERIOD}
    assert at_end[Form.BANG_KHEN].decision.authority.unit is Side.CHAIR
    assert at_end[Form.GIAY_KHEN].decision.authority.unit is Side.OWN


@pytest.mark.parametrize("code", GIAY_KHEN)
@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        pytest.param(NomineeKind.COLLECTIVE, "tap-the", marks=pytest.mark.rule("P07")),
        pytest.param(NomineeKind.INDIVIDUAL, "ca-nhan", marks=pytest.mark.rule("P09")),
    ],
)
def test_giay_khen_asks_good_work_the_whole_plan_and_ninety_percent_of_the_year(
    code: str, kind: NomineeKind, prefix: str
) -> None:
    found = criteria(code, kind)
    tasks, plan, index = (found[f"{prefix}-{name}"] for name in ("nhiem-vu", "ke-hoach", "chi-so"))
    assert isinstance(tasks, TaskLevelReached)
    assert tasks.level is TaskLevel.GOOD
    assert isinstance(plan, PlanCompleted)
    assert plan.percent == Decimal(100)
    assert isinstance(index, IndexScore)
    assert (index.min_percent, index.years_at_least) == (Decimal(90), 1)
    assert found[f"{prefix}-tieu-chuan-khac"].kind is CriterionKind.HEAD_DEFINED


@pytest.mark.rule("P08")
def test_a_department_outside_any_heads_power_is_awarded_by_the_steering_committees_head() -> None:
    yearly = scheme("giay-khen-hang-nam")
    department = yearly.authority(NomineeKind.COLLECTIVE, UnitKind.PROVINCIAL_DEPARTMENT)
    assert (department.unit, department.rule) == (Side.STEERING_COMMITTEE, "P08")
    assert yearly.authority(NomineeKind.COLLECTIVE).unit is Side.OWN
    assert yearly.authority(NomineeKind.INDIVIDUAL, UnitKind.PROVINCIAL_DEPARTMENT).unit is Side.OWN


@pytest.mark.rule("P10")
def test_bang_khen_for_a_collective_asks_two_years_and_all_the_plans_points() -> None:
    found = criteria(BANG_KHEN, NomineeKind.COLLECTIVE)
    assert {c.rule for c in found.values()} == {"P10"}
    assert len(found) == 8
    index, tasks = found["tap-the-chi-so"], found["tap-the-nhiem-vu"]
    assert isinstance(index, IndexScore)
    assert (index.min_percent, index.years_at_least, index.approved) == (Decimal(90), 2, True)
    assert isinstance(tasks, TaskLevelReached)
    assert tasks.level is TaskLevel.EXCELLENT
    assert {"tap-the-van-ban", "tap-the-bao-cao", "tap-the-phat-dong", "tap-the-cuoc-thi"} <= set(found)


@pytest.mark.rule("P11")
def test_bang_khen_for_an_individual_asks_two_years_of_the_field_in_charge() -> None:
    found = criteria(BANG_KHEN, NomineeKind.INDIVIDUAL)
    assert {c.rule for c in found.values()} == {"P11"}
    index = found["ca-nhan-chi-so"]
    assert isinstance(index, IndexScore)
    assert (index.of, index.years_at_least, index.approved) == ("field", 2, True)


@pytest.mark.rule("P12")
def test_a_dossier_goes_through_coordinator_and_appraiser_to_the_chair() -> None:
    assert scheme(BANG_KHEN).procedure.path is DecisionPath.THROUGH_COORDINATOR
    assert [(h.sent_by, h.sent_to) for h in scheme(BANG_KHEN).hand_overs] == [
        (Side.COORDINATOR, Side.APPRAISER),
        (Side.APPRAISER, Side.CHAIR),
    ]


@pytest.mark.rule("P13")
def test_ten_collectives_and_fifteen_individuals_get_bang_khen_and_giay_khen_is_open() -> None:
    assert scheme(BANG_KHEN).quota(NomineeKind.COLLECTIVE) == 10
    assert scheme(BANG_KHEN).quota(NomineeKind.INDIVIDUAL) == 15
    assert [scheme(code).quota(kind) for code in GIAY_KHEN for kind in NomineeKind] == [None] * 6


@pytest.mark.rule("P14")
@pytest.mark.parametrize("code", GIAY_KHEN)
def test_giay_khen_goes_the_heads_own_way_without_a_hop_to_the_province(code: str) -> None:
    assert scheme(code).procedure.path is DecisionPath.OWN_HEAD
    assert not scheme(code).procedure.council.required
    assert {side for _, _, side in acts(scheme(code).decision.route)} == {Side.OWN}


@pytest.mark.rule("P15")
def test_for_bang_khen_the_council_meets_once_the_period_is_over() -> None:
    council = scheme(BANG_KHEN).procedure.council
    assert (council.required, council.after_period, council.vote) == (True, True, None)


@pytest.mark.rule("P16")
@pytest.mark.parametrize("code", GIAY_KHEN)
def test_for_giay_khen_the_head_says_what_the_dossier_holds(code: str) -> None:
    assert scheme(code).requirements_set_by_head
    assert scheme(code).requirements == ()


@pytest.mark.rule("P17")
def test_bang_khen_asks_letter_minutes_and_a_report_of_each_nominee() -> None:
    assert [(r.document_kind, r.scope) for r in scheme(BANG_KHEN).requirements] == [
        (DocumentKind.SUBMISSION_LETTER, Scope.DOSSIER),
        (DocumentKind.MINUTES, Scope.DOSSIER),
        (DocumentKind.ACHIEVEMENT_REPORT, Scope.NOMINEE),
    ]


@pytest.mark.rule("P17")
def test_the_minutes_are_signed_by_chair_and_secretary_and_the_letter_by_the_head_with_number_and_seal() -> None:
    letter, minutes = scheme(BANG_KHEN).requirement("to-trinh"), scheme(BANG_KHEN).requirement("bien-ban")
    assert letter is not None
    assert minutes is not None
    assert [action for action, _, _ in acts(letter.route)] == [
        StepAction.INITIALS,
        StepAction.APPROVAL,
        StepAction.NUMBER,
        StepAction.SEAL,
    ]
    assert letter.number_and_date
    assert minutes.number_and_date
    assert [action for action, _, _ in acts(minutes.route)] == [
        StepAction.APPROVAL,
        StepAction.APPROVAL,
        StepAction.NUMBER,
        StepAction.SEAL,
    ]
    assert minutes.route[0].mode is StageMode.ALL_OF
    assert {position for _, position, _ in acts(minutes.route[:1])} == {
        PositionKind.COUNCIL_CHAIR,
        PositionKind.COUNCIL_SECRETARY,
    }


@pytest.mark.parametrize(
    ("rule", "before"),
    [
        pytest.param("P18", date(2026, 1, 10), marks=pytest.mark.rule("P18")),
        pytest.param("P19", date(2026, 1, 20), marks=pytest.mark.rule("P19")),
    ],
)
def test_the_two_days_of_the_plan_are_data(rule: str, before: date) -> None:
    (deadline,) = [d for d in scheme(BANG_KHEN).deadlines if d.rule == rule]
    assert (deadline.before, deadline.late) == (before, Late.FLAG)


@pytest.mark.rule("P19")
def test_the_coordinator_ranks_on_the_index() -> None:
    assert scheme(BANG_KHEN).hand_overs[0].ranked_by is CriterionKind.INDEX_SCORE


@pytest.mark.rule("P20")
def test_funds_follow_the_rules_in_force() -> None:
    assert PLAN.funds.text == "Kinh phí khen thưởng được thực hiện theo quy định hiện hành."
    assert OWN.funds.source == "Quỹ khen thưởng của Sở Giáo dục và Đào tạo"


@pytest.mark.parametrize(
    ("side", "unit"),
    [
        pytest.param(Side.COORDINATOR, "so-tttt", marks=pytest.mark.rule("P21")),
        pytest.param(Side.APPRAISER, "so-noi-vu", marks=pytest.mark.rule("P22")),
        (Side.CHAIR, "ubnd-tinh"),
        (Side.CHAIR_OFFICE, "vp-ubnd"),
    ],
)
def test_the_bodies_with_duties_are_named_by_unit_code(side: Side, unit: str) -> None:
    body = PLAN.body(side)
    assert body is not None
    assert body.unit == unit
    assert PLAN.body(Side.OWN) is None


@pytest.mark.rule("P23")
def test_a_unit_opens_its_own_campaign_under_the_provinces_with_its_own_papers_route_and_criteria() -> None:
    assert OWN.parent is not None
    assert PLAN.code == OWN.parent.campaign
    assert OWN.parent.scheme == "giay-khen-hang-nam"
    (own,) = OWN.schemes
    assert own.procedure.path is DecisionPath.OWN_HEAD
    assert own.procedure.simplified
    assert [r.code for r in own.requirements] == ["van-ban-de-nghi", "danh-sach", "bao-cao-tom-tat", "minh-chung"]
    assert own.requirements[0].route[0].mode is StageMode.ANY_OF
    assert {c.rule for c in own.criteria if c.set_by_head} == {"H04", "H05", "P09"}


@pytest.mark.rule("P24")
def test_the_recipients_and_the_emulation_blocks_are_data() -> None:
    assert len(PLAN.recipients) == 11
    assert PLAN.recipients[-1] == "Lưu: VT, 3.13.05"
    assert PLAN.emulation_blocks is not None
    assert PLAN.cite(PLAN.emulation_blocks).endswith("Quyết định số 872/QĐ-UBND")


@pytest.mark.rule("P25")
def test_a_deputy_signed_the_plan_for_the_chair_and_may_sign_letters_for_the_head() -> None:
    assert (PLAN.issue.capacity, PLAN.issue.signer) == (Capacity.KT, "Nguyễn Thị Quyên Thanh")
    letter = scheme(BANG_KHEN).requirement("to-trinh")
    assert letter is not None
    head = letter.route[1].steps[0]
    assert Capacity.KT in head.capacities
    assert Capacity.TUQ not in head.capacities
    assert Mention.NOMINEES in letter.mentions


def test_every_part_cites_a_text_that_the_file_declares() -> None:
    cited = [r for s in PLAN.schemes for r in (*s.requirements, *s.criteria, *s.deadlines)]
    assert all(", Kế hoạch phát động" in PLAN.cite(c.citation) for c in cited)
