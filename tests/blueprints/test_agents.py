"""The service's half of signing by the signer's own token: who may ask, who may answer, and what is not taken."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from freezegun import freeze_time

from blueprints.extensions import db
from dms import clock
from dms.signing import credentials
from dms.signing.agents.models import AgentRequest
from dms.signing.batch import service as batches
from dms.signing.batch.models import BatchState, SigningBatch
from dms.signing.keys import KeyKind
from tests.blueprints.helpers import Browser, writing
from tests.blueprints.test_signing import House, Paper, trusting, words
from tests.dms.signing.office import APPROVAL, HEAD_ONLY, INITIALS, LETTER_ROUTE, SEAL, P, letter
from tests.pki import Pki

BASE_URL = "http://localhost"


def request_key(folder: Path) -> Path:
    path = folder / "agent-key.pem"
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki, tmp_path: Path) -> Iterator[Flask]:
    app = make_app(**trusting(pki), agent_key_file=request_key(tmp_path), base_url=BASE_URL)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def house(app: Flask) -> House:
    """The head has a token at home; everybody else keeps the key on the server."""
    house = House(app)
    give_token(house, "head")
    return house


def give_token(house: House, role: str) -> None:
    with writing(house.app) as session:
        key = credentials.key_of_person(session, house.ids[role])
        key.provider, key.reference = KeyKind.AGENT, ""


class Desk:
    """The page of somebody who signs, and the program beside it."""

    def __init__(self, house: House, role: str, pki: Pki) -> None:
        self.browser: Browser = house.browser(role)
        self.browser.get("/signing/agent")
        self.stranger: Browser = house.app.test_client()  # type: ignore[assignment]  # the app's class is Browser
        self.key = pki.key(role)

    def post(self, path: str, told: Any, *, program: bool = False, token: bool = True) -> Any:
        headers = {"Accept": "application/json"} | ({"X-CSRFToken": self.browser.token} if token else {})
        client = self.stranger if program else self.browser
        return client.post(f"/signing/agent/{path}", json=told, headers=headers)

    def prepare(self, paper: Paper, action: Any = APPROVAL, shown: str | None = None) -> Any:
        step = paper.step(action).rpartition("/")[2]
        return self.post("pending", {"step": step, "shown": shown or paper.digest})

    def ask(self, *papers: Paper) -> dict[str, Any]:
        pending = [self.prepare(paper).get_json()["pending"] for paper in papers]
        answer = self.post("requests", {"pending": pending})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.get_json() | {"pending": pending}

    def claims(self, asked: dict[str, Any]) -> dict[str, Any]:
        published = self.stranger.get("/.well-known/dms-agent.json").get_json()
        (key,) = published["keys"]
        return jwt.decode(
            asked["request"],
            jwt.PyJWK(key, algorithm="EdDSA"),
            algorithms=["EdDSA"],
            audience="dms-agent",
            issuer=published["issuer"],
        )

    def signatures(self, claims: dict[str, Any]) -> dict[str, str]:
        """What the token answers."""
        return {
            each["id"]: base64.b64encode(self.key.sign(base64.b64decode(each["attributes"]))).decode()
            for each in claims["documents"]
        }

    def finish(self, asked: dict[str, Any], index: int = 0, **changes: Any) -> Any:
        claims = self.claims(asked)
        pending = asked["pending"][index]
        told = {"pending": pending, "nonce": claims["nonce"], "signature": self.signatures(claims)[pending]}
        return self.post(f"requests/{asked['id']}/signatures", told | changes)


@pytest.fixture
def head(house: House, pki: Pki) -> Desk:
    return Desk(house, "head", pki)


def code_of(answer: Any) -> str:
    return f"{answer.status_code} {answer.get_json().get('code')}"


def test_the_request_says_what_the_signer_sees_and_the_signature_holds(house: House, head: Desk, pki: Pki) -> None:
    (paper,) = house.started("Tờ trình số một", stages=HEAD_ONLY)
    asked = head.ask(paper)
    claims = head.claims(asked)
    (told,) = claims["documents"]

    assert (told["title"], told["action"], told["pages"]) == ("Tờ trình số một", "Ký duyệt", 1)
    assert told["capacity"] == "GIÁM ĐỐC"
    assert told["sha256"] == paper.digest
    assert claims["signer"] == {
        "name": "Nguyễn Thị Thuỳ Dương",
        "certificate": hashlib.sha256(pki.key("head").certificate).hexdigest(),
    }
    assert (claims["iss"], claims["origin"]) == (BASE_URL, BASE_URL)
    assert claims["exp"] - claims["iat"] <= 600
    finished = head.finish(asked)
    assert finished.status_code == 200, finished.get_data(as_text=True)
    report = words(head.browser.get(f"/signing/documents/{paper.document_id}/verification"))
    assert "Hợp lệ" in report
    assert "CCCD:001099012345" in report


def test_one_request_is_for_many_papers_and_each_is_completed_by_itself(house: House, head: Desk) -> None:
    papers = house.started("Báo cáo A", "Báo cáo B", "Báo cáo C", stages=HEAD_ONLY)
    asked = head.ask(*papers)
    wrong = base64.b64encode(b"\x01" * 256).decode()

    assert head.finish(asked, 0).status_code == 200
    assert code_of(head.finish(asked, 1, signature=wrong)) == "422 signature_not_by_certificate"
    assert head.finish(asked, 2).status_code == 200
    left = head.browser.get("/signing").get_data(as_text=True)
    assert [paper.step(APPROVAL) in left for paper in papers] == [False, True, False]


def test_a_signature_is_taken_once(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    asked = head.ask(paper)
    assert head.finish(asked).status_code == 200
    assert code_of(head.finish(asked)) == "409 pending_used"
    assert code_of(head.post("requests", {"pending": asked["pending"]})) == "409 pending_used"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nonce": "another"}, "422 agent_answer_wrong"),
        ({"nonce": None}, "422 agent_request_unreadable"),
        ({"signature": "no base64"}, "422 agent_answer_wrong"),
        (
            {"signature": base64.b64encode(b"of something else").decode()},
            "422 signature_not_by_certificate",
        ),
        ({"pending": "00000000-0000-0000-0000-000000000000"}, "404 pending_not_found"),
        ({"pending": "everything"}, "422 agent_request_unreadable"),
    ],
)
def test_an_answer_that_does_not_belong_to_the_request_signs_nothing(
    house: House, head: Desk, changes: dict[str, Any], code: str
) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    assert code_of(head.finish(head.ask(paper), **changes)) == code
    assert paper.step(APPROVAL) in head.browser.get("/signing").get_data(as_text=True)


def test_a_signature_over_altered_attributes_is_not_taken(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    asked = head.ask(paper)
    (told,) = head.claims(asked)["documents"]
    der = bytearray(base64.b64decode(told["attributes"]))
    der[-1] ^= 1
    raw = base64.b64encode(head.key.sign(bytes(der))).decode()
    assert code_of(head.finish(asked, signature=raw)) == "422 signature_not_by_certificate"


def test_somebody_elses_certificate_does_not_sign(house: House, head: Desk, pki: Pki) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    head.key = pki.key("chair")
    assert code_of(head.finish(head.ask(paper))) == "422 signature_not_by_certificate"


def test_somebody_elses_request_is_not_there(house: House, head: Desk, pki: Pki) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    asked = head.ask(paper)
    chair = Desk(house, "chair", pki)

    assert code_of(chair.post("requests", {"pending": asked["pending"]})) == "404 pending_not_found"
    assert chair.browser.get(f"/signing/agent/requests/{asked['id']}").status_code == 404
    told = {"pending": asked["pending"][0], "nonce": "n", "signature": "AA=="}
    assert code_of(chair.post(f"requests/{asked['id']}/signatures", told)) == "404 agent_request_not_found"
    assert chair.prepare(paper).status_code == 404


def test_a_request_that_waited_too_long_is_not_completed(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    asked = head.ask(paper)
    claims = head.claims(asked)
    raw = head.signatures(claims)
    with freeze_time(clock.now() + timedelta(minutes=11)):
        told = {"pending": asked["pending"][0], "nonce": claims["nonce"], "signature": raw[asked["pending"][0]]}
        assert code_of(head.post(f"requests/{asked['id']}/signatures", told)) == "409 pending_expired"
        assert code_of(head.post("requests", {"pending": asked["pending"]})) == "409 pending_expired"
        assert code_of(head.post("claim", {"code": asked["code"]}, program=True)) == "404 agent_code_refused"


def test_a_paper_that_changed_before_the_signature_came_is_not_signed(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    asked = head.ask(paper)
    house.at_work(lambda office, route: office.upload(route.document, letter(title="TRƯỞNG PHÒNG")), paper)
    assert code_of(head.finish(asked)) == "409 version_moved"


def test_a_key_on_the_server_is_not_asked_for_by_the_program(house: House, pki: Pki) -> None:
    (paper,) = house.started("Tờ trình", stages=LETTER_ROUTE)
    clerk = Desk(house, "clerk", pki)
    pending = clerk.prepare(paper, INITIALS).get_json()["pending"]
    assert code_of(clerk.post("requests", {"pending": [pending]})) == "422 key_not_on_token"


def test_nothing_is_no_request(head: Desk) -> None:
    assert code_of(head.post("requests", {"pending": []})) == "422 agent_request_size"
    assert code_of(head.post("requests", {"pending": "all"})) == "422 agent_request_size"
    assert code_of(head.post("requests", ["all"])) == "422 agent_request_unreadable"


def test_a_page_of_another_site_cannot_ask(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    step = paper.step(APPROVAL).rpartition("/")[2]
    told = {"step": step, "shown": paper.digest}
    assert head.post("pending", told, token=False).status_code == 400


# --- a batch


def a_batch_that_waits(house: House, *titles: str) -> UUID:
    """Everything is prepared, and the runner waits for the head's own key."""
    papers = house.started(*titles, stages=HEAD_ONLY)
    with writing(house.app) as session:
        by, now = house.in_office(session).actor("head"), clock.now()
        batch = batches.open_batch(session, [paper.steps[APPROVAL, P.HEAD] for paper in papers], by=by, now=now)
        batches.start(session, batch.id, chosen=[item.id for item in batch.items], by=by, now=now)
        batch_id = batch.id
    run_batches(house)
    assert state_of(house, batch_id) is BatchState.ASKING
    return batch_id


