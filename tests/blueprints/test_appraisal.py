"""The screens of coordinator and appraiser, as they use them."""

import re
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints.extensions import db
from dms import clock
from dms.appraisal import letter
from dms.appraisal.models import Consolidation, ConsolidationEntry, ReviewItem
from dms.dossiers.models import Dossier, Return
from dms.people import service as people
from dms.people.models import Unit
from dms.policy import Actor, Role, Status
from tests import factories as make
from tests.blueprints.helpers import Browser, counted_queries, enter, login, writing
from tests.dms.appraisal import world as desk

GOOD, BEST = {2023: "91", 2024: "91"}, {2023: "98", 2024: "98"}
ETHICS = "statement:criterion:ca-nhan-guong-mau"


@dataclass(frozen=True)
class Scene:
    """Addresses and ids: a coordinator with two submitted dossiers, an appraiser with one consolidated."""

    coordinator: str
    appraiser: str
    stranger: str
    list_id: UUID
    nominees: dict[str, UUID]
    dossiers: dict[str, UUID]


def somebody(session: Session, unit: Unit, role: Role) -> tuple[str, Actor]:
    person = make.a_person(session)
    make.a_role(session, person, unit, role)
    enter(session, person)
    return person.email, people.actor_of(session, person.id, make.NOW.date())


@pytest.fixture
def scene(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)  # the campaign's own days, whatever today is
    with writing(app) as session:
        province = make.a_province(session)
        coordinator, as_coordinator = somebody(session, province.coordinator, Role.COORDINATOR)
        appraiser, _ = somebody(session, province.appraiser, Role.APPRAISER)
        stranger, _ = somebody(session, make.a_unit(session), Role.COORDINATOR)
        first = desk.a_submitted_dossier(session, {"Phòng =SUM(A1)": GOOD}, {"Lê An": GOOD})
        second = desk.a_submitted_dossier(session, {"Phòng Nhất": BEST})
        found = desk.a_list(session, as_coordinator)
        at_work = make.a_dossier(session)
        clerk = make.clerk_of(session, at_work)
        make.proven(session, make.a_nominee(session, at_work, "Võ Bình", by=clerk, workplace="Phòng Hai"), by=clerk)
        make.a_paper(session, at_work, "to-trinh")
        at_work.status, at_work.submitted_at = Status.CONSOLIDATED, make.NOW
        at_work.status_since = at_work.appraiser_since = make.NOW
        nominees = {each.name: each.id for dossier in (first, second, at_work) for each in dossier.nominees}
        dossiers = {"first": first.id, "second": second.id, "at_work": at_work.id}
        return Scene(coordinator, appraiser, stranger, found.id, nominees, dossiers)


