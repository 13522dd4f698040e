"""An office's own checklist: questions kept once and asked of each dossier, and the campaign's screening principles.

Answers are words like those on findings (``dms.appraisal.review``); here is what is asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from dms.appraisal.desk.models import OfficeQuestion
from dms.audit import Trail, record
from dms.errors import Invalid, NotFound, PermissionDenied
from dms.policy import Actor, Permission, Role

MOST = 60
"""More questions than this of one office help nobody."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What an officer types for a question; ``mine`` asks it of this officer alone."""

    text: str
    required: bool = True
    mine: bool = False


def subject_of(question: OfficeQuestion) -> str:
    """The name under which its answer for a dossier is kept."""
    return f"question:{question.id}"


def of_office(session: Session, unit_ids: Iterable[UUID], *, by: Actor) -> list[OfficeQuestion]:
    """The living questions of some offices, those of other people's own left out; one query."""
    query = select(OfficeQuestion).where(OfficeQuestion.unit_id.in_(list(unit_ids)), *_living(by))
    return list(session.scalars(query.order_by(OfficeQuestion.ordinal, OfficeQuestion.made_at)))


def mine(session: Session, *, by: Actor) -> list[OfficeQuestion]:
    """The questions of the actor's offices."""
    return of_office(session, by.units_as(Role.APPRAISER), by=by)


def add(session: Session, unit_id: UUID, wording: Wording, *, by: Actor, now: datetime) -> OfficeQuestion:
    """Add a question at the end. Raises PermissionDenied, Invalid("question_empty", "questions_too_many")."""
    _ensure_office(unit_id, by)
    text = _ensure_text(wording.text)
    count = session.scalar(select(func.count()).where(OfficeQuestion.unit_id == unit_id, *_living(by))) or 0
    if count >= MOST:
        raise Invalid("questions_too_many", most=MOST)
    question = OfficeQuestion(
        unit_id=unit_id,
        owner_id=by.person_id if wording.mine else None,
        text=text,
        required=wording.required,
        ordinal=_next_ordinal(session, unit_id),
        made_at=now,
        made_by=by.person_id,
    )
    session.add(question)
    session.flush()
    record(session, _trail(unit_id), "appraisal:question:add", by=by, now=now, question=question.id, text=text)
    return question


def retire(session: Session, question_id: UUID, *, by: Actor, now: datetime) -> OfficeQuestion:
    """Ask a question no more; answers that were given stay. Raises NotFound, PermissionDenied."""
    question = session.get(OfficeQuestion, question_id)
    if question is None or question.owner_id not in (None, by.person_id):
        raise NotFound("question_not_found")
    _ensure_office(question.unit_id, by)
    question.retired_at = question.retired_at or now
    session.flush()
    told = {"question": question.id, "text": question.text}
    record(session, _trail(question.unit_id), "appraisal:question:retire", by=by, now=now, **told)
    return question


def reorder(session: Session, unit_id: UUID, order: Sequence[UUID], *, by: Actor) -> None:
    """Put the questions of an office into another order; those not named stay behind."""
    _ensure_office(unit_id, by)
    places = {question_id: place for place, question_id in enumerate(order)}
    for question in of_office(session, [unit_id], by=by):
        question.ordinal = places.get(question.id, len(places) + question.ordinal)
    session.flush()


def _living(by: Actor) -> tuple[ColumnElement[bool], ...]:
    mine_or_all = or_(OfficeQuestion.owner_id.is_(None), OfficeQuestion.owner_id == by.person_id)
    return OfficeQuestion.retired_at.is_(None), mine_or_all


def _next_ordinal(session: Session, unit_id: UUID) -> int:
    last = session.scalar(select(func.max(OfficeQuestion.ordinal)).where(OfficeQuestion.unit_id == unit_id))
    return (last or 0) + 1


def _ensure_office(unit_id: UUID, by: Actor) -> None:
    if unit_id not in by.units_as(Role.APPRAISER):
        raise PermissionDenied("not_allowed", permission=Permission.DOSSIER_APPRAISE.value)


def _ensure_text(text: str) -> str:
    kept = " ".join(text.split())
    if not kept:
        raise Invalid("question_empty")
    return kept[:500]


def _trail(unit_id: UUID) -> Trail:
    return Trail("office", unit_id)
