"""What a verdict rests on: chains, answers about revocation, time stamps, what was changed; and whom we ask for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import crl, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import CertificateBuilder, CertificateRevocationListBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID

from demo import pki as demo_pki
from dms.signing import pades
from dms.signing.pades import SigningTrust, Verdict
from dms.signing.pades.evidence import Answer, is_by
from dms.signing.pades.proof import Proof, Standing
from tests.pki import SUBJECTS, Pki, build_pki, free_port, running_pki
from tests.signing.pades import flow, foreign

SOME = [subject for subject in SUBJECTS if subject.ref == "head"]


def proofs(path: Path, trust: SigningTrust) -> list[Proof]:
    found = [each.proof for each in pades.validate(path, trust=trust).signatures]
    assert all(found)
    return [each for each in found if each]


def a_list(issuer: str, signer: rsa.RSAPrivateKey) -> Answer:
    """A revocation list in the name of an issuer, signed with a key of whoever made it."""
    name, now = Name([NameAttribute(NameOID.COMMON_NAME, issuer)]), datetime.now(UTC)
    made = CertificateRevocationListBuilder().issuer_name(name).last_update(now).next_update(now + timedelta(days=1))
    der = made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return Answer(crl.CertificateList.load(der))


def an_authority(name: str, key: rsa.RSAPrivateKey) -> x509.Certificate:
    subject, now = Name([NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    made = CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(7)
    signed = made.not_valid_before(now).not_valid_after(now + timedelta(days=9)).sign(key, hashes.SHA256())
    return x509.Certificate.load(signed.public_bytes(serialization.Encoding.DER))


def test_an_answer_in_an_authoritys_name_says_nothing_unless_the_authority_signed_it() -> None:
    own, forgers = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    authority = an_authority("CA", own)
    assert is_by(a_list("CA", own), authority)
    assert not is_by(a_list("CA", forgers), authority)


def test_a_sealed_letter_carries_its_whole_proof(pki: Pki, tmp_path: Path) -> None:
    path = flow.sealed(pki, tmp_path)

    head, seal = proofs(path, pki.offline)

    assert head.is_anchored
    issuers = [each.issuer_name for each in head.chain[:-1]]
    assert [each.name for each in head.chain[1:]] == issuers
    assert head.root == head.chain[-1].name
    assert [each.revocation.source for each in head.chain] == ["ocsp", "crl", ""]
    assert {each.revocation.origin for each in head.chain[:-1]} == {"file"}
    assert all(each.was_valid for each in head.chain)
    assert head.timestamp is not None
    assert head.timestamp.chain[-1].is_anchor
    assert (head.coverage, head.changes) == ("entire_revision", "form_filling")
    assert head.lock.fields == ("number", "date", "seal")
    assert (seal.coverage, seal.changes, seal.lock.action) == ("entire_file", "none", "all")


def test_the_body_that_manages_a_certificate_is_named(pki: Pki, tmp_path: Path) -> None:
    (head,) = proofs(flow.signed_by_head(pki, tmp_path), pki.offline)

    assert "Sở Nội vụ tỉnh Vĩnh Long" in head.chain[0].managing_unit
    assert head.chain[0].key == "RSA 2048"
    assert head.digest_algorithm == "sha256"


def test_a_certificate_revoked_later_does_not_undo_what_it_signed(tmp_path: Path) -> None:
    with running_pki(tmp_path / "own", SOME) as own:
        letter = flow.letter(tmp_path)
        path = foreign.sign(own, letter, tmp_path / "signed.pdf", stamped=True, md_algorithm="sha256")
        demo_pki.revoke(own.folder, "head", at=datetime.now(UTC) + timedelta(seconds=2))
        later = datetime.now(UTC) + timedelta(minutes=1)

        report = pades.validate(path, trust=own.new_trust(freshness=timedelta(0)), at=later)

    assert report.verdict is Verdict.VALID, report
    proof = report.signatures[0].proof
    assert proof is not None
    revocation = proof.chain[0].revocation
    assert (revocation.standing, revocation.origin) == (Standing.GOOD, "network")


def test_what_leads_to_no_root_is_not_said_to_be_good(pki: Pki, stranger: Pki, tmp_path: Path) -> None:
    path = foreign.sign(stranger, flow.letter(tmp_path), tmp_path / "strange.pdf", md_algorithm="sha256")

    (proof,) = proofs(path, pki.trust)

    assert not proof.is_anchored
    assert proof.root == ""
    assert all(each.revocation.standing is Standing.UNKNOWN for each in proof.chain)


def test_without_network_the_standing_of_a_bare_signature_is_unknown(pki: Pki, tmp_path: Path) -> None:
    path = foreign.sign(pki, flow.letter(tmp_path), tmp_path / "plain.pdf", md_algorithm="sha256")

    (proof,) = proofs(path, pki.offline)

    assert proof.is_anchored
    assert proof.chain[0].revocation.standing is Standing.UNKNOWN


@contextmanager
def sending_elsewhere(port: int, target: int) -> Iterator[list[str]]:
    """Two servers: one in the authority's place that sends everybody to the other, which notes who comes."""
    came: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.server.server_port == target:
                came.append(self.path)
            self.send_response(307)
            self.send_header("Location", f"http://127.0.0.1:{target}/inside")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the name is the library's

        def log_message(self, *_: object) -> None:
            pass

    servers = [ThreadingHTTPServer(("127.0.0.1", each), Elsewhere) for each in (port, target)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield came
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_redirection_is_not_followed(tmp_path: Path) -> None:
    own = build_pki(tmp_path / "own", SOME)
    path = foreign.sign(own, flow.letter(tmp_path), tmp_path / "signed.pdf", md_algorithm="sha256")

    with sending_elsewhere(int(own.base_url.rpartition(":")[2]), free_port()) as came:
        report = pades.validate(path, trust=own.new_trust(tsa_url=None))

    assert report.signatures[0].reasons == ("certificate_unproven",)
    assert came == []
