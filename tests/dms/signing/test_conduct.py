"""What people do to a route beside signing: refuse, recall, skip, give away; and what becomes of earlier signatures."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dms import clock, handlers
from dms.audit import AuditEvent
from dms.campaigns.parts import Stage, Step
from dms.campaigns.vocabulary import SkipBy, StageMode
from dms.documents import service as documents
from dms.documents.models import Origin
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied
from dms.people import delegations, notices
from dms.people.models import Capacity, Delegation, Notice
from dms.policy import SYSTEM
from dms.scope import Scope
from dms.signing import conduct, mandates, pades, placement, service, timeline, validation, voiding
from dms.signing.mandates import Standing
from dms.signing.models import RouteOutcome, Signature, SigningRoute, StepOutcome, VoidCause
from tests.dms.signing.office import APPROVAL, COUNCIL, HEAD_ONLY, INITIALS, NUMBER, SEAL, Office, P, letter, minutes
from tests.factories import a_person, an_appointment

TWO_HANDS = Stage(
    code="ky-nhay",
    title="Ký nháy",
    steps=(Step(action=INITIALS, position=P.SPECIALIST), Step(action=INITIALS, position=P.REGISTRAR)),
)
HEAD = Stage(title="Thủ trưởng ký", steps=(Step(action=APPROVAL, position=P.HEAD),))
BACK = HEAD.model_copy(update={"on_refuse": "ky-nhay"})
SKIPPABLE = TWO_HANDS.model_copy(update={"skippable": True})
QUORUM = Stage(
    title="Các phòng ký nháy",
    mode=StageMode.QUORUM,
    needed=2,
    steps=tuple(Step(action=INITIALS, position=kind) for kind in (P.SPECIALIST, P.REGISTRAR, P.DEPUTY_HEAD)),
)


def refuse(office: Office, step: object, role: str, reason: str = "Thiếu tên tập thể") -> None:
    conduct.refuse(office.session, step.id, reason=reason, by=office.actor(role), now=clock.now())  # type: ignore[attr-defined]
    handlers.drain(office.session, now=clock.now())


def told(office: Office, role: str) -> list[str]:
    """The kinds of notice that somebody has, oldest first."""
    query = select(Notice.kind).where(Notice.person_id == office.staff[role].id).order_by(Notice.created_at)
    return list(office.session.scalars(query))


def counting(office: Office, route: SigningRoute) -> list[bool]:
    """Whether each of the route's signatures counts, in the order of its stages and rounds."""
    return [each.voided_at is None for each in voiding.signatures_of(office.session, route)]


def waiting(office: Office, *roles: str) -> list[int]:
    return [len(service.waiting_for(office.session, office.actor(role))) for role in roles]


def sent_by(office: Office, role: str, stages: Sequence[Stage], content: bytes | None = None) -> SigningRoute:
    """A route that somebody of the office has sent."""
    document = office.paper(content)
    plan = office.plan(document, tuple(stages))
    return placement.start(office.session, office.desk, document, plan, by=office.actor(role), now=clock.now())


# --- refuse


def test_a_refusal_to_the_clerk_voids_what_was_signed_and_tells_everybody(office: Office) -> None:
    route = sent_by(office, "secretary", (COUNCIL, HEAD), minutes())
    office.sign(office.step(route, APPROVAL, P.COUNCIL_CHAIR), "chair")
    office.sign(office.step(route, APPROVAL, P.COUNCIL_SECRETARY), "secretary")

    refuse(office, office.step(route, APPROVAL, P.HEAD), "head")

    assert route.outcome is RouteOutcome.REFUSED
    assert counting(office, route) == [False, False]
    void = voiding.signatures_of(office.session, route)[0]
    assert (void.void_cause, void.void_reason) == (VoidCause.REFUSED, "Thiếu tên tập thể")
    assert (told(office, "chair"), told(office, "secretary"), told(office, "head")) == (
        ["route_refused"],
        ["route_refused"],
        [],
    )
    notice = notices.notices_of(office.session, office.actor("chair"))[0]
    assert (notice.params["by"], notice.params["reason"]) == ("Nguyễn Thị Thuỳ Dương", "Thiếu tên tập thể")


