"""Which services this computer works for: their addresses and the keys that were pinned at the pairing."""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt

from dms_agent.errors import AgentError

WELL_KNOWN = "/.well-known/dms-agent.json"
TIMEOUT_SECONDS = 20
_MOST_BYTES = 1 << 16
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class _StayHere(HTTPRedirectHandler):
    """A paired service answers itself; whoever sends us elsewhere is not believed."""

    def redirect_request(self, *_args: Any, **_told: Any) -> None:
        return None


WEB = build_opener(_StayHere)


@dataclass(frozen=True, slots=True)
class PairedServer:
    """A service and its Ed25519 keys as JWKs (RFC 8037)."""

    address: str
    keys: tuple[dict[str, Any], ...]

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What people compare with the service's own page."""
        return tuple(fingerprint(key) for key in self.keys)


@dataclass(slots=True)
class PairedServers:
    """Every service that this computer was paired with, kept in one small file of the user's own."""

    path: Path
    servers: dict[str, PairedServer] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "PairedServers":
        """What is in the file; nothing if there is none. Raises AgentError("pairing_unreadable")."""
        if not path.exists():
            return cls(path)
        try:
            kept = json.loads(path.read_text("utf-8"))
            servers = {address: PairedServer(address, tuple(keys)) for address, keys in kept.items()}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise AgentError("pairing_unreadable", path=path) from error
        return cls(path, servers)

    def keep(self, server: PairedServer) -> None:
        """Remember a service, readable by its user alone."""
        self.servers[server.address] = server
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = {each.address: list(each.keys) for each in self.servers.values()}
        text = json.dumps(kept, indent=1)
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(text)

    def key(self, kid: str) -> tuple[str, jwt.PyJWK]:
        """The address and the pinned key of that name. Raises AgentError("server_unknown")."""
        for server in self.servers.values():
            for key in server.keys:
                if key.get("kid") == kid:
                    return server.address, jwt.PyJWK(key, algorithm="EdDSA")
        raise AgentError("server_unknown")

    @property
    def origins(self) -> frozenset[str]:
        """The pages that may speak to this program."""
        return frozenset(map(origin_of, self.servers))


def origin_of(address: str) -> str:
    """Scheme, host and port of an address. Raises AgentError("server_address") if it is none we accept.

    Only HTTPS, but for a service on this very computer: whoever alters the answer could put a key of their own in.
    """
    parts = urlsplit(address)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not (is_safe and parts.hostname) or parts.username:
        raise AgentError("server_address", address=address)
    return f"{parts.scheme}://{parts.netloc}"


def fetch(address: str) -> PairedServer:
    """Ask a service for its keys. Raises AgentError: server_address, server_unreachable, server_unsuitable."""
    origin = origin_of(address)
    try:
        with WEB.open(Request(origin + WELL_KNOWN), timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - origin_of allows no other scheme
            told = json.loads(answer.read(_MOST_BYTES))
    except (URLError, OSError) as error:
        raise AgentError("server_unreachable", address=origin) from error
    except ValueError as error:
        raise AgentError("server_unsuitable", address=origin) from error
    return PairedServer(origin, tuple(_usable(told, origin)))


def _usable(told: Any, origin: str) -> Iterable[dict[str, Any]]:
    """The keys of an answer that can be used; the service must call itself by the address it was asked at."""
    try:
        keys = [{name: str(key[name]) for name in ("kty", "crv", "x", "kid")} for key in told["keys"]]
        is_ours = told["issuer"] == origin and keys and all(key["kid"] == thumbprint(key) for key in keys)
    except (KeyError, TypeError) as error:
        raise AgentError("server_unsuitable", address=origin) from error
    if not is_ours or any((key["kty"], key["crv"]) != ("OKP", "Ed25519") for key in keys):
        raise AgentError("server_unsuitable", address=origin)
    return keys


def thumbprint(key: dict[str, Any]) -> str:
    """The name of a key: its JWK thumbprint (RFC 7638), in hexadecimal digits."""
    essential = json.dumps({name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    return hashlib.sha256(essential.encode()).hexdigest()


def fingerprint(key: dict[str, Any]) -> str:
    """Half of the thumbprint in groups of four, for people to compare."""
    digits = thumbprint(key)[:32].upper()
    return " ".join(digits[start : start + 4] for start in range(0, 32, 4))
