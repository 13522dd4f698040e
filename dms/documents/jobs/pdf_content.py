"""Refuse a PDF that acts, hides, or shows what comes from elsewhere.

Every object is looked at, also those that no page uses: content prepared in a corner is how a signed file is changed
later. The objects are written out by qpdf (so ``/J#53`` reads ``/JS``) and searched; only the suspects are walked.
"""

import re
import zlib
from collections.abc import Iterator

import pikepdf

from dms.documents.jobs import pdf_annotations, pdf_places
from dms.documents.jobs.pdf_places import Finding
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
_NOTES = {"pdf_links", "pdf_layers"}  # allowed, but worth knowing
REFUSED = frozenset(
    {
        *_ACTIONS.values(),
        *_KEYS.values(),
        *_SUBTYPES.values(),
        "pdf_automatic_action",
        "pdf_external_reference",
        "pdf_hidden_field",
        "pdf_optional_content",
        "pdf_overlapping_fields",
    }
)
"""Every code that a finding may refuse a file with."""

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
    """Raise ``Invalid`` for what acts, hides or comes from elsewhere; return codes of what is worth knowing.

    The error bears the code of the first thing found, and says where that and the others are (``pdf_places``).
    """
    items = pdf.objects
    if len(items) > max_objects:
        raise Invalid("pdf_too_many_objects", count=len(items), limit=max_objects)
    compound = [item for item in (pdf.trailer, *items) if isinstance(item, pikepdf.Object)]  # not numbers, not null
    found = [Finding(code, item.objgen[0]) for item in compound for code in _judge_object(item)]
    refused = [*(each for each in found if each.code not in _NOTES), *pdf_annotations.find(pdf)]
    if refused:
        raise pdf_places.refusal(pdf, refused)
    return tuple(sorted({each.code for each in found}))


def _judge_object(item: pikepdf.Object) -> Iterator[str]:
    """Codes of all that stands in one object."""
    if isinstance(item, pikepdf.Stream):
        yield from _judge_stream(item)
        item = item.stream_dict
    written = item.unparse(resolved=True)
    if len(written) > _MAX_OBJECT or _ENDLESS_NAME.search(written):
        raise Invalid("file_too_costly")
    if isinstance(item, pikepdf.Dictionary | pikepdf.Array) and _SUSPECT.search(written):
        yield from _judge(item, 0)


def _judge_stream(stream: pikepdf.Stream) -> Iterator[str]:
    if any(key in stream.stream_dict for key in _FROM_ELSEWHERE):
        yield "pdf_external_reference"
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
    yield from (_KEYS[key] for key in map(str, item) if key in _KEYS)
    yield from _named(_ACTIONS, item.get("/S"))
    yield from _named(_SUBTYPES, item.get("/Subtype"))
    yield from _judge_opening(item.get("/OpenAction"))
    if _name(item.get("/S")) == _LINK:
        yield "pdf_links"
    if "/OCProperties" in item:
        yield "pdf_layers" if _shows_all_layers(item.OCProperties) else "pdf_optional_content"


def _named(table: dict[str, str], value: object) -> Iterator[str]:
    if code := table.get(_name(value)):
        yield code


def _name(value: object) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _judge_opening(opening: pikepdf.Object | None) -> Iterator[str]:
    """Opening a file may only show a page of it."""
    if not isinstance(opening, pikepdf.Dictionary):
        return
    action = _name(opening.get("/S"))
    if action not in _PASSIVE_OPENINGS:
        yield _ACTIONS.get(action, "pdf_automatic_action")


def _shows_all_layers(properties: pikepdf.Object) -> bool:
    """Layers are bearable while each is shown, on screen and on paper, by every configuration."""
    configurations = [properties.get("/D"), *(properties.get("/Configs") or ())]
    return not any(isinstance(each, pikepdf.Dictionary) and _hides(each) for each in configurations)


def _hides(configuration: pikepdf.Dictionary) -> bool:
    base = _name(configuration.get("/BaseState")) or "/ON"
    return base != "/ON" or len(configuration.get("/OFF") or ()) > 0 or len(configuration.get("/AS") or ()) > 0
