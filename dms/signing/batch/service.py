"""A batch in the hands of its signer: put together, start, cancel, go on, throw away, look at.

The runner (``run``) works a started batch outside of any request; only acts are stored, states follow from them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dms.audit import Trail, record
from dms.documents import service as documents
from dms.documents.models import Document
from dms.errors import Conflict, Invalid, NotFound, TooLarge
from dms.policy import Actor
from dms.signing import service as signing
from dms.signing.batch.models import BatchItem, BatchState, SigningBatch
from dms.signing.models import SigningRoute, Step

LARGEST: Final = 500
REVIEW_HOURS: Final = 24
_OPEN: Final = and_(BatchItem.signed_at.is_(None), BatchItem.refused_at.is_(None), BatchItem.left_out_at.is_(None))
ON_ITS_WAY: Final = frozenset({BatchState.RUNNING, BatchState.ASKING})


@dataclass(frozen=True, slots=True)
class Lease:
    """Which worker has a batch in hand, and until when nobody else may take it."""

    worker: str
    until: datetime


def open_batch(session: Session, step_ids: Iterable[UUID], *, by: Actor, now: datetime) -> SigningBatch:
    """Put the documents of these steps before the signer, each in its present version, whose digest is pinned.

    What is not the actor's to sign any more is left away.
    Raises Invalid("nothing_chosen"), TooLarge("batch_too_large").
    """
    chosen = set(step_ids)
    steps = [step for step in signing.waiting_for(session, by) if step.id in chosen and step.field_name]
    if not steps:
        raise Invalid("nothing_chosen")
    if len(steps) > LARGEST:
        raise TooLarge("batch_too_large", limit=LARGEST, count=len(steps))
    batch = SigningBatch(person_id=by.person_id, created_at=now)
    batch.items = [_item(position, step) for position, step in enumerate(steps, start=1)]
    session.add(batch)
    session.flush()
    return batch


def _item(position: int, step: Step) -> BatchItem:
    route = step.route
    return BatchItem(
        position=position,
        step_id=step.id,
        document_id=route.document_id,
        shown_version_id=route.version_id,
        shown_digest=route.version.digest,
        title=route.title,
    )


def get_batch(session: Session, batch_id: UUID, *, by: Actor) -> SigningBatch:
    """Return the actor's own batch with its items. Raises NotFound("batch_not_found"): others may not know of it."""
    query = select(SigningBatch).where(SigningBatch.id == batch_id).options(selectinload(SigningBatch.items))
    batch = session.scalars(query).first()
    if batch is None or batch.person_id != by.person_id:
        raise NotFound("batch_not_found")
    return batch


