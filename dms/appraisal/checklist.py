"""The checklist of one dossier: findings judged afresh, a person's words on them, what changed since a return (P22)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.appraisal import rules
from dms.appraisal.asking import Asked, asked_of
from dms.appraisal.desk import questions, remarks
from dms.appraisal.desk.models import Remark
from dms.appraisal.models import ReviewItem, ReviewVerdict
from dms.appraisal.rules import Opinion, Point
from dms.audit import AuditEvent
from dms.documents.models import Version
from dms.dossiers import service as dossiers
from dms.dossiers.models import Dossier, Nominee, Part, Return
from dms.dossiers.service import Judged
from dms.errors import PermissionDenied
from dms.policy import Actor, Permission, Role, Status

Key = tuple[UUID | None, str]
PieceKey = tuple[str | None, UUID | None]
Words = Mapping[Key, ReviewItem]
_DATA_TAGS = ("dossier:nominee:", "dossier:council:")


@dataclass(frozen=True, slots=True)
class Change:
    """Something new since the return: a version of a paper, or a change of data told by the trail.

    ``seen`` is the number of the version that was examined before the return, to compare with.
    """

    part: Part | None = None
    version: Version | None = None
    event: AuditEvent | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The points about one thing: the dossier, one paper, or a nominee's data; and the word on the paper itself."""

    requirement: str | None
    nominee: Nominee | None
    document_id: UUID | None
    points: tuple[Point, ...]
    opinion: Opinion | None
    is_new: bool
    version: Version | None = None

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
    """A dossier on the appraiser's desk. ``sent_back`` is the last return by an appraiser, None at the first look.

    ``asked`` are the screening principles and the office's own questions; ``words`` every word as it is kept.
    """

    dossier: Dossier
    judged: Judged
    groups: tuple[Group, ...]
    sent_back: Return | None
    changes: tuple[Change, ...]
    asked: tuple[Asked, ...] = ()
    remarks: tuple[Remark, ...] = ()
    words: Words = field(default_factory=dict)

    @property
    def open_asked(self) -> tuple[Asked, ...]:
        """The questions that stand in the way of passing."""
        return tuple(each for each in self.asked if each.is_open)

    @property
    def open_count(self) -> int:
        """How many things stand in the way of passing."""
        return len(self.open_asked) + sum(len(each.open_points) + each.is_rejected for each in self.open_groups)

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


def checklist(session: Session, dossier_id: UUID, *, by: Actor, now: datetime) -> Review:
    """Judge a dossier afresh and lay the appraiser's words beside the findings; about twenty queries for any size.

    A dossier that has gone on can still be read so. Raises NotFound, PermissionDenied for anybody but its appraiser.
    """
    dossier = dossiers.get(session, dossier_id, by=by)
    if dossier.appraiser_id not in by.units_as(Role.APPRAISER):
        raise PermissionDenied("not_allowed", permission=Permission.DOSSIER_APPRAISE.value)
    return review_of(session, dossier, by=by, now=now)


def review_of(session: Session, dossier: Dossier, *, by: Actor, now: datetime) -> Review:
    """The review of a dossier as it stands, with the questions of ``by``; the caller has judged who may see it."""
    judged = dossiers.judge(session, dossier, now=now)
    items = {(item.nominee_id, item.subject): item for item in items_of(session, dossier.id)}
    returns = _returns_since_appraisal(session, dossier.id)
    since = returns[-1].returned_at if returns else None
    changes = tuple(_changes(session, judged, since)) if since else ()
    new = _reopened(returns) | {_key_of(change.part) for change in changes if change.part}
    said_on = {**_ages(judged), **_data_ages(changes)}
    office = questions.of_office(session, filter(None, [dossier.appraiser_id]), by=by)
    opinions = {key: found for key, item in items.items() if (found := _opinion(item, None))}
    return Review(
        dossier=dossier,
        judged=judged,
        groups=tuple(_groups(judged, items, new, said_on)),
        sent_back=returns[-1] if returns else None,
        changes=changes,
        asked=tuple(asked_of(judged.material, office, opinions)),
        remarks=tuple(remarks.of_desk(session, dossier.id)),
        words=items,
    )


def items_of(session: Session, dossier_id: UUID) -> list[ReviewItem]:
    """Every word said of a dossier, the newest last."""
    query = select(ReviewItem).where(ReviewItem.dossier_id == dossier_id)
    return list(session.scalars(query.order_by(ReviewItem.reviewed_at, ReviewItem.subject)))


