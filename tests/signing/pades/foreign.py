"""Signatures made elsewhere, by other rules than ours: weaker levels, weak digests. Made with pyHanko as it comes."""

from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper

from tests.pki import Pki


def sign(
    pki: Pki,
    source: Path,
    target: Path,
    role: str = "head",
    *,
    stamped: bool = False,
    pss: bool = False,
    **settings: Any,
) -> Path:
    """An approval signature of level B-B or, ``stamped``, B-T; no certificate is checked."""
    file, passphrase = str(pki.folder / "p12" / f"{role}.p12"), pki.passphrase.encode()
    signer = SimpleSigner.load_pkcs12(file, passphrase=passphrase, prefer_pss=pss)
    meta = PdfSignatureMetadata(**{"field_name": "head", "subfilter": SigSeedSubFilter.PADES, **settings})
    stamper = HTTPTimeStamper(pki.tsa_url) if stamped else None
    target.write_bytes(source.read_bytes())
    with target.open("r+b") as stream:
        PdfSigner(meta, signer=signer, timestamper=stamper).sign_pdf(IncrementalPdfFileWriter(stream), in_place=True)
    return target
