"""A real document, signed with a key that lives somewhere else; other programs accept it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from dms import clock
from dms.errors import Unavailable
from dms.policy import SYSTEM
from dms.signing import credentials, validation
from dms.signing.keys import KeyKind, KeyRing, Pkcs11KeyStore
from dms.signing.models import RouteOutcome
from dms.signing.pades import Verdict
from tests.csc import Csc
from tests.dms.signing.office import APPROVAL, INITIALS, SEAL, Office, a_desk, an_office
from tests.pkcs11 import SoftHsm
from tests.pki import Pki

SCRIPT = Path(__file__).parents[3] / "scripts" / "check_signatures.sh"


@pytest.fixture
def token(softhsm: SoftHsm) -> Iterator[Pkcs11KeyStore]:
    found = softhsm.token("office")
    store = Pkcs11KeyStore(found.library, found.label, lambda: found.pin)
    yield store
    store.close()


@pytest.fixture
def office_with_token(session: Session, pki: Pki, tmp_path: Path, token: Pkcs11KeyStore) -> Office:
    """The head's, the deputy's and the seal's key are on the token; the others sign as before."""
    keys = KeyRing({KeyKind.PKCS12: pki.store, KeyKind.PKCS11: token})
    office = an_office(session, a_desk(pki, tmp_path, keys=keys))
    put_elsewhere(office, KeyKind.PKCS11, "head", "deputy", seal="seal")
    return office


def put_elsewhere(office: Office, kind: KeyKind, *roles: str, prefix: str = "", seal: str = "") -> None:
    owners = [(prefix + role, {"person_id": office.staff[role].id}) for role in roles]
    for reference, owner in [*owners, *([(prefix + seal, {"unit_id": office.unit.id})] if seal else [])]:
        credentials.bind_key(
            office.session, office.desk, provider=kind, reference=reference, by=SYSTEM, now=clock.now(), **owner
        )


def test_a_letter_is_signed_and_sealed_with_keys_on_a_token(
    office_with_token: Office, pki: Pki, tmp_path: Path
) -> None:
    office = office_with_token
    route = office.through_to_seal(office.started())

    assert route.outcome is RouteOutcome.COMPLETED
    path = office.file(route, tmp_path)
    done = subprocess.run([SCRIPT, pki.root, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    check = validation.check_version(office.session, office.desk, route.version, now=clock.now())
    assert check.verdict == Verdict.VALID
    assert {each["anchor_set"] for each in check.report["signatures"]} == {"other"}


def test_a_deputy_signs_with_an_elliptic_key_on_the_token(office_with_token: Office) -> None:
    office = office_with_token
    office.delegate("deputy")
    route = office.started()
    office.sign(office.step(route, INITIALS), "clerk")

    signature = office.sign(office.step(route, APPROVAL), "deputy")

    assert "Lê Hoàng Phước Ưu" in signature.certificate_subject


def test_a_pulled_token_leaves_the_step_open(office_with_token: Office, softhsm: SoftHsm) -> None:
    office = office_with_token
    route = office.started()
    office.sign(office.step(route, INITIALS), "clerk")
    before = route.version_id
    with softhsm.pulled_out("office"), pytest.raises(Unavailable, match="key_token_missing"):
        office.sign(office.step(route, APPROVAL), "head")

    assert (route.version_id, office.step(route, APPROVAL).outcome) == (before, None)
    office.sign(office.step(route, APPROVAL), "head")
    assert office.step(route, SEAL).outcome is None


def test_a_letter_is_signed_with_a_key_at_a_remote_service(
    session: Session, pki: Pki, tmp_path: Path, csc: Csc
) -> None:
    keys = KeyRing({KeyKind.PKCS12: pki.store, KeyKind.CSC: csc.store()})
    office = an_office(session, a_desk(pki, tmp_path, keys=keys))
    put_elsewhere(office, KeyKind.CSC, "head", prefix=csc.reference(""), seal="seal")
    route = office.through_to_seal(office.started())

    done = subprocess.run([SCRIPT, pki.root, office.file(route, tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
