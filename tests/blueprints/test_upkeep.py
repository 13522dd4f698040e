"""The health of the service: the commands for its operators, the page for its administrator."""

import io
import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from flask_migrate import stamp
from sqlalchemy import update

from blueprints import premises, upkeep_cli
from blueprints.sentences.troubles import CHECKS, TROUBLES
from blueprints.web import Tools
from dms import clock, outbox
from dms.dossiers.models import DossierSummary
from dms.upkeep import doctor
from dms.upkeep.model import Gravity
from storage.keys import key_of
from tests import factories as make
from tests.blueprints.helpers import Browser, World, login, writing
from tests.pki import Pki

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki) -> Flask:
    """The app on tables of the newest migration, with an authority that answers."""
    app = make_app(tsa_url=pki.tsa_url, trust_roots=pki.root)
    with app.app_context():
        stamp(str(ROOT / "migrations"))
    return app


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def tools_of(app: Flask) -> Tools:
    tools: Tools = app.extensions["dms"]
    return tools


def give_up(app: Flask, name: str = "dossier.sealable") -> None:
    with writing(app) as session:
        event = outbox.add(session, name, now=clock.now(), dossier_id="0")
        event.failed_at, event.attempts, event.last_error = clock.now(), 8, "Unavailable: timestamp_unavailable"


def spoil_a_summary(app: Flask) -> str:
    with writing(app) as session:
        dossier = make.a_dossier(session)
        session.execute(update(DossierSummary).values(blocking=99))
        return dossier.code


def a_stray(app: Flask, *, hours: float) -> str:
    """A file in the store that no row names, put there so many hours ago."""
    digest = tools_of(app).desk.storage.put(io.BytesIO(b"stray" * 10)).digest
    path = Path(tools_of(app).settings.storage_url.removeprefix("file://")) / key_of(digest)
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return digest


# --- words


def test_every_trouble_has_a_sentence_and_a_remedy_and_every_sentence_a_trouble() -> None:
    sources = [*(ROOT / "dms" / "upkeep").glob("*.py"), ROOT / "blueprints" / "premises.py"]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    made = set(re.findall(r'Trouble\(\s*"(\w+)"', text))
    assert made - set(TROUBLES) == set()
    by_name = {code for code in TROUBLES if not code.startswith(("chain_", "wall_missing_"))}
    assert [code for code in by_name if f'"{code}"' not in text] == []


def test_every_check_has_a_name() -> None:
    assert set(CHECKS) == {*premises.CHECKS, *doctor.CHECKS}


# --- doctor


def test_a_healthy_service_gets_a_clean_bill(runner: FlaskCliRunner) -> None:
    found = runner.invoke(args=["doctor", "--language", "en"])
    assert "✗" not in found.output, found.output
    assert found.exit_code in {0, 1}  # a machine without Landlock, or a public address that is local, warns
    assert "✓ Chains of events" in found.output


def test_what_is_wrong_is_said_with_its_remedy_and_ends_with_two(app: Flask, runner: FlaskCliRunner) -> None:
    code = spoil_a_summary(app)
    found = runner.invoke(args=["doctor"])
    assert found.exit_code == 2
    assert f"Dòng tổng hợp của hồ sơ {code} khác với kết quả kiểm tra lại (blocking)" in found.output
    assert "→ Chạy flask doctor --repair để ghi lại." in found.output


def test_repair_mends_and_the_next_look_is_clean(app: Flask, runner: FlaskCliRunner) -> None:
    spoil_a_summary(app)
    mended = runner.invoke(args=["doctor", "--repair", "--language", "en"])
    assert "+ Summaries of dossiers: 1" in mended.output
    assert "✗" not in mended.output


def test_a_program_gets_json_with_codes(app: Flask, runner: FlaskCliRunner) -> None:
    give_up(app)
    answer = json.loads(runner.invoke(args=["doctor", "--json"]).stdout)
    events = next(each for each in answer["checks"] if each["check"] == "events")
    assert events["troubles"][0]["code"] == "outbox_given_up"
    assert events["troubles"][0]["params"] == {"name": "dossier.sealable", "count": 1}
    assert events["troubles"][0]["remedy"]


def test_an_authority_that_is_away_and_tables_that_are_old_are_found(make_app: Callable[..., Flask]) -> None:
    app = make_app(tsa_url="http://127.0.0.1:9/tsa")
    found = app.test_cli_runner().invoke(args=["doctor", "--json"])
    codes = {trouble["code"] for each in json.loads(found.stdout)["checks"] for trouble in each["troubles"]}
    assert {"timestamps_down", "migrations_behind"} <= codes
    assert found.exit_code == 2


