"""What a dossier would be told under other rules than those it is pinned to. Nothing is moved by asking.

A dossier keeps the revision under which it was opened; this answers, before a revision is published, what would change
if an open dossier moved to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dms.campaigns.models import Campaign, CampaignRevision
from dms.campaigns.spec import CampaignSpec
from dms.completeness.evaluate import evaluate
from dms.completeness.model import Finding, Verdict
from dms.dossiers import facts
from dms.dossiers.facts import Material
from dms.dossiers.models import Dossier
from dms.dossiers.rules import completeness_rules
from dms.people.models import Unit
from dms.policy import Actor, Permission, Status, allows

PAGE_SIZE = 20
OPEN = (
    Status.DRAFT,
    Status.SIGNING,
    Status.RETURNED,
    Status.SUBMITTED,
    Status.CONSOLIDATED,
    Status.APPRAISED,
)
"""Statuses in which a dossier is still under way."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What would change for one dossier: open findings gained and lost, and those that would newly stop it.

    ``scheme_gone``: the other rules do not have its scheme at all. ``is_readable``: whether the asker may open it.
    """

    dossier: Dossier
    gained: tuple[Finding, ...] = ()
    lost: tuple[Finding, ...] = ()
    blocking: tuple[Finding, ...] = ()
    scheme_gone: bool = False
    is_readable: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.gained or self.lost or self.blocking or self.scheme_gone)


@dataclass(frozen=True, slots=True)
class DryRun:
    """One page of the open dossiers of a campaign under other rules; ``total`` counts all that are open."""

    shifts: tuple[Shift, ...]
    total: int
    number: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // self.size))

    @property
    def touched(self) -> tuple[Shift, ...]:
        """Those of this page for which something would change."""
        return tuple(shift for shift in self.shifts if not shift.is_empty)


def findings_under(material: Material, spec: CampaignSpec, *, now: datetime) -> tuple[Finding, ...]:
    """Judge what is known of a dossier by a campaign's content. Raises NotFound("scheme_not_found")."""
    code = material.dossier.scheme_code
    rules = completeness_rules(spec, code)
    moved = replace(material, spec=spec, scheme=spec.scheme(code) or material.scheme)
    return evaluate(rules, facts.facts_of(moved, now=now))


def shift(session: Session, dossier: Dossier, spec: CampaignSpec, *, now: datetime) -> Shift:
    """What would change for a dossier if it moved from its own revision to ``spec``; a constant number of queries."""
    if spec.scheme(dossier.scheme_code) is None:
        return Shift(dossier, scheme_gone=True)
    material = facts.gather(session, dossier)
    return compare(dossier, findings_under(material, material.spec, now=now), findings_under(material, spec, now=now))


def compare(dossier: Dossier, before: Iterable[Finding], after: Iterable[Finding]) -> Shift:
    """The difference between two verdicts on one dossier. Pure."""
    was, is_ = _open(before), _open(after)
    return Shift(
        dossier,
        gained=tuple(finding for key, finding in is_.items() if key not in was),
        lost=tuple(finding for key, finding in was.items() if key not in is_),
        blocking=tuple(f for key, f in is_.items() if f.blocks and not (key in was and was[key].blocks)),
    )


def dry_run(
    session: Session,
    campaign_code: str,
    spec: CampaignSpec,
    *,
    by: Actor,
    now: datetime,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> DryRun:
    """What ``spec`` would change in the open dossiers of a campaign, page by page; nothing is written.

    Dossiers that the asker may not read are judged and counted all the same, and are not named.
    """
    query = _open_dossiers(campaign_code)
    total = session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    number = min(max(page, 1), max(1, -(-total // size)))
    found = session.scalars(_complete(query).limit(size).offset((number - 1) * size))
    shifts = (
        replace(shift(session, each, spec, now=now), is_readable=allows(by, Permission.DOSSIER_READ, each))
        for each in found
    )
    return DryRun(tuple(shifts), total, number, size)


def _open_dossiers(campaign_code: str) -> Select[Dossier]:
    return (
        select(Dossier)
        .join(Dossier.revision)
        .join(CampaignRevision.campaign)
        .where(Campaign.code == campaign_code, Dossier.status.in_(OPEN))
        .order_by(Dossier.code)
    )


def _complete(query: Select[Dossier]) -> Select[Dossier]:
    return query.options(
        joinedload(Dossier.unit).selectinload(Unit.names),
        selectinload(Dossier.revision).joinedload(CampaignRevision.campaign),
        joinedload(Dossier.meeting),
    )


def _open(findings: Iterable[Finding]) -> dict[tuple[object, ...], Finding]:
    """What is not met, by what it is about; numbers in its words (a percent, a day) do not make it another finding."""
    return {(f.check, f.code, f.subject, f.place): f for f in findings if f.verdict is not Verdict.MET}
