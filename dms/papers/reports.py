"""Báo cáo thành tích of a collective or an individual, after the model for emulation campaigns (chuyên đề)."""

from collections.abc import Sequence
from functools import singledispatch

from docx.document import Document

from dms.papers import frame, styles, wording
from dms.papers.data import (
    AchievementReport,
    CollectiveProfile,
    CriterionStatement,
    HouseholdProfile,
    IndexScore,
    IndividualProfile,
    PastAward,
    Section,
)
from dms.papers.measure import dotted_line
from dms.papers.paragraphs import Column, grid, new_document, say, say_each, to_bytes

CONFIRMATION = ("XÁC NHẬN CỦA CẤP", "TRÌNH KHEN THƯỞNG")

SCORE_COLUMNS = (
    Column(title="Năm", width=1.8, style=styles.CELL_CENTRE),
    Column(title="Điểm đạt được", width=2.8, style=styles.CELL_CENTRE),
    Column(title="Điểm tối đa", width=2.6, style=styles.CELL_CENTRE),
    Column(title="Tỷ lệ", width=2.3, style=styles.CELL_CENTRE),
    Column(title="Văn bản phê duyệt kết quả", width=7.0),
)
STATEMENT_COLUMNS = (
    Column(title="STT", width=1.5, style=styles.CELL_CENTRE),
    Column(title="Tiêu chuẩn", width=7.4),
    Column(title="Kết quả thực hiện", width=7.6),
)
AWARD_COLUMNS = (
    Column(title="Năm", width=1.8, style=styles.CELL_CENTRE),
    Column(title="Danh hiệu thi đua, hình thức khen thưởng", width=6.2),
    Column(title="Số, ngày, tháng, năm của quyết định; cơ quan ban hành quyết định", width=8.5),
)


def achievement_report(report: AchievementReport) -> bytes:
    """Return the report as DOCX; a section without text shows dotted lines (P03, P17.3)."""
    document = new_document(f"Báo cáo thành tích của {report.profile.name}", report.profile.name)
    frame.letterhead(document, report.head, numbered=bool(report.head.symbol))
    campaign = f"trong {wording.lower_first(wording.gap(report.campaign))}"
    frame.title(document, "BÁO CÁO THÀNH TÍCH", f"Đề nghị tặng {wording.gap(report.award)} {campaign}")
    _profile(document, report.profile)
    _achievements(document, report)
    _past_awards(document, report.past_awards)
    _signatures(document, report)
    return to_bytes(document)


