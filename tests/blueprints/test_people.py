"""The administrator's screens, and the head's delegations."""

import io
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from blueprints.extensions import db
from dms import audit, clock
from dms.audit import Trail
from dms.people import service
from dms.people.models import Person, Unit
from dms.policy import Mandate, PositionKind, Role
from dms.scope import Scope
from tests.blueprints.helpers import PASSWORD, Browser, World, enter, login, writing
from tests.factories import a_person, a_role, a_unit, an_appointment
from tests.samples import pdf

TODAY = clock.day_of(clock.now())
PAPER = {"paper_number": "12/NQ-HĐND", "paper_issued_on": "2024-12-01", "paper_issuer": "HĐND tỉnh Vĩnh Long"}
ADDRESSES = ["/people/units", "/people/units/new", "/people/", "/people/new"]
A_UNIT = {
    "unit_code": "so-khcn",
    "kind": "provincial_department",
    "name": "Sở Khoa học và Công nghệ",
    "symbol": "SKHCN",
    "place": "Vĩnh Long",
    "superior": "",
    "valid_from": "2025-03-01",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_clerk_may_not_administer(client: Browser, world: World, address: str) -> None:
    login(client, world.clerk)
    answer = client.get(address)
    assert answer.status_code == 403
    assert "Chức trách của bạn không được thực hiện việc này" in answer.text


def test_a_clerk_cannot_take_a_role_by_sending_the_form(app: Flask, client: Browser, world: World) -> None:
    login(client, world.clerk)
    fields = {"person_id": world.clerk_id, "role": "administrator", "valid_from": "2020-01-01"}
    assert client.submit(f"/people/units/{world.unit_id}/roles/new", **fields).status_code == 403
    assert not actor(app, world.clerk_id).has_role(Role.ADMINISTRATOR)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_administrator_sees_every_screen(client: Browser, world: World, address: str) -> None:
    login(client, world.administrator)
    assert client.get(address).status_code == 200


def actor(app: Flask, person_id: UUID) -> service.Actor:
    with app.app_context():
        return service.actor_of(db.session(), person_id, TODAY)


def tags(app: Flask, subject: str, subject_id: UUID) -> list[str]:
    with app.app_context():
        return [event.tag for event in audit.events(db.session(), Trail(subject, subject_id))]


# --- Units


def test_a_unit_is_entered_and_shown(client: Browser, world: World) -> None:
    login(client, world.administrator)
    answer = client.submit("/people/units/new", **A_UNIT)
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "Sở Khoa học và Công nghệ" in page
    assert "Nhập cơ quan, đơn vị" in page


def test_a_code_that_is_taken_gives_the_form_back_with_all_that_was_typed(client: Browser, world: World) -> None:
    login(client, world.administrator)
    answer = client.submit("/people/units/new", **(A_UNIT | {"unit_code": "don-vi-thu"}))
    assert answer.status_code == 422
    assert "Mã “don-vi-thu” đã được dùng" in answer.text
    assert 'value="Sở Khoa học và Công nghệ"' in answer.text


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (("name", ""), "Vui lòng nhập mục này"),
        (("unit_code", "Sở KH"), "Chỉ gồm chữ thường"),
        (("valid_from", "31/02/2025"), "Ngày không hợp lệ"),
        (("valid_from", ""), "Vui lòng nhập mục này"),
        (("kind", "kingdom"), "Hãy chọn một mục trong danh sách"),
    ],
)
def test_each_mistake_is_told_at_its_field(client: Browser, world: World, mistake: tuple[str, str], words: str) -> None:
    field, value = mistake
    login(client, world.administrator)
    answer = client.submit("/people/units/new", **(A_UNIT | {field: value}))
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">.*?{words}', answer.text, re.DOTALL)


def test_a_day_may_be_typed_the_vietnamese_way(client: Browser, world: World) -> None:
    login(client, world.administrator)
    answer = client.submit("/people/units/new", **(A_UNIT | {"valid_from": "01/03/2025"}))
    assert "từ" in client.get(answer.location).text
    assert "01/03/2025" in client.get(answer.location).text


def test_a_new_name_leaves_the_old_one_to_older_papers(app: Flask, client: Browser, world: World) -> None:
    login(client, world.administrator)
    fields = {"name": "Sở Giáo dục", "symbol": "SGD", "place": "Vĩnh Long", "valid_from": "2026-01-01"}
    client.submit(f"/people/units/{world.unit_id}/names/new", **fields, **PAPER)
    with app.app_context():
        session = db.session()
        assert service.name_on(session, world.unit_id, date(2025, 12, 31)).name == "Sở Giáo dục và Đào tạo"
        assert service.name_on(session, world.unit_id, date(2026, 1, 1)).name == "Sở Giáo dục"


