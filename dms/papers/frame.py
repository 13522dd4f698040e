"""The parts that all official papers share: head, title, addressees, legal bases, signatures, recipients, appendix."""

from collections.abc import Sequence

from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.section import Section
from docx.shared import Cm
from docx.table import _Cell

from dms.papers import styles, wording
from dms.papers.data import Letterhead, Recipients, Signer
from dms.papers.measure import TEXT_WIDTH_CM, balanced, width_cm
from dms.papers.paragraphs import (
    keep_with_next,
    restart_page_numbers,
    rule,
    say,
    say_each,
    side_by_side,
)

LEFT_CM, RIGHT_CM = 7.2, 9.3
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
RULE_SHARE = 0.4
"""The line under an issuing body or a subject is between 1/3 and 1/2 of the text above it."""


def letterhead(
    document: Document, head: Letterhead, *, numbered: bool = True, dated: bool = True, about: str = ""
) -> None:
    """Append cells 1 to 4: bodies and nation side by side, then number and date on one line.

    ``about`` is the subject of a letter without a type of its own (công văn), set under its number (cell 5b).
    """
    rows = side_by_side(document, left_cm=LEFT_CM, right_cm=RIGHT_CM, rows=2 if numbered or dated else 1)
    _bodies(rows[0][0], head)
    _nation(rows[0][1])
    if numbered or dated:
        left, right = rows[1]
        say(left, styles.NUMBER, wording.number_line(head.number, head.symbol) if numbered else "")
        say(right, styles.PLACE_DATE, wording.place_line(head.place, head.issued_on) if dated else "")
        if about:
            say_each(left, styles.ABOUT, balanced(f"V/v {wording.lower_first(about)}", styles.ABOUT, LEFT_CM - 0.6))


def title(document: Document, type_name: str, subject: str, *, note: str = "") -> None:
    """Append the type of the paper, its subject in lines of like length, a note, and the line under it (cell 5a)."""
    lines = balanced(subject, styles.SUBJECT, TEXT_WIDTH_CM - 1)
    say(document, styles.TYPE, type_name)
    say_each(document, styles.SUBJECT, lines)
    if note:
        say_each(document, styles.APPENDIX_NOTE, balanced(f"({note})", styles.APPENDIX_NOTE, TEXT_WIDTH_CM))
    length = max(width_cm(line, styles.SUBJECT) for line in lines)
    rule(document, length_cm=length * RULE_SHARE, room_cm=TEXT_WIDTH_CM)
    say(document, styles.SPACER)


def addressees(document: Document, names: Sequence[str]) -> None:
    """Append "Kính gửi": one addressee on the same line, several under the colon (annex I, II.9.d)."""
    if len(names) <= 1:
        only = say(document, styles.ADDRESSEE, f"Kính gửi: {wording.gap(*names) if names else wording.DOTS}.")
        only.alignment = styles.CENTRE
    else:
        _several_addressees(document, names)
    say(document, styles.SPACER)


def legal_bases(document: Document, bases: Sequence[str], *, last: str = ".") -> None:
    """Append the bases in italics, each ending ";" and the last one ``last`` (annex I, II.6.a)."""
    say_each(document, styles.BASIS, wording.punctuated(bases, last))


def dashes(document: Document, items: Sequence[str]) -> None:
    """Append a list with a dash before each item, ";" after each and "." after the last."""
    say_each(document, styles.BODY, [f"- {item}" for item in wording.punctuated(items)])


def numbered(document: Document, items: Sequence[str]) -> None:
    """Append a list numbered from 1, ";" after each and "." after the last."""
    say_each(document, styles.BODY, [f"{n}. {item}" for n, item in enumerate(wording.punctuated(items), start=1)])


def closing(document: Document, text: str) -> None:
    """Append the last sentence, ended by "./." and held on the page of the signature."""
    keep_with_next(say(document, styles.BODY, f"{wording.bare(text)}./."))
    keep_with_next(say(document, styles.SPACER))


def signature(cell: _Cell, lines: Sequence[str], name: str) -> None:
    """Fill ``cell`` with the power and position lines, room for the signature, and the name (cell 7)."""
    say_each(cell, styles.POWER, lines)
    say(cell, styles.SIGN_ROOM)
    say(cell, styles.SIGNER, wording.gap(name))


