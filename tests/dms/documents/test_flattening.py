"""A PDF that acts, hides or is a form, taken in as what its pages show."""

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import typst

from dms.documents import flattening, intake
from dms.documents.flattening import CURABLE, FLATTENED
from dms.documents.intake import Desk, Intake
from dms.errors import Invalid
from storage.filesystem import FilesystemStorage
from tests.bad_samples import BAD_PDFS
from tests.samples import page_object, pdf, raw_pdf, stream_object

CURED = {name: made for name, (made, code) in BAD_PDFS.items() if code in CURABLE}
HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
LAYERED = (
    b"BT /F 20 Tf 20 100 Td (Shown) Tj ET /OC /L BDC BT /F 20 Tf 20 50 Td (Hidden) Tj ET 1 0 0 rg 9 9 99 30 re f EMC"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    work = tmp_path / "work"
    work.mkdir()
    return Desk(storage=FilesystemStorage(tmp_path / "blobs"), workdir=work, upload_limit=50 << 20)


def take(desk: Desk, content: bytes) -> Intake:
    return flattening.receive(desk, io.BytesIO(content), filename="van-ban.pdf")


def stored(desk: Desk, taken: Intake) -> bytes:
    with intake.open_blob(desk, taken.digest) as stream:
        return stream.read()


def with_layer(state: bytes) -> bytes:
    resources = b"<</Font<</F 7 0 R>>/Properties<</L 6 0 R>>>>"
    return raw_pdf(
        {
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources " + resources + b">>",
            4: stream_object(LAYERED),
            6: b"<</Type/OCG/Name(Layer)>>",
            7: HELVETICA,
        },
        root=b"/OCProperties<</OCGs[6 0 R]/D<<" + state + b">>>>",
    )


def form(*widgets: bytes) -> bytes:
    objects = {20 + n: b"<</Type/Annot/Subtype/Widget/FT/Tx" + each + b">>" for n, each in enumerate(widgets)}
    references = b" ".join(b"%d 0 R" % number for number in objects)
    page = page_object(annots=b"[" + references + b"]")
    return raw_pdf({3: page, **objects}, root=b"/AcroForm<</Fields[" + references + b"]>>")


@pytest.mark.parametrize("name", CURED)
def test_what_is_refused_for_its_activity_is_taken_as_flat_pages(desk: Desk, name: str) -> None:
    content = CURED[name]()
    with pytest.raises(Invalid):
        intake.receive(desk, io.BytesIO(content), filename="van-ban.pdf")
    taken = take(desk, content)
    assert FLATTENED in taken.inspection["problems"]
    made = taken.inspection["flattened"]
    assert made["findings"]
    with pikepdf.open(io.BytesIO(stored(desk, taken))) as flat:
        assert {str(key) for key in flat.Root} <= {"/Type", "/Pages", "/OutputIntents", "/Metadata"}
        metadata = flat.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")


def test_text_with_its_font_stays_text_and_no_page_becomes_a_picture(desk: Desk) -> None:
    source = typst.compile("#set page(width: 300pt, height: 200pt)\nĐề nghị tặng thưởng Bằng khen".encode())
    with pikepdf.open(io.BytesIO(source)) as document:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        memory = io.BytesIO()
        document.save(memory)
    taken = take(desk, memory.getvalue())
    assert taken.inspection["flattened"]["pages_as_pictures"] == 0
    assert "Đề nghị tặng thưởng Bằng khen" in taken.text
    with pikepdf.open(io.BytesIO(stored(desk, taken))) as flat:
        assert not flat.pages[0].get_images()


def test_a_page_with_a_font_of_the_readers_machine_becomes_a_picture_that_can_be_searched(desk: Desk) -> None:
    taken = take(desk, CURED["script in a link"]())
    assert taken.inspection["flattened"]["pages_as_pictures"] == 1
    assert "Hello world" in taken.text
    with pikepdf.open(io.BytesIO(stored(desk, taken))) as flat:
        assert len(flat.pages[0].get_images()) == 1


def test_what_a_hidden_layer_holds_is_gone_and_the_rest_is_seen(desk: Desk) -> None:
    taken = take(desk, with_layer(b"/OFF[6 0 R]"))
    assert "Shown" in taken.text
    assert "Hidden" not in taken.text
    assert b"Hidden" not in stored(desk, taken)
    picture = pypdfium2.PdfDocument(stored(desk, taken))[0].render().to_pil().convert("RGB")
    assert picture.getpixel((50, 180))[1] > 200, "nothing red is painted"  # type: ignore[index]  # three colours


def test_layers_that_are_shown_become_plain_content(desk: Desk) -> None:
    taken = take(desk, with_layer(b"/ON[6 0 R]"))
    assert "Hidden" in taken.text
    assert "pdf_layers" not in taken.inspection["problems"]


def test_form_fields_are_drawn_into_the_page(desk: Desk) -> None:
    appearance = b"<</N 30 0 R>>"
    drawn = {
        30: stream_object(
            b"BT /F 12 Tf 2 4 Td (Da dien) Tj ET",
            b"/Type/XObject/Subtype/Form/BBox[0 0 90 20]/Resources<</Font<</F 31 0 R>>>>",
        ),
        31: HELVETICA,
    }
    widget = b"<</Type/Annot/Subtype/Widget/FT/Tx/F 4/T(a)/V(Da dien)/Rect[50 50 140 70]/AP" + appearance + b">>"
    content = raw_pdf({3: page_object(annots=b"[20 0 R]"), 20: widget, **drawn}, root=b"/AcroForm<</Fields[20 0 R]>>")
    taken = take(desk, content)
    assert taken.inspection["flattened"]["findings"] == ["pdf_form"]
    assert taken.inspection["text_fields"] == ()
    assert "Da dien" in taken.text


def test_a_plain_file_is_taken_as_it_is(desk: Desk) -> None:
    content = pdf()
    taken = take(desk, content)
    assert stored(desk, taken) == content
    assert "flattened" not in taken.inspection


def test_a_signed_file_is_never_rewritten(desk: Desk) -> None:
    root = b"/AcroForm<</Fields[20 0 R]>>"
    signature = {20: b"<</FT/Sig/T(s)/V<</Type/Sig/Filter/X>>>>"}
    signed = raw_pdf(signature, root=root + b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>")
    with pytest.raises(Invalid, match="flatten_signed"):
        take(desk, signed)
    quiet = raw_pdf(signature, root=root)
    assert stored(desk, take(desk, quiet)) == quiet


@pytest.mark.parametrize("name", ["asks for a password", "two tables of contents", "noise"])
def test_what_flat_pages_do_not_cure_stays_refused(desk: Desk, name: str) -> None:
    make, code = BAD_PDFS[name]
    with pytest.raises(Invalid, match=code):
        take(desk, make())


# --- where it is


def refusal(desk: Desk, content: bytes) -> Invalid:
    with pytest.raises(Invalid) as caught:
        intake.receive(desk, io.BytesIO(content), filename="van-ban.pdf")
    return caught.value


def test_each_finding_names_its_page_and_object(desk: Desk) -> None:
    link = b"[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(cmd.exe)>>>>]"
    content = raw_pdf(
        {3: page_object(annots=link)}, root=b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>"
    )
    error = refusal(desk, content)
    assert error.code == "pdf_javascript"
    assert set(error.params["findings"].split(",")) == {"pdf_javascript:0:1", "pdf_launch_action:1:3"}


@pytest.mark.parametrize(
    ("widgets", "code"),
    [
        ((b"/T(a)/Rect[50 50 140 70]/F 6",), "pdf_hidden_field"),
        ((b"/T(a)/Rect[50 50 140 70]/F 36",), "pdf_hidden_field"),
        ((b"/T(a)/Rect[50 50 140 70]", b"/T(b)/Rect[52 52 138 68]"), "pdf_overlapping_fields"),
    ],
    ids=["hidden", "not on the screen", "one over the other"],
)
def test_fields_that_hide_are_found(desk: Desk, widgets: tuple[bytes, ...], code: str) -> None:
    error = refusal(desk, form(*widgets))
    assert error.code == code
    assert error.params["findings"].startswith(f"{code}:1:2")


def test_neighbours_in_a_form_are_no_finding(desk: Desk) -> None:
    content = form(b"/T(a)/Rect[50 50 140 70]", b"/T(b)/Rect[140 50 230 70]")
    assert intake.receive(desk, io.BytesIO(content), filename="a.pdf").inspection["text_fields"] == ("a", "b")
