"""Documents and versions on a real store, a real sandbox, real databases and the real LibreOffice."""

import io
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from dms import audit, handlers, outbox
from dms.audit import Trail
from dms.db import Base, make_engine
from dms.documents import cache, conversion, intake, pages
from dms.documents import service as documents
from dms.documents.models import Document, DocumentKind, Origin, Version
from dms.documents.service import Desk, Intake
from dms.documents.sniff import MediaType
from dms.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable
from dms.handlers import Workshop
from dms.policy import SYSTEM, Actor
from storage.filesystem import FilesystemStorage
from tests import bad_samples, samples
from tests.factories import a_unit
from tests.services import import_tables, postgresql_database

NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
CLERK = Actor(person_id=None, name="Nguyễn Thị Hồng Nhung")
MIB = 1 << 20


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    work = tmp_path / "work"
    work.mkdir()
    return Desk(storage=FilesystemStorage(tmp_path / "blobs"), workdir=work, upload_limit=MIB)


@pytest.fixture
def trail() -> Trail:
    return Trail("dossier", uuid4())


def received(desk: Desk, content: bytes, filename: str = "to-trinh.pdf") -> Intake:
    return documents.receive(desk, io.BytesIO(content), filename=filename)


def a_document(session: Session, title: str = "Tờ trình", unit_id: UUID | None = None) -> Document:
    unit_id = unit_id or a_unit(session).id
    return documents.create_document(session, unit_id=unit_id, kind=DocumentKind.SUBMISSION_LETTER, title=title)


def some_intake(digest: str = "0", media_type: MediaType = MediaType.PDF) -> Intake:
    """A file of which only the row matters."""
    return Intake(digest * 64, 10, media_type, "a.pdf", 1, {}, "")


def add(session: Session, document: Document, taken: Intake, trail: Trail, **more: object) -> Version:
    given = {"origin": Origin.UPLOADED, "by": CLERK, "now": NOW} | more
    return documents.add_version(session, document.id, taken, trail=trail, **given)  # type: ignore[arg-type]


def left_behind(desk: Desk) -> list[str]:
    """What lies in the store and in the folder for files on their way."""
    return [*desk.storage.digests(), *(str(path) for path in desk.workdir.iterdir())]


# --- a file comes in


def test_a_received_file_is_in_the_store_under_its_digest_and_its_text_is_known(desk: Desk) -> None:
    content = samples.pdf("Đề nghị tặng Bằng khen", pages=2)
    taken = received(desk, content, "Tờ trình.pdf")
    assert (taken.media_type, taken.size, taken.pages) == (MediaType.PDF, len(content), 2)
    assert "Đề nghị tặng Bằng khen" in taken.text
    with intake.open_blob(desk, taken.digest) as stream:
        assert stream.read() == content
    assert list(desk.workdir.iterdir()) == []


