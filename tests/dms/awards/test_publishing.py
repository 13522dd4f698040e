"""Publishing a revision: what stays, what is refused with numbers, empty seats, what open dossiers would be told."""

import pytest
from sqlalchemy.orm import Session

from dms.awards import publishing
from dms.awards.models import Decision, DecisionItem
from dms.campaigns import service as campaigns
from dms.campaigns.models import CampaignRevision
from dms.campaigns.service import Proposal
from dms.campaigns.vocabulary import NomineeKind, Side
from dms.documents.models import Document, DocumentKind
from dms.dossiers import reevaluation, service
from dms.dossiers.models import Dossier
from dms.errors import Conflict, Invalid, PermissionDenied
from dms.policy import Actor, PositionKind, Role
from tests import factories as make

TEXT = make.VINH_LONG.read_text()
CODE = "vinh-long-chuyen-doi-so-2023-2025"
LATER = TEXT.replace("before: 2026-01-10", "before: 2026-01-02").replace("late: flag", "late: refuse", 1)


def proposal(text: str, based_on: int = 1, reason: str = "Theo Quyết định số 12") -> Proposal:
    return Proposal(text, based_on, reason)


@pytest.fixture
def issuer(session: Session) -> Actor:
    """A clerk of the committee that issued the plan."""
    return make.a_clerk(session, make.a_province(session).committee)


@pytest.fixture
def plan(session: Session, issuer: Actor) -> CampaignRevision:
    return make.a_campaign(session)


def decided(session: Session, dossier: Dossier, count: int) -> None:
    """A living decision on so many collectives of the dossier."""
    document = Document(unit_id=dossier.conferrer_id, kind=DocumentKind.DECISION, title="Quyết định")
    session.add(document)
    session.flush()
    decision = Decision(
        revision_id=dossier.revision_id,
        campaign_code=CODE,
        scheme_code=dossier.scheme_code,
        conferrer_id=dossier.conferrer_id,
        document_id=document.id,
        prepared_at=make.NOW,
    )
    nominees = [make.a_nominee(session, dossier, kind=NomineeKind.COLLECTIVE) for _ in range(count)]
    decision.items = [DecisionItem(nominee_id=each.id, ordinal=n) for n, each in enumerate(nominees, start=1)]
    session.add(decision)
    session.flush()


def test_the_issuing_units_clerk_revises_and_who_and_why_stay_with_the_revision(
    session: Session, issuer: Actor, plan: CampaignRevision
) -> None:
    revision = publishing.publish(session, CODE, proposal(LATER), by=issuer, now=make.NOW)
    assert (revision.number, revision.author_name, revision.reason) == (2, issuer.name, "Theo Quyết định số 12")
    assert plan.campaign.unit_id == make.a_province(session).committee.id


def test_a_clerk_of_another_unit_does_not_revise(session: Session, plan: CampaignRevision) -> None:
    stranger = make.a_clerk(session, make.a_unit(session))
    with pytest.raises(PermissionDenied):
        publishing.publish(session, CODE, proposal(LATER), by=stranger, now=make.NOW)


@pytest.mark.rule("P13")
def test_a_number_below_what_is_decided_is_refused_with_both_numbers(
    session: Session, issuer: Actor, plan: CampaignRevision
) -> None:
    decided(session, make.a_dossier(session, revision=plan), 3)
    with pytest.raises(Conflict) as refusal:
        publishing.publish(session, CODE, proposal(TEXT.replace("limit: 10,", "limit: 2,")), by=issuer, now=make.NOW)
    assert refusal.value.code == "quota_below_decided"
    assert (refusal.value.params["limit"], refusal.value.params["decided"]) == (2, 3)
    publishing.publish(session, CODE, proposal(TEXT.replace("limit: 10,", "limit: 3,")), by=issuer, now=make.NOW)


@pytest.mark.parametrize(
    ("text", "based_on", "reason", "code"),
    [
        (LATER, 1, " ", "revision_reason_missing"),
        (LATER, 0, "x", "campaign_revised_meanwhile"),
        (f"# a remark\n{TEXT}", 1, "x", "revision_without_change"),
        (TEXT.replace(f"code: {CODE}", "code: khac", 1), 1, "x", "campaign_identity_changed"),
        (TEXT.replace("issuing_unit: ubnd-tinh", "issuing_unit: so-noi-vu"), 1, "x", "campaign_identity_changed"),
        (LATER.replace("late: refuse", "late: refused"), 1, "x", "campaign_file_invalid"),
    ],
)
def test_what_is_no_proper_revision_is_refused(
    session: Session, issuer: Actor, plan: CampaignRevision, *, text: str, based_on: int, reason: str, code: str
) -> None:
    with pytest.raises((Invalid, Conflict)) as refusal:
        publishing.publish(session, CODE, proposal(text, based_on, reason), by=issuer, now=make.NOW)
    assert refusal.value.code == code
    assert campaigns.latest(session, CODE) is plan


