"""Whether a paper's words agree with the dossier. Pure: folded text and wanted words in, what was found out (P17)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dms.campaigns.vocabulary import Form, Mention
from dms.completeness.model import Mentioned
from dms.text import fold

FORM_WORDS = {
    Form.BANG_KHEN: "Bằng khen",
    Form.GIAY_KHEN: "Giấy khen",
    Form.CO_THI_DUA_TINH: "Cờ thi đua của Ủy ban nhân dân tỉnh",
    Form.CHIEN_SI_THI_DUA_TINH: "Chiến sĩ thi đua cấp tỉnh",
    Form.CHIEN_SI_THI_DUA_CO_SO: "Chiến sĩ thi đua cơ sở",
    Form.LAO_DONG_TIEN_TIEN: "Lao động tiên tiến",
    Form.TAP_THE_LAO_DONG_XUAT_SAC: "Tập thể lao động xuất sắc",
    Form.TAP_THE_LAO_DONG_TIEN_TIEN: "Tập thể lao động tiên tiến",
}
_NAMED_BY_GIVER = (Form.BANG_KHEN, Form.GIAY_KHEN)
# The long and the short form of one thing: papers and registers mix them freely.
_SHORT_FORMS = (("uy ban nhan dan", "ubnd"), ("hoi dong nhan dan", "hdnd"))


def award_in_words(form: Form, authority: str) -> str:
    """The award in full: a certificate by whoever gives it, a title (danh hiệu) by its own name alone."""
    words = FORM_WORDS[form]
    return f"{words} của {authority}" if form in _NAMED_BY_GIVER else f"danh hiệu “{words}”"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The words that papers of one dossier must hold: names to find, the unit's names of which one is enough, years."""

    nominees: tuple[str, ...]
    unit: tuple[str, ...]
    form: Form
    years: tuple[int, ...]


def mentioned(asked: Iterable[Mention], folded: str | None, wanted: Wanted) -> tuple[Mentioned, ...]:
    """One answer for each thing asked; a paper without text (a scan) answers "not known" to all of them."""
    if not folded or not folded.strip():
        return tuple(Mentioned(what.value, None) for what in asked)
    text = f" {_short(folded)} "
    return tuple(_answer(what, text, wanted) for what in asked)


def _answer(what: Mention, text: str, wanted: Wanted) -> Mentioned:
    missing = _MISSING[what](text, wanted)
    return Mentioned(what.value, not missing, tuple(missing))


def _missing_nominees(text: str, wanted: Wanted) -> list[str]:
    return [name for name in wanted.nominees if not _holds(text, name)]


def _missing_unit(text: str, wanted: Wanted) -> list[str]:
    return [] if any(_holds(text, name) for name in wanted.unit) else list(wanted.unit[:1])


def _missing_scheme(text: str, wanted: Wanted) -> list[str]:
    words = FORM_WORDS[wanted.form]
    return [] if _holds(text, words) else [words]


def _missing_years(text: str, wanted: Wanted) -> list[str]:
    """Either each year stands there, or the whole span does ("2023 - 2025", which folds to "2023 2025")."""
    if len(wanted.years) > 1 and f" {wanted.years[0]} {wanted.years[-1]} " in text:
        return []
    return [str(year) for year in wanted.years if f" {year} " not in text]


_MISSING = {
    Mention.NOMINEES: _missing_nominees,
    Mention.UNIT: _missing_unit,
    Mention.SCHEME: _missing_scheme,
    Mention.YEARS: _missing_years,
}


def _holds(text: str, words: str) -> bool:
    return f" {_short(fold(words))} " in text


def _short(folded: str) -> str:
    for long, short in _SHORT_FORMS:
        folded = folded.replace(long, short)
    return folded


def names_of_years(years: Sequence[int], year: int | None) -> tuple[int, ...]:
    """The years that a paper must name: the dossier's own where the scheme is yearly, else all of the campaign's."""
    return (year,) if year is not None else tuple(sorted(years))
