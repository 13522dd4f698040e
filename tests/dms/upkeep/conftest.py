"""The Chair's office with a decided dossier, for blobs of every kind; an office of signers, for routes."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.dms.awards.world import Chancery, a_chancery
from tests.dms.signing.office import Office, a_desk, an_office
from tests.pki import Pki


@pytest.fixture
def office(session: Session, pki: Pki, tmp_path: Path) -> Office:
    return an_office(session, a_desk(pki, tmp_path))


@pytest.fixture
def chancery(session: Session, pki: Pki, tmp_path: Path) -> Chancery:
    return a_chancery(session, a_desk(pki, tmp_path))