def _groups(judged: Judged, items: Words, new: set[PieceKey], said_on: Mapping[PieceKey, datetime]) -> Iterable[Group]:
    """The findings by what they are about: the dossier, its papers, then nominee by nominee with data and papers."""
    nominees = {nominee.id: nominee for nominee in judged.material.nominees}
    parts = {_key_of(part): part for part in judged.material.parts}
    gathered: dict[PieceKey, list[Point]] = {}
    for finding in judged.findings:
        bare = Point(finding)
        key = (finding.place.requirement, bare.nominee_id)
        opinion = _opinion(items.get((bare.nominee_id, bare.subject)), _changed_at(bare, said_on))
        gathered.setdefault(key, []).append(Point(finding, opinion))
    places = list(nominees)
    for requirement, nominee_id in sorted(gathered, key=lambda key: _place_in_list(key, places)):
        key = (requirement, nominee_id)
        paper = items.get((nominee_id, rules.subject_of_piece(requirement))) if requirement else None
        yield Group(
            requirement=requirement,
            nominee=nominees.get(nominee_id) if nominee_id else None,
            document_id=parts[key].document_id if key in parts else None,
            version=judged.material.current.get(parts[key].document_id) if key in parts else None,
            points=tuple(gathered[key]),
            opinion=_opinion(paper, said_on.get(key)),
            is_new=bool({key, (None, nominee_id), (None, None)} & new),
        )


def _place_in_list(key: PieceKey, places: list[UUID]) -> tuple[int, bool]:
    """The dossier first, then each nominee: data before papers. Papers keep the order of the campaign file."""
    requirement, nominee_id = key
    return (places.index(nominee_id) + 1 if nominee_id in places else 0), requirement is not None


def _opinion(item: ReviewItem | None, changed_at: datetime | None) -> Opinion | None:
    """The word on a thing; it falls with a return of the thing, and with any change of it afterwards."""
    if item is None:
        return None
    outdated = changed_at is not None and changed_at > item.reviewed_at
    return Opinion(item.verdict, item.comment, stands=not item.on_return and not outdated)


def _ages(judged: Judged) -> dict[PieceKey, datetime]:
    """When each paper, and each statement of the unit, was last changed."""
    papers: dict[PieceKey, datetime] = {
        _key_of(part): max(v.created_at for v in part.document.versions)
        for part in judged.material.parts
        if part.document.versions
    }
    stated: dict[PieceKey, datetime] = {
        (a.criterion_id, n.id): a.stated_at for n in judged.material.nominees for a in n.attestations
    }
    return {**papers, **stated}


def _data_ages(changes: Iterable[Change]) -> dict[PieceKey, datetime]:
    """When each nominee's data, and those of the dossier, were last changed since the return."""
    return {(None, _nominee_in(change.event)): change.event.at for change in changes if change.event}


def _nominee_in(event: AuditEvent) -> UUID | None:
    told = event.data.get("nominee")
    return UUID(told) if told else None


def _changed_at(point: Point, said_on: Mapping[PieceKey, datetime]) -> datetime | None:
    """When the paper, the statement or the data that a point is about were last changed."""
    if requirement := point.finding.place.requirement:
        return said_on.get((requirement, point.nominee_id))
    keys = ((rules.criterion_of(point.subject), point.nominee_id), (None, point.nominee_id))
    return max(filter(None, map(said_on.get, keys)), default=None)


def _returns_since_appraisal(session: Session, dossier_id: UUID) -> list[Return]:
    """The last return by an appraiser and every one after it, newest first."""
    found = dossiers.returns_of(session, dossier_id)
    last = next((place for place, each in enumerate(found) if each.from_status is Status.CONSOLIDATED), None)
    return [] if last is None else found[: last + 1]


def _reopened(returns: Iterable[Return]) -> set[PieceKey]:
    return {(item.requirement_code, item.nominee_id) for each in returns for item in each.items}


def _changes(session: Session, judged: Judged, since: datetime) -> Iterable[Change]:
    """Versions and changes of data that are newer than the return, papers first."""
    for part in judged.material.parts:
        for version in part.document.versions:
            if version.created_at > since and version.withdrawn_at is None:
                yield Change(part=part, version=version, seen=_seen_before(part, since))
    query = select(AuditEvent).where(
        AuditEvent.subject == "dossier", AuditEvent.subject_id == judged.material.dossier.id, AuditEvent.at > since
    )
    for event in session.scalars(query.order_by(AuditEvent.position)):
        if event.tag.startswith(_DATA_TAGS):
            yield Change(event=event)


def _seen_before(part: Part, since: datetime) -> int | None:
    earlier = [each.number for each in part.document.versions if each.created_at <= since and not each.withdrawn_at]
    return max(earlier, default=None)


def _key_of(part: Part) -> PieceKey:
    return part.requirement_code, part.nominee_id
