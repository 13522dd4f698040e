"""The screens of dossiers and campaigns, as a clerk and a coordinator use them."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from dms.campaigns.vocabulary import NomineeKind
from dms.dossiers import service
from dms.dossiers.models import Dossier, IndexScore, Nominee
from dms.dossiers.service import ReturnEntry
from dms.people import service as people
from dms.people.models import Person, Unit
from dms.policy import Actor, Role, Status
from tests import factories as make
from tests.blueprints.helpers import Browser, counted_queries, enter, login, writing
from tests.samples import pdf

TODAY = datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """A department's clerk with a dossier, and the coordinator; each with a log-in."""

    app: Flask
    dossier_id: UUID
    unit_id: UUID
    clerk_id: UUID
    coordinator: str
    clerk: str

    @property
    def page(self) -> str:
        return f"/dossiers/{self.dossier_id}"

    @contextmanager
    def at_work(self) -> Iterator[tuple[Session, Dossier, Actor]]:
        """The dossier and its clerk on a session that commits."""
        with writing(self.app) as session:
            actor = people.actor_of(session, self.clerk_id, TODAY.date())
            yield session, session.get_one(Dossier, self.dossier_id), actor


@pytest.fixture
def desk(app: Flask) -> Desk:
    with writing(app) as session:
        province = make.a_province(session)
        clerk, coordinator = make.a_person(session, "Nguyễn Thị Nhung"), make.a_person(session, "Võ Điều Phối")
        make.a_role(session, clerk, province.department)
        make.a_role(session, coordinator, province.coordinator, Role.COORDINATOR)
        for person in (clerk, coordinator):
            enter(session, person)
        actor = people.actor_of(session, clerk.id, TODAY.date())
        dossier = make.a_dossier(session, unit=province.department, by=actor)
        return Desk(app, dossier.id, province.department.id, clerk.id, coordinator.email, clerk.email)


@pytest.fixture
def clerk(client: Browser, desk: Desk) -> Browser:
    login(client, desk.clerk)
    return client


def text(response: object) -> str:
    """What a reader sees, each run of white space made one space."""
    body = response.get_data(as_text=True)  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def nominees_of(desk: Desk) -> list[str]:
    with desk.at_work() as (session, dossier, _):
        query = select(Nominee.name).where(Nominee.dossier_id == dossier.id, Nominee.removed_at.is_(None))
        return list(session.scalars(query.order_by(Nominee.ordinal)))


# --- list and opening


def test_the_list_shows_what_one_may_read_and_narrows_it(clerk: Browser, desk: Desk) -> None:
    assert "HS-2026-0001" in text(clerk.get("/dossiers"))
    assert "HS-2026-0001" in text(clerk.get("/dossiers?status=draft&q=0001"))
    assert "HS-2026-0001" not in text(clerk.get("/dossiers?status=submitted"))
    assert clerk.get("/dossiers?status=nonsense&unit=x&page=x").status_code == 200


def test_a_coordinator_does_not_know_of_a_draft(client: Browser, desk: Desk) -> None:
    login(client, desk.coordinator)
    assert "HS-2026-0001" not in text(client.get("/dossiers"))
    assert client.get(desk.page).status_code == 404


def test_a_clerk_opens_a_dossier_and_a_second_one_gives_the_form_back(clerk: Browser, desk: Desk) -> None:
    with desk.at_work() as (_, dossier, _clerk):
        choice = f"{dossier.revision_id}:giay-khen-hang-nam"
    clerk.get("/dossiers/new")
    answer = clerk.submit("/dossiers/new", scheme=choice, unit_id=desk.unit_id, year=2024)
    assert answer.status_code == 302
    assert "2024" in text(clerk.get(answer.location))
    again = clerk.submit("/dossiers/new", scheme=choice, unit_id=desk.unit_id, year=2024)
    assert again.status_code == 422
    assert "HS-2026-0001" in text(again) or f"HS-{TODAY.year}-" in text(again)
    assert 'value="2024"' in again.get_data(as_text=True)


def test_somebody_without_a_unit_is_told_why_there_is_no_form(client: Browser, desk: Desk) -> None:
    login(client, desk.coordinator)
    assert "unit_id" not in client.get("/dossiers/new").get_data(as_text=True)


