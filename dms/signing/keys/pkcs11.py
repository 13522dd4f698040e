"""Keys on a token or in an HSM at the server, over PKCS#11.

A process keeps one logged-in session behind a lock (a second log-in is refused by the standard, and a session does one
thing at a time) and opens a new one when it is lost: pulled token, restarted HSM, fork.

**The PIN is never guessed.** A PIN that was refused is not sent again by this process, and a PIN is not sent at all to
a token that says that a wrong one was entered lately: the servers of a site and their restarts would together lock it.
Logging in once with the vendor's tool clears that mark.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, TypeVar

import pkcs11
from asn1crypto import x509
from asn1crypto.algos import DigestInfo
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, Session, Token, TokenFlag
from pkcs11.exceptions import (
    NoSuchKey,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    UserAlreadyLoggedIn,
)

from dms.errors import DomainError, NotFound, Unavailable
from dms.signing.keys.kinds import AsksNothing, Held

T = TypeVar("T")

Refusal = Callable[[str], Unavailable]

# What a token says of its PIN before a PIN is sent: the first row that fits decides.
_WARNINGS: Final[tuple[tuple[TokenFlag, Refusal], ...]] = (
    (TokenFlag.USER_PIN_LOCKED, lambda token: Unavailable("key_pin_locked", token=token)),
    (TokenFlag.USER_PIN_FINAL_TRY, lambda token: Unavailable("key_pin_last_try", token=token)),
    (TokenFlag.USER_PIN_COUNT_LOW, lambda token: Unavailable("key_pin_doubtful", token=token)),
)
# The same after it refused one; every set of flags contains the empty one.
_REFUSALS: Final[tuple[tuple[TokenFlag, Refusal], ...]] = (
    (TokenFlag.USER_PIN_LOCKED, lambda token: Unavailable("key_pin_locked", token=token)),
    (TokenFlag.USER_PIN_FINAL_TRY, lambda token: Unavailable("key_pin_wrong_one_left", token=token)),
    (TokenFlag(0), lambda token: Unavailable("key_pin_wrong", token=token)),
)


@dataclass(frozen=True, slots=True)
class _Key:
    private: Any  # the library's types say of no key that it can sign
    mechanism: Mechanism
    held: Held


class Pkcs11Key:
    """One key on a token: asked anew for each signature, so a lost session harms nobody."""

    def __init__(self, store: "Pkcs11KeyStore", reference: str) -> None:
        self._store = store
        self._reference = reference

    def sign(self, signed_attributes: bytes) -> bytes:
        """See ``KeyProvider.sign``."""
        return self._store.sign_many(self._reference, [signed_attributes], None)[0]


class Pkcs11KeyStore(AsksNothing):
    """All keys of one token. ``pin`` is asked at each log-in, so that a corrected secret needs no restart.

    A key's reference is its label (CKA_LABEL). Its certificate has the same CKA_ID, or the same label.
    """

    def __init__(self, library: str, token_label: str, pin: Callable[[], str]) -> None:
        self._library = library
        self._label = token_label
        self._pin = pin
        self._refused: dict[bytes, DomainError] = {}
        self._lock = Lock()
        self._session: Session | None = None
        self._process = 0
        self._keys: dict[str, _Key] = {}

    def references(self) -> list[str]:
        """The labels of all private keys on the token."""
        wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
        return self._use(lambda session: sorted({str(key[Attribute.LABEL]) for key in session.get_objects(wanted)}))

    def held(self, reference: str) -> Held:
        """See ``KeySource.held``; Unavailable("key_token_*", "key_pin_*", "key_unavailable")."""
        return self._use(lambda session: self._key(session, reference).held)

    def provider(self, reference: str, secret: str | None) -> Pkcs11Key:  # noqa: ARG002 - the PIN is the server's
        """See ``KeySource.provider``; the token is asked only when something is signed."""
        return Pkcs11Key(self, reference)

    def sign_many(self, reference: str, attributes: Sequence[bytes], secret: str | None) -> list[bytes]:  # noqa: ARG002 - the same
        """See ``KeySource.sign_many``."""

        def work(session: Session) -> list[bytes]:
            key = self._key(session, reference)
            return [_sign(key, each) for each in attributes]

        return self._use(work)

    def close(self) -> None:
        """Log out; the next use logs in again."""
        with self._lock:
            self._drop()

    def __repr__(self) -> str:
        return f"Pkcs11KeyStore({self._library}, {self._label})"

    # --- one session

    def _use(self, work: Callable[[Session], T]) -> T:
        """Do ``work``, once more with a new session if this one turns out to be lost."""
        with self._lock:
            self._notice_fork()
            if self._session is not None:
                try:
                    return work(self._session)
                except PKCS11Error:
                    self._drop()
            self._session = self._open()
            try:
                return work(self._session)
            except PKCS11Error as error:
                self._drop()
                raise Unavailable("key_token_unavailable", token=self._label) from error

    def _notice_fork(self) -> None:
        """A child of a process that used the token starts with nothing: handles are its parent's alone."""
        if self._process not in {0, os.getpid()}:
            self._drop()
            self._start(afresh=True)
        self._process = os.getpid()

    def _drop(self) -> None:
        session, self._session = self._session, None
        self._keys.clear()
        if session is not None and self._process == os.getpid():
            try:
                session.close()
            except PKCS11Error:
                return  # it was lost, which is why it is dropped

    def _open(self) -> Session:
        token = self._find()
        pin = self._ask_pin()
        mark = hashlib.sha256(pin.encode()).digest()
        if mark in self._refused:
            raise type(self._refused[mark])(self._refused[mark].code, **self._refused[mark].params)
        ensure_pin_may_be_tried(token.flags, self._label)
        try:
            return _log_in(token, pin)
        except (PinIncorrect, PinInvalid, PinLenRange, PinLocked) as error:
            refusal = pin_refusal(self._find().flags, self._label)
            self._refused[mark] = refusal
            raise refusal from error
        except PKCS11Error as error:
            raise Unavailable("key_token_unavailable", token=self._label) from error

    def _ask_pin(self) -> str:
        try:
            pin = self._pin()
        except OSError as error:
            raise Unavailable("key_pin_missing", token=self._label) from error
        if not pin:
            raise Unavailable("key_pin_missing", token=self._label)
        return pin

    def _find(self) -> Token:
        """The token with our label; many libraries see one that was plugged in again only after a fresh start."""
        found = _tokens(self._start(), self._label) or _tokens(self._start(afresh=True), self._label)
        if not found:
            raise Unavailable("key_token_missing", token=self._label)
        if len(found) > 1:
            raise Unavailable("key_token_ambiguous", token=self._label)
        return found[0]

    def _start(self, *, afresh: bool = False) -> Any:
        try:
            library = pkcs11.lib(self._library)
            if afresh:
                _finalize(library)
                library = pkcs11.lib(self._library)
        except PKCS11Error as error:
            raise Unavailable("key_library_unusable", library=self._library) from error
        return library

    # --- one key

    def _key(self, session: Session, reference: str) -> _Key:
        if reference not in self._keys:
            self._keys[reference] = self._load(session, reference)
        return self._keys[reference]

    def _load(self, session: Session, reference: str) -> _Key:
        try:
            private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=reference)
        except NoSuchKey as error:
            raise NotFound("key_missing", ref=reference) from error
        except pkcs11.MultipleObjectsReturned as error:
            raise Unavailable("key_ambiguous", ref=reference) from error
        leaf = _leaf(session, private, reference)
        others = tuple(each for each in _certificates(session) if each != leaf)
        return _Key(private, _mechanism(session, private, reference), Held(leaf, others))


