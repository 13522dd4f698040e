"""Keys on a token (SoftHSM2, the real library): signatures hold, a lost session comes back, a PIN is never guessed."""

import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Mechanism, TokenFlag

from dms.errors import NotFound, Unavailable
from dms.signing.keys import KeyKind, KeyRing, Pkcs11KeyStore
from dms.signing.keys import pkcs11 as provider
from dms.signing.pades.certificates import ensure_signed_by
from tests.pkcs11 import LIBRARY, PIN, SoftHsm
from tests.pki import Pki

DATA = b"signed attributes"


def a_store(softhsm: SoftHsm, label: str = "office", pin: str = PIN) -> Pkcs11KeyStore:
    token = softhsm.token(label)
    return Pkcs11KeyStore(token.library, token.label, lambda: pin)


@pytest.fixture
def store(softhsm: SoftHsm) -> Iterator[Pkcs11KeyStore]:
    opened = a_store(softhsm)
    yield opened
    opened.close()


@pytest.mark.parametrize("role", ["head", "deputy", "seal"])
def test_a_key_on_the_token_signs_for_its_certificate(store: Pkcs11KeyStore, pki: Pki, role: str) -> None:
    ring = KeyRing({KeyKind.PKCS11: store})
    held = ring.held(KeyKind.PKCS11, role)

    assert held.certificate == pki.key(role).certificate
    ensure_signed_by(held.certificate, ring.provider(KeyKind.PKCS11, role).sign(DATA), DATA)


def test_a_token_that_cannot_hash_gets_the_hash(store: Pkcs11KeyStore, pki: Pki) -> None:
    store.held("head")
    key = store._keys["head"]
    raw = provider._sign(provider._Key(key.private, Mechanism.RSA_PKCS, key.held), DATA)

    assert key.mechanism is Mechanism.SHA256_RSA_PKCS
    ensure_signed_by(pki.key("head").certificate, raw, DATA)


def test_many_threads_share_one_session(store: Pkcs11KeyStore, pki: Pki) -> None:
    with ThreadPoolExecutor(8) as pool:
        raws = list(pool.map(lambda number: store.provider("head", None).sign(b"%d" % number), range(24)))

    for number, raw in enumerate(raws):
        ensure_signed_by(pki.key("head").certificate, raw, b"%d" % number)


def test_a_batch_keeps_its_order(store: Pkcs11KeyStore, pki: Pki) -> None:
    raws = store.sign_many("deputy", [b"one", b"two"], None)

    ensure_signed_by(pki.key("deputy").certificate, raws[0], b"one")
    ensure_signed_by(pki.key("deputy").certificate, raws[1], b"two")


def test_the_token_says_which_keys_it_has(store: Pkcs11KeyStore) -> None:
    assert store.references() == ["deputy", "head", "seal"]


def test_a_key_that_is_not_there_is_missing(store: Pkcs11KeyStore) -> None:
    with pytest.raises(NotFound, match="key_missing"):
        store.held("nobody")


@pytest.mark.parametrize(("label", "code"), [("two-alike", "key_ambiguous"), ("bare", "key_certificate_missing")])
def test_a_key_that_is_not_one_key_with_a_certificate_is_refused(softhsm: SoftHsm, label: str, code: str) -> None:
    store = a_store(softhsm, label)

    with pytest.raises(Unavailable, match=code):
        store.held("head")
    store.close()


def test_a_session_that_was_lost_is_opened_again(store: Pkcs11KeyStore, pki: Pki) -> None:
    store.provider("head", None).sign(DATA)
    pkcs11.lib(LIBRARY).finalize()  # what a restarted HSM looks like from here

    ensure_signed_by(pki.key("head").certificate, store.provider("head", None).sign(DATA), DATA)


def test_a_token_pulled_out_says_so_and_works_when_it_is_back(softhsm: SoftHsm, pki: Pki) -> None:
    store = a_store(softhsm, "pulled")
    key = store.provider("head", None)
    key.sign(DATA)

    with softhsm.pulled_out("pulled"):
        with pytest.raises(Unavailable, match="key_token_missing"):
            key.sign(DATA)
        with pytest.raises(Unavailable, match="key_token_missing"):
            key.sign(DATA)
    ensure_signed_by(pki.key("head").certificate, key.sign(DATA), DATA)
    store.close()


