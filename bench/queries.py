"""How many questions a page asks the database, and whether that grows with what it shows. Counted, not timed."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy.orm import Session

from bench import crowds
from bench.figures import Row, judged
from bench.place import Place
from blueprints.extensions import db
from dms import clock
from dms.dossiers import summary
from dms.dossiers.models import Dossier
from dms.people.models import Person
from tests.blueprints.helpers import Browser, counted_queries, enter, login, writing

PAGE, JUDGEMENT, MANY = 25, 15, 1000
LISTS = {"list of dossiers": "/dossiers", "search of the archive": "/archive?q=nguyen", "register": "/awards/register"}


def measured(place: Place) -> list[Row]:
    return [_page(place.app), _judgement(place.app), *_lists(place.app)]


def _page(app: Flask) -> Row:
    counts = {size: _asked_by_page(app, size) for size in (1, 50)}
    return judged(
        "dossier page with 50 nominees, queries",
        f"{counts[50]} (1 nominee: {counts[1]})",
        f"≤ {PAGE}",
        met=counts[50] <= PAGE,
    )


def _asked_by_page(app: Flask, size: int) -> int:
    with writing(app) as session:
        dossier, clerk = crowds.a_full_dossier(session, size)
        person = session.get_one(Person, clerk.person_id)
        enter(session, person)
        address, email = f"/dossiers/{dossier.id}", person.email
    return _asked(app, email, address)


def _judgement(app: Flask) -> Row:
    with writing(app) as session:
        small, large = (crowds.a_full_dossier(session, size)[0].id for size in (1, 100))
    counts = []
    for dossier_id in (small, large):
        with app.app_context(), counted_queries(app) as asked:
            session: Session = db.session()
            dossier = session.get_one(Dossier, dossier_id)
            asked.clear()  # whoever asks for a verdict holds the dossier already
            summary.compute(session, dossier, now=clock.now())
        counts.append(_reads(asked))
    return judged(
        "completeness of 100 nominees, queries",
        f"{counts[1]} (1 nominee: {counts[0]})",
        f"≤ {JUDGEMENT}",
        met=counts[1] <= JUDGEMENT,
    )


def _lists(app: Flask) -> Iterator[Row]:
    """Each list for a clerk: first with one row, then with a thousand of the clerk's own unit."""
    with writing(app) as session:
        dossier, clerk = crowds.a_full_dossier(session, 1, with_papers=False)
        person = session.get_one(Person, clerk.person_id)
        enter(session, person)
        email, dossier_id, names = person.email, dossier.id, crowds.people()
        crowds.more_awards(session, [dossier], names, 1)
    few = {name: _asked(app, email, address) for name, address in LISTS.items()}
    with writing(app) as session:
        dossier = session.get_one(Dossier, dossier_id)
        crowds.more_dossiers(session, dossier, MANY - 1)
        crowds.more_awards(session, [dossier], names, MANY - 1)
    for name, address in LISTS.items():
        many = _asked(app, email, address)
        yield judged(
            f"{name} for a clerk, queries with 1 and {MANY:,} rows",
            f"{few[name]} and {many}",
            "the same",
            met=many == few[name],
        )


def _asked(app: Flask, email: str, address: str) -> int:
    """Queries of one request by somebody who is logged in and has seen the page before."""
    with _visitor(app, email) as browser:
        browser.get(address)
        with counted_queries(app) as asked:
            answer = browser.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status}:\n{answer.get_data(as_text=True)[-2000:]}")
    return _reads(asked)


@contextmanager
def _visitor(app: Flask, email: str) -> Iterator[Browser]:
    with app.test_client() as browser:
        login(browser, email)  # type: ignore[arg-type]  # test_client_class is Browser
        yield browser  # type: ignore[misc]  # the same


def _reads(asked: list[str]) -> int:
    return sum(not statement.startswith(("BEGIN", "PRAGMA")) for statement in asked)
