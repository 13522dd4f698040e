"""The Chair's office at its screens: from the list that waits to the register that is printed."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from blueprints.extensions import db
from dms.awards import service
from dms.awards.models import Award, Decision
from tests import factories as make
from tests.blueprints.helpers import Browser, counted_queries, login
from tests.blueprints.registry import Registry, trusting
from tests.dms.awards.world import Chancery, a_pdf
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
def clerk(client: Browser, registry: Registry) -> Browser:
    """The browser of the Chair's office."""
    login(client, registry.addresses["clerk"])
    return client


def appraised(registry: Registry, *names: str, collectives: tuple[str, ...] = ()) -> tuple[Any, str, list[Any]]:
    def act(office: Chancery) -> tuple[Any, str, list[Any]]:
        dossier = office.appraised(names, collectives)
        return dossier.revision_id, dossier.scheme_code, make.ids(office.nominees(dossier))

    return registry.at_work(act)  # type: ignore[no-any-return]


def prepared(registry: Registry, *names: str) -> str:
    """A decision whose paper is a PDF; its address."""

    def act(office: Chancery) -> Any:
        decision = office.prepare(office.appraised(names))
        office.as_pdf(decision)
        return decision.id

    return f"/awards/{registry.at_work(act)}"


def page(client: Browser, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True)


def test_the_office_sees_what_waits_chooses_from_it_and_gets_a_draft(clerk: Browser, registry: Registry) -> None:
    revision, scheme, nominees = appraised(registry, "Lê Thị Ánh", "An Văn Bình", collectives=("Phòng Tiểu học",))
    assert f"/awards/new?revision={revision}&amp;scheme={scheme}" in page(clerk, "/awards")
    choice = page(clerk, f"/awards/new?revision={revision}&scheme={scheme}")
    assert choice.index("Phòng Tiểu học") < choice.index("Lê Thị Ánh") < choice.index("An Văn Bình")
    assert "1 / 10" in choice
    assert "2 / 15" in choice
    answer = clerk.post(
        f"/awards/new?revision={revision}&scheme={scheme}",
        data={"csrf_token": clerk.token, "nominee": [str(nominees[0]), str(nominees[1])]},
    )
    assert answer.status_code == 302
    shown = page(clerk, answer.location)
    assert "Phòng Tiểu học" in shown
    assert "Lê Thị Ánh" in shown
    assert "An Văn Bình" in shown  # as one whom no decision names


def test_a_choice_over_the_quota_comes_back_with_every_tick_and_the_reason(clerk: Browser, registry: Registry) -> None:
    names = tuple(f"Phòng số {number}" for number in range(1, 12))
    revision, scheme, nominees = appraised(registry, collectives=names)
    address = f"/awards/new?revision={revision}&scheme={scheme}"
    clerk.get(address)
    answer = clerk.post(address, data={"csrf_token": clerk.token, "nominee": [str(each) for each in nominees]})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert text.count("checked") == 11
    assert 'role="alert"' in text
    assert "11 / 10" in text


def test_a_choice_of_nobody_is_refused(clerk: Browser, registry: Registry) -> None:
    revision, scheme, _nominees = appraised(registry, "Lê Thị Ánh")
    answer = clerk.submit(f"/awards/new?revision={revision}&scheme={scheme}")
    assert answer.status_code == 422


def test_a_decision_is_read_sent_followed_and_conferred(clerk: Browser, registry: Registry) -> None:
    address = prepared(registry, "Lê Thị Ánh")
    shown = page(clerk, address)
    picture = shown.split('<img src="', 2)[-1].split('"')[0] if "/pages/" in shown else ""
    answer = clerk.get(picture)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert clerk.submit(f"{address}/send").status_code == 302
    shown = page(clerk, address)
    assert "Trần Quốc Trưởng" in shown
    assert f"{address}/send" not in shown

    def sign(office: Chancery) -> None:
        decision = office.session.scalars(select(Decision)).one()
        route = service.signing.open_route_of(office.session, decision.document_id)
        assert route is not None
        office.sign(route)
        office.settle()

    registry.at_work(sign)
    shown = page(clerk, address)
    assert "125/QĐ-UBND" in shown
    assert "/archive/awards/" in shown
    assert f"{address}/cancel" not in shown


