"""Binding: asked for by the person, examined, confirmed by an administrator; a renewed certificate needs nobody."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from demo import pki as demo_pki
from demo.pictures import demo_signature_picture
from demo.pki import Subject
from dms import clock
from dms.audit import AuditEvent
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied
from dms.people.models import Person
from dms.policy import Actor, Role
from dms.signing import binding, credentials
from dms.signing.binding import KeyWish
from dms.signing.keys import KeyKind
from dms.signing.models import KeyRequest, RequestOutcome, SigningKey
from dms.signing.pades import AnchorKind
from tests.dms.signing.office import Office, a_desk
from tests.factories import a_person, a_role
from tests.pki import SUBJECTS, Pki, running_pki


@pytest.fixture
def administrator(office: Office) -> Actor:
    person = a_person(office.session, "Lê Quản Trị")
    a_role(office.session, person, office.unit, Role.ADMINISTRATOR)
    office.staff["administrator"] = person
    return office.actor("administrator")


@pytest.fixture
def newcomer(office: Office) -> Person:
    """Somebody with a certificate (the chair's) and no key here yet."""
    key = credentials.key_of_person(office.session, office.staff["chair"].id)
    key.retired_at = clock.now()
    office.staff["newcomer"] = person = a_person(office.session, "Trần Quốc Trưởng")
    return person


def ask(office: Office, role: str, certificate: bytes, **more: object) -> KeyRequest:
    wish = KeyWish(**({"provider": KeyKind.AGENT, "certificate": certificate} | more))  # type: ignore[arg-type]
    examined = binding.examine(office.desk, wish)
    return binding.ask(office.session, office.desk, wish, examined, by=office.actor(role), now=clock.now())


def confirm(office: Office, request: KeyRequest, by: Actor) -> None:
    binding.examine_again(office.session, office.desk, request.id, by=by)
    binding.confirm(office.session, request.id, by=by, now=clock.now())


def told(office: Office, person: Person) -> list[str]:
    query = select(AuditEvent.tag).where(AuditEvent.subject_id == person.id).order_by(AuditEvent.position)
    return list(office.session.scalars(query))


def test_a_certificate_is_bound_once_an_administrator_has_confirmed_it(
    office: Office, newcomer: Person, administrator: Actor, pki: Pki
) -> None:
    request = ask(office, "newcomer", pki.key("chair").certificate)
    with pytest.raises(Invalid, match="signing_key_missing"):
        credentials.key_of_person(office.session, newcomer.id)

    confirm(office, request, administrator)

    key = credentials.key_of_person(office.session, newcomer.id)
    assert (key.provider, key.reference, key.identifier) == (KeyKind.AGENT, "", "CCCD:086080012347")
    assert (key.anchor, key.bound_by) == (AnchorKind.OTHER, administrator.person_id)
    assert (request.outcome, request.key_id) == (RequestOutcome.CONFIRMED, key.id)
    assert told(office, newcomer) == ["signing:key:ask", "signing:key:bind"]


def test_a_request_is_declined_with_a_reason_and_then_over(
    office: Office, newcomer: Person, administrator: Actor, pki: Pki
) -> None:
    request = ask(office, "newcomer", pki.key("chair").certificate)
    with pytest.raises(Invalid, match="reason_missing"):
        binding.decline(office.session, request.id, reason=" ", by=administrator, now=clock.now())

    binding.decline(office.session, request.id, reason="Không đúng người", by=administrator, now=clock.now())

    assert (request.outcome, request.reason) == (RequestOutcome.DECLINED, "Không đúng người")
    with pytest.raises(Conflict, match="key_request_decided"):
        confirm(office, request, administrator)
    assert told(office, newcomer) == ["signing:key:ask", "signing:key:declined"]


def test_only_the_person_withdraws_and_only_an_administrator_decides(
    office: Office, newcomer: Person, administrator: Actor, pki: Pki
) -> None:
    request = ask(office, "newcomer", pki.key("chair").certificate)
    with pytest.raises(NotFound, match="key_request_not_found"):
        binding.withdraw(office.session, request.id, by=office.actor("head"), now=clock.now())
    with pytest.raises(PermissionDenied):
        confirm(office, request, office.actor("newcomer"))
    with pytest.raises(PermissionDenied):
        binding.decline(office.session, request.id, reason="x", by=office.actor("head"), now=clock.now())

    binding.withdraw(office.session, request.id, by=office.actor("newcomer"), now=clock.now())
    assert binding.open_requests(office.session, by=administrator) == []


def test_nobody_binds_anothers_certificate(office: Office, newcomer: Person, pki: Pki) -> None:
    with pytest.raises(Conflict, match="key_bound_elsewhere"):
        ask(office, "newcomer", pki.key("head").certificate)


def test_who_is_bound_elsewhere_meanwhile_is_not_confirmed(
    office: Office, newcomer: Person, administrator: Actor, pki: Pki
) -> None:
    request = ask(office, "newcomer", pki.key("chair").certificate)
    office.rebind("chair", "chair")
    with pytest.raises(Conflict, match="key_bound_elsewhere"):
        confirm(office, request, administrator)


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("expired", "certificate_expired"),
        ("future", "certificate_not_yet_valid"),
        ("revoked", "certificate_revoked"),
    ],
)
def test_a_certificate_with_which_nobody_may_sign_is_not_bound(
    office: Office, newcomer: Person, pki: Pki, *, role: str, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        ask(office, "newcomer", pki.key(role).certificate)


@pytest.mark.parametrize(
    ("bits", "signs", "code"),
    [
        (2048, True, "certificate_untrusted"),
        (2048, False, "certificate_without_non_repudiation"),
        (1024, True, "certificate_key_weak"),
    ],
)
def test_a_strangers_weak_or_wrong_certificate_is_refused_with_the_reason(
    office: Office, newcomer: Person, *, bits: int, signs: bool, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        ask(office, "newcomer", a_certificate(bits, signs=signs))


def test_what_is_no_certificate_is_refused(office: Office) -> None:
    with pytest.raises(Invalid, match="certificate_unusable"):
        binding.examine(office.desk, KeyWish(KeyKind.AGENT, certificate=b"no certificate"))
    with pytest.raises(Invalid, match="key_certificate_not_given"):
        binding.examine(office.desk, KeyWish(KeyKind.AGENT))


def test_the_same_is_not_asked_twice(office: Office, newcomer: Person, pki: Pki, administrator: Actor) -> None:
    request = ask(office, "newcomer", pki.key("chair").certificate)
    with pytest.raises(Conflict, match="key_asked_already"):
        ask(office, "newcomer", pki.key("chair").certificate)
    confirm(office, request, administrator)
    with pytest.raises(Conflict, match="key_bound_already"):
        ask(office, "newcomer", pki.key("chair").certificate)


def test_a_key_of_the_server_is_asked_for_by_its_name(office: Office, newcomer: Person, administrator: Actor) -> None:
    assert "chair" in binding.free_references(office.session, office.desk, KeyKind.PKCS12)
    assert "head" not in binding.free_references(office.session, office.desk, KeyKind.PKCS12)

    request = ask(office, "newcomer", b"", provider=KeyKind.PKCS12, reference="chair")
    confirm(office, request, administrator)

    assert credentials.key_of_person(office.session, newcomer.id).reference == "chair"


def test_the_seal_is_asked_for_from_the_registrars_seat(office: Office, administrator: Actor, pki: Pki) -> None:
    seal = pki.key("seal-ec").certificate
    with pytest.raises(PermissionDenied):
        ask(office, "clerk", seal, unit_id=office.unit.id)
    assert binding.seals_of(office.actor("clerk")) == []
    assert binding.seals_of(office.actor("registrar")) == [office.unit.id]

    request = ask(office, "registrar", seal, unit_id=office.unit.id)
    confirm(office, request, administrator)

    key = credentials.seal_key_of_unit(office.session, office.unit.id, now=clock.now())
    assert (key.identifier, key.person_id) == ("MST:1500000002", None)


# --- renewal


@pytest.fixture
def renewing(office: Office, tmp_path: Path) -> Iterator[Pki]:
    """An authority that gives the head a second certificate under the same identifier."""
    head = next(each for each in SUBJECTS if each.ref == "head")
    again = Subject("head-2", head.name, head.identifier, organisation=head.organisation, title=head.title)
    other = Subject("stranger", "Người Khác", "086099999999")
    with running_pki(tmp_path / "renewing", [head, again, other]) as pki:
        office.desk = a_desk(pki, tmp_path / "desk")
        office.rebind("head", "head")
        yield pki


def test_a_renewed_certificate_of_the_same_holder_needs_no_administrator(office: Office, renewing: Pki) -> None:
    earlier = credentials.key_of_person(office.session, office.staff["head"].id)

    request = ask(office, "head", renewing.store.get("head-2").certificate)

    key = credentials.key_of_person(office.session, office.staff["head"].id)
    assert request.outcome is RequestOutcome.RENEWED
    assert (key.certificate_sha256, earlier.retired_at is not None) == (request.certificate_sha256, True)
    assert told(office, office.staff["head"])[-2:] == ["signing:key:ask", "signing:key:renew"]


def test_a_new_picture_waits_for_an_administrator_though_the_certificate_is_the_same_holders(
    office: Office, renewing: Pki
) -> None:
    picture = demo_signature_picture("Nguyễn Thị Thuỳ Dương")

    request = ask(office, "head", renewing.store.get("head-2").certificate, picture=picture)

    assert request.outcome is None
    assert credentials.key_of_person(office.session, office.staff["head"].id).picture_digest != request.picture_digest


def test_nobody_has_two_keys_whatever_two_administrators_do_at_once(office: Office) -> None:
    key = credentials.key_of_person(office.session, office.staff["head"].id)
    columns = [each.key for each in inspect(SigningKey).column_attrs if each.key != "id"]
    office.session.add(SigningKey(**{name: getattr(key, name) for name in columns}))
    with pytest.raises(IntegrityError):
        office.session.flush()
    office.session.rollback()


def test_another_holders_certificate_waits_for_an_administrator(office: Office, renewing: Pki) -> None:
    request = ask(office, "head", renewing.store.get("stranger").certificate)

    assert request.outcome is None
    assert credentials.key_of_person(office.session, office.staff["head"].id).identifier == "CCCD:001099012345"


def test_the_same_identifier_under_another_set_of_anchors_is_another_holder(office: Office, renewing: Pki) -> None:
    earlier = credentials.key_of_person(office.session, office.staff["head"].id)
    earlier.anchor = AnchorKind.STATE

    assert ask(office, "head", renewing.store.get("head-2").certificate).outcome is None


def test_without_an_identifier_issuer_and_key_decide(office: Office) -> None:
    key = credentials.key_of_person(office.session, office.staff["head"].id)
    key.identifier = None
    same = KeyRequest(issuer=key.issuer, public_key_sha256=key.public_key_sha256, identifier=None, anchor=key.anchor)
    assert credentials.is_same_holder(key, same)

    same.public_key_sha256 = "0" * 64
    assert not credentials.is_same_holder(key, same)


def test_a_certificate_revoked_while_it_waited_is_not_confirmed(
    office: Office, renewing: Pki, administrator: Actor
) -> None:
    request = ask(office, "head", renewing.store.get("stranger").certificate)
    demo_pki.revoke(renewing.folder, "stranger")
    office.desk = a_desk(renewing, renewing.folder / "desk", trust=renewing.new_trust(freshness=timedelta()))

    with pytest.raises(Invalid, match="certificate_revoked"):
        confirm(office, request, administrator)


def a_certificate(bits: int, *, signs: bool) -> bytes:
    """A self-signed certificate that nobody trusts."""
    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Người Lạ")])
    now = clock.now()
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=signs, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.DER)
