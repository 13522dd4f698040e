"""The forms that change a campaign: its text as YAML, what offices change most as fields, a unit's own campaign."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, FieldList, Form, FormField, IntegerField, TextAreaField
from wtforms.validators import Regexp
from wtforms.widgets import HiddenInput

from blueprints.dossier_forms import PercentField
from blueprints.forms import (
    ChoiceField,
    DayField,
    NumberField,
    ParagraphField,
    TextField,
    UnitField,
    at_most,
    between,
    needed_number,
    optional,
    required,
)
from blueprints.labels import choices
from blueprints.people_forms import CODE
from dms.campaigns.spec import CampaignSpec
from dms.campaigns.vocabulary import DecisionPath, DocumentKind, Late, NomineeKind, QuotaScope, TaskLevel
from dms.errors import Invalid

MOST = 100_000


def as_lines(value: str | None) -> str | None:
    """Text as the file keeps it, whatever line ends the browser sent."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if value else value


class RevisionForm(FlaskForm):
    """A whole new text of the campaign, typed or as a file, and why it is changed."""

    based_on = IntegerField(widget=HiddenInput())
    text = TextAreaField(_l("Campaign file (YAML)"), filters=[as_lines])
    file = FileField(_l("Or a file from your computer"))
    reason = ParagraphField(
        _l("Why is it changed?"),
        [at_most(1000)],
        description=_l("The decision or the mistake that it follows. It is kept in the history for good."),
    )

    def take_file(self) -> None:
        """Put the file, where one was chosen, into the text. Raises Invalid("campaign_file_not_text")."""
        if self.file.data:
            try:
                self.text.data = as_lines(self.file.data.stream.read().decode("utf-8-sig"))
            except UnicodeDecodeError:
                raise Invalid("campaign_file_not_text", field="file") from None


class DeadlineRow(Form):
    """A deadline of an award."""

    title = TextField(_l("Deadline"), [required(), at_most(500)])
    before = DayField(_l("Before the day"), [required()], description=_l("That day itself is late."))
    late = ChoiceField(_l("What lateness does"), choices=choices(Late))


class QuotaRow(Form):
    """How many of a kind."""

    limit = NumberField(_l("At most"), [optional(), between(0, MOST)], description=_l("Empty: the head decides."))
    scope = ChoiceField(_l("Counted"), choices=choices(QuotaScope))


class CriterionRow(Form):
    """A criterion: its words, and what it measures."""

    text = ParagraphField(_l("Criterion"), [required(), at_most(8000)])
    percent = PercentField(_l("Percent"), [optional(), between(0, 100)])
    years = NumberField(_l("In how many years, at least"), [optional(), between(1, 50)])
    level = ChoiceField(_l("Level"), [optional()], choices=[("", "–"), *choices(TaskLevel)])
    remove = BooleanField(_l("Take out"))


class PaperRow(Form):
    """A paper of the dossier."""

    title = TextField(_l("Paper"), [required(), at_most(500)])
    optional = BooleanField(_l("Not required"))
    remove = BooleanField(_l("Take out"))


class AddedRow(Form):
    """A criterion or a paper that is new; left empty, nothing is added."""

    criterion = ParagraphField(_l("New criterion"), [optional(), at_most(8000)])
    kind = ChoiceField(_l("For whom"), [optional()], choices=choices(NomineeKind))
    paper = TextField(_l("New paper"), [optional(), at_most(500)])
    document_kind = ChoiceField(_l("Kind of paper"), [optional()], choices=choices(DocumentKind))
    rule = TextField(
        _l("Rule"),
        [optional(), Regexp(r"^[A-Z][A-Za-z0-9.\-]{0,19}$", message=_l("A letter and a number, such as P17 or H02."))],
        description=_l("Its short name, such as P17 or H02."),
    )
    basis = ChoiceField(_l("Legal basis"), [optional()], validate_choice=False)
    place = TextField(_l("Place in the text"), [optional(), at_most(500)])

    def validate(self, extra_validators: Any = None) -> bool:
        """What is added says by which rule."""
        is_valid = super().validate(extra_validators)
        if self.criterion.data or self.paper.data:
            for field in (self.rule, self.place):
                if not field.data:
                    field.errors = [*field.errors, _l("Please fill this in.")]
                    is_valid = False
        return is_valid


