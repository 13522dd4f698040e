"""Good files say what they hold; each bad one gets its own code, and the service stays as it was."""

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dms.documents.inspection import Inspection, PageSize, inspect
from dms.documents.sniff import MediaType, sniff_file
from dms.errors import Invalid
from tests import bad_samples, samples

Inspect = Callable[[bytes], Inspection]


@pytest.fixture
def look(tmp_path: Path) -> Inspect:
    def look(data: bytes) -> Inspection:
        path = tmp_path / "upload"
        path.write_bytes(data)
        return inspect(path, sniff_file(path))

    return look


def test_a_pdf_says_its_pages_sizes_and_title(look: Inspect) -> None:
    found = look(samples.pdf(title="Tờ trình số 12", pages=3))
    assert (found.media_type, found.pages, found.title) == (MediaType.PDF, 3, "Tờ trình số 12")
    assert found.page_sizes[0].width == pytest.approx(595, abs=1)
    assert found.problems == ()
    assert found.signatures == 0


def test_the_fields_of_a_form_are_named_by_kind(look: Inspect) -> None:
    found = look(samples.pdf_with_form())
    assert found.text_fields == ("so", "ghi.chu")
    assert found.empty_signature_fields == ("SigHead",)
    assert found.signed_fields == ()


def test_signatures_are_counted_and_named(look: Inspect) -> None:
    found = look(bad_samples.form_of(20, signed=True))
    assert found.signatures == 20
    assert found.signed_fields[0] == "f0"


def test_revisions_are_counted(look: Inspect) -> None:
    assert look(bad_samples.revised_pdf(50)).revisions == 50


def test_links_and_visible_layers_are_allowed_and_said(look: Inspect) -> None:
    assert look(bad_samples.pdf_with_action(b"/S/URI/URI(https://example.org)")).problems == ("pdf_links",)
    layered = samples.raw_pdf(bad_samples.LAYER, root=bad_samples.LAYERS % b"/ON[6 0 R]")
    assert look(layered).problems == ("pdf_layers",)


def test_opening_at_a_page_is_no_harm(look: Inspect) -> None:
    assert look(samples.raw_pdf(root=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>")).pages == 1
    assert look(samples.raw_pdf(root=b"/OpenAction[3 0 R/Fit]")).pages == 1


def test_words_that_name_a_danger_are_only_words(look: Inspect) -> None:
    assert (
        look(samples.raw_pdf(trailer=b"/Info<</Title(/JavaScript /Launch /XFA)>>")).title == "/JavaScript /Launch /XFA"
    )


def test_a_font_may_be_called_like_a_danger(look: Inspect) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</AA 5 0 R/JS 5 0 R>>>>>>"
    assert look(samples.raw_pdf({3: page})).problems == ()


def test_a_danger_below_such_a_name_is_still_seen(look: Inspect) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Font<</F<</S/JavaScript/JS(x)>>>>>>>>"
    with pytest.raises(Invalid, match="pdf_javascript"):
        look(samples.raw_pdf({3: page}))


def test_a_docx_says_its_title_and_has_no_pages_yet(look: Inspect) -> None:
    found = look(samples.docx_file())
    assert (found.media_type, found.pages, found.title) == (MediaType.DOCX, None, "Tờ trình")
    assert found.problems == ()


def test_a_docx_with_tracked_changes_hidden_text_and_links_says_so(look: Inspect) -> None:
    body = "<w:p><w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:ins></w:p>"
    assert look(bad_samples.docx_with_body(body)).problems == ("docx_hidden_text", "docx_tracked_changes")
    assert look(bad_samples.docx_with_relationship("hyperlink", "https://example.org")).problems == ()


def test_a_picture_says_its_upright_size(look: Inspect) -> None:
    found = look(samples.image("JPEG", (400, 300), orientation=6))
    assert (found.media_type, found.pages, found.page_sizes) == (MediaType.JPEG, 1, (PageSize(300, 400),))


BAD = {**bad_samples.BAD_PDFS, **bad_samples.BAD_DOCX, **bad_samples.BAD_IMAGES}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_its_code(name: str, look: Inspect) -> None:
    make, code = BAD[name]
    with pytest.raises(Invalid) as refusal:
        look(make())
    assert refusal.value.code == code


@pytest.mark.parametrize("name", bad_samples.COSTLY_PDFS)
def test_a_costly_file_is_refused_and_the_service_stays_small(name: str, look: Inspect) -> None:
    data = bad_samples.COSTLY_PDFS[name]()
    before = psutil.Process().memory_info().rss
    with pytest.raises(Invalid):
        look(data)
    assert psutil.Process().memory_info().rss - before < 32 << 20


def test_a_refusal_for_a_count_says_the_count_and_the_limit(look: Inspect) -> None:
    with pytest.raises(Invalid) as refusal:
        look(bad_samples.form_of(501))
    assert refusal.value.params == {"count": 501, "limit": 500}
