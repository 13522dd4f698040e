"""Log-in and what guards it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask

from blueprints.extensions import db
from blueprints.web import OPEN_ENDPOINTS, fresh_login, permission
from dms.policy import Permission
from tests.blueprints.helpers import PASSWORD, Browser, World, a_world, login, writing

JSON = {"Accept": "application/json"}


def test_the_right_password_leads_to_ones_work(client: Browser, world: World) -> None:
    answer = login(client, world.clerk)
    assert answer.status_code == 302
    assert answer.location == "/work"
    assert "Nguyễn Thị Hồng Nhung" in client.get("/work").text


def test_the_address_may_be_typed_in_capitals(client: Browser, world: World) -> None:
    assert login(client, world.clerk.upper()).status_code == 302


@pytest.mark.parametrize(("address", "password"), [("", "wrong password"), ("nobody@example.vn", PASSWORD)])
def test_wrong_address_and_wrong_password_are_answered_alike(
    client: Browser, world: World, address: str, password: str
) -> None:
    answer = login(client, address or world.clerk, password)
    assert answer.status_code == 200
    assert "Địa chỉ thư điện tử hoặc mật khẩu không đúng" in answer.text
    assert client.get("/work").status_code == 302


def test_a_refused_log_in_keeps_the_address_that_was_typed(client: Browser, world: World) -> None:
    assert f'value="{world.clerk}"' in login(client, world.clerk, "wrong password").text


def test_a_closed_account_is_not_let_in(app: Flask, client: Browser, world: World) -> None:
    with writing(app) as session:
        account = app.extensions["security"].datastore.find_user(email=world.clerk)
        account.active = False
        session.flush()
    login(client, world.clerk)
    assert client.get("/work").status_code == 302


def test_guessing_is_slowed_down_and_told_in_plain_words(make_app: Callable[..., Flask]) -> None:
    client = make_app(login_rate="3 per minute").test_client()
    answers = [login(client, "nobody@example.vn", "guess") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "thử quá nhiều lần" in answers[-1].text
    assert "Retry-After" in answers[-1].headers


def test_a_colleague_in_the_same_office_is_not_locked_out(make_app: Callable[..., Flask]) -> None:
    client = make_app(login_rate="1 per minute").test_client()
    login(client, "one@example.vn", "guess")
    assert login(client, "one@example.vn", "guess").status_code == 429
    assert login(client, "other@example.vn", "guess").status_code == 200


def test_log_out_ends_the_session(client: Browser, world: World) -> None:
    login(client, world.clerk)
    assert client.submit("/logout").location == "/login"
    assert client.get("/work").status_code == 302


def test_a_page_asked_for_without_log_in_comes_back_after_it(client: Browser, world: World) -> None:
    asked = client.get("/delegations/")
    assert asked.location == "/login?next=/delegations/"
    client.get(asked.location)
    assert client.submit(asked.location, email=world.head, password=PASSWORD).location == "/delegations/"


def test_log_in_never_leads_to_another_site(client: Browser, world: World) -> None:
    client.get("/login?next=https://evil.example/")
    answer = client.submit("/login?next=https://evil.example/", email=world.clerk, password=PASSWORD)
    assert "evil.example" not in (answer.location or "")


def test_every_address_that_is_not_open_by_name_refuses_a_stranger(app: Flask, client: Browser) -> None:
    let_in = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS:
            continue
        values = {name: _a_value(converter) for name, converter in rule._converters.items()}
        _domain, path = rule.build(values, append_unknown=False) or ("", "")
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.get(path) if method == "GET" else client.submit(path)
            if answer.status_code != 302 or not answer.location.startswith("/login"):
                let_in.append(f"{method} {path}: {answer.status_code}")
    assert let_in == []


def _a_value(converter: Any) -> Any:
    by_kind = {"UUIDConverter": "00000000-0000-4000-8000-000000000000", "IntegerConverter": 1}
    return by_kind.get(type(converter).__name__, "x")


def test_a_program_without_log_in_gets_a_problem_and_no_page(client: Browser) -> None:
    answer = client.get("/work", headers=JSON)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "http_401"


def test_a_form_without_its_token_is_refused(client: Browser, world: World) -> None:
    login(client, world.clerk)
    answer = client.post("/language/en", data={})
    assert answer.status_code == 400
    assert "biểu mẫu có thể đã hết hạn" in answer.text
    assert 'lang="vi"' in client.get("/work").text


def test_a_one_time_password_opens_nothing_until_it_is_changed(app: Flask, client: Browser, world: World) -> None:
    with writing(app):
        app.extensions["security"].datastore.find_user(email=world.clerk).one_time_password = True
    login(client, world.clerk)
    assert client.get("/work").location == "/change"
    client.get("/change")
    new = "một câu dễ nhớ"
    client.submit("/change", password=PASSWORD, new_password=new, new_password_confirm=new)
    assert client.get("/work").status_code == 200


# --- Dangerous acts ask for the password again


@pytest.fixture
def guarded(app: Flask) -> Flask:
    """The app with one more view that only a fresh log-in may call."""
    bp = Blueprint("danger", __name__)

    @bp.route("/danger", methods=["GET", "POST"])
    @fresh_login
    @permission(Permission.HOME)
    def act() -> str:
        return "done"

    app.register_blueprint(bp)
    return app


def age_log_in(client: Browser, by: timedelta) -> None:
    with client.session_transaction() as session:
        session["fs_paa"] -= by.total_seconds()


def test_a_fresh_log_in_may_act_at_once(guarded: Flask, client: Browser, world: World) -> None:
    login(client, world.head)
    assert client.get("/danger").text == "done"


def test_an_old_log_in_is_asked_for_the_password_and_comes_back(guarded: Flask, client: Browser, world: World) -> None:
    login(client, world.head)
    age_log_in(client, timedelta(minutes=61))
    asked = client.get("/danger")
    assert asked.location == "/verify?next=/danger"
    assert "nhập lại mật khẩu" in client.get(asked.location).text
    assert client.submit(asked.location, password="wrong").status_code == 200
    assert client.get("/danger").status_code == 302
    assert client.submit(asked.location, password=PASSWORD).location == "/danger"
    assert client.get("/danger").text == "done"


def test_a_button_pressed_too_late_leads_back_to_the_page_it_stood_on(
    guarded: Flask, client: Browser, world: World
) -> None:
    login(client, world.head)
    age_log_in(client, timedelta(minutes=61))
    pressed = client.submit("/danger", headers={"Referer": "http://localhost/delegations/"})
    assert pressed.location == "/verify?next=/delegations/"


def test_a_program_is_told_that_the_log_in_is_too_old(guarded: Flask, client: Browser, world: World) -> None:
    login(client, world.head)
    age_log_in(client, timedelta(minutes=61))
    answer = client.get("/danger", headers=JSON)
    assert (answer.status_code, answer.json["code"]) == (401, "fresh_login_needed")


# --- The second factor


# Flask-Security's own forms still give WTForms their choices the old way.
@pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples:DeprecationWarning")
def test_a_second_factor_once_set_up_is_asked_for(make_app: Callable[..., Flask]) -> None:
    app = make_app(two_factor=True)
    with writing(app) as session:
        world = a_world(session)
        user = app.extensions["security"].datastore.find_user(email=world.head)
        app.extensions["security"].datastore.tf_set(user, "authenticator", totp_secret=a_secret(app))
    client = app.test_client()
    answer = login(client, world.head)
    assert answer.location.startswith("/tf-validate")
    assert client.get("/work").status_code == 302
    assert "Mã từ ứng dụng" in client.get("/tf-validate").text
    assert client.submit("/tf-validate", code="000000").status_code == 200
    client.submit("/tf-validate", code=code_now(app, world.head))
    assert client.get("/work").status_code == 200


def a_secret(app: Flask) -> str:
    secret: str = app.extensions["security"].totp_factory.generate_totp_secret()
    return secret


def code_now(app: Flask, email: str) -> str:
    with app.app_context():
        secret = app.extensions["security"].datastore.find_user(email=email).tf_totp_secret
        code: str = app.extensions["security"].totp_factory.generate_totp_password(secret)
        db.session.remove()
    return code


def test_the_log_in_is_remembered_with_its_time(app: Flask, client: Browser, world: World) -> None:
    login(client, world.clerk)
    with app.app_context():
        account = app.extensions["security"].datastore.find_user(email=world.clerk)
        assert isinstance(account.current_login_at, datetime)
        assert account.current_login_at.tzinfo is not None
        assert account.login_count == 1
