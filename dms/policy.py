"""Who may do what: one table. A permission with no row belongs to nobody.

Each rule has two faces, ``allows`` for one thing and ``where`` for a list, so that pages, lists, counts, searches
and exports can never disagree. Rules speak of attributes (``unit_id``, ``status``), never of tables: this module
stands below all of them.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, true, tuple_

from dms.actors import SYSTEM, Actor, Mandate, PositionKind, Presence, Role
from dms.errors import PermissionDenied
from dms.scope import Matter

__all__ = ["SYSTEM", "Actor", "Mandate", "PositionKind", "Presence", "Role"]


class Permission(StrEnum):
    """Named ``subject:act``; every route declares one."""

    HOME = "home:view"
    CAMPAIGN_READ = "campaign:read"
    CAMPAIGN_ACCEPT = "campaign:accept"
    CAMPAIGN_OPEN = "campaign:open"
    CAMPAIGN_REVISE = "campaign:revise"
    DOSSIER_OPEN = "dossier:open"
    DOSSIER_READ = "dossier:read"
    DOSSIER_EDIT = "dossier:edit"
    DOSSIER_SUBMIT = "dossier:submit"
    DOSSIER_WITHDRAW = "dossier:withdraw"
    DOSSIER_CONSOLIDATE = "dossier:consolidate"
    DOSSIER_RETURN = "dossier:return"
    DOSSIER_REFUSE = "dossier:refuse"
    DOSSIER_APPRAISE = "dossier:appraise"
    DOSSIER_DECIDE = "dossier:decide"
    DOSSIER_ARCHIVE = "dossier:archive"
    DOSSIER_EXPORT = "dossier:export"
    DOCUMENT_READ = "document:read"
    STEP_READ = "step:read"
    STEP_ACT = "step:act"
    STEP_REASSIGN = "step:reassign"
    STEP_SKIP = "step:skip"
    STEP_DELEGATE = "step:delegate"
    KEY_OWN = "key:own"
    KEY_SEAL = "key:seal"
    DELEGATION_READ = "delegation:read"
    ROUTE_RECALL = "route:recall"
    CONSOLIDATION_READ = "consolidation:read"
    CONSOLIDATION_EDIT = "consolidation:edit"
    APPRAISAL_READ = "appraisal:read"
    APPRAISAL_EDIT = "appraisal:edit"
    DECISION_READ = "decision:read"
    DECISION_PREPARE = "decision:prepare"
    AWARD_READ = "award:read"
    SCORE_READ = "score:read"
    SCORE_IMPORT = "score:import"
    ARCHIVE_KEEP = "archive:keep"
    AUDIT_READ = "audit:read"
    PEOPLE_ADMINISTER = "people:administer"
    SERVICE_ADMINISTER = "service:administer"


class Rule(Protocol):
    """One way to be allowed."""

    def allows(self, actor: Actor, subject: Any) -> bool:
        """Whether ``actor`` may act on ``subject``."""
        ...

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:
        """The SQL condition that holds for exactly the rows that ``allows`` would allow."""
        ...


@dataclass(frozen=True, slots=True)
class Anyone:
    """Every person who is logged in."""

    def allows(self, actor: Actor, subject: Any) -> bool:  # noqa: ARG002  (the protocol's signature)
        """Whether somebody is logged in at all."""
        return actor.person_id is not None

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:  # noqa: ARG002  (the protocol's signature)
        """All rows for a person, none for nobody."""
        return true() if actor.person_id is not None else false()


@dataclass(frozen=True, slots=True)
class Has:
    """Holds the role in some unit, whatever the thing is."""

    role: Role

    def allows(self, actor: Actor, subject: Any) -> bool:  # noqa: ARG002  (the protocol's signature)
        """Whether the actor holds the role anywhere."""
        return actor.has_role(self.role)

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:  # noqa: ARG002  (the protocol's signature)
        """All rows or none."""
        return true() if actor.has_role(self.role) else false()


@dataclass(frozen=True, slots=True)
class RoleAt:
    """Holds the role in the unit that the thing names in ``attribute``."""

    role: Role
    attribute: str

    def allows(self, actor: Actor, subject: Any) -> bool:
        """Whether the thing's unit is one of the actor's."""
        return getattr(subject, self.attribute) in actor.units_as(self.role)

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:
        """Rows of the actor's units."""
        column: ColumnElement[Any] = getattr(model, self.attribute)
        return column.in_(actor.units_as(self.role))


@dataclass(frozen=True, slots=True)
class Oneself:
    """The thing names the actor in ``attribute``: who sent it, who acted, to whom power was given."""

    attribute: str

    def allows(self, actor: Actor, subject: Any) -> bool:
        """Whether it is the actor; what follows by itself has nobody."""
        return actor.person_id is not None and getattr(subject, self.attribute) == actor.person_id

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:
        """Rows that name the actor."""
        column: ColumnElement[Any] = getattr(model, self.attribute)
        return column == actor.person_id if actor.person_id is not None else false()


