"""Checks of one paper: there, right kind, readable, safe, numbered, consistent, not sent back."""

from dataclasses import replace
from typing import Any

import pytest

from dms.completeness.model import (
    CheckKind,
    Document,
    Fixer,
    Mentioned,
    NomineeKind,
    Place,
    Severity,
    Subject,
    SubjectKind,
    Verdict,
)
from tests.dms.completeness.samples import LETTER, REPORT, a_letter, a_nominee, facts, found, only, rules

ONLY_LETTER = rules(requirements=(LETTER,))


@pytest.mark.rule("P17")
@pytest.mark.parametrize(
    ("documents", "code", "blocks"),
    [
        ((a_letter(),), "document_present", False),
        ((), "document_missing", True),
        ((a_letter(present=False),), "document_missing", True),
        ((a_letter(withdrawn=True),), "document_withdrawn", True),
        ((a_letter(withdrawn=True, id="old"), a_letter(id="new")), "document_present", False),
        ((a_letter(id="a"), a_letter(withdrawn=True, id="z")), "document_present", False),
    ],
)
def test_a_paper_is_there_or_the_clerk_must_bring_it(
    documents: tuple[Document, ...], code: str, *, blocks: bool
) -> None:
    finding = only(CheckKind.PRESENT, ONLY_LETTER, facts(documents=documents))
    assert (finding.code, finding.blocks, finding.who_can_fix) == (code, blocks, Fixer.CLERK)


@pytest.mark.rule("P16")
def test_an_optional_paper_may_be_absent_and_its_defects_only_warn() -> None:
    optional = rules(requirements=(replace(LETTER, optional=True),))
    assert only(CheckKind.PRESENT, optional, facts(documents=())).code == "document_optional"
    finding = only(CheckKind.READABLE, optional, facts(documents=(a_letter(readable=False),)))
    assert (finding.verdict, finding.severity) == (Verdict.NOT_MET, Severity.WARNING)


@pytest.mark.rule("P17")
def test_each_nominee_needs_a_report_and_the_finding_leads_to_it() -> None:
    two = (a_nominee(order=1), a_nominee(id="n2", order=0, kind=NomineeKind.INDIVIDUAL))
    first, second = found(CheckKind.PRESENT, rules(requirements=(REPORT,)), facts(nominees=two))
    assert first.subject == Subject(SubjectKind.NOMINEE, "n2")
    assert (first.code, second.code) == ("document_missing", "document_present")
    assert first.place == Place(requirement="bao-cao", nominee="n2")
    assert (first.rule_id, first.citation) == ("P17", "Mục III.4.2b")


def test_a_report_asked_of_collectives_is_not_asked_of_individuals() -> None:
    only_collectives = replace(REPORT, nominee_kinds=frozenset({NomineeKind.COLLECTIVE}))
    one = (a_nominee(kind=NomineeKind.INDIVIDUAL),)
    assert found(CheckKind.PRESENT, rules(requirements=(only_collectives,)), facts(nominees=one)) == []


@pytest.mark.parametrize(
    ("kind", "changes", "code", "verdict", "blocks"),
    [
        (CheckKind.MEDIA, {}, "media_accepted", Verdict.MET, False),
        (CheckKind.MEDIA, {"media_ok": False}, "media_refused", Verdict.NOT_MET, True),
        (CheckKind.MEDIA, {"media_ok": None}, "media_unknown", Verdict.NOT_PROVEN, True),
        (CheckKind.READABLE, {}, "document_readable", Verdict.MET, False),
        (CheckKind.READABLE, {"readable": False}, "document_unreadable", Verdict.NOT_MET, True),
        (CheckKind.READABLE, {"readable": None}, "readability_unknown", Verdict.NOT_PROVEN, False),
        (CheckKind.SAFE, {}, "document_safe", Verdict.MET, False),
        (CheckKind.SAFE, {"safe": False}, "document_unsafe", Verdict.NOT_MET, True),
        (CheckKind.SAFE, {"safe": None}, "safety_unknown", Verdict.NOT_PROVEN, True),
        (CheckKind.FINAL_FORM, {}, "form_final", Verdict.MET, False),
        (CheckKind.FINAL_FORM, {"is_pdf": False}, "form_not_final", Verdict.NOT_MET, True),
        (CheckKind.NUMBERED, {}, "number_given", Verdict.MET, False),
        (CheckKind.NUMBERED, {"number": None}, "number_missing", Verdict.NOT_MET, True),
        (CheckKind.NUMBERED, {"issued_on": None}, "number_missing", Verdict.NOT_MET, True),
        (CheckKind.NUMBER_FREE, {}, "number_free", Verdict.MET, False),
        (CheckKind.NUMBER_FREE, {"number_taken": True}, "number_taken", Verdict.NOT_MET, True),
        (CheckKind.NUMBER_FREE, {"number_taken": None}, "number_unchecked", Verdict.NOT_PROVEN, False),
        (CheckKind.NOT_RETURNED, {}, "piece_not_returned", Verdict.MET, False),
        (CheckKind.NOT_RETURNED, {"returned": True}, "piece_returned", Verdict.NOT_MET, True),
    ],
)
def test_each_check_of_a_paper_has_its_answers(
    kind: CheckKind, changes: dict[str, Any], code: str, verdict: Verdict, *, blocks: bool
) -> None:
    finding = only(kind, ONLY_LETTER, facts(documents=(a_letter(**changes),)))
    assert (finding.code, finding.verdict, finding.blocks) == (code, verdict, blocks)


@pytest.mark.parametrize(
    "kind", [k for k in CheckKind if k in {CheckKind.NUMBERED, CheckKind.NUMBER_FREE, CheckKind.FINAL_FORM}]
)
def test_a_paper_without_route_or_number_is_not_asked_for_them(kind: CheckKind) -> None:
    assert found(kind, rules(requirements=(REPORT,)), facts()) == []


def test_an_absent_paper_gets_one_finding_and_not_a_dozen() -> None:
    kinds = set(CheckKind) - {CheckKind.NOMINEES_EXIST, CheckKind.NOMINEE_ALLOWED, CheckKind.NOMINEE_ONCE}
    all_found = [f for k in kinds - {CheckKind.QUOTA} for f in found(k, ONLY_LETTER, facts(documents=()))]
    assert [f.code for f in all_found] == ["document_missing"]


@pytest.mark.parametrize(
    ("mentions", "code", "verdict", "missing"),
    [
        ((Mentioned("unit", found=True),), "unit_agree", Verdict.MET, None),
        ((Mentioned("unit", found=False, missing=("Sở A",)),), "unit_differ", Verdict.NOT_MET, "Sở A"),
        ((Mentioned("unit", found=None),), "unit_unknown", Verdict.NOT_PROVEN, None),
        ((), "unit_unknown", Verdict.NOT_PROVEN, None),
    ],
)
def test_a_text_agrees_differs_or_cannot_be_read_and_never_passes_unread(
    mentions: tuple[Mentioned, ...], code: str, verdict: Verdict, missing: str | None
) -> None:
    letter = replace(LETTER, mentions=("unit",))
    finding = only(CheckKind.CONSISTENT, rules(requirements=(letter,)), facts(documents=(a_letter(mentions=mentions),)))
    assert (finding.code, finding.verdict, finding.params.get("missing")) == (code, verdict, missing)
    assert not finding.blocks
    assert finding.place.field == "unit"
