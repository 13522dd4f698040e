"""“Việc của tôi”: what waits for one person, over signing, dossiers and their appraisal. It reads and changes nothing.

The number of queries is the same for one row and for a thousand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dms.appraisal.desk import terms
from dms.appraisal.desk.terms import Clocks, TermClock
from dms.campaigns import service as campaigns
from dms.campaigns.models import CampaignRevision
from dms.campaigns.vocabulary import DeadlineKind, StepAction
from dms.dossiers.models import Dossier, Return
from dms.people import service as people
from dms.people.models import UnitName
from dms.policy import Actor, Permission, PositionKind, Status, where
from dms.signing import service as signing
from dms.signing.models import Step
from dms.workdays import Workdays

NO_CALENDAR = Workdays()
SHOWN = 20
"""How many dossiers of a group the page shows; the group's ``total`` tells how many there are."""


class Task(StrEnum):
    """Why a dossier waits for somebody."""

    MEND = "mend"
    PREPARE = "prepare"
    CONSOLIDATE = "consolidate"
    APPRAISE = "appraise"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class WaitingStep:
    """A step of a signing route whose turn has come, for a seat that the person holds."""

    step_id: UUID
    title: str
    action: StepAction
    position: PositionKind
    unit: str
    due_on: date | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What the summary of a dossier says: nominees by kind, findings by verdict, and those that stop a submission."""

    collectives: int = 0
    households: int = 0
    individuals: int = 0
    met: int = 0
    not_met: int = 0
    not_proven: int = 0
    blocking: int = 0
    open_steps: int = 0
    waiting_for: str = ""

    @property
    def all(self) -> int:
        """Every finding."""
        return self.met + self.not_met + self.not_proven


@dataclass(frozen=True, slots=True)
class WaitingDossier:
    """A dossier as a list shows it. ``before`` is the deadline that counts for the task (the day itself is late).

    ``clock`` is the term in working days that runs for whoever has the dossier.
    """

    dossier_id: UUID
    code: str
    scheme: str
    campaign: str
    unit: str
    status: Status
    since: datetime
    before: date | None
    reason: str
    counts: Counts
    clock: TermClock | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Dossiers that wait for the same reason: the most pressing ``SHOWN`` of ``total``."""

    task: Task
    dossiers: tuple[WaitingDossier, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Work:
    """All that waits for a person."""

    steps: tuple[WaitingStep, ...]
    groups: tuple[Group, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits at all."""
        return not self.steps and not any(group.total for group in self.groups)


@dataclass(frozen=True, slots=True)
class _Sort:
    """A task, which dossiers it is about, and which of the scheme's deadlines counts for it."""

    task: Task
    permission: Permission
    statuses: tuple[Status, ...]
    deadlines: tuple[DeadlineKind, ...]


_TIMED = frozenset({Task.APPRAISE, Task.MEND})
_SUBMISSION = (DeadlineKind.TO_COORDINATOR, DeadlineKind.TO_HEAD)
_SORTS = (
    _Sort(Task.MEND, Permission.DOSSIER_EDIT, (Status.RETURNED,), _SUBMISSION),
    _Sort(Task.PREPARE, Permission.DOSSIER_EDIT, (Status.DRAFT, Status.SIGNING), _SUBMISSION),
    _Sort(Task.CONSOLIDATE, Permission.DOSSIER_CONSOLIDATE, (Status.SUBMITTED,), (DeadlineKind.TO_CHAIR,)),
    _Sort(Task.APPRAISE, Permission.DOSSIER_APPRAISE, (Status.CONSOLIDATED,), (DeadlineKind.TO_CHAIR,)),
    _Sort(Task.DECIDE, Permission.DOSSIER_DECIDE, (Status.APPRAISED, Status.SUBMITTED), ()),
)


def my_work(session: Session, by: Actor, day: date, *, calendar: Workdays = NO_CALENDAR) -> Work:
    """What waits for ``by`` on ``day``: open signing steps, and dossiers by what has to be done to them."""
    found = {sort: _dossiers(session, sort, by) for sort in _SORTS}
    totals = {sort: _count(session, sort, by, shown=len(rows)) for sort, rows in found.items()}
    steps = signing.waiting_for(session, by)
    everything = [dossier for rows in found.values() for dossier in rows]
    names = people.names_on(session, {each.unit_id for each in everything} | {step.unit_id for step in steps}, day)
    reasons = _reasons(session, everything)
    clocks = terms.clocks_of(session, everything, calendar=calendar, today=day)
    groups = (
        Group(sort.task, tuple(_row(each, sort, names, reasons, clocks[each.id]) for each in rows), totals[sort])
        for sort, rows in found.items()
    )
    return Work(
        steps=tuple(_step(step, names) for step in steps), groups=tuple(group for group in groups if group.total)
    )


def _dossiers(session: Session, sort: _Sort, by: Actor) -> list[Dossier]:
    query = (
        select(Dossier)
        .where(where(by, sort.permission, Dossier), Dossier.status.in_(sort.statuses))
        .options(joinedload(Dossier.summary), selectinload(Dossier.revision).defer(CampaignRevision.source))
        .order_by(Dossier.status_since)
        .limit(SHOWN)
    )
    return list(session.scalars(query))


def _count(session: Session, sort: _Sort, by: Actor, *, shown: int) -> int:
    if shown < SHOWN:
        return shown
    query = select(func.count(Dossier.id)).where(where(by, sort.permission, Dossier), Dossier.status.in_(sort.statuses))
    return session.scalar(query) or 0


def _reasons(session: Session, dossiers: Iterable[Dossier]) -> dict[UUID, str]:
    """Why each of the returned ones came back; one query, or none where nothing was returned."""
    returned = {each.id for each in dossiers if each.status is Status.RETURNED}
    if not returned:
        return {}
    query = select(Return).where(Return.dossier_id.in_(returned), Return.answered_at.is_(None))
    return {each.dossier_id: each.reason for each in session.scalars(query.order_by(Return.returned_at))}


def _row(  # noqa: PLR0917  (one row of a table, filled from what was loaded for all)
    dossier: Dossier, sort: _Sort, names: dict[UUID, UnitName], reasons: dict[UUID, str], clocks: Clocks
) -> WaitingDossier:
    scheme = campaigns.spec_of(dossier.revision).scheme(dossier.scheme_code)
    deadlines = scheme.deadlines if scheme else ()
    return WaitingDossier(
        dossier_id=dossier.id,
        code=dossier.code,
        scheme=scheme.title if scheme else dossier.scheme_code,
        campaign=dossier.revision.title,
        unit=_name(names, dossier.unit_id),
        status=dossier.status,
        since=dossier.status_since,
        before=min((each.before for each in deadlines if each.kind in sort.deadlines), default=None),
        reason=reasons.get(dossier.id, ""),
        counts=_counts(dossier),
        clock=terms.main_clock(clocks) if sort.task in _TIMED else None,
    )


def _counts(dossier: Dossier) -> Counts:
    summary = dossier.summary
    if summary is None:
        return Counts()
    return Counts(
        collectives=summary.collectives,
        households=summary.households,
        individuals=summary.individuals,
        met=summary.met,
        not_met=summary.not_met,
        not_proven=summary.not_proven,
        blocking=summary.blocking,
        open_steps=summary.open_steps,
        waiting_for=summary.waiting_for,
    )


def _step(step: Step, names: dict[UUID, UnitName]) -> WaitingStep:
    return WaitingStep(
        step_id=step.id,
        title=step.route.title,
        action=step.action,
        position=step.position_kind,
        unit=_name(names, step.unit_id),
        due_on=step.due_on,
        since=step.opened_at,
    )


def _name(names: dict[UUID, UnitName], unit_id: UUID) -> str:
    return names[unit_id].name if unit_id in names else ""