HOSTILE = {
    "empty": (lambda: b"", "file_empty"),
    "a program": (lambda: b"MZ\x90\x00" + b"\x00" * 500, "media_type_not_accepted"),
    "a page for browsers": (lambda: b"<!doctype html><script>alert(1)</script>", "media_type_not_accepted"),
    "cut off": (lambda: samples.pdf()[:-400], "file_truncated"),
    "with a password": (bad_samples.encrypted_pdf, "file_encrypted"),
    "a Word file with a password": (bad_samples.encrypted_docx, "file_encrypted"),
    **bad_samples.BAD_DOCX,
    **bad_samples.BAD_IMAGES,
    **{name: bad_samples.BAD_PDFS[name] for name in sorted(bad_samples.BAD_PDFS)[:12]},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_refused_reaches_neither_the_store_nor_the_disk(desk: Desk, name: str) -> None:
    make, code = HOSTILE[name]
    with pytest.raises(Invalid) as refusal:
        received(desk, make())
    assert refusal.value.code == code
    assert left_behind(desk) == []


def test_a_file_over_the_limit_is_refused_with_the_limit_and_nothing_is_kept(desk: Desk) -> None:
    with pytest.raises(TooLarge) as refusal:
        received(desk, b"%PDF-1.7" + b"\x00" * MIB)
    assert (refusal.value.code, refusal.value.params) == ("upload_too_large", {"limit_mb": 1})
    assert left_behind(desk) == []


class CutStream(io.RawIOBase):
    """A client that goes away in the middle."""

    def __init__(self, content: bytes) -> None:
        self._parts = iter((content, None))

    def read(self, amount: int = -1, /) -> bytes:
        part = next(self._parts)
        if part is None:
            raise ConnectionResetError
        return part


def test_an_upload_that_is_cut_in_the_middle_leaves_nothing(desk: Desk) -> None:
    with pytest.raises(ConnectionResetError):
        documents.receive(desk, CutStream(samples.pdf()[:5000]), filename="a.pdf")  # type: ignore[arg-type]
    assert left_behind(desk) == []


def test_a_path_in_a_name_is_only_a_name(desk: Desk) -> None:
    assert received(desk, samples.pdf(), "../../etc/Tờ trình số 5.pdf").filename == "Tờ trình số 5.pdf"
    assert received(desk, samples.pdf(), "C:\\Users\\hn\\bao cao.pdf").filename == "bao cao.pdf"


def test_a_store_that_does_not_answer_is_told_as_such(desk: Desk, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "blobs")
    with pytest.raises(Unavailable) as refusal:
        received(desk, samples.pdf())
    assert refusal.value.code == "store_unavailable"
    assert list(desk.workdir.iterdir()) == []


def test_a_file_that_is_gone_from_the_store_is_told_as_missing(desk: Desk) -> None:
    with pytest.raises(NotFound) as refusal:
        intake.open_blob(desk, "0" * 64)
    assert (refusal.value.code, refusal.value.params["digest"]) == ("file_missing", "0" * 12)


# --- versions


def test_versions_are_numbered_and_each_keeps_its_facts(session: Session, desk: Desk, trail: Trail) -> None:
    document = a_document(session)
    first = add(session, document, received(desk, samples.pdf("Bản một")), trail, note="Bản đầu")
    second = add(session, document, received(desk, samples.pdf("Bản hai")), trail, parent=first)
    assert [(each.number, each.author_name, each.note) for each in (first, second)] == [
        (1, CLERK.name, "Bản đầu"),
        (2, CLERK.name, ""),
    ]
    assert documents.current_version(document) is second
    assert documents.get_version(session, document.id, 1) is first
    assert "Bản một" in documents.text_of(session, first)
    told = [(event.tag, event.data["version"], event.data["digest"]) for event in audit.events(session, trail)]
    assert told == [("document:version:uploaded", each.number, each.digest) for each in (first, second)]


def test_a_withdrawn_version_stays_and_the_one_before_is_in_force_again(
    session: Session, desk: Desk, trail: Trail
) -> None:
    document = a_document(session)
    first = add(session, document, received(desk, samples.pdf("Bản một")), trail)
    second = add(session, document, received(desk, samples.pdf("Bản hai")), trail)
    documents.withdraw_version(session, second, reason=" Nhầm tệp ", trail=trail, by=CLERK, now=NOW)
    session.expire_all()
    assert documents.current_version(document) is first
    assert (second.withdrawn_at, second.withdrawn_reason) == (NOW, "Nhầm tệp")
    with documents.local_copy(desk, second) as path:
        assert path.read_bytes() == samples.pdf("Bản hai")
    assert not path.exists()
    assert add(session, document, some_intake(), trail).number == 3
    assert audit.events(session, trail)[-2].tag == "document:version:withdraw"


def test_a_withdrawn_signed_version_takes_its_whole_route_along(session: Session, trail: Trail) -> None:
    document = a_document(session)
    source = add(session, document, some_intake("1"), trail)
    prepared = add(session, document, some_intake("2"), trail, origin=Origin.PREPARED, parent=source)
    signed = add(session, document, some_intake("3"), trail, origin=Origin.SIGNED, parent=prepared)
    sealed = add(session, document, some_intake("4"), trail, origin=Origin.SIGNED, parent=signed)
    documents.withdraw_version(session, sealed, reason="Sai số", trail=trail, by=CLERK, now=NOW)
    assert [each.number for each in document.versions if each.withdrawn_at] == [2, 3, 4]
    assert documents.current_version(document) is source


def test_what_was_made_of_a_withdrawn_version_goes_with_it(session: Session, trail: Trail) -> None:
    document = a_document(session)
    draft = add(session, document, some_intake("1", MediaType.DOCX), trail, origin=Origin.DRAFTED)
    add(session, document, some_intake("2"), trail, origin=Origin.CONVERTED, parent=draft)
    documents.withdraw_version(session, draft, reason="Sai mẫu", trail=trail, by=CLERK, now=NOW)
    assert documents.current_version(document) is None


def test_a_withdrawal_needs_a_reason_and_happens_once(session: Session, trail: Trail) -> None:
    version = add(session, a_document(session), some_intake(), trail)
    with pytest.raises(Invalid, match="withdrawal_reason_missing"):
        documents.withdraw_version(session, version, reason="  ", trail=trail, by=CLERK, now=NOW)
    documents.withdraw_version(session, version, reason="Nhầm", trail=trail, by=CLERK, now=NOW)
    with pytest.raises(Conflict, match="version_already_withdrawn"):
        documents.withdraw_version(session, version, reason="Nhầm", trail=trail, by=CLERK, now=NOW)


def test_unknown_documents_and_versions_are_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="document_not_found"):
        documents.get_document(session, uuid4())
    with pytest.raises(NotFound, match="version_not_found"):
        documents.get_version(session, a_document(session).id, 1)