def ensure_pin_may_be_tried(flags: TokenFlag, token: str) -> None:
    """Raise Unavailable("key_pin_locked", "key_pin_last_try", "key_pin_doubtful") where a try could do harm."""
    for flag, refusal in _WARNINGS:
        if flag in flags:
            raise refusal(token)


def pin_refusal(flags: TokenFlag, token: str) -> Unavailable:
    """What to say of a PIN that was just refused: how many tries are left, where the token tells."""
    return next(refusal for flag, refusal in _REFUSALS if flag in flags)(token)


def _log_in(token: Token, pin: str) -> Session:
    try:
        return token.open(user_pin=pin)
    except UserAlreadyLoggedIn:  # a log-in holds for the whole process
        return token.open()


def _tokens(library: Any, label: str) -> list[Token]:
    """Tokens with this label; one that fails to answer does not hide the others."""
    found = []
    for slot in library.get_slots(token_present=True):
        try:
            token = slot.get_token()
        except PKCS11Error:
            continue
        if token.label.strip() == label:
            found.append(token)
    return found


def _finalize(library: Any) -> None:
    try:
        library.finalize()
    except PKCS11Error:
        return  # after a fork there is nothing to end


def _certificates(session: Session, **named: Any) -> list[bytes]:
    wanted = {Attribute.CLASS: ObjectClass.CERTIFICATE} | {Attribute[name]: value for name, value in named.items()}
    return [bytes(each[Attribute.VALUE]) for each in session.get_objects(wanted)]


def _leaf(session: Session, private: Any, reference: str) -> bytes:
    found = _certificates(session, ID=private[Attribute.ID]) or _certificates(session, LABEL=reference)
    if not found:
        raise Unavailable("key_certificate_missing", ref=reference)
    # A renewed certificate of the same key lies beside the old one.
    return max(found, key=lambda der: x509.Certificate.load(der).not_valid_after)


def _mechanism(session: Session, private: Any, reference: str) -> Mechanism:
    """Hashing on the token where it can, else the bare signature over a hash made here."""
    kind = private[Attribute.KEY_TYPE]
    if kind == KeyType.EC:
        return Mechanism.ECDSA  # CKM_ECDSA_SHA256 is missing on many tokens, CKM_ECDSA on none
    if kind != KeyType.RSA:
        raise Unavailable("key_unavailable", ref=reference)
    offered = session.token.slot.get_mechanisms()
    return Mechanism.SHA256_RSA_PKCS if Mechanism.SHA256_RSA_PKCS in offered else Mechanism.RSA_PKCS


def _sign(key: _Key, data: bytes) -> bytes:
    digest = hashlib.sha256(data).digest()
    match key.mechanism:
        case Mechanism.ECDSA:
            raw = key.private.sign(digest, mechanism=Mechanism.ECDSA)
            half = len(raw) // 2
            return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
        case Mechanism.RSA_PKCS:
            info = DigestInfo({"digest_algorithm": {"algorithm": "sha256"}, "digest": digest})
            return bytes(key.private.sign(info.dump(), mechanism=Mechanism.RSA_PKCS))
        case _:
            return bytes(key.private.sign(data, mechanism=key.mechanism))
