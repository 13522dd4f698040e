"""Keys on the server: read once, never shown, and a clear word when they cannot be had."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from dms.errors import NotFound, Unavailable
from dms.signing.keys import Pkcs12KeyStore
from dms.signing.pades.certificates import ensure_signed_by
from tests.pki import Pki


@pytest.mark.parametrize("role", ["head", "deputy", "clerk"])
def test_a_key_signs_for_its_certificate(pki: Pki, role: str) -> None:
    key = pki.key(role)

    ensure_signed_by(key.certificate, key.sign(b"attributes"), b"attributes")
    assert len(key.chain) == 1


def test_a_key_is_read_once_even_by_many_threads(pki: Pki) -> None:
    store = Pkcs12KeyStore(pki.folder / "p12", pki.passphrase)

    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(store.get, ["head"] * 32))

    assert len({id(key) for key in keys}) == 1


def test_a_wrong_passphrase_says_that_the_key_cannot_be_had(pki: Pki) -> None:
    with pytest.raises(Unavailable) as refusal:
        Pkcs12KeyStore(pki.folder / "p12", "wrong").get("head")

    assert refusal.value.code == "key_unavailable"


@pytest.mark.parametrize("ref", ["nobody", "../keys/root", "../p12/head", ""])
def test_a_key_that_is_not_in_the_folder_is_missing(pki: Pki, ref: str) -> None:
    with pytest.raises(NotFound, match="key_missing"):
        pki.store.get(ref)


def test_a_kind_of_key_that_cannot_sign_pdf_files_is_refused(tmp_path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    bundle = pkcs12.serialize_key_and_certificates(b"x", key, None, None, BestAvailableEncryption(b"secret"))
    (tmp_path / "x.p12").write_bytes(bundle)

    with pytest.raises(Unavailable, match="key_unavailable"):
        Pkcs12KeyStore(tmp_path, "secret").get("x")


def test_neither_key_nor_store_shows_a_secret(pki: Pki) -> None:
    shown = repr(pki.key("head")) + repr(pki.store) + repr(pki.keys)

    assert pki.passphrase not in shown
    assert "BEGIN" not in shown
