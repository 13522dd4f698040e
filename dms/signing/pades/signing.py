"""A signature in two halves: ``prepare`` fixes what is signed, the key signs it anywhere, ``finish`` completes B-LT.

Between the halves nothing is kept but the prepared file and a ``Prepared``: the key may be on a token far away.
Nothing is downgraded: without a time stamp or without revocation answers there is no signature, unless the caller says
that the time stamp may follow.

The proof (certificates, OCSP answers, CRLs) is written in the first half, in the same update as the signature, which
then covers it; so one signature makes one revision. Where the second half comes late, or another time-stamping
certificate answers than was proven, newer proof follows in an update of its own.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from asn1crypto import cms, crl, ocsp, x509
from asn1crypto.algos import SignedDigestAlgorithm
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_signer import PdfTBSDocument, PostSignInstructions, PreSignValidationStatus
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.registry import SimpleCertificateStore

from dms import clock
from dms.errors import Conflict, Invalid, Unavailable
from dms.signing.pades import appearance, certificates, fields, files
from dms.signing.pades.authorities import TimeAuthorities, Untrue, signer_of
from dms.signing.pades.model import Prepared, Stamp
from dms.signing.pades.trust import SigningTrust, run

DIGEST = "sha256"
_MARGIN = 2048  # bytes kept free beyond what certificates, signature and time stamp are known to take
_NOTHING: Mapping[str, str] = {}


def prepare(  # noqa: PLR0913 - the parts of a signature; all but the two files are named by the caller
    source: Path,
    target: Path,
    *,
    field: str,
    certificate_der: bytes,
    chain_der: Sequence[bytes],
    trust: SigningTrust,
    stamp: Stamp | None = None,
    fills: Mapping[str, str] = _NOTHING,
    name: str = "",
    reason: str = "",
    location: str = "",
    stamp_may_follow: bool = False,
) -> Prepared:
    """Write ``source`` to ``target`` with ``fills`` written in, the stamp drawn and room for a signature in ``field``.

    All of it is one incremental update, so a lock that the signature carries covers the fills as well. ``name``,
    ``reason`` and ``location`` go into the signature dictionary; they are words, the certificate is the evidence.
    ``source`` is only read; on any error ``target`` is removed. With ``stamp_may_follow`` the time-stamping authorities
    need not answer now.

    Invalid: ``certificate_*`` (see certificates.ensure_may_sign), ``field_missing``, ``picture_unusable``,
    ``document_unreadable`` and its kin. Conflict: ``field_already_signed``, ``field_already_filled``. Unavailable:
    ``revocation_unavailable``, ``timestamp_unavailable``.
    """
    signer = _signer(certificate_der, chain_der)
    ready = _ensure_ready(signer, trust, stamp_may_follow=stamp_may_follow)
    meta = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        name=name or None,
        reason=reason or None,
        location=location or None,
    )
    with files.appending(source, target) as stream:
        writer = files.open_writer(stream)
        _ensure_free(writer, field)
        for text_field, value in fills.items():
            _fill(writer, text_field, value)
        maker = PdfSigner(meta, signer=signer, stamp_style=appearance.StampStyle(stamp=stamp or Stamp()))
        files.parse(lambda: ready.write(writer))
        digest = files.parse(lambda: _place(writer, maker, ready.room))
        stream.flush()
        pinned = _pinned(signer, digest, stream, field=field)
        return replace(pinned, certificate=certificate_der, chain=tuple(chain_der), proven_authority=ready.authority)


def fill_fields(source: Path, target: Path, fills: Mapping[str, str]) -> None:
    """Write ``fills`` into the text fields of ``source``, as one update to ``target``, for others to sign.

    A seal made here writes and signs in one update (``prepare``). Conflict: ``field_already_filled``. Invalid:
    ``field_missing``, ``document_unreadable`` and its kin.
    """
    with files.appending(source, target) as stream:
        writer = files.open_writer(stream)
        for text_field, value in fills.items():
            _fill(writer, text_field, value)
        files.parse(writer.write_in_place)


def finish(
    path: Path, prepared: Prepared, raw_signature: bytes, trust: SigningTrust, *, stamp_may_follow: bool = False
) -> None:
    """Complete the signature in the prepared file at ``path``: time stamp, certificates, revocation data (B-LT).

    Whatever fails, the file is again what ``prepare`` made of it, so the same half may be tried once more. With
    ``stamp_may_follow`` a silent time-stamping authority is no failure: the signature is then level B with revocation
    data, and ``archive.stamp_late`` gives it its time stamp later.

    Conflict: ``prepared_file_changed``. Invalid: ``signature_not_by_certificate``, ``certificate_*`` (asked again: a
    certificate may be revoked between the halves). Unavailable: ``timestamp_unavailable``, ``revocation_unavailable``.
    """
    signer = _signer(prepared.certificate, prepared.chain, raw_signature)
    with path.open("r+b") as stream:
        _ensure_unchanged(stream, prepared)
        certificates.ensure_signed_by(prepared.certificate, raw_signature, prepared.signed_attributes)
        with trusted(trust, _leaf(signer)) as context:
            work = _collect(prepared, signer, trust, context, stamp_may_follow=stamp_may_follow)
            signed, newer = run(work, context, seconds=trust.patience)
            with _undone_on_error(stream, prepared):
                run(_write(stream, prepared, signed, newer, context))


# --- first half


def _signer(certificate: bytes, chain: Sequence[bytes], signature: bytes | None = None) -> ExternalSigner:
    """A new one for each signature: a pyHanko signer that met an error carries it into the next document."""
    leaf = certificates.parse_certificate(certificate)
    registry = SimpleCertificateStore.from_certs(certificates.parse_certificate(item) for item in chain)
    algorithm = certificates.signature_algorithm(leaf)
    return ExternalSigner(
        signing_cert=leaf,
        cert_registry=registry,
        signature_value=signature or certificates.signature_size(leaf),
        signature_mechanism=SignedDigestAlgorithm({"algorithm": algorithm}),
        embed_roots=False,
    )


@dataclass(frozen=True, slots=True)
class _Ready:
    """What was found before anything is written.

    ``room``: bytes to reserve for the signature; ``authority``: SHA-256 of the certificate of the time-stamping
    authority whose path is among ``paths``, or empty where none answered and the time stamp may follow.
    """

    room: int
    authority: str
    paths: tuple[ValidationPath, ...]
    ocsps: tuple[ocsp.OCSPResponse, ...]
    crls: tuple[crl.CertificateList, ...]

    def write(self, writer: IncrementalPdfFileWriter) -> None:
        """Put the proof into the update, roots too: without its root a CRL has no issuer in later years."""
        DocumentSecurityStore.supply_dss_in_writer(writer, None, paths=self.paths, ocsps=self.ocsps, crls=self.crls)


def _ensure_ready(signer: ExternalSigner, trust: SigningTrust, *, stamp_may_follow: bool) -> _Ready:
    """Check the certificate and the time-stamping authority, as its sample token shows it."""

    async def work(context: ValidationContext) -> _Ready:
        signer_path = await certificates.ensure_may_sign(_leaf(signer), tuple(signer.cert_registry), context)
        paths, stamped_by = [signer_path], ""
        with suppress(*(Unavailable,) if stamp_may_follow else ()):
            paths.append(await _sample_path(trust, context))
            stamped_by = _fingerprint(paths[-1])
        known = sum(len(item.dump()) for item in (_leaf(signer), *signer.cert_registry))
        return _Ready(
            room=known + authority(trust).room + certificates.signature_size(_leaf(signer)) + _MARGIN,
            authority=stamped_by,
            paths=tuple(paths),
            ocsps=tuple(context.ocsps),
            crls=tuple(context.crls),
        )

    with trusted(trust, _leaf(signer)) as context:
        return run(work(context), context, seconds=trust.patience)


async def _sample_path(trust: SigningTrust, context: ValidationContext) -> ValidationPath:
    """The path of the authority that answers first and is shown to be good today; one that is not makes way."""
    failure = Unavailable("timestamp_unavailable")
    for _ in authority(trust).authorities:
        with stamping():
            token = await authority(trust).async_dummy_response(DIGEST)
        try:
            return await timestamp_authority_path(token, context)
        except Unavailable as refusal:
            authority(trust).distrust(token)
            failure = refusal
    raise failure


def _fingerprint(path: ValidationPath) -> str:
    leaf = path.leaf
    assert isinstance(leaf, x509.Certificate)  # noqa: S101 - for the type checker: not an attribute certificate
    return str(leaf.sha256.hex())


def _leaf(signer: ExternalSigner) -> x509.Certificate:
    assert signer.signing_cert is not None  # noqa: S101 - for the type checker: _signer always sets it
    return signer.signing_cert


def _ensure_free(writer: IncrementalPdfFileWriter, field: str) -> None:
    known = {name: value for name, value, _ in files.parse(lambda: list(enumerate_sig_fields(writer.prev)))}
    if field not in known:
        raise Invalid("field_missing", field=field)
    if known[field] is not None:
        raise Conflict("field_already_signed", field=field)


def _fill(writer: IncrementalPdfFileWriter, name: str, value: str) -> None:
    if files.parse(lambda: fields.text_value(writer, name)):
        raise Conflict("field_already_filled", field=name)
    files.parse(lambda: appearance.fill(writer, name, value))


def _place(writer: IncrementalPdfFileWriter, maker: PdfSigner, room: int) -> PreparedByteRangeDigest:
    """Draw the stamp, reserve ``room`` bytes (twice as many hexadecimal digits), write the update and hash the file."""
    session = maker.init_signing_session(writer, existing_fields_only=True)
    session.system_time = clock.local(clock.now())
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=2 * room)
    digest, _ = document.digest_tbs_document(in_place=True)
    return digest


def _pinned(signer: ExternalSigner, digest: PreparedByteRangeDigest, stream: BinaryIO, *, field: str) -> Prepared:
    attributes = run(signer.signed_attrs(digest.document_digest, DIGEST, use_pades=True))
    return Prepared(
        field=field,
        document_digest=digest.document_digest,
        reserved=(digest.reserved_region_start, digest.reserved_region_end),
        signed_attributes=attributes.dump(),
        certificate=b"",
        chain=(),
        signature_algorithm=certificates.signature_algorithm(_leaf(signer)),
        prepared_sha256=files.sha256(stream),
        prepared_size=stream.seek(0, 2),
        prepared_at=clock.now(),
        proven_authority="",
    )


# --- second half


def _ensure_unchanged(stream: BinaryIO, prepared: Prepared) -> None:
    if stream.seek(0, 2) != prepared.prepared_size or files.sha256(stream) != prepared.prepared_sha256:
        raise Conflict("prepared_file_changed")


async def _collect(
    prepared: Prepared,
    signer: ExternalSigner,
    trust: SigningTrust,
    context: ValidationContext,
    *,
    stamp_may_follow: bool,
) -> tuple[cms.ContentInfo, PostSignInstructions | None]:
    """All that may fail for want of a network, before the file is touched: time stamp, paths, revocation data.

    The second value is newer proof, if the proof in the prepared file does not do any more.
    """
    paths = [await certificates.ensure_may_sign(_leaf(signer), tuple(signer.cert_registry), context)]
    attributes = cms.CMSAttributes.load(prepared.signed_attributes)
    stamped_by = ""
    try:
        signed, stamp_path = await _stamped(signer, attributes, trust, context)
        stamped_by = _fingerprint(stamp_path)
        paths.append(stamp_path)
    except Unavailable:
        if not stamp_may_follow:
            raise
        signed = await signer.async_sign_prescribed_attributes(DIGEST, attributes)
    is_fresh = clock.now() - prepared.prepared_at < trust.freshness
    if stamped_by in {prepared.proven_authority, ""} and is_fresh:
        return signed, None
    newer = PreSignValidationStatus(
        signer_path=paths[0],
        validation_paths=paths,
        ocsps_to_embed=context.ocsps,
        crls_to_embed=context.crls,
    )
    return signed, PostSignInstructions(newer)  # with the root: without it a CRL has no issuer in later years


async def _stamped(
    signer: ExternalSigner, attributes: cms.CMSAttributes, trust: SigningTrust, context: ValidationContext
) -> tuple[cms.ContentInfo, ValidationPath]:
    """The signature with a time stamp whose authority is shown to be good today; one that is not makes way."""
    failure = Unavailable("timestamp_unavailable")
    for _ in authority(trust).authorities:
        with stamping():
            signed = await signer.async_sign_prescribed_attributes(DIGEST, attributes, timestamper=authority(trust))
        try:
            return signed, await _timestamp_path(signed, context)
        except Unavailable as refusal:
            authority(trust).distrust(_token_of(signed))
            failure = refusal
    raise failure


async def _write(  # noqa: PLR0917 - see finish
    stream: BinaryIO,
    prepared: Prepared,
    signed: cms.ContentInfo,
    newer: PostSignInstructions | None,
    context: ValidationContext,
) -> None:
    digest = PreparedByteRangeDigest(prepared.document_digest, *prepared.reserved)
    await PdfTBSDocument.async_finish_signing(stream, digest, signed, newer, validation_context=context)
    files.sync(stream)


async def _timestamp_path(signed: cms.ContentInfo, context: ValidationContext) -> ValidationPath:
    """The path of the very token we got: it covers our signature, and its authority is one of ours."""
    (info,) = signed["content"]["signer_infos"]
    token = _token_of(signed)
    imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native
    if imprint != hashlib.sha256(info["signature"].native).digest():
        raise Unavailable("timestamp_unavailable")
    return await timestamp_authority_path(token, context)


def _token_of(signed: cms.ContentInfo) -> cms.ContentInfo:
    (info,) = signed["content"]["signer_infos"]
    (token,) = next(a["values"] for a in info["unsigned_attrs"] if a["type"].native == "signature_time_stamp_token")
    return token


async def timestamp_authority_path(token: cms.ContentInfo, context: ValidationContext) -> ValidationPath:
    """The path of the certificate that signed a time stamp; Unavailable("timestamp_unavailable") if not trusted."""
    known = [item.chosen for item in token["content"]["certificates"]]
    try:
        leaf = signer_of(token)
    except Untrue as error:
        raise Unavailable("timestamp_unavailable") from error
    validator = CertificateValidator(leaf, intermediate_certs=known, validation_context=context)
    try:
        path: ValidationPath = await validator.async_validate_usage(set(), {"time_stamping"})
    except (ValidationError, PathBuildingError) as error:
        raise Unavailable("timestamp_unavailable") from error
    return path


@contextmanager
def _undone_on_error(stream: BinaryIO, prepared: Prepared) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        start, end = prepared.reserved
        stream.seek(start)
        stream.write(b"<" + b"0" * (end - start - 2) + b">")
        stream.truncate(prepared.prepared_size)
        files.sync(stream)
        if isinstance(error, SigningError):
            raise Unavailable("timestamp_unavailable", field=prepared.field) from error  # the token outgrew its room
        raise


# --- shared with archive


@contextmanager
def trusted(trust: SigningTrust, certificate: x509.Certificate | None) -> Iterator[ValidationContext]:
    """The context of ``certificate`` (None: of the time-stamping authority), thrown away if anything goes wrong."""
    key = certificate.sha256 if certificate else b"time-stamping authority"
    try:
        yield trust.context(key)
    except BaseException:
        trust.forget(key)
        raise


@contextmanager
def stamping() -> Iterator[None]:
    """Turn a failure of the time-stamping authority into Unavailable("timestamp_unavailable")."""
    try:
        yield
    except (TimestampRequestError, OSError, ValueError) as error:
        raise Unavailable("timestamp_unavailable") from error


def authority(trust: SigningTrust) -> TimeAuthorities:
    """The time-stamping authorities; Unavailable if the process was given no address."""
    client = trust.tsa
    if client is None:
        raise Unavailable("timestamp_unavailable")
    return client