@singledispatch
def profile_lines(profile: object) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the heading of part I and its lines (label, value) for a kind of profile."""
    raise TypeError(type(profile).__name__)


@profile_lines.register
def _(profile: CollectiveProfile) -> tuple[str, tuple[tuple[str, str], ...]]:
    return "I. SƠ LƯỢC ĐẶC ĐIỂM, TÌNH HÌNH", (
        ("Tên tập thể", profile.name),
        ("Địa điểm trụ sở", profile.address),
        ("Điện thoại, thư điện tử", profile.contact),
        ("Cơ cấu tổ chức, số lượng công chức, viên chức, người lao động", profile.organisation),
        ("Chức năng, nhiệm vụ", profile.duties),
    )


@profile_lines.register
def _(profile: HouseholdProfile) -> tuple[str, tuple[tuple[str, str], ...]]:
    return "I. SƠ LƯỢC VỀ HỘ GIA ĐÌNH", (
        ("Tên hộ gia đình", profile.name),
        ("Họ và tên chủ hộ", profile.householder),
        ("Địa chỉ", profile.address),
        ("Điện thoại, thư điện tử", profile.contact),
    )


@profile_lines.register
def _(profile: IndividualProfile) -> tuple[str, tuple[tuple[str, str], ...]]:
    born = f"{profile.born_on:%d/%m/%Y}" if profile.born_on else ""
    return "I. SƠ LƯỢC LÝ LỊCH", (
        ("Họ và tên", profile.name),
        ("Ngày, tháng, năm sinh", born),
        ("Giới tính", profile.gender),
        ("Quê quán", profile.home_town),
        ("Nơi thường trú", profile.residence),
        ("Chức vụ, đơn vị công tác", ", ".join(part for part in (profile.position, profile.unit) if part)),
        ("Trình độ chuyên môn, nghiệp vụ", profile.qualification),
        ("Quyền hạn, nhiệm vụ được giao", profile.duties),
    )


def _profile(document: Document, profile: CollectiveProfile | HouseholdProfile | IndividualProfile) -> None:
    heading, lines = profile_lines(profile)
    say(document, styles.HEADING, heading)
    for label, value in lines:
        said = f"- {label}: "
        say(document, styles.BODY, f"{said}{wording.bare(value)}." if value.strip() else dotted_line(said))


def _achievements(document: Document, report: AchievementReport) -> None:
    say(document, styles.HEADING, "II. THÀNH TÍCH ĐẠT ĐƯỢC")
    for number, section in enumerate(report.sections, start=1):
        _section(document, number, section)
    following = len(report.sections) + 1
    _scores(document, following, report)
    if report.statements:
        _statements(document, following + 1, report.statements)


def _section(document: Document, number: int, section: Section) -> None:
    say(document, styles.HEADING, f"{number}. {wording.bare(section.title)}")
    paragraphs = [line.strip() for line in section.text.splitlines() if line.strip()]
    say_each(document, styles.BODY, paragraphs or [dotted_line()] * 3)


def _scores(document: Document, number: int, report: AchievementReport) -> None:
    say(document, styles.HEADING, f"{number}. Kết quả chấm điểm {report.score}")
    rows = [_score_row(score) for score in report.scores]
    grid(document, SCORE_COLUMNS, rows or [("……",) * len(SCORE_COLUMNS)])


def _score_row(score: IndexScore) -> tuple[str, ...]:
    texts = str(score.year), wording.decimal_text(score.score), wording.decimal_text(score.maximum)
    return *texts, _share(score), wording.gap(score.approved_by)


def _share(score: IndexScore) -> str:
    if score.score is None or not score.maximum:
        return "……%"
    return wording.percentage(score.score, score.maximum)


def _statements(document: Document, number: int, statements: Sequence[CriterionStatement]) -> None:
    say(document, styles.HEADING, f"{number}. Đối chiếu tiêu chuẩn khen thưởng")
    rows = [(str(n), s.criterion, wording.gap(s.statement)) for n, s in enumerate(statements, start=1)]
    grid(document, STATEMENT_COLUMNS, rows)


def _past_awards(document: Document, awards: Sequence[PastAward]) -> None:
    say(document, styles.HEADING, "III. CÁC HÌNH THỨC ĐÃ ĐƯỢC KHEN THƯỞNG")
    rows = [(str(past.year), past.award, wording.gap(past.decision)) for past in awards]
    grid(document, AWARD_COLUMNS, rows or [("……",) * len(AWARD_COLUMNS)])


def _signatures(document: Document, report: AchievementReport) -> None:
    confirmer = report.confirmer
    lines = wording.power_lines(confirmer) if confirmer else (wording.DOTS,)
    confirmation = (*CONFIRMATION, *lines), confirmer.name if confirmer else ""
    frame.two_signatures(document, confirmation, (_own_lines(report), report.signer.name))


def _own_lines(report: AchievementReport) -> tuple[str, ...]:
    if isinstance(report.profile, IndividualProfile):
        return ("NGƯỜI BÁO CÁO THÀNH TÍCH",)
    if isinstance(report.profile, HouseholdProfile):
        return ("ĐẠI DIỆN HỘ GIA ĐÌNH",)
    return ("THỦ TRƯỞNG ĐƠN VỊ", *wording.power_lines(report.signer))
