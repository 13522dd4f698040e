"""Batches: what was shown is signed, one refusal stops no other, a key's refusal stops all, a crash loses nothing."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dms import audit, clock
from dms.audit import Trail
from dms.documents.models import Version
from dms.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable
from dms.people.models import Appointment
from dms.signing import pades
from dms.signing.batch import run, service
from dms.signing.batch.models import BatchItem, BatchState, SigningBatch
from dms.signing.batch.service import Lease
from dms.signing.keys import KeyKind, KeyProvider, KeyRing, Pkcs12KeyStore
from dms.signing.models import PendingSignature, Signature, SigningKey, SigningRoute, Step
from tests.dms.signing.batches import PRESENCE, Bureau
from tests.dms.signing.office import COUNCIL, LETTER_ROUTE
from tests.pki import Pki

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def bureau(empty_database_url: str, pki: Pki, tmp_path: Path) -> Iterator[Bureau]:
    made = Bureau(pki, tmp_path, empty_database_url).founded()
    yield made
    made.engine.dispose()


def test_every_document_of_a_batch_is_signed_by_processes_and_holds(bureau: Bureau) -> None:
    batch_id = bureau.started(bureau.papers(*(f"Tờ trình {number}" for number in range(6))))
    with bureau.processes(2) as crew:
        bureau.work(crew=crew)

    assert bureau.results(batch_id) == ["signed"] * 6
    with bureau.reading() as session:
        assert bureau.batch(session, batch_id).state is BatchState.DONE
        assert {each.level for each in session.scalars(select(Signature))} == {"B-LT"}
        assert {route.outcome.value for route in session.scalars(select(SigningRoute)) if route.outcome} == {
            "completed"
        }


def test_the_chain_says_who_signed_what_from_where_and_how_they_had_proved_it(bureau: Bureau) -> None:
    (step_id,) = bureau.papers("Tờ trình")
    with bureau.reading() as session:
        route = session.get_one(Step, step_id).route
        shown, trail = route.version.digest, Trail(route.trail_subject, route.trail_id)
    bureau.started([step_id])
    bureau.work()

    with bureau.reading() as session:
        (signed,) = [each for each in audit.events(session, trail) if each.tag == "signing:step:approval"]
        assert signed.data["signed_digest"] == shown
        assert {name: signed.data[name] for name in ("address", "agent", "method")} == {
            "address": "10.1.2.3",
            "agent": "Trình duyệt thử",
            "method": "totp",
        }
        assert signed.data["proved_at"] == PRESENCE.as_json()["proved_at"]
        begun = audit.events(session, Trail("person", bureau.staff["head"]))
        assert [each.tag for each in begun if "batch" in each.tag] == ["signing:batch:start"]
        assert list(audit.verify(session)) == []


def test_a_document_that_moved_stops_no_other(bureau: Bureau) -> None:
    steps = bureau.papers("Một", "Hai", "Ba")
    batch_id = bureau.started(steps)
    with bureau.writing() as session:
        item = session.scalars(select(BatchItem).where(BatchItem.step_id == steps[1])).one()
        item.shown_digest = "0" * 64
    bureau.work()

    assert bureau.results(batch_id) == ["signed", "refused version_moved", "signed"]
    with bureau.reading() as session:
        assert bureau.batch(session, batch_id).state is BatchState.DONE
        assert session.get_one(Step, steps[1]).outcome is None


class RefusingKeys(KeyRing):
    """A ring whose key works so many times and then refuses, as a token does that was pulled out."""

    def __init__(self, ring: KeyRing, times: int) -> None:
        self._sources = ring._sources
        self.times, self.asked = times, 0

    def provider(self, kind: KeyKind, reference: str, *, secret: str | None = None) -> KeyProvider:
        self.asked += 1
        if self.asked > self.times:
            raise Unavailable("key_unavailable", ref=reference)
        return super().provider(kind, reference, secret=secret)


def test_the_first_refusal_of_the_key_stops_everything_and_a_later_resume_signs_the_rest_once(bureau: Bureau) -> None:
    steps = bureau.papers(*(f"Tờ trình {number}" for number in range(7)))
    batch_id = bureau.started(steps)
    keys = RefusingKeys(bureau.desk.keys, times=2)
    with bureau.processes(2) as crew:
        bureau.work(crew=crew, desk=replace(bureau.desk, keys=keys))

        assert keys.asked == 3
        assert sorted(bureau.results(batch_id)) == ["not_tried"] * 5 + ["signed"] * 2
        with bureau.writing() as session:
            batch = bureau.batch(session, batch_id)
            assert (batch.state, batch.stopped_code) == (BatchState.STOPPED, "key_unavailable")
            service.resume(session, batch_id, by=bureau.actor(session), now=clock.now())
        bureau.work(crew=crew)

    assert bureau.results(batch_id) == ["signed"] * 7
    assert bureau.signatures() == 7


def test_an_authority_that_does_not_answer_ends_the_batch_early_and_a_resume_tries_those_again(bureau: Bureau) -> None:
    batch_id = bureau.started(bureau.papers(*(f"Tờ trình {number}" for number in range(5))))
    deaf = replace(bureau.desk, trust=bureau.pki.new_trust(tsa_url="http://127.0.0.1:9/tsa"))
    bureau.work(desk=deaf)

    assert bureau.results(batch_id) == ["refused timestamp_unavailable"] * 3 + ["not_tried"] * 2
    with bureau.writing() as session:
        service.resume(session, batch_id, by=bureau.actor(session), now=clock.now())
    bureau.work()
    assert bureau.results(batch_id) == ["signed"] * 5


def test_a_cancelled_batch_tries_nothing_more(bureau: Bureau) -> None:
    batch_id = bureau.started(bureau.papers("Một", "Hai"))
    with bureau.writing() as session:
        service.cancel(session, batch_id, by=bureau.actor(session), now=clock.now())

    assert bureau.work() is None
    assert bureau.results(batch_id) == ["not_tried"] * 2
    assert bureau.signatures() == 0
    with bureau.writing() as session, pytest.raises(Conflict, match="batch_not_running"):
        service.cancel(session, batch_id, by=bureau.actor(session), now=clock.now())


def test_what_was_unticked_is_not_signed(bureau: Bureau) -> None:
    steps = bureau.papers("Một", "Hai", "Ba")
    with bureau.writing() as session:
        by, now = bureau.actor(session), clock.now()
        batch = service.open_batch(session, steps, by=by, now=now)
        with pytest.raises(Invalid, match="nothing_chosen"):
            service.start(session, batch.id, chosen=[], by=by, now=now)
        service.start(session, batch.id, chosen=[batch.items[0].id, batch.items[2].id], by=by, now=now)
        with pytest.raises(Conflict, match="batch_started"):
            service.start(session, batch.id, chosen=[batch.items[1].id], by=by, now=now)
        batch_id = batch.id
    bureau.work()
    assert bureau.results(batch_id) == ["signed", "left_out", "signed"]


def test_a_batch_holds_only_what_waits_for_the_signer_and_never_more_than_the_limit(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = bureau.papers("Một", "Hai")
    (council, *_) = bureau.papers("Biên bản", stages=(COUNCIL,))
    with bureau.writing() as session:
        batch = service.open_batch(session, [*mine, council], by=bureau.actor(session), now=clock.now())
        assert {item.step_id for item in batch.items} == set(mine)
        with pytest.raises(Invalid, match="nothing_chosen"):
            service.open_batch(session, [council], by=bureau.actor(session), now=clock.now())
        monkeypatch.setattr(service, "LARGEST", 1)
        with pytest.raises(TooLarge, match="batch_too_large"):
            service.open_batch(session, mine, by=bureau.actor(session), now=clock.now())


def test_nobody_else_may_know_of_a_batch(bureau: Bureau) -> None:
    batch_id = bureau.started(bureau.papers("Một"))
    with bureau.reading() as session, pytest.raises(NotFound, match="batch_not_found"):
        service.get_batch(session, batch_id, by=bureau.actor(session, "deputy"))


def test_a_signer_who_lost_the_seat_meanwhile_signs_nothing(bureau: Bureau) -> None:
    batch_id = bureau.started(bureau.papers("Một", "Hai"))
    with bureau.writing() as session:
        for seat in session.scalars(select(Appointment).where(Appointment.person_id == bureau.staff["head"])):
            seat.valid_to = clock.day_of(clock.now()) - timedelta(days=1)
            seat.valid_from = seat.valid_to - timedelta(days=1)
    bureau.work()
    assert bureau.results(batch_id) == ["refused step_not_found"] * 2


def test_two_workers_never_have_the_same_batch_and_a_dead_ones_lease_runs_out(bureau: Bureau) -> None:
    batch_id = bureau.started(bureau.papers("Một"))
    now = clock.now()

    def taken(worker: str, after: timedelta = timedelta(0), gone: tuple[str, ...] = ()) -> UUID | None:
        with bureau.writing() as session:
            later = now + after
            return service.take(session, Lease(worker, later + run.LEASE), now=later, gone=gone)

    assert taken("first") == batch_id
    assert taken("second") is None
    assert taken("second", gone=("first",)) == batch_id
    assert taken("third") is None
    assert taken("third", after=timedelta(seconds=61)) == batch_id


def test_old_reviews_are_swept_and_started_batches_stay(bureau: Bureau) -> None:
    steps = bureau.papers("Một", "Hai")
    bureau.started(steps[:1])
    with bureau.writing() as session:
        service.open_batch(session, steps[1:], by=bureau.actor(session), now=clock.now() - timedelta(hours=25))
        assert service.sweep_reviews(session, now=clock.now()) == 1
        assert session.scalar(select(func.count()).select_from(SigningBatch)) == 1


def test_only_the_process_that_knows_the_pin_takes_the_batch_while_it_lives(bureau: Bureau) -> None:
    steps = bureau.papers("Một")
    with bureau.writing() as session:
        now, by = clock.now(), bureau.actor(session)
        until = now + run.LEASE
        batch = service.open_batch(session, steps, by=by, now=now)
        batch_id, chosen = batch.id, [item.id for item in batch.items]
        service.start(session, batch_id, chosen=chosen, by=by, now=now, lease=Lease("knows", until))
        assert service.take(session, Lease("other", until), now=now) is None
        assert service.take(session, Lease("knows", until), now=now) == batch_id
        service.release(session, batch_id, "knows")
        assert service.take(session, Lease("other", until), now=now) == batch_id


def test_a_worker_that_dies_costs_only_what_it_had_in_hand(bureau: Bureau) -> None:
    batch_id = bureau.started(bureau.papers(*(f"Tờ trình {number}" for number in range(8))))
    with bureau.processes(2) as crew:
        crew.ask(run.Question("warm", run.DRAFT, (run.Signer(bureau.staff["head"], PRESENCE), UUID(int=0), "")))
        crew.replies(60)
        crew._workers[0].process.kill()
        bureau.work(crew=crew)
        refused = [each for each in bureau.results(batch_id) if each != "signed"]
        assert set(refused) <= {"refused signing_worker_failed"}
        assert len(refused) <= 2
        if refused:
            with bureau.writing() as session:
                service.resume(session, batch_id, by=bureau.actor(session), now=clock.now())
            bureau.work(crew=crew)
    assert bureau.results(batch_id) == ["signed"] * 8


def test_a_process_killed_in_the_middle_leaves_the_rest_open_and_nothing_is_signed_twice(
    bureau: Bureau, pki: Pki, tmp_path: Path
) -> None:
    count = 14
    batch_id = bureau.started(bureau.papers(*(f"Tờ trình {number}" for number in range(count))))
    words = [sys.executable, "-m", "tests.dms.signing.batches", str(pki.folder), pki.base_url]
    process = subprocess.Popen([*words, str(tmp_path), bureau.url], cwd=ROOT)
    deadline = time.monotonic() + 120
    while not bureau.signatures() >= 3:
        assert time.monotonic() < deadline, "the process has signed nothing"
        assert process.poll() is None, "the process has ended by itself"
        time.sleep(0.02)
    process.kill()
    process.wait()

    signed = bureau.signatures()
    assert 3 <= signed < count
    assert sorted(bureau.results(batch_id)) == ["open"] * (count - signed) + ["signed"] * signed
    with bureau.writing() as session:
        now = clock.now() + run.LEASE * 2
        assert service.take(session, Lease("tests", now + run.LEASE), now=now) == batch_id
        service.release(session, batch_id, "tests")
    bureau.work()

    assert bureau.results(batch_id) == ["signed"] * count
    assert bureau.signatures() == count
    with bureau.reading() as session:
        per_document = session.execute(
            select(Version.document_id, func.max(Version.number)).group_by(Version.document_id)
        )
        assert {number for _, number in per_document} == {3}
        assert session.scalar(select(func.count()).select_from(PendingSignature)) >= count


def test_a_seal_in_a_batch_is_made_with_the_key_of_the_body(bureau: Bureau) -> None:
    routes = bureau.routes("Tờ trình A", "Tờ trình B", stages=LETTER_ROUTE[3:])
    with bureau.writing() as session:
        by, now = bureau.actor(session, "registrar"), clock.now()
        batch = service.open_batch(session, [route.steps[0].id for route in routes], by=by, now=now)
        service.start(session, batch.id, chosen=[item.id for item in batch.items], by=by, now=now)
    bureau.work()
    with bureau.reading() as session:
        subjects = set(session.scalars(select(Signature.certificate_subject)))
        assert len(subjects) == 1
        assert "Sở Nội vụ tỉnh Vĩnh Long" in subjects.pop()


@pytest.mark.parametrize("kind", [KeyKind.PKCS11, KeyKind.CSC])
def test_a_key_that_wants_one_authorisation_is_asked_once_for_all(bureau: Bureau, kind: KeyKind) -> None:
    batch_id = bureau.started(bureau.papers(*(f"Tờ trình {number}" for number in range(4))))
    asked = []

    class Remote(Pkcs12KeyStore):
        def sign_many(self, reference: str, attributes: Sequence[bytes], secret: str | None) -> list[bytes]:
            asked.append(len(attributes))
            return super().sign_many(reference, attributes, secret)

    files = Remote(bureau.pki.folder / "p12", bureau.pki.passphrase)
    with bureau.writing() as session:
        session.execute(update(SigningKey).values(provider=kind))
    bureau.work(desk=replace(bureau.desk, keys=KeyRing({kind: files})))

    assert bureau.results(batch_id) == ["signed"] * 4
    assert asked == [4]


def to_be_signed(session: Session, item: BatchItem) -> bytes:
    """What the signer's own program is given to sign."""
    prepared = session.get_one(PendingSignature, item.pending_id).prepared
    return pades.Prepared.from_json(json.dumps(prepared)).signed_attributes


