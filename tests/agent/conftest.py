"""A service, an official and a token for the tests of the signer's program."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dms_agent.desk import Desk, Means
from tests.agent.drawer import Drawer
from tests.agent.official import Official, Scene, Service
from tests.pkcs11 import LIBRARY, make_softhsm
from tests.pki import Pki


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def official(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Official:
    official = Official(tmp_path)
    monkeypatch.setenv("BROWSER", official.browser)
    return official


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(Means(LIBRARY, "page", "vi"))
    yield desk
    desk.close()


@pytest.fixture
def scene(service: Service, official: Official, desk: Desk, pki: Pki) -> Scene:
    return Scene(service, official, desk, pki)


@pytest.fixture
def drawer(tmp_path: Path, pki: Pki, monkeypatch: pytest.MonkeyPatch) -> Drawer:
    """An empty drawer, into which the processes that this test starts look."""
    hsm = make_softhsm(tmp_path / "drawer", pki)
    monkeypatch.setenv("SOFTHSM2_CONF", str(hsm.configuration))
    return Drawer(hsm, pki)


@pytest.fixture
def token(drawer: Drawer) -> Drawer:
    """A drawer with one token, the head's."""
    drawer.new_token("Giám đốc", "head")
    return drawer