# --- nominees


def test_a_nominee_is_added_edited_moved_and_removed(clerk: Browser, desk: Desk) -> None:
    clerk.get(f"{desk.page}/nominees/new")
    for name in ("Phòng Một", "Phòng Hai"):
        fields = {"kind": "collective", "name": name, "section_4": "Dẫn đầu Bộ chỉ số"}
        answer = clerk.submit(f"{desk.page}/nominees/new", **fields)
        assert answer.status_code == 302
    nominee = answer.location.removesuffix("/criteria")
    page = clerk.get(nominee).get_data(as_text=True)
    assert "Dẫn đầu Bộ chỉ số" in page
    assert clerk.submit(nominee, kind="collective", name="Phòng Ba").status_code == 302
    assert nominees_of(desk) == ["Phòng Một", "Phòng Ba"]
    clerk.submit(f"{nominee}/move", to="up")
    assert nominees_of(desk) == ["Phòng Ba", "Phòng Một"]
    clerk.submit(f"{nominee}/remove")
    assert nominees_of(desk) == ["Phòng Một"]


def test_a_refused_nominee_keeps_what_was_typed(clerk: Browser, desk: Desk) -> None:
    clerk.get(f"{desk.page}/nominees/new")
    fields = {"kind": "individual", "name": "Nguyễn Văn Hùng", "section_0": "Tổ chức 12 hội nghị"}
    clerk.submit(f"{desk.page}/nominees/new", **fields)
    again = clerk.submit(f"{desk.page}/nominees/new", **fields)
    assert again.status_code == 422
    assert "Tổ chức 12 hội nghị" in again.get_data(as_text=True)
    empty = clerk.submit(f"{desk.page}/nominees/new", kind="individual", section_0="Giữ lại")
    assert empty.status_code == 422
    assert "Giữ lại" in empty.get_data(as_text=True)


def test_scores_and_statements_are_kept_and_a_wrong_score_gives_the_form_back(clerk: Browser, desk: Desk) -> None:
    with desk.at_work() as (session, dossier, by):
        nominee_id = make.a_nominee(session, dossier, kind=NomineeKind.COLLECTIVE, by=by).id
    address = f"{desk.page}/nominees/{nominee_id}/criteria"
    page = clerk.get(address).get_data(as_text=True)
    known = dict(re.findall(r'name="((?:scores|statements)-\d+-(?:year|criterion))"[^>]*value="([^"]+)"', page))
    assert len([name for name in known if name.endswith("year")]) == 3
    fields = known | {"scores-1-score": "92,5", "scores-1-approved_by": "QĐ 318", "statements-0-value": "excellent"}
    wrong = clerk.submit(address, **(fields | {"scores-1-score": "192"}))
    assert wrong.status_code == 422
    assert "QĐ 318" in wrong.get_data(as_text=True)
    assert clerk.submit(address, **fields).status_code == 302
    with desk.at_work() as (session, _dossier, _by):
        scores = session.scalars(select(IndexScore).where(IndexScore.nominee_id == nominee_id))
        assert [(each.year, f"{each.score}", each.approved_by) for each in scores] == [(2024, "92.50", "QĐ 318")]
    assert "92,5%" in text(clerk.get(desk.page))


def test_the_meeting_is_recorded_with_its_votes(clerk: Browser, desk: Desk) -> None:
    with desk.at_work() as (session, dossier, by):
        nominee_id = make.a_nominee(session, dossier, by=by).id
    address = f"{desk.page}/council"
    clerk.get(address)
    fields = {"held_on": "05/01/2026", "members_total": 9, "members_present": 7, "written_opinions": 1}
    votes = {"votes-0-nominee": nominee_id, "votes-0-in_favour": 9}
    refused = clerk.submit(address, **fields, **votes)
    assert refused.status_code == 422
    assert 'value="9"' in refused.get_data(as_text=True)
    assert clerk.submit(address, **fields, **(votes | {"votes-0-in_favour": 8})).status_code == 302
    assert "8/9" in text(clerk.get(desk.page))


