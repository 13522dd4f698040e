"""The coordinator's list: collect the nominees of submitted dossiers, rank, choose within the quota, send (P12-P19).

The list is open until it is sent. While its letter is with the signers it rests: what is signed is what is sent.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from dms import clock
from dms.appraisal import letter, listing, rules
from dms.appraisal.models import Consolidation, ConsolidationEntry
from dms.appraisal.rules import Candidate, Lateness, Meter
from dms.audit import record
from dms.campaigns import service as campaigns
from dms.campaigns.spec import CampaignSpec, Scheme
from dms.campaigns.vocabulary import CriterionKind, DeadlineKind, Late, NomineeKind, Side
from dms.dossiers import lifecycle, parties, summary
from dms.dossiers.lifecycle import Action
from dms.dossiers.models import Dossier, Nominee
from dms.errors import Conflict, Invalid, NotFound
from dms.policy import Actor, Permission, allows, require, where


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh changed: nominees that came into the list, and nominees that left it."""

    added: tuple[UUID, ...]
    removed: tuple[UUID, ...]


def open_consolidation(
    session: Session, revision_id: UUID, scheme_code: str, *, by: Actor, now: datetime
) -> Consolidation:
    """Open the list of a scheme, with the nominees of every submitted dossier; or return the one that there is.

    Raises PermissionDenied, NotFound, Invalid("body_missing") where the campaign names no coordinator or appraiser.
    """
    found = find(session, revision_id, scheme_code, by=by)
    if found is not None:
        return found
    consolidation = Consolidation(
        revision_id=revision_id,
        scheme_code=scheme_code,
        opened_at=now,
        **bodies_of(session, revision_id, scheme_code, now=now),
    )
    require(by, Permission.CONSOLIDATION_EDIT, consolidation)
    session.add(consolidation)
    session.flush()
    record(session, letter.trail_of(consolidation), "consolidation:open", by=by, now=now, scheme=scheme_code)
    _collect(session, consolidation, by=by, now=now)
    return consolidation


def find(session: Session, revision_id: UUID, scheme_code: str, *, by: Actor) -> Consolidation | None:
    """The list of a scheme that the actor may read, if it was opened."""
    query = select(Consolidation).where(
        Consolidation.revision_id == revision_id,
        Consolidation.scheme_code == scheme_code,
        where(by, Permission.CONSOLIDATION_READ, Consolidation),
    )
    return session.scalars(query.order_by(Consolidation.opened_at)).first()


def get(session: Session, consolidation_id: UUID, *, by: Actor) -> Consolidation:
    """Return a list that the actor may read. Raises NotFound."""
    found = session.get(Consolidation, consolidation_id)
    if found is None or not allows(by, Permission.CONSOLIDATION_READ, found):
        raise NotFound("consolidation_not_found")
    return found


def bodies_of(session: Session, revision_id: UUID, scheme_code: str, *, now: datetime) -> dict[str, UUID]:
    """The units that coordinate, appraise and confer today, as columns of a list. Raises Invalid("body_missing")."""
    revision = campaigns.get_revision(session, revision_id)
    spec, scheme = campaigns.spec_of(revision), campaigns.scheme_of(revision, scheme_code)
    sides = {
        "coordinator_id": Side.COORDINATOR,
        "appraiser_id": Side.APPRAISER,
        "conferrer_id": scheme.decision.authority.unit,
    }
    return {column: _body(session, spec, side, now=now) for column, side in sides.items()}


def refresh(session: Session, consolidation_id: UUID, *, by: Actor, now: datetime) -> Refreshed:
    """Take in the dossiers that arrived, let go those that left, rank anew; places given by hand stay (P19)."""
    consolidation = _editable(session, consolidation_id, by=by)
    return _collect(session, consolidation, by=by, now=now)


