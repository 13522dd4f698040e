"""Which certificate is whose: bind a key to a person or to an organisation's seal, find it, retire it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from asn1crypto import x509
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from dms import clock
from dms.audit import Trail, record
from dms.documents import intake
from dms.documents.sniff import MediaType
from dms.errors import Conflict, Invalid, NotFound
from dms.people import service as people
from dms.policy import SYSTEM, Actor, Permission, allows, require
from dms.signing import pades
from dms.signing.keys import KeyKind, KeyProvider
from dms.signing.models import Certified, SigningKey
from dms.signing.pades import Holder
from dms.signing.service import SigningDesk


def bind_key(  # noqa: PLR0913 - a key, an owner and a picture; all but the first two are named by the caller
    session: Session,
    desk: SigningDesk,
    *,
    reference: str,
    by: Actor,
    now: datetime,
    provider: KeyKind = KeyKind.PKCS12,
    person_id: UUID | None = None,
    unit_id: UUID | None = None,
    picture: bytes | None = None,
) -> SigningKey:
    """Make a key of this server that of a person, or that of a unit's seal; the owner's earlier key is retired.

    ``picture`` is a PNG with transparent ground: the signature in blue, the seal in red (Decree 30/2020, annex I,
    II.7.d and II.8.a). Raises PermissionDenied, Invalid("key_needs_one_owner", "picture_unusable"),
    Conflict("key_bound_elsewhere"), NotFound("key_missing"), Unavailable("key_unavailable").
    """
    _ensure_administrator(by)
    if (person_id is None) == (unit_id is None):
        raise Invalid("key_needs_one_owner")
    held = desk.keys.held(provider, reference)
    holder = pades.holder_of(held.certificate, held.chain, desk.trust)
    facts = {"provider": provider, "reference": reference, **facts_of(holder, of_person=person_id is not None)}
    facts["picture_digest"] = keep_picture(desk, picture) if picture else None
    return put(session, SigningKey(person_id=person_id, unit_id=unit_id, **facts), by=by, now=now)


def put(session: Session, key: SigningKey, *, by: Actor, now: datetime, tag: str = "bind") -> SigningKey:
    """Make ``key`` its owner's only one; ``tag`` says how it came to be: ``bind`` or ``renew``.

    The caller has judged whether ``by`` may. Raises Conflict("key_bound_elsewhere").
    """
    ensure_free(session, key, person_id=key.person_id, unit_id=key.unit_id)
    for earlier in session.scalars(_living().where(_owned_by(key.person_id, key.unit_id))):
        earlier.retired_at, earlier.retired_by = now, by.person_id
    session.flush()  # first the old one goes: the table lets nobody have two
    key.bound_at, key.bound_by = now, by.person_id
    session.add(key)
    session.flush()
    told = {"key": key.id, "subject": key.subject, "serial": key.serial, "kind": key.provider.value}
    record(session, trail_of(key.person_id, key.unit_id), f"signing:key:{tag}", by=by, now=now, **told)
    return key


def retire_key(session: Session, key_id: UUID, *, by: Actor, now: datetime, reason: str = "") -> SigningKey:
    """Let nobody sign with this key any more; what was signed with it stays valid.

    The person it names may do so, and an administrator. Raises NotFound, PermissionDenied, Conflict.
    """
    key = session.get(SigningKey, key_id)
    if key is None or not _may_retire(key, by):
        _ensure_administrator(by)
        raise NotFound("signing_key_not_found")
    if key.retired_at is not None:
        raise Conflict("signing_key_retired")
    key.retired_at, key.retired_by, key.retired_reason = now, by.person_id, reason.strip() or None
    told = {"key": key.id, "serial": key.serial, "reason": key.retired_reason}
    record(session, trail_of(key.person_id, key.unit_id), "signing:key:retire", by=by, now=now, **told)
    return key


def key_of_person(session: Session, person_id: UUID) -> SigningKey:
    """The key a person signs with. Raises Invalid("signing_key_missing")."""
    key = session.scalars(_living().where(SigningKey.person_id == person_id)).first()
    if key is None:
        raise Invalid("signing_key_missing", person=people.get_person(session, person_id).full_name)
    return key


def keys_of_person(session: Session, person_id: UUID) -> list[SigningKey]:
    """Every key that a person may sign with today, wherever it lies."""
    return list(session.scalars(_living().where(SigningKey.person_id == person_id)))


def seal_key_of_unit(session: Session, unit_id: UUID, *, now: datetime) -> SigningKey:
    """The seal of a body, or of the body that succeeded it. Raises Invalid("seal_key_missing")."""
    day = clock.day_of(now)
    for each in dict.fromkeys((unit_id, people.successor_of(session, unit_id, day))):
        key = session.scalars(_living().where(SigningKey.unit_id == each)).first()
        if key is not None:
            return key
    raise Invalid("seal_key_missing", unit=people.name_on(session, unit_id, day).name)


def keys_of(session: Session) -> list[SigningKey]:
    """Every key that is in use, those that end first at the head."""
    return list(session.scalars(_living().order_by(None).order_by(SigningKey.valid_to)))


def provider_of(desk: SigningDesk, key: SigningKey, *, secret: str | None = None) -> KeyProvider:
    """What signs for ``key``; ``secret`` is the signer's PIN or one-time password where the key asks for one.

    Raises Conflict("signing_key_changed") where another certificate lies under the name now, and what
    ``KeyRing.provider`` raises.
    """
    _ensure_same(desk, key)
    return desk.keys.provider(key.provider, key.reference, secret=secret)


def sign_many(
    desk: SigningDesk, key: SigningKey, attributes: Sequence[bytes], *, secret: str | None = None
) -> list[bytes]:
    """One raw signature for each of ``attributes``, under one authorisation. Raises as ``provider_of``."""
    _ensure_same(desk, key)
    return desk.keys.sign_many(key.provider, key.reference, attributes, secret=secret)


def _ensure_same(desk: SigningDesk, key: SigningKey) -> None:
    held = desk.keys.held(key.provider, key.reference)
    if _sha256(held.certificate) != key.certificate_sha256:
        raise Conflict("signing_key_changed", ref=key.reference)


def picture_of(desk: SigningDesk, key: SigningKey) -> bytes | None:
    """The PNG of the signature or seal, if there is one; it was bounded when it was taken in."""
    if key.picture_digest is None:
        return None
    with intake.open_blob(desk.desk, key.picture_digest) as stream:
        return stream.read()


def ensure_free(session: Session, certified: Certified, *, person_id: UUID | None, unit_id: UUID | None) -> None:
    """Nobody signs with another's certificate, key or identity. Raises Conflict("key_bound_elsewhere").

    A person may hold a body's seal, so an identifier is compared only within its own scheme.
    """
    same = [
        SigningKey.certificate_sha256 == certified.certificate_sha256,
        SigningKey.public_key_sha256 == certified.public_key_sha256,
        *([SigningKey.identifier == certified.identifier] if certified.identifier else []),
    ]
    for other in session.scalars(_living().where(or_(*same))):
        if (other.person_id, other.unit_id) != (person_id, unit_id):
            raise Conflict("key_bound_elsewhere", ref=signers_name(other))


def is_same_holder(key: SigningKey, certified: Certified) -> bool:
    """Whether a new certificate names the holder that an administrator has confirmed once.

    By the subject's identifier and the set of trust anchors, where there is an identifier; else (the state's own
    authority writes none) by issuer and key. Never by name.
    """
    if key.identifier:
        return (key.identifier, key.anchor) == (certified.identifier, certified.anchor)
    return (key.issuer, key.public_key_sha256) == (certified.issuer, certified.public_key_sha256)


def facts_of(holder: Holder, *, of_person: bool) -> dict[str, Any]:
    """The columns of ``Certified`` that a certificate fills."""
    certificate = x509.Certificate.load(holder.certificate)
    return {
        "certificate": holder.certificate,
        "chain": list(holder.chain),
        "certificate_sha256": holder.sha256,
        "public_key_sha256": holder.public_key_sha256,
        "identifier": holder.identifier(of_person=of_person),
        "anchor": holder.anchor,
        "subject": holder.subject,
        "issuer": holder.issuer,
        "serial": holder.serial,
        "valid_from": certificate.not_valid_before,
        "valid_to": certificate.not_valid_after,
    }


def keep_picture(desk: SigningDesk, picture: bytes) -> str:
    """Take in the PNG of a signature or seal and return its digest. Raises Invalid("picture_unusable")."""
    taken = intake.receive(desk.desk, BytesIO(picture), filename="picture.png")
    if taken.media_type is not MediaType.PNG:
        raise Invalid("picture_unusable", field="picture")
    return taken.digest


def trail_of(person_id: UUID | None, unit_id: UUID | None) -> Trail:
    """The chain in which an owner's bindings are recorded."""
    owner = unit_id or person_id
    assert owner is not None  # noqa: S101 - no key is without an owner
    return Trail("unit" if unit_id else "person", owner)


def signers_name(certified: Certified) -> str:
    """The common name in a certificate, for people to read."""
    return pades.name_of(x509.Certificate.load(certified.certificate))


def issuers_name(certified: Certified) -> str:
    """The common name of the authority that issued a certificate; its whole name where it has none."""
    found = x509.Certificate.load(certified.certificate).issuer.native.get("common_name")
    return found if isinstance(found, str) else certified.issuer


def _may_retire(key: SigningKey, by: Actor) -> bool:
    is_own = key.person_id is not None and key.person_id == by.person_id
    return is_own or by is SYSTEM or allows(by, Permission.PEOPLE_ADMINISTER, None)


def _ensure_administrator(by: Actor) -> None:
    if by is not SYSTEM:  # the command line, which needs access to the key folder anyway
        require(by, Permission.PEOPLE_ADMINISTER, None)


def _owned_by(person_id: UUID | None, unit_id: UUID | None) -> ColumnElement[bool]:
    return SigningKey.unit_id == unit_id if unit_id else SigningKey.person_id == person_id


def _living() -> Select[SigningKey]:
    return select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.valid_to.desc())


def _sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
