"""Years pass, authorities end: what a sealed letter proves when its chain of time stamps is kept up, and when not."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import LocalKnowledge, PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, NonRevokedStatusAssertion, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from demo import pki as demo_pki
from dms.errors import Conflict, Unavailable
from dms.signing import pades
from dms.signing.pades import Level, Verdict
from tests.pki import SUBJECTS, Pki, answering, build_pki
from tests.signing.pades import flow

DAY = timedelta(days=1)
YEAR = 365 * DAY
FIRST_AUTHORITY_ENDS = 2 * YEAR
SOME = [subject for subject in SUBJECTS if subject.ref in {"head", "seal"}]


@dataclass
class Era:
    """A PKI whose first time-stamping authority ends in two years; its servers can be switched off for ever."""

    pki: Pki
    servers: ExitStack
    begun: datetime

    def at(self, later: timedelta) -> freeze_time:
        """A clock that runs on from a later day, for us and for the authorities in this process."""
        return freeze_time(self.begun + later, tick=True, real_asyncio=True)

    @property
    def second(self) -> object:
        return self.pki.new_trust(tsa_url=self.pki.second_tsa_url)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return build_pki(tmp_path_factory.mktemp("era"), SOME, lives={"tsa": FIRST_AUTHORITY_ENDS})


@pytest.fixture
def era(built: Pki) -> Iterator[Era]:
    with ExitStack() as servers:
        servers.enter_context(answering(built))
        yield Era(built, servers, datetime.now(UTC))


def archived(era: Era, folder: Path) -> Path:
    path = flow.sealed(era.pki, folder)
    pades.extend_lta(path, era.pki.trust)
    return path


def by_the_standard(era: Era, path: Path, at: datetime) -> list[object]:
    """ETSI EN 319 102-1, 5.6 (long-term validation) by pyHanko, offline: another judge than our verdict.

    That the authority of the last time stamp is not revoked on that later day is told to it, as nobody can know yet.
    """
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(era.pki.offline.roots)),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
    )
    timing = ValidationTimingInfo(at, at, point_in_time_validation=True)
    with path.open("rb") as stream:
        reader = PdfFileReader(stream)
        last = reader.embedded_timestamp_signatures[-1].signer_cert.sha256
        known = LocalKnowledge(nonrevoked_assertions=[NonRevokedStatusAssertion(last, at=at)])
        spec = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=policy, local_knowledge=known))
        signatures = reader.embedded_regular_signatures
        return [asyncio.run(ades_lta_validation(each, spec, timing)).ades_subindic for each in signatures]


def test_a_chain_renewed_by_another_authority_before_the_first_one_ends_holds_after_it(
    era: Era, tmp_path: Path
) -> None:
    path = archived(era, tmp_path)
    neglected, before = tmp_path / "neglected.pdf", tmp_path / "before.pdf"
    neglected.write_bytes(path.read_bytes())
    before.write_bytes(path.read_bytes())

    with era.at(FIRST_AUTHORITY_ENDS - 20 * DAY):
        pades.extend_lta(path, era.second)

    assert pades.extends(before, path)
    later = era.begun + 4 * YEAR
    report = pades.validate(path, trust=era.pki.offline, expected=flow.expected(era.pki, path), at=later)
    assert report.is_valid, report
    assert {each.level for each in report.signatures} == {Level.LTA}
    assert len(report.archived_at) == 2
    lapsed = pades.validate(neglected, trust=era.pki.offline, at=later)
    assert (lapsed.verdict, lapsed.reasons) == (Verdict.UNPROVEN, ("archive_timestamp_expired",))
    with era.at(4 * YEAR):
        assert by_the_standard(era, path, later) == [AdESPassed.OK, AdESPassed.OK]
        assert by_the_standard(era, neglected, later) == [AdESIndeterminate.NO_POE] * 2


def test_the_stamps_tell_who_made_them_and_until_when_they_are_good(era: Era, tmp_path: Path) -> None:
    path = archived(era, tmp_path)
    with era.at(FIRST_AUTHORITY_ENDS - 20 * DAY):
        pades.extend_lta(path, era.second)

    first, second = pades.archive_stamps(path)

    assert (first.authority, first.algorithm) == ("DẤU THỜI GIAN THỬ NGHIỆM (DEMO)", "RSA-2048, SHA-256")
    assert (second.authority, second.algorithm) == ("DẤU THỜI GIAN DỰ PHÒNG (DEMO)", "RSA-3072, SHA-256")
    assert abs(first.good_until - (era.begun + FIRST_AUTHORITY_ENDS)) < DAY
    assert second.good_until == second.algorithm_ends < second.certificate_ends


def test_a_chain_that_was_left_to_lapse_is_not_extended_as_if_nothing_had_happened(era: Era, tmp_path: Path) -> None:
    path = archived(era, tmp_path)
    before = path.read_bytes()

    with era.at(FIRST_AUTHORITY_ENDS + DAY), pytest.raises(Conflict, match="archive_timestamp_lapsed"):
        pades.extend_lta(path, era.second)

    assert path.read_bytes() == before


def test_with_every_authority_gone_for_ever_a_sealed_letter_still_proves_itself(era: Era, tmp_path: Path) -> None:
    path = archived(era, tmp_path)
    online = era.pki.new_trust()
    era.servers.close()

    for trust in (era.pki.offline, online):
        report = pades.validate(path, trust=trust, expected=flow.expected(era.pki, path))
        assert report.is_valid, report
    with pytest.raises(Unavailable):
        pades.extend_lta(path, online)
    a_year_on = era.begun + YEAR
    assert pades.validate(path, trust=era.pki.offline, at=a_year_on).is_valid
    with era.at(YEAR):
        assert by_the_standard(era, path, a_year_on) == [AdESPassed.OK, AdESPassed.OK]


def test_the_chain_of_an_authority_that_no_longer_answers_is_extended_by_another(era: Era, tmp_path: Path) -> None:
    """The first authority, its revocation list and its makers are gone; the file itself holds the proof of it."""
    path = archived(era, tmp_path)
    era.servers.close()
    other = build_pki(tmp_path / "other", SOME)
    roots = [era.pki.root.read_bytes(), other.root.read_bytes()]
    with answering(other):
        pades.extend_lta(path, era.pki.new_trust(roots=roots, tsa_url=other.tsa_url))

    offline = era.pki.new_trust(roots=roots, tsa_url=None, online=False)
    report = pades.validate(path, trust=offline, at=era.begun + 3 * YEAR, expected=flow.expected(era.pki, path))
    assert report.is_valid, report
    assert len(report.archived_at) == 2


def test_a_revoked_link_is_not_built_upon(tmp_path: Path) -> None:
    own = build_pki(tmp_path / "own", SOME)
    with answering(own):
        path = flow.sealed(own, tmp_path)
        pades.extend_lta(path, own.trust)
        demo_pki.revoke(own.folder, "tsa", at=datetime.now(UTC) - 8 * DAY)  # its list comes out once a week
        before = path.read_bytes()

        with pytest.raises(Conflict, match="archive_timestamp_revoked"):
            pades.extend_lta(path, own.new_trust(tsa_url=own.second_tsa_url))

    assert path.read_bytes() == before
