"""Ranking, quota, lateness and open points, by tables and by properties."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.appraisal import rules
from dms.appraisal.models import ReviewVerdict
from dms.appraisal.rules import Candidate, Lateness, Meter, Opinion, Point, PointState
from dms.campaigns.vocabulary import NomineeKind
from dms.completeness.model import CheckKind, Finding, Fixer, Place, Severity, Subject, SubjectKind, Verdict

YEARS = (2023, 2024, 2025)
SPACE = UUID("00000000-0000-0000-0000-00000000000a")


def an_id(name: str) -> UUID:
    return uuid5(SPACE, name)


def candidate(
    name: str, scores: Mapping[int, str] | None = None, kind: NomineeKind = NomineeKind.COLLECTIVE
) -> Candidate:
    return Candidate(an_id(name), kind, name, {year: Decimal(score) for year, score in (scores or {}).items()})


def names(candidates: list[Candidate]) -> list[str]:
    return [each.name for each in rules.ranking(candidates, YEARS)]


# --- ranking


@pytest.mark.rule("P19")
@pytest.mark.parametrize(
    ("scores", "mean"),
    [
        ({2023: "90", 2024: "92", 2025: "94"}, "92.00"),
        ({2023: "91.11", 2024: "92.22"}, "91.67"),  # a year not known is no zero
        ({2023: "90.01", 2024: "90.02"}, "90.02"),  # half a hundredth is rounded up
        ({2022: "99"}, None),  # a year outside the campaign does not count
        ({}, None),
    ],
)
def test_the_score_is_the_mean_of_the_approved_years_of_the_campaign(scores: dict[int, str], mean: str | None) -> None:
    found = rules.mean_score(candidate("Sở A", scores).scores, YEARS)
    assert found == (None if mean is None else Decimal(mean))


@pytest.mark.rule("P19")
def test_the_best_mean_leads_and_who_has_no_score_comes_last() -> None:
    good, better, unknown = candidate("B", {2023: "91"}), candidate("C", {2023: "95"}), candidate("A")
    assert names([unknown, good, better]) == ["C", "B", "A"]


@pytest.mark.rule("P19")
def test_equal_means_are_parted_by_the_latest_year() -> None:
    rising = candidate("Vươn lên", {2023: "90", 2025: "94"})
    falling = candidate("An", {2023: "94", 2025: "90"})
    silent = candidate("Bình", {2023: "92"})
    assert names([silent, falling, rising]) == ["Vươn lên", "An", "Bình"]


@pytest.mark.rule("P19")
def test_equal_scores_are_parted_by_the_name_in_vietnamese_order() -> None:
    collectives = [candidate(name, {2025: "93"}) for name in ("Sở Đất", "Sở Em", "Sở Dân", "Sở Ăn", "Sở An", "Sở Ấm")]
    assert names(collectives) == ["Sở An", "Sở Ăn", "Sở Ấm", "Sở Dân", "Sở Đất", "Sở Em"]


@pytest.mark.rule("P19")
def test_people_with_equal_scores_are_listed_by_their_given_name() -> None:
    people = [
        candidate(name, {2025: "93"}, NomineeKind.INDIVIDUAL)
        for name in ("Trần Thị Ánh", "Bùi Văn Dũng", "Đỗ Minh An", "Ngô Hải Đăng")
    ]
    assert names(people) == ["Đỗ Minh An", "Trần Thị Ánh", "Bùi Văn Dũng", "Ngô Hải Đăng"]


score = st.decimals(min_value=0, max_value=100, places=2)
some_scores = st.dictionaries(st.sampled_from((2022, *YEARS)), score, max_size=4)
word = st.sampled_from(("An", "Ánh", "Bình", "Đăng", "Dũng", "Êm", "Ơn", "Ủy ban", "Sở"))
candidates = st.lists(
    st.builds(
        lambda number, name, scores: Candidate(an_id(str(number)), NomineeKind.COLLECTIVE, name, scores),
        st.integers(0, 10_000),
        word,
        some_scores,
    ),
    max_size=12,
    unique_by=lambda each: each.nominee_id,
)


@pytest.mark.rule("P19")
@given(candidates, st.randoms(use_true_random=False))
def test_the_ranking_is_a_total_order_that_does_not_depend_on_who_came_first(
    found: list[Candidate], chance: object
) -> None:
    shuffled = found.copy()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    ranked = rules.ranking(found, YEARS)
    assert ranked == rules.ranking(shuffled, YEARS)
    assert sorted(map(id, ranked)) == sorted(map(id, found))


@pytest.mark.rule("P19")
@given(candidates)
def test_no_score_ever_stands_above_a_better_one(found: list[Candidate]) -> None:
    means = [rules.mean_score(each.scores, YEARS) for each in rules.ranking(found, YEARS)]
    known = [mean for mean in means if mean is not None]
    assert known == sorted(known, reverse=True)
    assert means == known + [None] * (len(means) - len(known))


# --- places given by hand


def test_a_place_given_by_hand_stays_when_others_come_in() -> None:
    order = [an_id(name) for name in "abcde"]
    assert rules.arrange(order, {an_id("d"): 2}) == [an_id(name) for name in "adbce"]
    assert rules.arrange([an_id("new"), *order], {an_id("d"): 2}) == [
        an_id(name) for name in ("new", "d", "a", "b", "c", "e")
    ]


def test_a_rank_beyond_the_ends_means_the_end() -> None:
    order = [an_id(name) for name in "abc"]
    assert rules.moved(order, an_id("a"), 99) == [an_id(name) for name in "bca"]
    assert rules.moved(order, an_id("c"), -5) == [an_id(name) for name in "cab"]


orders = st.lists(st.uuids(), min_size=1, max_size=10, unique=True)


@given(orders, st.data())
def test_placing_by_hand_loses_nobody_and_holds_when_it_is_done_again(order: list[UUID], data: st.DataObject) -> None:
    by_hand = data.draw(st.dictionaries(st.sampled_from(order), st.integers(1, 12)))
    arranged = rules.arrange(order, by_hand)
    assert sorted(arranged) == sorted(order)
    assert [each for each in arranged if each not in by_hand] == [each for each in order if each not in by_hand]
    kept = {each: arranged.index(each) + 1 for each in by_hand}
    assert rules.arrange(order, kept) == arranged


@given(orders, st.data())
def test_a_move_puts_one_where_it_was_asked_and_leaves_the_rest_in_order(
    order: list[UUID], data: st.DataObject
) -> None:
    one, rank = data.draw(st.sampled_from(order)), data.draw(st.integers(1, len(order)))
    result = rules.moved(order, one, rank)
    assert result.index(one) == rank - 1
    assert [each for each in result if each != one] == [each for each in order if each != one]


# --- quota


@pytest.mark.rule("P13")
@pytest.mark.parametrize(
    ("limit", "selected", "elsewhere", "judged"),
    [
        (10, 9, 0, (1, False)),
        (10, 10, 0, (0, False)),
        (10, 11, 0, (0, True)),
        (10, 6, 5, (0, True)),  # another list of the campaign counts
        (None, 500, 0, (None, False)),  # the head decides
        (0, 0, 0, (0, False)),
    ],
)
def test_the_meter_counts_all_lists_of_the_campaign_against_the_limit(
    limit: int | None, selected: int, elsewhere: int, judged: tuple[int | None, bool]
) -> None:
    meter = Meter(NomineeKind.COLLECTIVE, limit, selected, elsewhere)
    assert (meter.left, meter.is_exceeded) == judged


@pytest.mark.rule("P13")
@given(
    st.lists(st.tuples(st.uuids(), st.none() | score), max_size=30),
    st.none() | st.integers(0, 20),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_filling_the_quota_never_exceeds_it_and_takes_the_best_first(
    ranked: list[tuple[UUID, Decimal | None]], limit: int | None, selected: int, elsewhere: int
) -> None:
    chosen = rules.best_within(ranked, Meter(NomineeKind.INDIVIDUAL, limit, selected, elsewhere))
    scored = [each for each, points in ranked if points is not None]
    assert chosen == scored[: len(chosen)]
    if limit is not None and selected + elsewhere <= limit:
        assert not Meter(NomineeKind.INDIVIDUAL, limit, selected + len(chosen), elsewhere).is_exceeded


# --- lateness


@pytest.mark.rule("P18")
@pytest.mark.parametrize(
    ("done_on", "today", "judged"),
    [
        (date(2026, 1, 9), date(2026, 1, 20), Lateness.IN_TIME),
        (date(2026, 1, 10), date(2026, 1, 20), Lateness.LATE),  # "trước ngày": the day itself is late
        (None, date(2026, 1, 9), Lateness.DUE),
        (None, date(2026, 1, 10), Lateness.OVERDUE),
    ],
)
def test_a_hand_over_is_judged_by_its_day_and_a_missing_one_by_today(
    done_on: date | None, today: date, judged: Lateness
) -> None:
    assert rules.lateness(date(2026, 1, 10), done_on, today) is judged


def test_without_a_deadline_nothing_is_late() -> None:
    assert rules.lateness(None, None, date(2030, 1, 1)) is Lateness.DUE
    assert rules.lateness(None, date(2030, 1, 1), date(2030, 1, 1)) is Lateness.IN_TIME


# --- points of the checklist


def a_finding(
    verdict: Verdict,
    severity: Severity = Severity.WARNING,
    *,
    code: str = "statement_missing",
    check: CheckKind = CheckKind.STATEMENT,
    field: str = "criterion:tap-the-guong-mau",
) -> Finding:
    return Finding(
        check=check,
        rule_id="P10",
        code=code,
        citation="Mục III.2.2a",
        verdict=verdict,
        severity=severity,
        subject=Subject(SubjectKind.NOMINEE, str(SPACE)),
        who_can_fix=Fixer.APPRAISER,
        place=Place(nominee=str(SPACE), field=field),
    )


YES, NO = Opinion(ReviewVerdict.ACCEPTED), Opinion(ReviewVerdict.REJECTED, "Sai số liệu")
OLD_YES = Opinion(ReviewVerdict.ACCEPTED, stands=False)
UNPROVEN = a_finding(Verdict.NOT_PROVEN)
BLOCKING_UNPROVEN = a_finding(Verdict.NOT_PROVEN, Severity.BLOCKING)
UNCHECKED_SIGNATURE = a_finding(
    Verdict.NOT_PROVEN, Severity.BLOCKING, code="signature_unproven", check=CheckKind.INTACT, field=""
)


@pytest.mark.rule("P22")
@pytest.mark.parametrize(
    ("finding", "opinion", "state"),
    [
        (a_finding(Verdict.MET), None, PointState.MET),
        (a_finding(Verdict.MET), NO, PointState.REJECTED),  # a person sees what no rule sees
        (a_finding(Verdict.NOT_MET), None, PointState.NOTED),
        (a_finding(Verdict.NOT_MET, Severity.BLOCKING), None, PointState.BLOCKING),
        (a_finding(Verdict.NOT_MET, Severity.BLOCKING), YES, PointState.BLOCKING),  # a yes does not mend it
        (UNPROVEN, None, PointState.UNDECIDED),
        (UNPROVEN, YES, PointState.ACCEPTED),
        (UNPROVEN, NO, PointState.REJECTED),
        (UNPROVEN, OLD_YES, PointState.UNDECIDED),  # the piece came back: judged anew
        (BLOCKING_UNPROVEN, YES, PointState.ACCEPTED),
        (UNCHECKED_SIGNATURE, YES, PointState.BLOCKING),  # nobody can say yes for a certificate
        (a_finding(Verdict.MET, code="appraiser_confirmed"), YES, PointState.ACCEPTED),
        (a_finding(Verdict.NOT_MET, code="appraiser_denied"), NO, PointState.REJECTED),
    ],
)
def test_what_a_point_means_for_the_appraisers_decision(
    finding: Finding, opinion: Opinion | None, state: PointState
) -> None:
    assert Point(finding, opinion).state is state


@given(
    st.sampled_from(Verdict),
    st.sampled_from(Severity),
    st.sampled_from(CheckKind),
    st.sampled_from([None, YES, NO, OLD_YES]),
)
def test_no_point_is_passed_while_a_standing_no_or_an_undecided_matter_is_on_it(
    verdict: Verdict, severity: Severity, check: CheckKind, opinion: Opinion | None
) -> None:
    point = Point(a_finding(verdict, severity, check=check, code="any"), opinion)
    if opinion is NO or (verdict is Verdict.NOT_PROVEN and opinion is not YES):
        assert point.is_open
    if not point.is_open and point.finding.blocks:
        assert (opinion, verdict) == (YES, Verdict.NOT_PROVEN)


def test_the_name_of_a_point_outlives_a_change_of_its_verdict() -> None:
    before, after = UNPROVEN, a_finding(Verdict.MET, code="appraiser_confirmed")
    assert rules.subject_of(before) == rules.subject_of(after)
    assert rules.criterion_of(rules.subject_of(before)) == "tap-the-guong-mau"


def test_long_names_of_points_fit_their_column_and_stay_apart() -> None:
    one, other = (a_finding(Verdict.MET, field=f"stage:{'Ký nháy ' * 40}{end}") for end in "ab")
    found = {rules.subject_of(one), rules.subject_of(other)}
    assert len(found) == 2
    assert max(map(len, found)) <= 120
