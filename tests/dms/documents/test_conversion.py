"""DOCX files and pictures become PDF files that pass our own inspection."""

from pathlib import Path

import pikepdf
import pytest

from dms.documents import conversion, rendering
from dms.documents.confinement import ANY, MIB, Limits
from dms.documents.inspection import inspect
from dms.documents.sniff import MediaType
from dms.errors import Invalid, Unavailable
from tests import samples

needs_office = pytest.mark.skipif(not conversion.is_available(), reason="LibreOffice is not installed")


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "Tờ trình; rm -rf.docx"
    path.write_bytes(samples.docx_file())
    return path


@needs_office
def test_a_docx_becomes_a_pdfa_2b_with_the_same_text(letter: Path, tmp_path: Path) -> None:
    target = tmp_path / "made.pdf"
    conversion.docx_to_pdfa(letter, target)
    with pikepdf.open(target) as pdf, pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "2B"
    assert inspect(target, MediaType.PDF).problems == ()
    text = rendering.extract_text(target, MediaType.PDF)
    assert "Đề nghị tặng Bằng khen cho 03 tập thể và 05 cá nhân." in text
    assert "Lê Thị Ngọc Quyên" in text


@needs_office
def test_a_conversion_that_takes_too_long_is_ended_and_leaves_no_file(letter: Path, tmp_path: Path) -> None:
    target = tmp_path / "made.pdf"
    short = Limits(memory=6144 * MIB, wall_seconds=0.3, processes=ANY)
    with pytest.raises(Invalid, match="file_too_costly"):
        conversion.docx_to_pdfa(letter, target, short)
    assert not target.exists()


@needs_office
def test_what_cannot_be_converted_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    path, target = tmp_path / "a.docx", tmp_path / "made.pdf"
    path.write_bytes(samples.docx_file()[:9000])
    with pytest.raises(Unavailable, match="converter_failed"):
        conversion.docx_to_pdfa(path, target)
    assert not target.exists()


def test_a_machine_without_libreoffice_says_so(letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not conversion.is_available()
    with pytest.raises(Unavailable, match="converter_missing"):
        conversion.docx_to_pdfa(letter, tmp_path / "made.pdf")


@pytest.mark.parametrize(("size", "orientation", "upright"), [((400, 300), 1, False), ((400, 300), 6, True)])
def test_a_picture_becomes_one_upright_a4_page(
    tmp_path: Path, size: tuple[int, int], orientation: int, *, upright: bool
) -> None:
    path, target = tmp_path / "a.jpg", tmp_path / "made.pdf"
    path.write_bytes(samples.image("JPEG", size, orientation=orientation))
    conversion.image_to_pdf(path, MediaType.JPEG, target)
    (page,) = inspect(target, MediaType.PDF).page_sizes
    assert (page.height > page.width) is upright
    assert max(page.width, page.height) <= 843
    assert min(page.width, page.height) <= 596
