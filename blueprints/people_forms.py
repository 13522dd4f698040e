"""The forms of the administrator's screens."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_wtf import FlaskForm
from wtforms.validators import Email, Regexp

from blueprints.forms import (
    ChoiceField,
    DayField,
    PersonField,
    TextField,
    UnitField,
    UnitsField,
    at_most,
    optional,
    required,
)
from blueprints.labels import choices
from dms.people.administration import AppointmentTerms, GrantTerms, NameTerms
from dms.people.models import Capacity, SuccessionKind, UnitKind
from dms.people.reorganisation import Paper, Passage
from dms.policy import PositionKind, Role

CODE = r"[a-z0-9]+(-[a-z0-9]+)*"


class LabelField(ChoiceField):
    """One member of an enum, by its label."""

    def __init__(self, label: object, kind: type, *, only: tuple = (), **options: object) -> None:
        offered = [each for each in choices(kind) if not only or each[0] in only]
        super().__init__(label, choices=offered, **options)


class PaperForm(FlaskForm):
    """The paper that decides a change of units."""

    paper_number = TextField(
        _l("Number of the deciding paper"), [required(), at_most(60)], description=_l("As printed: 1687/NQ-UBTVQH15")
    )
    paper_issued_on = DayField(_l("Its day"), [required()])
    paper_issuer = TextField(_l("Issued by"), [required(), at_most(300)])

    def paper(self) -> Paper:
        """What was typed."""
        return Paper(self.paper_number.data, self.paper_issued_on.data, self.paper_issuer.data)


class NameFields(FlaskForm):
    """A name of a unit from a day on."""

    name = TextField(_l("Name"), [required(), at_most(300)], description=_l("In full, as on papers: Sở Nội vụ"))
    symbol = TextField(_l("Symbol"), [required(), at_most(30)], description=_l("As in paper numbers: SNV"))
    place = TextField(_l("Place of issue"), [required(), at_most(100)], description=_l("As before the date: Vĩnh Long"))
    superior = TextField(
        _l("Superior body"), [optional(), at_most(300)], description=_l("The line above the name on papers, if any")
    )
    valid_from = DayField(_l("Valid from"), [required()])

    def terms(self) -> NameTerms:
        """What was typed."""
        return NameTerms(
            name=self.name.data,
            symbol=self.symbol.data,
            place=self.place.data,
            superior=self.superior.data or "",
            valid_from=self.valid_from.data,
        )


class NameForm(NameFields, PaperForm):
    """Another name of a unit, by the paper that gave it."""


class UnitForm(NameFields):
    """A new unit under its first name."""

    unit_code = TextField(
        _p("unit", "Code"),
        [required(), at_most(60), Regexp(f"^{CODE}$", message=_l("Lower-case letters, digits and single hyphens."))],
        description=_l("Short and lasting, for campaign files: so-noi-vu"),
    )
    kind = LabelField(_l("Kind of unit"), UnitKind)
    superior_id = UnitField(_l("Stands under"), [optional()])
    paper_number = TextField(
        _l("Number of the deciding paper"),
        [optional(), at_most(60)],
        description=_l("Left empty for a unit that stood before this service."),
    )
    paper_issued_on = DayField(_l("Its day"), [optional()])
    paper_issuer = TextField(_l("Issued by"), [optional(), at_most(300)])

    def paper(self) -> Paper | None:
        """What was typed; None where any of the three is missing."""
        if not (self.paper_number.data and self.paper_issued_on.data and self.paper_issuer.data):
            return None
        return Paper(self.paper_number.data, self.paper_issued_on.data, self.paper_issuer.data)


class SuperiorForm(PaperForm):
    """Under which unit a unit stands from a day on."""

    superior_id = UnitField(_l("Stands under"), [optional()])
    on = DayField(_l("From"), [required()])


class EndUnitForm(PaperForm):
    """The end of a unit whose duties pass to nobody."""

    on = DayField(_l("Ends on"), [required()])


class SuccessionForm(PaperForm):
    """Where a unit's duties pass."""

    kind = LabelField(
        _l("How"), SuccessionKind, description=_l("Unless duties are only transferred, the unit ends on that day.")
    )
    successor_id = UnitField(
        _l("Passes to"), [required()], description=_l("In a split: the one that carries what is open first.")
    )
    more_predecessors = UnitsField(
        _l("Merged with it at the same time"), [optional()], description=_l("Only for a merger.")
    )
    more_successors = UnitsField(_l("The other parts"), [optional()], description=_l("Only for a split."))
    on = DayField(_l("From"), [required()])

    def passage(self, unit_id: UUID) -> Passage:
        """What was typed."""
        return Passage(
            predecessor_ids=(unit_id, *(self.more_predecessors.data or ())),
            successor_ids=(self.successor_id.data, *(self.more_successors.data or ())),
            on=self.on.data,
            paper=self.paper(),
        )


