"""A paper on its way: whose turn it is, what waits for whom, how a way ends."""

import pytest
from sqlalchemy import select

from dms import clock
from dms.audit import AuditEvent
from dms.documents import service as documents
from dms.documents.models import Origin
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied
from dms.outbox import OutboxEvent
from dms.people.models import Capacity
from dms.policy import SYSTEM
from dms.scope import Scope
from dms.signing import conduct, service
from dms.signing.models import RouteOutcome, SigningRoute, StepOutcome
from tests.dms.signing.office import (
    APPROVAL,
    COUNCIL,
    HEAD_ONLY,
    INITIALS,
    LETTER_ROUTE,
    NUMBER,
    ONE_OF_COUNCIL,
    SEAL,
    Office,
    P,
    letter,
    minutes,
)
from tests.samples import docx_file, pdf_with_form


def waiting(office: Office, role: str) -> list[str]:
    return [step.action.value for step in service.waiting_for(office.session, office.actor(role))]


@pytest.mark.rule("P25")
def test_the_turn_goes_from_one_to_the_next(office: Office) -> None:
    route = office.started()
    assert (waiting(office, "clerk"), waiting(office, "head")) == (["initials"], [])

    office.sign(office.step(route, INITIALS), "clerk")
    assert (waiting(office, "clerk"), waiting(office, "head")) == ([], ["approval"])

    office.sign(office.step(route, APPROVAL), "head")
    assert waiting(office, "registrar") == ["number"]
    assert service.count_waiting(office.session, office.actor("registrar")) == 1


def test_both_of_the_council_sign_in_any_order_before_the_head(office: Office) -> None:
    route = office.started((COUNCIL, *HEAD_ONLY), minutes())
    office.sign(office.step(route, APPROVAL, P.COUNCIL_CHAIR), "chair")
    assert waiting(office, "head") == []
    assert "route.moved" in set(office.session.scalars(select(OutboxEvent.name)))

    office.sign(office.step(route, APPROVAL, P.COUNCIL_SECRETARY), "secretary")

    assert waiting(office, "head") == ["approval"]


def test_where_any_one_is_enough_the_other_step_is_not_needed(office: Office) -> None:
    route = office.started((ONE_OF_COUNCIL,), minutes())
    office.sign(office.step(route, APPROVAL, P.COUNCIL_CHAIR), "chair")

    assert route.outcome is RouteOutcome.COMPLETED
    assert office.step(route, APPROVAL, P.COUNCIL_SECRETARY).outcome is StepOutcome.NOT_NEEDED


def test_a_refusal_ends_the_route_with_its_reason(office: Office) -> None:
    route = office.started()
    office.sign(office.step(route, INITIALS), "clerk")
    step = office.step(route, APPROVAL)
    conduct.refuse(office.session, step.id, reason="Thiếu tên tập thể", by=office.actor("head"), now=clock.now())

    assert (route.outcome, step.outcome, step.reason) == (
        RouteOutcome.REFUSED,
        StepOutcome.REFUSED,
        "Thiếu tên tập thể",
    )
    assert [each.outcome for each in route.steps[2:]] == [StepOutcome.VOID, StepOutcome.VOID]
    assert waiting(office, "registrar") == []
    names = set(office.session.scalars(select(OutboxEvent.name)))
    assert {"route.refused", "step.opened"} <= names
    tags = set(office.session.scalars(select(AuditEvent.tag).where(AuditEvent.subject_id == route.trail_id)))
    assert {"signing:route:open", "signing:step:initials", "signing:step:refuse"} <= tags


def test_a_refusal_needs_a_reason(office: Office) -> None:
    route = office.started()
    step = office.step(route, INITIALS)
    with pytest.raises(Invalid, match="reason_missing"):
        conduct.refuse(office.session, step.id, reason="  ", by=office.actor("clerk"), now=clock.now())
    assert step.outcome is None


def test_after_a_refusal_the_paper_can_be_sent_again_without_the_earlier_signatures(office: Office) -> None:
    document = office.paper()
    first = office.start(document)
    office.sign(office.step(first, INITIALS), "clerk")
    step = office.step(first, APPROVAL)
    conduct.refuse(office.session, step.id, reason="Sai ngày", by=office.actor("head"), now=clock.now())

    again = office.start(document)

    assert again.version.origin is Origin.PREPARED
    assert again.version.parent_id == document.versions[0].id
    assert waiting(office, "clerk") == ["initials"]


