"""Form fields: all of them are made before the first signature, because a later one can cover the page."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.form_tools import annot_width_height, enumerate_fields_in
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    SigFieldSpec,
    append_signature_field,
    enumerate_sig_fields,
)

from dms.errors import Conflict, Invalid
from dms.signing.pades import files
from dms.signing.pades.model import FieldKind, FieldLock, FieldSpec, FieldsSummary, LockAction

_PRINTED = 4  # annotation flag: shown on paper too
_READ_ONLY = 1  # field flag: no viewer lets anyone type in it
_ACTIONS = {
    LockAction.ALL: FieldMDPAction.ALL,
    LockAction.EXCLUDE: FieldMDPAction.EXCLUDE,
    LockAction.INCLUDE: FieldMDPAction.INCLUDE,
}
_DEFAULT_APPEARANCE = re.compile(r"/(?P<font>\S+) (?P<size>[\d.]+) Tf")


def add_fields(source: Path, target: Path, fields: Iterable[FieldSpec]) -> None:
    """Write ``source`` with ``fields`` added to ``target``, as one incremental update.

    Conflict: ``document_already_signed``, ``field_exists``. Invalid: ``document_unreadable`` and its kin,
    ``page_missing`` (a field on a page that is not there).
    """
    with files.appending(source, target) as stream:
        writer = files.open_writer(stream)
        _ensure_unsigned(writer.prev)
        files.parse(lambda: _add_all(writer, fields))


def inspect_fields(path: Path) -> FieldsSummary:
    """The signature and text fields of a PDF, in the order of the form."""
    with path.open("rb") as stream:
        reader = files.open_reader(stream)
        return files.parse(lambda: summarise(reader))


def summarise(reader: PdfHandler) -> FieldsSummary:
    """The same for an open file."""
    signatures = [(name, value) for name, value, _ in enumerate_sig_fields(reader)]
    return FieldsSummary(
        signature_fields=tuple(name for name, _ in signatures),
        signed_fields=tuple(name for name, value in signatures if value is not None),
        text_fields={name: value for name, value, _ in _text_fields(reader)},
    )


def page_of_field(path: Path, name: str) -> int:
    """The page (from 1) on which a signature field stands. Invalid("field_missing")."""
    with path.open("rb") as stream:
        reader = files.open_reader(stream)
        return files.parse(lambda: _page_of(reader, name))


def _page_of(reader: PdfFileReader, name: str) -> int:
    field = next((reference for found, _, reference in enumerate_sig_fields(reader) if found == name), None)
    if field is None:
        raise Invalid("field_missing", field=name)
    widgets = {field.reference} | {kid.reference for kid in field.get_object().get("/Kids", ())}
    for index in range(int(reader.root["/Pages"]["/Count"])):
        page = reader.find_page_for_modification(index)[0].get_object()
        annotations = page.get("/Annots", ())
        if any(annotations.raw_get(number).reference in widgets for number in range(len(annotations))):
            return index + 1
    raise Invalid("field_missing", field=name)


@dataclass(frozen=True)
class Typesetting:
    """How a text field is to be filled; ``width`` and ``height`` in points."""

    font: str
    size: float
    alignment: int
    width: float
    height: float


def typesetting(reader: PdfHandler, name: str) -> Typesetting:
    """What ``add_fields`` wrote down for a text field; Invalid("field_missing") if there is no such field."""
    for found, _, reference in _text_fields(reader):
        if found == name:
            entry = reference.get_object()
            match = _DEFAULT_APPEARANCE.search(str(_entry(entry, "/DA", "")))
            font, size = (match["font"], float(match["size"])) if match else ("Tinos", 13.0)
            width, height = annot_width_height(entry)
            return Typesetting(font, size, int(_entry(entry, "/Q", 0)), float(width), float(height))
    raise Invalid("field_missing", field=name)


def text_value(reader: PdfHandler, name: str) -> str:
    """What stands in a text field; empty if nothing does."""
    return next((value for found, value, _ in _text_fields(reader) if found == name), "")


def _text_fields(reader: PdfHandler) -> Iterator[tuple[str, str, generic.IndirectObject]]:
    form = _entry(reader.root, "/AcroForm", generic.DictionaryObject())
    every = _entry(form, "/Fields", generic.ArrayObject())
    for name, _, reference in enumerate_fields_in(every, refs_seen=set(), target_field_type="/Tx"):
        yield name, str(_entry(reference.get_object(), "/V", "")), reference


def _entry(dictionary: generic.DictionaryObject, key: str, default: Any) -> Any:
    """What ``key`` leads to; pyHanko's own ``get`` stops at the reference."""
    return dictionary[key] if key in dictionary else default  # noqa: SIM401 - see above


