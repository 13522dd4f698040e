"""Rules and facts with honest defaults: one letter, one report, one collective with all in order."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from dms.campaigns.loader import load
from dms.completeness.evaluate import evaluate
from dms.completeness.model import (
    Attestation,
    CheckKind,
    Cite,
    Clause,
    Criterion,
    Document,
    Facts,
    Finding,
    Mentioned,
    Nominee,
    NomineeKind,
    PlanResult,
    Requirement,
    Rules,
    Score,
    Signature,
    Stage,
    Step,
    TaskLevel,
    TaskResult,
)
from dms.dossiers.rules import completeness_rules

CAMPAIGNS = Path(__file__).resolve().parents[3] / "campaigns"
CITE = Cite("P17", "Mục III.4.2b")
HEAD = Signature("approval", "head")
SEAL = Signature("seal", "registrar")
LETTER = Requirement(
    "to-trinh",
    "Tờ trình",
    CITE,
    number_and_date=True,
    mentions=("nominees", "unit"),
    stages=(
        Stage("Thủ trưởng ký", (Step("approval", "head", capacities=frozenset({"none", "kt"})),)),
        Stage("Cấp số", (Step("number", "registrar"),)),
        Stage("Đóng dấu", (Step("seal", "registrar"),)),
    ),
)
REPORT = Requirement("bao-cao", "Báo cáo thành tích", CITE, per_nominee=True)


def a_nominee(**changes: Any) -> Nominee:
    return replace(Nominee("n1", NomineeKind.COLLECTIVE, name="Phòng Hạ tầng số"), **changes)


def a_letter(**changes: Any) -> Document:
    agree = (Mentioned("nominees", found=True), Mentioned("unit", found=True))
    letter = Document(
        "to-trinh",
        signatures=(HEAD, SEAL),
        number="05/TTr-SNV",
        issued_on=date(2026, 1, 5),
        number_taken=False,
        mentions=agree,
    )
    return replace(letter, **changes)


def rules(**changes: Any) -> Rules:
    base = Rules(
        "bang-khen",
        CITE,
        years=(2023, 2024, 2025),
        yearly=False,
        clauses=(Clause(NomineeKind.COLLECTIVE, Cite("P13", "Mục III.3"), limit=10),),
        requirements=(LETTER, REPORT),
    )
    return replace(base, **changes)


def facts(**changes: Any) -> Facts:
    base = Facts(
        "d1",
        day=date(2026, 1, 6),
        nominees=(a_nominee(),),
        documents=(a_letter(), Document("bao-cao", "n1")),
    )
    return replace(base, **changes)


def found(kind: CheckKind, given_rules: Rules, given_facts: Facts) -> list[Finding]:
    return [finding for finding in evaluate(given_rules, given_facts) if finding.check is kind]


def only(kind: CheckKind, given_rules: Rules, given_facts: Facts) -> Finding:
    (finding,) = found(kind, given_rules, given_facts)
    return finding


def a_criterion(kind: CheckKind, **changes: Any) -> Criterion:
    base = Criterion("c1", kind, NomineeKind.COLLECTIVE, "Lời của kế hoạch", Cite("P10", "Mục III.2.2a"))
    return replace(base, **changes)


def judged(criterion: Criterion, nominee: Nominee, *, yearly: bool = False, **changes: Any) -> Finding:
    """The one finding of a criterion about a nominee."""
    given = facts(nominees=(nominee,), **changes)
    return only(criterion.kind, rules(criteria=(criterion,), yearly=yearly), given)


def plan_rules(scheme: str = "bang-khen-tong-ket") -> Rules:
    name = "vinh-long-chuyen-doi-so-2023-2025.yaml"
    return completeness_rules(load((CAMPAIGNS / name).read_text(), name), scheme)


YEARS = (2023, 2024, 2025)


def an_excellent_nominee(rule_set: Rules, kind: NomineeKind, order: int) -> Nominee:
    """A nominee with evidence for every criterion of the rules, confirmed by the appraiser where people decide."""
    return Nominee(
        f"n{order}",
        kind,
        name=f"Tên {order}",
        order=order,
        scores=tuple(Score(year, Decimal(95), "QĐ 1/QĐ-UBND") for year in YEARS),
        plan_results=tuple(PlanResult(year, Decimal(100)) for year in YEARS),
        task_results=tuple(TaskResult(year, TaskLevel.EXCELLENT) for year in YEARS),
        attestations=tuple(
            Attestation(c.id, by_unit=True, by_appraiser=True) for c in rule_set.criteria if c.nominee_kind is kind
        ),
    )


def fulfilled(requirement: Requirement, nominee: str | None) -> Document:
    """A document that keeps every check of its requirement."""
    steps = [step for stage in requirement.stages for step in stage.steps]
    return Document(
        requirement.code,
        nominee,
        id=f"{requirement.code}/{nominee}",
        signatures=tuple(Signature(step.action, step.position, step.side) for step in steps),
        number="05/TTr-SNV" if requirement.number_and_date else None,
        issued_on=date(2026, 1, 5) if requirement.number_and_date else None,
        number_taken=False if requirement.number_and_date else None,
        mentions=tuple(Mentioned(what, found=True) for what in requirement.mentions),
    )


def a_complete_dossier(rule_set: Rules, *, collectives: int = 1, individuals: int = 1) -> Facts:
    kinds = [NomineeKind.COLLECTIVE] * collectives + [NomineeKind.INDIVIDUAL] * individuals
    nominees = tuple(an_excellent_nominee(rule_set, kind, order) for order, kind in enumerate(kinds))
    documents = [
        fulfilled(requirement, nominee.id if nominee else None)
        for requirement in rule_set.requirements
        for nominee in (nominees if requirement.per_nominee else (None,))
    ]
    return Facts(
        "d1",
        day=date(2026, 1, 9),
        nominees=nominees,
        documents=tuple(documents),
        council_members=9,
        council_met_on=date(2026, 1, 4),
        head_criteria=(),
    )
