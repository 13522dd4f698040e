"""Seal a decided dossier: archive time stamps on all that is signed, a manifest of every version, then no more change.

Nothing is half done: where the time-stamping authority or the store does not answer, the whole act fails and its event
is tried again. A second try finds the work of the first undone in the database and its blobs harmless in the store.
"""

import json
import shutil
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dms import audit, outbox
from dms.archive import stamps
from dms.archive.contents import Contents, Paper, contents_of
from dms.archive.models import SealedDossier
from dms.awards.models import Award, Decision, DecisionItem
from dms.documents import cache, intake
from dms.documents import service as documents
from dms.documents.models import Origin, Version
from dms.dossiers import lifecycle
from dms.dossiers.lifecycle import Action, trail_of
from dms.dossiers.models import Dossier, Nominee
from dms.errors import Conflict, Unavailable
from dms.policy import SYSTEM, Status
from dms.signing import pades, validation
from dms.signing import service as signing
from dms.signing.models import SigningRoute, VersionCheck
from dms.signing.pades import Verdict
from dms.signing.service import SigningDesk

MANIFEST_FORMAT = 1


def on_dossier_sealable(session: Session, payload: dict[str, Any], desk: SigningDesk, now: datetime) -> None:
    """A decision's certificates are made: seal the dossier, unless another decision on it is still under way."""
    dossier = session.get_one(Dossier, UUID(payload["dossier_id"]))
    if dossier.status is Status.DECIDED and not _is_awaited(session, dossier):
        seal(session, desk, dossier, now=now)