def test_a_dry_run_tells_what_open_dossiers_would_gain_and_moves_none(
    session: Session, issuer: Actor, plan: CampaignRevision
) -> None:
    dossier = make.a_complete_dossier(session)
    day = make.NOW.date()
    found = publishing.preview(session, CODE, proposal(LATER), by=issuer, now=make.NOW, day=day).dry_run
    (shift,) = found.touched
    assert [finding.code for finding in shift.gained] == ["late_refused"]
    assert [finding.code for finding in shift.blocking] == ["late_refused"]
    assert not shift.is_readable  # the committee's clerk sees that it is touched, and not whose it is
    publishing.publish(session, CODE, proposal(LATER), by=issuer, now=make.NOW)
    clerk = make.clerk_of(session, dossier)
    assert service.submit(session, dossier.id, by=clerk, now=make.NOW).revision_id == plan.id


def test_a_dry_run_tells_what_would_no_longer_be_asked_and_that_an_award_is_gone(
    session: Session, issuer: Actor, plan: CampaignRevision
) -> None:
    dossier = make.a_dossier(session, revision=plan)
    spec = campaigns.spec_of(plan)
    award = spec.schemes[2]
    looser = award.model_copy(update={"requirements": award.requirements[:1]})
    with_less = spec.model_copy(update={"schemes": (*spec.schemes[:2], looser)})
    lost = reevaluation.shift(session, dossier, with_less, now=make.NOW).lost
    assert {finding.place.requirement for finding in lost} == {"bien-ban"}
    without = spec.model_copy(update={"schemes": spec.schemes[:2]})
    assert reevaluation.shift(session, dossier, without, now=make.NOW).scheme_gone


def test_a_dry_run_comes_in_pages_and_leaves_out_what_has_ended(
    session: Session, issuer: Actor, plan: CampaignRevision
) -> None:
    dossiers = [make.a_dossier(session, revision=plan) for _ in range(3)]
    ended = make.a_dossier(session, revision=plan)
    service.withdraw(session, ended.id, reason="Thôi", by=make.clerk_of(session, ended), now=make.NOW)
    spec = campaigns.spec_of(plan)
    pages = [
        reevaluation.dry_run(session, CODE, spec, by=issuer, now=make.NOW, page=page, size=2) for page in (1, 2, 9)
    ]
    assert [(page.total, page.pages, len(page.shifts)) for page in pages] == [(3, 2, 2), (3, 2, 1), (3, 2, 1)]
    assert [shift.dossier.id for page in pages[:2] for shift in page.shifts] == make.ids(dossiers)
    assert all(shift.is_empty for page in pages for shift in page.shifts)


def test_seats_that_a_route_asks_for_and_nobody_holds_are_told(session: Session, plan: CampaignRevision) -> None:
    province = make.a_province(session)
    for unit in (province.coordinator, province.department):
        make.an_actor(session, unit, seats=[PositionKind.HEAD])
    found = {
        (seat.side, seat.position): seat
        for seat in publishing.empty_seats(session, campaigns.spec_of(plan), day=make.NOW.date())
    }
    assert (Side.COORDINATOR, PositionKind.HEAD) not in found
    assert found[Side.COORDINATOR, PositionKind.REGISTRAR].unit == "Sở Thông tin và Truyền thông"
    own = found[Side.OWN, PositionKind.HEAD]
    assert own.units == own.total - 2


@pytest.mark.rule("P23")
def test_a_clerk_opens_a_campaign_for_the_own_unit_only(session: Session, plan: CampaignRevision) -> None:
    unit, other = make.a_unit(session, code="so-thu"), make.a_unit(session, code="so-khac")
    text = make.OWN_CAMPAIGN.read_text().replace("issuing_unit: so-gddt", "issuing_unit: so-thu")
    clerk = make.an_actor(session, unit, Role.CLERK)
    with pytest.raises(PermissionDenied):
        campaigns.add(session, text, unit_id=other.id, reason="", by=clerk, now=make.NOW)
    assert campaigns.add(session, text, unit_id=unit.id, reason="", by=clerk, now=make.NOW).number == 1
    with pytest.raises(Conflict, match="campaign_code_taken"):
        campaigns.add(session, text, unit_id=unit.id, reason="", by=clerk, now=make.NOW)


def test_a_closed_campaign_takes_no_dossier_and_lets_those_under_way_go_on(
    session: Session, issuer: Actor, plan: CampaignRevision
) -> None:
    dossier = make.a_complete_dossier(session)
    campaigns.close(session, CODE, reason="Đã tổng kết", by=issuer, now=make.NOW)
    with pytest.raises(Conflict, match="campaign_closed"):
        make.a_dossier(session, revision=plan)
    service.submit(session, dossier.id, by=make.clerk_of(session, dossier), now=make.NOW)
    with pytest.raises(Conflict, match="campaign_closed_already"):
        campaigns.close(session, CODE, reason="Lần nữa", by=issuer, now=make.NOW)
    with pytest.raises(Invalid, match="reason_missing"):
        campaigns.reopen(session, CODE, reason=" ", by=issuer, now=make.NOW)
    campaigns.reopen(session, CODE, reason="Gia hạn", by=issuer, now=make.NOW)
    assert make.a_dossier(session, revision=plan).revision_id == plan.id
