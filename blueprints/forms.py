"""What forms share: a refusal that gives the form back, and fields for names, days, numbers, units, people, files."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from wtforms import (
    BooleanField,
    DateField,
    Form,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from blueprints import errors
from blueprints.extensions import db
from dms import text
from dms.documents import flattening
from dms.documents import service as documents
from dms.documents.service import Desk, Intake
from dms.errors import Conflict, DomainError, Invalid, TooLarge

DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"]

REQUIRED = _l("Please fill this in.")
NOT_A_DAY = _l("This is not a day. Write day/month/year, such as 10/01/2026.")
NOT_A_NUMBER = _l("This is not a whole number.")
NOT_OFFERED = _l("Choose one of the entries of the list.")


@contextmanager
def refusals_on(form: Form) -> Iterator[None]:
    """Turn a refusal inside the block into an error of the form; the view goes on after the block and renders it.

    An error with a param ``field`` stands at the field of that name, every other one above the form.
    """
    try:
        yield
    except (Invalid, Conflict, TooLarge) as error:
        db.session.rollback()
        _tell(form, error)
    except (StaleDataError, IntegrityError):
        db.session.rollback()
        form.form_errors.append(str(errors.SENTENCES["stale"]))


def _tell(form: Form, error: DomainError) -> None:
    sentence = errors.sentence(error)
    field = form._fields.get(str(error.params.get("field", "")))
    if field is None:
        form.form_errors.append(sentence)
    else:
        field.errors = [*field.errors, sentence]


class Required(DataRequired):
    """Not empty; what could not be read (no day, no number) keeps its own error."""

    def __call__(self, form: Any, field: Any) -> None:
        """Judge the field."""
        if field.process_errors:
            raise StopValidation
        super().__call__(form, field)


def required(message: Any = REQUIRED) -> DataRequired:
    """The field may not be left empty."""
    return Required(message)


def needed_number(message: Any = REQUIRED) -> InputRequired:
    """A number must be given; zero is one."""
    return InputRequired(message)


def optional() -> Optional:
    """The field may be left empty."""
    return Optional()


def at_most(length: int) -> Length:
    """No more than ``length`` characters."""
    return Length(max=length, message=_l("At most %(max)d characters."))


def between(low: int | None = None, high: int | None = None) -> NumberRange:
    """A number within limits."""
    return NumberRange(low, high, message=_l("The number is outside what is possible here."))


def cleaned(value: str | None) -> str | None:
    """What was typed, in one normal form."""
    return None if value is None else text.clean(value)


class TextField(StringField):
    """A line of text, in NFC, without stray spaces."""

    def __init__(self, label: Any = None, validators: Any = (), **options: Any) -> None:
        super().__init__(label, validators, filters=[cleaned], **options)


class ParagraphField(TextAreaField):
    """Text of several lines; line breaks stay."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Clean line by line."""
        if valuelist:
            self.data = "\n".join(text.clean(line) for line in valuelist[0].splitlines()).strip()


class DayField(DateField):
    """A day, by the browser's calendar or typed as 10/01/2026."""

    def __init__(self, label: Any = None, validators: Any = (), **options: Any) -> None:
        super().__init__(label, validators, format=DAY_FORMATS, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Say in our own words what is not a day; an empty text is none."""
        try:
            super().process_formdata([each for each in valuelist if each.strip()])
        except ValueError:
            raise ValidationError(NOT_A_DAY) from None


class NumberField(IntegerField):
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Say in our own words what is not a number; an empty text is none."""
        try:
            super().process_formdata([each for each in valuelist if each.strip()])
        except ValueError:
            raise ValidationError(NOT_A_NUMBER) from None


class ChoiceField(SelectField):
    """One of a list; its choices are (value, label), or {group: [(value, label), …]}."""

    def __init__(self, label: Any = None, validators: Any = (), *, choices: Any = None, **options: Any) -> None:
        super().__init__(label, validators, choices=_as_choices(choices), **options)

    @property
    def choices(self) -> Any:
        """The entries of the list."""
        return self._choices

    @choices.setter
    def choices(self, given: Any) -> None:
        self._choices = _as_choices(given)

    def pre_validate(self, form: Any) -> None:
        """Say in our own words that the entry is not in the list."""
        try:
            super().pre_validate(form)
        except (ValidationError, ValueError):
            raise ValidationError(NOT_OFFERED) from None


def _as_choices(given: Any) -> Any:
    """Pairs as the objects that WTForms asks for since 3.3; with a dictionary each key heads a group."""
    if isinstance(given, dict):
        return [SelectChoice(value, label, optgroup=group) for group, pairs in given.items() for value, label in pairs]
    if isinstance(given, Iterable):
        return [each if isinstance(each, SelectChoice) else SelectChoice(*each) for each in given]
    return given


class UnitField(ChoiceField):
    """A unit; its choices are (id, name)."""

    def __init__(self, label: Any = None, validators: Any = (), **options: Any) -> None:
        super().__init__(label, validators, coerce=as_uuid, **options)


class PersonField(UnitField):
    """A person; its choices are (id, name)."""


class CheckboxListField(SelectMultipleField):
    """Any number of a list, each with a box of its own; its choices are (value, label)."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, validators: Any = (), *, choices: Any = (), **options: Any) -> None:
        super().__init__(label, validators, choices=_as_choices(choices), **options)

    @property
    def choices(self) -> Any:
        """The entries of the list."""
        return self._choices

    @choices.setter
    def choices(self, given: Any) -> None:
        self._choices = _as_choices(given)

    def pre_validate(self, form: Any) -> None:
        """Say in our own words that an entry is not in the list."""
        try:
            super().pre_validate(form)
        except (ValidationError, ValueError):
            raise ValidationError(NOT_OFFERED) from None


class UnitsField(CheckboxListField):
    """Any number of units; its choices are (id, name)."""

    def __init__(self, label: Any = None, validators: Any = (), **options: Any) -> None:
        super().__init__(label, validators, coerce=as_uuid, **options)


def as_uuid(value: Any) -> UUID | None:
    """A form's text as an id; empty text is none."""
    return value if isinstance(value, UUID) or not value else UUID(str(value))


class ButtonForm(FlaskForm):
    """A form of one button: it only carries the token."""


class ReasonForm(FlaskForm):
    """A reason in words, as for a return, a refusal or a withdrawal."""

    reason = ParagraphField(_l("Reason"), [required(), at_most(1000)])


class NumberAndDateForm(FlaskForm):
    """Number, symbol and date of a paper (Nghị định 30/2020, annex I)."""

    number = NumberField(_l("Number"), [needed_number(), between(1, 999_999)])
    symbol = TextField(_l("Symbol"), [required(), at_most(60)], description=_l("As on the paper: TTr-SNV"))
    issued_on = DayField(_l("Date of issue"), [required()])
    other_symbol = BooleanField(_l("Use this symbol although another one is printed on the paper"))


class UploadForm(FlaskForm):
    """A file, and a note on what is new in it."""

    file = FileField(_l("File"), [required(_l("Choose a file."))])
    note = TextField(_l("What is new in this version?"), [optional(), at_most(500)])
    flatten = BooleanField(_l("Flatten to PDF/A"))

    def receive(self, desk: Desk) -> Intake:
        """The file, taken in as it is or, where that is wished, as flat pages."""
        take = flattening.receive if self.flatten.data else documents.receive
        return take(desk, self.file.data.stream, filename=self.file.data.filename or "")
