"""A decided dossier is closed for good: time stamps that outlast certificates, a manifest, and then no more change."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dms import audit, clock, handlers, outbox
from dms.archive import sealing
from dms.archive.contents import Place, contents_of
from dms.archive.models import SealedDossier
from dms.awards import service
from dms.campaigns.vocabulary import NomineeKind
from dms.documents import intake
from dms.documents import service as documents
from dms.documents.models import Origin, Version
from dms.dossiers import nominees, routing
from dms.dossiers import service as dossiers
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier
from dms.dossiers.nominees import NomineeData
from dms.errors import Conflict, DomainError, NotFound, PermissionDenied
from dms.handlers import Workshop
from dms.policy import Actor, Status
from dms.signing import pades
from dms.signing.pades import Verdict
from dms.signing.service import SigningDesk
from dms.signing.validation import check_of
from tests import factories as make
from tests.dms.awards.world import Chancery
from tests.pki import Pki


def manifest_of(chancery: Chancery, dossier: Dossier) -> dict[str, Any]:
    sealed = chancery.session.get_one(SealedDossier, dossier.id)
    with intake.open_blob(chancery.desk.desk, sealed.manifest_digest) as source:
        return json.loads(source.read())


def test_after_the_decision_certificates_are_made_and_the_dossier_is_sealed(
    chancery: Chancery, session: Session
) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh"], ["Phòng Tiểu học"])
    letter = chancery.add_signed_paper(dossier)
    signed = documents.current_version(letter)
    awards = chancery.conferred(dossier)
    chancery.work()
    assert chancery.waiting_events() == []
    assert dossier.status is Status.ARCHIVED
    assert all(award.certificate_digest for award in awards)
    session.expire_all()
    assert_lives_on(chancery, signed, documents.current_version(letter))
    assert_manifest_names_all(chancery, dossier)
    chain = audit.events(session, trail_of(dossier))
    sealed = session.get_one(SealedDossier, dossier.id)
    assert chain[-1].tag == "dossier:archive:seal"
    assert (chain[-1].hash, chain[-1].data["manifest"]) == (sealed.last_event_hash, sealed.manifest_digest)
    assert list(audit.find_breaks(chain)) == []


def assert_lives_on(chancery: Chancery, signed: Version | None, kept: Version | None) -> None:
    """The signed paper is kept in a file that extends it byte for byte and carries an archive time stamp."""
    assert signed is not None
    assert kept is not None
    assert (kept.origin, kept.parent_id) == (Origin.ARCHIVED, signed.id)
    check = check_of(chancery.session, kept)
    assert check is not None
    assert check.verdict == Verdict.VALID
    assert check.report["archived_at"]
    desk = chancery.desk.desk
    with documents.local_copy(desk, signed) as before, documents.local_copy(desk, kept) as after:
        assert pades.extends(before, after)


def assert_manifest_names_all(chancery: Chancery, dossier: Dossier) -> None:
    """Every version and every certificate by digest, and the head of the history before the seal."""
    manifest, contents = manifest_of(chancery, dossier), contents_of(chancery.session, dossier)
    named = {version["sha256"] for paper in manifest["papers"] for version in paper["versions"]}
    assert named == {version.digest for paper in contents.papers for version in paper.document.versions}
    assert {paper.place for paper in contents.papers} == {Place.DOSSIER, Place.DECISION}
    certificates = [each["certificate_sha256"] for each in manifest["awards"]]
    assert certificates == [award.certificate_digest for award in contents.awards]
    chain = audit.events(chancery.session, trail_of(dossier))
    assert manifest["events"] == {"count": len(chain) - 1, "last_hash": chain[-2].hash}


def test_while_the_time_stamping_authority_is_down_nothing_is_half_done_and_a_retry_seals(
    chancery: Chancery, session: Session, pki: Pki
) -> None:
    dossier = chancery.appraised()
    letter = chancery.add_signed_paper(dossier)
    (award,) = chancery.conferred(dossier)
    up, down = chancery.desk, SigningDesk(chancery.desk.desk, pki.new_trust(tsa_url="http://127.0.0.1:9/"), pki.keys)
    before = session.scalar(select(func.count()).select_from(Version))
    chancery.desk = down
    chancery.work()
    session.expire_all()
    assert dossier.status is Status.DECIDED
    assert session.get(SealedDossier, dossier.id) is None
    assert session.scalar(select(func.count()).select_from(Version)) == before
    assert award.certificate_digest is not None  # certificates need no authority and do not wait for it
    (event,) = chancery.waiting_events()
    assert (event.name, event.attempts) == ("dossier.sealable", 1)
    assert "timestamp_unavailable" in str(event.last_error)
    event.run_after = clock.now()
    chancery.desk = up
    chancery.work()
    assert dossier.status is Status.ARCHIVED
    kept = documents.current_version(letter)
    assert kept is not None
    assert kept.origin is Origin.ARCHIVED


def test_the_authority_is_asked_before_the_writing_begins_so_that_no_writer_waits_for_it(
    chancery: Chancery, session: Session, pki: Pki
) -> None:
    dossier = chancery.appraised()
    chancery.add_signed_paper(dossier)
    dossier.status = Status.DECIDED
    event = outbox.add(session, "dossier.sealable", now=clock.now(), dossier_id=dossier.id)
    session.flush()
    handlers.work_ahead(session, event.id, Workshop(chancery.desk.desk, chancery.desk))
    chancery.desk = SigningDesk(chancery.desk.desk, pki.new_trust(tsa_url="http://127.0.0.1:9/"), pki.keys)
    chancery.work()
    assert dossier.status is Status.ARCHIVED


ACTS: dict[str, Callable[[Session, SigningDesk, Dossier, Actor], object]] = {
    "add a nominee": lambda session, _desk, dossier, by: nominees.add_nominee(
        session, dossier.id, NomineeData(kind=NomineeKind.INDIVIDUAL, name="Người Mới"), by=by, now=clock.now()
    ),
    "remove a nominee": lambda session, _desk, dossier, by: nominees.remove_nominee(
        session, dossier.nominees[0].id, by=by, now=clock.now()
    ),
    "submit": lambda session, _desk, dossier, by: dossiers.submit(session, dossier.id, by=by, now=clock.now()),
    "withdraw": lambda session, _desk, dossier, by: dossiers.withdraw(
        session, dossier.id, reason="Muộn", by=by, now=clock.now()
    ),
    "send for signature": lambda session, desk, dossier, by: routing.send_for_signature(
        session, desk, dossier.id, by=by, now=clock.now()
    ),
    "seal again": lambda session, desk, dossier, _by: sealing.seal(session, desk, dossier, now=clock.now()),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_sealed_dossier_refuses_every_change(chancery: Chancery, session: Session, act: str) -> None:
    dossier = chancery.appraised()
    dossier.status = Status.DECIDED
    sealing.seal(session, chancery.desk, dossier, now=clock.now())
    before = len(audit.events(session, trail_of(dossier)))
    with pytest.raises((Conflict, PermissionDenied)) as refusal:
        ACTS[act](session, chancery.desk, dossier, make.clerk_of(session, dossier))
    assert isinstance(refusal.value, DomainError)
    assert len(audit.events(session, trail_of(dossier))) == before
    assert dossier.status is Status.ARCHIVED


def test_a_dossier_waits_for_the_other_decision_that_names_its_nominees(chancery: Chancery) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh"], ["Phòng Tiểu học"])
    first = chancery.prepare(dossier, only=["Phòng Tiểu học"])
    second = chancery.prepare(dossier, only=["Lê Thị Ánh"])
    chancery.as_pdf(first)
    chancery.sign(chancery.send(first))
    chancery.settle()
    chancery.work()
    assert dossier.status is Status.DECIDED
    service.cancel(chancery.session, second.id, reason="Không đủ tiêu chuẩn", by=chancery.clerk, now=clock.now())
    chancery.settle()
    chancery.work()
    assert dossier.status is Status.ARCHIVED


def test_two_dossiers_of_one_decision_share_its_archived_paper(chancery: Chancery, session: Session) -> None:
    one, two = chancery.appraised(["Lê Thị Ánh"]), chancery.appraised(["An Văn Bình"])
    (award, _other) = chancery.conferred(one, two)
    chancery.work()
    assert (one.status, two.status) == (Status.ARCHIVED, Status.ARCHIVED)
    session.expire_all()
    origins = [version.origin for version in award.decision.document.versions]
    assert origins.count(Origin.ARCHIVED) == 1


def test_a_dossier_whose_file_is_gone_is_not_sealed(chancery: Chancery, session: Session) -> None:
    dossier = chancery.appraised()
    letter = chancery.add_signed_paper(dossier)
    dossier.status = Status.DECIDED
    chancery.desk.desk.storage.delete(letter.versions[0].digest)
    with pytest.raises(NotFound, match="file_missing"):
        sealing.seal(session, chancery.desk, dossier, now=clock.now())
