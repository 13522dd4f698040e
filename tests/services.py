"""Real services for the tests: PostgreSQL in a folder of its own, and databases to use it with.

A missing program fails the test that needs it; nothing here skips.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

import dms
from dms.db import Base, make_engine

MODULES_WITH_TABLES = {"models", "audit", "outbox"}
FAST_AND_UNSAFE = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=60",
)
START_SECONDS = 30


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a server that listens on a socket in its own folder only, and give the address of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="dms-postgresql-"))
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    if user:
        shutil.chown(folder, user)
    try:
        initdb = [program("initdb"), "-D", f"{folder}/data", "-U", "dms", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*initdb, "--locale=C.UTF-8"], user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with server(folder, user):
            yield f"postgresql+psycopg://dms@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server(folder: Path, user: str | None) -> Iterator[None]:
    options = [word for setting in FAST_AND_UNSAFE for word in ("-c", setting)]
    command = [program("postgres"), "-D", f"{folder}/data", "-k", str(folder), *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
    try:
        wait_until_ready(folder, process)
        yield
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def wait_until_ready(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    ready = [program("pg_isready"), "-q", "-h", str(folder), "-U", "dms"]
    while subprocess.run(ready, check=False).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.05)


def program(name: str) -> str:
    """Find a PostgreSQL program; Debian keeps the server's out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        pytest.fail(f"{name} is missing; `scripts/prepare test` installs PostgreSQL")
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a running PostgreSQL server's first database."""
    with postgresql() as url:
        yield url


# --- Empty databases ------------------------------------------------------------------------------------------------


@contextmanager
def postgresql_database(server_url: str) -> Iterator[str]:
    """Make an empty database on the server and drop it afterwards."""
    name = f"t{uuid4().hex}"
    run_on_server(server_url, f"CREATE DATABASE {name}")
    try:
        yield server_url.replace("/postgres?", f"/{name}?")
    finally:
        run_on_server(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def run_on_server(server_url: str, statement: str) -> None:
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def an_empty_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'test.sqlite'}"
    else:
        with postgresql_database(request.getfixturevalue("postgres_url")) as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this test alone, without tables; the test may commit. Runs once on SQLite, once on PostgreSQL."""
    yield from an_empty_database(request.param, tmp_path, request)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database that ``engine`` and ``session`` stand on; tests leave nothing in it."""
    yield from an_empty_database(request.param, tmp_path_factory.mktemp("database"), request)


# --- Tables and transactions ----------------------------------------------------------------------------------------


def import_tables() -> None:
    """Import each module of the domain that defines tables, so that ``Base.metadata`` knows them all."""
    for module in walk_packages(dms.__path__, "dms."):
        if module.name.rpartition(".")[2] in MODULES_WITH_TABLES:
            import_module(module.name)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a database that has all tables of the domain."""
    import_tables()
    engine = make_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is undone at the end, commits included: each runs in a savepoint."""
    with engine.connect() as connection, connection.begin() as whole:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        whole.rollback()


@pytest.fixture
def make_session(engine: Engine) -> Callable[[], Session]:
    """A maker of real, independent sessions, for tests in which two people act at once; the test cleans up."""
    return lambda: Session(engine)
