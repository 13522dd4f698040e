"""Campaign files as immutable revisions: accept a text, find the one in force, read a pinned one."""

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dms.audit import Trail, record
from dms.campaigns.loader import canonical_json, digest, load, restore
from dms.campaigns.models import Campaign, CampaignRevision
from dms.campaigns.spec import CampaignSpec, Scheme
from dms.errors import NotFound
from dms.policy import SYSTEM, Actor, Permission, require
from dms.text import collation_key

_PARSED: dict[str, CampaignSpec] = {}  # by digest; a province has a handful of revisions


def accept(session: Session, source: str, *, filename: str, by: Actor, now: datetime) -> CampaignRevision:
    """Take a campaign file as the newest revision; the content that is newest already makes no other.

    An earlier content becomes a revision again: whoever takes a change back means what they say. Dossiers that are
    under way keep the revision they began under. Raises PermissionDenied for anybody but an administrator or the
    service itself, Invalid with every problem of the file.
    """
    if by is not SYSTEM:
        require(by, Permission.CAMPAIGN_ACCEPT, None)
    spec = load(source, filename)
    campaign = _campaign(session, spec.code)
    newest = next(iter(revisions(session, spec.code)), None)
    if newest is not None and digest(spec_of(newest)) == digest(spec):
        return newest
    return _add_revision(session, campaign, spec, source, by=by, now=now)


def latest(session: Session, code: str) -> CampaignRevision:
    """Return the newest revision of a campaign. Raises NotFound."""
    revision = session.scalars(
        select(CampaignRevision)
        .join(CampaignRevision.campaign)
        .where(Campaign.code == code)
        .order_by(CampaignRevision.number.desc())
    ).first()
    if revision is None:
        raise NotFound("campaign_not_found")
    return revision


def list_latest(session: Session) -> list[CampaignRevision]:
    """The newest revision of every campaign, by title in the order of the Vietnamese alphabet."""
    newest = select(func.max(CampaignRevision.number)).where(CampaignRevision.campaign_id == Campaign.id)
    newest = newest.correlate(Campaign)  # else both tables are taken from the outer query, and none is left
    query = (
        select(CampaignRevision)
        .join(CampaignRevision.campaign)
        .where(CampaignRevision.number == newest.scalar_subquery())
    )
    return sorted(session.scalars(query), key=lambda revision: collation_key(revision.title))


def revisions(session: Session, code: str) -> list[CampaignRevision]:
    """Every revision of a campaign, newest first."""
    query = (
        select(CampaignRevision)
        .join(CampaignRevision.campaign)
        .where(Campaign.code == code)
        .order_by(CampaignRevision.number.desc())
    )
    return list(session.scalars(query))


def get_revision(session: Session, revision_id: UUID) -> CampaignRevision:
    """Return a revision. Raises NotFound."""
    revision = session.get(CampaignRevision, revision_id)
    if revision is None:
        raise NotFound("campaign_not_found")
    return revision


def spec_of(revision: CampaignRevision) -> CampaignSpec:
    """The revision's content; parsed once per process, for a revision never changes."""
    spec = _PARSED.get(revision.digest)
    if spec is None:
        spec = _PARSED[revision.digest] = restore(revision.spec)
    return spec


def scheme_of(revision: CampaignRevision, code: str) -> Scheme:
    """The scheme of a revision. Raises NotFound."""
    scheme = spec_of(revision).scheme(code)
    if scheme is None:
        raise NotFound("scheme_not_found")
    return scheme


def _campaign(session: Session, code: str) -> Campaign:
    campaign = session.scalars(select(Campaign).where(Campaign.code == code)).first()
    if campaign is None:
        campaign = Campaign(code=code)
        session.add(campaign)
        session.flush()
    return campaign


def _add_revision(
    session: Session, campaign: Campaign, spec: CampaignSpec, source: str, *, by: Actor, now: datetime
) -> CampaignRevision:
    last = session.scalar(select(func.max(CampaignRevision.number)).where(CampaignRevision.campaign_id == campaign.id))
    revision = CampaignRevision(
        campaign_id=campaign.id,
        number=(last or 0) + 1,
        title=spec.title,
        digest=digest(spec),
        source=source,
        spec=json.loads(canonical_json(spec)),
        accepted_at=now,
        accepted_by=by.person_id,
    )
    session.add(revision)
    session.flush()
    record(
        session,
        Trail("campaign", campaign.id),
        "campaign:revision:accept",
        by=by,
        now=now,
        number=revision.number,
        digest=revision.digest,
    )
    return revision
