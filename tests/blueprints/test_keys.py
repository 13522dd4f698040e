"""The pages of signing keys: a person asks, an administrator confirms or declines, and everybody reads why."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asn1crypto import pem
from flask import Flask

from blueprints.extensions import db
from blueprints.web import tools
from demo.pictures import demo_signature_picture
from dms import clock
from dms.policy import SYSTEM, Role
from dms.signing import credentials
from dms.signing.binding import ENDS_SOON
from dms.signing.models import SigningKey
from tests.blueprints.helpers import Browser, counted_queries, enter, login, writing
from tests.blueprints.test_signing import House, trusting, words
from tests.factories import a_person, a_role
from tests.pki import Pki


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki) -> Iterator[Flask]:
    app = make_app(**trusting(pki))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def house(app: Flask) -> House:
    """The department; the chair's key was retired, and there is an administrator."""
    house = House(app)
    with writing(app) as session:
        office = house.in_office(session)
        key = credentials.key_of_person(session, office.staff["chair"].id)
        credentials.retire_key(session, key.id, by=SYSTEM, now=clock.now())
        person = a_person(session, "Lê Quản Trị")
        a_role(session, person, office.unit, Role.ADMINISTRATOR)
        enter(session, person)
        house.addresses["administrator"] = person.email
    return house


def upload(client: Browser, certificate: bytes, kind: str = "agent", **more: Any) -> Any:
    client.get(f"/keys/new/{kind}")
    data = {"csrf_token": client.token, "owner": "me", "certificate": (io.BytesIO(certificate), "toi.cer")} | more
    return client.post(f"/keys/new/{kind}", data=data, content_type="multipart/form-data")


def waiting_request(client: Browser) -> str:
    """The address of the first request on the administrator's list."""
    page = client.get("/keys/manage").get_data(as_text=True)
    return page.partition('action="/keys/requests/')[2].partition("/")[0]


def test_a_certificate_is_asked_for_confirmed_and_shown(house: House, pki: Pki) -> None:
    chair, administrator = house.browser("chair"), house.browser("administrator")
    assert "Bạn chưa được gắn chứng thư" in words(chair.get("/keys/"))

    picture = (io.BytesIO(demo_signature_picture("Trần Quốc Trưởng")), "ky.png")
    answer = upload(chair, pem.armor("CERTIFICATE", pki.key("chair").certificate), picture=picture)
    assert answer.status_code == 302
    assert "chờ quản trị viên xác nhận" in words(chair.get("/keys/"))

    listed = words(administrator.get("/keys/manage"))
    assert "CCCD:086080012347" in listed
    assert "Không ai được ký bằng chứng thư của người khác" not in listed
    assert administrator.submit(f"/keys/requests/{waiting_request(administrator)}/confirm").status_code == 302

    mine = words(chair.get("/keys/"))
    assert "đang sử dụng" in mine
    assert "Khác (tổ chức cấp chứng thư chỉ hệ thống này tin cậy)" in mine
    with house.app.app_context():
        key = credentials.key_of_person(db.session(), house.ids["chair"])
        assert credentials.picture_of(tools().signing, key) == demo_signature_picture("Trần Quốc Trưởng")


