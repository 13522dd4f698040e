"""A decision from the appraised list to the awards: whom it may name, how it ends, what the last signature does."""

from io import BytesIO

import docx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import audit, clock
from dms.awards import candidates, conferment, service
from dms.awards.models import Award
from dms.campaigns import service as campaigns
from dms.campaigns.vocabulary import NomineeKind, StepAction
from dms.documents import service as documents
from dms.documents.models import Origin
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied
from dms.policy import Role, Status
from dms.signing import conduct
from dms.signing.models import RouteOutcome
from tests import factories as make
from tests.dms.awards.world import DECIDED_ON, Chancery


def names(chancery: Chancery, dossier: object) -> list[str]:
    found = candidates.candidates(
        chancery.session,
        dossier.revision_id,
        dossier.scheme_code,
        by=chancery.clerk,  # type: ignore[attr-defined]
    )
    return [nominee.name for nominee in found]


# --- whom a decision may name


@pytest.mark.rule("P19")
def test_only_nominees_whom_the_coordinator_put_forward_can_be_named_in_the_order_of_the_list(
    chancery: Chancery,
) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh", "An Văn Bình"], ["Phòng Tiểu học"], left_out=["Người Ngoài Danh Sách"])
    assert names(chancery, dossier) == ["Phòng Tiểu học", "Lê Thị Ánh", "An Văn Bình"]


def test_a_nominee_of_a_living_decision_cannot_be_named_again_but_is_free_once_it_is_given_up(
    chancery: Chancery,
) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh", "An Văn Bình"])
    decision = chancery.prepare(dossier, only=["Lê Thị Ánh"])
    assert names(chancery, dossier) == ["An Văn Bình"]
    service.cancel(chancery.session, decision.id, reason="Sai thể thức", by=chancery.clerk, now=clock.now())
    assert names(chancery, dossier) == ["Lê Thị Ánh", "An Văn Bình"]


def test_a_nominee_who_was_not_appraised_is_refused(chancery: Chancery) -> None:
    dossier = chancery.appraised()
    nominees = chancery.nominees(dossier)
    dossier.status = Status.RETURNED
    with pytest.raises(Conflict, match="nominee_not_ready"):
        service.prepare_decision(
            chancery.session,
            chancery.desk.desk,
            revision_id=dossier.revision_id,
            scheme_code=dossier.scheme_code,
            nominee_ids=make.ids(nominees),
            by=chancery.clerk,
            now=clock.now(),
        )


def test_a_decision_on_nobody_is_refused(chancery: Chancery) -> None:
    dossier = chancery.appraised()
    with pytest.raises(Invalid, match="decision_empty"):
        chancery.prepare(dossier, only=[])


@pytest.mark.rule("P13")
def test_no_more_may_be_awarded_than_the_plan_allows_over_all_decisions(chancery: Chancery) -> None:
    first = chancery.appraised((), [f"Phòng số {number}" for number in range(1, 10)])
    second = chancery.appraised((), ["Phòng thêm một", "Phòng thêm hai"])
    chancery.prepare(first)
    with pytest.raises(Conflict, match="quota_exceeded") as refusal:
        chancery.prepare(second)
    assert (refusal.value.params["limit"], refusal.value.params["wanted"]) == (10, 11)
    chancery.prepare(second, only=["Phòng thêm một"])


@pytest.mark.rule("P13")
def test_the_meter_counts_what_living_decisions_hold(chancery: Chancery, session: Session) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh"], ["Phòng Tiểu học"])
    chancery.prepare(dossier, only=["Phòng Tiểu học"])
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    meters = {each.kind: each for each in candidates.meters(session, dossier.revision_id, scheme)}
    assert (meters[NomineeKind.COLLECTIVE].used, meters[NomineeKind.COLLECTIVE].limit) == (1, 10)
    assert (meters[NomineeKind.INDIVIDUAL].used, meters[NomineeKind.INDIVIDUAL].limit) == (0, 15)


def test_what_waits_for_a_decision_is_shown_to_the_chairs_office_and_to_nobody_else(chancery: Chancery) -> None:
    chancery.appraised(["Lê Thị Ánh"], ["Phòng Tiểu học"])
    (group,) = candidates.waiting(chancery.session, by=chancery.clerk)
    assert (group.scheme.code, sum(group.counts.values())) == (make.BANG_KHEN, 2)
    assert candidates.waiting(chancery.session, by=chancery.archivist) == []


