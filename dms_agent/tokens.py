"""The signer's token by PKCS#11: what certificates are there, and signatures with the key of one of them.

The PIN is tried once. A token locks itself after a few wrong ones, so nothing here ever tries again by itself.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

import pkcs11
from asn1crypto import x509
from asn1crypto.algos import DigestInfo
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as p11

from dms_agent.errors import AgentError

GONE = (
    p11.DeviceRemoved,
    p11.TokenNotPresent,
    p11.TokenNotRecognised,
    p11.DeviceError,
    p11.SessionClosed,
    p11.SessionHandleInvalid,
    p11.ObjectHandleInvalid,
    p11.KeyHandleInvalid,
    p11.SlotIDInvalid,
    p11.UserNotLoggedIn,
)
WRONG_PIN = (p11.PinIncorrect, p11.PinInvalid, p11.PinLenRange)


class Tries(StrEnum):
    """How many wrong PINs the token still bears, as far as PKCS#11 lets it say so."""

    FULL = "full"
    FEWER = "fewer"
    LAST = "last"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate that lies on a token with, as we suppose, its key."""

    certificate: bytes
    subject: str
    token: str
    serial: str
    tries: Tries
    has_pin_pad: bool
    key_id: bytes

    @property
    def sha256(self) -> str:
        """The fingerprint by which the service names it."""
        return sha256(self.certificate).hexdigest()


class Module:
    """A driver, as its maker ships it: ``bit4xpki.dll``, ``libsofthsm2.so``."""

    def __init__(self, path: str) -> None:
        """Load it. Raises AgentError("module_unusable")."""
        self.path = path
        try:
            self._library = pkcs11.lib(path)
        except (p11.PKCS11Error, RuntimeError, OSError) as error:
            raise AgentError("module_unusable", path=path) from error

    def certificates(self) -> list[Held]:
        """Every certificate on every token that is plugged in; no PIN is needed for that."""
        with _told():
            return [held for token in self._tokens() for held in _on(token)]

    def holding(self, fingerprint: str) -> Held:
        """The certificate with that SHA-256. Raises AgentError: token_missing, certificate_missing, pin_locked."""
        there = self.certificates()
        if not there and not self._tokens():
            raise AgentError("token_missing")
        found = next((held for held in there if held.sha256 == fingerprint), None)
        if found is None:
            raise AgentError("certificate_missing", found=", ".join(held.subject for held in there) or "–")
        if found.tries is Tries.NONE:
            raise AgentError("pin_locked", token=found.token)
        return found

    def sign(
        self, held: Held, pin: str | None, messages: Mapping[str, bytes], *, progress: Callable[[int], None]
    ) -> dict[str, bytes]:
        """Sign every message with one log-in; ``pin`` None means that the token's own pad asks for it.

        ``progress`` hears 0 as soon as the PIN was accepted, then how many are done. All or nothing is returned.
        Raises AgentError: pin_wrong, pin_locked, token_removed, key_missing, key_mismatch, token_refused.
        """
        token = self._token(held)
        with self._entered(token, held, pin) as session, _told():
            key = _key(session, held)
            progress(0)
            made = {}
            for done, (name, message) in enumerate(messages.items(), start=1):
                made[name] = _signature(key, held, pin, message)
                progress(done)
            return made

    def _tokens(self) -> list[pkcs11.Token]:
        with _told():
            slots = self._library.get_slots(token_present=True)
            found = list(filter(None, map(_token_in, slots)))
        return [token for token in found if TokenFlag.TOKEN_INITIALIZED in token.flags]

    def _token(self, held: Held) -> pkcs11.Token:
        for token in self._tokens():
            if (token.label, _serial(token)) == (held.token, held.serial):
                return token
        raise AgentError("token_removed")

    @contextmanager
    def _entered(self, token: pkcs11.Token, held: Held, pin: str | None) -> Iterator[pkcs11.Session]:
        try:
            session = token.open(user_pin=pkcs11.PROTECTED_AUTH if pin is None else pin)
        except p11.PinLocked as error:
            raise AgentError("pin_locked", token=held.token) from error
        except WRONG_PIN as error:
            raise AgentError("pin_wrong", tries=self._tries_now(held)) from error
        except p11.FunctionCancelled as error:
            raise AgentError("declined") from error
        except p11.PKCS11Error as error:
            raise _translated(error) from error
        with session:
            yield session

    def _tries_now(self, held: Held) -> str:
        """Look again: the flags tell whether the wrong PIN was the last but one."""
        try:
            return tries_left(self._token(held).flags).value
        except AgentError:
            return Tries.FEWER.value


def tries_left(flags: TokenFlag) -> Tries:
    """What the flags of a token say (PKCS#11 has no number for it)."""
    if TokenFlag.USER_PIN_LOCKED in flags:
        return Tries.NONE
    if TokenFlag.USER_PIN_FINAL_TRY in flags:
        return Tries.LAST
    return Tries.FEWER if TokenFlag.USER_PIN_COUNT_LOW in flags else Tries.FULL


def _token_in(slot: pkcs11.Slot) -> pkcs11.Token | None:
    """The token in a slot, unless it was pulled out a moment ago or is none that the driver knows."""
    try:
        return slot.get_token()
    except (p11.TokenNotPresent, p11.TokenNotRecognised, p11.DeviceRemoved):
        return None


def _on(token: pkcs11.Token) -> Iterator[Held]:
    with token.open() as session:
        for found in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
            der = bytes(found[Attribute.VALUE])
            subject = _subject(der)
            if subject is not None:
                flags = token.flags
                yield Held(
                    certificate=der,
                    subject=subject,
                    token=token.label,
                    serial=_serial(token),
                    tries=tries_left(flags),
                    has_pin_pad=TokenFlag.PROTECTED_AUTHENTICATION_PATH in flags,
                    key_id=bytes(found[Attribute.ID]),
                )


def _serial(token: pkcs11.Token) -> str:
    return token.serial.decode("ascii", "replace").strip()


def _subject(der: bytes) -> str | None:
    """The common name; None for an authority's certificate, with which nobody signs papers."""
    try:
        certificate = x509.Certificate.load(der)
        name = certificate.subject.native.get("common_name", "?")
        return None if certificate.ca else str(name)
    except (ValueError, TypeError):
        return None


def _key(session: pkcs11.Session, held: Held) -> Any:
    found = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: held.key_id}))
    if len(found) != 1:
        raise AgentError("key_missing")
    return found[0]