def test_another_name_is_pointed_out_and_the_reason_of_declining_is_read(house: House, pki: Pki) -> None:
    registrar, administrator = house.browser("registrar"), house.browser("administrator")
    assert upload(registrar, pki.key("chair").certificate).status_code == 302
    assert "Không ai được ký bằng chứng thư của người khác" in words(administrator.get("/keys/manage"))

    address = f"/keys/requests/{waiting_request(administrator)}/decline"
    assert administrator.submit(address, reason="").status_code == 422
    administrator.submit(address, reason="Chứng thư của người khác")

    assert "Chứng thư của người khác" in words(registrar.get("/keys/"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Hãy chọn tệp chứng thư của bạn."),
        (b"not a certificate", "Tệp không chứa chứng thư"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "Tệp chứa khóa bí mật"),
        (b"0" * 70_000, "Tệp quá lớn"),
    ],
)
def test_a_file_that_is_no_certificate_gives_the_form_back(house: House, content: bytes, sentence: str) -> None:
    client = house.browser("chair")
    client.get("/keys/new/agent")
    given = {"certificate": (io.BytesIO(content), "toi.cer")} if content else {}
    data = {"csrf_token": client.token, "owner": "me", **given}
    answer = client.post("/keys/new/agent", data=data, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert sentence in words(answer)


def test_an_expired_certificate_is_refused_at_once(house: House, pki: Pki) -> None:
    answer = upload(house.browser("chair"), pki.key("expired").certificate)

    assert answer.status_code == 422
    assert "Hồ Thị Hết Hạn" in words(answer)


def test_a_key_on_the_server_is_chosen_from_those_that_are_free(house: House) -> None:
    client = house.browser("chair")
    page = client.get("/keys/new/pkcs12").get_data(as_text=True)
    assert '<option value="chair">' in page
    assert '<option value="head">' not in page

    assert client.submit("/keys/new/pkcs12", owner="me", reference="chair").status_code == 302
    assert client.submit("/keys/new/pkcs12", owner="me", reference="head").status_code == 422


def test_kinds_that_the_server_lacks_are_not_offered(house: House) -> None:
    client = house.browser("chair")
    offered = client.get("/keys/new").get_data(as_text=True)

    assert "/keys/new/agent" in offered
    assert "/keys/new/pkcs11" not in offered
    assert client.get("/keys/new/pkcs11").status_code == 404


def test_the_registrar_may_ask_for_the_seal_and_others_may_not(house: House, pki: Pki) -> None:
    seal = str(house.unit_id)
    assert seal in house.browser("registrar").get("/keys/new/agent").get_data(as_text=True)

    answer = upload(house.browser("clerk"), pki.key("seal-ec").certificate, owner=seal)
    assert answer.status_code == 422


def test_a_lost_token_is_retired_by_its_holder_with_a_reason(house: House) -> None:
    client, administrator = house.browser("head"), house.browser("administrator")
    with house.app.app_context():
        key_id = credentials.key_of_person(db.session(), house.ids["head"]).id
    client.submit(f"/keys/{key_id}/retire", reason="")
    assert "đang sử dụng" in words(client.get("/keys/"))

    client.submit(f"/keys/{key_id}/retire", reason="Mất USB token")

    assert "Bạn chưa được gắn chứng thư" in words(client.get("/keys/"))
    assert "Mất USB token" in words(administrator.get("/keys/manage"))
    assert house.browser("deputy").submit(f"/keys/{key_id}/retire", reason="x").status_code == 403


def test_a_certificate_that_ends_soon_is_pointed_out(house: House) -> None:
    with writing(house.app) as session:
        key = credentials.key_of_person(session, house.ids["head"])
        key.valid_to = clock.now() + ENDS_SOON / 2
    mine, listed = house.browser("head").get("/keys/"), house.browser("administrator").get("/keys/manage")

    assert "còn 14 ngày" in words(mine) or "còn 15 ngày" in words(mine)
    assert "còn 14 ngày" in words(listed) or "còn 15 ngày" in words(listed)


def test_only_administrators_see_everybodys_keys(house: House) -> None:
    assert house.browser("head").get("/keys/manage").status_code == 403


def test_the_list_costs_the_same_for_few_keys_and_for_many(house: House) -> None:
    client = house.browser("administrator")
    with counted_queries(house.app) as few:
        client.get("/keys/manage")
    with writing(house.app) as session:
        some = credentials.key_of_person(session, house.ids["head"])
        columns = {
            column.key: getattr(some, column.key) for column in SigningKey.__table__.columns if column.key != "id"
        }
        for number in range(20):
            person = a_person(session, f"Người {number}")
            session.add(SigningKey(**columns | {"person_id": person.id, "certificate_sha256": f"{number:064x}"}))
    with counted_queries(house.app) as many:
        client.get("/keys/manage")

    assert len(many) == len(few)


def test_the_menu_leads_to_ones_own_keys(house: House) -> None:
    client = house.app.test_client()
    login(client, house.addresses["clerk"])  # type: ignore[arg-type]

    assert "Chữ ký số của tôi" in words(client.get("/work"))
