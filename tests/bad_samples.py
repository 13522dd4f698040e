"""Files made at test time that would harm a careless reader. Each function returns the bytes.

``BAD_PDFS``, ``BAD_DOCX`` and ``BAD_IMAGES`` pair each bad file with the code that must refuse it.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
from PIL import Image

from tests.samples import docx_file, image, page_object, pdf, raw_pdf, stream_object

# --- Bad PDF files --------------------------------------------------------------------------------------------------


def encrypted_pdf(user: str = "secret") -> bytes:
    """A PDF that asks for a password; with ``user=""`` it opens, but forbids things."""
    memory = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(memory, encryption=pikepdf.Encryption(owner="owner", user=user))
    return memory.getvalue()


def pdf_with_action(action: bytes) -> bytes:
    """A PDF whose page has a link with this action dictionary."""
    return raw_pdf({3: page_object(annots=b"[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<<" + action + b">>>>]")})


def revised_pdf(revisions: int) -> bytes:
    """A PDF with so many incremental updates that change nothing."""
    out = bytearray(raw_pdf())
    for _ in range(revisions - 1):
        previous = int(bytes(out).rsplit(b"startxref\n", 1)[1].split()[0])
        start = len(out)
        out += b"xref\n0 0\ntrailer\n<</Size 6/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (previous, start)
    return bytes(out)


def form_of(fields: int, *, signed: bool = False) -> bytes:
    """A PDF with so many fields; ``signed`` ones are signature fields with a value."""
    body = b"/FT/Sig/V<</Type/Sig/Filter/X>>" if signed else b"/FT/Tx"
    objects = {10 + n: b"<<%s/T(f%d)>>" % (body, n) for n in range(fields)}
    references = b" ".join(b"%d 0 R" % number for number in objects)
    return raw_pdf(objects, root=b"/AcroForm<</Fields[" + references + b"]>>")


def deep_page_tree(depth: int) -> bytes:
    """A page that hangs under so many nested nodes."""
    nodes = {n: b"<</Type/Pages/Count 1/Parent %d 0 R/Kids[%d 0 R]>>" % (n - 1, n + 1) for n in range(10, 10 + depth)}
    last = max(nodes)
    nodes[last] = b"<</Type/Pages/Count 1/Parent %d 0 R/Kids[3 0 R]>>" % (last - 1)
    return raw_pdf({2: b"<</Type/Pages/Count 1/Kids[10 0 R]>>", **nodes})


def flate_bomb(size: int) -> bytes:
    """Zeros that take a thousandth of the room."""
    press = zlib.compressobj(9)
    block = bytes(1 << 20)
    return b"".join(press.compress(block) for _ in range(size >> 20)) + press.flush()


def object_stream_bomb(size: int) -> bytes:
    """A PDF whose catalog stands in a compressed object stream of ``size`` bytes."""
    body = b"1 0 <</Type/Catalog/Pages 2 0 R>>"
    press = zlib.compressobj(9)
    data = press.compress(body.ljust(64)) + b"".join(press.compress(b" " * (1 << 20)) for _ in range(size >> 20))
    data += press.flush()
    head = b"%PDF-1.7\n"
    parts = {
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        4: stream_object(data, b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"),
    }
    out, offsets = bytearray(head), {}
    for number, part in parts.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    offsets[5] = start = len(out)
    rows = [(0, 0, 255), (2, 4, 0), *((1, offsets[n], 0) for n in (2, 3, 4, 5))]
    table = b"".join(struct.pack(">BIB", *row) for row in rows)
    out += b"5 0 obj\n" + stream_object(table, b"/Type/XRef/Size 6/W[1 4 1]/Root 1 0 R") + b"\nendobj\n"
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def huge_picture_pdf() -> bytes:
    """A page with a picture that claims 60,000 by 60,000 pixels."""
    head = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB"
    return raw_pdf(
        {
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 6 0 R>>>>>>",
            4: stream_object(b"595 0 0 842 0 0 cm /I Do"),
            6: stream_object(flate_bomb(64 << 20), head + b"/Filter/FlateDecode"),
        }
    )


LAYERS = b"/OCProperties<</OCGs[6 0 R]/D<<%s>>>>"
LAYER = {6: b"<</Type/OCG/Name(Layer)>>"}

BAD_PDFS: dict[str, tuple[Callable[[], bytes], str]] = {
    "asks for a password": (encrypted_pdf, "file_encrypted"),
    "locked by its owner": (lambda: encrypted_pdf(""), "file_encrypted"),
    "two tables of contents": (lambda: raw_pdf(trailer=b"/XRefStm 15"), "pdf_hybrid"),
    "two tables, spelt with an escape": (lambda: raw_pdf(trailer=b"/XRef#53tm 15"), "pdf_hybrid"),
    "XFA form": (lambda: raw_pdf(root=b"/AcroForm<</Fields[]/XFA[(template) 4 0 R]>>"), "pdf_xfa"),
    "script in the catalog": (
        lambda: raw_pdf(root=b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(app.alert(1))>>]>>>>"),
        "pdf_javascript",
    ),
    "script in a link": (lambda: pdf_with_action(b"/S/JavaScript/JS(app.alert(1))"), "pdf_javascript"),
    "script spelt with escapes": (lambda: pdf_with_action(b"/S/J#61vaScript/J#53(x)"), "pdf_javascript"),
    "script in an object that no page uses": (
        lambda: raw_pdf({9: b"[[<</A<</S/JavaScript/JS 4 0 R>>>>]]"}),
        "pdf_javascript",
    ),
    "starts a program": (lambda: pdf_with_action(b"/S/Launch/F(cmd.exe)"), "pdf_launch_action"),
    "starts a program on opening": (
        lambda: raw_pdf(root=b"/OpenAction<</S/Launch/F(cmd.exe)>>"),
        "pdf_launch_action",
    ),
    "goes to the net on opening": (
        lambda: raw_pdf(root=b"/OpenAction<</S/URI/URI(https://example.org)>>"),
        "pdf_automatic_action",
    ),
    "goes to the net on opening, by reference": (
        lambda: raw_pdf({6: b"<</S/URI/URI(https://example.org)>>"}, root=b"/OpenAction 6 0 R"),
        "pdf_automatic_action",
    ),
    "acts when the page is shown": (
        lambda: raw_pdf({3: page_object(extra=b"/AA<</O<</S/GoTo/D[3 0 R/Fit]>>>>")}),
        "pdf_automatic_action",
    ),
    "carries a file": (
        lambda: raw_pdf(
            {6: stream_object(b"MZ", b"/Type/EmbeddedFile")}, root=b"/AF[<</Type/Filespec/F(a.exe)/EF<</F 6 0 R>>>>]"
        ),
        "pdf_embedded_files",
    ),
    "carries a file in a note": (
        lambda: raw_pdf({3: page_object(annots=b"[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]>>]")}),
        "pdf_embedded_files",
    ),
    "opens another file": (lambda: pdf_with_action(b"/S/GoToR/F(other.pdf)/D[0/Fit]"), "pdf_external_reference"),
    "sends its form": (lambda: pdf_with_action(b"/S/SubmitForm/F(https://example.org)"), "pdf_external_reference"),
    "takes its text from a file": (
        lambda: raw_pdf({4: b"<</Length 0/F(/etc/passwd)>>\nstream\n\nendstream"}),
        "pdf_external_reference",
    ),
    "hidden layer": (lambda: raw_pdf(LAYER, root=LAYERS % b"/OFF[6 0 R]"), "pdf_optional_content"),
    "layers hidden by default": (lambda: raw_pdf(LAYER, root=LAYERS % b"/BaseState/OFF"), "pdf_optional_content"),
    "layer that differs on paper": (
        lambda: raw_pdf(LAYER, root=LAYERS % b"/AS[<</Event/Print/Category[/Print]/OCGs[6 0 R]>>]"),
        "pdf_optional_content",
    ),
    "film": (lambda: pdf_with_action(b"/S/Rendition/OP 0"), "pdf_multimedia"),
    "cut in the middle": (lambda: pdf()[: len(pdf()) // 2], "file_truncated"),
    "only its first line": (lambda: b"%PDF-1.7\n", "file_truncated"),
    "something behind its end": (lambda: raw_pdf() + b"PK\x03\x04" + bytes(5000), "file_truncated"),
    "noise": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 400 + b"startxref\n9\n%%EOF", "file_unreadable"),
    "no page": (lambda: raw_pdf({2: b"<</Type/Pages/Kids[]/Count 0>>"}), "pdf_without_pages"),
    "claims too many pages": (lambda: raw_pdf({2: b"<</Type/Pages/Kids[3 0 R]/Count 2001>>"}), "pdf_too_many_pages"),
    "too many pages": (
        lambda: raw_pdf({2: b"<</Type/Pages/Kids[" + b"3 0 R " * 2001 + b"]/Count 5>>"}),
        "pdf_too_many_pages",
    ),
    "too many revisions": (lambda: revised_pdf(51), "pdf_too_many_revisions"),
    "too many signatures": (lambda: form_of(21, signed=True), "pdf_too_many_signatures"),
    "too many fields": (lambda: form_of(501), "pdf_too_many_fields"),
}

#: Files that cost: any of the codes will do, as long as the refusal comes quickly and the service stays small.
COSTLY_PDFS: dict[str, Callable[[], bytes]] = {
    "page tree in a ring": lambda: raw_pdf({2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"}),
    "page tree 5,000 deep": lambda: deep_page_tree(5_000),
    "arrays 100,000 deep": lambda: raw_pdf({9: b"[" * 100_000 + b"]" * 100_000}),
    "length that refers to itself": lambda: raw_pdf({4: b"<</Length 4 0 R>>\nstream\nBT ET\nendstream"}),
    "bomb in an object stream": lambda: object_stream_bomb(1500 << 20),
    "bomb of 100 MB in an object stream": lambda: object_stream_bomb(100 << 20),
    "name of 20 MB": lambda: raw_pdf({9: b"/" + b"A" * 20_000_000}),
    "a million keys": lambda: raw_pdf({9: b"<<" + b"".join(b"/A%d 1" % n for n in range(1_000_000)) + b">>"}),
    "100,000 fields": lambda: form_of(100_000),
    "20,000 revisions": lambda: revised_pdf(20_000),
    "absurd table of contents": lambda: raw_pdf().replace(b"xref\n0 6", b"xref\n0 99999999999"),
    "table of contents in a ring": lambda: raw_pdf(trailer=b"/Prev 9"),
}


# --- Bad DOCX files -------------------------------------------------------------------------------------------------


def docx_with(parts: dict[str, bytes | str], *, replace: tuple[str, str, str] | None = None) -> bytes:
    """A good DOCX with more ``parts``, and with one text of one part replaced (part, old, new)."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx_file())) as good, zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            data = good.read(name)
            if replace and replace[0] == name:
                data = data.replace(replace[1].encode(), replace[2].encode())
            bad.writestr(name, data)
        for name, data in parts.items():
            bad.writestr(name, data)
    return memory.getvalue()


