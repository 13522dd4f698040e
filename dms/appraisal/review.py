"""The appraiser's desk: what waits, the checklist, a person's word on what nothing proves, yes or back (P22).

Findings are judged afresh whenever the checklist is opened; what a person said of a point is kept beside them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dms import clock
from dms.appraisal import rules
from dms.appraisal.models import ReviewItem, ReviewVerdict
from dms.appraisal.rules import Opinion, Point
from dms.audit import AuditEvent, record
from dms.documents.models import Version
from dms.dossiers import lifecycle, summary
from dms.dossiers import service as dossiers
from dms.dossiers.lifecycle import Action
from dms.dossiers.models import Attestation, Dossier, Nominee, Part, Return, ReturnItem
from dms.dossiers.service import Judged, ReturnEntry
from dms.errors import Invalid
from dms.people.models import Unit
from dms.policy import Actor, Permission, Status, require, where

PAGE_SIZE = 50
Key = tuple[UUID | None, str]
PieceKey = tuple[str | None, UUID | None]
Recheck = Callable[[Session, Dossier], None]
_DATA_TAGS = ("dossier:nominee:", "dossier:council:")


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


@dataclass(frozen=True, slots=True)
class Change:
    """Something new since the return: a version of a paper, or a change of data told by the trail."""

    part: Part | None = None
    version: Version | None = None
    event: AuditEvent | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The points about one thing: the dossier, one paper, or a nominee's data; and the word on the paper itself."""

    requirement: str | None
    nominee: Nominee | None
    document_id: UUID | None
    points: tuple[Point, ...]
    opinion: Opinion | None
    is_new: bool

    @property
    def key(self) -> PieceKey:
        """The requirement and nominee that the group is about."""
        return self.requirement, self.nominee.id if self.nominee else None

    @property
    def is_rejected(self) -> bool:
        """Whether the appraiser rejects the paper as a whole."""
        return bool(self.opinion and self.opinion.stands and self.opinion.verdict is ReviewVerdict.REJECTED)

    @property
    def open_points(self) -> tuple[Point, ...]:
        """The points that stand in the way."""
        return tuple(point for point in self.points if point.is_open)

    @property
    def is_open(self) -> bool:
        """Whether anything here stands in the way."""
        return self.is_rejected or bool(self.open_points)


@dataclass(frozen=True, slots=True)
class Review:
    """A dossier on the appraiser's desk. ``sent_back`` is the last return by an appraiser, None at the first look."""

    dossier: Dossier
    judged: Judged
    groups: tuple[Group, ...]
    sent_back: Return | None
    changes: tuple[Change, ...]

    @property
    def open_groups(self) -> tuple[Group, ...]:
        """The groups that stand in the way of passing."""
        return tuple(group for group in self.groups if group.is_open)

    @property
    def shown_first(self) -> tuple[Group, ...]:
        """After a return only what is new or open; at the first look everything (P22)."""
        if self.sent_back is None:
            return self.groups
        return tuple(group for group in self.groups if group.is_new or group.is_open)


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


# --- the checklist


def checklist(session: Session, dossier_id: UUID, *, by: Actor, now: datetime) -> Review:
    """Judge a dossier afresh and lay the appraiser's words beside the findings; about twenty queries for any size."""
    dossier = dossiers.get(session, dossier_id, by=by)
    require(by, Permission.DOSSIER_APPRAISE, dossier)
    return review_of(session, dossier, now=now)


def review_of(session: Session, dossier: Dossier, *, now: datetime) -> Review:
    """The review of a dossier as it stands; the caller has judged who may see it."""
    judged = dossiers.judge(session, dossier, now=now)
    items = {(item.nominee_id, item.subject): item for item in items_of(session, dossier.id)}
    returns = _returns_since_appraisal(session, dossier.id)
    since = returns[-1].returned_at if returns else None
    changes = tuple(_changes(session, judged, since)) if since else ()
    new = _reopened(returns) | {_key_of(change.part) for change in changes if change.part}
    groups = tuple(_groups(judged, items, new))
    return Review(dossier, judged, groups, returns[-1] if returns else None, changes)


def items_of(session: Session, dossier_id: UUID) -> list[ReviewItem]:
    """Every word said of a dossier, the newest last."""
    query = select(ReviewItem).where(ReviewItem.dossier_id == dossier_id)
    return list(session.scalars(query.order_by(ReviewItem.reviewed_at, ReviewItem.subject)))


# --- the appraiser's acts


def decide(session: Session, dossier_id: UUID, words: Sequence[Word], *, by: Actor, now: datetime) -> list[ReviewItem]:
    """Keep the appraiser's words; one on a criterion also confirms, or denies, what the unit attested (P22).

    Raises PermissionDenied, Invalid("review_point_unknown", "review_comment_missing").
    """
    review = checklist(session, dossier_id, by=by, now=now)
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


