"""Whom we believe, how fresh an answer must be, and what remains when nobody answers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo import pki as demo_pki
from dms.errors import Invalid, Unavailable
from dms.signing import pades
from dms.signing.pades import Level, SigningTrust, Verdict
from tests.pki import SUBJECTS, Pki, build_pki, running_pki
from tests.signing.pades import flow, foreign

SOME = [subject for subject in SUBJECTS if subject.ref in {"head", "deputy"}]


@pytest.fixture
def own_pki(tmp_path: Path) -> Iterator[Pki]:
    """A PKI in which this test may revoke."""
    with running_pki(tmp_path / "own", SOME) as running:
        yield running


def test_a_certificate_revoked_while_the_service_runs_is_noticed(own_pki: Pki, tmp_path: Path) -> None:
    letter, forgetful = flow.letter(tmp_path), own_pki.new_trust(freshness=timedelta(0))
    flow.sign(own_pki, letter, tmp_path / "1.pdf", "head", "head", trust=forgetful)

    demo_pki.revoke(own_pki.folder, "head", at=datetime.now(UTC) - timedelta(minutes=5))

    with pytest.raises(Invalid, match="certificate_revoked"):
        flow.sign(own_pki, letter, tmp_path / "2.pdf", "head", "head", trust=forgetful)
    flow.sign(own_pki, letter, tmp_path / "3.pdf", "head", "deputy", trust=forgetful)


def test_a_certificate_revoked_between_the_halves_is_noticed(own_pki: Pki, tmp_path: Path) -> None:
    key, target = own_pki.key("head"), tmp_path / "half.pdf"
    prepared = pades.prepare(
        flow.letter(tmp_path),
        target,
        field="head",
        certificate_der=key.certificate,
        chain_der=key.chain,
        trust=own_pki.trust,
    )
    demo_pki.revoke(own_pki.folder, "head", at=datetime.now(UTC) - timedelta(minutes=5))

    with pytest.raises(Invalid, match="certificate_revoked"):
        pades.finish(target, prepared, key.sign(prepared.signed_attributes), own_pki.new_trust())


def test_a_signature_made_before_the_revocation_stays_valid(own_pki: Pki, tmp_path: Path) -> None:
    path = flow.signed_by_head(own_pki, tmp_path)
    demo_pki.revoke(own_pki.folder, "head")

    assert pades.validate(path, trust=own_pki.new_trust()).is_valid


def test_when_nobody_tells_whether_a_certificate_is_revoked_nothing_is_signed(tmp_path: Path) -> None:
    silent = build_pki(tmp_path / "silent", SOME)
    source, target = flow.letter(tmp_path), tmp_path / "signed.pdf"

    with pytest.raises(Unavailable) as refusal:
        flow.sign(silent, source, target, "head", "head")

    assert refusal.value.code == "revocation_unavailable"
    assert not target.exists()


def test_a_signature_without_proof_of_its_own_is_asked_for_on_the_network(pki: Pki, tmp_path: Path) -> None:
    path = foreign.sign(pki, flow.letter(tmp_path), tmp_path / "plain.pdf", md_algorithm="sha256")

    offline = pades.validate(path, trust=pki.offline)
    online = pades.validate(path, trust=pki.trust)

    assert (offline.verdict, offline.signatures[0].reasons) == (Verdict.UNPROVEN, ("certificate_unproven",))
    assert online.is_valid
    assert online.signatures[0].level == Level.B


def test_a_time_stamp_alone_makes_level_t(pki: Pki, tmp_path: Path) -> None:
    path = foreign.sign(pki, flow.letter(tmp_path), tmp_path / "plain.pdf", stamped=True, md_algorithm="sha256")

    report = pades.validate(path, trust=pki.trust)

    assert report.is_valid
    assert report.signatures[0].level == Level.T


@pytest.mark.parametrize(("role", "reason"), [("revoked", "certificate_revoked"), ("expired", "certificate_expired")])
def test_a_signature_made_elsewhere_with_a_bad_certificate_is_invalid(
    pki: Pki, tmp_path: Path, role: str, reason: str
) -> None:
    path = foreign.sign(pki, flow.letter(tmp_path), tmp_path / "bad.pdf", role, stamped=True, md_algorithm="sha256")

    report = pades.validate(path, trust=pki.trust)

    assert report.verdict == Verdict.INVALID
    assert reason in report.signatures[0].reasons


@pytest.mark.parametrize("digest", ["sha1", "md5"])
def test_a_weak_digest_is_refused(pki: Pki, tmp_path: Path, digest: str) -> None:
    path = foreign.sign(pki, flow.letter(tmp_path), tmp_path / "weak.pdf", md_algorithm=digest)

    report = pades.validate(path, trust=pki.trust)

    assert report.verdict == Verdict.INVALID
    assert report.signatures[0].reasons == ("algorithm_weak",)


def test_the_same_name_from_another_authority_proves_nothing(pki: Pki, stranger: Pki, tmp_path: Path) -> None:
    path = foreign.sign(stranger, flow.letter(tmp_path), tmp_path / "strange.pdf", md_algorithm="sha256")

    report = pades.validate(path, trust=pki.trust, expected=flow.expected(pki, head="head"))

    assert report.verdict == Verdict.UNPROVEN
    assert report.signatures[0].reasons == ("certificate_untrusted",)


def test_a_signature_outlives_its_certificate_but_not_the_time_stamps(pki: Pki, tmp_path: Path) -> None:
    path = flow.signed_by_head(pki, tmp_path)
    now = datetime.now(UTC)

    assert pades.validate(path, trust=pki.offline, at=now + timedelta(days=5 * 365)).is_valid
    late = pades.validate(path, trust=pki.offline, at=now + timedelta(days=11 * 365))
    assert (late.verdict, late.signatures[0].reasons) == (Verdict.UNPROVEN, ("timestamp_expired",))


def test_threads_share_one_trust_without_mixing_documents(pki: Pki, tmp_path: Path) -> None:
    letter, trust = flow.letter(tmp_path), pki.new_trust()

    def sign(number: int) -> Path:
        role = ("head", "deputy", "clerk")[number % 3]
        return flow.sign(pki, letter, tmp_path / f"{number}.pdf", "head", role, trust=trust)

    with ThreadPoolExecutor(4) as pool:
        signed = list(pool.map(sign, range(12)))

    uids = [pades.validate(path, trust=pki.offline).signatures[0].signer_uid for path in signed]
    assert uids == [pki.uid(role) for role in ("head", "deputy", "clerk")] * 4
    assert all(pades.validate(path, trust=pki.offline).is_valid for path in signed)


def test_trust_can_be_read_from_files(pki: Pki, tmp_path: Path) -> None:
    trust = SigningTrust.from_files(pki.root, pki.folder / "ca" / "issuing.pem", pki.tsa_url)

    path = flow.sign(pki, flow.letter(tmp_path), tmp_path / "signed.pdf", "head", "head", trust=trust)

    assert pades.validate(path, trust=trust).is_valid
