"""The door on the signer's computer: open to pages of the paired service alone."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dms_agent.errors import AgentError
from dms_agent.loopback import LARGEST_BYTES, Loopback
from tests.agent.drawer import Drawer
from tests.agent.official import ADDRESS, Scene, Service
from tests.pkcs11 import PIN

OURS = {"Origin": ADDRESS}


@pytest.fixture
def door(scene: Scene, tmp_path: Path) -> Iterator[Loopback]:
    with Loopback(scene.desk, scene.service.paired(tmp_path), 0) as door:
        thread = Thread(target=door.serve_forever, daemon=True)
        thread.start()
        yield door
        door.shutdown()
        thread.join()


def call(door: Loopback, method: str, path: str, told: Any = None, **headers: str | None) -> tuple[int, dict, dict]:
    """Status, headers and what was told; a header that is None is not sent."""
    connection = http.client.HTTPConnection("127.0.0.1", door.server_port, timeout=10)
    body = None if told is None else json.dumps(told)
    sent = {"Origin": ADDRESS, "Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    connection.request(method, path, body, {name: value for name, value in sent.items() if value is not None})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, dict(answer.headers), json.loads(text) if text else {}


def message(scene: Scene, service: Service | None = None) -> dict[str, str]:
    service = service or scene.service
    return {"request": service.message(service.claims(scene.certificate("head")))}


def test_a_page_of_the_service_signs_through_the_door(token: Drawer, scene: Scene, door: Loopback) -> None:
    status, _, begun = call(door, "POST", "/v1/requests", message(scene))
    assert (status, begun["state"], begun["total"]) == (202, "asking", 1)
    scene.official.types(PIN)
    job = scene.desk.job(begun["id"], ADDRESS)
    assert job.thread is not None
    job.thread.join(30)
    status, _, told = call(door, "GET", f"/v1/requests/{begun['id']}")
    assert (status, told["state"], list(told["signatures"])) == (200, "done", [job.request.documents[0].id])
    assert told["nonce"] == job.request.nonce


def test_a_refusal_is_told_in_words(drawer: Drawer, scene: Scene, door: Loopback) -> None:
    _, _, begun = call(door, "POST", "/v1/requests", message(scene))
    job = scene.desk.job(begun["id"], ADDRESS)
    assert job.thread is not None
    job.thread.join(30)
    _, _, told = call(door, "GET", f"/v1/requests/{begun['id']}")
    assert told["code"] == "token_missing"
    assert "Hãy cắm USB token" in told["sentence"]


@pytest.mark.parametrize("origin", ["https://evil.example", f"{ADDRESS}.evil.example", "null", None])
@pytest.mark.parametrize(
    "what", ["GET /v1/status", "POST /v1/requests", "OPTIONS /v1/requests", "GET /v1/certificates"]
)
def test_another_page_hears_nothing(scene: Scene, door: Loopback, origin: str | None, what: str) -> None:
    method, _, path = what.partition(" ")
    status, headers, told = call(door, method, path, message(scene), Origin=origin)
    assert (status, told) == (403, {})
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("host", ["rebound.example", "rebound.example:{port}", "127.0.0.1", "127.0.0.1:1"])
def test_a_foreign_name_that_points_here_is_not_served(door: Loopback, host: str) -> None:
    status, _, told = call(door, "GET", "/v1/status", Host=host.format(port=door.server_port))
    assert (status, told) == (421, {})


def test_the_browser_is_told_that_our_page_may_reach_this_computer(door: Loopback) -> None:
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Private_Network": "true"}
    status, headers, _ = call(door, "OPTIONS", "/v1/requests", **asked)
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == ADDRESS
    assert headers["Access-Control-Allow-Private-Network"] == "true"
    assert "*" not in "".join(headers.values())


def test_a_form_of_a_page_is_no_request(scene: Scene, door: Loopback) -> None:
    status, _, told = call(door, "POST", "/v1/requests", message(scene), Content_Type="text/plain")
    assert (status, told["code"]) == (422, "request_unreadable")


@pytest.mark.parametrize("length", [str(LARGEST_BYTES + 1), "-1", "many"])
def test_a_body_without_a_sensible_length_is_not_read(door: Loopback, length: str) -> None:
    status, _, told = call(door, "POST", "/v1/requests", {}, Content_Length=length)
    assert (status, told["code"]) == (422, "request_unreadable")


def test_a_request_of_another_service_is_not_asked_about(token: Drawer, scene: Scene, door: Loopback) -> None:
    status, _, told = call(door, "POST", "/v1/requests", message(scene, Service()))
    assert (status, told["code"]) == (422, "server_unknown")
    assert "chưa được ghép nối" in told["sentence"]
    assert not scene.official.opened.exists()


def test_the_page_that_gave_up_closes_the_question(token: Drawer, scene: Scene, door: Loopback) -> None:
    _, _, begun = call(door, "POST", "/v1/requests", message(scene))
    address = scene.official.address()
    _, _, told = call(door, "DELETE", f"/v1/requests/{begun['id']}")
    assert told["code"] == "declined"
    assert scene.official.answers(address, act="sign", pin=PIN) == 0


def test_a_request_nobody_made_is_not_there(door: Loopback) -> None:
    assert call(door, "GET", "/v1/requests/another")[0] == 404
    assert call(door, "GET", "/v1/everything")[0] == 404


def test_the_certificates_on_the_token_are_shown_to_the_service(token: Drawer, scene: Scene, door: Loopback) -> None:
    _, _, told = call(door, "GET", "/v1/certificates")
    assert [each["subject"] for each in told["certificates"]] == ["Nguyễn Thị Thuỳ Dương"]


def test_a_port_that_is_taken_is_said_so(door: Loopback, scene: Scene) -> None:
    with pytest.raises(AgentError, match="port_taken"):
        Loopback(scene.desk, door.servers, door.server_port)
