"""Pieces of official Vietnamese: numbers, dates, capacities, lists and gaps. Pure text, no layout."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from dms.clock import local
from dms.papers.data import Signer

NBSP = "\u00a0"
"""A blank that neither breaks nor collapses nor is dropped at a line's end, so a gap keeps its width everywhere."""

NUMBER_GAP = NBSP * 13
DAY_GAP = NBSP * 8
MONTH_GAP = NBSP * 8
YEAR_GAP = NBSP * 11
"""Wide enough at 13 pt for a form field with five, two, two and four digits."""

DOTS = "……………"


def gap(text: str, dots: str = DOTS) -> str:
    """Return ``text``, or visible dots where there is none."""
    return text.strip() or dots


def two_digits(number: int) -> str:
    """Return a number with a 0 before it when it is under 10 (annex I, II.3.c)."""
    return f"{number:02d}"


def decimal_text(value: Decimal | None) -> str:
    """Return a number as it is written here, with a comma, or dots where it is unknown."""
    return DOTS[:3] if value is None else f"{value}".replace(".", ",")


def percentage(part: Decimal | int, whole: Decimal | int) -> str:
    """Return ``part`` of ``whole`` in per cent with at most two decimals: "100%", "88,89%"."""
    share = (100 * Decimal(part) / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{share:f}".rstrip("0").rstrip(".").replace(".", ",") + "%"


def spelled_date(day: date) -> str:
    """Return "ngày 05 tháng 01 năm 2026": days under 10 and the months 1 and 2 take a 0 (annex I, II.4.b)."""
    month = two_digits(day.month) if day.month < 3 else f"{day.month}"
    return f"ngày {two_digits(day.day)} tháng {month} năm {day.year}"


def spelled_date_or_gaps(day: date | None) -> str:
    """Return the date in words, or the same words around blank gaps for the registry."""
    if day is not None:
        return spelled_date(day)
    return f"ngày{DAY_GAP}tháng{MONTH_GAP}năm{YEAR_GAP}"


def short_date(day: date | None) -> str:
    """Return "05/01/2026", or dots where the day is unknown."""
    return "…/…/……" if day is None else f"{day:%d/%m/%Y}"


def spelled_time(instant: datetime | None, day: date | None = None) -> str:
    """Return "08 giờ 00 phút, ngày 05 tháng 01 năm 2026" on a Vietnamese clock, or dots for what is not known."""
    if instant is None:
        return f"…… giờ …… phút, {spelled_date(day) if day else 'ngày …… tháng …… năm ………'}"
    there = local(instant)
    return f"{there:%H} giờ {there:%M} phút, {spelled_date(there.date())}"


def number_line(number: int | None, symbol: str) -> str:
    """Return "Số: 05/TTr-SKHCN", or the same with a blank gap before the slash."""
    written = f" {two_digits(number)}" if number is not None else NUMBER_GAP
    return f"Số:{written}/{gap(symbol)}"


def place_line(place: str, day: date | None) -> str:
    """Return "Vĩnh Long, ngày 05 tháng 01 năm 2026", or the same with blank gaps."""
    return f"{gap(place)}, {spelled_date_or_gaps(day)}"


def capital(text: str) -> str:
    """Return ``text`` with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Return ``text`` with a small first letter and the rest as it is, to stand inside a sentence."""
    return text[:1].lower() + text[1:]


def bare(text: str) -> str:
    """Return ``text`` without the mark that ends it, so that a list can set its own."""
    return text.strip().rstrip(".;,").rstrip()


def punctuated(items: Iterable[str], last: str = ".") -> list[str]:
    """Return the items with ";" after each and ``last`` after the last one, as bases and recipients are written."""
    texts = [bare(item) for item in items if item.strip()] or [DOTS]
    return [f"{text};" for text in texts[:-1]] + [f"{texts[-1]}{last}"]


def power_lines(signer: Signer) -> tuple[str, ...]:
    """Return the lines above a signature, in capitals: power line(s), then the signer's position (annex I, II.7.b).

    A deputy for the chair of a committee gives ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH").
    """
    capacity = signer.capacity.upper()
    position = gap(signer.position).upper()
    on_behalf = (f"TM. {signer.collective.upper()}",) if signer.collective else ()
    if capacity == "Q":
        return (*on_behalf, f"Q. {position}")
    if capacity in {"KT", "TL", "TUQ"}:
        return (*on_behalf, f"{capacity}. {gap(signer.principal).upper()}", position)
    return (*on_behalf, position)


def filed_line(filed: str) -> str:
    """Return the last line of the recipients: "- Lưu: VT, VP."."""
    return f"- Lưu: {bare(filed) or 'VT'}."


def with_honorific(honorific: str, name: str) -> str:
    """Return "Ông Nguyễn Văn An", or the name alone for a collective."""
    return f"{honorific} {gap(name)}".strip()


def counted(counts: Iterable[tuple[int, str]]) -> str:
    """Return "02 tập thể, 01 hộ gia đình và 03 cá nhân", leaving out a kind of which there is none."""
    named = [f"{two_digits(count)} {kind}" for count, kind in counts if count]
    return " và ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))