def signed(document: Document, signer: Signer, recipients: Recipients, *, as_above: str = "") -> None:
    """Append "Nơi nhận" on the left and the signature on the right (cells 7 and 9b)."""
    left, right = side_by_side(document, left_cm=LEFT_CM, right_cm=RIGHT_CM)[0]
    recipient_list(left, recipients, as_above=as_above)
    signature(right, wording.power_lines(signer), signer.name)
    say(document, styles.SPACER)


def two_signatures(
    document: Document,
    left: tuple[Sequence[str], str],
    right: tuple[Sequence[str], str],
    recipients: Recipients | None = None,
) -> None:
    """Append two signatures side by side, each (lines, name), both names on one line; "Nơi nhận" under the left one."""
    half = TEXT_WIDTH_CM / 2
    cells = side_by_side(document, left_cm=half, right_cm=half)[0]
    tallest = max(len(left[0]), len(right[0]))
    for cell, (lines, name) in zip(cells, (left, right), strict=True):
        signature(cell, [*lines, *[""] * (tallest - len(lines))], name)
    if recipients is not None:
        keep_with_next(say(cells[0], styles.SPACER))
        recipient_list(cells[0], recipients)
    say(document, styles.SPACER)


def signed_alone(document: Document, lines: Sequence[str], name: str) -> None:
    """Append one signature on the right with nothing beside it."""
    left, right = side_by_side(document, left_cm=LEFT_CM, right_cm=RIGHT_CM)[0]
    say(left, styles.SPACER)
    signature(right, lines, name)
    say(document, styles.SPACER)


def recipient_list(cell: _Cell, recipients: Recipients, *, as_above: str = "") -> None:
    """Fill ``cell`` with "Nơi nhận:" and the names; ``as_above`` is "Như trên" for papers to a superior."""
    names = [as_above, *recipients.names] if as_above else list(recipients.names)
    say(cell, styles.RECIPIENT_LABEL, "Nơi nhận:")
    for name in wording.punctuated(names, ";"):
        say(cell, styles.RECIPIENT, f"- {name}")
    say(cell, styles.RECIPIENT, wording.filed_line(recipients.filed))


def appendix(document: Document, heading: str, reference: str) -> Section:
    """Begin an appendix in the same file: its own page numbers, its title, its paper (annex I, III.1)."""
    section: Section = document.add_section(WD_SECTION.NEW_PAGE)
    restart_page_numbers(section)
    section.header.is_linked_to_previous = True
    say(document, styles.APPENDIX_NUMBER, "Phụ lục")
    say_each(document, styles.APPENDIX_TITLE, balanced(heading, styles.APPENDIX_TITLE, TEXT_WIDTH_CM - 1))
    notes = balanced(f"({reference})", styles.APPENDIX_NOTE, TEXT_WIDTH_CM)
    say_each(document, styles.APPENDIX_NOTE, notes)
    length = max(width_cm(line, styles.APPENDIX_NOTE) for line in notes)
    rule(document, length_cm=length * RULE_SHARE, room_cm=TEXT_WIDTH_CM)
    say(document, styles.SPACER)
    return section


def _bodies(cell: _Cell, head: Letterhead) -> None:
    if head.parent:
        say(cell, styles.PARENT, head.parent.upper())
    issuer = wording.gap(head.issuer).upper()
    lines = balanced(issuer, styles.ISSUER, LEFT_CM - 0.4)
    say_each(cell, styles.ISSUER, lines)
    length = max(width_cm(line, styles.ISSUER) for line in lines)
    rule(cell, length_cm=length * RULE_SHARE, room_cm=LEFT_CM)


def _nation(cell: _Cell) -> None:
    say(cell, styles.NATION, NATION)
    say(cell, styles.MOTTO, MOTTO)
    rule(cell, length_cm=width_cm(MOTTO, styles.MOTTO), room_cm=RIGHT_CM)


def _several_addressees(document: Document, names: Sequence[str]) -> None:
    margin = 2.6
    first = say(document, styles.ADDRESSEE, "Kính gửi:")
    first.paragraph_format.left_indent = Cm(margin)
    colon = margin + width_cm("Kính gửi", styles.ADDRESSEE)
    for name in wording.punctuated(names):
        line = say(document, styles.ADDRESSEE, f"- {name}")
        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Cm(colon + 0.3), Cm(-0.3)
