"""Whose a certificate is, and whether it may be bound to a holder at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from asn1crypto import x509
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.path import ValidationPath

from dms.errors import Invalid
from dms.signing.pades.anchors import AnchorKind
from dms.signing.pades.certificates import chain_of, ensure_may_sign, name_of, parse_certificate, signature_algorithm
from dms.signing.pades.signing import trusted
from dms.signing.pades.trust import SigningTrust, run

_PERSONAL = ("CCCD", "CMND", "HC")
_OF_BODIES = ("MST", "MNS", "BHXH")
_LEAST_BITS = {"rsa": 2048, "ec": 256}  # Circular 15/2025/TT-BKHCN


@dataclass(frozen=True, slots=True)
class Holder:
    """What a certificate says of its holder. ``identifiers`` are its UIDs (``CCCD:…``, ``MST:…``), in their order."""

    certificate: bytes
    chain: tuple[bytes, ...]
    anchor: AnchorKind | None
    sha256: str
    public_key_sha256: str
    name: str
    subject: str
    issuer: str
    serial: str
    identifiers: tuple[str, ...]

    def identifier(self, *, of_person: bool) -> str | None:
        """The one UID that names a person, or a body; None where there is none or more than one.

        A certificate that names a person is no body's, even where it names the body that the person works for.
        """
        persons, bodies = self._named(_PERSONAL), self._named(_OF_BODIES)
        found = persons if of_person else [] if persons else bodies
        return found[0] if len(found) == 1 else None

    def _named(self, schemes: tuple[str, ...]) -> list[str]:
        return [each for each in self.identifiers if each.partition(":")[0].upper() in schemes]


def holder_of(certificate: bytes, others: Sequence[bytes], trust: SigningTrust) -> Holder:
    """Read a certificate; ``others`` came with it. Nothing is proven here. Invalid("certificate_unusable")."""
    leaf = parse_certificate(certificate)
    chain = chain_of(certificate, others, trust)
    return Holder(
        certificate=leaf.dump(),
        chain=chain,
        anchor=trust.anchors.kind_above([leaf, *map(parse_certificate, chain)]),
        sha256=leaf.sha256.hex(),
        public_key_sha256=leaf.public_key.sha256.hex(),
        name=name_of(leaf),
        subject=leaf.subject.human_friendly[:500],
        issuer=leaf.issuer.human_friendly[:500],
        serial=f"{leaf.serial_number:x}",
        identifiers=_identifiers(leaf),
    )


def ensure_bindable(certificate: bytes, others: Sequence[bytes], trust: SigningTrust) -> Holder:
    """The holder of a certificate with which papers may be signed today; its chain and standing are asked for.

    Invalid: ``certificate_without_non_repudiation``, ``certificate_key_weak``, ``certificate_expired``,
    ``certificate_not_yet_valid``, ``certificate_revoked``, ``certificate_untrusted``, ``certificate_unusable``.
    Unavailable: ``revocation_unavailable``.
    """
    holder, leaf = holder_of(certificate, others, trust), parse_certificate(certificate)
    _ensure_strong(leaf)
    usage = leaf.key_usage_value
    if usage is None or "non_repudiation" not in usage.native:
        raise Invalid("certificate_without_non_repudiation", subject=name_of(leaf))

    async def work(context: ValidationContext) -> ValidationPath:
        return await ensure_may_sign(leaf, [parse_certificate(each) for each in holder.chain], context)

    with trusted(trust, leaf) as context:
        path = run(work(context), context, seconds=trust.patience)
    anchor = trust.anchors.kind_of(path.first)
    if anchor is None:  # a root for time stamps alone
        raise Invalid("certificate_untrusted", subject=name_of(leaf))
    # What came along with the certificate may claim any issuer: chain and anchor are those of the path that was proven.
    issuers = [each.dump() for each in path.iter_certs(include_root=False)][:-1]
    return replace(holder, chain=tuple(reversed(issuers)), anchor=anchor)


def _ensure_strong(leaf: x509.Certificate) -> None:
    signature_algorithm(leaf)  # refuses every other kind of key
    least = _LEAST_BITS[leaf.public_key.algorithm]
    if leaf.public_key.bit_size < least:
        raise Invalid("certificate_key_weak", subject=name_of(leaf), bits=leaf.public_key.bit_size, least=least)


def _identifiers(leaf: x509.Certificate) -> tuple[str, ...]:
    """By the object identifier 0.9.2342.19200300.100.1.1, whatever a library calls it; it may repeat."""
    found = leaf.subject.native.get("user_id", ())
    return (found,) if isinstance(found, str) else tuple(str(each) for each in found)
