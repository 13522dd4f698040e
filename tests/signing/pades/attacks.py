"""What someone with the file, a tool and bad intent can do to it. Each attack writes a changed copy to ``target``."""

from collections.abc import Callable
from pathlib import Path

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import HTTPTimeStamper

from tests.pki import Pki

PAGE = (0, 0, 595, 842)


def _updated(source: Path, target: Path, change: Callable[[IncrementalPdfFileWriter], None]) -> Path:
    """Append an update that ``change`` makes; whoever has the file can do as much."""
    target.write_bytes(source.read_bytes())
    with target.open("r+b") as stream:
        writer = IncrementalPdfFileWriter(stream)
        change(writer)
        writer.write_in_place()
    return target


def _field(writer: IncrementalPdfFileWriter, name: str) -> generic.DictionaryObject:
    found = next(f.get_object() for f in writer.root["/AcroForm"]["/Fields"] if f.get_object()["/T"] == name)
    writer.update_container(found)
    return found


def flip_a_byte(source: Path, target: Path) -> Path:
    data = bytearray(source.read_bytes())
    data[data.index(b"stream") + 20] ^= 1
    target.write_bytes(data)
    return target


def change_the_number(source: Path, target: Path, name: str = "number") -> Path:
    def change(writer: IncrementalPdfFileWriter) -> None:
        _field(writer, name)["/V"] = generic.TextStringObject("999/TTr-SNV")

    return _updated(source, target, change)


def redraw_the_number(source: Path, target: Path) -> Path:
    """Only what is seen changes, the value stays."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        drawn = generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 130, 20))),
            },
            stream_data=b"1 0 0 rg 0 0 130 20 re f",
        )
        _field(writer, "number")["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(drawn)})

    return _updated(source, target, change)


def fill_the_note(source: Path, target: Path) -> Path:
    def change(writer: IncrementalPdfFileWriter) -> None:
        _field(writer, "note")["/V"] = generic.TextStringObject("đồng ý")

    return _updated(source, target, change)


def swap_the_signature_picture(source: Path, target: Path) -> Path:
    def change(writer: IncrementalPdfFileWriter) -> None:
        appearance = _field(writer, "head")["/AP"]["/N"]
        appearance._data = b"0 g 0 0 100 40 re f"
        appearance._encoded_data = None
        writer.update_container(appearance)

    return _updated(source, target, change)


def move_the_signature(source: Path, target: Path) -> Path:
    def change(writer: IncrementalPdfFileWriter) -> None:
        _field(writer, "head")["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 300, 300)))

    return _updated(source, target, change)


def cover_the_page_with_an_empty_field(source: Path, target: Path) -> Path:
    return _updated(source, target, lambda writer: append_signature_field(writer, SigFieldSpec("Cover", box=PAGE)))


def write_on_the_page(source: Path, target: Path) -> Path:
    def change(writer: IncrementalPdfFileWriter) -> None:
        more = writer.add_object(generic.StreamObject(stream_data=b"0 g 100 100 200 200 re f"))
        writer.add_stream_to_page(0, more)

    return _updated(source, target, change)


def append_a_page(source: Path, target: Path) -> Path:
    def change(writer: IncrementalPdfFileWriter) -> None:
        empty = writer.add_object(generic.StreamObject(stream_data=b""))
        writer.insert_page(PageObject(contents=empty, media_box=PAGE))

    return _updated(source, target, change)


def add_a_script(source: Path, target: Path) -> Path:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/OpenAction"] = generic.DictionaryObject(
            {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.TextStringObject("app.alert(1)")}
        )
        writer.update_root()

    return _updated(source, target, change)


def cut_off_the_last_signature(source: Path, target: Path) -> Path:
    """Back to the revision before: a perfectly good file, only not the one that was stored."""
    with source.open("rb") as stream:
        reader = PdfFileReader(stream)
        last = reader.embedded_regular_signatures[-1]
        stream.seek(0)
        data = stream.read(reader.xrefs.get_startxref_for_revision(last.signed_revision - 1))
        rest = source.read_bytes()[len(data) :]
    target.write_bytes(data + rest[: rest.index(b"%%EOF") + 6])
    return target


def shorten_the_byte_range(source: Path, target: Path) -> Path:
    data = source.read_bytes()
    start = data.rindex(b"/ByteRange")
    head, _, numbers = data[start : data.index(b"]", start)].partition(b"[")
    parts = numbers.split()
    shorter = b" ".join([*parts[:3], str(int(parts[3]) - 10).encode()]).ljust(len(numbers))
    target.write_bytes(data[:start] + head + b"[" + shorter + data[start + len(head) + 1 + len(numbers) :])
    return target


def put_in_the_signature_of_another_file(source: Path, target: Path, other: Path) -> Path:
    with source.open("rb") as stream, other.open("rb") as donor:
        mine = PdfFileReader(stream).embedded_regular_signatures[0]
        theirs = PdfFileReader(donor).embedded_regular_signatures[0]
        start, end = int(mine.byte_range[1]), int(mine.byte_range[2])
        der = cms.ContentInfo.load(theirs.pkcs7_content).dump()
    data = bytearray(source.read_bytes())
    data[start + 1 : end - 1] = der.hex().encode().ljust(end - start - 2, b"0")
    target.write_bytes(data)
    return target


def remove_the_signature(source: Path, target: Path) -> Path:
    def change(writer: IncrementalPdfFileWriter) -> None:
        del _field(writer, "head")["/V"]

    return _updated(source, target, change)


def give_the_signature_an_unknown_format(source: Path, target: Path) -> Path:
    """A reader that skips what it does not know would see one signature less."""
    data = source.read_bytes()
    target.write_bytes(data.replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detachXX", 1))
    return target


def reuse_the_signature_in_a_field_of_its_own(source: Path, target: Path) -> Path:
    def change(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("Twin", box=(300, 600, 500, 700)))
        _field(writer, "Twin")["/V"] = _field(writer, "head").raw_get("/V")

    return _updated(source, target, change)


def cover_the_page_with_a_time_stamp(pki: Pki, source: Path, target: Path) -> Path:
    """A document time stamp is allowed at any time: here one whose field is the whole page."""
    _updated(source, target, lambda writer: append_signature_field(writer, SigFieldSpec("Cover", box=PAGE)))
    with target.open("r+b") as stream:
        stamper = PdfTimeStamper(HTTPTimeStamper(pki.tsa_url), field_name="Cover")
        stamper.timestamp_pdf(IncrementalPdfFileWriter(stream), "sha256", in_place=True)
    return target


ON_A_SEALED_LETTER = (
    flip_a_byte,
    change_the_number,
    redraw_the_number,
    fill_the_note,
    swap_the_signature_picture,
    move_the_signature,
    cover_the_page_with_an_empty_field,
    write_on_the_page,
    append_a_page,
    add_a_script,
    shorten_the_byte_range,
    remove_the_signature,
    give_the_signature_an_unknown_format,
    reuse_the_signature_in_a_field_of_its_own,
)
ON_A_SIGNED_LETTER = (fill_the_note, cover_the_page_with_an_empty_field, write_on_the_page, move_the_signature)
