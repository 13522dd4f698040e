"""The way of a letter through the signing core, as the tests walk it: fields, the head's signature, number and seal."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from dms.signing import pades
from dms.signing.pades import FieldKind, FieldLock, FieldSpec, LockAction
from tests.pki import Pki

SIGNATURE_BOX = (330.0, 380.0, 500.0, 450.0)
FIELDS = (
    FieldSpec("number", FieldKind.TEXT, 0, (100, 690, 230, 710)),
    FieldSpec("date", FieldKind.TEXT, 0, (290, 690, 540, 710), italic=True, alignment=pades.Alignment.CENTRE),
    FieldSpec("note", FieldKind.TEXT, 0, (100, 300, 230, 320)),
    FieldSpec("head", FieldKind.SIGNATURE, 0, SIGNATURE_BOX, FieldLock(LockAction.EXCLUDE, ("number", "date", "seal"))),
    FieldSpec("seal", FieldKind.SIGNATURE, 0, pades.seal_box(SIGNATURE_BOX, 102), FieldLock(LockAction.ALL)),
)
FILLS = {"number": "125/TTr-SNV", "date": "Vĩnh Long, ngày 24 tháng 11 năm 2026"}
LETTER = """
#set page(paper: "a4", margin: (left: 3cm, rest: 2cm))
#set text(font: "Tinos", size: 13pt, lang: "vi")
#grid(columns: (2fr, 3fr), align: center,
  [UBND TỈNH VĨNH LONG \\ *SỞ NỘI VỤ*],
  [*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM* \\ *Độc lập - Tự do - Hạnh phúc*])
#v(2.4cm)
#align(center)[*TỜ TRÌNH* \\ *Về việc đề nghị tặng thưởng Bằng khen*]
Kính gửi: Ủy ban nhân dân tỉnh Vĩnh Long.

Sở Nội vụ kính trình Ủy ban nhân dân tỉnh xem xét, tặng Bằng khen cho các tập thể, cá nhân có thành tích xuất sắc
trong phong trào thi đua “Đẩy mạnh cải cách hành chính, chuyển đổi số”.
#place(top + left, dx: 245pt, dy: 312pt, box(width: 170pt, align(center)[*GIÁM ĐỐC*]))
#place(top + left, dx: 245pt, dy: 412pt, box(width: 170pt, align(center)[*Nguyễn Thị Thuỳ Dương*]))
"""


def letter(folder: Path) -> Path:
    """A letter with all its fields, unsigned."""
    plain, target = folder / "plain.pdf", folder / "letter.pdf"
    plain.write_bytes(typst.compile(LETTER.encode()))
    pades.add_fields(plain, target, FIELDS)
    return target


def sign(  # noqa: PLR0917 - reads as a sentence where it is called
    pki: Pki, source: Path, target: Path, field: str, role: str, **more: Any
) -> Path:
    """Both halves of a signature."""
    key = pki.key(role)
    trust = more.pop("trust", pki.trust)
    prepared = pades.prepare(
        source, target, field=field, certificate_der=key.certificate, chain_der=key.chain, trust=trust, **more
    )
    pades.finish(target, prepared, key.sign(prepared.signed_attributes), trust)
    return target


def signed_by_head(pki: Pki, folder: Path, role: str = "head") -> Path:
    return sign(pki, letter(folder), folder / "head.pdf", "head", role)


def sealed(pki: Pki, folder: Path, *, head: str = "head", seal: str = "seal") -> Path:
    """The whole way: signed by the head, then numbered, dated and sealed in one update."""
    return sign(pki, signed_by_head(pki, folder, head), folder / "sealed.pdf", "seal", seal, fills=FILLS)


def expected(pki: Pki, path: Path | None = None, **roles: str) -> pades.Expected:
    """What the service knows of a finished letter; ``roles`` name who signed which field."""
    signers = {field: pades.ExpectedSigner(uid=pki.uid(role)) for field, role in (roles or _ROLES).items()}
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path else None
    open_fields = frozenset({"head", "seal"} - set(signers))
    return pades.Expected(signers, fillable=frozenset(FILLS), open_fields=open_fields, sha256=digest)


_ROLES: Mapping[str, str] = {"head": "head", "seal": "seal"}
