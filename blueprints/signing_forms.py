"""Forms of the signing screens."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class CheckForm(FlaskForm):
    """A signed file that somebody wants to be sure of."""

    file = FileField(_l("Signed PDF"), [FileRequired(_l("Choose a file."))])
