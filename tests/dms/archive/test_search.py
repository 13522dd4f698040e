"""One search box: with or without diacritics, by any of the things that people remember, the same on both databases."""

from collections.abc import Callable
from datetime import date

import pytest
from alembic import command
from sqlalchemy import Connection, event, inspect, select, text
from sqlalchemy.orm import Session

from dms.archive import search
from dms.archive.search import Query, marked
from dms.awards.models import Award, Decision
from dms.campaigns.vocabulary import Form, NomineeKind
from dms.db import make_engine
from dms.documents.models import Document, DocumentKind
from dms.dossiers.models import Dossier
from dms.people.models import SuccessionKind, Unit, UnitSuccession
from dms.policy import Actor, Role
from tests import factories as make
from tests.dms.awards.world import Chancery
from tests.migrations.test_migrations import scripts

Maker = Callable[..., Award]


@pytest.fixture
def archivist(session: Session) -> Actor:
    return make.an_actor(session, make.a_province(session).appraiser, Role.ARCHIVIST)


@pytest.fixture
def an_award(session: Session) -> Maker:
    """A maker of awards as rows only, each in the index."""
    dossiers: dict[Unit, Dossier] = {}

    def make_one(
        recipient: str,
        *,
        unit: Unit | None = None,
        number: str = "125/QĐ-UBND",
        on: date = date(2026, 1, 15),
        kind: NomineeKind = NomineeKind.INDIVIDUAL,
        form: Form = Form.BANG_KHEN,
        decision: Decision | None = None,
        ordinal: int = 1,
    ) -> Award:
        unit = unit or make.a_unit(session)
        dossier = dossiers.get(unit) or dossiers.setdefault(unit, make.a_dossier(session, unit=unit))
        nominee = make.a_nominee(session, dossier, recipient, kind=kind)
        award = Award(
            decision_id=(decision or a_decision(session, dossier)).id,
            nominee_id=nominee.id,
            dossier_id=dossier.id,
            unit_id=unit.id,
            ordinal=ordinal,
            kind=kind,
            recipient=recipient,
            unit_name=unit.names[0].name,
            form=form.value,
            title="Bằng khen của Chủ tịch UBND tỉnh Vĩnh Long",
            achievement="",
            conferrer_name="UBND tỉnh Vĩnh Long",
            decision_number=number,
            decided_on=on,
            year=on.year,
            public_code=f"CODE{make.next_number():08d}",
        )
        session.add(award)
        session.flush()
        search.index_award(session, award)
        return award

    return make_one


def a_decision(session: Session, dossier: Dossier) -> Decision:
    document = Document(unit_id=dossier.conferrer_id, kind=DocumentKind.DECISION, title="Quyết định")
    session.add(document)
    session.flush()
    decision = Decision(
        revision_id=dossier.revision_id,
        scheme_code=dossier.scheme_code,
        conferrer_id=dossier.conferrer_id,
        document_id=document.id,
        prepared_at=make.NOW,
    )
    session.add(decision)
    session.flush()
    return decision


def found(session: Session, words: str, by: Actor, **filters: object) -> list[str]:
    query = Query(words, **filters)  # type: ignore[arg-type]
    return [award.recipient for award in search.find(session, query, by=by).awards]


# --- words


@pytest.mark.parametrize(
    "typed",
    [
        "Nguyễn Thị Thuỳ Dương",
        "nguyen thi thuy duong",
        "NGUYỄN THỊ",
        "dương thuỳ",
        "thuy du",
        "Sở Giáo dục và Đào tạo",
        "so giao duc dao tao",
        "125/QĐ-UBND",
        "125 qd ubnd",
        "quyết định 125",
        "bằng khen giáo dục",
        "Quyết định số 125/QĐ-UBND",
        "bằng khen năm 2026",
        "bang khen 2026",
    ],
)
def test_an_award_is_found_by_what_people_remember_of_it(
    session: Session, an_award: Maker, archivist: Actor, typed: str
) -> None:
    unit = make.a_unit(session, name="Sở Giáo dục và Đào tạo")
    an_award("Nguyễn Thị Thuỳ Dương", unit=unit)
    an_award("Trần Văn Khác", number="77/QĐ-SYT", on=date(2024, 3, 1))
    assert found(session, typed, archivist) == ["Nguyễn Thị Thuỳ Dương"]


def test_a_name_typed_with_or_without_the_bar_of_its_d_finds_both_spellings(
    session: Session, an_award: Maker, archivist: Actor
) -> None:
    an_award("Đặng Hữu Phước", on=date(2026, 1, 16))
    an_award("Dang Huu Phuoc")
    for typed in ("đặng", "dang", "ĐẶNG HỮU"):
        assert found(session, typed, archivist) == ["Đặng Hữu Phước", "Dang Huu Phuoc"]


