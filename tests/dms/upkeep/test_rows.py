"""Rows against each other: a doctor finds what a slip of a hand or a bug left behind, and mends what is safe."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dms import audit, clock, outbox
from dms.audit import AuditEvent, Trail
from dms.dossiers.models import DossierSummary
from dms.policy import SYSTEM
from dms.signing import signatures
from dms.signing.models import PendingSignature
from dms.upkeep import doctor, events, rows
from dms.upkeep.model import Examined, Gravity, Ward, worst
from dms.upkeep.trail import TRAIL
from tests import factories as make
from tests.dms.signing.office import APPROVAL, HEAD_ONLY, Office


def examined(session: Session, name: str) -> Examined:
    return doctor.run(Ward(session, None, clock.now()), [name])[0]  # type: ignore[arg-type]  # rows need no desk


def codes(found: Examined) -> list[str]:
    return [trouble.code for trouble in found.troubles]


# --- summaries


def test_summaries_written_by_the_verbs_are_well(session: Session) -> None:
    make.a_submitted_dossier(session)
    make.a_dossier(session)
    found = examined(session, "summaries")
    assert (codes(found), found.seen) == ([], 2)


def test_a_summary_that_went_wrong_is_found_and_mended(session: Session) -> None:
    dossier = make.a_complete_dossier(session)
    session.execute(update(DossierSummary).values(blocking=7, waiting_for="ai đó"))
    session.expire_all()
    trouble = examined(session, "summaries").troubles[0]
    assert trouble.code == "summary_wrong"
    assert trouble.params == {"dossier": dossier.code, "fields": "blocking, waiting_for"}
    assert doctor.repair(session, by=SYSTEM, now=clock.now())["summaries"] == 1
    assert codes(examined(session, "summaries")) == []
    assert audit.events(session, TRAIL)[-1].data == {"summaries": 1, "pendings": 0}


def test_a_summary_that_is_missing_is_found_and_written(session: Session) -> None:
    dossier = make.a_dossier(session)
    session.delete(session.get_one(DossierSummary, dossier.id))
    session.flush()
    assert codes(examined(session, "summaries")) == ["summary_missing"]
    doctor.repair(session, by=SYSTEM, now=clock.now())
    assert codes(examined(session, "summaries")) == []


def test_where_nothing_was_mended_nothing_is_recorded(session: Session) -> None:
    make.a_dossier(session)
    assert doctor.repair(session, by=SYSTEM, now=clock.now()) == {"summaries": 0, "pendings": 0}
    assert audit.events(session, TRAIL) == []


# --- halves of signatures


def test_a_half_that_nobody_finished_is_noted_and_cleared_and_its_step_stays_open(office: Office) -> None:
    session, step = office.session, office.step(office.started(HEAD_ONLY), APPROVAL)
    act = {"by": office.actor("head"), "now": clock.now()}
    pending = signatures.prepare(session, office.desk, step.id, shown_digest=step.route.version.digest, **act)
    assert codes(examined(session, "pendings")) == []
    pending.expires_at = clock.now() - timedelta(minutes=1)
    session.flush()
    found = examined(session, "pendings")
    assert (codes(found), found.gravity) == (["pendings_expired"], Gravity.NOTE)
    assert doctor.repair(session, by=SYSTEM, now=clock.now())["pendings"] == 1
    assert session.scalar(select(func.count()).select_from(PendingSignature)) == 0
    office.sign(step, "head")


# --- events


def test_events_on_their_way_are_well(session: Session) -> None:
    outbox.add(session, "version.received", now=clock.now())
    session.flush()
    assert codes(examined(session, "events")) == []


def test_events_that_nobody_takes_are_stuck(session: Session) -> None:
    outbox.add(session, "version.received", now=clock.now() - rows.STUCK - timedelta(seconds=1))
    session.flush()
    assert codes(examined(session, "events")) == ["outbox_stuck"]


def test_given_up_events_are_told_by_name_and_can_be_tried_again(session: Session) -> None:
    for name in ("dossier.sealable", "dossier.sealable", "version.received"):
        outbox.add(session, name, now=clock.now()).failed_at = clock.now()
    session.flush()
    found = examined(session, "events")
    assert {trouble.params["name"]: trouble.params["count"] for trouble in found.troubles} == {
        "dossier.sealable": 2,
        "version.received": 1,
    }
    one = outbox.given_up(session)[0]
    assert events.try_again(session, [one.id], by=SYSTEM, now=clock.now()) == [one]
    assert one.id in outbox.due(session, now=clock.now())
    assert len(events.try_again(session, by=SYSTEM, now=clock.now())) == 2
    assert codes(examined(session, "events")) == []
    assert audit.events(session, TRAIL)[-1].data["names"]


def test_trying_again_what_was_not_given_up_changes_nothing(session: Session) -> None:
    event = outbox.add(session, "version.received", now=clock.now())
    session.flush()
    assert events.try_again(session, [event.id], by=SYSTEM, now=clock.now()) == []
    assert audit.events(session, TRAIL) == []


# --- chains


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"actor_name": "somebody else"}, "chain_altered"),
        ({"position": 9}, "chain_missing"),
        ({"previous_hash": "f" * 64}, "chain_unlinked"),
    ],
)
def test_a_chain_that_was_tampered_with_is_found(session: Session, change: dict[str, object], code: str) -> None:
    trail = Trail("dossier", make.a_unit(session).id)
    for act in ("a", "b", "c"):
        audit.record(session, trail, f"dossier:test:{act}", by=SYSTEM, now=clock.now())
    assert codes(examined(session, "chains")) == []
    session.execute(update(AuditEvent).where(AuditEvent.position == 2).values(**change))
    session.expire_all()
    assert code in codes(examined(session, "chains"))


# --- how bad it is


def test_the_worst_of_several_troubles_counts(session: Session) -> None:
    outbox.add(session, "version.received", now=clock.now()).failed_at = clock.now()
    session.flush()
    found = doctor.run(Ward(session, None, clock.now()), doctor.QUICK)  # type: ignore[arg-type]  # rows need no desk
    assert worst(tuple(trouble for each in found for trouble in each.troubles)) is Gravity.ERROR
    assert worst(()) is None
