"""Before a hand-over each signed paper is validated afresh, unless that was done a short while ago."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from dms import clock
from dms.documents import service as documents
from dms.documents.models import Version
from dms.dossiers import routing
from dms.dossiers.models import Dossier, DossierSummary
from dms.signing.models import VersionCheck
from dms.signing.pades import Verdict
from storage.keys import key_of
from tests.dms.awards.world import Chancery, a_chancery
from tests.dms.signing.office import a_desk
from tests.pki import Pki


@pytest.fixture
def chancery(session: Session, pki: Pki, tmp_path: Path) -> Chancery:
    return a_chancery(session, a_desk(pki, tmp_path))


@pytest.fixture
def dossier(chancery: Chancery) -> Dossier:
    return chancery.appraised(["Lê Thị Ánh"])


@pytest.fixture
def signed(chancery: Chancery, dossier: Dossier) -> Version:
    """The version in force of a paper with a real signature."""
    version = documents.current_version(chancery.add_signed_paper(dossier))
    assert version is not None
    chancery.session.expire_all()
    return version


def recheck(chancery: Chancery, dossier: Dossier, *, hours: int = 24) -> None:
    act = {"by": chancery.clerk, "now": clock.now()}
    routing.recheck_signatures(chancery.session, chancery.desk, dossier.id, max_age_hours=hours, **act)


def age(check: VersionCheck, hours: int) -> None:
    check.checked_at = clock.now() - timedelta(hours=hours)


def spoil(tmp_path: Path, version: Version) -> None:
    """Change a byte of the stored file, as a bad disk or a bad hand does."""
    path = tmp_path / "blobs" / key_of(version.digest)
    path.chmod(0o640)
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)


def test_an_old_validation_is_made_anew_and_a_fresh_one_counts(
    chancery: Chancery, dossier: Dossier, signed: Version
) -> None:
    check = chancery.session.get_one(VersionCheck, signed.id)
    age(check, 23)
    kept = check.checked_at
    recheck(chancery, dossier)
    assert check.checked_at == kept
    age(check, 25)
    recheck(chancery, dossier)
    assert check.checked_at > kept
    assert check.verdict == Verdict.VALID


def test_a_file_that_changed_since_is_found_and_stands_in_the_summary(
    chancery: Chancery, dossier: Dossier, signed: Version, tmp_path: Path
) -> None:
    check = chancery.session.get_one(VersionCheck, signed.id)
    recheck(chancery, dossier)
    before = chancery.session.get_one(DossierSummary, dossier.id).not_met
    spoil(tmp_path, signed)
    recheck(chancery, dossier)
    assert check.verdict == Verdict.VALID, "a fresh validation is trusted for its day"
    age(check, 25)
    recheck(chancery, dossier)
    assert check.verdict == Verdict.INVALID
    assert chancery.session.get_one(DossierSummary, dossier.id).not_met > before
