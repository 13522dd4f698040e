"""What every view shares: the transaction, the actor, the declared permission, the service's tools."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, flash, g, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.routing import BuildError

from blueprints import errors, jobs, proofs
from blueprints.extensions import db
from config import Settings
from dms import clock, handlers
from dms.documents.service import Desk
from dms.people import service as people
from dms.policy import Actor, Permission, allows
from dms.signing.agents.messages import RequestSigner
from dms.signing.service import SigningDesk
from dms.workdays import Workdays

View = TypeVar("View", bound=Callable[..., Any])

FRESH_LOGIN_NEEDED = _l("To sign, please confirm that it is you: enter your password again, then repeat the step.")

# Views that anybody may open without logging in; everything else declares a permission.
OPEN_ENDPOINTS = frozenset(
    {
        "static",
        "agents.answer",
        "agents.claim",
        "agents.published",
        "bootstrap.static",
        "errands.hand_out",  # a token for one file, one person and one step, once
        "errands.take",  # the same, for the way back
        "home.language",
        "public.index",
        "public.verify",
        "public.verify_file",
        "public.verify_printed",
        "operations.health",
        "operations.metrics",
        "security.login",
        "security.logout",
        "security.static",
        "security.verify",
        "security.change_password",
        "security.two_factor_setup",
        "security.two_factor_setup_validate",
        "security.two_factor_token_validation",
        "security.two_factor_rescue",
        "security.tf_select",
        "security.mf_recovery",
        "security.mf_recovery_codes",
    }
)


@dataclass(frozen=True, slots=True)
class Tools:
    """What the app was made with; views pass its parts into verbs."""

    settings: Settings
    desk: Desk
    signing: SigningDesk
    agent: RequestSigner | None = None
    calendar: Workdays = field(default_factory=Workdays)


def tools() -> Tools:
    """The tools of the running app."""
    found: Tools = current_app.extensions["dms"]
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: the caller's verbs, what they announce to upper layers, then one commit."""
    database = db.session()
    begin_writing(database)
    try:
        yield database
        handlers.drain(database, now=clock.now())
        database.commit()
    except BaseException:
        database.rollback()
        raise
    g.pop("actor", None)  # the change may have been of the actor's own roles
    jobs.wake()


def begin_writing(database: Session) -> None:
    """End the transaction in which the request was only reading, and begin one that may write from the start."""
    database.commit()
    database.connection(execution_options={"read_only": False})


def current_actor() -> Actor:
    """Who is logged in, with the roles and seats of today; built once for a request."""
    if "actor" not in g:
        today = clock.day_of(clock.now())
        known = people.actor_of(db.session(), current_user.person_id, today)
        g.actor = replace(known, presence=proofs.presence())
    actor: Actor = g.actor
    return actor


def permission(*needed: Permission) -> Callable[[View], View]:
    """Declare what a view is for. The verb behind it checks the thing itself; this serves menus, docs and the test."""

    def declare(view: View) -> View:
        view.permission = needed  # type: ignore[attr-defined]  # a note on the function, read by guard and tests
        return view

    return declare


def can(needed: str, subject: Any) -> bool:
    """Whether the current actor may do ``needed`` to ``subject``; templates ask this before they show a button."""
    return allows(current_actor(), Permission(needed), subject)


def link(endpoint: str, **values: Any) -> str | None:
    """The address of a screen, or None where this service has no such screen."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def fresh_login(view: View) -> View:
    """Ask for the password again before a dangerous act, such as a signature, when the last log-in is too old.

    It stands outside ``@permission``: the note that the latter makes is carried over.
    """

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        return view(*args, **values) if is_fresh() else _ask_again()

    return guarded  # type: ignore[return-value]  # the same view, guarded


def is_fresh() -> bool:
    """Whether the password (or second factor) was given recently enough for a dangerous act."""
    return proofs.is_password_fresh()


def guard(app: Flask) -> None:
    """Refuse every request to a view that neither stands in the open list nor comes from somebody logged in."""

    @app.before_request
    def _deny_by_default() -> Any:
        if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS or current_user.is_authenticated:
            return None
        return unauthenticated()

    @app.before_request
    def _let_accounts_write() -> None:
        # Flask-Security commits by itself; its request must not begin as a reader that SQLite cannot make a writer.
        if request.method == "POST" and (request.endpoint or "").startswith("security."):
            begin_writing(db.session())


def unauthenticated(*_: Any, **__: Any) -> Any:
    """What somebody who is not logged in gets: the log-in page and a way back, or a problem for programs."""
    text = str(errors.HTTP_SENTENCES[401])
    if errors.wants_json():
        return errors.answer(401, "http_401", text)
    if request.path != "/":
        flash(text, "info")
    return redirect(url_for("security.login", next=way_back()))


def _ask_again() -> Response:
    if errors.wants_json():
        return errors.answer(401, "fresh_login_needed", str(FRESH_LOGIN_NEEDED))
    flash(str(FRESH_LOGIN_NEEDED), "info")
    return redirect(url_for("security.verify", next=way_back()))  # type: ignore[return-value]  # redirects are Responses


def ours(address: str, *, otherwise: str) -> str:
    """``address``, if it is a path of this service; nothing that a browser could read as another site's."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_path and not urlsplit(address).netloc else otherwise


def way_back() -> str:
    """The page to come back to: this one, or for a form the page that it stood on."""
    if request.method in {"GET", "HEAD"}:
        return request.full_path if request.query_string else request.path
    origin = urlsplit(request.referrer or "")
    return origin.path if origin.netloc == request.host else "/"
