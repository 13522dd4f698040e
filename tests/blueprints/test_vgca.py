"""The service's half of signing with the state's desktop program: two addresses, each good for once."""

import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from freezegun import freeze_time

from blueprints.extensions import db
from dms import clock
from dms.signing import credentials
from dms.signing.errands.models import Errand
from dms.signing.keys import KeyKind
from tests.blueprints.helpers import Browser, writing
from tests.blueprints.test_signing import House, Paper, trusting, words
from tests.dms.signing.office import APPROVAL, HEAD_ONLY, INITIALS, SEAL
from tests.pki import Pki
from tests.signing.pades import attacks, foreign

BASE_URL = "https://khenthuong.example.gov.vn"


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki) -> Iterator[Flask]:
    app = make_app(**trusting(pki), base_url=BASE_URL)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def house(app: Flask) -> House:
    """The head and the seal sign with the desktop program; everybody else keeps the key on the server."""
    house = House(app)
    use_vgca(house)
    return house


def use_vgca(house: House) -> None:
    with writing(house.app) as session:
        keys = [
            credentials.key_of_person(session, house.ids["head"]),
            credentials.seal_key_of_unit(session, house.unit_id, now=clock.now()),
        ]
        for key in keys:
            key.provider, key.reference = KeyKind.VGCA, ""


