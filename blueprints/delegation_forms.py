"""Forms of the screens on which a head delegates, and people say that they are away."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField

from blueprints.forms import CheckboxListField, DayField, PersonField, TextField, UnitField, at_most, optional, required
from blueprints.labels import label
from blueprints.people_forms import LabelField
from dms.documents.models import DocumentKind
from dms.people.delegations import DelegationTerms, LegalPaper
from dms.people.models import Capacity
from dms.policy import PositionKind
from dms.scope import Scope

SIGNED_KINDS = (
    DocumentKind.SUBMISSION_LETTER,
    DocumentKind.MINUTES,
    DocumentKind.ACHIEVEMENT_REPORT,
    DocumentKind.NOMINEE_LIST,
    DocumentKind.CONSOLIDATION_LETTER,
    DocumentKind.DECISION,
)


class DelegationForm(FlaskForm):
    """A written power to sign in the head's place: to whom, for what, by which paper, how long."""

    unit_id = UnitField(_l("Unit"), [required()])
    delegate_id = PersonField(
        _l("Who signs in your place"),
        [required()],
        description=_l("Your deputies (KT.) and the heads of the units below yours (TL., TUQ.)"),
    )
    capacity = LabelField(_l("Power line"), Capacity, only=(Capacity.KT, Capacity.TL, Capacity.TUQ))
    document_kinds = CheckboxListField(
        _l("For which kinds of paper"), choices=[(k.value, k.value) for k in SIGNED_KINDS]
    )
    matters = CheckboxListField(_l("For which movements and awards"))
    basis = TextField(
        _l("Written basis"),
        [required(), at_most(300)],
        description=_l("What the paper is: decision on the division of work, working rules, letter of authority"),
    )
    paper_number = TextField(_l("Number and symbol"), [optional(), at_most(60)])
    paper_issued_on = DayField(_l("Date of issue"), [optional()])
    paper_issuer = TextField(_l("Issued by"), [optional(), at_most(300)])
    file = FileField(_l("The paper itself"), description=_l("PDF; then its number may stay empty"))
    valid_from = DayField(_l("From"), [required()])
    valid_to = DayField(_l("Until (not including)"), [required()])

    def offer(self, matters: Iterable[tuple[str, str]]) -> None:
        """Set what can be ticked: kinds of paper in the reader's language, movements with their awards."""
        self.document_kinds.choices = [(kind.value, label(kind)) for kind in SIGNED_KINDS]
        self.matters.choices = list(matters)

    def terms(self, paper_id: Any = None) -> DelegationTerms:
        """What was typed; ``paper_id`` is the document that was uploaded with it."""
        chosen = frozenset(self.matters.data or ())
        schemes = frozenset(each for each in chosen if "/" in each)
        return DelegationTerms(
            unit_id=self.unit_id.data,
            position_kind=PositionKind.HEAD,
            delegate_id=self.delegate_id.data,
            capacity=Capacity(self.capacity.data),
            basis=self.basis.data,
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
            paper=LegalPaper(
                self.paper_number.data or "", self.paper_issued_on.data, self.paper_issuer.data or "", paper_id
            ),
            scope=Scope(frozenset(self.document_kinds.data or ()), chosen - schemes, schemes),
        )


class AbsenceForm(FlaskForm):
    """From when to when one is away, and who stands in."""

    valid_from = DayField(_l("Away from"), [required()])
    valid_to = DayField(_l("Back on"), [required()])
    stand_in_id = PersonField(
        _l("Who stands in"),
        [optional()],
        description=_l("Shown to those who wait. It gives no power to sign: that is done by a delegation."),
    )
    note = TextField(_l("Note"), [optional(), at_most(300)], description=_l("Leave, business trip, training …"))
