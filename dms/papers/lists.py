"""Danh sách: the tables of those whom a unit puts forward, as a paper that goes with its letter."""

from docx.document import Document

from dms.papers import frame, styles, wording
from dms.papers.data import NomineeList
from dms.papers.letters import collective_table, household_table, individual_table
from dms.papers.paragraphs import new_document, say, to_bytes


def nominee_list(paper: NomineeList) -> bytes:
    """Return the list as DOCX: one table for each kind, then who drew it up. A kind with nobody is left out."""
    document = new_document(f"Danh sách đề nghị tặng {paper.award}", paper.head.issuer)
    frame.letterhead(document, paper.head, numbered=False)
    campaign = wording.lower_first(wording.gap(paper.campaign))
    subject = f"Đề nghị tặng {wording.gap(paper.award)} trong {campaign}"
    frame.title(document, "DANH SÁCH", subject, note=f"Kèm theo {paper.attached_to}")
    _tables(document, paper)
    position = (paper.maker.position.upper(),) if paper.maker.position else ()
    frame.signed_alone(document, ("NGƯỜI LẬP DANH SÁCH", *position), paper.maker.name)
    return to_bytes(document)


def _tables(document: Document, paper: NomineeList) -> None:
    kinds = (
        ("TẬP THỂ", "tập thể", paper.nominees.collectives, collective_table),
        ("HỘ GIA ĐÌNH", "hộ gia đình", paper.nominees.households, household_table),
        ("CÁ NHÂN", "cá nhân", paper.nominees.individuals, individual_table),
    )
    shown = [kind for kind in kinds if kind[2]]
    for number, (heading, kind, members, table) in enumerate(shown, start=1):
        mark = "I" * number
        say(document, styles.HEADING, f"{mark}. {heading} ({wording.two_digits(len(members))} {kind})")
        table(document, members)
    if not shown:
        say(document, styles.BODY, wording.DOTS)
