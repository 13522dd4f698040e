"""A second authority with the same names as ours, which nobody trusts."""

import pytest

from tests.pki import SUBJECTS, Pki, build_pki


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return build_pki(tmp_path_factory.mktemp("stranger"), [s for s in SUBJECTS if s.ref == "head"])