def test_a_refusal_to_an_earlier_stage_begins_it_anew_on_the_paper_as_it_was(office: Office, tmp_path: Path) -> None:
    first = Stage(code="ky-nhay", title="Ký nháy", steps=(Step(action=INITIALS, position=P.SPECIALIST),))
    route = sent_by(office, "clerk", (first, BACK))
    prepared = route.version
    office.sign(office.step(route, INITIALS), "clerk")

    refuse(office, office.step(route, APPROVAL), "head", "Sai số liệu")

    assert (route.closed_at, route.outcome) == (None, None)
    assert route.version.digest == prepared.digest
    assert route.version.number == 4
    assert documents.current_version(route.document) is route.version
    assert waiting(office, "clerk", "head") == [1, 0]
    assert [(step.stage, step.round, step.outcome) for step in route.steps] == [
        (1, 1, StepOutcome.UNDONE),
        (1, 2, None),
        (2, 1, StepOutcome.REFUSED),
        (2, 2, None),
    ]
    assert counting(office, route) == [False]

    again = next(step for step in route.living if step.stage == 1)
    office.sign(again, "clerk")
    office.sign(next(step for step in route.living if step.stage == 2), "head")

    assert route.outcome is RouteOutcome.COMPLETED
    assert counting(office, route) == [False, True, True]
    report = pades.validate(
        office.file(route, tmp_path),
        trust=office.desk.trust,
        expected=validation.expected_of(office.session, route, version=route.version),
    )
    assert report.is_valid
    assert [each.field for each in report.signatures] == ["initials_1_1", "approval_2_1"]


def test_what_was_signed_before_the_stage_that_begins_anew_still_counts(office: Office) -> None:
    second = Stage(title="Hội đồng ký", steps=(Step(action=APPROVAL, position=P.COUNCIL_CHAIR),))
    third = HEAD.model_copy(update={"on_refuse": "previous"})
    first = Stage(title="Ký nháy", steps=(Step(action=INITIALS, position=P.SPECIALIST),))
    route = sent_by(office, "clerk", (first, second, third))
    office.sign(office.step(route, INITIALS), "clerk")
    initialled = route.version
    office.sign(office.step(route, APPROVAL, P.COUNCIL_CHAIR), "chair")

    refuse(office, office.step(route, APPROVAL, P.HEAD), "head")

    assert counting(office, route) == [True, False]
    assert route.version.digest == initialled.digest
    assert (told(office, "clerk"), told(office, "chair")) == (["route_sent_back"], ["route_sent_back"])
    assert waiting(office, "clerk", "chair", "head") == [0, 1, 0]
    stages = timeline.stages_of(office.session, route, now=clock.now())
    assert [stage.state for stage in stages] == ["done", "open", "waiting"]
    assert [entry.state for entry in stages[1].earlier] == ["void"]


def test_a_quorum_goes_on_after_one_refusal_and_ends_when_it_is_out_of_reach(office: Office) -> None:
    route = sent_by(office, "secretary", (QUORUM, *HEAD_ONLY))
    refuse(office, office.step(route, INITIALS, P.DEPUTY_HEAD), "deputy")
    assert route.closed_at is None
    assert told(office, "secretary") == ["step_refused"]
    assert waiting(office, "clerk", "registrar") == [1, 1]

    refuse(office, office.step(route, INITIALS, P.REGISTRAR), "registrar")
    assert route.outcome is RouteOutcome.REFUSED


def test_a_quorum_is_enough_and_the_others_need_not_sign(office: Office, tmp_path: Path) -> None:
    route = sent_by(office, "secretary", (QUORUM, *HEAD_ONLY))
    office.sign(office.step(route, INITIALS, P.SPECIALIST), "clerk")
    assert waiting(office, "deputy", "head") == [1, 0]
    office.sign(office.step(route, INITIALS, P.DEPUTY_HEAD), "deputy")
    assert waiting(office, "registrar", "head") == [0, 1]
    assert office.step(route, INITIALS, P.REGISTRAR).outcome is StepOutcome.NOT_NEEDED
    office.sign(office.step(route, APPROVAL), "head")
    assert route.outcome is RouteOutcome.COMPLETED
    assert pades.validate(office.file(route, tmp_path), trust=office.desk.trust).is_valid


