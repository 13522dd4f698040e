"""Keys in PKCS#12 files on the server: for a demonstration, for small offices, for a seal in a guarded folder."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from dms.errors import NotFound, Unavailable
from dms.signing.keys.kinds import AsksNothing, Held

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Pkcs12Key:
    """A key loaded from a PKCS#12 file and kept in memory; its text form shows no secret."""

    def __init__(self, key: PrivateKey, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        self._key = key
        self.certificate = certificate
        self.chain = chain

    def sign(self, signed_attributes: bytes) -> bytes:
        """See ``KeyProvider.sign``."""
        match self._key:
            case rsa.RSAPrivateKey() as key:
                return key.sign(signed_attributes, padding.PKCS1v15(), SHA256())
            case ec.EllipticCurvePrivateKey() as key:
                return key.sign(signed_attributes, ec.ECDSA(SHA256()))

    def __repr__(self) -> str:
        return "Pkcs12Key(…)"


class Pkcs12KeyStore(AsksNothing):
    """Keys on the server: ``<ref>.p12`` in ``folder``, all under one passphrase.

    A key is read when first asked for and kept for the life of the process: parsing it costs more than signing with it.
    Safe to be shared by threads.
    """

    def __init__(self, folder: Path, passphrase: str) -> None:
        self._folder = folder
        self._passphrase = passphrase.encode()
        self._keys: dict[str, Pkcs12Key] = {}
        self._lock = Lock()

    def get(self, ref: str) -> Pkcs12Key:
        """The key named ``ref``.

        NotFound: ``key_missing``. Unavailable: ``key_unavailable`` (wrong passphrase, broken file, unusable key).
        """
        with self._lock:
            if ref not in self._keys:
                self._keys[ref] = _load(self._path(ref), self._passphrase, ref)
            return self._keys[ref]

    def references(self) -> list[str]:
        """The names of all files in the folder."""
        return sorted(path.stem for path in self._folder.glob("*.p12"))

    def held(self, reference: str) -> Held:
        """See ``KeySource.held``."""
        key = self.get(reference)
        return Held(key.certificate, key.chain)

    def provider(self, reference: str, secret: str | None) -> Pkcs12Key:  # noqa: ARG002 - the same
        """See ``KeySource.provider``."""
        return self.get(reference)

    def sign_many(self, reference: str, attributes: Sequence[bytes], secret: str | None) -> list[bytes]:  # noqa: ARG002 - the same
        """See ``KeySource.sign_many``."""
        key = self.get(reference)
        return [key.sign(each) for each in attributes]

    def _path(self, ref: str) -> Path:
        path = self._folder / f"{ref}.p12"
        if Path(ref).name != ref or not path.is_file():
            raise NotFound("key_missing", ref=ref)
        return path

    def __repr__(self) -> str:
        return f"Pkcs12KeyStore({self._folder})"


def _load(path: Path, passphrase: bytes, ref: str) -> Pkcs12Key:
    try:
        bundle = pkcs12.load_pkcs12(path.read_bytes(), passphrase)
    except (OSError, ValueError) as error:
        raise Unavailable("key_unavailable", ref=ref) from error
    if not isinstance(bundle.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or bundle.cert is None:
        raise Unavailable("key_unavailable", ref=ref)
    chain = tuple(item.certificate.public_bytes(Encoding.DER) for item in bundle.additional_certs)
    return Pkcs12Key(bundle.key, bundle.cert.certificate.public_bytes(Encoding.DER), chain)