def test_a_key_that_only_the_signer_has_is_asked_at_the_signers_and_the_runner_finishes(bureau: Bureau) -> None:
    batch_id = bureau.started(bureau.papers("Một", "Hai", "Ba"))
    with bureau.writing() as session:
        session.execute(update(SigningKey).values(provider=KeyKind.AGENT, reference=""))
    bureau.work()
    assert bureau.results(batch_id) == ["open"] * 3
    assert bureau.work() is None  # nothing to do until the signer's key has spoken

    with bureau.writing() as session:
        by = bureau.actor(session)
        items = service.get_batch(session, batch_id, by=by).items
        key = bureau.pki.key("head")
        answers = {each.id: key.sign(to_be_signed(session, each)) for each in items}
        answers[items[2].id] = b"no signature at all"
        assert service.take_answers(session, batch_id, answers, by=by) == 3
    bureau.work()
    assert bureau.results(batch_id) == ["signed", "signed", "refused signature_not_by_certificate"]


def test_a_key_that_signs_one_by_one_in_a_program_of_its_own_takes_no_part(bureau: Bureau) -> None:
    batch_id = bureau.started(bureau.papers("Một"))
    with bureau.writing() as session:
        session.execute(update(SigningKey).values(provider=KeyKind.ELSEWHERE, reference=""))
    bureau.work()
    assert bureau.results(batch_id) == ["refused key_signs_singly"]
