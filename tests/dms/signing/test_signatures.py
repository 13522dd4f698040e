"""Signatures by people and seals: what they say, what they refuse, and that nothing is half done."""

import json
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo import pki as demo_pki
from dms import clock
from dms.audit import Trail
from dms.documents import service as documents
from dms.documents.models import Origin, Version
from dms.errors import Conflict, Invalid, NotFound, Unavailable
from dms.papers import letters
from dms.papers.data import Signer
from dms.people.models import Capacity
from dms.policy import SYSTEM
from dms.signing import conduct, credentials, facts, pades, service, signatures, validation
from dms.signing.models import PendingSignature, RouteOutcome, Signature, SigningRoute, Step
from tests.dms.papers import samples
from tests.dms.signing.office import (
    APPROVAL,
    FULL_ROUTE,
    HEAD_ONLY,
    INITIALS,
    LETTER_ROUTE,
    NUMBER,
    SEAL,
    Office,
    P,
    a_desk,
    an_office,
    letter,
)
from tests.pki import SUBJECTS, Pki, running_pki
from tests.samples import pdf
from tests.signing.pades import attacks

SCRIPT = Path(__file__).parents[3] / "scripts" / "check_signatures.sh"


def prepared(office: Office, step: Step, role: str, **more: object) -> PendingSignature:
    given = {"shown_digest": step.route.version.digest, "by": office.actor(role), "now": clock.now()} | more
    return signatures.prepare(office.session, office.desk, step.id, **given)  # type: ignore[arg-type]


def versions(office: Office, route: SigningRoute) -> int:
    query = select(func.count()).select_from(Version).where(Version.document_id == route.document_id)
    return office.session.scalar(query) or 0


