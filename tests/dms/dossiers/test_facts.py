"""Facts come in a constant number of queries; the summary is what a fresh computation gives; lists cost the same."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from dms.campaigns.vocabulary import NomineeKind
from dms.dossiers import board, nominees, service, summary
from dms.dossiers.models import Dossier, DossierSummary, Nominee
from dms.dossiers.service import Filters
from dms.policy import Actor, Status
from dms.text import fold
from tests import factories as make


def many_nominees(session: Session, dossier: Dossier, count: int, *, with_papers: bool) -> None:
    """Rows for ``count`` people, each with a signed report where asked."""
    for number in range(1, count + 1):
        name = f"Người thứ {number}"
        nominee = Nominee(
            dossier_id=dossier.id,
            ordinal=number,
            kind=NomineeKind.INDIVIDUAL,
            name=name,
            folded_name=fold(name),
            sections={},
        )
        session.add(nominee)
        session.flush()
        if with_papers:
            make.signed(session, dossier, make.a_paper(session, dossier, "bao-cao-thanh-tich", nominee, words=name))


def a_reader(session: Session, dossier: Dossier) -> Actor:
    clerk = make.clerk_of(session, dossier)
    session.flush()
    session.expire_all()
    return clerk


def test_completeness_of_a_hundred_nominees_takes_at_most_fifteen_queries(
    session: Session, counted: Iterator[object]
) -> None:
    dossier = make.a_dossier(session)
    many_nominees(session, dossier, 100, with_papers=True)
    dossier_id, clerk = dossier.id, a_reader(session, dossier)
    with counted() as queries:  # type: ignore[operator]
        judged = service.judge(session, service.get(session, dossier_id, by=clerk), now=make.NOW)
    assert len(judged.facts.nominees) == 100
    assert len(judged.facts.documents) == 100
    assert queries.count <= 15


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_of_a_dossier_takes_the_same_queries_for_one_nominee_and_for_fifty(
    session: Session, counted: Iterator[object], count: int
) -> None:
    dossier = make.a_dossier(session)
    many_nominees(session, dossier, count, with_papers=True)
    dossier_id, clerk = dossier.id, a_reader(session, dossier)
    with counted() as queries:  # type: ignore[operator]
        drawn = board.draw(session, service.get(session, dossier_id, by=clerk), by=clerk, now=make.NOW)
    assert len(drawn.cards) == count + 2
    assert queries.count <= 18


@pytest.mark.parametrize("count", [1, 30])
def test_a_list_takes_the_same_queries_for_one_dossier_and_for_many(
    session: Session, counted: Iterator[object], count: int
) -> None:
    first = make.a_dossier(session)
    for number in range(count - 1):
        session.add(
            Dossier(
                code=f"HS-2026-1{number:03d}",
                revision_id=first.revision_id,
                scheme_code=first.scheme_code,
                unit_id=first.unit_id,
                conferrer_id=first.conferrer_id,
                status=Status.DRAFT,
                opened_at=make.NOW,
                status_since=make.NOW,
            )
        )
    clerk = a_reader(session, first)
    with counted() as queries:  # type: ignore[operator]
        page = service.listing(session, Filters(), by=clerk)
        shown = [(service.unit_name(each).name, each.revision.title, each.summary) for each in page.items]
    assert page.total == count
    assert len(shown) == min(count, service.PAGE_SIZE)
    assert queries.count <= 6


def test_a_list_is_narrowed_by_status_campaign_unit_and_code(session: Session) -> None:
    unit = make.a_unit(session)
    clerk = make.a_clerk(session, unit)
    first = make.a_dossier(session, unit=unit)
    second = make.a_dossier(session, unit=unit, scheme=make.GIAY_KHEN, status=Status.SUBMITTED)
    code = first.revision.campaign.code

    def listed(filters: Filters) -> set[str]:
        return {each.code for each in service.listing(session, filters, by=clerk).items}

    assert listed(Filters()) == {first.code, second.code}
    assert listed(Filters(statuses=(Status.SUBMITTED,))) == {second.code}
    assert listed(Filters(campaign=code, scheme=make.BANG_KHEN)) == {first.code}
    assert listed(Filters(campaign="khac")) == set()
    assert listed(Filters(unit_id=make.a_unit(session).id)) == set()
    assert listed(Filters(text=first.code[-4:].lower())) == {first.code}
    assert listed(Filters(text="%")) == set()
    assert service.counts(session, by=clerk) == {Status.DRAFT: 1, Status.SUBMITTED: 1}


def test_a_page_behind_the_last_is_the_last(session: Session) -> None:
    dossier = make.a_dossier(session)
    page = service.listing(session, Filters(), by=make.clerk_of(session, dossier), page=99)
    assert (page.number, page.pages, len(page.items)) == (1, 1, 1)


def test_the_summary_is_what_a_fresh_computation_gives_after_every_change(session: Session) -> None:
    dossier = make.a_complete_dossier(session)
    ensure_right(session, dossier)
    clerk = make.clerk_of(session, dossier)
    added = make.a_nominee(session, dossier, by=clerk)
    ensure_right(session, dossier)
    nominees.remove_nominee(session, added.id, by=clerk, now=make.NOW)
    ensure_right(session, dossier)
    service.submit(session, dossier.id, by=clerk, now=make.NOW)
    row = ensure_right(session, dossier)
    assert (row.collectives, row.individuals, row.blocking, row.open_steps) == (1, 0, 0, 0)


def ensure_right(session: Session, dossier: Dossier) -> DossierSummary:
    session.flush()
    session.expire_all()
    row = session.get_one(DossierSummary, dossier.id)
    fresh = summary.compute(session, dossier, now=make.NOW)
    assert {name: getattr(row, name) for name in fresh} == fresh
    return row