@dataclass(frozen=True, slots=True)
class SeatAt:
    """Sits, in the own right, in one of the kinds of seat, in the unit that the thing names in ``attribute``."""

    kinds: tuple[PositionKind, ...]
    attribute: str

    def _units(self, actor: Actor) -> frozenset[UUID]:
        return frozenset(unit for kind, unit in actor.seats if kind in self.kinds)

    def allows(self, actor: Actor, subject: Any) -> bool:
        """Whether the actor sits there."""
        return getattr(subject, self.attribute) in self._units(actor)

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:
        """Rows of the units where the actor sits."""
        column: ColumnElement[Any] = getattr(model, self.attribute)
        return column.in_(self._units(actor))


@dataclass(frozen=True, slots=True)
class MandateAt:
    """Stands in for the head of the unit named in ``attribute``, for everything under the thing's scheme.

    A mandate for some kinds of paper opens those papers, not what they lie in, unless the thing is such a ``paper``.
    """

    attribute: str
    paper: str = ""

    def allows(self, actor: Actor, subject: Any) -> bool:
        """Whether a mandate reaches the thing."""
        return any(
            each.unit_id == getattr(subject, self.attribute)
            and each.scope.reaches_dossier(subject.campaign_code, subject.scheme_code)
            for each in self._mandates(actor)
        )

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:
        """Rows that a mandate reaches."""
        column: ColumnElement[Any] = getattr(model, self.attribute)
        found = (and_(column == each.unit_id, each.scope.where_dossier(model)) for each in self._mandates(actor))
        return or_(false(), *found)

    def _mandates(self, actor: Actor) -> list[Mandate]:
        heads = (each for each in actor.mandates if each.kind is PositionKind.HEAD)
        return [each for each in heads if not each.scope.document_kinds or self.paper in each.scope.document_kinds]


@dataclass(frozen=True, slots=True)
class AssignedSeat:
    """The thing names a seat (``position_kind`` in ``unit_id``) that the actor holds, or stands in for in this matter.

    With ``in_person``, a thing given to one holder of the seat (``assignee_id``) is nobody else's.
    """

    in_person: bool = False

    def allows(self, actor: Actor, subject: Any) -> bool:
        """Whether the seat is one of the actor's."""
        if self.in_person and subject.assignee_id not in (None, actor.person_id):
            return False
        seat = (subject.position_kind, subject.unit_id)
        matter = Matter(subject.document_kind, subject.campaign_code, subject.scheme_code)
        return seat in actor.seats or any(
            (each.kind, each.unit_id) == seat and each.scope.reaches(matter) for each in actor.mandates
        )

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:
        """Rows bound to the actor's seats."""
        seat = tuple_(model.position_kind, model.unit_id)
        mine: list[ColumnElement[bool]] = [seat.in_(sorted(actor.seats, key=str))] if actor.seats else []
        mine += [and_(seat == (each.kind, each.unit_id), each.scope.where(model)) for each in actor.mandates]
        found = or_(false(), *mine)
        if not self.in_person:
            return found
        return and_(found, or_(model.assignee_id.is_(None), model.assignee_id == actor.person_id))


@dataclass(frozen=True, slots=True)
class StatusIn:
    """The thing stands in one of these statuses."""

    statuses: tuple[str, ...]

    def allows(self, actor: Actor, subject: Any) -> bool:  # noqa: ARG002  (the protocol's signature)
        """Whether its status is one of them."""
        return subject.status in self.statuses

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:  # noqa: ARG002  (the protocol's signature)
        """Rows in one of the statuses."""
        column: ColumnElement[Any] = model.status
        return column.in_(self.statuses)


@dataclass(frozen=True, slots=True)
class Known:
    """The thing has something in ``attribute``; with ``is_known=False``, it has nothing there."""

    attribute: str
    is_known: bool = True

    def allows(self, actor: Actor, subject: Any) -> bool:  # noqa: ARG002  (the protocol's signature)
        """Whether it has, or has not."""
        return (getattr(subject, self.attribute) is not None) is self.is_known

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:  # noqa: ARG002  (the protocol's signature)
        """Rows that have, or have not."""
        column: ColumnElement[Any] = getattr(model, self.attribute)
        return column.is_not(None) if self.is_known else column.is_(None)


@dataclass(frozen=True, slots=True, init=False)
class All:
    """Every one of the rules holds."""

    rules: tuple[Rule, ...] = field(default=())

    def __init__(self, *rules: Rule) -> None:
        object.__setattr__(self, "rules", rules)

    def allows(self, actor: Actor, subject: Any) -> bool:
        """Whether each rule allows it."""
        return all(rule.allows(actor, subject) for rule in self.rules)

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:
        """Rows that each rule allows."""
        return and_(*(rule.where(actor, model) for rule in self.rules))


