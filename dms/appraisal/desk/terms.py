"""The clock of a dossier in working days: begun by a complete dossier, stopped by a return, begun anew or resumed.

What is derived here rests on acts that are on record: the status and its day, and the dossier's trail for what lay
before. The day of receipt does not count (Civil Code art. 147.2).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.audit import AuditEvent
from dms.campaigns import service as campaigns
from dms.campaigns.spec import Scheme
from dms.campaigns.terms import Term, terms_of
from dms.campaigns.vocabulary import AfterReturn, TermKind
from dms.dossiers.models import Dossier
from dms.policy import Status
from dms.workdays import Workdays

Clocks = Mapping[TermKind, "TermClock"]

RUNS_IN = {
    TermKind.RETURN: Status.CONSOLIDATED,
    TermKind.APPRAISE: Status.CONSOLIDATED,
    TermKind.COPIES: Status.DECIDED,
}
"""In which status the office has the thing in hand that the term is for."""

_RECEIVED, _LEFT = "dossier:status:consolidate", ("dossier:status:return", "dossier:status:appraise")


@dataclass(frozen=True, slots=True)
class Stay:
    """From when to when the dossier lay with the office; an open end: it lies there now."""

    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class TermClock:
    """A term as it runs: begun after ``started_on``, over at the end of ``due_on``; ``left`` is negative beyond it.

    ``stopped_on`` is the day of a return that has not come back. ``unknown_years`` are those for which the calendar
    has no data, so that only weekends were taken out.
    """

    term: Term
    started_on: date
    due_on: date
    left: int
    stopped_on: date | None = None
    unknown_years: tuple[int, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether the last day has passed."""
        return self.stopped_on is None and self.left < 0

    @property
    def is_near(self) -> bool:
        """Whether it is time for a reminder."""
        return self.stopped_on is None and 0 <= self.left <= self.term.remind_before


def run(term: Term, stays: Sequence[Stay], calendar: Workdays, today: date) -> TermClock | None:
    """The clock of a term over the stays of a dossier, oldest first; None where it has never begun. Pure."""
    if not stays:
        return None
    last = stays[-1]
    used = _used(stays[:-1], calendar) if term.after_return is AfterReturn.RESUME else 0
    due = calendar.after(last.start, max(term.working_days - used, 0))
    return TermClock(
        term=term,
        started_on=last.start,
        due_on=due,
        left=calendar.between(last.end or today, due),
        stopped_on=last.end,
        unknown_years=calendar.unknown_between(last.start, max(due, today)),
    )


def _used(stays: Iterable[Stay], calendar: Workdays) -> int:
    return sum(calendar.between(stay.start, stay.end) for stay in stays if stay.end)


def clocks_of(
    session: Session, dossiers: Sequence[Dossier], *, calendar: Workdays, today: date
) -> dict[UUID, dict[TermKind, TermClock]]:
    """The running and stopped clocks of dossiers whose revisions are loaded; one query at most."""
    schemes = {each.id: campaigns.scheme_of(each.revision, each.scheme_code) for each in dossiers}
    past = _past_stays(session, [each.id for each in dossiers if _needs_past(each, schemes[each.id])])
    return {
        each.id: dict(_clocks(each, past.get(each.id, ()), calendar=_calendar_of(each, calendar), today=today))
        for each in dossiers
    }


def clock_of(session: Session, dossier: Dossier, *, calendar: Workdays, today: date) -> dict[TermKind, TermClock]:
    """The clocks of one dossier."""
    return clocks_of(session, [dossier], calendar=calendar, today=today)[dossier.id]


def main_clock(clocks: Clocks) -> TermClock | None:
    """The clock that a list shows: appraising, or sending the decision out."""
    return next((clocks[kind] for kind in (TermKind.APPRAISE, TermKind.COPIES) if kind in clocks), None)


def _calendar_of(dossier: Dossier, calendar: Workdays) -> Workdays:
    return calendar.with_holidays(campaigns.spec_of(dossier.revision).holidays)


def _clocks(
    dossier: Dossier, past: Sequence[Stay], *, calendar: Workdays, today: date
) -> Iterator[tuple[TermKind, TermClock]]:
    for term in terms_of(campaigns.scheme_of(dossier.revision, dossier.scheme_code)):
        running = run(term, _stays(dossier, term.kind, past), calendar, today)
        if _concerns(dossier, term.kind) and running is not None:
            yield term.kind, running


def _concerns(dossier: Dossier, kind: TermKind) -> bool:
    """A term concerns a dossier in its status, and appraising also one that the appraiser has sent back."""
    is_stopped = kind is TermKind.APPRAISE and dossier.status is Status.RETURNED and dossier.appraiser_since is not None
    return dossier.status is RUNS_IN[kind] or is_stopped


def _stays(dossier: Dossier, kind: TermKind, past: Sequence[Stay]) -> list[Stay]:
    if dossier.status is RUNS_IN[kind]:
        since = clock.day_of(dossier.status_since)
        closed = [stay for stay in past if stay.end is not None and stay.start <= since]
        return [*closed, Stay(since)]
    return list(past)


def _needs_past(dossier: Dossier, scheme: Scheme) -> bool:
    """Whether earlier stays matter: for a clock that resumes, and for one that a return has stopped."""
    terms = terms_of(scheme)
    resumes = any(term.after_return is AfterReturn.RESUME for term in terms)
    return bool(terms) and (resumes or dossier.status is Status.RETURNED)


def _past_stays(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Stay]]:
    """When each dossier lay with the appraiser, by its trail; one query, none for none."""
    if not ids:
        return {}
    query = (
        select(AuditEvent.subject_id, AuditEvent.tag, AuditEvent.at)
        .where(AuditEvent.subject == "dossier", AuditEvent.subject_id.in_(ids))
        .where(AuditEvent.tag.in_((_RECEIVED, *_LEFT)))
        .order_by(AuditEvent.subject_id, AuditEvent.position)
    )
    stays: dict[UUID, list[Stay]] = defaultdict(list)
    for dossier_id, tag, at in session.execute(query):
        _follow(stays[dossier_id], tag, clock.day_of(at))
    return stays


def _follow(stays: list[Stay], tag: str, day: date) -> None:
    """One act more: a receipt begins a stay, leaving ends the one that is open."""
    if tag == _RECEIVED:
        stays.append(Stay(day))
    elif stays and stays[-1].end is None:
        stays[-1] = Stay(stays[-1].start, day)
