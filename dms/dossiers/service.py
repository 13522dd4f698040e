"""Dossiers: open, find, hand over, take back, send back. Parts, nominees and the council have modules of their own."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from dms import clock
from dms.audit import record
from dms.campaigns import service as campaigns
from dms.campaigns.models import Campaign, CampaignRevision
from dms.campaigns.spec import CampaignSpec, Scheme
from dms.campaigns.vocabulary import Occurrence
from dms.completeness.evaluate import evaluate
from dms.completeness.model import Deadline, Facts, Finding
from dms.dossiers import facts, guards, parties, summary
from dms.dossiers.lifecycle import Action, ensure_may, move, trail_of
from dms.dossiers.models import Dossier, Return, ReturnItem
from dms.dossiers.rules import completeness_rules
from dms.errors import Conflict, Invalid, NotFound, Unavailable
from dms.people import service as people
from dms.people.models import Unit, UnitName
from dms.policy import Actor, Permission, Status, allows, require, where
from dms.signing import service as signing
from dms.signing.models import RouteOutcome
from dms.text import collation_key

PAGE_SIZE = 25
_ATTEMPTS = 5
ENDED = (Status.WITHDRAWN, Status.REFUSED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None and an empty text narrow nothing. ``text`` is part of a code."""

    statuses: tuple[Status, ...] = ()
    campaign: str | None = None
    scheme: str | None = None
    unit_id: UUID | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and how many rows there are in all."""

    items: list[Dossier]
    total: int
    number: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class ReturnEntry:
    """A piece to reopen: a requirement (of a nominee), a nominee with all papers, or with neither the whole dossier."""

    requirement_code: str | None = None
    nominee_id: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A dossier's material with every finding about it."""

    material: facts.Material
    facts: Facts
    findings: tuple[Finding, ...] = field(default=())

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that stop a submission."""
        return tuple(finding for finding in self.findings if finding.blocks)


# --- open


def open_dossier(
    session: Session,
    revision_id: UUID,
    scheme_code: str,
    unit_id: UUID,
    *,
    by: Actor,
    now: datetime,
    year: int | None = None,
    for_itself: bool = False,
) -> Dossier:
    """Open a unit's dossier under a scheme, pinned to a revision, with the bodies of today (P02, P08, P12, P23).

    ``year`` is judged by a yearly scheme; the newest year begun where it is not given. ``for_itself`` says that the
    collective put forward is the unit as a whole, which no head may award (P08).
    Raises PermissionDenied, NotFound, Invalid("unit_abolished", "unit_kind_not_allowed", "unit_outside_campaign",
    "year_outside_campaign"), Conflict("dossier_already_open", "campaign_closed").
    """
    revision = campaigns.get_revision(session, revision_id)
    spec, scheme = campaigns.spec_of(revision), campaigns.scheme_of(revision, scheme_code)
    unit, today = people.get_unit(session, unit_id), clock.day_of(now)
    require(by, Permission.DOSSIER_OPEN, Dossier(unit_id=unit.id))
    campaigns.ensure_open(revision.campaign)
    parties.ensure_may_take_part(session, spec, unit, today)
    bodies = parties.resolve(session, spec, scheme, unit, day=today, for_itself=for_itself)
    dossier = Dossier(
        revision_id=revision.id,
        campaign_code=spec.code,
        scheme_code=scheme.code,
        year=_year_judged(spec, scheme, year, today),
        unit_id=unit.id,
        status=Status.DRAFT,
        opened_at=now,
        opened_by=by.person_id,
        status_since=now,
        **bodies,
    )
    _ensure_only_one(session, revision, dossier)
    _insert_with_code(session, dossier, today.year)
    _record_opening(session, dossier, revision, by=by, now=now)
    summary.refresh(session, dossier, now=now)
    return dossier


def _record_opening(
    session: Session, dossier: Dossier, revision: CampaignRevision, *, by: Actor, now: datetime
) -> None:
    told = {"code": dossier.code, "scheme": dossier.scheme_code, "unit": dossier.unit_id, "year": dossier.year}
    pinned = {"revision": revision.number, "digest": revision.digest}
    record(session, trail_of(dossier), "dossier:open", by=by, now=now, **told, **pinned)


def _year_judged(spec: CampaignSpec, scheme: Scheme, year: int | None, today: date) -> int | None:
    if scheme.occurrence is not Occurrence.YEARLY:
        return None
    begun = [each for each in sorted(spec.years) if each <= today.year]
    chosen = year or (begun or sorted(spec.years))[-1]
    if chosen not in spec.years:
        raise Invalid("year_outside_campaign", year=chosen, years=list(spec.years))
    return chosen


def _ensure_only_one(session: Session, revision: CampaignRevision, wanted: Dossier) -> None:
    """A unit sends one dossier under a scheme (and year, and conferring body); one that has ended does not count."""
    query = (
        select(Dossier.code)
        .join(Dossier.revision)
        .where(
            CampaignRevision.campaign_id == revision.campaign_id,
            Dossier.scheme_code == wanted.scheme_code,
            Dossier.unit_id == wanted.unit_id,
            Dossier.conferrer_id == wanted.conferrer_id,
            Dossier.year.is_(None) if wanted.year is None else Dossier.year == wanted.year,
            Dossier.status.not_in(ENDED),
        )
    )
    code = session.scalars(query).first()
    if code is not None:
        raise Conflict("dossier_already_open", dossier=code)


def _insert_with_code(session: Session, dossier: Dossier, year: int) -> None:
    """Take the next free code of the year; two who take the same one at once: the slower tries again."""
    for _attempt in range(_ATTEMPTS):
        dossier.code = _next_code(session, year)
        with suppress(IntegrityError), session.begin_nested():
            session.add(dossier)
        if dossier in session:
            return
    raise Unavailable("dossier_code_taken")


def _next_code(session: Session, year: int) -> str:
    prefix = f"HS-{year}-"
    last = session.scalars(
        select(Dossier.code)
        .where(Dossier.code.startswith(prefix, autoescape=True))
        .order_by(func.length(Dossier.code).desc(), Dossier.code.desc())
        .limit(1)
    ).first()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


# --- find


def get(session: Session, dossier_id: UUID, *, by: Actor) -> Dossier:
    """Return a dossier with its unit's names, revision, summary and meeting; three queries.

    Raises NotFound where it is not there or the actor may not know of it.
    """
    dossier = session.scalars(
        _complete(select(Dossier)).options(joinedload(Dossier.meeting)).where(Dossier.id == dossier_id)
    ).first()
    if dossier is None or not allows(by, Permission.DOSSIER_READ, dossier):
        raise NotFound("dossier_not_found")
    return dossier


def listing(session: Session, filters: Filters, *, by: Actor, page: int = 1, size: int = PAGE_SIZE) -> Page:
    """One page of the dossiers that the actor may read, those that changed last first; five queries at most."""
    query = _narrowed(select(Dossier).where(where(by, Permission.DOSSIER_READ, Dossier)), filters)
    total = session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    number = min(max(page, 1), max(1, -(-total // size)))
    ordered = query.order_by(Dossier.status_since.desc(), Dossier.code).limit(size).offset((number - 1) * size)
    return Page(list(session.scalars(_complete(ordered))), total, number, size)


def counts(session: Session, *, by: Actor) -> dict[Status, int]:
    """How many dossiers stand in each status, of those that the actor may read; one query."""
    query = (
        select(Dossier.status, func.count()).where(where(by, Permission.DOSSIER_READ, Dossier)).group_by(Dossier.status)
    )
    return dict(session.execute(query).all())


def units_of(session: Session, *, by: Actor) -> list[tuple[UUID, str]]:
    """The units whose dossiers the actor may read, with their latest names, for a filter; two queries."""
    seen = select(Dossier.unit_id).where(where(by, Permission.DOSSIER_READ, Dossier)).distinct()
    units = session.scalars(select(Unit).where(Unit.id.in_(seen)).options(selectinload(Unit.names)))
    return sorted(((unit.id, unit.names[-1].name) for unit in units), key=lambda unit: collation_key(unit[1]))


def deadline_of(dossier: Dossier) -> Deadline | None:
    """The day before which the unit hands over, if the scheme sets one (P18)."""
    return completeness_rules(campaigns.spec_of(dossier.revision), dossier.scheme_code).deadline


def returns_of(session: Session, dossier_id: UUID) -> list[Return]:
    """Every return of a dossier with its items, newest first; one query."""
    return guards.returns_of(session, dossier_id)


def unit_name(dossier: Dossier) -> UnitName:
    """What the unit was called on the day the dossier was opened; no query once its names are loaded."""
    day = clock.day_of(dossier.opened_at)
    earlier = [name for name in dossier.unit.names if name.valid_from <= day]
    return (earlier or dossier.unit.names[:1])[-1]


def judge(session: Session, dossier: Dossier, *, now: datetime) -> Judged:
    """Load what is known of a dossier and judge it; the number of queries does not grow with its nominees."""
    material = facts.gather(session, dossier)
    known = facts.facts_of(material, now=now)
    return Judged(material, known, evaluate(completeness_rules(material.spec, dossier.scheme_code), known))


def _complete(query: Select[Dossier]) -> Select[Dossier]:
    return query.options(
        joinedload(Dossier.unit).selectinload(Unit.names),
        selectinload(Dossier.revision).joinedload(CampaignRevision.campaign),
        joinedload(Dossier.summary),
    )


def _narrowed(query: Select[Dossier], filters: Filters) -> Select[Dossier]:
    if filters.statuses:
        query = query.where(Dossier.status.in_(filters.statuses))
    if filters.unit_id:
        query = query.where(Dossier.unit_id == filters.unit_id)
    if filters.scheme:
        query = query.where(Dossier.scheme_code == filters.scheme)
    if filters.text:
        query = query.where(Dossier.code.contains(filters.text.strip().upper(), autoescape=True))
    if filters.campaign:
        of_campaign = (
            select(CampaignRevision.id).join(CampaignRevision.campaign).where(Campaign.code == filters.campaign)
        )
        query = query.where(Dossier.revision_id.in_(of_campaign))
    return query


# --- hand over and back


def submit(session: Session, dossier_id: UUID, *, by: Actor, now: datetime) -> Dossier:
    """Hand the dossier over; refuse it, with every blocking finding, while it is incomplete (P12, P17, P18).

    Signatures count as last validated: ``routing.recheck_signatures`` comes before. A late dossier is refused or marked
    as the campaign says. Raises Conflict("dossier_status_forbids") for a second time, Invalid("dossier_incomplete").
    """
    dossier = get(session, dossier_id, by=by)
    ensure_may(dossier, Action.SUBMIT, by)
    judged = judge(session, dossier, now=now)
    if judged.blocking:
        raise Invalid("dossier_incomplete", count=len(judged.blocking), findings=judged.blocking)
    late = any(finding.code == "late_flagged" for finding in judged.findings)
    _answer_return(session, dossier, now=now)
    move(session, dossier, Action.SUBMIT, by=by, now=now, late=late)
    dossier.submitted_at = dossier.submitted_at or now
    summary.refresh(session, dossier, now=now)
    return dossier


def withdraw(session: Session, dossier_id: UUID, *, reason: str, by: Actor, now: datetime) -> Dossier:
    """Take the dossier out of the campaign for good; papers that are being signed are called back."""
    dossier = get(session, dossier_id, by=by)
    ensure_may(dossier, Action.WITHDRAW, by)
    move(session, dossier, Action.WITHDRAW, by=by, now=now, reason=_ensure_reason(reason))
    _call_back(session, dossier, now=now)
    summary.refresh(session, dossier, now=now)
    return dossier


def return_dossier(
    session: Session, dossier_id: UUID, *, reason: str, items: Iterable[ReturnEntry], by: Actor, now: datetime
) -> Return:
    """Send the dossier back to its unit; only the pieces of ``items`` reopen, the whole of it where none is named.

    Raises Invalid("reason_missing", "return_item_unknown"), Conflict("dossier_status_forbids"), PermissionDenied.
    """
    dossier = get(session, dossier_id, by=by)
    ensure_may(dossier, Action.RETURN, by)
    entries = tuple(items) or (ReturnEntry(),)
    _ensure_items(session, dossier, entries)
    sent_back = Return(
        dossier_id=dossier.id,
        from_status=dossier.status,
        returned_at=now,
        returned_by=by.person_id,
        returner_name=by.name,
        reason=_ensure_reason(reason),
        items=[ReturnItem(**asdict(entry)) for entry in entries],
    )
    session.add(sent_back)
    reopened = [asdict(entry) for entry in entries]
    move(session, dossier, Action.RETURN, by=by, now=now, reason=sent_back.reason, items=reopened)
    summary.refresh(session, dossier, now=now)
    return sent_back


def refuse_dossier(session: Session, dossier_id: UUID, *, reason: str, by: Actor, now: datetime) -> Dossier:
    """Refuse the dossier for good, with a reason. Raises Invalid("reason_missing"), Conflict, PermissionDenied."""
    dossier = get(session, dossier_id, by=by)
    ensure_may(dossier, Action.REFUSE, by)
    move(session, dossier, Action.REFUSE, by=by, now=now, reason=_ensure_reason(reason))
    summary.refresh(session, dossier, now=now)
    return dossier


def _ensure_reason(reason: str) -> str:
    if not reason.strip():
        raise Invalid("reason_missing")
    return reason.strip()


def _ensure_items(session: Session, dossier: Dossier, entries: tuple[ReturnEntry, ...]) -> None:
    """Each item names a requirement of the scheme, or a nominee of the dossier, or both."""
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    nominees = {nominee.id for nominee in facts.nominees_of(session, dossier.id)}
    for entry in entries:
        requirement = scheme.requirement(entry.requirement_code) if entry.requirement_code else None
        if entry.requirement_code and requirement is None:
            raise Invalid("return_item_unknown", item=entry.requirement_code)
        if entry.nominee_id and entry.nominee_id not in nominees:
            raise Invalid("return_item_unknown", item=entry.nominee_id)


def _answer_return(session: Session, dossier: Dossier, *, now: datetime) -> None:
    while sent_back := guards.open_return(session, dossier.id):
        sent_back.answered_at = now
        session.flush()


def _call_back(session: Session, dossier: Dossier, *, now: datetime) -> None:
    documents = [part.document_id for part in dossier.parts]
    for route in signing.latest_routes(session, documents).values():
        if route.closed_at is None:
            signing.close_route(session, route, RouteOutcome.RECALLED, now=now)
