"""Forms of the signing screens."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import PasswordField

from blueprints.forms import ChoiceField, ParagraphField, at_most, required


class SecretForm(FlaskForm):
    """The PIN or one-time password that a key asks for; it is never rendered back, stored or logged."""

    secret = PasswordField()

    @property
    def is_refused(self) -> bool:
        """Whether a refusal stands on the form."""
        return bool(self.form_errors or self.secret.errors)


class ReturnedForm(FlaskForm):
    """The file that comes back from the signer's own program."""

    file = FileField(_l("The signed file (PDF)"), [FileRequired(_l("Choose a file."))])


class CheckForm(FlaskForm):
    """A signed file that somebody wants to be sure of."""

    file = FileField(_l("Signed PDF"), [FileRequired(_l("Choose a file."))])


class ReassignForm(FlaskForm):
    """To whom a step is given, and why; the choices are ``<person>:<seat>``."""

    to = ChoiceField(_l("To whom"), [required()])
    reason = ParagraphField(_l("Reason"), [required(), at_most(1000)])
