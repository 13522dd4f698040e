"""The two commands and what stands behind them: a newcomer's first minutes, checked."""

import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages import Catalog

from scripts import messages, run

ROOT = Path(__file__).resolve().parent.parent


def call(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | environment
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120)


# --- make -----------------------------------------------------------------------------------------------------------


def test_make_alone_lists_the_everyday_commands() -> None:
    shown = call("make").stdout
    for name in ("run", "test", "lint", "fix", "types", "migrate", "messages", "lock", "bench", "screenshots", "clean"):
        assert re.search(rf"make {name}\W.* \w+", shown), name


def test_every_make_target_that_people_call_says_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text()
    called = re.findall(r"^\.PHONY: (\S+)$", text, re.MULTILINE)
    assert [name for name in called if not re.search(rf"^{name}:.*## \w", text, re.MULTILINE)] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_each_wanted_library_is_locked_with_a_hash(name: str) -> None:
    locked = dict(re.findall(r"^([\w.-]+)==\S+[^\n]*\\\n    (--hash=sha256:\w{64})", read_lock(name), re.MULTILINE))
    wanted = re.findall(r"^([\w.-]+)", (ROOT / f"{name}.in").read_text(), re.MULTILINE)
    assert [library for library in wanted if normal(library) not in locked and library != "-r"] == []


def test_the_locks_do_not_depend_on_one_machines_package_index() -> None:
    for name in ("requirements", "requirements-dev"):
        assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|https?://", read_lock(name))


def read_lock(name: str) -> str:
    return (ROOT / f"{name}.txt").read_text()


def normal(library: str) -> str:
    return re.sub(r"[-_.]+", "-", library).lower()


# --- scripts/prepare ------------------------------------------------------------------------------------------------


@pytest.fixture
def poor_path(tmp_path: Path) -> str:
    """A PATH with the plain tools of a small machine and none of the programs we would like to have."""
    for name in ("bash", "env", "dirname", "mktemp", "rm", "grep", "tail", "id", "sed"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    return str(tmp_path)


def test_a_start_without_libreoffice_says_what_is_lost_and_goes_on(poor_path: str) -> None:
    result = call("/usr/bin/bash", "scripts/prepare", "run", PATH=poor_path, NO_SYSTEM_PACKAGES="1")
    assert result.returncode == 0
    assert "LibreOffice is missing: DOCX files are kept, but people are asked for a PDF." in result.stderr


def test_the_tests_stop_at_missing_programs_and_name_each(poor_path: str) -> None:
    result = call("/usr/bin/bash", "scripts/prepare", "test", PATH=poor_path, NO_SYSTEM_PACKAGES="1")
    assert result.returncode == 1
    for package in ("libreoffice-writer-nogui", "chromium", "poppler-utils", "mupdf-tools", "qpdf", "libnss3-tools"):
        assert f"(Debian package: {package};" in result.stderr


def test_where_all_is_there_preparing_says_nothing() -> None:
    result = call("scripts/prepare", "test", NO_SYSTEM_PACKAGES="1")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_without_a_recent_python_the_reason_is_one_line(tmp_path: Path) -> None:
    script = (ROOT / "scripts" / "venv").read_text()
    find_python = script[script.index("find_python()") : script.index("make_venv()")]
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n')
    old.chmod(0o755)
    only_old = find_python.replace("/usr/bin/python3", str(old))
    result = call("/usr/bin/bash", "-c", f"{only_old}\nfind_python", PATH=str(tmp_path))
    assert result.returncode == 1
    assert result.stderr == "Python 3.11 or newer is needed and was not found (python3 here: Python 3.9.2).\n"


# --- scripts/run ----------------------------------------------------------------------------------------------------


def test_a_busy_port_is_named_together_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = call(sys.executable, "-m", "scripts.run", "serve", "--port", str(port), DMS_INSTANCE_DIR=str(tmp_path))
    assert result.returncode == 1
    assert result.stderr == f"Port {port} is taken: choose another: make run PORT={port + 10}.\n"
    assert list(tmp_path.iterdir()) == []


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    first = run.secret(tmp_path / "secret")
    assert run.secret(tmp_path / "secret") == first
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_what_the_environment_says_wins_over_the_embedded_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMS_INSTANCE_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DMS_DATABASE_URL", "postgresql+psycopg://elsewhere/dms")
    settings = run.environment(8000)
    assert settings["DMS_DATABASE_URL"] == "postgresql+psycopg://elsewhere/dms"
    assert settings["DMS_STORAGE_URL"] == (tmp_path / "data" / "blobs").as_uri()


def test_the_demo_authority_keeps_its_port_because_certificates_name_it(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    first = run.pki_port(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first))
        assert run.pki_port(tmp_path) == first


def test_leaving_the_block_ends_each_process_with_all_that_it_started() -> None:
    marker = f"sleep 98{os.getpid()}"
    with run.Children(os.environ) as children:
        children.start("bash", "-c", f"{marker} & {marker} & wait")
        wait_for(lambda: len(running(marker)) >= 2)
    assert running(marker) == []


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        subprocess.run(["sleep", "0.05"], check=True)
    pytest.fail("it did not happen in 10 s")


def running(marker: str) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "stat=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if marker in line and not line.startswith("Z")]


# --- translations ---------------------------------------------------------------------------------------------------


def a_catalogue(**sentences: str) -> Catalog:
    catalog = Catalog(locale="vi", fuzzy=False)
    for msgid, text in sentences.items():
        catalog.add(msgid.replace("_", " "), text, locations=[("templates/page.html", 1)])
    return catalog


@pytest.mark.parametrize(
    ("ours", "fault"),
    [
        (a_catalogue(), "no Vietnamese for 'Sign now'"),
        (a_catalogue(Sign_now=""), "no Vietnamese for 'Sign now'"),
        (a_catalogue(Sign_now="Ký ngay", Old="Cũ"), "no longer used: 'Old'"),
    ],
)
def test_a_sentence_that_readers_would_miss_fails_the_check(ours: Catalog, fault: str) -> None:
    wanted = a_catalogue(Sign_now="")
    assert any(fault in line for line in messages.find_faults(ours, wanted))


def test_a_guessed_translation_fails_the_check() -> None:
    ours = a_catalogue(Sign_now="Ký ngay")
    ours.get("Sign now").flags.add("fuzzy")
    assert "only guessed" in next(messages.find_faults(ours, a_catalogue(Sign_now="")))


def test_a_translation_that_lost_its_field_fails_the_check() -> None:
    ours, wanted = Catalog(locale="vi"), Catalog()
    for catalog, text in ((ours, "Chờ ký"), (wanted, "")):
        catalog.add("%(count)s to sign", text, locations=[("templates/page.html", 1)], flags={"python-format"})
    assert "lost %(count)s" in next(messages.find_faults(ours, wanted))


def test_the_shipped_catalogue_is_complete() -> None:
    assert list(messages.find_faults(messages.load(), messages.collect())) == []