def _signature(key: Any, held: Held, pin: str | None, message: bytes) -> bytes:
    """One raw signature over SHA-256 of the message, shown to be by the certificate's key."""
    again = pin if _asks_each_time(key) else None
    digest = sha256(message).digest()
    if key.key_type is KeyType.EC:
        both = bytes(key.sign(digest, mechanism=Mechanism.ECDSA, pin=again))
        half = len(both) // 2
        made = encode_dss_signature(int.from_bytes(both[:half]), int.from_bytes(both[half:]))
    else:
        info = DigestInfo({"digest_algorithm": {"algorithm": "sha256"}, "digest": digest}).dump()
        made = bytes(key.sign(info, mechanism=Mechanism.RSA_PKCS, pin=again))
    ensure_signed_by(held.certificate, made, message)
    return made


def _asks_each_time(key: Any) -> bool:
    """Whether the key wants the PIN before every signature (CKA_ALWAYS_AUTHENTICATE), as on some cards."""
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except p11.PKCS11Error:
        return False


def ensure_signed_by(certificate: bytes, signature: bytes, message: bytes) -> None:
    """Raise AgentError("key_mismatch") unless the signature is by the certificate's key."""
    public = load_der_x509_certificate(certificate).public_key()
    try:
        match public:
            case rsa.RSAPublicKey():
                public.verify(signature, message, padding.PKCS1v15(), SHA256())
            case ec.EllipticCurvePublicKey():
                public.verify(signature, message, ec.ECDSA(SHA256()))
            case _:
                raise AgentError("key_mismatch")
    except InvalidSignature as error:
        raise AgentError("key_mismatch") from error


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except p11.PKCS11Error as error:
        raise _translated(error) from error


def _translated(error: p11.PKCS11Error) -> AgentError:
    if isinstance(error, GONE):
        return AgentError("token_removed")
    return AgentError("token_refused", reason=type(error).__name__)