def test_nobody_acts_twice_where_several_must(office: Office) -> None:
    twice = Stage(title="Hai chuyên viên ký nháy", steps=(Step(action=INITIALS, position=P.SPECIALIST),) * 2)
    route = sent_by(office, "secretary", (twice,))
    one, other = route.steps
    office.sign(one, "clerk")
    with pytest.raises(Conflict, match="acted_in_stage"):
        service.ensure_turn(office.session, other, by=office.actor("clerk"), now=clock.now())


# --- skip


def test_the_head_skips_where_the_campaign_allows_it_and_those_concerned_are_told(office: Office) -> None:
    route = sent_by(office, "secretary", (SKIPPABLE, HEAD))
    step = office.step(route, INITIALS, P.SPECIALIST)
    conduct.skip(office.session, step.id, reason="Đang đi công tác", by=office.actor("head"), now=clock.now())
    handlers.drain(office.session, now=clock.now())
    assert (step.outcome, step.actor_name, step.reason) == (
        StepOutcome.SKIPPED,
        "Nguyễn Thị Thuỳ Dương",
        "Đang đi công tác",
    )
    assert (told(office, "clerk"), told(office, "secretary")) == (["step_skipped"], ["step_skipped"])
    assert waiting(office, "head") == [0]
    conduct.skip(
        office.session,
        office.step(route, INITIALS, P.REGISTRAR).id,
        reason="Vắng",
        by=office.actor("head"),
        now=clock.now(),
    )
    assert waiting(office, "head") == [1]
    tags = set(office.session.scalars(select(AuditEvent.tag).where(AuditEvent.subject_id == route.trail_id)))
    assert "signing:step:skip" in tags


@pytest.mark.parametrize(
    ("by", "skip_by", "allowed"),
    [
        ("head", (SkipBy.HEAD,), True),
        ("head", (SkipBy.SENDER,), False),
        ("secretary", (SkipBy.SENDER,), True),
        ("secretary", (SkipBy.HEAD,), False),
        ("secretary", (SkipBy.HEAD, SkipBy.SENDER), True),
        ("registrar", (SkipBy.HEAD, SkipBy.SENDER), False),
    ],
)
def test_only_those_skip_whom_the_campaign_names(
    office: Office, by: str, skip_by: tuple[SkipBy, ...], *, allowed: bool
) -> None:
    stage = SKIPPABLE.model_copy(update={"skip_by": skip_by})
    step = office.step(sent_by(office, "secretary", (stage, HEAD)), INITIALS, P.SPECIALIST)
    refused = nullcontext() if allowed else pytest.raises((Invalid, NotFound, PermissionDenied))
    with refused:
        conduct.skip(office.session, step.id, reason="Vắng", by=office.actor(by), now=clock.now())
    assert (step.outcome is StepOutcome.SKIPPED) is allowed


@pytest.mark.parametrize("reason", ["", "  "])
def test_every_one_of_these_acts_needs_its_reason(office: Office, reason: str) -> None:
    route = sent_by(office, "secretary", (SKIPPABLE, HEAD))
    step, head = office.step(route, INITIALS, P.SPECIALIST), office.actor("head")
    clerk, now = office.actor("clerk"), clock.now()
    with pytest.raises(Invalid, match="reason_missing"):
        conduct.refuse(office.session, step.id, reason=reason, by=clerk, now=now)
    with pytest.raises(Invalid, match="reason_missing"):
        conduct.skip(office.session, step.id, reason=reason, by=head, now=now)
    given = {"person_id": office.staff["registrar"].id, "kind": P.REGISTRAR}
    with pytest.raises(Invalid, match="reason_missing"):
        conduct.reassign(office.session, step.id, **given, reason=reason, by=head, now=now)  # type: ignore[arg-type]
    assert (step.outcome, step.assignee_id) == (None, None)


