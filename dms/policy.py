"""Who may do what: one table. A permission with no row belongs to nobody.

Each rule has two faces, ``allows`` for one thing and ``where`` for a list, so that pages, lists, counts, searches
and exports can never disagree. Rules speak of attributes (``unit_id``, ``status``), never of tables: this module
stands below all of them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, Self
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, true, tuple_

from dms.errors import PermissionDenied


class Role(StrEnum):
    """What a person does in a unit, beside the positions they sign from."""

    CLERK = "clerk"
    REGISTRAR = "registrar"
    COORDINATOR = "coordinator"
    APPRAISER = "appraiser"
    CHAIR_OFFICE = "chair_office"
    ARCHIVIST = "archivist"
    ADMINISTRATOR = "administrator"


class PositionKind(StrEnum):
    """The seats that a signing step can be bound to."""

    HEAD = "head"
    DEPUTY_HEAD = "deputy_head"
    COUNCIL_CHAIR = "council_chair"
    COUNCIL_SECRETARY = "council_secretary"
    SPECIALIST = "specialist"
    REGISTRAR = "registrar"


class Permission(StrEnum):
    """Named ``subject:act``; every route declares one."""

    HOME = "home:view"
    CAMPAIGN_READ = "campaign:read"
    CAMPAIGN_ACCEPT = "campaign:accept"
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
    STEP_DELEGATE = "step:delegate"
    KEY_OWN = "key:own"
    KEY_SEAL = "key:seal"
    CONSOLIDATION_READ = "consolidation:read"
    CONSOLIDATION_EDIT = "consolidation:edit"
    APPRAISAL_READ = "appraisal:read"
    APPRAISAL_EDIT = "appraisal:edit"
    DECISION_READ = "decision:read"
    DECISION_PREPARE = "decision:prepare"
    AWARD_READ = "award:read"
    AUDIT_READ = "audit:read"
    PEOPLE_ADMINISTER = "people:administer"
    SERVICE_ADMINISTER = "service:administer"


@dataclass(frozen=True, slots=True)
class Presence:
    """From where somebody acts and how they last proved who they are. It decides nothing; chains keep it.

    ``address``: of the network; ``agent``: what the browser calls itself; ``method``: the proof, such as ``totp``;
    ``proved_at``: when it was given.
    """

    address: str = ""
    agent: str = ""
    method: str = ""
    proved_at: datetime | None = None

    def as_json(self) -> dict[str, str]:
        """What is known of it, as a chain or a row keeps it."""
        known = {"address": self.address, "agent": self.agent[:300], "method": self.method}
        proved = {"proved_at": self.proved_at.isoformat(timespec="seconds")} if self.proved_at else {}
        return {name: value for name, value in known.items() if value} | proved

    @classmethod
    def from_json(cls, told: dict[str, str]) -> Self:
        """The same from what was kept."""
        proved = told.get("proved_at")
        rest = {name: told.get(name, "") for name in ("address", "agent", "method")}
        return cls(**rest, proved_at=datetime.fromisoformat(proved) if proved else None)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, frozen for one request: the seats and roles of today, predecessors' units included."""

    person_id: UUID | None
    name: str
    roles: frozenset[tuple[Role, UUID]] = frozenset()
    seats: frozenset[tuple[PositionKind, UUID]] = frozenset()
    presence: Presence = field(default=Presence(), compare=False)

    def units_as(self, role: Role) -> frozenset[UUID]:
        """The units for which the actor holds ``role``."""
        return frozenset(unit for held, unit in self.roles if held is role)

    def has_role(self, role: Role) -> bool:
        """Whether the actor holds ``role`` in any unit."""
        return any(held is role for held, _ in self.roles)

    @property
    def unit_ids(self) -> frozenset[UUID]:
        """Every unit in which the actor has a role or a seat."""
        return frozenset(unit for _, unit in self.roles) | frozenset(unit for _, unit in self.seats)


