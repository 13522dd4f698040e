"""The appraiser's letter to the body that decides: drafted from what has passed, signed, seen beside the decision.

One letter covers every nominee of a scheme who was put forward, whose dossier has passed, and whom no earlier letter
named. Where a campaign names no hand-over of the appraiser, no letter is foreseen (P12, P22).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from dms import clock
from dms.appraisal import listing, submission_paper
from dms.appraisal.letter import LetterState
from dms.appraisal.models import AppraisalLetter, AppraisalLetterItem, Consolidation, ConsolidationEntry
from dms.audit import Trail, record
from dms.campaigns import service as campaigns
from dms.campaigns.models import CampaignRevision
from dms.campaigns.spec import HandOver, Scheme
from dms.campaigns.vocabulary import DeadlineKind, Side
from dms.documents import service as documents
from dms.documents.models import DocumentKind, Origin
from dms.documents.service import Desk
from dms.dossiers import parties
from dms.dossiers.models import Dossier, Nominee
from dms.errors import Conflict, Invalid, NotFound
from dms.people import service as people
from dms.people.models import Unit
from dms.policy import Actor, Permission, Role, Status, allows, require, where
from dms.signing import placement
from dms.signing import service as signing
from dms.signing.models import RouteOutcome, SigningRoute
from dms.signing.service import RoutePlan, SigningDesk

_SETTLED = frozenset({LetterState.WITH_SIGNERS, LetterState.SIGNED})


@dataclass(frozen=True, slots=True)
class Matter:
    """What one letter is about: a scheme of a revision, before one conferring body."""

    revision: CampaignRevision
    scheme: Scheme
    appraiser_id: UUID
    conferrer_id: UUID

    @property
    def hand_over(self) -> HandOver | None:
        """The paper by which the appraiser hands over, as the campaign file says."""
        return next((each for each in self.scheme.hand_overs if each.sent_by is Side.APPRAISER), None)


@dataclass(frozen=True, slots=True)
class Tray:
    """A matter on the appraiser's desk: who waits for a letter, the letter being made, those that were signed."""

    matter: Matter
    waiting: tuple[ConsolidationEntry, ...]
    current: AppraisalLetter | None
    state: LetterState
    sent: tuple[AppraisalLetter, ...]


def trail_of(letter: AppraisalLetter) -> Trail:
    """The chain in which everything about the letter is recorded."""
    return Trail("appraisal", letter.id)


# --- find


def get(session: Session, letter_id: UUID, *, by: Actor) -> AppraisalLetter:
    """Return a letter that the actor may read. Raises NotFound."""
    found = session.get(AppraisalLetter, letter_id)
    if found is None or not allows(by, Permission.APPRAISAL_READ, found):
        raise NotFound("appraisal_letter_not_found")
    return found


def trays(session: Session, *, by: Actor) -> list[Tray]:
    """The matters on the desk of the actor's unit in which somebody waits or a letter was made."""
    passed = _passed(session, where(by, Permission.APPRAISAL_READ, Consolidation), _of_desk(by))
    letters = list(session.scalars(_living().where(where(by, Permission.APPRAISAL_EDIT, AppraisalLetter))))
    states = _states(session, letters)
    keys = dict.fromkeys([*(_key(each.consolidation) for each in passed), *(_key(letter) for letter in letters)])
    return [_tray(_matter(session, key), passed, letters, states) for key in keys]


def find_matter(session: Session, revision_id: UUID, scheme_code: str, conferrer_id: UUID, *, by: Actor) -> Matter:
    """The matter on the actor's desk with these marks. Raises NotFound("appraisal_letter_not_found")."""
    wanted = (revision_id, scheme_code, conferrer_id)
    for tray in trays(session, by=by):
        if (tray.matter.revision.id, tray.matter.scheme.code, tray.matter.conferrer_id) == wanted:
            return tray.matter
    raise NotFound("appraisal_letter_not_found")


