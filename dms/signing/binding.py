"""Binding a certificate to a person or to a seal: asked for by the person, confirmed by an administrator, dated.

A certificate is examined when it is asked for and again when it is confirmed: purpose, strength, validity, chain to one
of our anchors, revocation. One that names the holder an administrator has confirmed before is bound at once.

To examine asks authorities on the network and writes nothing (``examine``, ``examine_again``); an edge whose database
knows a single writer calls it before it begins to write.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from dms.audit import record
from dms.errors import Conflict, Invalid, NotFound
from dms.people.models import Person
from dms.policy import Actor, Permission, allows, require
from dms.signing import credentials, pades
from dms.signing.keys import SERVER_KINDS, KeyKind
from dms.signing.models import Certified, KeyRequest, RequestOutcome, SigningKey
from dms.signing.pades import Holder
from dms.signing.service import SigningDesk

ENDS_SOON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class KeyWish:
    """What is asked for. A key of this server is named by ``reference``; of any other the ``certificate`` is given.

    ``others`` are certificates that came with it. ``unit_id``: for the seal of this unit instead of the person.
    ``picture``: PNG of the signature or seal.
    """

    provider: KeyKind
    reference: str = ""
    certificate: bytes | None = None
    others: tuple[bytes, ...] = ()
    unit_id: UUID | None = None
    picture: bytes | None = None


def examine(desk: SigningDesk, wish: KeyWish) -> Holder:
    """The certificate that is wished for, if papers may be signed with it today.

    Raises Invalid("key_certificate_not_given") and what ``pades.ensure_bindable`` and ``KeyRing.held`` refuse.
    """
    certificate, others = wish.certificate, wish.others
    if wish.provider in SERVER_KINDS:
        held = desk.keys.held(wish.provider, wish.reference)
        certificate, others = held.certificate, held.chain
    if certificate is None:
        raise Invalid("key_certificate_not_given", field="certificate")
    return pades.ensure_bindable(certificate, others, desk.trust)


def ask(
    session: Session, desk: SigningDesk, wish: KeyWish, examined: Holder, *, by: Actor, now: datetime
) -> KeyRequest:
    """Ask for an examined certificate to be bound. The outcome is already RENEWED where nobody needs to confirm it.

    Raises PermissionDenied (the seal of a unit is asked for from its head's or registrar's seat),
    Conflict("key_bound_elsewhere", "key_asked_already", "key_bound_already").
    """
    facts = credentials.facts_of(examined, of_person=wish.unit_id is None)
    reference = wish.reference if wish.provider in SERVER_KINDS else ""
    whose = {"person_id": by.person_id, "unit_id": wish.unit_id}
    request = KeyRequest(provider=wish.provider, reference=reference, asked_at=now, **whose, **facts)
    require(by, Permission.KEY_OWN, request)
    if request.unit_id is not None:
        require(by, Permission.KEY_SEAL, request)
    _ensure_new(session, request)
    request.picture_digest = credentials.keep_picture(desk, wish.picture) if wish.picture else None
    session.add(request)
    session.flush()
    _tell(session, request, "ask", by=by, now=now)
    earlier = living_key(session, request)
    # A new picture is what others will see on papers: an administrator looks at it first.
    if earlier is not None and wish.picture is None and credentials.is_same_holder(earlier, request):
        request.picture_digest = earlier.picture_digest
        _bind(session, request, RequestOutcome.RENEWED, by=by, now=now)
    return request


def examine_again(session: Session, desk: SigningDesk, request_id: UUID, *, by: Actor) -> None:
    """Look at a certificate once more before it is confirmed: it may have ended or been revoked since."""
    request = _open_request(session, request_id, by=by)
    pades.ensure_bindable(request.certificate, request.chain, desk.trust)


def confirm(session: Session, request_id: UUID, *, by: Actor, now: datetime) -> SigningKey:
    """Bind what was asked for and has been examined again; the owner's earlier key is retired.

    Raises PermissionDenied, NotFound("key_request_not_found"), Conflict("key_request_decided", "key_bound_elsewhere").
    """
    request = _open_request(session, request_id, by=by)
    return _bind(session, request, RequestOutcome.CONFIRMED, by=by, now=now)


def decline(session: Session, request_id: UUID, *, reason: str, by: Actor, now: datetime) -> KeyRequest:
    """Refuse a request; the person reads the reason. Raises Invalid("reason_missing")."""
    request = _open_request(session, request_id, by=by)
    if not reason.strip():
        raise Invalid("reason_missing", field="reason")
    request.reason = reason.strip()
    _decide(session, request, RequestOutcome.DECLINED, by=by, now=now)
    return request


def withdraw(session: Session, request_id: UUID, *, by: Actor, now: datetime) -> KeyRequest:
    """Take back one's own request. Raises NotFound, Conflict("key_request_decided")."""
    request = session.get(KeyRequest, request_id)
    if request is None or request.person_id != by.person_id:
        raise NotFound("key_request_not_found")
    _ensure_open(request)
    _decide(session, request, RequestOutcome.WITHDRAWN, by=by, now=now)
    return request


def living_key(session: Session, request: KeyRequest) -> SigningKey | None:
    """The key that the owner of a request has now."""
    return living_keys(session, [request]).get(request.id)


