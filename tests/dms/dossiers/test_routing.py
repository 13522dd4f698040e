"""Papers on their way to the signers: sent, waiting, refused, called back; and what that means for the dossier."""

import io

import pytest
from sqlalchemy.orm import Session

from dms import audit, handlers
from dms.campaigns.vocabulary import StepAction
from dms.documents import service as documents
from dms.documents.service import Desk
from dms.dossiers import board, parts, routing
from dms.dossiers.board import PaperState
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier, DossierSummary
from dms.dossiers.parts import Slot
from dms.errors import Conflict, Invalid
from dms.people.models import Unit
from dms.policy import Actor, PositionKind, Status
from dms.signing import conduct
from dms.signing.models import SigningRoute
from dms.signing.service import SigningDesk
from tests import factories as make
from tests.dms.signing.office import a_desk
from tests.pki import Pki
from tests.samples import docx_file, pdf


@pytest.fixture
def signing_desk(desk: Desk, pki: Pki) -> SigningDesk:
    return a_desk(pki, desk.workdir)


@pytest.fixture
def minuted(session: Session, signing_desk: SigningDesk) -> tuple[Dossier, Actor]:
    """A dossier whose minutes are there as a PDF."""
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    attach(session, signing_desk, Slot(dossier.id, "bien-ban"), pdf("Biên bản họp xét"), by=clerk)
    return dossier, clerk


def attach(session: Session, desk: SigningDesk, slot: Slot, content: bytes, *, by: Actor) -> None:
    intake = documents.receive(desk.desk, io.BytesIO(content), filename="paper")
    parts.attach(session, slot, intake, by=by, now=make.NOW)
    session.expire_all()


def send(session: Session, desk: SigningDesk, dossier: Dossier, clerk: Actor) -> SigningRoute:
    (route,) = routing.send_for_signature(session, desk, dossier.id, by=clerk, now=make.NOW)
    handlers.drain(session, now=make.NOW)
    return route


@pytest.mark.rule("P17")
def test_papers_go_to_the_seats_that_the_campaign_names(
    session: Session, signing_desk: SigningDesk, minuted: tuple[Dossier, Actor]
) -> None:
    dossier, clerk = minuted
    make.an_appointment(
        session,
        make.a_person(session, "Lê Văn Chủ"),
        session.get_one(Unit, dossier.unit_id),
        PositionKind.COUNCIL_CHAIR,
    )
    route = send(session, signing_desk, dossier, clerk)
    assert {(step.position_kind, step.unit_id) for step in route.steps} == {
        (PositionKind.COUNCIL_SECRETARY, dossier.unit_id),
        (PositionKind.COUNCIL_CHAIR, dossier.unit_id),
        (PositionKind.REGISTRAR, dossier.unit_id),
    }
    assert [step.action for step in route.steps[2:]] == [StepAction.NUMBER, StepAction.SEAL]
    assert dossier.status is Status.SIGNING
    summary = session.get_one(DossierSummary, dossier.id)
    assert (summary.open_steps, summary.waiting_for) == (2, "Chủ tịch và Thư ký Hội đồng ký")
    card = next(each for each in board.draw(session, dossier, by=clerk, now=make.NOW).cards if each.version)
    assert card.state is PaperState.WAITING
    assert {each.position: each.names for each in card.waiting}[PositionKind.COUNCIL_CHAIR] == ("Lê Văn Chủ",)


@pytest.mark.rule("P18")
def test_a_step_is_due_on_the_day_before_the_deadline(
    session: Session, signing_desk: SigningDesk, minuted: tuple[Dossier, Actor]
) -> None:
    route = send(session, signing_desk, *minuted)
    assert {f"{step.due_on}" for step in route.steps} == {"2026-01-09"}


def test_a_paper_that_is_being_signed_is_not_sent_twice(
    session: Session, signing_desk: SigningDesk, minuted: tuple[Dossier, Actor]
) -> None:
    dossier, clerk = minuted
    send(session, signing_desk, dossier, clerk)
    with pytest.raises(Invalid, match="nothing_to_sign"):
        routing.send_for_signature(session, signing_desk, dossier.id, by=clerk, now=make.NOW)


def test_a_word_file_is_not_sent(session: Session, signing_desk: SigningDesk) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    attach(session, signing_desk, Slot(dossier.id, "bien-ban"), docx_file("Biên bản"), by=clerk)
    with pytest.raises(Invalid, match="part_not_ready"):
        routing.send_for_signature(
            session, signing_desk, dossier.id, part_ids=make.ids(dossier.parts), by=clerk, now=make.NOW
        )


def test_a_refused_signature_makes_the_dossier_a_draft_again(
    session: Session, signing_desk: SigningDesk, minuted: tuple[Dossier, Actor]
) -> None:
    dossier, clerk = minuted
    unit = session.get_one(Unit, dossier.unit_id)
    chair = make.an_actor(session, unit, seats=[PositionKind.COUNCIL_CHAIR], name="Lê Văn Chủ")
    route = send(session, signing_desk, dossier, clerk)
    step = next(each for each in route.steps if each.position_kind is PositionKind.COUNCIL_CHAIR)
    conduct.refuse(session, step.id, reason="Sai tên tập thể", by=chair, now=make.NOW)
    handlers.drain(session, now=make.NOW)
    assert dossier.status is Status.DRAFT
    last = [event for event in audit.events(session, trail_of(dossier)) if event.tag == "dossier:status:resume_draft"]
    assert [event.actor_name for event in last] == ["system"]
    session.expire_all()
    card = next(each for each in board.draw(session, dossier, by=clerk, now=make.NOW).cards if each.version)
    assert card.state is PaperState.REFUSED
    assert card.refusal is not None
    assert card.refusal.reason == "Sai tên tập thể"
    assert card.may_send


def test_a_dossier_that_lies_elsewhere_sends_nothing(
    session: Session, signing_desk: SigningDesk, minuted: tuple[Dossier, Actor]
) -> None:
    dossier, clerk = minuted
    dossier.status = Status.SUBMITTED
    with pytest.raises(Conflict, match="dossier_closed_for_changes"):
        routing.send_for_signature(session, signing_desk, dossier.id, by=clerk, now=make.NOW)