def test_duties_pass_to_the_successor_whose_people_then_hold_the_old_seats(
    app: Flask, client: Browser, world: World
) -> None:
    with writing(app) as session:
        heir, boss = a_unit(session), a_person(session)
        an_appointment(session, boss, heir, PositionKind.HEAD)
        heir_id, boss_id = heir.id, boss.id
    login(client, world.administrator)
    address = f"/people/units/{world.unit_id}/successions/new"
    client.get(address)
    assert client.submit(address, successor_id=heir_id, kind="merged", on=TODAY.isoformat(), **PAPER).status_code == 302
    assert (PositionKind.HEAD, world.unit_id) in actor(app, boss_id).seats
    assert "unit:succession:add" in tags(app, "unit", heir_id)


def test_units_cannot_succeed_each_other_in_a_circle(app: Flask, client: Browser, world: World) -> None:
    with writing(app) as session:
        other_id = a_unit(session).id
    login(client, world.administrator)
    terms = {"kind": "transferred", "on": "2025-01-01", **PAPER}
    client.submit(f"/people/units/{world.unit_id}/successions/new", successor_id=other_id, **terms)
    answer = client.submit(f"/people/units/{other_id}/successions/new", successor_id=world.unit_id, **terms)
    assert answer.status_code == 422
    assert "vòng lặp" in answer.text


def test_a_change_without_its_deciding_paper_gives_the_form_back(app: Flask, client: Browser, world: World) -> None:
    with writing(app) as session:
        heir_id = a_unit(session).id
    login(client, world.administrator)
    terms = {"successor_id": heir_id, "kind": "merged", "on": "2025-01-01", **PAPER, "paper_issued_on": "02/01/2025"}
    answer = client.submit(f"/people/units/{world.unit_id}/successions/new", **terms)
    assert answer.status_code == 422
    assert re.search(r'id="paper_issued_on-error">.*?ban hành ngày 02/01/2025', answer.text, re.DOTALL)
    assert 'value="12/NQ-HĐND"' in answer.text


def test_the_tree_of_a_day_shows_units_under_their_names_of_that_day(client: Browser, world: World) -> None:
    login(client, world.administrator)
    fields = {"name": "Sở Giáo dục", "symbol": "SGD", "place": "Vĩnh Long", "valid_from": "2025-03-01"}
    client.submit(f"/people/units/{world.unit_id}/names/new", **fields, **PAPER)
    before, after = (client.get(f"/people/tree?on=2025-{day}").text for day in ("02-28", "03-01"))
    assert ">Sở Giáo dục và Đào tạo</a>" in before
    assert ">Sở Giáo dục</a>" in after
    assert ">Sở Giáo dục và Đào tạo</a>" not in after
    assert client.get("/people/tree?on=yesterday").status_code == 200


def test_a_unit_is_put_under_another_and_ends(client: Browser, world: World, app: Flask) -> None:
    with writing(app) as session:
        committee_id, unit_id = a_unit(session, name="UBND tỉnh thử").id, a_unit(session).id
    login(client, world.administrator)
    address = f"/people/units/{unit_id}"
    moved = client.submit(f"{address}/superiors/new", superior_id=committee_id, on="2025-01-01", **PAPER)
    assert "UBND tỉnh thử" in client.get(moved.location).text
    ended = client.submit(f"{address}/end", on=TODAY.isoformat(), **PAPER)
    page = client.get(ended.location).text
    assert "Giải thể, kết thúc hoạt động" in page
    assert "12/NQ-HĐND" in page
    again = client.submit(f"{address}/end", on=TODAY.isoformat(), **PAPER)
    assert again.status_code == 422


def test_units_join_an_emulation_block_and_leave_it(client: Browser, world: World) -> None:
    name = ">Sở Giáo dục và Đào tạo</a>"
    login(client, world.administrator)
    fields = {"name": "Khối các sở", "block_code": "khoi-so", "valid_from": "2025-01-01", **PAPER}
    place = client.submit("/people/blocks/new", **fields).location
    assert client.submit(f"{place}/join", unit_ids=world.unit_id, valid_from="2025-01-01").status_code == 302
    assert name in client.get("/people/blocks?on=2025-01-01").text
    assert name not in client.get("/people/blocks?on=2024-12-31").text
    page = client.get(place).text
    ending = re.search(r'action="(/people/blocks/memberships/[^"]+)"', page)
    assert ending
    client.submit(ending[1], on="2025-06-01")
    assert name not in client.get("/people/blocks?on=2025-06-01").text


# --- People, seats, roles


