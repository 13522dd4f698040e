"""Handing over: complete, or refused with everything that is missing; late; twice; returned and mended."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from dms import audit
from dms.campaigns.vocabulary import NomineeKind
from dms.documents import service as documents
from dms.documents.service import Desk
from dms.dossiers import board, council, nominees, parts, service
from dms.dossiers.board import PaperState
from dms.dossiers.council import MeetingData
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier
from dms.dossiers.nominees import NomineeData, ScoreEntry
from dms.dossiers.parts import Slot
from dms.dossiers.service import ReturnEntry
from dms.errors import Conflict, Invalid, NotFound
from dms.policy import Actor, Role, Status
from dms.signing.models import RouteOutcome, VersionCheck
from tests import factories as make
from tests.samples import pdf

LATER = make.NOW + timedelta(hours=5)
TOO_LATE = datetime(2026, 1, 10, 1, 0, tzinfo=UTC)


def the_coordinator(session: Session) -> Actor:
    return make.an_actor(session, make.a_province(session).coordinator, Role.COORDINATOR)


def returned(session: Session, dossier: Dossier, *items: ReturnEntry) -> Actor:
    """Send a submitted dossier back and return its clerk."""
    by = the_coordinator(session)
    service.return_dossier(session, dossier.id, reason="Bổ sung", items=items, by=by, now=LATER)
    return make.clerk_of(session, dossier)


def attach(session: Session, desk: Desk, slot: Slot, by: Actor) -> None:
    intake = documents.receive(desk, io.BytesIO(pdf("Văn bản")), filename="v.pdf")
    parts.attach(session, slot, intake, by=by, now=LATER + timedelta(hours=1))


@pytest.mark.rule("P17")
def test_a_complete_dossier_goes_to_the_coordinator(session: Session) -> None:
    dossier = make.a_submitted_dossier(session)
    assert dossier.status is Status.SUBMITTED
    assert dossier.submitted_at == make.NOW
    assert service.get(session, dossier.id, by=the_coordinator(session)).id == dossier.id


@pytest.mark.rule("P17")
def test_an_incomplete_dossier_is_refused_with_everything_that_stops_it(session: Session) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    make.a_nominee(session, dossier, by=clerk)
    with pytest.raises(Invalid, match="dossier_incomplete") as refusal:
        service.submit(session, dossier.id, by=clerk, now=make.NOW)
    missing = [(each.code, each.place.requirement) for each in refusal.value.params["findings"]]
    assert missing == [
        ("document_missing", "to-trinh"),
        ("document_missing", "bien-ban"),
        ("document_missing", "bao-cao-thanh-tich"),
    ]
    assert refusal.value.params["count"] == 3
    assert dossier.status is Status.DRAFT


def test_a_signature_that_stopped_verifying_stops_the_submission(session: Session) -> None:
    dossier = make.a_complete_dossier(session)
    version = documents.current_version(dossier.parts[0].document)
    assert version is not None
    check = session.get_one(VersionCheck, version.id)
    check.report = {**check.report, "reasons": ["file_changed"]}
    check.report["signatures"] = [{**each, "verdict": "invalid"} for each in check.report["signatures"]]
    session.flush()
    with pytest.raises(Invalid, match="dossier_incomplete") as refusal:
        service.submit(session, dossier.id, by=make.clerk_of(session, dossier), now=make.NOW)
    assert "signature_invalid" in {each.code for each in refusal.value.params["findings"]}


def test_a_second_submission_is_a_conflict(session: Session) -> None:
    dossier = make.a_submitted_dossier(session)
    with pytest.raises(Conflict, match="dossier_status_forbids"):
        service.submit(session, dossier.id, by=make.clerk_of(session, dossier), now=LATER)


@pytest.mark.rule("P18")
def test_a_late_dossier_is_taken_and_marked_as_the_plan_lets_it(session: Session) -> None:
    dossier = make.a_complete_dossier(session)
    service.submit(session, dossier.id, by=make.clerk_of(session, dossier), now=TOO_LATE)
    last = audit.events(session, trail_of(dossier))[-1]
    assert (last.tag, last.data["late"]) == ("dossier:status:submit", True)


@pytest.mark.rule("P18")
def test_a_campaign_that_takes_no_late_dossier_refuses_it(session: Session) -> None:
    province, revision = make.a_province(session), make.a_campaign(session, make.OWN_CAMPAIGN)
    dossier = make.a_dossier(session, unit=province.department, revision=revision, scheme="giay-khen-giam-doc-so")
    with pytest.raises(Invalid) as refusal:
        service.submit(session, dossier.id, by=make.clerk_of(session, dossier), now=make.NOW)
    assert "late_refused" in {each.code for each in refusal.value.params["findings"]}


@pytest.mark.rule("P18")
def test_a_dossier_that_came_in_time_and_was_returned_is_not_late_the_second_time(session: Session) -> None:
    dossier = make.a_submitted_dossier(session)
    clerk = returned(session, dossier, ReturnEntry())
    service.submit(session, dossier.id, by=clerk, now=TOO_LATE)
    assert audit.events(session, trail_of(dossier))[-1].data["late"] is False
    assert dossier.submitted_at == make.NOW


def test_after_a_return_only_the_named_piece_may_change(session: Session, desk: Desk) -> None:
    dossier = make.a_submitted_dossier(session)
    clerk = returned(session, dossier, ReturnEntry("bien-ban", note="Thiếu chữ ký"))
    with pytest.raises(Conflict, match="piece_not_reopened"):
        attach(session, desk, Slot(dossier.id, "to-trinh"), clerk)
    with pytest.raises(Conflict, match="piece_not_reopened"):
        nominees.add_nominee(session, dossier.id, NomineeData(NomineeKind.INDIVIDUAL, "Người mới"), by=clerk, now=LATER)
    with pytest.raises(Conflict, match="piece_not_reopened"):
        council.record_meeting(session, dossier.id, MeetingData(LATER.date(), 9, 9), {}, by=clerk, now=LATER)
    attach(session, desk, Slot(dossier.id, "bien-ban"), clerk)


def test_a_returned_piece_stops_the_submission_until_a_new_version_answers_it(session: Session, desk: Desk) -> None:
    dossier = make.a_submitted_dossier(session)
    clerk = returned(session, dossier, ReturnEntry("bien-ban", note="Thiếu chữ ký"))
    with pytest.raises(Invalid) as refusal:
        service.submit(session, dossier.id, by=clerk, now=LATER)
    assert [each.code for each in refusal.value.params["findings"]] == ["piece_returned"]
    attach(session, desk, Slot(dossier.id, "bien-ban"), clerk)
    open_now = {each.code for each in service.judge(session, dossier, now=LATER).blocking}
    assert open_now == {"stage_unsigned"}
    session.refresh(dossier)
    part = next(part for part in dossier.parts if part.requirement_code == "bien-ban")
    session.refresh(part.document, ["versions"])
    make.signed(session, dossier, part, now=LATER + timedelta(hours=2))
    service.submit(session, dossier.id, by=clerk, now=LATER + timedelta(hours=3))
    assert service.returns_of(session, dossier.id)[0].answered_at == LATER + timedelta(hours=3)


def test_the_scope_of_a_return_holds_while_the_mended_piece_is_being_signed(session: Session, desk: Desk) -> None:
    dossier = make.a_submitted_dossier(session)
    clerk = returned(session, dossier, ReturnEntry("bien-ban"))
    dossier.status = Status.SIGNING
    with pytest.raises(Conflict, match="piece_not_reopened"):
        attach(session, desk, Slot(dossier.id, "to-trinh"), clerk)


def test_a_return_of_a_nominee_reopens_its_data_and_its_papers(session: Session, desk: Desk) -> None:
    dossier = make.a_submitted_dossier(session)
    nominee_id = dossier.nominees[0].id
    clerk = returned(session, dossier, ReturnEntry(nominee_id=nominee_id))
    nominees.set_scores(session, nominee_id, [ScoreEntry(2023, None)], by=clerk, now=LATER)
    attach(session, desk, Slot(dossier.id, "bao-cao-thanh-tich", nominee_id), clerk)
    with pytest.raises(Conflict, match="piece_not_reopened"):
        attach(session, desk, Slot(dossier.id, "to-trinh"), clerk)


def test_what_stops_the_submission_may_be_mended_though_no_return_names_it(session: Session, desk: Desk) -> None:
    dossier = make.a_submitted_dossier(session)
    clerk = returned(session, dossier, ReturnEntry("bien-ban"))
    letter = next(part for part in dossier.parts if part.requirement_code == "to-trinh")
    letter.document.number = None
    session.flush()
    attach(session, desk, Slot(dossier.id, "to-trinh"), clerk)


def test_a_return_needs_a_reason_and_pieces_that_exist(session: Session) -> None:
    dossier = make.a_submitted_dossier(session)
    by = the_coordinator(session)
    with pytest.raises(Invalid, match="reason_missing"):
        service.return_dossier(session, dossier.id, reason=" ", items=[], by=by, now=LATER)
    with pytest.raises(Invalid, match="return_item_unknown"):
        service.return_dossier(session, dossier.id, reason="Sai", items=[ReturnEntry("la-gi")], by=by, now=LATER)


def test_the_page_shows_a_returned_paper_and_what_may_be_done_with_it(session: Session) -> None:
    dossier = make.a_submitted_dossier(session)
    clerk = returned(session, dossier, ReturnEntry("bien-ban", note="Thiếu chữ ký"))
    drawn = board.draw(session, dossier, by=clerk, now=LATER)
    states = {card.requirement.code: (card.state, card.may_change) for card in drawn.cards}
    assert states == {
        "to-trinh": (PaperState.SIGNED, False),
        "bien-ban": (PaperState.RETURNED, True),
        "bao-cao-thanh-tich": (PaperState.SIGNED, False),
    }
    assert drawn.may_edit_list is False


def test_a_withdrawn_dossier_calls_its_papers_back_and_is_over(session: Session) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    route = make.signed(session, dossier, make.a_paper(session, dossier, "bien-ban"))
    route.closed_at = route.outcome = None  # as if it were still on its way
    session.flush()
    service.withdraw(session, dossier.id, reason="Lập nhầm", by=clerk, now=LATER)
    assert dossier.status is Status.WITHDRAWN
    assert route.outcome is RouteOutcome.RECALLED
    with pytest.raises(Conflict):
        service.withdraw(session, dossier.id, reason="Nữa", by=clerk, now=LATER)


def test_a_refusal_is_final_and_keeps_its_reason(session: Session) -> None:
    dossier = make.a_submitted_dossier(session)
    service.refuse_dossier(session, dossier.id, reason="Không đúng đối tượng", by=the_coordinator(session), now=LATER)
    last = audit.events(session, trail_of(dossier))[-1]
    assert (dossier.status, last.data["reason"]) == (Status.REFUSED, "Không đúng đối tượng")


def test_a_dossier_that_one_may_not_know_of_is_not_found(session: Session) -> None:
    dossier = make.a_dossier(session)
    with pytest.raises(NotFound, match="dossier_not_found"):
        service.get(session, dossier.id, by=the_coordinator(session))