# --- the paper


def test_the_draft_names_the_conferring_chair_and_all_who_are_awarded(chancery: Chancery) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh"], ["Phòng Tiểu học"])
    decision = chancery.prepare(dossier)
    version = documents.current_version(decision.document)
    assert version is not None
    assert version.origin is Origin.DRAFTED
    with documents.local_copy(chancery.desk.desk, version) as path:
        words = "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    assert "CHỦ TỊCH UBND TỈNH VĨNH LONG" in words
    assert "Phòng Tiểu học" in words
    assert "Lê Thị Ánh" in words


def test_the_draft_becomes_a_pdf_by_itself(chancery: Chancery) -> None:
    decision = chancery.prepare(chancery.appraised())
    chancery.work()
    version = documents.current_version(decision.document)
    assert version is not None
    assert (version.origin, version.media_type) == (Origin.CONVERTED, documents.PDF)


def test_the_paper_can_be_exchanged_until_somebody_has_signed_it(chancery: Chancery) -> None:
    decision = chancery.prepare(chancery.appraised())
    chancery.as_pdf(decision)
    route = chancery.send(decision)
    chancery.as_pdf(decision)
    assert route.outcome is RouteOutcome.REPLACED
    route = chancery.send(decision)
    chancery._sign(route, StepAction.INITIALS, "head")
    with pytest.raises(Conflict, match="decision_being_signed"):
        chancery.as_pdf(decision)


# --- giving it up


def test_giving_up_a_decision_calls_its_paper_back_from_the_signers(chancery: Chancery) -> None:
    decision = chancery.prepare(chancery.appraised())
    chancery.as_pdf(decision)
    route = chancery.send(decision)
    service.cancel(chancery.session, decision.id, reason="Thiếu một tập thể", by=chancery.clerk, now=clock.now())
    assert decision.cancelled_at is not None
    assert route.outcome is RouteOutcome.RECALLED
    with pytest.raises(Conflict, match="decision_closed"):
        chancery.send(decision)


def test_a_decision_that_somebody_has_signed_cannot_be_given_up(chancery: Chancery) -> None:
    decision = chancery.prepare(chancery.appraised())
    chancery.as_pdf(decision)
    chancery._sign(chancery.send(decision), StepAction.INITIALS, "head")
    with pytest.raises(Conflict, match="decision_being_signed"):
        service.cancel(chancery.session, decision.id, reason="Muộn", by=chancery.clerk, now=clock.now())


def test_giving_up_needs_a_reason(chancery: Chancery) -> None:
    decision = chancery.prepare(chancery.appraised())
    with pytest.raises(Invalid, match="reason_missing"):
        service.cancel(chancery.session, decision.id, reason=" ", by=chancery.clerk, now=clock.now())


def test_a_clerk_of_another_unit_does_not_know_of_a_decision(chancery: Chancery, session: Session) -> None:
    decision = chancery.prepare(chancery.appraised())
    stranger = make.an_actor(session, chancery.province.department, Role.CLERK)
    with pytest.raises(NotFound, match="decision_not_found"):
        service.get_decision(session, decision.id, by=stranger)
    assert service.list_decisions(session, by=stranger) == []


def test_the_archivist_reads_decisions_but_cannot_give_them_up(chancery: Chancery) -> None:
    decision = chancery.prepare(chancery.appraised())
    with pytest.raises(PermissionDenied):
        service.cancel(chancery.session, decision.id, reason="Không", by=chancery.archivist, now=clock.now())


def test_a_decision_does_not_start_on_its_way_when_a_dossier_was_returned_since(chancery: Chancery) -> None:
    dossier = chancery.appraised()
    decision = chancery.prepare(dossier)
    chancery.as_pdf(decision)
    dossier.status = Status.RETURNED
    with pytest.raises(Conflict, match="nominee_not_ready"):
        chancery.send(decision)


# --- conferring


@pytest.mark.rule("P06")
def test_the_last_signature_confers_the_awards_with_the_names_and_the_number_of_the_day(
    chancery: Chancery, session: Session
) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh"], ["Phòng Tiểu học"])
    awards = chancery.conferred(dossier, number=7)
    assert [(award.ordinal, award.recipient) for award in awards] == [(1, "Phòng Tiểu học"), (2, "Lê Thị Ánh")]
    award = awards[1]
    assert award.title == "Bằng khen của Chủ tịch UBND tỉnh Vĩnh Long"
    assert (award.decision_number, award.decided_on, award.year) == ("07/QĐ-UBND", DECIDED_ON, 2026)
    assert award.unit_name == dossier.unit.names[0].name
    assert dossier.status is Status.DECIDED
    chain = audit.events(session, service.trail_of(award.decision))
    assert "decision:confer" in [event.tag for event in chain]
    assert list(audit.find_breaks(chain)) == []


