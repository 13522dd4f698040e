"""Archive time stamps: a sealed letter that verifies after the first authority is gone."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import simulate_future_ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from dms.errors import Unavailable
from dms.signing import pades
from dms.signing.pades import Level
from tests.pki import Pki
from tests.signing.pades import attacks, flow


def test_an_archive_time_stamp_makes_every_signature_long_lived(pki: Pki, tmp_path: Path) -> None:
    path = flow.sealed(pki, tmp_path)
    before = tmp_path / "before.pdf"
    before.write_bytes(path.read_bytes())

    pades.extend_lta(path, pki.trust)

    report = pades.validate(path, trust=pki.offline, expected=flow.expected(pki, path))
    assert report.is_valid, report
    assert {signature.level for signature in report.signatures} == {Level.LTA}
    assert len(report.archived_at) == 1
    assert pades.extends(before, path)


def test_an_archive_time_stamp_can_be_renewed(pki: Pki, tmp_path: Path) -> None:
    path = flow.sealed(pki, tmp_path)
    for _ in range(3):
        pades.extend_lta(path, pki.trust)

    report = pades.validate(path, trust=pki.offline, expected=flow.expected(pki, path))

    assert report.is_valid, report
    assert list(report.archived_at) == sorted(report.archived_at)
    assert len(report.archived_at) == 3


def test_without_the_authority_the_file_is_left_as_it_was(pki: Pki, tmp_path: Path) -> None:
    path = flow.signed_by_head(pki, tmp_path)
    before = path.read_bytes()

    with pytest.raises(Unavailable, match="timestamp_unavailable"):
        pades.extend_lta(path, pki.new_trust(tsa_url="http://127.0.0.1:9/tsa"))

    assert path.read_bytes() == before


def test_a_byte_changed_after_archiving_is_seen(pki: Pki, tmp_path: Path) -> None:
    path = flow.sealed(pki, tmp_path)
    pades.extend_lta(path, pki.trust)

    report = pades.validate(attacks.change_the_number(path, tmp_path / "changed.pdf"), trust=pki.offline)

    assert not report.is_valid
    assert "changed_after_signing" in report.reasons


def test_the_standards_own_procedure_accepts_the_letter_in_ten_years(pki: Pki, tmp_path: Path) -> None:
    """ETSI EN 319 102-1 for the future, given that archive time stamps are renewed; another judge than our verdict."""
    path = flow.sealed(pki, tmp_path)
    pades.extend_lta(path, pki.trust)
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(pki.offline.roots)),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
    )
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=policy))
    later = datetime.now(UTC) + timedelta(days=3650)

    with path.open("rb") as stream:
        signatures = PdfFileReader(stream).embedded_regular_signatures
        results = [asyncio.run(simulate_future_ades_lta_validation(item, spec, later)) for item in signatures]

    assert [result.ades_subindic for result in results] == [AdESPassed.OK, AdESPassed.OK]
