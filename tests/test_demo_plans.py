"""The demo's campaigns: the shipped files with days that still lie ahead, and nothing else changed."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from demo import plans
from demo.story import OWN_PLAN_2025, OWN_PLAN_2026, PROVINCE_PLAN
from dms.campaigns.loader import load

TODAY = date(2027, 3, 1)
PLANS = (PROVINCE_PLAN, OWN_PLAN_2025, OWN_PLAN_2026)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_deadline_lies_ahead_and_says_what_the_plan_says(path: Path) -> None:
    own = load(path.read_text("utf-8"), path.name)
    shown = load(plans.for_demo(path, TODAY), path.name)
    pairs = [
        pair
        for before, after in zip(own.schemes, shown.schemes, strict=True)
        for pair in zip(before.deadlines, after.deadlines, strict=True)
    ]
    assert pairs
    for before, after in pairs:
        assert after.before == TODAY + timedelta(days=plans.DAYS_LEFT[after.kind.value])
        assert f"theo Kế hoạch là trước ngày {before.before:%d/%m/%Y}" in after.title


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_nothing_but_the_deadlines_is_changed(path: Path) -> None:
    own = load(path.read_text("utf-8"), path.name).model_dump()
    shown = load(plans.for_demo(path, TODAY), path.name).model_dump()
    for scheme in (*own["schemes"], *shown["schemes"]):
        scheme.pop("deadlines")
    assert shown == own


def test_a_deadline_that_is_still_ahead_stays() -> None:
    early = date(2025, 6, 1)
    shown = load(plans.for_demo(PROVINCE_PLAN, early), PROVINCE_PLAN.name)
    days = [deadline.before for scheme in shown.schemes for deadline in scheme.deadlines]
    assert days == [date(2026, 1, 10), date(2026, 1, 20)]
