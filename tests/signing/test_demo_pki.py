"""The demo PKI: marked as demo, built once, extended later, served by one command."""

import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from cryptography import x509

from demo import pki as demo_pki
from demo.pki import Algorithm, Subject
from dms.signing.keys import Pkcs12KeyStore
from tests.pki import PASSPHRASE, SUBJECTS, Pki, free_port

QUICK = Subject("quick", "Nguyễn Văn Thử", "086099000001", algorithm=Algorithm.P256)


def test_every_certificate_says_that_it_is_of_no_legal_value(pki: Pki) -> None:
    for path in (pki.folder / "certs").glob("*.crt"):
        subject = x509.load_der_x509_certificate(path.read_bytes()).subject.rfc4514_string()
        assert "DEMO - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in subject


def test_the_authorities_have_the_names_and_keys_they_should(pki: Pki) -> None:
    root = x509.load_pem_x509_certificate(pki.root.read_bytes())

    assert "CN=CA GỐC THỬ NGHIỆM (DEMO)" in root.subject.rfc4514_string()
    assert root.public_key().key_size == 4096


def test_no_two_certificates_share_a_serial_number(pki: Pki) -> None:
    paths = list((pki.folder / "certs").glob("*.crt"))
    serials = {x509.load_der_x509_certificate(path.read_bytes()).serial_number for path in paths}

    assert len(serials) == len(paths) == len(SUBJECTS) + 5


def test_building_again_changes_nothing_and_adds_who_is_new(pki: Pki) -> None:
    before = {path: path.read_bytes() for path in pki.folder.rglob("*.p12")}

    demo_pki.build(pki.folder, [*SUBJECTS, QUICK], PASSPHRASE, base_url=pki.base_url)

    assert {path: path.read_bytes() for path in before} == before
    assert Pkcs12KeyStore(pki.folder / "p12", PASSPHRASE).get("quick").chain


def test_a_pki_built_for_one_address_is_not_taken_for_another(pki: Pki) -> None:
    with pytest.raises(ValueError, match="was built for"):
        demo_pki.build(pki.folder, [], PASSPHRASE, base_url="http://127.0.0.1:1")


def test_private_keys_are_for_the_owner_only(pki: Pki) -> None:
    for path in [*(pki.folder / "p12").iterdir(), pki.folder / "keys" / "root.pem"]:
        assert path.stat().st_mode & 0o077 == 0, path
    assert b"PRIVATE" not in (pki.folder / "keys" / "head.pem").read_bytes()


def test_one_command_serves_it(pki: Pki, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "demo.pki", "serve", str(pki.folder), "--port", str(port)]
    with subprocess.Popen(command, cwd=Path(demo_pki.__file__).parents[1]) as process:
        try:
            crl = _patiently(f"http://127.0.0.1:{port}/demo/crls/issuing/latest.crl")
        finally:
            process.terminate()

    assert x509.load_der_x509_crl(crl).issuer


def _patiently(address: str) -> bytes:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - an address of this test
                body: bytes = answer.read()
                return body
        except OSError:
            time.sleep(0.1)
    pytest.fail("the demo PKI did not answer")
