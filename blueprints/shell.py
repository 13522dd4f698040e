"""What every page shows around its content: navigation, the person, language, dates and sizes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request, session, url_for
from flask_babel import LazyString, format_decimal, get_locale
from flask_babel import lazy_pgettext as _p

from blueprints import acts, findings, notices, web
from blueprints.extensions import db
from config import Settings
from dms import clock
from dms.people import administration
from dms.people.administration import Post
from dms.policy import Actor, PositionKind, Role

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}


def locale() -> str:
    """The language that the reader chose; Vietnamese until then, whatever the browser prefers."""
    chosen = session.get("language") if has_request_context() else None
    return chosen if chosen in LANGUAGES else "vi"


# --- Navigation


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation: its words, its icon, the screens it may lead to (the first that exists), for whom."""

    title: LazyString
    icon: str
    endpoints: tuple[str, ...]
    shown_to: Callable[[Actor], bool]
    whole: bool = True  # False where two entries share a family of screens

    @property
    def address(self) -> str | None:
        """Where the entry leads; None where the service has no such screen."""
        return next(filter(None, map(web.link, self.endpoints)), None)

    @property
    def current(self) -> bool:
        """Whether the page on the screen belongs to this entry."""
        return request.endpoint in self.endpoints or (self.whole and request.blueprint in self.blueprints)

    @property
    def blueprints(self) -> frozenset[str]:
        """The families of screens that the entry leads into."""
        return frozenset(endpoint.partition(".")[0] for endpoint in self.endpoints)


def _with(*roles: Role) -> Callable[[Actor], bool]:
    return lambda actor: any(map(actor.has_role, roles))


def _everybody(_actor: Actor) -> bool:
    return True


def _works_on_dossiers(actor: Actor) -> bool:
    return bool(actor.seats or actor.mandates) or any(role is not Role.ADMINISTRATOR for role, _ in actor.roles)


def _signs(actor: Actor) -> bool:
    return bool(actor.seats or actor.mandates)


def _decides(actor: Actor) -> bool:
    """Who reads or draws up decisions; a clerk, because a unit's own head may confer (P14)."""
    held = {kind for kind, _ in actor.seats} | {mandate.kind for mandate in actor.mandates}
    roles = (Role.CHAIR_OFFICE, Role.APPRAISER, Role.ARCHIVIST, Role.CLERK)
    return _with(*roles)(actor) or PositionKind.HEAD in held


PLACES = (
    Place(_p("navigation", "My work"), "inbox", ("home.work",), _everybody),
    Place(_p("navigation", "Dossiers"), "folder", ("dossiers.index",), _works_on_dossiers),
    Place(_p("navigation", "Signing"), "pen", ("signing.waiting", "batches.index", "batches.show"), _signs),
    Place(
        _p("navigation", "Consolidation"),
        "list",
        ("appraisal.progress",),
        _with(Role.COORDINATOR, Role.APPRAISER, Role.CHAIR_OFFICE),
        whole=False,
    ),
    Place(
        _p("navigation", "Appraisal"),
        "check",
        ("appraisal.reviews", "appraisal_letters.index"),
        _with(Role.APPRAISER),
        whole=False,
    ),
    Place(_p("navigation", "Index scores"), "star", ("scores.index",), _works_on_dossiers),
    Place(_p("navigation", "Decisions"), "award", ("awards.decisions",), _decides),
    Place(_p("navigation", "Archive"), "archive", ("archive.search", "archive.index"), _works_on_dossiers),
    Place(_p("navigation", "Administration"), "gear", ("people.units", "upkeep.health"), _with(Role.ADMINISTRATOR)),
)


def places() -> list[Place]:
    """The entries for the person who is logged in."""
    actor = web.current_actor()
    return [place for place in PLACES if place.shown_to(actor) and place.address]


# --- Dates and sizes, as officials write them


def as_date(value: date | datetime | None) -> str:
    """A day as 10/01/2026, an instant as its day in Vietnam; an empty text for nothing."""
    if value is None:
        return ""
    day = clock.day_of(value) if isinstance(value, datetime) else value
    return f"{day:%d/%m/%Y}"


def as_moment(value: datetime | None) -> str:
    """An instant as 10/01/2026 14:05 on a Vietnamese clock."""
    return "" if value is None else f"{clock.local(value):%d/%m/%Y %H:%M}"


def as_iso(value: date | datetime | None) -> str:
    """The machine's form for ``<time datetime>``."""
    return "" if value is None else value.isoformat()


def as_size(count: int | None) -> str:
    """Bytes as people say them: 340 B, 1,2 MB."""
    if count is None:
        return ""
    number, unit = float(count), "B"
    for unit in ("B", "KB", "MB", "GB"):  # noqa: B007  (the unit at which the loop stops is the answer)
        if number < 1024:
            break
        number /= 1024
    return f"{format_decimal(round(number, 1 if number < 10 and unit != 'B' else 0))} {unit}"


def as_number(value: Any) -> str:
    """A number in the reader's language: 1.234,5 in Vietnamese."""
    return "" if value is None else format_decimal(value)


# --- Static files


def asset(name: str) -> str:
    """The address of a static file, which changes with its content, so that browsers may keep it for long."""
    folder = current_app.static_folder
    return url_for("static", filename=name, v=_digest(Path(folder or ".") / name))


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def posts() -> list[Post]:
    """The person's seats and roles of today, for the menu."""
    return administration.posts_of(db.session(), web.current_actor(), clock.day_of(clock.now()))


def delegates() -> bool:
    """Whether the person holds a head's seat, from which signing can be delegated."""
    return any(kind is PositionKind.HEAD for kind, _ in web.current_actor().seats)


def manages_steps() -> bool:
    """Whether the person may give signing steps of others to somebody else."""
    actor = web.current_actor()
    return delegates() or actor.has_role(Role.ADMINISTRATOR)


def unread_count() -> int:
    """How many notices wait for the person; asked once for a page."""
    if "unread" not in g:
        g.unread = notices.count_unread()
    count: int = g.unread
    return count


def opens_dossiers() -> bool:
    """Whether the person may open a dossier for some unit."""
    return web.current_actor().has_role(Role.CLERK)


def init_app(app: Flask, settings: Settings) -> None:
    """Give templates what every page needs."""
    app.jinja_env.globals.update(
        can=web.can,
        link=web.link,
        places=places,
        posts=posts,
        delegates=delegates,
        manages_steps=manages_steps,
        unread_count=unread_count,
        unread_notices=notices.unread,
        opens_dossiers=opens_dossiers,
        actor=web.current_actor,
        today=lambda: clock.day_of(clock.now()),
        asset=asset,
        locale=get_locale,
        languages=LANGUAGES,
        demo=settings.demo,
    )
    app.jinja_env.filters.update(date=as_date, moment=as_moment, iso=as_iso, size=as_size, number=as_number)
    app.jinja_env.filters.update(sentence=findings.sentence, who=findings.who, act=acts.act, doer=acts.doer)
    app.after_request(_keep_private)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _keep_private(response: Response) -> Response:
    """Let no cache on the way keep a page, and no browser show it again without asking."""
    if response.mimetype == "text/html" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    return response
