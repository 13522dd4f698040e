"""Refuse a PDF that acts, hides, or shows what comes from elsewhere.

Every object is looked at, also those that no page uses: content prepared in a corner is how a signed file is changed
later. The objects are written out by qpdf (so ``/J#53`` reads ``/JS``) and searched; only the suspects are walked.
"""

import re
import zlib
from collections.abc import Iterator

import pikepdf

from dms.errors import Invalid

# A child judges one file and ends, so its refusals can be made beforehand.
_ACTIONS = {
    "/JavaScript": Invalid("pdf_javascript"),
    "/Launch": Invalid("pdf_launch_action"),
    "/GoToR": Invalid("pdf_external_reference"),
    "/GoToE": Invalid("pdf_embedded_files"),
    "/ImportData": Invalid("pdf_external_reference"),
    "/SubmitForm": Invalid("pdf_external_reference"),
    "/ResetForm": Invalid("pdf_active_content"),
    "/Hide": Invalid("pdf_active_content"),
    "/SetOCGState": Invalid("pdf_optional_content"),
    "/Rendition": Invalid("pdf_multimedia"),
    "/Movie": Invalid("pdf_multimedia"),
    "/Sound": Invalid("pdf_multimedia"),
    "/GoTo3DView": Invalid("pdf_multimedia"),
    "/RichMediaExecute": Invalid("pdf_multimedia"),
}
_KEYS = {
    "/JS": Invalid("pdf_javascript"),
    "/JavaScript": Invalid("pdf_javascript"),
    "/XFA": Invalid("pdf_xfa"),
    "/NeedsRendering": Invalid("pdf_xfa"),
    "/EmbeddedFiles": Invalid("pdf_embedded_files"),
    "/EF": Invalid("pdf_embedded_files"),
    "/Collection": Invalid("pdf_embedded_files"),
    "/AA": Invalid("pdf_automatic_action"),
    "/RichMediaContent": Invalid("pdf_multimedia"),
}
_SUBTYPES = {
    "/FileAttachment": Invalid("pdf_embedded_files"),
    "/RichMedia": Invalid("pdf_multimedia"),
    "/3D": Invalid("pdf_multimedia"),
    "/Screen": Invalid("pdf_multimedia"),
    "/Movie": Invalid("pdf_multimedia"),
    "/Sound": Invalid("pdf_multimedia"),
}
_FROM_ELSEWHERE = ("/F", "/Ref", "/OPI")  # keys of a stream whose content, or picture, stands in another file
_MAPS_OF_NAMES = {  # their keys are names that the writer made up; a font may well be called /AA
    "/Font",
    "/XObject",
    "/ExtGState",
    "/ColorSpace",
    "/Pattern",
    "/Shading",
    "/Properties",
    "/CharProcs",
    "/Colorants",
    "/ClassMap",
    "/RoleMap",
    "/Dests",
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
    if any(key in stream.stream_dict for key in _FROM_ELSEWHERE):
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
    for key, child in _children(item):
        if not isinstance(child, pikepdf.Dictionary | pikepdf.Array) or child.is_indirect:
            continue
        is_map = key in _MAPS_OF_NAMES and isinstance(child, pikepdf.Dictionary)
        yield from _judge(pikepdf.Array([value for _, value in child.items()]) if is_map else child, depth + 1)


def _children(item: pikepdf.Object) -> Iterator[tuple[str, object]]:
    if isinstance(item, pikepdf.Dictionary):
        return iter(item.items())
    return (("", child) for child in item)


def _judge_dictionary(item: pikepdf.Dictionary) -> Iterator[str]:
    for key in map(str, item):
        if refusal := _KEYS.get(key):
            raise refusal
    _refuse(_ACTIONS, item.get("/S"))
    _refuse(_SUBTYPES, item.get("/Subtype"))
    _ensure_quiet_opening(item.get("/OpenAction"))
    if _name(item.get("/S")) == _LINK:
        yield "pdf_links"
    if "/OCProperties" in item:
        _ensure_all_layers_shown(item.OCProperties)
        yield "pdf_layers"


def _refuse(table: dict[str, Invalid], value: object) -> None:
    if refusal := table.get(_name(value)):
        raise refusal


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
