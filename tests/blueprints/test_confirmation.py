"""Before a signature: who must confirm by what, how long it holds, and what the chain of events keeps of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from blueprints import accounts
from blueprints.extensions import db
from blueprints.proofs import Factor
from config import Settings
from dms import audit, clock
from dms.audit import Trail
from dms.policy import Actor, Role
from dms.signing.models import SigningRoute
from tests.blueprints.helpers import PASSWORD, Browser, login, writing
from tests.blueprints.test_batches import boxes, review, start, work
from tests.blueprints.test_signing import House, Paper, shown_on, trusting, words
from tests.dms.signing.office import APPROVAL, HEAD_ONLY
from tests.pki import Pki

# Flask-Security's own forms still give WTForms their choices the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples:DeprecationWarning")


@pytest.fixture
def make_house(make_app: Callable[..., Flask], pki: Pki) -> Iterator[Callable[..., House]]:
    """The department in an app with settings of one's own."""
    apps = []

    def make(**changed: Any) -> House:
        apps.append(make_app(**trusting(pki), **changed))
        return House(apps[-1])

    yield make
    for app in apps:
        with app.app_context():
            db.engine.dispose()


def enrol(house: House, role: str) -> None:
    """Give somebody an authenticator app."""
    with writing(house.app):
        security = house.app.extensions["security"]
        user = security.datastore.find_user(email=house.addresses[role])
        security.datastore.tf_set(user, "authenticator", totp_secret=security.totp_factory.generate_totp_secret())
        security.mf_recovery_codes_util.create_recovery_codes(user)


def code_now(house: House, role: str) -> str:
    with house.app.app_context():
        security = house.app.extensions["security"]
        user = security.datastore.find_user(email=house.addresses[role])
        code: str = security.totp_factory.generate_totp_password(user.tf_totp_secret)
        return code


def recovery_code(house: House, role: str) -> str:
    with house.app.app_context():
        code: str = (
            house.app.extensions["security"].datastore.find_user(email=house.addresses[role]).mf_recovery_codes[0]
        )
        return code


def next_code(house: House, role: str) -> None:
    """As if half a minute had passed: the phone shows a code that nobody has typed yet."""
    with writing(house.app):
        house.app.extensions["security"].datastore.find_user(email=house.addresses[role]).totp_counter = None


def entered(house: House, role: str) -> Browser:
    """A browser in which somebody logged in with the code from the phone, longer ago than it counts."""
    client: Browser = house.app.test_client()  # type: ignore[assignment]  # the app's class is Browser
    login(client, house.addresses[role])
    client.get("/tf-validate")
    client.submit("/tf-validate", code=code_now(house, role))
    age(client, "proofs", timedelta(minutes=11))
    next_code(house, role)
    return client


def age(client: Browser, what: str, by: timedelta) -> None:
    with client.session_transaction() as session:
        if what == "fs_paa":
            session["fs_paa"] -= by.total_seconds()
        else:
            kept = session.get("proofs", {})
            session["proofs"] = {k: v - by.total_seconds() if k != "who" else v for k, v in kept.items()}


def sign(client: Browser, paper: Paper) -> Any:
    return client.submit(f"{paper.step(APPROVAL)}/sign", shown=paper.digest)


def how_signed(house: House, paper: Paper) -> dict[str, Any]:
    """What the chain says of the signature."""
    with house.app.app_context():
        route = db.session().get_one(SigningRoute, paper.route_id)
        told = audit.events(db.session(), Trail(route.trail_subject, route.trail_id))
        return next(each.data for each in told if each.tag == "signing:step:approval")


def test_the_password_is_enough_where_nobody_asks_for_more_and_the_chain_says_so(
    make_house: Callable[..., House],
) -> None:
    house = make_house()
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    head = house.browser("head")
    shown = shown_on(head.get(paper.step(APPROVAL)))
    head.post(
        f"{paper.step(APPROVAL)}/sign",
        data={"csrf_token": head.token, "shown": shown},
        headers={"User-Agent": "Máy của giám đốc"},
    )
    told = how_signed(house, paper)
    assert (told["method"], told["address"], told["signed_digest"]) == ("password", "127.0.0.1", shown)
    assert told["proved_at"]


