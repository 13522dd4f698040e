"""Refuse a PDF that acts, hides, or shows what comes from elsewhere.

Every object is looked at, also those that no page uses: content prepared in a corner is how a signed file is changed
later. The objects are written out by qpdf (so ``/J#53`` reads ``/JS``) and searched; only the suspects are walked.
"""

import re
import zlib
from collections.abc import Iterator

import pikepdf

from dms.errors import Invalid

_ACTIONS = {
    "/JavaScript": "pdf_javascript",
    "/Launch": "pdf_launch_action",
    "/GoToR": "pdf_external_reference",
    "/GoToE": "pdf_embedded_files",
    "/ImportData": "pdf_external_reference",
    "/SubmitForm": "pdf_external_reference",
    "/ResetForm": "pdf_active_content",
    "/Hide": "pdf_active_content",
    "/SetOCGState": "pdf_optional_content",
    "/Rendition": "pdf_multimedia",
    "/Movie": "pdf_multimedia",
    "/Sound": "pdf_multimedia",
    "/GoTo3DView": "pdf_multimedia",
    "/RichMediaExecute": "pdf_multimedia",
}
_KEYS = {
    "/JS": "pdf_javascript",
    "/JavaScript": "pdf_javascript",
    "/XFA": "pdf_xfa",
    "/NeedsRendering": "pdf_xfa",
    "/EmbeddedFiles": "pdf_embedded_files",
    "/EF": "pdf_embedded_files",
    "/Collection": "pdf_embedded_files",
    "/AA": "pdf_automatic_action",
    "/Ref": "pdf_external_reference",
    "/OPI": "pdf_external_reference",
    "/RichMediaContent": "pdf_multimedia",
}
_SUBTYPES = {
    "/FileAttachment": "pdf_embedded_files",
    "/RichMedia": "pdf_multimedia",
    "/3D": "pdf_multimedia",
    "/Screen": "pdf_multimedia",
    "/Movie": "pdf_multimedia",
    "/Sound": "pdf_multimedia",
}
_PASSIVE_OPENINGS = {"/GoTo", "/Named"}
_LINK = "/URI"

_WORDS = sorted({*_ACTIONS, *_KEYS, *_SUBTYPES, "/OpenAction", "/OCProperties", _LINK})
_SUSPECT = re.compile(b"(?:" + b"|".join(re.escape(word.encode()) for word in _WORDS) + rb")(?![^\s/<>\[\]()%])")
_ENDLESS_NAME = re.compile(rb"/[^\s/<>\[\]()%]{10000}")  # tools that sign take minutes for a name of megabytes
_MAX_OBJECT = 4 << 20  # bytes of one object without its stream; the largest honest ones have some 100 KB
_STRUCTURAL = {"/ObjStm", "/XRef"}  # streams that hold the file's own structure, unpacked by whoever opens it
_MAX_UNPACKED = 64 << 20
_MAX_DEPTH = 100


def ensure_passive(pdf: pikepdf.Pdf, max_objects: int) -> tuple[str, ...]:
    """Raise ``Invalid`` for the first active thing; return codes of what is allowed but worth knowing."""
    items = pdf.objects
    if len(items) > max_objects:
        raise Invalid("pdf_too_many_objects", count=len(items), limit=max_objects)
    compound = (item for item in (pdf.trailer, *items) if isinstance(item, pikepdf.Object))  # not numbers, not null
    notes = {note for item in compound for note in _judge_object(item)}
    return tuple(sorted(notes))


def _judge_object(item: pikepdf.Object) -> Iterator[str]:
    if isinstance(item, pikepdf.Stream):
        _ensure_plain_stream(item)
        item = item.stream_dict
    written = item.unparse(resolved=True)
    if len(written) > _MAX_OBJECT or _ENDLESS_NAME.search(written):
        raise Invalid("file_too_costly")
    if isinstance(item, pikepdf.Dictionary | pikepdf.Array) and _SUSPECT.search(written):
        yield from _judge(item, 0)


def _ensure_plain_stream(stream: pikepdf.Stream) -> None:
    if "/F" in stream.stream_dict:
        raise Invalid("pdf_external_reference")
    if _name(stream.stream_dict.get("/Type")) in _STRUCTURAL and _unpacks_to_too_much(stream):
        raise Invalid("file_too_costly")


def _unpacks_to_too_much(stream: pikepdf.Stream) -> bool:
    filters = stream.stream_dict.get("/Filter")
    if isinstance(filters, pikepdf.Array):
        if len(filters) > 1:
            return True  # no honest writer packs its objects twice
        filters = filters[0] if len(filters) else None
    if _name(filters) != "/FlateDecode":
        return False
    unpacker = zlib.decompressobj()
    unpacker.decompress(stream.read_raw_bytes(), _MAX_UNPACKED)
    return bool(unpacker.unconsumed_tail)


def _judge(item: pikepdf.Object, depth: int) -> Iterator[str]:
    """Walk what stands directly inside one object; what it refers to is judged on its own turn."""
    if depth > _MAX_DEPTH:
        raise Invalid("file_unreadable")
    if isinstance(item, pikepdf.Dictionary):
        yield from _judge_dictionary(item)
        children = [value for _, value in item.items()]
    else:
        children = list(item)
    for child in children:
        if isinstance(child, pikepdf.Dictionary | pikepdf.Array) and not child.is_indirect:
            yield from _judge(child, depth + 1)


def _judge_dictionary(item: pikepdf.Dictionary) -> Iterator[str]:
    for key in map(str, item):
        if code := _KEYS.get(key):
            raise Invalid(code)
    _refuse(_ACTIONS, item.get("/S"))
    _refuse(_SUBTYPES, item.get("/Subtype"))
    _ensure_quiet_opening(item.get("/OpenAction"))
    if _name(item.get("/S")) == _LINK:
        yield "pdf_links"
    if "/OCProperties" in item:
        _ensure_all_layers_shown(item.OCProperties)
        yield "pdf_layers"


def _refuse(table: dict[str, str], value: object) -> None:
    if code := table.get(_name(value)):
        raise Invalid(code)


def _name(value: object) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _ensure_quiet_opening(opening: pikepdf.Object | None) -> None:
    """Opening a file may only show a page of it."""
    if not isinstance(opening, pikepdf.Dictionary):
        return
    action = opening.get("/S")
    _refuse(_ACTIONS, action)
    if _name(action) not in _PASSIVE_OPENINGS:
        raise Invalid("pdf_automatic_action")


def _ensure_all_layers_shown(properties: pikepdf.Object) -> None:
    """Layers are bearable while each is shown, on screen and on paper, by every configuration."""
    configurations = [properties.get("/D"), *(properties.get("/Configs") or ())]
    for configuration in configurations:
        if isinstance(configuration, pikepdf.Dictionary) and _hides(configuration):
            raise Invalid("pdf_optional_content")


def _hides(configuration: pikepdf.Dictionary) -> bool:
    base = _name(configuration.get("/BaseState")) or "/ON"
    return base != "/ON" or len(configuration.get("/OFF") or ()) > 0 or len(configuration.get("/AS") or ()) > 0
