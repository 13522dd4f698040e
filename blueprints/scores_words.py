"""Why a line of a table cannot be taken, and what a reader should know of one that can: one table code → sentence."""

from flask_babel import lazy_gettext as _l

from dms.scores.judging import JudgedRow

PROBLEMS = {
    "merged_cells": _l("A cell of this row is merged with others. Unmerge it and write the value in each row."),
    "unit_missing": _l("The row names no unit. Write its name or code."),
    "unit_unknown": _l("No unit is called “%(unit)s”. Correct the name, or use the unit's code."),
    "unit_ambiguous": _l("Several units are called “%(unit)s” (%(codes)s). Use the code of the one that is meant."),
    "year_missing": _l("The row says no year. Add a column “Năm”, or give the year of the whole table."),
    "year_unreadable": _l("“%(year)s” is not a year. Write it such as 2024."),
    "year_out_of_range": _l("A score for %(year)s cannot be: scores go from the year 2000 to this year."),
    "score_missing": _l("The row has no score (or a formula without a result). Write the number."),
    "score_not_a_number": _l("“%(score)s” is not a score. Write it such as 90,5."),
    "score_out_of_range": _l("%(score)s is outside 0 to 100. Scores are in percent; convert points first."),
    "repeated": _l("The unit has another score for this year in row %(rows)s. Keep one of them."),
}
NOTES = {
    "text_number": _l("number written with a comma, read as a decimal"),
    "cut_off": _l("digits after the second decimal are cut off, not rounded"),
    "earlier_name": _l("found by an earlier name, a symbol or an abbreviation"),
    "unit_not_alive": _l("the unit was not there in that year"),
}
SUGGESTED = _l("Meant perhaps: %(names)s?")


def problem(row: JudgedRow) -> str:
    """Why the line cannot be taken, with the units that may be meant; an empty text where it can."""
    if not row.problem:
        return ""
    sentence = str(PROBLEMS[row.problem]) % row.params
    names = row.params.get("suggestions")
    return (
        f"{sentence} {str(SUGGESTED) % {'names': '; '.join(names)}}" if isinstance(names, list) and names else sentence
    )


def notes(row: JudgedRow) -> str:
    """What a reader should know of a line that is taken."""
    return "; ".join(str(NOTES[each]) for each in row.notes)
