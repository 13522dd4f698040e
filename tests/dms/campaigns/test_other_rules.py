"""Rules of other provinces and of the nation as data: what the two further files say, read back from them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dms.campaigns.loader import load
from dms.campaigns.spec import CampaignSpec, Scheme
from dms.campaigns.vocabulary import DocumentKind, Form, NomineeKind, ScreeningKind
from dms.errors import Invalid

CAMPAIGNS = Path(__file__).resolve().parents[3] / "campaigns"


def read(name: str) -> CampaignSpec:
    return load((CAMPAIGNS / name).read_text(), name)


BAC_NINH = read("bac-ninh-khen-thuong-nam-2026.yaml")
NATIONAL = read("danh-hieu-thi-dua-nam-2026.yaml")


def scheme(spec: CampaignSpec, code: str) -> Scheme:
    found = spec.scheme(code)
    assert found is not None
    return found


def test_bac_ninh_awards_households_beside_collectives_and_individuals() -> None:
    certificate = scheme(BAC_NINH, "bang-khen-tong-ket-nam")
    assert [clause.kind for clause in certificate.nominees] == list(NomineeKind)
    asked = [each for each in certificate.criteria if each.nominee_kind is NomineeKind.HOUSEHOLD]
    assert {BAC_NINH.cite(each.citation) for each in asked} == {
        "Điều 3 khoản 3 điểm d, Quy định ban hành kèm theo Quyết định số 86/2025/QĐ-UBND"
    }


def test_bac_ninh_takes_dossiers_before_10_12_and_those_of_schools_before_10_07() -> None:
    days = {each.code: [d.before for d in each.deadlines] for each in BAC_NINH.schemes if each.deadlines}
    assert days["bang-khen-tong-ket-nam"] == [date(2026, 12, 10)]
    assert days["bang-khen-nam-hoc"] == [date(2026, 7, 10)]


def test_bac_ninhs_council_of_the_province_meets_with_80_percent_of_all_members_for_the_flag_only() -> None:
    upper = {each.code: each.procedure.provincial_council for each in BAC_NINH.schemes}
    flag = upper.pop("co-thi-dua-ubnd-tinh")
    assert flag is not None
    assert flag.quorum is not None
    assert (flag.quorum.percent, flag.quorum.citation.place) == (80, "Điều 8 khoản 4 điểm b")
    assert set(upper.values()) == {None}  # Điều 5.2.b: the standing council alone considers the rest


def test_bac_ninh_proves_how_tasks_were_done_by_a_paper_that_households_need_not_have() -> None:
    certificate = scheme(BAC_NINH, "bang-khen-tong-ket-nam")
    proof = [each for each in certificate.requirements if each.document_kind is DocumentKind.EVIDENCE]
    assert {each.citation.place for each in proof} == {"Điều 7 khoản 1", "Điều 7 khoản 2"}
    assert not any(each.is_asked_of(NomineeKind.HOUSEHOLD) for each in proof)
    report = certificate.requirement("bao-cao-thanh-tich")
    assert report is not None
    assert all(report.is_asked_of(kind) for kind in NomineeKind)


def test_the_nation_asks_90_or_80_percent_of_all_members_or_sets_no_share() -> None:
    shares = {each.form: each.procedure.council.vote for each in NATIONAL.schemes}
    assert {form: vote.percent for form, vote in shares.items() if vote} == {
        Form.CHIEN_SI_THI_DUA_TINH: 90,
        Form.CO_THI_DUA_TINH: 80,
        Form.CHIEN_SI_THI_DUA_CO_SO: 80,
    }
    assert {form for form, vote in shares.items() if vote is None} == {
        Form.TAP_THE_LAO_DONG_XUAT_SAC,
        Form.LAO_DONG_TIEN_TIEN,
    }


def test_the_desk_has_5_20_and_10_working_days() -> None:
    terms = scheme(NATIONAL, "chien-si-thi-dua-tinh").procedure.terms
    assert terms is not None
    assert (terms.return_within, terms.appraise_within, terms.copies_within) == (5, 20, 10)


def test_the_screening_principles_of_the_decree_are_data() -> None:
    assert {each.kind for each in NATIONAL.screening} == set(ScreeningKind) - {
        ScreeningKind.OTHER,
        ScreeningKind.DIRECT_WORKERS,  # these two are for a province's own rules
        ScreeningKind.SINCE_LAST_AWARD,
    }


@pytest.mark.rule("P20")
@pytest.mark.parametrize(
    ("code", "kind", "amount"),
    [
        ("chien-si-thi-dua-tinh", NomineeKind.INDIVIDUAL, 7_020_000),
        ("chien-si-thi-dua-co-so", NomineeKind.INDIVIDUAL, 2_340_000),
        ("lao-dong-tien-tien", NomineeKind.INDIVIDUAL, 702_000),
        ("tap-the-lao-dong-xuat-sac", NomineeKind.COLLECTIVE, 3_510_000),
        ("co-thi-dua-tinh", NomineeKind.COLLECTIVE, 18_720_000),
    ],
)
def test_a_bonus_is_a_multiple_of_the_base_salary_of_the_day(code: str, kind: NomineeKind, amount: int) -> None:
    assert NATIONAL.bonus(scheme(NATIONAL, code), kind, date(2026, 12, 20)) == amount


@pytest.mark.rule("P20")
def test_a_bonus_that_no_rule_at_hand_sets_is_not_invented() -> None:
    fighter = scheme(NATIONAL, "chien-si-thi-dua-tinh")
    assert NATIONAL.bonus(fighter, NomineeKind.COLLECTIVE, date(2026, 12, 20)) is None
    assert NATIONAL.bonus(fighter, NomineeKind.INDIVIDUAL, date(2024, 6, 30)) is None
    assert scheme(BAC_NINH, "bang-khen-tong-ket-nam").rewards == ()


@pytest.mark.rule("P20")
def test_a_later_base_salary_counts_from_its_day_and_the_sum_is_rounded_up_as_the_file_says() -> None:
    text = (CAMPAIGNS / "danh-hieu-thi-dua-nam-2026.yaml").read_text()
    later = """    - amount: 2530001
      effective_from: 2026-07-01
      rule: P20
      citation: {basis: nd-73-2024, place: Mức lương cơ sở}
  round_up_to: 10000
  rule: P20
  citation: {basis: nd-152-2025, place: Điều 50}

