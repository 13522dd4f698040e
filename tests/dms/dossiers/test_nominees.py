"""Nominees: who may stand in a dossier, in which order, with which scores and statements."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from dms.campaigns.vocabulary import NomineeKind
from dms.dossiers import facts, nominees, service
from dms.dossiers.models import Dossier, IndexScore, Nominee
from dms.dossiers.nominees import NomineeData, ScoreEntry, Statement
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied
from dms.policy import Role, Status
from tests import factories as make

COLLECTIVE, INDIVIDUAL = NomineeKind.COLLECTIVE, NomineeKind.INDIVIDUAL


def names(session: Session, dossier: Dossier) -> list[str]:
    return [nominee.name for nominee in facts.nominees_of(session, dossier.id)]


def test_nominees_stand_in_the_order_in_which_they_came(session: Session) -> None:
    dossier = make.a_dossier(session)
    for name in ("Phòng Một", "Phòng Hai", "Phòng Ba"):
        make.a_nominee(session, dossier, name, kind=COLLECTIVE)
    assert names(session, dossier) == ["Phòng Một", "Phòng Hai", "Phòng Ba"]


def test_the_order_can_be_changed_and_must_name_everybody(session: Session) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    one, two, three = (make.a_nominee(session, dossier, name) for name in ("An", "Bình", "Chi"))
    nominees.reorder_nominees(session, dossier.id, make.ids([three, one, two]), by=clerk, now=make.NOW)
    assert names(session, dossier) == ["Chi", "An", "Bình"]
    with pytest.raises(Conflict, match="nominees_changed"):
        nominees.reorder_nominees(session, dossier.id, make.ids([one, two]), by=clerk, now=make.NOW)


def test_a_removed_nominee_leaves_the_list_without_a_gap_and_stays_on_record(session: Session) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    first, second, third = (make.a_nominee(session, dossier, name) for name in ("An", "Bình", "Chi"))
    nominees.remove_nominee(session, first.id, by=clerk, now=make.NOW)
    nominees.remove_nominee(session, second.id, by=clerk, now=make.NOW)
    assert names(session, dossier) == ["Chi"]
    assert session.get_one(Nominee, third.id).ordinal == 1
    assert session.get_one(Nominee, first.id).removed_at == make.NOW
    with pytest.raises(NotFound):
        nominees.get_nominee(session, first.id, by=clerk)
    again = make.a_nominee(session, dossier, "An")
    assert again.ordinal == 2


def test_the_same_nominee_is_not_listed_twice_whatever_the_writing(session: Session) -> None:
    dossier = make.a_dossier(session)
    make.a_nominee(session, dossier, "Nguyễn Văn Hùng", workplace="Phòng Hành chính")
    with pytest.raises(Invalid, match="nominee_already_listed"):
        make.a_nominee(session, dossier, "nguyễn  văn HÙNG", workplace="phòng hành chính")
    make.a_nominee(session, dossier, "Nguyễn Văn Hùng", workplace="Phòng Kế toán")


@pytest.mark.rule("P08")
def test_no_head_puts_forward_the_unit_that_he_leads_for_his_own_giay_khen(session: Session) -> None:
    unit = make.a_unit(session, name="Sở Tài chính")
    own = make.a_dossier(session, unit=unit, scheme=make.GIAY_KHEN)
    with pytest.raises(Invalid, match="nominee_is_the_unit"):
        make.a_nominee(session, own, "Sở Tài chính", kind=COLLECTIVE)
    for_itself = make.a_dossier(session, unit=unit, scheme=make.GIAY_KHEN, for_itself=True)
    assert make.a_nominee(session, for_itself, "Sở Tài chính", kind=COLLECTIVE).name == "Sở Tài chính"


def test_a_nominee_without_a_name_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="nominee_name_missing"):
        make.a_nominee(session, make.a_dossier(session), "  ")


@pytest.mark.rule("P13")
def test_the_number_of_the_campaign_warns_the_unit_and_does_not_stop_it(session: Session) -> None:
    dossier = make.a_dossier(session)
    for number in range(11):
        make.a_nominee(session, dossier, f"Phòng {number}", kind=COLLECTIVE)
    found = service.judge(session, dossier, now=make.NOW).findings
    over = next(finding for finding in found if finding.code == "quota_exceeded_here")
    assert (over.params["count"], over.params["limit"], over.blocks) == (11, 10, False)


@pytest.mark.rule("P10")
def test_approved_scores_of_two_years_fulfil_the_criterion(session: Session) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    nominee = make.a_nominee(session, dossier, kind=COLLECTIVE, by=clerk)
    entries = [ScoreEntry(2023, Decimal(90), "QĐ 318"), ScoreEntry(2024, Decimal("92.35"), "QĐ 400")]
    nominees.set_scores(session, nominee.id, entries, by=clerk, now=make.NOW)
    assert "score_reached" in codes(session, dossier)
    nominees.set_scores(session, nominee.id, [ScoreEntry(2023, None)], by=clerk, now=make.NOW)
    assert "score_not_proven" in codes(session, dossier)
    assert session.query(IndexScore).filter_by(nominee_id=nominee.id).count() == 1


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (ScoreEntry(2019, Decimal(95)), "score_year_unknown"),
        (ScoreEntry(2024, Decimal(101)), "score_out_of_range"),
        (ScoreEntry(2024, Decimal(-1)), "score_out_of_range"),
    ],
)
def test_an_impossible_score_is_refused(session: Session, entry: ScoreEntry, code: str) -> None:
    dossier = make.a_dossier(session)
    nominee = make.a_nominee(session, dossier)
    with pytest.raises(Invalid, match=code):
        nominees.set_scores(session, nominee.id, [entry], by=make.clerk_of(session, dossier), now=make.NOW)


@pytest.mark.rule("P11")
def test_a_statement_waits_for_the_appraiser_and_a_changed_one_asks_anew(session: Session) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    nominee = make.a_nominee(session, dossier, by=clerk)
    statement = Statement("ca-nhan-nhiem-vu", "excellent", "Đánh giá cuối năm")
    nominees.attest(session, nominee.id, [statement], by=clerk, now=make.NOW)
    assert "unit_attested" in codes(session, dossier)
    nominee.attestations[0].confirmed = True
    nominees.attest(session, nominee.id, [statement], by=clerk, now=make.NOW)
    assert nominee.attestations[0].confirmed is True
    nominees.attest(session, nominee.id, [Statement("ca-nhan-nhiem-vu", "good")], by=clerk, now=make.NOW)
    assert nominee.attestations[0].confirmed is None
    assert "unit_denied" in codes(session, dossier)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (Statement("tap-the-nhiem-vu", "excellent"), "criterion_unknown"),
        (Statement("ca-nhan-chi-so", "yes"), "criterion_unknown"),
        (Statement("ca-nhan-guong-mau", "excellent"), "statement_value_unknown"),
    ],
)
def test_a_statement_that_nobody_asked_for_is_refused(session: Session, statement: Statement, code: str) -> None:
    dossier = make.a_dossier(session)
    nominee = make.a_nominee(session, dossier)
    with pytest.raises(Invalid, match=code):
        nominees.attest(session, nominee.id, [statement], by=make.clerk_of(session, dossier), now=make.NOW)


def test_a_namesake_in_another_dossier_is_left_to_a_person_and_a_colleague_is_a_repetition(session: Session) -> None:
    first, second = make.a_dossier(session), make.a_dossier(session)
    make.a_nominee(session, first, "Nguyễn Văn Hùng", workplace="Sở Tài chính")
    elsewhere = make.a_nominee(session, second, "Nguyễn Văn Hùng", workplace="Sở Y tế")
    assert "nominee_repetition_unknown" in codes(session, second)
    clerk = make.clerk_of(session, second)
    data = NomineeData(INDIVIDUAL, "Nguyễn Văn Hùng", workplace="Sở Tài chính")
    nominees.edit_nominee(session, elsewhere.id, data, by=clerk, now=make.NOW)
    assert "nominee_repeated" in codes(session, second)


def test_collectives_of_one_name_in_two_departments_are_two(session: Session) -> None:
    first, second = make.a_dossier(session), make.a_dossier(session)
    make.a_nominee(session, first, "Văn phòng", kind=COLLECTIVE)
    make.a_nominee(session, second, "Văn phòng", kind=COLLECTIVE)
    assert not codes(session, second) & {"nominee_repeated", "nominee_repetition_unknown"}


def test_a_submitted_dossier_takes_no_nominee_and_a_reader_never_edits(session: Session) -> None:
    dossier = make.a_dossier(session, status=Status.SUBMITTED)
    data = NomineeData(INDIVIDUAL, "Nguyễn Văn Hùng")
    with pytest.raises(Conflict, match="dossier_closed_for_changes"):
        nominees.add_nominee(session, dossier.id, data, by=make.clerk_of(session, dossier), now=make.NOW)
    dossier.status = Status.RETURNED
    coordinator = make.an_actor(session, make.a_province(session).coordinator, Role.COORDINATOR)
    with pytest.raises(PermissionDenied):
        nominees.add_nominee(session, dossier.id, data, by=coordinator, now=make.NOW)


def codes(session: Session, dossier: Dossier) -> set[str]:
    return {finding.code for finding in service.judge(session, dossier, now=make.NOW).findings}
