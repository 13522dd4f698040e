"""What leaves the archive can be judged by others: a valid bag, each file apart, a history that proves itself."""

import hashlib
import io
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import bagit
import pytest
from lxml import etree
from sqlalchemy.orm import Session

from dms import audit, clock
from dms.archive import export
from dms.archive.bag import BagWriter, zipped
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier
from dms.errors import Conflict, NotFound, PermissionDenied
from dms.policy import Status
from tests import factories as make
from tests.dms.awards.world import Chancery


def sealed(chancery: Chancery) -> Dossier:
    dossier = chancery.appraised(["Lê Thị Ánh"], ["Phòng Tiểu học"])
    chancery.add_signed_paper(dossier)
    chancery.conferred(dossier)
    chancery.work()
    assert dossier.status is Status.ARCHIVED
    return dossier


def exported(chancery: Chancery, dossier: Dossier, folder: Path) -> Path:
    return export.export_bag(
        chancery.session, chancery.desk.desk, dossier.id, folder, by=chancery.archivist, now=clock.now()
    )


def verify(bag: Path) -> subprocess.CompletedProcess[str]:
    """The script of the bag, run as an outsider runs it."""
    command = [sys.executable, "-I", str(bag / "verify_chain.py"), str(bag)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def test_a_sealed_dossier_leaves_as_a_valid_bag_that_proves_itself(chancery: Chancery, tmp_path: Path) -> None:
    dossier = sealed(chancery)
    bag = exported(chancery, dossier, tmp_path)
    judged = bagit.Bag(str(bag))
    judged.validate()
    assert judged.version_info == (1, 0)
    assert sorted(judged.algorithms) == ["sha256", "sha512"]
    assert judged.info["External-Identifier"] == dossier.code
    assert_files_are_apart_and_unchanged(bag)
    assert_metadata_is_open(bag)
    result = verify(bag)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "the chain holds" in result.stdout
    readme = (bag / "README.txt").read_text()
    assert "HỒ SƠ KHEN THƯỞNG" in readme
    assert "AWARD DOSSIER" in readme


def assert_files_are_apart_and_unchanged(bag: Path) -> None:
    facts = read(bag, "metadata/dossier.json")
    versions = [version for paper in facts["papers"] for version in paper["versions"]]
    assert len({version["file"] for version in versions}) == len(versions) > 4
    for version in versions:
        assert hashlib.sha256((bag / "data" / version["file"]).read_bytes()).hexdigest() == version["sha256"]
    assert [award["recipient"] for award in facts["awards"]] == ["Phòng Tiểu học", "Lê Thị Ánh"]
    for award in facts["awards"]:
        assert (bag / "data" / award["certificate"]).read_bytes().startswith(b"%PDF")


def assert_metadata_is_open(bag: Path) -> None:
    """Signature reports, the decree's own fields, PREMIS events that lead to files, and the export in the history."""
    reports = read(bag, "metadata/signatures.json")
    assert {report["report"]["verdict"] for report in reports} == {"valid"}
    official = etree.parse(bag / "data" / "metadata" / "ho-so.xml").getroot()
    assert official.findtext("Maintenance") == "20 năm"
    assert [paper.findtext("TypeName") for paper in official.iter("VanBan")] == ["Quyết định", "Tờ trình"]
    assert_the_decrees_fields_agree(official, read(bag, "metadata/dossier.json"))
    premis = read(bag, "metadata/premis.json")
    files = {each["objectIdentifier"] for each in premis["objects"]}
    assert {e["linkingObjectIdentifier"] for e in premis["events"] if e["linkingObjectIdentifier"]} <= files
    assert any(e["eventType"] == "document:version:archived" and e["linkingObjectIdentifier"] for e in premis["events"])
    last = read(bag, "events/dossier.json")["events"][-1]
    assert (last["tag"], last["actor_name"]) == ("dossier:archive:export", "Phan Thị Hồng")


def assert_the_decrees_fields_agree(official: Any, facts: Any) -> None:
    """Annex VI, part II of Decree 30/2020: the totals are those of the papers, each paper says what it is."""
    papers = list(official.iter("VanBan"))
    pages = [int(paper.findtext("PageAmount")) for paper in papers]
    first, issued, last = (day_in(official, name) for name in ("StartDate", "VanBan/IssuedDate", "EndDate"))
    assert [paper.findtext("DocOrdinal") for paper in papers] == ["1", "2"]
    assert official.findtext("DocTotal") == "2"
    assert official.findtext("PageTotal") == str(sum(pages))
    assert all(pages)
    assert first <= issued <= last
    assert official.findtext("FileCode/FileCatalog") == facts["opened_at"][:4]
    assert official.findtext("FileCode/FileNotation") == facts["code"]
    assert official.findtext("Title") == f"{facts['scheme']['title']} – {facts['unit']}"
    assert {paper.findtext("Subject") for paper in papers} == {paper["title"] for paper in facts["papers"]}
    assert all(paper.findtext("SignerInfo/FullName") for paper in papers)


def day_in(element: Any, path: str) -> date:
    day, month, year = map(int, element.findtext(path).split("/"))
    return date(year, month, day)


def read(bag: Path, file: str) -> Any:
    return json.loads((bag / "data" / file).read_text())


def test_what_somebody_changed_in_a_bag_is_found_by_its_own_script_and_by_bagit(
    chancery: Chancery, tmp_path: Path
) -> None:
    bag = exported(chancery, sealed(chancery), tmp_path)
    events = bag / "data" / "events" / "dossier.json"
    whole = events.read_text()
    events.write_text(whole.replace("Lê Thị Ánh", "Lê Thị Ảnh").replace('"appraised"', '"submitted"'))
    assert verify(bag).returncode == 1
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(bag)).validate()
    events.write_text(whole)
    assert verify(bag).returncode == 0
    signed = next((bag / "data" / "decisions").rglob("v*-archived.pdf"))
    signed.write_bytes(signed.read_bytes() + b"\n")
    result = verify(bag)
    assert result.returncode == 1
    assert "is missing" in result.stdout


