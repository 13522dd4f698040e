"""Work a batch: prepare all, ask the key, finish all; each document all or nothing, in transactions of its own.

The halves of a signature are computed by a crew of processes; keys and rows are this process's own. A document that is
refused stops no other. A key that refuses stops everything: a second wrong PIN could lock a token. So does an authority
that refused three times in a row, since the next will fare no better. After a crash the items that have no result are
open again; a result is written in the very transaction that makes the signed version, so nothing is signed twice.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dms import clock
from dms.errors import Conflict, DomainError, Invalid, Unavailable
from dms.people import service as people
from dms.policy import Actor, Presence
from dms.signing import signatures
from dms.signing.batch import service
from dms.signing.batch.crew import Act, Crew, Question, Reply, Workplace
from dms.signing.batch.models import BatchItem, SigningBatch
from dms.signing.keys import SERVER_KINDS, KeyKind
from dms.signing.models import PendingSignature, SigningKey
from dms.signing.service import SigningDesk
from dms.signing.signatures import Made, Transaction

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(seconds=60)
UNANSWERED_IN_A_ROW: Final = 3
_TRIES: Final = 3
_LOOK_SECONDS: Final = 0.5
# The key itself is at fault, wherever this comes to light.
KEY_FAILURES: Final = frozenset(
    {"signature_not_by_certificate", "signing_key_changed", "signing_key_retired", "key_missing", "key_unavailable"}
)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, in a form that goes to another process: rights and seats are looked up anew all the time."""

    person_id: UUID
    presence: Presence

    def actor(self, session: Session, now: datetime) -> Actor:
        """The person with the rights of this moment, or of a second ago: looking them up takes a while.

        The seat itself, and a delegation's end with it, is looked up for each document by ``ensure_turn``.
        """
        kept, at = _SEEN.get(self.person_id, (None, _LONG_AGO))
        if kept is None or not timedelta(0) <= now - at <= _SECOND:
            kept = people.actor_of(session, self.person_id, clock.day_of(now))
            _SEEN[self.person_id] = kept, now
        return replace(kept, presence=self.presence)


_SEEN: dict[UUID, tuple[Actor, datetime]] = {}
_SECOND, _LONG_AGO = timedelta(seconds=1), datetime.min.replace(tzinfo=UTC)


def _draft(place: Workplace, signer: Signer, step_id: UUID, shown_digest: str) -> PendingSignature:
    now = clock.now()
    with place.reading() as session:
        by = signer.actor(session, now)
        return signatures.draft(session, place.desk, step_id, shown_digest=shown_digest, by=by, now=now)


def _make(place: Workplace, signer: Signer, pending_id: UUID, raw: bytes) -> Made:
    now = clock.now()
    with place.reading() as session:
        by = signer.actor(session, now)
        return signatures.make(session, place.desk, pending_id, raw, by=by, now=now)


DRAFT, MAKE = "draft", "make"
ACTS: Final[dict[str, Act]] = {DRAFT: _draft, MAKE: _make}


@dataclass(frozen=True, slots=True)
class Office:
    """What a run needs: the desk with the keys, sessions to read and to write, a crew to ask, its own name.

    ``secret`` is the PIN or one-time password that the signer typed for this batch; it is in this memory only.
    """

    desk: SigningDesk
    reading: Callable[[], Session]
    writing: Transaction
    crew: Crew
    worker: str
    secret: str | None = None


def run_batch(office: Office, batch_id: UUID) -> None:
    """Work a batch that ``service.take`` gave us until nothing is open, or until it is stopped or cancelled."""
    _Run(office, batch_id).work()


@dataclass
class _Waiting:
    """An item on its way, without its row."""

    item_id: UUID
    step_id: UUID
    shown_digest: str


