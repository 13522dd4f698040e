"""What a verdict rests on: the values that a report tells of each certificate, answer and time stamp. Plain types only.

The items are those that Circular 15/2025/TT-BKHCN, article 6, wants shown: who issued and who manages the certificate,
its validity, whether it was revoked when it signed and who says so, the time stamp, and whether anything was changed.
"""

import enum
from dataclasses import dataclass, field
from datetime import datetime


class Standing(enum.StrEnum):
    """Whether a certificate was revoked at the time of the signature; ``UNKNOWN`` where nobody can tell."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class Revocation:
    """What is known about the revocation of a certificate.

    ``source`` is ``ocsp``, ``crl`` or empty; ``origin`` says where the answer came from: the ``file`` itself, the
    ``network``, or empty. ``standing`` is that at the time of the signature; ``revoked_at`` may lie after it.
    """

    standing: Standing
    source: str = ""
    origin: str = ""
    this_update: datetime | None = None
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    answer_sha256: str = ""


@dataclass(frozen=True)
class CertificateFacts:
    """A certificate of a chain. ``der`` is base64; ``is_anchor`` says that it is one of the configured roots."""

    subject: str
    name: str
    issuer: str
    issuer_name: str
    managing_unit: str
    serial: str
    sha256: str
    valid_from: datetime
    valid_to: datetime
    key: str
    is_anchor: bool
    was_valid: bool
    revocation: Revocation
    der: str = field(repr=False, default="")


@dataclass(frozen=True)
class StampFacts:
    """A time stamp: when, by whom, and the chain of its authority's certificate."""

    at: datetime
    authority: str
    chain: tuple[CertificateFacts, ...]


@dataclass(frozen=True)
class Lock:
    """What the signature forbids: ``action`` is ``all``, ``include`` or ``exclude`` of ``fields``, or empty.

    ``permission`` is the document's (DocMDP): 1 no change, 2 filling forms, 3 also comments; None if it sets none.
    """

    action: str = ""
    fields: tuple[str, ...] = ()
    permission: int | None = None


@dataclass(frozen=True)
class Proof:
    """Everything that one signature's verdict rests on.

    ``coverage``: ``entire_file``, ``entire_revision`` or ``partial``. ``changes`` after the signature: ``none``,
    ``upkeep`` (revocation data, time stamps), ``form_filling`` or ``other``. ``chain`` goes from the signer upwards and
    holds only certificates whose signature was verified with the next one; it ends at a configured root if there is
    one. ``judged_at`` is the time as of which the chain was judged.
    """

    intact: bool
    genuine: bool
    coverage: str
    changes: str
    changed_fields: tuple[str, ...]
    lock: Lock
    digest_algorithm: str
    signature_algorithm: str
    judged_at: datetime
    chain: tuple[CertificateFacts, ...]
    timestamp: StampFacts | None = None

    @property
    def is_anchored(self) -> bool:
        """Whether the chain ends at one of the configured roots."""
        return bool(self.chain) and self.chain[-1].is_anchor

    @property
    def root(self) -> str:
        """The name of the configured root that the chain leads to; empty if it leads to none."""
        return self.chain[-1].name if self.is_anchored else ""
