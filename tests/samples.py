"""Good files made at test time. Each function returns the bytes; the bad ones stand in ``bad_samples``."""

import io
from functools import cache

import docx
import typst
from PIL import Image, ImageDraw

LETTER_TEXT = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập – Tự do – Hạnh phúc",
    "Số: ",
    "Kính gửi: Ủy ban nhân dân tỉnh Vĩnh Long",
    "Đề nghị tặng Bằng khen cho 03 tập thể và 05 cá nhân.",
    "Nguyễn Hữu Thạnh",
)


# --- Good files -----------------------------------------------------------------------------------------------------


@cache
def pdf(*lines: str, title: str = "Tờ trình", pages: int = 1) -> bytes:
    """A PDF with embedded fonts: each line a paragraph, repeated on each page."""
    body = "\n\n".join(f"#text({_typst_string(line)})" for line in lines or LETTER_TEXT)
    source = f'#set document(title: {_typst_string(title)})\n#set page("a4")\n' + "\n#pagebreak()\n".join(
        [body] * pages
    )
    return typst.compile(source.encode())


def _typst_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pdf_with_form(so: str = "125/QD", *, signature_field: str = "SigHead") -> bytes:
    """A PDF form: text field ``so`` filled and drawn, text field ``ghi.chu`` empty, one empty signature field."""
    appearance = b"BT /F 14 Tf 2 6 Td (" + so.encode("ascii") + b") Tj ET"
    return raw_pdf(
        {
            3: page_object(annots=b"[6 0 R 8 0 R 9 0 R]"),
            6: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(so)/V(" + so.encode("ascii") + b")/F 4/P 3 0 R"
            b"/Rect[100 700 300 724]/AP<</N 7 0 R>>>>",
            7: stream_object(appearance, b"/Type/XObject/Subtype/Form/BBox[0 0 200 24]/Resources<</Font<</F 5 0 R>>>>"),
            8: b"<</Type/Annot/Subtype/Widget/T(chu)/Parent 10 0 R/F 4/P 3 0 R/Rect[100 650 300 674]>>",
            9: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(" + signature_field.encode("ascii") + b")/F 4/P 3 0 R"
            b"/Rect[100 500 300 560]>>",
            10: b"<</FT/Tx/T(ghi)/Kids[8 0 R]>>",
        },
        root=b"/AcroForm<</Fields[6 0 R 10 0 R 9 0 R]/DR<</Font<</F 5 0 R>>>>>>",
    )


def raw_pdf(objects: dict[int, bytes] | None = None, *, root: bytes = b"", trailer: bytes = b"") -> bytes:
    """A one-page PDF written by hand; ``objects`` add to or replace 1 catalog, 2 pages, 3 page, 4 text, 5 font."""
    parts = {
        1: b"<</Type/Catalog/Pages 2 0 R" + root + b">>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: page_object(),
        4: stream_object(b"BT /F 18 Tf 72 760 Td (Hello world) Tj ET"),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        **(objects or {}),
    }
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    rows = {}
    for number, body in sorted(parts.items()):
        rows[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return bytes(out) + _xref(rows, start=len(out), trailer=b"/Root 1 0 R" + trailer)


def _xref(rows: dict[int, int], *, start: int, trailer: bytes) -> bytes:
    size = max(rows) + 1
    lines = [b"%010d 00000 n \n" % rows[n] if n in rows else b"0000000000 65535 f \n" for n in range(size)]
    table = b"xref\n0 %d\n" % size + b"".join(lines)
    return table + b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)


def page_object(annots: bytes = b"[]", extra: bytes = b"") -> bytes:
    """The page of :func:`raw_pdf`, with annotations and more keys."""
    return (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>"
        b"/Annots" + annots + extra + b">>"
    )


def stream_object(data: bytes, extra: bytes = b"") -> bytes:
    """A stream with more keys in its dictionary."""
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), extra, data)


def docx_file(*lines: str) -> bytes:
    """A DOCX with a paragraph for each line, then a table of two by two."""
    document = docx.Document()
    document.core_properties.title = "Tờ trình"
    for line in lines or LETTER_TEXT:
        document.add_paragraph(line)
    table = document.add_table(2, 2)
    for number, cell in enumerate(("Họ và tên", "Chức vụ", "Lê Thị Ngọc Quyên", "Phó Giám đốc")):
        table.cell(number // 2, number % 2).text = cell
    memory = io.BytesIO()
    document.save(memory)
    return memory.getvalue()


def image(kind: str = "PNG", size: tuple[int, int] = (400, 300), *, orientation: int = 1) -> bytes:
    """A picture, white with a red bar along its top edge, so that one sees which way is up."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle((0, 0, size[0], size[1] // 5), fill="red")
    exif = picture.getexif()
    exif[0x0112] = orientation
    memory = io.BytesIO()
    picture.save(memory, kind, exif=exif)
    return memory.getvalue()
