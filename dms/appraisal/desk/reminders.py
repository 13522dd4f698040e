"""Reminders of terms in working days: once when the end is near, once when it is there; announced, then told."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from dms import clock, outbox
from dms.appraisal.desk import terms
from dms.appraisal.desk.models import ReminderMark, TermReminder
from dms.appraisal.desk.terms import TermClock
from dms.campaigns.vocabulary import TermKind
from dms.dossiers.models import Dossier
from dms.people import notices
from dms.people import service as people
from dms.people.notices import NoticeKind
from dms.policy import Role
from dms.workdays import Workdays

EVENT = "term.due"
_AT_ONCE = 500
Due = tuple[Dossier, TermKind, TermClock, ReminderMark]
_TOLD = {ReminderMark.NEAR: NoticeKind.TERM_NEAR, ReminderMark.OVER: NoticeKind.TERM_OVER}


def announce(session: Session, *, calendar: Workdays, now: datetime) -> int:
    """Announce every reminder that is due and was not sent; how many. Run once a day, or oftener."""
    return sum(
        _announce(session, due, now=now)
        for dossiers in _in_hand(session)
        for due in _due(session, dossiers, calendar=calendar, now=now)
    )


def on_term_due(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """Tell everybody in the office that has the dossier in hand."""
    dossier = session.get(Dossier, UUID(payload["dossier_id"]))
    if dossier is None:
        return
    kind, mark = TermKind(payload["kind"]), ReminderMark(payload["mark"])
    role, unit_id = _who_has_it(dossier, kind)
    told = people.people_with_role(session, role, unit_id, clock.day_of(now)) if unit_id else []
    words = {"code": dossier.code, "term": kind.value, "due": payload["due_on"], "left": payload["left"]}
    notices.tell(session, [each.id for each in told], _TOLD[mark], now=now, dossier_id=dossier.id, **words)


def _who_has_it(dossier: Dossier, kind: TermKind) -> tuple[Role, UUID | None]:
    if kind is TermKind.COPIES:
        return Role.CHAIR_OFFICE, dossier.conferrer_id
    return Role.APPRAISER, dossier.appraiser_id


def _in_hand(session: Session) -> Iterator[list[Dossier]]:
    """The dossiers in a status in which a term runs, some hundred at a time."""
    query = (
        select(Dossier)
        .where(Dossier.status.in_(set(terms.RUNS_IN.values())))
        .options(selectinload(Dossier.revision), joinedload(Dossier.summary))
        .order_by(Dossier.id)
    )
    last: UUID | None = None
    while True:
        page = query if last is None else query.where(Dossier.id > last)
        found = list(session.scalars(page.limit(_AT_ONCE)))
        if not found:
            return
        last = found[-1].id
        yield found


def _due(session: Session, dossiers: list[Dossier], *, calendar: Workdays, now: datetime) -> Iterator[Due]:
    today = clock.day_of(now)
    running = terms.clocks_of(session, dossiers, calendar=calendar, today=today)
    sent = _sent(session, [each.id for each in dossiers])
    for dossier in dossiers:
        for kind, each in running[dossier.id].items():
            mark = _mark(each)
            if mark and _matters(dossier, kind) and (dossier.id, kind, each.due_on, mark) not in sent:
                yield dossier, kind, each, mark


def _mark(running: TermClock) -> ReminderMark | None:
    if running.left <= 0:
        return ReminderMark.OVER
    return ReminderMark.NEAR if running.is_near else None


def _matters(dossier: Dossier, kind: TermKind) -> bool:
    """Nobody is reminded to send back a dossier in which nothing is wrong."""
    return kind is not TermKind.RETURN or bool(dossier.summary and dossier.summary.blocking)


def _sent(session: Session, ids: list[UUID]) -> set[tuple[object, ...]]:
    query = select(TermReminder.dossier_id, TermReminder.kind, TermReminder.due_on, TermReminder.mark)
    return {tuple(row) for row in session.execute(query.where(TermReminder.dossier_id.in_(ids)))}


def _announce(session: Session, due: Due, *, now: datetime) -> int:
    dossier, kind, running, mark = due
    session.add(TermReminder(dossier_id=dossier.id, kind=kind, due_on=running.due_on, mark=mark, sent_at=now))
    told = {"kind": kind.value, "mark": mark.value, "left": running.left}
    outbox.add(session, EVENT, now=now, dossier_id=dossier.id, due_on=running.due_on, **told)
    return 1
