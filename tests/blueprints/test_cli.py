"""The commands of those who run the service."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import update

from dms.audit import AuditEvent, Trail, record
from dms.policy import SYSTEM
from tests.blueprints.helpers import Browser, World, login, writing
from tests.factories import NOW, VINH_LONG, a_unit


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_the_life_cycle_is_printed_in_vietnamese(runner: FlaskCliRunner) -> None:
    printed = runner.invoke(args=["show", "lifecycle"]).output
    assert "Trình hồ sơ" in printed
    assert "Dự thảo | Đang trình ký | Bị trả lại" in printed


def test_the_permissions_are_printed_for_signing_off(runner: FlaskCliRunner) -> None:
    printed = runner.invoke(args=["show", "permissions"]).output
    assert "dossier:appraise" in printed
    assert "Thẩm định của cơ quan thẩm định + [Đã tổng hợp]" in printed
    assert "RoleAt(" not in printed
    assert "Status." not in printed


def test_settings_are_printed_without_their_secrets(runner: FlaskCliRunner) -> None:
    printed = runner.invoke(args=["show", "settings"]).output
    assert "DMS_FRESH_LOGIN_MINUTES" in printed
    assert "s" * 40 not in printed


def test_chains_that_hold_end_well_and_a_changed_event_is_found(app: Flask, runner: FlaskCliRunner) -> None:
    with writing(app) as session:
        trail = Trail("dossier", a_unit(session).id)
        for act in ("a", "b", "c"):
            record(session, trail, f"dossier:test:{act}", by=SYSTEM, now=NOW)
    assert runner.invoke(args=["audit", "verify"]).exit_code == 0
    with writing(app) as session:
        session.execute(update(AuditEvent).where(AuditEvent.position == 1).values(actor_name="somebody else"))
    found = runner.invoke(args=["audit", "verify"])
    assert found.exit_code == 1
    assert "event 1: altered" in found.output


def test_a_campaign_file_is_loaded_and_again_gives_the_same_revision(runner: FlaskCliRunner) -> None:
    for _ in range(2):
        loaded = runner.invoke(args=["campaign", "load", str(VINH_LONG)])
        assert loaded.exit_code == 0, loaded.output
        assert "revision 1" in loaded.output


def test_a_wrong_campaign_file_is_refused_line_by_line(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(VINH_LONG.read_text("utf-8").replace("giay_khen", "giay_ken", 1), "utf-8")
    refused = runner.invoke(args=["campaign", "load", str(file)])
    assert refused.exit_code == 1
    assert "giay_ken" in refused.output


def test_the_first_administrator_is_made_by_command(app: Flask, runner: FlaskCliRunner, client: Browser) -> None:
    with writing(app) as session:
        a_unit(session, code="ubnd-tinh")
    made = runner.invoke(
        args=["account", "create", "qt@example.vn", "--name", "Lê Quản Trị", "--administrator-of", "ubnd-tinh"]
    )
    assert made.exit_code == 0, made.output
    assert login(client, "qt@example.vn", made.output.split()[1]).status_code == 302
    assert client.get("/work").location == "/change"


def test_a_second_log_in_for_one_person_is_refused_in_words(runner: FlaskCliRunner, world: World) -> None:
    refused = runner.invoke(args=["account", "create", world.clerk])
    assert refused.exit_code == 1
    assert "đã có tài khoản" in refused.output
