"""Programs that share nothing with us accept what we sign, and refuse what was changed."""

import subprocess
from pathlib import Path

import pytest

from demo.pictures import demo_seal_picture, demo_signature_picture
from dms.signing import pades
from tests.pki import Pki
from tests.signing.pades import attacks, flow

SCRIPT = Path(__file__).parents[3] / "scripts" / "check_signatures.sh"


def accepted(pki: Pki, path: Path) -> bool:
    done = subprocess.run([SCRIPT, pki.root, path], capture_output=True, text=True, check=False)
    assert "usage" not in done.stderr, done.stderr
    assert done.stdout.startswith(("accepted", "REFUSED")), done.stdout + done.stderr
    return done.returncode == 0


@pytest.mark.parametrize(("head", "seal"), [("head", "seal"), ("deputy", "seal-ec"), ("clerk", "seal")])
def test_other_programs_accept_a_sealed_letter(pki: Pki, tmp_path: Path, head: str, seal: str) -> None:
    person = pades.Stamp(
        lines=("Ký bởi: Nguyễn Thị Thuỳ Dương", "Thời gian: 2026-11-24T10:15:30+07:00"),
        picture=demo_signature_picture("Nguyễn Thị Thuỳ Dương"),
    )
    organisation = pades.Stamp(picture=demo_seal_picture("Sở Nội vụ"), kind=pades.StampKind.SEAL)
    signed = flow.sign(pki, flow.letter(tmp_path), tmp_path / "signed.pdf", "head", head, stamp=person)
    path = flow.sign(pki, signed, tmp_path / "sealed.pdf", "seal", seal, stamp=organisation, fills=flow.FILLS)

    assert accepted(pki, path)


def test_other_programs_accept_an_archived_letter(pki: Pki, tmp_path: Path) -> None:
    path = flow.sealed(pki, tmp_path)
    pades.extend_lta(path, pki.trust)

    assert accepted(pki, path)


@pytest.mark.parametrize("attack", [attacks.flip_a_byte, attacks.shorten_the_byte_range])
def test_other_programs_refuse_a_changed_letter(pki: Pki, tmp_path: Path, attack) -> None:  # noqa: ANN001 - see attacks
    path = attack(flow.sealed(pki, tmp_path), tmp_path / "changed.pdf")

    assert not accepted(pki, path)