def pass_(
    session: Session, dossier_id: UUID, *, by: Actor, now: datetime, recheck: Recheck | None = None, comment: str = ""
) -> Dossier:
    """Say yes: the dossier goes on to the conferring body (P22). Refused while anything is open, with the whole list.

    ``recheck`` validates signatures whose last validation is too old. Raises Invalid("review_open") with the open
    ``groups``, Conflict("dossier_status_forbids"), PermissionDenied.
    """
    dossier = dossiers.get(session, dossier_id, by=by)
    lifecycle.ensure_may(dossier, Action.APPRAISE, by)
    if recheck is not None:
        recheck(session, dossier)
    review = review_of(session, dossier, now=now)
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
    for item in items_of(session, dossier.id):
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


def _groups(
    judged: Judged, items: Mapping[Key, ReviewItem], new: frozenset[PieceKey] | set[PieceKey]
) -> Iterable[Group]:
    """The findings by what they are about: the dossier, its papers, then nominee by nominee with data and papers."""
    nominees = {nominee.id: nominee for nominee in judged.material.nominees}
    documents = {_key_of(part): part.document_id for part in judged.material.parts}
    gathered: dict[PieceKey, list[Point]] = {}
    for finding in judged.findings:
        item = items.get((UUID(finding.place.nominee) if finding.place.nominee else None, rules.subject_of(finding)))
        point = Point(finding, _opinion(item))
        gathered.setdefault((finding.place.requirement, point.nominee_id), []).append(point)
    places = list(nominees)
    for requirement, nominee_id in sorted(gathered, key=lambda key: _place_in_list(key, places)):
        key = (requirement, nominee_id)
        paper = items.get((nominee_id, rules.subject_of_piece(requirement))) if requirement else None
        yield Group(
            requirement=requirement,
            nominee=nominees.get(nominee_id) if nominee_id else None,
            document_id=documents.get(key),
            points=tuple(gathered[key]),
            opinion=_opinion(paper),
            is_new=bool({key, (None, nominee_id), (None, None)} & new),
        )


def _place_in_list(key: PieceKey, places: list[UUID]) -> tuple[int, bool]:
    """The dossier first, then each nominee: data before papers. Papers keep the order of the campaign file."""
    requirement, nominee_id = key
    return (places.index(nominee_id) + 1 if nominee_id in places else 0), requirement is not None


def _opinion(item: ReviewItem | None) -> Opinion | None:
    return Opinion(item.verdict, item.comment, stands=not item.on_return) if item else None


def _papers(review: Review) -> set[Key]:
    return {
        (group.nominee.id if group.nominee else None, rules.subject_of_piece(group.requirement))
        for group in review.groups
        if group.requirement
    }


def _returns_since_appraisal(session: Session, dossier_id: UUID) -> list[Return]:
    """The last return by an appraiser and every one after it, newest first."""
    found = dossiers.returns_of(session, dossier_id)
    last = next((place for place, each in enumerate(found) if each.from_status is Status.CONSOLIDATED), None)
    return [] if last is None else found[: last + 1]


def _last_return(session: Session, dossier_id: UUID) -> Return | None:
    return next(iter(dossiers.returns_of(session, dossier_id)), None)


def _reopened(returns: Iterable[Return]) -> set[PieceKey]:
    return {(item.requirement_code, item.nominee_id) for each in returns for item in each.items}


def _is_reopened(item: ReviewItem, reopened: Iterable[ReturnItem]) -> bool:
    """Whether a return covers what the word is about: the paper, the nominee with all papers, or the whole dossier."""
    return any(
        each.nominee_id in {None, item.nominee_id}
        if each.requirement_code is None
        else each.nominee_id == item.nominee_id and each.requirement_code in item.subject.split(":")
        for each in reopened
    )


def _changes(session: Session, judged: Judged, since: datetime) -> Iterable[Change]:
    """Versions and changes of data that are newer than the return, papers first."""
    for part in judged.material.parts:
        for version in part.document.versions:
            if version.created_at > since and version.withdrawn_at is None:
                yield Change(part=part, version=version)
    query = select(AuditEvent).where(
        AuditEvent.subject == "dossier", AuditEvent.subject_id == judged.material.dossier.id, AuditEvent.at > since
    )
    for event in session.scalars(query.order_by(AuditEvent.position)):
        if event.tag.startswith(_DATA_TAGS):
            yield Change(event=event)


def _key_of(part: Part) -> PieceKey:
    return part.requirement_code, part.nominee_id


def _count(session: Session, model: type[Return] | type[ReviewItem], ids: Sequence[UUID]) -> dict[UUID, int]:
    query = select(model.dossier_id, func.count().label("found")).where(model.dossier_id.in_(ids))
    return {row.dossier_id: row.found for row in session.execute(query.group_by(model.dossier_id))}