@dataclass
class _Run:
    office: Office
    batch_id: UUID
    signer: Signer = field(init=False)
    open: deque[_Waiting] = field(init=False)
    answered: deque[tuple[UUID, UUID, bytes]] = field(default_factory=deque)  # item, pending, raw signature
    gathered: list[tuple[UUID, UUID]] = field(default_factory=list)  # item, pending: for one authorisation together
    in_hand: int = 0
    drafts_in_hand: int = 0
    unanswered: int = 0
    looked: float = 0.0
    renewed: float = field(default_factory=time.monotonic)
    ended: bool = False

    def __post_init__(self) -> None:
        with self.office.reading() as session:
            batch = session.get_one(SigningBatch, self.batch_id)
            self.signer = Signer(batch.person_id, Presence.from_json(batch.presence))
            items = [item for item in batch.items if item.is_open]
            self.open = deque(
                _Waiting(item.id, item.step_id, item.shown_digest) for item in items if item.asked_at is None
            )
            self.answered.extend(
                (item.id, item.pending_id, item.answer) for item in items if item.pending_id and item.answer
            )

    def work(self) -> None:
        while self._feed():
            replies = self.office.crew.replies(patience=_LOOK_SECONDS)
            drafts = [reply for reply in replies if reply.act == DRAFT]
            self.in_hand -= len(replies)
            self.drafts_in_hand -= len(drafts)
            self._take_drafts(drafts)
            for reply in replies:
                if reply.act == MAKE:
                    self._take_made(reply)

    # --- handing out

    def _feed(self) -> bool:
        """Give the crew what it can take, second halves first; False when nothing is left to wait for."""
        self._look()
        crew = self.office.crew
        while crew.free and (question := self._next()):
            crew.ask(question)
            self.in_hand += 1
            self.drafts_in_hand += question.act == DRAFT
        return self.in_hand > 0

    def _next(self) -> Question | None:
        if self.answered:
            item_id, pending_id, raw = self.answered.popleft()
            return Question(item_id, MAKE, (self.signer, pending_id, raw))
        if self.open and not self.ended:
            waiting = self.open.popleft()
            return Question(waiting.item_id, DRAFT, (self.signer, waiting.step_id, waiting.shown_digest))
        return None

    def _look(self) -> None:
        """Now and then: has the signer cancelled? And tell other workers that we are still at it."""
        now = time.monotonic()
        if now - self.looked < _LOOK_SECONDS:
            return
        self.looked = now
        with self.office.reading() as session:
            batch = session.get_one(SigningBatch, self.batch_id)
            self.ended = self.ended or batch.cancelled_at is not None or batch.leased_by != self.office.worker
        if now - self.renewed > LEASE.total_seconds() / 4 and not self.ended:
            self.renewed = now
            with self.office.writing() as session:
                session.get_one(SigningBatch, self.batch_id).leased_until = clock.now() + LEASE

    # --- first halves

    def _take_drafts(self, replies: list[Reply]) -> None:
        """Pin what was prepared and ask the key; it is asked one after the other and stops at its first refusal."""
        for reply in replies:
            if reply.error is not None:
                self._refuse(reply.ticket, reply.error)
        for reply in replies:
            if reply.error is None and not self.ended:  # else prepared in vain: nothing is signed, the item stays open
                self._pin(reply.ticket, reply.value)
        all_drafted = not self.open and self.drafts_in_hand == 0
        if self.gathered and all_drafted and not self.ended:
            self._ask_together()

    def _pin(self, item_id: Any, drafted: PendingSignature) -> None:
        with self.office.writing() as session:
            pending_id = signatures.pend(session, drafted).id
            item, key = session.get_one(BatchItem, item_id), session.get_one(SigningKey, drafted.key_id)
            kind, item.pending_id = key.provider, pending_id
            if kind is KeyKind.AGENT:
                item.asked_at = clock.now()
        if kind is KeyKind.PKCS12:
            self._ask_at_once(item_id, pending_id)
        elif kind in SERVER_KINDS:
            self.gathered.append((item_id, pending_id))
        elif kind is not KeyKind.AGENT:
            self._refuse(item_id, Invalid("key_signs_singly"))

    def _ask_at_once(self, item_id: UUID, pending_id: UUID) -> None:
        """A key that lies open in this process costs nothing to ask, so no other document waits for this one."""
        try:
            with self.office.reading() as session:
                raw = signatures.answer(session, self.office.desk, pending_id)
        except DomainError as error:
            self._stop(error)
        else:
            self.answered.append((item_id, pending_id, raw))

    def _ask_together(self) -> None:
        """One authorisation for all that were prepared: a token is logged into once, a remote service asks once."""
        gathered, self.gathered = self.gathered, []
        pending_ids = [pending_id for _, pending_id in gathered]
        try:
            with self.office.reading() as session:
                raws = signatures.answers(session, self.office.desk, pending_ids, secret=self.office.secret)
        except DomainError as error:
            self._stop(error)
        else:
            self.answered.extend((*each, raw) for each, raw in zip(gathered, raws, strict=True))

    # --- second halves

    def _take_made(self, reply: Reply) -> None:
        if reply.error is not None:
            self._refuse(reply.ticket, reply.error)
            return
        try:
            self._keep(reply.ticket, reply.value)
            self.unanswered = 0
        except DomainError as error:
            self._refuse(reply.ticket, error)
        except SQLAlchemyError as error:
            log.warning("batch_keep_failed", item=str(reply.ticket), error=repr(error))
            self._refuse(reply.ticket, Unavailable("signing_worker_failed"))

    def _keep(self, item_id: Any, made: Made) -> None:
        """Make the file the next version and mark the item, both or neither.

        Somebody else may write into the same chain at the same moment; then the whole transaction is made once more,
        and only if the paper itself has moved does ``keep`` say so again.
        """
        for _ in range(_TRIES - 1):
            try:
                self._keep_once(item_id, made)
            except (SQLAlchemyError, Conflict) as error:
                log.info("batch_keep_again", item=str(item_id), error=type(error).__name__)
            else:
                return
        self._keep_once(item_id, made)

    def _keep_once(self, item_id: Any, made: Made) -> None:
        with self.office.writing() as session:
            now = clock.now()
            item = session.get_one(BatchItem, item_id)
            if item.signed_at is None:
                by = self.signer.actor(session, now)
                kept = signatures.keep(session, made, by=by, now=now)
                item.version_id, item.signed_at = kept.version_id, now

    # --- refusals

    def _refuse(self, item_id: Any, error: DomainError) -> None:
        may_retry = isinstance(error, Unavailable)
        with self.office.writing() as session:
            item = session.get_one(BatchItem, item_id)
            if not item.is_open:
                return  # another worker was faster, and it is signed
            item.refused_at, item.refused_code, item.may_retry = clock.now(), error.code, may_retry
            item.refused_params, item.pending_id = _plain(error.params), None
        self.unanswered = self.unanswered + 1 if may_retry else 0
        if error.code in KEY_FAILURES or self.unanswered >= UNANSWERED_IN_A_ROW:
            self._stop(error)

    def _stop(self, error: DomainError) -> None:
        """Try nothing more; the workers complete what the key has already answered."""
        self.ended = True
        with self.office.writing() as session:
            service.stop(session, self.batch_id, error.code, _plain(error.params), now=clock.now())
        log.warning("batch_stopped", batch=str(self.batch_id), code=error.code)


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    """The fields of a refusal as JSON keeps them."""
    return {name: value if isinstance(value, int | list | None) else str(value) for name, value in params.items()}
