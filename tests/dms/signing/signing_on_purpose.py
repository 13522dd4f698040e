"""Sign with a key of the server, and die at a chosen point: what ``test_killed`` runs in a process of its own.

Arguments: the database's address, the folder of the store, that of the PKI and its address, the step, the person, the
point. Only here, in the tests, are there points to die at; the product knows nothing of them.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from dms import clock
from dms.db import make_engine
from dms.documents import intake
from dms.documents import service as documents
from dms.people import service as people
from dms.signing import pades, service, signatures, validation
from dms.signing.models import Step
from tests.dms.signing.office import a_desk
from tests.pki import Pki
from tests.services import import_tables

# What is called on the way of a signature, in this order; one may die before and after each.
CALLS: dict[str, tuple[Any, str]] = {
    "draft": (signatures, "draft"),
    "prepare the file": (pades, "prepare"),
    "pend": (signatures, "pend"),
    "answer": (signatures, "answer"),
    "make": (signatures, "make"),
    "finish the file": (pades, "finish"),
    "judge the file": (pades, "validate"),
    "store the file": (intake, "keep_file"),
    "keep": (signatures, "keep"),
    "add the version": (documents, "add_kept_version"),
    "complete the step": (service, "complete"),
    "keep the report": (validation, "keep_check"),
}
COMMITS = ("first commit", "second commit")
POINTS = tuple(f"{when} {what}" for what in (*CALLS, *COMMITS) for when in ("before", "after"))


def reached(point: str, wanted: str) -> None:
    if point == wanted:
        os.kill(os.getpid(), signal.SIGKILL)


def lay_trap(name: str, wanted: str) -> None:
    module, attribute = CALLS[name]
    real: Callable[..., Any] = getattr(module, attribute)

    def trapped(*args: Any, **values: Any) -> Any:
        reached(f"before {name}", wanted)
        answer = real(*args, **values)
        reached(f"after {name}", wanted)
        return answer

    setattr(module, attribute, trapped)


def main(arguments: list[str]) -> None:
    database, folder, pki_folder, pki_url, step_id, person_id, wanted = arguments
    import_tables()
    engine = make_engine(database)
    for name in CALLS:
        lay_trap(name, wanted)
    commits = iter(COMMITS)

    @contextmanager
    def writing() -> Iterator[Session]:
        name = next(commits)
        with Session(engine) as session:
            yield session
            reached(f"before {name}", wanted)
            session.commit()
            reached(f"after {name}", wanted)

    desk = a_desk(Pki(Path(pki_folder), pki_url), Path(folder))
    with Session(engine) as reading:
        step = reading.get_one(Step, UUID(step_id))
        now = clock.now()
        by = people.actor_of(reading, UUID(person_id), clock.day_of(now))
        shown = step.route.version.digest
        signatures.sign_with_server_key(reading, writing, desk, step.id, shown_digest=shown, by=by, now=now)
