"""Kinds are told by content; names are made safe."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.documents.sniff import MAX_NAME_BYTES, MediaType, safe_filename, sniff, sniff_file
from dms.errors import Invalid
from tests import bad_samples, samples

GOOD = {
    MediaType.PDF: samples.pdf,
    MediaType.DOCX: samples.docx_file,
    MediaType.PNG: samples.image,
    MediaType.JPEG: lambda: samples.image("JPEG"),
}


@pytest.mark.parametrize(("media_type", "make"), GOOD.items())
def test_each_accepted_kind_is_told_by_its_content(
    media_type: MediaType, make: Callable[[], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "named.wrongly"
    path.write_bytes(make())
    assert sniff_file(path) is media_type


def test_a_long_docx_is_known_by_the_directory_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(bad_samples.docx_with({"word/media/a.png": bytes(range(256)) * 4000}))
    assert sniff_file(path) is MediaType.DOCX


@pytest.mark.parametrize("name", bad_samples.OTHER_KINDS)
def test_other_kinds_are_refused(name: str) -> None:
    with pytest.raises(Invalid, match="media_type_not_accepted"):
        sniff(bad_samples.OTHER_KINDS[name]())


def test_an_empty_file_is_said_to_be_empty() -> None:
    with pytest.raises(Invalid, match="file_empty"):
        sniff(b"")


def test_a_docx_with_a_password_is_said_to_be_encrypted() -> None:
    with pytest.raises(Invalid, match="file_encrypted"):
        sniff(bad_samples.encrypted_docx())


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("Tờ trình số 12.pdf", "Tờ trình số 12.pdf"),
        (unicodedata.normalize("NFD", "Báo cáo thành tích.docx"), "Báo cáo thành tích.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Dương\\Tờ trình.pdf", "Tờ trình.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("hóa\u202efdp.exe", "hóa fdp.exe"),
        ("..", "document"),
        ("", "document"),
        ("  .pdf", "pdf"),
        ("CON.pdf", "_CON.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("x\x00y.pdf", "x y.pdf"),
    ],
)
def test_names_are_made_safe_and_stay_vietnamese(given_name: str, safe: str) -> None:
    assert safe_filename(given_name) == safe


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    name = safe_filename("Đ" * 500 + ".pdf")
    assert name.endswith("Đ.pdf")
    assert len(name.encode()) <= MAX_NAME_BYTES


@given(st.text())
def test_a_safe_name_stays_as_it_is_and_holds_nothing_dangerous(name: str) -> None:
    safe = safe_filename(name)
    assert safe_filename(safe) == safe
    assert safe
    assert len(safe.encode()) <= MAX_NAME_BYTES
    assert not set(safe) & set('/\\:"<>|?*\r\n\0')
    assert not safe.startswith(".")
