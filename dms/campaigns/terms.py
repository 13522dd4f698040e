"""The time limits of a scheme one by one, as clocks count them."""

from collections.abc import Iterator
from dataclasses import dataclass

from dms.campaigns.parts import Citation, Terms
from dms.campaigns.spec import Scheme
from dms.campaigns.vocabulary import AfterReturn, TermKind


@dataclass(frozen=True, slots=True)
class Term:
    """One time limit in working days, with its rule and when people are reminded of its end."""

    kind: TermKind
    working_days: int
    after_return: AfterReturn
    remind_before: int
    rule: str
    citation: Citation


def terms_of(scheme: Scheme) -> tuple[Term, ...]:
    """The time limits that a scheme sets, in the order of the work."""
    terms = scheme.procedure.terms
    return tuple(_each(terms)) if terms else ()


def term_of(scheme: Scheme, kind: TermKind) -> Term | None:
    """The time limit for one thing, if the scheme sets one."""
    return next((term for term in terms_of(scheme) if term.kind is kind), None)


def _each(terms: Terms) -> Iterator[Term]:
    days = {
        TermKind.RETURN: terms.return_within,
        TermKind.APPRAISE: terms.appraise_within,
        TermKind.COPIES: terms.copies_within,
    }
    for kind, count in days.items():
        if count is not None:
            yield Term(kind, count, terms.after_return, terms.remind_before, terms.rule, terms.citation)
