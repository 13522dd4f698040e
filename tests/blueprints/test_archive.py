"""The archivist at the screens: one box, the page of an award, the certificate, the copy that leaves the house."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import bagit
import pytest
from flask import Flask

from blueprints.extensions import db
from dms.archive import search
from dms.audit import Trail, events
from tests.blueprints.helpers import Browser, counted_queries, login
from tests.blueprints.registry import Registry, trusting
from tests.pki import Pki


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki) -> Iterator[Flask]:
    app = make_app(**trusting(pki))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def registry(app: Flask) -> Registry:
    return Registry(app)


@pytest.fixture
def archivist(client: Browser, registry: Registry) -> Browser:
    login(client, registry.addresses["archivist"])
    return client


def page(client: Browser, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True)


def test_an_award_is_found_without_diacritics_and_the_words_are_marked(archivist: Browser, registry: Registry) -> None:
    registry.archived("Lê Thị Ánh", "An Văn Bình")
    shown = page(archivist, "/archive?q=le+thi+an")
    assert "<mark>Lê</mark> <mark>Thị</mark> <mark>Ánh</mark>" in shown
    assert "An Văn Bình" not in shown
    assert "Không tìm thấy" in page(archivist, "/archive?q=khong+co+ai") or "Nothing was found" in page(
        archivist, "/archive?q=khong+co+ai"
    )


def test_what_is_typed_is_shown_as_text_and_nothing_else(archivist: Browser, registry: Registry) -> None:
    shown = page(archivist, "/archive?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_the_page_of_an_award_shows_papers_signatures_provenance_and_history(
    archivist: Browser, registry: Registry
) -> None:
    award_id, code, _dossier, dossier_code = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"]
    shown = page(archivist, f"/archive/awards/{award_id}")
    assert "125/QĐ-UBND" in shown
    assert dossier_code in shown
    assert "Trần Quốc Trưởng" in shown  # who signed the decision
    assert "Tờ trình đề nghị khen thưởng" in shown
    assert shown.count('class="status status-valid"') == 2  # the letter and the decision
    assert f"/v/{code}" in shown


def test_a_history_that_somebody_bent_is_told_before_anything_else(archivist: Browser, registry: Registry) -> None:
    award_id, _code, dossier_id, _ = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"]

    def bend(office: object) -> None:
        session = office.session  # type: ignore[attr-defined]
        event = events(session, Trail("dossier", dossier_id))[1]
        event.actor_name = "Người Khác"

    registry.at_work(bend)
    shown = page(archivist, f"/archive/awards/{award_id}")
    assert 'class="alert alert-danger notice"' in shown
    assert 'class="holds"' not in shown


def test_the_certificate_is_downloaded_as_pdf_and_shown_as_a_picture(archivist: Browser, registry: Registry) -> None:
    award_id = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"][0]
    pdf = archivist.get(f"/archive/awards/{award_id}/certificate.pdf")
    assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    assert pdf.headers["Content-Disposition"].startswith("attachment")
    assert b"pdfaid" in pdf.data
    picture = archivist.get(f"/archive/awards/{award_id}/certificate.png")
    assert (picture.status_code, picture.mimetype) == (200, "image/png")


def test_the_copy_that_leaves_is_a_valid_bag_and_stands_in_the_history(
    archivist: Browser, registry: Registry, tmp_path: Path
) -> None:
    _award, _code, dossier_id, code = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"]
    answer = archivist.submit(f"/archive/dossiers/{dossier_id}/export")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={code}.zip"
    with ZipFile(io.BytesIO(answer.data)) as archive:
        archive.extractall(tmp_path / "out")
    bagit.Bag(str(tmp_path / "out" / code)).validate()
    answer.close()
    assert list((tmp_path / "work").glob("bag-*")) == []
    last = registry.at_work(lambda office: events(office.session, Trail("dossier", dossier_id))[-1].tag)
    assert last == "dossier:archive:export"


def test_only_the_archivist_takes_a_copy(client: Browser, registry: Registry) -> None:
    _award, _code, dossier_id, _ = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"]
    login(client, registry.addresses["clerk"])
    assert client.submit(f"/archive/dossiers/{dossier_id}/export").status_code == 403


def test_a_stranger_finds_nothing_of_another_unit_by_search_address_or_file(
    client: Browser, registry: Registry
) -> None:
    award_id, _code, dossier_id, _ = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"]
    login(client, registry.addresses["stranger"])
    assert "Lê Thị Ánh" not in page(client, "/archive?q=le+thi")
    assert "Lê Thị Ánh" not in page(client, "/awards/register")
    for address in ("", "/certificate.pdf", "/certificate.png"):
        assert client.get(f"/archive/awards/{award_id}{address}").status_code == 404
    assert client.submit(f"/archive/dossiers/{dossier_id}/export").status_code == 404


def test_a_search_costs_the_same_number_of_queries_for_one_and_for_many(
    app: Flask, archivist: Browser, registry: Registry
) -> None:
    def queries() -> int:
        with counted_queries(app) as asked:
            page(archivist, "/archive?q=tran")
        return len(asked)

    registry.archived("Trần Văn Một")
    queries()
    few = queries()
    registry.archived(*(f"Trần Văn Số {number}" for number in range(10)), number=126)
    assert queries() == few


def test_the_index_is_made_anew_by_a_command(app: Flask, archivist: Browser, registry: Registry) -> None:
    registry.archived("Lê Thị Ánh")

    def lose(office: object) -> None:
        connection = office.session.connection()  # type: ignore[attr-defined]
        search.drop_index(connection)
        search.create_index(connection)

    registry.at_work(lose)
    assert "Lê Thị Ánh" not in page(archivist, "/archive?q=le+thi+anh&year=2026").split("results", 1)[-1]
    result = app.test_cli_runner().invoke(args=["archive", "reindex"])
    assert result.exit_code == 0, result.output
    assert "1" in result.output
    assert "125/QĐ-UBND" in page(archivist, "/archive?q=le+thi+anh")
