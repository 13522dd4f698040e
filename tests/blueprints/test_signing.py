"""The screens of signing, as the signers use them: with real keys, a real authority and a real database."""

import io
import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from blueprints import signing_words
from blueprints.extensions import db
from blueprints.web import tools
from dms.campaigns.vocabulary import StepAction
from dms.documents import service as documents
from dms.people.models import Person, Unit
from dms.signing.models import SigningRoute
from dms.signing.pades import findings
from tests.blueprints.helpers import Browser, counted_queries, enter, login, writing
from tests.dms.signing.office import APPROVAL, HEAD_ONLY, INITIALS, LETTER_ROUTE, NUMBER, SEAL, Office, an_office
from tests.pki import Pki
from tests.samples import docx_file, pdf
from tests.signing.pades import foreign


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki) -> Iterator[Flask]:
    """The app with keys and an authority that answers."""
    app = make_app(**trusting(pki))
    yield app
    with app.app_context():
        db.engine.dispose()


def trusting(pki: Pki) -> dict[str, Any]:
    """Settings of an app that signs with the keys of the test authority."""
    return {
        "key_folder": pki.folder / "p12",
        "key_passphrase": pki.passphrase,
        "tsa_url": pki.tsa_url,
        "trust_roots": pki.root,
        "trust_intermediates": pki.folder / "ca" / "issuing.pem",
    }


