"""Revising campaigns on the screens: the editor, the preview, two people at once, a unit's own campaign, closing."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints.extensions import db
from dms.campaigns import service
from dms.policy import SYSTEM
from tests import factories as make
from tests.blueprints.helpers import Browser, World, login, writing

CODE = "vinh-long-chuyen-doi-so-2023-2025"
EDITOR, REVISE = f"/campaigns/{CODE}/edit", f"/campaigns/{CODE}/revise"
_FIELD = re.compile(r"<(input|textarea|select)\b([^>]*)>(?:(.*?)</\1>)?", re.DOTALL)


def attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's last form, if nothing were changed in it."""
    sent: dict[str, str] = {}
    for kind, tag, inside in _FIELD.findall(page):
        known = attributes(tag)
        name = known.get("name", "")
        if not name or known.get("type") in ("file", "submit") or ("checkbox" in tag and " checked" not in tag):
            continue
        value = known.get("value", "")
        if kind == "textarea":
            value = html.unescape(inside).removeprefix("\r\n").removeprefix("\n")
        if kind == "select":
            chosen = re.search(r"<option selected value=\"([^\"]*)\"", inside) or re.search(
                r"<option value=\"([^\"]*)\"", inside
            )
            value = html.unescape(chosen[1]) if chosen else ""
        sent[name] = value
    return sent


@pytest.fixture
def plan(app: Flask, world: World) -> str:
    with writing(app) as session:
        make.a_province(session)
        return make.a_campaign(session).source


@pytest.fixture
def administrator(app: Flask, client: Browser, world: World, plan: str) -> FlaskClient:
    login(client, world.administrator)
    return client


def newest(app: Flask) -> Any:
    with app.app_context():
        found = service.latest(db.session(), CODE)
        return found.number, found.digest, found.reason, found.author_name, service.spec_of(found)


def published(client: Browser, page: str, **more: str) -> Any:
    return client.submit(REVISE, **(fields_of(page) | {"reason": "Quyết định số 12/QĐ-UBND", "act": "publish"} | more))


def test_the_editor_without_a_change_writes_the_same_content(app: Flask, administrator: Browser) -> None:
    answer = administrator.submit(EDITOR, **fields_of(administrator.get(EDITOR).get_data(as_text=True)))
    assert answer.status_code == 422
    assert "giống hệt bản sửa đổi số 1" in html.unescape(answer.get_data(as_text=True))
    assert newest(app)[0] == 1


def test_what_the_editor_changes_is_shown_in_words_and_then_published_with_its_reason(
    app: Flask, administrator: Browser
) -> None:
    form = fields_of(administrator.get(EDITOR).get_data(as_text=True))
    form |= {"schemes-2-deadlines-0-before": "2026-01-15", "schemes-2-quotas-0-limit": "12"}
    form |= {"schemes-2-criteria-5-percent": "92,5", "schemes-2-papers-1-optional": "y"}
    page = html.unescape(administrator.submit(EDITOR, **form).get_data(as_text=True))
    assert re.search(r"<del>10/01/2026</del>.*<ins>15/01/2026</ins>", page)
    assert re.search(r"<del>90</del>.*<ins>92,5</ins>", page)
    assert re.search(r"<del>không</del>.*<ins>có</ins>", page)
    assert published(administrator, page).status_code == 302
    number, _digest, reason, author, spec = newest(app)
    assert (number, reason, author) == (2, "Quyết định số 12/QĐ-UBND", "Lê Quản Trị")
    assert spec.schemes[2].nominees[0].quota.limit == 12
    with app.app_context():
        source = service.latest(db.session(), CODE).source
    assert "# P04; P13: at most 10 and 15 in the whole province" in source  # whoever wrote the file finds it again


def test_a_criterion_and_a_paper_that_are_new_or_taken_out_reach_the_file(app: Flask, administrator: Browser) -> None:
    form = fields_of(administrator.get(EDITOR).get_data(as_text=True))
    form |= {"schemes-2-added-criterion": "Có sáng kiến", "schemes-2-added-paper": "Bản xác nhận"}
    form |= {"schemes-2-added-rule": "P10", "schemes-2-added-place": "Mục III.2", "schemes-2-criteria-1-remove": "y"}
    page = administrator.submit(EDITOR, **form).get_data(as_text=True)
    assert published(administrator, page).status_code == 302
    scheme = newest(app)[4].schemes[2]
    assert [each.id for each in scheme.criteria][-1] == "co-sang-kien"
    assert "tap-the-guong-mau" not in {each.id for each in scheme.criteria}
    assert scheme.requirement("ban-xac-nhan").title == "Bản xác nhận"


def test_a_revision_without_a_reason_gives_its_text_back(administrator: Browser, plan: str) -> None:
    page = administrator.get(REVISE).get_data(as_text=True)
    changed = plan.replace("Phòng VHXH", "Phòng Văn hóa")
    answer = published(administrator, page, text=changed, reason="")
    assert answer.status_code == 422
    assert "Phòng Văn hóa" in html.unescape(answer.get_data(as_text=True))


def test_every_mistake_of_a_text_is_told_with_its_line_and_the_word_that_was_meant(
    administrator: Browser, plan: str
) -> None:
    wrong = plan.replace("late: flag", "late: flagg", 1).replace("unit: coordinator", "unit: coordinater", 1)
    page = administrator.get(REVISE).get_data(as_text=True)
    answer = administrator.submit(REVISE, **(fields_of(page) | {"text": wrong, "act": "preview"}))
    told = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "“flag”?" in told
    assert "“coordinator”?" in told


