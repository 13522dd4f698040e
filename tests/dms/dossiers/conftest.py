"""A desk with a real store for the tests of dossiers, and a counter of queries."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from dms.documents.service import Desk
from storage.filesystem import FilesystemStorage

Counter = Callable[[], Iterator[SimpleNamespace]]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A document desk on files of its own."""
    work = tmp_path / "work"
    work.mkdir()
    return Desk(storage=FilesystemStorage(tmp_path / "blobs"), workdir=work, upload_limit=1 << 20)


@pytest.fixture
def counted(session: Session) -> Counter:
    """``with counted() as queries:`` counts the statements of the block in ``queries.count``."""

    @contextmanager
    def count() -> Iterator[SimpleNamespace]:
        queries = SimpleNamespace(count=0)
        connection = session.connection()

        def seen(*_: object) -> None:
            queries.count += 1

        event.listen(connection, "before_cursor_execute", seen)
        try:
            yield queries
        finally:
            event.remove(connection, "before_cursor_execute", seen)

    return count  # type: ignore[return-value]