def run_batches(house: House) -> None:
    house.app.extensions["dms_jobs"]["runner"].run_waiting()


def state_of(house: House, batch_id: UUID) -> BatchState:
    with house.app.app_context():
        return db.session().get_one(SigningBatch, batch_id).state


def test_one_pin_signs_a_whole_batch_and_its_runner_completes_it(house: House, head: Desk) -> None:
    batch_id = a_batch_that_waits(house, "Báo cáo A", "Báo cáo B", "Báo cáo C")
    asked = head.post("requests", {"batch": str(batch_id)}).get_json()
    claims = head.claims(asked)
    assert sorted(each["title"] for each in claims["documents"]) == ["Báo cáo A", "Báo cáo B", "Báo cáo C"]

    told = {"batch": str(batch_id), "nonce": claims["nonce"], "signatures": head.signatures(claims)}
    assert head.post(f"requests/{asked['id']}/batch", told).get_json() == {"taken": 3}
    run_batches(house)
    assert state_of(house, batch_id) is BatchState.DONE
    assert "Báo cáo" not in words(head.browser.get("/signing"))


def test_a_batch_takes_no_signature_that_does_not_fit(house: House, head: Desk, pki: Pki) -> None:
    batch_id = a_batch_that_waits(house, "Báo cáo A", "Báo cáo B")
    asked = head.post("requests", {"batch": str(batch_id)}).get_json()
    claims = head.claims(asked)
    head.key = pki.key("chair")
    told = {"batch": str(batch_id), "nonce": claims["nonce"], "signatures": head.signatures(claims)}

    assert code_of(head.post(f"requests/{asked['id']}/batch", told)) == "422 signature_not_by_certificate"
    assert code_of(head.post(f"requests/{asked['id']}/batch", told | {"signatures": {}})) == "422 agent_answer_wrong"
    assert state_of(house, batch_id) is BatchState.ASKING
    stranger = Desk(house, "chair", pki)
    assert stranger.post("requests", {"batch": str(batch_id)}).status_code == 404