def member_fields(count: int) -> dict[str, str]:
    """The rows of a council of so many, as a browser sends them; the last wrote an opinion, one row is left empty."""
    roles = ["chair", "deputy_chair", "secretary", *["member"] * 60]
    rows: dict[str, str] = {}
    for number in range(count):
        wrote = number == count - 1
        row = {"name": f"Lê Văn {number}", "honorific": "Ông", "position_title": "Trưởng phòng", "role": roles[number]}
        row |= {"presence": "written" if wrote else "present", "opinion": "Nhất trí" if wrote else ""}
        rows |= {f"members-{number}-{name}": value for name, value in row.items()}
    return rows | {
        f"members-{count}-name": "",
        f"members-{count}-role": "member",
        f"members-{count}-presence": "present",
    }


@pytest.mark.rule("P15")
def test_the_council_is_written_down_by_name_and_its_numbers_follow(clerk: Browser, desk: Desk) -> None:
    with desk.at_work() as (session, dossier, by):
        nominee_id = make.a_nominee(session, dossier, by=by).id
    address = f"{desk.page}/council"
    page = clerk.get(address).get_data(as_text=True)
    assert "Hội đồng thống nhất đề nghị khen thưởng 01 cá nhân có tên trong biên bản." in page
    fields = {"held_on": "05/01/2026", "opened_at": "08:30", "closed_at": "10h15", "place": "Phòng họp số 1"}
    votes = {"votes-0-nominee": nominee_id, "votes-0-in_favour": 5, "conclusion": "Thống nhất."}
    more = clerk.submit(address, **fields, **votes, **member_fields(5), more=1)
    assert more.status_code == 200
    assert 'name="members-10-name"' in more.get_data(as_text=True)
    assert "Lê Văn 4" in more.get_data(as_text=True), "nothing that was typed is lost"
    wrong = clerk.submit(address, **(fields | {"closed_at": "mười giờ"}), **votes, **member_fields(5))
    assert wrong.status_code == 422
    assert "Giờ chưa đúng" in text(wrong)
    assert clerk.submit(address, **fields, **votes, **member_fields(5)).status_code == 302
    with desk.at_work() as (session, dossier, _by):
        meeting = dossier.meeting
        assert (meeting.members_total, meeting.members_present, meeting.written_opinions) == (5, 4, 1)
        assert f"{meeting.closed_at:%H:%M}" == "10:15"
    assert "Lê Văn 3" in clerk.get(address).get_data(as_text=True)


def test_a_draft_of_minutes_leads_to_what_is_missing_for_it(clerk: Browser, desk: Desk) -> None:
    clerk.get(desk.page)
    answer = clerk.submit(f"{desk.page}/papers/bien-ban/draft")
    assert answer.location.endswith("/council")
    assert "Chưa soạn được biên bản; còn thiếu: cuộc họp của Hội đồng." in text(clerk.get(answer.location))


# --- papers


def test_a_paper_is_drafted_uploaded_and_refused_where_it_does_not_fit(clerk: Browser, desk: Desk) -> None:
    clerk.get(desk.page)
    assert clerk.submit(f"{desk.page}/papers/to-trinh/draft").status_code == 302
    address = f"{desk.page}/papers/bien-ban"
    clerk.get(address)

    def upload(content: bytes, name: str) -> int:
        data = {"csrf_token": clerk.token, "file": (io.BytesIO(content), name), "note": "Bản quét"}
        answer = clerk.post(address, data=data, content_type="multipart/form-data")
        if answer.status_code == 422:
            assert "Bản quét" in answer.get_data(as_text=True)
        return answer.status_code

    assert upload(b"not a document", "x.pdf") == 422
    assert upload(b"", "x.pdf") == 422
    assert upload(pdf("Biên bản họp xét"), "bien ban.pdf") == 302
    page = text(clerk.get(desk.page))
    assert "“Bản quét”" in page


def test_papers_go_to_their_signers_from_the_page(clerk: Browser, desk: Desk) -> None:
    clerk.get(f"{desk.page}/papers/bien-ban")
    data = {"csrf_token": clerk.token, "file": (io.BytesIO(pdf("Biên bản họp xét")), "b.pdf")}
    clerk.post(f"{desk.page}/papers/bien-ban", data=data, content_type="multipart/form-data")
    assert clerk.submit(f"{desk.page}/sign").status_code == 302
    with desk.at_work() as (_, dossier, _by):
        assert dossier.status is Status.SIGNING
    page = clerk.get(f"{desk.page}/papers/bien-ban").get_data(as_text=True)
    assert 'class="alert alert-warning' in page


