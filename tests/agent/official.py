"""The two ends that the signer's program stands between: a service that asks, and an official who answers."""

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import jwt
from asn1crypto import algos, cms, tsp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dms_agent.desk import Desk, Job
from dms_agent.requests import from_claims
from dms_agent.trust import PairedServer, PairedServers, thumbprint
from tests.pki import Pki

ADDRESS = "https://khenthuong.example.gov.vn"
PATIENCE_SECONDS = 30


def attributes(certificate: bytes, digest: bytes, *extra: dict[str, Any]) -> bytes:
    """Signed attributes as a PAdES signature has them."""
    named = tsp.ESSCertIDv2(
        {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "cert_hash": hashlib.sha256(certificate).digest(),
        }
    )
    return cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [digest]},
            {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [named]})]},
            *extra,
        ]
    ).dump()


def document(certificate: bytes, title: str = "Tờ trình số một", **changes: Any) -> dict[str, Any]:
    digest = hashlib.sha256(title.encode()).digest()
    return {
        "id": secrets.token_hex(8),
        "title": title,
        "action": "Ký duyệt",
        "capacity": "KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC",
        "pages": 2,
        "sha256": "ab" * 32,
        "digest": digest.hex(),
        "attributes": base64.b64encode(attributes(certificate, digest)).decode(),
    } | changes


@dataclass
class Service:
    """A service with its key, as the signer's program knows it."""

    address: str = ADDRESS
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def jwk(self) -> dict[str, Any]:
        told = jwt.algorithms.OKPAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        public = {name: str(told[name]) for name in ("kty", "crv", "x")}
        return public | {"kid": thumbprint(public)}

    def paired(self, folder: Path) -> PairedServers:
        servers = PairedServers(folder / "servers.json")
        servers.keep(PairedServer(self.address, (self.jwk,)))
        return servers

    def claims(self, certificate: bytes, *documents: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.address,
            "aud": "dms-agent",
            "jti": secrets.token_hex(16),
            "iat": now,
            "exp": now + 600,
            "nonce": secrets.token_urlsafe(32),
            "origin": self.address,
            "signer": {
                "name": "Nguyễn Thị Thuỳ Dương",
                "certificate": hashlib.sha256(certificate).hexdigest(),
            },
            "documents": list(documents) or [document(certificate)],
        } | changes

    def message(self, claims: Mapping[str, Any], **header: Any) -> str:
        headers = {"typ": "dms-sign-request+jwt", "kid": self.jwk["kid"]} | header
        return jwt.encode(dict(claims), self.key, algorithm="EdDSA", headers=headers)


class Official:
    """Somebody at this computer, whose browser opens the page with the question."""

    def __init__(self, folder: Path) -> None:
        self.opened = folder / "opened"
        script = folder / "browser"
        script.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {self.opened}.part && mv {self.opened}.part {self.opened}\n')
        script.chmod(0o700)
        self.browser = f"{script} %s"

    def address(self) -> str:
        """Where the question stands; it waits until it is asked."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.opened.exists():
            assert time.monotonic() < end, "nobody asked for the PIN"
            time.sleep(0.02)
        found = self.opened.read_text()
        self.opened.unlink()
        return found

    def reads(self, address: str) -> str:
        with urlopen(address, timeout=10) as answer:
            return re.sub(r"\s+", " ", unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", answer.read().decode())))

    def answers(self, address: str, *, origin: str | None = None, **fields: str) -> int:
        parts = urlsplit(address)
        headers = {"Origin": origin or f"{parts.scheme}://{parts.netloc}"}
        request = Request(address, urlencode(fields).encode(), headers, method="POST")
        try:
            with urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def types(self, pin: str) -> str:
        """Answer the question with this PIN; return what the page said."""
        address = self.address()
        shown = self.reads(address)
        assert self.answers(address, act="sign", pin=pin) == 200
        return shown

    def declines(self) -> None:
        self.answers(self.address(), act="decline", pin="")


@dataclass
class Scene:
    """Service, official and the program's desk; the authority that issued the certificates."""

    service: Service
    official: Official
    desk: Desk
    pki: Pki

    def certificate(self, role: str) -> bytes:
        return self.pki.key(role).certificate

    def begin(self, role: str, *titles: str) -> Job:
        """Ask for a signature with the key of ``role``."""
        papers = [document(self.certificate(role), title) for title in titles or ("Tờ trình số một",)]
        return self.desk.begin(from_claims(self.service.claims(self.certificate(role), *papers)))
