"""What the tests of the screens do: log in, post forms, count queries, make people with log-ins."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from blueprints.accounts import Account
from blueprints.extensions import db
from blueprints.web import begin_writing
from dms.people.models import Person
from dms.policy import PositionKind, Role
from tests.factories import a_person, a_role, a_unit, an_appointment

PASSWORD = "mat khau de thu"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser(FlaskClient):
    """A browser without JavaScript: it sends the token of the last form it saw."""

    token = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        found = _TOKEN.search(response.get_data(as_text=True)) if response.mimetype == "text/html" else None
        if found:
            self.token = unescape(found[1])
        return response

    def submit(self, address: str, /, *, headers: Any = None, **fields: Any) -> TestResponse:
        """Post a form as a page of ours would, token included."""
        if not self.token:
            self.get("/login")
        data = {"csrf_token": self.token} | {key: str(value) for key, value in fields.items()}
        return self.post(address, data=data, headers=headers)


@contextmanager
def writing(app: Flask) -> Iterator[Session]:
    """A session that commits at the end of the block."""
    with app.app_context():
        session = db.session()
        begin_writing(session)
        yield session
        session.commit()


def enter(session: Session, person: Person, **account: Any) -> Account:
    """Give a person a log-in with the password of all tests."""
    found = Account(email=person.email, person_id=person.id, password=hash_password(PASSWORD), **account)
    session.add(found)
    session.flush()
    return found


def login(client: Browser, person: Any, password: str = PASSWORD) -> TestResponse:
    """Log in by the form; ``person`` is one, or an address."""
    client.get("/login")
    answer = client.submit("/login", email=getattr(person, "email", person), password=password)
    client.get("/work")
    return answer


@contextmanager
def counted_queries(app: Flask) -> Iterator[list[str]]:
    """The statements that the database is asked within the block."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


@dataclass(frozen=True)
class World:
    """Addresses and ids of a small province: one unit with its people, and an administrator."""

    clerk: str
    head: str
    administrator: str
    unit_id: UUID
    clerk_id: UUID
    head_id: UUID


def a_world(session: Session) -> World:
    """Make the people of ``world``."""
    unit = a_unit(session, code="don-vi-thu", name="Sở Giáo dục và Đào tạo")
    clerk = a_person(session, "Nguyễn Thị Hồng Nhung")
    head = a_person(session, "Trần Văn Bình")
    administrator = a_person(session, "Lê Quản Trị")
    a_role(session, clerk, unit, Role.CLERK)
    a_role(session, administrator, unit, Role.ADMINISTRATOR)
    an_appointment(session, head, unit, PositionKind.HEAD)
    for person in (clerk, head, administrator):
        enter(session, person)
    return World(clerk.email, head.email, administrator.email, unit.id, clerk.id, head.id)
