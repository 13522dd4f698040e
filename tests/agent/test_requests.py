"""The program signs nothing but what its own service asked for, about this document, with this certificate."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import jwt
import pytest
from asn1crypto import cms, x509

from dms_agent import requests
from dms_agent.errors import AgentError
from dms_agent.trust import PairedServers
from tests.agent.official import ADDRESS, Service, attributes, document
from tests.pki import Pki


@pytest.fixture
def servers(service: Service, tmp_path: Path) -> PairedServers:
    return service.paired(tmp_path)


@pytest.fixture
def certificate(pki: Pki) -> bytes:
    return pki.key("head").certificate


def refused(message: str, servers: PairedServers, origin: str | None = ADDRESS) -> str:
    with pytest.raises(AgentError) as caught:
        requests.read(message, servers, origin=origin)
    return caught.value.code


def test_a_message_of_the_paired_service_is_read(service: Service, servers: PairedServers, certificate: bytes) -> None:
    message = service.message(service.claims(certificate, document(certificate), document(certificate, "Báo cáo")))
    request = requests.read(message, servers, origin=ADDRESS)
    assert [each.title for each in request.documents] == ["Tờ trình số một", "Báo cáo"]
    assert (request.signer, request.server) == ("Nguyễn Thị Thuỳ Dương", ADDRESS)
    assert request.certificate == hashlib.sha256(certificate).hexdigest()


def test_another_service_is_not_believed(servers: PairedServers, certificate: bytes) -> None:
    stranger = Service()
    assert refused(stranger.message(stranger.claims(certificate)), servers) == "server_unknown"


def test_another_key_under_the_name_of_ours_is_not_believed(
    service: Service, servers: PairedServers, certificate: bytes
) -> None:
    message = Service().message(service.claims(certificate), kid=service.jwk["kid"])
    assert refused(message, servers) == "request_forged"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_no_weaker_way_of_signing_a_message_is_taken(
    service: Service, servers: PairedServers, certificate: bytes, algorithm: str
) -> None:
    key = None if algorithm == "none" else base64.urlsafe_b64decode(service.jwk["x"] + "==")
    headers = {"typ": requests.TYPE, "kid": service.jwk["kid"]}
    message = jwt.encode(service.claims(certificate), key, algorithm=algorithm, headers=headers)
    assert refused(message, servers) == "request_forged"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": 1_700_000_000, "iat": 1_699_999_000}, "request_expired"),
        ({"aud": "somebody-else"}, "request_forged"),
        ({"iss": "https://other.example"}, "request_forged"),
        ({"exp": 99_999_999_999}, "request_forged"),
        ({"origin": "https://other.example"}, "request_not_for_page"),
        ({"documents": []}, "request_unreadable"),
        ({"signer": {"name": "A", "certificate": "no fingerprint"}}, "request_unreadable"),
        ({"nonce": ""}, "request_unreadable"),
        ({"nonce": None}, "request_forged"),
    ],
    ids=[
        "expired",
        "for another program",
        "another issuer",
        "good for years",
        "page",
        "empty",
        "certificate",
        "no nonce",
        "null",
    ],
)
def test_what_does_not_fit_is_refused(  # noqa: PLR0917 - fixtures and the two cases
    service: Service, servers: PairedServers, certificate: bytes, changes: dict[str, Any], code: str
) -> None:
    assert refused(service.message(service.claims(certificate, **changes)), servers) == code


def test_a_log_in_token_of_the_same_service_is_no_request(
    service: Service, servers: PairedServers, certificate: bytes
) -> None:
    assert refused(service.message(service.claims(certificate), typ="JWT"), servers) == "request_forged"


@pytest.mark.parametrize("position", [40, -40])
def test_a_message_altered_on_its_way_is_refused(
    service: Service, servers: PairedServers, certificate: bytes, position: int
) -> None:
    message = service.message(service.claims(certificate))
    middle = len(message) // 2 if position > 0 else position
    altered = message[:middle] + ("A" if message[middle] != "A" else "B") + message[middle + 1 :]
    assert refused(altered, servers) == "request_forged"


def der_of(certificate: bytes, what: str, digest: bytes) -> bytes:
    """Something else than the attributes of the document named."""
    signing_time = {"type": "signing_time", "values": [cms.Time("utc_time", "261124000000Z")]}
    return {
        "another document": lambda: attributes(certificate, hashlib.sha256(b"another").digest()),
        "another certificate": lambda: attributes(b"another", digest),
        "one attribute more": lambda: attributes(certificate, digest, signing_time),
        "the digest twice": lambda: attributes(certificate, digest, {"type": "message_digest", "values": [digest]}),
        "a certificate to be issued": x509.Certificate.load(certificate)["tbs_certificate"].dump,
        "bytes after the end": lambda: attributes(certificate, digest) + b"\x00",
        "a text": lambda: b"I owe you everything",
    }[what]()


@pytest.mark.parametrize(
    "what",
    [
        "another document",
        "another certificate",
        "one attribute more",
        "the digest twice",
        "a certificate to be issued",
        "bytes after the end",
        "a text",
    ],
)
def test_the_bytes_to_be_signed_must_say_what_the_signer_is_shown(
    service: Service, servers: PairedServers, certificate: bytes, what: str
) -> None:
    shown = document(certificate)
    shown["attributes"] = base64.b64encode(der_of(certificate, what, bytes.fromhex(shown["digest"]))).decode()
    assert refused(service.message(service.claims(certificate, shown)), servers) == "attributes_wrong"


def test_a_title_cannot_draw_on_the_signers_terminal(
    service: Service, servers: PairedServers, certificate: bytes
) -> None:
    shown = document(certificate, "Tờ trình\x1b[2J\r\nVăn bản khác\u202e")
    request = requests.read(service.message(service.claims(certificate, shown)), servers)
    assert request.documents[0].title == "Tờ trình [2J  Văn bản khác "
