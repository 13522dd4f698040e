"""A version that goes out, is signed with another program, and comes back."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm

from dms import clock
from dms.documents import intake
from dms.documents import service as documents
from dms.documents.models import Origin
from dms.errors import Invalid
from dms.signing import pades, returned, validation
from dms.signing.errands import service as errands
from dms.signing.errands.models import Errand, Tool
from dms.signing.models import RouteOutcome, Signature, SigningRoute, StepOutcome
from tests.dms.signing.office import APPROVAL, HEAD_ONLY, INITIALS, LETTER_ROUTE, SEAL, Office
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


def come_back(
    office: Office, route: SigningRoute, path: Path, role: str = "head", *, errand: Errand | None = None
) -> Signature:
    """Upload the file at the first step that is open."""
    step = next(each for each in route.steps if each.outcome is None)
    act: dict[str, Any] = {"by": office.actor(role), "now": clock.now()}
    sent = {"sent_digest": errand.file_digest} if errand else {}
    taken = documents.receive(office.desk.desk, BytesIO(path.read_bytes()), filename="da-ky.pdf")
    judged = returned.judge(office.session, office.desk, step.id, taken, **act, **sent)
    return returned.keep(office.session, judged, **act)


def go_out(office: Office, route: SigningRoute, folder: Path, role: str = "registrar") -> tuple[Errand, Path]:
    """Send the file of the step that is open out, and download it."""
    step = next(each for each in route.steps if each.outcome is None)
    act: dict[str, Any] = {"by": office.actor(role), "now": clock.now()}
    shown = route.version.digest
    errand = errands.draft(office.session, office.desk, step.id, Tool.ELSEWHERE, shown_digest=shown, **act)
    errands.send_out(office.session, errand, **act)
    path = folder / "sent-for-seal.pdf"
    with intake.copy_of(office.desk.desk, errand.file_digest) as copy:
        path.write_bytes(copy.read_bytes())
    return errand, path


HEAD_AND_SEAL = LETTER_ROUTE[1:]


def ready_for_seal(office: Office) -> SigningRoute:
    route = office.started()
    office.sign(office.step(route, INITIALS), "clerk")
    office.sign(office.step(route, APPROVAL), "head")
    office.number(route)
    return route


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


@pytest.mark.parametrize("algorithm", ["sha1", "md5"])
def test_a_weak_digest_is_refused(office: Office, pki: Pki, sent: Sent, tmp_path: Path, *, algorithm: str) -> None:
    route = office.started(HEAD_ONLY)
    field = office.step(route, APPROVAL).field_name
    file = foreign.sign(pki, sent(route), tmp_path / "s.pdf", "head", field_name=field, md_algorithm=algorithm)
    assert refused(office, route, file).code == "returned_weak"


def test_a_real_program_that_still_uses_sha1_is_told_so(office: Office, pki: Pki, sent: Sent, tmp_path: Path) -> None:
    """MuPDF 1.21 signs with SHA-1, and in the field that it is told; its update is otherwise without fault."""
    route = office.started(HEAD_ONLY)
    file = foreign.sign_with_mutool(pki, sent(route), tmp_path / "s.pdf", "head")
    assert refused(office, route, file).code == "returned_weak"


Attack = Callable[[Path, Path], Path]


def write_the_number(source: Path, target: Path) -> Path:
    return attacks.change_the_number(source, target, "so")


IN_THE_UPDATE_THAT_SIGNS: dict[str, tuple[Attack, str]] = {
    "writing on the page": (attacks.write_on_the_page, "returned_changed"),
    "a page more": (attacks.append_a_page, "returned_changed"),
    "a field over the page": (attacks.cover_the_page_with_an_empty_field, "pdf_overlapping_fields"),
    "the number written in": (
        lambda source, target: attacks.change_the_number(source, target, "so"),
        "returned_fields_changed",
    ),
}


@pytest.mark.parametrize("name", IN_THE_UPDATE_THAT_SIGNS)
def test_the_first_signature_may_not_bring_a_change_of_the_paper_along(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path, *, name: str
) -> None:
    """No earlier signature guards the paper yet: what is signed validly may still not be what went out."""
    attack, code = IN_THE_UPDATE_THAT_SIGNS[name]
    route = office.started(HEAD_AND_SEAL)
    changed = attack(sent(route), tmp_path / "changed.pdf")
    field = office.step(route, APPROVAL).field_name
    file = foreign.sign(pki, changed, tmp_path / "signed.pdf", "head", field_name=field)
    assert refused(office, route, file).code == code


@pytest.mark.parametrize(
    ("attack", "codes"),
    [
        (attacks.write_on_the_page, {"returned_changed"}),
        (attacks.shorten_the_byte_range, {"returned_partial", "returned_damaged"}),
        (attacks.give_the_signature_an_unknown_format, {"returned_partial", "returned_damaged"}),
        (attacks.append_a_page, {"returned_changed"}),
    ],
    ids=["covers the page", "shortens the byte range", "hides its format", "adds a page"],
)
def test_what_is_done_to_the_signed_file_afterwards_is_refused(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path, *, attack: Attack, codes: set[str]
) -> None:
    route = office.started(HEAD_ONLY)
    field = office.step(route, APPROVAL).field_name
    file = foreign.sign(pki, sent(route), tmp_path / "s.pdf", "head", field_name=field)
    assert refused(office, route, attack(file, tmp_path / "attack.pdf")).code in codes


def test_a_script_in_the_returned_file_is_found_before_anything_else(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path
) -> None:
    route = office.started(HEAD_ONLY)
    field = office.step(route, APPROVAL).field_name
    file = foreign.sign(pki, sent(route), tmp_path / "s.pdf", "head", field_name=field)
    assert refused(office, route, attacks.add_a_script(file, tmp_path / "attack.pdf")).code == "pdf_javascript"


@pytest.mark.parametrize("box", [(0, 0, 595, 842), (400, 700, 700, 800)], ids=["over the page", "beyond its edge"])
def test_a_field_of_the_programs_own_may_not_hide_the_paper(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path, *, box: tuple[int, int, int, int]
) -> None:
    route = office.started(HEAD_ONLY)
    file = foreign.sign_visibly(pki, sent(route), tmp_path / "s.pdf", "head", field="Signature1", box=box)
    assert refused(office, route, file).code == "returned_field_covers"


def test_a_small_field_of_the_programs_own_is_taken(office: Office, pki: Pki, sent: Sent, tmp_path: Path) -> None:
    route = office.started(HEAD_ONLY)
    box = (330, 200, 500, 270)
    file = foreign.sign_visibly(pki, sent(route), tmp_path / "s.pdf", "head", field="Signature1", box=box)
    assert come_back(office, route, file).field_name == "Signature1"


def test_a_signature_that_locks_all_leaves_no_room_for_the_others(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path
) -> None:
    route = office.started(HEAD_AND_SEAL)
    locks = {"box": (330, 200, 500, 270), "field_mdp_spec": FieldMDPSpec(FieldMDPAction.ALL)}
    file = foreign.sign_visibly(pki, sent(route), tmp_path / "s.pdf", "head", field="Signature1", **locks)
    assert refused(office, route, file).code == "returned_locks_others"


def test_a_document_that_was_certified_is_more_than_signed(
    office: Office, pki: Pki, sent: Sent, tmp_path: Path
) -> None:
    route = office.started(HEAD_AND_SEAL)
    settings = {"certify": True, "docmdp_permissions": MDPPerm.NO_CHANGES}
    field = office.step(route, APPROVAL).field_name
    file = foreign.sign(pki, sent(route), tmp_path / "s.pdf", "head", field_name=field, **settings)
    assert refused(office, route, file).code == "returned_changed"


# --- the seal


@pytest.mark.parametrize("stamped", [False, True], ids=["without a time stamp", "with a time stamp"])
def test_a_seal_goes_out_with_number_and_date_and_closes_them(
    office: Office, pki: Pki, tmp_path: Path, *, stamped: bool
) -> None:
    route = ready_for_seal(office)
    errand, path = go_out(office, route, tmp_path)
    assert pades.inspect_fields(path).text_fields["so"] == "125"
    assert pades.inspect_fields(office.file(route, tmp_path)).text_fields["so"] == "", "the paper here is as it was"
    field = office.step(route, SEAL).field_name
    file = foreign.sign(pki, path, tmp_path / "sealed.pdf", "seal", field_name=field, stamped=stamped)

    come_back(office, route, file, "registrar", errand=errand)

    assert route.outcome is RouteOutcome.COMPLETED
    kept = office.file(route, tmp_path)
    report = pades.validate(kept, trust=pki.offline)
    assert report.is_valid, report
    assert len(report.signatures) == 3
    changed = attacks.change_the_number(kept, tmp_path / "changed.pdf", "so")
    assert not pades.validate(changed, trust=pki.offline).is_valid, "the seal closes the number"


def test_the_paper_can_still_be_sealed_here_while_a_file_is_out(office: Office, tmp_path: Path) -> None:
    route = ready_for_seal(office)
    go_out(office, route, tmp_path)
    office.sign(office.step(route, SEAL), "registrar")
    assert route.outcome is RouteOutcome.COMPLETED


def test_a_sealed_file_that_never_went_out_is_refused(office: Office, pki: Pki, sent: Sent, tmp_path: Path) -> None:
    """Sealed without its number: what the registrar downloaded from elsewhere is not what goes out."""
    route = ready_for_seal(office)
    field = office.step(route, SEAL).field_name
    file = foreign.sign(pki, sent(route), tmp_path / "sealed.pdf", "seal", field_name=field)
    with pytest.raises(Invalid, match="returned_not_sent"):
        come_back(office, route, file, "registrar")
    errand, _ = go_out(office, route, tmp_path)
    with pytest.raises(Invalid, match="returned_not_extension"):
        come_back(office, route, file, "registrar", errand=errand)


def test_the_registrars_own_certificate_is_no_seal(office: Office, pki: Pki, tmp_path: Path) -> None:
    route = ready_for_seal(office)
    errand, path = go_out(office, route, tmp_path)
    field = office.step(route, SEAL).field_name
    file = foreign.sign(pki, path, tmp_path / "sealed.pdf", "clerk", field_name=field)
    with pytest.raises(Invalid, match="returned_wrong_seal"):
        come_back(office, route, file, "registrar", errand=errand)