def test_who_has_a_second_factor_confirms_with_it_and_the_password_alone_signs_nothing(
    make_house: Callable[..., House],
) -> None:
    house = make_house()
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    enrol(house, "head")
    head = entered(house, "head")

    asked = sign(head, paper)
    assert asked.location.startswith("/confirm?next=")
    page = head.get(asked.location)
    assert "Mã từ ứng dụng" in words(page)
    assert "Mật khẩu" not in words(page)
    confirm = asked.location.replace("/confirm", "/confirm/code")
    assert head.submit(confirm, code="000000").status_code == 422
    assert sign(head, paper).location.startswith("/confirm")

    assert head.submit(confirm, code=code_now(house, "head")).status_code == 302
    assert sign(head, paper).location == "/signing"
    assert how_signed(house, paper)["method"] == "password+totp"


def test_a_code_works_once(make_house: Callable[..., House]) -> None:
    house = make_house()
    enrol(house, "head")
    head = entered(house, "head")
    code = code_now(house, "head")
    assert head.submit("/confirm/code", code=code).status_code == 302
    age(head, "proofs", timedelta(minutes=11))
    answer = head.submit("/confirm/code", code=code)
    assert answer.status_code == 422
    assert "mỗi mã chỉ dùng được một lần" in words(answer)


def test_a_recovery_code_confirms_once_when_the_phone_is_lost(make_house: Callable[..., House]) -> None:
    house = make_house()
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    enrol(house, "head")
    head = entered(house, "head")
    code = recovery_code(house, "head")
    assert head.submit("/confirm/code", code=code).status_code == 302
    assert sign(head, paper).location == "/signing"
    assert how_signed(house, paper)["method"] == "password+recovery"
    assert head.submit("/confirm/code", code=code).status_code == 422


def test_a_code_counts_only_beside_a_password_given_not_long_ago(make_house: Callable[..., House]) -> None:
    house = make_house()
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    enrol(house, "head")
    head = entered(house, "head")
    age(head, "fs_paa", timedelta(minutes=61))
    assert "Mật khẩu" in words(head.get("/confirm"))
    assert head.submit("/confirm/code", code=code_now(house, "head"), password="sai").status_code == 422
    assert sign(head, paper).location.startswith("/confirm")
    next_code(house, "head")
    assert head.submit("/confirm/code", code=code_now(house, "head"), password=PASSWORD).status_code == 302
    assert sign(head, paper).location == "/signing"


def test_a_wrong_password_does_not_use_the_code_up(make_house: Callable[..., House]) -> None:
    house = make_house()
    enrol(house, "head")
    head = entered(house, "head")
    age(head, "fs_paa", timedelta(minutes=61))
    code = code_now(house, "head")
    assert head.submit("/confirm/code", code=code, password="sai").status_code == 422
    assert head.submit("/confirm/code", code=code, password=PASSWORD).status_code == 302


def test_the_confirmation_of_one_person_serves_no_other_in_the_same_browser(make_house: Callable[..., House]) -> None:
    house = make_house()
    for role in ("head", "deputy"):
        enrol(house, role)
    head = entered(house, "head")
    head.submit("/confirm/code", code=code_now(house, "head"))
    with head.session_transaction() as session:
        proofs = dict(session["proofs"])
    deputy = entered(house, "deputy")
    with deputy.session_transaction() as session:
        session["proofs"] = proofs
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    house.at_work(lambda office, _route: office.delegate("deputy"), paper)
    assert sign(deputy, paper).location.startswith("/confirm")


def test_a_setting_makes_a_second_factor_the_duty_of_everybody(make_house: Callable[..., House]) -> None:
    house = make_house(step_up_required=True)
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    head = house.browser("head")
    asked = sign(head, paper)
    assert asked.location.startswith("/confirm")
    page = head.get(asked.location)
    assert "bạn chưa thiết lập" in words(page)
    assert "/account/confirmation" in page.get_data(as_text=True)
    assert "Khóa đăng nhập" in words(head.get("/account/confirmation"))


def test_a_factor_that_does_not_count_is_not_asked_for(make_house: Callable[..., House]) -> None:
    house = make_house(step_up_methods="passkey")
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    enrol(house, "head")
    assert sign(entered(house, "head"), paper).location == "/signing"


