"""Keys at a remote signing service (certomancer's, a real process): consent, batches, and every way it can fail."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from dms.errors import Invalid, NotFound, Unavailable
from dms.signing.keys import CscKeyStore, CscService, KeyKind, KeyRing, SecretKind
from dms.signing.pades.certificates import ensure_signed_by
from tests.csc import AT_ONCE, OTP, TOKEN, Csc
from tests.pki import Pki, free_port

DATA = b"signed attributes"


@pytest.mark.parametrize("role", ["head", "deputy"])
def test_a_remote_key_signs_for_its_certificate(csc: Csc, pki: Pki, role: str) -> None:
    ring, reference = KeyRing({KeyKind.CSC: csc.store()}), csc.reference(role)
    held = ring.held(KeyKind.CSC, reference)

    assert held.certificate == pki.key(role).certificate
    assert ring.asks(KeyKind.CSC, reference) is None
    ensure_signed_by(held.certificate, ring.provider(KeyKind.CSC, reference).sign(DATA), DATA)


def test_the_service_says_which_keys_it_has(csc: Csc) -> None:
    assert {csc.reference("head"), csc.reference("seal")} <= set(csc.store().references())


def test_a_batch_larger_than_one_authorisation_keeps_its_order(csc: Csc, pki: Pki) -> None:
    attributes = [b"%d" % number for number in range(AT_ONCE + 3)]

    raws = csc.store().sign_many(csc.reference("head"), attributes, None)

    for raw, each in zip(raws, attributes, strict=True):
        ensure_signed_by(pki.key("head").certificate, raw, each)


def test_a_key_that_is_not_there_is_missing(csc: Csc) -> None:
    with pytest.raises(NotFound, match="key_missing"):
        csc.store().held("demo/nobody")


def test_a_key_that_the_service_cannot_use_is_refused(csc: Csc) -> None:
    with pytest.raises(Unavailable, match="csc_key_disabled"):
        csc.store().held(csc.reference("expired"))  # a certificate whose key the service does not have


def test_one_password_authorises_exactly_the_hashes_of_one_batch(strict_csc: Csc, pki: Pki) -> None:
    store, reference = strict_csc.store(), strict_csc.reference("head")
    assert store.asks(reference) is SecretKind.OTP
    assert store.sends_code(reference)
    store.send_code(reference)

    raws = store.sign_many(reference, [b"one", b"two"], OTP)

    ensure_signed_by(pki.key("head").certificate, raws[1], b"two")
    (granted,) = strict_csc.seen("credentials/authorize")
    (signed,) = strict_csc.seen("signatures/signHash")
    assert (granted["numSignatures"], granted["hash"]) == (2, signed["hash"])
    assert "OTP" not in signed
    assert len(strict_csc.seen("credentials/sendOTP")) == 1


def test_a_wrong_password_is_sent_once_and_shown_nowhere(strict_csc: Csc) -> None:
    store, reference = strict_csc.store(), strict_csc.reference("head")
    key = store.provider(reference, "111222")

    with pytest.raises(Invalid, match="key_secret_refused") as refusal:
        key.sign(DATA)

    assert len(strict_csc.seen("credentials/authorize")) == 1
    assert not strict_csc.seen("signatures/signHash")
    told = f"{refusal.value!r}{refusal.value}{refusal.value.params}{key!r}{store!r}"
    assert "111222" not in told
    assert OTP not in told
    assert TOKEN not in told


def test_without_the_password_the_service_is_not_asked(strict_csc: Csc) -> None:
    with pytest.raises(Invalid, match="key_secret_missing"):
        strict_csc.store().provider(strict_csc.reference("head"), None).sign(DATA)

    assert not strict_csc.seen("credentials/authorize")


def test_a_password_for_more_signatures_than_it_can_authorise_is_not_spent(strict_csc: Csc) -> None:
    with pytest.raises(Invalid, match="key_batch_too_large") as refusal:
        strict_csc.store().sign_many(strict_csc.reference("head"), [DATA] * (AT_ONCE + 1), OTP)

    assert refusal.value.params["most"] == AT_ONCE
    assert not strict_csc.seen("credentials/authorize")


def test_a_service_that_does_not_admit_us_says_so(strict_csc: Csc) -> None:
    with pytest.raises(Unavailable, match="csc_not_admitted"):
        strict_csc.store(token="stolen").held(strict_csc.reference("head"))


def test_nobody_there_is_a_clear_word() -> None:
    with pytest.raises(Unavailable, match="csc_unanswered"):
        a_store(free_port()).held("x")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n<html/>", "csc_answer_unusable"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "csc_answer_unusable"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + b" " * 2_000_000, "csc_answer_unusable"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://localhost/\r\nContent-Length: 0\r\n\r\n", "csc_refused"),
        (b'HTTP/1.1 400 Bad\r\nContent-Length: 27\r\n\r\n{"error":"invalid_request"}', "csc_refused"),
        (b"garbage\r\n\r\n", "csc_unanswered"),
        (b"", "csc_unanswered"),  # accepts the call and says nothing
    ],
)
def test_a_service_that_talks_nonsense_is_refused(answer: bytes, code: str) -> None:
    with answering(answer) as port, pytest.raises(Unavailable, match=code):
        a_store(port, timeout=2.0).held("x")


def test_only_a_word_of_the_service_is_passed_on() -> None:
    body = b'{"error":"<script>246810</script>"}'
    answer = b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with answering(answer) as port, pytest.raises(Unavailable) as refusal:
        a_store(port).held("x")

    assert refusal.value.params == {"reason": "400"}


def a_store(port: int, timeout: float = 5.0) -> CscKeyStore:
    return CscKeyStore(CscService(f"http://127.0.0.1:{port}", lambda: "", timeout=timeout))


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that gives the same bytes to whoever calls, and holds the line if there are none."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        calls: list[socket.socket] = []

        def serve() -> None:
            call, _ = listener.accept()
            calls.append(call)
            call.recv(65536)
            if answer:
                call.sendall(answer)
                call.close()

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join(10)
        for call in calls:
            call.close()