def test_a_step_whose_turn_has_not_come_is_not_skipped(office: Office) -> None:
    later = SKIPPABLE.model_copy(update={"code": "sau"})
    route = sent_by(office, "secretary", (HEAD, later))
    step = office.step(route, INITIALS, P.SPECIALIST)
    with pytest.raises(Conflict, match="step_not_open"):
        conduct.skip(office.session, step.id, reason="Vắng", by=office.actor("head"), now=clock.now())


# --- give to somebody else


def test_the_head_gives_a_step_to_a_colleague_and_only_they_may_act(office: Office) -> None:
    colleague = a_person(office.session, "Nguyễn Thị Mới")
    an_appointment(office.session, colleague, office.unit, P.SPECIALIST)
    office.staff["colleague"] = colleague
    step = office.step(sent_by(office, "secretary", (TWO_HANDS, HEAD)), INITIALS, P.SPECIALIST)
    assert waiting(office, "clerk", "colleague") == [1, 1]

    head, given = office.actor("head"), {"person_id": colleague.id, "kind": P.SPECIALIST}
    conduct.reassign(office.session, step.id, **given, reason="Đang nghỉ phép", by=head, now=clock.now())  # type: ignore[arg-type]
    handlers.drain(office.session, now=clock.now())

    assert waiting(office, "clerk", "colleague") == [0, 1]
    assert told(office, "colleague") == ["step_given"]
    with pytest.raises(PermissionDenied):
        service.ensure_turn(office.session, step, by=office.actor("clerk"), now=clock.now())
    assert service.get_step(office.session, step.id, by=office.actor("clerk")) is step


def test_initials_may_go_to_another_seat_of_the_unit_and_keep_the_seat_of_the_campaign(office: Office) -> None:
    route = sent_by(office, "secretary", (TWO_HANDS, HEAD))
    step, now = office.step(route, INITIALS, P.SPECIALIST), clock.now()
    offered = {(seat.full_name, seat.kind) for seat in conduct.candidates(office.session, step, now=now)}
    assert ("Lê Hoàng Phước Ưu", P.DEPUTY_HEAD) in offered
    assert all(kind is not P.COUNCIL_CHAIR for _, kind in offered)

    given = {"person_id": office.staff["deputy"].id, "kind": P.DEPUTY_HEAD, "reason": "Người soạn đi vắng"}
    conduct.reassign(office.session, step.id, **given, by=office.actor("head"), now=now)  # type: ignore[arg-type]
    office.sign(step, "deputy")
    assert (step.position_kind, step.planned_kind) == (P.DEPUTY_HEAD, "specialist")


@pytest.mark.rule("P25")
def test_an_approval_goes_to_nobody_without_the_power_to_sign_it(office: Office) -> None:
    """A deputy signs in the head's place by delegation, never because a step was handed over."""
    step = office.step(sent_by(office, "secretary", HEAD_ONLY), APPROVAL)
    head, given = office.actor("head"), {"person_id": office.staff["deputy"].id, "reason": "Bận"}
    for kind in (P.HEAD, P.DEPUTY_HEAD):
        with pytest.raises(Invalid, match="reassign_unlawful"):
            conduct.reassign(office.session, step.id, kind=kind, **given, by=head, now=clock.now())  # type: ignore[arg-type]
    office.delegate("deputy")
    conduct.reassign(office.session, step.id, kind=P.HEAD, **given, by=head, now=clock.now())  # type: ignore[arg-type]
    assert waiting(office, "head", "deputy") == [0, 1]
    assert office.sign(step, "deputy").capacity is Capacity.KT


def test_only_the_head_of_the_unit_or_an_administrator_gives_a_step_away(office: Office) -> None:
    step = office.step(sent_by(office, "secretary", (TWO_HANDS, HEAD)), INITIALS, P.SPECIALIST)
    given = {"person_id": office.staff["registrar"].id, "kind": P.REGISTRAR, "reason": "Bận", "now": clock.now()}
    for role in ("clerk", "deputy", "secretary"):
        with pytest.raises((PermissionDenied, NotFound)):
            conduct.reassign(office.session, step.id, **given, by=office.actor(role))  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        conduct.reassign(office.session, step.id, **given, by=SYSTEM)  # type: ignore[arg-type]


