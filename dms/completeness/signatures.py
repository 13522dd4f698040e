"""Checks of the signatures on a piece: every stage of the route is done by the right seat, in the right capacity."""

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from dms.completeness.model import (
    CheckKind,
    Document,
    Facts,
    Finding,
    Fixer,
    Proof,
    Requirement,
    Rules,
    Severity,
    Signature,
    Step,
)
from dms.completeness.pieces import Outcome, Piece, broken, finding, met, pieces, unproven


class Done(IntEnum):
    """How far a step is done, from worst to best; a better signature always wins over a worse one."""

    UNSIGNED = 0
    INVALID = 1
    WRONG_UNIT = 2
    NOT_ENTITLED = 3
    WRONG_CAPACITY = 4
    UNPROVEN = 5
    SIGNED = 6


CODES = {
    Done.UNSIGNED: "stage_unsigned",
    Done.INVALID: "stage_signature_invalid",
    Done.WRONG_UNIT: "stage_wrong_unit",
    Done.NOT_ENTITLED: "stage_not_entitled",
    Done.WRONG_CAPACITY: "stage_wrong_capacity",
}

FIXERS = {
    "head": Fixer.HEAD,
    "deputy_head": Fixer.HEAD,
    "council_chair": Fixer.COUNCIL,
    "council_secretary": Fixer.COUNCIL,
    "registrar": Fixer.REGISTRAR,
}
SIDES = {
    "coordinator": Fixer.COORDINATOR,
    "appraiser": Fixer.APPRAISER,
    "chair": Fixer.CHAIR,
    "chair_office": Fixer.CHAIR,
}


def check_signed(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """One finding for each stage of each filled piece; number and date are judged by their own check."""
    for piece in pieces(rules, facts):
        if document := piece.filled:
            for number, stage in enumerate(piece.requirement.stages, start=1):
                if any(step.action != "number" for step in stage.steps):
                    outcome = _signed(piece.requirement, number, document)
                    yield _bind(CheckKind.SIGNED, piece, outcome, f"stage:{number}")


def check_intact(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """No signature on a paper is broken, whether the route asked for it or not."""
    for piece in pieces(rules, facts):
        document = piece.filled
        if document and document.signatures:
            yield _bind(CheckKind.INTACT, piece, _intact(piece.requirement, document), "signatures")


def step_done(step: Step, document: Document, place: tuple[int, int] = (0, 0)) -> Done:
    """How far a step, at ``place`` (stage and ordinal) of the route, is done by the best signature made for it."""
    if step.action == "number" and document.number and document.issued_on:
        return Done.SIGNED
    return max(
        (_grade(step, signature) for signature in document.signatures if _is_for(step, signature, place)),
        default=Done.UNSIGNED,
    )


def _is_for(step: Step, signature: Signature, place: tuple[int, int]) -> bool:
    if (signature.stage, signature.ordinal) not in {place, (0, 0)}:
        return False
    return (signature.action, signature.position, signature.side) == (step.action, step.position, step.side)


def _grade(step: Step, signature: Signature) -> Done:
    faults = (
        (signature.proof is Proof.INVALID, Done.INVALID),
        (not signature.unit_matches, Done.WRONG_UNIT),
        (not signature.entitled, Done.NOT_ENTITLED),
        (signature.capacity not in step.capacities, Done.WRONG_CAPACITY),
        (signature.proof is Proof.UNPROVEN, Done.UNPROVEN),
    )
    return next((grade for is_so, grade in faults if is_so), Done.SIGNED)


def _signed(requirement: Requirement, number: int, document: Document) -> Outcome:
    """As many of the stage's steps are done as it needs; the step that is furthest from it speaks for the stage.

    A step that was skipped as the campaign allows asks for nothing.
    """
    stage = requirement.stages[number - 1]
    told: dict[str, Any] = {"title": requirement.title, "stage": stage.title}
    asked = [(i, step) for i, step in enumerate(stage.steps, 1) if (number, i) not in document.skipped]
    if not asked:
        return met("stage_skipped", **told)
    grades = [(step_done(step, document, (number, i)), step) for i, step in asked]
    best_first = sorted((grade for grade, _ in grades), reverse=True)
    grade = best_first[min(stage.needed or len(asked), len(asked)) - 1]
    step = next(step for found, step in grades if found is grade)
    params = {**told, "position": step.position, "action": step.action}
    if grade is Done.SIGNED:
        return met("stage_signed", **params)
    if grade is Done.UNPROVEN:
        return unproven("stage_signature_unproven", Fixer.ADMINISTRATOR, severity=Severity.BLOCKING, **params)
    return broken(CODES[grade], fixer_of(step), **params)


def fixer_of(step: Step) -> Fixer:
    """Who can do a step: by its seat in the own unit, by its body elsewhere."""
    return FIXERS.get(step.position, Fixer.CLERK) if step.side == "own" else SIDES.get(step.side, Fixer.HEAD)


def _intact(requirement: Requirement, document: Document) -> Outcome:
    proofs = {signature.proof for signature in document.signatures}
    title = requirement.title
    if Proof.INVALID in proofs:
        return broken("signature_invalid", title=title)
    if Proof.UNPROVEN in proofs:
        return unproven("signature_unproven", Fixer.ADMINISTRATOR, severity=Severity.BLOCKING, title=title)
    return met("signatures_valid", title=title)


def _bind(kind: CheckKind, piece: Piece, outcome: Outcome, where: str) -> Finding:
    return finding(kind, piece.requirement.cite, piece.worded(outcome), subject=piece.subject, place=piece.place(where))
