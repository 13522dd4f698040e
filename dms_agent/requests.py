"""What the service asks to have signed: read from its signed message, and compared with the bytes that the key signs.

The message is a JWS (RFC 7515) with Ed25519; its key was pinned when this computer was paired with the service. A web
page hands it over but cannot alter it. The bytes to be signed are CMS signed attributes (RFC 5652, 5.3): parsed here,
so that no page and no service gets a signature over anything else, such as a log-in or a certificate request.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import jwt
from asn1crypto import core, tsp

from dms_agent.errors import AgentError
from dms_agent.trust import PairedServers

TYPE = "dms-sign-request+jwt"
AUDIENCE = "dms-agent"
MOST_DOCUMENTS = 500
LONGEST_MINUTES = 60
CLOCK_SKEW_SECONDS = 120
_REQUIRED = ("iss", "aud", "jti", "iat", "exp", "nonce", "origin", "signer", "documents")
# Attributes by their object identifiers: which of their names are known depends on what else was imported.
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
DATA = "1.2.840.113549.1.7.1"
_ATTRIBUTES = {CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE_V2, ALGORITHM_PROTECTION}
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Document:
    """One paper: what people see of it, and the DER that the key signs (``attributes``)."""

    id: str
    title: str
    action: str
    capacity: str
    pages: int
    sha256: str
    attributes: bytes


@dataclass(frozen=True, slots=True)
class SignRequest:
    """One to ``MOST_DOCUMENTS`` papers for one signer, one certificate, one PIN; ``claims`` is the message itself."""

    id: str
    nonce: str
    server: str
    origin: str
    expires_at: datetime
    signer: str
    certificate: str
    documents: tuple[Document, ...]
    claims: Mapping[str, Any]


def read(message: str, servers: PairedServers, *, origin: str | None = None) -> SignRequest:
    """Verify a message and everything in it; ``origin`` is that of the page which handed it over, if one did.

    Raises AgentError: server_unknown, request_forged, request_expired, request_not_for_page, request_unreadable,
    attributes_wrong.
    """
    request = from_claims(_verified(message, servers))
    if origin is not None and origin != request.origin:
        raise AgentError("request_not_for_page", origin=origin)
    return request


def from_claims(claims: Mapping[str, Any]) -> SignRequest:
    """The request that verified claims make. Raises AgentError: request_unreadable, attributes_wrong."""
    try:
        return _request(claims)
    except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
        raise AgentError("request_unreadable") from error


def _verified(message: str, servers: PairedServers) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(message)
        server, key = servers.key(str(header.get("kid")))
        claims = jwt.decode(
            message,
            key,
            algorithms=["EdDSA"],
            audience=AUDIENCE,
            issuer=server,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": list(_REQUIRED)},
        )
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
        raise AgentError("request_expired") from error
    except jwt.PyJWTError as error:
        raise AgentError("request_forged") from error
    if header.get("typ") != TYPE or claims["exp"] - claims["iat"] > LONGEST_MINUTES * 60:
        raise AgentError("request_forged")
    return claims


def _request(claims: Mapping[str, Any]) -> SignRequest:
    signer = claims["signer"]
    certificate = _matching(_SHA256, signer["certificate"])
    documents = tuple(_document(item, certificate) for item in claims["documents"])
    if not 1 <= len(documents) <= MOST_DOCUMENTS or len({each.id for each in documents}) != len(documents):
        raise AgentError("request_unreadable")
    return SignRequest(
        id=_text(claims["jti"]),
        nonce=_text(claims["nonce"]),
        server=_text(claims["iss"]),
        origin=_text(claims["origin"]),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        signer=_text(signer["name"]),
        certificate=certificate,
        documents=documents,
        claims=claims,
    )


def _document(item: Mapping[str, Any], certificate: str) -> Document:
    attributes = base64.b64decode(item["attributes"], validate=True)
    ensure_attributes(attributes, digest=bytes.fromhex(_matching(_SHA256, item["digest"])), certificate=certificate)
    return Document(
        id=_text(item["id"]),
        title=_text(item["title"]),
        action=_text(item["action"]),
        capacity=_text(item["capacity"], may_be_empty=True),
        pages=int(item["pages"]),
        sha256=_matching(_SHA256, item["sha256"]),
        attributes=attributes,
    )


def ensure_attributes(der: bytes, *, digest: bytes, certificate: str) -> None:
    """Raise AgentError("attributes_wrong") unless these are signed attributes of a PDF and say just what we were told.

    Nothing but content type, digest, certificate and algorithm may stand in them, each once; the digest is that of the
    document, the certificate (ESS signing-certificate-v2, RFC 5035) that of the signer.
    """
    try:
        attributes = _Attributes.load(der, strict=True)
        values = {item["type"].native: item["values"] for item in attributes}
        is_right = (
            attributes.dump(force=True) == der
            and len(values) == len(attributes)
            and values.keys() <= _ATTRIBUTES
            and _single(values[CONTENT_TYPE]).parse(core.ObjectIdentifier).native == DATA
            and _single(values[MESSAGE_DIGEST]).parse(core.OctetString).native == digest
            and _certificate_in(_single(values[SIGNING_CERTIFICATE_V2])) == certificate
        )
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise AgentError("attributes_wrong") from error
    if not is_right:
        raise AgentError("attributes_wrong")


class _Attribute(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields: ClassVar = [("type", core.ObjectIdentifier), ("values", core.SetOf, {"spec": core.Any})]


class _Attributes(core.SetOf):  # type: ignore[misc]  # the same
    _child_spec = _Attribute


def _certificate_in(value: core.Any) -> str:
    (named,) = tsp.SigningCertificateV2.load(value.dump(), strict=True)["certs"]
    if named["hash_algorithm"]["algorithm"].native != "sha256":
        raise ValueError("not named by SHA-256")
    return str(named["cert_hash"].native.hex())


def _single(values: core.SetOf) -> core.Any:
    (value,) = values
    return value


def _matching(pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"not of the form {pattern.pattern}")
    return value


def _text(value: str, *, may_be_empty: bool = False) -> str:
    """A line that people read: no control character in it can draw another line or colour on their terminal."""
    if not isinstance(value, str) or len(value) > 1000 or not (value or may_be_empty):
        raise ValueError("not a text")
    return "".join(each if each.isprintable() else " " for each in value)
