"""How Alembic finds the database: a connection that a test hands over, or the Flask app's engine."""

import importlib
import pkgutil
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

import dms
from dms.db import Base, UtcDateTime


def load_models() -> None:
    """Import every module that may define a table, so that the metadata is whole."""
    for module in pkgutil.walk_packages(dms.__path__, "dms."):
        if module.name.rsplit(".", 1)[-1] in {"models", "audit", "outbox"}:
            importlib.import_module(module.name)
    importlib.import_module("blueprints.accounts")


def include_object(_thing: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """Leave out the search index: it is SQL of its own for each database (dms/archive/search.py)."""
    return not (kind == "table" and str(name).startswith("award_search"))


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our own column type as the plain one it stands on: a migration imports no model."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run(connection: Connection) -> None:
    """Bring the schema to the revision asked for, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


load_models()
handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    engine = current_app.extensions["migrate"].db.engine.execution_options(read_only=False)
    with engine.connect() as own:
        run(own)
        own.commit()