def of_nominees(
    session: Session, nominee_ids: Iterable[UUID], *, by: Actor
) -> list[tuple[AppraisalLetter, LetterState]]:
    """The letters that name any of the nominees, with their states, newest first; those the actor may read."""
    query = (
        _living()
        .join(AppraisalLetter.items)
        .where(AppraisalLetterItem.nominee_id.in_(set(nominee_ids)))
        .where(where(by, Permission.APPRAISAL_READ, AppraisalLetter))
        .distinct()
    )
    letters = list(session.scalars(query))
    states = _states(session, letters)
    return [(letter, states[letter.id]) for letter in letters]


# --- the letter


def draft(session: Session, desk: Desk, matter: Matter, *, by: Actor, now: datetime) -> AppraisalLetter:
    """Write the letter about everybody who waits, as a DOCX version; a PDF follows by itself (P12, P22).

    Raises PermissionDenied, Conflict("appraisal_letter_not_foreseen"), Invalid("appraisal_nobody_waits").
    """
    hand_over = matter.hand_over
    if hand_over is None:
        raise Conflict("appraisal_letter_not_foreseen")
    fresh = AppraisalLetter(
        revision_id=matter.revision.id,
        scheme_code=matter.scheme.code,
        appraiser_id=matter.appraiser_id,
        conferrer_id=matter.conferrer_id,
        opened_at=now,
    )
    require(by, Permission.APPRAISAL_EDIT, fresh)
    begun = _being_made(session, _key(fresh))
    entries = waiting(session, begun or fresh)
    if not entries:
        raise Invalid("appraisal_nobody_waits")
    letter = begun or _open(session, fresh, hand_over, now=now)
    content = submission_paper.letter(session, letter, entries, now=now)
    with BytesIO(content) as source:
        intake = documents.receive(desk, source, filename=f"{hand_over.title[:120]}.docx")
    trail = trail_of(letter)
    version = documents.add_version(
        session, letter.document_id, intake, origin=Origin.DRAFTED, trail=trail, by=by, now=now
    )
    _name(letter, [entry.nominee_id for entry in entries])
    told = {"document": letter.document_id, "version": version.number, "nominees": [str(e.nominee_id) for e in entries]}
    record(session, trail, "appraisal:letter:draft", by=by, now=now, **told)
    return letter


def send_for_signature(
    session: Session, desk: SigningDesk, letter_id: UUID, *, by: Actor, now: datetime
) -> SigningRoute:
    """Put the letter on the route that the campaign sets for the appraiser's hand-over (P22, P25).

    Raises PermissionDenied, NotFound, Conflict("appraisal_letter_stale", "appraisal_letter_settled"),
    Invalid("route_needs_pdf").
    """
    letter = get(session, letter_id, by=by)
    require(by, Permission.APPRAISAL_EDIT, letter)
    state = state_of(session, letter)
    if state is not LetterState.DRAFTED:
        raise Conflict("appraisal_letter_stale" if state is LetterState.STALE else "appraisal_letter_settled")
    return placement.start(session, desk, letter.document, _plan(session, letter, now=now), by=by, now=now)


def take_back(session: Session, letter_id: UUID, *, reason: str, by: Actor, now: datetime) -> AppraisalLetter:
    """Give a letter up: those whom it names wait for another one. The paper and its signatures stay in the record.

    Raises PermissionDenied, NotFound, Invalid("reason_missing"), Conflict("appraisal_letter_settled") once it is signed
    and a decision rests on it.
    """
    letter = get(session, letter_id, by=by)
    require(by, Permission.APPRAISAL_EDIT, letter)
    if not reason.strip():
        raise Invalid("reason_missing")
    is_signed = _states(session, [letter])[letter.id] is LetterState.SIGNED
    if letter.given_up_at is not None or (is_signed and _is_decided(session, letter)):
        raise Conflict("appraisal_letter_settled")
    route = signing.open_route_of(session, letter.document_id)
    record(session, trail_of(letter), "appraisal:letter:take_back", by=by, now=now, reason=reason.strip())
    if route is not None:
        signing.close_route(session, route, RouteOutcome.RECALLED, now=now)
    letter.given_up_at = now
    session.flush()
    return letter