def choose(
    session: Session,
    consolidation_id: UUID,
    nominee_ids: Collection[UUID],
    *,
    by: Actor,
    now: datetime,
    seen: int | None = None,
) -> Consolidation:
    """Put exactly these nominees forward, beside those that were already sent; never more than the quota (P13).

    ``seen`` is the ``lock_version`` on the screen. Raises Invalid("nominee_not_listed"), Conflict("quota_exceeded",
    "nominee_left_list", "consolidation_sent", "consolidation_being_signed", "stale").
    """
    consolidation = _editable(session, consolidation_id, by=by, seen=seen)
    entries = listing.entries_of(session, consolidation)
    wanted = set(nominee_ids)
    if wanted - {entry.nominee_id for entry in entries}:
        raise Invalid("nominee_not_listed")
    chosen = [e for e in entries if (e.selected if listing.is_settled(e) else e.nominee_id in wanted)]
    _ensure_still_submitted(chosen)
    _ensure_within_quota(session, consolidation, chosen)
    before = {entry.nominee_id for entry in entries if entry.selected}
    for entry in entries:
        entry.selected = entry in chosen
    after = {entry.nominee_id for entry in entries if entry.selected}
    if before != after:
        _changed(session, consolidation, "choose", by=by, now=now, selected=after - before, deselected=before - after)
    return consolidation


def choose_best(session: Session, consolidation_id: UUID, *, by: Actor, now: datetime) -> Consolidation:
    """Fill the quota from the top of the list with those who have a score (P13, P19); who is chosen already stays."""
    consolidation = _editable(session, consolidation_id, by=by)
    entries = listing.entries_of(session, consolidation)
    chosen = {entry.nominee_id for entry in entries if entry.selected}
    for meter in listing.meters(session, consolidation, entries):
        free = [(e.nominee_id, e.score) for e in entries if _is_free(e, meter.kind)]
        chosen.update(rules.best_within(free, meter))
    return choose(session, consolidation_id, chosen, by=by, now=now)


def place(
    session: Session,
    consolidation_id: UUID,
    nominee_id: UUID,
    rank: int,
    *,
    reason: str,
    by: Actor,
    now: datetime,
    seen: int | None = None,
) -> Consolidation:
    """Give a nominee another rank than the index score does, with the reason on record (P19).

    Raises Invalid("reason_missing", "nominee_not_listed"), Conflict as ``choose``.
    """
    consolidation = _editable(session, consolidation_id, by=by, seen=seen)
    if not reason.strip():
        raise Invalid("reason_missing")
    entry = next((e for e in listing.entries_of(session, consolidation) if e.nominee_id == nominee_id), None)
    if entry is None:
        raise Invalid("nominee_not_listed")
    group = [e for e in listing.entries_of(session, consolidation) if e.nominee.kind is entry.nominee.kind]
    before = entry.rank
    _number(group, rules.moved([e.nominee_id for e in group], nominee_id, rank))
    entry.note = reason.strip()[:500]
    told = {"nominee": nominee_id, "before": before, "after": entry.rank, "reason": entry.note}
    _changed(session, consolidation, "place", by=by, now=now, **told)
    return consolidation


def rank_by_score(session: Session, consolidation_id: UUID, *, by: Actor, now: datetime) -> Consolidation:
    """Undo every place given by hand: the list follows the index score again (P19)."""
    consolidation = _editable(session, consolidation_id, by=by)
    for entry in listing.entries_of(session, consolidation):
        entry.note = ""
    _rank(session, consolidation)
    _changed(session, consolidation, "rank", by=by, now=now)
    return consolidation


def send(session: Session, consolidation_id: UUID, *, by: Actor, now: datetime) -> list[Dossier]:
    """Pass the dossiers with a chosen nominee on to the appraiser; the others stay with the coordinator (P12, P19).

    Raises Invalid("consolidation_empty"), Conflict("nominee_left_list", "letter_missing", "letter_stale",
    "letter_unsigned", "quota_exceeded", "consolidation_too_late").
    """
    consolidation = _open_for(session, consolidation_id, by=by)
    chosen = [entry for entry in listing.entries_of(session, consolidation) if entry.selected]
    if not chosen:
        raise Invalid("consolidation_empty")
    _ensure_still_submitted(chosen)
    _ensure_within_quota(session, consolidation, chosen)
    letter.ensure_signed(session, consolidation)
    late = _ensure_in_time(session, consolidation, now=now)
    dossiers = {e.nominee.dossier_id: e.nominee.dossier for e in chosen if not listing.is_settled(e)}
    for dossier in dossiers.values():
        _pass_on(session, consolidation, dossier, chosen, by=by, now=now)
    consolidation.sent_at, consolidation.sent_by = now, by.person_id
    told = {"dossiers": sorted(map(str, dossiers)), "nominees": [str(e.nominee_id) for e in chosen], "late": late}
    record(session, letter.trail_of(consolidation), "consolidation:send", by=by, now=now, **told)
    session.flush()
    return list(dossiers.values())


