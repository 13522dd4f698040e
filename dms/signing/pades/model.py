"""The values that go in and out of the signing core: frozen, made of plain types, safe to pickle, store and compare."""

import enum
import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from dms.signing.pades.anchors import AnchorKind
from dms.signing.pades.etsi import Outcome, outcome_of
from dms.signing.pades.proof import Proof

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in PDF points from the lower left corner of the page."""


class FieldKind(enum.StrEnum):
    """What a form field is for."""

    SIGNATURE = "signature"
    TEXT = "text"


class LockAction(enum.StrEnum):
    """Which fields may no longer change once the field that carries the lock is signed."""

    ALL = "all"
    EXCLUDE = "exclude"
    INCLUDE = "include"


class Alignment(enum.IntEnum):
    """Where text stands in its field; the values are PDF's own (/Q)."""

    LEFT = 0
    CENTRE = 1
    RIGHT = 2


class StampKind(enum.StrEnum):
    """Decree 30/2020 annex I, II.7.d and II.8.a: a person's signature, an organisation's seal, or words alone."""

    HANDWRITTEN = "handwritten"
    SEAL = "seal"
    TEXT = "text"


class Verdict(enum.StrEnum):
    """Our own judgement: VALID only if everything holds; UNPROVEN if it may hold but cannot be shown here and now."""

    VALID = "valid"
    UNPROVEN = "unproven"
    INVALID = "invalid"


class Level(enum.StrEnum):
    """How long the signature carries its own proof (ETSI EN 319 142-1)."""

    B = "B-B"
    T = "B-T"
    LT = "B-LT"
    LTA = "B-LTA"


@dataclass(frozen=True)
class FieldLock:
    """What signing a field closes: all fields, all but ``fields``, or only ``fields``."""

    action: LockAction
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldSpec:
    """A form field to be made. ``page`` counts from 0; ``lock`` is for signature fields only."""

    name: str
    kind: FieldKind
    page: int
    box: Box
    lock: FieldLock | None = None
    font_size: float = 13
    italic: bool = False
    alignment: Alignment = Alignment.LEFT


@dataclass(frozen=True)
class FieldsSummary:
    """The form of a PDF: signature fields (and which of them are signed) and text fields with their values."""

    signature_fields: tuple[str, ...] = ()
    signed_fields: tuple[str, ...] = ()
    text_fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stamp:
    """What is drawn in a signature field: small ``lines`` of text, a transparent PNG ``picture``, or both."""

    lines: tuple[str, ...] = ()
    picture: bytes | None = None
    kind: StampKind = StampKind.HANDWRITTEN


@dataclass(frozen=True)
class Prepared:
    """A signature half made: everything that ``finish`` needs, and nothing that a client could forge to advantage.

    ``signed_attributes`` (DER) is what the key signs, with SHA-256 and PKCS#1 v1.5 (RSA) or ECDSA.
    ``reserved`` is the half-open byte range of the signature's place in the prepared file; ``proven_authority`` the
    SHA-256 of the time-stamping certificate whose proof the prepared file holds.
    """

    field: str
    document_digest: bytes
    reserved: tuple[int, int]
    signed_attributes: bytes
    certificate: bytes
    chain: tuple[bytes, ...]
    signature_algorithm: str
    prepared_sha256: str
    prepared_size: int
    prepared_at: datetime
    proven_authority: str

    @property
    def to_sign(self) -> bytes:
        """SHA-256 of the signed attributes: the 32 bytes to be sent to a token that signs digests."""
        return hashlib.sha256(self.signed_attributes).digest()

    def to_json(self) -> str:
        """Everything as JSON; bytes are base64, the instant ISO 8601."""
        return json.dumps({key: _plain(value) for key, value in asdict(self).items()})

    @classmethod
    def from_json(cls, text: str) -> "Prepared":
        """The value that ``to_json`` wrote; ValueError or KeyError if it did not."""
        raw: dict[str, Any] = json.loads(text)
        for key in ("document_digest", "signed_attributes", "certificate"):
            raw[key] = b64decode(raw[key], validate=True)
        raw["chain"] = tuple(b64decode(item, validate=True) for item in raw["chain"])
        raw["reserved"] = (int(raw["reserved"][0]), int(raw["reserved"][1]))
        raw["prepared_at"] = datetime.fromisoformat(raw["prepared_at"])
        return cls(**raw)


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return b64encode(value).decode()
        case datetime():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value


@dataclass(frozen=True)
class ExpectedSigner:
    """Who must have signed a field: by UID (``CCCD:…``, ``MST:…``), by certificate, or both; never by name."""

    uid: str | None = None
    certificate_sha256: str | None = None


@dataclass(frozen=True)
class Expected:
    """What the caller knows about a file, to be compared with what the file says.

    ``signers``: exactly these signature fields are signed, by these. ``fillable``: text fields that may be filled after
    a signature (number, date). ``open_fields``: signature fields that may still be empty. ``sha256``: of the stored
    file; it alone shows that a last signature was cut off. ``stamped``: each of them must carry a time stamp.
    """

    signers: Mapping[str, ExpectedSigner]
    fillable: frozenset[str] = frozenset()
    open_fields: frozenset[str] = frozenset()
    sha256: str | None = None
    stamped: bool = False


@dataclass(frozen=True)
class SignatureReport:
    """One signature, judged. ``signed_at`` is the signer's claim, ``timestamp_at`` the time-stamping authority's.

    ``anchor_set`` is the set of trust anchors that the certificate leads to; None where it leads to none.
    """

    field: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    level: Level = Level.B
    signer_subject: str = ""
    signer_name: str = ""
    signer_uid: str | None = None
    certificate_sha256: str = ""
    serial: str = ""
    issuer: str = ""
    signed_at: datetime | None = None
    timestamp_at: datetime | None = None
    timestamp_by: str = ""
    proof: Proof | None = None
    anchor_set: AnchorKind | None = None

    @property
    def outcome(self) -> Outcome:
        """The outcome of ETSI EN 319 102-1."""
        return outcome_of(self.reasons)


@dataclass(frozen=True)
class DocumentReport:
    """A file, judged: the worst verdict of its signatures and of the file as a whole."""

    verdict: Verdict
    reasons: tuple[str, ...]
    signatures: tuple[SignatureReport, ...]
    sha256: str
    archived_at: tuple[datetime, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The outcome of ETSI EN 319 102-1 for the file: the worst of its signatures and of what is wrong with it."""
        return outcome_of([*self.reasons, *(reason for each in self.signatures for reason in each.reasons)])

    @property
    def is_valid(self) -> bool:
        """Whether everything holds."""
        return self.verdict == Verdict.VALID
