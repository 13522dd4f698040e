"""How much the two-request shape costs: prepare + finish against the best plain pyHanko call, same file, same level.

Plain means: key parsed once, one validation context and one time-stamp client for all, B-LT, in place on a copy. Ours
adds: the second process boundary (JSON), hashes of the prepared file, the check of the raw signature, a second look at
the certificate. Both sign the same 100 KB file with the same RSA-2048 key against the same demo PKI on this machine.

    python -m bench.signing [rounds]     (``python -m bench`` shows the same among all figures)
"""

import logging
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typst
from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.stamp import BaseStampStyle, NoOpStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from bench.figures import Row, Verdict, calm_ratios, in_turns, judged, ms, p50, ratio, table
from demo.pictures import demo_signature_picture
from dms.signing import pades
from dms.signing.pades.appearance import StampStyle
from dms.signing.pades.authorities import addresses
from dms.signing.pades.trust import SigningTrust
from tests.pki import SUBJECTS, Pki, running_pki

LIMIT = 1.25
FIELD = pades.FieldSpec(
    "head", pades.FieldKind.SIGNATURE, 0, (330, 380, 500, 450), pades.FieldLock(pades.LockAction.EXCLUDE, ("seal",))
)
STAMP = pades.Stamp(
    lines=("Ký bởi: Nguyễn Thị Thuỳ Dương", "Thời gian: 2026-11-24T10:15:30+07:00"),
    picture=demo_signature_picture("Nguyễn Thị Thuỳ Dương"),
)


class CachedSigner(Signer):
    """The cheapest signer that pyHanko allows: the key is parsed once, outside."""

    def __init__(self, key: pkcs12.PrivateKeyTypes, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        registry = SimpleCertificateStore.from_certs(x509.Certificate.load(item) for item in chain)
        super().__init__(signing_cert=x509.Certificate.load(certificate), cert_registry=registry, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(self._key.key_size // 8)
        return self._key.sign(data, padding.PKCS1v15(), getattr(hashes, digest_algorithm.upper())())


def main() -> None:
    logging.disable(logging.WARNING)
    rows = measured(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
    print(table(rows))
    sys.exit(any(row.verdict is Verdict.SHORT for row in rows))


def measured(rounds: int) -> list[Row]:
    """One row without a visible stamp and one with it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pki").mkdir()
        with running_pki(folder / "pki", [s for s in SUBJECTS if s.ref == "head"]) as pki:
            letter = _letter(folder)
            return [_compare(pki, letter, rounds, stamp) for stamp in (None, STAMP)]


def _letter(folder: Path) -> Path:
    plain, target = folder / "plain.pdf", folder / "letter.pdf"
    noise = "".join(f"- {number * 7919 % 99991:05d} Nguyễn Văn {number}\n" for number in range(260))
    plain.write_bytes(typst.compile(f'#set page(paper: "a4")\n#set text(font: "Tinos")\n{noise}'.encode()))
    pades.add_fields(plain, target, [FIELD])
    return target


def _compare(pki: Pki, letter: Path, rounds: int, stamp: pades.Stamp | None) -> Row:
    plain, ours = in_turns(rounds, _plain(pki, letter, stamp), _ours(pki, letter, stamp))
    return judged(
        f"sign {letter.stat().st_size >> 10} KiB, prepare + finish alone, {'with' if stamp else 'no'} stamp",
        f"{ms(p50(ours.wall))}; plain pyHanko {ms(p50(plain.wall))}",
        f"{ratio(ours, plain):.2f} × plain (≤ {LIMIT}; {calm_ratios(ours, plain)})",
        met=ratio(ours, plain) <= LIMIT,
    )


def _plain(pki: Pki, letter: Path, stamp: pades.Stamp | None) -> Callable[[], None]:
    bundle = pkcs12.load_pkcs12((pki.folder / "p12" / "head.p12").read_bytes(), pki.passphrase.encode())
    owner = pki.key("head")
    return plain_way(
        letter,
        "head",
        PlainKey(bundle.key, owner.certificate, owner.chain),
        trust=pki.new_trust(),
        tsa_url=pki.tsa_url,
        stamp=stamp,
    )


@dataclass(frozen=True)
class PlainKey:
    """What the plain call signs with."""

    key: pkcs12.PrivateKeyTypes
    certificate: bytes
    chain: tuple[bytes, ...]


def plain_way(
    letter: Path, field: str, key: PlainKey, *, trust: SigningTrust, tsa_url: str, stamp: pades.Stamp | None
) -> Callable[[], None]:
    """The best plain pyHanko call on a copy of ``letter``: one context, one time-stamp client, one parsed key."""
    target = letter.with_name("plain-signed.pdf")
    context = ValidationContext(
        trust_roots=list(trust.roots),
        other_certs=list(trust.intermediates),
        allow_fetching=True,
        revocation_mode="hard-fail",
    )
    tsa = HTTPTimeStamper(addresses(tsa_url)[0].url)
    style: BaseStampStyle = StampStyle(stamp=stamp) if stamp else NoOpStampStyle()

    def way() -> None:
        meta = PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=True,
            validation_context=context,
        )
        signer = CachedSigner(key.key, key.certificate, key.chain)
        target.write_bytes(letter.read_bytes())
        with target.open("r+b") as stream:
            maker = PdfSigner(meta, signer=signer, timestamper=tsa, stamp_style=style)
            maker.sign_pdf(IncrementalPdfFileWriter(stream), in_place=True)

    return way


def _ours(pki: Pki, letter: Path, stamp: pades.Stamp | None) -> Callable[[], None]:
    key, trust, target = pki.key("head"), pki.new_trust(), letter.with_name("signed.pdf")

    def way() -> None:
        prepared = pades.prepare(
            letter,
            target,
            field="head",
            certificate_der=key.certificate,
            chain_der=key.chain,
            trust=trust,
            stamp=stamp,
        )
        again = pades.Prepared.from_json(prepared.to_json())
        pades.finish(target, again, key.sign(again.signed_attributes), trust)

    return way


if __name__ == "__main__":
    main()
