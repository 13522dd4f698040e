"""Where a key can live, and what the service asks of one. A key signs attributes; it never sees the document."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from dms.errors import Invalid


class KeyKind(StrEnum):
    """Who holds the key: this server (a file, a token or HSM, a remote service it may call), or the signer."""

    PKCS12 = "pkcs12"
    PKCS11 = "pkcs11"
    CSC = "csc"
    AGENT = "agent"
    VGCA = "vgca"
    ELSEWHERE = "elsewhere"


SERVER_KINDS: Final = frozenset({KeyKind.PKCS12, KeyKind.PKCS11, KeyKind.CSC})
"""Keys that this server can ask."""

SIGNER_KINDS: Final = frozenset(KeyKind) - SERVER_KINDS
"""Keys that only the signer has: on the signer's own token, or in a tool of the signer's choice."""


class SecretKind(StrEnum):
    """What a signer has to type for a key; the values are the words of the CSC interface."""

    PIN = "PIN"
    OTP = "OTP"


@dataclass(frozen=True, slots=True)
class Held:
    """The certificate of a key that the server can ask, DER, and others that came with it, in no order."""

    certificate: bytes
    chain: tuple[bytes, ...] = ()


class KeyProvider(Protocol):
    """One person's or organisation's key, wherever it is."""

    def sign(self, signed_attributes: bytes) -> bytes:
        """The raw signature over SHA-256 of ``signed_attributes``: PKCS#1 v1.5 for RSA, DER for ECDSA."""


class KeySource(Protocol):
    """All keys of one kind. Safe to be shared by threads; shows no secret in its text form."""

    def references(self) -> list[str]:
        """The names of all keys there are."""

    def held(self, reference: str) -> Held:
        """What the key ``reference`` is for; NotFound("key_missing"), Unavailable."""

    def asks(self, reference: str) -> SecretKind | None:
        """What the signer must type at each signature; None: nothing."""

    def sends_code(self, reference: str) -> bool:
        """Whether what has to be typed is sent to the signer on demand."""

    def send_code(self, reference: str) -> None:
        """Have it sent."""

    def provider(self, reference: str, secret: str | None) -> KeyProvider:
        """What signs with it. ``secret`` is used and forgotten."""

    def sign_many(self, reference: str, attributes: Sequence[bytes], secret: str | None) -> list[bytes]:
        """One raw signature for each, in their order, with one authorisation; all or nothing."""


class AsksNothing:
    """The part of a ``KeySource`` whose keys ask nothing of the signer: their secret is the server's."""

    def asks(self, _reference: str) -> SecretKind | None:
        """See ``KeySource.asks``."""
        return None

    def sends_code(self, _reference: str) -> bool:
        """See ``KeySource.sends_code``."""
        return False

    def send_code(self, _reference: str) -> None:
        """See ``KeySource.send_code``."""
        raise Invalid("key_sends_no_code")
