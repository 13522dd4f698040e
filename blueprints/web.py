"""What every view shares: the transaction, the actor, the declared permission, the service's tools."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask_login import current_user
from sqlalchemy.orm import Session

from blueprints import jobs
from blueprints.extensions import db, security
from config import Settings
from dms import clock, handlers
from dms.documents.service import Desk
from dms.people import service as people
from dms.policy import Actor, Permission, allows
from dms.signing.service import SigningDesk

View = TypeVar("View", bound=Callable[..., Any])

# Views that anybody may open without logging in; everything else declares a permission.
OPEN_ENDPOINTS = frozenset(
    {
        "static",
        "bootstrap.static",
        "home.language",
        "public.index",
        "public.verify",
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
        "security.two_factor_select",
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


def tools() -> Tools:
    """The tools of the running app."""
    found: Tools = current_app.extensions["dms"]
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: the caller's verbs, what they announce to upper layers, then one commit."""
    session = db.session()
    session.commit()  # ends the transaction in which the request was only reading
    session.connection(execution_options={"read_only": False})
    try:
        yield session
        handlers.drain(session, now=clock.now())
        session.commit()
    except BaseException:
        session.rollback()
        raise
    jobs.wake()


def current_actor() -> Actor:
    """Who is logged in, with the roles and seats of today; built once for a request."""
    if "actor" not in g:
        today = clock.day_of(clock.now())
        g.actor = people.actor_of(db.session(), current_user.person_id, today)
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


def guard(app: Flask) -> None:
    """Refuse every request to a view that neither stands in the open list nor comes from somebody logged in."""

    @app.before_request
    def _deny_by_default() -> Any:
        if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS or current_user.is_authenticated:
            return None
        return security._unauthn_handler(["session"], {})  # noqa: SLF001  (Flask-Security offers no public call)
