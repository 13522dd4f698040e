"""Which certificate is whose: bind a key to a person or to an organisation's seal, find it, retire it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from uuid import UUID

from asn1crypto import x509
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dms import clock
from dms.audit import Trail, record
from dms.documents import intake
from dms.documents.sniff import MediaType
from dms.errors import Conflict, Invalid, NotFound
from dms.people import service as people
from dms.policy import SYSTEM, Actor, Permission, require
from dms.signing import pades
from dms.signing.keys import KeyKind, KeyProvider
from dms.signing.models import SigningKey
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
    _ensure_free(session, held.certificate, person_id, unit_id)
    _retire_earlier(session, person_id, unit_id, now=now)
    key = SigningKey(
        person_id=person_id,
        unit_id=unit_id,
        provider=provider,
        reference=reference,
        picture_digest=_keep_picture(desk, picture) if picture else None,
        **_facts(held.certificate, pades.chain_of(held.certificate, held.chain, desk.trust)),
    )
    session.add(key)
    session.flush()
    told = {"key": key.id, "subject": key.subject, "serial": key.serial}
    record(session, _trail(key), "signing:key:bind", by=by, now=now, **told)
    return key


def retire_key(session: Session, key_id: UUID, *, by: Actor, now: datetime) -> SigningKey:
    """Let nobody sign with this key any more; what was signed with it stays valid. Raises NotFound, Conflict."""
    _ensure_administrator(by)
    key = session.get(SigningKey, key_id)
    if key is None:
        raise NotFound("signing_key_not_found")
    if key.retired_at is not None:
        raise Conflict("signing_key_retired")
    key.retired_at = now
    record(session, _trail(key), "signing:key:retire", by=by, now=now, key=key.id, serial=key.serial)
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


def _ensure_administrator(by: Actor) -> None:
    if by is not SYSTEM:  # the command line, which needs access to the key folder anyway
        require(by, Permission.PEOPLE_ADMINISTER, None)


def _ensure_free(session: Session, certificate: bytes, person_id: UUID | None, unit_id: UUID | None) -> None:
    other = session.scalars(_living().where(SigningKey.certificate_sha256 == _sha256(certificate))).first()
    if other is not None and (other.person_id, other.unit_id) != (person_id, unit_id):
        raise Conflict("key_bound_elsewhere", ref=other.reference)


def _retire_earlier(session: Session, person_id: UUID | None, unit_id: UUID | None, *, now: datetime) -> None:
    owner = SigningKey.person_id == person_id if person_id else SigningKey.unit_id == unit_id
    for earlier in session.scalars(_living().where(owner)):
        earlier.retired_at = now


def _keep_picture(desk: SigningDesk, picture: bytes) -> str:
    taken = intake.receive(desk.desk, BytesIO(picture), filename="picture.png")
    if taken.media_type is not MediaType.PNG:
        raise Invalid("picture_unusable")
    return taken.digest


def _facts(der: bytes, chain: tuple[bytes, ...]) -> dict[str, object]:
    certificate = x509.Certificate.load(der)
    return {
        "certificate": der,
        "chain": list(chain),
        "certificate_sha256": _sha256(der),
        "subject": certificate.subject.human_friendly[:500],
        "issuer": certificate.issuer.human_friendly[:500],
        "serial": f"{certificate.serial_number:x}",
        "valid_from": certificate.not_valid_before,
        "valid_to": certificate.not_valid_after,
    }


def _living() -> Select[SigningKey]:
    return select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.valid_to.desc())


def _trail(key: SigningKey) -> Trail:
    return Trail("person", key.person_id) if key.person_id else Trail("unit", _unit_of(key))


def _unit_of(key: SigningKey) -> UUID:
    assert key.unit_id is not None  # noqa: S101 - bind_key lets no key be without an owner
    return key.unit_id


def _sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