def with_papers(session: Session, batch: SigningBatch) -> list[BatchItem]:
    """The items with step, document and the version shown; a constant number of queries."""
    query = (
        select(BatchItem)
        .where(BatchItem.batch_id == batch.id)
        .options(
            joinedload(BatchItem.step).joinedload(Step.route).joinedload(SigningRoute.version),
            joinedload(BatchItem.document).selectinload(Document.versions),
            joinedload(BatchItem.shown_version),
        )
        .order_by(BatchItem.position)
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class Tally:
    """A batch in a list: where it stands and how many documents it has, without loading them."""

    batch: SigningBatch
    state: BatchState
    total: int
    signed: int
    refused: int


def list_recent(session: Session, *, by: Actor, limit: int = 3) -> list[Tally]:
    """The actor's last started batches, newest first; one query, however many documents they hold."""
    unanswered = and_(_OPEN, BatchItem.asked_at.is_not(None), BatchItem.answer.is_(None))
    counts = [
        func.sum(case((each, 1), else_=0))
        for each in (
            BatchItem.left_out_at.is_(None),
            BatchItem.signed_at.is_not(None),
            BatchItem.refused_at.is_not(None),
            _OPEN,
            unanswered,
        )
    ]
    query = (
        select(SigningBatch, *counts)
        .join(BatchItem, BatchItem.batch_id == SigningBatch.id)
        .where(SigningBatch.person_id == by.person_id, SigningBatch.started_at.is_not(None))
        .group_by(SigningBatch.id)
        .order_by(SigningBatch.created_at.desc())
        .limit(limit)
    )
    return [
        Tally(batch, batch.state_with(left, asked), total, signed, refused)
        for batch, total, signed, refused, left, asked in session.execute(query)
    ]


def keep_choice(batch: SigningBatch, chosen: Iterable[UUID], *, now: datetime) -> None:
    """Remember which items stayed ticked. Raises Conflict("batch_started")."""
    _ensure_in_review(batch)
    ticked = set(chosen)
    for item in batch.items:
        item.left_out_at = None if item.id in ticked else item.left_out_at or now


def start(
    session: Session, batch_id: UUID, *, chosen: Iterable[UUID], by: Actor, now: datetime, lease: Lease | None = None
) -> SigningBatch:
    """Hand what stayed ticked to the runner; how the actor proved who they are goes with it into each signature.

    With ``lease`` the batch is that worker's from the start: it alone has what the signer typed for the key.

    Raises NotFound, Conflict("batch_started"), Invalid("nothing_chosen").
    """
    batch = get_batch(session, batch_id, by=by)
    keep_choice(batch, chosen, now=now)
    if not any(item.is_open for item in batch.items):
        raise Invalid("nothing_chosen")
    batch.started_at = now
    _lend(batch, lease)
    _record(session, batch, "start", by=by, now=now)
    return batch


def cancel(session: Session, batch_id: UUID, *, by: Actor, now: datetime) -> SigningBatch:
    """Try nothing more; what the workers have in hand is still completed.

    Raises NotFound, Conflict("batch_not_running").
    """
    batch = get_batch(session, batch_id, by=by)
    _ensure_on_its_way(batch)
    batch.cancelled_at = now
    _record(session, batch, "cancel", by=by, now=now)
    return batch


def resume(session: Session, batch_id: UUID, *, by: Actor, now: datetime, lease: Lease | None = None) -> SigningBatch:
    """Go on with what was not tried, and with refusals that another hour may lift; ``lease`` as for ``start``.

    Raises NotFound, Conflict("batch_not_stopped"), Invalid("nothing_chosen").
    """
    batch = get_batch(session, batch_id, by=by)
    if not can_resume(batch):
        raise Conflict("batch_not_stopped")
    batch.cancelled_at = batch.stopped_at = batch.stopped_code = None
    batch.stopped_params = {}
    for item in batch.items:
        if item.refused_at is not None and item.may_retry:
            item.refused_at = item.refused_code = None
            item.refused_params, item.may_retry = {}, False
        if item.is_open:
            item.pending_id = item.asked_at = item.answer = None
    _lend(batch, lease)
    _record(session, batch, "resume", by=by, now=now)
    return batch


def can_resume(batch: SigningBatch) -> bool:
    """Whether something is left that is worth another try, and nobody is at it."""
    if batch.state in {BatchState.REVIEW, BatchState.RUNNING}:
        return False
    return any(item.is_open or item.may_retry for item in batch.items)


def discard(session: Session, batch_id: UUID, *, by: Actor) -> None:
    """Throw a review away: nothing was signed. Raises NotFound, Conflict("batch_started")."""
    batch = get_batch(session, batch_id, by=by)
    _ensure_in_review(batch)
    _delete(session, batch)


def sweep_reviews(session: Session, *, now: datetime) -> int:
    """Throw away reviews that nobody came back to within a day; return how many."""
    old = SigningBatch.created_at < now - timedelta(hours=REVIEW_HOURS)
    stale = session.scalars(select(SigningBatch).where(SigningBatch.started_at.is_(None), old)).all()
    for batch in stale:
        _delete(session, batch)
    return len(stale)


def moved(item: BatchItem) -> bool:
    """Whether the paper is no longer what the review shows: somebody acted on it meanwhile."""
    step = item.step
    return step.outcome is not None or documents.current_version(item.document) is not item.shown_version


# --- keys that only the signer has


def take_answers(session: Session, batch_id: UUID, answers: Mapping[UUID, bytes], *, by: Actor) -> int:
    """Keep what the signer's key has answered, for the runner to finish; return how many were waited for.

    Whether an answer is one is judged when it is embedded. Raises NotFound, Conflict("batch_not_running").
    """
    batch = get_batch(session, batch_id, by=by)
    _ensure_on_its_way(batch)
    taken = [item for item in batch.items if item.is_open and item.asked_at and item.id in answers]
    for item in taken:
        item.answer = answers[item.id]
    return len(taken)


def stop(session: Session, batch_id: UUID, code: str, params: Mapping[str, Any], *, now: datetime) -> None:
    """Note the failure after which nothing more is tried; the first one stays."""
    batch = session.get_one(SigningBatch, batch_id)
    if batch.stopped_at is None:
        batch.stopped_at, batch.stopped_code, batch.stopped_params = now, code, dict(params)


# --- the runner's part


def take(session: Session, lease: Lease, *, now: datetime, gone: Iterable[str] = ()) -> UUID | None:
    """Take the oldest started batch that has something open and that no other living worker holds; None if none is.

    ``gone``: workers that are known to have died, whose leases need not run out first.
    """
    mine_or_gone = SigningBatch.leased_by.in_([lease.worker, *gone])
    free = or_(SigningBatch.leased_until.is_(None), SigningBatch.leased_until < now, mine_or_gone)
    query = _unfinished().where(free).order_by(SigningBatch.started_at).limit(1)
    batch = session.scalars(query.with_for_update(skip_locked=True)).first()
    if batch is None:
        return None
    _lend(batch, lease)
    return batch.id


def holders(session: Session) -> set[str]:
    """The workers that hold an unfinished batch."""
    return {each for each in session.scalars(_unfinished().with_only_columns(SigningBatch.leased_by)) if each}


def release(session: Session, batch_id: UUID, worker: str) -> None:
    """Give a batch out of hand, unless another worker has taken it meanwhile."""
    batch = session.get_one(SigningBatch, batch_id)
    if batch.leased_by == worker:
        batch.leased_by = batch.leased_until = None


def _lend(batch: SigningBatch, lease: Lease | None) -> None:
    if lease is not None:
        batch.leased_by, batch.leased_until = lease.worker, lease.until


def _unfinished() -> Select[SigningBatch]:
    left = exists().where(
        BatchItem.batch_id == SigningBatch.id,
        _OPEN,
        or_(BatchItem.asked_at.is_(None), BatchItem.answer.is_not(None)),  # else it is the signer's turn
    )
    return select(SigningBatch).where(
        SigningBatch.started_at.is_not(None),
        SigningBatch.cancelled_at.is_(None),
        SigningBatch.stopped_at.is_(None),
        left,
    )


def _ensure_on_its_way(batch: SigningBatch) -> None:
    if batch.state not in ON_ITS_WAY:
        raise Conflict("batch_not_running")


def _ensure_in_review(batch: SigningBatch) -> None:
    if batch.state is not BatchState.REVIEW:
        raise Conflict("batch_started")


def _record(session: Session, batch: SigningBatch, act: str, *, by: Actor, now: datetime) -> None:
    count = sum(item.is_open for item in batch.items)
    if act != "cancel":
        batch.presence = by.presence.as_json()
    session.flush()
    trail = Trail("person", batch.person_id)
    record(session, trail, f"signing:batch:{act}", by=by, now=now, batch=batch.id, count=count, **by.presence.as_json())


def _delete(session: Session, batch: SigningBatch) -> None:
    for item in batch.items:
        session.delete(item)
    session.flush()
    session.delete(batch)
