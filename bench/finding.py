"""Search of the archive over as many awards as can be written in a part of a minute, for one who may read them all."""

import time
from collections.abc import Iterator
from itertools import islice

from flask import Flask
from sqlalchemy import func, select

from bench import crowds
from bench.figures import Row, judged, ms, p50, p95, seconds, told
from bench.place import Place
from blueprints.extensions import db
from demo.province import DOMAIN, PASSWORD
from dms import clock
from dms.archive import search
from dms.awards.models import Award
from dms.people import service as people
from dms.people.models import Person
from dms.policy import Actor
from tests.blueprints.helpers import Browser, login, writing

WRITING_SECONDS, MOST, FEWEST = 40, 60_000, 20_000
LIMIT_P50, LIMIT_P95 = 0.007, 0.025  # the best peer's median; twice its worst page
ROUNDS = 40
READER = "luutru"


def measured(place: Place) -> list[Row]:
    total = _write(place.app)
    told(f"searching {total:,} awards")
    rows = list(_finds(place.app, total))
    return [*rows, _page(place.app, total)]


def _write(app: Flask) -> int:
    """Add awards, decision by decision, until the time or the number is reached; return how many there are."""
    names, deadline = crowds.people(), time.monotonic() + WRITING_SECONDS
    with writing(app) as session:
        dossiers = [crowds.a_full_dossier(session, 1, with_papers=False)[0].id for _ in range(20)]
    total = 0
    while total < MOST and (time.monotonic() < deadline or total < FEWEST):
        with writing(app) as session:
            rows = [session.get_one(crowds.Dossier, each) for each in dossiers]
            for _ in range(4):
                crowds.more_awards(session, rows, names, crowds.AWARDS_OF_ONE_DECISION)
            total = session.scalar(select(func.count()).select_from(Award)) or 0
    return total


def _questions() -> dict[str, list[str]]:
    names = list(islice(crowds.people(), 0, 40 * 37, 37))
    return {
        "full name": names,
        "two words": [" ".join(name.split()[::2]) for name in names],
        "decision number": [f"{number}/QĐ-UBND" for number in range(1, 41)],
        "code": [f"BENCH{number:08d}" for number in range(5000, 5040)],
        "words on every award": ["bằng khen chuyên viên"] * ROUNDS,
        "beginning of a word": [name.split()[0][:2] for name in names],
    }


def _finds(app: Flask, total: int) -> Iterator[Row]:
    with app.app_context():
        session = db.session()
        by = _reader()
        every: list[float] = []
        for kind, questions in _questions().items():
            search.find(session, search.Query(questions[0]), by=by)
            taken = [seconds(lambda q=q: search.find(session, search.Query(q), by=by)) for q in questions]
            every += taken
            yield Row(f"  search by {kind}", f"p50 {ms(p50(taken))}, p95 {ms(p95(taken))}")
        session.rollback()
    met = p50(every) <= LIMIT_P50 and p95(every) <= LIMIT_P95
    bound = f"p50 ≤ {LIMIT_P50 * 1000:.0f} ms, p95 ≤ {LIMIT_P95 * 1000:.0f} ms"
    yield judged(
        f"search of {total:,} awards, all kinds", f"p50 {ms(p50(every))}, p95 {ms(p95(every))}", bound, met=met
    )


def _page(app: Flask, total: int) -> Row:
    """The whole page, log-in and template included."""
    questions = [question for group in _questions().values() for question in group[:10]]
    with app.test_client() as browser:
        _log_in(browser)  # type: ignore[arg-type]  # test_client_class is Browser
        browser.get("/archive?q=nguyen")
        taken = [seconds(lambda q=q: browser.get("/archive", query_string={"q": q})) for q in questions]
    return Row(f"  the search page as HTML, {total:,} awards", f"p50 {ms(p50(taken))}, p95 {ms(p95(taken))}")


def _reader() -> Actor:
    session = db.session()
    person = session.scalars(select(Person.id).where(Person.email == f"{READER}@{DOMAIN}")).one()
    return people.actor_of(session, person, clock.day_of(clock.now()))


def _log_in(browser: Browser) -> None:
    login(browser, f"{READER}@{DOMAIN}", PASSWORD)
