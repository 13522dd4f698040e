"""Certificates: whether one may sign today, and whether a raw signature was made with its key."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    PathBuildingError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath

from dms.errors import DomainError, Invalid, Unavailable
from dms.signing.pades.trust import SigningTrust, load_certificate

# The first row that fits decides. What fits none but is a validation error is a chain we do not trust.
_REFUSALS: tuple[tuple[type[Exception], Callable[[str], DomainError]], ...] = (
    (RevokedError, lambda subject: Invalid("certificate_revoked", subject=subject)),
    (ExpiredError, lambda subject: Invalid("certificate_expired", subject=subject)),
    (NotYetValidError, lambda subject: Invalid("certificate_not_yet_valid", subject=subject)),
    (InsufficientRevinfoError, lambda subject: Unavailable("revocation_unavailable", subject=subject)),
    (DisallowedAlgorithmError, lambda subject: Invalid("certificate_unusable", subject=subject)),
    (PathBuildingError, lambda subject: Invalid("certificate_untrusted", subject=subject)),
    (ValidationError, lambda subject: Invalid("certificate_untrusted", subject=subject)),
)
_LONGEST_CHAIN = 5
_ALGORITHMS = {"rsa": "sha256_rsa", "ec": "sha256_ecdsa"}


def parse_certificate(der: bytes) -> x509.Certificate:
    """The certificate; Invalid("certificate_unusable") if the bytes are none."""
    try:
        certificate = load_certificate(der)
        certificate.native  # noqa: B018 - parses every part now, so that nothing fails later
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid("certificate_unusable", subject="?") from error
    return certificate


def signature_algorithm(certificate: x509.Certificate) -> str:
    """``sha256_rsa`` or ``sha256_ecdsa``; any other kind of key is refused as ``certificate_unusable``."""
    try:
        return _ALGORITHMS[certificate.public_key.algorithm]
    except KeyError as error:
        raise Invalid("certificate_unusable", subject=name_of(certificate)) from error


def signature_size(certificate: x509.Certificate) -> int:
    """The most bytes that a raw signature with this certificate's key can take."""
    size: int = certificate.public_key.bit_size
    return 16 + 2 * -(-size // 8) if certificate.public_key.algorithm == "ec" else -(-size // 8)


def name_of(certificate: x509.Certificate) -> str:
    """The common name, for people to read; never used to decide who someone is."""
    return _one(certificate.subject.native.get("common_name")) or ""


def uid_of(certificate: x509.Certificate) -> str | None:
    """The subject's UID (``CCCD:…``, ``MST:…``); None if there is none, or more than one to choose from."""
    return _one(certificate.subject.native.get("user_id"))


def chain_of(certificate: bytes, known: Sequence[bytes], trust: SigningTrust) -> tuple[bytes, ...]:
    """The certificates between ``certificate`` and a root (without it), out of ``known`` and those we trust anyway."""
    issuers = [*map(parse_certificate, known), *trust.intermediates]
    chain: list[x509.Certificate] = []
    current: x509.Certificate | None = parse_certificate(certificate)
    while current is not None and len(chain) < _LONGEST_CHAIN:
        current = next((each for each in issuers if _issued(each, current) and each not in chain), None)
        if current is not None:
            chain.append(current)
    return tuple(each.dump() for each in chain)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """By name, and by key identifier where both carry one: an authority keeps its name when it renews its key."""
    wanted, has = certificate.authority_key_identifier, issuer.key_identifier
    same_key = not (wanted and has) or wanted == has
    return issuer.self_signed == "no" and issuer.subject == certificate.issuer and same_key


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key verifies the certificate's signature; names alone say nothing."""
    try:
        load_der_x509_certificate(certificate.dump()).verify_directly_issued_by(
            load_der_x509_certificate(issuer.dump())
        )
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _one(value: object) -> str | None:
    return value if isinstance(value, str) else None


async def ensure_may_sign(
    certificate: x509.Certificate, chain: Sequence[x509.Certificate], context: ValidationContext
) -> ValidationPath:
    """The path from ``certificate`` to a trusted root, every step shown not to be revoked.

    Invalid: ``certificate_revoked``, ``_expired``, ``_not_yet_valid``, ``_untrusted``, ``_unusable`` (weak algorithm,
    no nonRepudiation). Unavailable: ``revocation_unavailable``.
    """
    usage = certificate.key_usage_value
    if usage is None or "non_repudiation" not in usage.native:
        raise Invalid("certificate_unusable", subject=name_of(certificate))
    validator = CertificateValidator(certificate, intermediate_certs=chain, validation_context=context)
    with refusing(certificate):
        return await validator.async_validate_path()


@contextmanager
def refusing(certificate: x509.Certificate) -> Iterator[None]:
    """Turn what the validator raises about ``certificate`` into our refusals."""
    try:
        yield
    except (ValidationError, PathBuildingError) as error:
        refusal = next(make for cause, make in _REFUSALS if isinstance(error, cause))
        raise refusal(name_of(certificate)) from error


def ensure_signed_by(certificate: bytes, signature: bytes, data: bytes) -> None:
    """Invalid("signature_not_by_certificate") unless ``signature`` over ``data`` is by the certificate's key."""
    key = load_der_x509_certificate(certificate).public_key()
    try:
        match key:
            case rsa.RSAPublicKey():
                key.verify(signature, data, padding.PKCS1v15(), SHA256())
            case ec.EllipticCurvePublicKey():
                key.verify(signature, data, ec.ECDSA(SHA256()))
            case _:
                raise Invalid("certificate_unusable", subject="?")
    except InvalidSignature as error:
        raise Invalid("signature_not_by_certificate") from error