recipients"""
    head, _, _ = text.partition("  rule: P20\n  citation: {basis: nd-152-2025, place: Điều 50}\n\nrecipients")
    spec = load(head + later + text.split("recipients")[-1], "later")
    worker = scheme(spec, "lao-dong-tien-tien")
    assert spec.bonus(worker, NomineeKind.INDIVIDUAL, date(2026, 6, 30)) == 710_000
    assert spec.bonus(worker, NomineeKind.INDIVIDUAL, date(2026, 7, 1)) == 760_000
    assert spec.funds.base_on(date(2026, 7, 1)).amount == Decimal(2_530_001)  # type: ignore[union-attr]  # it is there


@pytest.mark.parametrize(
    ("day", "amended"),
    [(date(2026, 9, 30), False), (date(2026, 10, 1), True)],
)
def test_the_law_as_amended_counts_from_its_day_on(day: date, *, amended: bool) -> None:
    codes = {basis.code for basis in NATIONAL.bases_on(day)}
    assert ("luat-06-2026" in codes) is amended
    assert "luat-06-2022" in codes
    assert "nd-98-2023" not in codes


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("before: 2026-12-10", "before: 2025-12-10", "deadline_before_period"),
        (
            "        before: 2026-07-10\n",
            (
                "        before: 2026-07-10\n        late: flag\n        rule: X1\n"
                "        citation: {basis: qd-86-2025, place: X}\n      - code: hai\n        kind: to_coordinator\n"
                "        title: Hai\n        before: 2026-08-10\n"
            ),
            "deadlines_overlap",
        ),
        (
            "        before: 2026-07-10\n",
            (
                "        before: 2026-07-10\n        late: flag\n        rule: X1\n"
                "        citation: {basis: qd-86-2025, place: X}\n      - code: hai\n        kind: to_chair\n"
                "        title: Hai\n        before: 2026-07-10\n"
            ),
            "deadlines_on_one_day",
        ),
        (
            "council: {required: true}                           # Điều 9 khoản 4: by majority, no share is set",
            "council: {required: true, after_period: true}",
            "deadline_before_council",
        ),
    ],
)
def test_deadlines_that_overlap_or_leave_no_time_are_faults(old: str, new: str, code: str) -> None:
    text = (CAMPAIGNS / "bac-ninh-khen-thuong-nam-2026.yaml").read_text()
    assert old in text
    with pytest.raises(Invalid) as refusal:
        load(text.replace(old, new, 1), "x")
    assert code in {problem.code for problem in refusal.value.params["problems"]}
