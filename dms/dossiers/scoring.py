"""Nominees take the index scores of their unit by themselves: nothing is typed twice, and whose a score is stays seen.

A collective takes the unit's score as a whole; an individual that of the field in their charge, where one is chosen.
An official score stands in place of a typed one, which is kept beside it and comes back when the import is undone.
From the appraiser's letter on a dossier keeps what it was judged by.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dms import clock
from dms.campaigns import service as campaigns
from dms.campaigns.vocabulary import NomineeKind
from dms.dossiers import summary
from dms.dossiers.models import Dossier, IndexScore, Nominee
from dms.errors import Conflict
from dms.people import service as people
from dms.policy import Status
from dms.scores import service as scores
from dms.scores.models import UnitScore
from dms.scores.service import WHOLE, Official

TAKING = frozenset({Status.DRAFT, Status.SIGNING, Status.RETURNED, Status.SUBMITTED, Status.CONSOLIDATED})
RESTING = frozenset({Status.CONSOLIDATED, Status.APPRAISED, Status.DECIDED, Status.ARCHIVED})
"""Where somebody has already built on the scores: on a list that was sent, in an appraisal, in a decision."""


def take(session: Session, dossier: Dossier, nominees: Iterable[Nominee], *, now: datetime) -> list[Nominee]:
    """Bring the official scores of nominees up to date; return those that changed."""
    found = scores.scores_for(session, [dossier.unit_id], day=clock.day_of(now))[dossier.unit_id]
    years = set(campaigns.spec_of(dossier.revision).years)
    return [each for each in nominees if _take(session, each, [score for score in found if score.year in years])]


def field_of(nominee: Nominee) -> str | None:
    """Which of the unit's scores the nominee answers for; None for none of them."""
    return WHOLE if nominee.kind is NomineeKind.COLLECTIVE else nominee.score_field


def on_scores_changed(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """After a piece of an import was applied or undone: the open dossiers of its units are judged anew."""
    query = select(UnitScore.unit_id).where(UnitScore.import_id == UUID(payload["import_id"]))
    lines = (UnitScore.line >= int(payload["first"])) & (UnitScore.line <= int(payload["last"]))
    take_for_units(session, set(session.scalars(query.where(lines))), now=now)


def take_for_units(session: Session, unit_ids: Collection[UUID], *, now: datetime) -> int:
    """Bring the open dossiers of units and of their heirs up to date; return how many changed."""
    day = clock.day_of(now)
    wanted = set(unit_ids)
    heirs = {heir for heir, before in people.predecessors(session, day).items() if before & wanted}
    query = (
        select(Dossier)
        .where(Dossier.unit_id.in_(wanted | heirs), Dossier.status.in_(TAKING))
        .options(selectinload(Dossier.nominees).selectinload(Nominee.scores))
    )
    changed = [each for each in session.scalars(query) if take(session, each, _listed(each), now=now)]
    for dossier in changed:
        summary.refresh(session, dossier, now=now)
    return len(changed)


def on_scores_undoing(session: Session, payload: dict[str, Any], _now: datetime) -> None:
    """Refuse to take scores back on which a dossier was already passed on. Raises Conflict("scores_in_use")."""
    mine = select(UnitScore.id).where(UnitScore.import_id == UUID(payload["import_id"]))
    query = (
        select(Dossier.code)
        .join(Dossier.nominees)
        .join(Nominee.scores)
        .where(IndexScore.source_id.in_(mine), Dossier.status.in_(RESTING))
        .distinct()
        .order_by(Dossier.code)
    )
    codes = list(session.scalars(query.limit(6)))
    if codes:
        shown = ", ".join(codes[:5]) + (" …" if len(codes) > 5 else "")
        raise Conflict("scores_in_use", dossiers=shown)


def _listed(dossier: Dossier) -> Sequence[Nominee]:
    return [nominee for nominee in dossier.nominees if nominee.removed_at is None]


def _take(session: Session, nominee: Nominee, found: Sequence[Official]) -> bool:
    field = field_of(nominee)
    wanted = {(each.year, each.unit_id): each for each in found if each.field_key == field}
    held = {(row.year, row.of_unit_id): row for row in nominee.scores if row.of_unit_id}
    typed = {row.year: row for row in nominee.scores if row.of_unit_id is None}
    gone = [row for key, row in held.items() if key not in wanted]
    news = [each for key, each in wanted.items() if key not in held or held[key].source_id != each.score_id]
    if not gone and not news:
        return False
    for row in gone:
        _give_back(session, nominee, row, still={year for year, _ in wanted})
    for each in news:
        row = held.get((each.year, each.unit_id)) or _fresh(session, nominee, each)
        _set_beside(session, row, typed.pop(each.year, None))
        row.score, row.approved_by, row.source_id = each.percent, each.approved_by, each.score_id
    session.flush()
    session.expire(nominee, ["scores"])
    return True


def _give_back(session: Session, nominee: Nominee, row: IndexScore, *, still: set[int]) -> None:
    """Take an official score away; what was typed before it stands again, unless another official one is there."""
    if row.typed_score is not None and row.year not in still:
        again = IndexScore(nominee_id=nominee.id, year=row.year, score=row.typed_score, approved_by=row.typed_approval)
        session.add(again)
    session.delete(row)


def _fresh(session: Session, nominee: Nominee, official: Official) -> IndexScore:
    row = IndexScore(nominee_id=nominee.id, year=official.year, of_unit_id=official.unit_id)
    session.add(row)
    return row


def _set_beside(session: Session, row: IndexScore, typed: IndexScore | None) -> None:
    """Keep what the unit typed beside the official score that takes its place."""
    if typed is not None:
        row.typed_score, row.typed_approval = typed.score, typed.approved_by
        session.delete(typed)
