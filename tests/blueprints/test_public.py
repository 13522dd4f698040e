"""Anybody with a certificate in hand: a yes or a no, and nothing that the certificate does not print."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from blueprints.extensions import db, limiter
from dms import clock
from dms.awards import conferment
from tests.blueprints.helpers import Browser
from tests.blueprints.registry import Registry, trusting
from tests.pki import Pki


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki) -> Iterator[Flask]:
    app = make_app(**trusting(pki))
    with app.app_context():
        limiter.reset()
    yield app
    with app.app_context():
        limiter.reset()
        db.engine.dispose()


@pytest.fixture
def registry(app: Flask) -> Registry:
    return Registry(app)


def test_a_real_certificate_gets_a_yes_with_what_it_prints_and_no_more(client: Browser, registry: Registry) -> None:
    _award, code, _dossier, dossier_code = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"]
    answer = client.get(f"/v/{code}")
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "is-real" in shown
    for printed in ("Lê Thị Ánh", "Bằng khen của Chủ tịch UBND tỉnh Vĩnh Long", "125/QĐ-UBND", "15/01/2026"):
        assert printed in shown
    for private in ("Phòng Chuyển đổi số", "Sở Giáo dục và Đào tạo", dossier_code, "@"):
        assert private not in shown


def test_no_search_engine_and_no_cache_keeps_the_page(client: Browser, registry: Registry) -> None:
    code = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"][1]
    for address in ("/v", f"/v/{code}", "/v/KHONGCOTHAT1"):
        answer = client.get(address)
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("unknown", ["KHONGCOTHAT1", "x" * 300, "%27%3B--", "..%2f..%2fetc", "Đ"])
def test_an_unknown_code_gets_a_clear_no(client: Browser, registry: Registry, unknown: str) -> None:
    answer = client.get(f"/v/{unknown}")
    assert answer.status_code == 404
    if "%2f" not in unknown:  # a slash makes it another address, which does not exist either
        assert "is-unknown" in answer.get_data(as_text=True)


def test_a_code_may_be_typed_small_and_with_hyphens(client: Browser, registry: Registry) -> None:
    code = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"][1]
    typed = f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()
    answer = client.get(f"/v?code={typed}")
    assert answer.status_code == 302
    assert "is-real" in client.get(answer.location).get_data(as_text=True)


def test_the_form_stands_on_the_empty_page(client: Browser) -> None:
    answer = client.get("/v")
    assert answer.status_code == 200
    assert 'name="code"' in answer.get_data(as_text=True)


def test_a_revoked_award_is_shown_as_revoked_without_the_reason(client: Browser, registry: Registry) -> None:
    award_id, code, *_ = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"]
    registry.at_work(
        lambda office: (
            conferment.revoke(
                office.session, award_id, reason="Kê khai không trung thực", by=office.clerk, now=clock.now()
            ).id
        )
    )
    shown = client.get(f"/v/{code}").get_data(as_text=True)
    assert "is-revoked" in shown
    assert "is-real" not in shown
    assert "Kê khai" not in shown


def test_guessing_codes_is_slowed_down(client: Browser) -> None:
    answers = [client.get(f"/v/CODE{number}").status_code for number in range(32)]
    assert set(answers[:30]) == {404}
    assert answers[-1] == 429