SYSTEM = Actor(person_id=None, name="system")


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
class SeatAt:
    """Sits in one of the kinds of seat, in the unit that the thing names in ``attribute``."""

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
class AssignedSeat:
    """The thing names a seat (``position_kind`` in ``unit_id``) that the actor holds or stands in for."""

    def allows(self, actor: Actor, subject: Any) -> bool:
        """Whether the seat is one of the actor's."""
        return (subject.position_kind, subject.unit_id) in actor.seats

    def where(self, actor: Actor, model: Any) -> ColumnElement[bool]:
        """Rows bound to the actor's seats."""
        if not actor.seats:
            return false()
        return tuple_(model.position_kind, model.unit_id).in_(sorted(actor.seats, key=str))


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
_UNIT_SEATS = tuple(PositionKind)

_OWN_CLERK = RoleAt(Role.CLERK, "unit_id")
_OWN_SEAT = SeatAt(_UNIT_SEATS, "unit_id")
_COORDINATOR = RoleAt(Role.COORDINATOR, "coordinator_id")
_APPRAISER = RoleAt(Role.APPRAISER, "appraiser_id")
_CHAIR_OFFICE = RoleAt(Role.CHAIR_OFFICE, "conferrer_id")
_CONFERRING_CLERK = RoleAt(Role.CLERK, "conferrer_id")  # where a unit's own head decides (P14), its clerk prepares
_CONFERRING_HEAD = SeatAt((PositionKind.HEAD, PositionKind.DEPUTY_HEAD, PositionKind.REGISTRAR), "conferrer_id")

# Where a head decides alone (P08, P14) there is no coordinator, and a submitted dossier waits for the decision itself.
_AWAITS_ITS_HEAD = (StatusIn((Status.SUBMITTED,)), Known("coordinator_id", is_known=False))

_READ_DOSSIER: tuple[Rule, ...] = (
    _OWN_CLERK,
    _OWN_SEAT,
    All(_COORDINATOR, StatusIn(_AFTER_SUBMISSION)),
    All(_APPRAISER, StatusIn(_AFTER_CONSOLIDATION)),
    All(_APPRAISER, StatusIn((Status.RETURNED, Status.REFUSED)), Known("appraiser_since")),
    All(_CHAIR_OFFICE, StatusIn(_AFTER_APPRAISAL)),
    All(_CONFERRING_CLERK, StatusIn(_AFTER_APPRAISAL)),
    *(All(rule, *_AWAITS_ITS_HEAD) for rule in (_CHAIR_OFFICE, _CONFERRING_CLERK, _CONFERRING_HEAD)),
    All(_CONFERRING_HEAD, StatusIn(_AFTER_APPRAISAL)),
    All(Has(Role.ARCHIVIST), StatusIn(_AFTER_DECISION)),
)

POLICY: dict[Permission, tuple[Rule, ...]] = {
    Permission.HOME: (Anyone(),),
    Permission.CAMPAIGN_READ: (Anyone(),),
    Permission.CAMPAIGN_ACCEPT: (Has(Role.ADMINISTRATOR),),
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
    Permission.STEP_READ: (AssignedSeat(),),
    Permission.STEP_ACT: (AssignedSeat(),),
    Permission.STEP_DELEGATE: (SeatAt((PositionKind.HEAD,), "unit_id"),),
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
        Has(Role.APPRAISER),
        Has(Role.ARCHIVIST),
    ),
    Permission.DECISION_PREPARE: (_CHAIR_OFFICE, _CONFERRING_CLERK),
    Permission.AWARD_READ: (
        Has(Role.ARCHIVIST),
        Has(Role.APPRAISER),
        Has(Role.CHAIR_OFFICE),
        Has(Role.COORDINATOR),
        RoleAt(Role.CLERK, "unit_id"),
        SeatAt(_UNIT_SEATS, "unit_id"),
    ),
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
