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
from dms.appraisal.desk import presence, terms
from dms.appraisal.desk.presence import Watcher
from dms.appraisal.desk.terms import TermClock
from dms.appraisal.models import ReviewItem, ReviewVerdict
from dms.audit import record
from dms.dossiers import lifecycle, summary
from dms.dossiers import service as dossiers
from dms.dossiers.lifecycle import Action
from dms.dossiers.models import Attestation, Dossier, Nominee, Return
from dms.dossiers.service import Judged, ReturnEntry
from dms.errors import Conflict, Invalid
from dms.people.models import Unit
from dms.policy import Actor, Permission, where
from dms.workdays import Workdays

PAGE_SIZE = 50
NO_CALENDAR = Workdays()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A dossier in the queue: since how many days it waits, how often it was sent back, how much is decided.

    ``clock`` is its term in working days, where the campaign sets one; ``watchers`` have it open now.
    """

    dossier: Dossier
    days: int
    returns: int
    decided: int
    clock: TermClock | None = None
    watchers: tuple[Watcher, ...] = ()


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
    """What the appraiser says of a point, a question or a paper: yes, or no with a reason.

    ``seen`` is the ``lock_version`` of the word that the screen showed, 0 for none; None asks for no check.
    """

    subject: str
    verdict: ReviewVerdict
    nominee_id: UUID | None = None
    comment: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """A word that another officer said since the screen was drawn, and which differs from the one now given."""

    word: Word
    said: ReviewItem


# --- the queue


def queue(session: Session, *, by: Actor, now: datetime, page: int = 1, calendar: Workdays = NO_CALENDAR) -> Queue:
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
    clocks = terms.clocks_of(session, found, calendar=calendar, today=today)
    watchers = presence.others(session, ids, by=by, now=now)
    items = (
        Waiting(
            dossier=each,
            days=(today - clock.day_of(each.status_since)).days,
            returns=returns.get(each.id, 0),
            decided=decided.get(each.id, 0),
            clock=terms.main_clock(clocks[each.id]),
            watchers=tuple(watchers.get(each.id, ())),
        )
        for each in found
    )
    return Queue(tuple(items), total, number)


# --- the appraiser's acts


def decide(session: Session, dossier_id: UUID, words: Sequence[Word], *, by: Actor, now: datetime) -> list[ReviewItem]:
    """Keep the appraiser's words; one on a criterion also confirms, or denies, what the unit attested (P22).

    Nothing is kept where a word would overwrite another officer's newer one. Raises PermissionDenied,
    Conflict("dossier_status_forbids"), Conflict("review_said_meanwhile") with the ``clashes``,
    Invalid("review_point_unknown", "review_comment_missing").
    """
    review = checklist.checklist(session, dossier_id, by=by, now=now)
    lifecycle.ensure_may(review.dossier, Action.APPRAISE, by)
    _ensure_known(review, words)
    _ensure_not_said_meanwhile(review, words)
    standing = _standing(review)
    words = [word for word in words if not _is_same(standing.get((word.nominee_id, word.subject)), word)]
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
    review = checklist.review_of(session, dossier, by=by, now=now)
    if review.open_count:
        raise Invalid("review_open", count=review.open_count, groups=review.open_groups)
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
    """A dossier went back: every no waits for a second look. A yes stands until what it is about has changed.

    What the appraiser denied is open again too, so that the unit can mend it and hand the dossier over anew.
    """
    dossier = session.get(Dossier, UUID(payload["dossier_id"]))
    if dossier is None:
        return
    for item in checklist.items_of(session, dossier.id):
        if item.verdict is ReviewVerdict.REJECTED:
            item.on_return = True
    denied = select(Attestation).join(Nominee, Nominee.id == Attestation.nominee_id)
    for attestation in session.scalars(
        denied.where(Nominee.dossier_id == dossier.id, Attestation.confirmed.is_(False))
    ):
        attestation.confirmed = attestation.confirmed_at = attestation.confirmed_by = None
    summary.refresh(session, dossier, now=now)


# --- steps


def _ensure_known(review: checklist.Review, words: Iterable[Word]) -> None:
    known = {(p.nominee_id, p.subject) for group in review.groups for p in group.points} | _papers(review)
    known |= {(None, each.subject) for each in review.asked}
    for word in words:
        if (word.nominee_id, word.subject) not in known:
            raise Invalid("review_point_unknown", point=word.subject)
        if word.verdict is ReviewVerdict.REJECTED and not word.comment.strip():
            raise Invalid("review_comment_missing", count=1)


def _ensure_not_said_meanwhile(review: checklist.Review, words: Iterable[Word]) -> None:
    """A screen that is older than what another officer said may repeat the word, and may not overwrite it."""
    said = ((word, review.words.get((word.nominee_id, word.subject))) for word in words if word.seen is not None)
    newer = [Clash(word, item) for word, item in said if item and item.lock_version != word.seen]
    clashes = tuple(clash for clash in newer if not _is_same(clash.said, clash.word))
    if clashes:
        first = clashes[0].said
        raise Conflict(
            "review_said_meanwhile",
            clashes=clashes,
            count=len(clashes),
            by=first.reviewer_name,
            verdict=first.verdict,
            comment=first.comment,
        )


def _standing(review: checklist.Review) -> dict[checklist.Key, ReviewItem]:
    """The words that still hold: nothing that they are about has changed since."""
    held = {(p.nominee_id, p.subject) for group in review.groups for p in group.points if _holds(p.opinion)}
    held |= {(None, each.subject) for each in review.asked if _holds(each.opinion)}
    held |= {
        (group.nominee.id if group.nominee else None, rules.subject_of_piece(group.requirement))
        for group in review.groups
        if group.requirement and _holds(group.opinion)
    }
    return {key: item for key, item in review.words.items() if key in held}


def _holds(opinion: rules.Opinion | None) -> bool:
    return opinion is not None and opinion.stands


def _is_same(item: ReviewItem | None, word: Word) -> bool:
    """Whether a word says what is already kept."""
    return item is not None and (item.verdict, item.comment) == (word.verdict, _told(word))


def _told(word: Word) -> str:
    return word.comment.strip()[:1000]


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
    item.verdict, item.comment, item.on_return = word.verdict, _told(word), False
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


def _count(session: Session, model: type[Return] | type[ReviewItem], ids: Sequence[UUID]) -> dict[UUID, int]:
    query = select(model.dossier_id, func.count().label("found")).where(model.dossier_id.in_(ids))
    return {row.dossier_id: row.found for row in session.execute(query.group_by(model.dossier_id))}