def test_a_token_that_is_not_there_and_a_library_that_is_none(softhsm: SoftHsm) -> None:
    with pytest.raises(Unavailable, match="key_token_missing"):
        a_store(softhsm, "lost").held("head")
    with pytest.raises(Unavailable, match="key_library_unusable"):
        Pkcs11KeyStore("/nowhere/token.so", "office", lambda: PIN).held("head")


@pytest.mark.parametrize("pin_file", ["missing", "empty"])
def test_a_server_without_a_pin_says_so(softhsm: SoftHsm, tmp_path: Path, pin_file: str) -> None:
    (tmp_path / "empty").touch()
    token = softhsm.token("office")
    store = Pkcs11KeyStore(token.library, token.label, (tmp_path / pin_file).read_text)

    with pytest.raises(Unavailable, match="key_pin_missing"):
        store.held("head")


def test_a_refused_pin_is_not_sent_twice_and_is_shown_nowhere(softhsm: SoftHsm) -> None:
    store = a_store(softhsm, "mistyped", pin="Sai-ma-pin-9")
    with pytest.raises(Unavailable, match="key_pin_wrong") as refusal:
        store.held("head")
    log_in_elsewhere(softhsm, "mistyped")  # the token forgets its wrong try; this process does not

    with pytest.raises(Unavailable, match="key_pin_wrong"):
        store.held("head")
    assert TokenFlag.USER_PIN_COUNT_LOW not in pkcs11.lib(LIBRARY).get_token(token_label="mistyped").flags
    assert "Sai-ma-pin-9" not in repr(store) + repr(refusal.value) + str(refusal.value)


def test_a_corrected_pin_is_tried_once_the_token_is_calm(softhsm: SoftHsm) -> None:
    pins = iter(["wrong", PIN, PIN])
    token = softhsm.token("mistyped-2")
    store = Pkcs11KeyStore(token.library, token.label, lambda: next(pins))
    with pytest.raises(Unavailable, match="key_pin_wrong"):
        store.held("head")
    with pytest.raises(Unavailable, match="key_pin_doubtful"):
        store.held("head")
    log_in_elsewhere(softhsm, "mistyped-2")

    assert store.references() == ["head"]
    store.close()


@pytest.mark.parametrize(
    ("flags", "before", "after"),
    [
        (TokenFlag.USER_PIN_COUNT_LOW, "key_pin_doubtful", "key_pin_wrong"),
        (TokenFlag.USER_PIN_COUNT_LOW | TokenFlag.USER_PIN_FINAL_TRY, "key_pin_last_try", "key_pin_wrong_one_left"),
        (TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_LOCKED, "key_pin_locked", "key_pin_locked"),
    ],
)
def test_the_tries_that_are_left_are_told_and_the_last_one_is_not_used(
    flags: TokenFlag, before: str, after: str
) -> None:
    """SoftHSM never locks a token, so its words are given here."""
    with pytest.raises(Unavailable, match=before):
        provider.ensure_pin_may_be_tried(flags, "office")
    assert provider.pin_refusal(flags, "office").code == after


def test_a_forked_process_logs_in_for_itself(softhsm: SoftHsm, store: Pkcs11KeyStore, pki: Pki) -> None:
    store.held("head")
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=lambda: answers.put(store.provider("head", None).sign(DATA)))
    child.start()
    child.join(60)

    assert child.exitcode == 0
    ensure_signed_by(pki.key("head").certificate, answers.get(), DATA)
    ensure_signed_by(pki.key("head").certificate, store.provider("head", None).sign(DATA), DATA)


def log_in_elsewhere(softhsm: SoftHsm, label: str) -> None:
    """The vendor's tool in a process of its own: a good log-in ends the count of wrong ones."""
    program = f"import pkcs11; pkcs11.lib({LIBRARY!r}).get_token(token_label={label!r}).open(user_pin={PIN!r}).close()"
    subprocess.run([sys.executable, "-c", program], env=dict(softhsm.token(label).environment), check=True, timeout=60)
