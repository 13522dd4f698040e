"""What holds for every dossier: order is nothing, more evidence never hurts, each requirement is judged once."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.campaigns.loader import load
from dms.completeness.checks import CHECKS
from dms.completeness.evaluate import evaluate
from dms.completeness.model import (
    CheckKind,
    Document,
    Facts,
    Finding,
    Mentioned,
    NomineeKind,
    Proof,
    Rules,
    Signature,
    Verdict,
)
from dms.dossiers.rules import completeness_rules
from dms.errors import NotFound
from tests.dms.completeness.samples import CAMPAIGNS, a_complete_dossier, fulfilled, plan_rules

RULES = plan_rules()
FULL = a_complete_dossier(RULES, collectives=2, individuals=2)
MAYBE = st.sampled_from([True, False, None])


@st.composite
def documents(draw: st.DrawFn, requirement: str, nominee: str | None) -> Document:
    acts = [("initials", "specialist"), ("approval", "head"), ("approval", "council_chair"), ("seal", "registrar")]
    signatures = st.builds(
        lambda act, **rest: Signature(*act, **rest),
        st.sampled_from(acts),
        entitled=st.booleans(),
        capacity=st.sampled_from(["none", "kt", "tuq"]),
        verdict=st.sampled_from(Proof),
        checked=st.booleans(),
    )
    return Document(
        requirement,
        nominee,
        present=draw(st.booleans()),
        withdrawn=draw(st.booleans()),
        media_ok=draw(MAYBE),
        readable=draw(MAYBE),
        safe=draw(MAYBE),
        is_pdf=draw(st.booleans()),
        signatures=tuple(draw(st.lists(signatures, max_size=4))),
        number=draw(st.sampled_from([None, "05/TTr"])),
        issued_on=draw(st.sampled_from([None, date(2026, 1, 5)])),
        number_taken=draw(MAYBE),
        mentions=tuple(Mentioned(what, draw(MAYBE)) for what in ("nominees", "unit", "scheme", "years")),
        returned=draw(st.booleans()),
    )


@st.composite
def dossiers(draw: st.DrawFn) -> Facts:
    kept = [
        draw(st.sampled_from([document, None]) | documents(document.requirement, document.nominee))
        for document in FULL.documents
    ]
    people = draw(st.sets(st.sampled_from(FULL.nominees)))
    nominees = tuple(sorted(people, key=lambda n: n.id))
    return replace(FULL, documents=tuple(d for d in kept if d), nominees=nominees)


def key(finding: Finding) -> tuple[object, ...]:
    return (finding.check, finding.subject, finding.place.requirement, finding.place.nominee, finding.place.field)


def shape(finding: Finding) -> tuple[object, ...]:
    return (*key(finding), finding.code, finding.verdict, finding.severity, sorted(map(str, finding.params.items())))


def test_the_table_has_one_check_for_each_kind_in_the_order_of_the_enum() -> None:
    assert list(CHECKS) == list(CheckKind)


@pytest.mark.rule("P17")
def test_a_complete_dossier_of_the_plan_has_no_open_finding_at_all() -> None:
    assert {f.verdict for f in evaluate(RULES, FULL)} == {Verdict.MET}
    assert {f.rule_id for f in evaluate(RULES, FULL)} == {"P06", "P10", "P11", "P13", "P15", "P17", "P18"}


@pytest.mark.rule("P18")
def test_the_plans_late_dossier_is_flagged_and_can_still_be_sent() -> None:
    late = evaluate(RULES, replace(FULL, day=date(2026, 1, 10)))
    assert [(f.code, f.blocks) for f in late if f.verdict is not Verdict.MET] == [("late_flagged", False)]


@pytest.mark.rule("P15")
def test_the_plans_council_that_met_within_the_period_met_too_early() -> None:
    early = evaluate(RULES, replace(FULL, council_met_on=date(2025, 12, 31)))
    assert [f.code for f in early if f.verdict is not Verdict.MET] == ["council_too_early"]


@pytest.mark.rule("P16")
def test_the_plans_yearly_giay_khen_asks_for_no_paper_by_itself() -> None:
    yearly = plan_rules("giay-khen-hang-nam")
    kinds = {f.check for f in evaluate(yearly, replace(FULL, year=2024, documents=()))}
    assert CheckKind.PRESENT not in kinds
    assert CheckKind.IN_TIME not in kinds


def test_an_unknown_scheme_is_not_found() -> None:
    with pytest.raises(NotFound, match="scheme_not_found"):
        plan_rules("bang-khen-cua-ai")


@settings(max_examples=60, deadline=None)
@given(dossiers(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(given_facts: Facts, chance: random.Random) -> None:
    def shuffled(values: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(values, len(values)))

    mixed = [
        replace(d, signatures=shuffled(d.signatures), mentions=shuffled(d.mentions)) for d in given_facts.documents
    ]
    nominees = [
        replace(
            n, scores=shuffled(n.scores), plan_results=shuffled(n.plan_results), attestations=shuffled(n.attestations)
        )
        for n in given_facts.nominees
    ]
    other = replace(given_facts, documents=shuffled(tuple(mixed)), nominees=shuffled(tuple(nominees)))
    assert list(map(shape, evaluate(RULES, other))) == list(map(shape, evaluate(RULES, given_facts)))


@settings(max_examples=60, deadline=None)
@given(dossiers(), st.data())
def test_adding_a_document_never_turns_met_into_not_met(given_facts: Facts, data: st.DataObject) -> None:
    taken = {(d.requirement, d.nominee) for d in given_facts.documents}
    free = [(d.requirement, d.nominee) for d in FULL.documents if (d.requirement, d.nominee) not in taken]
    if not free:
        return
    added = data.draw(documents(*data.draw(st.sampled_from(free))))
    before = {key(f): f.verdict for f in evaluate(RULES, given_facts)}
    after = {
        key(f): f.verdict for f in evaluate(RULES, replace(given_facts, documents=(*given_facts.documents, added)))
    }
    worse = [k for k, verdict in before.items() if verdict is Verdict.MET and after[k] is not Verdict.MET]
    assert worse == []


@settings(max_examples=60, deadline=None)
@given(dossiers())
def test_adding_all_that_is_missing_never_adds_a_blocking_finding(given_facts: Facts) -> None:
    taken = {(d.requirement, d.nominee) for d in given_facts.documents}
    missing = [d for d in FULL.documents if (d.requirement, d.nominee) not in taken]
    fuller = replace(given_facts, documents=(*given_facts.documents, *missing))
    blocking = {key(f) for f in evaluate(RULES, given_facts) if f.blocks}
    assert {key(f) for f in evaluate(RULES, fuller) if f.blocks} <= blocking


@settings(max_examples=60, deadline=None)
@given(dossiers(), st.sampled_from(["head", "council_chair"]))
def test_adding_a_signature_that_verifies_never_undoes_a_stage(given_facts: Facts, seat: str) -> None:
    more = Signature("approval", seat)
    signed = [replace(d, signatures=(*d.signatures, more)) for d in given_facts.documents]
    before = {key(f): f.verdict for f in evaluate(RULES, given_facts) if f.check is CheckKind.SIGNED}
    after = {key(f): f.verdict for f in evaluate(RULES, replace(given_facts, documents=tuple(signed)))}
    assert [k for k, verdict in before.items() if verdict is Verdict.MET and after[k] is not Verdict.MET] == []


@settings(max_examples=60, deadline=None)
@given(dossiers())
def test_each_requirement_is_judged_exactly_once_for_each_who_must_fill_it(given_facts: Facts) -> None:
    expected = Counter(
        (requirement.code, nominee)
        for requirement in RULES.requirements
        for nominee in ([n.id for n in given_facts.nominees] if requirement.per_nominee else [None])
    )
    present = [f.place for f in evaluate(RULES, given_facts) if f.check is CheckKind.PRESENT]
    assert Counter((place.requirement, place.nominee) for place in present) == expected


@settings(max_examples=60, deadline=None)
@given(dossiers())
def test_no_two_findings_judge_the_same_thing(given_facts: Facts) -> None:
    keys = Counter(map(key, evaluate(RULES, given_facts)))
    assert [k for k, count in keys.items() if count > 1] == []


@settings(max_examples=60, deadline=None)
@given(dossiers())
def test_a_submission_is_free_only_when_every_paper_is_signed_as_the_route_says(given_facts: Facts) -> None:
    findings = evaluate(RULES, given_facts)
    if any(f.blocks for f in findings):
        return
    for requirement in RULES.requirements:
        for nominee in given_facts.nominees if requirement.per_nominee else (None,):
            wanted = {
                (s.action, s.position) for stage in requirement.stages for s in stage.steps if s.action != "number"
            }
            document = _of(given_facts, requirement.code, nominee.id if nominee else None)
            valid = {(s.action, s.position) for s in document.signatures if s.proof is Proof.VALID and s.entitled}
            assert wanted <= valid


def _of(given_facts: Facts, requirement: str, nominee: str | None) -> Document:
    (document,) = [d for d in given_facts.documents if (d.requirement, d.nominee) == (requirement, nominee)]
    return document


@pytest.mark.rule("P13")
def test_a_unit_that_nominates_eleven_is_warned_and_the_coordinators_list_of_eleven_is_stopped() -> None:
    many = a_complete_dossier(RULES, collectives=11, individuals=0)
    warned = [f for f in evaluate(RULES, many) if f.check is CheckKind.QUOTA and f.verdict is Verdict.NOT_MET]
    assert [(f.code, f.blocks) for f in warned] == [("quota_exceeded_here", False)]
    listed = replace(FULL, quota_used={NomineeKind.COLLECTIVE: 11, NomineeKind.INDIVIDUAL: 15})
    stopped = [f for f in evaluate(RULES, listed) if f.blocks]
    assert [(f.code, f.params["count"], f.params["limit"]) for f in stopped] == [("quota_exceeded", 11, 10)]


def test_findings_can_be_counted_in_a_set() -> None:
    findings = evaluate(RULES, FULL)
    assert len(set(findings)) == len(findings)


def test_rules_of_the_own_file_take_the_heads_deadline_and_either_signature() -> None:
    own = _own_rules()
    assert own.deadline is not None
    assert (own.deadline.before, own.deadline.refuse) == (date(2025, 12, 15), True)
    letter = own.requirements[0]
    by_deputy = replace(
        fulfilled(letter, None),
        signatures=(
            Signature("initials", "registrar"),
            Signature("approval", "head", capacity="kt"),
            Signature("seal", "registrar"),
        ),
    )
    signed = [f for f in evaluate(own, replace(FULL, documents=(by_deputy,))) if f.check is CheckKind.SIGNED]
    assert [f.code for f in signed] == ["stage_signed"] * 3


def _own_rules() -> Rules:
    text = (CAMPAIGNS / "giay-khen-hang-nam.yaml").read_text()
    return completeness_rules(load(text, "own"), "giay-khen-giam-doc-so")
