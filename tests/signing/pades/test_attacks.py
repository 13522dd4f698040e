"""No change to a signed file gets past the verdict, and no file makes it crash."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dms.signing import pades
from dms.signing.pades import Expected, ExpectedSigner, Verdict
from tests.pki import Pki
from tests.signing.pades import attacks, flow

Attack = Callable[[Path, Path], Path]


@pytest.fixture(scope="module")
def letters(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a letter signed (head.pdf) and sealed (sealed.pdf), both good."""
    folder = tmp_path_factory.mktemp("letters")
    flow.sealed(pki, folder)
    for name, signers in (("head.pdf", {"head": "head"}), ("sealed.pdf", {"head": "head", "seal": "seal"})):
        assert pades.validate(folder / name, trust=pki.offline, expected=flow.expected(pki, **signers)).is_valid
    return folder


@pytest.mark.parametrize("attack", attacks.ON_A_SEALED_LETTER, ids=lambda attack: attack.__name__)
def test_a_changed_sealed_letter_is_invalid_whatever_we_expect(
    pki: Pki, letters: Path, tmp_path: Path, attack: Attack
) -> None:
    path = attack(letters / "sealed.pdf", tmp_path / "changed.pdf")

    report = pades.validate(path, trust=pki.offline, expected=flow.expected(pki))
    alone = pades.validate(path, trust=pki.offline)

    assert report.verdict == Verdict.INVALID, report
    assert alone.verdict == Verdict.INVALID, alone
    assert all(signature.reasons for signature in report.signatures if signature.verdict != Verdict.VALID)


@pytest.mark.parametrize("attack", attacks.ON_A_SIGNED_LETTER, ids=lambda attack: attack.__name__)
def test_a_letter_changed_before_it_is_sealed_is_invalid(
    pki: Pki, letters: Path, tmp_path: Path, attack: Attack
) -> None:
    path = attack(letters / "head.pdf", tmp_path / "changed.pdf")

    report = pades.validate(path, trust=pki.offline, expected=flow.expected(pki, head="head"))

    assert report.verdict == Verdict.INVALID, report


def test_a_number_written_before_the_seal_but_not_with_it_is_seen(pki: Pki, letters: Path, tmp_path: Path) -> None:
    """The head's lock leaves the number open, so only the rule for the last signature catches this."""
    path = attacks.change_the_number(letters / "head.pdf", tmp_path / "changed.pdf")

    report = pades.validate(path, trust=pki.offline, expected=flow.expected(pki, head="head"))

    assert "changed_after_signing" in report.signatures[0].reasons


def test_a_field_that_nobody_expected_to_change_is_seen(pki: Pki, letters: Path) -> None:
    signers = {name: ExpectedSigner(uid=pki.uid(name)) for name in ("head", "seal")}

    report = pades.validate(
        letters / "sealed.pdf", trust=pki.offline, expected=Expected(signers, fillable=frozenset({"date"}))
    )

    assert report.signatures[0].reasons == ("fields_changed",)


def test_a_cut_off_last_signature_is_seen_by_fields_and_by_digest(pki: Pki, letters: Path, tmp_path: Path) -> None:
    stored = letters / "sealed.pdf"
    path = attacks.cut_off_the_last_signature(stored, tmp_path / "cut.pdf")

    alone = pades.validate(path, trust=pki.offline)
    report = pades.validate(path, trust=pki.offline, expected=flow.expected(pki, stored))

    assert alone.is_valid, "it is a good file of an earlier day"
    assert report.reasons == ("file_changed", "signature_missing")
    assert report.verdict == Verdict.INVALID


def test_one_changed_byte_is_said_to_be_a_change_of_content(pki: Pki, letters: Path, tmp_path: Path) -> None:
    path = attacks.flip_a_byte(letters / "sealed.pdf", tmp_path / "changed.pdf")

    report = pades.validate(path, trust=pki.offline)

    assert [signature.reasons for signature in report.signatures] == [("content_changed",), ("content_changed",)]


def test_the_signature_of_another_file_is_refused(pki: Pki, letters: Path, tmp_path: Path) -> None:
    other = flow.sign(pki, flow.letter(tmp_path), tmp_path / "other.pdf", "head", "head")
    path = attacks.put_in_the_signature_of_another_file(letters / "sealed.pdf", tmp_path / "mixed.pdf", other)

    report = pades.validate(path, trust=pki.offline)

    assert "content_changed" in report.signatures[0].reasons


def test_a_time_stamp_that_covers_the_page_is_refused(pki: Pki, letters: Path, tmp_path: Path) -> None:
    path = attacks.cover_the_page_with_a_time_stamp(pki, letters / "sealed.pdf", tmp_path / "covered.pdf")

    report = pades.validate(path, trust=pki.offline, expected=flow.expected(pki))

    assert report.verdict == Verdict.INVALID
    assert "archive_timestamp_visible" in report.reasons


def test_someone_elses_signature_in_the_right_field_is_refused(pki: Pki, letters: Path) -> None:
    expected = flow.expected(pki, head="chair", seal="seal")

    report = pades.validate(letters / "sealed.pdf", trust=pki.offline, expected=expected)

    assert report.signatures[0].reasons == ("signer_unexpected",)
    assert report.verdict == Verdict.INVALID


def test_a_signer_may_be_named_by_certificate_but_never_by_nothing(pki: Pki, letters: Path) -> None:
    fingerprint = pades.validate(letters / "head.pdf", trust=pki.offline).signatures[0].certificate_sha256
    named = Expected({"head": ExpectedSigner(certificate_sha256=fingerprint)}, open_fields=frozenset({"seal"}))
    unnamed = Expected({"head": ExpectedSigner()}, open_fields=frozenset({"seal"}))

    assert pades.validate(letters / "head.pdf", trust=pki.offline, expected=named).is_valid
    assert not pades.validate(letters / "head.pdf", trust=pki.offline, expected=unnamed).is_valid


def test_a_signature_nobody_expected_is_refused(pki: Pki, letters: Path) -> None:
    report = pades.validate(letters / "sealed.pdf", trust=pki.offline, expected=flow.expected(pki, head="head"))

    assert "signature_unexpected" in report.reasons


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7\n", b"GIF89a" * 50, b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000, b"%PDF-1.7\nstartxref\n0\n%%EOF"],
    ids=["empty", "header", "picture", "nested", "loop"],
)
def test_a_file_that_is_no_pdf_is_invalid_and_not_a_crash(pki: Pki, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(data)

    report = pades.validate(path, trust=pki.offline)

    assert (report.verdict, report.reasons) == (Verdict.INVALID, ("document_unreadable",))


def test_an_unsigned_file_is_not_valid(pki: Pki, tmp_path: Path) -> None:
    report = pades.validate(flow.letter(tmp_path), trust=pki.offline)

    assert (report.verdict, report.reasons) == (Verdict.UNPROVEN, ("document_unsigned",))