def test_keys_that_others_can_open_are_found(app: Flask, runner: FlaskCliRunner) -> None:
    folder = tools_of(app).settings.key_folder
    opened = [*folder.parents, folder]
    modes = {path: path.stat().st_mode for path in opened}
    try:
        for path in opened:
            path.chmod(0o755)
        found = runner.invoke(args=["doctor", "--json"])
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    keys = next(each for each in json.loads(found.stdout)["checks"] if each["check"] == "keys")
    assert {trouble["code"] for trouble in keys["troubles"]} == {"key_open_to_others"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"base_url": "http://hoso.example.vn"}, "cookies_insecure"),
        ({"base_url": "http://hoso.example.vn", "secure_cookies": True}, "base_url_plain"),
        ({"base_url": "http://127.0.0.1:8000"}, "base_url_local"),
        ({"demo": True}, "demo_on"),
    ],
)
def test_settings_that_do_not_go_together_are_found(
    make_app: Callable[..., Flask], changed: dict[str, object], code: str
) -> None:
    found = make_app(**changed).test_cli_runner().invoke(args=["doctor", "--json"])
    settings = next(each for each in json.loads(found.stdout)["checks"] if each["check"] == "settings")
    assert code in {trouble["code"] for trouble in settings["troubles"]}


# --- storage


def test_a_stray_file_is_listed_and_stays_until_somebody_says_delete(app: Flask, runner: FlaskCliRunner) -> None:
    digest = a_stray(app, hours=30)
    listed = runner.invoke(args=["storage", "sweep"])
    assert digest in listed.output
    assert "1 files" in listed.output
    assert tools_of(app).desk.storage.stat(digest).size == 50
    removed = runner.invoke(args=["storage", "sweep", "--delete"])
    assert "1 files, 50 B removed" in removed.output
    assert set(tools_of(app).desk.storage.digests()) == set()


def test_a_younger_file_is_left_alone(app: Flask, runner: FlaskCliRunner) -> None:
    digest = a_stray(app, hours=23)
    assert "0 files" in runner.invoke(args=["storage", "sweep", "--delete"]).output
    assert "1 files" in runner.invoke(args=["storage", "sweep", "--delete", "--older-than", "22"]).output
    assert digest not in set(tools_of(app).desk.storage.digests())


def test_an_age_that_would_be_unsafe_is_refused(runner: FlaskCliRunner) -> None:
    refused = runner.invoke(args=["storage", "sweep", "--older-than", "1", "--delete"])
    assert refused.exit_code == 2
    assert "at least 13" in refused.output


# --- outbox


def test_given_up_events_are_listed_and_tried_again(app: Flask, runner: FlaskCliRunner) -> None:
    give_up(app)
    listed = runner.invoke(args=["outbox", "list"])
    assert "dossier.sealable" in listed.output
    assert "timestamp_unavailable" in listed.output
    event = listed.output.split()[0]
    assert "1 events wait" in runner.invoke(args=["outbox", "retry", event]).output
    assert "0 events were given up" in runner.invoke(args=["outbox", "list"]).output


@pytest.mark.parametrize("words", [[], ["--all", "00000000-0000-0000-0000-000000000000"]])
def test_retry_wants_either_names_or_all(runner: FlaskCliRunner, words: list[str]) -> None:
    assert runner.invoke(args=["outbox", "retry", *words]).exit_code == 2


# --- the page


@pytest.fixture
def administrator(client: Browser, world: World) -> Browser:
    login(client, world.administrator)
    return client


@pytest.mark.parametrize("address", ["/upkeep", "/upkeep/examination", "/upkeep/repair", "/upkeep/events/retry"])
def test_nobody_but_an_administrator_looks_after_the_service(client: Browser, world: World, address: str) -> None:
    login(client, world.clerk)
    answer = client.get(address) if address == "/upkeep" else client.submit(address)
    assert answer.status_code == 403


def test_the_administrator_reads_how_the_service_is(app: Flask, administrator: Browser) -> None:
    code = spoil_a_summary(app)
    quick = administrator.get("/upkeep").get_data(as_text=True)
    assert "kiểm tra nhanh" in quick
    assert code not in quick
    whole = administrator.submit("/upkeep/examination").get_data(as_text=True)
    assert f"Dòng tổng hợp của hồ sơ {code}" in whole
    assert "Sửa những gì sửa được an toàn" in whole


def test_the_administrator_mends_what_is_safe(app: Flask, administrator: Browser) -> None:
    spoil_a_summary(app)
    assert administrator.submit("/upkeep/repair").status_code == 302
    assert "Đã sửa: 1 mục." in administrator.get("/upkeep").get_data(as_text=True)
    assert "khác với kết quả" not in administrator.submit("/upkeep/examination").get_data(as_text=True)


def test_the_administrator_lets_events_be_tried_again(app: Flask, administrator: Browser) -> None:
    give_up(app)
    assert "Việc nền đã bị bỏ" in administrator.get("/upkeep").get_data(as_text=True)
    administrator.submit("/upkeep/events/retry")
    page = administrator.get("/upkeep").get_data(as_text=True)
    assert "Số việc sẽ được chạy lại: 1." in page
    assert "Việc nền đã bị bỏ" not in page


def test_exit_codes_are_those_that_monitoring_reads() -> None:
    assert [upkeep_cli.EXIT[each] for each in (None, *Gravity)] == [0, 0, 1, 2]
