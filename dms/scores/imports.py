"""Import a table of index scores: read, look, apply, undo. What is applied is kept with file, paper, person and day.

Reading changes nothing; the preview judges the lines anew each time it is looked at, and so does applying. A large
table is applied in pieces by a worker; each piece is a transaction of its own, so progress is seen and a crash loses
nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dms import clock, outbox, text
from dms.audit import Trail, record
from dms.documents import spreadsheets
from dms.documents.intake import Desk, spooled
from dms.documents.sniff import safe_filename
from dms.errors import Conflict, Invalid, NotFound
from dms.policy import SYSTEM, Actor, Permission, require
from dms.scores import reading, service
from dms.scores.judging import JudgedRow, RowState, judge
from dms.scores.models import ImportState, ScoreImport, UnitScore
from dms.scores.reading import Line

AT_ONCE = 500
"""Lines that are applied in the request itself; a longer table is a worker's, in pieces of this size."""


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """A file that was received and read."""

    filename: str
    digest: str
    size: int
    sheet: str
    others: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    """The paper by which the competent body approved the scores, and the year of a table that names none."""

    number: str
    issued_on: date
    issuer: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What applying would do, line by line."""

    rows: tuple[JudgedRow, ...]

    def count(self, state: RowState) -> int:
        """How many lines are in a state."""
        return sum(row.state is state for row in self.rows)

    @property
    def refused(self) -> list[JudgedRow]:
        """The lines that cannot be taken."""
        return [row for row in self.rows if row.state is RowState.REFUSED]

    @property
    def writes(self) -> int:
        """How many scores would be written."""
        return sum(row.writes for row in self.rows)


def receive(desk: Desk, source: BinaryIO, *, filename: str) -> ScoreTable:
    """Read an untrusted table; nothing of the file itself is kept but its digest.

    Raises TooLarge, and Invalid as ``spreadsheets.read`` and ``reading.lines_of``.
    """
    with spooled(desk, source) as path:
        table = spreadsheets.read(path)
        digest, size = _digest(path), path.stat().st_size
    lines = tuple(reading.lines_of(table))
    return ScoreTable(safe_filename(filename), digest, size, table.sheet, table.others, lines)


def enter(session: Session, table: ScoreTable, approval: Approval, *, by: Actor, now: datetime) -> ScoreImport:
    """Keep a table that was read, to be looked at; no score changes yet.

    Raises PermissionDenied, Invalid("approval_missing", "approval_in_future").
    """
    require(by, Permission.SCORE_IMPORT, None)
    _ensure_approval(approval, clock.day_of(now))
    row = ScoreImport(
        filename=table.filename,
        file_digest=table.digest,
        file_size=table.size,
        sheet=table.sheet,
        lines=[asdict(line) for line in table.lines],
        line_count=len(table.lines),
        year=approval.year,
        paper_number=text.clean(approval.number),
        paper_issued_on=approval.issued_on,
        paper_issuer=text.clean(approval.issuer),
        state=ImportState.READ,
        imported_at=now,
        imported_by=by.person_id,
        importer_name=by.name,
    )
    session.add(row)
    session.flush()
    told = {"file": table.filename, "digest": table.digest, "lines": len(table.lines), "paper": row.approved_by}
    record(session, _trail(row), "scores:table:read", by=by, now=now, **told)
    return row


def get(session: Session, import_id: UUID, *, by: Actor) -> ScoreImport:
    """Return an import. Raises PermissionDenied, NotFound."""
    require(by, Permission.SCORE_IMPORT, None)
    row = session.get(ScoreImport, import_id)
    if row is None:
        raise NotFound("score_import_not_found")
    return row


def preview(session: Session, row: ScoreImport, *, now: datetime) -> Preview:
    """What applying would do now: a dry run."""
    found = {key: score.percent for key, score in service.current(session).items()}
    lines = [Line(**each) for each in row.lines]
    this_year = clock.day_of(now).year
    judged = judge(lines, service.directory(session), found, default_year=row.year, this_year=this_year)
    return Preview(tuple(judged))


def twin_of(session: Session, row: ScoreImport) -> ScoreImport | None:
    """An earlier import of the very same file that holds, if there is one."""
    query = select(ScoreImport).where(
        ScoreImport.file_digest == row.file_digest, ScoreImport.id != row.id, ScoreImport.state == ImportState.APPLIED
    )
    return session.scalars(query.order_by(ScoreImport.imported_at.desc())).first()


def apply(
    session: Session, import_id: UUID, *, skip_refused: bool, by: Actor, now: datetime, at_once: int = AT_ONCE
) -> ScoreImport:
    """Write the scores of a table; a large one is handed to a worker.

    Raises PermissionDenied, NotFound, Conflict("score_import_settled"), Invalid("score_rows_refused",
    "score_import_changes_nothing").
    """
    row = get(session, import_id, by=by)
    _ensure_state(row, ImportState.READ)
    found = preview(session, row, now=now)
    if found.refused and not skip_refused:
        raise Invalid("score_rows_refused", rows=len(found.refused))
    if not found.writes:
        raise Invalid("score_import_changes_nothing")
    row.state, row.skip_refused = ImportState.APPLYING, skip_refused
    told = {"writes": found.writes, "refused": len(found.refused)}
    record(session, _trail(row), "scores:table:apply", by=by, now=now, **told)
    if row.line_count <= at_once:
        _write(session, row, found.rows, now=now)
    else:
        outbox.add(session, "scores.waiting", now=now, import_id=row.id)
    session.flush()
    return row


def on_scores_waiting(session: Session, payload: dict[str, Any], now: datetime, *, piece: int = AT_ONCE) -> None:
    """Apply the next piece of a large table; the one after it is announced in the same transaction."""
    row = session.get_one(ScoreImport, UUID(payload["import_id"]))
    if row.state is not ImportState.APPLYING:
        return
    rows = preview(session, row, now=now).rows[row.done : row.done + piece]
    _write(session, row, rows, now=now)
    if row.state is ImportState.APPLYING:
        outbox.add(session, "scores.waiting", now=now, import_id=row.id)


def undo(session: Session, import_id: UUID, *, by: Actor, now: datetime) -> ScoreImport:
    """Take an import back: what held before it holds again. Only while nothing newer rests on it.

    Raises PermissionDenied, NotFound, Conflict("score_import_settled", "scores_overtaken"), and by the layers above
    Conflict("scores_in_use") where a dossier was passed on with them.
    """
    row = get(session, import_id, by=by)
    _ensure_state(row, ImportState.APPLIED)
    _ensure_newest(session, row)
    outbox.add(session, "scores.undoing", now=now, import_id=row.id)
    mine = UnitScore.import_id == row.id
    session.execute(update(UnitScore).where(mine).values(ended_at=now, ended_by=row.id))
    before = (UnitScore.ended_by == row.id) & (UnitScore.import_id != row.id)
    session.execute(update(UnitScore).where(before).values(ended_at=None, ended_by=None))
    row.state, row.undone_at, row.undoer_name = ImportState.UNDONE, now, by.name
    record(session, _trail(row), "scores:table:undo", by=by, now=now, written=row.written)
    last = session.scalar(select(func.max(UnitScore.line)).where(mine)) or 0
    outbox.add(session, "scores.changed", now=now, import_id=row.id, first=0, last=last)
    session.flush()
    session.expire_all()
    return row


def drop(session: Session, import_id: UUID, *, by: Actor, now: datetime) -> ScoreImport:
    """Put a table aside that was only looked at; refusals as in ``apply``."""
    row = get(session, import_id, by=by)
    _ensure_state(row, ImportState.READ)
    row.state = ImportState.DROPPED
    record(session, _trail(row), "scores:table:drop", by=by, now=now)
    return row


# --- guards


def _ensure_approval(approval: Approval, today: date) -> None:
    if not (approval.number.strip() and approval.issuer.strip()):
        raise Invalid("approval_missing", field="paper_number")
    if approval.issued_on > today:
        raise Invalid("approval_in_future", day=approval.issued_on, field="paper_issued_on")


def _ensure_state(row: ScoreImport, state: ImportState) -> None:
    if row.state is not state:
        raise Conflict("score_import_settled", state=row.state.value)


def _ensure_newest(session: Session, row: ScoreImport) -> None:
    newer = select(func.count(UnitScore.id)).where(UnitScore.import_id == row.id, UnitScore.ended_at.is_not(None))
    if count := session.scalar(newer):
        raise Conflict("scores_overtaken", count=count)


# --- rows


def _write(session: Session, row: ScoreImport, rows: Sequence[JudgedRow], *, now: datetime) -> None:
    """Write the lines that say something new, each in place of the value before it."""
    held = service.current(session)
    writing = [each for each in rows if each.writes]
    for each in writing:
        before = held.get(each.key) if each.key else None
        if before is not None:
            before.ended_at, before.ended_by = now, row.id
    session.flush()
    session.add_all(_score(row, each) for each in writing)
    row.done += len(rows)
    row.written += len(writing)
    if writing:
        first, last = writing[0].line.number, writing[-1].line.number
        outbox.add(session, "scores.changed", now=now, import_id=row.id, first=first, last=last)
    if row.done >= row.line_count:
        row.state, row.applied_at = ImportState.APPLIED, now
        record(session, _trail(row), "scores:table:applied", by=SYSTEM, now=now, written=row.written)
    session.flush()


def _score(row: ScoreImport, judged: JudgedRow) -> UnitScore:
    unit_id, year, field_key = judged.key or (None, None, "")
    return UnitScore(
        unit_id=unit_id,
        year=year,
        field=judged.line.field[:120],
        field_key=field_key[:120],
        percent=judged.percent or Decimal(0),
        import_id=row.id,
        line=judged.line.number,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _trail(row: ScoreImport) -> Trail:
    return Trail("scores", row.id)
