"""Export a decided dossier as a BagIt bag: every version in its original bytes, each file apart, and all that is known.

A merged PDF would break every signature in it, so nothing is ever merged or converted on the way out.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from dms import audit, clock, text
from dms.archive import metadata, readme
from dms.archive.bag import BagWriter
from dms.archive.contents import Contents, Paper, Place, contents_of
from dms.archive.metadata import Described
from dms.archive.models import SealedDossier
from dms.audit import AuditEvent, Trail
from dms.awards.models import Award
from dms.campaigns import service as campaigns
from dms.documents import intake
from dms.documents.models import Version
from dms.documents.service import Desk
from dms.dossiers import service as dossiers
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier, Nominee
from dms.errors import Conflict
from dms.people import service as people
from dms.policy import Actor, Permission, require
from dms.signing.models import VersionCheck

_FOLDERS = {
    Place.DOSSIER: "papers",
    Place.CONSOLIDATION: "consolidation",
    Place.APPRAISAL: "appraisal",
    Place.DECISION: "decisions",
}
_NAME_LENGTH = 40
_VERIFIER = Path(__file__).with_name("verify_chain.py")


def export_bag(session: Session, desk: Desk, dossier_id: UUID, target: Path, *, by: Actor, now: datetime) -> Path:
    """Record the access, then write the bag into ``target``; return the bag's folder.

    Raises what ``note_export`` and ``write_bag`` raise.
    """
    note_export(session, dossier_id, by=by, now=now)
    return write_bag(session, desk, dossier_id, target, by=by, now=now)


def note_export(session: Session, dossier_id: UUID, *, by: Actor, now: datetime) -> Dossier:
    """Record in the dossier's chain who takes a copy. Raises NotFound, PermissionDenied."""
    dossier = _exportable(session, dossier_id, by=by)
    audit.record(session, trail_of(dossier), "dossier:archive:export", by=by, now=now)
    return dossier


def write_bag(session: Session, desk: Desk, dossier_id: UUID, target: Path, *, by: Actor, now: datetime) -> Path:
    """Write the bag into a new folder under ``target`` and return that; it only reads, and streams every file.

    Raises NotFound("dossier_not_found", "file_missing"), PermissionDenied, Unavailable("store_unavailable"),
    Conflict("archive_file_changed") where a stored file is not what was recorded.
    """
    dossier = _exportable(session, dossier_id, by=by)
    folder = target / dossier.code
    folder.mkdir()
    described = _describe(session, dossier)
    writer = BagWriter(folder)
    _add_files(writer, desk, described)
    _add_metadata(writer, described, _sealed_manifest(session, desk, dossier), _checks(session, described.contents))
    _add_history(writer, described, _chains(session, described.contents))
    _add_tags(writer, described, now=now)
    return folder


@contextmanager
def temporary_bag(session: Session, desk: Desk, dossier_id: UUID, *, by: Actor, now: datetime) -> Iterator[Path]:
    """A bag that is gone when the block is left."""
    with TemporaryDirectory(dir=desk.workdir, prefix="bag-") as folder:
        yield write_bag(session, desk, dossier_id, Path(folder), by=by, now=now)


def _exportable(session: Session, dossier_id: UUID, *, by: Actor) -> Dossier:
    dossier = dossiers.get(session, dossier_id, by=by)
    require(by, Permission.DOSSIER_EXPORT, dossier)
    return dossier


# --- what there is


def _describe(session: Session, dossier: Dossier) -> Described:
    contents = contents_of(session, dossier)
    session.scalars(_nominees(dossier.id)).all()
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    units = {dossier.unit_id, *(paper.document.unit_id for paper in contents.papers)}
    names = people.names_on(session, units, clock.day_of(dossier.status_since))
    return Described(
        contents=contents,
        unit_names={unit_id: name.name for unit_id, name in names.items()},
        scheme_title=scheme.title,
        form=scheme.form,
        files={version.id: path for paper, version, path in _placed(contents) if paper},
        certificates={award.id: _certificate_path(award) for award in contents.awards if award.certificate_digest},
    )


def _nominees(dossier_id: UUID) -> Select[Nominee]:
    """The nominees with all that is told of each; loading them here spares a query for each later."""
    loaded = (selectinload(Nominee.scores), selectinload(Nominee.vote))
    return select(Nominee).where(Nominee.dossier_id == dossier_id).options(*loaded)


