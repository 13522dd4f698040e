"""The forms of dossiers. Those whose fields follow from a campaign file are made for each request."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, RadioField, ValidationError

from blueprints import labels
from blueprints.forms import (
    ChoiceField,
    DayField,
    NumberField,
    ParagraphField,
    TextField,
    UnitField,
    at_most,
    optional,
    required,
)
from dms.campaigns.spec import CampaignSpec, Scheme
from dms.campaigns.vocabulary import NomineeKind
from dms.dossiers.models import Nominee
from dms.dossiers.nominees import NomineeData

COLLECTIVE_PROFILE = {
    "address": _l("Head office, or address"),
    "contact": _l("Telephone, e-mail"),
    "organisation": _l("Organisation, number of staff"),
    "head_name": _l("Name of its head, or of the householder"),
    "head_title": _l("Position of its head"),
}
INDIVIDUAL_PROFILE = {
    "home_town": _l("Home town"),
    "residence": _l("Place of residence"),
    "qualification": _l("Qualification"),
}


PROFILE_KINDS = dict.fromkeys(("address", "contact", "head_name"), ("collective", "household"))


class OpenForm(FlaskForm):
    """Which award of which campaign, for which unit."""

    scheme = ChoiceField(_l("Campaign and award"), [required()])
    unit_id = UnitField(_l("Unit"), [required()])
    year = NumberField(_l("Year judged"), [optional()], description=_l("Only for awards given every year."))
    for_itself = BooleanField(
        _l("The unit itself is put forward as the collective"),
        description=_l("Its own head cannot award it: where the plan says so, the steering committee does."),
    )

    @property
    def chosen(self) -> tuple[UUID, str]:
        """The revision and the scheme's code."""
        revision, _colon, scheme = self.scheme.data.partition(":")
        return UUID(revision), scheme


class NomineeForm(FlaskForm):
    """Who is put forward, and what the report says of them."""

    kind = RadioField(_l("Who is put forward"), [required()], coerce=NomineeKind)
    post = ChoiceField(
        _l("Post"),
        [optional()],
        choices=[("", "–"), ("direct", _l("Works without a leading position")), ("leading", _l("Leads or manages"))],
        description=_l("Where a rule asks for a share of people without a leading position, it is counted from this."),
    )
    honorific = ChoiceField(_l("Form of address"), [optional()], choices=[("", "–"), ("Ông", "Ông"), ("Bà", "Bà")])
    name = TextField(_l("Name"), [required(), at_most(300)], description=_l("As it has to stand on the award."))
    position_title = TextField(_l("Position"), [optional(), at_most(300)])
    workplace = TextField(_l("Workplace"), [optional(), at_most(300)])
    achievement = TextField(
        _l("Achievement in one line"), [optional(), at_most(500)], description=_l("Printed in lists and on the award.")
    )
    born_on = DayField(_l("Date of birth"), [optional()])
    duties = TextField(_l("Duties"), [optional(), at_most(500)])

    @property
    def profile_fields(self) -> list[tuple[str, Any]]:
        """The fields of the report's first part, each with the kinds of nominee (parted by spaces) that it is for."""
        of_body = [(" ".join(PROFILE_KINDS.get(name, ("collective",))), name) for name in COLLECTIVE_PROFILE]
        return [
            (kinds, self._fields[f"profile_{name}"])
            for kinds, name in (*of_body, *(("individual", name) for name in INDIVIDUAL_PROFILE))
        ]

    def entered(self, spec: CampaignSpec) -> NomineeData:
        """What was typed, as the domain takes it."""
        named = [*COLLECTIVE_PROFILE, *INDIVIDUAL_PROFILE]
        profile = {name: self._fields[f"profile_{name}"].data or "" for name in named}
        born_on = self.born_on.data.isoformat() if self.born_on.data else ""
        return NomineeData(
            kind=self.kind.data,
            name=self.name.data or "",
            position_title=self.position_title.data or "",
            workplace=self.workplace.data or "",
            achievement=self.achievement.data or "",
            sections={each.code: self._fields[f"section_{n}"].data or "" for n, each in enumerate(spec.contents)},
            profile=profile
            | {"honorific": self.honorific.data or "", "born_on": born_on, "duties": self.duties.data or ""}
            | {"post": self.post.data or ""},
        )


def nominee_form(spec: CampaignSpec, scheme: Scheme, nominee: Nominee | None = None) -> NomineeForm:
    """The form for a nominee, with one text for each content of the campaign (P03)."""
    fields: dict[str, Any] = {
        f"section_{n}": ParagraphField(f"{each.code}) {each.title}", [optional(), at_most(8000)], description=each.text)
        for n, each in enumerate(spec.contents)
    }
    for name, words in {**COLLECTIVE_PROFILE, **INDIVIDUAL_PROFILE}.items():
        fields[f"profile_{name}"] = TextField(words, [optional(), at_most(500)])
    made = type("NomineeFormOfCampaign", (NomineeForm,), fields)
    form: NomineeForm = made(data=_known(spec, nominee) if nominee else None)
    kinds = [clause.kind for clause in scheme.nominees]
    form.kind.choices = [(kind, labels.label(kind)) for kind in kinds]
    if form.kind.data is None and len(kinds) == 1:
        form.kind.data = kinds[0]
    return form


def _known(spec: CampaignSpec, nominee: Nominee) -> dict[str, Any]:
    contents, profile = nominee.sections.get("contents", {}), nominee.sections.get("profile", {})
    known = {name: getattr(nominee, name) for name in ("kind", "name", "position_title", "workplace", "achievement")}
    known |= {f"section_{n}": contents.get(each.code, "") for n, each in enumerate(spec.contents)}
    known |= {f"profile_{name}": profile.get(name, "") for name in (*COLLECTIVE_PROFILE, *INDIVIDUAL_PROFILE)}
    born_on = date.fromisoformat(profile["born_on"]) if profile.get("born_on") else None
    return known | {
        "honorific": profile.get("honorific", ""),
        "post": profile.get("post", ""),
        "duties": profile.get("duties", ""),
        "born_on": born_on,
    }


class PercentField(DecimalField):
    """A number in percent, with a comma or a point."""

    def _value(self) -> str:
        """What was typed, else the number with a comma."""
        return self.raw_data[0] if self.raw_data else percent(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take "92,5" as well as "92.5"; say in our own words what is not a number."""
        written = valuelist[0].strip().replace(",", ".") if valuelist else ""
        self.data = None
        if not written:
            return
        try:
            super().process_formdata([written])
        except ValueError:
            raise ValidationError(_("This is not a number. Write it such as 92,5.")) from None


def percent(value: Decimal) -> str:
    """A score as people write it: 92,5."""
    return f"{value.normalize():f}".replace(".", ",")
