"""How far every unit is: who has not begun, who is late, what is missing (P21). Constant queries for any number."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from dms import clock, text
from dms.appraisal import consolidation, listing, rules
from dms.appraisal.models import Consolidation
from dms.appraisal.rules import Lateness
from dms.campaigns import service as campaigns
from dms.campaigns.models import CampaignRevision
from dms.campaigns.spec import CampaignSpec, Deadline, Scheme
from dms.campaigns.vocabulary import DeadlineKind, DecisionPath, Side
from dms.dossiers.models import Dossier, DossierSummary
from dms.errors import NotFound
from dms.people import service as people
from dms.people.models import Unit, UnitKind
from dms.policy import Actor, Permission, Status, allows

DossierRow = Row[*tuple[Any, ...]]


class Standing(StrEnum):
    """Where a unit stands with its dossier, in the order in which a coordinator looks."""

    NOT_OPENED = "not_opened"
    PREPARING = "preparing"
    RETURNED = "returned"
    SUBMITTED = "submitted"
    PASSED_ON = "passed_on"
    ENDED = "ended"


_STANDINGS = {
    Status.DRAFT: Standing.PREPARING,
    Status.SIGNING: Standing.PREPARING,
    Status.RETURNED: Standing.RETURNED,
    Status.SUBMITTED: Standing.SUBMITTED,
    Status.CONSOLIDATED: Standing.PASSED_ON,
    Status.APPRAISED: Standing.PASSED_ON,
    Status.DECIDED: Standing.PASSED_ON,
    Status.ARCHIVED: Standing.PASSED_ON,
    Status.REFUSED: Standing.ENDED,
    Status.WITHDRAWN: Standing.ENDED,
}


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """One unit's way: its dossier, if it has one, how it stands to the deadline, and what the summary tells of it.

    It names the dossier's bodies and status as the dossier does, so that the policy can be asked who may open it.
    """

    unit_id: UUID
    unit: str
    kind: UnitKind
    standing: Standing
    lateness: Lateness
    dossier_id: UUID | None = None
    coordinator_id: UUID | None = None
    appraiser_id: UUID | None = None
    conferrer_id: UUID | None = None
    code: str = ""
    status: Status | None = None
    status_since: datetime | None = None
    submitted_at: datetime | None = None
    collectives: int = 0
    households: int = 0
    individuals: int = 0
    missing: int = 0
    unproven: int = 0
    waiting_for: str = ""

    @property
    def is_late(self) -> bool:
        """Whether the hand-over came, or did not come, after the deadline (P18)."""
        return self.lateness in {Lateness.LATE, Lateness.OVERDUE}


@dataclass(frozen=True, slots=True)
class Progress:
    """All participating units of a scheme, those that need the coordinator's eye first, and the list if it is open."""

    revision: CampaignRevision
    scheme: Scheme
    deadline: Deadline | None
    rows: tuple[UnitProgress, ...]
    consolidation: Consolidation | None
    may_consolidate: bool

    @property
    def counts(self) -> Mapping[Standing, int]:
        """How many units stand where."""
        return Counter(row.standing for row in self.rows)

    @property
    def late(self) -> int:
        """How many units are late."""
        return sum(row.is_late for row in self.rows)


def followed(session: Session, *, by: Actor, now: datetime) -> list[tuple[CampaignRevision, Scheme]]:
    """The schemes whose units the actor follows: those that go through a coordinator, by campaign (P12, P21)."""
    return [
        (revision, scheme)
        for revision in campaigns.list_latest(session)
        for scheme in campaigns.spec_of(revision).schemes
        if scheme.procedure.path is DecisionPath.THROUGH_COORDINATOR
        and (bodies := _bodies(session, revision, scheme, now=now)) is not None
        and allows(by, Permission.CONSOLIDATION_READ, bodies)
    ]


def progress(session: Session, revision_id: UUID, scheme_code: str, *, by: Actor, now: datetime) -> Progress:
    """Every participating unit of a scheme with its dossier (P21). Raises NotFound for anybody who does not follow it.

    Dossiers of all revisions of the campaign count; one of an abolished unit counts for the unit that succeeded it.
    """
    revision = campaigns.get_revision(session, revision_id)
    spec, scheme = campaigns.spec_of(revision), campaigns.scheme_of(revision, scheme_code)
    bodies = _bodies(session, revision, scheme, now=now)
    if bodies is None or not allows(by, Permission.CONSOLIDATION_READ, bodies):
        raise NotFound("campaign_not_found")
    deadline = listing.deadline_of(scheme, DeadlineKind.TO_COORDINATOR)
    rows = _rows(session, revision, spec, scheme, before=deadline.before if deadline else None, now=now)
    found = consolidation.find(session, revision.id, scheme.code, by=by)
    may_consolidate = allows(by, Permission.CONSOLIDATION_EDIT, bodies)
    return Progress(revision, scheme, deadline, tuple(rows), found, may_consolidate)


