"""The appraiser's desk: what waits, the checklist, a person's word on what nothing proves, yes or back (P22).

Findings are judged afresh whenever the checklist is opened; what a person said of a point is kept beside them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dms import clock
from dms.appraisal import checklist, rules
from dms.appraisal.models import ReviewItem, ReviewVerdict
from dms.audit import record
from dms.dossiers import lifecycle, summary
from dms.dossiers import service as dossiers
from dms.dossiers.lifecycle import Action
from dms.dossiers.models import Attestation, Dossier, Nominee, Return, ReturnItem
from dms.dossiers.service import Judged, ReturnEntry
from dms.errors import Invalid
from dms.people.models import Unit
from dms.policy import Actor, Permission, where

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A dossier in the queue: since how many days it waits, how often it was sent back, how much is decided."""

    dossier: Dossier
    days: int
    returns: int
    decided: int


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue, the oldest first."""

    items: tuple[Waiting, ...]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Word:
    """What the appraiser says of a point or of a paper: yes, or no with a reason."""

    subject: str
    verdict: ReviewVerdict
    nominee_id: UUID | None = None
    comment: str = ""


# --- the queue


def queue(session: Session, *, by: Actor, now: datetime, page: int = 1) -> Queue:
    """Consolidated dossiers of the actor's desk, the longest waiting first; constant queries (P22)."""
    mine = select(Dossier).where(where(by, Permission.DOSSIER_APPRAISE, Dossier))
    total = session.scalar(mine.with_only_columns(func.count()).order_by(None)) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    query = (
        mine.options(joinedload(Dossier.unit).selectinload(Unit.names), joinedload(Dossier.summary))
        .options(selectinload(Dossier.revision))
        .order_by(Dossier.status_since, Dossier.code)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    found = list(session.scalars(query))
    ids = [dossier.id for dossier in found]
    returns, decided = _count(session, Return, ids), _count(session, ReviewItem, ids)
    today = clock.day_of(now)
    items = (
        Waiting(each, (today - clock.day_of(each.status_since)).days, returns.get(each.id, 0), decided.get(each.id, 0))
        for each in found
    )
    return Queue(tuple(items), total, number)


# --- the appraiser's acts


def decide(session: Session, dossier_id: UUID, words: Sequence[Word], *, by: Actor, now: datetime) -> list[ReviewItem]:
    """Keep the appraiser's words; one on a criterion also confirms, or denies, what the unit attested (P22).

    Raises PermissionDenied, Conflict("dossier_status_forbids"), Invalid("review_point_unknown",
    "review_comment_missing").
    """
    review = checklist.checklist(session, dossier_id, by=by, now=now)
    lifecycle.ensure_may(review.dossier, Action.APPRAISE, by)
    known = {(p.nominee_id, p.subject) for group in review.groups for p in group.points} | _papers(review)
    for word in words:
        if (word.nominee_id, word.subject) not in known:
            raise Invalid("review_point_unknown", point=word.subject)
        if word.verdict is ReviewVerdict.REJECTED and not word.comment.strip():
            raise Invalid("review_comment_missing", count=len(words))
    kept = [_keep(session, review.dossier, word, by=by, now=now) for word in words]
    if any(_confirm(review.judged, word, by=by, now=now) for word in words):
        summary.refresh(session, review.dossier, now=now)
    session.flush()
    return kept


def pass_(session: Session, dossier_id: UUID, *, by: Actor, now: datetime, comment: str = "") -> Dossier:
    """Say yes: the dossier goes on to the conferring body (P22). Refused while anything is open, with the whole list.

    Signatures count as last validated: ``routing.recheck_signatures`` comes before. Raises Invalid("review_open") with
    the open ``groups``, Conflict("dossier_status_forbids"), PermissionDenied.
    """
    dossier = dossiers.get(session, dossier_id, by=by)
    lifecycle.ensure_may(dossier, Action.APPRAISE, by)
    review = checklist.review_of(session, dossier, now=now)
    if review.open_groups:
        count = sum(len(group.open_points) + group.is_rejected for group in review.open_groups)
        raise Invalid("review_open", count=count, groups=review.open_groups)
    accepted = sum(point.opinion is not None for group in review.groups for point in group.points)
    lifecycle.move(session, dossier, Action.APPRAISE, by=by, now=now, accepted=accepted, comment=comment.strip())
    summary.refresh(session, dossier, now=now)
    return dossier


def return_(
    session: Session, dossier_id: UUID, entries: Sequence[ReturnEntry], *, reason: str = "", by: Actor, now: datetime
) -> Return:
    """Send a dossier back, by the coordinator or the appraiser: the pieces to reopen, each with its reason (P12, P22).

    Raises Invalid("return_pieces_missing", "return_note_missing"), and what ``dossiers.return_dossier`` raises.
    """
    if not entries:
        raise Invalid("return_pieces_missing")
    if not all(entry.note.strip() for entry in entries):
        raise Invalid("return_note_missing")
    told = reason.strip() or "; ".join(dict.fromkeys(entry.note.strip() for entry in entries))
    return dossiers.return_dossier(session, dossier_id, reason=told, items=entries, by=by, now=now)


def on_dossier_returned(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A dossier went back: words on reopened pieces, and every no, stand no longer and wait for a second look.

    What the appraiser denied is open again too, so that the unit can mend it and hand the dossier over anew.
    """
    dossier = session.get(Dossier, UUID(payload["dossier_id"]))
    sent_back = _last_return(session, UUID(payload["dossier_id"]))
    if dossier is None or sent_back is None:
        return
    for item in checklist.items_of(session, dossier.id):
        if item.verdict is ReviewVerdict.REJECTED or _is_reopened(item, sent_back.items):
            item.on_return = True
    denied = select(Attestation).join(Nominee, Nominee.id == Attestation.nominee_id)
    for attestation in session.scalars(
        denied.where(Nominee.dossier_id == dossier.id, Attestation.confirmed.is_(False))
    ):
        attestation.confirmed = attestation.confirmed_at = attestation.confirmed_by = None
    summary.refresh(session, dossier, now=now)


# --- steps


def _keep(session: Session, dossier: Dossier, word: Word, *, by: Actor, now: datetime) -> ReviewItem:
    query = select(ReviewItem).where(
        ReviewItem.dossier_id == dossier.id,
        ReviewItem.subject == word.subject,
        ReviewItem.nominee_id.is_(None) if word.nominee_id is None else ReviewItem.nominee_id == word.nominee_id,
    )
    item = session.scalars(query).first()
    if item is None:
        item = ReviewItem(dossier_id=dossier.id, nominee_id=word.nominee_id, subject=word.subject)
        session.add(item)
    item.verdict, item.comment, item.on_return = word.verdict, word.comment.strip()[:1000], False
    item.reviewed_at, item.reviewed_by, item.reviewer_name = now, by.person_id, by.name
    told = {"subject": word.subject, "nominee": word.nominee_id, "verdict": word.verdict, "comment": item.comment}
    record(session, lifecycle.trail_of(dossier), "dossier:review:decide", by=by, now=now, **told)
    return item


def _confirm(judged: Judged, word: Word, *, by: Actor, now: datetime) -> bool:
    """Write the word into the unit's attestation of that criterion; whether there is one."""
    criterion = rules.criterion_of(word.subject)
    stated = (a for n in judged.material.nominees if n.id == word.nominee_id for a in n.attestations)
    attestation = next((a for a in stated if a.criterion_id == criterion), None)
    if attestation is None:
        return False
    attestation.confirmed = word.verdict is ReviewVerdict.ACCEPTED
    attestation.confirmed_at, attestation.confirmed_by = now, by.person_id
    return True


def _papers(review: checklist.Review) -> set[checklist.Key]:
    return {
        (group.nominee.id if group.nominee else None, rules.subject_of_piece(group.requirement))
        for group in review.groups
        if group.requirement
    }


def _last_return(session: Session, dossier_id: UUID) -> Return | None:
    return next(iter(dossiers.returns_of(session, dossier_id)), None)


def _is_reopened(item: ReviewItem, reopened: Iterable[ReturnItem]) -> bool:
    """Whether a return covers what the word is about: the paper, the nominee with all papers, or the whole dossier."""
    return any(
        each.nominee_id in {None, item.nominee_id}
        if each.requirement_code is None
        else each.nominee_id == item.nominee_id and each.requirement_code in item.subject.split(":")
        for each in reopened
    )


def _count(session: Session, model: type[Return] | type[ReviewItem], ids: Sequence[UUID]) -> dict[UUID, int]:
    query = select(model.dossier_id, func.count().label("found")).where(model.dossier_id.in_(ids))
    return {row.dossier_id: row.found for row in session.execute(query.group_by(model.dossier_id))}
