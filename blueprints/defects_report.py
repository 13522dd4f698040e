"""Common defects in words: rows for the page and for the spreadsheet."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from blueprints import findings
from blueprints.labels import label
from dms.appraisal.desk import defects
from dms.appraisal.desk.defects import Frequency, Statistics
from dms.appraisal.sheets import Value
from dms.people.models import UnitKind

_BY_PERSON = {
    defects.QUESTION: _l("A question of the checklist was answered with a no"),
    defects.PAPER: _l("The paper as a whole was rejected"),
    defects.REMARK: _l("A remark on a page"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A defect in words, with in how many dossiers it was found and what share of those looked at that is."""

    rule: str
    words: str
    found_by: str
    count: int
    share: float
    by_kind: Sequence[int]


def rows_of(found: Statistics) -> list[Row]:
    """The defects from the most frequent down."""
    return list(_rows(found))


def sheet_of(found: Statistics) -> tuple[str, list[tuple[str, int]], list[list[Value]]]:
    """Title, headings and rows of the spreadsheet: first the rate, then the defects."""
    kinds = [label(kind) for kind in found.kinds]
    headings = [(_("Rule"), 10), (_("Defect"), 70), (_("Found by"), 18), (_("Dossiers"), 12), (_("Share (%)"), 12)]
    headings += [(kind, 16) for kind in kinds]
    rows: list[list[Value]] = [
        ["", _("Dossiers that were looked at"), "", found.looked_at, None, *_per_kind(found, found.looked_at_by_kind)],
        [
            "",
            _("Right the first time"),
            "",
            found.right_first,
            found.rate,
            *_per_kind(found, found.right_first_by_kind),
        ],
    ]
    rows += [[r.rule, r.words, r.found_by, r.count, round(r.share, 1), *r.by_kind] for r in _rows(found)]
    return _("Common defects"), headings, rows


def _rows(found: Statistics) -> Iterator[Row]:
    for each in found.frequencies:
        share = 100 * each.count / found.looked_at if found.looked_at else 0.0
        yield Row(each.rule_id, words_of(each), label(each.source), each.count, share, _per_kind(found, each.by_kind))


def words_of(each: Frequency) -> str:
    """The sentence of a finding without the names of one dossier."""
    if each.code in _BY_PERSON:
        return str(_BY_PERSON[each.code])
    words = str(findings.SENTENCES.get(each.code, each.code))
    return words % defaultdict(lambda: "…")


def _per_kind(found: Statistics, counts: Mapping[UnitKind, int]) -> list[int]:
    return [counts.get(kind, 0) for kind in found.kinds]
