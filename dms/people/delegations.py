"""Written powers to sign from a head's seat: who may be given which (NĐ 30/2020/NĐ-CP art. 13), until when, for what.

A power is entered by the head in person, begins on the day it is entered or later, and ends; it is never passed on.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dms import clock, outbox, text
from dms.audit import Trail, record
from dms.errors import Conflict, Invalid, NotFound
from dms.people import service as people
from dms.people import structure
from dms.people.models import Appointment, Capacity, Delegation, Position, in_force
from dms.policy import Actor, Permission, PositionKind, allows, require, where
from dms.scope import EVERYTHING, Scope


@dataclass(frozen=True, slots=True)
class LegalPaper:
    """The paper by which power was given: a document kept here, or its number, day and issuer."""

    number: str = ""
    issued_on: date | None = None
    issuer: str = ""
    document_id: UUID | None = None

    @property
    def is_known(self) -> bool:
        """Whether somebody could find the paper and read it."""
        return self.document_id is not None or bool(self.number.strip() and self.issued_on and self.issuer.strip())


@dataclass(frozen=True, slots=True)
class DelegationTerms:
    """A written power to sign: whose seat, to whom, under which power line, by which paper, for what, how long."""

    unit_id: UUID
    position_kind: PositionKind
    delegate_id: UUID
    capacity: Capacity
    basis: str
    valid_from: date
    valid_to: date
    paper: LegalPaper = LegalPaper()
    scope: Scope = EVERYTHING


def delegate(session: Session, terms: DelegationTerms, *, by: Actor, now: datetime) -> Delegation:
    """Let another person sign from a seat between two days (the last exclusive), in writing (P25).

    Only the holder of the head's own seat may; a delegate cannot pass the power on. Raises PermissionDenied, NotFound,
    Invalid("delegation_…") for what art. 13 does not allow, Conflict("delegation_overlaps").
    """
    delegation = _row(terms, by=by, now=now)
    _ensure_head_in_person(delegation, by)
    _ensure_basis(terms)
    _ensure_period(terms, clock.day_of(now))
    _ensure_delegate(session, terms, by)
    _ensure_alone(session, terms)
    session.add(delegation)
    session.flush()
    record(
        session, trail_of(delegation), "unit:seat:delegate", by=by, now=now, delegation=delegation.id, **_told(terms)
    )
    outbox.add(session, "delegation.granted", now=now, delegation_id=delegation.id)
    return delegation


def revoke_delegation(
    session: Session, delegation_id: UUID, *, by: Actor, now: datetime, reason: str = ""
) -> Delegation:
    """End a delegation at once; signatures already made stay valid, and a second time changes nothing.

    Raises NotFound, PermissionDenied, Invalid("delegation_not_passed_on") for a delegate.
    """
    delegation = session.get(Delegation, delegation_id)
    if delegation is None:
        raise NotFound("delegation_not_found")
    _ensure_head_in_person(delegation, by)
    if delegation.revoked_at is not None:
        return delegation
    delegation.revoked_at = now
    told = {"delegation": delegation.id, "reason": text.clean(reason)}
    record(session, trail_of(delegation), "unit:seat:revoke", by=by, now=now, **told)
    outbox.add(session, "delegation.revoked", now=now, delegation_id=delegation.id)
    return delegation


def list_delegations(session: Session, *, by: Actor, day: date, past: bool = False) -> list[Delegation]:
    """Delegations that the actor gave, holds or administers: in force or still to come, or with ``past`` the ended."""
    living = Delegation.revoked_at.is_(None) & (Delegation.valid_to > day)
    query = (
        select(Delegation)
        .where(where(by, Permission.DELEGATION_READ, Delegation), ~living if past else living)
        .options(selectinload(Delegation.delegate), selectinload(Delegation.grantor))
        .order_by(Delegation.valid_from.desc() if past else Delegation.valid_from)
        .limit(200)
    )
    return list(session.scalars(query))


def delegation_of_paper(session: Session, document_id: UUID, *, by: Actor) -> Delegation | None:
    """The delegation whose paper a document is, if the actor may read it."""
    query = select(Delegation).where(Delegation.paper_id == document_id)
    return next((each for each in session.scalars(query) if allows(by, Permission.DELEGATION_READ, each)), None)


def trail_of(delegation: Delegation) -> Trail:
    """The chain in which a delegation is recorded: its unit's."""
    return Trail("unit", delegation.unit_id)


def possible_delegates(session: Session, unit_id: UUID, day: date) -> list[people.Seat]:
    """Who may be given power by the head of a unit: its deputies, then the heads of the units below it."""
    below = structure.below_on(session, unit_id, day)
    query = (
        select(Appointment.person_id)
        .join(Appointment.position)
        .where(in_force(Appointment, day), Position.kind.in_((PositionKind.DEPUTY_HEAD, PositionKind.HEAD)))
        .where(Position.unit_id.in_({unit_id, *below}))
    )
    seats = (seat for each in session.scalars(query) for seat in people.seats_of_person(session, each, day))
    fit = [seat for seat in seats if _is_deputy_in(seat, {unit_id}) or _is_head_in(seat, below)]
    return sorted(dict.fromkeys(fit), key=lambda seat: (seat.kind is PositionKind.HEAD, text.name_key(seat.full_name)))


