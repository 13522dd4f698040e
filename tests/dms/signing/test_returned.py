"""A version that goes out, is signed with another program, and comes back."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from dms import clock
from dms.documents import service as documents
from dms.documents.models import Origin
from dms.errors import Invalid
from dms.signing import pades, returned, validation
from dms.signing.models import RouteOutcome, Signature, SigningRoute, StepOutcome
from tests.dms.signing.office import APPROVAL, HEAD_ONLY, INITIALS, SEAL, Office
from tests.pki import Pki
from tests.signing.pades import attacks, flow, foreign

Sent = Callable[[SigningRoute], Path]


@pytest.fixture
def sent(office: Office, tmp_path: Path) -> Sent:
    """The file as a person downloads it."""

    def download(route: SigningRoute) -> Path:
        path = tmp_path / "sent.pdf"
        with documents.local_copy(office.desk.desk, route.version) as copy:
            path.write_bytes(copy.read_bytes())
        return path

    return download


def come_back(office: Office, route: SigningRoute, path: Path, role: str = "head") -> Signature:
    """Upload the file at the first step that is open."""
    step = next(each for each in route.steps if each.outcome is None)
    act: dict[str, Any] = {"by": office.actor(role), "now": clock.now()}
    taken = documents.receive(office.desk.desk, BytesIO(path.read_bytes()), filename="da-ky.pdf")
    return returned.keep(office.session, returned.judge(office.session, office.desk, step.id, taken, **act), **act)


def refused(office: Office, route: SigningRoute, path: Path, role: str = "head") -> Invalid:
    """The refusal, after which the paper and the step are as they were."""
    before = route.version
    with pytest.raises(Invalid) as caught:
        come_back(office, route, path, role)
    assert route.version is before
    assert all(step.outcome is not StepOutcome.DONE for step in route.steps)
    return caught.value


@pytest.mark.parametrize("stamped", [False, True], ids=["without a time stamp", "with a time stamp"])
def test_a_file_signed_elsewhere_is_taken_and_made_to_last(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path, *, stamped: bool
) -> None:
    route = office.started(HEAD_ONLY)
    field = office.step(route, APPROVAL).field_name
    file = foreign.sign(pki, sent(route), tmp_path / "signed.pdf", "head", stamped=stamped, field_name=field)

    signature = come_back(office, route, file)

    assert route.outcome is RouteOutcome.COMPLETED
    assert route.version.origin is Origin.SIGNED
    assert signature.signer_name == "Nguyễn Thị Thuỳ Dương"
    assert signature.level in {"B-LT", "B-LTA"}
    check = validation.check_of(office.session, route.version)
    assert check is not None
    assert check.verdict == "valid"
    kept = office.file(route, tmp_path)
    assert pades.extends(file, kept)
    assert pades.validate(kept, trust=pki.offline).is_valid


def test_what_was_signed_elsewhere_goes_on_to_number_and_seal(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path
) -> None:
    route = office.started()
    office.sign(office.step(route, INITIALS), "clerk")
    field = office.step(route, APPROVAL).field_name
    come_back(office, route, foreign.sign(pki, sent(route), tmp_path / "signed.pdf", "head", field_name=field))
    office.number(route)
    office.sign(office.step(route, SEAL), "registrar")

    assert route.outcome is RouteOutcome.COMPLETED
    report = pades.validate(office.file(route, tmp_path), trust=pki.offline)
    assert report.is_valid, report
    assert len(report.signatures) == 3


def test_a_program_that_makes_a_field_of_its_own_may_be_the_first_to_sign(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path
) -> None:
    route = office.started(HEAD_ONLY)
    come_back(office, route, foreign.sign(pki, sent(route), tmp_path / "signed.pdf", "head", field_name="Signature1"))
    assert route.outcome is RouteOutcome.COMPLETED
    check = validation.check_version(office.session, office.desk, route.version, now=clock.now())
    assert check.verdict == "valid"


def test_after_an_earlier_signature_only_the_planned_field_will_do(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path
) -> None:
    route = office.started()
    office.sign(office.step(route, INITIALS), "clerk")
    before = route.version
    with pytest.raises(Invalid) as caught:
        come_back(office, route, foreign.sign(pki, sent(route), tmp_path / "s.pdf", "head", field_name="Signature1"))
    assert caught.value.code == "returned_other_field"
    assert route.version is before


def test_a_file_saved_anew_or_of_another_paper_is_not_what_went_out(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path
) -> None:
    route = office.started(HEAD_ONLY)
    other = flow.signed_by_head(pki, tmp_path)
    assert refused(office, route, other).code == "returned_not_extension"


def test_a_file_without_a_new_signature_is_sent_back(office: Office, sent: Sent) -> None:
    route = office.started(HEAD_ONLY)
    assert refused(office, route, sent(route)).code == "returned_unsigned"


def test_two_new_signatures_are_one_too_many(office: Office, pki: Pki, sent: Sent, tmp_path: Path) -> None:
    route = office.started(HEAD_ONLY)
    first = foreign.sign(pki, sent(route), tmp_path / "1.pdf", "head", field_name="Signature1")
    second = foreign.sign(pki, first, tmp_path / "2.pdf", "deputy", field_name="Signature2")
    assert refused(office, route, second).code == "returned_several_signatures"


def test_nobody_signs_for_the_head_with_another_certificate(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path
) -> None:
    route = office.started(HEAD_ONLY)
    field = office.step(route, APPROVAL).field_name
    refusal = refused(office, route, foreign.sign(pki, sent(route), tmp_path / "s.pdf", "deputy", field_name=field))
    assert refusal.code == "returned_wrong_signer"


def test_a_weak_digest_is_refused(office: Office, pki: Pki, sent: Sent, tmp_path: Path) -> None:
    route = office.started(HEAD_ONLY)
    field = office.step(route, APPROVAL).field_name
    file = foreign.sign(pki, sent(route), tmp_path / "s.pdf", "head", field_name=field, md_algorithm="sha1")
    assert refused(office, route, file).code == "signature_refused"


def test_a_change_hidden_behind_the_signature_is_refused(office: Office, pki: Pki, sent: Sent, tmp_path: Path) -> None:
    """The page is covered in an update after the signature: the file still extends what went out."""
    route = office.started(HEAD_ONLY)
    field = office.step(route, APPROVAL).field_name
    file = foreign.sign(pki, sent(route), tmp_path / "s.pdf", "head", field_name=field)
    assert refused(office, route, attacks.write_on_the_page(file, tmp_path / "attack.pdf")).code in {
        "signature_refused",
        "returned_several_signatures",
    }
