"""Units in time: the real case of Vĩnh Long in 2025, and what may not be."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from dms.errors import Conflict, DomainError, Invalid
from dms.people import reorganisation, service, structure
from dms.people.administration import NameTerms
from dms.people.models import SuccessionKind, Unit, UnitKind
from dms.people.reorganisation import Paper, Passage
from dms.people.structure import Branch
from dms.policy import Actor, Role
from tests import factories as make

NOW = make.NOW
MERGER = date(2025, 7, 1)
MARCH = date(2025, 3, 1)
PROVINCES = Paper("202/2025/QH15", date(2025, 6, 12), "Quốc hội")
COMMUNES = Paper("1687/NQ-UBTVQH15", date(2025, 6, 16), "Ủy ban Thường vụ Quốc hội")
DEPARTMENTS = Paper("12/NQ-HĐND", date(2025, 2, 25), "HĐND tỉnh Vĩnh Long")


def administrator(session: Session) -> Actor:
    return make.an_actor(session, make.a_unit(session), Role.ADMINISTRATOR)


def terms(name: str, day: date) -> NameTerms:
    return NameTerms(name=name, symbol="UBND", place="Vĩnh Long", valid_from=day)


def walk(branches: tuple[Branch, ...] | list[Branch], above: str = "") -> Iterator[tuple[str, str]]:
    for each in branches:
        yield above, each.name.name
        yield from walk(each.below, each.name.name)


def tree(session: Session, day: date) -> set[tuple[str, str]]:
    return set(walk(structure.tree_on(session, day)))


def pass_on(session: Session, kind: SuccessionKind, before: list[Unit], after: list[Unit], **more: object) -> None:
    plain: dict[str, object] = {"on": MERGER, "paper": COMMUNES} | more
    ids = (tuple(unit.id for unit in before), tuple(unit.id for unit in after))
    passage = Passage(*ids, **plain)  # type: ignore[arg-type]  # a test's own day and paper
    reorganisation.pass_on(session, kind, passage, by=administrator(session), now=NOW)


# --- the real case


@pytest.fixture
def three_provinces(session: Session) -> dict[str, Unit]:
    """Three provinces with a district, its communes and two departments, before 2025."""
    made = {
        code: make.a_unit(session, code=code, name=name, kind=UnitKind.PROVINCIAL_COMMITTEE)
        for code, name in (
            ("vinh-long", "UBND tỉnh Vĩnh Long"),
            ("ben-tre", "UBND tỉnh Bến Tre"),
            ("tra-vinh", "UBND tỉnh Trà Vinh"),
        )
    }
    below = made["vinh-long"]
    made["tttt"] = make.a_unit(session, code="tttt", name="Sở Thông tin và Truyền thông", parent=below)
    made["khcn"] = make.a_unit(session, code="khcn", name="Sở Khoa học và Công nghệ", parent=below)
    made["huyen"] = make.a_unit(session, code="huyen", name="UBND huyện Long Hồ", kind=UnitKind.DISTRICT, parent=below)
    made["xa-cu"] = make.a_unit(
        session, code="xa-cu", name="UBND xã Long An", kind=UnitKind.COMMUNE, parent=made["huyen"]
    )
    made["so-ben-tre"] = make.a_unit(session, code="so-bt", name="Sở Y tế Bến Tre", parent=made["ben-tre"])
    return made


def the_year_2025(session: Session, units: dict[str, Unit]) -> tuple[Unit, Unit, Unit]:
    """01/03: the coordinator's duties move. 01/07: one province of three; the district's duties go to two communes."""
    by = administrator(session)
    pass_on(session, SuccessionKind.MERGED, [units["tttt"]], [units["khcn"]], on=MARCH, paper=DEPARTMENTS)
    new = reorganisation.found(
        session,
        "tinh-moi",
        UnitKind.PROVINCIAL_COMMITTEE,
        terms("UBND tỉnh Vĩnh Long (mới)", MERGER),
        paper=PROVINCES,
        by=by,
        now=NOW,
    )
    three = [units["vinh-long"], units["ben-tre"], units["tra-vinh"]]
    pass_on(session, SuccessionKind.MERGED, three, [new], paper=PROVINCES)
    ward, commune = (
        reorganisation.found(
            session, code, UnitKind.COMMUNE, terms(name, MERGER), superior_id=new.id, paper=COMMUNES, by=by, now=NOW
        )
        for code, name in (("phuong", "UBND phường Long Châu"), ("xa-moi", "UBND xã Long Hồ"))
    )
    pass_on(session, SuccessionKind.MERGED, [units["xa-cu"]], [commune])
    pass_on(session, SuccessionKind.SPLIT, [units["huyen"]], [commune, ward])
    return new, commune, ward


@pytest.mark.rule("P24")
def test_the_tree_of_each_day_is_the_one_that_stood_then(session: Session, three_provinces: dict[str, Unit]) -> None:
    the_year_2025(session, three_provinces)
    february, june, july = (tree(session, day) for day in (date(2025, 2, 28), date(2025, 6, 30), MERGER))
    old, new = "UBND tỉnh Vĩnh Long", "UBND tỉnh Vĩnh Long (mới)"
    assert {(old, "Sở Thông tin và Truyền thông"), (old, "Sở Khoa học và Công nghệ")} <= february
    assert (old, "Sở Thông tin và Truyền thông") not in june
    assert {(old, "UBND huyện Long Hồ"), ("UBND huyện Long Hồ", "UBND xã Long An")} <= june
    # what stood under each of the three provinces stands under their heir, without a word typed
    assert {
        ("", new),
        (new, "Sở Khoa học và Công nghệ"),
        (new, "Sở Y tế Bến Tre"),
        (new, "UBND xã Long Hồ"),
        (new, "UBND phường Long Châu"),
    } <= july
    gone = {old, "UBND tỉnh Bến Tre", "UBND tỉnh Trà Vinh", "UBND huyện Long Hồ", "UBND xã Long An"}
    assert not gone & {name for _, name in july}


@pytest.mark.rule("P12")
@pytest.mark.rule("P24")
def test_duties_reach_the_heirs_of_2025(session: Session, three_provinces: dict[str, Unit]) -> None:
    new, commune, ward = the_year_2025(session, three_provinces)
    units = three_provinces
    assert service.successor_of(session, units["tttt"].id, date(2025, 2, 28)) == units["tttt"].id
    assert service.successor_of(session, units["tttt"].id, MARCH) == units["khcn"].id
    for code in ("vinh-long", "ben-tre", "tra-vinh"):
        assert service.successor_of(session, units[code].id, MERGER) == new.id
    assert service.successor_of(session, units["huyen"].id, MERGER) == commune.id  # the one that leads, not the ward
    assert {commune.id, ward.id} <= service.carriers_of(session, units["huyen"].id, MERGER)
    assert service.name_on(session, units["huyen"].id, date(2025, 6, 30)).name == "UBND huyện Long Hồ"


def test_each_event_names_the_paper_that_decided_it(session: Session, three_provinces: dict[str, Unit]) -> None:
    new, _commune, ward = the_year_2025(session, three_provinces)
    merged, founded = structure.events_of(session, new.id)
    assert {merged.kind.value, founded.kind.value} == {"merged", "founded"}
    assert (merged.paper_number, merged.paper_issued_on, merged.paper_issuer) == (
        "202/2025/QH15",
        date(2025, 6, 12),
        "Quốc hội",
    )
    three = {three_provinces[code].id for code in ("vinh-long", "ben-tre", "tra-vinh")}
    merger = merged if merged.kind.value == "merged" else founded
    assert {part.unit_id for part in merger.parts if part.side.value == "before"} == three
    assert {each.kind.value for each in structure.events_of(session, ward.id)} == {"founded", "split"}


# --- superiors and blocks from a day on


def test_a_unit_stands_where_it_was_put_from_the_day_on(session: Session) -> None:
    one, other = make.a_unit(session, name="UBND một"), make.a_unit(session, name="UBND hai")
    school = make.a_unit(session, name="Trường", kind=UnitKind.SCHOOL, parent=one)
    by = administrator(session)
    reorganisation.move(session, school.id, other.id, on=MERGER, paper=COMMUNES, by=by, now=NOW)
    assert ("UBND một", "Trường") in tree(session, date(2025, 6, 30))
    assert ("UBND hai", "Trường") in tree(session, MERGER)
    with pytest.raises(Invalid, match="unit_below_itself"):
        reorganisation.move(session, other.id, school.id, on=MERGER, paper=COMMUNES, by=by, now=NOW)
    with pytest.raises(Conflict, match="unit_superior_day_taken"):
        reorganisation.move(session, school.id, None, on=MERGER, paper=COMMUNES, by=by, now=NOW)


@pytest.mark.rule("P24")
def test_a_unit_is_in_one_block_at_a_time(session: Session) -> None:
    by, unit = administrator(session), make.a_unit(session)
    paper = Paper("872/QĐ-UBND", date(2023, 4, 20), "Chủ tịch UBND tỉnh")
    first, second = (
        reorganisation.open_block(
            session, code, f"Khối {code}", valid_from=date(2023, 5, 1), paper=paper, by=by, now=NOW
        )
        for code in ("mot", "hai")
    )
    reorganisation.join_block(session, first.id, [unit.id], valid_from=date(2023, 5, 1), by=by, now=NOW)
    reorganisation.join_block(session, second.id, [unit.id], valid_from=MERGER, by=by, now=NOW)
    assert structure.blocks_of_units(session, date(2025, 6, 30))[unit.id] is first
    assert structure.blocks_of_units(session, MERGER)[unit.id] is second
    with pytest.raises(Conflict, match="block_membership_newer"):
        reorganisation.join_block(session, first.id, [unit.id], valid_from=MERGER, by=by, now=NOW)
    with pytest.raises(Conflict, match="block_code_taken"):
        reorganisation.open_block(session, "mot", "Khác", valid_from=MERGER, paper=paper, by=by, now=NOW)


# --- what may not be


@pytest.mark.parametrize(
    ("kind", "shape", "more", "code"),
    [
        ("merged", (1, 1), {"paper": Paper(" ", MARCH, "HĐND")}, "deciding_paper_missing"),
        ("merged", (1, 1), {"on": date(2025, 6, 15)}, "event_before_paper"),
        ("merged", (0, 1), {}, "succession_needs_units"),
        ("merged", (1, 2), {}, "succession_needs_units"),
        ("split", (2, 2), {}, "succession_needs_units"),
        ("split", (1, 1), {}, "split_into_one"),
        ("transferred", (2, 1), {}, "succession_needs_units"),
    ],
)
def test_a_change_of_another_shape_or_without_its_paper_is_refused(
    session: Session, *, kind: str, shape: tuple[int, int], more: dict[str, object], code: str
) -> None:
    units = [[make.a_unit(session) for _ in range(number)] for number in shape]
    with pytest.raises(DomainError, match=code):
        pass_on(session, SuccessionKind(kind), *units, **more)


def test_a_unit_that_is_no_more_or_not_yet_there_cannot_change(session: Session) -> None:
    gone, living, unborn = (make.a_unit(session) for _ in range(3))
    gone.abolished_on, unborn.founded_on = MARCH, date(2025, 7, 2)
    with pytest.raises(Conflict, match="unit_ended_already"):
        pass_on(session, SuccessionKind.MERGED, [gone], [living])
    with pytest.raises(Conflict, match="unit_not_there_yet"):
        pass_on(session, SuccessionKind.MERGED, [living], [unborn])
    with pytest.raises(Invalid, match="succession_to_itself"):
        pass_on(session, SuccessionKind.MERGED, [living], [living])


def test_a_unit_may_end_without_an_heir(session: Session) -> None:
    unit = make.a_unit(session, name="Ban Quản lý")
    by = administrator(session)
    reorganisation.abolish(session, unit.id, on=MERGER, paper=COMMUNES, by=by, now=NOW)
    assert ("", "Ban Quản lý") in tree(session, date(2025, 6, 30))
    assert ("", "Ban Quản lý") not in tree(session, MERGER)
    assert service.successor_of(session, unit.id, MERGER) == unit.id


def test_only_an_administrator_changes_units(session: Session) -> None:
    unit = make.a_unit(session)
    with pytest.raises(DomainError, match="not_allowed"):
        reorganisation.abolish(session, unit.id, on=MERGER, paper=COMMUNES, by=make.a_clerk(session, unit), now=NOW)
