"""How much our verdict costs beside pyHanko alone, on a letter with ten B-LT signatures.

Plain means: the file opened once, its security store read once, each signature validated with its revocation data as of
its time stamp, changes compared; no network on either side. Ours adds: the digest of the file, the form, the rules on
changes, what each verdict rests on (chains, answers, time stamps), and the report.

    python -m bench.validation [rounds]
"""

import asyncio
import logging
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore, EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from bench.figures import Row, Verdict, calm_ratios, in_turns, judged, ms, p50, ratio, table
from dms.signing import pades
from tests.pki import SUBJECTS, Pki, running_pki
from tests.signing.corpus.accepted import TEN, ten_signed

SIGNATURES = 10
LIMIT = 1.3
SECONDS = 2.0


def main() -> None:
    logging.disable(logging.WARNING)
    rows = measured(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
    print(table(rows))
    sys.exit(any(row.verdict is Verdict.SHORT for row in rows))


def measured(rounds: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pki").mkdir()
        with running_pki(folder / "pki", [each for each in SUBJECTS if each.ref in TEN]) as pki:
            path = ten_signed(pki, folder / "work", folder / "ten.pdf", SIGNATURES)
            return [_compare(pki, path, rounds)]


def _compare(pki: Pki, path: Path, rounds: int) -> Row:
    trust = pki.offline
    plain, ours = in_turns(rounds, lambda: _plain(pki, path), lambda: _ours(path, trust))
    return judged(
        f"validate {SIGNATURES} signatures, {path.stat().st_size >> 10} KiB",
        f"{ms(p50(ours.wall))}; pyHanko alone {ms(p50(plain.wall))}",
        f"{ratio(ours, plain):.2f} × pyHanko (≤ {LIMIT}; ≤ {SECONDS:.0f} s; {calm_ratios(ours, plain)})",
        met=ratio(ours, plain) <= LIMIT and p50(ours.wall) <= SECONDS,
    )


def _ours(path: Path, trust: pades.SigningTrust) -> None:
    report = pades.validate(path, trust=trust)
    assert report.is_valid, report.reasons  # noqa: S101 - a wrong result measures nothing
    assert len(report.signatures) == SIGNATURES  # noqa: S101 - see above


def _plain(pki: Pki, path: Path) -> None:
    asyncio.run(_validated(pki, path))


def _moment(signature: EmbeddedPdfSignature) -> datetime:
    token = next(iter(extract_tst_data_iter(signature.signer_info, signed=False)))
    moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return moment


async def _validated(pki: Pki, path: Path) -> None:
    with path.open("rb") as stream:
        reader = PdfFileReader(stream)
        store = DocumentSecurityStore.read_dss(reader)
        for each in reader.embedded_regular_signatures:
            context = store.as_validation_context(
                {
                    "trust_roots": list(pki.offline.roots),
                    "moment": _moment(each),
                    "revocation_mode": "require",
                    "retroactive_revinfo": True,
                }
            )
            status = await async_validate_pdf_signature(each, context)
            assert status.bottom_line  # noqa: S101 - see above


if __name__ == "__main__":
    main()