# --- two people at once


@pytest.fixture
def own_engine(empty_database_url: str) -> Iterator[Engine]:
    """A database of this test alone, in which it may commit."""
    yield from _engine(empty_database_url)


def _engine(url: str) -> Iterator[Engine]:
    import_tables()
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def a_kept_document(engine: Engine) -> UUID:
    with Session(engine) as session:
        document = a_document(session)
        session.commit()
        return document.id


def race(acts: list[Callable[[], None]]) -> list[Exception]:
    """Do all acts at the same time; return what failed."""
    barrier, failures = threading.Barrier(len(acts)), []

    def run(act: Callable[[], None]) -> None:
        barrier.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001  (what it is, is the test's question)
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_versions_added_at_once_are_all_kept_or_told_stale(own_engine: Engine, trail: Trail) -> None:
    document_id = a_kept_document(own_engine)

    def act(digest: str) -> None:
        chain = Trail("dossier", uuid4())  # two dossiers' chains do not meet; the document is the place where they do
        with Session(own_engine) as session:
            add(session, documents.get_document(session, document_id), some_intake(digest), chain)
            session.commit()

    failures = race([lambda digest=digest: act(digest) for digest in "abcd"])
    assert {type(error) for error in failures} <= {StaleDataError}
    with Session(own_engine) as session:
        numbers = list(session.scalars(select(Version.number).order_by(Version.number)))
    assert numbers == list(range(1, 5 - len(failures)))
    assert numbers


def test_of_two_who_saw_the_same_state_the_slower_is_stale_and_leaves_nothing(postgres_url: str, trail: Trail) -> None:
    with postgresql_database(postgres_url) as url:
        for engine in _engine(url):
            document_id = a_kept_document(engine)
            with Session(engine) as fast, Session(engine) as slow:
                seen_by_fast = documents.get_document(fast, document_id)
                seen_by_slow = documents.get_document(slow, document_id)
                add(fast, seen_by_fast, some_intake("a"), trail)
                fast.commit()
                with pytest.raises(StaleDataError):
                    add(slow, seen_by_slow, some_intake("b"), trail)
                slow.rollback()
            with Session(engine) as session:
                kept = documents.get_document(session, document_id)
                assert [version.digest[0] for version in kept.versions] == ["a"]
                assert len(audit.events(session, trail)) == 1


def test_a_number_given_twice_at_once_is_given_once(own_engine: Engine) -> None:
    with Session(own_engine) as session:
        unit_id = a_unit(session).id
        ids = [a_document(session, title, unit_id).id for title in ("Tờ trình A", "Tờ trình B")]
        session.commit()

    def act(document_id: UUID) -> None:
        with Session(own_engine) as session:
            give(session, document_id, 7)
            session.commit()

    assert len(race([lambda document_id=each: act(document_id) for each in ids])) == 1
    with Session(own_engine) as session:
        assert list(session.scalars(select(Document.number).where(Document.number.is_not(None)))) == [7]


# --- number and date (Nghị định 30/2020)


def give(session: Session, document_id: UUID, number: int, **more: object) -> Document:
    given = {"symbol": "TTr-SKHCN", "issued_on": date(2026, 1, 9), "trail": Trail("dossier", uuid4())} | more
    return documents.assign_number(session, document_id, number=number, by=CLERK, now=NOW, **given)  # type: ignore[arg-type]


def test_numbers_below_ten_are_written_with_a_leading_zero() -> None:
    assert documents.format_number(5, "TTr-SKHCN") == "05/TTr-SKHCN"
    assert documents.format_number(126, "QĐ-UBND") == "126/QĐ-UBND"


def test_a_number_is_given_once_a_year_and_the_refusal_names_the_other_paper(session: Session) -> None:
    unit_id = a_unit(session).id
    one, other = a_document(session, "Tờ trình của Phòng A", unit_id), a_document(session, "Tờ trình B", unit_id)
    give(session, one.id, 5)
    with pytest.raises(Conflict) as refusal:
        give(session, other.id, 5)
    assert refusal.value.code == "number_taken"
    assert refusal.value.params == {"number": "05/TTr-SKHCN", "title": "Tờ trình của Phòng A", "year": 2026}


@pytest.mark.parametrize(
    "more", [{"symbol": "BC-SKHCN"}, {"issued_on": date(2027, 1, 4)}], ids=["another symbol", "another year"]
)
def test_the_same_number_is_free_under(session: Session, more: dict[str, object]) -> None:
    unit_id = a_unit(session).id
    give(session, a_document(session, unit_id=unit_id).id, 5)
    assert give(session, a_document(session, unit_id=unit_id).id, 5, **more).number == 5


def test_another_body_counts_for_itself(session: Session) -> None:
    give(session, a_document(session).id, 5)
    assert give(session, a_document(session).id, 5).number == 5


def test_a_paper_signed_anew_keeps_its_number_and_takes_no_second_one(session: Session) -> None:
    document = a_document(session)
    give(session, document.id, 5)
    assert give(session, document.id, 5, issued_on=date(2026, 1, 20)).issued_on == date(2026, 1, 20)
    with pytest.raises(Conflict, match="number_already_given"):
        give(session, document.id, 6)


def test_zero_is_no_number(session: Session) -> None:
    with pytest.raises(Invalid, match="number_not_positive"):
        give(session, a_document(session).id, 0)


def test_the_next_number_follows_the_highest_of_the_year(session: Session) -> None:
    unit_id = a_unit(session).id
    assert documents.next_number(session, unit_id=unit_id, symbol="TTr-SKHCN", year=2026) == 1
    give(session, a_document(session, unit_id=unit_id).id, 41)
    assert documents.next_number(session, unit_id=unit_id, symbol="TTr-SKHCN", year=2026) == 42
    assert documents.next_number(session, unit_id=unit_id, symbol="TTr-SKHCN", year=2027) == 1


# --- DOCX → PDF/A by LibreOffice


def a_draft(session: Session, desk: Desk, trail: Trail) -> Version:
    taken = received(desk, samples.docx_file(), "Biên bản.docx")
    return add(session, a_document(session), taken, trail, origin=Origin.DRAFTED)


def work_off(session: Session, desk: Desk) -> list[bool]:
    """What a worker does with the events that wait."""
    session.flush()
    workshop = Workshop(desk=desk, signing=None)  # type: ignore[arg-type]  # nothing here is signed
    return [handlers.handle(session, each, workshop, now=NOW) for each in outbox.due(session, now=NOW)]


def test_a_word_file_becomes_a_pdf_of_its_own_version(session: Session, desk: Desk, trail: Trail) -> None:
    draft = a_draft(session, desk, trail)
    assert work_off(session, desk) == [True]
    made = documents.current_version(draft.document)
    assert made is not None
    assert (made.origin, made.parent_id, made.author_name) == (Origin.CONVERTED, draft.id, SYSTEM.name)
    assert (made.media_type, made.filename, made.pages) == (documents.PDF, "Biên bản.pdf", 1)
    assert "Ủy ban nhân dân tỉnh Vĩnh Long" in documents.text_of(session, made)
    with documents.local_copy(desk, made) as path:
        assert b"pdfaid" in path.read_bytes()


def test_a_newer_version_makes_the_conversion_needless(session: Session, desk: Desk, trail: Trail) -> None:
    draft = a_draft(session, desk, trail)
    newer = add(session, draft.document, some_intake(), trail)
    assert work_off(session, desk) == [True]
    assert documents.current_version(draft.document) is newer


def test_without_libreoffice_the_word_file_is_kept_and_people_can_be_told(
    session: Session, desk: Desk, trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = a_draft(session, desk, trail)
    monkeypatch.setenv("PATH", str(desk.workdir))
    assert not documents.can_convert()
    assert work_off(session, desk) == [True]
    assert documents.current_version(draft.document) is draft
    with pytest.raises(Unavailable, match="converter_missing"):
        documents.convert_now(session, desk, draft, trail=trail, by=CLERK, now=NOW)


def test_the_slow_part_is_done_ahead_and_found_again(
    session: Session, desk: Desk, trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = a_draft(session, desk, trail)
    session.flush()
    workshop = Workshop(desk=desk, signing=None)  # type: ignore[arg-type]  # nothing here is signed
    for event_id in outbox.due(session, now=NOW):
        handlers.work_ahead(session, event_id, workshop)
    monkeypatch.setattr(conversion, "docx_to_pdfa", lambda *_: pytest.fail("converted under the lock"))
    made = documents.convert_now(session, desk, draft, trail=trail, by=CLERK, now=NOW)
    assert made is not None
    assert made.parent_id == draft.id


# --- pictures of pages


def test_a_picture_is_drawn_once_and_then_found(session: Session, desk: Desk, trail: Trail) -> None:
    version = add(session, a_document(session), received(desk, samples.pdf(pages=2)), trail)
    drawn = pages.picture(desk, version, 2)
    desk.storage.delete(version.digest)
    assert pages.picture(desk, version, 2) == drawn
    assert drawn.startswith(b"\x89PNG")


@pytest.mark.parametrize("number", [0, 3])
def test_a_page_that_does_not_exist_is_not_found(session: Session, desk: Desk, trail: Trail, number: int) -> None:
    version = add(session, a_document(session), received(desk, samples.pdf(pages=2)), trail)
    with pytest.raises(NotFound, match="page_not_found"):
        pages.picture(desk, version, number)


def test_a_word_file_has_no_pictures_and_a_photo_is_one(session: Session, desk: Desk, trail: Trail) -> None:
    with pytest.raises(NotFound, match="page_not_found"):
        pages.picture(desk, a_draft(session, desk, trail), 1)
    photo = add(session, a_document(session), received(desk, samples.image("JPEG"), "a.jpg"), trail)
    assert pages.picture(desk, photo, 1).startswith(b"\x89PNG")


def test_the_cache_keeps_its_bound_and_drops_what_was_used_longest_ago(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "FOLDER_BYTES", 250)
    kept = [cache.place(desk.workdir, "pages", "a" * 64, f"{number}.png") for number in range(3)]
    for age, path in zip((3, 2), kept, strict=False):
        cache.keep(path, b"x" * 100)
        old = (NOW - timedelta(days=age)).timestamp()
        os.utime(path, (old, old))
    assert cache.found(kept[0])  # used just now
    cache.keep(kept[2], b"x" * 100)
    assert [path.exists() for path in kept] == [True, False, True]
