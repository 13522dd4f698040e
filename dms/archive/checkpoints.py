"""Checkpoints: the heads of all histories under a time stamp, so that cutting off the newest events is noticed.

A chain proves that nothing in it was changed; that its end is missing, it cannot show. So from time to time the head of
each chain that moved (position and hash of its last event) is written into a manifest, with the SHA-256 of the manifest
before it, and a time-stamping authority signs that. Who later cuts a chain short, or writes it anew, contradicts a
checkpoint; who removes checkpoints breaks their own chain, or the copies of them kept elsewhere.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from dms.archive.models import AuditCheckpoint
from dms.audit import AuditEvent
from dms.errors import Invalid
from dms.signing import pades
from dms.signing.pades import SigningTrust, TimeStamp

FORMAT: Final = 1
GENESIS: Final = "0" * 64

Chain = tuple[str, str]
"""The subject of a history and its id."""
Heads = Mapping[Chain, tuple[int, str]]
"""Of each history the position and hash of its last event."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint as it is kept here or elsewhere: its manifest, and the time stamp (DER) on that."""

    number: int
    manifest: str
    token: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest, by which the next one names it."""
        return hashlib.sha256(self.manifest.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where the database, or a checkpoint itself, does not agree with a checkpoint.

    ``reason``: ``truncated`` (the event is gone), ``rewritten`` (another one stands there), ``untrue`` (the time stamp
    is not on this manifest, or by nobody we know), ``unlinked`` (the one before it is missing, or is another),
    ``unreadable``.
    """

    checkpoint: int
    reason: str
    subject: str = ""
    subject_id: str = ""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What the checkpoints say: how many there are, when the last was stamped, by whom, and what contradicts them."""

    count: int
    last: TimeStamp | None
    contradictions: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A manifest that waits for its time stamp."""

    number: int
    manifest: str
    heads: int


# --- making one


def draft(session: Session, *, now: datetime) -> Draft | None:
    """The manifest of what moved since the last checkpoint; None where nothing did. It only reads."""
    kept = list(stored(session))
    known = heads_in(kept)
    moved = {chain: head for chain, head in _heads_now(session) if known.get(chain) != head}
    if not moved:
        return None
    last = kept[-1] if kept else None
    manifest = {
        "format": FORMAT,
        "number": last.number + 1 if last else 1,
        "made_at": now.isoformat(),
        "previous": last.digest if last else GENESIS,
        "heads": [[*chain, *head] for chain, head in sorted(moved.items())],
    }
    text = json.dumps(manifest, separators=(",", ":"), ensure_ascii=False)
    return Draft(int(manifest["number"]), text, len(moved))  # type: ignore[call-overload]  # it is one


def stamp(drafted: Draft, trust: SigningTrust) -> TimeStamp:
    """Ask for the time stamp; needs no database. Raises Unavailable("timestamp_unavailable")."""
    return pades.time_stamp(drafted.manifest.encode(), trust)


def keep(session: Session, drafted: Draft, stamped: TimeStamp, *, now: datetime) -> AuditCheckpoint:
    """Store a checkpoint. Of two at once the slower meets the number: IntegrityError."""
    row = AuditCheckpoint(
        number=drafted.number,
        made_at=now,
        stamped_at=stamped.at,
        authority=stamped.authority[:300],
        heads=drafted.heads,
        manifest=drafted.manifest,
        token=stamped.token,
    )
    session.add(row)
    session.flush()
    return row


def _heads_now(session: Session) -> Iterator[tuple[Chain, tuple[int, str]]]:
    ends = select(AuditEvent.subject, AuditEvent.subject_id, func.max(AuditEvent.position).label("position")).group_by(
        AuditEvent.subject, AuditEvent.subject_id
    )
    last = ends.subquery()
    query = select(AuditEvent.subject, AuditEvent.subject_id, AuditEvent.position, AuditEvent.hash).join(
        last,
        and_(
            AuditEvent.subject == last.c.subject,
            AuditEvent.subject_id == last.c.subject_id,
            AuditEvent.position == last.c.position,
        ),
    )
    for row in session.execute(query.execution_options(yield_per=500)):
        yield (row.subject, str(row.subject_id)), (row.position, row.hash)


# --- kept here and elsewhere


def stored(session: Session) -> Iterator[Checkpoint]:
    """The checkpoints in the database, in their order."""
    query = select(AuditCheckpoint).order_by(AuditCheckpoint.number)
    for row in session.scalars(query.execution_options(yield_per=20)):
        yield Checkpoint(row.number, row.manifest, row.token)


