"""Migrations are code: each runs up and down with data in the tables, and together they make what the models say."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from dms.db import Base, make_engine
from tests.services import import_tables

FOLDER = Path(__file__).parents[2] / "migrations"


def scripts(connection: Connection | None = None) -> Config:
    config = Config(str(FOLDER / "alembic.ini"))
    config.attributes["connection"] = connection
    return config


@pytest.fixture
def connection(empty_database_url: str) -> Any:
    engine = make_engine(empty_database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def revisions() -> list[str]:
    return [script.revision for script in reversed(list(ScriptDirectory.from_config(scripts()).walk_revisions()))]


def test_there_is_one_head_and_the_head_file_names_it() -> None:
    assert ScriptDirectory.from_config(scripts()).get_heads() == [(FOLDER / "HEAD").read_text().strip()]


def test_the_newest_migration_makes_the_tables_of_the_models(connection: Connection) -> None:
    import_tables()
    command.upgrade(scripts(connection), "head")
    context = MigrationContext.configure(connection, opts={"include_object": not_the_search_index})
    assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("revision", revisions())
def test_each_migration_goes_up_and_down_with_data(connection: Connection, revision: str) -> None:
    command.upgrade(scripts(connection), revision)
    put_a_unit(connection)
    if revision == revisions()[0]:
        command.downgrade(scripts(connection), "base")
        assert "unit" not in inspect(connection).get_table_names()
    else:
        command.downgrade(scripts(connection), "-1")
        command.upgrade(scripts(connection), revision)
        assert connection.scalar(text("SELECT code FROM unit")) == "so-noi-vu"


def put_a_unit(connection: Connection) -> None:
    connection.execute(
        text("INSERT INTO unit (id, code, kind) VALUES (:id, 'so-noi-vu', 'provincial_department')"),
        {"id": uuid4().hex},
    )
    connection.commit()


def not_the_search_index(_thing: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    return not (kind == "table" and str(name).startswith("award_search"))
