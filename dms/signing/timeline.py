"""A route as people read it: stage by stage, who acted in which capacity, who is awaited, until when, what is void.

It reads and changes nothing; the number of queries depends on the seats that are awaited, not on what was done.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from dms import clock
from dms.campaigns.vocabulary import StageMode
from dms.people import absences
from dms.people import service as people
from dms.people.models import Absence
from dms.signing import mandates, plan, rules, service, validation, voiding
from dms.signing.mandates import Proof
from dms.signing.models import Signature, SigningRoute, Step, StepOutcome, VersionCheck
from dms.signing.pades import Verdict


@dataclass(frozen=True, slots=True)
class Awaited:
    """Somebody who may act on a step today, and whether they are away."""

    name: str
    absence: Absence | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A step of the route as people read it; ``awaited`` are those who may act on it today, while nobody has."""

    step: Step
    unit: str
    awaited: tuple[Awaited, ...]
    verdict: Verdict | None
    is_open: bool
    is_late: bool = False
    signature: Signature | None = None
    proof: Proof | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those who may act."""
        return tuple(each.name for each in self.awaited)

    @property
    def is_void(self) -> bool:
        """Whether it was signed, and the signature no longer counts."""
        return self.signature is not None and self.signature.voided_at is not None

    @property
    def state(self) -> str:
        """``done``, ``open``, ``waiting`` or how it ended otherwise; a signature that no longer counts is ``void``."""
        if self.is_void:
            return "void"
        if self.step.outcome is not None:
            return self.step.outcome.value
        return "open" if self.is_open else "waiting"


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage with its steps; ``earlier`` are those of rounds that a refusal sent back."""

    number: int
    title: str
    mode: StageMode
    needed: int
    entries: tuple[Entry, ...]
    earlier: tuple[Entry, ...]

    @property
    def state(self) -> str:
        """The state that speaks for the stage: what is open or refused before what is done."""
        states = [entry.state for entry in self.entries]
        return next((each for each in ("refused", "void", "open", "done", "skipped") if each in states), states[0])

    @property
    def due_on(self) -> date | None:
        """Until when it is due."""
        return min(filter(None, (entry.step.due_on for entry in self.entries)), default=None)


def stages_of(session: Session, route: SigningRoute, *, now: datetime) -> tuple[StageView, ...]:
    """The whole route, stage by stage."""
    entries = entries_of(session, route, now=now)
    living = {step.id for step in route.living}
    return tuple(_stage(route, number, entries, living) for number in range(1, plan.last_stage(route) + 1))


def entries_of(session: Session, route: SigningRoute, *, now: datetime) -> tuple[Entry, ...]:
    """Every step of the route in its order, those of earlier rounds included."""
    day = clock.day_of(now)
    units = people.names_on(session, {step.unit_id for step in route.steps}, day)
    check = validation.check_of(session, route.version)
    signed = voiding.by_step(session, route.steps)
    proofs = mandates.proofs_of(session, list(signed.values())) if signed else {}
    awaited = _awaited(session, route, day)
    return tuple(
        Entry(
            step=step,
            unit=units[step.unit_id].name,
            awaited=awaited.get(step.id, ()),
            verdict=_verdict(step, check),
            is_open=step.opened_at is not None and step.outcome is None and route.closed_at is None,
            is_late=step.outcome is None and rules.is_late(step.due_on, day),
            signature=(found := signed.get(step.id)),
            proof=proofs.get(found.id) if found else None,
        )
        for step in route.steps
    )


def _awaited(session: Session, route: SigningRoute, day: date) -> Mapping[UUID, tuple[Awaited, ...]]:
    """Those who may act, by step; none for a route that has ended."""
    steps = [step for step in route.steps if step.outcome is None] if route.closed_at is None else []
    holders = {step.id: service.holders_of(session, step, day) for step in steps}
    away = absences.away_on(session, {seat.person_id for seats in holders.values() for seat in seats}, day)
    return {
        step_id: tuple(dict.fromkeys(Awaited(seat.full_name, away.get(seat.person_id)) for seat in seats))
        for step_id, seats in holders.items()
    }


def _stage(route: SigningRoute, number: int, entries: Sequence[Entry], living: Iterable[UUID]) -> StageView:
    mine = [entry for entry in entries if entry.step.stage == number]
    now = tuple(entry for entry in mine if entry.step.id in living)
    kept, mode = plan.stage_of(route, number), now[0].step.mode
    needed = {StageMode.ALL_OF: len(now), StageMode.ANY_OF: 1, StageMode.QUORUM: kept.quorum or 1}[mode]
    earlier = tuple(entry for entry in mine if entry.step.id not in living and entry.step.acted_at is not None)
    return StageView(number, kept.title, mode, needed, now, earlier)


def _verdict(step: Step, check: VersionCheck | None) -> Verdict | None:
    if step.outcome is not StepOutcome.DONE or step.field_name is None or check is None:
        return None
    return validation.verdict_of_field(check, step.field_name)
