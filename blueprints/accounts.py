"""Log-in accounts. They live at the edge and point to a person; the domain never sees them."""

from datetime import datetime
from uuid import UUID, uuid4

from flask_security import RoleMixin, SQLAlchemySessionUserDatastore, UserMixin
from sqlalchemy import JSON, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.extensions import db
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
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(JSON)

    person: Mapped[Person] = relationship(lazy="joined")
    roles: Mapped[list[AccountRole]] = relationship(secondary=_account_roles, lazy="select")


datastore = SQLAlchemySessionUserDatastore(db.session, Account, AccountRole)
