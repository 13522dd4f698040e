"""A Chair's office for each test, on the test's own database session and an empty store."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.dms.awards.world import Chancery, a_chancery
from tests.dms.signing.office import a_desk
from tests.pki import Pki


@pytest.fixture
def chancery(session: Session, pki: Pki, tmp_path: Path) -> Chancery:
    return a_chancery(session, a_desk(pki, tmp_path))
