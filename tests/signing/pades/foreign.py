"""Signatures made elsewhere, by other rules than ours: weaker levels, weak digests. Made with pyHanko as it comes."""

import re
import subprocess
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.stamp import TextStampStyle

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


def sign_visibly(
    pki: Pki, source: Path, target: Path, role: str, *, field: str, box: tuple[int, int, int, int], **more: Any
) -> Path:
    """The same in a field that the program makes itself, and draws in."""
    signer = SimpleSigner.load_pkcs12(str(pki.folder / "p12" / f"{role}.p12"), passphrase=pki.passphrase.encode())
    meta = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    target.write_bytes(source.read_bytes())
    with target.open("r+b") as stream:
        writer = IncrementalPdfFileWriter(stream)
        append_signature_field(writer, SigFieldSpec(field, on_page=0, box=box, **more))
        PdfSigner(meta, signer=signer, stamp_style=TextStampStyle()).sign_pdf(writer, in_place=True)
    return target


def sign_with_mutool(pki: Pki, source: Path, target: Path, role: str) -> Path:
    """A signature by MuPDF, a program that has nothing in common with ours, in the first signature field."""
    told = subprocess.run(["mutool", "show", str(source), "grep"], capture_output=True, text=True, check=True).stdout
    number = re.findall(r"(\d+) 0 obj[^\n]*/FT/Sig", told)[0]
    key = ["-s", str(pki.folder / "p12" / f"{role}.p12"), "-P", pki.passphrase]
    subprocess.run(["mutool", "sign", *key, "-o", str(target), str(source), number], check=True, capture_output=True)
    return target
