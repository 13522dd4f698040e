"""A signature made while no time-stamping authority answers: only where allowed, marked plainly, completed later."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from demo import pki as demo_pki
from dms import audit, clock, handlers, outbox
from dms.documents import service as documents
from dms.documents.models import Origin
from dms.errors import Unavailable
from dms.handlers import Workshop
from dms.outbox import OutboxEvent
from dms.signing import late_stamps, pades, validation
from dms.signing.facts import acts_on
from dms.signing.models import RouteOutcome, Signature, SigningRoute
from dms.signing.pades import Verdict
from dms.signing.service import SigningDesk, trail_of
from tests.dms.signing.office import APPROVAL, HEAD_ONLY, INITIALS, SEAL, Office, P, a_desk, an_office
from tests.pki import SUBJECTS, Pki, running_pki

DEAD = "http://127.0.0.1:9/tsa"


@contextmanager
def authorities_down(office: Office, pki: Pki) -> Iterator[None]:
    """Nobody stamps time for the length of a block; revocation is still answered."""
    up, office.desk = office.desk, _with(office.desk, pki, DEAD)
    try:
        yield
    finally:
        office.desk = up


def _with(desk: SigningDesk, pki: Pki, tsa_url: str) -> SigningDesk:
    return SigningDesk(desk.desk, pki.new_trust(tsa_url=tsa_url), desk.keys)


def work(office: Office) -> None:
    """What the worker does: each waiting event once."""
    office.session.flush()
    workshop = Workshop(desk=office.desk.desk, signing=office.desk)
    for event_id in outbox.due(office.session, now=clock.now()):
        handlers.handle(office.session, event_id, workshop, now=clock.now())
    office.session.flush()


def waiting(office: Office) -> list[OutboxEvent]:
    return late_stamps.waiting(office.session)


def signed_without_stamp(office: Office, pki: Pki) -> tuple[SigningRoute, Signature]:
    route = office.started(HEAD_ONLY)
    route.stamp_may_follow = True
    with authorities_down(office, pki):
        made = office.sign(office.step(route, APPROVAL), "head")
    return route, made


def verdict_of_act(office: Office, route: SigningRoute) -> Verdict:
    (act,) = acts_on(office.session, [route.version])[route.version.id]
    return act.verdict


def test_where_the_campaign_does_not_allow_it_nothing_is_signed_without_a_time_stamp(office: Office, pki: Pki) -> None:
    route = office.started(HEAD_ONLY)
    before = route.version
    with authorities_down(office, pki), pytest.raises(Unavailable, match="timestamp_unavailable"):
        office.sign(office.step(route, APPROVAL), "head")
    assert route.version is before
    assert office.step(route, APPROVAL).outcome is None


def test_where_it_is_allowed_the_signature_stands_but_proves_nothing_yet(office: Office, pki: Pki) -> None:
    route, made = signed_without_stamp(office, pki)

    assert route.outcome is RouteOutcome.COMPLETED
    assert made.level == "B-B"
    check = validation.check_of(office.session, route.version)
    assert check is not None
    assert check.verdict == Verdict.UNPROVEN
    assert check.report["signatures"][0]["reasons"] == ["timestamp_missing"]
    assert verdict_of_act(office, route) is Verdict.UNPROVEN
    assert [event.payload for event in waiting(office)] == [{"route_id": str(route.id)}]


def test_it_is_completed_when_an_authority_answers_again(office: Office, pki: Pki, tmp_path: Path) -> None:
    route, made = signed_without_stamp(office, pki)
    bare = route.version
    work(office)
    office.session.expire_all()

    stamped = route.version
    assert (stamped.origin, stamped.parent_id) == (Origin.ARCHIVED, bare.id)
    assert made.level in {"B-LT", "B-LTA"}
    assert waiting(office) == []
    assert verdict_of_act(office, route) is Verdict.VALID
    desk = office.desk.desk
    with documents.local_copy(desk, bare) as before, documents.local_copy(desk, stamped) as after:
        assert pades.extends(before, after)
        in_four_years = datetime.now(UTC) + timedelta(days=4 * 365)
        assert pades.validate(after, trust=pki.offline, at=in_four_years).is_valid
        assert not pades.validate(before, trust=pki.offline, at=in_four_years).is_valid
    last = audit.events(office.session, trail_of(route))[-1]
    assert (last.tag, last.data["extends"]) == ("signing:timestamp:complete", bare.digest)


def test_while_no_authority_answers_the_file_stays_and_is_tried_again(office: Office, pki: Pki) -> None:
    route, _ = signed_without_stamp(office, pki)
    bare = route.version
    with authorities_down(office, pki):
        work(office)
    (event,) = waiting(office)
    assert route.version is bare
    assert "timestamp_unavailable" in str(event.last_error)
    event.run_after = clock.now()
    work(office)
    assert waiting(office) == []
    assert verdict_of_act(office, route) is Verdict.VALID


def test_later_signers_go_on_and_one_time_stamp_completes_all(office: Office, pki: Pki) -> None:
    route = office.started()
    route.stamp_may_follow = True
    with authorities_down(office, pki):
        office.sign(office.step(route, INITIALS), "clerk")
        office.sign(office.step(route, APPROVAL, P.HEAD), "head")
    work(office)
    office.session.expire_all()
    check = validation.check_of(office.session, route.version)
    assert check is not None
    assert check.verdict == Verdict.VALID, check.report
    office.number(route)
    office.sign(office.step(route, SEAL), "registrar")
    assert route.outcome is RouteOutcome.COMPLETED
    check = validation.check_of(office.session, route.version)
    assert check is not None
    assert check.verdict == Verdict.VALID, check.report
    assert len(check.report["signatures"]) == 3


def test_a_certificate_revoked_before_the_time_stamp_came_is_not_saved_by_it(session: Session, tmp_path: Path) -> None:
    with running_pki(tmp_path / "own", SUBJECTS) as own:
        office = an_office(session, a_desk(own, tmp_path))
        route, _ = signed_without_stamp(office, own)
        bare = route.version
        demo_pki.revoke(own.folder, "head", at=datetime.now(UTC) - timedelta(minutes=5))
        office.desk = _with(office.desk, own, own.tsa_url)
        work(office)
    (event,) = waiting(office)
    assert "certificate_revoked" in str(event.last_error)
    assert route.version is bare
    assert verdict_of_act(office, route) is Verdict.UNPROVEN


def test_a_route_whose_paper_was_replaced_meanwhile_needs_no_time_stamp(office: Office, pki: Pki) -> None:
    route, _ = signed_without_stamp(office, pki)
    office.upload(route.document, documents_content(office, route))
    work(office)
    assert waiting(office) == []
    assert route.version.origin is Origin.SIGNED


def documents_content(office: Office, route: SigningRoute) -> bytes:
    with documents.local_copy(office.desk.desk, route.document.versions[0]) as path:
        return path.read_bytes()
