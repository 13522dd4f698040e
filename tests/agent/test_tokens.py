"""With a real PKCS#11 driver: what is signed, with which key, and everything that can be wrong with a token."""

import base64
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate
from pkcs11 import TokenFlag

from dms_agent import requests
from dms_agent.asking.question import Answer
from dms_agent.desk import Desk, Job, Means, State
from dms_agent.errors import AgentError
from dms_agent.tokens import Tries, tries_left
from dms_agent.words import sentence
from tests.agent.drawer import Drawer
from tests.agent.official import Scene
from tests.agent.terminals import a_terminal
from tests.pkcs11 import LIBRARY, PIN


def end(job: Job) -> Job:
    assert job.thread is not None
    job.thread.join(30)
    return job


def told(job: Job) -> str:
    return sentence(job.code, "vi", **job.params)


def ensure_signed(job: Job, certificate: bytes) -> None:
    public = load_der_x509_certificate(certificate).public_key()
    for each in job.request.documents:
        raw = base64.b64decode(job.signatures[each.id])
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(raw, each.attributes, ec.ECDSA(SHA256()))
        else:
            public.verify(raw, each.attributes, padding.PKCS1v15(), SHA256())  # type: ignore[union-attr, call-arg]  # RSA


@pytest.mark.parametrize("role", ["head", "deputy", "clerk"], ids=["RSA", "P-256", "P-384"])
def test_the_key_on_the_token_signs_what_was_shown(drawer: Drawer, scene: Scene, role: str) -> None:
    drawer.new_token("Thẻ của tôi", role)
    job = scene.begin(role)
    shown = scene.official.types(PIN)

    assert "Ký duyệt (KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC): Tờ trình số một (2 trang)" in shown
    assert "Nguyễn Thị Thuỳ Dương" in shown
    assert scene.service.address in shown
    assert "ab" * 32 in shown
    assert end(job).state is State.DONE, told(job)
    ensure_signed(job, scene.certificate(role))


def test_one_pin_signs_many(token: Drawer, scene: Scene) -> None:
    certificate = scene.certificate("head")
    job = scene.begin("head", *(f"Báo cáo thành tích {number}" for number in range(20)))
    assert "Văn bản cần ký (20)" in scene.official.types(PIN)

    assert end(job).state is State.DONE, told(job)
    assert (len(job.signatures), job.done) == (20, 20)
    ensure_signed(job, certificate)


def test_the_first_wrong_pin_ends_it_and_the_next_question_warns(token: Drawer, scene: Scene) -> None:
    job = scene.begin("head", "Một", "Hai", "Ba")
    scene.official.types("000000")

    assert end(job).state is State.FAILED
    assert job.signatures == {}
    assert "Mã PIN không đúng. Chưa văn bản nào được ký" in told(job)
    assert "nhập sai thêm vài lần, thiết bị sẽ tự khóa" in told(job)
    again = scene.desk.begin(job.request)
    assert "đã có lần nhập sai" in scene.official.types(PIN)
    assert end(again).state is State.DONE


@pytest.mark.parametrize(
    ("flags", "tries"),
    [
        (TokenFlag(0), Tries.FULL),
        (TokenFlag.USER_PIN_COUNT_LOW, Tries.FEWER),
        (TokenFlag.USER_PIN_COUNT_LOW | TokenFlag.USER_PIN_FINAL_TRY, Tries.LAST),
        (TokenFlag.USER_PIN_LOCKED | TokenFlag.USER_PIN_COUNT_LOW, Tries.NONE),
    ],
)
def test_what_the_token_says_about_its_tries_is_understood(flags: TokenFlag, tries: Tries) -> None:
    assert tries_left(flags) is tries


def test_who_declines_signs_nothing(token: Drawer, scene: Scene) -> None:
    job = scene.begin("head")
    scene.official.declines()
    assert (end(job).code, job.signatures) == ("declined", {})


def test_no_token_is_said_so(drawer: Drawer, scene: Scene) -> None:
    job = end(scene.begin("head"))
    assert job.code == "token_missing"
    assert "Hãy cắm USB token" in told(job)


def test_a_token_pulled_out_while_the_pin_is_typed_signs_nothing(token: Drawer, scene: Scene) -> None:
    job = scene.begin("head", "Một", "Hai")
    address = scene.official.address()
    token.pull_out()
    scene.official.answers(address, act="sign", pin=PIN)
    assert (end(job).state, job.signatures) == (State.FAILED, {})
    assert "Chưa văn bản nào được ký" in told(job)


def test_of_several_tokens_the_one_with_the_right_certificate_is_used(drawer: Drawer, scene: Scene) -> None:
    for label, roles in (("Phó Giám đốc", ["deputy"]), ("Giám đốc", ["head", "secretary"]), ("Chủ tịch", ["chair"])):
        drawer.new_token(label, *roles)
    job = scene.begin("head")
    assert "Giám đốc – Nguyễn Thị Thuỳ Dương" in scene.official.types(PIN)
    assert end(job).state is State.DONE
    ensure_signed(job, scene.certificate("head"))


def test_somebody_elses_token_is_refused_before_any_pin(drawer: Drawer, scene: Scene) -> None:
    drawer.new_token("Phó Giám đốc", "deputy")
    job = end(scene.begin("head"))
    assert job.code == "certificate_missing"
    assert "Lê Hoàng Phước Ưu" in told(job)
    assert not scene.official.opened.exists()


