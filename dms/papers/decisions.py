"""Quyết định về việc tặng Bằng khen, Giấy khen (model 1.2 of annex III, Decree 30/2020)."""

from collections.abc import Sequence

from docx.document import Document

from dms.papers import frame, styles, wording
from dms.papers.data import AwardDecision, Nominee
from dms.papers.letters import (
    LONGEST_PLAIN_LIST,
    collective_table,
    household_table,
    individual_table,
    nominee_count,
    nominee_text,
)
from dms.papers.paragraphs import Bold, keep_with_next, new_document, say, to_bytes

USUAL_BONUS = "Mức tiền thưởng kèm theo và kinh phí khen thưởng thực hiện theo quy định hiện hành"


def award_decision(decision: AwardDecision) -> bytes:
    """Return the decision as DOCX; a long list of those awarded goes into an appendix of the same file."""
    subject = f"Về việc tặng {wording.gap(decision.award)}"
    document = new_document(f"Quyết định {wording.lower_first(subject)}", decision.authority)
    frame.letterhead(document, decision.head)
    frame.title(document, "QUYẾT ĐỊNH", subject)
    say(document, styles.AUTHORITY, wording.gap(decision.authority).upper())
    frame.legal_bases(document, [*decision.legal_bases, f"Theo đề nghị của {wording.gap(decision.proposal)}"])
    say(document, styles.AUTHORITY, "QUYẾT ĐỊNH:")
    _articles(document, decision)
    frame.signed(document, decision.signer, decision.recipients, as_above="Như Điều 3")
    if _is_long(decision):
        _appendix(document, decision)
    return to_bytes(document)


def _is_long(decision: AwardDecision) -> bool:
    return len(_everyone(decision)) > LONGEST_PLAIN_LIST


def _everyone(decision: AwardDecision) -> tuple[Nominee, ...]:
    nominees = decision.nominees
    return (*nominees.collectives, *nominees.households, *nominees.individuals)


def _articles(document: Document, decision: AwardDecision) -> None:
    say(document, styles.BODY, Bold("Điều 1. "), _conferment(decision))
    if not _is_long(decision):
        _awardees(document, decision)
    say(document, styles.BODY, Bold("Điều 2. "), f"{wording.bare(decision.bonus or USUAL_BONUS)}.")
    keep_with_next(say(document, styles.BODY, Bold("Điều 3. "), _execution(decision.executors)))
    keep_with_next(say(document, styles.SPACER))


def _conferment(decision: AwardDecision) -> str:
    tail = " (có danh sách tại Phụ lục kèm theo)." if _is_long(decision) else ", gồm:"
    return (
        f"Tặng {wording.gap(decision.award)} cho {nominee_count(decision.nominees)} đã có thành tích xuất sắc trong "
        f"{wording.lower_first(wording.gap(decision.campaign))}{tail}"
    )


def _awardees(document: Document, decision: AwardDecision) -> None:
    frame.numbered(document, [nominee_text(nominee) for nominee in _everyone(decision)] or [wording.DOTS])


def _execution(executors: Sequence[str]) -> str:
    named = "; ".join(wording.bare(name) for name in executors) or wording.DOTS
    return (
        f"Quyết định này có hiệu lực kể từ ngày ký. {wording.capital(named)} và các tập thể, cá nhân có tên tại Điều 1 "
        "chịu trách nhiệm thi hành Quyết định này./."
    )


def _appendix(document: Document, decision: AwardDecision) -> None:
    frame.appendix(document, f"DANH SÁCH ĐƯỢC TẶNG {wording.gap(decision.award).upper()}", _reference(decision))
    nominees = decision.nominees
    kinds = (
        ("tập thể", nominees.collectives, collective_table),
        ("hộ gia đình", nominees.households, household_table),
        ("cá nhân", nominees.individuals, individual_table),
    )
    shown = [kind for kind in kinds if kind[1]]
    for number, (kind, members, table) in enumerate(shown, start=1):
        say(
            document,
            styles.HEADING,
            f"{'I' * number}. {kind.upper()} ({wording.two_digits(len(members))} {kind})",
        )
        table(document, members)


def _reference(decision: AwardDecision) -> str:
    head = decision.head
    number = wording.two_digits(head.number) if head.number is not None else wording.NBSP * 8
    day = wording.spelled_date_or_gaps(head.issued_on)
    return f"Kèm theo Quyết định số {number}/{wording.gap(head.symbol)} {day} của {wording.gap(decision.authority)}"
