"""The coordinator's list on a real database: who is in it, in which order, how many, and what is sent on."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from dms import audit
from dms.appraisal import consolidation, letter, listing
from dms.appraisal.models import Consolidation, ConsolidationEntry
from dms.campaigns import service as campaigns
from dms.dossiers import service as dossiers
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier
from dms.dossiers.service import ReturnEntry
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied
from dms.people.models import SuccessionKind, UnitSuccession
from dms.policy import SYSTEM, Role, Status
from tests import factories as make
from tests.dms.appraisal import world

GOOD, BETTER, BEST = {2023: "91", 2024: "91"}, {2023: "93", 2024: "93"}, {2023: "98", 2024: "98"}


def names(entries: Sequence[ConsolidationEntry]) -> list[str]:
    return [entry.nominee.name for entry in entries]


def ids(entries: Sequence[ConsolidationEntry], *wanted: str) -> list[object]:
    return [entry.nominee_id for entry in entries if not wanted or entry.nominee.name in wanted]


@pytest.mark.rule("P12")
def test_the_list_holds_the_nominees_of_submitted_dossiers_only(session: Session) -> None:
    world.a_submitted_dossier(session, {"Phòng Một": GOOD})
    world.a_submitted_dossier(session, {"Phòng Nháp": BEST}, status=Status.DRAFT)
    world.a_submitted_dossier(session, {"Phòng Trả": BEST}, status=Status.RETURNED)
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    assert names(listing.entries_of(session, found)) == ["Phòng Một"]


@pytest.mark.rule("P19")
def test_the_list_is_ranked_by_index_score_kind_by_kind(session: Session) -> None:
    world.a_submitted_dossier(session, {"Phòng Khá": GOOD, "Phòng Nhất": BEST}, {"Lê An": BETTER})
    world.a_submitted_dossier(session, {"Phòng Chưa Chấm": {}}, {"Võ Bình": BEST})
    found = world.a_list(session, world.a_coordinator(session))
    entries = listing.entries_of(session, found)
    assert [(e.rank, e.nominee.name) for e in entries] == [
        (1, "Phòng Nhất"),
        (2, "Phòng Khá"),
        (3, "Phòng Chưa Chấm"),
        (1, "Võ Bình"),
        (2, "Lê An"),
    ]
    assert [str(e.score) for e in entries] == ["98.00", "91.00", "None", "98.00", "93.00"]


@pytest.mark.rule("P19")
def test_a_score_that_no_body_approved_does_not_rank(session: Session) -> None:
    dossier = world.a_submitted_dossier(session, {"Phòng Tự Chấm": BEST, "Phòng Được Duyệt": GOOD})
    for score in dossier.nominees[0].scores:
        score.approved_by = ""
    found = world.a_list(session, world.a_coordinator(session))
    assert names(listing.entries_of(session, found)) == ["Phòng Được Duyệt", "Phòng Tự Chấm"]


def test_a_second_opening_gives_back_the_same_list(session: Session) -> None:
    coordinator = world.a_coordinator(session)
    assert world.a_list(session, coordinator).id == world.a_list(session, coordinator).id


@pytest.mark.rule("P12")
def test_the_successor_of_the_coordinator_carries_the_list_on(session: Session) -> None:
    province = make.a_province(session)
    world.a_submitted_dossier(session, {"Phòng Một": GOOD})
    first = world.a_list(session, world.a_coordinator(session))
    heir = make.a_unit(session, code="so-khcn", name="Sở Khoa học và Công nghệ")
    ids_ = {"predecessor_id": province.coordinator.id, "successor_id": heir.id}
    session.add(UnitSuccession(**ids_, kind=SuccessionKind.TRANSFERRED, on=date(2025, 3, 1)))
    session.flush()
    successor = make.an_actor(session, heir, Role.COORDINATOR)
    world.a_submitted_dossier(session, {"Phòng Hai": BEST})
    assert world.a_list(session, successor).id == first.id
    consolidation.refresh(session, first.id, by=successor, now=make.NOW)
    assert names(listing.entries_of(session, first)) == ["Phòng Hai", "Phòng Một"]


@pytest.mark.rule("P12")
def test_an_appraiser_reads_the_list_but_cannot_rank_it(session: Session) -> None:
    world.a_submitted_dossier(session, {"Phòng Một": GOOD, "Phòng Hai": BEST})
    found = world.a_list(session, world.a_coordinator(session))
    appraiser = world.an_appraiser(session)
    assert consolidation.get(session, found.id, by=appraiser) is found
    nominee = listing.entries_of(session, found)[0].nominee_id
    for act in (
        lambda: consolidation.place(session, found.id, nominee, 2, reason="Lý do", by=appraiser, now=make.NOW),
        lambda: consolidation.choose(session, found.id, [nominee], by=appraiser, now=make.NOW),
        lambda: consolidation.send(session, found.id, by=appraiser, now=make.NOW),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.rule("P12")
def test_a_coordinator_of_another_unit_does_not_know_of_the_list(session: Session) -> None:
    world.a_submitted_dossier(session, {"Phòng Một": GOOD})
    found = world.a_list(session, world.a_coordinator(session))
    stranger = make.an_actor(session, make.a_unit(session), Role.COORDINATOR)
    with pytest.raises(NotFound):
        consolidation.get(session, found.id, by=stranger)
    with pytest.raises(PermissionDenied):
        world.a_list(session, stranger)


# --- choosing


def crowd(prefix: str, count: int) -> dict[str, world.Scores]:
    return {f"{prefix} {number}": {2025: str(99 - number)} for number in range(count)}


@pytest.mark.rule("P13")
def test_no_more_than_the_quota_can_be_chosen(session: Session) -> None:
    world.a_submitted_dossier(session, crowd("Phòng", 11))
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    everyone = ids(listing.entries_of(session, found))
    with pytest.raises(Conflict, match="quota_exceeded") as refusal:
        consolidation.choose(session, found.id, everyone, by=coordinator, now=make.NOW)
    assert refusal.value.params == {"kind": "collective", "limit": 10, "wanted": 11, "rule": "P13"}
    consolidation.choose(session, found.id, everyone[:10], by=coordinator, now=make.NOW)
    assert sum(entry.selected for entry in listing.entries_of(session, found)) == 10


@pytest.mark.rule("P13")
def test_the_best_fill_the_quota_of_each_kind_and_who_has_no_score_is_left_to_people(session: Session) -> None:
    world.a_submitted_dossier(
        session, {**crowd("Phòng", 12), "Phòng Chưa Chấm": {}}, crowd("Người", 2) | {"Người X": {}}
    )
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    consolidation.choose_best(session, found.id, by=coordinator, now=make.NOW)
    entries = listing.entries_of(session, found)
    assert names([entry for entry in entries if entry.selected]) == [
        *(f"Phòng {number}" for number in range(10)),
        "Người 0",
        "Người 1",
    ]
    collectives, individuals = listing.meters(session, found, entries)
    assert (collectives.selected, collectives.limit, collectives.left) == (10, 10, 0)
    assert (individuals.selected, individuals.limit, individuals.left) == (2, 15, 13)


@pytest.mark.rule("P13")
def test_lists_of_an_older_revision_of_the_campaign_use_up_the_same_quota(session: Session) -> None:
    world.a_submitted_dossier(session, crowd("Phòng", 8))
    coordinator = world.a_coordinator(session)
    first = world.a_list(session, coordinator)
    consolidation.choose_best(session, first.id, by=coordinator, now=make.NOW)
    text = make.VINH_LONG.read_text().replace("Phòng VHXH", "Phòng Văn hóa - Xã hội")
    newer = campaigns.accept(session, text, filename="new.yaml", by=SYSTEM, now=make.NOW)
    world.a_submitted_dossier(session, crowd("Ban", 3), revision=newer)
    second = world.a_list(session, coordinator, revision=newer)
    everyone = ids(listing.entries_of(session, second))
    with pytest.raises(Conflict, match="quota_exceeded"):
        consolidation.choose(session, second.id, everyone, by=coordinator, now=make.NOW)
    consolidation.choose_best(session, second.id, by=coordinator, now=make.NOW)
    assert names([e for e in listing.entries_of(session, second) if e.selected]) == ["Ban 0", "Ban 1"]


def test_somebody_who_is_not_in_the_list_cannot_be_chosen(session: Session) -> None:
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    with pytest.raises(Invalid, match="nominee_not_listed"):
        consolidation.choose(session, found.id, [uuid4()], by=coordinator, now=make.NOW)


def test_a_screen_that_others_have_overtaken_is_refused(session: Session) -> None:
    world.a_submitted_dossier(session, {"Phòng Một": GOOD})
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    session.flush()
    seen = found.lock_version
    everyone = ids(listing.entries_of(session, found))
    consolidation.choose(session, found.id, everyone, by=coordinator, now=make.NOW, seen=seen)
    with pytest.raises(Conflict, match="stale"):
        consolidation.choose(session, found.id, [], by=coordinator, now=make.NOW, seen=seen)


# --- placing by hand


@pytest.mark.rule("P19")
def test_a_place_given_by_hand_needs_a_reason_and_is_on_record(session: Session) -> None:
    world.a_submitted_dossier(session, {"A": BEST, "B": BETTER, "C": GOOD})
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    third = listing.entries_of(session, found)[2].nominee_id
    with pytest.raises(Invalid, match="reason_missing"):
        consolidation.place(session, found.id, third, 1, reason="  ", by=coordinator, now=make.NOW)
    consolidation.place(session, found.id, third, 1, reason="Có sáng kiến cấp tỉnh", by=coordinator, now=make.NOW)
    entries = listing.entries_of(session, found)
    assert names(entries) == ["C", "A", "B"]
    assert [entry.note for entry in entries] == ["Có sáng kiến cấp tỉnh", "", ""]
    told = audit.events(session, letter.trail_of(found))[-1]
    assert told.tag == "consolidation:list:place"
    assert (told.data["before"], told.data["after"], told.data["reason"]) == (3, 1, "Có sáng kiến cấp tỉnh")


@pytest.mark.rule("P19")
def test_a_place_given_by_hand_outlives_arrivals_until_it_is_taken_back(session: Session) -> None:
    world.a_submitted_dossier(session, {"A": BETTER, "B": GOOD})
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    second = listing.entries_of(session, found)[1].nominee_id
    consolidation.place(session, found.id, second, 1, reason="Lý do", by=coordinator, now=make.NOW)
    world.a_submitted_dossier(session, {"Mới": BEST})
    assert listing.news(session, found, listing.entries_of(session, found), by=coordinator) == 1
    refreshed = consolidation.refresh(session, found.id, by=coordinator, now=make.NOW)
    assert (len(refreshed.added), len(refreshed.removed)) == (1, 0)
    assert names(listing.entries_of(session, found)) == ["B", "Mới", "A"]
    consolidation.rank_by_score(session, found.id, by=coordinator, now=make.NOW)
    assert names(listing.entries_of(session, found)) == ["Mới", "A", "B"]


def test_a_dossier_that_went_back_leaves_the_list_at_the_next_refresh(session: Session) -> None:
    dossier = world.a_submitted_dossier(session, {"A": BETTER})
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    consolidation.choose_best(session, found.id, by=coordinator, now=make.NOW)
    entry = ReturnEntry(note="Thiếu dấu")
    dossiers.return_dossier(session, dossier.id, reason="Thiếu", items=[entry], by=coordinator, now=make.NOW)
    with pytest.raises(Conflict, match="nominee_left_list") as refusal:
        consolidation.send(session, found.id, by=coordinator, now=make.NOW)
    assert refusal.value.params["names"] == ["A"]
    consolidation.refresh(session, found.id, by=coordinator, now=make.NOW)
    assert listing.entries_of(session, found) == []


# --- sending


def sent(session: Session) -> tuple[Consolidation, Dossier, Dossier]:
    """A list that was sent with one of two dossiers."""
    chosen = world.a_submitted_dossier(session, {"A": BEST, "B": GOOD})
    left = world.a_submitted_dossier(session, {"C": BETTER})
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    wanted = ids(listing.entries_of(session, found), "A")
    consolidation.choose(session, found.id, wanted, by=coordinator, now=make.NOW)
    world.signed(session, found)
    consolidation.send(session, found.id, by=coordinator, now=make.NOW)
    return found, chosen, left


@pytest.mark.rule("P12")
def test_only_dossiers_with_a_chosen_nominee_go_on(session: Session) -> None:
    found, chosen, left = sent(session)
    assert (chosen.status, left.status) == (Status.CONSOLIDATED, Status.SUBMITTED)
    assert found.sent_at == make.NOW
    move = audit.events(session, trail_of(chosen))[-1]
    assert move.tag == "dossier:status:consolidate"
    assert move.data["consolidation"] == str(found.id)
    assert move.data["nominees"] == [str(chosen.nominees[0].id)]
    assert audit.events(session, letter.trail_of(found))[-1].data["late"] is False


@pytest.mark.rule("P19")
def test_a_list_without_its_signed_letter_is_not_sent(session: Session) -> None:
    world.a_submitted_dossier(session, {"A": BEST})
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    with pytest.raises(Invalid, match="consolidation_empty"):
        consolidation.send(session, found.id, by=coordinator, now=make.NOW)
    consolidation.choose_best(session, found.id, by=coordinator, now=make.NOW)
    with pytest.raises(Conflict, match="letter_missing"):
        consolidation.send(session, found.id, by=coordinator, now=make.NOW)


@pytest.mark.rule("P19")
def test_a_list_sent_on_the_day_of_the_deadline_is_marked_late(session: Session) -> None:
    world.a_submitted_dossier(session, {"A": BEST})
    coordinator = world.a_coordinator(session)
    found = world.a_list(session, coordinator)
    consolidation.choose_best(session, found.id, by=coordinator, now=make.NOW)
    world.signed(session, found)
    on_the_day = make.NOW + timedelta(days=15)  # 20/01/2026: "trước ngày 20/01/2026"
    consolidation.send(session, found.id, by=coordinator, now=on_the_day)
    assert audit.events(session, letter.trail_of(found))[-1].data["late"] is True


def test_a_sent_list_is_closed(session: Session) -> None:
    found, _, _ = sent(session)
    coordinator = world.a_coordinator(session)
    with pytest.raises(Conflict, match="consolidation_sent"):
        consolidation.choose(session, found.id, [], by=coordinator, now=make.NOW)
    with pytest.raises(Conflict, match="consolidation_sent"):
        consolidation.send(session, found.id, by=coordinator, now=make.NOW)


def test_a_mended_dossier_of_a_sent_list_is_passed_on_again_in_its_place(session: Session) -> None:
    found, chosen, left = sent(session)
    coordinator = world.a_coordinator(session)
    with pytest.raises(Conflict, match="dossier_not_chosen"):
        consolidation.forward(session, found.id, left.id, by=coordinator, now=make.NOW)
    with pytest.raises(Conflict, match="dossier_status_forbids"):
        consolidation.forward(session, found.id, chosen.id, by=coordinator, now=make.NOW)
    chosen.status = Status.SUBMITTED
    consolidation.forward(session, found.id, chosen.id, by=coordinator, now=make.NOW)
    assert chosen.status is Status.CONSOLIDATED


def test_a_supplement_adds_to_a_sent_list_and_cannot_take_away_what_was_sent(session: Session) -> None:
    found, chosen, left = sent(session)
    coordinator = world.a_coordinator(session)
    consolidation.reopen(session, found.id, reason="Còn chỉ tiêu", by=coordinator, now=make.NOW)
    wanted = ids(listing.entries_of(session, found), "B", "C")
    consolidation.choose(session, found.id, wanted, by=coordinator, now=make.NOW)
    assert names([e for e in listing.entries_of(session, found) if e.selected]) == ["A", "C"]
    world.signed(session, found)
    assert consolidation.send(session, found.id, by=coordinator, now=make.NOW) == [left]
    assert (chosen.status, left.status) == (Status.CONSOLIDATED, Status.CONSOLIDATED)


# --- costs


@pytest.mark.rule("P19")
@pytest.mark.parametrize("kind", ["entries", "refresh"])
def test_the_list_costs_the_same_queries_for_few_and_many(session: Session, kind: str) -> None:
    coordinator = world.a_coordinator(session)
    world.a_submitted_dossier(session, crowd("Phòng", 1))
    found = world.a_list(session, coordinator)
    few = cost(session, found, coordinator, kind)
    for number in range(6):
        world.a_submitted_dossier(session, crowd(f"Phòng {number}", 5))
    consolidation.refresh(session, found.id, by=coordinator, now=make.NOW)
    assert cost(session, found, coordinator, kind) == few


def cost(session: Session, found: Consolidation, by: object, kind: str) -> int:
    with world.counted(session) as statements:
        if kind == "entries":
            entries = listing.entries_of(session, found)
            assert all(entry.nominee.dossier.unit.names and entry.nominee.dossier.summary for entry in entries)
            listing.meters(session, found, entries)
        else:
            consolidation.refresh(session, found.id, by=by, now=make.NOW)
    return len([each for each in statements if each.lstrip().upper().startswith("SELECT")])
