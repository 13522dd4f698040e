"""What a signature shows and writes on the paper: picture, words, number and date (Decree 30/2020, annex I)."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.campaigns.vocabulary import StepAction
from dms.documents import service as documents
from dms.documents.models import Document
from dms.errors import Conflict
from dms.people import service as people
from dms.people.models import Capacity, Position
from dms.people.service import Seat
from dms.signing import credentials, pades
from dms.signing.copies.models import FORM, copy_in
from dms.signing.models import SigningKey, Step
from dms.signing.pades import Stamp, StampKind
from dms.signing.placement import DAY, LINE, MONTH, NUMBER, YEAR
from dms.signing.service import SigningDesk
from dms.text import fold

POWERS: Final[Mapping[Capacity, str]] = {
    Capacity.TM: "TM.",
    Capacity.KT: "KT.",
    Capacity.TL: "TL.",
    Capacity.TUQ: "TUQ.",
    Capacity.Q: "Q.",
}
_FOR_THE_HEAD = (Capacity.KT, Capacity.TL, Capacity.TUQ)


def stamp_for(session: Session, desk: SigningDesk, step: Step, seat: Seat, *, key: SigningKey, now: datetime) -> Stamp:
    """The picture of the signature or seal (II.7.d, II.8.a), with words only where the paper needs them.

    Words stand where there is no picture (who or which paper, and when), and where a delegate signs a paper that was
    printed with the head's name: then the stamp says in which power, and who.
    """
    if copy_in(session, step.route.document_id) is not None:
        return Stamp(_copy_and_time(session, step, now), kind=StampKind.TEXT)
    picture = credentials.picture_of(desk, key)
    if step.action is StepAction.SEAL:
        return Stamp((), picture, StampKind.SEAL) if picture else Stamp(_paper_and_time(step, now), kind=StampKind.SEAL)
    if step.action is StepAction.INITIALS and picture:
        return Stamp((), picture)
    lines = _power_and_name(session, step, seat, now=now) if seat.delegated else ()
    if picture:
        return Stamp(lines, picture)
    return Stamp((*lines, *_name_and_time(seat, now)), kind=StampKind.TEXT)


def power_lines(session: Session, step: Step, seat: Seat, *, now: datetime) -> tuple[str, ...]:
    """The lines over a signature (II.7.b): ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), ("Q. GIÁM ĐỐC",) or ("GIÁM ĐỐC",)."""
    power = POWERS.get(seat.capacity, "")
    if seat.capacity not in _FOR_THE_HEAD:
        return (f"{power} {seat.title}".strip().upper(),)
    principal = _principal_title(session, step, now=now)
    return tuple(line.strip().upper() for line in (f"{power} {principal}", seat.title) if line.strip())


def fills_for(step: Step, path: Path) -> dict[str, str]:
    """Number and date for the fields of the file at ``path`` that are still empty, once the number step is done.

    Raises Conflict("number_not_given") where the route gives a number before this step and none was given.
    """
    numbered = [other for other in step.route.steps if other.action is StepAction.NUMBER and other.stage < step.stage]
    if not numbered:
        return {}
    words = _number_words(step.route.document)
    present = pades.inspect_fields(path).text_fields
    return {name: value for name, value in words.items() if present.get(name) == ""}


def _number_words(document: Document) -> dict[str, str]:
    """Numbers, days below ten, January and February with a zero before them (II.3.c, II.4.b)."""
    number, day = document.number, document.issued_on
    if number is None or day is None:
        raise Conflict("number_not_given", document=document.title)
    written = documents.format_number(number, document.symbol or "")
    return {
        NUMBER: f"{number:02d}",
        DAY: f"{day.day:02d}",
        MONTH: f"{day.month:02d}" if day.month < 3 else f"{day.month}",
        YEAR: f"{day.year}",
        LINE: f"Số: {written}, ngày {day:%d/%m/%Y}",
    }


def _principal_title(session: Session, step: Step, *, now: datetime) -> str:
    """The title of the seat that a delegate signs for, whether or not somebody sits there today."""
    unit_id = people.successor_of(session, step.unit_id, clock.day_of(now))
    query = select(Position.title).where(Position.unit_id == unit_id, Position.kind == step.position_kind)
    return session.scalars(query).first() or ""


def _power_and_name(session: Session, step: Step, seat: Seat, *, now: datetime) -> tuple[str, ...]:
    printed = fold(documents.text_of(session, step.route.version))
    if fold(seat.full_name) in printed:
        return ()
    return (*power_lines(session, step, seat, now=now), seat.full_name)


def _name_and_time(seat: Seat, now: datetime) -> tuple[str, ...]:
    return (f"Ký bởi: {seat.full_name}", f"Thời gian ký: {_moment(now)}")


def _paper_and_time(step: Step, now: datetime) -> tuple[str, ...]:
    """Number and symbol, then the time (II.8.b: a seal without a picture)."""
    document = step.route.document
    written = (documents.format_number(document.number, document.symbol or ""),) if document.number else ()
    return (*written, _moment(now))


def _copy_and_time(session: Session, step: Step, now: datetime) -> tuple[str, ...]:
    """Form of copy, body, time; no picture (annex I, part II, I.3.c)."""
    body = people.name_on(session, step.route.document.unit_id, clock.day_of(now))
    return (f"{FORM}; {body.name};", _moment(now))


def _moment(now: datetime) -> str:
    """ISO 8601 on a Vietnamese clock."""
    return clock.local(now).isoformat(timespec="seconds")
