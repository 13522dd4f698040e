"""The whole app for tests of the screens: a database of each test's own, real log-ins, real tokens.

``client.get(address)``, ``client.submit(address, field=value)``; ``login(client, world.clerk)`` is in helpers.py.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from blueprints.extensions import db
from config import Settings
from demo import pki as demo_pki
from dms.db import Base, make_engine
from tests.blueprints.helpers import PASSWORD, Browser, World, a_world, writing
from wsgi import create_app


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificates of an authority that nobody serves: enough for an app that does not sign."""
    folder = tmp_path_factory.mktemp("authority")
    demo_pki.build(folder, [], PASSWORD)
    return folder


@pytest.fixture
def make_app(tmp_path: Path, authority: Path, empty_tables: Path) -> Callable[..., Flask]:
    """Make the app with settings of one's own on a fresh database."""

    def make(**changed: Any) -> Flask:
        database = tmp_path / "app.sqlite"
        shutil.copy(empty_tables, database)
        given = {
            "secret_key": "s" * 40,
            "password_salt": "p" * 40,
            "instance_dir": tmp_path,
            "database_url": f"sqlite:///{database}",
            "storage_url": (tmp_path / "blobs").as_uri(),
            "key_folder": authority / "p12",
            "key_passphrase": PASSWORD,
            "tsa_url": "http://127.0.0.1:9/tsa",
            "trust_roots": authority / "ca" / "root.pem",
            "trust_intermediates": authority / "ca" / "issuing.pem",
            "secure_cookies": False,
            "in_process_jobs": False,
        }
        app = create_app(Settings(**(given | changed)))
        app.test_client_class = Browser
        return app

    return make


@pytest.fixture(scope="session")
def empty_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table and no row; copying it is quicker than making the tables each time."""
    path = tmp_path_factory.mktemp("tables") / "empty.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The app with its usual settings."""
    app = make_app()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser in which nobody is logged in."""
    return app.test_client()  # type: ignore[return-value]  # test_client_class is Browser


@pytest.fixture
def world(app: Flask) -> World:
    """One unit with clerk, head and deputy, and an administrator; everybody has a log-in."""
    with writing(app) as session:
        return a_world(session)
