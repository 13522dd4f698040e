"""A service of its own to measure: the embedded set-up of ``make run`` in a folder that goes away afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from flask import Flask
from sqlalchemy import select

import config
from blueprints.web import transaction
from demo import load, pki
from demo.pictures import demo_signature_picture
from dms import clock
from dms.people.models import Person
from dms.policy import SYSTEM
from dms.signing import credentials
from scripts import run
from tests.blueprints.helpers import Browser
from wsgi import create_app

LARGEST_UPLOAD_MB = 1200
SIGNER = "giamdoc"


@dataclass(frozen=True)
class Place:
    """The folder, the environment of its service, and the same app in this process (for counting queries)."""

    folder: Path
    port: int
    environment: dict[str, str]
    app: Flask

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def opened() -> Iterator[Place]:
    """Make the place under build/, on the disk where an instance would lie, and serve its certificates."""
    build = run.ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build, prefix="bench-") as name:
        folder, port = Path(name), run.a_free_port()
        environment = _environment(folder, port)
        _make_certificates(folder, environment)
        if run.flask(environment, "db", "upgrade").returncode:
            raise SystemExit("The database could not be made; the lines above say why.")
        os.environ.update(environment)
        app = create_app(config.load(in_process_jobs=False))
        app.test_client_class = Browser
        structlog.configure(logger_factory=structlog.PrintLoggerFactory((folder / "bench.log").open("w")))
        with run.Children(environment) as children:
            children.start(*run.pki_command())
            children.wait_for(f"http://127.0.0.1:{run.pki_port(folder)}/")
            _load(app)
            yield Place(folder, port, environment, app)


@contextmanager
def served(place: Place) -> Iterator[int]:
    """Run the real server for a ``with`` block; gives the number of its first process."""
    with run.Children(place.environment) as children:
        # One line a request is part of the work, but not for the eyes: it goes to a file, as in an office.
        log = str(place.folder / "server.log")
        children.start("sh", "-c", 'exec "$@" 2>"$0"', log, *run.gunicorn_command(place.port))
        children.wait_for(f"{place.address}/")
        yield children.processes[0].pid


def _environment(folder: Path, port: int) -> dict[str, str]:
    """The embedded settings alone: what else stands in the environment would make the figures another's."""
    for name in [each for each in os.environ if each.startswith(config.PREFIX)]:
        del os.environ[name]
    os.environ["DMS_INSTANCE_DIR"] = str(folder)
    (folder / "pki").mkdir()
    (folder / "pki" / "port").write_text(str(run.a_free_port()))
    return run.environment(port) | {"DMS_UPLOAD_LIMIT_MB": str(LARGEST_UPLOAD_MB)}


def _make_certificates(folder: Path, environment: dict[str, str]) -> None:
    subjects = [each for each in load.subjects() if each.ref == SIGNER]
    base_url = f"http://127.0.0.1:{run.pki_port(folder)}"
    pki.build(folder / "pki", subjects, environment["DMS_KEY_PASSPHRASE"], base_url=base_url)


def _load(app: Flask) -> None:
    """The demo province without its story, and the key of the one person who signs here."""
    with app.app_context(), transaction() as session:
        load.load_province(session)
    with app.app_context(), transaction() as session:
        signer = session.scalars(select(Person).where(Person.email.startswith(f"{SIGNER}@"))).one()
        credentials.bind_key(
            session,
            app.extensions["dms"].signing,
            person_id=signer.id,
            reference=SIGNER,
            picture=demo_signature_picture(signer.full_name),
            by=SYSTEM,
            now=clock.now(),
        )
