"""Bytes against rows: what is missing is named, what belongs to nothing is found, and nothing needed is ever swept."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import String
from sqlalchemy.orm import Session

from dms import audit, clock
from dms.db import Base
from dms.documents.models import Version
from dms.policy import SYSTEM
from dms.signing import signatures
from dms.signing.models import PendingSignature
from dms.upkeep import blobs, doctor, references
from dms.upkeep.model import Examined, Ward
from dms.upkeep.trail import TRAIL
from storage.keys import key_of
from tests.dms.awards.world import Chancery
from tests.dms.signing.office import APPROVAL, HEAD_ONLY, Office
from tests.services import import_tables

TWO_DAYS = timedelta(days=2)
"""Later than every blob of a test by more than the grace."""


def examined(session: Session, desk: object, name: str, *, deep: bool = False) -> Examined:
    ward = Ward(session, desk, clock.now() + TWO_DAYS, deep=deep)  # type: ignore[arg-type]  # a SigningDesk
    return doctor.run(ward, [name])[0]


def codes(found: Examined) -> list[str]:
    return [trouble.code for trouble in found.troubles]


def blob_file(office: Office, tmp_path: Path, digest: str) -> Path:
    path = tmp_path / "blobs" / key_of(digest)
    assert path.is_file(), office
    path.chmod(0o640)
    return path


def test_every_column_of_digests_says_whether_it_names_a_blob() -> None:
    import_tables()
    found = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if "digest" in column.name and isinstance(column.type, String)
    }
    known = {reference.name for reference in references.BLOBS} | set(references.NO_BLOBS)
    assert found == known, "put the new column into dms/upkeep/references.py: BLOBS or NO_BLOBS"


def test_no_column_stands_on_both_sides() -> None:
    assert not {reference.name for reference in references.BLOBS} & set(references.NO_BLOBS)


def test_files_that_are_there_are_well(office: Office) -> None:
    office.started()
    found = examined(office.session, office.desk, "blobs", deep=True)
    assert codes(found) == []
    assert found.seen >= 2


def test_a_file_that_is_gone_is_named_with_its_paper(office: Office) -> None:
    version = office.paper(title="Tờ trình bị mất").versions[0]
    office.desk.desk.storage.delete(version.digest)
    trouble = examined(office.session, office.desk, "blobs").troubles[0]
    assert trouble.code == "blob_missing"
    assert trouble.params["title"] == "Tờ trình bị mất (v1)"
    assert trouble.params["digest"] == version.digest


def test_a_file_of_another_size_is_found(office: Office, tmp_path: Path) -> None:
    path = blob_file(office, tmp_path, office.paper().versions[0].digest)
    path.write_bytes(path.read_bytes()[:-1])
    assert codes(examined(office.session, office.desk, "blobs")) == ["blob_size_wrong"]


def test_a_changed_byte_is_found_by_the_deep_look_alone(office: Office, tmp_path: Path) -> None:
    path = blob_file(office, tmp_path, office.paper().versions[0].digest)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    assert codes(examined(office.session, office.desk, "blobs")) == []
    assert codes(examined(office.session, office.desk, "blobs", deep=True)) == ["blob_altered"]


def stray(office: Office, content: bytes = b"nobody's") -> str:
    return office.desk.desk.storage.put(io.BytesIO(content)).digest


def test_what_belongs_to_nothing_is_counted_once_a_day_has_passed(office: Office) -> None:
    office.paper()
    stray(office)
    today = doctor.run(Ward(office.session, office.desk, clock.now()), ["orphans"])[0]
    assert codes(today) == []
    later = examined(office.session, office.desk, "orphans")
    assert codes(later) == ["orphan_blobs"]
    assert later.troubles[0].params == {"count": 1, "bytes": len(b"nobody's")}


def swept(session: Session, desk: object) -> set[str]:
    """Sweep as if two days had passed; what is gone."""
    now, storage = clock.now() + TWO_DAYS, desk.desk.storage  # type: ignore[attr-defined]  # a SigningDesk
    older_than = now - timedelta(hours=24)
    found = list(blobs.orphans(session, storage, older_than=older_than, now=now))
    gone = blobs.remove(session, storage, found, older_than=older_than, by=SYSTEM, now=now)
    return {blob.digest for blob in gone}


def test_sweeping_spares_all_that_a_decided_dossier_stands_on(chancery: Chancery, session: Session) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh"])
    chancery.add_signed_paper(dossier)
    chancery.conferred(dossier)
    chancery.work()
    needed = {digest for _, digest, _ in references.named(session, now=clock.now())}
    columns = {reference.name for reference, _, _ in references.named(session, now=clock.now())}
    assert columns >= {"version.digest", "award.certificate_digest", "sealed_dossier.manifest_digest"}
    before = set(chancery.desk.desk.storage.digests())
    gone = swept(session, chancery.desk)
    assert gone == before - needed
    assert set(chancery.desk.desk.storage.digests()) == needed
    ward = Ward(session, chancery.desk, clock.now(), deep=True)
    assert codes(doctor.run(ward, ["blobs"])[0]) == []


def test_sweeping_spares_pictures_and_removes_strays_and_tells_the_chain(office: Office, session: Session) -> None:
    office.started()
    lost = stray(office)
    gone = swept(session, office.desk)
    assert lost in gone
    assert codes(doctor.run(Ward(session, office.desk, clock.now()), ["blobs"])[0]) == []
    event = audit.events(session, TRAIL)[-1]
    assert (event.tag, event.data["count"]) == ("upkeep:storage:sweep", len(gone))


@pytest.mark.parametrize("state", ["open", "expired", "finished"])
def test_a_prepared_half_is_spared_until_it_can_no_longer_be_finished(office: Office, state: str) -> None:
    step = office.step(office.started(HEAD_ONLY), APPROVAL)
    shown = step.route.version.digest
    pending = signatures.prepare(
        office.session, office.desk, step.id, shown_digest=shown, by=office.actor("head"), now=clock.now()
    )
    pending.expires_at = clock.now() + (TWO_DAYS * 2 if state != "expired" else timedelta())
    pending.finished_at = clock.now() if state == "finished" else None
    office.session.flush()
    gone = swept(office.session, office.desk)
    assert (pending.prepared_digest in gone) is (state != "open")


def test_a_row_that_came_after_the_look_saves_its_file(office: Office, session: Session) -> None:
    version = office.paper().versions[0]
    digest = stray(office)
    now, storage = clock.now() + TWO_DAYS, office.desk.desk.storage
    older_than = now - timedelta(hours=24)
    found = list(blobs.orphans(session, storage, older_than=older_than, now=now))
    assert digest in {blob.digest for blob in found}
    version.digest = digest
    session.flush()
    gone = blobs.remove(session, storage, found, older_than=older_than, by=SYSTEM, now=now)
    assert digest not in {blob.digest for blob in gone}
    assert storage.stat(digest).digest == digest


def test_nothing_young_can_be_swept(office: Office, session: Session) -> None:
    now = clock.now()
    with pytest.raises(ValueError, match="older_than"):
        blobs.remove(session, office.desk.desk.storage, [], older_than=now - timedelta(hours=1), by=SYSTEM, now=now)


def test_a_look_ends_when_its_time_is_over_and_says_so(office: Office) -> None:
    office.started()
    found = doctor.run(Ward(office.session, office.desk, clock.now(), until=0.0), ["blobs"])[0]
    assert not found.is_whole
    assert found.seen == 1


def test_rows_name_more_than_versions_alone(session: Session) -> None:
    """The table speaks of real columns; a renamed one would fail here and not at the first sweep."""
    assert references.in_use(session, ["0" * 64], now=clock.now()) == set()
    assert {Version, PendingSignature} <= {reference.column.class_ for reference in references.BLOBS}
