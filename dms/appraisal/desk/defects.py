"""What dossiers went back for: noted with each return by the appraiser, counted for each campaign (P22)."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy.orm import Session

from dms.appraisal.checklist import Review
from dms.appraisal.desk.models import Defect, DefectSource, Remark
from dms.appraisal.rules import Point, PointState
from dms.dossiers.models import Dossier, Nominee, Return
from dms.people.models import Unit, UnitKind
from dms.policy import Actor, Role, Status

QUESTION, PAPER, REMARK = "question", "paper", "remark"
"""What stands for the code of a finding where no rule found the defect."""

_FINISHED = (Status.APPRAISED, Status.DECIDED, Status.ARCHIVED, Status.REFUSED)


@dataclass(frozen=True, slots=True)
class Frequency:
    """In how many dossiers one defect was found, in all and by kind of unit."""

    rule_id: str
    code: str
    source: DefectSource
    count: int
    by_kind: Mapping[UnitKind, int]


@dataclass(frozen=True, slots=True)
class Statistics:
    """A campaign's dossiers that were looked at, how many needed no return, and what was wrong with the others."""

    campaign: str
    looked_at: int
    right_first: int
    returns: int
    frequencies: tuple[Frequency, ...]
    kinds: tuple[UnitKind, ...]
    looked_at_by_kind: Mapping[UnitKind, int]
    right_first_by_kind: Mapping[UnitKind, int]

    @property
    def rate(self) -> float | None:
        """The share of dossiers that passed without a return, in percent; None while none was looked at."""
        return 100 * self.right_first / self.looked_at if self.looked_at else None


def note(session: Session, sent_back: Return, found: Review, remarks: list[Remark]) -> None:
    """Keep what a dossier goes back for: what rules found, what the appraiser denied, what was remarked."""
    kinds = {nominee.id: nominee.kind for nominee in found.judged.material.nominees}
    for defect in (*_of_points(found), *_of_words(found), *_of_remarks(remarks)):
        defect.return_id = sent_back.id
        defect.nominee_kind = kinds.get(defect.nominee_id) if defect.nominee_id else None
        session.add(defect)
    session.flush()


def campaigns_of(session: Session, *, by: Actor) -> list[str]:
    """The codes of the campaigns with dossiers that came to the actor's desk."""
    query = select(Dossier.campaign_code).where(*_on_desk(by)).distinct()
    return sorted(session.scalars(query))


def statistics(session: Session, campaign: str, *, by: Actor) -> Statistics:
    """Count a campaign's dossiers on the actor's desk; a few queries, whatever there is."""
    mine = (*_on_desk(by), Dossier.campaign_code == campaign)
    returned = select(Return.dossier_id).where(Return.from_status == Status.CONSOLIDATED)
    looked_at = _by_kind(session, *mine, Dossier.status.in_(_FINISHED) | Dossier.id.in_(returned))
    is_right = (Dossier.status.in_(_FINISHED), Dossier.status != Status.REFUSED, Dossier.id.not_in(returned))
    right = _by_kind(session, *mine, *is_right)
    frequencies = tuple(_frequencies(session, mine))
    return Statistics(
        campaign=campaign,
        looked_at=sum(looked_at.values()),
        right_first=sum(right.values()),
        returns=_count_returns(session, mine),
        frequencies=frequencies,
        kinds=tuple(kind for kind in UnitKind if kind in looked_at),
        looked_at_by_kind=looked_at,
        right_first_by_kind=right,
    )


def _on_desk(by: Actor) -> tuple[ColumnElement[bool], ...]:
    return Dossier.appraiser_id.in_(by.units_as(Role.APPRAISER)), Dossier.appraiser_since.is_not(None)


def _by_kind(session: Session, *conditions: ColumnElement[bool]) -> dict[UnitKind, int]:
    query = select(Unit.kind, func.count(Dossier.id)).join(Unit, Unit.id == Dossier.unit_id).where(*conditions)
    return dict(session.execute(query.group_by(Unit.kind)).all())


def _count_returns(session: Session, mine: tuple[ColumnElement[bool], ...]) -> int:
    query = select(func.count(Return.id)).join(Dossier, Dossier.id == Return.dossier_id)
    return session.scalar(query.where(Return.from_status == Status.CONSOLIDATED, *mine)) or 0


def _frequencies(session: Session, mine: tuple[ColumnElement[bool], ...]) -> list[Frequency]:
    query = (
        select(Defect.rule_id, Defect.code, Defect.source, Unit.kind, func.count(distinct(Return.dossier_id)))
        .join(Return, Return.id == Defect.return_id)
        .join(Dossier, Dossier.id == Return.dossier_id)
        .join(Unit, Unit.id == Dossier.unit_id)
        .where(*mine)
        .group_by(Defect.rule_id, Defect.code, Defect.source, Unit.kind)
    )
    counted: dict[tuple[str, str, DefectSource], Counter[UnitKind]] = defaultdict(Counter)
    for rule_id, code, source, kind, count in session.execute(query):
        counted[rule_id, code, source][kind] += count
    found = (Frequency(*key, count=by_kind.total(), by_kind=by_kind) for key, by_kind in counted.items())
    return sorted(found, key=lambda each: (-each.count, each.rule_id, each.code))


# --- what is noted


def _of_points(found: Review) -> Iterator[Defect]:
    for group in found.groups:
        for point in group.points:
            if point.state in {PointState.BLOCKING, PointState.REJECTED}:
                yield _of_point(point)


def _of_point(point: Point) -> Defect:
    finding, is_denied = point.finding, point.state is PointState.REJECTED
    return Defect(
        nominee_id=point.nominee_id,
        requirement_code=finding.place.requirement,
        rule_id=finding.rule_id,
        code=finding.code,
        source=DefectSource.PERSON if is_denied else DefectSource.RULE,
    )


def _of_words(found: Review) -> Iterator[Defect]:
    """What the appraiser denied where no rule looks: a paper as a whole, a question, a principle."""
    for group in found.groups:
        if group.is_rejected:
            nominee_id: UUID | None = group.nominee.id if isinstance(group.nominee, Nominee) else None
            requirement = group.requirement
            yield Defect(
                nominee_id=nominee_id, requirement_code=requirement, rule_id="", code=PAPER, source=DefectSource.PERSON
            )
    for asked in found.asked:
        if asked.state in {PointState.BLOCKING, PointState.REJECTED}:
            yield Defect(rule_id=asked.rule_id, code=QUESTION, source=DefectSource.PERSON)


def _of_remarks(remarks: list[Remark]) -> Iterator[Defect]:
    for each in remarks:
        yield Defect(
            nominee_id=each.nominee_id,
            requirement_code=each.requirement_code,
            rule_id="",
            code=REMARK,
            source=DefectSource.REMARK,
        )
