"""Campaign files as immutable revisions: accept a text, revise it, close a campaign, read a pinned revision."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dms import clock
from dms.audit import Trail, record
from dms.campaigns.loader import canonical_json, digest, load, restore
from dms.campaigns.models import Campaign, CampaignRevision
from dms.campaigns.spec import CampaignSpec, Scheme
from dms.errors import Conflict, Invalid, NotFound
from dms.people.models import Unit
from dms.policy import SYSTEM, Actor, Permission, require
from dms.text import collation_key

LONGEST_REASON = 1000
_PARSED: dict[str, CampaignSpec] = {}  # by digest; a province has a handful of revisions


@dataclass(frozen=True, slots=True)
class Proposal:
    """A new text for a campaign: on which revision it was written, and why."""

    source: str
    based_on: int
    reason: str


# --- accept and revise


def accept(
    session: Session, source: str, *, filename: str, by: Actor, now: datetime, reason: str = ""
) -> CampaignRevision:
    """Take a campaign file as the newest revision; the content that is newest already makes no other.

    An earlier content becomes a revision again: whoever takes a change back means what they say. Dossiers that are
    under way keep the revision they began under. Raises PermissionDenied for anybody but an administrator or the
    service itself, Invalid with every problem of the file.
    """
    if by is not SYSTEM:
        require(by, Permission.CAMPAIGN_ACCEPT, None)
    spec = load(source, filename)
    campaign = _campaign(session, spec)
    newest = next(iter(revisions(session, spec.code)), None)
    if newest is not None and (newest.source == source or digest(spec_of(newest)) == digest(spec)):
        return newest
    return _add_revision(session, campaign, spec, source, reason=reason, by=by, now=now)


def revise(session: Session, code: str, proposal: Proposal, *, by: Actor, now: datetime) -> CampaignRevision:
    """Publish a new text of a campaign; open dossiers keep theirs. ``dms.awards.publishing`` asks what stands above.

    Raises NotFound, PermissionDenied, Conflict("campaign_revised_meanwhile") where somebody was faster,
    Invalid("revision_reason_missing", "campaign_identity_changed", "revision_without_change"), and what ``load`` does.
    """
    spec, newest = read_proposal(session, code, proposal, by=by)
    if not proposal.reason.strip():
        raise Invalid("revision_reason_missing", field="reason")
    reason = proposal.reason.strip()[:LONGEST_REASON]
    return _add_revision(session, newest.campaign, spec, proposal.source, reason=reason, by=by, now=now)


def read_proposal(
    session: Session, code: str, proposal: Proposal, *, by: Actor
) -> tuple[CampaignSpec, CampaignRevision]:
    """The content of a proposed text and the revision that it would follow; refusals as in ``revise``."""
    newest = latest(session, code)
    require(by, Permission.CAMPAIGN_REVISE, newest.campaign)
    if newest.number != proposal.based_on:
        raise Conflict("campaign_revised_meanwhile", number=newest.number, who=newest.author_name, reason=newest.reason)
    spec, before = load(proposal.source, code), spec_of(newest)
    ensure_same_campaign(before, spec)
    if digest(before) == digest(spec):
        raise Invalid("revision_without_change", number=newest.number)
    return spec, newest


def ensure_same_campaign(before: CampaignSpec, spec: CampaignSpec) -> None:
    """Code, issuing unit and parent say which campaign it is: raise Invalid("campaign_identity_changed")."""
    for name in ("code", "issuing_unit", "parent"):
        if getattr(before, name) != getattr(spec, name):
            raise Invalid("campaign_identity_changed", key=name)


def add(session: Session, source: str, *, unit_id: UUID, reason: str, by: Actor, now: datetime) -> CampaignRevision:
    """Open a unit's own campaign by its first text (P23).

    Raises PermissionDenied, Conflict("campaign_code_taken"), Invalid where the file has mistakes.
    """
    require(by, Permission.CAMPAIGN_OPEN, Campaign(unit_id=unit_id))
    spec = load(source, "yaml")
    if session.scalars(select(Campaign.id).where(Campaign.code == spec.code)).first():
        raise Conflict("campaign_code_taken", field="code", campaign=spec.code)
    return _add_revision(session, _campaign(session, spec), spec, source, reason=reason, by=by, now=now)


# --- close and reopen


def close(session: Session, code: str, *, reason: str, by: Actor, now: datetime) -> Campaign:
    """Take no more new dossiers; those under way go on.

    Raises Conflict("campaign_closed_already"), Invalid("reason_missing"), NotFound, PermissionDenied.
    """
    campaign = get(session, code)
    require(by, Permission.CAMPAIGN_REVISE, campaign)
    if campaign.is_closed:
        raise Conflict("campaign_closed_already", campaign=code)
    campaign.closed_at, campaign.closed_by, campaign.closed_reason = now, by.person_id, _ensure_reason(reason)
    session.flush()
    record(session, trail_of(campaign), "campaign:close", by=by, now=now, reason=campaign.closed_reason)
    return campaign


def reopen(session: Session, code: str, *, reason: str, by: Actor, now: datetime) -> Campaign:
    """Take new dossiers again. Raises Conflict("campaign_not_closed"), Invalid("reason_missing")."""
    campaign = get(session, code)
    require(by, Permission.CAMPAIGN_REVISE, campaign)
    if not campaign.is_closed:
        raise Conflict("campaign_not_closed", campaign=code)
    told = _ensure_reason(reason)
    campaign.closed_at, campaign.closed_by, campaign.closed_reason = None, None, ""
    session.flush()
    record(session, trail_of(campaign), "campaign:reopen", by=by, now=now, reason=told)
    return campaign


def ensure_open(campaign: Campaign) -> None:
    """Raise Conflict("campaign_closed") where no new dossier may be opened."""
    if campaign.closed_at is not None:
        raise Conflict("campaign_closed", on=clock.day_of(campaign.closed_at), reason=campaign.closed_reason)


def _ensure_reason(reason: str) -> str:
    if not reason.strip():
        raise Invalid("reason_missing", field="reason")
    return reason.strip()[:LONGEST_REASON]


# --- read


def get(session: Session, code: str) -> Campaign:
    """Return a campaign by its code. Raises NotFound."""
    campaign = session.scalars(select(Campaign).where(Campaign.code == code)).first()
    if campaign is None:
        raise NotFound("campaign_not_found")
    return campaign


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


def list_latest(session: Session, *, only_open: bool = False) -> list[CampaignRevision]:
    """The newest revision of every (open) campaign, by title in the order of the Vietnamese alphabet."""
    newest = select(func.max(CampaignRevision.number)).where(CampaignRevision.campaign_id == Campaign.id)
    newest = newest.correlate(Campaign)  # else both tables are taken from the outer query, and none is left
    query = (
        select(CampaignRevision)
        .join(CampaignRevision.campaign)
        .options(joinedload(CampaignRevision.campaign))
        .where(CampaignRevision.number == newest.scalar_subquery())
    )
    if only_open:
        query = query.where(Campaign.closed_at.is_(None))
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


def trail_of(campaign: Campaign) -> Trail:
    """The chain in which everything about a campaign is recorded."""
    return Trail("campaign", campaign.id)


# --- rows


def _campaign(session: Session, spec: CampaignSpec) -> Campaign:
    """The campaign's row, made where it is not there; its issuing unit is looked up until there is one."""
    campaign = session.scalars(select(Campaign).where(Campaign.code == spec.code)).first()
    if campaign is None:
        campaign = Campaign(code=spec.code)
        session.add(campaign)
    if campaign.unit_id is None:
        campaign.unit_id = session.scalars(select(Unit.id).where(Unit.code == spec.issuing_unit)).first()
    session.flush()
    return campaign


def _add_revision(
    session: Session, campaign: Campaign, spec: CampaignSpec, source: str, *, reason: str, by: Actor, now: datetime
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
        author_name=by.name,
        reason=reason,
    )
    session.add(revision)
    session.flush()
    told = {"number": revision.number, "digest": revision.digest} | ({"reason": reason} if reason else {})
    record(session, trail_of(campaign), "campaign:revision:accept", by=by, now=now, **told)
    return revision
