"""The page on the archive's proof, the commands behind it, and what is done every night."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, select

from blueprints import keeping, preservation_words
from dms import audit, clock, outbox
from dms.archive.models import AuditCheckpoint, AuthorityCheck
from dms.archive.renewal import KEEPING
from dms.archive.stamps import RENEWABLE
from dms.audit import AuditEvent, Trail
from dms.people.models import Unit
from dms.policy import SYSTEM, Role
from tests.blueprints.helpers import Browser, World, enter, login, writing
from tests.factories import a_person, a_role
from tests.pki import Pki
from tests.signing import bad_authorities as bad

PAGE = "/archive/preservation"


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki, tmp_path: Path) -> Flask:
    """The app with two authorities, one of which is dead, and a folder for copies of checkpoints."""
    return make_app(
        tsa_url=f"chet=http://127.0.0.1:9/tsa song={pki.tsa_url}",
        trust_roots=pki.root,
        checkpoint_folder=tmp_path / "copies",
    )


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def an_archivist(app: Flask, world: World) -> str:
    with writing(app) as session:
        person = a_person(session, "Phan Thị Hồng")
        a_role(session, person, session.get_one(Unit, world.unit_id), Role.ARCHIVIST)
        enter(session, person)
        return str(person.email)


def page(client: Browser) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_archivists_and_administrators_see_the_page_and_nobody_else(app: Flask, client: Browser, world: World) -> None:
    login(client, world.clerk)
    assert client.get(PAGE).status_code == 403
    assert client.submit(f"{PAGE}/renewal").status_code == 403
    for person in (world.administrator, an_archivist(app, world)):
        client.submit("/logout")
        login(client, person)
        assert "Bảo quản lâu dài" in page(client)


def test_the_page_tells_which_authority_answers_and_which_does_not(app: Flask, client: Browser, world: World) -> None:
    login(client, an_archivist(app, world))
    assert "chưa kiểm tra" in page(client)
    client.submit(f"{PAGE}/authorities")
    told = page(client)
    assert "1/2 tổ chức cấp dấu thời gian đã trả lời." in told
    assert "không trả lời" in told
    assert "DẤU THỜI GIAN THỬ NGHIỆM (DEMO)" in told
    assert "http://" not in told.partition("<main")[2].partition("</main")[0]  # addresses may hold passwords


def test_a_failed_renewal_is_told_in_words_and_can_be_tried_again(app: Flask, client: Browser, world: World) -> None:
    with writing(app) as session:
        event = outbox.add(session, RENEWABLE, now=clock.now(), version_id=UUID(int=1))
        event.failed_at, event.attempts = clock.now(), 8
        event.last_error = "Conflict: archive_timestamp_lapsed"
    login(client, an_archivist(app, world))
    told = page(client)
    assert "đã dừng thử" in told
    assert "Dấu thời gian lưu trữ gần nhất không còn hiệu lực" in told
    answer = client.submit(f"{PAGE}/renewal")
    assert answer.status_code == 302
    assert "Đang gia hạn 1 tệp" in page(client)
    with writing(app) as session:
        (event,) = session.scalars(select(outbox.OutboxEvent).where(outbox.OutboxEvent.name == RENEWABLE))
        assert (event.failed_at, event.attempts) == (None, 0)
        (asked,) = audit.events(session, KEEPING)
        assert (asked.tag, asked.actor_name) == ("archive:renewal:ask", "Phan Thị Hồng")


def test_every_reason_for_not_believing_an_authority_has_words() -> None:
    assert set(bad.LIARS.values()) - {"http_500"} < set(preservation_words.AUTHORITY)


# --- checkpoints


def a_history(app: Flask, world: World) -> Trail:
    with writing(app) as session:
        trail = Trail("dossier", world.unit_id)
        for number in range(3):
            audit.record(session, trail, f"dossier:test:{number}", by=SYSTEM, now=clock.now())
    return trail


def cut(app: Flask, trail: Trail) -> None:
    with writing(app) as session:
        session.execute(delete(AuditEvent).where(AuditEvent.subject_id == trail.subject_id, AuditEvent.position == 2))


def test_a_cut_history_is_found_by_the_command(app: Flask, runner: FlaskCliRunner, world: World) -> None:
    trail = a_history(app, world)
    made = runner.invoke(args=["audit", "checkpoint"])
    assert made.exit_code == 0, made.output
    assert "Checkpoint 1" in made.output
    assert "Nothing has moved" in runner.invoke(args=["audit", "checkpoint"]).output
    well = runner.invoke(args=["audit", "verify"])
    assert (well.exit_code, "The chains hold." in well.output) == (0, True)
    cut(app, trail)
    found = runner.invoke(args=["audit", "verify"])
    assert found.exit_code == 1
    assert f"dossier {trail.subject_id} #2" in found.output


def test_a_history_cut_with_its_checkpoint_is_found_by_the_copies(
    app: Flask, runner: FlaskCliRunner, world: World, tmp_path: Path
) -> None:
    trail = a_history(app, world)
    assert runner.invoke(args=["audit", "checkpoint", "--to", str(tmp_path / "usb")]).exit_code == 0
    assert [path.name for path in (tmp_path / "usb").iterdir()] == ["checkpoint-000001.json"]
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["checkpoint-000001.json"]
    cut(app, trail)
    with writing(app) as session:
        session.execute(delete(AuditCheckpoint))
    found = runner.invoke(args=["audit", "verify", "--from", str(tmp_path / "usb")])
    assert found.exit_code == 1
    assert str(tmp_path / "usb") in found.output


def test_without_an_authority_the_command_says_so(make_app: Callable[..., Flask], app: Flask, world: World) -> None:
    a_history(app, world)
    made = make_app().test_cli_runner().invoke(args=["audit", "checkpoint"])
    assert made.exit_code == 1
    assert "time" in made.output.lower() or "thời gian" in made.output


def test_every_night_checkpoint_authorities_and_renewals_have_their_turn(app: Flask, world: World) -> None:
    a_history(app, world)
    keeping.every_night(app)
    with writing(app) as session:
        assert session.scalars(select(AuditCheckpoint.number)).all() == [1]
        health = {row.name: row.error for row in session.scalars(select(AuthorityCheck))}
    assert health == {"chet": "no_answer", "song": ""}


def test_a_renewal_on_trial_changes_nothing(runner: FlaskCliRunner, world: World) -> None:
    tried = runner.invoke(args=["archive", "renew", "--dry-run"])
    assert (tried.exit_code, "0 files would be renewed." in tried.output) == (0, True)
    done = runner.invoke(args=["archive", "renew", "--before", "3650"])
    assert (done.exit_code, "0 of 0 files were renewed." in done.output) == (0, True)
