"""Did whoever signed hold the power that the signature states? Judged against dated rows, as they stood that day (P25).

A signature in one's own right needs an appointment; KT., TL. and TUQ. need a delegation that had been given by then,
had not been taken back, was in force, in this capacity, and reached the paper (NĐ 30/2020 art. 13).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from dms import clock
from dms.audit import Trail
from dms.documents import service as documents
from dms.documents.models import DocumentKind, Origin
from dms.documents.service import Intake
from dms.people import service as people
from dms.people.models import Appointment, Capacity, Delegation
from dms.policy import Actor, PositionKind
from dms.scope import Matter
from dms.signing import plan
from dms.signing.models import Signature, Step

FOR_ANOTHER = frozenset({Capacity.KT, Capacity.TL, Capacity.TUQ})


class Standing(StrEnum):
    """Whether the power that a signature states was there."""

    PROVEN = "proven"
    SEAT_NOT_HELD = "seat_not_held"
    NOT_GIVEN = "not_given"
    OTHER_CAPACITY = "other_capacity"
    OUTSIDE_TERM = "outside_term"
    TAKEN_BACK = "taken_back"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signature states: from which seat, in whose units, in which capacity, when, on what paper."""

    kind: PositionKind
    units: frozenset[UUID]
    capacity: Capacity
    at: datetime
    matter: Matter

    @property
    def day(self) -> date:
        """The day of the signature in Vietnam."""
        return clock.day_of(self.at)


@dataclass(frozen=True, slots=True)
class Proof:
    """A standing, with the delegation that it rests on or fails by."""

    standing: Standing
    delegation: Delegation | None = None

    @property
    def holds(self) -> bool:
        """Whether the power is proven."""
        return self.standing is Standing.PROVEN


def judge(claim: Claim, appointments: Iterable[Appointment], delegations: Sequence[Delegation]) -> Proof:
    """Judge a claim by the signer's rows; of several delegations the one that proves it, else the nearest to it."""
    if claim.capacity not in FOR_ANOTHER:
        held = any(_is_held(claim, each) for each in appointments)
        return Proof(Standing.PROVEN if held else Standing.SEAT_NOT_HELD)
    given = [each for each in delegations if each.unit_id in claim.units and each.position_kind is claim.kind]
    proofs = [Proof(_standing(claim, each), each) for each in given]
    return min(proofs, key=lambda proof: _NEAREST.index(proof.standing), default=Proof(Standing.NOT_GIVEN))


def proofs_of(session: Session, signatures: Sequence[Signature]) -> dict[UUID, Proof]:
    """Map signatures (by id) to the proof of their power; a constant number of queries.

    A seal is the body's own: whoever put it needed the registry's seat.
    """
    signers = {each.person_id for each in signatures}
    steps = {step.id: step for step in session.scalars(select(Step).where(Step.id.in_(_step_ids(signatures))))}
    appointments = _by_person(session.scalars(_appointments(signers)).all())
    delegations = _by_delegate(session.scalars(select(Delegation).where(Delegation.delegate_id.in_(signers))).all())
    heirs = people.predecessors(session, max((clock.day_of(s.signed_at) for s in signatures), default=date.min))
    return {
        each.id: judge(
            _claim(each, steps[each.step_id], heirs),
            appointments.get(each.person_id, []),
            delegations.get(each.person_id, []),
        )
        for each in signatures
    }


def file_paper(session: Session, intake: Intake, *, unit_id: UUID, title: str, by: Actor, now: datetime) -> UUID:
    """Keep the paper by which power was given as a document of the unit; return the document's id."""
    document = documents.create_document(session, unit_id=unit_id, kind=DocumentKind.OTHER, title=title)
    trail = Trail("unit", unit_id)
    documents.add_version(session, document.id, intake, origin=Origin.UPLOADED, trail=trail, by=by, now=now)
    return document.id


_NEAREST = (
    Standing.PROVEN,
    Standing.OUT_OF_SCOPE,
    Standing.TAKEN_BACK,
    Standing.OUTSIDE_TERM,
    Standing.OTHER_CAPACITY,
)


def _standing(claim: Claim, given: Delegation) -> Standing:
    faults = (
        (given.capacity is not claim.capacity, Standing.OTHER_CAPACITY),
        (not given.valid_from <= claim.day < given.valid_to, Standing.OUTSIDE_TERM),
        (given.granted_at > claim.at, Standing.OUTSIDE_TERM),
        (given.revoked_at is not None and given.revoked_at <= claim.at, Standing.TAKEN_BACK),
        (not given.scope.reaches(claim.matter), Standing.OUT_OF_SCOPE),
    )
    return next((standing for is_so, standing in faults if is_so), Standing.PROVEN)


def _is_held(claim: Claim, seat: Appointment) -> bool:
    return (
        seat.position.kind is claim.kind
        and seat.position.unit_id in claim.units
        and seat.valid_from <= claim.day
        and (seat.valid_to is None or claim.day < seat.valid_to)
        and (claim.capacity is Capacity.TM or seat.capacity is claim.capacity)
    )


def _claim(signature: Signature, step: Step, heirs: people.Heirs) -> Claim:
    units = {step.unit_id} | {heir for heir, earlier in heirs.items() if step.unit_id in earlier}
    matter = plan.matter_of(step)
    return Claim(step.position_kind, frozenset(units), signature.capacity, signature.signed_at, matter)


def _step_ids(signatures: Iterable[Signature]) -> set[UUID]:
    return {each.step_id for each in signatures}


def _appointments(signers: set[UUID]) -> Select[Appointment]:
    query = select(Appointment).join(Appointment.position).where(Appointment.person_id.in_(signers))
    return query.options(contains_eager(Appointment.position))


def _by_person(rows: Sequence[Appointment]) -> dict[UUID, list[Appointment]]:
    found: dict[UUID, list[Appointment]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def _by_delegate(rows: Sequence[Delegation]) -> dict[UUID, list[Delegation]]:
    found: dict[UUID, list[Delegation]] = {}
    for row in rows:
        found.setdefault(row.delegate_id, []).append(row)
    return found
