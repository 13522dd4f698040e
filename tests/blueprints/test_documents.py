"""The screens of documents: uploads that are refused or cut, downloads, history, comparison, withdrawal, conversion."""

import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import psutil
import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from blueprints.errors import SENTENCES
from blueprints.extensions import db
from blueprints.files import disposition
from blueprints.jobs import run_waiting
from dms.documents import service as documents
from dms.dossiers import parts
from dms.dossiers.models import Part
from dms.dossiers.parts import Slot
from dms.people.models import Person
from tests import bad_samples, samples
from tests.blueprints.helpers import Browser, World, counted_queries, enter, login, writing
from tests.blueprints.registry import Registry, trusting
from tests.factories import NOW, a_campaign, a_dossier, a_province, clerk_of
from tests.pki import Pki

MIB = 1 << 20
FIRST = samples.pdf("Đề nghị khen thưởng 03 tập thể", "Giám đốc", "Nguyễn Hữu Thạnh")
SECOND = samples.pdf("Đề nghị khen thưởng 04 tập thể", "Giám đốc", "Nguyễn Hữu Thạnh", "Kính đề nghị xem xét")


@dataclass(frozen=True)
class Paper:
    """A submission letter with two versions, its dossier, and the address of the clerk."""

    clerk: str
    dossier_id: UUID
    document_id: UUID

    def at(self, place: str = "") -> str:
        return f"/documents/{self.document_id}{place}"

    @property
    def upload(self) -> str:
        return f"/dossiers/{self.dossier_id}/papers/to-trinh"


@pytest.fixture
def paper(app: Flask) -> Paper:
    return a_paper(app)


def a_paper(app: Flask) -> Paper:
    desk = app.extensions["dms"].desk
    with writing(app) as session:
        a_province(session)
        dossier = a_dossier(session, revision=a_campaign(session))
        clerk = clerk_of(session, dossier)
        person = session.get_one(Person, clerk.person_id)
        enter(session, person)
        for content, name in ((FIRST, "Tờ trình.pdf"), (SECOND, "Tờ trình số 2.pdf")):
            taken = documents.receive(desk, io.BytesIO(content), filename=name)
            version = parts.attach(session, Slot(dossier.id, "to-trinh"), taken, note="Bản mới", by=clerk, now=NOW)
        return Paper(person.email, dossier.id, version.document_id)


@pytest.fixture
def clerk(client: Browser, paper: Paper) -> Browser:
    login(client, paper.clerk)
    return client


def send(client: Browser, paper: Paper, content: bytes, name: str = "a.pdf", **headers: str) -> TestResponse:
    """Send the form of an upload as a browser does."""
    client.get(paper.upload)
    data = {"csrf_token": client.token, "note": "ghi chú của tôi", "file": (io.BytesIO(content), name)}
    return client.post(paper.upload, data=data, headers=headers, content_type="multipart/form-data")


def numbers(app: Flask, paper: Paper) -> list[int]:
    with app.app_context():
        document = documents.get_document(db.session(), paper.document_id)
        return [version.number for version in document.versions if version.withdrawn_at is None]


def kept(app: Flask) -> set[str]:
    return set(app.extensions["dms"].desk.storage.digests())


def on_the_way(app: Flask) -> list[Path]:
    return [path for path in app.extensions["dms"].desk.workdir.iterdir() if path.name != "cache"]


# --- uploads


def test_an_upload_becomes_the_next_version_under_its_own_name(app: Flask, clerk: Browser, paper: Paper) -> None:
    answer = send(clerk, paper, samples.pdf("Bản ba"), "../../Users/hn/Tờ trình lần 3.pdf")
    assert answer.status_code == 302
    assert numbers(app, paper) == [1, 2, 3]
    page = clerk.get(paper.at()).text
    assert "Tờ trình lần 3.pdf" in page
    assert "ghi chú của tôi" in page
    assert "Users" not in page


