"""Keeping signatures alive: a document time stamp over everything, renewed before its own authority expires (B-LTA).

Each time stamp proves that all before it was there in time, so a chain is as strong as its last link and has to be
extended while that link is good: before its certificate ends, before its algorithm falls, and not after a revocation.
The revocation data of a link goes into the file with it, so a link can be extended when its authority is long gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.validation import DocumentSecurityStore, EmbeddedPdfSignature, async_validate_pdf_timestamp
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from dms import clock
from dms.errors import Conflict, Unavailable
from dms.signing.pades import algorithms, certificates, files
from dms.signing.pades.authorities import OneAuthority, authority_name
from dms.signing.pades.signing import DIGEST, authority, stamping, trusted
from dms.signing.pades.trust import SigningTrust, run

_REVOKED = {AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE}


@dataclass(frozen=True, slots=True)
class ArchiveStamp:
    """What a document time stamp says of itself; whether it is to be believed is the verdict's to say.

    ``good_until``: the earlier of the end of its certificate and the end of its algorithm.
    """

    at: datetime
    authority: str
    certificate_ends: datetime
    algorithm: str
    algorithm_ends: datetime

    @property
    def good_until(self) -> datetime:
        """The moment by which its successor must be there."""
        return min(self.certificate_ends, self.algorithm_ends)


def archive_stamps(path: Path) -> tuple[ArchiveStamp, ...]:
    """The document time stamps of the file, oldest first. Invalid: ``document_unreadable`` and its kin."""
    with path.open("rb") as stream:
        reader = files.open_reader(stream)
        return files.parse(lambda: tuple(_stamp(each) for each in reader.embedded_timestamp_signatures))


def extend_lta(path: Path, trust: SigningTrust) -> None:
    """Append a document time stamp, and the proof that its predecessor was good, to the file at ``path``.

    Call it when archiving, and again before the last time stamp is no longer good. Each authority is tried in turn.
    Whatever fails, the file is as it was.

    Unavailable: ``timestamp_unavailable``, ``authorities_too_slow``. Conflict: ``archive_timestamp_lapsed`` (it is too
    late), ``archive_timestamp_revoked``, ``archive_timestamp_unproven``. Invalid: ``document_unreadable`` and its kin.
    """
    _extend_by_any(path, trust, ())


def stamp_late(path: Path, trust: SigningTrust) -> None:
    """Give signatures that were made without a time stamp their proof: revocation data of now, then a time stamp.

    It proves that they existed at the moment of that time stamp, with certificates good at that moment; about earlier
    moments it proves nothing. Whatever fails, the file is as it was.

    Invalid: ``certificate_revoked``, ``certificate_expired`` … (it is too late). Unavailable: as ``extend_lta``, and
    ``revocation_unavailable``.
    """
    with path.open("rb") as stream:
        embedded = files.open_reader(stream).embedded_regular_signatures
        bare = [each for each in embedded if not any(extract_tst_data_iter(each.signer_info, signed=False))]
        _extend_by_any(path, trust, [(each.signer_cert, each.other_embedded_certs) for each in bare])


_Signers = Sequence[tuple[x509.Certificate, Sequence[x509.Certificate]]]


def _extend_by_any(path: Path, trust: SigningTrust, signers: _Signers) -> None:
    failure = Unavailable("timestamp_unavailable")
    for stamper in authority(trust).stampers():
        try:
            _extend_by(stamper, path, trust, signers)
        except Unavailable as refusal:
            failure = refusal
        else:
            return
    raise failure


def _extend_by(stamper: OneAuthority, path: Path, trust: SigningTrust, signers: _Signers) -> None:
    with path.open("r+b") as stream, trusted(trust, None) as context:
        size = stream.seek(0, 2)
        try:
            reader = files.open_reader(stream)
            with stamping():
                run(_extend(reader, stamper, trust, context, signers=signers), context, seconds=trust.patience)
            files.sync(stream)
        except BaseException as error:
            stream.truncate(size)
            if isinstance(error, SigningError):
                raise Unavailable("timestamp_unavailable") from error  # the token outgrew its room
            raise


async def _extend(
    reader: PdfFileReader,
    stamper: OneAuthority,
    trust: SigningTrust,
    context: ValidationContext,
    *,
    signers: _Signers,
) -> None:
    paths = [await certificates.ensure_may_sign(leaf, others, context) for leaf, others in signers]
    last = next(reversed(reader.embedded_timestamp_signatures), None)
    await stamper.async_dummy_response(DIGEST)  # who does not answer is found out before anything is written
    try:
        if last is not None and await _is_good_today(last, reader, trust, context):
            await PdfTimeStamper(stamper).async_update_archival_timestamp_chain(reader, context, in_place=True)
        else:
            await _append(reader, stamper, context, paths)
    except (ValidationError, PathBuildingError) as error:
        raise Unavailable("timestamp_unavailable") from error


async def _append(
    reader: PdfFileReader, stamper: OneAuthority, context: ValidationContext, paths: Sequence[ValidationPath]
) -> None:
    """A first time stamp, or one over a link whose proof the file already holds."""
    writer = IncrementalPdfFileWriter.from_reader(reader)
    if paths:
        DocumentSecurityStore.supply_dss_in_writer(writer, None, paths=paths, validation_context=context)
    await PdfTimeStamper(stamper).async_timestamp_pdf(writer, DIGEST, context, in_place=True)


async def _is_good_today(
    last: EmbeddedPdfSignature, reader: PdfFileReader, trust: SigningTrust, context: ValidationContext
) -> bool:
    """Whether its authority says so now; False where nobody answers any more but the file holds the proof.

    Conflict: ``archive_timestamp_lapsed``, ``archive_timestamp_revoked``, ``archive_timestamp_unproven``.
    """
    if _stamp(last).good_until <= clock.now():
        raise Conflict("archive_timestamp_lapsed")
    status = await async_validate_pdf_timestamp(last, context)
    if status.trusted and status.intact and status.valid:
        return True
    if status.trust_problem_indic in _REVOKED:
        raise Conflict("archive_timestamp_revoked")
    past = trust.past_stamp_context(_stamp(last).at, **_evidence(reader))
    kept = await async_validate_pdf_timestamp(last, past)
    if not (kept.trusted and kept.intact and kept.valid):
        raise Conflict("archive_timestamp_unproven")
    return False


def _stamp(embedded: EmbeddedPdfSignature) -> ArchiveStamp:
    content: cms.SignedData = embedded.signed_data
    info = content["encap_content_info"]["content"].parsed
    signer, digest = embedded.signer_cert, embedded.signer_info["digest_algorithm"]["algorithm"].native
    return ArchiveStamp(
        at=info["gen_time"].native,
        authority=authority_name(signer),
        certificate_ends=signer.not_valid_after,
        algorithm=algorithms.algorithm_name(signer, digest),
        algorithm_ends=algorithms.trusted_until(signer, digest),
    )


def _evidence(reader: PdfFileReader) -> dict[str, list[Any]]:
    """Certificates, OCSP answers and CRLs that the file carries."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return {}
    answers = (each.get_object().read_data(DecodePurpose.OCSP_RESPONSE) for each in store.ocsps)
    lists = (each.get_object().read_data(DecodePurpose.CRL) for each in store.crls)
    return {
        "other_certs": list(store.load_certs()),
        "ocsps": [ocsp.OCSPResponse.load(data) for data in answers],
        "crls": [crl.CertificateList.load(data) for data in lists],
    }