def test_a_number_below_ten_is_found_with_and_without_its_zero(
    session: Session, an_award: Maker, archivist: Actor
) -> None:
    an_award("Lê Thị Ánh", number="05/QĐ-UBND")
    assert found(session, "05/QĐ-UBND", archivist) == ["Lê Thị Ánh"]
    assert found(session, "5/QĐ-UBND", archivist) == ["Lê Thị Ánh"]


def test_only_the_last_word_is_a_beginning(session: Session, an_award: Maker, archivist: Actor) -> None:
    an_award("Nguyễn Văn An")
    assert found(session, "ngu", archivist) == ["Nguyễn Văn An"]
    assert found(session, "ngu an", archivist) == []


@pytest.mark.rule("P12")
def test_an_award_is_found_by_the_name_of_the_unit_that_took_over(
    session: Session, an_award: Maker, archivist: Actor
) -> None:
    old, new = make.a_unit(session, name="Sở Thông tin"), make.a_unit(session, name="Sở Khoa học")
    session.add(
        UnitSuccession(predecessor_id=old.id, successor_id=new.id, kind=SuccessionKind.TRANSFERRED, on=date(2025, 3, 1))
    )
    session.flush()
    an_award("Lê Thị Ánh", unit=old)
    assert found(session, "khoa hoc", archivist) == ["Lê Thị Ánh"]
    assert found(session, "thong tin", archivist) == ["Lê Thị Ánh"]


@pytest.mark.parametrize(
    "typed", ['"', "'; DROP TABLE award;--", "a* OR b", "NEAR(a b)", "-", "words:x", "!&|():*", "\x00"]
)
def test_no_sign_that_somebody_types_has_a_power_of_its_own(
    session: Session, an_award: Maker, archivist: Actor, typed: str
) -> None:
    an_award("Lê Thị Ánh")
    assert found(session, typed, archivist) in ([], ["Lê Thị Ánh"])
    assert found(session, "Ánh", archivist) == ["Lê Thị Ánh"]


def test_an_empty_box_shows_all_awards_newest_first(session: Session, an_award: Maker, archivist: Actor) -> None:
    an_award("Cũ", on=date(2023, 5, 1))
    an_award("Mới", on=date(2026, 1, 15))
    an_award("Giữa", on=date(2024, 12, 31))
    assert found(session, "", archivist) == ["Mới", "Giữa", "Cũ"]


def test_awards_of_one_decision_keep_its_order(session: Session, an_award: Maker, archivist: Actor) -> None:
    unit = make.a_unit(session)
    decision = a_decision(session, make.a_dossier(session))
    for ordinal, name in enumerate(("Thứ nhất", "Thứ hai", "Thứ ba"), start=1):
        an_award(name, unit=unit, decision=decision, ordinal=ordinal)
    assert found(session, "", archivist) == ["Thứ nhất", "Thứ hai", "Thứ ba"]


# --- filters and pages


def test_filters_narrow_by_year_form_and_kind(session: Session, an_award: Maker, archivist: Actor) -> None:
    an_award("Lê Thị Ánh", on=date(2025, 12, 31))
    an_award("Phòng Ánh Dương", on=date(2026, 1, 1), kind=NomineeKind.COLLECTIVE)
    an_award("Trần Ánh", on=date(2026, 12, 31), form=Form.GIAY_KHEN)
    assert found(session, "ánh", archivist, year=2026) == ["Trần Ánh", "Phòng Ánh Dương"]
    assert found(session, "ánh", archivist, kind=NomineeKind.COLLECTIVE) == ["Phòng Ánh Dương"]
    assert found(session, "", archivist, form=Form.GIAY_KHEN) == ["Trần Ánh"]
    assert found(session, "", archivist, year=2025) == ["Lê Thị Ánh"]
    assert found(session, "", archivist, year=99999) == []


def test_pages_follow_each_other_without_gap_or_repetition(session: Session, an_award: Maker, archivist: Actor) -> None:
    unit = make.a_unit(session)
    decision = a_decision(session, make.a_dossier(session))
    for number in range(1, search.PAGE_SIZE * 2 + 4):
        an_award(f"Trần Văn Số {number}", unit=unit, decision=decision, ordinal=number)
    seen: list[str] = []
    before = None
    while True:
        page = search.find(session, Query("trần"), by=archivist, before=before)
        seen += [award.recipient for award in page.awards]
        before = page.next
        if before is None:
            break
    assert seen == [f"Trần Văn Số {number}" for number in range(1, search.PAGE_SIZE * 2 + 4)]
    assert page.total == search.PAGE_SIZE * 2 + 3


# --- who may find what


def test_results_and_count_leave_out_what_one_may_not_know_of(session: Session, an_award: Maker) -> None:
    own, other = make.a_unit(session), make.a_unit(session)
    clerk = make.a_clerk(session, own)
    an_award("Lê Thị Ánh", unit=own)
    an_award("Trần Ánh", unit=other)
    results = search.find(session, Query("ánh"), by=clerk)
    assert [award.recipient for award in results.awards] == ["Lê Thị Ánh"]
    assert results.total == 1


