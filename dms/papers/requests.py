"""Công văn: letters without a type of their own (model 1.5 of annex III, Decree 30/2020)."""

from dataclasses import dataclass
from datetime import date

from docx.document import Document

from dms.papers import frame, styles, wording
from dms.papers.data import Letterhead, Recipients, Signer
from dms.papers.paragraphs import new_document, say, to_bytes

GENERAL = "Nội dung chung"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendments:
    """What is to be added or mended in one piece of a dossier: its name, and each thing as a sentence."""

    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRequest:
    """Công văn of the appraiser that sends a dossier back: what ``unit`` has to add or mend (P22).

    ``term`` is what the rule in force says about time ("Thời hạn thẩm định được tính lại từ ngày…"), empty where none
    does. ``general`` stands before the pieces.
    """

    head: Letterhead
    sender: str
    unit: str
    code: str
    award: str
    campaign: str
    received_on: date | None
    general: tuple[str, ...]
    pieces: tuple[Amendments, ...]
    term: str
    signer: Signer
    recipients: Recipients


def supplement_request(letter: SupplementRequest) -> bytes:
    """Return the appraiser's letter that asks a unit to add to its dossier and mend it, as DOCX (P22)."""
    about = f"Bổ sung, hoàn thiện hồ sơ đề nghị tặng {wording.gap(letter.award)}"
    document = new_document(f"Công văn về việc {wording.lower_first(about)}", letter.sender)
    frame.letterhead(document, letter.head, about=about)
    say(document, styles.SPACER)
    frame.addressees(document, (letter.unit,))
    say(document, styles.BODY, _opening(letter))
    _list(document, letter)
    if letter.term:
        say(document, styles.BODY, f"{wording.bare(letter.term)}.")
    frame.closing(document, f"{letter.sender} đề nghị {wording.gap(letter.unit)} quan tâm, phối hợp thực hiện")
    frame.signed(document, letter.signer, letter.recipients, as_above="Như trên")
    return to_bytes(document)


def _opening(letter: SupplementRequest) -> str:
    received = f", nhận ngày {wording.short_date(letter.received_on)}" if letter.received_on else ""
    return (
        f"{letter.sender} đã tiếp nhận hồ sơ đề nghị tặng {wording.gap(letter.award)} trong "
        f"{wording.lower_first(wording.gap(letter.campaign))} của {wording.gap(letter.unit)} (mã hồ sơ: "
        f"{letter.code}{received}). Qua thẩm định, hồ sơ chưa đủ điều kiện trình cấp có thẩm quyền. {letter.sender} "
        f"đề nghị {wording.gap(letter.unit)} bổ sung, hoàn thiện các nội dung sau:"
    )


def _list(document: Document, letter: SupplementRequest) -> None:
    """What holds for the whole dossier, then piece by piece, numbered throughout."""
    parts = [(GENERAL, letter.general)] if letter.general else []
    parts += [(piece.title, piece.items) for piece in letter.pieces]
    for number, (title, items) in enumerate(parts, start=1):
        say(document, styles.HEADING, f"{number}. {wording.bare(title)}")
        frame.dashes(document, items)