def on_decision_cancelled(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A decision was given up: dossiers that waited only for it can be sealed."""
    decision_id = UUID(payload["decision_id"])
    query = (
        select(Dossier.id)
        .join(Nominee, Nominee.dossier_id == Dossier.id)
        .join(DecisionItem, DecisionItem.nominee_id == Nominee.id)
        .where(DecisionItem.decision_id == decision_id, Dossier.status == Status.DECIDED)
        .distinct()
    )
    for dossier_id in session.scalars(query):
        outbox.add(session, "dossier.sealable", now=now, dossier_id=dossier_id)


def announce_all(session: Session, *, now: datetime) -> int:
    """Announce every decided dossier whose certificates are made once more; return how many there are."""
    made = select(Award.dossier_id).where(Award.certificate_digest.is_not(None))
    waiting = list(session.scalars(select(Dossier.id).where(Dossier.status == Status.DECIDED, Dossier.id.in_(made))))
    for dossier_id in waiting:
        outbox.add(session, "dossier.sealable", now=now, dossier_id=dossier_id)
    return len(waiting)


def seal(session: Session, desk: SigningDesk, dossier: Dossier, *, now: datetime) -> SealedDossier:
    """Time-stamp the signed papers, write down every version, close the dossier for good.

    Raises Unavailable("timestamp_unavailable", "signature_unproven", "store_unavailable"): a retry may succeed;
    Conflict("archive_signature_invalid", "dossier_status_forbids"), NotFound("file_missing"): somebody must look.
    """
    lifecycle.ensure_may(dossier, Action.ARCHIVE, SYSTEM)
    for paper in contents_of(session, dossier).signed:
        extend(session, desk, paper, now=now)
    contents = contents_of(session, dossier)
    _ensure_stored(desk, contents)
    lifecycle.move(session, dossier, Action.ARCHIVE, by=SYSTEM, now=now)
    chain = audit.events(session, trail_of(dossier))
    manifest = json.dumps(manifest_of(contents, chain, now=now), ensure_ascii=False, indent=1, sort_keys=True)
    digest, _ = intake.keep(desk.desk, BytesIO(manifest.encode()))
    event = audit.record(session, trail_of(dossier), "dossier:archive:seal", by=SYSTEM, now=now, manifest=digest)
    sealed = SealedDossier(dossier_id=dossier.id, sealed_at=now, manifest_digest=digest, last_event_hash=event.hash)
    session.add(sealed)
    session.flush()
    return sealed


def extend(session: Session, desk: SigningDesk, paper: Paper, *, now: datetime) -> Version:
    """Give a signed paper's version in force its archive time stamp (B-LTA) as a new version; once for each paper.

    The new file extends the signed one byte for byte, and is judged before it takes its place.
    """
    route = paper.route
    if route is None:
        raise ValueError(paper.document.id)
    version = route.version
    if version.origin is Origin.ARCHIVED:
        return version
    with documents.local_copy(desk.desk, version) as path:
        target = path.with_suffix(".archived")
        shutil.copyfile(time_stamped(desk, version), target)
        if not pades.extends(path, target):
            raise Conflict("archive_signature_invalid", document=paper.document.title)
        archived = documents.add_made_version(
            session,
            desk.desk,
            version,
            target,
            origin=Origin.ARCHIVED,
            trail=signing.trail_of(route),
            by=SYSTEM,
            now=now,
        )
        stamps.note(session, archived, target)
    put_in_force(session, desk, route, archived, now=now)
    return archived


def time_stamped(desk: SigningDesk, version: Version) -> Path:
    """The version's file with a further archive time stamp, kept until it is needed: the authority is asked once."""
    kept = cache.place(desk.desk.workdir, "archived", version.digest, "lta.pdf")
    if not cache.found(kept):
        with documents.local_copy(desk.desk, version) as path:
            pades.extend_lta(path, desk.trust)
            cache.keep_file(kept, path)
    return kept


def before_dossier_sealable(session: Session, payload: dict[str, Any], desk: SigningDesk) -> None:
    """The slow part of ``on_dossier_sealable``, for a session that only reads: time stamps from the authority."""
    dossier = session.get_one(Dossier, UUID(payload["dossier_id"]))
    if dossier.status is not Status.DECIDED or _is_awaited(session, dossier):
        return
    for paper in contents_of(session, dossier).signed:
        if paper.current is not None and paper.current.origin is not Origin.ARCHIVED:
            time_stamped(desk, paper.current)


def put_in_force(
    session: Session, desk: SigningDesk, route: SigningRoute, archived: Version, *, now: datetime
) -> VersionCheck:
    """The route's signatures are now looked for in the extended file; it must hold them all."""
    route.version = archived
    session.flush()
    check = validation.check_version(session, desk, archived, now=now)
    if check.verdict == Verdict.UNPROVEN:
        raise Unavailable("signature_unproven", document=route.title)
    if check.verdict != Verdict.VALID:
        raise Conflict("archive_signature_invalid", document=route.title)
    return check


def _is_awaited(session: Session, dossier: Dossier) -> bool:
    """Whether a decision that names nominees of the dossier is neither conferred nor given up."""
    query = exists().where(
        Nominee.dossier_id == dossier.id,
        DecisionItem.nominee_id == Nominee.id,
        Decision.id == DecisionItem.decision_id,
        Decision.conferred_at.is_(None),
        Decision.cancelled_at.is_(None),
    )
    return bool(session.scalar(select(query)))


def _ensure_stored(desk: SigningDesk, contents: Contents) -> None:
    """Every byte that the manifest will name is in the store. Raises NotFound("file_missing")."""
    digests = {version.digest for paper in contents.papers for version in paper.document.versions}
    digests |= {award.certificate_digest for award in contents.awards if award.certificate_digest}
    for digest in digests:
        intake.open_blob(desk.desk, digest, 0, 1).close()


# --- the manifest


def manifest_of(contents: Contents, chain: list[audit.AuditEvent], *, now: datetime) -> dict[str, Any]:
    """What the dossier holds at the moment of sealing: each version by digest, each award, the head of its history."""
    dossier = contents.dossier
    return {
        "format": MANIFEST_FORMAT,
        "dossier": {"id": str(dossier.id), "code": dossier.code, "unit_id": str(dossier.unit_id)},
        "sealed_at": now.isoformat(),
        "papers": [_paper(paper) for paper in contents.papers],
        "awards": [_award(award) for award in contents.awards],
        "events": {"count": len(chain), "last_hash": chain[-1].hash if chain else audit.GENESIS},
    }


def _paper(paper: Paper) -> dict[str, Any]:
    document, current = paper.document, paper.current
    return {
        "document_id": str(document.id),
        "place": paper.place.value,
        "kind": document.kind.value,
        "title": document.title,
        "number": document.number,
        "symbol": document.symbol,
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
        "requirement": paper.requirement_code,
        "nominee_id": str(paper.nominee.id) if paper.nominee else None,
        "version_in_force": current.number if current else None,
        "versions": [version_facts(version) for version in document.versions],
    }


def version_facts(version: Version) -> dict[str, Any]:
    """A version as manifests and exports tell it."""
    return {
        "number": version.number,
        "origin": version.origin.value,
        "sha256": version.digest,
        "size": version.size,
        "media_type": version.media_type,
        "filename": version.filename,
        "pages": version.pages,
        "author": version.author_name,
        "created_at": version.created_at.isoformat(),
        "note": version.note,
        "withdrawn_at": version.withdrawn_at.isoformat() if version.withdrawn_at else None,
    }


def _award(award: Award) -> dict[str, Any]:
    return {
        "id": str(award.id),
        "nominee_id": str(award.nominee_id),
        "recipient": award.recipient,
        "title": award.title,
        "decision_number": award.decision_number,
        "decided_on": award.decided_on.isoformat(),
        "certificate_sha256": award.certificate_digest,
    }
