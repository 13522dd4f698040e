"""Messages that the program on the signer's computer can tell from everybody else's: JWS (RFC 7515) with Ed25519."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

AUDIENCE = "dms-agent"
TYPE = "dms-sign-request+jwt"


class RequestSigner:
    """The service's own key for requests. It signs messages only; no paper is ever signed with it."""

    def __init__(self, key: Ed25519PrivateKey, base_url: str) -> None:
        parts = urlsplit(base_url)
        self.issuer = f"{parts.scheme}://{parts.netloc}"
        self._key = key
        public = jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self._public = {name: str(public[name]) for name in ("crv", "kty", "x")}
        self.kid = thumbprint(self._public)

    @classmethod
    def from_file(cls, path: Path, base_url: str) -> "RequestSigner":
        """Read the key from a PEM file (PKCS#8). ValueError if it holds no Ed25519 key, OSError if it is not there."""
        key = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{path} holds no Ed25519 key")  # noqa: TRY004 - the file is at fault, not a type
        return cls(key, base_url)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The message in its compact form."""
        return jwt.encode(dict(claims), self._key, algorithm="EdDSA", headers={"typ": TYPE, "kid": self.kid})

    def published(self) -> dict[str, Any]:
        """What the program pins at the pairing: our address and public key (JWK, RFC 8037)."""
        return {"issuer": self.issuer, "keys": [self._public | {"kid": self.kid}]}

    @property
    def fingerprint(self) -> str:
        """What people compare with the program's own screen: half the name of the key, in groups of four."""
        digits = self.kid[:32].upper()
        return " ".join(digits[start : start + 4] for start in range(0, 32, 4))

    def __repr__(self) -> str:
        return f"RequestSigner({self.issuer})"


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The name of a key: its JWK thumbprint (RFC 7638), in hexadecimal digits."""
    essential = json.dumps({name: jwk[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    return hashlib.sha256(essential.encode()).hexdigest()