def _bodies(session: Session, revision: CampaignRevision, scheme: Scheme, *, now: datetime) -> Consolidation | None:
    """A list as it would be opened today, for the policy to judge; None where the campaign names no such bodies."""
    spec = campaigns.spec_of(revision)
    if spec.body(Side.COORDINATOR) is None or spec.body(Side.APPRAISER) is None:
        return None
    return Consolidation(**consolidation.bodies_of(session, revision.id, scheme.code, now=now))


def _rows(
    session: Session,
    revision: CampaignRevision,
    spec: CampaignSpec,
    scheme: Scheme,
    *,
    before: date | None,
    now: datetime,
) -> list[UnitProgress]:
    """Units that live today, and abolished ones with a dossier; three queries and one for the names."""
    today = clock.day_of(now)
    dossiers = _dossiers(session, revision, scheme)
    units = {unit.id: unit.kind for unit in _units(session, kinds_of(spec, scheme), today)}
    heirs = people.predecessors(session, today)
    kinds = units | {row.unit_id: row.unit_kind for rows in dossiers.values() for row in rows}
    names = people.names_on(session, kinds, today)
    covered = {earlier for unit_id in units for earlier in heirs[unit_id] if earlier in dossiers}
    idle = [
        UnitProgress(unit_id, names[unit_id].name, kind, Standing.NOT_OPENED, rules.lateness(before, None, today))
        for unit_id, kind in units.items()
        if unit_id in names and unit_id not in dossiers and not (heirs[unit_id] & covered)
    ]
    begun = [
        _begun(row, names[unit_id].name, before=before, today=today)
        for unit_id, rows in dossiers.items()
        for row in rows
    ]
    return sorted([*idle, *begun], key=_urgency)


def kinds_of(spec: CampaignSpec, scheme: Scheme) -> frozenset[UnitKind]:
    """The kinds of unit that may take part in a scheme (P02, P04)."""
    participants = frozenset(kind for participant in spec.participants for kind in participant.kinds)
    if any(not clause.unit_kinds for clause in scheme.nominees):
        return participants
    return participants & frozenset(kind for clause in scheme.nominees for kind in clause.unit_kinds)


def _units(session: Session, kinds: Iterable[UnitKind], day: date) -> Sequence[Row[UUID, UnitKind]]:
    query = select(Unit.id, Unit.kind).where(
        Unit.kind.in_(kinds),
        Unit.founded_on.is_(None) | (Unit.founded_on <= day),
        Unit.abolished_on.is_(None) | (Unit.abolished_on > day),
    )
    return session.execute(query).all()


def _dossiers(session: Session, revision: CampaignRevision, scheme: Scheme) -> dict[UUID, list[DossierRow]]:
    """The living dossiers of each unit; the newest of those that ended where it has no other."""
    siblings = select(CampaignRevision.id).where(CampaignRevision.campaign_id == revision.campaign_id)
    query = (
        select(
            Dossier.id,
            Dossier.code,
            Dossier.unit_id,
            Dossier.coordinator_id,
            Dossier.appraiser_id,
            Dossier.conferrer_id,
            Unit.kind.label("unit_kind"),
            Dossier.status,
            Dossier.status_since,
            Dossier.submitted_at,
            DossierSummary.collectives,
            DossierSummary.households,
            DossierSummary.individuals,
            DossierSummary.blocking,
            DossierSummary.not_proven,
            DossierSummary.waiting_for,
        )
        .join(Dossier.unit)
        .outerjoin(Dossier.summary)
        .where(Dossier.revision_id.in_(siblings), Dossier.scheme_code == scheme.code)
        .order_by(Dossier.opened_at)
    )
    found: dict[UUID, list[DossierRow]] = defaultdict(list)
    for row in session.execute(query):
        found[row.unit_id].append(row)
    return {unit_id: _counted(rows) for unit_id, rows in found.items()}


def _counted(rows: list[DossierRow]) -> list[DossierRow]:
    living = [row for row in rows if _STANDINGS[row.status] is not Standing.ENDED]
    return living or rows[-1:]


def _begun(row: DossierRow, unit: str, *, before: date | None, today: date) -> UnitProgress:
    submitted_on = clock.day_of(row.submitted_at) if row.submitted_at else None
    return UnitProgress(
        unit_id=row.unit_id,
        unit=unit,
        kind=row.unit_kind,
        standing=_STANDINGS[row.status],
        lateness=rules.lateness(before, submitted_on, today),
        dossier_id=row.id,
        coordinator_id=row.coordinator_id,
        appraiser_id=row.appraiser_id,
        conferrer_id=row.conferrer_id,
        code=row.code,
        status=row.status,
        status_since=row.status_since,
        submitted_at=row.submitted_at,
        collectives=row.collectives or 0,
        households=row.households or 0,
        individuals=row.individuals or 0,
        missing=row.blocking or 0,
        unproven=row.not_proven or 0,
        waiting_for=row.waiting_for or "",
    )


def _urgency(row: UnitProgress) -> tuple[int, bool, object, str]:
    return list(Standing).index(row.standing), not row.is_late, text.collation_key(row.unit), str(row.dossier_id)
