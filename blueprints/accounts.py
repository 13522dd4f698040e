"""Log-in accounts. They live at the edge and point to a person; the domain never sees them."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_security import RoleMixin, SQLAlchemySessionUserDatastore, UserMixin, hash_password, password_changed
from sqlalchemy import JSON, Column, ForeignKey, LargeBinary, String, Table, func, select
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from blueprints import web
from blueprints.extensions import db, limiter, security
from dms.audit import Trail, record
from dms.db import Base, Identified
from dms.errors import Conflict, Invalid, NotFound
from dms.people.models import Person
from dms.people.service import get_person
from dms.policy import Actor, Permission, require

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
    one_time_password: Mapped[bool] = mapped_column(default=False)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: uuid4().hex)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    totp_counter: Mapped[int | None]  # of the last code taken: each works once
    # Flask-Security takes a used code out of the list itself, which plain JSON would not notice.
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON))

    person: Mapped[Person] = relationship(lazy="joined")
    roles: Mapped[list[AccountRole]] = relationship(secondary=_account_roles, lazy="select")
    passkeys: Mapped[list["Passkey"]] = relationship(order_by="Passkey.created_at", lazy="select")


class Passkey(Identified, Base):
    """A WebAuthn credential of an account: a finger, a face or a security key in place of a code."""

    __tablename__ = "passkey"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


datastore = SQLAlchemySessionUserDatastore(db.session, Account, AccountRole)

# --- The administrator's verbs


def open_account(session: Session, person_id: UUID, *, by: Actor, now: datetime) -> tuple[Account, str]:
    """Give a person a log-in; return it with a password that must be changed at its first use.

    Raises NotFound, PermissionDenied, Conflict("account_exists").
    """
    require(by, Permission.PEOPLE_ADMINISTER, None)
    person = get_person(session, person_id)
    taken = (Account.person_id == person_id) | (func.lower(Account.email) == person.email)
    if session.scalar(select(Account.id).where(taken)):
        raise Conflict("account_exists", email=person.email)
    account = Account(email=person.email, person_id=person_id, active=True)
    password = _give_password(account)
    session.add(account)
    session.flush()
    record(session, Trail("person", person_id), "person:account:open", by=by, now=now, email=account.email)
    return account, password


def reset_password(session: Session, account_id: UUID, *, by: Actor, now: datetime) -> tuple[Account, str]:
    """Replace a forgotten password by one for a single use, take the second factor off, end every open session."""
    account = _get(session, account_id, by)
    password = _give_password(account)
    account.tf_primary_method = account.tf_totp_secret = account.mf_recovery_codes = account.totp_counter = None
    for passkey in account.passkeys:
        session.delete(passkey)
    record(session, Trail("person", account.person_id), "person:account:reset", by=by, now=now)
    return account, password


def close_account(session: Session, account_id: UUID, *, by: Actor, now: datetime) -> Account:
    """Let nobody in by this account any more, open sessions included; what its person did stays.

    Raises NotFound, PermissionDenied, Invalid("own_account").
    """
    account = _get(session, account_id, by)
    if account.person_id == by.person_id:
        raise Invalid("own_account")
    account.active = False
    account.fs_uniquifier = uuid4().hex
    record(session, Trail("person", account.person_id), "person:account:close", by=by, now=now)
    return account


def reopen_account(session: Session, account_id: UUID, *, by: Actor, now: datetime) -> Account:
    """Let its person in again, with the password of before. Raises NotFound, PermissionDenied."""
    account = _get(session, account_id, by)
    account.active = True
    record(session, Trail("person", account.person_id), "person:account:reopen", by=by, now=now)
    return account


def accounts_of(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, Account]:
    """Map people to their accounts; one query."""
    query = select(Account).where(Account.person_id.in_(set(person_ids)))
    return {account.person_id: account for account in session.scalars(query)}


def _get(session: Session, account_id: UUID, by: Actor) -> Account:
    require(by, Permission.PEOPLE_ADMINISTER, None)
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("account_not_found")
    return account


def _give_password(account: Account) -> str:
    # Groups of letters that are easy to read out over the telephone; 60 bits.
    password = "-".join("".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(4)) for _ in range(3))
    account.password = hash_password(password)
    account.one_time_password = True
    account.fs_uniquifier = uuid4().hex
    return password


# --- Log-in


# Each of these takes a password or a code, so each is worth guessing at.
GUESSABLE = frozenset(
    {
        "security.login",
        "security.verify",
        "security.change_password",
        "security.two_factor_token_validation",
        "security.mf_recovery",
        "confirmation.code",
    }
)
OFFICE_RATE = "300 per minute"


def init_app(app: Flask) -> None:
    """Count log-in attempts, take nothing but the session's cookie for a log-in, and send strangers to our log-in."""
    security.unauthn_handler(web.unauthenticated)
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]  # set by Flask-Security
    app.before_request(_count_guess)
    app.before_request(_ask_for_own_password)
    password_changed.connect(_own_password_is_set, app)


def _ask_for_own_password() -> Any:
    """Who came in by a one-time password goes nowhere before choosing one of their own."""
    if request.endpoint is None or request.endpoint in web.OPEN_ENDPOINTS:
        return None
    if not getattr(current_user, "one_time_password", False):
        return None
    flash(_("Your password was given to you by the administrator. Choose one of your own to go on."), "info")
    return redirect(url_for("security.change_password"))


def _own_password_is_set(_app: Flask, user: Account, **_more: Any) -> None:
    user.one_time_password = False


def _count_guess() -> None:
    if request.method == "POST" and request.endpoint in GUESSABLE:
        _guess_as_one_account()
        _guess_from_one_place()


def _rate() -> str:
    rate: str = current_app.extensions["dms"].settings.login_rate
    return rate


def _one_account() -> str:
    # A whole office shares one address, so a colleague's typing errors must not lock everybody out.
    who = current_user.get_id() or request.form.get("email", "").strip().lower()
    return f"{get_remote_address()} {who}"


@limiter.limit(_rate, key_func=_one_account)
def _guess_as_one_account() -> None:
    """Being called is what is counted."""


@limiter.limit(OFFICE_RATE)
def _guess_from_one_place() -> None:
    """Being called is what is counted."""
