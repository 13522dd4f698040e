"""Good files: every level, kind of key and format that a Vietnamese office meets."""

from pathlib import Path

from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

from dms.signing import pades
from tests.pki import Pki
from tests.signing.corpus.workshop import Workshop, good
from tests.signing.pades import flow, foreign

TEN = ("head", "deputy", "chair", "clerk", "secretary")


def _copy(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())


@good("PAdES B-B, RSA-2048, SHA-256")
def level_b(shop: Workshop, target: Path) -> None:
    _copy(shop.plain, target)


@good("PAdES B-T: with a time stamp, without revocation data")
def level_t(shop: Workshop, target: Path) -> None:
    foreign.sign(shop.pki, shop.letter, target, stamped=True, md_algorithm="sha256")


@good("PAdES B-LT by this service: head of the unit, field lock that leaves number, date and seal open")
def level_lt(shop: Workshop, target: Path) -> None:
    _copy(shop.head, target)


@good("Head signs, clerk fills number and date, organisation seals and locks everything")
def sealed_letter(shop: Workshop, target: Path) -> None:
    _copy(shop.sealed, target)


@good("PAdES B-LTA: the sealed letter with an archive time stamp")
def level_lta(shop: Workshop, target: Path) -> None:
    _copy(shop.archived, target)


@good("The archive time stamp renewed twice")
def renewed_lta(shop: Workshop, target: Path) -> None:
    _copy(shop.archived, target)
    pades.extend_lta(target, shop.pki.trust)
    pades.extend_lta(target, shop.pki.trust)


@good("ECDSA P-256 (deputy)")
def ecdsa_p256(shop: Workshop, target: Path) -> None:
    flow.sign(shop.pki, shop.letter, target, "head", "deputy")


@good("ECDSA P-384 (clerk)")
def ecdsa_p384(shop: Workshop, target: Path) -> None:
    flow.sign(shop.pki, shop.letter, target, "head", "clerk")


@good("RSASSA-PSS")
def rsa_pss(shop: Workshop, target: Path) -> None:
    foreign.sign(shop.pki, shop.letter, target, stamped=True, md_algorithm="sha256", pss=True)


@good("SHA-512")
def sha_512(shop: Workshop, target: Path) -> None:
    foreign.sign(shop.pki, shop.letter, target, stamped=True, md_algorithm="sha512")


@good("The older format adbe.pkcs7.detached, as desktop signers still write it")
def pkcs7_detached(shop: Workshop, target: Path) -> None:
    settings = {"subfilter": SigSeedSubFilter.ADOBE_PKCS7_DETACHED, "md_algorithm": "sha256"}
    foreign.sign(shop.pki, shop.letter, target, stamped=True, **settings)


@good("Certifying signature (DocMDP 2: forms may be filled)")
def certified(shop: Workshop, target: Path) -> None:
    settings = {"certify": True, "docmdp_permissions": MDPPerm.FILL_FORMS, "md_algorithm": "sha256"}
    foreign.sign(shop.pki, shop.letter, target, stamped=True, **settings)


@good("Ten signatures, one after the other, all B-LT")
def ten_signatures(shop: Workshop, target: Path) -> None:
    ten_signed(shop.pki, shop.folder / "work", target)


def ten_signed(pki: Pki, folder: Path, target: Path, count: int = 10) -> Path:
    """A letter with ``count`` fields, each signed by this service."""
    corners = [(60 + 100 * (number % 5), 60 + 60 * (number // 5)) for number in range(count)]
    fields = [
        pades.FieldSpec(f"s{number}", pades.FieldKind.SIGNATURE, 0, (left, bottom, left + 90, bottom + 45))
        for number, (left, bottom) in enumerate(corners)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ten-0.pdf"
    pades.add_fields(flow.letter(folder).with_name("plain.pdf"), path, fields)
    for number in range(count):
        after = target if number == count - 1 else folder / f"ten-{number + 1}.pdf"
        path = flow.sign(pki, path, after, f"s{number}", TEN[number % len(TEN)])
    return path


ALL = (
    level_b,
    level_t,
    level_lt,
    sealed_letter,
    level_lta,
    renewed_lta,
    ecdsa_p256,
    ecdsa_p384,
    rsa_pss,
    sha_512,
    pkcs7_detached,
    certified,
    ten_signatures,
)
