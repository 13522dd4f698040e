"""Pairing: which service the program works for is decided once, over a connection that nobody alters."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dms_agent.errors import AgentError
from dms_agent.trust import PairedServer, PairedServers, fetch, origin_of
from tests.agent.official import ADDRESS, Service
from tests.agent.terminals import a_terminal


@contextmanager
def served(told: Callable[[str], Any], status: int = 200) -> Iterator[str]:
    """A service that answers every address with what ``told`` says for its own address, or sends to that itself."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(told(f"http://127.0.0.1:{self.server.server_port}")).encode()  # type: ignore[attr-defined]  # HTTPServer has it
            self.send_response(status)
            self.send_header("Location", body.decode().strip('"'))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_service_is_remembered_with_its_key(service: Service, tmp_path: Path) -> None:
    with served(lambda address: {"issuer": address, "keys": [service.jwk]}) as address:
        paired = fetch(f"{address}/signing")
    assert (paired.address, paired.keys) == (address, (service.jwk,))
    PairedServers(tmp_path / "home" / "servers.json").keep(paired)
    kept = PairedServers.load(tmp_path / "home" / "servers.json")
    assert kept.servers == {address: paired}
    assert (tmp_path / "home" / "servers.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://another.example"},
        {"keys": []},
        {"keys": [{"kty": "oct", "k": "AA"}]},
        {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "of another key"}]},
        {"keys": "none"},
    ],
)
def test_an_answer_that_does_not_hold_together_pairs_nothing(service: Service, changed: dict[str, Any]) -> None:
    with (
        served(lambda address: {"issuer": address, "keys": [service.jwk]} | changed) as address,
        pytest.raises(AgentError, match="server_unsuitable"),
    ):
        fetch(address)


@pytest.mark.parametrize(
    "address", ["http://khenthuong.example.gov.vn", "ftp://a.example", "khenthuong", "https://user@a.example", ""]
)
def test_only_a_guarded_address_is_paired(address: str) -> None:
    with pytest.raises(AgentError, match="server_address"):
        origin_of(address)


def test_a_service_that_does_not_answer_is_said_so() -> None:
    with pytest.raises(AgentError, match="server_unreachable"):
        fetch("http://127.0.0.1:9")


def test_a_pairing_file_that_was_damaged_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "servers.json").write_text("[1]")
    with pytest.raises(AgentError, match="pairing_unreadable"):
        PairedServers.load(tmp_path / "servers.json")


def test_pages_are_known_by_their_origin(service: Service, tmp_path: Path) -> None:
    servers = service.paired(tmp_path)
    servers.keep(PairedServer("https://b.example:8443", (service.jwk,)))
    assert servers.origins == {ADDRESS, "https://b.example:8443"}


def test_a_service_that_sends_elsewhere_is_not_followed(service: Service) -> None:
    with (
        served(lambda address: {"issuer": address, "keys": [service.jwk]}) as genuine,
        served(lambda _: genuine, status=302) as other,
        pytest.raises(AgentError, match="server_unreachable"),
    ):
        fetch(other)


@pytest.mark.parametrize(("typed", "kept"), [("k", False), ("", False), ("c", True)])
def test_a_key_is_pinned_only_after_the_person_has_compared_it(
    service: Service, tmp_path: Path, typed: str, kept: bool
) -> None:
    with served(lambda address: {"issuer": address, "keys": [service.jwk]}) as address, a_terminal() as (master, slave):
        words = [sys.executable, "-m", "dms_agent", "--module", "/no/driver.so", "--server", address, "--pull", "ABCD"]
        process = subprocess.Popen([*words, "--home", str(tmp_path)], stdin=slave, stderr=subprocess.PIPE, text=True)
        os.write(master, f"{typed}\n".encode())
        _, said = process.communicate(timeout=30)
    assert "Dấu vân khóa:" in said
    assert ("Chưa ghép nối" in said) is not kept
    assert (address in PairedServers.load(tmp_path / "servers.json").servers) is kept