def docx_with_relationship(kind: str, target: str, *, external: bool = True) -> bytes:
    """A DOCX whose main part refers to ``target``."""
    mode = ' TargetMode="External"' if external else ""
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    row = f'<Relationship Id="rIdX" Type="{base}/{kind}" Target="{target}"{mode}/></Relationships>'
    return docx_with({}, replace=("word/_rels/document.xml.rels", "</Relationships>", row))


def docx_with_body(xml: str) -> bytes:
    """A DOCX with more XML at the end of its text."""
    return docx_with({}, replace=("word/document.xml", "<w:sectPr", xml + "<w:sectPr"))


def zip_bomb(size: int) -> bytes:
    """A DOCX with one part that unpacks to ``size`` bytes."""
    return docx_with({"word/media/image1.bmp": bytes(size)})


_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 100 + '"><!ENTITY c "' + "&b;" * 100 + '">]><x>&c;</x>'
_RUN = "<w:r><w:instrText>{}</w:instrText></w:r>"
_DDE = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>' + _RUN.format("DD") + _RUN.format("EAUTO c:\\cmd") + "</w:p>"
)

BAD_DOCX: dict[str, tuple[Callable[[], bytes], str]] = {
    "macros": (lambda: docx_with({"word/vbaProject.bin": b"x"}), "docx_macros"),
    "docm renamed": (
        lambda: docx_with(
            {},
            replace=(
                "[Content_Types].xml",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                "application/vnd.ms-word.document.macroEnabled.main+xml",
            ),
        ),
        "docx_macros",
    ),
    "macros under another name": (
        lambda: docx_with_relationship("vbaProject", "innocent.bin", external=False),
        "docx_macros",
    ),
    "embedded program": (lambda: docx_with({"word/embeddings/oleObject1.bin": b"x"}), "docx_embedded_objects"),
    "ActiveX": (lambda: docx_with({"word/activeX/activeX1.xml": "<x/>"}), "docx_embedded_objects"),
    "piece of HTML": (lambda: docx_with_relationship("aFChunk", "a.html", external=False), "docx_embedded_objects"),
    "template from the net": (
        lambda: docx_with_relationship("attachedTemplate", "https://example.org/a.dotm"),
        "docx_external_reference",
    ),
    "picture from the net": (
        lambda: docx_with_relationship("image", "https://example.org/a.png"),
        "docx_external_reference",
    ),
    "field that starts a program": (lambda: docx_with_body(_DDE), "docx_external_reference"),
    "broken XML": (lambda: docx_with({"word/footer9.xml": "<a><b></a>"}), "docx_broken_xml"),
    "a billion laughs": (lambda: docx_with({"word/footer9.xml": _LAUGHS}), "docx_broken_xml"),
    "entity that reads a file": (
        lambda: docx_with(
            {"word/footer9.xml": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'},
        ),
        "docx_broken_xml",
    ),
    "XML 100,000 deep": (lambda: docx_with({"word/f.xml": "<a>" * 100_000 + "</a>" * 100_000}), "docx_broken_xml"),
    "unpacks to too much": (lambda: zip_bomb(100 << 20), "archive_too_large"),
    "too many parts": (lambda: docx_with({f"word/media/{n}.png": b"" for n in range(2001)}), "archive_too_large"),
    "part that leaves the package": (lambda: docx_with({"../../etc/cron.d/x": b"x"}), "archive_ambiguous"),
    "cut in the middle": (lambda: docx_file()[:9000], "file_truncated"),
}


# --- Bad pictures and other kinds -----------------------------------------------------------------------------------


def huge_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims to be a very large picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def animated_png() -> bytes:
    """A PNG that shows one picture after another."""
    memory = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("white", "black")]
    frames[0].save(memory, "PNG", save_all=True, append_images=frames[1:])
    return memory.getvalue()


BAD_IMAGES: dict[str, tuple[Callable[[], bytes], str]] = {
    "huge PNG": (huge_png, "image_too_large"),
    "moving PNG": (animated_png, "image_animated"),
    "cut PNG": (lambda: image("PNG", (800, 800))[:1500], "file_truncated"),
    "cut JPEG": (lambda: image("JPEG")[:1500], "file_truncated"),
    "JPEG of noise": (lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9, "file_unreadable"),
}

#: Not one of the kinds that a document may be, whatever the name says.
OTHER_KINDS: dict[str, Callable[[], bytes]] = {
    "web page": lambda: b"<!DOCTYPE html><script>alert(1)</script>",
    "PDF behind other bytes": lambda: b"GIF89a" + raw_pdf(),
    "program": lambda: b"\x7fELF" + bytes(100),
    "old Word file": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
    "ZIP of anything": lambda: _zip({"a.txt": b"x"}),
    "spreadsheet": lambda: _zip({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}),
}


def encrypted_docx() -> bytes:
    """The first bytes of what Word writes when a document gets a password: an OLE file with an encrypted package."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(500)


def _zip(parts: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return memory.getvalue()