# --- by the code


def test_by_the_code_the_program_fetches_answers_and_the_page_completes(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    asked = head.ask(paper)
    state = f"/signing/agent/requests/{asked['id']}"
    assert head.browser.get(state).get_json()["state"] == "open"

    typed = asked["code"].lower().replace("-", " ")
    fetched = head.post("claim", {"code": typed}, program=True, token=False).get_json()
    assert head.claims(fetched) == head.claims(asked)
    assert head.browser.get(state).get_json()["state"] == "claimed"
    claims = head.claims(fetched)
    told = {"claim": fetched["claim"], "nonce": claims["nonce"], "signatures": head.signatures(claims)}
    assert head.post("answer", told, program=True, token=False).get_json() == {"taken": True}
    assert head.browser.get(state).get_json()["state"] == "answered"
    assert paper.step(APPROVAL) in head.browser.get("/signing").get_data(as_text=True)

    done = head.post(f"requests/{asked['id']}/signatures", {"pending": asked["pending"][0]})
    assert done.get_json()["onwards"] == "/signing"
    assert paper.step(APPROVAL) not in head.browser.get("/signing").get_data(as_text=True)


def test_a_code_is_good_for_one_program(house: House, head: Desk) -> None:
    asked = head.ask(*house.started("Tờ trình", stages=HEAD_ONLY))
    assert head.post("claim", {"code": asked["code"]}, program=True).status_code == 200
    assert code_of(head.post("claim", {"code": asked["code"]}, program=True)) == "404 agent_code_refused"
    assert code_of(head.post("claim", {"code": "ABCDE-FGHJK"}, program=True)) == "404 agent_code_refused"


def test_a_program_that_could_not_sign_says_so_to_the_page(house: House, head: Desk) -> None:
    asked = head.ask(*house.started("Tờ trình", stages=HEAD_ONLY))
    fetched = head.post("claim", {"code": asked["code"]}, program=True).get_json()
    head.post("answer", {"claim": fetched["claim"], "refused": "pin_wrong"}, program=True)
    told = head.browser.get(f"/signing/agent/requests/{asked['id']}").get_json()
    assert told == {"state": "refused", "refused": "pin_wrong"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nonce": "another"}, "422 agent_answer_wrong"),
        ({"signatures": {}}, "422 agent_answer_wrong"),
        ({"signatures": "all"}, "422 agent_answer_wrong"),
        ({"claim": "somebody else's"}, "404 agent_claim_unknown"),
    ],
)
def test_an_answer_by_the_code_must_fit_its_request(
    house: House, head: Desk, changes: dict[str, Any], code: str
) -> None:
    asked = head.ask(*house.started("Tờ trình", stages=HEAD_ONLY))
    fetched = head.post("claim", {"code": asked["code"]}, program=True).get_json()
    claims = head.claims(fetched)
    told = {"claim": fetched["claim"], "nonce": claims["nonce"], "signatures": head.signatures(claims)}
    assert code_of(head.post("answer", told | changes, program=True)) == code
    assert head.post("answer", told, program=True).status_code == 200
    assert code_of(head.post("answer", told, program=True)) == "409 agent_request_answered"


