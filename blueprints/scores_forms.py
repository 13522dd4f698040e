"""The form by which a table of index scores comes in."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField

from blueprints.forms import DayField, NumberField, TextField, at_most, between, optional, required
from dms.scores.imports import Approval


class ImportForm(FlaskForm):
    """A table and the paper that approved it."""

    file = FileField(
        _l("Table (XLSX or CSV)"),
        [required(_l("Choose a file."))],
        description=_l("A heading row with the unit (or its code), the year and the score; or a column for each year."),
    )
    year = NumberField(
        _l("Year of the whole table"), [optional(), between(2000, 2100)], description=_l("Where no column says it.")
    )
    paper_number = TextField(_l("Number of the approving paper"), [required(), at_most(60)])
    paper_issued_on = DayField(_l("Its day"), [required()])
    paper_issuer = TextField(_l("Approved by"), [required(), at_most(300)])

    def approval(self) -> Approval:
        """What was typed."""
        return Approval(self.paper_number.data, self.paper_issued_on.data, self.paper_issuer.data, self.year.data)
