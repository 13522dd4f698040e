"""Checks of one piece: is the paper there, of the right kind, readable, safe, numbered, consistent, not sent back."""

from collections.abc import Callable, Iterator
from typing import Any

from dms.completeness.model import CheckKind, Document, Facts, Finding, Fixer, Rules, Severity
from dms.completeness.pieces import Outcome, Piece, broken, finding, met, pieces, unproven

OfDocument = Callable[[Piece, Document], Outcome | None]


def present(piece: Piece) -> Outcome:
    """The paper is there and not withdrawn; an optional one may be absent (P16, P17)."""
    title = piece.requirement.title
    if piece.filled:
        return met("document_present", title=title)
    if piece.requirement.optional:
        return met("document_optional", title=title)
    code = "document_withdrawn" if piece.document and piece.document.withdrawn else "document_missing"
    return broken(code, title=title)


def media(piece: Piece, document: Document) -> Outcome:
    """The bytes are of a media type that the requirement accepts."""
    title = piece.requirement.title
    if document.media_ok is None:
        return unproven("media_unknown", Fixer.ADMINISTRATOR, severity=Severity.BLOCKING, title=title)
    return met("media_accepted", title=title) if document.media_ok else broken("media_refused", title=title)


def readable(piece: Piece, document: Document) -> Outcome:
    """The paper opens and a person can read it; a scan without text is not known to be readable."""
    title = piece.requirement.title
    if document.readable is None:
        return unproven("readability_unknown", Fixer.APPRAISER, title=title)
    return met("document_readable", title=title) if document.readable else broken("document_unreadable", title=title)


def safe(piece: Piece, document: Document) -> Outcome:
    """Inspection found nothing active, hidden or changeable in the paper."""
    title = piece.requirement.title
    if document.safe is None:
        return unproven("safety_unknown", Fixer.ADMINISTRATOR, severity=Severity.BLOCKING, title=title)
    return met("document_safe", title=title) if document.safe else broken("document_unsafe", title=title)


def final_form(piece: Piece, document: Document) -> Outcome | None:
    """A paper that must be signed is a PDF."""
    if not piece.requirement.stages:
        return None
    title = piece.requirement.title
    return met("form_final", title=title) if document.is_pdf else broken("form_not_final", title=title)


def numbered(piece: Piece, document: Document) -> Outcome | None:
    """The paper bears number and date (Nghị định 30/2020/NĐ-CP art. 15)."""
    if not piece.requirement.number_and_date:
        return None
    title = piece.requirement.title
    if document.number and document.issued_on:
        return met("number_given", title=title, number=document.number, issued_on=document.issued_on)
    return broken("number_missing", Fixer.REGISTRAR, title=title)


def number_free(piece: Piece, document: Document) -> Outcome | None:
    """The number is not used by another paper of the same body in the year."""
    if not piece.requirement.number_and_date or not document.number:
        return None
    params: dict[str, Any] = {"title": piece.requirement.title, "number": document.number}
    if document.number_taken:
        return broken("number_taken", Fixer.REGISTRAR, **params)
    if document.number_taken is None:
        return unproven("number_unchecked", Fixer.REGISTRAR, **params)
    return met("number_free", **params)


def not_returned(piece: Piece, document: Document) -> Outcome:
    """A piece that was sent back has been answered by a new version."""
    title = piece.requirement.title
    if document.returned:
        return broken("piece_returned", title=title, reason=document.return_reason)
    return met("piece_not_returned", title=title)


OF_DOCUMENT: dict[CheckKind, OfDocument] = {
    CheckKind.MEDIA: media,
    CheckKind.READABLE: readable,
    CheckKind.SAFE: safe,
    CheckKind.FINAL_FORM: final_form,
    CheckKind.NUMBERED: numbered,
    CheckKind.NUMBER_FREE: number_free,
    CheckKind.NOT_RETURNED: not_returned,
}


def check_present(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """One finding for each requirement and each who must fill it."""
    for piece in pieces(rules, facts):
        yield _bind(CheckKind.PRESENT, piece, present(piece), None)


def of_documents(kind: CheckKind) -> Callable[[Rules, Facts], Iterator[Finding]]:
    """The check of a kind over every piece that is filled."""
    judge = OF_DOCUMENT[kind]

    def check(rules: Rules, facts: Facts) -> Iterator[Finding]:
        for piece in pieces(rules, facts):
            outcome = judge(piece, piece.filled) if piece.filled else None
            if outcome:
                yield _bind(kind, piece, outcome, None)

    return check


def check_consistent(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """The paper's words agree with the dossier: nominees, unit, scheme, years; one finding for each asked."""
    for piece in pieces(rules, facts):
        if document := piece.filled:
            for what in piece.requirement.mentions:
                yield _bind(CheckKind.CONSISTENT, piece, mentioned(piece, document, what), what)


def mentioned(piece: Piece, document: Document, what: str) -> Outcome:
    """A text without the words does not agree; a paper without text (a scan) is not proven, never "consistent"."""
    title = piece.requirement.title
    seen = next((m for m in document.mentions if m.what == what), None)
    if seen is None or seen.found is None:
        return unproven(f"{what}_unknown", Fixer.APPRAISER, title=title)
    if seen.found:
        return met(f"{what}_agree", title=title)
    return broken(f"{what}_differ", severity=Severity.WARNING, title=title, missing=", ".join(seen.missing))


def _bind(kind: CheckKind, piece: Piece, outcome: Outcome, where: str | None) -> Finding:
    return finding(kind, piece.requirement.cite, piece.worded(outcome), subject=piece.subject, place=piece.place(where))
