"""Refusals: a page for people, a problem for programs."""

import pytest
from flask import Blueprint, Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from blueprints import errors
from blueprints.web import permission
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied, TooLarge, Unavailable
from dms.policy import Permission
from storage import StoreUnavailable
from tests.blueprints.helpers import Browser, World, login

JSON = {"Accept": "application/json"}
RAISED = {
    "not-found": (NotFound("unit_not_found"), 404, "unit_not_found", "Không có cơ quan, đơn vị này"),
    "denied": (PermissionDenied("not_allowed", permission="x"), 403, "not_allowed", "Chức trách của bạn"),
    "conflict": (Conflict("email_taken", email="a@b.vn"), 409, "email_taken", "a@b.vn đã thuộc về người khác"),
    "invalid": (Invalid("period_empty"), 422, "period_empty", "Ngày kết thúc phải sau"),
    "large": (TooLarge("file_empty"), 413, "file_empty", ""),
    "away": (Unavailable("stale"), 503, "stale", ""),
    "unknown-code": (Invalid("no_sentence_yet"), 422, "no_sentence_yet", "no_sentence_yet"),
    "stale": (StaleDataError(), 409, "stale", "Có người vừa thay đổi"),
    "store": (StoreUnavailable(), 503, "http_503", "không trả lời"),
    "database": (OperationalError("SELECT", {}, Exception("locked")), 503, "http_503", "không trả lời"),
    "bug": (RuntimeError("secret detail"), 500, "http_500", "Hệ thống gặp lỗi"),
}


@pytest.fixture
def failing(app: Flask) -> Flask:
    """The app with a view that fails in every way."""
    bp = Blueprint("failing", __name__)

    @bp.get("/fail/<name>")
    @permission(Permission.HOME)
    def fail(name: str) -> str:
        raise RAISED[name][0]

    app.register_blueprint(bp)
    return app


@pytest.mark.parametrize("name", RAISED)
def test_a_refusal_is_a_page_with_its_sentence_and_a_way_back(
    failing: Flask, client: Browser, world: World, name: str
) -> None:
    login(client, world.clerk)
    answer = client.get(f"/fail/{name}", headers={"Referer": "http://localhost/work?page=2"})
    _error, status, code, words = RAISED[name]
    assert answer.status_code == status
    assert words in answer.text
    assert code in answer.text
    assert 'href="/work?page=2"' in answer.text
    assert "secret detail" not in answer.text


def test_every_button_that_gives_its_page_back_exists_and_is_posted(app: Flask) -> None:
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods and "POST" in rule.methods}
    assert errors.BUTTONS - posted == set()


@pytest.mark.parametrize("name", RAISED)
def test_a_refusal_to_a_program_is_a_problem_with_a_stable_code(
    failing: Flask, client: Browser, world: World, name: str
) -> None:
    login(client, world.clerk)
    answer = client.get(f"/fail/{name}", headers=JSON)
    _error, status, code, _words = RAISED[name]
    assert answer.mimetype == "application/problem+json"
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert "secret detail" not in answer.text


def test_a_page_that_does_not_exist_is_said_in_both_languages(client: Browser) -> None:
    assert "Không tìm thấy" in client.get("/nowhere").text
    client.submit("/language/en")
    assert "Not found" in client.get("/nowhere").text


def test_a_wrong_kind_of_request_names_the_right_ones(client: Browser) -> None:
    answer = client.submit("/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_the_page_of_a_failure_does_not_need_the_database(
    app: Flask, client: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    login(client, world.clerk)

    def gone(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("the server is gone"))

    # A database that dies between two requests.
    monkeypatch.setattr("sqlalchemy.orm.Session.execute", gone)
    monkeypatch.setattr("sqlalchemy.orm.Session.scalars", gone)
    monkeypatch.setattr("sqlalchemy.orm.Session.get", gone)
    answer = client.get("/work")
    assert answer.status_code == 503
    assert "không trả lời" in answer.text
