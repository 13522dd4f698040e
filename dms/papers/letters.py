"""Tờ trình: of a unit that puts nominees forward, of the coordinator with the ranked list, of the appraiser."""

from collections.abc import Sequence

from docx.document import Document

from dms.papers import frame, styles, wording
from dms.papers.data import (
    AppraisalLetter,
    Consolidation,
    Nominee,
    Nominees,
    RankedList,
    RankedNominee,
    SubmissionLetter,
)
from dms.papers.paragraphs import Column, grid, keep_with_next, new_document, say, to_bytes

LONGEST_PLAIN_LIST = 5
"""More nominees of one kind than this are set in a table."""

NOMINEE_COLUMNS = {
    "collective": (
        Column(title="STT", width=1.5, style=styles.CELL_CENTRE),
        Column(title="Tên tập thể", width=7.8),
        Column(title="Tóm tắt thành tích", width=7.2),
    ),
    "household": (
        Column(title="STT", width=1.5, style=styles.CELL_CENTRE),
        Column(title="Tên hộ gia đình, địa chỉ", width=7.8),
        Column(title="Tóm tắt thành tích", width=7.2),
    ),
    "individual": (
        Column(title="STT", width=1.5, style=styles.CELL_CENTRE),
        Column(title="Họ và tên", width=4.4),
        Column(title="Chức vụ, đơn vị công tác", width=5.3),
        Column(title="Tóm tắt thành tích", width=5.3),
    ),
}


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
    _ranked(document, letter.ranked, score=letter.score)
    _attached(document, letter.attachments)
    frame.closing(document, _consolidation_request(letter))
    frame.signed(document, letter.signer, letter.recipients, as_above="Như trên")
    return to_bytes(document)


def appraisal(letter: AppraisalLetter) -> bytes:
    """Return the appraiser's Tờ trình to the authority that decides, as DOCX (P12, P22)."""
    subject = f"Về việc tặng {wording.gap(letter.award)}"
    document = _opened(letter, subject, letter.appraiser)
    say(document, styles.BODY, _appraisal_opening(letter))
    _ranked(document, letter.ranked, score=letter.score)
    _attached(document, letter.attachments)
    frame.closing(document, f"{letter.appraiser} kính trình {wording.gap(letter.authority)} xem xét, quyết định")
    frame.signed(document, letter.signer, letter.recipients, as_above="Như trên")
    return to_bytes(document)


def ranked_columns(score: str) -> tuple[Column, ...]:
    """Return the columns of a ranked list; ``score`` names what it is ranked by."""
    return (
        Column(title="Xếp hạng", width=1.7, style=styles.CELL_CENTRE),
        Column(title="Tập thể, cá nhân được đề nghị", width=6.0),
        Column(title="Đơn vị trình", width=3.6),
        Column(title=f"Điểm {score}", width=3.1),
        Column(title="Ghi chú", width=2.1),
    )


def nominee_text(nominee: Nominee) -> str:
    """Return "Ông Nguyễn Văn An, Trưởng phòng Chuyển đổi số" on one line."""
    name = wording.with_honorific(nominee.honorific, nominee.name)
    return f"{name}, {nominee.detail}" if nominee.detail else name


def nominee_count(nominees: Nominees) -> str:
    """Return "02 tập thể và 03 cá nhân", leaving out a kind of which there is none."""
    counts = (
        (len(nominees.collectives), "tập thể"),
        (len(nominees.households), "hộ gia đình"),
        (len(nominees.individuals), "cá nhân"),
    )
    return wording.counted(counts) or f"{wording.DOTS} tập thể và {wording.DOTS} cá nhân"


def collective_table(document: Document, collectives: Sequence[Nominee]) -> None:
    """Append the table of collectives with what they achieved."""
    grid(document, NOMINEE_COLUMNS["collective"], _named_rows(collectives))


def household_table(document: Document, households: Sequence[Nominee]) -> None:
    """Append the table of households with what they achieved."""
    grid(document, NOMINEE_COLUMNS["household"], _named_rows(households))


def _named_rows(nominees: Sequence[Nominee]) -> list[tuple[str, ...]]:
    return [
        (str(n), nominee_text(nominee), wording.gap(nominee.achievement)) for n, nominee in enumerate(nominees, start=1)
    ]


def individual_table(document: Document, individuals: Sequence[Nominee]) -> None:
    """Append the table of individuals with position, unit and what they achieved."""
    rows = [
        (str(n), wording.with_honorific(who.honorific, who.name), wording.gap(who.detail), wording.gap(who.achievement))
        for n, who in enumerate(individuals, start=1)
    ]
    grid(document, NOMINEE_COLUMNS["individual"], rows)