def living_keys(session: Session, requests: list[KeyRequest]) -> dict[UUID, SigningKey]:
    """The keys that the owners of requests have now, by the request's id; one query."""
    people = {each.person_id for each in requests if each.unit_id is None}
    units = {each.unit_id for each in requests if each.unit_id is not None}
    owners = or_(SigningKey.person_id.in_(people), SigningKey.unit_id.in_(units))
    living = session.scalars(select(SigningKey).where(SigningKey.retired_at.is_(None), owners))
    by_owner = {(key.person_id, key.unit_id): key for key in living}
    owned = ((each.id, by_owner.get(_owner(each))) for each in requests)
    return {request_id: key for request_id, key in owned if key is not None}


def _owner(request: KeyRequest) -> tuple[UUID | None, UUID | None]:
    return (None, request.unit_id) if request.unit_id else (request.person_id, None)


def keys_and_requests(session: Session, by: Actor) -> tuple[list[SigningKey], list[KeyRequest]]:
    """Everything that was ever bound to the actor, and all the actor ever asked for; the newest first."""
    keys = select(SigningKey).where(SigningKey.person_id == by.person_id).order_by(SigningKey.bound_at.desc())
    asked = select(KeyRequest).where(KeyRequest.person_id == by.person_id).order_by(KeyRequest.asked_at.desc())
    return list(session.scalars(keys)), list(session.scalars(asked))


def open_requests(session: Session, *, by: Actor) -> list[KeyRequest]:
    """What waits for an administrator, the oldest first."""
    require(by, Permission.PEOPLE_ADMINISTER, None)
    query = select(KeyRequest).where(KeyRequest.outcome.is_(None)).order_by(KeyRequest.asked_at)
    return list(session.scalars(query.options(joinedload(KeyRequest.person))))


def retired_keys(session: Session, *, by: Actor, most: int = 100) -> list[SigningKey]:
    """The keys that were retired last."""
    require(by, Permission.PEOPLE_ADMINISTER, None)
    query = select(SigningKey).where(SigningKey.retired_at.is_not(None)).order_by(SigningKey.retired_at.desc())
    return list(session.scalars(query.limit(most)))


def free_references(session: Session, desk: SigningDesk, kind: KeyKind) -> list[str]:
    """The keys of this server that nobody signs with yet. Raises what ``KeyRing.references`` raises."""
    taken = select(SigningKey.reference).where(SigningKey.retired_at.is_(None), SigningKey.provider == kind)
    bound = set(session.scalars(taken))
    return [each for each in desk.keys.references(kind) if each not in bound]


def seals_of(by: Actor) -> list[UUID]:
    """The units for whose seal the actor may ask."""
    return [unit_id for unit_id in by.unit_ids if allows(by, Permission.KEY_SEAL, KeyRequest(unit_id=unit_id))]


def _ensure_new(session: Session, request: KeyRequest) -> None:
    person_id, unit_id = _owner(request)
    credentials.ensure_free(session, request, person_id=person_id, unit_id=unit_id)
    same = select(KeyRequest.id).where(
        KeyRequest.outcome.is_(None), KeyRequest.certificate_sha256 == request.certificate_sha256
    )
    if session.scalar(same) is not None:
        raise Conflict("key_asked_already")
    living = living_key(session, request)
    if living is not None and _key_facts(living) == _key_facts(request):
        raise Conflict("key_bound_already")


def _key_facts(certified: Certified) -> tuple[str, KeyKind, str]:
    return certified.certificate_sha256, certified.provider, certified.reference


def _open_request(session: Session, request_id: UUID, *, by: Actor) -> KeyRequest:
    require(by, Permission.PEOPLE_ADMINISTER, None)
    request = session.get(KeyRequest, request_id)
    if request is None:
        raise NotFound("key_request_not_found")
    _ensure_open(request)
    return request


def _ensure_open(request: KeyRequest) -> None:
    if request.outcome is not None:
        raise Conflict("key_request_decided")


def _bind(session: Session, request: KeyRequest, outcome: RequestOutcome, *, by: Actor, now: datetime) -> SigningKey:
    columns = {name: getattr(request, name) for name in Certified.__annotations__}
    person_id, unit_id = _owner(request)
    tag = "renew" if outcome is RequestOutcome.RENEWED else "bind"
    key = SigningKey(person_id=person_id, unit_id=unit_id, **columns)
    request.key_id = credentials.put(session, key, by=by, now=now, tag=tag).id
    _decide(session, request, outcome, by=by, now=now)
    return key


def _decide(session: Session, request: KeyRequest, outcome: RequestOutcome, *, by: Actor, now: datetime) -> None:
    request.outcome, request.decided_at, request.decided_by = outcome, now, by.person_id
    if request.key_id is None:
        _tell(session, request, outcome.value, by=by, now=now, reason=request.reason)


def _tell(session: Session, request: KeyRequest, tag: str, *, by: Actor, now: datetime, **more: object) -> None:
    told = {"request": request.id, "subject": request.subject, "serial": request.serial, **more}
    trail = credentials.trail_of(request.person_id, request.unit_id)
    record(session, trail, f"signing:key:{tag}", by=by, now=now, **told)


def people_of(session: Session, keys: list[SigningKey]) -> dict[UUID, Person]:
    """The persons whom keys name, by id."""
    ids = {key.person_id for key in keys if key.person_id}
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))}
