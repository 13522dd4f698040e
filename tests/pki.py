"""A real PKI for tests: certomancer on a free port of this machine, one for the whole session.

How to use it (the fixture is known to every test)::

    def test_…(pki):
        key = pki.key("head")                       # certificate, chain, sign()
        prepared = pades.prepare(…, certificate_der=key.certificate, chain_der=key.chain, trust=pki.trust)
        pades.finish(path, prepared, key.sign(prepared.signed_attributes), pki.trust)
        report = pades.validate(path, trust=pki.trust, expected=…)

* ``pki.trust`` asks OCSP, CRL and the time-stamping authority; ``pki.offline`` uses no network; ``pki.new_trust(…)``
  makes one with other settings (a dead time-stamping authority, no memory of answers).
* ``pki.uid("head")`` is the UID in the certificate, ``pki.passphrase`` opens ``pki.folder / "p12"``.
* Roles: see SUBJECTS. To revoke in a test, make a PKI of your own with ``running_pki`` and call ``demo.pki.revoke``.
* ``running_pki(folder)`` serves a PKI for a ``with`` block; ``Pki.base_url`` ends with the port it listens on.
"""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from demo import pki as demo_pki
from demo.pki import Algorithm, Kind, State, Subject
from dms.signing.keys import KeyKind, KeyRing, Pkcs12Key, Pkcs12KeyStore
from dms.signing.pades.trust import SigningTrust

PASSPHRASE = "a passphrase for tests"
_UNIT = "Sở Nội vụ tỉnh Vĩnh Long"

SUBJECTS = (
    Subject("head", "Nguyễn Thị Thuỳ Dương", "001099012345", organisation=_UNIT, title="Giám đốc"),
    Subject(
        "deputy",
        "Lê Hoàng Phước Ưu",
        "086090012346",
        organisation=_UNIT,
        title="Phó Giám đốc",
        algorithm=Algorithm.P256,
    ),
    Subject("chair", "Trần Quốc Trưởng", "086080012347", organisation="UBND tỉnh Vĩnh Long", title="Chủ tịch"),
    Subject("clerk", "Phạm Văn Đệ", "086095012348", organisation=_UNIT, title="Chuyên viên", algorithm=Algorithm.P384),
    Subject(
        "secretary",
        "Huỳnh Thị Bảo Yến",
        "086093012351",
        organisation=_UNIT,
        title="Chánh Văn phòng",
        algorithm=Algorithm.P256,
    ),
    Subject("seal", _UNIT, "1500000001", kind=Kind.ORGANISATION),
    Subject("seal-ec", "UBND tỉnh Vĩnh Long", "1500000002", kind=Kind.ORGANISATION, algorithm=Algorithm.P256),
    Subject("expired", "Hồ Thị Hết Hạn", "086070012349", organisation=_UNIT, state=State.EXPIRED),
    Subject("future", "Võ Minh Chưa Đến", "086071012349", organisation=_UNIT, state=State.NOT_YET_VALID),
    Subject("revoked", "Đỗ Văn Thu Hồi", "086072012350", organisation=_UNIT, state=State.REVOKED),
)


@dataclass(frozen=True)
class Pki:
    """A PKI that is running."""

    folder: Path
    base_url: str
    passphrase: str = PASSPHRASE

    @cached_property
    def trust(self) -> SigningTrust:
        return self.new_trust()

    @cached_property
    def offline(self) -> SigningTrust:
        return self.new_trust(online=False, tsa_url=None)

    @cached_property
    def store(self) -> Pkcs12KeyStore:
        return Pkcs12KeyStore(self.folder / "p12", self.passphrase)

    @cached_property
    def keys(self) -> KeyRing:
        return KeyRing({KeyKind.PKCS12: self.store})

    @property
    def root(self) -> Path:
        return self.folder / "ca" / "root.pem"

    @property
    def tsa_url(self) -> str:
        return demo_pki.tsa_url(self.folder)

    @property
    def second_tsa_url(self) -> str:
        return demo_pki.tsa_url(self.folder, "tsa-2")

    def key(self, role: str) -> Pkcs12Key:
        return self.store.get(role)

    def uid(self, role: str) -> str:
        return next(subject.uid for subject in SUBJECTS if subject.ref == role)

    def new_trust(self, *, freshness: timedelta = timedelta(seconds=60), **changes: Any) -> SigningTrust:
        roots = [self.root.read_bytes()]
        intermediates = [(self.folder / "ca" / "issuing.pem").read_bytes()]
        settings = {"tsa_url": self.tsa_url, "roots": roots, "intermediates": intermediates, "fetch_timeout": 5.0}
        return SigningTrust(freshness=freshness, **(settings | changes))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def build_pki(folder: Path, subjects: Iterable[Subject] = SUBJECTS, **more: Any) -> Pki:
    """Make keys and certificates for a free port; nobody answers there yet."""
    base_url = f"http://127.0.0.1:{free_port()}"
    demo_pki.build(folder, subjects, PASSPHRASE, base_url=base_url, **more)
    return Pki(folder, base_url)


@contextmanager
def running_pki(folder: Path, subjects: Iterable[Subject] = SUBJECTS, **more: Any) -> Iterator[Pki]:
    built = build_pki(folder, subjects, **more)
    with answering(built):
        yield built


@contextmanager
def answering(built: Pki) -> Iterator[None]:
    """Let a PKI that was built answer for the length of a block."""
    with demo_pki.running(built.folder, int(built.base_url.rpartition(":")[2])):
        yield


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pki]:
    with running_pki(tmp_path_factory.mktemp("pki")) as running:
        yield running
