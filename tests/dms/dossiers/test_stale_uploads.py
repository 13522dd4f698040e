"""A clerk who uploads over what they have not seen is told, on every database, also at the very same moment."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from dms.documents import service as documents
from dms.documents.models import Version
from dms.documents.service import Desk, Intake
from dms.dossiers import parts
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier
from dms.dossiers.parts import Slot
from dms.errors import Conflict
from dms.people.models import Unit
from dms.policy import SYSTEM, Actor
from storage.filesystem import FilesystemStorage
from tests import factories as make
from tests.dms.dossiers.test_two_at_once import own_engine  # noqa: F401  (a fixture)
from tests.samples import docx_file, pdf


def received(desk: Desk, content: bytes, name: str = "to-trinh.pdf") -> Intake:
    return documents.receive(desk, io.BytesIO(content), filename=name)


@pytest.fixture
def dossier(session: Session) -> Dossier:
    return make.a_dossier(session)


@pytest.fixture
def slot(dossier: Dossier) -> Slot:
    return Slot(dossier.id, "to-trinh")


@dataclass(frozen=True)
class Place:
    """A place in a dossier to which clerks upload."""

    session: Session
    desk: Desk
    slot: Slot

    def attach(self, words: str, by: Actor, *, seen: int | None) -> Version:
        intake = received(self.desk, pdf(words))
        version = parts.attach(self.session, self.slot, intake, seen=seen, by=by, now=make.NOW)
        self.session.expire_all()
        return version


@pytest.fixture
def place(session: Session, desk: Desk, slot: Slot) -> Place:
    return Place(session, desk, slot)


def test_who_saw_the_newest_version_adds_the_next(session: Session, place: Place, dossier: Dossier) -> None:
    by = make.clerk_of(session, dossier)
    for number in (1, 2, 3):
        seen = parts.newest_number(session, place.slot)
        assert seen == number - 1
        assert place.attach(f"Bản {number}", by, seen=seen).number == number


def test_who_did_not_see_the_newest_is_told_whose_it_is_and_nothing_is_added(
    session: Session, place: Place, dossier: Dossier
) -> None:
    unit = session.get_one(Unit, dossier.unit_id)
    first = make.a_clerk(session, unit)
    other = make.an_actor(session, unit, *(role for role, _ in first.roles), name="Trần Thị Kia")
    place.attach("Của tôi", first, seen=0)
    place.attach("Của chị Kia", other, seen=1)
    with pytest.raises(Conflict, match="version_newer") as caught:
        place.attach("Sửa bản 1", first, seen=1)
    assert caught.value.params == {"number": 2, "author": "Trần Thị Kia"}
    assert [each.number for each in parts.newer_than(session, place.slot, 1)] == [2]
    assert parts.newest_number(session, place.slot) == 2
    place.attach("Sửa bản 2", first, seen=2)


def test_a_pdf_that_follows_by_itself_is_nobodys_change(session: Session, place: Place, dossier: Dossier) -> None:
    by = make.clerk_of(session, dossier)
    intake = received(place.desk, docx_file("Tờ trình"), "to-trinh.docx")
    drafted = parts.attach(session, place.slot, intake, seen=0, by=by, now=make.NOW)
    trail = trail_of(dossier)
    documents.convert_now(session, place.desk, drafted, trail=trail, by=SYSTEM, now=make.NOW)
    session.expire_all()
    assert parts.newest_number(session, place.slot) == 2
    assert place.attach("Bản sửa", by, seen=1).number == 3


def test_what_was_withdrawn_meanwhile_stops_nobody(session: Session, place: Place, dossier: Dossier) -> None:
    by = make.clerk_of(session, dossier)
    place.attach("Bản 1", by, seen=0)
    version = place.attach("Nhầm", by, seen=1)
    parts.withdraw(session, version.document_id, 2, reason="Nhầm tệp", by=by, now=make.NOW)
    session.expire_all()
    assert place.attach("Bản 2", by, seen=1).number == 3


def test_who_asks_for_no_check_gets_none(session: Session, place: Place, dossier: Dossier) -> None:
    by = make.clerk_of(session, dossier)
    place.attach("Bản 1", by, seen=0)
    assert place.attach("Bản 2", by, seen=None).number == 2


@pytest.mark.parametrize("already", [0, 1], ids=["first version", "second version"])
def test_of_two_who_upload_at_the_same_moment_one_is_told(
    own_engine: Engine,  # noqa: F811  (the fixture)
    tmp_path: Path,
    already: int,
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    desk = Desk(storage=FilesystemStorage(tmp_path / "blobs"), workdir=work, upload_limit=1 << 20)
    slot, clerks = _a_place_with_two_clerks(own_engine, desk, already)
    together = Barrier(2)

    def upload(clerk: Actor) -> str:
        intake = received(desk, pdf(f"Bản của {clerk.person_id}"))
        together.wait()
        try:
            with Session(own_engine) as session, session.begin():
                parts.attach(session, slot, intake, seen=already, by=clerk, now=make.NOW)
        except Conflict as refusal:
            return refusal.code
        except (StaleDataError, IntegrityError):
            return "met"  # the edge looks again and gets the refusal: see blueprints/kept_uploads.py
        return "done"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(upload, clerks))
    assert results[0] == "done"
    assert results[1] in {"met", "version_newer"}
    with Session(own_engine) as session:
        assert len(session.scalars(select(Version)).all()) == already + 1
        with pytest.raises(Conflict, match="version_newer"):
            parts.attach(session, slot, received(desk, pdf("Sau")), seen=already, by=clerks[0], now=make.NOW)


def _a_place_with_two_clerks(engine: Engine, desk: Desk, already: int) -> tuple[Slot, list[Actor]]:
    with Session(engine) as session, session.begin():
        unit = make.a_unit(session)
        dossier_id: UUID = make.a_dossier(session, unit=unit).id
        clerks = [make.a_clerk(session, unit) for _ in range(2)]
        slot = Slot(dossier_id, "to-trinh")
        for number in range(already):
            parts.attach(session, slot, received(desk, pdf("Bản đầu")), seen=number, by=clerks[0], now=make.NOW)
        return slot, clerks