def last(session: Session) -> AuditCheckpoint | None:
    """The newest checkpoint in the database."""
    return session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.number.desc()).limit(1)).first()


def export_to(folder: Path, checkpoints: Iterable[Checkpoint]) -> int:
    """Write each checkpoint that the folder lacks to a file of its own there; return how many. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for each in checkpoints:
        target = folder / f"checkpoint-{each.number:06d}.json"
        if not target.exists():
            kept = {"number": each.number, "manifest": each.manifest, "token": b64encode(each.token).decode()}
            fresh = target.with_suffix(".new")
            fresh.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
            fresh.replace(target)
            written += 1
    return written


def read_from(folder: Path) -> list[Checkpoint]:
    """The checkpoints kept in a folder. Raises OSError; Invalid("checkpoint_unreadable") for a file that is none."""
    return sorted((_read(path) for path in folder.glob("checkpoint-*.json")), key=lambda each: each.number)


def _read(path: Path) -> Checkpoint:
    try:
        kept = json.loads(path.read_text("utf-8"))
        return Checkpoint(int(kept["number"]), str(kept["manifest"]), b64decode(kept["token"], validate=True))
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("checkpoint_unreadable", file=path.name) from error


# --- judging


def verify(session: Session, checkpoints: Sequence[Checkpoint], trust: SigningTrust) -> Report:
    """Hold the database against the checkpoints, without any network.

    Of each chain only the newest head that a checkpoint names is looked up: that all before it is whole, the chain
    itself shows (``dms.audit.verify``).
    """
    found = [*_of_themselves(checkpoints, trust), *_of_chains(session, checkpoints)]
    return Report(len(checkpoints), _last_stamp(checkpoints, trust), tuple(found))


def heads_in(checkpoints: Iterable[Checkpoint]) -> Heads:
    """The newest head of each chain that the checkpoints name."""
    return {chain: (position, hash_) for chain, position, hash_, _ in _named(checkpoints)}


def _named(checkpoints: Iterable[Checkpoint]) -> Iterator[tuple[Chain, int, str, int]]:
    for each in checkpoints:
        for subject, subject_id, position, hash_ in _manifest(each).get("heads", ()):
            yield (subject, subject_id), position, hash_, each.number


def _of_themselves(checkpoints: Sequence[Checkpoint], trust: SigningTrust) -> Iterator[Contradiction]:
    previous, number = GENESIS, 0
    for each in checkpoints:
        manifest = _manifest(each)
        if not manifest:
            yield Contradiction(each.number, "unreadable")
        elif (manifest.get("previous"), manifest.get("number")) != (previous, number + 1):
            yield Contradiction(each.number, "unlinked")
        if _stamp_of(each, trust) is None:
            yield Contradiction(each.number, "untrue")
        previous, number = each.digest, each.number


def _of_chains(session: Session, checkpoints: Sequence[Checkpoint]) -> Iterator[Contradiction]:
    newest = {chain: (position, hash_, number) for chain, position, hash_, number in _named(checkpoints)}
    for (subject, subject_id), (position, hash_, number) in newest.items():
        found = session.scalar(
            select(AuditEvent.hash).where(
                AuditEvent.subject == subject,
                AuditEvent.subject_id == UUID(subject_id),
                AuditEvent.position == position,
            )
        )
        if found != hash_:
            reason = "truncated" if found is None else "rewritten"
            yield Contradiction(number, reason, subject, subject_id, position)


def _manifest(checkpoint: Checkpoint) -> dict[str, Any]:
    try:
        manifest = json.loads(checkpoint.manifest)
    except ValueError:
        return {}
    heads = manifest.get("heads") if isinstance(manifest, dict) else None
    well_formed = isinstance(heads, list) and all(isinstance(head, list) and len(head) == 4 for head in heads)
    return manifest if well_formed else {}


def _stamp_of(checkpoint: Checkpoint, trust: SigningTrust) -> TimeStamp | None:
    try:
        return pades.read_time_stamp(checkpoint.token, checkpoint.manifest.encode(), trust)
    except Invalid:
        return None


def _last_stamp(checkpoints: Sequence[Checkpoint], trust: SigningTrust) -> TimeStamp | None:
    return _stamp_of(checkpoints[-1], trust) if checkpoints else None
