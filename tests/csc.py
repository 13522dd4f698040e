"""A real remote signing service for tests: certomancer's CSC server in a process of its own, with the test PKI's keys.

How to use it (the fixtures are known to every test)::

    def test_…(csc, pki):
        store = csc.store()                    # a CscKeyStore that asks it
        store.held(csc.reference("head"))      # credentials are named after the roles of tests/pki.py

* ``csc`` runs ``certomancer-csc`` as it comes: it binds each authorisation to its hashes and asks the signer nothing.
* ``strict_csc`` is the same server with what it leaves out: it admits only TOKEN, asks for a one-time password that it
  has to be told to send, and speaks of errors as the specification says. ``strict_csc.seen()`` is what it was asked.
"""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from demo import pki as demo_pki
from dms.signing.keys import CscKeyStore, CscService
from tests.pki import Pki, free_port

ROLES = ("head", "deputy", "seal", "chair", "revoked")
TOKEN, OTP = "token-of-the-office", "246810"
AT_ONCE = 10
"""How many hashes certomancer's server signs under one authorisation."""


@dataclass(frozen=True)
class Csc:
    address: str
    log: Path

    def store(self, *, token: str = TOKEN, timeout: float = 20.0) -> CscKeyStore:
        return CscKeyStore(CscService(self.address, lambda: token, timeout=timeout))

    def reference(self, role: str) -> str:
        return f"demo/{role}"

    def seen(self, endpoint: str) -> list[Mapping[str, Any]]:
        """The bodies of all requests to an endpoint."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []
        return [each["body"] for each in lines if each["endpoint"] == endpoint]


@pytest.fixture(scope="session")
def csc(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Csc]:
    folder = tmp_path_factory.mktemp("csc")
    program = Path(sys.executable).with_name("certomancer-csc")
    with _running(folder, pki, [program]) as running:
        yield running


@pytest.fixture
def strict_csc(pki: Pki, tmp_path: Path) -> Iterator[Csc]:
    with _running(tmp_path / "csc", pki, [sys.executable, "-m", "tests.csc"]) as running:
        yield running


@contextmanager
def _running(folder: Path, pki: Pki, program: list[Any]) -> Iterator[Csc]:
    configuration, port = _configure(folder, pki), free_port()
    command = [*map(str, program), str(configuration), str(port), "2"]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for(port, process, folder / "output")
            yield Csc(f"http://localhost:{port}", folder / "requests.jsonl")
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, output.read_text()
        try:
            socket.create_connection(("localhost", port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(output.read_text())


def _configure(folder: Path, pki: Pki) -> Path:
    """Certomancer's configuration of the test PKI, with the private keys of a few people in it."""
    shutil.copytree(pki.folder / "certs", folder / "certs")
    shutil.copytree(pki.folder / "keys", folder / "keys")
    described = demo_pki._configuration(pki.folder)
    for role in ROLES:
        bundle = pkcs12.load_pkcs12((pki.folder / "p12" / f"{role}.p12").read_bytes(), pki.passphrase.encode())
        assert bundle.key is not None
        private = bundle.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "keys" / f"{role}.pem").write_bytes(private)
        described["keysets"]["demo"]["keys"][role] = {"path": f"{role}.pem"}
    path = folder / "certomancer.yml"
    path.write_text(yaml.safe_dump(described, allow_unicode=True))
    return path


# --- the strict server


@web.middleware
async def _strict(request: web.Request, handler: Any) -> web.StreamResponse:
    if request.path == "/info":
        return await handler(request)
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return _error(401, "access_denied")
    endpoint, body = request.path.removeprefix("/csc/v1/"), await request.json()
    with request.app["log"].open("a") as log:
        log.write(json.dumps({"endpoint": endpoint, "body": body}) + "\n")
    if endpoint == "credentials/authorize" and body.get("OTP") != OTP:
        return _error(400, "invalid_otp")
    answer = await handler(request)
    if endpoint == "credentials/info":
        otp = {"presence": "true", "type": "online", "provider": "test"}
        told = json.loads(answer.body) | {"authMode": "explicit", "PIN": {"presence": "false"}, "OTP": otp}
        return web.json_response(told)
    return answer


def _error(status: int, word: str) -> web.Response:
    # The sentence repeats what was sent, as careless services do.
    return web.json_response({"error": word, "error_description": f"You sent {OTP}?"}, status=status)


async def _send_otp(_request: web.Request) -> web.Response:
    return web.json_response({})


def _serve(configuration: str, port: str, _scal: str) -> None:
    from certomancer.registry import CertomancerConfig
    from csc_dummy.csc_dummy_server import CSCWithCertomancer

    service = CSCWithCertomancer(CertomancerConfig.from_file(configuration))
    service.register_routes()
    service.app.add_routes([web.post("/csc/v1/credentials/sendOTP", _send_otp)])
    service.app["log"] = Path(configuration).parent / "requests.jsonl"
    service.app.middlewares.append(_strict)
    web.run_app(service.app, host="localhost", port=int(port))


if __name__ == "__main__":
    _serve(*sys.argv[1:])