class Status(StrEnum):
    """Where a dossier stands; each value is the result of a human act (P12, P14-P19)."""

    DRAFT = "draft"
    SIGNING = "signing"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CONSOLIDATED = "consolidated"
    APPRAISED = "appraised"
    DECIDED = "decided"
    ARCHIVED = "archived"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_OPEN = (Status.DRAFT, Status.SIGNING, Status.RETURNED)
_AFTER_DECISION = (Status.DECIDED, Status.ARCHIVED)
_AFTER_APPRAISAL = (Status.APPRAISED, *_AFTER_DECISION)
_AFTER_CONSOLIDATION = (Status.CONSOLIDATED, *_AFTER_APPRAISAL)
_AFTER_SUBMISSION = (Status.SUBMITTED, Status.RETURNED, Status.REFUSED, *_AFTER_CONSOLIDATION)
_UNIT_SEATS = tuple(kind for kind in PositionKind if kind is not PositionKind.DEPUTY_HEAD)
"""Seats that see all of their unit's dossiers; a deputy sees what was delegated (NĐ 30/2020 art. 13.1)."""

_OWN_CLERK = RoleAt(Role.CLERK, "unit_id")
_OWN_SEAT = SeatAt(_UNIT_SEATS, "unit_id")
_COORDINATOR = RoleAt(Role.COORDINATOR, "coordinator_id")
_APPRAISER = RoleAt(Role.APPRAISER, "appraiser_id")
_CHAIR_OFFICE = RoleAt(Role.CHAIR_OFFICE, "conferrer_id")
_CONFERRING_CLERK = RoleAt(Role.CLERK, "conferrer_id")  # where a unit's own head decides (P14), its clerk prepares
_CONFERRING_HEAD = SeatAt((PositionKind.HEAD, PositionKind.REGISTRAR), "conferrer_id")
_ANY_OWN_SEAT = SeatAt(tuple(PositionKind), "unit_id")
_FOLLOWERS = (Has(Role.COORDINATOR), Has(Role.APPRAISER), Has(Role.CHAIR_OFFICE))
_OWN_HEAD = SeatAt((PositionKind.HEAD,), "unit_id")

# Where a head decides alone (P08, P14) there is no coordinator, and a submitted dossier waits for the decision itself.
_AWAITS_ITS_HEAD = (StatusIn((Status.SUBMITTED,)), Known("coordinator_id", is_known=False))

_READ_DOSSIER: tuple[Rule, ...] = (
    _OWN_CLERK,
    _OWN_SEAT,
    MandateAt("unit_id"),
    All(_COORDINATOR, StatusIn(_AFTER_SUBMISSION)),
    All(_APPRAISER, StatusIn(_AFTER_CONSOLIDATION)),
    All(_APPRAISER, StatusIn((Status.RETURNED, Status.REFUSED)), Known("appraiser_since")),
    All(_CHAIR_OFFICE, StatusIn(_AFTER_APPRAISAL)),
    All(_CONFERRING_CLERK, StatusIn(_AFTER_APPRAISAL)),
    *(All(rule, *_AWAITS_ITS_HEAD) for rule in (_CHAIR_OFFICE, _CONFERRING_CLERK, _CONFERRING_HEAD)),
    All(_CONFERRING_HEAD, StatusIn(_AFTER_APPRAISAL)),
    All(MandateAt("conferrer_id"), StatusIn(_AFTER_APPRAISAL)),
    All(Has(Role.ARCHIVIST), StatusIn(_AFTER_DECISION)),
)

