"""A real PKCS#11 token for tests: SoftHSM2 with keys and certificates of the test PKI.

How to use it (the fixture is known to every test)::

    def test_…(softhsm, pki):
        token = softhsm.token("office")       # token.library, token.label, token.pin, token.environment
        # keys are labelled after the roles of tests/pki.py: head (RSA-2048), deputy (P-256), seal (RSA-2048)

* The library reads its configuration once in a process, so all tokens of TOKENS are made before it is loaded, and
  one folder serves the whole session. A program in a process of its own gets ``token.environment``.
* ``softhsm.make(label, roles)`` makes one more token, for another process only.
* ``with softhsm.pulled_out(label):`` takes the token out of its socket and puts it back.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from pkcs11 import Attribute, CertificateType, ObjectClass

from tests.pki import Pki

LIBRARY = "/usr/lib/softhsm/libsofthsm2.so"
PIN, SO_PIN = "Kh0ng-ai-biet", "only-the-officer"
TOKENS = {
    "office": ("head", "deputy", "seal"),
    "mistyped": ("head",),
    "mistyped-2": ("head",),
    "pulled": ("head",),
    "two-alike": ("head", "head"),
    "bare": ("head",),  # a key without its certificate
}


@dataclass(frozen=True)
class SoftToken:
    library: str
    label: str
    pin: str
    environment: Mapping[str, str]
    """What a program in another process needs to see the token."""


@dataclass(frozen=True)
class SoftHsm:
    folder: Path
    pki: Pki

    @property
    def configuration(self) -> Path:
        return self.folder / "softhsm2.conf"

    def token(self, label: str) -> SoftToken:
        return SoftToken(LIBRARY, label, PIN, {"SOFTHSM2_CONF": str(self.configuration)})

    def make(self, label: str, roles: Iterable[str]) -> SoftToken:
        self._util("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN)
        for number, role in enumerate(roles, start=1):
            self._import(label, role, f"{number:02x}")
        return self.token(label)

    @contextmanager
    def pulled_out(self, label: str) -> Iterator[None]:
        """The token is not in its socket for the length of a ``with`` block."""
        (found,) = (each for each in (self.folder / "tokens").iterdir() if _holds(each, label))
        found.rename(self.folder / "pulled-out")
        try:
            yield
        finally:
            (self.folder / "pulled-out").rename(found)

    def _import(self, label: str, role: str, number: str) -> None:
        bundle = pkcs12.load_pkcs12(
            (self.pki.folder / "p12" / f"{role}.p12").read_bytes(), self.pki.passphrase.encode()
        )
        assert bundle.key is not None
        assert bundle.cert is not None
        key, certificate = self.folder / "key.pem", self.folder / "certificate.der"
        key.write_bytes(bundle.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        certificate.write_bytes(bundle.cert.certificate.public_bytes(Encoding.DER))
        self._util("--import", key, "--token", label, "--label", role, "--id", number, "--pin", PIN)
        if label != "bare":
            _run([sys.executable, "-m", "tests.pkcs11", label, role, number, str(certificate)], self.configuration)
        key.unlink()

    def _util(self, *arguments: object) -> None:
        _run(["softhsm2-util", *map(str, arguments)], self.configuration)


def make_softhsm(folder: Path, pki: Pki) -> SoftHsm:
    """An empty SoftHSM of its own, for another process."""
    (folder / "tokens").mkdir(parents=True)
    made = SoftHsm(folder, pki)
    made.configuration.write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    return made


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Iterator[SoftHsm]:
    hsm = make_softhsm(tmp_path_factory.mktemp("softhsm"), pki)
    for label, roles in TOKENS.items():
        hsm.make(label, roles)
    os.environ["SOFTHSM2_CONF"] = str(hsm.configuration)
    yield hsm
    del os.environ["SOFTHSM2_CONF"]


def _holds(folder: Path, label: str) -> bool:
    return label.encode() + b"\0" in (folder / "token.object").read_bytes().replace(b" ", b"\0")


def _run(command: list[str], configuration: Path) -> None:
    environment = os.environ | {"SOFTHSM2_CONF": str(configuration)}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)


def _write_certificate(label: str, role: str, number: str, path: str) -> None:
    """What a token's vendor tool does, in a process of its own: softhsm2-util imports keys only."""
    certificate = x509.load_der_x509_certificate(Path(path).read_bytes())
    token = pkcs11.lib(LIBRARY).get_token(token_label=label)
    with token.open(rw=True, user_pin=PIN) as session:
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.PRIVATE: False,
                Attribute.LABEL: role,
                Attribute.ID: bytes.fromhex(number),
                Attribute.SUBJECT: certificate.subject.public_bytes(),
                Attribute.ISSUER: certificate.issuer.public_bytes(),
                Attribute.VALUE: certificate.public_bytes(Encoding.DER),
            }
        )


if __name__ == "__main__":
    _write_certificate(*sys.argv[1:])
