"""What the coordinator's list holds: entries in order, the quota's meters, what arrived or left since (P13, P19)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from dms.appraisal.models import Consolidation, ConsolidationEntry
from dms.appraisal.rules import Meter
from dms.campaigns import service as campaigns
from dms.campaigns.models import CampaignRevision
from dms.campaigns.spec import CampaignSpec, Deadline, Scheme
from dms.campaigns.vocabulary import DeadlineKind, NomineeKind, QuotaScope
from dms.dossiers.models import Dossier, Nominee
from dms.people.models import Unit
from dms.policy import Actor, Permission, Status, where

PASSED_ON = frozenset({Status.CONSOLIDATED, Status.APPRAISED, Status.DECIDED, Status.ARCHIVED})
"""Statuses of a dossier that has left the coordinator; its place in the list is settled."""


def entries_of(session: Session, consolidation: Consolidation) -> list[ConsolidationEntry]:
    """The list with nominees, scores, dossiers and units, collectives first, by rank; constant queries."""
    query = (
        select(ConsolidationEntry)
        .join(ConsolidationEntry.nominee)
        .join(Nominee.dossier)
        .where(ConsolidationEntry.consolidation_id == consolidation.id)
        .options(
            contains_eager(ConsolidationEntry.nominee).selectinload(Nominee.scores),
            contains_eager(ConsolidationEntry.nominee, Nominee.dossier)
            .selectinload(Dossier.unit)
            .selectinload(Unit.names),
            contains_eager(ConsolidationEntry.nominee, Nominee.dossier).selectinload(Dossier.summary),
        )
        .order_by(Nominee.kind, ConsolidationEntry.rank)
    )
    return list(session.scalars(query))


def meters(session: Session, consolidation: Consolidation, entries: Iterable[ConsolidationEntry]) -> list[Meter]:
    """How full the quota of each kind that the scheme awards is (P13); one query."""
    scheme, elsewhere = scheme_of(session, consolidation), chosen_elsewhere(session, consolidation)
    selected = [entry.nominee.kind for entry in entries if entry.selected]
    return [
        Meter(clause.kind, limit(scheme, clause.kind), selected.count(clause.kind), elsewhere.get(clause.kind, 0))
        for clause in scheme.nominees
    ]


def news(session: Session, consolidation: Consolidation, entries: Sequence[ConsolidationEntry], *, by: Actor) -> int:
    """How many nominees arrived or left since the list was last refreshed; one query."""
    here = {entry.nominee_id for entry in entries if not is_settled(entry)}
    return len(here ^ {nominee.id for nominee in submitted(session, consolidation, by=by)})


def spec_of(session: Session, consolidation: Consolidation) -> CampaignSpec:
    """The campaign that the list belongs to."""
    return campaigns.spec_of(campaigns.get_revision(session, consolidation.revision_id))


def scheme_of(session: Session, consolidation: Consolidation) -> Scheme:
    """The scheme that the list belongs to."""
    return campaigns.scheme_of(campaigns.get_revision(session, consolidation.revision_id), consolidation.scheme_code)


def deadline_of(scheme: Scheme, kind: DeadlineKind) -> Deadline | None:
    """The scheme's deadline for a hand-over (P18, P19)."""
    return next((deadline for deadline in scheme.deadlines if deadline.kind is kind), None)


def submitted(session: Session, consolidation: Consolidation, *, by: Actor) -> list[Nominee]:
    """Every nominee of a dossier that lies with the coordinator under the list's scheme; one query."""
    query = (
        select(Nominee)
        .join(Nominee.dossier)
        .where(
            Dossier.revision_id == consolidation.revision_id,
            Dossier.scheme_code == consolidation.scheme_code,
            Dossier.status == Status.SUBMITTED,
            where(by, Permission.DOSSIER_CONSOLIDATE, Dossier),
            Nominee.removed_at.is_(None),
        )
    )
    return list(session.scalars(query))


def chosen_elsewhere(session: Session, consolidation: Consolidation) -> dict[NomineeKind, int]:
    """How many are chosen in the campaign's other lists of the scheme (under another revision, say), by kind."""
    revision = campaigns.get_revision(session, consolidation.revision_id)
    siblings = select(CampaignRevision.id).where(CampaignRevision.campaign_id == revision.campaign_id)
    query = (
        select(Nominee.kind, func.count().label("chosen"))
        .join(ConsolidationEntry, ConsolidationEntry.nominee_id == Nominee.id)
        .join(ConsolidationEntry.consolidation)
        .where(
            ConsolidationEntry.selected,
            Consolidation.id != consolidation.id,
            Consolidation.scheme_code == consolidation.scheme_code,
            Consolidation.revision_id.in_(siblings),
        )
        .group_by(Nominee.kind)
    )
    return {row.kind: row.chosen for row in session.execute(query)}


def limit(scheme: Scheme, kind: NomineeKind) -> int | None:
    """The quota over the whole campaign; None where the head decides or each dossier has its own (P13)."""
    clause = scheme.clause(kind)
    return clause.quota.limit if clause and clause.quota.scope is QuotaScope.CAMPAIGN else None


def is_settled(entry: ConsolidationEntry) -> bool:
    """Whether the nominee's dossier has been passed on, so that its place cannot change."""
    return entry.nominee.dossier.status in PASSED_ON


def is_submitted(entry: ConsolidationEntry) -> bool:
    """Whether the nominee still stands in a dossier that lies with the coordinator."""
    return entry.nominee.dossier.status is Status.SUBMITTED and entry.nominee.removed_at is None