def test_a_decision_is_given_up_with_its_reason(clerk: Browser, registry: Registry) -> None:
    address = prepared(registry, "Lê Thị Ánh")
    assert clerk.submit(f"{address}/cancel", reason="").status_code == 422
    assert clerk.submit(f"{address}/cancel", reason="Thiếu một tập thể").status_code == 302
    assert f"{address}/send" not in page(clerk, address)
    assert clerk.submit(f"{address}/send").status_code == 409


def test_the_paper_is_exchanged_and_a_wrong_file_is_refused_on_the_page(clerk: Browser, registry: Registry) -> None:
    address = prepared(registry, "Lê Thị Ánh")
    clerk.get(address)

    def upload(content: bytes, name: str) -> int:
        data = {"csrf_token": clerk.token, "file": (io.BytesIO(content), name)}
        return clerk.post(f"{address}/paper", data=data).status_code

    assert upload(a_pdf("QUYẾT ĐỊNH đã sửa"), "quyet-dinh.pdf") == 302
    assert upload(b"not a paper at all", "quyet-dinh.pdf") == 422


def test_a_stranger_sees_neither_decisions_nor_their_pages(client: Browser, registry: Registry) -> None:
    address = prepared(registry, "Lê Thị Ánh")
    login(client, registry.addresses["stranger"])
    assert "Lê Thị Ánh" not in page(client, "/awards")
    assert client.get(address).status_code == 404
    assert client.submit(f"{address}/send").status_code == 404
    assert client.submit(f"{address}/cancel", reason="Không").status_code == 404


def test_the_archivist_reads_a_decision_but_is_offered_no_act(client: Browser, registry: Registry) -> None:
    address = prepared(registry, "Lê Thị Ánh")
    login(client, registry.addresses["archivist"])
    shown = page(client, address)
    assert f"{address}/send" not in shown
    assert client.submit(f"{address}/send").status_code == 403


# --- the register


def test_the_register_lists_filters_and_prints(clerk: Browser, registry: Registry) -> None:
    registry.archived("Lê Thị Ánh", "An Văn Bình")
    shown = page(clerk, "/awards/register?year=2026&form=bang_khen")
    assert "Lê Thị Ánh" in shown
    assert '<span class="count ">2</span>' in shown
    assert "Lê Thị Ánh" not in page(clerk, "/awards/register?year=2025")
    assert "Lê Thị Ánh" not in page(clerk, "/awards/register?kind=collective")
    pdf = clerk.get("/awards/register.pdf?year=2026")
    assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    assert pdf.data.startswith(b"%PDF")
    assert clerk.get("/awards/register.pdf?year=2025").status_code == 422


def test_no_cell_of_the_spreadsheet_can_act_as_a_formula(clerk: Browser, registry: Registry) -> None:
    names = ('=HYPERLINK("http://evil")', "+1+1", "-2+3", "@SUM(A1)", "Lê Thị Ánh")
    registry.archived(*names)
    answer = clerk.get("/awards/register.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(min_row=4) for cell in row]
    assert {cell.value for cell in cells if cell.column == 2} == set(names)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert all(cell.quotePrefix for cell in cells if cell.column == 2)


def test_a_revoked_award_is_marked_in_register_and_page(clerk: Browser, registry: Registry) -> None:
    award_id = registry.archived("Lê Thị Ánh")["Lê Thị Ánh"][0]
    assert clerk.submit(f"/awards/revoke/{award_id}", reason="").status_code == 422
    answer = clerk.submit(f"/awards/revoke/{award_id}", reason="Quyết định số 300/QĐ-UBND ngày 02/02/2026")
    assert answer.status_code == 302
    assert "300/QĐ-UBND" in page(clerk, answer.location)
    assert clerk.submit(f"/awards/revoke/{award_id}", reason="Lần nữa").status_code == 409


def test_lists_cost_the_same_number_of_queries_for_one_and_for_many(
    app: Flask, clerk: Browser, registry: Registry
) -> None:
    def many(office: Chancery) -> None:
        for number in range(12):
            office.prepare(office.appraised([f"Trần Văn Số {number}"]))

    def queries() -> int:
        with counted_queries(app) as asked:
            page(clerk, "/awards")
        return len(asked)

    prepared(registry, "Lê Thị Ánh")
    queries()
    few = queries()
    registry.at_work(many)
    assert queries() == few


def test_awards_are_rows_of_their_own(registry: Registry) -> None:
    registry.archived("Lê Thị Ánh", "An Văn Bình")
    names = registry.at_work(lambda office: sorted(office.session.scalars(select(Award.recipient))))
    assert names == ["An Văn Bình", "Lê Thị Ánh"]
