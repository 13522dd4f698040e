"""Completing a signature that another program made: what it lacks of a time stamp and of proof is added behind it."""

from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.dss import async_add_validation_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from dms.errors import Invalid
from dms.signing.pades import certificates, files
from dms.signing.pades.archive import extend_lta
from dms.signing.pades.signing import trusted
from dms.signing.pades.trust import SigningTrust, run


def complete(path: Path, field: str, trust: SigningTrust) -> None:
    """Add the proof for the signature in ``field``, and a document time stamp where the signature carries none.

    ETSI EN 319 142-1, 6.3: a document time stamp serves level B-T as well as one in the signature. Nothing that is
    there is touched. Invalid: ``certificate_*``, ``document_unreadable`` and its kin.
    Unavailable: ``timestamp_unavailable``, ``revocation_unavailable``.
    """
    with path.open("r+b") as stream:
        signature = _signature(files.open_reader(stream), field)
        with trusted(trust, signature.signer_cert) as context, certificates.refusing(signature.signer_cert):
            work = async_add_validation_info(signature, context, in_place=True, add_vri_entry=False)
            run(work, context, seconds=trust.patience)
        files.sync(stream)
        is_stamped = any(True for _ in extract_tst_data_iter(signature.signer_info, signed=False))
    if not is_stamped:
        extend_lta(path, trust)


def _signature(reader: PdfFileReader, field: str) -> EmbeddedPdfSignature:
    found: list[EmbeddedPdfSignature] = files.parse(
        lambda: [each for each in reader.embedded_regular_signatures if each.fq_name == field]
    )
    if not found:
        raise Invalid("document_unreadable", field=field)
    return found[0]
