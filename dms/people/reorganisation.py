"""The administrator's verbs for units in time: found, rename, move, merge, split, transfer, abolish; emulation blocks.

Each change but a founding names the paper that decided it. What a unit was called, where it stood and what it had
signed before the day stays as it was; from the day on its heirs carry what is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import outbox, text
from dms.audit import Trail, record
from dms.errors import Conflict, Invalid, NotFound
from dms.people import administration, structure
from dms.people.administration import NameTerms
from dms.people.models import (
    BlockMembership,
    EmulationBlock,
    EventSide,
    SuccessionKind,
    Unit,
    UnitEvent,
    UnitEventKind,
    UnitEventPart,
    UnitKind,
    UnitName,
    UnitSuccession,
    UnitSuperior,
)
from dms.people.service import get_unit, name_on
from dms.policy import Actor, Permission, require

BEFORE, AFTER = EventSide.BEFORE, EventSide.AFTER


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper that decides: its number and symbol, its day, who issued it."""

    number: str
    issued_on: date
    issuer: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Whose duties pass to whom from ``on``; the first successor leads."""

    predecessor_ids: tuple[UUID, ...]
    successor_ids: tuple[UUID, ...]
    on: date
    paper: Paper


_EVENTS = {
    SuccessionKind.RENAMED: UnitEventKind.RENAMED,
    SuccessionKind.MERGED: UnitEventKind.MERGED,
    SuccessionKind.SPLIT: UnitEventKind.SPLIT,
    SuccessionKind.TRANSFERRED: UnitEventKind.TRANSFERRED,
}


def found(
    session: Session,
    code: str,
    kind: UnitKind,
    terms: NameTerms,
    *,
    by: Actor,
    now: datetime,
    superior_id: UUID | None = None,
    paper: Paper | None = None,
) -> Unit:
    """Found a unit under its first name; one that stood before the service may come without its paper.

    Raises PermissionDenied, NotFound, Conflict("unit_code_taken"), Invalid("event_before_paper").
    """
    _ensure_after_paper(paper, terms.valid_from)
    if superior_id:
        get_unit(session, superior_id)
    unit = administration.add_unit(session, code, kind, terms, by=by, now=now)
    unit.parent_id = superior_id or None
    _keep(session, _event(UnitEventKind.FOUNDED, terms.valid_from, paper), {unit.id: AFTER}, by=by, now=now)
    return unit


def rename(session: Session, unit_id: UUID, terms: NameTerms, paper: Paper, *, by: Actor, now: datetime) -> UnitName:
    """Give a unit another name from a day on. Raises as ``administration.rename_unit``, and Invalid of the paper."""
    _ensure_paper(paper, terms.valid_from)
    name = administration.rename_unit(session, unit_id, terms, by=by, now=now)
    _keep(session, _event(UnitEventKind.RENAMED, terms.valid_from, paper), {unit_id: AFTER}, by=by, now=now)
    return name


def move(
    session: Session, unit_id: UUID, superior_id: UUID | None, *, on: date, paper: Paper, by: Actor, now: datetime
) -> None:
    """Put a unit under another one from ``on``, or under none.

    Raises NotFound, PermissionDenied, Invalid("unit_below_itself"), Conflict("unit_superior_day_taken").
    """
    require(by, Permission.PEOPLE_ADMINISTER, None)
    _ensure_paper(paper, on)
    get_unit(session, unit_id)
    if superior_id is not None:
        get_unit(session, superior_id)
        if superior_id == unit_id or superior_id in structure.below_on(session, unit_id, on):
            raise Invalid("unit_below_itself", field="superior_id")
    taken = select(UnitSuperior.id).where(UnitSuperior.unit_id == unit_id, UnitSuperior.valid_from == on)
    if session.scalar(taken):
        raise Conflict("unit_superior_day_taken", field="on")
    session.add(UnitSuperior(unit_id=unit_id, superior_id=superior_id, valid_from=on))
    _keep(session, _event(UnitEventKind.MOVED, on, paper), {unit_id: AFTER}, by=by, now=now)


def pass_on(session: Session, kind: SuccessionKind, passage: Passage, *, by: Actor, now: datetime) -> UnitEvent:
    """Let the duties of units pass to others: merge, split, transfer, or let a new unit follow an old one.

    Dossiers and open signing steps are the heirs' from the day on; the earlier units end, unless only duties pass.
    Raises NotFound, PermissionDenied, Invalid("succession_needs_units", "succession_to_itself",
    "succession_in_a_circle", "event_before_paper", "deciding_paper_missing"), Conflict("succession_exists",
    "unit_ended_already", "unit_not_there_yet").
    """
    require(by, Permission.PEOPLE_ADMINISTER, None)
    _ensure_paper(passage.paper, passage.on)
    _ensure_shape(kind, passage)
    for unit_id in (*passage.predecessor_ids, *passage.successor_ids):
        _ensure_lives(session, unit_id, passage.on)
    for predecessor_id in passage.predecessor_ids:
        for successor_id in passage.successor_ids:
            row = administration.succeed(
                session, predecessor_id, successor_id, kind=kind, on=passage.on, by=by, now=now
            )
            row.leads = successor_id == passage.successor_ids[0]
            _announce(session, row, now=now)
    sides = dict.fromkeys(passage.predecessor_ids, BEFORE) | dict.fromkeys(passage.successor_ids, AFTER)
    return _keep(session, _event(_EVENTS[kind], passage.on, passage.paper), sides, by=by, now=now)


def abolish(session: Session, unit_id: UUID, *, on: date, paper: Paper, by: Actor, now: datetime) -> UnitEvent:
    """End a unit whose duties pass to nobody. Raises as ``pass_on``."""
    require(by, Permission.PEOPLE_ADMINISTER, None)
    _ensure_paper(paper, on)
    _ensure_lives(session, unit_id, on)
    get_unit(session, unit_id).abolished_on = on
    return _keep(session, _event(UnitEventKind.ABOLISHED, on, paper), {unit_id: BEFORE}, by=by, now=now)


# --- emulation blocks


def open_block(
    session: Session, code: str, name: str, *, valid_from: date, paper: Paper | None, by: Actor, now: datetime
) -> EmulationBlock:
    """Enter a block of a decision on emulation blocks (P24). Raises Conflict("block_code_taken")."""
    require(by, Permission.PEOPLE_ADMINISTER, None)
    if session.scalar(select(EmulationBlock.id).where(EmulationBlock.code == code)):
        raise Conflict("block_code_taken", block=code, field="block_code")
    block = EmulationBlock(code=code, name=text.clean(name), valid_from=valid_from, **_columns(paper))
    session.add(block)
    session.flush()
    told = {"block_code": code, "name": block.name, **_columns(paper)}
    record(session, Trail("block", block.id), "block:open", by=by, now=now, **told)
    return block


def join_block(
    session: Session, block_id: UUID, unit_ids: Sequence[UUID], *, valid_from: date, by: Actor, now: datetime
) -> None:
    """Put units into a block from a day on; each leaves the one it was in.

    Raises NotFound, Conflict("block_membership_newer") where a unit joined a block on that day or later already.
    """
    require(by, Permission.PEOPLE_ADMINISTER, None)
    block = get_block(session, block_id)
    for unit_id in unit_ids:
        get_unit(session, unit_id)
        _leave(session, unit_id, valid_from)
        session.add(BlockMembership(block_id=block_id, unit_id=unit_id, valid_from=valid_from))
        told = {"block": block.name, "valid_from": valid_from}
        record(session, Trail("unit", unit_id), "unit:block:join", by=by, now=now, **told)
    session.flush()


def leave_block(session: Session, membership_id: UUID, *, on: date, by: Actor, now: datetime) -> BlockMembership:
    """Let a membership end before ``on``. Raises NotFound, Invalid("period_empty")."""
    require(by, Permission.PEOPLE_ADMINISTER, None)
    membership = session.get(BlockMembership, membership_id)
    if membership is None:
        raise NotFound("block_membership_not_found")
    if on <= membership.valid_from:
        raise Invalid("period_empty", field="on")
    membership.valid_to = on
    told = {"block": membership.block.name, "on": on}
    record(session, Trail("unit", membership.unit_id), "unit:block:leave", by=by, now=now, **told)
    return membership


def get_block(session: Session, block_id: UUID) -> EmulationBlock:
    """Return a block. Raises NotFound."""
    block = session.get(EmulationBlock, block_id)
    if block is None:
        raise NotFound("block_not_found")
    return block


# --- guards


def _ensure_paper(paper: Paper, on: date) -> None:
    if not (paper.number.strip() and paper.issuer.strip()):
        raise Invalid("deciding_paper_missing", field="paper_number")
    _ensure_after_paper(paper, on)


def _ensure_after_paper(paper: Paper | None, on: date) -> None:
    if paper is not None and on < paper.issued_on:
        raise Invalid("event_before_paper", paper=paper.issued_on, field="paper_issued_on")


def _ensure_shape(kind: SuccessionKind, passage: Passage) -> None:
    """Many into one, one into many; anything else goes from one unit to one."""
    before, after = len(passage.predecessor_ids), len(passage.successor_ids)
    if not before or not after or len({*passage.predecessor_ids, *passage.successor_ids}) != before + after:
        raise Invalid("succession_to_itself" if before and after else "succession_needs_units", field="successor_id")
    if (before > 1 and kind is not SuccessionKind.MERGED) or (after > 1 and kind is not SuccessionKind.SPLIT):
        raise Invalid("succession_needs_units", field="kind")
    if kind is SuccessionKind.SPLIT and after < 2:
        raise Invalid("split_into_one", field="more_successors")


def _ensure_lives(session: Session, unit_id: UUID, on: date) -> None:
    unit = get_unit(session, unit_id)
    if unit.abolished_on is not None and unit.abolished_on <= on:
        raise Conflict("unit_ended_already", unit=name_on(session, unit_id, on).name, on=unit.abolished_on, field="on")
    if unit.founded_on is not None and unit.founded_on > on:
        raise Conflict("unit_not_there_yet", unit=name_on(session, unit_id, on).name, on=unit.founded_on, field="on")


# --- rows


def _event(kind: UnitEventKind, on: date, paper: Paper | None) -> UnitEvent:
    return UnitEvent(kind=kind, on=on, **_columns(paper))


def _keep(session: Session, event: UnitEvent, sides: dict[UUID, EventSide], *, by: Actor, now: datetime) -> UnitEvent:
    """Write the event, and tell it in the chain of every unit that it touches."""
    event.entered_at, event.entered_by = now, by.person_id
    event.parts = [UnitEventPart(unit_id=unit_id, side=side) for unit_id, side in sides.items()]
    session.add(event)
    session.flush()
    told = {"event": event.id, "kind": event.kind, "on": event.on, "paper": event.paper_number}
    for unit_id in sides:
        record(session, Trail("unit", unit_id), "unit:event:enter", by=by, now=now, **told)
    return event


def _announce(session: Session, row: UnitSuccession, *, now: datetime) -> None:
    facts: dict[str, Any] = {"predecessor_id": row.predecessor_id, "successor_id": row.successor_id}
    outbox.add(session, "unit.succeeded", now=now, **facts, kind=row.kind.value, on=row.on)


def _columns(paper: Paper | None) -> dict[str, Any]:
    if paper is None:
        return {}
    issuer = text.clean(paper.issuer)
    return {"paper_number": text.clean(paper.number), "paper_issued_on": paper.issued_on, "paper_issuer": issuer}


def _leave(session: Session, unit_id: UUID, on: date) -> None:
    """End the membership of a unit before ``on``; one that begins then or later is not undone by the way."""
    for row in session.scalars(select(BlockMembership).where(BlockMembership.unit_id == unit_id)):
        if row.valid_from >= on:
            raise Conflict("block_membership_newer", unit=name_on(session, unit_id, on).name, field="valid_from")
        if row.valid_to is None or row.valid_to > on:
            row.valid_to = on