def test_one_confirmation_serves_the_whole_batch_and_goes_into_each_signature(make_house: Callable[..., House]) -> None:
    house = make_house(signing_processes=1)
    papers = house.started("Báo cáo A", "Báo cáo B", stages=HEAD_ONLY)
    enrol(house, "head")
    head = entered(house, "head")
    address = review(head, papers)
    items = boxes(head.get(address))
    asked = start(head, address, items)
    assert asked.location.startswith("/confirm")
    back = head.submit(asked.location.replace("/confirm", "/confirm/code"), code=code_now(house, "head"))
    assert back.location.startswith(address)
    start(head, address, items)
    work(house)
    assert [how_signed(house, paper)["method"] for paper in papers] == ["password+totp"] * 2


def test_confirming_never_leads_to_another_site(make_house: Callable[..., House]) -> None:
    house = make_house()
    enrol(house, "head")
    head = entered(house, "head")
    for evil in ("https://evil.example/", "//evil.example/", "/\\evil.example/", "/%09/evil.example/"):
        answer = head.submit(f"/confirm/code?next={evil}", code=code_now(house, "head"))
        assert answer.location == "/signing"
        next_code(house, "head")


def test_a_stolen_password_alone_changes_no_second_factor(make_house: Callable[..., House]) -> None:
    house = make_house()
    enrol(house, "head")
    head = entered(house, "head")
    for page in ("/tf-setup", "/mf-recovery-codes"):
        assert head.get(page).location.startswith("/confirm"), page
    assert head.post("/account/confirmation/passkeys/options", headers=_json(head)).status_code == 422
    head.submit("/confirm/code", code=code_now(house, "head"))
    assert head.get("/tf-setup").status_code == 200
    assert head.post("/account/confirmation/passkeys/options", headers=_json(head)).json["rp"]["id"] == "localhost"


def test_an_answer_that_no_passkey_gave_is_refused(make_house: Callable[..., House]) -> None:
    house = make_house()
    head = house.browser("head")
    asked = head.post("/account/confirmation/passkeys/options", headers=_json(head))
    assert asked.json["authenticatorSelection"]["userVerification"] == "required"
    for told in ({}, {"credential": {"id": "x"}}, {"credential": "x"}):
        answer = head.post("/account/confirmation/passkeys", json=told, headers=_json(head))
        assert (answer.status_code, answer.json["code"]) == (422, "passkey_refused")
    assert head.post("/confirm/passkey", json={}, headers=_json(head)).json["code"] == "passkey_refused"


def test_guessing_codes_is_slowed_down(make_house: Callable[..., House]) -> None:
    house = make_house(login_rate="4 per minute")
    enrol(house, "head")
    head = entered(house, "head")
    answers = [head.submit("/confirm/code", code=f"{number:06}").status_code for number in range(6)]
    assert answers[-1] == 429


def test_a_new_password_from_the_administrator_takes_the_second_factor_off(make_house: Callable[..., House]) -> None:
    house = make_house()
    enrol(house, "head")
    with writing(house.app) as session:
        user = house.app.extensions["security"].datastore.find_user(email=house.addresses["head"])
        administrator = Actor(None, "quản trị", roles=frozenset({(Role.ADMINISTRATOR, house.unit_id)}))
        accounts.reset_password(session, user.id, by=administrator, now=clock.now())
        assert (user.tf_totp_secret, user.mf_recovery_codes, user.totp_counter) == (None, None, None)


def test_the_factors_of_the_settings_are_those_that_the_service_knows() -> None:
    assert set(Settings.model_fields["step_up_methods"].default.split(",")) == {each.value for each in Factor}


def _json(client: Browser) -> dict[str, str]:
    return {"Accept": "application/json", "X-CSRFToken": client.token}


def test_a_log_out_ends_the_confirmation(make_house: Callable[..., House]) -> None:
    house = make_house()
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    enrol(house, "head")
    head = entered(house, "head")
    head.submit("/confirm/code", code=code_now(house, "head"))
    head.submit("/logout")
    with head.session_transaction() as session:
        assert "proofs" not in session
    head.get("/login")
    assert sign(head, paper).location.startswith("/login")