def test_somebody_without_a_role_finds_nothing(session: Session, an_award: Maker) -> None:
    an_award("Lê Thị Ánh")
    nobody = make.an_actor(session, make.a_unit(session), Role.ADMINISTRATOR)
    assert search.find(session, Query(), by=nobody).total == 0


# --- the index


def test_an_award_conferred_is_found_in_the_same_transaction(session: Session, chancery: Chancery) -> None:
    chancery.conferred(chancery.appraised(["Huỳnh Thị Ngọc Ánh"]))
    assert found(session, "ngoc anh", chancery.archivist) == ["Huỳnh Thị Ngọc Ánh"]


def test_making_the_index_anew_gives_the_same_hits(session: Session, an_award: Maker, archivist: Actor) -> None:
    for number in range(5):
        an_award(f"Lê Thị Ánh {number}", on=date(2026, 1, number + 1))
    before = found(session, "ánh", archivist)
    assert search.reindex(session, batch=2) == 5
    assert found(session, "ánh", archivist) == before


def test_indexing_an_award_twice_finds_it_once(session: Session, an_award: Maker, archivist: Actor) -> None:
    award = an_award("Lê Thị Ánh")
    search.index_award(session, award)
    assert found(session, "ánh", archivist) == ["Lê Thị Ánh"]


def test_two_decisions_whose_positions_meet_are_both_found(
    session: Session, an_award: Maker, archivist: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_DECISION_BITS", 0)  # as if the first bits of both ids were the same
    one, two = an_award("Lê Thị Ánh"), an_award("Trần Ánh")
    assert search.position_of(one) == search.position_of(two)
    assert sorted(found(session, "ánh", archivist)) == ["Lê Thị Ánh", "Trần Ánh"]
    search.index_award(session, two)
    assert search.reindex(session) == 2
    assert sorted(found(session, "ánh", archivist)) == ["Lê Thị Ánh", "Trần Ánh"]


def test_the_index_can_be_dropped_and_made_again(session: Session, an_award: Maker, archivist: Actor) -> None:
    an_award("Lê Thị Ánh")
    search.drop_index(session.connection())
    assert not inspect(session.connection()).has_table("award_search")
    search.create_index(session.connection())
    search.create_index(session.connection())
    assert search.reindex(session) == 1
    assert found(session, "ánh", archivist) == ["Lê Thị Ánh"]


def test_a_common_word_is_looked_up_in_the_index_and_not_row_by_row(
    session: Session, an_award: Maker, archivist: Actor
) -> None:
    an_award("Lê Thị Ánh")
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = plan_of(session, Query("ánh"), archivist)
    assert "award_search" in plan
    assert ("VIRTUAL TABLE INDEX" in plan and "USE TEMP B-TREE" not in plan) or "ix_award_search_tokens" in plan


def plan_of(session: Session, query: Query, by: Actor) -> str:
    statements: list[tuple[str, object]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    search.find(session, query, by=by)
    event.remove(connection, "before_cursor_execute", note)
    statement, parameters = statements[-1]
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    rows = connection.exec_driver_sql(explain + statement, parameters)  # type: ignore[arg-type]
    return "\n".join(" ".join(str(value) for value in row) for row in rows)


def test_positions_are_whole_numbers_that_both_databases_hold(session: Session, an_award: Maker) -> None:
    award = an_award("Lê Thị Ánh", on=date(2799, 12, 31))
    assert 0 < search.position_of(award) < 2**63
    assert session.scalars(select(Award)).one() is award


def test_the_migration_makes_the_index_that_the_service_writes(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    with engine.connect() as connection:
        command.upgrade(scripts(connection), "head")
        migrated = shape(connection)
        search.drop_index(connection)
        search.create_index(connection)
        assert shape(connection) == migrated
    engine.dispose()


def shape(connection: Connection) -> tuple[object, ...]:
    """Columns and indexes of the index; on SQLite the statement that made it."""
    if connection.dialect.name == "sqlite":
        made = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'award_search'"))
        return (str(made).replace("IF NOT EXISTS ", ""),)
    found = inspect(connection)
    columns = [(each["name"], str(each["type"]), each["nullable"]) for each in found.get_columns("award_search")]
    return columns, sorted(str(index["name"]) for index in found.get_indexes("award_search"))


# --- highlighting


def test_words_that_were_found_are_marked_as_they_are_written() -> None:
    assert marked("Nguyễn Thị Thuỳ Dương", "thuy du") == [
        ("Nguyễn Thị ", False),
        ("Thuỳ", True),
        (" ", False),
        ("Dương", True),
    ]
    assert marked("125/QĐ-UBND", "125 qd") == [("125", True), ("/", False), ("QĐ", True), ("-UBND", False)]
    assert marked("Lê Thị Ánh", "") == [("Lê Thị Ánh", False)]