def _ensure_head_in_person(delegation: Delegation, by: Actor) -> None:
    """Raise PermissionDenied for everybody but the head, and tell a delegate why (art. 13.3)."""
    is_head = allows(by, Permission.STEP_DELEGATE, delegation)
    if not is_head and any(mandate.unit_id == delegation.unit_id for mandate in by.mandates):
        raise Invalid("delegation_not_passed_on")
    require(by, Permission.STEP_DELEGATE, delegation)


def _row(terms: DelegationTerms, *, by: Actor, now: datetime) -> Delegation:
    paper, scope = terms.paper, terms.scope
    return Delegation(
        unit_id=terms.unit_id,
        position_kind=terms.position_kind,
        delegate_id=terms.delegate_id,
        capacity=terms.capacity,
        basis=text.clean(terms.basis),
        paper_number=text.clean(paper.number) or None,
        paper_issued_on=paper.issued_on,
        paper_issuer=text.clean(paper.issuer) or None,
        paper_id=paper.document_id,
        document_kinds=sorted(scope.document_kinds),
        campaigns=sorted(scope.campaigns),
        schemes=sorted(scope.schemes),
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        granted_by=by.person_id,
        granted_at=now,
    )


def _told(terms: DelegationTerms) -> dict[str, object]:
    flat = {key: value for key, value in asdict(terms).items() if key not in {"paper", "scope"}}
    limits = {key: sorted(value) for key, value in asdict(terms.scope).items() if value}
    return {**flat, **{f"paper_{key}": value for key, value in asdict(terms.paper).items() if value}, **limits}


def _ensure_basis(terms: DelegationTerms) -> None:
    """Power is given in writing: without its paper there is none (art. 13.1, 13.3, 13.4)."""
    if not terms.basis.strip():
        raise Invalid("delegation_basis_missing", field="basis")
    if not terms.paper.is_known:
        raise Invalid("delegation_paper_missing", field="paper_number")
    if terms.paper.issued_on is not None and terms.paper.issued_on > terms.valid_from:
        raise Invalid("delegation_before_paper", field="valid_from", paper=terms.paper.issued_on)


def _ensure_period(terms: DelegationTerms, today: date) -> None:
    if terms.valid_to <= terms.valid_from:
        raise Invalid("delegation_period_empty", field="valid_to")
    if terms.valid_from < today:
        raise Invalid("delegation_backdated", field="valid_from")


def _ensure_delegate(session: Session, terms: DelegationTerms, by: Actor) -> None:
    """The right person for the power line: a deputy (KT.), a head of a unit below (TL., TUQ.)."""
    person = people.get_person(session, terms.delegate_id)
    if terms.delegate_id == by.person_id:
        raise Invalid("delegation_to_oneself", field="delegate_id")
    rule = _WHO_MAY.get(terms.capacity)
    if rule is None:
        raise Invalid("delegation_capacity_not_allowed", capacity=terms.capacity.value, field="capacity")
    rule(session, terms, person.full_name)


def _ensure_deputy(session: Session, terms: DelegationTerms, name: str) -> None:
    seats = people.seats_of_person(session, terms.delegate_id, terms.valid_from)
    carriers = people.carriers_of(session, terms.unit_id, terms.valid_from)
    if not any(_is_deputy_in(seat, carriers) for seat in seats):
        raise Invalid("delegation_needs_deputy", field="delegate_id", person=name)


def _ensure_head_below(session: Session, terms: DelegationTerms, name: str) -> None:
    seats = people.seats_of_person(session, terms.delegate_id, terms.valid_from)
    carriers = people.carriers_of(session, terms.unit_id, terms.valid_from)
    below = {unit for each in carriers for unit in structure.below_on(session, each, terms.valid_from)}
    if not any(_is_head_in(seat, below) for seat in seats):
        raise Invalid("delegation_needs_head_below", field="delegate_id", person=name)


def _ensure_written_limits(session: Session, terms: DelegationTerms, name: str) -> None:
    """TUQ. is for special cases: in writing, limited in time and in content (art. 13.3)."""
    _ensure_head_below(session, terms, name)
    if not terms.scope.is_limited:
        raise Invalid("delegation_scope_missing", field="document_kinds")


_WHO_MAY: dict[Capacity, Callable[[Session, DelegationTerms, str], None]] = {
    Capacity.KT: _ensure_deputy,
    Capacity.TL: _ensure_head_below,
    Capacity.TUQ: _ensure_written_limits,
}


def _is_deputy_in(seat: people.Seat, units: Container[UUID]) -> bool:
    return seat.kind is PositionKind.DEPUTY_HEAD and not seat.delegated and seat.unit_id in units


def _is_head_in(seat: people.Seat, units: Container[UUID]) -> bool:
    return seat.kind is PositionKind.HEAD and not seat.delegated and seat.unit_id in units


def _ensure_alone(session: Session, terms: DelegationTerms) -> None:
    """One person has one power for a paper at a time: two would leave open in which capacity they sign."""
    query = select(Delegation).where(
        Delegation.unit_id == terms.unit_id,
        Delegation.position_kind == terms.position_kind,
        Delegation.delegate_id == terms.delegate_id,
        Delegation.revoked_at.is_(None),
        Delegation.valid_from < terms.valid_to,
        Delegation.valid_to > terms.valid_from,
    )
    other = _first_meeting(session.scalars(query), terms.scope)
    if other is not None:
        raise Conflict("delegation_overlaps", basis=other.basis, since=other.valid_from, until=other.valid_to)


def _first_meeting(delegations: Iterable[Delegation], scope: Scope) -> Delegation | None:
    return next((each for each in delegations if each.scope.meets(scope)), None)