HOSTILE = {
    "empty": (lambda: b"", "file_empty"),
    "of another kind": (lambda: b"GIF89a" + b"\x00" * 50, "media_type_not_accepted"),
    "cut off": (lambda: samples.pdf()[:-300], "file_truncated"),
    "encrypted": (bad_samples.encrypted_pdf, "file_encrypted"),
    "hybrid": bad_samples.BAD_PDFS["two tables of contents"],
    "XFA": bad_samples.BAD_PDFS["XFA form"],
    "scripted": bad_samples.BAD_PDFS["script in a link"],
    "with macros": bad_samples.BAD_DOCX["macros"],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_upload_is_refused_on_the_form_and_what_was_typed_stays(
    app: Flask, clerk: Browser, paper: Paper, name: str
) -> None:
    make, code = HOSTILE[name]
    before = kept(app)
    answer = send(clerk, paper, make())
    assert answer.status_code == 422
    assert sentence_of(app, code) in answer.text
    assert "ghi chú của tôi" in answer.text
    assert (numbers(app, paper), kept(app), on_the_way(app)) == ([1, 2], before, [])


def sentence_of(app: Flask, code: str) -> str:
    """The beginning of a refusal as the page shows it."""
    with app.test_request_context():
        return str(escape(str(SENTENCES[code]).partition("%")[0]))


def test_a_script_is_told_where_to_go_so_that_the_message_is_shown_once(clerk: Browser, paper: Paper) -> None:
    answer = send(clerk, paper, samples.pdf("Bản ba"), **{"X-Upload-Script": "1"})
    assert answer.status_code == 201
    assert answer.headers["Location"].startswith(f"/dossiers/{paper.dossier_id}#")
    assert "alert-success" in clerk.get(f"/dossiers/{paper.dossier_id}").text


class Body:
    """The body of an upload that is made while it is read; it may end before its time."""

    def __init__(self, token: str, size: int, *, cut_at: int | None = None) -> None:
        self._head = (
            f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            '--x\r\nContent-Disposition: form-data; name="file"; filename="big.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n%PDF-1.7\n"
        ).encode()
        self._tail = b"\r\n--x--\r\n"
        self.length = len(self._head) + size + len(self._tail)
        self._end = self.length if cut_at is None else cut_at
        self._position = 0

    def read(self, amount: int = -1) -> bytes:
        stop = self._end if amount < 0 else min(self._position + amount, self._end)
        part = self._between(self._position, stop)
        self._position = stop
        return part

    def _between(self, start: int, stop: int) -> bytes:
        middle_ends = self.length - len(self._tail)
        zeros = max(0, min(stop, middle_ends) - max(start, len(self._head)))
        tail = self._tail[max(0, start - middle_ends) : max(0, stop - middle_ends)]
        return self._head[start:stop] + b"0" * zeros + tail

    def tell(self) -> int:
        return self._position

    def seek(self, place: int, whence: int = 0) -> None:
        self._position = self.length + place if whence else place


def post_body(client: Browser, paper: Paper, body: Body) -> TestResponse:
    return client.post(
        paper.upload,
        input_stream=body,
        content_type="multipart/form-data; boundary=x",
    )


def test_an_upload_that_is_cut_in_the_middle_leaves_no_version_and_no_byte(
    app: Flask, clerk: Browser, paper: Paper
) -> None:
    clerk.get(paper.upload)
    before = kept(app)
    answer = post_body(clerk, paper, Body(clerk.token, 8 * MIB, cut_at=3 * MIB))
    assert answer.status_code == 400
    assert (numbers(app, paper), kept(app), on_the_way(app)) == ([1, 2], before, [])


def test_a_body_over_the_limit_is_refused_before_it_is_read(app: Flask, clerk: Browser, paper: Paper) -> None:
    clerk.get(paper.upload)
    body = Body(clerk.token, 60 * MIB)
    assert post_body(clerk, paper, body).status_code == 413
    assert numbers(app, paper) == [1, 2]


def test_a_file_over_the_limit_is_refused_on_the_form(app: Flask, clerk: Browser, paper: Paper) -> None:
    clerk.get(paper.upload)
    answer = post_body(clerk, paper, Body(clerk.token, app.extensions["dms"].desk.upload_limit))
    assert answer.status_code == 422
    assert "50 MB" in answer.text
    assert (numbers(app, paper), on_the_way(app)) == ([1, 2], [])


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """By how many bytes this process grew at most within the block."""
    process, done, grown = psutil.Process(), threading.Event(), [0]
    start = process.memory_info().rss

    def watch() -> None:
        while not done.wait(0.02):
            grown[0] = max(grown[0], process.memory_info().rss - start)

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield grown
    done.set()
    watcher.join()


def test_a_large_upload_never_sits_in_memory(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(upload_limit_mb=400)
    paper = a_paper(app)
    client: Any = app.test_client()
    login(client, paper.clerk)
    client.get(paper.upload)
    with peak_memory() as grown:
        answer = post_body(client, paper, Body(client.token, 300 * MIB))
    assert answer.status_code == 422  # three hundred megabytes of zeros are no PDF
    assert grown[0] < 64 * MIB
    assert on_the_way(app) == []
    with app.app_context():
        db.engine.dispose()


# --- downloads


def test_a_download_is_the_very_file_under_its_name_and_can_do_nothing_here(clerk: Browser, paper: Paper) -> None:
    answer = clerk.get(paper.at("/versions/2/file"))
    assert (answer.status_code, answer.data) == (200, SECOND)
    assert answer.mimetype == "application/pdf"
    assert filename_of(answer) == "Tờ trình số 2.pdf"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="To trinh so 2.pdf"')
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert int(answer.headers["Content-Length"]) == len(SECOND)


def filename_of(answer: TestResponse) -> str | None:
    """The name as a program reads it that knows RFC 6266."""
    message = Message()
    message["Content-Disposition"] = answer.headers["Content-Disposition"]
    return message.get_filename() and unquote(answer.headers["Content-Disposition"].rpartition("''")[2])


def test_a_name_cannot_break_out_of_its_header() -> None:
    told = disposition('a"; filename=b.exe\r\nX: y.pdf')
    assert "\r" not in told
    assert told.count('"') == 2
    assert disposition("Đặng.pdf").startswith('attachment; filename="Dang.pdf"')
    assert 'filename="document"' in disposition("数")


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-5", slice(-5, None)),
        ("bytes=10-99999999", slice(10, None)),
    ],
)
def test_a_part_is_sent_as_a_part(clerk: Browser, paper: Paper, asked: str, part: slice) -> None:
    answer = clerk.get(paper.at("/versions/2/file"), headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == SECOND[part]
    first = part.start % len(SECOND)
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(answer.data) - 1}/{len(SECOND)}"


