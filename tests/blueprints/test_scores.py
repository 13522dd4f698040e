"""The screens of index scores, and of the evidence of a nominee."""

import io
import re
from typing import Any

import pytest
from flask import Flask

from blueprints import jobs
from dms.campaigns.vocabulary import NomineeKind
from dms.people.models import Unit
from dms.policy import Role
from tests.blueprints.helpers import Browser, World, enter, login, writing
from tests.factories import a_dossier, a_nominee, a_person, a_province, a_role

PAPER = {"paper_number": "318/QĐ-UBND", "paper_issued_on": "2025-12-20", "paper_issuer": "Chủ tịch UBND tỉnh"}
TABLE = "Mã;Đơn vị;Năm;Điểm\ndon-vi-thu;;2023;95\ndon-vi-thu;;2024;90,5\n"


@pytest.fixture
def coordinator(app: Flask, world: World) -> str:
    with writing(app) as session:
        person = a_person(session, "Phạm Điều Phối")
        a_role(session, person, a_province(session).coordinator, Role.COORDINATOR)
        return enter(session, person).email


def send(client: Browser, words: str, name: str = "diem.csv", **more: str) -> Any:
    client.get("/scores/imports/new")
    data = {"csrf_token": client.token, "file": (io.BytesIO(words.encode()), name), **PAPER, **more}
    return client.post("/scores/imports/new", data=data, content_type="multipart/form-data")


def test_a_table_is_shown_before_it_changes_anything_and_can_be_undone(
    app: Flask, client: Browser, world: World, coordinator: str
) -> None:
    login(client, coordinator)
    place = send(client, TABLE).location
    page = client.get(place).text
    assert "Những gì sẽ thay đổi" in page
    assert "số ghi bằng dấu phẩy" in page
    assert "Năm này chưa có điểm nào" in client.get("/scores/?year=2024").text
    assert "Đã ghi nhận điểm." in client.get(client.submit(f"{place}/apply").location).text
    jobs.run_waiting(app)
    shown = client.get("/scores/?year=2024").text
    assert "90,5" in shown
    assert "<svg" in shown
    unit = client.get(f"/scores/units/{world.unit_id}").text
    assert unit.count('<rect class="chart-bar') == 2
    assert "318/QĐ-UBND ngày 20/12/2025" in unit
    assert "style=" not in re.search(r"<figure.*?</figure>", unit, re.DOTALL)[0]
    client.submit(f"{place}/undo")
    assert "đã hoàn tác" in client.get(f"/scores/units/{world.unit_id}").text
    assert "SHA-256" in client.get("/scores/imports").text


def test_a_bad_line_says_what_to_do_and_a_file_that_is_no_table_gives_the_form_back(
    client: Browser, coordinator: str
) -> None:
    login(client, coordinator)
    page = client.get(send(client, TABLE + ";Sở Giáo dục;2024;101\n").location).text
    assert "Không có đơn vị nào tên “Sở Giáo dục”" in page
    assert "Có phải là: Sở Giáo dục và Đào tạo" in page
    answer = send(client, "chào", paper_number="9/QĐ")
    assert answer.status_code == 422
    assert "Không tìm thấy dòng tiêu đề" in answer.text
    assert 'value="9/QĐ"' in answer.text


@pytest.mark.parametrize("address", ["/scores/imports", "/scores/imports/new"])
def test_a_clerk_may_not_import(client: Browser, world: World, address: str) -> None:
    login(client, world.clerk)
    assert client.get(address).status_code == 403
    assert "Nhập bảng điểm" not in client.get("/scores/").text


def test_a_clerk_sees_no_scores_of_another_unit(app: Flask, client: Browser, world: World) -> None:
    with writing(app) as session:
        other = a_province(session).coordinator.id
    login(client, world.clerk)
    assert client.get(f"/scores/units/{world.unit_id}").status_code == 200
    assert client.get(f"/scores/units/{other}").status_code == 403


def test_evidence_of_years_is_entered_beside_the_words_of_the_rule(app: Flask, client: Browser, world: World) -> None:
    with writing(app) as session:
        dossier = a_dossier(session, unit=session.get_one(Unit, world.unit_id))
        nominee = a_nominee(session, dossier, "Phòng Giáo dục", kind=NomineeKind.COLLECTIVE)
        address = f"/dossiers/{dossier.id}/nominees/{nominee.id}/criteria"
        head = f"/dossiers/{dossier.id}/head-criteria"
    login(client, world.clerk)
    page = client.get(address).text
    assert "Hoàn thành 100% nhiệm vụ, đảm bảo chất lượng" in page
    assert "Chưa có điểm đã phê duyệt của đơn vị" in page
    fields = filled(page) | {f"plans-{n}-percent": "100" for n in range(3)}
    fields |= {f"plans-{n}-on_schedule": "yes" for n in range(3)} | {"years-0-reached": "yes"}
    bad = client.submit(address, **(fields | {"years-0-paper_number": "15/KH"}))
    assert bad.status_code == 422
    assert "cần cả số và ngày" in bad.text
    assert 'value="15/KH"' in bad.text
    good = {"years-0-paper_number": "15/KH", "years-0-paper_issued_on": "01/02/2023"}
    assert client.submit(address, **(fields | good)).status_code == 302
    again = client.get(address).text
    assert "rule-verdict is-met" in again
    assert 'value="15/KH"' in again
    assert client.submit(head, none="y").status_code == 422


def filled(page: str) -> dict[str, str]:
    """What the form already says."""
    inputs = re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', page)
    return {name: value for name, value in inputs if name != "csrf_token"}
