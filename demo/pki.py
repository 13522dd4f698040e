"""The demo PKI: a root, an issuing authority, OCSP, CRLs and a time-stamping authority for people who do not exist.

``build(folder, subjects, passphrase)`` makes keys and certificates once and adds what is missing later;
``serve(folder, port)`` answers OCSP, CRL, certificate and time-stamp requests; ``revoke(folder, ref)`` revokes while
the server runs (it reads the register anew when the file changes). On disk::

    register.json     serial, validity, subject and revocation of every certificate; the address they were issued for
    keys/*.pem        keys of the authorities (mode 600) and public keys of the subjects
    certs/*.crt       every certificate (DER)
    ca/*.pem          root.pem and issuing.pem, to be given to whoever has to trust this PKI
    p12/<ref>.p12     key and certificate of one subject, under the passphrase

Every name carries DEMO and every certificate says "DEMO - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" (of no legal value).
"""

import argparse
import enum
import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import yaml
from asn1crypto import pem
from certomancer import crypto_utils
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, PKIArchitecture
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

DEFAULT_PORT = 9700
ARCHITECTURE = ArchLabel("demo")
_TEMPLATES = Path(__file__).parent / "pki"
_PEM = serialization.Encoding.PEM
_RSA_BITS = {"root": 4096, "issuing": 3072, "ocsp": 2048, "tsa": 2048, "tsa-2": 3072}
_YEARS = {"root": 20, "issuing": 20, "tsa-2": 15}  # every other authority: 10
_YEAR = timedelta(days=365)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Kind(enum.StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class State(enum.StrEnum):
    GOOD = "good"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"


class Algorithm(enum.StrEnum):
    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    P256 = "p-256"
    P384 = "p-384"


@dataclass(frozen=True)
class Subject:
    """One certificate holder: ``ref`` names the files, ``identifier`` is the CCCD of a person or the MST of a body."""

    ref: str
    name: str
    identifier: str
    kind: Kind = Kind.PERSON
    organisation: str = ""
    title: str = ""
    email: str = ""
    state: State = State.GOOD
    algorithm: Algorithm = Algorithm.RSA_2048

    @property
    def uid(self) -> str:
        scheme = "CCCD" if self.kind == Kind.PERSON else "MST"
        return f"{scheme}:{self.identifier}"


def build(
    folder: Path,
    subjects: Iterable[Subject],
    passphrase: str,
    *,
    base_url: str = f"http://127.0.0.1:{DEFAULT_PORT}",
    lives: Mapping[str, timedelta] | None = None,
) -> None:
    """Make the PKI in ``folder``, or add to it the subjects it lacks; what exists is never made anew.

    ``lives``: how long the certificates of authorities (``tsa``, ``ocsp`` …) last from now, where not as usual.
    """
    for name in ("keys", "certs", "ca", "p12"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    register = _open_register(folder, base_url)
    for label in _RSA_BITS:
        _add_authority(folder, register, label, (lives or {}).get(label))
    new = [subject for subject in subjects if not (folder / "p12" / f"{subject.ref}.p12").exists()]
    keys = {subject.ref: _add_subject(folder, register, subject) for subject in new}
    _write_register(folder, register)
    _write_certificates(folder)
    for ref, key in keys.items():
        _write_pkcs12(folder, ref, key, passphrase)


def revoke(folder: Path, ref: str, at: datetime | None = None) -> None:
    """Revoke the certificate of ``ref``; a running server says so from the next request on."""
    register = _read_register(folder)
    register["certificates"][ref]["revoked_at"] = (at or datetime.now(UTC)).isoformat()
    _write_register(folder, register)


def tsa_url(folder: Path, label: str = "tsa") -> str:
    """The address of a time-stamping authority; ``tsa-2`` is the second."""
    return f"{_read_register(folder)['base_url']}/{ARCHITECTURE}/tsa/{label}"


@contextmanager
def running(folder: Path, port: int = DEFAULT_PORT) -> Iterator[None]:
    """Serve the PKI from a thread for the length of a ``with`` block."""
    server = _server(folder, port)
    thread = Thread(target=server.serve_forever, daemon=True, name="demo-pki")
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def serve(folder: Path, port: int = DEFAULT_PORT) -> None:
    """Serve the PKI until interrupted; authorities that an older one lacks are made first."""
    register = _read_register(folder)
    for label in _RSA_BITS:
        _add_authority(folder, register, label, None)
    _write_register(folder, register)
    _write_certificates(folder)
    _server(folder, port).serve_forever()


def _server(folder: Path, port: int) -> BaseWSGIServer:
    crypto_utils.CRYPTO_BACKEND = _CachingBackend()
    return make_server("127.0.0.1", port, _Application(folder), threaded=True, request_handler=_Quiet)


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        """Say nothing: an OCSP request is not news."""


class _Application:
    """Certomancer's WSGI application, made anew when the register has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._version = ""
        self._animator: Animator | None = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self._current()(environ, start_response)

    def _current(self) -> Animator:
        with self._lock:
            text = (self._folder / "register.json").read_text()
            if self._animator is None or text != self._version:
                store = AnimatorArchStore({ARCHITECTURE: _load(self._folder)})
                self._animator = Animator(store, with_web_ui=False, allow_time_override=False)
                self._version = text
            return self._animator


class _CachingBackend(crypto_utils.PycaCryptographyBackend):
    """Certomancer parses (and checks) the private key at every signature; this keeps it."""

    def __init__(self) -> None:
        self._keys: dict[bytes, PrivateKey] = {}

    def generic_sign(self, private_key: Any, tbs_bytes: bytes, sd_algo: Any) -> bytes:
        if sd_algo.signature_algo != "rsassa_pkcs1v15":
            return super().generic_sign(private_key, tbs_bytes, sd_algo)
        der = private_key.dump()
        key = self._keys.get(der) or self._keys.setdefault(der, serialization.load_der_private_key(der, None))
        return key.sign(tbs_bytes, padding.PKCS1v15(), getattr(hashes, sd_algo.hash_algo.upper())())


# --- register


def _open_register(folder: Path, base_url: str) -> dict[str, Any]:
    if not (folder / "register.json").exists():
        return {"base_url": base_url, "certificates": {}}
    register = _read_register(folder)
    if register["base_url"] != base_url:
        message = f"{folder} was built for {register['base_url']}, not {base_url}: its certificates name that address"
        raise ValueError(message)
    return register


def _read_register(folder: Path) -> dict[str, Any]:
    register: dict[str, Any] = json.loads((folder / "register.json").read_text())
    return register


def _write_register(folder: Path, register: dict[str, Any]) -> None:
    fresh = folder / "register.json.new"
    fresh.write_text(json.dumps(register, ensure_ascii=False, indent=1))
    fresh.replace(folder / "register.json")


def _enter(register: dict[str, Any], label: str, since: datetime, until: datetime, **more: Any) -> None:
    dates = {"valid_from": since.isoformat(), "valid_to": until.isoformat()}
    register["certificates"][label] = {"serial": secrets.randbits(63) | 1 << 62, **dates, **more}


def _add_authority(folder: Path, register: dict[str, Any], label: str, life: timedelta | None) -> None:
    path = folder / "keys" / f"{label}.pem"
    if label in register["certificates"]:
        return
    _write_private(path, rsa.generate_private_key(65537, _RSA_BITS[label]))
    now = datetime.now(UTC).replace(microsecond=0)
    _enter(register, label, now - 5 * _YEAR, now + (life or _YEARS.get(label, 10) * _YEAR))


def _add_subject(folder: Path, register: dict[str, Any], subject: Subject) -> PrivateKey:
    (folder / "certs" / f"{subject.ref}.crt").unlink(missing_ok=True)  # left by a build that was cut off
    key = _generate(subject.algorithm)
    public = key.public_key().public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "keys" / f"{subject.ref}.pem").write_bytes(public)
    now = datetime.now(UTC).replace(microsecond=0)
    since, until = _validity(subject.state, now)
    revoked_at = (now - timedelta(days=1)).isoformat() if subject.state == State.REVOKED else None
    _enter(register, subject.ref, since, until, subject=asdict(subject), revoked_at=revoked_at)
    return key


def _validity(state: State, now: datetime) -> tuple[datetime, datetime]:
    spans = {
        State.EXPIRED: (now - 3 * _YEAR, now - timedelta(days=30)),
        State.NOT_YET_VALID: (now + timedelta(days=30), now + 3 * _YEAR),
    }
    return spans.get(state, (now - timedelta(days=30), now + 3 * _YEAR))


# --- keys and certificates


def _generate(algorithm: Algorithm) -> PrivateKey:
    curves = {Algorithm.P256: ec.SECP256R1(), Algorithm.P384: ec.SECP384R1()}
    if algorithm in curves:
        return ec.generate_private_key(curves[algorithm])
    return rsa.generate_private_key(65537, int(algorithm.rpartition("-")[2]))


def _write_private(path: Path, key: PrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


def _write_certificates(folder: Path) -> None:
    architecture = _load(folder)
    for label in _read_register(folder)["certificates"]:
        path = folder / "certs" / f"{label}.crt"
        if not path.exists():
            path.write_bytes(architecture.get_cert(CertLabel(label)).dump())
    for label in ("root", "issuing"):
        der = (folder / "certs" / f"{label}.crt").read_bytes()
        (folder / "ca" / f"{label}.pem").write_bytes(pem.armor("CERTIFICATE", der))


def _write_pkcs12(folder: Path, ref: str, key: PrivateKey, passphrase: str) -> None:
    certificate, issuing = (
        x509.load_der_x509_certificate((folder / "certs" / f"{label}.crt").read_bytes()) for label in (ref, "issuing")
    )
    encryption = serialization.BestAvailableEncryption(passphrase.encode())
    path = folder / "p12" / f"{ref}.p12"
    path.touch(mode=0o600)
    path.write_bytes(pkcs12.serialize_key_and_certificates(ref.encode(), key, certificate, [issuing], encryption))


# --- certomancer's configuration


def _load(folder: Path) -> PKIArchitecture:
    config = CertomancerConfig(
        _configuration(folder), key_search_dir=str(folder), config_search_dir=str(folder), lazy_load_keys=True
    )
    return config.get_pki_arch(ARCHITECTURE)


def _configuration(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((_TEMPLATES / "architecture.yml").read_text())
    extensions = yaml.safe_load((_TEMPLATES / "subject.yml").read_text())
    register = _read_register(folder)
    config["external-url-prefix"] = register["base_url"]
    keys = config["keysets"]["demo"]["keys"]
    architecture = config["pki-architectures"]["demo"]
    for label, entry in register["certificates"].items():
        if "subject" in entry:
            keys[label] = {"path": f"{label}.pem", "public-only": True}
            architecture["entities"][label] = _entity(Subject(**entry["subject"]))
        spec = architecture["certs"].setdefault(label, {})
        spec |= _certificate(folder, label, entry, extensions)
    return config


def _certificate(folder: Path, label: str, entry: dict[str, Any], extensions: list[Any]) -> dict[str, Any]:
    dates = {"valid-from": entry["valid_from"], "valid-to": entry["valid_to"]}
    spec: dict[str, Any] = {"serial": entry["serial"], "validity": dates}
    if "subject" in entry:
        spec |= {"issuer": "issuing", "extensions": [*extensions, _alternative_name(Subject(**entry["subject"]))]}
    if entry.get("revoked_at"):
        spec["revocation"] = {"revoked-since": entry["revoked_at"], "reason": "key_compromise"}
    if (folder / "certs" / f"{label}.crt").exists():
        spec["certificate-file"] = f"certs/{label}.crt"
    return spec


def _entity(subject: Subject) -> dict[str, str]:
    entity = {
        "common-name": subject.name,
        "user-id": subject.uid,
        "organization-name": subject.organisation,
        "title": subject.title,
    }
    return {key: value for key, value in entity.items() if value}


def _alternative_name(subject: Subject) -> dict[str, Any]:
    local = hashlib.sha256(subject.ref.encode()).hexdigest()[:12]
    email = subject.email or f"{local}@demo.invalid"
    names = [{"type": "email", "value": email}]
    return {"id": "subject_alt_name", "smart-value": {"schema": "general-names", "params": names}}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.pki", description="Serve the demo PKI.")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("serve", help="answer OCSP, CRL and time-stamp requests")
    command.add_argument("folder", type=Path)
    command.add_argument("--port", type=int, default=DEFAULT_PORT)
    arguments = parser.parse_args()
    serve(arguments.folder, arguments.port)


if __name__ == "__main__":
    main()
