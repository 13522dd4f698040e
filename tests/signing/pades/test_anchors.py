"""Two worlds of trust anchors: each signature says to which one its certificate leads."""

from pathlib import Path

import pytest

from dms.signing import pades
from dms.signing.pades import AnchorKind, SigningTrust
from dms.signing.pades.anchors import read_anchors
from tests.pki import Pki


def trust_of(pki: Pki, kind: AnchorKind, path: Path) -> SigningTrust:
    issuing = pki.folder / "ca" / "issuing.pem"
    return SigningTrust.from_files(None, issuing, pki.tsa_url, sets={kind: path}, online=False)


def test_a_folder_holds_a_set_in_pem_and_der(pki: Pki, tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_bytes(pki.root.read_bytes())
    (tmp_path / "b.cer").write_bytes((pki.folder / "certs" / "issuing.crt").read_bytes())
    (tmp_path / "README.txt").write_text("not a certificate")

    assert len(read_anchors(tmp_path)) == 2


def test_an_empty_folder_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no certificate"):
        read_anchors(tmp_path)


@pytest.mark.parametrize("kind", list(AnchorKind))
def test_a_certificate_is_told_by_the_set_it_leads_to(pki: Pki, kind: AnchorKind) -> None:
    trust = trust_of(pki, kind, pki.root)

    holder = pades.holder_of(pki.key("head").certificate, (), trust)

    assert holder.anchor is kind
    assert holder.chain == pki.key("head").chain
    assert holder.identifier(of_person=True) == pki.uid("head")
    assert holder.identifier(of_person=False) is None


def test_a_root_in_two_sets_counts_for_the_states(pki: Pki) -> None:
    roots = [pki.root.read_bytes()]
    trust = SigningTrust(roots=roots, anchors={AnchorKind.PUBLIC: roots, AnchorKind.STATE: roots})

    assert trust.anchors.kind_of(trust.roots[0]) is AnchorKind.STATE
    assert len(trust.roots) == 1


def test_a_certificate_of_nobody_we_know_is_in_no_set(pki: Pki) -> None:
    holder = pades.holder_of(pki.key("head").certificate, (), SigningTrust())

    assert holder.anchor is None