# --- until when


def test_a_stage_is_due_so_many_working_days_after_its_turn_and_never_after_the_route(office: Office) -> None:
    hurried = HEAD.model_copy(update={"due_days": 3})
    first = Stage(title="Ký nháy", due_on=date(2100, 1, 1), steps=(Step(action=INITIALS, position=P.SPECIALIST),))
    document = office.paper()
    route = office.start(document, (first, hurried), due_on=date(2099, 12, 31))
    today = clock.day_of(clock.now())
    assert [step.due_on for step in route.steps] == [date(2099, 12, 31), date(2099, 12, 31)]
    office.sign(office.step(route, INITIALS), "clerk")
    due = office.step(route, APPROVAL).due_on
    assert due is not None
    assert today + timedelta(days=3) <= due <= today + timedelta(days=5)
    entry = timeline.entries_of(office.session, route, now=clock.now() + timedelta(days=9))[1]
    assert entry.is_late


# --- a newer version


def test_a_newer_version_voids_the_signatures_of_a_completed_route_and_its_withdrawal_brings_them_back(
    office: Office,
) -> None:
    route = sent_by(office, "clerk", HEAD_ONLY)
    office.sign(office.step(route, APPROVAL), "head")
    document = route.document
    office.upload(document, letter("Người khác"))
    service.settle(office.session, document, now=clock.now())
    handlers.drain(office.session, now=clock.now())
    assert counting(office, route) == [False]
    assert told(office, "head") == ["signature_void"]
    assert notices.notices_of(office.session, office.actor("head"))[0].params["cause"] == "replaced"

    newest = documents.current_version(document)
    assert newest is not None
    documents.withdraw_version(
        office.session, newest, reason="Gửi nhầm", trail=service.trail_of(route), by=SYSTEM, now=clock.now()
    )
    service.settle(office.session, document, now=clock.now())
    handlers.drain(office.session, now=clock.now())
    assert counting(office, route) == [True]
    assert told(office, "head") == ["signature_void", "signature_again"]


def test_an_archive_time_stamp_is_no_newer_version(office: Office) -> None:
    route = sent_by(office, "clerk", HEAD_ONLY)
    office.sign(office.step(route, APPROVAL), "head")
    with documents.local_copy(office.desk.desk, route.version) as path:
        documents.add_made_version(
            office.session,
            office.desk.desk,
            route.version,
            path,
            origin=Origin.ARCHIVED,
            trail=service.trail_of(route),
            by=SYSTEM,
            now=clock.now(),
        )
    service.settle(office.session, route.document, now=clock.now())
    assert counting(office, route) == [True]


def test_a_route_that_a_newer_version_ends_tells_its_signers(office: Office) -> None:
    route = sent_by(office, "secretary", (COUNCIL, HEAD), minutes())
    office.sign(office.step(route, APPROVAL, P.COUNCIL_CHAIR), "chair")
    service.replace(office.session, route.document, by=SYSTEM, now=clock.now(), reason="Sửa danh sách")
    handlers.drain(office.session, now=clock.now())
    assert counting(office, route) == [False]
    notice = notices.notices_of(office.session, office.actor("chair"))[0]
    assert (notice.kind, notice.params["cause"], notice.params["reason"]) == (
        "signature_void",
        "replaced",
        "Sửa danh sách",
    )


# --- the power that a signature states


@pytest.fixture
def by_deputy(office: Office) -> Signature:
    """A letter that the deputy signed KT., within the limits of the delegation."""
    office.delegate("deputy", scope=Scope(document_kinds=frozenset({"submission_letter"})))
    route = office.started(HEAD_ONLY)
    return office.sign(office.step(route, APPROVAL), "deputy")


def proof(office: Office, signature: Signature) -> Standing:
    return mandates.proofs_of(office.session, [signature])[signature.id].standing


@pytest.mark.rule("P25")
def test_a_signature_for_another_names_the_mandate_it_rests_on(office: Office, by_deputy: Signature) -> None:
    assert by_deputy.capacity is Capacity.KT
    assert by_deputy.delegation_id is not None
    assert proof(office, by_deputy) is Standing.PROVEN


