"""Inspect a DOCX: macros, embedded programs, content from elsewhere, broken XML."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from dms import text
from dms.documents.inspection import Inspection, InspectionLimits
from dms.documents.jobs.packages import CONTENT_TYPES, Package
from dms.documents.sniff import MediaType
from dms.errors import Invalid

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MAX_TITLE = 300

# A child judges one file and ends, so its refusals can be made beforehand.
#: Refusals by the name of a part.
_PARTS = (
    (
        re.compile(r"(?i)(vbaProject\.bin|vbaData\.xml|vbaProjectSignature\w*\.bin|attachedToolbars\.bin)$"),
        Invalid("docx_macros"),
    ),
    (
        re.compile(r"(?i)/activeX/|/embeddings/.*(?<!\.xlsx)$|\.(docm|dotm|xlsm|exe|dll|js|vbs|hta)$"),
        Invalid("docx_embedded_objects"),
    ),
    (re.compile(r"(?i)/afchunk"), Invalid("docx_embedded_objects")),
)
#: Refusals by what [Content_Types].xml declares.
_CONTENT_TYPES = (
    (re.compile(r"(?i)macroEnabled|vbaProject|ms-word\.vba"), Invalid("docx_macros")),
    (re.compile(r"(?i)oleObject|activeX"), Invalid("docx_embedded_objects")),
)
#: Refusals by the kind of a relationship, wherever it points.
_RELATIONSHIPS = {
    "vbaProject": Invalid("docx_macros"),
    "oleObject": Invalid("docx_embedded_objects"),
    "control": Invalid("docx_embedded_objects"),
    "aFChunk": Invalid("docx_embedded_objects"),
    "subDocument": Invalid("docx_external_reference"),
    "frame": Invalid("docx_external_reference"),
}
_EXTERNAL_ALLOWED = {"hyperlink"}
_ACTIVE_FIELD = re.compile(r"(?im)^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|MACROBUTTON|RD)\b")
#: Notes by an element of the main text.
_NOTES = {
    f"{_W}ins": "docx_tracked_changes",
    f"{_W}del": "docx_tracked_changes",
    f"{_W}moveFrom": "docx_tracked_changes",
    f"{_W}commentReference": "docx_comments",
    f"{_W}vanish": "docx_hidden_text",
}


def warm_up() -> None:
    """Load the alphabet of ZIP names and the parts of the XML reader once."""
    codecs.lookup("cp437")
    etree.fromstring(b"<warm/>").find("{*}up")


def inspect(path: Path, media_type: MediaType, limits: InspectionLimits) -> Inspection:
    """Inspect the DOCX at ``path``; raises ``Invalid`` with one of the codes that stand above and in ``packages``."""
    package = Package(path, limits)
    for name in sorted(package.names):
        _refuse_match(_PARTS, name)
    notes: set[str] = set()
    for name in package.xml_parts():
        notes |= set(_judge_part(name, package.tree(name)))
    return Inspection(
        media_type=media_type,
        pages=None,
        title=_property(package, "docProps/core.xml", f"{_DC}title"),
        producer=_producer(package),
        problems=tuple(sorted(notes)),
    )


def _judge_part(name: str, root: etree._Element) -> Iterator[str]:
    if name == CONTENT_TYPES:
        _ensure_plain_types(root)
    elif name.endswith(".rels"):
        _ensure_inside(root)
    else:
        _ensure_passive_fields(root)
        yield from (note for tag, note in _NOTES.items() if next(root.iter(tag), None) is not None)


def _refuse_match(table: tuple[tuple[re.Pattern[str], Invalid], ...], value: str) -> None:
    for pattern, refusal in table:
        if pattern.search(value):
            raise refusal


def _ensure_plain_types(root: etree._Element) -> None:
    for element in root.iter("{*}Default", "{*}Override"):
        _refuse_match(_CONTENT_TYPES, element.get("ContentType", ""))


def _ensure_inside(root: etree._Element) -> None:
    """Only a link that the reader must click may lead outside."""
    for relationship in root.iter("{*}Relationship"):
        kind = relationship.get("Type", "").rsplit("/", 1)[-1]
        if refusal := _RELATIONSHIPS.get(kind):
            raise refusal
        if relationship.get("TargetMode") == "External" and kind not in _EXTERNAL_ALLOWED:
            raise Invalid("docx_external_reference")


def _ensure_passive_fields(root: etree._Element) -> None:
    if _ACTIVE_FIELD.search(_field_codes(root)):
        raise Invalid("docx_external_reference")


def _field_codes(root: etree._Element) -> str:
    """All field codes, one a line; a code may be cut into many runs, between two marks."""
    parts: list[str] = []
    for element in root.iter(f"{_W}instrText", f"{_W}fldChar", f"{_W}fldSimple"):
        if element.tag == f"{_W}instrText":
            parts.append(element.text or "")
        else:
            parts.append("\n" + element.get(f"{_W}instr", ""))
    return "".join(parts)


def _property(package: Package, part: str, tag: str) -> str:
    if part not in package.names:
        return ""
    return text.clean((package.tree(part).findtext(f".//{tag}") or "")[: 4 * _MAX_TITLE])[:_MAX_TITLE]


def _producer(package: Package) -> str:
    return _property(package, "docProps/app.xml", "{*}Application")