class SchemeRows(Form):
    """What can be changed of one award."""

    title = TextField(_l("Award"), [required(), at_most(500)])
    deadlines = FieldList(FormField(DeadlineRow))
    quotas = FieldList(FormField(QuotaRow))
    criteria = FieldList(FormField(CriterionRow))
    papers = FieldList(FormField(PaperRow))
    added = FormField(AddedRow)


class EditorForm(FlaskForm):
    """What offices change most, in fields."""

    based_on = IntegerField(widget=HiddenInput())
    title = TextField(_p("campaign", "Title"), [required(), at_most(500)])
    starts_on = DayField(_l("First day"), [optional()], description=_l("Empty: the day on which the plan is issued."))
    ends_on = DayField(_l("Last day"), [required()])
    period = TextField(_l("Period, in words"), [required(), at_most(500)])
    schemes = FieldList(FormField(SchemeRows))

    def offer(self, spec: CampaignSpec) -> None:
        """Fill the lists that depend on the campaign."""
        bases = [(basis.code, basis.short) for basis in spec.legal_bases]
        for rows in self.schemes:
            rows.form.added.form.basis.choices = bases


def known(spec: CampaignSpec, number: int) -> dict[str, Any]:
    """What the editor shows of a campaign's content."""
    return {
        "based_on": number,
        "title": spec.title,
        "starts_on": spec.period.starts_on,
        "ends_on": spec.period.ends_on,
        "period": spec.period.text,
        "schemes": [_known_scheme(scheme) for scheme in spec.schemes],
    }


def _known_scheme(scheme: Any) -> dict[str, Any]:
    return {
        "title": scheme.title,
        "deadlines": [{"title": d.title, "before": d.before, "late": d.late.value} for d in scheme.deadlines],
        "quotas": [{"limit": c.quota.limit, "scope": c.quota.scope.value} for c in scheme.nominees],
        "criteria": [_known_criterion(criterion) for criterion in scheme.criteria],
        "papers": [{"title": r.title, "optional": r.optional} for r in scheme.requirements],
        "added": {},
    }


def _known_criterion(criterion: Any) -> dict[str, Any]:
    level = getattr(criterion, "level", None)
    return {
        "text": criterion.text,
        "percent": getattr(criterion, "min_percent", getattr(criterion, "percent", None)),
        "years": getattr(criterion, "years_at_least", None),
        "level": level.value if level else "",
    }


class OwnCampaignForm(FlaskForm):
    """A unit's own campaign under another (P23)."""

    scheme = ChoiceField(_l("Which award it carries out"), [required()])
    unit_id = UnitField(_l("Unit"), [required()])
    title = TextField(_p("campaign", "Title"), [required(), at_most(500)])
    code = TextField(
        _l("Code"),
        [required(), at_most(80), Regexp(f"^{CODE}$", message=_l("Lower-case letters, digits and single hyphens."))],
        description=_l("It stands in addresses and never changes: giay-khen-so-gddt-2026"),
    )
    year = NumberField(_l("Year judged"), [needed_number()])
    before = DayField(_l("Dossiers are due before"), [optional()], description=_l("That day itself is late."))

    def offer(self, spec: CampaignSpec, units: Iterator[tuple[Any, str]]) -> None:
        """Fill the lists: the awards that a head confers, and the units of the actor."""
        heads = (scheme for scheme in spec.schemes if scheme.procedure.path is DecisionPath.OWN_HEAD)
        self.scheme.choices = [(scheme.code, scheme.title) for scheme in heads]
        self.unit_id.choices = list(units)