class House:
    """The department, its log-ins and its papers in the app's own database."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with writing(app) as session:
            office = an_office(session, tools().signing)
            self.unit_id = office.unit.id
            self.ids = {role: person.id for role, person in office.staff.items()}
            self.addresses = {role: person.email for role, person in office.staff.items()}
            for person in office.staff.values():
                enter(session, person)
        self.office = office

    def in_office(self, session: Session) -> Office:
        """The same office on another session."""
        office = Office(session, tools().signing, session.get_one(Unit, self.unit_id))
        office.staff = {role: session.get_one(Person, each) for role, each in self.ids.items()}
        return office

    def started(self, *titles: str, stages: tuple = LETTER_ROUTE, content: bytes | None = None) -> list["Paper"]:
        with writing(self.app) as session:
            office = self.in_office(session)
            routes = [
                office.start(office.paper(content, title=title), stages, place="HS-2026-0007") for title in titles
            ]
            return [Paper(route) for route in routes]

    def at_work(self, act: Callable[[Office, SigningRoute], object], paper: "Paper") -> None:
        """Let something happen to a paper beside the browser."""
        with writing(self.app) as session:
            act(self.in_office(session), session.get_one(SigningRoute, paper.route_id))

    def browser(self, role: str) -> Browser:
        client: Browser = self.app.test_client()  # type: ignore[assignment]  # the app's class is Browser
        assert login(client, self.addresses[role]).status_code == 302
        return client


class Paper:
    """Where a paper on its way is found: ids that outlive the session that made it."""

    def __init__(self, route: SigningRoute) -> None:
        self.route_id, self.document_id, self.digest = route.id, route.document_id, route.version.digest
        self.steps = {(step.action, step.position_kind): step.id for step in route.steps}

    def step(self, action: StepAction) -> str:
        """The address of the first step with this action."""
        return next(f"/signing/steps/{step_id}" for (each, _), step_id in self.steps.items() if each is action)


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


def words(answer: Any) -> str:
    """What a reader sees of a page."""
    text = re.sub(r"<(script|style).*?</\1>", "", answer.get_data(as_text=True), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def shown_on(page: Any) -> str:
    """The digest that the page would have signed."""
    found = re.search(r'name="shown" value="([0-9a-f]{64})"', page.get_data(as_text=True))
    assert found, words(page)
    return found[1]


def signed_file(house: House, paper: Paper) -> bytes:
    with house.app.app_context():
        version = db.session().get_one(SigningRoute, paper.route_id).version
        with documents.local_copy(tools().desk, version) as path:
            return path.read_bytes()


def sealed(house: House, paper: Paper) -> Paper:
    house.at_work(lambda office, route: office.through_to_seal(route), paper)
    return paper


def send_file(client: Browser, content: bytes, name: str = "van-ban.pdf") -> Any:
    client.get("/signing/check")
    data = {"csrf_token": client.token, "file": (io.BytesIO(content), name)}
    return client.post("/signing/check", data=data, content_type="multipart/form-data")


def test_two_clicks_lead_from_the_list_to_a_signature(house: House) -> None:
    (paper,) = house.started("Tờ trình số một", stages=HEAD_ONLY)
    head = house.browser("head")

    listed = head.get("/signing")
    assert "Tờ trình số một" in words(listed)
    assert paper.step(APPROVAL) in listed.get_data(as_text=True)
    shown = head.get(paper.step(APPROVAL))
    signed = head.submit(f"{paper.step(APPROVAL)}/sign", shown=shown_on(shown))

    assert signed.headers["Location"] == "/signing"
    assert paper.step(APPROVAL) not in head.get("/signing").get_data(as_text=True)
    report = words(head.get(f"/signing/documents/{paper.document_id}/verification"))
    assert "Hợp lệ" in report
    assert "CCCD:001099012345" in report


def test_the_page_shows_exactly_the_version_that_is_signed(house: House) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    head = house.browser("head")
    page = head.get(paper.step(APPROVAL)).get_data(as_text=True)
    picture = f"{paper.step(APPROVAL)}/pages/{paper.digest}/1.png"

    assert picture in page
    assert paper.digest in words(head.get(paper.step(APPROVAL)))
    assert head.get(picture).get_data().startswith(b"\x89PNG")
    assert head.get(picture.replace(paper.digest, "0" * 64)).status_code == 409


def test_a_paper_that_changed_meanwhile_is_not_signed(house: House) -> None:
    (paper,) = house.started("Tờ trình")
    house.at_work(lambda office, route: office.sign(office.step(route, INITIALS), "clerk"), paper)
    answer = house.browser("head").submit(f"{paper.step(APPROVAL)}/sign", shown=paper.digest)

    assert answer.status_code == 409
    assert "đã thay đổi kể từ khi bạn mở" in words(answer)


def test_the_registrar_gives_the_number_and_is_led_to_the_seal(house: House) -> None:
    (paper,) = house.started("Tờ trình", stages=LETTER_ROUTE[2:])
    registrar = house.browser("registrar")
    form = registrar.get(paper.step(NUMBER)).get_data(as_text=True)
    assert 'value="1"' in form
    assert 'value="TTr-SNV"' in form

    given = registrar.submit(f"{paper.step(NUMBER)}/number", number=125, symbol="TTr-SNV", issued_on="24/11/2026")
    assert given.headers["Location"] == paper.step(SEAL)
    seal = registrar.get(paper.step(SEAL))
    assert "125/TTr-SNV" in words(seal)
    registrar.submit(f"{paper.step(SEAL)}/sign", shown=shown_on(seal))

    assert "Sở Nội vụ tỉnh Vĩnh Long" in words(registrar.get(f"/signing/documents/{paper.document_id}/verification"))


def test_a_number_that_is_taken_gives_the_form_back_with_what_was_typed(house: House) -> None:
    first, second = house.started("Tờ trình A", "Tờ trình B", stages=LETTER_ROUTE[2:])
    house.at_work(lambda office, route: office.number(route, 7), first)
    registrar = house.browser("registrar")
    registrar.get(second.step(NUMBER))
    answer = registrar.submit(f"{second.step(NUMBER)}/number", number=7, symbol="TTr-SNV", issued_on="2026-11-24")

    assert answer.status_code == 422
    assert "07/TTr-SNV" in words(answer)
    assert 'value="7"' in answer.get_data(as_text=True)


def test_a_refusal_ends_the_route_and_needs_its_reason(house: House) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    head = house.browser("head")
    head.get(paper.step(APPROVAL))
    assert head.submit(f"{paper.step(APPROVAL)}/refuse", reason=" ").status_code == 422

    head.submit(f"{paper.step(APPROVAL)}/refuse", reason="Thiếu danh sách kèm theo")

    assert paper.step(APPROVAL) not in head.get("/signing").get_data(as_text=True)
    assert "Thiếu danh sách kèm theo" in words(head.get(paper.step(APPROVAL)))


def test_who_does_not_hold_the_seat_finds_no_such_page(house: House) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    stranger = house.browser("chair")
    for address in (
        paper.step(APPROVAL),
        f"{paper.step(APPROVAL)}/pages/{paper.digest}/1.png",
        f"/signing/documents/{paper.document_id}/verification",
    ):
        assert stranger.get(address).status_code == 404
    assert stranger.submit(f"{paper.step(APPROVAL)}/sign", shown=paper.digest).status_code == 404


def test_an_old_log_in_is_asked_for_the_password_before_a_signature(house: House) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    head = house.browser("head")
    with head.session_transaction() as kept:
        kept["fs_paa"] = time.time() - 7200

    assert "Xác nhận để ký" in words(head.get(paper.step(APPROVAL)))
    answer = head.submit(f"{paper.step(APPROVAL)}/sign", shown=paper.digest)

    assert answer.headers["Location"].startswith("/confirm")
    assert head.get(answer.headers["Location"]).headers["Location"].startswith("/verify")
    assert paper.step(APPROVAL) in head.get("/signing").get_data(as_text=True)


def test_without_the_time_stamping_authority_the_reader_is_told_and_the_step_waits(
    make_app: Callable[..., Flask], pki: Pki
) -> None:
    house = House(make_app(**trusting(pki) | {"tsa_url": "http://127.0.0.1:9/tsa"}))
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    head = house.browser("head")
    answer = head.submit(f"{paper.step(APPROVAL)}/sign", shown=paper.digest)

    assert answer.status_code == 503
    assert "dấu thời gian" in words(answer)
    assert paper.step(APPROVAL) in head.get("/signing").get_data(as_text=True)


def test_a_click_that_is_refused_gives_back_its_page_with_the_reason(make_app: Callable[..., Flask], pki: Pki) -> None:
    house = House(make_app(**trusting(pki) | {"tsa_url": "http://127.0.0.1:9/tsa"}))
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    head, address = house.browser("head"), paper.step(APPROVAL)
    head.get(address)
    came_from = {"Referer": f"http://localhost{address}"}
    answer = head.submit(f"{address}/sign", headers=came_from, shown=paper.digest)

    assert (answer.status_code, answer.location) == (303, address)
    page = words(head.get(answer.location))
    assert "dấu thời gian" in page
    assert "Ký duyệt" in page
    again = head.submit(f"{address}/sign", headers={"Referer": "http://elsewhere.example/"}, shown=paper.digest)
    assert again.status_code == 503, "a stranger's page is no page to come back to"


def test_another_symbol_than_the_printed_one_is_asked_about_once(house: House) -> None:
    (paper,) = house.started("Tờ trình", stages=LETTER_ROUTE[2:])
    registrar = house.browser("registrar")
    registrar.get(paper.step(NUMBER))
    fields = {"number": 12, "symbol": "TTr-SGDĐT", "issued_on": "24/11/2026"}
    asked = registrar.submit(f"{paper.step(NUMBER)}/number", **fields)

    assert asked.status_code == 422
    assert "Trên văn bản in ký hiệu TTr-SNV, không phải TTr-SGDĐT" in words(asked)
    assert 'name="other_symbol"' in asked.get_data(as_text=True)
    assert registrar.submit(f"{paper.step(NUMBER)}/number", **fields, other_symbol="y").status_code == 302


@pytest.mark.rule("P25")
def test_a_deputy_sees_in_which_power_the_signature_will_be_made(house: House) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    house.at_work(lambda office, _route: office.delegate("deputy"), paper)
    page = words(house.browser("deputy").get(paper.step(APPROVAL)))

    assert "KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC Lê Hoàng Phước Ưu" in page
    assert "Văn bản không ghi họ tên của bạn" in page


def test_verifying_again_finds_a_file_that_was_exchanged_in_the_store(house: House) -> None:
    (paper,) = house.started("Tờ trình")
    sealed(house, paper)

    def exchange(_office: Office, route: SigningRoute) -> None:
        route.version.digest = paper.digest

    house.at_work(exchange, paper)
    head = house.browser("head")
    address = f"/signing/documents/{paper.document_id}/verification"
    head.get(address)
    head.submit(address)

    text = words(head.get(address))
    assert "Không hợp lệ" in text
    assert "Thiếu chữ ký đã từng có." in text


def test_anybody_may_check_a_signed_file(house: House) -> None:
    (paper,) = house.started("Tờ trình")
    content = signed_file(house, sealed(house, paper))
    text = words(send_file(house.browser("chair"), content))

    assert "Hợp lệ" in text
    assert "Nguyễn Thị Thuỳ Dương" in text
    assert "MST:1500000001" in text


def test_a_file_with_one_changed_byte_is_not_valid(house: House) -> None:
    (paper,) = house.started("Tờ trình")
    content = bytearray(signed_file(house, sealed(house, paper)))
    content[content.index(b"stream") + 20] ^= 1
    answer = send_file(house.browser("chair"), bytes(content))

    assert "Hợp lệ" not in words(answer)
    assert "Không hợp lệ" in words(answer) or answer.status_code == 422


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(docx_file(), "Chỉ kiểm tra được chữ ký trên tệp PDF"), (pdf(), "Văn bản chưa được ký")],
    ids=["a Word file", "a PDF that nobody signed"],
)
def test_what_carries_no_signature_is_said_in_words(house: House, content: bytes, sentence: str) -> None:
    assert sentence in words(send_file(house.browser("chair"), content))


def test_the_list_costs_the_same_queries_for_one_paper_and_for_many(house: House) -> None:
    head = house.browser("head")
    house.started("Một", stages=HEAD_ONLY)
    with counted_queries(house.app) as for_one:
        head.get("/signing")
    house.started("Hai", "Ba", "Bốn", stages=HEAD_ONLY)
    with counted_queries(house.app) as for_four:
        head.get("/signing")
    assert len(for_four) == len(for_one)


def test_every_reason_not_to_believe_a_signature_has_its_words() -> None:
    source = (Path(findings.__file__)).read_text()
    codes = set(re.findall(r'"((?:[a-z]+_)+[a-z]+)"', source)) | findings.UNPROVEN
    assert codes <= signing_words.REASONS.keys()


# --- signed with another program


def send_back(client: Browser, step: str, file: Path) -> Any:
    client.get(step)
    data = {"csrf_token": client.token, "file": (io.BytesIO(file.read_bytes()), "da-ky.pdf")}
    return client.post(f"{step}/returned", data=data)


def test_a_head_signs_with_a_program_of_their_own_and_sends_the_file_back(
    house: House, pki: Pki, tmp_path: Path
) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    head, step = house.browser("head"), paper.step(APPROVAL)
    page = words(head.get(step))
    assert "Ký bằng phần mềm khác" in page
    sent = tmp_path / "sent.pdf"
    answer = head.get(f"{step}/file")
    assert "attachment" in answer.headers["Content-Disposition"]
    sent.write_bytes(answer.data)
    field = re.search(r"ô chữ ký “(\w+)”", page)
    assert field is not None

    unsigned = send_back(head, step, sent)
    assert unsigned.status_code == 422
    assert "không có chữ ký mới" in words(unsigned)
    assert "Ký bằng phần mềm khác" in words(head.get(step)), "the step is open as it was"

    signed = foreign.sign(pki, sent, tmp_path / "signed.pdf", "head", field_name=field[1])
    accepted = send_back(head, step, signed)
    assert accepted.status_code == 302
    assert "hợp lệ" in words(head.get(f"/signing/documents/{paper.document_id}/verification")).lower()