def test_a_certificate_with_somebody_elses_key_signs_nothing(drawer: Drawer, scene: Scene) -> None:
    drawer.new_muddled_token()
    job = scene.begin("head")
    scene.official.types(PIN)
    assert (end(job).code, job.signatures) == ("key_mismatch", {})


def test_a_driver_that_is_none_is_said_so(scene: Scene) -> None:
    scene.desk = Desk(Means("/usr/lib/no-such-driver.so", "page", "vi"))
    job = end(scene.begin("head"))
    assert "Không nạp được trình điều khiển PKCS#11 “/usr/lib/no-such-driver.so”" in told(job)


def test_a_driver_that_dies_takes_the_program_not_with_it(token: Drawer, scene: Scene) -> None:
    job = scene.begin("head")
    scene.official.address()
    assert job.process is not None
    job.process.kill()
    assert end(job).code == "driver_crashed"
    again = scene.begin("head")
    scene.official.types(PIN)
    assert end(again).state is State.DONE


def test_a_request_that_was_signed_is_good_for_nothing_more(token: Drawer, scene: Scene) -> None:
    job = scene.begin("head")
    scene.official.types(PIN)
    end(job)
    with pytest.raises(AgentError, match="request_spent"):
        scene.desk.begin(job.request)


def test_only_one_question_stands_at_a_time(token: Drawer, scene: Scene) -> None:
    first = scene.begin("head")
    address = scene.official.address()
    with pytest.raises(AgentError, match="busy"):
        scene.begin("head")
    scene.desk.cancel(first)
    assert (end(first).code, scene.official.answers(address, act="sign", pin=PIN)) == ("declined", 0)


def test_a_question_does_not_outlive_its_request(token: Drawer, scene: Scene) -> None:
    claims = scene.service.claims(scene.certificate("head"), exp=int(time.time()) + 2)
    job = scene.desk.begin(requests.from_claims(claims))
    scene.official.address()
    assert end(job).code == "request_expired"


def test_another_page_can_neither_answer_nor_read_the_question(token: Drawer, scene: Scene) -> None:
    job = scene.begin("head")
    address = scene.official.address()
    base, _, _ = address.rpartition("/")
    assert scene.official.answers(f"{base}/guessed", act="sign", pin=PIN) == 404
    assert scene.official.answers(address, origin="https://evil.example", act="sign", pin=PIN) in {0, 403}
    with pytest.raises(HTTPError) as caught:
        urlopen(Request(address, headers={"Host": "rebound.example"}), timeout=10)
    caught.value.close()
    assert caught.value.code == 404
    assert not job.is_over
    scene.official.answers(address, act="decline", pin="")
    assert end(job).code == "declined"


def test_the_pin_is_overwritten_after_its_use_and_never_printed() -> None:
    answer = Answer(agreed=True, pin=bytearray(PIN.encode()))
    assert PIN not in repr(answer)
    answer.wipe()
    assert bytes(answer.pin) == bytes(len(PIN))


def test_certificates_are_listed_without_a_pin(token: Drawer, scene: Scene) -> None:
    (found,) = scene.desk.certificates()
    assert found["subject"] == "Nguyễn Thị Thuỳ Dương"
    assert base64.b64decode(found["certificate"]) == scene.certificate("head")


# --- in a terminal


def seen_on(master: int, awaited: str) -> str:
    """Read the terminal until something stands there."""
    seen = ""
    while awaited not in seen:
        seen += os.read(master, 4096).decode("utf-8", "replace")
    return seen


@pytest.mark.parametrize(("typed", "state"), [(PIN, State.DONE), ("", State.FAILED)], ids=["PIN", "nothing"])
def test_without_a_display_the_terminal_asks(  # noqa: PLR0917 - fixtures and the two cases
    token: Drawer, scene: Scene, tmp_path: Path, typed: str, state: State
) -> None:
    claims = tmp_path / "claims.json"
    claims.write_text(scene.service.message(scene.service.claims(scene.certificate("head"))))
    scene.service.paired(tmp_path)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from dms_agent import desk, requests, trust\n"
        f"servers = trust.PairedServers.load(Path({str(tmp_path / 'servers.json')!r}))\n"
        f"request = requests.read(Path({str(claims)!r}).read_text(), servers)\n"
        f"job = desk.Desk(desk.Means({LIBRARY!r}, 'terminal', 'vi')).begin(request)\n"
        "job.thread.join()\n"
        "print(job.state, len(job.signatures))\n"
    )
    with a_terminal() as (master, slave):
        process = subprocess.Popen(
            ["setsid", "--ctty", sys.executable, "-c", script], stdin=slave, stdout=subprocess.PIPE, text=True
        )
        screen = seen_on(master, "Mã PIN (để trống rồi Enter: không ký)")
        os.write(master, f"{typed}\n".encode())
        printed, _ = process.communicate(timeout=30)
    assert "Ký duyệt (KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC): Tờ trình số một (2 trang)" in screen
    assert "Mã PIN chỉ dùng cho lần ký này" in screen
    assert printed.split() == [state, "1" if state is State.DONE else "0"]
