"""A requirement is met only by the right seat, in the right capacity, with a signature that verifies now."""

from dataclasses import replace

import pytest

from dms.completeness.model import CheckKind, Finding, Fixer, Proof, Signature, Stage, Step, Verdict
from tests.dms.completeness.samples import HEAD, LETTER, SEAL, a_letter, facts, found, only, rules

BROKEN = replace(HEAD, verdict=Proof.INVALID)
UNCHECKED = replace(HEAD, checked=False)


def head_stage(*signatures: Signature) -> Finding:
    stages = (LETTER.stages[0],)
    letter = replace(LETTER, stages=stages)
    return only(CheckKind.SIGNED, rules(requirements=(letter,)), facts(documents=(a_letter(signatures=signatures),)))


@pytest.mark.rule("P25")
@pytest.mark.parametrize(
    ("signatures", "code", "fixer"),
    [
        ((HEAD,), "stage_signed", Fixer.CLERK),
        ((replace(HEAD, capacity="kt"),), "stage_signed", Fixer.CLERK),
        ((), "stage_unsigned", Fixer.HEAD),
        ((SEAL,), "stage_unsigned", Fixer.HEAD),
        ((replace(HEAD, action="initials"),), "stage_unsigned", Fixer.HEAD),
        ((replace(HEAD, side="coordinator"),), "stage_unsigned", Fixer.HEAD),
        ((BROKEN,), "stage_signature_invalid", Fixer.HEAD),
        ((replace(HEAD, unit_matches=False),), "stage_wrong_unit", Fixer.HEAD),
        ((replace(HEAD, entitled=False),), "stage_not_entitled", Fixer.HEAD),
        ((replace(HEAD, capacity="tuq"),), "stage_wrong_capacity", Fixer.HEAD),
        ((UNCHECKED,), "stage_signature_unproven", Fixer.ADMINISTRATOR),
        ((replace(HEAD, verdict=Proof.UNPROVEN),), "stage_signature_unproven", Fixer.ADMINISTRATOR),
        ((replace(HEAD, entitled=False), HEAD), "stage_signed", Fixer.CLERK),
        ((HEAD, replace(HEAD, entitled=False)), "stage_signed", Fixer.CLERK),
    ],
)
def test_the_heads_stage_is_done_only_by_an_entitled_head_whose_signature_verifies(
    signatures: tuple[Signature, ...], code: str, fixer: Fixer
) -> None:
    finding = head_stage(*signatures)
    assert (finding.code, finding.who_can_fix) == (code, fixer)
    assert finding.blocks == (code != "stage_signed")


def test_an_expired_unproven_signature_blocks_because_nothing_passes_unverified() -> None:
    finding = head_stage(UNCHECKED)
    assert finding.verdict is Verdict.NOT_PROVEN
    assert finding.blocks


SECRETARY, CHAIR = Step("approval", "council_secretary"), Step("approval", "council_chair")
BY_CHAIR = Signature("approval", "council_chair")
BY_SECRETARY = Signature("approval", "council_secretary")


@pytest.mark.rule("P17")
@pytest.mark.parametrize(
    ("any_of", "signatures", "code", "position"),
    [
        (False, (BY_CHAIR, BY_SECRETARY), "stage_signed", None),
        (False, (BY_CHAIR,), "stage_unsigned", "council_secretary"),
        (False, (BY_SECRETARY,), "stage_unsigned", "council_chair"),
        (True, (BY_CHAIR,), "stage_signed", None),
        (True, (BY_SECRETARY,), "stage_signed", None),
        (True, (), "stage_unsigned", "council_secretary"),
    ],
)
def test_a_stage_of_all_waits_for_each_and_a_stage_of_any_for_one(
    signatures: tuple[Signature, ...], code: str, position: str | None, *, any_of: bool
) -> None:
    minutes = replace(LETTER, stages=(Stage("Ký biên bản", (SECRETARY, CHAIR), needed=1 if any_of else None),))
    given = facts(documents=(a_letter(signatures=signatures),))
    finding = only(CheckKind.SIGNED, rules(requirements=(minutes,)), given)
    assert finding.code == code
    if position:
        assert (finding.params["position"], finding.who_can_fix) == (position, Fixer.COUNCIL)


def test_each_stage_speaks_for_itself_and_number_and_date_have_their_own_check() -> None:
    given = facts(documents=(a_letter(signatures=(HEAD,), number=None),))
    codes = [(f.place.field, f.code) for f in found(CheckKind.SIGNED, rules(requirements=(LETTER,)), given)]
    assert codes == [("stage:1", "stage_signed"), ("stage:3", "stage_unsigned")]


def test_a_number_in_a_mixed_stage_counts_as_given_once_number_and_date_stand() -> None:
    mixed = replace(LETTER, stages=(Stage("Văn thư", (Step("number", "registrar"), Step("seal", "registrar"))),))
    for number, code in (("05/TTr", "stage_signed"), (None, "stage_unsigned")):
        given = facts(documents=(a_letter(signatures=(SEAL,), number=number),))
        assert only(CheckKind.SIGNED, rules(requirements=(mixed,)), given).code == code


@pytest.mark.parametrize(
    ("side", "fixer"), [("coordinator", Fixer.COORDINATOR), ("appraiser", Fixer.APPRAISER), ("chair", Fixer.CHAIR)]
)
def test_a_step_of_another_body_is_for_that_body_to_do(side: str, fixer: Fixer) -> None:
    letter = replace(LETTER, stages=(Stage("Ký", (Step("approval", "head", side),)),))
    finding = only(CheckKind.SIGNED, rules(requirements=(letter,)), facts(documents=(a_letter(signatures=()),)))
    assert finding.who_can_fix is fixer


@pytest.mark.parametrize(
    ("signatures", "code"),
    [
        ((HEAD, SEAL), "signatures_valid"),
        ((HEAD, replace(SEAL, verdict=Proof.INVALID)), "signature_invalid"),
        ((HEAD, replace(SEAL, checked=False)), "signature_unproven"),
        ((HEAD, Signature("approval", "stranger", verdict=Proof.INVALID)), "signature_invalid"),
    ],
)
def test_one_broken_signature_spoils_the_paper_even_where_nobody_asked_for_it(
    signatures: tuple[Signature, ...], code: str
) -> None:
    given = facts(documents=(a_letter(signatures=signatures),))
    assert only(CheckKind.INTACT, rules(requirements=(LETTER,)), given).code == code
