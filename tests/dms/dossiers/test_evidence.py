"""Evidence of years: entered once with its paper, judged as the plan says (P07, P09-P11)."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from dms.campaigns.vocabulary import NomineeKind, TaskLevel
from dms.dossiers import evidence, service
from dms.dossiers.evidence import Evidence, PlanEntry, TaskEntry, YearEntry
from dms.dossiers.models import Dossier, Nominee
from dms.errors import DomainError
from dms.policy import Actor
from tests import factories as make

NOW = make.NOW
YEARS = (2023, 2024, 2025)
PAPER = {"paper_number": "15/KH-SGDĐT", "paper_issued_on": date(2023, 2, 1)}


@pytest.fixture
def put_forward(session: Session) -> tuple[Dossier, Nominee, Actor]:
    dossier = make.a_dossier(session)
    nominee = make.a_nominee(session, dossier, kind=NomineeKind.COLLECTIVE)
    return dossier, nominee, make.clerk_of(session, dossier)


def verdicts(session: Session, dossier: Dossier) -> dict[str, tuple[str, str]]:
    session.expire_all()
    found = service.judge(session, dossier, now=NOW).findings
    fields = {each.place.field: each for each in found if (each.place.field or "").startswith("criterion:")}
    return {str(field).partition(":")[2]: (each.verdict.value, each.code) for field, each in fields.items()}


def plans(*percents: str, on_schedule: bool | None = True) -> list[PlanEntry]:
    return [
        PlanEntry(year, Decimal(percent), on_schedule, "Báo cáo 12/BC-SGDĐT")
        for year, percent in zip(YEARS, percents, strict=False)
    ]


@pytest.mark.rule("P10")
@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (plans("100", "100", "100"), ("met", "plan_completed")),
        (plans("100", "99.99", "100"), ("not_met", "plan_short")),
        (plans("100", "100", "100", on_schedule=False), ("not_met", "plan_short")),
        (plans("100", "100"), ("not_proven", "plan_not_proven")),
    ],
)
def test_a_plan_is_judged_by_its_figures(
    session: Session,
    put_forward: tuple[Dossier, Nominee, Actor],
    entries: list[PlanEntry],
    expected: tuple[str, str],
) -> None:
    dossier, nominee, clerk = put_forward
    evidence.record_evidence(session, nominee.id, Evidence(plans=entries), by=clerk, now=NOW)
    assert verdicts(session, dossier)["tap-the-ke-hoach"] == expected


@pytest.mark.rule("P10")
def test_task_levels_are_judged_by_named_papers_and_can_be_taken_back(
    session: Session, put_forward: tuple[Dossier, Nominee, Actor]
) -> None:
    dossier, nominee, clerk = put_forward
    entries = [TaskEntry(year, TaskLevel.EXCELLENT, "QĐ 20/QĐ-UBND") for year in YEARS]
    evidence.record_evidence(session, nominee.id, Evidence(tasks=entries), by=clerk, now=NOW)
    assert verdicts(session, dossier)["tap-the-nhiem-vu"] == ("met", "tasks_done")
    lower = Evidence(tasks=[TaskEntry(2024, TaskLevel.GOOD, "QĐ 20/QĐ-UBND")])
    evidence.record_evidence(session, nominee.id, lower, by=clerk, now=NOW)
    assert verdicts(session, dossier)["tap-the-nhiem-vu"] == ("not_met", "tasks_below")
    evidence.record_evidence(session, nominee.id, Evidence(tasks=[TaskEntry(2024, None)]), by=clerk, now=NOW)
    assert verdicts(session, dossier)["tap-the-nhiem-vu"] == ("not_proven", "tasks_not_proven")


@pytest.mark.rule("P10")
@pytest.mark.parametrize("criterion", ["tap-the-van-ban", "tap-the-bao-cao", "tap-the-phat-dong", "tap-the-cuoc-thi"])
def test_what_is_asked_each_year_is_proven_by_a_paper_of_each(
    session: Session, put_forward: tuple[Dossier, Nominee, Actor], criterion: str
) -> None:
    dossier, nominee, clerk = put_forward
    stages = [
        ([YearEntry(criterion, 2023, reached=True, **PAPER)], ("not_proven", "year_statement_missing")),
        ([YearEntry(criterion, year, reached=True) for year in YEARS[1:]], ("not_proven", "year_without_paper")),
        ([YearEntry(criterion, year, reached=True, **PAPER) for year in YEARS], ("met", "year_papers_named")),
        ([YearEntry(criterion, 2025, reached=False)], ("not_met", "year_denied")),
    ]
    for entries, expected in stages:
        evidence.record_evidence(session, nominee.id, Evidence(statements=entries), by=clerk, now=NOW)
        assert verdicts(session, dossier)[criterion] == expected


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Evidence(plans=[PlanEntry(2022, Decimal(100))]), "score_year_unknown"),
        (Evidence(plans=[PlanEntry(2024, Decimal("100.01"))]), "plan_out_of_range"),
        (Evidence(tasks=[TaskEntry(2024, TaskLevel.GOOD, " ")]), "source_missing"),
        (Evidence(statements=[YearEntry("ca-nhan-guong-mau", 2024, reached=True)]), "criterion_unknown"),
        (
            Evidence(statements=[YearEntry("tap-the-bao-cao", 2024, reached=True, paper_number="1/BC")]),
            "year_paper_half",
        ),
    ],
)
def test_evidence_that_cannot_be_is_refused(
    session: Session, put_forward: tuple[Dossier, Nominee, Actor], told: Evidence, code: str
) -> None:
    _dossier, nominee, clerk = put_forward
    with pytest.raises(DomainError, match=code):
        evidence.record_evidence(session, nominee.id, told, by=clerk, now=NOW)


# --- the head's own criteria


@pytest.mark.rule("P07")
@pytest.mark.rule("P09")
def test_the_head_sets_criteria_in_writing_or_says_that_there_are_none(session: Session) -> None:
    dossier = make.a_dossier(session, scheme=make.GIAY_KHEN)
    clerk = make.clerk_of(session, dossier)
    make.a_nominee(session, dossier, kind=NomineeKind.COLLECTIVE, by=clerk)

    def said() -> list[tuple[str, str]]:
        return [found for found in verdicts(session, dossier).values() if found[1].startswith("head_")]

    assert said() == [("not_proven", "head_criteria_open")]
    with pytest.raises(DomainError, match="head_paper_missing"):
        evidence.set_head_criteria(session, dossier.id, ["Có sáng kiến"], by=clerk, now=NOW)
    evidence.set_head_criteria(session, dossier.id, [" Có sáng kiến ", ""], by=clerk, now=NOW, **PAPER)
    found = service.judge(session, dossier, now=NOW).findings
    assert next(each for each in found if each.code == "head_criteria_open").params["texts"] == "Có sáng kiến"
    evidence.set_head_criteria(session, dossier.id, [], by=clerk, now=NOW)
    assert said() == [("met", "head_set_none")]


def test_an_award_without_room_for_them_takes_no_further_criteria(
    session: Session, put_forward: tuple[Dossier, Nominee, Actor]
) -> None:
    dossier, _nominee, clerk = put_forward
    with pytest.raises(DomainError, match="head_criteria_not_allowed"):
        evidence.set_head_criteria(session, dossier.id, [], by=clerk, now=NOW)
