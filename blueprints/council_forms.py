"""The form of the council's meeting: hours, members by name, votes, conclusion; minutes are drafted from it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import time
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, ValidationError
from wtforms import TimeField as PlainTimeField

from blueprints.forms import (
    REQUIRED,
    ChoiceField,
    DayField,
    NumberField,
    ParagraphField,
    TextField,
    at_most,
    between,
    optional,
    required,
)
from blueprints.labels import choices
from dms.dossiers.council import MeetingData, MemberData
from dms.dossiers.models import CouncilMeeting, CouncilMember, CouncilRole, Nominee, Presence

MOST_MEMBERS = 60
SPARE_ROWS = 2
TIME_FORMATS = ["%H:%M", "%H:%M:%S", "%Hh%M", "%H giờ %M"]
NOT_A_TIME = _l("This is not a time of day. Write hours and minutes, such as 08:30.")
_OF_MEETING = ("held_on", "opened_at", "closed_at", "place", "members_total", "members_present", "written_opinions")
_OF_MEMBER = ("name", "honorific", "position_title", "role", "presence", "opinion")


class TimeField(PlainTimeField):
    """A time of day, by the browser's clock or typed as 08:30."""

    def __init__(self, label: Any = None, validators: Any = (), **options: Any) -> None:
        super().__init__(label, validators, format=TIME_FORMATS, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Say in our own words what is not a time; an empty text is none."""
        try:
            super().process_formdata([each.strip() for each in valuelist if each.strip()])
        except ValueError:
            raise ValidationError(NOT_A_TIME) from None


class MemberRow(Form):
    """One member of the council; a row without a name is passed over."""

    name = TextField(_l("Full name"), [optional(), at_most(200)])
    honorific = ChoiceField(
        _l("Form of address"), [optional()], choices=[("", "–"), ("Ông", "Ông"), ("Bà", "Bà")], default=""
    )
    position_title = TextField(_l("Position in the unit"), [optional(), at_most(300)])
    role = ChoiceField(_p("council", "In the council"), choices=[], default=CouncilRole.MEMBER.value)
    presence = ChoiceField(_p("council", "Took part"), choices=[], default=Presence.PRESENT.value)
    opinion = TextField(_l("Written opinion"), [optional(), at_most(1000)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.role.choices, self.presence.choices = choices(CouncilRole), choices(Presence)

    @property
    def member(self) -> MemberData | None:
        """The member as typed."""
        if not self.name.data:
            return None
        return MemberData(
            name=self.name.data,
            role=CouncilRole(self.role.data),
            presence=Presence(self.presence.data),
            honorific=self.honorific.data or "",
            position_title=self.position_title.data or "",
            opinion=self.opinion.data or "",
        )


class VoteRow(Form):
    """The votes in favour of one nominee."""

    nominee = HiddenField()
    in_favour = NumberField(_l("Votes in favour"), [optional(), between(0, 1000)])


class MeetingForm(FlaskForm):
    """The council's meeting and its votes. Where members are written down, the numbers are theirs."""

    held_on = DayField(_l("Day of the meeting"), [required()])
    opened_at = TimeField(_l("Began at"), [optional()])
    closed_at = TimeField(_l("Ended at"), [optional()])
    place = TextField(_l("Place"), [optional(), at_most(300)])
    members_total = NumberField(_l("Members of the council"), [optional(), between(1, 1000)])
    members_present = NumberField(_l("Members present"), [optional(), between(0, 1000)])
    written_opinions = NumberField(_l("Absent members who gave a written opinion"), [optional(), between(0, 1000)])
    members = FieldList(FormField(MemberRow), max_entries=MOST_MEMBERS)
    conclusion = ParagraphField(_l("Conclusion"), [optional(), at_most(8000)])
    votes = FieldList(FormField(VoteRow))

    def validate(self, extra_validators: Any = None) -> bool:
        """Numbers may be left out where the members stand there by name."""
        valid = bool(super().validate(extra_validators))
        for field in (self.members_total, self.members_present):
            if field.data is None and not field.errors and not self.listed:
                field.errors = [*field.errors, str(REQUIRED)]
                valid = False
        return valid

    @property
    def listed(self) -> tuple[MemberData, ...]:
        """The members as typed."""
        return tuple(member for row in self.members if (member := row.form.member))

    def entered(self) -> MeetingData:
        """The meeting as typed."""
        listed = self.listed
        came = Counter(member.presence for member in listed)
        return MeetingData(
            held_on=self.held_on.data,
            place=self.place.data or "",
            members_total=_number(self.members_total, len(listed)),
            members_present=_number(self.members_present, came[Presence.PRESENT]),
            written_opinions=_number(self.written_opinions, came[Presence.WRITTEN]),
            conclusion=self.conclusion.data or "",
            opened_at=_minute(self.opened_at.data),
            closed_at=_minute(self.closed_at.data),
            members=listed,
        )

    def counted(self) -> dict[UUID, int | None]:
        """The votes as typed, by nominee."""
        return {UUID(row.form.nominee.data): row.form.in_favour.data for row in self.votes}

    def add_rows(self, count: int) -> None:
        """Put empty rows for members at the end."""
        for _ in range(min(count, MOST_MEMBERS - len(self.members))):
            self.members.append_entry()


def meeting_form(
    meeting: CouncilMeeting | None, nominees: Sequence[Nominee], suggested: Iterable[MemberData], conclusion: str
) -> MeetingForm:
    """The form with a row for each nominee and each member; what nobody entered yet is suggested."""
    data: dict[str, Any] = {name: getattr(meeting, name) for name in _OF_MEETING} if meeting else {}
    known = meeting.members if meeting else ()
    if known:  # the numbers are theirs, and follow when a row is changed
        data |= {"members_total": None, "members_present": None, "written_opinions": None}
    data["members"] = [_row(member) for member in known] or [asdict(member) for member in suggested]
    data["conclusion"] = meeting.conclusion if meeting and meeting.conclusion else conclusion
    data["votes"] = [
        {"nominee": str(each.id), "in_favour": each.vote.in_favour if each.vote else None} for each in nominees
    ]
    form = MeetingForm(data=data)
    if not form.is_submitted() or not form.members:
        form.add_rows(SPARE_ROWS)
    return form


def _row(member: CouncilMember) -> dict[str, Any]:
    return {name: getattr(member, name) for name in _OF_MEMBER}


def _number(field: NumberField, counted: int) -> int:
    return counted if field.data is None else int(field.data)


def _minute(value: time | None) -> time | None:
    return value.replace(second=0, microsecond=0) if value else None