def state_of(session: Session, letter: AppraisalLetter) -> LetterState:
    """How far a letter is; ``STALE`` when others wait than those whom it names."""
    state = _states(session, [letter])[letter.id]
    if state is LetterState.DRAFTED and _named(letter) != {entry.nominee_id for entry in waiting(session, letter)}:
        return LetterState.STALE
    return state


def waiting(session: Session, letter: AppraisalLetter) -> list[ConsolidationEntry]:
    """Who waits for this letter: put forward, passed, and named in no other letter that is signed or being signed."""
    others = [each for each in session.scalars(_living()) if each is not letter]
    passed = _passed(session, Consolidation.revision_id == letter.revision_id)
    return _uncovered(passed, _key(letter), others, _states(session, others))


# --- steps

_Key = tuple[UUID, str, UUID, UUID]


def _key(of: Consolidation | AppraisalLetter) -> _Key:
    return of.revision_id, of.scheme_code, of.appraiser_id, of.conferrer_id


def _matter(session: Session, key: _Key) -> Matter:
    revision_id, scheme_code, appraiser_id, conferrer_id = key
    revision = campaigns.get_revision(session, revision_id)
    return Matter(revision, campaigns.scheme_of(revision, scheme_code), appraiser_id, conferrer_id)


def _tray(
    matter: Matter,
    passed: Sequence[ConsolidationEntry],
    letters: Sequence[AppraisalLetter],
    states: Mapping[UUID, LetterState],
) -> Tray:
    key = (matter.revision.id, matter.scheme.code, matter.appraiser_id, matter.conferrer_id)
    mine = [letter for letter in letters if _key(letter) == key]
    open_ones = [letter for letter in mine if states[letter.id] is not LetterState.SIGNED]
    sent = tuple(letter for letter in mine if states[letter.id] is LetterState.SIGNED)
    current = open_ones[0] if open_ones else None
    left = tuple(_uncovered(passed, key, letters, states))
    return Tray(matter, left, current, _state(matter, current, left, states), sent)


def _state(
    matter: Matter,
    current: AppraisalLetter | None,
    left: Sequence[ConsolidationEntry],
    states: Mapping[UUID, LetterState],
) -> LetterState:
    if matter.hand_over is None:
        return LetterState.NOT_NEEDED
    if current is None:
        return LetterState.MISSING
    is_stale = states[current.id] is LetterState.DRAFTED and _named(current) != {each.nominee_id for each in left}
    return LetterState.STALE if is_stale else states[current.id]


def _passed(session: Session, *conditions: ColumnElement[bool]) -> list[ConsolidationEntry]:
    """Who was put forward and whose dossier has passed, collectives first, by rank; a few queries."""
    query = (
        select(ConsolidationEntry)
        .join(ConsolidationEntry.consolidation)
        .join(ConsolidationEntry.nominee)
        .join(Nominee.dossier)
        .where(ConsolidationEntry.selected, Nominee.removed_at.is_(None), Dossier.status == Status.APPRAISED)
        .where(*conditions)
        .options(
            contains_eager(ConsolidationEntry.consolidation),
            contains_eager(ConsolidationEntry.nominee).selectinload(Nominee.scores),
            contains_eager(ConsolidationEntry.nominee, Nominee.dossier)
            .selectinload(Dossier.unit)
            .selectinload(Unit.names),
        )
        .order_by(Nominee.kind, ConsolidationEntry.rank)
    )
    return list(session.scalars(query))


def _of_desk(by: Actor) -> ColumnElement[bool]:
    return Consolidation.appraiser_id.in_(by.units_as(Role.APPRAISER))


