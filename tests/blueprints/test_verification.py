"""What a signature is worth, told to people and to programs: the report on a paper of ours, and on anybody's file."""

import io
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask

from blueprints import proof_words, signing_words
from blueprints.extensions import db, limiter
from blueprints.web import tools
from dms.signing.models import Signature, VersionCheck
from dms.signing.pades import etsi
from tests.bad_samples import pdf_with_action
from tests.blueprints.helpers import Browser, writing
from tests.blueprints.test_signing import House, sealed, signed_file, trusting, words
from tests.pki import SUBJECTS, Pki, build_pki
from tests.samples import docx_file, pdf
from tests.signing.pades import flow, foreign

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "validation-report.schema.json").read_text())


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
def house(app: Flask) -> House:
    return House(app)


@pytest.fixture(scope="module")
def letter(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A letter, signed and sealed by the book."""
    return flow.sealed(pki, tmp_path_factory.mktemp("letter")).read_bytes()


def sent(client: Browser, content: bytes, *, name: str = "van-ban.pdf", **more: str) -> Any:
    client.get("/xac-minh")
    data = {"csrf_token": client.token, "file": (io.BytesIO(content), name), **more}
    return client.post("/xac-minh", data=data, content_type="multipart/form-data")


def as_json(answer: Any) -> dict[str, Any]:
    assert answer.mimetype == "application/json", words(answer)
    report: dict[str, Any] = json.loads(answer.get_data())
    jsonschema.validate(report, SCHEMA)
    return report


def kept_files(app: Flask) -> list[Path]:
    """Every file that a check could have left in the store or on the way to it."""
    with app.app_context():
        folders = (app.extensions["dms"].desk.workdir, Path(tools().settings.instance_dir) / "blobs")
        return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


# --- a paper of ours


def test_a_program_reads_the_same_report_as_people(house: House) -> None:
    (paper,) = house.started("Tờ trình số một")
    sealed(house, paper)
    head = house.browser("head")

    page = words(head.get(f"/signing/documents/{paper.document_id}/verification"))
    report = as_json(head.get(f"/signing/documents/{paper.document_id}/verification.json"))

    assert (report["verdict"], report["indication"]) == ("valid", "TOTAL-PASSED")
    assert report["words"]["verdict"] == "Hợp lệ"
    assert report["document"]["title"] == "Tờ trình số một"
    signature = report["signatures"][0]
    assert signature["expected"]["matches"]
    assert signature["root"] == signature["chain"][-1]["name"]
    for shown in (signature["chain"][0]["managing_unit"], signature["timestamp"]["authority"], signature["root"]):
        assert shown in page
    for item in ("Nội dung không thay đổi kể từ khi ký", "còn hiệu lực tại thời điểm ký", "Không bị thu hồi, tạm dừng"):
        assert item in page


def test_whoever_may_not_read_the_paper_gets_no_report(house: House, client: Browser) -> None:
    (paper,) = house.started("Tờ trình")
    sealed(house, paper)

    answer = client.get(f"/signing/documents/{paper.document_id}/verification.json")

    assert answer.status_code in {302, 401, 404}
    assert "signatures" not in answer.get_data(as_text=True)


def test_a_paper_that_was_never_verified_says_so(house: House) -> None:
    (paper,) = house.started("Tờ trình")

    answer = house.browser("head").get(f"/signing/documents/{paper.document_id}/verification.json")

    assert answer.status_code == 404
    assert "chưa được xác minh" in words(answer)


def test_a_report_kept_by_an_earlier_version_still_fits_the_form(house: House) -> None:
    (paper,) = house.started("Tờ trình")
    sealed(house, paper)
    with writing(house.app) as session:
        for check in session.query(VersionCheck):
            old = {"field", "verdict", "reasons", "level", "subject", "certificate_name", "uid", "issuer", "serial"}
            slim = [{key: each[key] for key in old} for each in check.report["signatures"]]
            check.report = {"verdict": check.verdict, "reasons": [], "signatures": slim}
    head = house.browser("head")

    report = as_json(head.get(f"/signing/documents/{paper.document_id}/verification.json"))

    assert report["indication"] == "TOTAL-PASSED"
    assert head.get(f"/signing/documents/{paper.document_id}/verification").status_code == 200


def test_certificate_answer_and_result_are_kept_with_the_signature(house: House) -> None:
    (paper,) = house.started("Tờ trình")
    content = signed_file(house, sealed(house, paper))

    with house.app.app_context():
        records = [each.record for each in db.session().query(Signature)]

    assert records
    for record in records:
        assert record is not None
        assert record["verdict"] == "valid"
        assert record["certificate"]
        answered = record["chain"][0]["revocation"]
        assert (answered["standing"], answered["origin"]) == ("good", "file")
        assert answered["this_update"]
        assert record["timestamp"]["at"]
    assert len({record["chain"][0]["sha256"] for record in records}) == len(records)
    assert content.startswith(b"%PDF")


# --- anybody's file


def test_anybody_learns_what_a_file_is_worth_without_logging_in(client: Browser, letter: bytes) -> None:
    answer = sent(client, letter)
    text = words(answer)

    assert answer.status_code == 200
    assert "Hợp lệ" in text
    assert "Nguyễn Thị Thuỳ Dương" in text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_the_report_can_be_taken_away_as_json(client: Browser, letter: bytes) -> None:
    answer = sent(client, letter, **{"as": "json"})
    report = as_json(answer)

    assert "attachment" in answer.headers["Content-Disposition"]
    assert report["document"] is None
    assert [each["verdict"] for each in report["signatures"]] == ["valid", "valid"]
    assert "person_id" not in answer.get_data(as_text=True)


def test_nothing_of_the_file_is_kept(app: Flask, client: Browser, letter: bytes) -> None:
    before = kept_files(app)

    for content in (letter, letter[:-2000], b"%PDF-1.7\n" + b"[" * 50_000, pdf()):
        sent(client, content)

    assert kept_files(app) == before


def test_a_file_without_proof_of_its_own_is_asked_about_by_the_service(
    client: Browser, pki: Pki, tmp_path: Path
) -> None:
    path = foreign.sign(pki, flow.letter(tmp_path), tmp_path / "plain.pdf", md_algorithm="sha256")

    report = as_json(sent(client, path.read_bytes(), **{"as": "json"}))

    assert report["verdict"] == "valid"
    assert report["signatures"][0]["chain"][0]["revocation"]["origin"] == "network"
    assert report["signatures"][0]["warnings"] == ["time_only_claimed"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (docx_file(), "Chỉ kiểm tra được chữ ký trên tệp PDF"),
        (pdf(), "Văn bản chưa được ký"),
        (b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000 + b"\n%%EOF", "Không hợp lệ"),
        (b"%PDF-1.7\nstartxref\n0\n%%EOF", "Không hợp lệ"),
    ],
    ids=["a Word file", "a PDF that nobody signed", "a nest without end", "a loop"],
)
def test_whatever_is_sent_gets_a_clear_answer(client: Browser, content: bytes, sentence: str) -> None:
    answer = sent(client, content)

    assert answer.status_code in {200, 422}
    assert sentence in words(answer)


def test_a_script_in_the_file_is_told_of(client: Browser) -> None:
    scripted = pdf_with_action(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>")

    report = as_json(sent(client, scripted, **{"as": "json"}))

    assert report["warnings"] == ["active_content"]
    assert "mã lệnh" in report["words"]["warnings"][0]


@contextmanager
def listening(port: int) -> Iterator[list[Any]]:
    """Who called the port while the block ran."""
    called: list[Any] = []
    stop = threading.Event()

    def listen(listener: socket.socket) -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                connection, address = listener.accept()
                called.append(address)
                connection.close()

    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.settimeout(0.2)
        thread = threading.Thread(target=listen, args=[listener])
        thread.start()
        yield called
        stop.set()
        thread.join()


def test_an_address_in_a_strangers_certificate_is_never_called(
    client: Browser, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whoever makes his own certificate could name any address in it, such as one inside our network."""
    trap = build_pki(tmp_path_factory.mktemp("trap"), [subject for subject in SUBJECTS if subject.ref == "head"])
    path = foreign.sign(trap, flow.letter(tmp_path), tmp_path / "trap.pdf", md_algorithm="sha256")

    with listening(int(trap.base_url.rpartition(":")[2])) as called:
        report = as_json(sent(client, path.read_bytes(), **{"as": "json"}))

    assert (report["verdict"], report["indication"]) == ("unproven", "INDETERMINATE")
    assert report["signatures"][0]["reasons"] == ["certificate_untrusted"]
    assert called == []


def test_sending_files_is_slowed_down(client: Browser) -> None:
    answers = [sent(client, b"no PDF at all").status_code for _ in range(12)]

    assert set(answers[:10]) == {422}
    assert answers[-1] == 429
    assert client.get("/xac-minh").status_code == 200


def test_the_remembered_address_leads_to_the_printed_code(client: Browser) -> None:
    assert client.get("/xac-minh/ABCDEFGHJKLM").headers["Location"] == "/v/ABCDEFGHJKLM"
    assert client.get("/xac-minh?code=abcd-efgh-jklm").headers["Location"] == "/v/ABCDEFGHJKLM"


def test_every_warning_of_a_report_has_its_words() -> None:
    told = set(re.findall(r'yield "(\w+)"', (ROOT / "dms" / "signing" / "reporting.py").read_text()))
    of_files = set(re.findall(r'\("(\w+)",\)', (ROOT / "dms" / "signing" / "pades" / "strangers.py").read_text()))
    assert told | {code for code in of_files if "content" in code} == proof_words.WARNINGS.keys()


def test_every_reason_has_an_outcome_in_the_standards_words() -> None:
    told = etsi._FAILED.keys() | etsi._INDETERMINATE.keys()
    assert signing_words.REASONS.keys() == told