def test_whoever_reads_the_table_can_neither_fetch_nor_answer(house: House, head: Desk) -> None:
    asked = head.ask(*house.started("Tờ trình", stages=HEAD_ONLY))
    fetched = head.post("claim", {"code": asked["code"]}, program=True).get_json()
    with house.app.app_context():
        row = db.session().query(AgentRequest).one()
        kept = repr({column.name: getattr(row, column.name) for column in AgentRequest.__table__.columns})
    assert asked["code"].replace("-", "") not in kept
    assert fetched["claim"] not in kept


# --- the pages


def test_only_the_pages_that_sign_may_reach_the_readers_own_computer(house: House, head: Desk) -> None:
    (paper,) = house.started("Tờ trình", stages=HEAD_ONLY)
    page = head.browser.get(paper.step(APPROVAL))
    assert "connect-src 'self' http://127.0.0.1:8997" in page.headers["Content-Security-Policy"]
    assert "data-agent=" in page.get_data(as_text=True)
    assert "127.0.0.1" not in head.browser.get("/work").headers["Content-Security-Policy"]


def test_who_has_no_token_sees_the_usual_button(house: House) -> None:
    (paper,) = house.started("Tờ trình", stages=LETTER_ROUTE[2:])
    registrar = house.browser("registrar")
    house.at_work(lambda office, route: office.number(route), paper)
    page = registrar.get(paper.step(SEAL)).get_data(as_text=True)
    assert "data-agent=" not in page
    assert 'name="shown"' in page


def test_the_guide_shows_the_key_to_compare(head: Desk) -> None:
    kid = head.stranger.get("/.well-known/dms-agent.json").get_json()["keys"][0]["kid"].upper()
    assert " ".join(kid[start : start + 4] for start in range(0, 32, 4)) in words(head.browser.get("/signing/agent"))


def test_a_server_without_the_key_says_so(make_app: Callable[..., Flask], pki: Pki) -> None:
    house = House(make_app(**trusting(pki)))
    head = Desk(house, "head", pki)
    assert "chưa được thiết lập" in words(head.browser.get("/signing/agent"))
    answer = head.stranger.get("/.well-known/dms-agent.json", headers={"Accept": "application/json"})
    assert code_of(answer) == "503 agent_off"