def test_the_slower_of_two_is_told_what_the_other_changed_and_keeps_the_text(
    app: Flask, administrator: Browser, plan: str
) -> None:
    page = administrator.get(REVISE).get_data(as_text=True)
    with writing(app) as session:
        other = plan.replace("before: 2026-01-10", "before: 2026-01-12")
        service.accept(session, other, filename="x", by=SYSTEM, now=make.NOW, reason="Gia hạn")
    answer = published(administrator, page, text=plan.replace("Phòng VHXH", "Phòng Văn hóa"))
    told = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert re.search(r"<del>10/01/2026</del>.*<ins>12/01/2026</ins>", told)
    assert "Phòng Văn hóa" in told
    assert newest(app)[0] == 2


def test_the_preview_counts_dossiers_that_the_reviser_may_not_open_and_does_not_name_them(
    app: Flask, administrator: Browser, plan: str
) -> None:
    with writing(app) as session:
        dossier = make.a_dossier(session, revision=service.latest(session, CODE))
        make.a_nominee(session, dossier, "Trần Thị Bí Mật")
        code = dossier.code
    page = administrator.get(REVISE).get_data(as_text=True)
    strict = plan.replace("            - {action: approval, position: council_secretary}\n", "", 1)
    strict = strict.replace("council: {required: true, after_period: true}", "council: {required: false}")
    answer = administrator.submit(REVISE, **(fields_of(page) | {"text": strict, "act": "preview"}))
    told = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 200, told
    assert "Hồ sơ bạn không có quyền xem" in told
    assert code not in told
    assert "Bí Mật" not in told
    assert "chưa có người đảm nhiệm" in told


def test_a_clerk_of_another_unit_can_neither_revise_nor_close(client: Browser, world: World, plan: str) -> None:
    login(client, world.clerk)
    assert client.get(EDITOR).status_code == 403
    assert client.submit(f"/campaigns/{CODE}/close", reason="Thử").status_code == 403
    assert 'href="/campaigns' + f"/{CODE}/edit" not in client.get(f"/campaigns/{CODE}").get_data(as_text=True)


@pytest.mark.rule("P23")
def test_a_unit_opens_its_own_campaign_under_the_provinces_and_revises_it(
    app: Flask, client: Browser, world: World, plan: str
) -> None:
    login(client, world.clerk)
    form = fields_of(client.get(f"/campaigns/{CODE}/own").get_data(as_text=True))
    form |= {"title": "Thi đua chuyển đổi số năm 2025 của Sở", "code": "giay-khen-so-thu-2025", "before": "2025-12-10"}
    answer = client.submit(f"/campaigns/{CODE}/own", **form)
    assert answer.status_code == 302, html.unescape(answer.get_data(as_text=True))
    assert client.get(answer.location).status_code == 200
    with app.app_context():
        spec = service.spec_of(service.latest(db.session(), "giay-khen-so-thu-2025"))
    assert (spec.parent.campaign, spec.issuing_unit) == (CODE, "don-vi-thu")
    assert client.submit(f"/campaigns/{CODE}/own", **form).status_code == 422  # the code is taken


def test_a_closed_campaign_takes_no_new_dossiers_until_it_is_reopened(
    app: Flask, administrator: Browser, world: World
) -> None:
    administrator.submit(f"/campaigns/{CODE}/close", reason="Đã tổng kết")
    assert "Đã tổng kết" in html.unescape(administrator.get(f"/campaigns/{CODE}").get_data(as_text=True))
    with app.app_context():
        assert service.list_latest(db.session(), only_open=True) == []
    administrator.submit(f"/campaigns/{CODE}/reopen", reason="Gia hạn theo Quyết định số 5")
    with app.app_context():
        assert len(service.list_latest(db.session(), only_open=True)) == 1


def test_what_changed_between_two_revisions_can_be_read_by_everybody(
    app: Flask, client: Browser, world: World, plan: str
) -> None:
    with writing(app) as session:
        other = plan.replace("limit: 10,", "limit: 11,")
        service.accept(session, other, filename="x", by=SYSTEM, now=make.NOW, reason="Bổ sung chỉ tiêu")
    login(client, world.clerk)
    page = html.unescape(client.get(f"/campaigns/{CODE}/changes/1/2").get_data(as_text=True))
    assert "Bổ sung chỉ tiêu" in page
    assert re.search(r"Số lượng.*<del>10</del>.*<ins>11</ins>", page, re.DOTALL)


def test_a_dossier_shows_the_law_of_its_day_and_what_was_not_in_force(
    app: Flask, client: Browser, world: World, plan: str
) -> None:
    with writing(app) as session:
        clerk = make.people.actor_of(session, world.clerk_id, make.NOW.date())
        unit = make.people.get_unit(session, world.unit_id)
        dossier = make.a_dossier(session, unit=unit, revision=service.latest(session, CODE), by=clerk)
        dossier.submitted_at = make.NOW
        address = f"/dossiers/{dossier.id}"
    login(client, world.clerk)
    page = html.unescape(client.get(address).get_data(as_text=True))
    law, _, later = page.partition('id="law"')[2].partition("Không có hiệu lực vào ngày đó (1)")
    assert "ngày 05/01/2026 là ngày nộp hồ sơ, theo bản sửa đổi số 1" in law
    assert "Nghị định số 152/2025/NĐ-CP" in law
    assert "Nghị định số 98/2023/NĐ-CP" in later