def _placed(contents: Contents) -> Iterator[tuple[Paper, Version, str]]:
    """Every version with its path: the one in force on top, the others under ``earlier``."""
    for place, folder in _FOLDERS.items():
        for number, paper in enumerate(contents.at(place), start=1):
            name = f"{folder}/{number:02d}-{_slug(metadata.title_of(paper.document))}"
            for version in paper.document.versions:
                below = "" if version is paper.current else "earlier/"
                ending = metadata.extension_of(version)
                yield paper, version, f"{name}/{below}v{version.number:02d}-{version.origin.value}.{ending}"


def _certificate_path(award: Award) -> str:
    return f"certificates/{award.ordinal:02d}-{_slug(award.recipient)}-{award.public_code}.pdf"


def _slug(title: str) -> str:
    """A file name that every system takes: no diacritics, no spaces, not too long."""
    return text.fold(title).replace(" ", "-")[:_NAME_LENGTH].strip("-") or "van-ban"


def _checks(session: Session, contents: Contents) -> list[tuple[Version, VersionCheck]]:
    versions = {v.id: v for paper in contents.papers for v in paper.document.versions}
    kept = session.scalars(select(VersionCheck).where(VersionCheck.version_id.in_(versions)))
    return [(versions[check.version_id], check) for check in kept]


def _chains(session: Session, contents: Contents) -> dict[str, tuple[Trail, list[AuditEvent]]]:
    trails = {"dossier": trail_of(contents.dossier)}
    for number, decision in enumerate(contents.decisions, start=1):
        trails[f"decision-{number:02d}"] = Trail("decision", decision.id)
    return {name: (trail, audit.events(session, trail)) for name, trail in trails.items()}


def _sealed_manifest(session: Session, desk: Desk, dossier: Dossier) -> str | None:
    sealed = session.get(SealedDossier, dossier.id)
    if sealed is None:
        return None
    with intake.open_blob(desk, sealed.manifest_digest) as source:
        return source.read().decode()


# --- into the bag


def _add_files(writer: BagWriter, desk: Desk, described: Described) -> None:
    versions = {v.id: v for paper in described.contents.papers for v in paper.document.versions}
    for version_id, path in described.files.items():
        _add_blob(writer, desk, path, versions[version_id].digest)
    digests = {award.id: award.certificate_digest for award in described.contents.awards}
    for award_id, path in described.certificates.items():
        _add_blob(writer, desk, path, str(digests[award_id]))


def _add_blob(writer: BagWriter, desk: Desk, path: str, digest: str) -> None:
    with intake.open_blob(desk, digest) as source:
        if writer.add(path, source) != digest:
            raise Conflict("archive_file_changed", file=path, digest=digest[:12])


def _add_metadata(
    writer: BagWriter, described: Described, sealed: str | None, checks: list[tuple[Version, VersionCheck]]
) -> None:
    writer.add_text("metadata/dossier.json", _json(metadata.dossier_facts(described)))
    writer.add_text("metadata/ho-so.xml", metadata.official_xml(described))
    reports = [
        {"file": described.files[version.id], "checked_at": check.checked_at.isoformat(), "report": check.report}
        for version, check in checks
    ]
    writer.add_text("metadata/signatures.json", _json(sorted(reports, key=lambda each: str(each["file"]))))
    if sealed is not None:
        writer.add_text("metadata/seal-manifest.json", sealed)


def _add_history(writer: BagWriter, described: Described, chains: dict[str, tuple[Trail, list[AuditEvent]]]) -> None:
    for name, (trail, events) in chains.items():
        chain = metadata.chain_json(trail.subject, trail.subject_id, events)
        writer.add_text(f"events/{name}.json", _json(chain))
    everything = [event for _, events in chains.values() for event in events]
    writer.add_text("metadata/premis.json", _json(metadata.premis(described, everything)))


def _add_tags(writer: BagWriter, described: Described, *, now: datetime) -> None:
    dossier = described.dossier
    writer.add_tag("README.txt", readme.text(dossier.code, described.unit))
    writer.add_tag("verify_chain.py", _VERIFIER.read_text("utf-8"))
    writer.close(
        {
            "Source-Organization": described.unit,
            "External-Identifier": dossier.code,
            "External-Description": f"Hồ sơ đề nghị khen thưởng {dossier.code}, {described.unit}: "
            f"{described.scheme_title} / Award dossier {dossier.code}",
            "Internal-Sender-Identifier": str(dossier.id),
            "Bagging-Date": clock.day_of(now).isoformat(),
            "Bag-Software-Agent": "DMS",
            "Retention": metadata.RETENTION[described.form],
        }
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
