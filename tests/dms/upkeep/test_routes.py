"""State comes from the file: real signed files, with one of the three witnesses made to tell something else."""

import shutil
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from dms import clock
from dms.documents import service as documents
from dms.signing.models import Signature, SigningRoute, Step
from dms.upkeep import doctor
from dms.upkeep.model import Examined, Ward
from storage.keys import key_of
from tests.dms.signing.office import APPROVAL, INITIALS, Office


def examined(office: Office, *, deep: bool = False, later: timedelta = timedelta()) -> Examined:
    office.session.flush()
    return doctor.run(Ward(office.session, office.desk, clock.now() + later, deep=deep), ["routes"])[0]


def codes(found: Examined) -> list[str]:
    return [trouble.code for trouble in found.troubles]


def half_way(office: Office) -> SigningRoute:
    """A route whose initials are there and whose head has yet to sign."""
    route = office.started()
    office.sign(office.step(route, INITIALS), "clerk")
    return route


def forget_signature(office: Office, step: Step) -> None:
    office.session.delete(office.session.scalars(select(Signature).where(Signature.step_id == step.id)).one())


def test_a_route_on_its_way_and_one_that_is_done_are_well(office: Office) -> None:
    half_way(office)
    office.through_to_seal(office.started())
    found = examined(office)
    assert (codes(found), found.seen) == ([], 6)


def test_a_step_that_is_open_although_the_file_holds_its_signature_is_found(office: Office) -> None:
    route = half_way(office)
    step = office.step(route, INITIALS)
    step.outcome = step.acted_at = None
    found = examined(office)
    assert codes(found) == ["step_open_though_signed"]
    assert found.troubles[0].params["field"] == step.field_name


def test_a_step_that_is_done_without_a_signature_in_the_file_is_found(office: Office) -> None:
    route = half_way(office)
    done, head = office.step(route, INITIALS), office.step(route, APPROVAL)
    head.outcome = done.outcome
    assert codes(examined(office)) == ["step_done_unsigned"]


def test_a_signature_in_the_file_that_nobody_recorded_is_found(office: Office) -> None:
    route = half_way(office)
    forget_signature(office, office.step(route, INITIALS))
    assert codes(examined(office)) == ["signature_unrecorded"]


def test_a_signature_on_record_that_the_file_does_not_hold_is_found(office: Office) -> None:
    route = half_way(office)
    signed = route.version
    route.version = next(v for v in route.document.versions if v.number == signed.number - 1)
    assert codes(examined(office)) == ["signature_not_in_file"]


def test_a_file_that_is_no_pdf_any_more_is_found(office: Office, tmp_path: Path) -> None:
    route = half_way(office)
    path = tmp_path / "blobs" / key_of(route.version.digest)
    path.chmod(0o640)
    path.write_bytes(b"%PDF-1.7 nothing else")
    assert "signed_file_unreadable" in codes(examined(office))


def test_a_file_that_is_gone_is_left_to_the_check_of_files(office: Office, tmp_path: Path) -> None:
    half_way(office)
    shutil.rmtree(tmp_path / "blobs")
    assert codes(examined(office)) == []


def test_routes_that_closed_long_ago_are_opened_by_the_deep_look_alone(office: Office) -> None:
    route = office.through_to_seal(office.started())
    forget_signature(office, office.step(route, INITIALS))
    much_later = timedelta(days=40)
    assert codes(examined(office, later=much_later)) == []
    assert codes(examined(office, later=much_later, deep=True)) == ["signature_unrecorded"]
    assert documents.current_version(route.document) is route.version