def send(clerk: Browser, address: str, words: str, **fields: object) -> TestResponse:
    """Upload a file with the version that the form carried, or another one."""
    page = clerk.get(address).get_data(as_text=True)
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    data = {"csrf_token": clerk.token, "seen": seen[1], "file": (io.BytesIO(pdf(words)), f"{words}.pdf"), **fields}
    return clerk.post(address, data=data, content_type="multipart/form-data")


def kept_form(page: str) -> dict[str, str]:
    """The hidden fields of the question whether the file goes on top."""
    found = dict(re.findall(r'name="(kept|seen|nominee)" value="([^"]*)"', page))
    assert {"kept", "seen"} <= set(found)
    return found


def test_a_stale_upload_is_told_what_came_and_keeps_the_file(clerk: Browser, desk: Desk) -> None:
    address = f"{desk.page}/papers/to-trinh"
    assert send(clerk, address, "Bản đầu", note="của Lan").status_code == 302
    stale = send(clerk, address, "Bản tôi sửa", seen=0, note="sửa số liệu")
    assert stale.status_code == 409
    page = stale.get_data(as_text=True)
    assert "đã đưa phiên bản 1 vào vị trí này" in text(stale)
    assert "“của Lan”" in page
    assert "Bản tôi sửa.pdf" in page
    assert 'value="sửa số liệu"' in page
    confirmed = clerk.submit(f"{address}/kept", **kept_form(page), note="sửa trên bản của Lan")
    assert confirmed.status_code == 302
    shown = text(clerk.get(desk.page))
    assert "“sửa trên bản của Lan”" in shown
    assert send(clerk, address, "Bản cuối").status_code == 302


def test_nothing_is_received_from_somebody_who_may_not_see_the_dossier(app: Flask, client: Browser, desk: Desk) -> None:
    with writing(app) as session:
        stranger = make.a_person(session, "Trần Người Lạ")
        enter(session, stranger)
        address = stranger.email
    login(client, address)
    client.get("/dossiers")
    storage = app.extensions["dms"].desk.storage
    before = set(storage.digests())
    data = {"csrf_token": client.token, "file": (io.BytesIO(pdf("Không phải của tôi")), "a.pdf")}
    sent = client.post(f"{desk.page}/papers/to-trinh", data=data, content_type="multipart/form-data")
    assert sent.status_code == 404
    assert set(storage.digests()) == before


def test_a_kept_file_asks_again_where_yet_another_version_came(clerk: Browser, desk: Desk) -> None:
    address = f"{desk.page}/papers/to-trinh"
    send(clerk, address, "Bản 1")
    first = kept_form(send(clerk, address, "Của tôi", seen=0).get_data(as_text=True))
    send(clerk, address, "Bản 2")
    again = clerk.submit(f"{address}/kept", **first)
    assert again.status_code == 409
    assert "phiên bản 2" in text(again)
    assert clerk.submit(f"{address}/kept", **kept_form(again.get_data(as_text=True))).status_code == 302


def test_a_kept_file_serves_its_own_place_and_person_and_no_forged_token_does(clerk: Browser, desk: Desk) -> None:
    address = f"{desk.page}/papers/to-trinh"
    send(clerk, address, "Bản 1")
    fields = kept_form(send(clerk, address, "Của tôi", seen=0).get_data(as_text=True))
    elsewhere = clerk.submit(f"{desk.page}/papers/bien-ban/kept", **fields)
    forged = clerk.submit(f"{address}/kept", **(fields | {"kept": fields["kept"][:-4] + "AAAA"}))
    for refused in (elsewhere, forged):
        assert refused.status_code == 409
        assert "Tệp không còn được giữ" in text(refused)


# --- hand over


@pytest.mark.rule("P17")
def test_an_incomplete_submission_shows_everything_that_stops_it(clerk: Browser, desk: Desk) -> None:
    clerk.get(desk.page)
    answer = clerk.submit(f"{desk.page}/submit")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert page.count('class="check check-not_met"') >= 3
    assert 'href="#paper-to-trinh"' in page
    assert 'href="#paper-bien-ban"' in page


