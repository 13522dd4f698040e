"""Signing with a key at a remote service, on the signing page: the code is asked for, used once and shown nowhere."""

import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from blueprints.extensions import db
from dms import clock
from dms.policy import SYSTEM
from dms.signing import credentials
from dms.signing.keys import KeyKind
from tests.blueprints.helpers import writing
from tests.blueprints.test_signing import House, shown_on, trusting, words
from tests.csc import OTP, TOKEN, Csc
from tests.dms.signing.office import APPROVAL, HEAD_ONLY
from tests.pki import Pki


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki, strict_csc: Csc) -> Iterator[Flask]:
    app = make_app(**trusting(pki), csc_url=strict_csc.address, csc_token=TOKEN)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def house(app: Flask, strict_csc: Csc) -> House:
    """The department whose head has a remote key."""
    house = House(app)
    with writing(app) as session:
        office = house.in_office(session)
        credentials.bind_key(
            session,
            office.desk,
            provider=KeyKind.CSC,
            reference=strict_csc.reference("head"),
            person_id=office.staff["head"].id,
            by=SYSTEM,
            now=clock.now(),
        )
    return house


def test_the_signer_has_a_code_sent_types_it_and_has_signed(house: House, strict_csc: Csc) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    client, address = house.browser("head"), paper.step(APPROVAL)
    page = client.get(address)
    assert "Mã xác thực một lần (OTP)" in words(page)

    assert client.submit(f"{address}/code").status_code == 302
    assert len(strict_csc.seen("credentials/sendOTP")) == 1
    answer = client.submit(f"{address}/sign", shown=shown_on(client.get(address)), secret=OTP)

    assert answer.status_code == 302
    assert "Đã ký: Tờ trình." in words(client.get(answer.location))
    assert len(strict_csc.seen("signatures/signHash")) == 1


def test_a_wrong_code_gives_the_page_back_and_the_step_stays_open(
    house: House, strict_csc: Csc, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    client, address = house.browser("head"), paper.step(APPROVAL)
    shown = shown_on(client.get(address))

    with caplog.at_level(logging.DEBUG):
        answer = client.submit(f"{address}/sign", shown=shown, secret="135791")

    assert answer.status_code == 422
    assert "từ chối mã PIN hoặc mã OTP" in words(answer)
    assert "135791" not in answer.get_data(as_text=True) + caplog.text + "".join(capfd.readouterr())
    assert not strict_csc.seen("signatures/signHash")
    assert client.submit(f"{address}/sign", shown=shown, secret=OTP).status_code == 302


def test_without_a_code_nothing_is_asked_of_the_service(house: House, strict_csc: Csc) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    client, address = house.browser("head"), paper.step(APPROVAL)

    answer = client.submit(f"{address}/sign", shown=shown_on(client.get(address)), secret="")

    assert answer.status_code == 422
    assert "Hãy nhập mã rồi ký lại" in words(answer)
    assert not strict_csc.seen("credentials/authorize")


def test_whose_key_asks_nothing_sees_no_such_field(house: House) -> None:
    (paper,) = house.started("Tờ trình")
    page = house.browser("clerk").get(next(iter(f"/signing/steps/{each}" for each in paper.steps.values())))

    assert "OTP" not in words(page)
