"""Whom a decision may name: the appraised list, and the number of awards that the plan allows (P13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, selectinload

from dms.appraisal.models import Consolidation, ConsolidationEntry
from dms.awards.models import Decision, DecisionItem
from dms.campaigns import service as campaigns
from dms.campaigns.models import CampaignRevision
from dms.campaigns.spec import Scheme
from dms.campaigns.vocabulary import DecisionPath, NomineeKind, QuotaScope
from dms.dossiers.models import Dossier, Nominee
from dms.errors import Conflict
from dms.people.models import Unit
from dms.policy import Actor, Permission, Status, where


@dataclass(frozen=True, slots=True)
class Group:
    """What waits for a decision: one scheme of one campaign, and how many nominees of each kind."""

    revision: CampaignRevision
    scheme: Scheme
    counts: dict[NomineeKind, int]


@dataclass(frozen=True, slots=True)
class Meter:
    """A kind's quota over the whole campaign: ``used`` stands in decisions already; no ``limit`` is None (P13)."""

    kind: NomineeKind
    limit: int | None
    used: int


def waiting(session: Session, *, by: Actor) -> list[Group]:
    """The schemes with nominees whom ``by`` may put into a decision now; two queries, and two for each scheme found."""
    groups: dict[tuple[UUID, str], Group] = {}
    for revision_id, code in session.execute(_schemes_in_hand(by)):
        revision = campaigns.get_revision(session, revision_id)
        if (revision.campaign_id, code) in groups:
            continue
        found = candidates(session, revision.id, code, by=by)
        counts = {kind: sum(nominee.kind is kind for nominee in found) for kind in NomineeKind}
        groups[revision.campaign_id, code] = Group(revision, campaigns.scheme_of(revision, code), counts)
    return [group for group in groups.values() if any(group.counts.values())]


def _schemes_in_hand(by: Actor) -> Select[UUID, str]:
    """Revision and scheme of the dossiers that wait, the newest revision of a campaign first."""
    return (
        select(Dossier.revision_id, Dossier.scheme_code)
        .join(Dossier.revision)
        .where(where(by, Permission.DOSSIER_DECIDE, Dossier), Dossier.status.in_((Status.APPRAISED, Status.SUBMITTED)))
        .group_by(Dossier.revision_id, Dossier.scheme_code, CampaignRevision.number)
        .order_by(CampaignRevision.number.desc())
    )


def candidates(session: Session, revision_id: UUID, scheme_code: str, *, by: Actor) -> list[Nominee]:
    """Nominees whom ``by`` may put into a decision now: appraised and chosen, not yet in a living decision.

    They come from every revision of the campaign, for a revision alters no dossier under way (P23).
    """
    revision = campaigns.get_revision(session, revision_id)
    scheme = campaigns.scheme_of(revision, scheme_code)
    through = scheme.procedure.path is DecisionPath.THROUGH_COORDINATOR
    query = (
        select(Nominee)
        .join(Nominee.dossier)
        .join(Dossier.revision)
        .where(
            CampaignRevision.campaign_id == revision.campaign_id,
            Dossier.scheme_code == scheme_code,
            Dossier.status == (Status.APPRAISED if through else Status.SUBMITTED),
            where(by, Permission.DOSSIER_DECIDE, Dossier),
            Nominee.removed_at.is_(None),
            Nominee.id.not_in(_taken()),
        )
        .options(selectinload(Nominee.dossier).selectinload(Dossier.unit).selectinload(Unit.names))
    )
    return list(session.scalars(_chosen_in_order(query) if through else query.order_by(*_BY_NAME)))


_BY_NAME = (Nominee.kind, Nominee.folded_name)


def _chosen_in_order(query: Select[Nominee]) -> Select[Nominee]:
    """Only those whom the coordinator put forward, in the order of the list that was sent (P19)."""
    return (
        query.join(ConsolidationEntry, ConsolidationEntry.nominee_id == Nominee.id)
        .join(ConsolidationEntry.consolidation)
        .where(ConsolidationEntry.selected, Consolidation.sent_at.is_not(None))
        .order_by(Nominee.kind, ConsolidationEntry.rank, Nominee.folded_name)
    )


def is_chosen(scheme: Scheme) -> ColumnElement[bool]:
    """The condition for nominees whom the coordinator put forward; where there is no coordinator it holds for all."""
    if scheme.procedure.path is not DecisionPath.THROUGH_COORDINATOR:
        return true()
    chosen = (
        select(ConsolidationEntry.nominee_id)
        .join(ConsolidationEntry.consolidation)
        .where(ConsolidationEntry.selected, Consolidation.sent_at.is_not(None))
    )
    return Nominee.id.in_(chosen)


def _taken() -> Select[UUID]:
    return select(DecisionItem.nominee_id).join(DecisionItem.decision).where(Decision.cancelled_at.is_(None))


def meters(session: Session, revision_id: UUID, scheme: Scheme) -> list[Meter]:
    """The quota of each kind that the scheme awards, and what living decisions of the campaign hold; one query."""
    given = _given(session, revision_id, scheme.code)
    return [
        Meter(clause.kind, _campaign_limit(scheme, clause.kind), given.get(clause.kind, 0))
        for clause in scheme.nominees
    ]


def ensure_within_quota(session: Session, revision_id: UUID, scheme: Scheme, nominees: Sequence[Nominee] = ()) -> None:
    """Raise Conflict("quota_exceeded") where the awards of a campaign would pass the scheme's number (P13)."""
    for meter in meters(session, revision_id, scheme):
        wanted = meter.used + sum(nominee.kind is meter.kind for nominee in nominees)
        if meter.limit is not None and wanted > meter.limit:
            raise Conflict("quota_exceeded", kind=meter.kind.value, limit=meter.limit, wanted=wanted, rule="P13")


def _campaign_limit(scheme: Scheme, kind: NomineeKind) -> int | None:
    """A quota for each dossier was judged with the dossier and says nothing of the decision."""
    clause = scheme.clause(kind)
    return clause.quota.limit if clause and clause.quota.scope is QuotaScope.CAMPAIGN else None


def _given(session: Session, revision_id: UUID, scheme_code: str) -> dict[NomineeKind, int]:
    campaign_id = campaigns.get_revision(session, revision_id).campaign_id
    query = (
        select(Nominee.kind, func.count().label("given"))
        .join(DecisionItem, DecisionItem.nominee_id == Nominee.id)
        .join(DecisionItem.decision)
        .join(CampaignRevision, CampaignRevision.id == Decision.revision_id)
        .where(
            CampaignRevision.campaign_id == campaign_id,
            Decision.scheme_code == scheme_code,
            Decision.cancelled_at.is_(None),
        )
        .group_by(Nominee.kind)
    )
    return {row.kind: row.given for row in session.execute(query)}
