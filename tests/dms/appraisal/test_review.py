"""The appraiser's desk on a real database: what waits, what a person decides, yes, no and back again (P22)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from dms import audit
from dms.appraisal import checklist, review, rules
from dms.appraisal.checklist import Group, Review
from dms.appraisal.models import ReviewVerdict
from dms.appraisal.review import Word
from dms.appraisal.rules import Point, PointState
from dms.campaigns.vocabulary import NomineeKind
from dms.completeness.model import CheckKind, Verdict
from dms.dossiers import nominees, service, summary
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier
from dms.dossiers.nominees import Statement
from dms.dossiers.service import ReturnEntry
from dms.errors import Conflict, DomainError, Invalid, NotFound, PermissionDenied
from dms.policy import Actor, Role, Status
from tests import factories as make
from tests.dms.appraisal import world

LATER = make.NOW + timedelta(days=3)
MUCH_LATER = make.NOW + timedelta(days=6)
YES, NO = ReviewVerdict.ACCEPTED, ReviewVerdict.REJECTED
ETHICS = "statement:criterion:ca-nhan-guong-mau"


def a_desk(
    session: Session, *, people: Iterable[str] = ("Lê An",), papers: Iterable[str] = ()
) -> tuple[Dossier, Actor]:
    """A consolidated dossier whose people have everything proven but their papers, and its appraiser."""
    appraiser = world.an_appraiser(session)
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    for name in people:
        nominee = make.a_nominee(session, dossier, name, by=clerk, workplace=f"Phòng {name}")
        make.proven(session, nominee, by=clerk)
    for code in papers:
        make.a_paper(session, dossier, code)
    dossier.status, dossier.status_since, dossier.submitted_at = Status.CONSOLIDATED, make.NOW, make.NOW
    summary.refresh(session, dossier, now=make.NOW)
    return dossier, appraiser


def looked_at(session: Session, dossier: Dossier, by: Actor, now: datetime = make.NOW) -> Review:
    return checklist.checklist(session, dossier.id, by=by, now=now)


def points(found: Review) -> list[Point]:
    return [point for group in found.groups for point in group.points]


def point(found: Review, subject: str) -> Point:
    return next(each for each in points(found) if each.subject == subject)


def group(found: Review, requirement: str | None, *, nominee: bool = False) -> Group:
    return next(each for each in found.groups if each.requirement == requirement and bool(each.nominee) == nominee)


def say(
    dossier: Dossier, subject: str, verdict: ReviewVerdict = YES, comment: str = "", *, who: int | None = 0
) -> Word:
    return Word(subject, verdict, None if who is None else dossier.nominees[who].id, comment)


def decide(session: Session, dossier: Dossier, *words: Word, by: Actor, now: datetime = make.NOW) -> None:
    review.decide(session, dossier.id, words, by=by, now=now)


# --- the queue


@pytest.mark.rule("P22")
def test_the_queue_shows_what_waits_the_longest_first_with_its_days(session: Session) -> None:
    young, appraiser = a_desk(session)
    old, _ = a_desk(session, people=["Võ Bình"])
    world.a_submitted_dossier(session, {"Phòng Khác": {}})  # lies with the coordinator
    old.status_since = make.NOW - timedelta(days=4)
    session.flush()
    found = review.queue(session, by=appraiser, now=LATER)
    assert [(each.dossier.id, each.days) for each in found.items] == [(old.id, 7), (young.id, 3)]
    assert (found.total, found.pages) == (2, 1)


@pytest.mark.rule("P22")
def test_the_queue_of_another_body_is_empty(session: Session) -> None:
    a_desk(session)
    stranger = make.an_actor(session, make.a_unit(session), Role.APPRAISER)
    assert review.queue(session, by=stranger, now=make.NOW).items == ()


@pytest.mark.rule("P22")
def test_queue_and_checklist_cost_the_same_queries_for_few_and_many(session: Session) -> None:
    few, appraiser = a_desk(session)
    many, _ = a_desk(session, people=[f"Người {number}" for number in range(12)])
    assert cost_of_checklist(session, few, appraiser) == cost_of_checklist(session, many, appraiser) <= 25
    before = cost_of_queue(session, appraiser)
    for number in range(12):
        a_desk(session, people=[f"Ai đó {number}"])
    assert cost_of_queue(session, appraiser) == before


def cost_of_checklist(session: Session, dossier: Dossier, by: Actor) -> int:
    dossier_id = dossier.id
    with world.counted(session) as statements:
        checklist.checklist(session, dossier_id, by=by, now=make.NOW)
    return len(statements)


def cost_of_queue(session: Session, by: Actor) -> int:
    with world.counted(session) as statements:
        found = review.queue(session, by=by, now=make.NOW)
        assert all(service.unit_name(each.dossier) and each.dossier.summary for each in found.items)
    return len(statements)


# --- who may


@pytest.mark.rule("P22")
def test_only_the_appraiser_of_the_dossier_reviews_it(session: Session) -> None:
    dossier, _ = a_desk(session)
    coordinator = world.a_coordinator(session)
    stranger = make.an_actor(session, make.a_unit(session), Role.APPRAISER)
    for actor, refusal in ((coordinator, PermissionDenied), (stranger, NotFound)):
        with pytest.raises(refusal):
            looked_at(session, dossier, actor)
        with pytest.raises(refusal):
            review.pass_(session, dossier.id, by=actor, now=make.NOW)


# --- what a person decides


@pytest.mark.rule("P22")
def test_findings_are_grouped_by_paper_and_nominee_and_cite_their_rule(session: Session) -> None:
    dossier, appraiser = a_desk(session, people=["Lê An", "Võ Bình"], papers=["to-trinh"])
    found = looked_at(session, dossier, appraiser)
    keys = [(each.requirement, each.nominee.name if each.nominee else None) for each in found.groups]
    assert keys == [
        (None, None),
        ("to-trinh", None),
        ("bien-ban", None),
        (None, "Lê An"),
        ("bao-cao-thanh-tich", "Lê An"),
        (None, "Võ Bình"),
        ("bao-cao-thanh-tich", "Võ Bình"),
    ]
    assert group(found, "to-trinh").document_id == dossier.parts[0].document_id
    assert all(each.finding.rule_id and each.finding.citation for each in points(found))


@pytest.mark.rule("P22")
def test_what_the_unit_attested_waits_for_the_appraiser_and_is_confirmed_by_a_yes(session: Session) -> None:
    dossier, appraiser = a_desk(session)
    assert point(looked_at(session, dossier, appraiser), ETHICS).state is PointState.UNDECIDED
    decide(session, dossier, say(dossier, ETHICS), by=appraiser)
    after = point(looked_at(session, dossier, appraiser), ETHICS)
    assert (after.state, after.finding.code) == (PointState.ACCEPTED, "appraiser_confirmed")
    told = audit.events(session, trail_of(dossier))[-1]
    assert (told.tag, told.data["subject"], told.data["verdict"]) == ("dossier:review:decide", ETHICS, "accepted")


@pytest.mark.rule("P22")
def test_a_no_needs_a_reason_and_blocks_until_it_is_taken_back(session: Session) -> None:
    dossier, appraiser = a_desk(session)
    with pytest.raises(Invalid, match="review_comment_missing"):
        decide(session, dossier, say(dossier, ETHICS, NO, "  "), by=appraiser)
    decide(session, dossier, say(dossier, ETHICS, NO, "Đang bị xem xét kỷ luật"), by=appraiser)
    denied = point(looked_at(session, dossier, appraiser), ETHICS)
    assert (denied.state, denied.opinion.comment) == (PointState.REJECTED, "Đang bị xem xét kỷ luật")
    decide(session, dossier, say(dossier, ETHICS), by=appraiser)
    assert point(looked_at(session, dossier, appraiser), ETHICS).state is PointState.ACCEPTED


@pytest.mark.rule("P22")
def test_a_paper_can_be_rejected_for_what_no_rule_sees(session: Session) -> None:
    dossier, appraiser = a_desk(session, papers=["to-trinh"])
    paper = rules.subject_of_piece("to-trinh")
    decide(session, dossier, say(dossier, paper, NO, "Sai tên hình thức khen thưởng", who=None), by=appraiser)
    assert group(looked_at(session, dossier, appraiser), "to-trinh").is_rejected


def test_a_word_on_something_that_is_not_there_is_refused(session: Session) -> None:
    dossier, appraiser = a_desk(session)
    with pytest.raises(Invalid, match="review_point_unknown"):
        decide(session, dossier, say(dossier, "statement:criterion:khong-co"), by=appraiser)


# --- yes


def screened(session: Session, dossier: Dossier, by: Actor) -> list[Word]:
    """A yes to every screening principle that must be answered."""
    return [Word(each.subject, YES) for each in looked_at(session, dossier, by).open_asked]


def passable(session: Session, monkeypatch: pytest.MonkeyPatch) -> tuple[Dossier, Actor]:
    """A dossier without a blocking finding: its papers are signed by tests of their own, so here none is asked for."""
    dossier, appraiser = a_desk(session)
    without = service.completeness_rules

    def without_papers(*args: object) -> object:
        return replace(without(*args), requirements=(), council=None)

    monkeypatch.setattr(service, "completeness_rules", without_papers)
    return dossier, appraiser


@pytest.mark.rule("P22")
def test_passing_is_refused_with_everything_that_is_open(session: Session) -> None:
    dossier, appraiser = a_desk(session)
    with pytest.raises(Invalid, match="review_open") as refusal:
        review.pass_(session, dossier.id, by=appraiser, now=make.NOW)
    listed = [point for each in refusal.value.params["groups"] for point in each.open_points]
    everything = [each for each in points(looked_at(session, dossier, appraiser)) if each.is_open]
    assert [each.subject for each in listed] == [each.subject for each in everything]
    asked = looked_at(session, dossier, appraiser).open_asked  # the campaign's screening principles
    assert refusal.value.params["count"] == len(everything) + len(asked) > 3
    assert {each.state for each in listed} == {PointState.BLOCKING, PointState.UNDECIDED}
    assert dossier.status is Status.CONSOLIDATED


@pytest.mark.rule("P22")
def test_a_dossier_passes_when_nothing_is_open(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier, appraiser = passable(session, monkeypatch)
    waiting = [each for each in points(looked_at(session, dossier, appraiser)) if each.is_open]
    assert waiting
    words = [say(dossier, each.subject) for each in waiting]
    decide(session, dossier, *words, *screened(session, dossier, appraiser), by=appraiser)
    review.pass_(session, dossier.id, by=appraiser, now=make.NOW)
    assert dossier.status is Status.APPRAISED
    assert audit.events(session, trail_of(dossier))[-1].data["accepted"] == len(words)
    with pytest.raises(Conflict, match="dossier_status_forbids"):
        review.pass_(session, dossier.id, by=appraiser, now=make.NOW)
    with pytest.raises(Conflict, match="dossier_status_forbids"):
        decide(session, dossier, say(dossier, ETHICS), by=appraiser)
    assert not looked_at(session, dossier, appraiser).open_groups  # it can still be read


@pytest.mark.rule("P22")
def test_one_rejected_point_is_enough_to_stop_a_dossier(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier, appraiser = passable(session, monkeypatch)
    waiting = [each.subject for each in points(looked_at(session, dossier, appraiser)) if each.is_open]
    words = [say(dossier, each) for each in waiting]
    decide(session, dossier, *words, *screened(session, dossier, appraiser), by=appraiser)
    decide(session, dossier, say(dossier, waiting[0], NO, "Chưa đúng"), by=appraiser)
    with pytest.raises(Invalid, match="review_open") as refusal:
        review.pass_(session, dossier.id, by=appraiser, now=make.NOW)
    assert refusal.value.params["count"] == 1


# --- and back


def send_back(session: Session, dossier: Dossier, *entries: ReturnEntry, by: Actor, now: datetime = LATER) -> None:
    review.return_(session, dossier.id, entries, by=by, now=now)
    world.settle(session, now)


@pytest.mark.rule("P12")
@pytest.mark.parametrize("role", ["coordinator", "appraiser"])
def test_a_return_names_pieces_and_a_reason_for_each(session: Session, role: str) -> None:
    dossier, appraiser = a_desk(session)
    by = appraiser
    if role == "coordinator":
        dossier.status, by = Status.SUBMITTED, world.a_coordinator(session)
    with pytest.raises(Invalid, match="return_pieces_missing"):
        review.return_(session, dossier.id, [], by=by, now=LATER)
    with pytest.raises(Invalid, match="return_note_missing"):
        review.return_(session, dossier.id, [ReturnEntry("to-trinh")], by=by, now=LATER)
    entries = [ReturnEntry("to-trinh", note="Thiếu số"), ReturnEntry("bien-ban", note="Thiếu chữ ký thư ký")]
    sent_back = review.return_(session, dossier.id, entries, by=by, now=LATER)
    assert dossier.status is Status.RETURNED
    assert sent_back.reason == "Thiếu số; Thiếu chữ ký thư ký"


@pytest.mark.rule("P22")
def test_only_returned_pieces_reopen_for_the_unit(session: Session) -> None:
    dossier, appraiser = a_desk(session, people=["Lê An", "Võ Bình"])
    clerk = make.clerk_of(session, dossier)
    first, second = dossier.nominees
    send_back(session, dossier, ReturnEntry(nominee_id=second.id, note="Sai chức vụ"), by=appraiser)
    changed = nominees.NomineeData(kind=NomineeKind.INDIVIDUAL, name="Võ Bình", position_title="Phó Trưởng phòng")
    nominees.edit_nominee(session, second.id, changed, by=clerk, now=LATER)
    with pytest.raises(Conflict, match="piece_not_reopened"):
        nominees.edit_nominee(session, first.id, changed, by=clerk, now=LATER)


@pytest.mark.rule("P22")
def test_after_a_return_only_what_changed_is_judged_again_and_the_rest_of_the_review_is_kept(session: Session) -> None:
    dossier, appraiser = a_desk(session, people=["Lê An", "Võ Bình"])
    first, second = dossier.nominees
    decide(session, dossier, say(dossier, ETHICS), say(dossier, ETHICS, who=1), by=appraiser)
    send_back(session, dossier, ReturnEntry(nominee_id=second.id, note="Bổ sung sáng kiến"), by=appraiser)
    clerk = make.clerk_of(session, dossier)
    changed = [Statement("ca-nhan-ke-hoach", "yes", "Theo Kế hoạch số 12")]
    nominees.attest(session, second.id, changed, by=clerk, now=MUCH_LATER)
    dossier.status = Status.CONSOLIDATED
    found = looked_at(session, dossier, appraiser, MUCH_LATER)
    kept, again = (
        next(p for p in points(found) if p.subject == ETHICS and p.nominee_id == n.id) for n in (first, second)
    )
    assert kept.state is PointState.ACCEPTED
    assert (again.state, again.opinion.verdict) == (PointState.UNDECIDED, YES)  # the earlier word can still be read
    assert [change.event.tag for change in found.changes if change.event] == ["dossier:nominee:attest"]
    new = [each for each in found.groups if each.is_new]
    assert {each.nominee.name for each in new} == {"Võ Bình"}
    assert set(map(id, new)) <= set(map(id, found.shown_first))


@pytest.mark.rule("P22")
def test_a_new_version_of_a_paper_is_shown_as_a_change_and_judged_again(session: Session) -> None:
    dossier, appraiser = a_desk(session, papers=["to-trinh", "bien-ban"])
    words = [say(dossier, rules.subject_of_piece(code), who=None) for code in ("to-trinh", "bien-ban")]
    decide(session, dossier, *words, by=appraiser)
    send_back(session, dossier, ReturnEntry("to-trinh", note="Sai ngày"), by=appraiser)
    letter = next(part for part in dossier.parts if part.requirement_code == "to-trinh")
    letter.document.versions.append(make.a_version(2, now=MUCH_LATER))
    dossier.status = Status.CONSOLIDATED
    session.flush()
    found = looked_at(session, dossier, appraiser, MUCH_LATER)
    assert [(c.part.requirement_code, c.version.number) for c in found.changes if c.part] == [("to-trinh", 2)]
    assert not group(found, "to-trinh").opinion.stands
    assert group(found, "bien-ban").opinion.stands
    assert not group(found, "bien-ban").is_new


@pytest.mark.rule("P22")
def test_what_the_appraiser_denied_does_not_lock_the_unit_out(session: Session) -> None:
    dossier, appraiser = a_desk(session)
    decide(session, dossier, say(dossier, ETHICS, NO, "Chưa rõ"), by=appraiser)
    assert any(f.code == "appraiser_denied" for f in service.judge(session, dossier, now=make.NOW).blocking)
    send_back(session, dossier, ReturnEntry("to-trinh", note="Bổ sung"), by=appraiser)
    judged = service.judge(session, dossier, now=LATER)
    asked = next(f for f in judged.findings if f.check is CheckKind.STATEMENT)
    assert (asked.code, asked.verdict) == ("unit_attested", Verdict.NOT_PROVEN)


@pytest.mark.rule("P22")
def test_a_return_by_the_coordinator_before_the_first_look_hides_nothing(session: Session) -> None:
    dossier, appraiser = a_desk(session)
    dossier.status = Status.SUBMITTED
    send_back(session, dossier, ReturnEntry("to-trinh", note="Thiếu"), by=world.a_coordinator(session))
    dossier.status = Status.CONSOLIDATED
    found = looked_at(session, dossier, appraiser)
    assert found.sent_back is None
    assert found.shown_first == found.groups


@pytest.mark.rule("P22")
def test_a_refusal_needs_a_reason_and_ends_the_dossier(session: Session) -> None:
    dossier, appraiser = a_desk(session)
    with pytest.raises(DomainError, match="reason_missing"):
        service.refuse_dossier(session, dossier.id, reason=" ", by=appraiser, now=LATER)
    service.refuse_dossier(session, dossier.id, reason="Không đúng đối tượng", by=appraiser, now=LATER)
    assert dossier.status is Status.REFUSED