def test_a_part_past_the_end_cannot_be_sent(clerk: Browser, paper: Paper) -> None:
    answer = clerk.get(paper.at("/versions/2/file"), headers={"Range": "bytes=99999999-"})
    assert (answer.status_code, answer.data) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(SECOND)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=9-2", "nonsense"])
def test_what_is_no_single_part_gets_the_whole(clerk: Browser, paper: Paper, asked: str) -> None:
    answer = clerk.get(paper.at("/versions/2/file"), headers={"Range": asked})
    assert (answer.status_code, answer.data) == (200, SECOND)


def test_a_part_of_another_file_is_not_mixed_into_this_one(clerk: Browser, paper: Paper) -> None:
    etag = clerk.get(paper.at("/versions/1/file")).headers["ETag"]
    headers = {"Range": "bytes=0-9", "If-Range": etag}
    assert clerk.get(paper.at("/versions/1/file"), headers=headers).status_code == 206
    whole = clerk.get(paper.at("/versions/2/file"), headers=headers)
    assert (whole.status_code, whole.data) == (200, SECOND)


def test_a_file_that_the_browser_has_is_not_sent_again(clerk: Browser, paper: Paper) -> None:
    etag = clerk.get(paper.at("/versions/2/file")).headers["ETag"]
    again = clerk.get(paper.at("/versions/2/file"), headers={"If-None-Match": etag, "Range": "bytes=0-9"})
    assert (again.status_code, again.data) == (304, b"")
    other = clerk.get(paper.at("/versions/1/file"), headers={"If-None-Match": etag})
    assert (other.status_code, other.data) == (200, FIRST)