def test_every_award_has_a_code_of_its_own_without_letters_that_are_mistaken(chancery: Chancery) -> None:
    awards = chancery.conferred(chancery.appraised(["Lê Thị Ánh", "An Văn Bình"]))
    codes = {award.public_code for award in awards}
    assert len(codes) == 2
    assert not set("".join(codes)) & set("01IO")


def test_nothing_is_conferred_while_the_seal_is_missing(chancery: Chancery, session: Session) -> None:
    decision = chancery.prepare(chancery.appraised())
    chancery.as_pdf(decision)
    route = chancery.send(decision)
    for action, role in (
        (StepAction.INITIALS, "head"),
        (StepAction.INITIALS, "deputy"),
        (StepAction.APPROVAL, "chair"),
    ):
        chancery._sign(route, action, role)
    chancery.settle()
    assert decision.conferred_at is None
    assert session.scalars(select(Award)).all() == []


def test_a_decision_that_a_signer_refused_can_be_given_up(chancery: Chancery, session: Session) -> None:
    decision = chancery.prepare(chancery.appraised())
    chancery.as_pdf(decision)
    route = chancery.send(decision)
    chancery._sign(route, StepAction.INITIALS, "head")
    step = next(step for step in route.steps if step.outcome is None)
    conduct.refuse(session, step.id, reason="Sai căn cứ", by=chancery.actor("deputy"), now=clock.now())
    service.cancel(session, decision.id, reason="Văn phòng trả lại", by=chancery.clerk, now=clock.now())
    assert decision.cancelled_at is not None


def test_a_second_decision_may_confer_on_others_of_the_same_dossier(chancery: Chancery) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh"], ["Phòng Tiểu học"])
    first = chancery.prepare(dossier, only=["Phòng Tiểu học"])
    second = chancery.prepare(dossier, only=["Lê Thị Ánh"])
    for number, decision in enumerate((first, second), start=125):
        chancery.as_pdf(decision)
        chancery.sign(chancery.send(decision), number=number)
        chancery.settle()
    assert [award.recipient for award in service.awards_of(chancery.session, second)] == ["Lê Thị Ánh"]


def test_the_page_warns_of_chosen_nominees_whom_no_decision_names(chancery: Chancery) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh", "An Văn Bình"], left_out=["Người Ngoài Danh Sách"])
    decision = chancery.prepare(dossier, only=["Lê Thị Ánh"])
    assert [nominee.name for nominee in service.left_out(chancery.session, decision)] == ["An Văn Bình"]


# --- revoking


def test_a_revoked_award_stays_and_says_why(chancery: Chancery, session: Session) -> None:
    (award,) = chancery.conferred(chancery.appraised())
    reason = "Quyết định số 300/QĐ-UBND ngày 02/02/2026"
    conferment.revoke(session, award.id, reason=reason, by=chancery.clerk, now=clock.now())
    assert award.revoked_at is not None
    assert award.revoked_reason == reason
    with pytest.raises(Conflict, match="award_already_revoked"):
        conferment.revoke(session, award.id, reason=reason, by=chancery.clerk, now=clock.now())


def test_only_the_conferring_body_can_revoke_an_award(chancery: Chancery, session: Session) -> None:
    (award,) = chancery.conferred(chancery.appraised())
    with pytest.raises(PermissionDenied):
        conferment.revoke(session, award.id, reason="Không", by=chancery.archivist, now=clock.now())


def test_an_upload_that_is_no_paper_is_refused_and_leaves_the_draft_in_force(chancery: Chancery) -> None:
    decision = chancery.prepare(chancery.appraised())
    with pytest.raises(Invalid):
        service.replace_paper(
            chancery.session,
            chancery.desk.desk,
            decision.id,
            BytesIO(b"MZ\x90 not a paper"),
            filename="quyet-dinh.pdf",
            by=chancery.clerk,
            now=clock.now(),
        )
    version = documents.current_version(decision.document)
    assert version is not None
    assert version.origin is Origin.DRAFTED