def test_a_role_opens_what_it_should_and_is_told_in_both_chains(app: Flask, client: Browser, world: World) -> None:
    login(client, world.administrator)
    fields = {"person_id": world.head_id, "role": "archivist", "valid_from": "2025-01-01"}
    assert client.submit(f"/people/units/{world.unit_id}/roles/new", **fields).status_code == 302
    assert actor(app, world.head_id).has_role(Role.ARCHIVIST)
    assert tags(app, "person", world.head_id) == ["person:role:grant"]
    assert tags(app, "unit", world.unit_id) == ["unit:role:grant"]
    again = client.submit(f"/people/units/{world.unit_id}/roles/new", **fields)
    assert "đã có vai trò này" in again.text


def test_an_ended_appointment_no_longer_signs(app: Flask, client: Browser, world: World) -> None:
    with writing(app) as session:
        person, unit = a_person(session), a_unit(session)
        appointment_id = an_appointment(session, person, unit, PositionKind.HEAD).id
        person_id, unit_id = person.id, unit.id
    login(client, world.administrator)
    assert actor(app, person_id).seats == {(PositionKind.HEAD, unit_id)}
    client.submit(f"/people/appointments/{appointment_id}/end", on=TODAY.isoformat())
    assert actor(app, person_id).seats == set()


def test_nobody_takes_the_administrators_role_from_themselves(app: Flask, client: Browser, world: World) -> None:
    with app.app_context():
        from dms.people import administration

        session = db.session()
        person = administration.person_by_email(session, world.administrator)
        grant_id = administration.grants_of(session, person_id=person.id)[0].id  # type: ignore[union-attr]
    login(client, world.administrator)
    answer = client.submit(f"/people/roles/{grant_id}/end", on=TODAY.isoformat())
    assert answer.status_code == 422
    assert "không thể tự thu hồi" in answer.text


def test_people_are_found_without_diacritics(client: Browser, world: World) -> None:
    login(client, world.administrator)
    page = client.get("/people/?q=hong nhung").text
    assert "Nguyễn Thị Hồng Nhung" in page
    assert "Trần Văn Bình" not in page
    assert "Không tìm thấy ai" in client.get("/people/?q=khong-co-ai").text


# --- Log-ins


def given_password(page: str) -> str:
    found = re.search(r'id="password">([^<]+)<', page)
    assert found
    return found[1]


def test_a_new_log_in_has_a_password_for_one_use_shown_once(app: Flask, client: Browser, world: World) -> None:
    login(client, world.administrator)
    person_id = client.submit("/people/new", full_name="Phạm Thu Hà", email="ha@example.vn").location.rpartition("/")[2]
    shown = client.submit(f"/people/{person_id}/account")
    assert shown.headers["Cache-Control"] == "no-store"
    password = given_password(shown.text)
    assert password not in client.get(f"/people/{person_id}").text
    newcomer = app.test_client()
    assert login(newcomer, "ha@example.vn", password).status_code == 302
    assert newcomer.get("/work").location == "/change"


def test_a_closed_log_in_ends_open_sessions(app: Flask, client: Browser, world: World) -> None:
    clerk = app.test_client()
    login(clerk, world.clerk)
    login(client, world.administrator)
    account_id = account_of(client, world.clerk_id)
    client.submit(f"/people/accounts/{account_id}/close")
    assert clerk.get("/work").status_code == 302
    client.submit(f"/people/accounts/{account_id}/reopen")
    assert login(clerk, world.clerk).location == "/work"


def test_a_reset_password_replaces_the_old_one_and_ends_open_sessions(
    app: Flask, client: Browser, world: World
) -> None:
    clerk = app.test_client()
    login(clerk, world.clerk)
    login(client, world.administrator)
    shown = client.submit(f"/people/accounts/{account_of(client, world.clerk_id)}/password")
    assert clerk.get("/work").status_code == 302
    assert login(clerk, world.clerk, PASSWORD).status_code == 200
    assert login(clerk, world.clerk, given_password(shown.text)).status_code == 302


def account_of(client: Browser, person_id: UUID) -> str:
    found = re.search(r"/people/accounts/([0-9a-f-]+)/", client.get(f"/people/{person_id}").text)
    assert found
    return found[1]


# --- Delegations


@pytest.fixture
def deputy_id(app: Flask, world: World) -> UUID:
    """A deputy of the unit, with a log-in."""
    with writing(app) as session:
        person = a_person(session, "Phạm Văn Đức")
        an_appointment(session, person, session.get_one(Unit, world.unit_id), PositionKind.DEPUTY_HEAD)
        enter(session, person)
        return person.id


def given(world: World, delegate_id: UUID, **changed: Any) -> dict[str, Any]:
    return {
        "unit_id": world.unit_id,
        "delegate_id": delegate_id,
        "capacity": "kt",
        "basis": "Quyết định phân công công việc",
        "paper_number": "12/QĐ-SGDĐT",
        "paper_issued_on": TODAY.isoformat(),
        "paper_issuer": "Sở Giáo dục và Đào tạo",
        "valid_from": TODAY.isoformat(),
        "valid_to": (TODAY + timedelta(days=7)).isoformat(),
    } | changed


