"""Whose certificate is whose: one living key for each owner, bound by an administrator, told in the chain."""

import pytest
from sqlalchemy import select

from demo.pictures import demo_signature_picture
from dms import clock
from dms.audit import AuditEvent
from dms.errors import Conflict, Invalid, NotFound, PermissionDenied
from dms.policy import SYSTEM
from dms.signing import credentials
from dms.signing.models import SigningKey
from tests.dms.signing.office import Office
from tests.samples import image


def bind(office: Office, reference: str, **more: object) -> SigningKey:
    given = {"by": SYSTEM, "now": clock.now()} | more
    return credentials.bind_key(office.session, office.desk, reference=reference, **given)  # type: ignore[arg-type]


def test_a_key_tells_whose_certificate_it_is_and_until_when(office: Office) -> None:
    key = credentials.key_of_person(office.session, office.staff["head"].id)
    assert "Nguyễn Thị Thuỳ Dương" in key.subject
    assert "CCCD:001099012345" in key.subject
    assert key.valid_from < clock.now() < key.valid_to


def test_a_new_key_retires_the_earlier_one_and_is_told(office: Office) -> None:
    head = office.staff["head"].id
    earlier = credentials.key_of_person(office.session, head)
    bind(office, "future", person_id=head)

    assert earlier.retired_at is not None
    assert credentials.key_of_person(office.session, head).reference == "future"
    tags = list(office.session.scalars(select(AuditEvent.tag).where(AuditEvent.subject_id == head)))
    assert tags == ["signing:key:bind", "signing:key:bind"]


def test_a_retired_key_signs_no_more(office: Office) -> None:
    head = office.staff["head"].id
    key = credentials.key_of_person(office.session, head)
    credentials.retire_key(office.session, key.id, by=SYSTEM, now=clock.now())

    with pytest.raises(Invalid, match="signing_key_missing"):
        credentials.key_of_person(office.session, head)
    with pytest.raises(Conflict, match="signing_key_retired"):
        credentials.retire_key(office.session, key.id, by=SYSTEM, now=clock.now())


def test_a_certificate_names_one_holder_only(office: Office) -> None:
    with pytest.raises(Conflict, match="key_bound_elsewhere"):
        bind(office, "head", person_id=office.staff["deputy"].id)


@pytest.mark.parametrize("both", [True, False])
def test_a_key_belongs_to_one_person_or_to_one_body(office: Office, both: bool) -> None:
    owners = {"person_id": office.staff["registrar"].id, "unit_id": office.unit.id} if both else {}
    with pytest.raises(Invalid, match="key_needs_one_owner"):
        bind(office, "future", **owners)


def test_only_an_administrator_binds_and_retires(office: Office) -> None:
    head = office.actor("head")
    with pytest.raises(PermissionDenied):
        bind(office, "future", person_id=office.staff["head"].id, by=head)
    key = credentials.key_of_person(office.session, office.staff["head"].id)
    with pytest.raises(PermissionDenied):
        credentials.retire_key(office.session, key.id, by=office.actor("deputy"), now=clock.now())


def test_a_person_retires_their_own_key_at_once(office: Office) -> None:
    key = credentials.key_of_person(office.session, office.staff["head"].id)
    credentials.retire_key(office.session, key.id, reason="Mất USB token", by=office.actor("head"), now=clock.now())

    assert (key.retired_by, key.retired_reason) == (office.staff["head"].id, "Mất USB token")


def test_a_key_that_is_not_in_the_folder_is_not_bound(office: Office) -> None:
    with pytest.raises(NotFound, match="key_missing"):
        bind(office, "../head", person_id=office.staff["registrar"].id)


def test_the_picture_of_a_signature_is_a_png(office: Office) -> None:
    registrar = office.staff["registrar"].id
    with pytest.raises(Invalid, match="picture_unusable"):
        bind(office, "future", person_id=registrar, picture=image("JPEG"))
    kept = bind(office, "future", person_id=registrar, picture=demo_signature_picture("Võ Ngọc Hân"))
    assert credentials.picture_of(office.desk, kept) == demo_signature_picture("Võ Ngọc Hân")


def test_a_file_that_holds_another_certificate_now_signs_nothing(office: Office) -> None:
    key = credentials.key_of_person(office.session, office.staff["head"].id)
    key.certificate_sha256 = "0" * 64
    with pytest.raises(Conflict, match="signing_key_changed"):
        credentials.provider_of(office.desk, key)