class BlockForm(FlaskForm):
    """A new emulation block."""

    name = TextField(_l("Name"), [required(), at_most(300)], description=_l("Khối thi đua các sở, ban, ngành tỉnh"))
    block_code = TextField(
        _p("unit", "Code"),
        [required(), at_most(60), Regexp(f"^{CODE}$", message=_l("Lower-case letters, digits and single hyphens."))],
    )
    valid_from = DayField(_l("Valid from"), [required()])
    paper_number = TextField(_l("Number of the deciding paper"), [required(), at_most(60)])
    paper_issued_on = DayField(_l("Its day"), [required()])
    paper_issuer = TextField(_l("Issued by"), [required(), at_most(300)])

    paper = PaperForm.paper


class JoinForm(FlaskForm):
    """Which units join a block, and when."""

    unit_ids = UnitsField(_l("Units"), [required()])
    valid_from = DayField(_l("From"), [required()])


class PersonForm(FlaskForm):
    """A new person."""

    full_name = TextField(_l("Full name"), [required(), at_most(200)])
    email = TextField(
        _l("Official e-mail address"), [required(), at_most(254), Email(_l("This is not an e-mail address."))]
    )


class AppointmentForm(FlaskForm):
    """Who takes a seat."""

    person_id = PersonField(_l("Person"), [required()])
    kind = LabelField(_l("Seat"), PositionKind, description=_l("Signing steps are bound to it."))
    title = TextField(
        _l("Title"), [required(), at_most(200)], description=_l("As printed under the signature: Giám đốc")
    )
    capacity = LabelField(_l("Holds the seat"), Capacity, only=(Capacity.NONE, Capacity.Q))
    basis = TextField(
        _l("Paper of appointment"),
        [optional(), at_most(300)],
        description=_l("Number, day and issuer; needed for an acting head (Q.)"),
    )
    valid_from = DayField(_l("From"), [required()])
    valid_to = DayField(_l("Until (not including)"), [optional()])

    def terms(self, unit_id: object) -> AppointmentTerms:
        """What was typed."""
        return AppointmentTerms(
            unit_id=unit_id,
            person_id=self.person_id.data,
            kind=PositionKind(self.kind.data),
            title=self.title.data,
            capacity=Capacity(self.capacity.data),
            basis=self.basis.data or "",
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
        )


class GrantForm(FlaskForm):
    """Who gets a role."""

    person_id = PersonField(_l("Person"), [required()])
    role = LabelField(_l("Role"), Role)
    valid_from = DayField(_l("From"), [required()])
    valid_to = DayField(_l("Until (not including)"), [optional()])

    def terms(self, unit_id: object) -> GrantTerms:
        """What was typed."""
        return GrantTerms(
            unit_id=unit_id,
            person_id=self.person_id.data,
            role=Role(self.role.data),
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
        )


class EndForm(FlaskForm):
    """The day on which something no longer holds."""

    on = DayField(_l("Ends on (not including)"), [required()])