@pytest.mark.rule("P25")
def test_a_head_delegates_for_a_time_and_ends_it(app: Flask, client: Browser, world: World, deputy_id: UUID) -> None:
    login(client, world.head)
    offered = client.get("/delegations/new").text
    assert "Phạm Văn Đức – Phó Giám đốc" in offered
    assert "Nguyễn Thị Hồng Nhung" not in offered  # a clerk signs for nobody
    fields = given(world, deputy_id, document_kinds="submission_letter")
    assert client.submit("/delegations/new", **fields).status_code == 302
    scope = Scope(document_kinds=frozenset({"submission_letter"}))
    assert actor(app, deputy_id).mandates == {Mandate(PositionKind.HEAD, world.unit_id, scope)}
    page = client.get("/delegations/").text
    assert "Phạm Văn Đức" in page
    assert "12/QĐ-SGDĐT" in page
    assert "Tờ trình" in page
    found = re.search(r"/delegations/([0-9a-f-]+)/revoke", page)
    assert found
    client.submit(f"/delegations/{found[1]}/revoke")
    assert actor(app, deputy_id).mandates == frozenset()


@pytest.mark.rule("P25")
def test_a_delegation_without_its_paper_gives_the_form_back_with_the_reason(
    client: Browser, world: World, deputy_id: UUID
) -> None:
    login(client, world.head)
    client.get("/delegations/new")
    answer = client.submit("/delegations/new", **given(world, deputy_id, paper_number=""))
    assert answer.status_code == 422
    assert "Chưa đủ thông tin về văn bản ủy quyền" in answer.text
    assert "Quyết định phân công công việc" in answer.text


@pytest.mark.rule("P25")
def test_the_paper_sent_along_is_kept_and_read_by_head_and_delegate_only(
    app: Flask, world: World, deputy_id: UUID
) -> None:
    head = app.test_client()
    login(head, world.head)
    head.get("/delegations/new")
    fields = given(world, deputy_id, paper_number="", paper_issuer="", csrf_token=head.token)
    fields |= {"file": (io.BytesIO(pdf("Quyết định phân công")), "quyet-dinh.pdf")}
    fields = {key: value if key == "file" else str(value) for key, value in fields.items()}
    assert head.post("/delegations/new", data=fields, content_type="multipart/form-data").status_code == 302
    found = re.search(r'href="(/documents/[0-9a-f-]+)"', head.get("/delegations/").text)
    assert found
    with app.app_context():
        deputy = db.session().get_one(Person, deputy_id).email
    for who, status in ((world.head, 200), (deputy, 200), (world.clerk, 404)):
        reader = app.test_client()
        login(reader, who)
        assert reader.get(found[1]).status_code == status


def test_who_is_away_says_so_and_comes_back(app: Flask, client: Browser, world: World, deputy_id: UUID) -> None:
    login(client, world.head)
    client.get("/delegations/absences/new")
    days = {"valid_from": TODAY.isoformat(), "valid_to": (TODAY + timedelta(days=3)).isoformat()}
    assert client.submit("/delegations/absences/new", stand_in_id=deputy_id, **days).status_code == 302
    page = client.get("/delegations/").text
    assert "Phạm Văn Đức trực thay" in page
    found = re.search(r"/delegations/absences/([0-9a-f-]+)/cancel", page)
    assert found
    client.submit(f"/delegations/absences/{found[1]}/cancel")
    assert "trực thay" not in client.get("/delegations/").text


@pytest.mark.rule("P25")
def test_who_is_no_head_has_nobody_to_delegate_for(client: Browser, world: World) -> None:
    login(client, world.clerk)
    assert "Chỉ người đứng đầu" in client.get("/delegations/").text
    assert client.submit("/delegations/new", unit_id=world.unit_id).status_code == 422


def test_lists_of_people_cost_the_same_queries_however_long(app: Flask, client: Browser, world: World) -> None:
    from tests.blueprints.helpers import counted_queries

    login(client, world.administrator)
    with counted_queries(app) as few:
        client.get(f"/people/units/{world.unit_id}")
    with writing(app) as session:
        from dms.people.models import Unit

        unit = session.get_one(Unit, world.unit_id)
        for _ in range(10):
            person = a_person(session)
            an_appointment(session, person, unit, PositionKind.SPECIALIST)
            a_role(session, person, unit, Role.CLERK)
    with counted_queries(app) as many:
        client.get(f"/people/units/{world.unit_id}")
    assert len(many) == len(few)