def forward(session: Session, consolidation_id: UUID, dossier_id: UUID, *, by: Actor, now: datetime) -> Dossier:
    """Pass a dossier of a sent list on again after its unit mended it; its place in the list has not changed (P12).

    Raises Conflict("consolidation_open", "dossier_not_chosen", "dossier_status_forbids").
    """
    consolidation = get(session, consolidation_id, by=by)
    require(by, Permission.CONSOLIDATION_EDIT, consolidation)
    if consolidation.sent_at is None:
        raise Conflict("consolidation_open")
    chosen = [
        e for e in listing.entries_of(session, consolidation) if e.selected and e.nominee.dossier_id == dossier_id
    ]
    if not chosen:
        raise Conflict("dossier_not_chosen")
    dossier = chosen[0].nominee.dossier
    _pass_on(session, consolidation, dossier, chosen, by=by, now=now)
    return dossier


def reopen(session: Session, consolidation_id: UUID, *, reason: str, by: Actor, now: datetime) -> Consolidation:
    """Open a sent list again, for a supplement with a letter of its own; what was sent stays sent (P12, P13)."""
    consolidation = get(session, consolidation_id, by=by)
    require(by, Permission.CONSOLIDATION_EDIT, consolidation)
    if consolidation.sent_at is None:
        raise Conflict("consolidation_open")
    if not reason.strip():
        raise Invalid("reason_missing")
    consolidation.sent_at = consolidation.sent_by = consolidation.document_id = None
    record(session, letter.trail_of(consolidation), "consolidation:reopen", by=by, now=now, reason=reason.strip())
    _collect(session, consolidation, by=by, now=now)
    return consolidation


# --- guards


def _editable(session: Session, consolidation_id: UUID, *, by: Actor, seen: int | None = None) -> Consolidation:
    """A list that may change: not sent, its letter not with the signers, the screen not stale."""
    consolidation = _open_for(session, consolidation_id, by=by)
    letter.ensure_not_with_signers(session, consolidation)
    if seen is not None and seen != consolidation.lock_version:
        raise Conflict("stale")
    return consolidation


def _open_for(session: Session, consolidation_id: UUID, *, by: Actor) -> Consolidation:
    consolidation = get(session, consolidation_id, by=by)
    require(by, Permission.CONSOLIDATION_EDIT, consolidation)
    if consolidation.sent_at is not None:
        raise Conflict("consolidation_sent", on=clock.day_of(consolidation.sent_at))
    return consolidation


def _ensure_within_quota(session: Session, consolidation: Consolidation, chosen: Sequence[ConsolidationEntry]) -> None:
    scheme, elsewhere = listing.scheme_of(session, consolidation), listing.chosen_elsewhere(session, consolidation)
    for clause in scheme.nominees:
        count = sum(entry.nominee.kind is clause.kind for entry in chosen)
        meter = Meter(clause.kind, listing.limit(scheme, clause.kind), count, elsewhere.get(clause.kind, 0))
        if meter.is_exceeded:
            raise Conflict(
                "quota_exceeded", kind=clause.kind.value, limit=meter.limit, wanted=meter.used, rule=clause.rule
            )


def _ensure_still_submitted(chosen: Iterable[ConsolidationEntry]) -> None:
    gone = [e.nominee.name for e in chosen if not listing.is_settled(e) and not listing.is_submitted(e)]
    if gone:
        raise Conflict("nominee_left_list", names=gone)


def _ensure_in_time(session: Session, consolidation: Consolidation, *, now: datetime) -> bool:
    """Whether the list is late for the Chair; refused where the campaign takes no late lists (P19)."""
    deadline = listing.deadline_of(listing.scheme_of(session, consolidation), DeadlineKind.TO_CHAIR)
    if deadline is None:
        return False
    today = clock.day_of(now)
    late = rules.lateness(deadline.before, today, today) is Lateness.LATE
    if late and deadline.late is Late.REFUSE:
        raise Conflict("consolidation_too_late", before=deadline.before, rule=deadline.rule)
    return late


# --- steps