def test_a_program_gets_the_refusal_as_a_problem(clerk: Browser, desk: Desk) -> None:
    clerk.get(desk.page)
    answer = clerk.submit(f"{desk.page}/submit", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "dossier_incomplete")


def test_a_dossier_is_withdrawn_with_a_reason(clerk: Browser, desk: Desk) -> None:
    clerk.get(desk.page)
    assert clerk.submit(f"{desk.page}/withdraw", reason="").status_code == 422
    assert clerk.submit(f"{desk.page}/withdraw", reason="Lập nhầm").status_code == 302
    assert clerk.submit(f"{desk.page}/withdraw", reason="Nữa").status_code == 409


def test_a_return_is_shown_with_its_reason_and_opens_only_its_piece(clerk: Browser, desk: Desk) -> None:
    with desk.at_work() as (session, dossier, by):
        coordinator = session.scalars(select(Person).where(Person.email == desk.coordinator)).one()
        make.a_nominee(session, dossier, by=by)
        dossier.status = Status.SUBMITTED
        session.flush()
        actor = people.actor_of(session, coordinator.id, TODAY.date())
        items = [ReturnEntry("bien-ban", note="Thiếu chữ ký thư ký")]
        service.return_dossier(session, dossier.id, reason="Cần bổ sung", items=items, by=actor, now=TODAY)
    page = text(clerk.get(desk.page))
    assert "Cần bổ sung" in page
    assert "Thiếu chữ ký thư ký" in page
    fields = {"kind": "individual", "name": "Người mới"}
    clerk.get(f"{desk.page}/nominees/new")
    assert clerk.submit(f"{desk.page}/nominees/new", **fields).status_code == 422


def test_a_coordinator_reads_a_submitted_dossier_and_changes_nothing(client: Browser, desk: Desk) -> None:
    with desk.at_work() as (_, dossier, _by):
        dossier.status = Status.SUBMITTED
    login(client, desk.coordinator)
    page = client.get(desk.page)
    assert page.status_code == 200
    assert "/papers/" not in page.get_data(as_text=True)
    assert client.submit(f"{desk.page}/papers/to-trinh/draft").status_code == 409


# --- speed


def test_a_page_of_fifty_nominees_with_papers_takes_at_most_twenty_five_queries(clerk: Browser, desk: Desk) -> None:
    with desk.at_work() as (session, dossier, _by):
        session.get_one(Unit, desk.unit_id)
        for number in range(1, 51):
            name = f"Người {number}"
            nominee = Nominee(dossier_id=dossier.id, ordinal=number, kind="individual", name=name, sections={})
            nominee.folded_name = name.lower()
            session.add(nominee)
            session.flush()
            make.signed(session, dossier, make.a_paper(session, dossier, "bao-cao-thanh-tich", nominee, words=name))
    with counted_queries(desk.app) as asked:
        page = clerk.get(desk.page)
    assert page.status_code == 200
    assert "Người 50" in text(page)
    assert len(asked) <= 25, asked


# --- campaigns


@pytest.mark.rule("P01")
def test_a_campaign_shows_its_awards_papers_bases_and_revisions(clerk: Browser, desk: Desk) -> None:
    assert "chuyển đổi số" in text(clerk.get("/campaigns"))
    page = text(clerk.get("/campaigns/vinh-long-chuyen-doi-so-2023-2025"))
    for expected in ("10/01/2026", "Mục III.3, Kế hoạch phát động", "742/QĐ-UBND", "Thủ trưởng ký", "P13"):
        assert expected in page
    with desk.at_work() as (_, dossier, _by):
        assert dossier.revision.digest in page
    source = clerk.get("/campaigns/vinh-long-chuyen-doi-so-2023-2025/revisions/1/source.yaml")
    assert source.get_data(as_text=True) == make.VINH_LONG.read_text()
    assert clerk.get("/campaigns/vinh-long-chuyen-doi-so-2023-2025/revisions/9").status_code == 404
    assert clerk.get("/campaigns/khong-co").status_code == 404