POLICY: dict[Permission, tuple[Rule, ...]] = {
    Permission.HOME: (Anyone(),),
    Permission.CAMPAIGN_READ: (Anyone(),),
    Permission.CAMPAIGN_ACCEPT: (Has(Role.ADMINISTRATOR),),
    Permission.CAMPAIGN_OPEN: (_OWN_CLERK, _OWN_HEAD, Has(Role.ADMINISTRATOR)),
    Permission.CAMPAIGN_REVISE: (_OWN_CLERK, _OWN_HEAD, Has(Role.ADMINISTRATOR)),
    Permission.DOSSIER_OPEN: (_OWN_CLERK,),
    Permission.DOSSIER_READ: _READ_DOSSIER,
    Permission.DOSSIER_EDIT: (All(_OWN_CLERK, StatusIn(_OPEN)),),
    Permission.DOSSIER_SUBMIT: (All(_OWN_CLERK, StatusIn(_OPEN)),),
    Permission.DOSSIER_WITHDRAW: (All(_OWN_CLERK, StatusIn((*_OPEN, Status.SUBMITTED))),),
    Permission.DOSSIER_CONSOLIDATE: (All(_COORDINATOR, StatusIn((Status.SUBMITTED,))),),
    Permission.DOSSIER_RETURN: (
        All(_COORDINATOR, StatusIn((Status.SUBMITTED,))),
        All(_APPRAISER, StatusIn((Status.CONSOLIDATED,))),
    ),
    Permission.DOSSIER_REFUSE: (
        All(_COORDINATOR, StatusIn((Status.SUBMITTED,))),
        All(_APPRAISER, StatusIn((Status.CONSOLIDATED,))),
    ),
    Permission.DOSSIER_APPRAISE: (All(_APPRAISER, StatusIn((Status.CONSOLIDATED,))),),
    Permission.DOSSIER_DECIDE: (
        All(_CHAIR_OFFICE, StatusIn((Status.APPRAISED,))),
        All(_CONFERRING_CLERK, StatusIn((Status.APPRAISED,))),
        All(_CHAIR_OFFICE, *_AWAITS_ITS_HEAD),
        All(_CONFERRING_CLERK, *_AWAITS_ITS_HEAD),
    ),
    Permission.DOSSIER_ARCHIVE: (All(_CHAIR_OFFICE, StatusIn((Status.DECIDED,))),),
    Permission.DOSSIER_EXPORT: (All(Has(Role.ARCHIVIST), StatusIn(_AFTER_DECISION)),),
    Permission.DOCUMENT_READ: (Anyone(),),
    Permission.STEP_READ: (AssignedSeat(), Oneself("acted_by")),
    Permission.STEP_ACT: (AssignedSeat(in_person=True),),
    Permission.STEP_REASSIGN: (_OWN_HEAD, Has(Role.ADMINISTRATOR)),
    Permission.STEP_SKIP: (_OWN_HEAD, Oneself("sender_id")),
    Permission.STEP_DELEGATE: (_OWN_HEAD,),
    Permission.DELEGATION_READ: (_OWN_HEAD, Oneself("delegate_id"), Has(Role.ADMINISTRATOR)),
    Permission.ROUTE_RECALL: (Oneself("opened_by"),),
    Permission.KEY_OWN: (Anyone(),),
    Permission.KEY_SEAL: (SeatAt((PositionKind.HEAD, PositionKind.REGISTRAR), "unit_id"),),
    Permission.CONSOLIDATION_READ: (_COORDINATOR, _APPRAISER, _CHAIR_OFFICE),
    Permission.CONSOLIDATION_EDIT: (_COORDINATOR,),
    Permission.APPRAISAL_READ: (_APPRAISER, _CHAIR_OFFICE, _CONFERRING_HEAD),
    Permission.APPRAISAL_EDIT: (_APPRAISER,),
    Permission.DECISION_READ: (
        _CHAIR_OFFICE,
        _CONFERRING_CLERK,
        _CONFERRING_HEAD,
        MandateAt("conferrer_id", paper="decision"),
        Has(Role.APPRAISER),
        Has(Role.ARCHIVIST),
    ),
    Permission.DECISION_PREPARE: (_CHAIR_OFFICE, _CONFERRING_CLERK),
    Permission.AWARD_READ: (Has(Role.ARCHIVIST), *_FOLLOWERS, _OWN_CLERK, _ANY_OWN_SEAT),
    Permission.SCORE_READ: (*_FOLLOWERS, _OWN_CLERK, _ANY_OWN_SEAT),
    Permission.SCORE_IMPORT: (Has(Role.COORDINATOR),),
    Permission.ARCHIVE_KEEP: (Has(Role.ARCHIVIST), Has(Role.ADMINISTRATOR)),
    Permission.AUDIT_READ: _READ_DOSSIER,
    Permission.PEOPLE_ADMINISTER: (Has(Role.ADMINISTRATOR),),
    Permission.SERVICE_ADMINISTER: (Has(Role.ADMINISTRATOR),),
}


def allows(actor: Actor, permission: Permission, subject: Any) -> bool:
    """Whether any rule of ``permission`` lets ``actor`` act on ``subject``."""
    return any(rule.allows(actor, subject) for rule in POLICY.get(permission, ()))


def require(actor: Actor, permission: Permission, subject: Any) -> None:
    """Raise PermissionDenied unless ``permission`` lets ``actor`` act on ``subject``."""
    if not allows(actor, permission, subject):
        raise PermissionDenied("not_allowed", permission=permission.value)


def where(actor: Actor, permission: Permission, model: Any) -> ColumnElement[bool]:
    """The SQL condition for the rows of ``model`` on which ``permission`` lets ``actor`` act."""
    return or_(false(), *(rule.where(actor, model) for rule in POLICY.get(permission, ())))