def _collect(session: Session, consolidation: Consolidation, *, by: Actor, now: datetime) -> Refreshed:
    """Bring the entries in line with the dossiers that lie with the coordinator, and rank them."""
    here = {entry.nominee_id: entry for entry in listing.entries_of(session, consolidation)}
    submitted = {nominee.id: nominee for nominee in listing.submitted(session, consolidation, by=by)}
    removed = [entry for entry in here.values() if entry.nominee_id not in submitted and not listing.is_settled(entry)]
    for entry in removed:
        session.delete(entry)
    added = [nominee for nominee in submitted.values() if nominee.id not in here]
    session.add_all(ConsolidationEntry(consolidation_id=consolidation.id, nominee_id=n.id, rank=0) for n in added)
    session.flush()
    _rank(session, consolidation)
    refreshed = Refreshed(tuple(n.id for n in added), tuple(e.nominee_id for e in removed))
    if added or removed:
        told = {"added": refreshed.added, "removed": refreshed.removed}
        _changed(session, consolidation, "refresh", by=by, now=now, **told)
    return refreshed


def _rank(session: Session, consolidation: Consolidation) -> None:
    """Number each kind from 1: by mean index score, but for places given by hand."""
    years = listing.spec_of(session, consolidation).years
    ranks_by_score = _is_ranked_by_score(listing.scheme_of(session, consolidation))
    entries = listing.entries_of(session, consolidation)
    for kind in NomineeKind:
        group = {entry.nominee_id: entry for entry in entries if entry.nominee.kind is kind}
        found = [_candidate(entry.nominee, ranks_by_score=ranks_by_score) for entry in group.values()]
        for candidate in found:
            group[candidate.nominee_id].score = rules.mean_score(candidate.scores, years)
        by_hand = {entry.nominee_id: entry.rank for entry in group.values() if entry.note}
        best_first = [candidate.nominee_id for candidate in rules.ranking(found, years)]
        _number(group.values(), rules.arrange(best_first, by_hand))
    session.flush()


def _candidate(nominee: Nominee, *, ranks_by_score: bool) -> Candidate:
    approved = {s.year: s.score for s in nominee.scores if s.approved_by} if ranks_by_score else {}
    return Candidate(nominee.id, nominee.kind, nominee.name, approved)


def _number(group: Iterable[ConsolidationEntry], order: Sequence[UUID]) -> None:
    ranks = {nominee_id: rank for rank, nominee_id in enumerate(order, start=1)}
    for entry in group:
        entry.rank = ranks[entry.nominee_id]


def _pass_on(
    session: Session,
    consolidation: Consolidation,
    dossier: Dossier,
    chosen: Iterable[ConsolidationEntry],
    *,
    by: Actor,
    now: datetime,
) -> None:
    nominees = [str(entry.nominee_id) for entry in chosen if entry.nominee.dossier_id == dossier.id]
    told = {"consolidation": str(consolidation.id), "nominees": nominees}
    lifecycle.move(session, dossier, Action.CONSOLIDATE, by=by, now=now, **told)
    summary.refresh(session, dossier, now=now)


def _changed(
    session: Session, consolidation: Consolidation, act: str, *, by: Actor, now: datetime, **told: object
) -> None:
    """Record a change of the list. Its row moves on, too, so that the slower of two people meets a stale screen."""
    flag_modified(consolidation, "scheme_code")
    readable = {key: sorted(map(str, v)) if isinstance(v, set | tuple) else v for key, v in told.items()}
    record(session, letter.trail_of(consolidation), f"{letter.LIST_TAG}{act}", by=by, now=now, **readable)


def _body(session: Session, spec: CampaignSpec, side: Side, *, now: datetime) -> UUID:
    unit_id = parties.body_unit(session, spec, side, clock.day_of(now))
    if unit_id is None:
        raise Invalid("body_missing", side=side.value)
    return unit_id


def _is_ranked_by_score(scheme: Scheme) -> bool:
    """A scheme without a hand-over of the coordinator is ranked by score as well: nothing else is known (P19)."""
    hand_over = letter.hand_over_of(scheme)
    return hand_over is None or hand_over.ranked_by == CriterionKind.INDEX_SCORE


def _is_free(entry: ConsolidationEntry, kind: NomineeKind) -> bool:
    return entry.nominee.kind is kind and not entry.selected and listing.is_submitted(entry)