def _ensure_unsigned(reader: PdfFileReader) -> None:
    if any(enumerate_sig_fields(reader, filled_status=True)):
        raise Conflict("document_already_signed")


def _add_all(writer: IncrementalPdfFileWriter, fields: Iterable[FieldSpec]) -> None:
    pages = int(writer.root["/Pages"]["/Count"])
    taken = set(summarise(writer.prev).signature_fields) | set(summarise(writer.prev).text_fields)
    for spec in fields:
        _ensure_possible(spec, pages, taken)
        taken.add(spec.name)
        _MAKERS[spec.kind](writer, spec)
    writer.write_in_place()


def _ensure_possible(spec: FieldSpec, pages: int, taken: set[str]) -> None:
    if not 0 <= spec.page < pages:
        raise Invalid("page_missing", field=spec.name, page=spec.page + 1, pages=pages)
    if spec.name in taken:
        raise Conflict("field_exists", field=spec.name)


def _add_signature_field(writer: IncrementalPdfFileWriter, spec: FieldSpec) -> None:
    lock = _lock(spec.lock) if spec.lock else None
    box: tuple[int, int, int, int] = tuple(round(edge) for edge in spec.box)  # type: ignore[assignment]  # four edges
    append_signature_field(
        writer,
        SigFieldSpec(spec.name, on_page=spec.page, box=box, field_mdp_spec=lock),
    )


def _lock(lock: FieldLock) -> FieldMDPSpec:
    names = list(lock.fields) if lock.action != LockAction.ALL else None
    return FieldMDPSpec(_ACTIONS[lock.action], names)


def _add_text_field(writer: IncrementalPdfFileWriter, spec: FieldSpec) -> None:
    page, _ = writer.find_page_for_modification(spec.page)
    font = "TinosItalic" if spec.italic else "Tinos"
    field = generic.DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): generic.TextStringObject(spec.name),
            pdf_name("/Ff"): generic.NumberObject(_READ_ONLY),
            pdf_name("/DA"): generic.TextStringObject(f"/{font} {spec.font_size:g} Tf 0 g"),
            pdf_name("/Q"): generic.NumberObject(spec.alignment),
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/Rect"): generic.ArrayObject(generic.FloatObject(edge) for edge in spec.box),
            pdf_name("/F"): generic.NumberObject(_PRINTED),
            pdf_name("/P"): page,
        }
    )
    reference = writer.add_object(field)
    writer.register_annotation(page, reference)
    _form_fields(writer).append(reference)


def _form_fields(writer: IncrementalPdfFileWriter) -> generic.ArrayObject:
    if "/AcroForm" not in writer.root:
        writer.root[pdf_name("/AcroForm")] = writer.add_object(generic.DictionaryObject())
        writer.update_root()
    form = writer.root["/AcroForm"]
    if "/Fields" not in form:
        form[pdf_name("/Fields")] = generic.ArrayObject()
    fields: generic.ArrayObject = form["/Fields"]
    for container in (form, fields):
        writer.update_container(container)
    return fields


_MAKERS = {FieldKind.SIGNATURE: _add_signature_field, FieldKind.TEXT: _add_text_field}