def test_a_dropped_event_is_found(chancery: Chancery, tmp_path: Path) -> None:
    dossier = chancery.appraised()
    dossier.status = Status.DECIDED
    bag = exported(chancery, dossier, tmp_path)
    events = bag / "data" / "events" / "dossier.json"
    chain = json.loads(events.read_text())
    del chain["events"][1]
    events.write_text(json.dumps(chain))
    assert "missing or out of order" in verify(bag).stdout


def test_every_export_is_recorded_with_the_name_of_who_took_it(
    chancery: Chancery, session: Session, tmp_path: Path
) -> None:
    dossier = chancery.appraised()
    dossier.status = Status.DECIDED
    exported(chancery, dossier, tmp_path)
    last = audit.events(session, trail_of(dossier))[-1]
    assert (last.tag, last.actor_name) == ("dossier:archive:export", "Phan Thị Hồng")


def test_nobody_but_the_archivist_takes_a_copy(chancery: Chancery, session: Session, tmp_path: Path) -> None:
    dossier = chancery.appraised()
    dossier.status = Status.DECIDED
    for by, refusal in ((chancery.clerk, PermissionDenied), (make.a_clerk(session, make.a_unit(session)), NotFound)):
        with pytest.raises(refusal):
            export.export_bag(session, chancery.desk.desk, dossier.id, tmp_path, by=by, now=clock.now())
    assert list(tmp_path.glob("HS-*")) == []


def test_a_stored_file_that_is_not_what_was_recorded_stops_the_export(chancery: Chancery, tmp_path: Path) -> None:
    dossier = chancery.appraised()
    letter = chancery.add_signed_paper(dossier)
    dossier.status = Status.DECIDED
    digest = letter.versions[0].digest
    (stored,) = [path for path in (tmp_path / "blobs").rglob(f"*{digest[4:]}*") if path.is_file()]
    stored.chmod(0o600)
    stored.write_bytes(stored.read_bytes()[:-1] + b"X")
    with pytest.raises(Conflict, match="archive_file_changed"):
        exported(chancery, dossier, tmp_path)


def test_the_bag_goes_out_as_one_stream_and_comes_back_whole(tmp_path: Path) -> None:
    folder = tmp_path / "HS-2026-0001"
    folder.mkdir()
    writer = BagWriter(folder)
    content = bytes(range(256)) * 20_000
    writer.add("papers/01-to-trinh/v01.pdf", io.BytesIO(content))
    writer.close({"Source-Organization": "Sở Giáo dục và Đào tạo"})
    pieces = list(zipped(folder))
    assert len(pieces) > 3
    shutil.rmtree(folder)
    with ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    assert (folder / "data" / "papers" / "01-to-trinh" / "v01.pdf").read_bytes() == content
    bagit.Bag(str(folder)).validate()