def _uncovered(
    passed: Iterable[ConsolidationEntry],
    key: _Key,
    letters: Iterable[AppraisalLetter],
    states: Mapping[UUID, LetterState],
) -> list[ConsolidationEntry]:
    settled = [each for each in letters if _key(each) == key and states[each.id] in _SETTLED]
    covered = {nominee_id for letter in settled for nominee_id in _named(letter)}
    return [each for each in passed if _key(each.consolidation) == key and each.nominee_id not in covered]


def _living() -> Select[AppraisalLetter]:
    """Letters that were not given up, the newest first, with their items and papers."""
    query = select(AppraisalLetter).where(AppraisalLetter.given_up_at.is_(None))
    loaded = (selectinload(AppraisalLetter.items), selectinload(AppraisalLetter.document))
    return query.options(*loaded).order_by(AppraisalLetter.opened_at.desc())


def _named(letter: AppraisalLetter) -> set[UUID]:
    return {item.nominee_id for item in letter.items}


def _states(session: Session, letters: Sequence[AppraisalLetter]) -> dict[UUID, LetterState]:
    """How far each letter is by its newest route; one query."""
    routes = signing.latest_routes(session, [letter.document_id for letter in letters])
    return {letter.id: _by_route(routes.get(letter.document_id)) for letter in letters}


def _by_route(route: SigningRoute | None) -> LetterState:
    if route is None:
        return LetterState.DRAFTED
    if route.closed_at is None:
        return LetterState.WITH_SIGNERS
    return LetterState.SIGNED if route.outcome is RouteOutcome.COMPLETED else LetterState.DRAFTED


def _being_made(session: Session, key: _Key) -> AppraisalLetter | None:
    """The letter of a matter that is neither signed nor with the signers."""
    living = [letter for letter in session.scalars(_living()) if _key(letter) == key]
    states = _states(session, living)
    return next((letter for letter in living if states[letter.id] not in _SETTLED), None)


def _open(session: Session, letter: AppraisalLetter, hand_over: HandOver, *, now: datetime) -> AppraisalLetter:
    name = people.name_on(session, letter.appraiser_id, clock.day_of(now))
    letter.document = documents.create_document(
        session,
        unit_id=letter.appraiser_id,
        kind=DocumentKind.SUBMISSION_LETTER,
        title=hand_over.title,
        symbol=f"TTr-{name.symbol}",
    )
    session.add(letter)
    session.flush()
    return letter


def _name(letter: AppraisalLetter, nominee_ids: Sequence[UUID]) -> None:
    """Let the letter name exactly these nominees; who stays keeps the row."""
    letter.items = [
        *(item for item in letter.items if item.nominee_id in nominee_ids),
        *(AppraisalLetterItem(nominee_id=each) for each in nominee_ids if each not in _named(letter)),
    ]


def _plan(session: Session, letter: AppraisalLetter, *, now: datetime) -> RoutePlan:
    day, matter = clock.day_of(now), _matter(session, _key(letter))
    hand_over, spec = matter.hand_over, campaigns.spec_of(matter.revision)
    if hand_over is None:
        raise Conflict("appraisal_letter_not_foreseen")
    deadline = listing.deadline_of(matter.scheme, DeadlineKind.TO_CHAIR)
    bodies = {side: unit for side in Side if (unit := parties.body_unit(session, spec, side, day))}
    return RoutePlan(
        title=hand_over.title,
        stages=hand_over.route,
        units={**bodies, Side.OWN: letter.appraiser_id, Side.APPRAISER: letter.appraiser_id},
        trail=trail_of(letter),
        place=people.name_on(session, letter.appraiser_id, day).name[:100],
        due_on=deadline.before - timedelta(days=1) if deadline else None,
    )


def _is_decided(session: Session, letter: AppraisalLetter) -> bool:
    """Whether an award has followed for anybody whom the letter names."""
    query = (
        select(Dossier.id)
        .join(Nominee, Nominee.dossier_id == Dossier.id)
        .where(Nominee.id.in_(_named(letter)), Dossier.status.in_((Status.DECIDED, Status.ARCHIVED)))
    )
    return session.scalars(query.limit(1)).first() is not None
