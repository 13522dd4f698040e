"""The doctor on the archive's proof and on histories that were cut short."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from dms import audit, clock
from dms.archive import checkpoints
from dms.archive.models import ArchiveTimestamp
from dms.audit import AuditEvent, Trail
from dms.policy import SYSTEM
from dms.signing.service import SigningDesk
from dms.upkeep import doctor
from dms.upkeep.model import Gravity, Trouble, Ward
from tests import factories as make
from tests.dms.signing.office import a_desk
from tests.pki import Pki


@pytest.fixture
def desk(pki: Pki, tmp_path: Path) -> SigningDesk:
    return a_desk(pki, tmp_path)


def troubles(session: Session, desk: SigningDesk, check: str) -> list[Trouble]:
    (found,) = doctor.run(Ward(session, desk, clock.now()), (check,))
    return list(found.troubles)


def a_sealed_file(session: Session, days: int) -> None:
    dossier = make.a_dossier(session)
    document = make.a_paper(session, dossier, "to-trinh").document
    end = clock.now() + timedelta(days=days)
    common = {"stamps": 1, "stamped_at": clock.now(), "authority": "TSA", "algorithm": "RSA-2048, SHA-256"}
    ends = {"certificate_ends": end, "algorithm_ends": end, "good_until": end}
    session.add(ArchiveTimestamp(version_id=document.versions[-1].id, **common, **ends))
    session.flush()


def test_a_file_that_lapsed_is_an_error_and_one_that_soon_will_a_warning(session: Session, desk: SigningDesk) -> None:
    for days in (-1, 30, 400):
        a_sealed_file(session, days)
    found = {(each.code, each.gravity) for each in troubles(session, desk, "archive")}
    assert found == {("archive_lapsed", Gravity.ERROR), ("archive_ends_soon", Gravity.WARNING)}


def test_a_history_that_was_cut_short_is_an_error(session: Session, desk: SigningDesk) -> None:
    trail = Trail("dossier", make.a_unit(session).id)
    for number in range(3):
        audit.record(session, trail, f"dossier:test:{number}", by=SYSTEM, now=clock.now())
    drafted = checkpoints.draft(session, now=clock.now())
    assert drafted is not None
    checkpoints.keep(session, drafted, checkpoints.stamp(drafted, desk.trust), now=clock.now())
    assert troubles(session, desk, "checkpoints") == []
    session.execute(delete(AuditEvent).where(AuditEvent.subject_id == trail.subject_id, AuditEvent.position == 2))
    (found,) = troubles(session, desk, "checkpoints")
    assert (found.code, found.params["position"]) == ("history_shorter", 2)
    assert troubles(session, desk, "chains") == []
