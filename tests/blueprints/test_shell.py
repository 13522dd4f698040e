"""What stands around every page."""

import json
from collections.abc import Callable

import pytest
from flask import Flask, Response

from blueprints import logs, shell
from dms.clock import VIETNAM
from dms.policy import Role
from storage import StoreUnavailable
from tests.blueprints.helpers import Browser, World, counted_queries, enter, login, writing
from tests.factories import a_campaign, a_clerk, a_dossier, a_province, a_unit


def test_nothing_inline_and_nothing_from_elsewhere_may_run(client: Browser, world: World) -> None:
    headers = client.get("/login").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/login", "/work", "/nowhere", "/delegations/", "/change"])
def test_no_page_holds_inline_scripts_or_styles(client: Browser, world: World, address: str) -> None:
    if address != "/login":
        login(client, world.head)
    page = client.get(address).text
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count("<script src=")


def test_pages_are_private_and_static_files_are_named_by_their_content(client: Browser) -> None:
    page = client.get("/login")
    assert "private" in page.headers["Cache-Control"]
    assert "static/css/app.css?v=" in page.text


def test_behind_https_cookies_are_bound_to_this_host(make_app: Callable[..., Flask]) -> None:
    app = make_app(secure_cookies=True)
    answer = app.test_client().get("/login", base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-dms=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "max-age=" in answer.headers["Strict-Transport-Security"]


def test_vietnamese_comes_first_whatever_the_browser_prefers(client: Browser) -> None:
    assert "Đăng nhập" in client.get("/login", headers={"Accept-Language": "en"}).text


def test_the_reader_changes_the_language_and_comes_back_to_the_page(client: Browser, world: World) -> None:
    login(client, world.head)
    assert client.submit("/language/en", next="/delegations/").location == "/delegations/"
    page = client.get("/delegations/").text
    assert "Delegations to sign" in page
    assert 'lang="en"' in page


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_the_change_of_language_leads_nowhere_else(client: Browser, address: str) -> None:
    assert client.submit("/language/en", next=address).location == "/"


def test_a_language_that_is_not_there_is_not_found(client: Browser) -> None:
    assert client.submit("/language/xx").status_code == 404


def test_the_demo_is_marked_on_every_page_and_only_there(make_app: Callable[..., Flask], client: Browser) -> None:
    mark = "dữ liệu giả, chữ ký thử nghiệm không có giá trị pháp lý"
    assert mark not in client.get("/login").text
    demo = make_app(demo=True).test_client()
    assert mark in demo.get("/login").text
    assert mark in demo.get("/nowhere").text


def test_navigation_shows_what_the_person_may_do(client: Browser, world: World) -> None:
    login(client, world.clerk)
    page = client.get("/work").text
    assert ">Hồ sơ<" in page
    assert "Quản trị" not in page
    client.submit("/logout")
    login(client, world.administrator)
    assert "Quản trị" in client.get("/work").text


def test_the_menu_says_who_one_is_and_where(client: Browser, world: World) -> None:
    login(client, world.head)
    page = client.get("/work").text
    assert "Trần Văn Bình" in page
    assert "Thủ trưởng – Sở Giáo dục và Đào tạo" in page


def test_the_first_page_leads_strangers_to_the_log_in_and_others_to_their_work(client: Browser, world: World) -> None:
    assert client.get("/").location == "/login"
    login(client, world.clerk)
    assert client.get("/").location == "/work"


# --- My work


def test_nothing_to_do_is_said_in_words(client: Browser, world: World) -> None:
    login(client, world.clerk)
    assert "Hiện không có việc nào chờ bạn" in client.get("/work").text


def a_desk_full(app: Flask, dossiers: int) -> str:
    """A clerk with this many dossiers, each in a unit of its own; the clerk's address."""
    with writing(app) as session:
        a_province(session)
        revision = a_campaign(session)
        unit = a_unit(session)
        clerk = a_clerk(session, unit)
        from dms.people.models import Person
        from tests.factories import a_role

        person = session.get_one(Person, clerk.person_id)
        enter(session, person)
        for _ in range(dossiers):
            other = a_unit(session)
            a_role(session, person, other, Role.CLERK)
            a_dossier(session, unit=other, revision=revision)
        return person.email


def test_a_clerk_sees_the_units_dossiers_and_what_is_missing(app: Flask, client: Browser) -> None:
    login(client, a_desk_full(app, 1))
    page = client.get("/work").text
    assert "Đang chuẩn bị tại đơn vị" in page
    assert "trước ngày 10/01/2026" in page
    assert "nội dung mới trình được" in page


def test_my_work_costs_the_same_queries_for_one_dossier_and_for_many(make_app: Callable[..., Flask]) -> None:
    counts = []
    for dossiers in (1, 12):
        app = make_app()
        client = app.test_client()
        login(client, a_desk_full(app, dossiers))
        with counted_queries(app) as asked:
            assert client.get("/work").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 25


# --- Dates, sizes, logs, health


def test_dates_and_moments_are_written_as_officials_write_them() -> None:
    from datetime import UTC, date, datetime

    assert shell.as_date(date(2026, 1, 5)) == "05/01/2026"
    assert shell.as_date(datetime(2026, 1, 5, 18, 30, tzinfo=UTC)) == "06/01/2026"
    assert shell.as_moment(datetime(2026, 1, 5, 18, 30, tzinfo=UTC)) == "06/01/2026 01:30"
    assert shell.as_moment(datetime(2026, 1, 5, 9, 5, tzinfo=VIETNAM)) == "05/01/2026 09:05"
    assert shell.as_date(None) == shell.as_moment(None) == ""


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1023, "1.023 B"), (1536, "1,5 KB"), (50 << 20, "50 MB")])
def test_sizes_are_written_in_the_readers_way(app: Flask, count: int, text: str) -> None:
    with app.test_request_context():
        assert shell.as_size(count) == text


