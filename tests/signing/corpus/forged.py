"""Files whose signature, certificate or time stamp is not what it should be; the content is as it was signed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import load_der_x509_certificate
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.signing.corpus.workshop import Workshop, bad, unproven
from tests.signing.pades import foreign

Key = rsa.RSAPrivateKey


# --- certificates


@bad("Certificate revoked before signing", "certificate_revoked")
def revoked(shop: Workshop, target: Path) -> None:
    foreign.sign(shop.pki, shop.letter, target, "revoked", stamped=True, md_algorithm="sha256")


@bad("Certificate expired before signing", "certificate_expired")
def expired(shop: Workshop, target: Path) -> None:
    foreign.sign(shop.pki, shop.letter, target, "expired", stamped=True, md_algorithm="sha256")


@bad("Certificate not yet valid when signing", "certificate_not_yet_valid")
def not_yet_valid(shop: Workshop, target: Path) -> None:
    foreign.sign(shop.pki, shop.letter, target, "future", stamped=True, md_algorithm="sha256")


@bad("Certificate without nonRepudiation (for logging in, not for signing)", "certificate_unusable")
def no_non_repudiation(shop: Workshop, target: Path) -> None:
    key = _new_key(2048)
    _sign(shop, target, key, _issued(shop, key, signs=False))


@bad("Certificate with an RSA key of 1024 bits", "algorithm_weak")
def rsa_1024(shop: Workshop, target: Path) -> None:
    key = _new_key(1024)
    _sign(shop, target, key, _issued(shop, key))


@unproven("Same names, but issued by another authority that calls itself the same", "certificate_untrusted")
def same_name_other_authority(shop: Workshop, target: Path) -> None:
    foreign.sign(shop.stranger, shop.letter, target, md_algorithm="sha256")


@unproven("Certificate that its holder made himself, with the head's name", "certificate_untrusted")
def self_made(shop: Workshop, target: Path) -> None:
    key = _new_key(2048)
    _sign(shop, target, key, _issued(shop, key, by=key), chain=False)


@bad("The head's genuine certificate, signed with somebody else's key", "signature_forged")
def wrong_key(shop: Workshop, target: Path) -> None:
    certificate = load_der_x509_certificate(shop.pki.key("head").certificate)
    _sign(shop, target, _new_key(2048), certificate)


# --- algorithms


@bad("Digest SHA-1", "algorithm_weak")
def sha_1(shop: Workshop, target: Path) -> None:
    foreign.sign(shop.pki, shop.letter, target, md_algorithm="sha1")


@bad("Digest MD5", "algorithm_weak")
def md5(shop: Workshop, target: Path) -> None:
    foreign.sign(shop.pki, shop.letter, target, md_algorithm="md5")


# --- the signature itself


@bad("The last signature's value has one bit changed; the first one is good", "signature_forged")
def later_one_fails(shop: Workshop, target: Path) -> None:
    """A reader that stops at the first good signature would call this valid."""

    def spoil(content: cms.ContentInfo) -> None:
        signer = content["content"]["signer_infos"][0]
        value = bytearray(signer["signature"].native)
        value[10] ^= 1
        signer["signature"] = bytes(value)

    _rewritten(shop.sealed, target, spoil, field="seal")


@bad("The signature (CMS) of another document put in its place", "content_changed")
def cms_of_another_document(shop: Workshop, target: Path) -> None:
    donor = _content_of(shop.other, "head")
    _replaced(shop.head, target, donor.dump(), field="head")


@bad("The time stamp of another signature put in its place", "timestamp_invalid")
def time_stamp_of_another_signature(shop: Workshop, target: Path) -> None:
    donor = _content_of(shop.other, "head")["content"]["signer_infos"][0]["unsigned_attrs"]

    def swap(content: cms.ContentInfo) -> None:
        content["content"]["signer_infos"][0]["unsigned_attrs"] = donor

    _rewritten(shop.head, target, swap, field="head")


@bad("Nothing but zeros where the signature should be", "signature_malformed")
def empty_signature(shop: Workshop, target: Path) -> None:
    _replaced(shop.head, target, b"", field="head")


@bad("The signature cut in the middle", "signature_malformed")
def half_a_signature(shop: Workshop, target: Path) -> None:
    whole = _content_of(shop.head, "head").dump()
    _replaced(shop.head, target, whole[: len(whole) // 2], field="head")


def _new_key(bits: int) -> Key:
    return rsa.generate_private_key(65537, bits)


def _issued(shop: Workshop, key: Key, *, signs: bool = True, by: Key | None = None) -> x509.Certificate:
    """A certificate like the head's, for another key; issued by the test authority, or by its own key."""
    model = load_der_x509_certificate(shop.pki.key("head").certificate)
    issuing = serialization.load_pem_private_key((shop.pki.folder / "keys" / "issuing.pem").read_bytes(), None)
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(model.subject)
        .issuer_name(model.subject if by else model.issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=300))
    )
    for extension in model.extensions:
        if not isinstance(extension.value, x509.KeyUsage | x509.SubjectKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    usage = dict.fromkeys(
        ["key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"], False
    ) | {"encipher_only": False, "decipher_only": False}
    builder = builder.add_extension(
        x509.KeyUsage(digital_signature=True, content_commitment=signs, **usage), critical=True
    )
    return builder.sign(by or issuing, hashes.SHA256())  # type: ignore[arg-type]  # the demo's key is RSA


def _sign(shop: Workshop, target: Path, key: Key, certificate: x509.Certificate, *, chain: bool = True) -> None:
    """Sign the letter with pyHanko as it comes, which does not ask whether key and certificate belong together."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    issuers = [asn1_x509.Certificate.load(each) for each in shop.pki.key("head").chain] if chain else []
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(der),
        signing_key=load_private_key_from_pemder_data(private, None),
        cert_registry=SimpleCertificateStore.from_certs(issuers),
    )
    meta = PdfSignatureMetadata(field_name="head", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    target.write_bytes(shop.letter.read_bytes())
    with target.open("r+b") as stream:
        PdfSigner(meta, signer=signer).sign_pdf(IncrementalPdfFileWriter(stream), in_place=True)


def _place_of(path: Path, field: str) -> tuple[cms.ContentInfo, int, int]:
    """A field's signature, and between which bytes of the file its hexadecimal digits stand."""
    with path.open("rb") as stream:
        found = next(item for item in PdfFileReader(stream).embedded_signatures if item.fq_name == field)
        start, end = int(found.byte_range[1]), int(found.byte_range[2])
        return cms.ContentInfo.load(found.pkcs7_content), start + 1, end - 1


def _content_of(path: Path, field: str) -> cms.ContentInfo:
    return _place_of(path, field)[0]


def _rewritten(source: Path, target: Path, change: Any, *, field: str) -> None:
    content = _content_of(source, field)
    change(content)
    _replaced(source, target, content.dump(force=True), field=field)


def _replaced(source: Path, target: Path, der: bytes, *, field: str) -> None:
    _, start, end = _place_of(source, field)
    data = bytearray(source.read_bytes())
    data[start:end] = der.hex().encode().ljust(end - start, b"0")
    target.write_bytes(data)


ALL: Sequence[Any] = (
    revoked,
    expired,
    not_yet_valid,
    no_non_repudiation,
    rsa_1024,
    same_name_other_authority,
    self_made,
    wrong_key,
    sha_1,
    md5,
    later_one_fails,
    cms_of_another_document,
    time_stamp_of_another_signature,
    empty_signature,
    half_a_signature,
)
