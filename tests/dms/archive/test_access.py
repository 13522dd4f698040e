"""Who may read a paper, and who may change what it stands in."""

from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from dms.appraisal.models import Consolidation
from dms.archive import access
from dms.archive.history import history_of
from dms.awards.models import Decision
from dms.campaigns.vocabulary import StageMode, StepAction
from dms.documents import service as documents
from dms.documents.models import Document, DocumentKind
from dms.dossiers import parts
from dms.dossiers.models import Dossier
from dms.errors import Conflict, NotFound, PermissionDenied
from dms.people.models import Unit
from dms.policy import Actor, PositionKind, Role, Status
from dms.signing.models import RouteOutcome, SigningRoute, Step
from tests import factories as make


@pytest.fixture
def dossier(session: Session) -> Dossier:
    return make.a_dossier(session)


@pytest.fixture
def paper(session: Session, dossier: Dossier) -> Document:
    return make.a_paper(session, dossier, "to-trinh").document


def reads(session: Session, document: Document, by: Actor) -> bool:
    try:
        return access.ensure_document_readable(session, document.id, by=by) is document
    except NotFound:
        return False


def a_loose_document(session: Session, unit: Unit, kind: DocumentKind) -> Document:
    return documents.create_document(session, unit_id=unit.id, kind=kind, title="Văn bản")


def a_route(session: Session, document: Document, *seats: tuple[PositionKind, Unit]) -> SigningRoute:
    """A route with one step for each seat, none of them open."""
    document.versions = document.versions or [make.a_version(1)]
    session.flush()
    route = SigningRoute(
        document_id=document.id,
        version_id=document.versions[-1].id,
        trail_subject="dossier",
        trail_id=uuid4(),
        title=document.title,
        opened_at=make.NOW,
    )
    route.steps = [
        Step(
            stage=number,
            ordinal=1,
            mode=StageMode.ALL_OF,
            action=StepAction.APPROVAL,
            unit_id=unit.id,
            position_kind=kind,
        )
        for number, (kind, unit) in enumerate(seats, start=1)
    ]
    session.add(route)
    session.flush()
    return route


# --- reading


def test_the_units_clerk_reads_and_another_units_clerk_does_not_learn_of_it(
    session: Session, dossier: Dossier, paper: Document
) -> None:
    assert reads(session, paper, make.clerk_of(session, dossier))
    assert not reads(session, paper, make.a_clerk(session, make.a_unit(session)))


def test_the_coordinator_reads_only_what_was_submitted(session: Session, dossier: Dossier, paper: Document) -> None:
    coordinator = make.an_actor(session, session.get_one(Unit, dossier.coordinator_id), Role.COORDINATOR)
    assert not reads(session, paper, coordinator)
    dossier.status = Status.SUBMITTED
    session.flush()
    assert reads(session, paper, coordinator)


def test_a_signer_of_another_unit_reads_the_paper_alone(session: Session, dossier: Dossier, paper: Document) -> None:
    elsewhere = make.a_unit(session)
    signer = make.an_actor(session, elsewhere, seats=[PositionKind.HEAD])
    assert not reads(session, paper, signer)
    a_route(session, paper, (PositionKind.HEAD, elsewhere))
    assert reads(session, paper, signer)
    assert access.readable_holder(session, paper.id, by=signer) is None
    assert not reads(session, make.a_paper(session, dossier, "bien-ban").document, signer)
    assert not reads(session, paper, make.an_actor(session, elsewhere, seats=[PositionKind.DEPUTY_HEAD]))


