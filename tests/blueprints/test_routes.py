"""A paper's route on the screen: the timeline, calling back, skipping, giving away, notices, and who came too late."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from blueprints.extensions import db
from dms import clock, handlers
from dms.campaigns.parts import Stage, Step
from dms.people import absences
from dms.signing import placement
from dms.signing.models import SigningRoute
from tests.blueprints.helpers import Browser, counted_queries, enter, login, writing
from tests.blueprints.test_signing import House, Paper, shown_on, trusting, words
from tests.dms.signing.office import COUNCIL, HEAD_ONLY, INITIALS, Office, P, minutes
from tests.factories import a_person
from tests.pki import Pki

TWO_HANDS = Stage(
    code="ky-nhay",
    title="Ký nháy",
    skippable=True,
    due_days=2,
    steps=(Step(action=INITIALS, position=P.SPECIALIST), Step(action=INITIALS, position=P.DEPUTY_HEAD)),
)
BACK = HEAD_ONLY[0].model_copy(update={"on_refuse": "ky-nhay"})
WAY = (TWO_HANDS, BACK)


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki) -> Iterator[Flask]:
    """The app with keys and an authority that answers."""
    app = make_app(**trusting(pki))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


def sent(house: House, by: str, stages: tuple[Stage, ...] = WAY, content: bytes | None = None) -> Paper:
    """A paper that somebody of the house has sent to its signers."""
    with writing(house.app) as session:
        office = house.in_office(session)
        document = office.paper(content)
        plan = office.plan(document, stages, place="HS-2026-0007")
        given = {"by": office.actor(by), "now": clock.now()}
        return Paper(placement.start(session, office.desk, document, plan, **given))


def step_id(paper: Paper, position: P) -> UUID:
    return next(each for (_, kind), each in paper.steps.items() if kind is position)


def at(paper: Paper) -> str:
    return f"/signing/routes/{paper.route_id}"


def outcome(house: House, paper: Paper) -> Any:
    with house.app.app_context():
        return db.session().get_one(SigningRoute, paper.route_id).outcome


def signed(house: House, paper: Paper, position: P, role: str) -> None:
    def act(office: Office, route: SigningRoute) -> None:
        office.sign(next(step for step in route.living if step.position_kind is position), role)

    house.at_work(act, paper)


# --- the timeline


def test_the_timeline_says_who_is_awaited_until_when_and_who_is_away(house: House) -> None:
    paper = sent(house, "secretary")
    with writing(house.app) as session:
        office, today = house.in_office(session), clock.day_of(clock.now())
        until = today.replace(year=today.year + 1)
        given = {"stand_in_id": house.ids["deputy"], "by": office.actor("head"), "now": clock.now()}
        absences.enter_absence(session, valid_from=today, valid_to=until, **given)
    page = house.browser("head").get(at(paper))
    text = words(page)
    assert page.status_code == 200
    assert "Ký nháy" in text
    assert "Phạm Văn Đệ" in text
    assert "hạn" in text
    assert f"vắng mặt, trở lại ngày {until:%d/%m/%Y}" in text
    assert "Lê Hoàng Phước Ưu trực thay" in text


def test_a_stranger_does_not_find_the_route(house: House) -> None:
    paper = sent(house, "secretary")
    with writing(house.app) as session:
        stranger = a_person(session)
        enter(session, stranger)
        address = stranger.email
    client: Browser = house.app.test_client()  # type: ignore[assignment]  # the app's class is Browser
    login(client, address)
    assert client.get(at(paper)).status_code == 404
    assert client.submit(f"{at(paper)}/recall", reason="x").status_code == 404


# --- call back


def test_the_sender_calls_back_with_a_reason_while_nobody_has_acted(house: House) -> None:
    paper = sent(house, "secretary")
    browser = house.browser("secretary")
    assert "Thu hồi văn bản" in words(browser.get(at(paper)))
    empty = browser.submit(f"{at(paper)}/recall", reason=" ")
    assert (empty.status_code, outcome(house, paper)) == (422, None)

    assert browser.submit(f"{at(paper)}/recall", reason="Sai danh sách").status_code == 302
    assert outcome(house, paper) == "recalled"
    assert "Đã thu hồi văn bản" in words(browser.get(at(paper)))


def test_after_the_first_signature_nobody_calls_back(house: House) -> None:
    paper = sent(house, "secretary")
    signed(house, paper, P.SPECIALIST, "clerk")
    browser = house.browser("secretary")
    assert "Thu hồi văn bản" not in words(browser.get(at(paper)))
    answer = browser.submit(f"{at(paper)}/recall", reason="Sai danh sách")
    assert answer.status_code == 422
    assert outcome(house, paper) is None


# --- skip and give away


def test_the_head_skips_a_step_on_its_page_and_the_other_is_told_in_the_navigation(house: House) -> None:
    paper = sent(house, "secretary")
    head = house.browser("head")
    assert "Bỏ qua bước này" in words(head.get(at(paper)))
    answer = head.submit(f"/signing/steps/{step_id(paper, P.SPECIALIST)}/skip", reason="Đang đi học")
    assert answer.headers["Location"] == at(paper)
    assert "Lý do: Đang đi học" in words(head.get(at(paper)))

    clerk = house.browser("clerk")
    page = clerk.get("/work")
    assert re.search(r'class="nav-count"[^>]*>1<', page.get_data(as_text=True))
    assert "đã cho bỏ qua một bước ký" in words(page)
    clerk.submit("/notices/read")
    assert 'class="nav-count"' not in clerk.get("/work").get_data(as_text=True)
    assert "đã cho bỏ qua một bước ký" in words(clerk.get("/notices/"))


def test_the_head_gives_a_step_to_a_lawful_colleague_only(house: House) -> None:
    paper = sent(house, "secretary")
    head, step = house.browser("head"), step_id(paper, P.SPECIALIST)
    page = head.get(at(paper)).get_data(as_text=True)
    assert f'value="{house.ids["registrar"]}:registrar"' in page
    assert f'value="{house.ids["chair"]}:council_chair"' not in page

    address = f"/signing/steps/{step}/reassign"
    refused = head.submit(address, to=f"{house.ids['chair']}:council_chair", reason="Bận")
    assert refused.status_code == 422
    assert "Bận" in refused.get_data(as_text=True)
    assert head.submit(address, to=f"{house.ids['registrar']}:registrar", reason="Nghỉ phép").status_code == 302
    assert "Giao lại cho người này: Nghỉ phép" in words(head.get(at(paper)))
    assert "được giao cho bạn" in words(house.browser("registrar").get("/work"))
    assert f"/signing/steps/{step}" not in house.browser("clerk").get("/signing").get_data(as_text=True)


def test_the_unit_page_lists_open_steps_for_the_head_and_none_for_others(house: House) -> None:
    paper = sent(house, "secretary")
    assert at(paper) in house.browser("head").get("/signing/unit").get_data(as_text=True)
    assert at(paper) not in house.browser("clerk").get("/signing/unit").get_data(as_text=True)


def test_who_only_looks_is_offered_nothing_to_do(house: House) -> None:
    page = words(house.browser("clerk").get(at(sent(house, "secretary"))))
    for offer in ("Giao lại", "Bỏ qua bước này", "Thu hồi văn bản"):
        assert offer not in page


# --- refuse


def test_a_refusal_is_told_to_who_signed_before_with_its_reason_and_shown_as_void(house: House) -> None:
    paper = sent(house, "secretary", (COUNCIL, *HEAD_ONLY), minutes())
    signed(house, paper, P.COUNCIL_CHAIR, "chair")
    signed(house, paper, P.COUNCIL_SECRETARY, "secretary")
    head = house.browser("head")
    address = f"/signing/steps/{step_id(paper, P.HEAD)}"
    assert head.submit(f"{address}/refuse", reason=" ").status_code == 422
    assert head.submit(f"{address}/refuse", reason="Thiếu tên").status_code == 302

    chair = house.browser("chair")
    told = words(chair.get("/work"))
    assert "Nguyễn Thị Thuỳ Dương từ chối ký" in told
    assert "Lý do: Thiếu tên" in told
    verified = words(chair.get(f"/signing/documents/{paper.document_id}/verification"))
    assert "Hết giá trị" in verified
    assert "Tệp nguyên vẹn, nhưng chữ ký trên văn bản này không còn giá trị" in verified
    assert "người ký sau đã từ chối ký văn bản" in verified


def test_a_refusal_to_an_earlier_stage_shows_the_earlier_round(house: House) -> None:
    paper = sent(house, "secretary")
    signed(house, paper, P.SPECIALIST, "clerk")
    signed(house, paper, P.DEPUTY_HEAD, "deputy")
    head = house.browser("head")
    head.submit(f"/signing/steps/{step_id(paper, P.HEAD)}/refuse", reason="Sai số")
    text = words(head.get(at(paper)))
    assert "Lần trước (2)" in text
    assert "người ký sau đã trả lại văn bản" in text
    assert "trả “Tờ trình đề nghị khen thưởng” về bước “Ký nháy”" in words(house.browser("clerk").get("/work"))
    assert "Tờ trình" in words(house.browser("deputy").get("/signing"))


# --- two at once


def test_who_signs_too_late_is_told_and_is_one_click_away_from_the_new_version(house: House) -> None:
    paper = sent(house, "head", (COUNCIL,), minutes())
    chair, address = house.browser("chair"), f"/signing/steps/{step_id(paper, P.COUNCIL_CHAIR)}"
    seen = shown_on(chair.get(address))
    signed(house, paper, P.COUNCIL_SECRETARY, "secretary")

    late = chair.submit(f"{address}/sign", shown=seen)

    assert late.status_code == 409
    assert "Phiên bản đã đổi" in words(late)
    assert f'href="{address}"' in late.get_data(as_text=True)
    assert 'name="shown"' not in late.get_data(as_text=True)
    again = chair.get(address)
    assert shown_on(again) != seen
    assert chair.submit(f"{address}/sign", shown=shown_on(again)).status_code == 302
    assert outcome(house, paper) == "completed"


def test_of_two_browsers_in_the_same_moment_one_signs_and_the_other_sees_the_new_version(house: House) -> None:
    paper = sent(house, "head", (COUNCIL,), minutes())
    roles = {"chair": P.COUNCIL_CHAIR, "secretary": P.COUNCIL_SECRETARY}
    browsers = {role: house.browser(role) for role in roles}
    addresses = {role: f"/signing/steps/{step_id(paper, kind)}" for role, kind in roles.items()}
    seen = {role: shown_on(browsers[role].get(addresses[role])) for role in roles}
    start = Barrier(2)

    def sign(role: str) -> int:
        start.wait()
        return browsers[role].submit(f"{addresses[role]}/sign", shown=seen[role]).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(roles, pool.map(sign, roles), strict=True))

    assert sorted(answers.values()) == [302, 409]
    slower = next(role for role, status in answers.items() if status == 409)
    fresh = shown_on(browsers[slower].get(addresses[slower]))
    assert browsers[slower].submit(f"{addresses[slower]}/sign", shown=fresh).status_code == 302
    assert outcome(house, paper) == "completed"


# --- the power a signature states


@pytest.mark.rule("P25")
def test_the_verification_page_names_the_paper_behind_a_deputys_signature(house: House) -> None:
    with writing(house.app) as session:
        house.in_office(session).delegate("deputy")
        handlers.drain(session, now=clock.now())
    paper = sent(house, "secretary", HEAD_ONLY)
    signed(house, paper, P.HEAD, "deputy")
    page = words(house.browser("head").get(f"/signing/documents/{paper.document_id}/verification"))
    assert "theo Quyết định phân công 12/QĐ-SNV" in page
    assert "KT." in page
    assert "giao bạn ký với tư cách" in words(house.browser("deputy").get("/work"))


def test_a_notice_of_somebody_else_is_not_found(house: House) -> None:
    with writing(house.app) as session:
        house.in_office(session).delegate("deputy")
        handlers.drain(session, now=clock.now())
    page = house.browser("deputy").get("/work").get_data(as_text=True)
    found = re.search(r"/notices/([0-9a-f-]+)/read", page)
    assert found
    assert house.browser("clerk").submit(f"/notices/{found[1]}/read").status_code == 404
    deputy = house.browser("deputy")
    deputy.get("/work")
    assert deputy.submit(f"/notices/{found[1]}/read", go="1").headers["Location"] == "/delegations/"


def test_what_may_be_done_is_asked_in_a_constant_number_of_queries(house: House) -> None:
    head = house.browser("head")
    sent(house, "secretary")
    with counted_queries(house.app) as few:
        head.get("/signing/unit")
    for _ in range(3):
        sent(house, "secretary")
    with counted_queries(house.app) as many:
        head.get("/signing/unit")
    assert len(few) == len(many)
