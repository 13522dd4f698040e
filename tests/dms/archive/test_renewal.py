"""Sealed files get a further archive time stamp before the last one ends, and nothing of what was there is touched."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import audit, clock, outbox
from dms.archive import export, renewal, stamps
from dms.archive.models import ArchiveTimestamp
from dms.archive.record import record_of
from dms.documents import service as documents
from dms.documents.models import Document, Origin
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier
from dms.errors import PermissionDenied
from dms.policy import Status
from dms.signing import pades
from dms.signing.pades import SigningTrust
from dms.signing.service import SigningDesk
from tests import factories as make
from tests.dms.awards.world import Chancery, a_chancery
from tests.dms.signing.office import a_desk
from tests.pki import Pki, answering, build_pki

DAY = timedelta(days=1)
YEAR = 365 * DAY
ENDS = 2 * YEAR


@pytest.fixture(scope="module")
def era(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """A PKI whose first time-stamping authority ends in two years."""
    return build_pki(tmp_path_factory.mktemp("era"), lives={"tsa": ENDS})


@pytest.fixture
def running(era: Pki) -> Iterator[ExitStack]:
    with ExitStack() as servers:
        servers.enter_context(answering(era))
        yield servers


@pytest.fixture
def chancery(session: Session, era: Pki, running: ExitStack, tmp_path: Path) -> Chancery:
    return a_chancery(session, a_desk(era, tmp_path))


@pytest.fixture
def sealed(chancery: Chancery) -> tuple[Dossier, Document]:
    """A sealed dossier with one signed paper, beside its decision."""
    dossier = chancery.appraised()
    letter = chancery.add_signed_paper(dossier)
    chancery.conferred(dossier)
    chancery.work()
    assert dossier.status is Status.ARCHIVED
    return dossier, letter


def later(by: timedelta) -> freeze_time:
    return freeze_time(datetime.now(UTC) + by, tick=True, real_asyncio=True)


def with_trust(chancery: Chancery, trust: SigningTrust) -> None:
    chancery.desk = SigningDesk(chancery.desk.desk, trust, chancery.desk.keys)


def rows(session: Session) -> list[ArchiveTimestamp]:
    return list(session.scalars(stamps.due(before=datetime(2100, 1, 1, tzinfo=UTC))))


def test_sealing_notes_until_when_each_file_proves_itself(
    chancery: Chancery, session: Session, sealed: tuple[Dossier, Document]
) -> None:
    kept = documents.current_version(sealed[1])
    assert kept is not None
    noted = {row.version_id: row for row in rows(session)}
    assert len(noted) == 2  # the letter and the decision
    row = noted[kept.id]
    assert (row.stamps, row.authority) == (1, "DẤU THỜI GIAN THỬ NGHIỆM (DEMO)")
    assert abs(row.good_until - (clock.now() + ENDS)) < DAY
    told = stamps.overview(session, now=clock.now(), within=YEAR)
    assert (told.dossiers, told.files, told.lapsed, told.soon) == (1, 2, 0, 0)
    assert told.next_end == min(each.good_until for each in noted.values())
    assert [(year.year, year.files) for year in told.years] == [(row.good_until.year, 2)]


def test_nothing_is_renewed_long_before_its_end(chancery: Chancery, session: Session, sealed: object) -> None:
    assert renewal.announce(session, within=YEAR, now=clock.now()) == 0
    assert renewal.announce(session, within=3 * YEAR, now=clock.now()) == 2
    assert renewal.announce(session, within=3 * YEAR, now=clock.now()) == 0  # they wait already


def test_a_file_is_renewed_before_its_authority_ends_and_proves_itself_after_it(  # noqa: PLR0917 - fixtures
    chancery: Chancery, session: Session, era: Pki, sealed: tuple[Dossier, Document], tmp_path: Path
) -> None:
    dossier, letter = sealed
    before = documents.current_version(letter)
    assert before is not None
    with later(ENDS - 100 * DAY):
        with_trust(chancery, era.new_trust(tsa_url=era.second_tsa_url))
        assert renewal.announce(session, within=YEAR, now=clock.now()) == 2
        chancery.work()
    session.expire_all()
    after = documents.current_version(letter)
    assert after is not None
    assert (after.origin, after.parent_id, after.number) == (Origin.ARCHIVED, before.id, before.number + 1)
    assert chancery.waiting_events() == []
    desk = chancery.desk.desk
    with documents.local_copy(desk, before) as earlier, documents.local_copy(desk, after) as renewed:
        assert pades.extends(earlier, renewed)
        judged_at = datetime.now(UTC) + 4 * YEAR
        assert pades.validate(renewed, trust=era.offline, at=judged_at).is_valid
        assert not pades.validate(earlier, trust=era.offline, at=judged_at).is_valid
    told = {row.version_id: row for row in rows(session)}
    assert (told[after.id].stamps, told[after.id].authority) == (2, "DẤU THỜI GIAN DỰ PHÒNG (DEMO)")
    assert session.get_one(ArchiveTimestamp, before.id).renewed_at is not None
    assert_on_record(session, dossier, before.digest, after.digest)
    assert_newest_is_shown_and_exported(chancery, dossier, after.digest, tmp_path)


def assert_on_record(session: Session, dossier: Dossier, before: str, after: str) -> None:
    chain = audit.events(session, trail_of(dossier))
    assert list(audit.find_breaks(chain)) == []
    (event,) = [each for each in chain if each.tag == "archive:timestamp:renew"]
    assert (event.data["extends"], event.data["digest"]) == (before, after)
    assert event.data["authority"] == "DẤU THỜI GIAN DỰ PHÒNG (DEMO)"


def assert_newest_is_shown_and_exported(chancery: Chancery, dossier: Dossier, digest: str, folder: Path) -> None:
    award = chancery.nominees(dossier)[0]
    found = record_of(chancery.session, _award_of(chancery, award.id), by=chancery.archivist)
    assert found.contents is not None
    shown = [paper for paper in found.contents.papers if paper.current and paper.current.digest == digest]
    assert len(shown) == 1
    check = found.check_of(shown[0])
    assert check is not None
    assert check.verdict == "valid"
    bag = export.export_bag(
        chancery.session, chancery.desk.desk, dossier.id, folder, by=chancery.archivist, now=clock.now()
    )
    in_force = list((bag / "data" / "papers").glob("*/v*-archived.pdf"))
    assert [f"sha256:{digest}"] == [f"sha256:{_sha256(path)}" for path in in_force]


def _award_of(chancery: Chancery, nominee_id: object) -> object:
    from dms.awards.models import Award

    return chancery.session.scalars(select(Award.id).where(Award.nominee_id == nominee_id)).one()


def _sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_while_no_authority_answers_a_file_stays_as_it_is_and_is_tried_again(
    chancery: Chancery, session: Session, era: Pki, sealed: tuple[Dossier, Document]
) -> None:
    before = documents.current_version(sealed[1])
    with_trust(chancery, era.new_trust(tsa_url="http://127.0.0.1:9/tsa"))
    renewal.announce(session, within=3 * YEAR, now=clock.now())
    chancery.work()
    session.expire_all()
    assert documents.current_version(sealed[1]) is before
    failed = stamps.unfinished(session)
    assert len(failed) == 2
    assert all("timestamp_unavailable" in str(event.last_error) for event in failed)
    titles = set(renewal.titles_of(session, failed).values())
    assert "Tờ trình đề nghị khen thưởng" in titles
    with_trust(chancery, era.new_trust(tsa_url=era.second_tsa_url))
    asked = renewal.renew_now(session, within=3 * YEAR, by=chancery.archivist, now=clock.now())
    assert asked == 2
    chancery.work()
    assert stamps.unfinished(session) == []
    assert {row.stamps for row in rows(session)} == {2}
    (event,) = [each for each in audit.events(session, renewal.KEEPING) if each.tag == "archive:renewal:ask"]
    assert event.actor_name == "Phan Thị Hồng"


def test_an_authority_that_is_good_no_longer_than_the_present_one_is_no_help(
    chancery: Chancery, session: Session, sealed: object
) -> None:
    renewal.announce(session, within=3 * YEAR, now=clock.now())
    chancery.work()
    assert {row.stamps for row in rows(session)} == {1}
    assert all("archive_renewal_gains_nothing" in str(event.last_error) for event in stamps.unfinished(session))


def test_a_file_that_was_left_to_lapse_is_refused_and_counted(
    chancery: Chancery, session: Session, era: Pki, sealed: object
) -> None:
    with later(ENDS + DAY):
        with_trust(chancery, era.new_trust(tsa_url=era.second_tsa_url))
        renewal.announce(session, within=YEAR, now=clock.now())
        chancery.work()
        told = stamps.overview(session, now=clock.now(), within=YEAR)
    assert (told.files, told.lapsed) == (2, 2)
    assert {row.stamps for row in rows(session)} == {1}
    assert len(stamps.unfinished(session)) == 2


def test_a_stored_file_that_was_changed_is_not_built_upon(  # noqa: PLR0917 - fixtures
    chancery: Chancery, session: Session, era: Pki, sealed: tuple[Dossier, Document], tmp_path: Path
) -> None:
    kept = documents.current_version(sealed[1])
    assert kept is not None
    (stored,) = [path for path in (tmp_path / "blobs").rglob(f"*{kept.digest[4:]}*") if path.is_file()]
    stored.chmod(0o600)
    content = bytearray(stored.read_bytes())
    content[len(content) // 4] ^= 1
    stored.write_bytes(content)
    with_trust(chancery, era.new_trust(tsa_url=era.second_tsa_url))
    renewal.announce(session, within=3 * YEAR, now=clock.now())
    chancery.work()
    failed = [event for event in stamps.unfinished(session) if event.payload["version_id"] == str(kept.id)]
    assert len(failed) == 1
    assert documents.current_version(sealed[1]) is kept


def test_files_sealed_before_anybody_counted_are_found(chancery: Chancery, session: Session, sealed: object) -> None:
    for row in rows(session):
        session.delete(row)
    session.flush()
    assert stamps.take_stock(session, chancery.desk) == 2
    assert stamps.take_stock(session, chancery.desk) == 0
    assert {row.stamps for row in rows(session)} == {1}


def test_only_keepers_of_the_archive_may_ask_for_a_renewal(chancery: Chancery, session: Session) -> None:
    clerk = make.a_clerk(session, make.a_unit(session))
    with pytest.raises(PermissionDenied):
        renewal.renew_now(session, within=YEAR, by=clerk, now=clock.now())
    assert not list(outbox.due(session, now=clock.now()))
