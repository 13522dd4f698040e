"""Signing a letter in two halves, with real certificates, revocation answers and time stamps."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from dms.errors import Conflict, Invalid, Unavailable
from dms.signing import pades
from dms.signing.keys import Pkcs12Key
from dms.signing.pades import Level, Verdict
from tests.pki import Pki
from tests.signing.pades import flow


@pytest.mark.parametrize(("head", "seal"), [("head", "seal"), ("deputy", "seal-ec"), ("clerk", "seal")])
def test_a_letter_signed_numbered_and_sealed_is_valid_without_any_network(
    pki: Pki, tmp_path: Path, head: str, seal: str
) -> None:
    path = flow.sealed(pki, tmp_path, head=head, seal=seal)

    report = pades.validate(path, trust=pki.offline, expected=flow.expected(pki, path, head=head, seal=seal))

    assert report.is_valid, report
    assert [(item.field, item.level, item.verdict) for item in report.signatures] == [
        ("head", Level.LT, Verdict.VALID),
        ("seal", Level.LT, Verdict.VALID),
    ]
    assert pades.inspect_fields(path).text_fields == {**flow.FILLS, "note": ""}


def test_the_report_tells_who_signed_when_and_by_which_certificate(pki: Pki, tmp_path: Path) -> None:
    path = flow.signed_by_head(pki, tmp_path)

    (signature,) = pades.validate(path, trust=pki.offline).signatures

    assert signature.signer_name == "Nguyễn Thị Thuỳ Dương"
    assert signature.signer_uid == "CCCD:001099012345"
    assert "Sở Nội vụ tỉnh Vĩnh Long" in signature.signer_subject
    assert "CA PHÁT HÀNH THỬ NGHIỆM (DEMO)" in signature.issuer
    assert signature.certificate_sha256 == hashlib.sha256(pki.key("head").certificate).hexdigest()
    assert signature.timestamp_at is not None
    assert abs(datetime.now(UTC) - signature.timestamp_at) < timedelta(minutes=5)
    assert signature.signed_at is not None
    assert signature.signed_at.utcoffset() == timedelta(hours=7)


def test_signing_only_adds_to_the_file_that_was_shown(pki: Pki, tmp_path: Path) -> None:
    shown = flow.letter(tmp_path)
    signed = flow.sign(pki, shown, tmp_path / "signed.pdf", "head", "head")
    other = tmp_path / "other.pdf"
    other.write_bytes(b"x" + signed.read_bytes()[1:])

    assert pades.extends(shown, signed)
    assert not pades.extends(shown, other)
    assert not pades.extends(signed, shown)


def test_a_half_made_signature_survives_as_json(pki: Pki, tmp_path: Path) -> None:
    key = pki.key("deputy")
    target = tmp_path / "half.pdf"
    prepared = pades.prepare(
        flow.letter(tmp_path),
        target,
        field="head",
        certificate_der=key.certificate,
        chain_der=key.chain,
        trust=pki.trust,
    )

    again = pades.Prepared.from_json(prepared.to_json())

    assert again == prepared
    assert again.to_sign == hashlib.sha256(prepared.signed_attributes).digest()
    pades.finish(target, again, key.sign(again.signed_attributes), pki.new_trust())
    assert pades.validate(target, trust=pki.offline).is_valid


def test_a_signature_made_at_once_covers_its_own_proof_in_one_revision(pki: Pki, tmp_path: Path) -> None:
    signed = flow.signed_by_head(pki, tmp_path)

    before, after = (path.read_bytes().count(b"%%EOF") for path in (tmp_path / "letter.pdf", signed))

    assert after == before + 1
    (report,) = pades.validate(signed, trust=pki.offline).signatures
    assert (report.level, report.verdict) == (Level.LT, Verdict.VALID)


@pytest.mark.parametrize(
    "late", [{"prepared_at": datetime.now(UTC) - timedelta(minutes=9)}, {"proven_authority": "0" * 64}]
)
def test_a_late_second_half_or_another_time_stamping_certificate_brings_newer_proof(
    pki: Pki, tmp_path: Path, late: dict[str, Any]
) -> None:
    key, target = pki.key("head"), tmp_path / "half.pdf"
    prepared = pades.prepare(
        flow.letter(tmp_path),
        target,
        field="head",
        certificate_der=key.certificate,
        chain_der=key.chain,
        trust=pki.trust,
    )
    halves = target.read_bytes().count(b"%%EOF")

    pades.finish(target, replace(prepared, **late), key.sign(prepared.signed_attributes), pki.new_trust())

    assert target.read_bytes().count(b"%%EOF") == halves + 1
    (report,) = pades.validate(target, trust=pki.offline).signatures
    assert (report.level, report.verdict) == (Level.LT, Verdict.VALID)


def test_a_document_carries_no_other_persons_revocation_data(pki: Pki, tmp_path: Path) -> None:
    for number, role in enumerate(("deputy", "head")):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = flow.signed_by_head(pki, folder, role)

    with pikepdf.open(path) as opened:
        assert len(opened.Root.DSS.OCSPs) == 1


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("expired", "certificate_expired"),
        ("future", "certificate_not_yet_valid"),
        ("revoked", "certificate_revoked"),
    ],
)
def test_a_certificate_that_is_not_good_today_signs_nothing(pki: Pki, tmp_path: Path, role: str, code: str) -> None:
    source, target = flow.letter(tmp_path), tmp_path / "signed.pdf"

    with pytest.raises(Invalid) as refusal:
        flow.sign(pki, source, target, "head", role)

    assert refusal.value.code == code
    assert not target.exists()


def test_a_certificate_of_an_unknown_authority_signs_nothing(pki: Pki, stranger: Pki, tmp_path: Path) -> None:
    key = stranger.key("head")

    with pytest.raises(Invalid, match="certificate_untrusted"):
        pades.prepare(
            flow.letter(tmp_path),
            tmp_path / "signed.pdf",
            field="head",
            certificate_der=key.certificate,
            chain_der=key.chain,
            trust=pki.trust,
        )


def test_a_certificate_not_made_for_signing_signs_nothing(pki: Pki, tmp_path: Path) -> None:
    tsa = (pki.folder / "certs" / "tsa.crt").read_bytes()

    with pytest.raises(Invalid, match="certificate_unusable"):
        pades.prepare(
            flow.letter(tmp_path),
            tmp_path / "signed.pdf",
            field="head",
            certificate_der=tsa,
            chain_der=(),
            trust=pki.trust,
        )


def test_a_signature_by_another_key_is_refused_and_may_be_tried_again(pki: Pki, tmp_path: Path) -> None:
    key, target, prepared = _half(pki, tmp_path)
    before = target.read_bytes()

    with pytest.raises(Invalid, match="signature_not_by_certificate"):
        pades.finish(target, prepared, pki.key("chair").sign(prepared.signed_attributes), pki.trust)

    assert target.read_bytes() == before
    pades.finish(target, prepared, key.sign(prepared.signed_attributes), pki.trust)
    assert pades.validate(target, trust=pki.offline).is_valid


def test_a_prepared_file_that_was_touched_is_not_signed(pki: Pki, tmp_path: Path) -> None:
    key, target, prepared = _half(pki, tmp_path)
    data = bytearray(target.read_bytes())
    data[600] ^= 1
    target.write_bytes(data)

    with pytest.raises(Conflict, match="prepared_file_changed"):
        pades.finish(target, prepared, key.sign(prepared.signed_attributes), pki.trust)


def test_without_a_time_stamp_there_is_no_signature(pki: Pki, tmp_path: Path) -> None:
    key, target, prepared = _half(pki, tmp_path)
    before = target.read_bytes()
    deaf = pki.new_trust(tsa_url="http://127.0.0.1:9/tsa")

    with pytest.raises(Unavailable, match="timestamp_unavailable"):
        pades.finish(target, prepared, key.sign(prepared.signed_attributes), deaf)
    assert target.read_bytes() == before
    with pytest.raises(Unavailable, match="timestamp_unavailable"):
        flow.sign(pki, tmp_path / "letter.pdf", tmp_path / "other.pdf", "head", "head", trust=deaf)
    assert not (tmp_path / "other.pdf").exists()


def test_a_failure_while_writing_leaves_the_prepared_file_as_it_was(pki: Pki, tmp_path: Path) -> None:
    key, target, prepared = _half(pki, tmp_path)
    before = target.read_bytes()
    start, _ = prepared.reserved
    narrow = replace(prepared, reserved=(start, start + 102))

    with pytest.raises(Unavailable, match="timestamp_unavailable"):
        pades.finish(target, narrow, key.sign(prepared.signed_attributes), pki.trust)

    assert len(target.read_bytes()) == len(before)


def test_a_field_is_signed_and_filled_once(pki: Pki, tmp_path: Path) -> None:
    path = flow.sealed(pki, tmp_path)

    with pytest.raises(Conflict, match="field_already_signed"):
        flow.sign(pki, path, tmp_path / "again.pdf", "head", "head")
    with pytest.raises(Invalid, match="field_missing"):
        flow.sign(pki, path, tmp_path / "again.pdf", "chair", "chair")


def test_a_field_that_is_filled_is_not_filled_again(pki: Pki, tmp_path: Path) -> None:
    numbered = flow.sign(pki, flow.letter(tmp_path), tmp_path / "1.pdf", "head", "head", fills={"number": "1/QĐ"})

    with pytest.raises(Conflict, match="field_already_filled"):
        flow.sign(pki, numbered, tmp_path / "2.pdf", "seal", "seal", fills={"number": "2/QĐ"})


def test_number_and_date_stand_on_the_page_with_every_letter(pki: Pki, tmp_path: Path) -> None:
    path = flow.sealed(pki, tmp_path)

    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    page = document[0]
    page.flatten()
    page.close()
    text = document[0].get_textpage().get_text_range()
    document.close()

    assert "125/TTr-SNV" in text
    assert "Vĩnh Long, ngày 24 tháng 11 năm 2026" in text


def _half(pki: Pki, folder: Path) -> tuple[Pkcs12Key, Path, pades.Prepared]:
    key, target = pki.key("head"), folder / "half.pdf"
    prepared = pades.prepare(
        flow.letter(folder),
        target,
        field="head",
        certificate_der=key.certificate,
        chain_der=key.chain,
        trust=pki.trust,
    )
    return key, target, prepared