@pytest.mark.rule("P25")
def test_a_drafted_letter_goes_all_the_way_and_other_programs_accept_it(
    office: Office, pki: Pki, tmp_path: Path
) -> None:
    """Word file → PDF/A → initials → council → head → number → seal; then pdfsig, openssl, mutool, pyHanko, qpdf."""
    document = office.paper()
    signer = Signer(name="Nguyễn Thị Thuỳ Dương", position="Giám đốc")
    draft = letters.submission_letter(samples.submission_letter(signer=signer))
    trail, now = Trail("document", document.id), clock.now()
    taken = documents.receive(office.desk.desk, BytesIO(draft), filename="to-trinh.docx")
    version = documents.add_version(
        office.session, document.id, taken, origin=Origin.DRAFTED, trail=trail, by=SYSTEM, now=now
    )
    documents.convert_now(office.session, office.desk.desk, version, trail=trail, by=SYSTEM, now=now)
    route = office.start(document, FULL_ROUTE)

    office.sign(office.step(route, INITIALS), "clerk")
    office.sign(office.step(route, APPROVAL, P.COUNCIL_SECRETARY), "secretary")
    office.sign(office.step(route, APPROVAL, P.COUNCIL_CHAIR), "chair")
    office.sign(office.step(route, APPROVAL, P.HEAD), "head")
    office.number(route)
    office.sign(office.step(route, SEAL), "registrar")

    path = office.file(route, tmp_path)
    assert route.outcome is RouteOutcome.COMPLETED
    assert pades.inspect_fields(path).text_fields == {"so": "125", "ngay": "24", "thang": "11", "nam": "2026"}
    done = subprocess.run([SCRIPT, pki.root, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_signature_extends_the_version_that_was_shown(office: Office, tmp_path: Path) -> None:
    route = office.started()
    shown = route.version
    signature = office.sign(office.step(route, INITIALS), "clerk")

    assert (route.version.origin, route.version.parent_id) == (Origin.SIGNED, shown.id)
    assert signature.version_id == route.version_id
    with (
        documents.local_copy(office.desk.desk, shown) as before,
        documents.local_copy(office.desk.desk, route.version) as after,
    ):
        assert pades.extends(before, after)


def test_a_signature_says_who_in_which_capacity_when_and_by_which_certificate(office: Office) -> None:
    route = office.started(HEAD_ONLY)
    signature = office.sign(office.step(route, APPROVAL), "head")

    assert (signature.signer_name, signature.position_title, signature.capacity) == (
        "Nguyễn Thị Thuỳ Dương",
        "Giám đốc",
        Capacity.NONE,
    )
    assert signature.level == "B-LT"
    assert "CCCD:001099012345" in signature.certificate_subject
    assert abs(signature.signed_at - clock.now()) < timedelta(minutes=5)
    check = validation.check_of(office.session, route.version)
    assert check is not None
    assert check.verdict == "valid"
    (told,) = check.report["signatures"]
    assert (told["signer"], told["position"], told["uid"]) == (
        "Nguyễn Thị Thuỳ Dương",
        "Giám đốc",
        "CCCD:001099012345",
    )


@pytest.mark.rule("P25")
def test_a_deputy_signs_for_the_head_under_a_written_delegation(office: Office, tmp_path: Path) -> None:
    """The paper prints the head's name, so the stamp says KT. GIÁM ĐỐC, PHÓ GIÁM ĐỐC and who signed."""
    office.delegate("deputy")
    route = office.started(HEAD_ONLY)
    signature = office.sign(office.step(route, APPROVAL), "deputy")

    assert (signature.signer_name, signature.position_title, signature.capacity) == (
        "Lê Hoàng Phước Ưu",
        "Phó Giám đốc",
        Capacity.KT,
    )
    printed = pdf_text(office.file(route, tmp_path))
    assert all(words in printed for words in ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Lê Hoàng Phước Ưu"))


def test_a_paper_drafted_for_the_deputy_needs_no_words_in_the_stamp(office: Office, tmp_path: Path) -> None:
    office.delegate("deputy")
    route = office.started(HEAD_ONLY, letter("Lê Hoàng Phước Ưu", "KT. GIÁM ĐỐC \\ PHÓ GIÁM ĐỐC"))
    office.sign(office.step(route, APPROVAL), "deputy")

    assert pdf_text(office.file(route, tmp_path)).count("Lê Hoàng Phước Ưu") == 1


def pdf_text(path: Path) -> str:
    """What poppler reads, stamps included."""
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def test_a_delegation_that_has_ended_signs_nothing(office: Office) -> None:
    delegation = office.delegate("deputy")
    route = office.started(HEAD_ONLY)
    delegation.revoked_at = clock.now()
    office.session.flush()
    with pytest.raises(NotFound, match="step_not_found"):
        office.sign(office.step(route, APPROVAL), "deputy")


def test_the_wrong_person_signs_nothing(office: Office) -> None:
    route = office.started(HEAD_ONLY)
    with pytest.raises(NotFound, match="step_not_found"):
        office.sign(office.step(route, APPROVAL), "chair")
    assert versions(office, route) == 2


@pytest.mark.parametrize(
    ("reference", "code"), [("revoked", "certificate_revoked"), ("expired", "certificate_expired")]
)
def test_a_bad_certificate_is_refused_before_anything_is_signed(office: Office, reference: str, code: str) -> None:
    office.rebind("head", reference)
    route = office.started(HEAD_ONLY)
    step = office.step(route, APPROVAL)
    with pytest.raises(Invalid, match=code):
        office.sign(step, "head")
    assert (step.outcome, versions(office, route)) == (None, 2)


def test_without_a_certificate_nobody_signs(office: Office) -> None:
    route = office.started(LETTER_ROUTE[3:])
    seal = credentials.seal_key_of_unit(office.session, office.unit.id, now=clock.now())
    credentials.retire_key(office.session, seal.id, by=SYSTEM, now=clock.now())
    with pytest.raises(Invalid, match="seal_key_missing"):
        office.sign(office.step(route, SEAL), "registrar")


def test_a_certificate_revoked_between_the_halves_signs_nothing(session: Session, tmp_path: Path) -> None:
    subjects = [s for s in SUBJECTS if s.ref in {"head", "deputy", "chair", "secretary", "clerk", "seal"}]
    with running_pki(tmp_path / "own", subjects) as own:
        trust = own.new_trust(freshness=timedelta(0))
        own_office = an_office(session, a_desk(own, tmp_path / "own-desk", trust=trust))
        route = own_office.started(HEAD_ONLY)
        step = own_office.step(route, APPROVAL)
        pending = prepared(own_office, step, "head")
        raw = signatures.answer(own_office.session, own_office.desk, pending.id)
        demo_pki.revoke(own.folder, "head")

        with pytest.raises(Invalid, match="certificate_revoked"):
            signatures.finish(
                own_office.session, own_office.desk, pending.id, raw, by=own_office.actor("head"), now=clock.now()
            )
    assert (step.outcome, versions(own_office, route)) == (None, 2)


def test_a_key_that_is_retired_between_the_halves_signs_nothing(office: Office) -> None:
    route = office.started(HEAD_ONLY)
    step = office.step(route, APPROVAL)
    pending = prepared(office, step, "head")
    raw = signatures.answer(office.session, office.desk, pending.id)
    credentials.retire_key(office.session, pending.key_id, by=office.actor("head"), now=clock.now(), reason="Mất USB")

    with pytest.raises(Conflict, match="signing_key_retired"):
        signatures.finish(office.session, office.desk, pending.id, raw, by=office.actor("head"), now=clock.now())
    assert (step.outcome, versions(office, route)) == (None, 2)


def test_without_the_time_stamping_authority_the_step_stays_open(office: Office, pki: Pki, tmp_path: Path) -> None:
    route = office.started(HEAD_ONLY)
    step = office.step(route, APPROVAL)
    pending = prepared(office, step, "head")
    raw = signatures.answer(office.session, office.desk, pending.id)
    broken = service.SigningDesk(office.desk.desk, pki.new_trust(tsa_url="http://127.0.0.1:9/tsa"), office.desk.keys)

    with pytest.raises(Unavailable, match="timestamp_unavailable"):
        signatures.finish(office.session, broken, pending.id, raw, by=office.actor("head"), now=clock.now())
    assert (step.outcome, versions(office, route)) == (None, 2)

    signatures.finish(office.session, office.desk, pending.id, raw, by=office.actor("head"), now=clock.now())
    assert route.outcome is RouteOutcome.COMPLETED


def test_a_signature_made_with_another_key_is_refused(office: Office, pki: Pki) -> None:
    step = office.step(office.started(HEAD_ONLY), APPROVAL)
    pending = prepared(office, step, "head")
    attributes = pades.Prepared.from_json(json.dumps(pending.prepared)).signed_attributes
    with pytest.raises(Invalid, match="signature_not_by_certificate"):
        signatures.finish(
            office.session,
            office.desk,
            pending.id,
            pki.key("seal").sign(attributes),
            by=office.actor("head"),
            now=clock.now(),
        )
    assert step.outcome is None


def test_after_a_crash_between_the_halves_a_second_try_works(office: Office) -> None:
    route = office.started(HEAD_ONLY)
    step = office.step(route, APPROVAL)
    prepared(office, step, "head")  # … and nobody ever comes back with an answer
    office.sign(step, "head")
    assert route.outcome is RouteOutcome.COMPLETED


def test_what_was_not_shown_is_not_signed(office: Office) -> None:
    route = office.started()
    shown = route.version.digest
    office.sign(office.step(route, INITIALS), "clerk")
    with pytest.raises(Conflict, match="version_moved"):
        prepared(office, office.step(route, APPROVAL), "head", shown_digest=shown)


def test_a_version_that_moved_between_the_halves_is_not_signed(office: Office) -> None:
    document = office.paper()
    route = office.start(document, HEAD_ONLY)
    pending = prepared(office, office.step(route, APPROVAL), "head")
    raw = signatures.answer(office.session, office.desk, pending.id)
    office.upload(document, letter("Người Khác"))
    with pytest.raises(Conflict, match="version_moved"):
        signatures.finish(office.session, office.desk, pending.id, raw, by=office.actor("head"), now=clock.now())


def test_a_signature_is_finished_once_in_time_and_by_who_began_it(office: Office) -> None:
    office.delegate("deputy")
    route = office.started(HEAD_ONLY)
    pending = prepared(office, office.step(route, APPROVAL), "head")
    raw = signatures.answer(office.session, office.desk, pending.id)

    def finish(role: str, late: timedelta = timedelta(0)) -> Signature:
        by = office.actor(role)
        return signatures.finish(office.session, office.desk, pending.id, raw, by=by, now=clock.now() + late)

    with pytest.raises(NotFound, match="pending_not_found"):
        finish("deputy")
    with pytest.raises(Conflict, match="pending_expired"):
        finish("head", late=timedelta(minutes=11))
    finish("head")
    with pytest.raises(Conflict, match="pending_used"):
        finish("head")
    assert (
        office.session.scalar(select(func.count()).select_from(Signature).where(Signature.step_id == pending.step_id))
        == 1
    )


def test_a_step_is_signed_once(office: Office) -> None:
    route = office.started()
    step = office.step(route, INITIALS)
    office.sign(step, "clerk")
    with pytest.raises(Conflict, match="step_not_open"):
        office.sign(step, "clerk")


def test_a_number_step_is_not_signed_and_a_signature_is_no_number(office: Office) -> None:
    route = office.started(LETTER_ROUTE[2:])
    with pytest.raises(Invalid, match="step_needs_no_signature"):
        office.sign(office.step(route, NUMBER), "registrar")
    office.number(route)
    given = {"number": 1, "symbol": "TTr-SNV", "issued_on": clock.day_of(clock.now())}
    with pytest.raises(Invalid, match="step_is_no_number"):
        service.give_number(
            office.session, office.step(route, SEAL).id, by=office.actor("registrar"), now=clock.now(), **given
        )


def test_nothing_is_sealed_without_its_number(office: Office) -> None:
    """The registry took the number back by hand, after the step was done."""
    route = office.started(LETTER_ROUTE[2:])
    office.number(route)
    route.document.number = None
    office.session.flush()
    with pytest.raises(Conflict, match="number_not_given"):
        office.sign(office.step(route, SEAL), "registrar")


def test_one_changed_byte_makes_our_verdict_refuse(office: Office) -> None:
    route = office.through_to_seal(office.started())
    with documents.local_copy(office.desk.desk, route.version) as path:
        content = bytearray(path.read_bytes())
        at = content.index(b"/TTr") if b"/TTr" in content else len(content) // 3
        content[at] ^= 1
        path.write_bytes(bytes(content))
        expected = validation.expected_of(office.session, route, version=route.version)
        report = pades.validate(path, trust=office.desk.trust, expected=expected)
    assert report.verdict is pades.Verdict.INVALID


def test_a_number_changed_after_the_seal_makes_our_verdict_refuse(office: Office, tmp_path: Path) -> None:
    route = office.through_to_seal(office.started())
    changed = attacks.change_the_number(office.file(route, tmp_path), tmp_path / "changed.pdf", "so")
    expected = validation.expected_of(office.session, route)
    report = pades.validate(changed, trust=office.desk.trust, expected=expected)
    assert report.verdict is pades.Verdict.INVALID
    assert "changed_after_signing" in {reason for each in report.signatures for reason in each.reasons}


def test_a_stored_file_that_was_exchanged_is_found_out(office: Office) -> None:
    """The last signature is cut off and the shorter file put in the place of the version."""
    route = office.through_to_seal(office.started())
    signed_by_head = next(v for v in route.document.versions if v.number == route.version.number - 1)
    route.version.digest = signed_by_head.digest
    check = validation.check_version(office.session, office.desk, route.version, now=clock.now())
    assert check.verdict == "invalid"
    assert "signature_missing" in check.report["reasons"]


def test_a_kept_check_is_used_while_it_is_fresh(office: Office) -> None:
    route = office.started(HEAD_ONLY)
    office.sign(office.step(route, APPROVAL), "head")
    now = clock.now()
    check = validation.check_version(office.session, office.desk, route.version, now=now)

    def fresh(hours: int) -> object:
        later = now + timedelta(hours=hours)
        found = validation.fresh_check(office.session, office.desk, route.version, max_age_hours=24, now=later)
        return found.checked_at

    assert check.verdict == "valid"
    assert fresh(24) == now
    assert fresh(25) == now + timedelta(hours=25)


def test_acts_tell_who_did_what_and_whether_it_holds(office: Office) -> None:
    route = office.through_to_seal(office.started())
    acts = facts.acts_on(office.session, [route.version])[route.version_id]

    assert [(act.stage, act.action, act.position, act.verdict.value, act.checked) for act in acts] == [
        (1, INITIALS, P.SPECIALIST, "valid", True),
        (2, APPROVAL, P.HEAD, "valid", True),
        (3, NUMBER, P.REGISTRAR, "valid", True),
        (4, SEAL, P.REGISTRAR, "valid", True),
    ]
    assert {act.unit_id for act in acts} == {office.unit.id}


def test_a_refused_route_leaves_no_acts(office: Office) -> None:
    route = office.started()
    office.sign(office.step(route, INITIALS), "clerk")
    assert facts.acts_on(office.session, [route.version])
    conduct.refuse(
        office.session, office.step(route, APPROVAL).id, reason="sai", by=office.actor("head"), now=clock.now()
    )
    assert facts.acts_on(office.session, [route.version]) == {}


def test_a_paper_with_no_gaps_and_no_number_gets_a_line_at_its_foot(office: Office, tmp_path: Path) -> None:
    route = office.started(LETTER_ROUTE[2:], pdf("Báo cáo thành tích", "Nguyễn Hữu Thạnh"))
    office.number(route)
    office.sign(office.step(route, SEAL), "registrar")
    path = office.file(route, tmp_path)
    assert pades.inspect_fields(path).text_fields == {"so_va_ngay": "Số: 125/TTr-SNV, ngày 24/11/2026"}
