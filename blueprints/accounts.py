"""Log-in accounts. They live at the edge and point to a person; the domain never sees them."""

from datetime import datetime
from uuid import UUID, uuid4

from flask import Flask, current_app, request
from flask_limiter.util import get_remote_address
from flask_security import RoleMixin, SQLAlchemySessionUserDatastore, UserMixin
from sqlalchemy import JSON, Column, ForeignKey, String, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints import web
from blueprints.extensions import db, limiter, security
from dms.db import Base, Identified
from dms.people.models import Person

# Flask-Security asks for roles; ours are dated, per unit, and live in the domain, so these two tables stay empty.
_account_roles = Table(
    "account_role_link",
    Base.metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("role_id", ForeignKey("account_role.id"), primary_key=True),
)


class AccountRole(Identified, RoleMixin, Base):
    """What Flask-Security wants to exist."""

    __tablename__ = "account_role"

    name: Mapped[str] = mapped_column(String(80), unique=True)


class Account(Identified, UserMixin, Base):
    """An address, a password hash (argon2) and, if switched on, a second factor."""

    __tablename__ = "account"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: uuid4().hex)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    # Flask-Security takes a used code out of the list itself, which plain JSON would not notice.
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON))

    person: Mapped[Person] = relationship(lazy="joined")
    roles: Mapped[list[AccountRole]] = relationship(secondary=_account_roles, lazy="select")


datastore = SQLAlchemySessionUserDatastore(db.session, Account, AccountRole)

# Each of these takes a password or a code, so each is worth guessing at.
GUESSABLE = frozenset(
    {
        "security.login",
        "security.verify",
        "security.change_password",
        "security.two_factor_token_validation",
        "security.mf_recovery",
    }
)
OFFICE_RATE = "300 per minute"


def init_app(app: Flask) -> None:
    """Count log-in attempts, take nothing but the session's cookie for a log-in, and send strangers to our log-in."""
    security.unauthn_handler(web.unauthenticated)
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]  # set by Flask-Security
    app.before_request(_count_guess)


def _count_guess() -> None:
    if request.method == "POST" and request.endpoint in GUESSABLE:
        _guess_as_one_account()
        _guess_from_one_place()


def _rate() -> str:
    rate: str = current_app.extensions["dms"].settings.login_rate
    return rate


def _one_account() -> str:
    # A whole office shares one address, so a colleague's typing errors must not lock everybody out.
    return f"{get_remote_address()} {request.form.get('email', '').strip().lower()}"


@limiter.limit(_rate, key_func=_one_account)
def _guess_as_one_account() -> None:
    """Being called is what is counted."""


@limiter.limit(OFFICE_RATE)
def _guess_from_one_place() -> None:
    """Being called is what is counted."""