def _opened(letter: SubmissionLetter | Consolidation | AppraisalLetter, subject: str, author: str) -> Document:
    document = new_document(f"Tờ trình {wording.lower_first(subject)}", author)
    frame.letterhead(document, letter.head)
    campaign = wording.lower_first(wording.gap(letter.campaign))
    frame.title(document, "TỜ TRÌNH", f"{subject} trong {campaign}")
    frame.addressees(document, (letter.authority,) if isinstance(letter, AppraisalLetter) else letter.addressees)
    frame.legal_bases(document, letter.legal_bases)
    return document


def _submission_request(letter: SubmissionLetter) -> str:
    return (
        f"{_meeting_text(letter)}{wording.gap(letter.unit)} kính trình "
        f"{wording.gap(letter.authority)} xem xét, tặng {wording.gap(letter.award)} cho "
        f"{nominee_count(letter.nominees)} có thành tích xuất sắc trong "
        f"{wording.lower_first(wording.gap(letter.campaign))}, cụ thể như sau:"
    )


def _meeting_text(letter: SubmissionLetter) -> str:
    """The meeting on which the letter rests; nothing for a procedure without a council."""
    if not letter.council:
        return ""
    met_on = "ngày …/…/……" if letter.council_met_on is None else wording.spelled_date(letter.council_met_on)
    minutes = f"Biên bản số {letter.minutes_symbol}" if letter.minutes_symbol else "có Biên bản kèm theo"
    return f"Trên cơ sở kết quả họp xét của {letter.council} {met_on} ({minutes}), "


def _nominees(document: Document, nominees: Nominees) -> None:
    kinds = (
        ("Tập thể", nominees.collectives, collective_table),
        ("Hộ gia đình", nominees.households, household_table),
        ("Cá nhân", nominees.individuals, individual_table),
    )
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
        f"phương và kết quả đánh giá {letter.measured_by}, {wording.gap(letter.coordinator)} đã chủ trì, phối hợp "
        "với các cơ quan liên quan bình xét, tổng hợp danh sách tập thể, cá nhân có thành tích tiêu biểu, xuất sắc "
        f"trong {wording.lower_first(wording.gap(letter.campaign))}, xếp theo thứ tự như sau:"
    )


def _appraisal_opening(letter: AppraisalLetter) -> str:
    proposals = "; ".join(wording.bare(each) for each in letter.proposals)
    asked = f"Xét đề nghị tại {proposals}, " if proposals else ""
    campaign = wording.lower_first(wording.gap(letter.campaign))
    passed = nominee_count(
        Nominees(
            collectives=tuple(each.nominee for each in letter.ranked.collectives),
            households=tuple(each.nominee for each in letter.ranked.households),
            individuals=tuple(each.nominee for each in letter.ranked.individuals),
        )
    )
    return (
        f"{asked}{letter.appraiser} đã thẩm định hồ sơ đề nghị khen thưởng của "
        f"{wording.two_digits(letter.units)} cơ quan, đơn vị, địa phương. Qua thẩm định, hồ sơ của {passed} bảo đảm "
        f"đúng đối tượng, đủ tiêu chuẩn và thành phần theo quy định để được tặng {wording.gap(letter.award)} vì đã có "
        f"thành tích xuất sắc trong {campaign}, cụ thể như sau:"
    )


def _ranked(document: Document, ranked: RankedList, *, score: str) -> None:
    for number, (heading, members, quota) in enumerate(ranked_groups(ranked), start=1):
        kind = heading.lower()
        limit = f"; số lượng quy định: không quá {wording.two_digits(quota)} {kind}" if quota is not None else ""
        say(document, styles.HEADING, f"{number}. {heading} ({wording.two_digits(len(members))} {kind}{limit})")
        if members:
            grid(document, ranked_columns(score), [_ranked_row(member) for member in members])


def ranked_groups(ranked: RankedList) -> list[tuple[str, tuple[RankedNominee, ...], int | None]]:
    """Heading, members and quota of each kind; households only where there are any, or a number is set for them."""
    households = ("Hộ gia đình", ranked.households, ranked.household_quota)
    asked = bool(ranked.households) or ranked.household_quota is not None
    return [
        ("Tập thể", ranked.collectives, ranked.collective_quota),
        *([households] if asked else []),
        ("Cá nhân", ranked.individuals, ranked.individual_quota),
    ]


def _ranked_row(member: RankedNominee) -> tuple[str, ...]:
    who, scores = nominee_text(member.nominee), wording.gap(member.scores)
    return str(member.rank), who, wording.gap(member.unit), scores, member.note


def _consolidation_request(letter: Consolidation) -> str:
    return (
        f"{wording.gap(letter.coordinator)} kính trình {wording.gap(letter.authority)} (thông qua "
        f"{wording.gap(letter.appraiser)}) xem xét, tặng {wording.gap(letter.award)} cho các tập thể, cá nhân "
        "có tên trên"
    )
