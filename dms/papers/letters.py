"""Tờ trình: the letter of a unit that puts nominees forward, and the coordinator's letter with the ranked list."""

from collections.abc import Sequence

from docx.document import Document

from dms.papers import frame, styles, wording
from dms.papers.data import Consolidation, Nominee, Nominees, RankedNominee, SubmissionLetter
from dms.papers.paragraphs import Column, grid, keep_with_next, new_document, say, to_bytes

LONGEST_PLAIN_LIST = 5
"""More nominees of one kind than this are set in a table."""

NOMINEE_COLUMNS = {
    "collective": (
        Column(title="STT", width=1.5, style=styles.CELL_CENTRE),
        Column(title="Tên tập thể", width=7.8),
        Column(title="Tóm tắt thành tích", width=7.2),
    ),
    "individual": (
        Column(title="STT", width=1.5, style=styles.CELL_CENTRE),
        Column(title="Họ và tên", width=4.4),
        Column(title="Chức vụ, đơn vị công tác", width=5.3),
        Column(title="Tóm tắt thành tích", width=5.3),
    ),
}
RANKED_COLUMNS = (
    Column(title="Xếp hạng", width=1.7, style=styles.CELL_CENTRE),
    Column(title="Tập thể, cá nhân được đề nghị", width=6.0),
    Column(title="Đơn vị trình", width=3.6),
    Column(title="Điểm chỉ số chuyển đổi số", width=3.1),
    Column(title="Ghi chú", width=2.1),
)


def submission_letter(letter: SubmissionLetter) -> bytes:
    """Return the unit's Tờ trình as DOCX (P17; model 1.4 of annex III, Decree 30/2020)."""
    subject = f"Về việc đề nghị tặng {wording.gap(letter.award)}"
    document = _opened(letter, subject, letter.unit)
    say(document, styles.BODY, _submission_request(letter))
    _nominees(document, letter.nominees)
    _attached(document, letter.attachments)
    frame.closing(document, f"Kính trình {wording.gap(letter.authority)} xem xét, quyết định")
    frame.signed(document, letter.signer, letter.recipients, as_above="Như trên")
    return to_bytes(document)


def consolidation(letter: Consolidation) -> bytes:
    """Return the coordinator's Tờ trình with the ranked list as DOCX (P12, P13, P19)."""
    subject = f"Về việc đề nghị tặng {wording.gap(letter.award)}"
    document = _opened(letter, subject, letter.coordinator)
    say(document, styles.BODY, _consolidation_opening(letter))
    ranked = letter.ranked
    _ranked(document, "1. Tập thể", ranked.collectives, quota=ranked.collective_quota)
    _ranked(document, "2. Cá nhân", ranked.individuals, quota=ranked.individual_quota)
    _attached(document, letter.attachments)
    frame.closing(document, _consolidation_request(letter))
    frame.signed(document, letter.signer, letter.recipients, as_above="Như trên")
    return to_bytes(document)


def nominee_text(nominee: Nominee) -> str:
    """Return "Ông Nguyễn Văn An, Trưởng phòng Chuyển đổi số" on one line."""
    name = wording.with_honorific(nominee.honorific, nominee.name)
    return f"{name}, {nominee.detail}" if nominee.detail else name


def nominee_count(nominees: Nominees) -> str:
    """Return "02 tập thể và 03 cá nhân", leaving out a kind of which there is none."""
    counts = ((len(nominees.collectives), "tập thể"), (len(nominees.individuals), "cá nhân"))
    named = [f"{wording.two_digits(count)} {kind}" for count, kind in counts if count]
    return " và ".join(named) or f"{wording.DOTS} tập thể và {wording.DOTS} cá nhân"


def collective_table(document: Document, collectives: Sequence[Nominee]) -> None:
    """Append the table of collectives with what they achieved."""
    rows = [
        (str(n), nominee_text(nominee), wording.gap(nominee.achievement))
        for n, nominee in enumerate(collectives, start=1)
    ]
    grid(document, NOMINEE_COLUMNS["collective"], rows)


