"""How far a delegated power reaches, and when two powers meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.scope import EVERYTHING, Matter, Scope

KINDS, CAMPAIGNS, SCHEMES = ("minutes", "decision"), ("chuyen-doi-so", "cai-cach"), ("bang-khen", "giay-khen")
PAIRS = tuple(f"{campaign}/{scheme}" for campaign in CAMPAIGNS for scheme in SCHEMES)
MATTERS = [Matter(kind, campaign, scheme) for kind in KINDS for campaign in CAMPAIGNS for scheme in SCHEMES]


def some(words: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(words))


SCOPES = st.builds(Scope, document_kinds=some(KINDS), campaigns=some(CAMPAIGNS), schemes=some(PAIRS))


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        (EVERYTHING, 8),
        (Scope(document_kinds=frozenset({"minutes"})), 4),
        (Scope(campaigns=frozenset({"cai-cach"})), 4),
        (Scope(schemes=frozenset({"cai-cach/bang-khen"})), 2),
        (Scope(campaigns=frozenset({"chuyen-doi-so"}), schemes=frozenset({"cai-cach/bang-khen"})), 6),
        (Scope(frozenset({"minutes"}), frozenset(), frozenset({"cai-cach/bang-khen"})), 1),
    ],
)
def test_each_limit_narrows_and_a_campaign_reaches_all_of_its_schemes(scope: Scope, reached: int) -> None:
    assert sum(map(scope.reaches, MATTERS)) == reached


def test_a_limited_power_reaches_nothing_of_which_nobody_knows_what_it_is_about() -> None:
    assert EVERYTHING.reaches(Matter())
    assert not Scope(document_kinds=frozenset({"minutes"})).reaches(Matter())
    assert not Scope(campaigns=frozenset({"cai-cach"})).reaches(Matter("minutes"))


@given(SCOPES, SCOPES)
def test_two_powers_meet_exactly_where_a_paper_lies_within_both(one: Scope, other: Scope) -> None:
    shared = any(one.reaches(matter) and other.reaches(matter) for matter in MATTERS)
    assert one.meets(other) is shared
    assert other.meets(one) is shared
