"""An office for each test, on the test's own database session and an empty store."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.dms.signing.office import Office, a_desk, an_office
from tests.pki import Pki


@pytest.fixture
def office(session: Session, pki: Pki, tmp_path: Path) -> Office:
    return an_office(session, a_desk(pki, tmp_path))