@pytest.mark.rule("P25")
def test_taking_the_power_back_later_leaves_the_signature_proven_and_earlier_not(
    office: Office, by_deputy: Signature
) -> None:
    later = by_deputy.signed_at + timedelta(hours=1)
    given = delegations.revoke_delegation(
        office.session,
        by_deputy.delegation_id,
        by=office.actor("head"),
        now=later,  # type: ignore[arg-type]
    )
    assert proof(office, by_deputy) is Standing.PROVEN
    given.revoked_at = by_deputy.signed_at - timedelta(hours=1)
    office.session.flush()
    assert proof(office, by_deputy) is Standing.TAKEN_BACK


@pytest.mark.rule("P25")
@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"capacity": Capacity.TL}, Standing.OTHER_CAPACITY),
        ({"valid_from": date(2099, 1, 1), "valid_to": date(2099, 2, 1)}, Standing.OUTSIDE_TERM),
        ({"document_kinds": ["decision"]}, Standing.OUT_OF_SCOPE),
        ({"campaigns": ["cai-cach"]}, Standing.OUT_OF_SCOPE),
        ({"position_kind": P.COUNCIL_CHAIR}, Standing.NOT_GIVEN),
    ],
)
def test_a_capacity_that_the_mandate_does_not_give_is_found_out(
    office: Office, by_deputy: Signature, changes: dict[str, object], standing: Standing
) -> None:
    given = office.session.get_one(Delegation, by_deputy.delegation_id)
    for name, value in changes.items():
        setattr(given, name, value)
    office.session.flush()
    assert proof(office, by_deputy) is standing


def test_an_own_seat_is_proven_by_the_appointment_of_the_day(office: Office) -> None:
    route = office.started(HEAD_ONLY)
    signature = office.sign(office.step(route, APPROVAL), "head")
    assert proof(office, signature) is Standing.PROVEN
    signature.signed_at = signature.signed_at.replace(year=2019)
    office.session.flush()
    assert proof(office, signature) is Standing.SEAT_NOT_HELD


def test_a_deputy_sees_and_signs_only_what_was_delegated(office: Office) -> None:
    office.delegate("deputy", scope=Scope(document_kinds=frozenset({"decision"})))
    route = office.started(HEAD_ONLY)
    step = office.step(route, APPROVAL)
    assert waiting(office, "deputy") == [0]
    assert service.count_waiting(office.session, office.actor("deputy")) == 0
    with pytest.raises(NotFound):
        service.get_step(office.session, step.id, by=office.actor("deputy"))
    assert [seat.full_name for seat in service.holders_of(office.session, step, clock.day_of(clock.now()))] == [
        "Nguyễn Thị Thuỳ Dương"
    ]


def test_a_number_survives_a_round_that_begins_anew(office: Office) -> None:
    """The registry gave it once; the paper that is signed anew keeps it."""
    stages = (
        Stage(code="lanh-dao", title="Thủ trưởng ký", steps=(Step(action=APPROVAL, position=P.HEAD),)),
        Stage(title="Cấp số", steps=(Step(action=NUMBER, position=P.REGISTRAR),)),
        Stage(title="Đóng dấu", on_refuse="lanh-dao", steps=(Step(action=SEAL, position=P.REGISTRAR),)),
    )
    route = sent_by(office, "secretary", stages)
    office.sign(office.step(route, APPROVAL), "head")
    office.number(route, 31)
    refuse(office, office.step(route, SEAL), "registrar", "Mờ chữ ký")
    office.sign(next(step for step in route.living if step.action is APPROVAL), "head")
    numbered = next(step for step in route.living if step.action is NUMBER)
    given = {"number": 31, "symbol": "TTr-SNV", "issued_on": date(2026, 11, 25)}
    service.give_number(office.session, numbered.id, **given, by=office.actor("registrar"), now=clock.now())  # type: ignore[arg-type]
    office.sign(next(step for step in route.living if step.action is SEAL), "registrar")
    assert route.outcome is RouteOutcome.COMPLETED
    assert route.document.number == 31
