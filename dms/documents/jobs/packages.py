"""Open a DOCX file as a ZIP of XML parts, within bounds and without entities, DTDs or network."""

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from lxml import etree

from dms.documents.inspection import InspectionLimits
from dms.errors import Invalid

_ENCRYPTED = 0x1
_RATIO_FLOOR = 1 << 20  # small parts may compress as well as they like
DOCUMENT = "word/document.xml"
CONTENT_TYPES = "[Content_Types].xml"


class Package:
    """A bounded DOCX, or another package of Office by its ``main`` part: names of its parts, and its XML as trees."""

    def __init__(self, path: Path, limits: InspectionLimits, main: str = DOCUMENT) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise Invalid("file_truncated") from error
        _ensure_bounded(self._zip.infolist(), limits)
        self.names = frozenset(self._zip.namelist())
        if not {main, CONTENT_TYPES} <= self.names:
            raise Invalid("media_type_not_accepted", found="zip")

    def tree(self, name: str) -> etree._Element:
        """The root of one XML part; raises ``Invalid("docx_broken_xml")``."""
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
        )
        try:
            root = etree.fromstring(self._zip.read(name), parser)
        except etree.XMLSyntaxError as error:
            raise Invalid("docx_broken_xml", part=name[:100]) from error
        if root.getroottree().docinfo.doctype:
            raise Invalid("docx_broken_xml", part=name[:100])
        return root

    def xml_parts(self) -> Iterator[str]:
        """Names of the parts that hold XML, in a stable order."""
        return (name for name in sorted(self.names) if name.endswith((".xml", ".rels")))


def _ensure_bounded(entries: list[zipfile.ZipInfo], limits: InspectionLimits) -> None:
    if len(entries) > limits.archive_entries:
        raise Invalid("archive_too_large")
    total = sum(entry.file_size for entry in entries)
    if total > limits.archive_bytes:
        raise Invalid("archive_too_large")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Invalid("file_encrypted")
    if any(_is_bomb(entry, limits.archive_ratio) for entry in entries):
        raise Invalid("archive_too_large")
    if len({entry.filename for entry in entries}) != len(entries) or any(map(_leaves_package, entries)):
        raise Invalid("archive_ambiguous")


def _is_bomb(entry: zipfile.ZipInfo, ratio: int) -> bool:
    return entry.file_size > _RATIO_FLOOR and entry.file_size > ratio * max(1, entry.compress_size)


def _leaves_package(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    return path.is_absolute() or ".." in path.parts or "\\" in entry.filename
