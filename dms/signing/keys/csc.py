"""Keys at a remote signing service that speaks the Cloud Signature Consortium's API (CSC, version 1.0.4).

The service gets hashes, never documents. Each authorisation is bound to the hashes it is for (the service answers with
signature activation data, SAD), so what was authorised is what is signed. How the signer consents, the service says:

* ``implicit``: the service asks the signer itself (on a telephone), and nothing is typed here;
* ``explicit`` with a PIN or a one-time password: the signer types it on the signing page; it is sent on once and
  neither stored nor logged.

What a key needs (``credentials/info``) is remembered for a minute.
"""

import hashlib
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from asn1crypto import x509

from dms.errors import Invalid, Unavailable
from dms.signing.keys.csc_http import CscService
from dms.signing.keys.kinds import Held, SecretKind

_REMEMBERED_SECONDS: Final = 60
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_SIGNATURES: Final[Mapping[str, tuple[str, ...]]] = {  # of each kind of key: the identifiers we can use, best first
    "rsa": ("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1"),
    "ec": ("1.2.840.10045.4.3.2",),
}


@dataclass(frozen=True, slots=True)
class _Credential:
    """What ``credentials/info`` says of a key."""

    held: Held
    algorithm: str
    at_once: int
    asks: SecretKind | None
    sends_code: bool
    until: float


class CscKey:
    """One remote key. Its text form shows no secret."""

    def __init__(self, store: "CscKeyStore", reference: str, secret: str | None) -> None:
        self._store = store
        self._reference = reference
        self._secret = secret

    def sign(self, signed_attributes: bytes) -> bytes:
        """See ``KeyProvider.sign``."""
        return self._store.sign_many(self._reference, [signed_attributes], self._secret)[0]

    def __repr__(self) -> str:
        return f"CscKey({self._reference})"


class CscKeyStore:
    """All keys of one service; a key's reference is its credential identifier. Safe to be shared by threads."""

    def __init__(self, service: CscService) -> None:
        self._service = service
        self._known: dict[str, _Credential] = {}
        self._lock = Lock()

    def references(self) -> list[str]:
        """The credentials that the service lets us see."""
        found = self._service.call("credentials/list", {})
        with _reading():
            return sorted(str(each) for each in found["credentialIDs"])

    def held(self, reference: str) -> Held:
        """See ``KeySource.held``. Raises what ``CscService.call`` raises, and Unavailable("csc_key_unusable")."""
        return self._credential(reference).held

    def asks(self, reference: str) -> SecretKind | None:
        """See ``KeySource.asks``."""
        return self._credential(reference).asks

    def sends_code(self, reference: str) -> bool:
        """See ``KeySource.sends_code``."""
        return self._credential(reference).sends_code

    def send_code(self, reference: str) -> None:
        """See ``KeySource.send_code``."""
        self._service.call("credentials/sendOTP", {"credentialID": reference})

    def provider(self, reference: str, secret: str | None) -> CscKey:
        """See ``KeySource.provider``; the service is asked only when something is signed."""
        return CscKey(self, reference, secret)

    def sign_many(self, reference: str, attributes: Sequence[bytes], secret: str | None) -> list[bytes]:
        """See ``KeySource.sign_many``.

        Invalid: ``key_secret_missing``, ``key_secret_refused``, ``key_batch_too_large`` (a one-time password is good
        for one authorisation, and the service signs fewer at once). Unavailable: ``csc_*``.
        """
        credential = self._credential(reference)
        if credential.asks and not secret:
            raise Invalid("key_secret_missing", field="secret")
        if credential.asks is SecretKind.OTP and len(attributes) > credential.at_once:
            raise Invalid("key_batch_too_large", most=credential.at_once)
        size = credential.at_once
        chunks = [attributes[start : start + size] for start in range(0, len(attributes), size)]
        return [raw for chunk in chunks for raw in self._sign(reference, credential, chunk, secret)]

    def __repr__(self) -> str:
        return f"CscKeyStore({self._service!r})"

    def _sign(
        self, reference: str, credential: _Credential, attributes: Sequence[bytes], secret: str | None
    ) -> list[bytes]:
        hashes = [b64encode(hashlib.sha256(each).digest()).decode() for each in attributes]
        consent = {credential.asks.value: secret} if credential.asks else {}
        wanted = {"credentialID": reference, "numSignatures": len(hashes), "hash": hashes, **consent}
        granted = self._service.call("credentials/authorize", wanted)
        with _reading():
            sad = str(granted["SAD"])
        order = {"credentialID": reference, "SAD": sad, "hash": hashes}
        algorithm = {"hashAlgo": _SHA256, "signAlgo": credential.algorithm}
        answer = self._service.call("signatures/signHash", order | algorithm)
        with _reading():
            raws = [b64decode(each, validate=True) for each in answer["signatures"]]
        if len(raws) != len(hashes):
            raise Unavailable("csc_answer_unusable")
        return raws

    def _credential(self, reference: str) -> _Credential:
        with self._lock:
            known = self._known.get(reference)
        if known is not None and known.until > time.monotonic():
            return known
        wanted = {"credentialID": reference, "certificates": "chain", "certInfo": False, "authInfo": True}
        answer = self._service.call("credentials/info", wanted)
        with _reading():
            found = _parse(answer, reference)
        with self._lock:
            self._known[reference] = found
        return found


@contextmanager
def _reading() -> Iterator[None]:
    """Whatever is wrong with an answer is one refusal; nothing of the answer is shown."""
    try:
        yield
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Unavailable("csc_answer_unusable") from error


def _parse(answer: Mapping[str, Any], reference: str) -> _Credential:
    leaf, *others = [b64decode(each, validate=True) for each in answer["cert"]["certificates"]]
    if answer["key"]["status"] != "enabled":
        raise Unavailable("csc_key_disabled", ref=reference)
    asks, sends_code = _consent(answer, reference)
    return _Credential(
        held=Held(leaf, tuple(others)),
        algorithm=_algorithm(leaf, answer["key"]["algo"], reference),
        at_once=max(1, int(answer.get("multisign", 1))),
        asks=asks,
        sends_code=sends_code,
        until=time.monotonic() + _REMEMBERED_SECONDS,
    )


def _algorithm(leaf: bytes, offered: Sequence[str], reference: str) -> str:
    kind = x509.Certificate.load(leaf, strict=True).public_key.algorithm
    usable = [each for each in _SIGNATURES.get(kind, ()) if each in offered]
    if not usable:
        raise Unavailable("csc_key_unusable", ref=reference)
    return usable[0]


def _consent(answer: Mapping[str, Any], reference: str) -> tuple[SecretKind | None, bool]:
    """What the signer must type, and whether the service sends it first. One thing can be typed, not two."""
    mode = answer.get("authMode", "implicit")
    if mode == "implicit":
        return None, False
    needed = [kind for kind in SecretKind if str(answer.get(kind.value, {}).get("presence", "false")) == "true"]
    if mode != "explicit" or len(needed) != 1:
        raise Unavailable("csc_key_unusable", ref=reference)
    return needed[0], answer[needed[0].value].get("type") == "online"
