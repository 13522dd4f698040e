"""Who acts: roles, seats, mandates, and from where. Values only; the tables behind them are people's."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from dms.scope import EVERYTHING, Scope


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


@dataclass(frozen=True, slots=True)
class Mandate:
    """A seat that somebody stands in for by a written delegation, and how far that reaches (P25)."""

    kind: PositionKind
    unit_id: UUID
    scope: Scope = EVERYTHING


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
    """Who acts, frozen for one request: own seats, mandates and roles of today, predecessors' units included."""

    person_id: UUID | None
    name: str
    roles: frozenset[tuple[Role, UUID]] = frozenset()
    seats: frozenset[tuple[PositionKind, UUID]] = frozenset()
    mandates: frozenset[Mandate] = frozenset()
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
        return frozenset(unit for _, unit in (*self.roles, *self.seats)) | {each.unit_id for each in self.mandates}


SYSTEM = Actor(person_id=None, name="system")
