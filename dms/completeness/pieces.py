"""A piece is one requirement as one subject must fill it; and the ways to word a finding about things."""

from collections.abc import Iterator
from dataclasses import dataclass

from dms.completeness.model import (
    CheckKind,
    Cite,
    Document,
    Facts,
    Finding,
    Fixer,
    Nominee,
    Place,
    Requirement,
    Rules,
    Severity,
    Subject,
    SubjectKind,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found, before it is bound to a rule and a place."""

    code: str
    verdict: Verdict = Verdict.MET
    severity: Severity = Severity.INFO
    fixer: Fixer = Fixer.CLERK
    params: tuple[tuple[str, object], ...] = ()


def met(code: str, **params: object) -> Outcome:
    """The rule is kept."""
    return Outcome(code, params=tuple(params.items()))


def broken(
    code: str, fixer: Fixer = Fixer.CLERK, *, severity: Severity = Severity.BLOCKING, **params: object
) -> Outcome:
    """The rule is broken."""
    return Outcome(code, Verdict.NOT_MET, severity, fixer, tuple(params.items()))


def unproven(
    code: str, fixer: Fixer = Fixer.CLERK, *, severity: Severity = Severity.WARNING, **params: object
) -> Outcome:
    """Nothing shows whether the rule is kept; a person decides."""
    return Outcome(code, Verdict.NOT_PROVEN, severity, fixer, tuple(params.items()))


def finding(check: CheckKind, cite: Cite, outcome: Outcome, *, subject: Subject, place: Place) -> Finding:
    """Bind an outcome to its rule, its subject and the place to mend it."""
    return Finding(
        check=check,
        rule_id=cite.rule_id,
        code=outcome.code,
        citation=cite.citation,
        verdict=outcome.verdict,
        severity=outcome.severity,
        subject=subject,
        who_can_fix=outcome.fixer,
        place=place,
        params=dict(outcome.params),
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """One requirement of the dossier, or of one nominee, and the document that fills it, if there is one."""

    requirement: Requirement
    nominee: Nominee | None
    document: Document | None

    @property
    def filled(self) -> Document | None:
        """The document, unless it is absent or withdrawn."""
        found = self.document
        return found if found and found.present and not found.withdrawn else None

    @property
    def subject(self) -> Subject:
        """The nominee whose piece it is, or the requirement itself."""
        if self.nominee:
            return Subject(SubjectKind.NOMINEE, self.nominee.id)
        return Subject(SubjectKind.REQUIREMENT, self.requirement.code)

    def place(self, where: str | None = None) -> Place:
        """The place of this piece, down to a field or stage."""
        return Place(
            requirement=self.requirement.code,
            nominee=self.nominee.id if self.nominee else None,
            document=self.document.id if self.document else None,
            field=where,
        )

    def worded(self, outcome: Outcome) -> Outcome:
        """The outcome with the nominee's name in it; a defect of an optional paper warns and does not stop."""
        params = dict(outcome.params)
        if self.nominee:
            params["nominee"] = self.nominee.name
        is_soft = self.requirement.optional and outcome.severity is Severity.BLOCKING
        severity = Severity.WARNING if is_soft else outcome.severity
        return Outcome(outcome.code, outcome.verdict, severity, outcome.fixer, tuple(params.items()))


def nominees_in_order(facts: Facts) -> list[Nominee]:
    """The nominees as the dossier lists them; ids break ties, so the order of the facts does not matter."""
    return sorted(facts.nominees, key=lambda n: (n.order, n.id))


def pieces(rules: Rules, facts: Facts) -> Iterator[Piece]:
    """Every requirement with everyone who must fill it, in the order of the file and of the list of nominees."""
    documents = _by_place(facts)
    nominees = nominees_in_order(facts)
    for requirement in rules.requirements:
        for nominee in _fillers(requirement, nominees):
            key = (requirement.code, nominee.id if nominee else None)
            yield Piece(requirement, nominee, documents.get(key))


def _by_place(facts: Facts) -> dict[tuple[str, str | None], Document]:
    """The document of each place; where two claim one, a standing one beats a withdrawn or absent one."""
    ranked = sorted(facts.documents, key=lambda d: (d.present and not d.withdrawn, d.id))
    return {(d.requirement, d.nominee): d for d in ranked}


def _fillers(requirement: Requirement, nominees: list[Nominee]) -> Iterator[Nominee | None]:
    if not requirement.per_nominee:
        yield None
        return
    yield from (nominee for nominee in nominees if nominee.kind in requirement.nominee_kinds)
