"""Why a table of index scores, or evidence of a nominee, was refused."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "table_old_excel": _l("This is the old Excel format (.xls). Save the table as .xlsx or .csv and choose that file."),
    "table_macros": _l("The workbook holds macros, which this service never opens. Save it as .xlsx without macros."),
    "table_too_large": _l("The table has more than %(most)s rows. Cut it into several files."),
    "table_empty": _l("No visible sheet of the file holds anything. Choose the right file."),
    "table_not_text": _l("The file is neither XLSX nor text. Choose a table saved as .xlsx or .csv."),
    "table_head_missing": _l(
        "No row names the columns. The table needs a heading row with the unit (“Đơn vị” or “Mã đơn vị”) and the score (“Điểm”), or a column for each year."
    ),
    "table_without_scores": _l("There is nothing below the heading row. Choose the right file or sheet."),
    "approval_missing": _l(
        "Scores count by the paper that approved them (the plan, III.2). Enter its number, day and issuer."
    ),
    "approval_in_future": _l("The approving paper is dated %(day)s, which is still to come. Check the day."),
    "score_import_not_found": _l("There is no such import any more. Open the list again."),
    "score_import_settled": _l(
        "Somebody has dealt with this import already, or it is still being applied. Open the page again."
    ),
    "score_rows_refused": _l(
        "%(rows)s lines cannot be taken. Correct the table and import it again, or tick that they are left out."
    ),
    "score_import_changes_nothing": _l("Every score of this table is known already, or cannot be taken."),
    "scores_overtaken": _l(
        "A newer import has replaced %(count)s of these scores. Undo the newer one first, or import the right values anew."
    ),
    "scores_in_use": _l(
        "Dossiers were passed on with these scores: %(dossiers)s. Import the right values anew instead; the history keeps both."
    ),
    "plan_out_of_range": _l("%(percent)s%% for %(year)s cannot be: a plan is carried out to between 0 and 100%%."),
    "source_missing": _l("For %(year)s a level stands without the paper that says it. Name the paper."),
    "year_paper_half": _l("For %(year)s the paper needs both, its number and its day. Fill in the other one."),
    "head_criteria_not_allowed": _l("This award gives the head no room for further criteria."),
    "head_paper_missing": _l(
        "Further criteria of the head are set in writing (the plan, III.2.1). Enter number and day of the paper."
    ),
}