def test_a_log_line_carries_the_request_and_no_secret(capsys: pytest.CaptureFixture[str], client: Browser) -> None:
    answer = client.get("/login", headers={"X-Request-ID": "from-the-proxy-1"})
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    assert lines[-1]["request_id"] == "from-the-proxy-1"
    assert lines[-1]["path"] == "/login"


def test_a_request_id_that_could_forge_a_log_line_is_not_taken(client: Browser) -> None:
    assert client.get("/login", headers={"X-Request-ID": "a b;c"}).headers["X-Request-ID"] != "a b;c"


def test_fields_that_sound_like_secrets_are_blanked_at_any_depth() -> None:
    event = {"password": "x", "form": {"new_password": "y", "name": "Bình"}, "reset_token": "z"}
    hidden = logs.hide_secrets(None, "info", event)
    assert hidden == {
        "password": "[hidden]",
        "form": {"new_password": "[hidden]", "name": "Bình"},
        "reset_token": "[hidden]",
    }


def test_health_names_what_is_down(app: Flask, client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").json == {"database": "ok", "store": "ok"}

    def down(_digest: str) -> None:
        raise StoreUnavailable

    # A store that is down cannot be had for real with the filesystem adapter.
    monkeypatch.setattr(app.extensions["dms"].desk.storage, "stat", down, raising=False)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["store"]) == (503, "down")


def metrics(client: Browser, **asked: object) -> Response:
    return client.get("/metrics", **asked)  # type: ignore[arg-type]


def test_metrics_are_for_this_machine_or_for_who_knows_the_token(make_app: Callable[..., Flask]) -> None:
    client = make_app(metrics_token="a token for the collector").test_client()
    client.get("/login")
    far = {"REMOTE_ADDR": "203.0.113.9"}
    assert 'dms_requests_total{endpoint="security.login"' in metrics(client).text
    assert metrics(client, environ_overrides=far).status_code == 404
    assert metrics(client, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    right = {"Authorization": "Bearer a token for the collector"}
    assert metrics(client, environ_overrides=far, headers=right).status_code == 200
    assert metrics(client, environ_overrides=far, headers={"Authorization": "Bearer "}).status_code == 404
