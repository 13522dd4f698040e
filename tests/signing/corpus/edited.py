"""Files that were changed after signing: in their text, in what is seen, in what the signature is said to cover."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.samples import raw_pdf
from tests.signing.corpus.workshop import Case, Workshop, bad, deceiving
from tests.signing.pades import attacks, flow, foreign

CHANGED = "changed_after_signing"


def _attack(attack: Callable[..., object], what: str, *reasons: str, on: str = "sealed") -> Case:
    """One of the attacks that the tests of the signing core know already."""

    def make(shop: Workshop, target: Path) -> None:
        attack(getattr(shop, on), target)

    make.__name__ = f"{attack.__name__}{'' if on == 'sealed' else f'_on_{on}'}"
    return bad(what, *reasons)(make)


# --- shadow attacks: the file was prepared before it was signed


@bad("Shadow attack, hide: a cover that lay over another amount is emptied after signing", CHANGED)
def shadow_hide(shop: Workshop, target: Path) -> None:
    signed = _signed_with_overlay(shop, "shadow-hide", b"1 1 1 rg 85 500 300 20 re f")
    _updated(signed, target, lambda writer: _redrawn(writer, b""))


@bad("Shadow attack, replace: a drawing is replaced by one with another amount after signing", CHANGED)
def shadow_replace(shop: Workshop, target: Path) -> None:
    signed = _signed_with_overlay(shop, "shadow-replace", b"0 0 1 rg 85 500 40 20 re f")
    _updated(signed, target, lambda writer: _redrawn(writer, b"1 0 0 rg 85 500 300 60 re f"))


@bad("Shadow attack, hide and replace: a second set of pages, prepared in the file, is put in force", CHANGED)
def shadow_hide_and_replace(shop: Workshop, target: Path) -> None:
    folder = _folder(shop, "shadow-pages")
    with pikepdf.open(shop.letter) as pdf:
        pages = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Pages, Count=1, Kids=pikepdf.Array()))
        hidden = pikepdf.Dictionary(Type=pikepdf.Name.Page, Parent=pages, MediaBox=[0, 0, 595, 842])
        hidden.Contents = pdf.make_stream(b"1 0 0 rg 100 100 300 300 re f")
        pages.Kids.append(pdf.make_indirect(hidden))
        pdf.Root.PieceInfo = pikepdf.Dictionary(Prepared=pages)  # only so that it stays in the file
        pdf.save(folder / "prepared.pdf")
    signed = flow.sign(shop.pki, folder / "prepared.pdf", folder / "signed.pdf", "head", "head")

    def swap(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/Pages"] = writer.root["/PieceInfo"].raw_get("/Prepared")
        writer.update_root()

    _updated(signed, target, swap)


# --- what is covered


@bad("Signature wrapping: the signed second part moved to the end, other content before it")
def signature_wrapping(shop: Workshop, target: Path) -> None:
    folder = _folder(shop, "wrapping")
    (folder / "plain.pdf").write_bytes(raw_pdf())
    settings = {"md_algorithm": "sha256", "field_name": "head"}
    signed = foreign.sign(shop.pki, folder / "plain.pdf", folder / "signed.pdf", **settings)
    target.write_bytes(_wrapped(signed.read_bytes()))


def _wrapped(data: bytes) -> bytes:
    """Leave both signed parts as they are, but put new objects and a new table of contents between them.

    The table stands where the last ``startxref`` points, so it is the one that is read; the object of the signature is
    there again with a range that leaves the new part out.
    """
    found = re.search(rb"(\d+) 0 obj\s*<<(?:(?!endobj).)*?/ByteRange\s*\[\s*0 (\d+) (\d+) (\d+)\s*\]", data, re.DOTALL)
    assert found is not None
    number, first, second, length = (int(part) for part in found.groups())
    table_at = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    table, trailer = re.findall(rb"xref\s(.*?)trailer\s*(<<.*?>>)\s*startxref", data[table_at:], re.DOTALL)[-1]
    added = 40_000  # how far the second part moves
    content_number, body = 4, b"BT /F 18 Tf 72 760 Td (Pay ten times as much) Tj ET"
    twin_at = table_at + 8_000
    content_at = twin_at - 1_000
    entries = _entries(table)
    moved = {n: at + added if at >= second else at for n, at in entries.items()}
    moved |= {number: twin_at, content_number: content_at}
    parts = bytearray(b" " * (second + added - first))
    parts[: second - first] = data[first:second]

    def put(at: int, content: bytes) -> None:
        parts[at - first : at - first + len(content)] = content

    rows = b"".join(b"%d 1\n%010d 00000 n \n" % row for row in sorted(moved.items()))
    put(table_at, b"xref\n" + rows + b"trailer\n" + trailer + b"\n")
    put(content_at, b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (content_number, len(body), body))
    original = data[found.start() : data.index(b"endobj", second) + 6]
    new = b"/ByteRange [0 %d %d %d]" % (first, second + added, length)
    put(twin_at, re.sub(rb"/ByteRange\s*\[[^\]]*\]", new, original, count=1))
    return data[:first] + bytes(parts) + data[second:]


def _entries(table: bytes) -> dict[int, int]:
    """Number and place of each object in a table of contents."""
    found: dict[int, int] = {}
    numbers = iter(table.split(b"\n"))
    for line in numbers:
        head = line.split()
        if len(head) != 2:
            continue
        for number in range(int(head[0]), int(head[0]) + int(head[1])):
            row = next(numbers).split()
            if row[2] == b"n":
                found[number] = int(row[0])
    return found


def _ranged(what: str, name: str, change: Callable[[list[int]], list[int]]) -> Case:
    """A file whose last signature claims to cover something else."""

    def make(shop: Workshop, target: Path) -> None:
        data = shop.head.read_bytes()
        found = list(re.finditer(rb"/ByteRange\s*\[([^\]]*)\]", data))[-1]
        wanted = b" ".join(b"%d" % part for part in change([int(part) for part in found[1].split()]))
        assert len(wanted) <= len(found[1])
        target.write_bytes(data[: found.start(1)] + wanted.ljust(len(found[1])) + data[found.end(1) :])

    make.__name__ = name
    return bad(what)(make)


RANGES = (
    _ranged("ByteRange shortened by ten bytes", "range_shortened", lambda r: [*r[:3], r[3] - 10]),
    _ranged("ByteRange that starts after the header", "range_starts_late", lambda r: [9, r[1] - 9, *r[2:]]),
    _ranged("ByteRange whose gap is wider than the signature", "range_gap_widened", lambda r: [0, r[1] - 90, *r[2:]]),
    _ranged("ByteRange with a negative length", "range_negative", lambda r: [*r[:3], -1]),
    _ranged("ByteRange past the end of the file", "range_past_the_end", lambda r: [*r[:3], r[3] + 10]),
    _ranged("ByteRange of one part only", "range_of_one_part", lambda r: r[:2]),
    _ranged("ByteRange whose parts overlap", "range_overlaps", lambda r: [0, r[1], 100, r[3]]),
)


@bad("No ByteRange at all", "signature_malformed")
def range_missing(shop: Workshop, target: Path) -> None:
    target.write_bytes(shop.head.read_bytes().replace(b"/ByteRange", b"/ByteRangX"))


@bad("Proof for long-term validation taken out of the catalog", CHANGED)
def proof_removed(shop: Workshop, target: Path) -> None:
    def drop(writer: IncrementalPdfFileWriter) -> None:
        del writer.root["/DSS"]
        writer.update_root()

    _updated(shop.head, target, drop)


@bad("A visible time stamp that covers the page", "archive_timestamp_visible")
def page_covered_by_time_stamp(shop: Workshop, target: Path) -> None:
    attacks.cover_the_page_with_a_time_stamp(shop.pki, shop.sealed, target)


@bad("A second signer covers the page with the field of his own, good signature", CHANGED)
def page_covered_by_signature(shop: Workshop, target: Path) -> None:
    covered = _folder(shop, "cover") / "covered.pdf"
    attacks.cover_the_page_with_an_empty_field(shop.plain, covered)
    foreign.sign(shop.pki, covered, target, "deputy", field_name="Cover", md_algorithm="sha256")


@bad("A comment that draws over the page", CHANGED)
def comment_over_the_page(shop: Workshop, target: Path) -> None:
    def draw(writer: IncrementalPdfFileWriter) -> None:
        drawn = generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 400, 400))),
            },
            stream_data=b"1 1 1 rg 0 0 400 400 re f",
        )
        note = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/FreeText"),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (80, 300, 480, 700))),
                pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): writer.add_object(drawn)}),
            }
        )
        writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))

    _updated(shop.plain, target, draw)


@bad("An XFA form added", CHANGED)
def xfa_added(shop: Workshop, target: Path) -> None:
    def add(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/AcroForm"]["/XFA"] = writer.add_object(generic.StreamObject(stream_data=b"<xdp/>"))
        writer.update_container(writer.root["/AcroForm"])

    _updated(shop.plain, target, add)


@deceiving("The last signature cut off: the file of an earlier day")
def last_signature_cut_off(shop: Workshop, target: Path) -> None:
    attacks.cut_off_the_last_signature(shop.sealed, target)


@deceiving("Another letter by the same signer, sent in place of the stored one")
def another_letter(shop: Workshop, target: Path) -> None:
    target.write_bytes(shop.other.read_bytes())


def _folder(shop: Workshop, name: str) -> Path:
    place = shop.folder / "work" / name
    place.mkdir(parents=True, exist_ok=True)
    return place


def _updated(source: Path, target: Path, change: Callable[[IncrementalPdfFileWriter], Any]) -> None:
    target.write_bytes(source.read_bytes())
    with target.open("r+b") as stream:
        writer = IncrementalPdfFileWriter(stream)
        change(writer)
        writer.write_in_place()


def _signed_with_overlay(shop: Workshop, name: str, drawing: bytes) -> Path:
    """The letter with a drawing of its own on the page, signed by the head."""
    folder = _folder(shop, name)
    with pikepdf.open(shop.letter) as pdf:
        drawn = pdf.make_stream(drawing, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 595, 842])
        page = pdf.pages[0]
        page.add_resource(drawn, pikepdf.Name.XObject, pikepdf.Name("/Overlay"))
        page.contents_add(b"q /Overlay Do Q")
        pdf.save(folder / "prepared.pdf")
    return flow.sign(shop.pki, folder / "prepared.pdf", folder / "signed.pdf", "head", "head")


def _redrawn(writer: IncrementalPdfFileWriter, drawing: bytes) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    overlay = page["/Resources"]["/XObject"]["/Overlay"]
    overlay._data, overlay._encoded_data = drawing, None
    writer.update_container(overlay)


ALL = (
    _attack(attacks.flip_a_byte, "One byte of the text changed", "content_changed"),
    _attack(attacks.change_the_number, "The number changed after sealing", CHANGED),
    _attack(attacks.redraw_the_number, "Only the picture of the number changed", CHANGED),
    _attack(attacks.fill_the_note, "A locked field filled", CHANGED),
    _attack(attacks.swap_the_signature_picture, "The picture of the signature replaced", CHANGED),
    _attack(attacks.move_the_signature, "The signature's field made larger", CHANGED),
    _attack(attacks.cover_the_page_with_an_empty_field, "An empty signature field over the whole page", CHANGED),
    _attack(attacks.cover_the_page_with_an_empty_field, "The same, before the seal", CHANGED, on="head"),
    _attack(attacks.write_on_the_page, "Content added to the page", CHANGED),
    _attack(attacks.append_a_page, "A page appended", CHANGED),
    _attack(attacks.add_a_script, "A script that runs on opening", CHANGED),
    _attack(attacks.remove_the_signature, "A signature taken out of its field", CHANGED),
    _attack(attacks.give_the_signature_an_unknown_format, "A signature given an unknown format"),
    _attack(attacks.reuse_the_signature_in_a_field_of_its_own, "A signature used again in a field of its own", CHANGED),
    _attack(attacks.change_the_number, "A number filled without the seal", CHANGED, on="head"),
    _attack(attacks.fill_the_note, "A field filled that no lock protects", CHANGED, on="plain"),
    _attack(attacks.redraw_the_number, "The picture of an unlocked field changed", CHANGED, on="plain"),
    shadow_hide,
    shadow_replace,
    shadow_hide_and_replace,
    signature_wrapping,
    *RANGES,
    range_missing,
    proof_removed,
    page_covered_by_time_stamp,
    page_covered_by_signature,
    comment_over_the_page,
    xfa_added,
    last_signature_cut_off,
    another_letter,
)