def words(page: bytes) -> str:
    """What stands on a page, without tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.decode())))


def chosen(app: Flask, scene: Scene) -> set[UUID]:
    with app.app_context():
        query = select(ConsolidationEntry.nominee_id).where(ConsolidationEntry.selected)
        return set(db.session.scalars(query))


def status_of(app: Flask, dossier_id: UUID) -> Status:
    with app.app_context():
        return db.session.get_one(Dossier, dossier_id).status


# --- the coordinator


@pytest.mark.rule("P21")
def test_the_coordinator_sees_every_unit_and_narrows_to_the_late(client: Browser, scene: Scene) -> None:
    login(client, scene.coordinator)
    page = client.get("/appraisal/progress")
    assert page.status_code == 200
    assert "Sở Giáo dục và Đào tạo" in words(page.data)
    assert "HS-2026-0001" in words(page.data)
    late = client.get("/appraisal/progress?show=late")
    assert "Sở Giáo dục và Đào tạo" not in words(late.data)


@pytest.mark.rule("P21")
def test_a_coordinator_of_another_unit_sees_neither_progress_nor_list(client: Browser, scene: Scene) -> None:
    login(client, scene.stranger)
    assert client.get("/appraisal/progress").status_code == 404
    for address in ("", "/list.pdf", "/list.xlsx"):
        assert client.get(f"/appraisal/consolidation/{scene.list_id}{address}").status_code == 404
    assert client.submit(f"/appraisal/consolidation/{scene.list_id}/choose").status_code == 404


@pytest.mark.rule("P19")
def test_the_list_shows_rank_score_and_quota_and_keeps_a_choice(app: Flask, client: Browser, scene: Scene) -> None:
    login(client, scene.coordinator)
    address = f"/appraisal/consolidation/{scene.list_id}"
    page = client.get(address)
    text = words(page.data)
    assert text.index("Phòng Nhất") < text.index("Phòng =SUM(A1)")
    assert "98,00" in text
    assert "0 / 10" in text
    seen = re.search(r'name="seen" value="(\d+)"', page.data.decode())
    assert seen
    answer = client.submit(f"{address}/choose", nominee=scene.nominees["Phòng Nhất"], seen=seen[1])
    assert answer.status_code == 302
    assert chosen(app, scene) == {scene.nominees["Phòng Nhất"]}
    stale = client.submit(f"{address}/choose", nominee=scene.nominees["Lê An"], seen=seen[1])
    assert stale.status_code == 409


@pytest.mark.rule("P19")
def test_a_rank_by_hand_without_a_reason_is_refused_and_with_one_is_shown(client: Browser, scene: Scene) -> None:
    login(client, scene.coordinator)
    address = f"/appraisal/consolidation/{scene.list_id}"
    place = f"{address}/nominees/{scene.nominees['Phòng =SUM(A1)']}/place"
    assert client.submit(place, rank=1, reason=" ").status_code == 422
    assert client.submit(place, rank=1, reason="Có sáng kiến cấp tỉnh").status_code == 302
    text = words(client.get(address).data)
    assert text.index("Phòng =SUM(A1)") < text.index("Phòng Nhất")
    assert "Có sáng kiến cấp tỉnh" in text


@pytest.mark.rule("P12")
def test_an_appraiser_reads_the_list_and_finds_no_button_to_change_it(client: Browser, scene: Scene) -> None:
    login(client, scene.appraiser)
    address = f"/appraisal/consolidation/{scene.list_id}"
    page = client.get(address).data.decode()
    assert "Phòng Nhất" in page
    assert f"{address}/letter" not in page
    assert "/place" not in page
    assert client.submit(f"{address}/choose-best").status_code == 403


@pytest.mark.rule("P13")
def test_the_best_are_chosen_by_one_button_and_the_letter_comes_from_the_list(
    app: Flask, client: Browser, scene: Scene
) -> None:
    login(client, scene.coordinator)
    address = f"/appraisal/consolidation/{scene.list_id}"
    client.submit(f"{address}/choose-best")
    assert len(chosen(app, scene)) == 3
    assert client.submit(f"{address}/send").status_code == 409  # no letter yet
    assert client.submit(f"{address}/letter").status_code == 302
    with app.app_context():
        found = db.session.get_one(Consolidation, scene.list_id)
        assert letter.state_of(db.session(), found) is letter.LetterState.DRAFTED
        document = letter.document_of(db.session(), found)
        assert document is not None
        assert [version.origin.value for version in document.versions] == ["drafted"]
    page = client.get(address).data.decode()
    assert "Đang chuyển dự thảo sang PDF/A" in page
    assert f"{address}/letter/sign" not in page  # only a PDF can be signed
    client.submit(f"{address}/choose", nominee=scene.nominees["Lê An"])
    with app.app_context():
        found = db.session.get_one(Consolidation, scene.list_id)
        assert letter.state_of(db.session(), found) is letter.LetterState.STALE
    assert client.submit(f"{address}/letter/sign").status_code == 409


@pytest.mark.rule("P13")
def test_the_list_leaves_as_pdf_and_as_a_table_that_computes_nothing(client: Browser, scene: Scene) -> None:
    login(client, scene.coordinator)
    pdf = client.get(f"/appraisal/consolidation/{scene.list_id}/list.pdf")
    assert pdf.data.startswith(b"%PDF-")
    table = client.get(f"/appraisal/consolidation/{scene.list_id}/list.xlsx")
    sheet = load_workbook(BytesIO(table.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[2] for row in rows[1:]] == ["Phòng Nhất", "Phòng =SUM(A1)", "Lê An"]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.rule("P12")
def test_a_return_asks_for_pieces_with_reasons_and_keeps_what_was_typed(
    app: Flask, client: Browser, scene: Scene
) -> None:
    login(client, scene.coordinator)
    address = f"/appraisal/dossiers/{scene.dossiers['first']}/return"
    assert client.get(address).status_code == 200
    refused = client.submit(address, piece="to-trinh:-", reason="Đề nghị bổ sung sớm")
    assert refused.status_code == 422
    assert "Đề nghị bổ sung sớm" in words(refused.data)
    assert re.search(r'value="to-trinh:-" checked', refused.data.decode())
    answer = client.submit(address, **{"piece": "to-trinh:-", "note-to-trinh:-": "Thiếu số và ngày", "reason": ""})
    assert answer.status_code == 302
    assert status_of(app, scene.dossiers["first"]) is Status.RETURNED
    with app.app_context():
        sent_back = db.session.scalars(select(Return)).one()
        assert [(each.requirement_code, each.note) for each in sent_back.items] == [("to-trinh", "Thiếu số và ngày")]


def test_a_refusal_needs_a_reason(app: Flask, client: Browser, scene: Scene) -> None:
    login(client, scene.coordinator)
    address = f"/appraisal/dossiers/{scene.dossiers['first']}/refuse"
    assert client.submit(address, reason="").status_code == 422
    assert client.submit(address, reason="Không thuộc đối tượng").status_code == 302
    assert status_of(app, scene.dossiers["first"]) is Status.REFUSED
    assert client.get(address).status_code == 409


# --- the appraiser


@pytest.mark.rule("P22")
def test_the_appraiser_finds_the_dossier_in_the_queue_and_its_points_on_the_review(
    client: Browser, scene: Scene
) -> None:
    login(client, scene.appraiser)
    assert f"/appraisal/dossiers/{scene.dossiers['at_work']}/review" in client.get("/appraisal/queue").data.decode()
    page = client.get(f"/appraisal/dossiers/{scene.dossiers['at_work']}/review")
    text = words(page.data)
    assert "P11" in text
    assert "Võ Bình" in text
    assert f"verdict-{scene.nominees['Võ Bình']}|{ETHICS}" in page.data.decode()


@pytest.mark.rule("P22")
def test_words_are_kept_and_a_no_without_a_reason_gives_the_page_back(
    app: Flask, client: Browser, scene: Scene
) -> None:
    login(client, scene.appraiser)
    address = f"/appraisal/dossiers/{scene.dossiers['at_work']}/review"
    name = f"{scene.nominees['Võ Bình']}|{ETHICS}"
    client.get(address)
    refused = client.submit(address, **{f"verdict-{name}": "rejected", f"comment-{name}": ""})
    assert refused.status_code == 422
    assert re.search(rf'name="verdict-{re.escape(name)}" value="rejected" checked', refused.data.decode())
    answer = client.submit(address, **{f"verdict-{name}": "rejected", f"comment-{name}": "Chưa có xác nhận"})
    assert answer.status_code == 302
    with app.app_context():
        kept = db.session.scalars(select(ReviewItem)).one()
        assert (kept.subject, kept.comment) == (ETHICS, "Chưa có xác nhận")
    prefilled = client.get(f"/appraisal/dossiers/{scene.dossiers['at_work']}/return")
    assert "Chưa có xác nhận" in words(prefilled.data)


@pytest.mark.rule("P22")
def test_a_word_that_clashes_gives_409_with_what_the_first_said_and_what_was_typed(
    app: Flask, client: Browser, scene: Scene
) -> None:
    login(client, scene.appraiser)
    address, name = f"/appraisal/dossiers/{scene.dossiers['at_work']}/review", f"{scene.nominees['Võ Bình']}|{ETHICS}"
    fresh = {f"verdict-{name}": "accepted", f"seen-{name}": 0}
    assert client.submit(address, **fresh).status_code == 302
    mine = {f"verdict-{name}": "rejected", f"comment-{name}": "Đang bị thanh tra", f"seen-{name}": 0}
    clash = client.submit(address, **mine)
    assert clash.status_code == 409
    page = clash.data.decode()
    assert 'class="clash"' in page
    assert 'value="Đang bị thanh tra"' in page
    seen = re.search(rf'name="seen-{re.escape(name)}" value="(\d+)"', page)
    assert seen
    assert client.submit(address, **mine | {f"seen-{name}": seen[1]}).status_code == 302


@pytest.mark.rule("P22")
def test_a_remark_is_kept_from_the_desk_and_reaches_the_unit_with_the_return_and_its_letter(
    app: Flask, client: Browser, scene: Scene
) -> None:
    login(client, scene.appraiser)
    dossier_id = scene.dossiers["at_work"]
    desk_page = client.get(f"/appraisal/dossiers/{dossier_id}/review").data.decode()
    version = re.search(r'name="version" value="([0-9a-f-]{36})"', desk_page)
    assert version
    place = {"version": version[1], "page": 1, "rectangle": "10,10,400,80"}
    refused = client.submit(f"/appraisal/dossiers/{dossier_id}/remarks", text="", **place)
    assert refused.status_code == 422
    told = client.submit(
        f"/appraisal/dossiers/{dossier_id}/remarks",
        headers={"Accept": "application/json"},
        text="Thiếu số ký hiệu",
        **place,
    )
    assert told.status_code == 201
    prefilled = client.get(f"/appraisal/dossiers/{dossier_id}/return").data.decode()
    assert "Trang 1: Thiếu số ký hiệu" in prefilled
    piece = {"piece": "to-trinh:-", "note-to-trinh:-": "Trang 1: Thiếu số ký hiệu"}
    assert client.submit(f"/appraisal/dossiers/{dossier_id}/return", **piece).status_code == 302
    with writing(app) as session:
        clerk = session.get_one(Dossier, dossier_id)
        person = make.a_person(session)
        make.a_role(session, person, session.get_one(Unit, clerk.unit_id), Role.CLERK)
        enter(session, person)
        address = person.email
    unit = app.test_client()
    login(unit, address)  # type: ignore[arg-type]  # the app's client class is Browser
    page = words(unit.get(f"/appraisal/dossiers/{dossier_id}/mend").data)
    assert "Công văn yêu cầu bổ sung, hoàn thiện hồ sơ đề nghị khen thưởng" in page
    assert page.count("Thiếu số ký hiệu") >= 2  # in the list and as a remark on the page


@pytest.mark.rule("P22")
def test_an_open_desk_tells_who_else_is_there_and_own_questions_are_asked(client: Browser, scene: Scene) -> None:
    login(client, scene.appraiser)
    address = f"/appraisal/dossiers/{scene.dossiers['at_work']}"
    sign = client.submit(f"{address}/looking", headers={"Accept": "application/json"})
    assert sign.json == {"others": [], "said": None}
    assert client.submit(f"{address}/left").status_code == 204
    unit = re.search(r'name="unit" value="([^"]+)"', client.get("/appraisal/questions").data.decode())
    assert unit
    empty = client.submit("/appraisal/questions", unit=unit[1], text=" ", required="1")
    assert empty.status_code == 422
    assert client.submit("/appraisal/questions", unit=unit[1], text="Đã hỏi Công an tỉnh?").status_code == 302
    assert "Đã hỏi Công an tỉnh?" in words(client.get(f"{address}/review").data)


@pytest.mark.rule("P22")
def test_common_defects_are_shown_and_leave_as_a_spreadsheet(client: Browser, scene: Scene) -> None:
    login(client, scene.appraiser)
    dossier_id = scene.dossiers["at_work"]
    client.submit(f"/appraisal/dossiers/{dossier_id}/return", **{"piece": "to-trinh:-", "note-to-trinh:-": "Bổ sung"})
    page = client.get("/appraisal/statistics")
    assert "P17" in words(page.data)
    code = re.search(r"statistics\.xlsx\?campaign=([a-z0-9-]+)", page.data.decode())
    assert code
    book = load_workbook(BytesIO(client.get(f"/appraisal/statistics.xlsx?campaign={code[1]}").data))
    assert book.active["D2"].value == 1
    assert "P17" in {row[0].value for row in book.active.iter_rows()}


@pytest.mark.rule("P22")
def test_the_term_in_working_days_stands_in_queue_desk_dossier_and_home(client: Browser, scene: Scene) -> None:
    login(client, scene.appraiser)
    dossier_id = scene.dossiers["at_work"]
    pages = ("/appraisal/queue", f"/appraisal/dossiers/{dossier_id}/review", f"/dossiers/{dossier_id}", "/work")
    assert [page for page in pages if "còn 20 ngày làm việc" not in words(client.get(page).data)] == []


@pytest.mark.rule("P22")
def test_passing_an_open_dossier_gives_the_page_back_with_all_that_is_open(
    app: Flask, client: Browser, scene: Scene
) -> None:
    login(client, scene.appraiser)
    address = f"/appraisal/dossiers/{scene.dossiers['at_work']}"
    client.get(f"{address}/review")
    answer = client.submit(f"{address}/pass")
    assert answer.status_code == 422
    assert answer.data.decode().count("#point-") > 5
    assert status_of(app, scene.dossiers["at_work"]) is Status.CONSOLIDATED


@pytest.mark.rule("P22")
def test_nobody_else_gets_to_the_appraisers_desk(app: Flask, client: Browser, scene: Scene) -> None:
    login(client, scene.coordinator)
    address = f"/appraisal/dossiers/{scene.dossiers['at_work']}"
    assert client.get(f"{address}/review").status_code == 403
    assert client.submit(f"{address}/pass").status_code == 403
    outside = app.test_client()
    login(outside, scene.stranger)  # type: ignore[arg-type]  # the app's client class is Browser
    assert outside.get(f"{address}/review").status_code == 404


@pytest.mark.rule("P21")
def test_the_progress_page_asks_the_same_of_the_database_for_many_units(
    app: Flask, client: Browser, scene: Scene
) -> None:
    login(client, scene.coordinator)
    client.get("/appraisal/progress")
    with counted_queries(app) as few:
        client.get("/appraisal/progress")
    with writing(app) as session:
        for _ in range(60):
            make.a_unit(session)
    with counted_queries(app) as many:
        client.get("/appraisal/progress")
    assert len(many) == len(few)
