"""The page of the appraiser's letters, and the letter beside the decision."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from dms import clock
from dms.appraisal import consolidation, submission
from dms.appraisal.models import AppraisalLetter, ConsolidationEntry
from dms.documents import service as documents
from dms.policy import SYSTEM, Role, Status
from tests import factories as make
from tests.blueprints.helpers import Browser, counted_queries, login, writing
from tests.blueprints.test_appraisal import somebody, words
from tests.dms.appraisal import world as desk

GOOD = {2023: "91", 2024: "91"}


@dataclass(frozen=True)
class Scene:
    """Addresses and ids: a dossier that has passed, its appraiser, the Chair's office, a coordinator."""

    appraiser: str
    office: str
    coordinator: str
    dossier_id: UUID
    fields: dict[str, str]


@pytest.fixture
def scene(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)  # the campaign's own days, whatever today is
    with writing(app) as session:
        province = make.a_province(session)
        coordinator, by = somebody(session, province.coordinator, Role.COORDINATOR)
        appraiser, _ = somebody(session, province.appraiser, Role.APPRAISER)
        office, _ = somebody(session, province.committee, Role.CHAIR_OFFICE)
        dossier = desk.a_submitted_dossier(session, {"Phòng Nhất": GOOD})
        found = desk.a_list(session, by)
        consolidation.choose_best(session, found.id, by=by, now=make.NOW)
        dossier.status, found.sent_at = Status.APPRAISED, make.NOW
        fields = {"revision": dossier.revision_id, "scheme": dossier.scheme_code, "conferrer": dossier.conferrer_id}
        return Scene(appraiser, office, coordinator, dossier.id, {name: str(value) for name, value in fields.items()})


def as_pdf(app: Flask) -> UUID:
    """Let a worker make the PDF of the letter; its id."""
    with writing(app) as session:
        letter = session.scalars(select(AppraisalLetter)).one()
        version, trail = letter.document.versions[-1], submission.trail_of(letter)
        tools = app.extensions["dms"]
        documents.convert_now(session, tools.desk, version, trail=trail, by=SYSTEM, now=clock.now())
        return letter.id


@pytest.mark.rule("P22")
def test_the_appraiser_drafts_sends_and_takes_back(app: Flask, client: Browser, scene: Scene) -> None:
    login(client, scene.appraiser)
    page = words(client.get("/appraisal/letters").data)
    assert "Chờ trình 1" in page
    assert "Phòng Nhất" in page
    assert client.submit("/appraisal/letters", **scene.fields).status_code == 302
    page = words(client.get("/appraisal/letters").data)
    assert "Tờ trình về việc tặng Bằng khen của Chủ tịch UBND tỉnh" in page
    assert "Trình ký" not in page, "there is no PDF yet"
    letter_id = as_pdf(app)
    assert client.submit(f"/appraisal/letters/{letter_id}/sign").status_code == 302
    assert "Đang trình ký" in words(client.get("/appraisal/letters").data)
    assert client.submit(f"/appraisal/letters/{letter_id}/take-back", reason="Bổ sung").status_code == 302
    assert "Chờ trình 1" in words(client.get("/appraisal/letters").data)
    assert client.get(f"/audit/appraisal/{letter_id}").status_code == 200


def test_the_queue_leads_to_the_letters(client: Browser, scene: Scene) -> None:
    login(client, scene.appraiser)
    assert "/appraisal/letters" in client.get("/appraisal/queue").get_data(as_text=True)


@pytest.mark.rule("P22")
def test_the_chairs_office_sees_the_letter_with_the_decision(app: Flask, client: Browser, scene: Scene) -> None:
    login(client, scene.office)
    address = f"/awards/new?revision={scene.fields['revision']}&scheme={scene.fields['scheme']}"
    with writing(app) as session:
        nominee = str(session.scalars(select(ConsolidationEntry.nominee_id)).one())
    made = client.submit(address, nominee=nominee)
    assert made.status_code == 302, made.get_data(as_text=True)
    assert "Tờ trình của cơ quan thẩm định chưa có" in words(client.get(made.location).data)
    appraiser = app.test_client()
    login(appraiser, scene.appraiser)  # type: ignore[arg-type]  # test_client_class is Browser
    appraiser.submit("/appraisal/letters", **scene.fields)  # type: ignore[attr-defined]  # likewise
    page = client.get(made.location)
    assert "chưa có" not in words(page.data)
    with writing(app) as session:
        document_id = session.scalars(select(AppraisalLetter.document_id)).one()
    assert f"/documents/{document_id}" in page.get_data(as_text=True)
    assert client.get(f"/documents/{document_id}").status_code == 200


def test_others_have_no_such_page_and_no_such_paper(app: Flask, client: Browser, scene: Scene) -> None:
    login(client, scene.appraiser)
    client.submit("/appraisal/letters", **scene.fields)
    with writing(app) as session:
        letter = session.scalars(select(AppraisalLetter)).one()
        letter_id, document_id = letter.id, letter.document_id
    other = app.test_client()
    login(other, scene.coordinator)  # type: ignore[arg-type]  # test_client_class is Browser
    assert "Phòng Nhất" not in other.get("/appraisal/letters").get_data(as_text=True)
    assert other.submit("/appraisal/letters", **scene.fields).status_code == 404  # type: ignore[attr-defined]
    assert other.submit(f"/appraisal/letters/{letter_id}/sign").status_code == 404  # type: ignore[attr-defined]
    for address in (f"/documents/{document_id}", f"/audit/appraisal/{letter_id}"):
        assert other.get(address).status_code == 404


def test_a_form_without_its_marks_is_no_request(client: Browser, scene: Scene) -> None:
    login(client, scene.appraiser)
    assert client.submit("/appraisal/letters", scheme="x").status_code == 400


def test_the_page_costs_the_same_queries_for_one_letter_and_for_many(app: Flask, client: Browser, scene: Scene) -> None:
    login(client, scene.appraiser)
    with counted_queries(app) as one:
        client.get("/appraisal/letters")
    with writing(app) as session:
        by = make.an_actor(session, make.a_province(session).coordinator, Role.COORDINATOR)
        for number in range(4):
            desk.a_submitted_dossier(session, {f"Phòng {number}": GOOD})
        found = desk.a_list(session, by)
        found.sent_at = None
        consolidation.refresh(session, found.id, by=by, now=make.NOW)
        consolidation.choose_best(session, found.id, by=by, now=make.NOW)
        for entry in session.scalars(select(ConsolidationEntry)):
            entry.nominee.dossier.status = Status.APPRAISED
    with counted_queries(app) as many:
        client.get("/appraisal/letters")
    assert len(many) == len(one)
