"""A history whose end was cut off holds in itself; only what was stamped earlier shows that something is missing."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from dms import audit, clock
from dms.archive import checkpoints
from dms.archive.checkpoints import Checkpoint, Contradiction
from dms.audit import AuditEvent, Trail
from dms.errors import Invalid, Unavailable
from dms.policy import SYSTEM
from tests.pki import Pki, build_pki


def a_history(session: Session, events: int = 3, subject: str = "dossier") -> Trail:
    trail = Trail(subject, uuid4())
    for number in range(events):
        act(session, trail, number)
    return trail


def act(session: Session, trail: Trail, number: int) -> None:
    audit.record(session, trail, f"dossier:test:{number}", by=SYSTEM, now=clock.now(), number=number)


def make(session: Session, pki: Pki) -> Checkpoint:
    drafted = checkpoints.draft(session, now=clock.now())
    assert drafted is not None
    row = checkpoints.keep(session, drafted, checkpoints.stamp(drafted, pki.trust), now=clock.now())
    return Checkpoint(row.number, row.manifest, row.token)


def cut(session: Session, trail: Trail, position: int) -> None:
    """What somebody does who can write to the database: take away the events from ``position`` on."""
    session.execute(
        delete(AuditEvent).where(AuditEvent.subject_id == trail.subject_id, AuditEvent.position >= position)
    )
    session.expire_all()


def found(session: Session, pki: Pki, kept: list[Checkpoint] | None = None) -> list[Contradiction]:
    kept = list(checkpoints.stored(session)) if kept is None else kept
    return list(checkpoints.verify(session, kept, pki.offline).contradictions)


def test_whole_histories_agree_with_their_checkpoints_offline(session: Session, pki: Pki) -> None:
    trail = a_history(session)
    make(session, pki)
    act(session, trail, 3)
    a_history(session)
    make(session, pki)

    report = checkpoints.verify(session, list(checkpoints.stored(session)), pki.offline)

    assert (report.count, report.contradictions) == (2, ())
    assert report.last is not None
    assert report.last.authority == "DẤU THỜI GIAN THỬ NGHIỆM (DEMO)"


def test_a_history_cut_short_holds_in_itself_and_is_found_by_its_checkpoint(session: Session, pki: Pki) -> None:
    trail = a_history(session, 4)
    make(session, pki)
    cut(session, trail, 2)

    assert list(audit.verify(session)) == []
    assert found(session, pki) == [Contradiction(1, "truncated", "dossier", str(trail.subject_id), 3)]


def test_a_history_that_is_gone_as_a_whole_is_found(session: Session, pki: Pki) -> None:
    trail = a_history(session)
    make(session, pki)
    cut(session, trail, 0)
    assert [each.reason for each in found(session, pki)] == ["truncated"]


def test_a_history_written_anew_holds_in_itself_and_is_found(session: Session, pki: Pki) -> None:
    trail = a_history(session)
    make(session, pki)
    cut(session, trail, 2)
    audit.record(session, trail, "dossier:test:other", by=SYSTEM, now=clock.now())

    assert list(audit.verify(session)) == []
    assert [each.reason for each in found(session, pki)] == ["rewritten"]


def test_only_what_moved_is_in_the_next_checkpoint_and_the_newest_head_counts(session: Session, pki: Pki) -> None:
    quiet, busy = a_history(session), a_history(session)
    make(session, pki)
    act(session, busy, 3)
    second = json.loads(make(session, pki).manifest)

    assert [(subject_id, position) for _, subject_id, position, _ in second["heads"]] == [(str(busy.subject_id), 3)]
    assert checkpoints.draft(session, now=clock.now()) is None
    cut(session, busy, 3)
    cut(session, quiet, 2)
    assert {(each.checkpoint, each.subject_id) for each in found(session, pki)} == {
        (1, str(quiet.subject_id)),
        (2, str(busy.subject_id)),
    }


def test_who_takes_away_the_checkpoints_too_is_found_by_the_copies(session: Session, pki: Pki, tmp_path: Path) -> None:
    trail = a_history(session)
    kept = make(session, pki)
    assert checkpoints.export_to(tmp_path, [kept]) == 1
    assert checkpoints.export_to(tmp_path, [kept]) == 0
    cut(session, trail, 1)
    session.execute(delete(checkpoints.AuditCheckpoint))

    assert found(session, pki) == []
    assert [each.reason for each in found(session, pki, checkpoints.read_from(tmp_path))] == ["truncated"]


def test_a_forged_checkpoint_is_not_believed(session: Session, pki: Pki) -> None:
    trail = a_history(session)
    first = make(session, pki)
    cut(session, trail, 2)
    head = audit.events(session, trail)[-1]
    manifest = json.loads(first.manifest)
    manifest["heads"] = [["dossier", str(trail.subject_id), head.position, head.hash]]
    forged = replace(first, manifest=json.dumps(manifest, separators=(",", ":")))

    assert [each.reason for each in found(session, pki, [forged])] == ["untrue"]


def test_a_checkpoint_stamped_by_a_stranger_is_not_believed(session: Session, pki: Pki, tmp_path: Path) -> None:
    a_history(session)
    kept = make(session, pki)
    stranger = build_pki(tmp_path / "stranger", [])

    assert [each.reason for each in found(session, stranger, [kept])] == ["untrue"]


def test_a_checkpoint_that_is_missing_between_two_others_is_noticed(session: Session, pki: Pki) -> None:
    trail = a_history(session, 1)
    kept = []
    for number in range(1, 4):
        kept.append(make(session, pki))
        act(session, trail, number)

    assert [(each.checkpoint, each.reason) for each in found(session, pki, [kept[0], kept[2]])] == [(3, "unlinked")]
    assert [(each.checkpoint, each.reason) for each in found(session, pki, kept[1:])] == [(2, "unlinked")]


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"heads": [1]}', '{"heads": [["a"]]}', '{"heads": "x"}'])
def test_a_damaged_checkpoint_is_named_and_breaks_nothing(session: Session, pki: Pki, manifest: str) -> None:
    a_history(session)
    damaged = replace(make(session, pki), manifest=manifest)
    assert {each.reason for each in found(session, pki, [damaged])} == {"unreadable", "untrue"}


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-000001.json").write_text('{"number": 1, "manifest": "{}", "token": "?"}')
    with pytest.raises(Invalid, match="checkpoint_unreadable"):
        checkpoints.read_from(tmp_path)


def test_without_an_authority_there_is_no_checkpoint(session: Session, pki: Pki) -> None:
    a_history(session)
    drafted = checkpoints.draft(session, now=clock.now())
    assert drafted is not None
    with pytest.raises(Unavailable, match="timestamp_unavailable"):
        checkpoints.stamp(drafted, pki.new_trust(tsa_url="http://127.0.0.1:9/tsa"))
    assert list(checkpoints.stored(session)) == []


def test_an_id_is_looked_up_as_what_it_is(session: Session, pki: Pki) -> None:
    """The head of a chain whose id starts with zeros, as that of the archive itself."""
    trail = Trail("archive", UUID(int=0))
    act(session, trail, 0)
    make(session, pki)
    assert found(session, pki) == []