class Desk:
    """Somebody at the page, and the program beside it, which has no log-in."""

    def __init__(self, house: House, role: str) -> None:
        self.house = house
        self.browser = house.browser(role)
        self.program: Browser = house.app.test_client()  # type: ignore[assignment]  # the app's class is Browser

    def begin(self, paper: Paper, action: Any = APPROVAL, shown: str | None = None) -> Any:
        step = paper.step(action)
        self.browser.get(step)
        headers = {"Accept": "application/json", "X-CSRFToken": self.browser.token}
        told = {"step": step.rpartition("/")[2], "shown": shown or paper.digest}
        return self.browser.post("/signing/vgca/errands", json=told, headers=headers)

    def fetch(self, errand: dict[str, Any]) -> Any:
        return self.program.get(urlsplit(errand["message"]["FileName"]).path)

    def send(self, errand: dict[str, Any], content: bytes, name: str = "uploadfile") -> Any:
        address = urlsplit(errand["message"]["FileUploadHandler"]).path
        return self.program.post(address, data={name: (io.BytesIO(content), "van-ban_signed.pdf")})

    def state(self, errand: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = self.browser.get(errand["follow"]).get_json()
        return told


@pytest.fixture
def head(house: House) -> Desk:
    return Desk(house, "head")


def signed(pki: Pki, content: bytes, folder: Path, role: str = "head", **settings: Any) -> bytes:
    source = folder / "fetched.pdf"
    source.write_bytes(content)
    settings = {"field_name": "approval_1_1"} | settings
    return foreign.sign(pki, source, folder / "signed.pdf", role, **settings).read_bytes()


def test_the_message_is_the_published_one_with_two_addresses_of_ours(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    answer = head.begin(paper)
    assert answer.status_code == 201
    told = answer.get_json()
    assert told["address"] == "wss://127.0.0.1:8987/SignApproved"
    message = told["message"]
    assert message.keys() == {"FileUploadHandler", "SessionId", "JWTToken", "FileName"}
    assert message["FileName"].startswith(f"{BASE_URL}/vgca/")
    assert message["FileName"].endswith(".pdf")
    assert message["FileUploadHandler"].startswith(f"{BASE_URL}/vgca/")
    assert head.state(told) == {"state": "open"}


def test_the_signed_file_comes_back_and_the_step_is_done(house: House, head: Desk, pki: Pki, tmp_path: Path) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    errand = head.begin(paper).get_json()
    fetched = head.fetch(errand)
    assert fetched.mimetype == "application/pdf"
    assert "no-store" in fetched.headers["Cache-Control"]
    assert head.state(errand) == {"state": "fetched"}

    answer = head.send(errand, signed(pki, fetched.data, tmp_path))

    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["Status"], told["Message"], told["FileName"]) == (0, "", "van-ban.pdf")
    assert errand["message"]["FileUploadHandler"].rpartition("/")[2] not in told["FileServer"], (
        "the token is no address"
    )
    assert head.state(errand)["state"] == "done"
    page = words(head.browser.get(f"/signing/documents/{paper.document_id}/verification"))
    assert "Nguyễn Thị Thuỳ Dương" in page
    assert "hợp lệ" in page.lower()


def test_a_refusal_is_told_to_the_program_and_to_the_page_and_leaves_the_step_open(
    house: House, head: Desk, pki: Pki, tmp_path: Path
) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    errand = head.begin(paper).get_json()
    by_the_deputy = signed(pki, head.fetch(errand).data, tmp_path, "deputy")

    answer = head.send(errand, by_the_deputy).get_json()

    assert answer["Status"] == 1
    assert "Lê Hoàng Phước Ưu" in answer["Message"]
    told = head.state(errand)
    assert told["state"] == "refused"
    assert told["sentence"] == answer["Message"]
    assert head.begin(paper).status_code == 201, "the step is open, the paper as it was"


@pytest.mark.parametrize("change", [attacks.write_on_the_page, attacks.shorten_the_byte_range])
def test_what_the_program_posts_is_judged_as_a_strangers_file(
    house: House, head: Desk, pki: Pki, tmp_path: Path, *, change: Callable[[Path, Path], Path]
) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    errand = head.begin(paper).get_json()
    good = tmp_path / "good.pdf"
    good.write_bytes(signed(pki, head.fetch(errand).data, tmp_path))
    assert head.send(errand, change(good, tmp_path / "bad.pdf").read_bytes()).get_json()["Status"] == 1
    assert head.state(errand)["state"] == "refused"


def test_each_address_is_good_for_once(house: House, head: Desk, pki: Pki, tmp_path: Path) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    errand = head.begin(paper).get_json()
    content = head.fetch(errand).data
    assert head.fetch(errand).status_code == 404
    assert head.send(errand, b"%PDF-1.7 no file").get_json()["Status"] == 1
    again = head.send(errand, signed(pki, content, tmp_path))
    assert again.status_code == 404
    assert again.get_json()["Status"] == 1
    assert "một lần" in again.get_json()["Message"]


def test_an_address_grows_old_in_twenty_minutes(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    errand = head.begin(paper).get_json()
    with freeze_time(clock.now() + timedelta(minutes=21), tick=True):
        assert head.fetch(errand).status_code == 404
        assert head.send(errand, b"%PDF-1.7").status_code == 404


def test_the_token_for_one_way_does_not_open_the_other(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    message = head.begin(paper).get_json()["message"]
    upload = urlsplit(message["FileUploadHandler"]).path
    download = urlsplit(message["FileName"]).path.rpartition("/")[0]
    assert head.program.get(f"{upload}/van-ban.pdf").status_code == 404
    assert head.program.post(download, data={"uploadfile": (io.BytesIO(b"%PDF"), "a.pdf")}).status_code == 404


def test_tokens_are_kept_as_digests_only(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    message = head.begin(paper).get_json()["message"]
    with house.app.app_context():
        row = db.session().query(Errand).one()
        kept = repr({column.name: getattr(row, column.name) for column in Errand.__table__.columns})
    assert urlsplit(message["FileUploadHandler"]).path.rpartition("/")[2] not in kept
    assert urlsplit(message["FileName"]).path.split("/")[2] not in kept


def test_nobody_else_begins_or_follows_an_errand(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    errand = head.begin(paper).get_json()
    clerk = Desk(house, "clerk")
    assert clerk.begin(paper).status_code == 404
    assert clerk.browser.get(errand["follow"]).status_code == 404
    assert head.program.get(errand["follow"]).status_code in {302, 401}


def test_what_was_shown_is_what_goes_out(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    assert head.begin(paper, shown="0" * 64).status_code == 409


def test_the_seal_is_asked_for_with_number_and_date(house: House, pki: Pki, tmp_path: Path) -> None:
    (paper,) = house.started("Tờ trình")

    def up_to_the_seal(office: Any, route: Any) -> None:
        office.rebind("head", "head")
        office.sign(office.step(route, INITIALS), "clerk")
        office.sign(office.step(route, APPROVAL), "head")
        office.number(route, on=date(2026, 1, 8))
        paper.digest = route.version.digest

    house.at_work(up_to_the_seal, paper)
    registrar = Desk(house, "registrar")
    errand = registrar.begin(paper, SEAL).get_json()
    assert errand["address"].endswith("/SignIssued")
    assert errand["message"]["DocNumber"] == "125/TTr-SNV"
    assert errand["message"]["IssuedDate"].startswith("2026-01-08T")
    assert errand["message"]["IssuedDate"].endswith("+07:00")
    assert errand["message"]["MetaData"] == []

    content = registrar.fetch(errand).data
    sealed = signed(pki, content, tmp_path, "seal", field_name="seal_4_1")
    assert registrar.send(errand, sealed).get_json()["Status"] == 0
    assert registrar.state(errand)["state"] == "done"


def test_the_step_page_offers_the_program_and_the_way_without_it(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    answer = head.browser.get(paper.step(APPROVAL))
    assert "wss://127.0.0.1:8987" in answer.headers["Content-Security-Policy"]
    page = answer.get_data(as_text=True)
    assert "data-vgca" in page
    assert "Ký bằng phần mềm khác" in page


def test_where_the_program_is_switched_off_it_is_not_offered(make_app: Callable[..., Flask], pki: Pki) -> None:
    house = House(make_app(**trusting(pki), vgca_address=""))
    use_vgca(house)
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    head = Desk(house, "head")
    assert "data-vgca" not in head.browser.get(paper.step(APPROVAL)).get_data(as_text=True)
    assert head.begin(paper).status_code == 503
    with house.app.app_context():
        db.engine.dispose()
