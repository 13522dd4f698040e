"""Biên bản họp xét khen thưởng: the council's meeting, votes and conclusion (annex III, model 1.9)."""

from collections.abc import Sequence

from docx.document import Document

from dms.papers import frame, styles, wording
from dms.papers.data import Ballot, CouncilMember, Minutes
from dms.papers.letters import nominee_text
from dms.papers.measure import dotted_line
from dms.papers.paragraphs import Column, grid, keep_with_next, new_document, say, say_each, to_bytes

BALLOT_COLUMNS = (
    Column(title="STT", width=1.5, style=styles.CELL_CENTRE),
    Column(title="Tập thể, cá nhân được đề nghị", width=8.0),
    Column(title="Số phiếu đồng ý/tổng số thành viên", width=4.2, style=styles.CELL_CENTRE),
    Column(title="Tỷ lệ", width=2.8, style=styles.CELL_CENTRE),
)


def minutes(paper: Minutes) -> bytes:
    """Return the minutes as DOCX. Percentages are taken of all members, present and absent (P17.2)."""
    document = new_document(f"Biên bản {wording.lower_first(paper.subject)}", paper.council)
    frame.letterhead(document, paper.head, dated=False)
    frame.title(document, "BIÊN BẢN", wording.capital(wording.gap(paper.subject)))
    _meeting(document, paper)
    _members(document, paper)
    _course(document, paper)
    _votes(document, paper)
    _conclusion(document, paper)
    _signatures(document, paper)
    return to_bytes(document)


def member_text(member: CouncilMember) -> str:
    """Return "Bà Trần Thị Bình, Phó Giám đốc - Phó Chủ tịch Hội đồng"."""
    duties = " - ".join(part for part in (member.position, member.role) if part)
    return f"{wording.with_honorific(member.honorific, member.name)}, {wording.gap(duties)}"


def _meeting(document: Document, paper: Minutes) -> None:
    say(document, styles.BODY, f"Thời gian bắt đầu: {wording.spelled_time(paper.opened_at, paper.held_on)}.")
    say(document, styles.BODY, f"Địa điểm: {wording.bare(wording.gap(paper.venue))}.")


def _members(document: Document, paper: Minutes) -> None:
    present, absent, total = len(paper.present), len(paper.absent), _member_count(paper)
    say(document, styles.HEADING, "I. THÀNH PHẦN THAM DỰ")
    count = f"{wording.two_digits(present)}/{wording.two_digits(total)} thành viên {wording.gap(paper.council)}"
    say(document, styles.BODY, f"1. Có mặt: {count}, gồm:")
    frame.dashes(document, [member_text(member) for member in paper.present])
    away = f"{wording.two_digits(absent)} thành viên, gồm:" if absent else "không."
    say(document, styles.BODY, f"2. Vắng mặt: {away}")
    if absent:
        frame.dashes(document, [_absent_text(member) for member in paper.absent])
    say(document, styles.BODY, f"3. Chủ trì: {member_text(paper.chair)}.")
    say(document, styles.BODY, f"4. Thư ký: {member_text(paper.secretary)}.")


def _absent_text(member: CouncilMember) -> str:
    opinion = f"đã gửi ý kiến bằng văn bản: {wording.bare(member.opinion)}" if member.opinion else "chưa có ý kiến"
    return f"{member_text(member)} ({opinion})"


def _course(document: Document, paper: Minutes) -> None:
    say(document, styles.HEADING, "II. NỘI DUNG CUỘC HỌP")
    say_each(document, styles.BODY, paper.course or (dotted_line(),))


def _votes(document: Document, paper: Minutes) -> None:
    say(document, styles.HEADING, "III. KẾT QUẢ BỎ PHIẾU")
    total = wording.two_digits(_member_count(paper))
    keep_with_next(say(document, styles.BODY, f"{_base_text(paper, total)}, kết quả như sau:"))
    kinds = (
        ("Tập thể", paper.collective_ballots),
        ("Hộ gia đình", paper.household_ballots),
        ("Cá nhân", paper.individual_ballots),
    )
    for number, (heading, ballots) in enumerate([kind for kind in kinds if kind[1]], start=1):
        say(document, styles.HEADING, f"{number}. {heading}")
        grid(document, BALLOT_COLUMNS, _ballot_rows(ballots, _member_count(paper)))


def _base_text(paper: Minutes, total: str) -> str:
    written = " (gồm ý kiến bằng văn bản của thành viên vắng mặt)" if any(m.opinion for m in paper.absent) else ""
    return f"Tỷ lệ phiếu được tính trên tổng số {total} thành viên của Hội đồng{written}"


def _ballot_rows(ballots: Sequence[Ballot], members: int) -> list[tuple[str, ...]]:
    return [
        (str(n), nominee_text(ballot.nominee), *_counted(ballot.in_favour, members))
        for n, ballot in enumerate(ballots, start=1)
    ]


def _counted(in_favour: int | None, members: int) -> tuple[str, str]:
    if in_favour is None or not members:
        return f"……/{wording.two_digits(members)}", "……%"
    count = f"{wording.two_digits(in_favour)}/{wording.two_digits(members)}"
    return count, wording.percentage(in_favour, members)


def _conclusion(document: Document, paper: Minutes) -> None:
    say(document, styles.HEADING, "IV. KẾT LUẬN")
    say_each(document, styles.BODY, paper.conclusion or (dotted_line(),))
    frame.closing(
        document,
        f"Cuộc họp kết thúc vào {wording.spelled_time(paper.closed_at, paper.held_on)}. Biên bản đã được đọc cho các "
        "thành viên dự họp cùng nghe, thống nhất và thông qua",
    )


def _signatures(document: Document, paper: Minutes) -> None:
    secretary, chair = (("THƯ KÝ",), paper.secretary.name), (_chair_lines(paper.chair), paper.chair.name)
    frame.two_signatures(document, secretary, chair, paper.recipients)


def _chair_lines(chair: CouncilMember) -> tuple[str, ...]:
    return ("CHỦ TỌA", chair.role.upper()) if chair.role else ("CHỦ TỌA",)


def _member_count(paper: Minutes) -> int:
    return len(paper.present) + len(paper.absent)
