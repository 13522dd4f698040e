"""What is at hand to judge with: certificates, and answers about revocation from the file or from the network."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from asn1crypto import crl, ocsp, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from dms.signing.pades.certificates import is_issued_by

FILE, NETWORK = "file", "network"


@dataclass(frozen=True)
class Answer:
    """One OCSP response or CRL, parsed once; ``origin`` is ``file`` or ``network``."""

    data: Any
    origin: str = FILE

    @cached_property
    def sha256(self) -> str:
        """Its fingerprint, by which it is found again in the file."""
        return sha256(self.data.dump()).hexdigest()

    @cached_property
    def singles(self) -> tuple[ocsp.SingleResponse, ...]:
        """The statements of an OCSP response."""
        if self.data["response_status"].native != "successful":
            return ()
        return tuple(self.data.response_data["responses"])

    @cached_property
    def revoked(self) -> Mapping[int, datetime]:
        """Serial number and moment of each entry of a CRL; read once, for lists are long."""
        entries = self.data["tbs_cert_list"]["revoked_certificates"] or ()
        return {each["user_certificate"].native: each["revocation_date"].native for each in entries}


def is_by(answer: Answer, issuer: x509.Certificate) -> bool:
    """Whether an answer about certificates of ``issuer`` was signed by it, or by a responder that it named (RFC 6960).

    A file's later updates may bring any answer along; only a signed one says anything.
    """
    try:
        if isinstance(answer.data, crl.CertificateList):
            return _verifies(answer.data["tbs_cert_list"], answer.data, issuer)
        response = answer.data["response_bytes"]["response"].parsed
        named = [each for each in response["certs"] or () if _may_answer(each, issuer)]
        return any(_verifies(response["tbs_response_data"], response, each) for each in (issuer, *named))
    except (ValueError, TypeError, KeyError, AttributeError):
        return False  # what cannot be read was signed by nobody


def _may_answer(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    usage = certificate.extended_key_usage_value
    return usage is not None and "ocsp_signing" in usage.native and is_issued_by(certificate, issuer)


def _verifies(signed: Any, envelope: Any, signer: x509.Certificate) -> bool:
    try:
        DefaultSignatureValidator().validate_signature(
            envelope["signature"].native, signed.dump(), signer.public_key, envelope["signature_algorithm"]
        )
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


@dataclass(frozen=True)
class Fetched:
    """Answers that were asked for on the network: OCSP responses and CRLs, DER. Plain bytes, so that they travel."""

    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


NOTHING = Fetched()


@dataclass(frozen=True)
class Evidence:
    """Everything that one validation may use."""

    certificates: Sequence[x509.Certificate] = ()
    ocsps: Sequence[Answer] = ()
    crls: Sequence[Answer] = ()

    @property
    def carries_answers(self) -> bool:
        """Whether the file itself holds any answer about revocation."""
        return any(answer.origin == FILE for answer in (*self.ocsps, *self.crls))

    @property
    def settings(self) -> Mapping[str, list[Any]]:
        """The same as a validation context takes it."""
        return {
            "other_certs": list(self.certificates),
            "ocsps": [answer.data for answer in self.ocsps],
            "crls": [answer.data for answer in self.crls],
        }

    def extended(self, fetched: Fetched) -> "Evidence":
        """With what came from the network; what is no OCSP response or CRL raises ValueError."""
        ocsps = [Answer(ocsp.OCSPResponse.load(der), NETWORK) for der in fetched.ocsps]
        crls = [Answer(crl.CertificateList.load(der), NETWORK) for der in fetched.crls]
        return replace(self, ocsps=[*ocsps, *self.ocsps], crls=[*crls, *self.crls])


def of_file(certificates: Iterable[x509.Certificate], ocsps: Iterable[bytes], crls: Iterable[bytes]) -> Evidence:
    """What a file carries, from DER."""
    return Evidence(
        certificates=tuple(certificates),
        ocsps=tuple(Answer(ocsp.OCSPResponse.load(der)) for der in ocsps),
        crls=tuple(Answer(crl.CertificateList.load(der)) for der in crls),
    )