def test_nobody_sees_or_does_the_step_of_a_seat_that_is_not_theirs(office: Office) -> None:
    step = office.step(office.started(), INITIALS)
    with pytest.raises(NotFound, match="step_not_found"):
        service.get_step(office.session, step.id, by=office.actor("registrar"))
    with pytest.raises(PermissionDenied):
        service.ensure_turn(office.session, step, by=office.actor("registrar"), now=clock.now())


def test_nobody_acts_before_their_turn(office: Office) -> None:
    step = office.step(office.started(), APPROVAL)
    with pytest.raises(Conflict, match="step_not_open"):
        service.ensure_turn(office.session, step, by=office.actor("head"), now=clock.now())


@pytest.mark.rule("P25")
def test_a_capacity_that_the_campaign_does_not_name_is_refused(office: Office) -> None:
    office.below("deputy")
    office.delegate("deputy", Capacity.TUQ, scope=Scope(document_kinds=frozenset({"submission_letter"})))
    route = office.started()
    office.sign(office.step(route, INITIALS), "clerk")
    with pytest.raises(Invalid, match="capacity_not_allowed"):
        service.ensure_turn(office.session, office.step(route, APPROVAL), by=office.actor("deputy"), now=clock.now())


def test_a_document_has_one_open_route_at_most(office: Office) -> None:
    document = office.paper()
    office.start(document)
    with pytest.raises(Conflict, match="route_already_open"):
        office.start(document)


def test_a_new_version_ends_the_route_of_the_old_one(office: Office) -> None:
    document = office.paper()
    route = office.start(document)
    service.replace(office.session, document, by=SYSTEM, now=clock.now())
    assert route.outcome is RouteOutcome.REPLACED
    assert service.open_route_of(office.session, document.id) is None


def test_a_paper_is_called_back_only_while_nobody_signed(office: Office) -> None:
    route = office.started()
    office.sign(office.step(route, INITIALS), "clerk")
    with pytest.raises(Conflict, match="route_already_signed"):
        service.recall(office.session, route, reason="nhầm", by=SYSTEM, now=clock.now())

    other = office.started()
    service.recall(office.session, other, reason="nhầm", by=SYSTEM, now=clock.now())
    assert other.outcome is RouteOutcome.RECALLED
    with pytest.raises(Conflict, match="route_closed"):
        service.recall(office.session, other, reason="nhầm", by=SYSTEM, now=clock.now())


@pytest.mark.parametrize(
    ("content", "code"),
    [(docx_file(), "route_needs_pdf"), (pdf_with_form(), "document_has_signature_fields")],
    ids=["a Word file", "a PDF with a signature field of its own"],
)
def test_only_a_pdf_without_foreign_signature_fields_goes_to_the_signers(
    office: Office, content: bytes, code: str
) -> None:
    document = office.paper(content)
    with pytest.raises(Invalid, match=code):
        office.start(document)
    assert service.open_route_of(office.session, document.id) is None


def test_a_paper_that_was_signed_elsewhere_is_not_signed_again(office: Office) -> None:
    route = office.started(HEAD_ONLY)
    office.sign(office.step(route, APPROVAL), "head")
    with documents.local_copy(office.desk.desk, route.version) as path:
        signed = path.read_bytes()

    with pytest.raises((Conflict, Invalid), match=r"document_already_signed|document_has_signature_fields"):
        office.start(office.paper(signed))


def test_a_number_is_given_once_a_year_for_a_symbol(office: Office) -> None:
    numbers = []
    for _ in range(2):
        route = office.started(LETTER_ROUTE[2:])
        numbers.append(route)
    office.number(numbers[0], 7)
    with pytest.raises(Conflict, match="number_taken"):
        office.number(numbers[1], 7)
    assert office.step(numbers[1], NUMBER).outcome is None
    assert office.step(numbers[0], SEAL).opened_at is not None


def test_the_newest_routes_of_many_documents_take_two_queries(office: Office) -> None:
    routes = [office.started(HEAD_ONLY, letter()) for _ in range(3)]
    found = service.latest_routes(office.session, [route.document_id for route in routes])
    assert {each.id for each in found.values()} == {route.id for route in routes}
    assert all(isinstance(route, SigningRoute) and route.steps for route in found.values())