def test_a_letter_and_a_decision_are_read_by_those_who_may_read_what_they_stand_in(session: Session) -> None:
    province, revision = make.a_province(session), make.a_campaign(session)
    letter = a_loose_document(session, province.coordinator, DocumentKind.CONSOLIDATION_LETTER)
    decree = a_loose_document(session, province.committee, DocumentKind.DECISION)
    common = {"revision_id": revision.id, "scheme_code": make.BANG_KHEN, "conferrer_id": province.committee.id}
    sides = {"coordinator_id": province.coordinator.id, "appraiser_id": province.appraiser.id}
    session.add(Consolidation(document_id=letter.id, opened_at=make.NOW, **common, **sides))
    session.add(Decision(document_id=decree.id, prepared_at=make.NOW, **common))
    session.flush()
    coordinator = make.an_actor(session, province.coordinator, Role.COORDINATOR)
    office = make.an_actor(session, province.committee, Role.CHAIR_OFFICE)
    archivist = make.an_actor(session, province.committee, Role.ARCHIVIST)
    assert [reads(session, letter, each) for each in (coordinator, office, archivist)] == [True, True, False]
    assert [reads(session, decree, each) for each in (coordinator, office, archivist)] == [False, True, True]


def test_a_paper_that_stands_nowhere_is_read_by_nobody(session: Session) -> None:
    unit = make.a_unit(session)
    assert not reads(session, a_loose_document(session, unit, DocumentKind.OTHER), make.a_clerk(session, unit))


def test_the_page_of_a_paper_asks_no_more_for_many_versions_and_steps(
    session: Session, dossier: Dossier, paper: Document
) -> None:
    clerk = make.clerk_of(session, dossier)
    few = _queries(session, paper, clerk)
    paper.versions += [make.a_version(number) for number in range(2, 12)]
    a_route(session, paper, *((kind, make.a_unit(session)) for kind in PositionKind))
    assert _queries(session, paper, clerk) == few


def _queries(session: Session, paper: Document, by: Actor) -> int:
    session.flush()
    session.expire_all()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(session.connection(), "before_cursor_execute", note)
    history_of(session, paper.id, by=by)
    event.remove(session.connection(), "before_cursor_execute", note)
    return len(asked)


# --- changing


def test_only_who_may_change_the_dossier_may_change_its_paper(
    session: Session, dossier: Dossier, paper: Document
) -> None:
    clerk = make.clerk_of(session, dossier)
    head = make.an_actor(session, session.get_one(Unit, dossier.unit_id), seats=[PositionKind.HEAD])
    assert access.ensure_document_editable(session, paper.id, by=clerk).subject is dossier
    with pytest.raises(PermissionDenied):
        access.ensure_document_editable(session, paper.id, by=head)
    with pytest.raises(NotFound):
        access.ensure_document_editable(session, paper.id, by=make.a_clerk(session, make.a_unit(session)))


def test_a_withdrawn_version_ends_the_route_on_it_and_the_dossier_says_so(
    session: Session, dossier: Dossier, paper: Document
) -> None:
    clerk = make.clerk_of(session, dossier)
    paper.versions.append(make.a_version(2))
    route = a_route(session, paper, (PositionKind.HEAD, session.get_one(Unit, dossier.unit_id)))
    parts.withdraw(session, paper.id, 1, reason="Bản cũ", by=clerk, now=make.NOW)
    assert route.closed_at is None
    parts.withdraw(session, paper.id, 2, reason="Nhầm tệp", by=clerk, now=make.NOW)
    assert route.outcome is RouteOutcome.REPLACED
    history = history_of(session, paper.id, by=clerk)
    assert history.current is None
    assert history.version(None) is paper.versions[-1]


def test_nothing_is_withdrawn_while_the_dossier_lies_with_somebody_else(
    session: Session, dossier: Dossier, paper: Document
) -> None:
    clerk = make.clerk_of(session, dossier)
    dossier.status = Status.SUBMITTED
    session.flush()
    with pytest.raises(Conflict, match="dossier_closed_for_changes"):
        parts.withdraw(session, paper.id, 1, reason="Nhầm", by=clerk, now=make.NOW)
    assert not history_of(session, paper.id, by=clerk).may_withdraw