def test_the_head_of_a_download_tells_its_size(clerk: Browser, paper: Paper) -> None:
    answer = clerk.head(paper.at("/versions/2/file"))
    assert (answer.status_code, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(SECOND)


def test_a_file_that_is_gone_from_the_store_is_told_and_not_sent_as_nothing(
    app: Flask, clerk: Browser, paper: Paper
) -> None:
    digest = clerk.get(paper.at("/versions/2/file")).headers["ETag"].strip('"')
    app.extensions["dms"].desk.storage.delete(digest)
    answer = clerk.get(paper.at("/versions/2/file"))
    assert answer.status_code == 404
    assert sentence_of(app, "file_missing") in answer.text


# --- pages, history, comparison


def test_pages_are_pictures_and_are_not_sent_twice(clerk: Browser, paper: Paper) -> None:
    answer = clerk.get(paper.at("/versions/2/pages/1.png"))
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert clerk.get(paper.at("/versions/2/pages/1.png"), headers=headers).status_code == 304
    assert clerk.get(paper.at("/versions/2/pages/2.png")).status_code == 404


def test_the_page_shows_each_version_with_its_author_and_digest(clerk: Browser, paper: Paper) -> None:
    page = clerk.get(paper.at()).text
    for content, name in ((FIRST, "Tờ trình.pdf"), (SECOND, "Tờ trình số 2.pdf")):
        digest = hashlib.sha256(content).hexdigest()
        assert digest[:12] in page
        assert (name in page) == (content == SECOND)  # the name of the version that is shown
    assert "Bản mới" in page
    assert paper.at("/versions/2/pages/1.png") in page
    assert paper.at("/versions/1/pages/1.png") in clerk.get(paper.at("?version=1")).text
    assert clerk.get(paper.at("?version=7")).status_code == 404


def test_a_comparison_marks_the_words_that_differ(clerk: Browser, paper: Paper) -> None:
    page = clerk.get(paper.at("/compare?a=1&b=2")).text
    assert "<del>03</del>" in page
    assert "<ins>04</ins>" in page
    assert "<ins>Kính đề nghị xem xét</ins>" in page
    assert "<del>Giám đốc</del>" not in page
    for same in ("/compare", "/compare?a=2&b=1"):
        assert "<ins>04</ins>" in clerk.get(paper.at(same)).text
    assert clerk.get(paper.at("/compare?a=1&b=9")).status_code == 404


def test_words_of_a_document_are_shown_as_words(app: Flask, clerk: Browser, paper: Paper) -> None:
    send(clerk, paper, samples.docx_file("<script>alert(1)</script>"), "a.docx")
    for address in (paper.at(), paper.at("/compare")):
        page = clerk.get(address).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_page_costs_the_same_for_many_versions(app: Flask, clerk: Browser, paper: Paper) -> None:
    clerk.get(paper.at())
    with counted_queries(app) as few:
        clerk.get(paper.at())
    for number in range(5):
        send(clerk, paper, samples.pdf(f"Bản {number}"))
    with counted_queries(app) as many:
        clerk.get(paper.at())
    assert len(many) == len(few)


PLACES = ["", "/versions/2/file", "/versions/2/pages/1.png", "/compare?a=1&b=2"]


@pytest.mark.parametrize("place", PLACES)
def test_who_may_not_read_does_not_learn_that_there_is_a_document(
    client: Browser, paper: Paper, world: World, place: str
) -> None:
    login(client, world.clerk)
    assert client.get(paper.at(place)).status_code == 404


@pytest.mark.parametrize("place", PLACES)
def test_who_is_not_logged_in_is_asked_to(client: Browser, paper: Paper, place: str) -> None:
    assert client.get(paper.at(place)).headers["Location"].startswith("/login")


# --- withdrawal and conversion


def test_a_withdrawn_version_stays_to_be_read_and_the_one_before_counts(
    app: Flask, clerk: Browser, paper: Paper
) -> None:
    clerk.get(paper.at())
    assert clerk.submit(paper.at("/versions/2/withdraw"), reason="Nhầm tệp").status_code == 302
    assert numbers(app, paper) == [1]
    page = clerk.get(paper.at()).text
    assert "Nhầm tệp" in page
    assert paper.at("/versions/1/pages/1.png") in page
    assert clerk.get(paper.at("/versions/2/file")).data == SECOND


def test_a_withdrawal_without_a_reason_gives_the_form_back(app: Flask, clerk: Browser, paper: Paper) -> None:
    clerk.get(paper.at())
    answer = clerk.submit(paper.at("/versions/2/withdraw"), reason="")
    assert answer.status_code == 422
    assert answer.text.count("is-invalid") == 1
    assert numbers(app, paper) == [1, 2]


def test_a_withdrawal_twice_is_told_in_place(app: Flask, clerk: Browser, paper: Paper) -> None:
    clerk.get(paper.at())
    clerk.submit(paper.at("/versions/2/withdraw"), reason="Nhầm tệp")
    answer = clerk.submit(paper.at("/versions/2/withdraw"), reason="Nhầm tệp")
    assert answer.status_code in {409, 422}
    assert numbers(app, paper) == [1]


@pytest.mark.parametrize("act", ["/versions/2/withdraw", "/convert"])
def test_strangers_do_not_change_it_either(client: Browser, paper: Paper, world: World, act: str) -> None:
    login(client, world.clerk)
    assert client.submit(paper.at(act), reason="vì thế").status_code == 404


def test_a_word_file_is_converted_at_the_press_of_a_button(app: Flask, clerk: Browser, paper: Paper) -> None:
    send(clerk, paper, samples.docx_file(), "Tờ trình.docx")
    assert paper.at("/convert") in clerk.get(paper.at()).text
    assert clerk.submit(paper.at("/convert")).status_code == 302
    page = clerk.get(paper.at()).text
    assert paper.at("/versions/4/pages/1.png") in page
    assert paper.at("/convert") not in page
    assert run_waiting(app) >= 1  # the worker comes too late, and does not convert it again
    assert numbers(app, paper) == [1, 2, 3, 4]


def test_a_worker_converts_by_itself(app: Flask, clerk: Browser, paper: Paper) -> None:
    send(clerk, paper, samples.docx_file(), "Tờ trình.docx")
    run_waiting(app)
    assert numbers(app, paper) == [1, 2, 3, 4]


def test_without_libreoffice_the_page_asks_for_a_pdf(
    clerk: Browser, paper: Paper, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    send(clerk, paper, samples.docx_file(), "Tờ trình.docx")
    monkeypatch.setenv("PATH", str(tmp_path))
    page = clerk.get(paper.at()).text
    assert "LibreOffice" in page
    assert paper.at("/convert") not in page
    assert clerk.submit(paper.at("/convert")).status_code == 503


# --- signed papers


@pytest.fixture
def registry(make_app: Callable[..., Flask], pki: Pki) -> Iterator[Registry]:
    app = make_app(**trusting(pki))
    yield Registry(app)
    with app.app_context():
        db.engine.dispose()


def test_the_history_says_who_signed_and_that_it_holds(registry: Registry) -> None:
    dossier_id = registry.archived()["Lê Thị Ánh"][2]
    document_id = registry.at_work(lambda office: _first_document(office.session, dossier_id))
    client: Any = registry.app.test_client()
    login(client, registry.addresses["archivist"])
    page = client.get(f"/documents/{document_id}").text
    assert "status-valid" in page
    assert "version-signature" in page
    assert "/withdraw" not in page  # what is archived is not taken back
    file = client.get(f"/documents/{document_id}/versions/1/file")
    assert file.data.startswith(b"%PDF")


def _first_document(session: Session, dossier_id: UUID) -> UUID:
    return session.scalars(select(Part.document_id).where(Part.dossier_id == dossier_id)).first()