def individual_table(document: Document, individuals: Sequence[Nominee]) -> None:
    """Append the table of individuals with position, unit and what they achieved."""
    rows = [
        (str(n), wording.with_honorific(who.honorific, who.name), wording.gap(who.detail), wording.gap(who.achievement))
        for n, who in enumerate(individuals, start=1)
    ]
    grid(document, NOMINEE_COLUMNS["individual"], rows)


def _opened(letter: SubmissionLetter | Consolidation, subject: str, author: str) -> Document:
    document = new_document(f"Tờ trình {wording.lower_first(subject)}", author)
    frame.letterhead(document, letter.head)
    campaign = wording.lower_first(wording.gap(letter.campaign))
    frame.title(document, "TỜ TRÌNH", f"{subject} trong {campaign}")
    frame.addressees(document, letter.addressees)
    frame.legal_bases(document, letter.legal_bases)
    return document


def _submission_request(letter: SubmissionLetter) -> str:
    met_on = "ngày …/…/……" if letter.council_met_on is None else wording.spelled_date(letter.council_met_on)
    return (
        f"Trên cơ sở kết quả họp xét của {wording.gap(letter.council)} {met_on} "
        f"(Biên bản số {wording.gap(letter.minutes_symbol)}), {wording.gap(letter.unit)} kính trình "
        f"{wording.gap(letter.authority)} xem xét, tặng {wording.gap(letter.award)} cho "
        f"{nominee_count(letter.nominees)} có thành tích xuất sắc trong "
        f"{wording.lower_first(wording.gap(letter.campaign))}, cụ thể như sau:"
    )


def _nominees(document: Document, nominees: Nominees) -> None:
    kinds = (("Tập thể", nominees.collectives, collective_table), ("Cá nhân", nominees.individuals, individual_table))
    shown = [kind for kind in kinds if kind[1]]
    for number, (heading, members, table) in enumerate(shown, start=1):
        say(document, styles.HEADING, f"{number}. {heading} ({wording.two_digits(len(members))} {heading.lower()})")
        if len(members) > LONGEST_PLAIN_LIST:
            table(document, members)
        else:
            frame.dashes(document, [nominee_text(member) for member in members])
    if not shown:
        frame.dashes(document, [wording.DOTS])


def _attached(document: Document, attachments: Sequence[str]) -> None:
    keep_with_next(say(document, styles.BODY, "Hồ sơ gửi kèm theo Tờ trình gồm:"))
    frame.numbered(document, attachments)


def _consolidation_opening(letter: Consolidation) -> str:
    return (
        f"Trên cơ sở hồ sơ đề nghị khen thưởng của {wording.two_digits(letter.units_received)} cơ quan, đơn vị, địa "
        f"phương và kết quả đánh giá Bộ chỉ số chuyển đổi số, {wording.gap(letter.coordinator)} đã chủ trì, phối hợp "
        "với các cơ quan liên quan bình xét, tổng hợp danh sách tập thể, cá nhân có thành tích tiêu biểu, xuất sắc "
        f"trong {wording.lower_first(wording.gap(letter.campaign))}, xếp theo thứ tự như sau:"
    )


def _ranked(document: Document, heading: str, members: Sequence[RankedNominee], *, quota: int | None) -> None:
    kind = heading.split(" ", 1)[1].lower()
    limit = f"; số lượng quy định: không quá {wording.two_digits(quota)} {kind}" if quota is not None else ""
    say(document, styles.HEADING, f"{heading} ({wording.two_digits(len(members))} {kind}{limit})")
    if members:
        grid(document, RANKED_COLUMNS, [_ranked_row(member) for member in members])


def _ranked_row(member: RankedNominee) -> tuple[str, ...]:
    who, scores = nominee_text(member.nominee), wording.gap(member.scores)
    return str(member.rank), who, wording.gap(member.unit), scores, member.note


def _consolidation_request(letter: Consolidation) -> str:
    return (
        f"{wording.gap(letter.coordinator)} kính trình {wording.gap(letter.authority)} (thông qua "
        f"{wording.gap(letter.appraiser)}) xem xét, tặng {wording.gap(letter.award)} cho các tập thể, cá nhân "
        "có tên trên"
    )
