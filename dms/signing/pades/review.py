"""What did an update change that somebody else made? A file is compared with the version that it extends.

For a file's first signature no earlier one guards the paper: whoever signs with a tool of his own could change it in
the very update that signs it. So the whole of what was added is looked at, by the rules for changes after a signature.
It runs in the sandbox (``dms.documents.sandbox``): the returned file is a stranger's, and this is the first look at it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult
from pyhanko.sign.diff_analysis.policy_api import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields

from dms.signing.pades import files
from dms.signing.pades.changes import OF_FIRST_SIGNATURE

_ARCHIVE_TYPE = "/DocTimeStamp"


@dataclass(frozen=True)
class OwnField:
    """A signature field that was not there before. ``share`` of the page that it may cover, 0 to 1."""

    name: str
    page: int
    share: float
    is_on_page: bool
    widgets: int


@dataclass(frozen=True)
class Review:
    """What an update added.

    ``signed``: signature fields that are signed now and were not; ``own_fields``: those of them that are new;
    ``empty_fields``: new signature fields that nobody signed. ``is_clean``: nothing changed but form fields, proof and
    time stamps; ``changed_fields``: fields that changed beside the signatures and time stamps.
    """

    signed: tuple[str, ...]
    own_fields: tuple[OwnField, ...]
    empty_fields: tuple[str, ...]
    is_clean: bool
    changed_fields: tuple[str, ...]


def review(sent: Path, returned: Path) -> Review:
    """Compare ``returned`` with ``sent``, whose bytes it begins with. Invalid: ``document_unreadable`` and its kin."""
    with sent.open("rb") as first, returned.open("rb") as second:
        before, after = files.open_reader(first), files.open_reader(second)
        return files.parse(lambda: _review(before, after))


def _review(before: PdfFileReader, after: PdfFileReader) -> Review:
    known = {name for name, _, _ in enumerate_sig_fields(before)}
    signed_before = {name for name, value, _ in enumerate_sig_fields(before) if value is not None}
    fields = {name: (value, reference) for name, value, reference in enumerate_sig_fields(after)}
    added = {name: each for name, each in fields.items() if each[0] is not None and name not in signed_before}
    stamps = {name for name, (value, _) in added.items() if value.get_object().get("/Type") == _ARCHIVE_TYPE}
    signed = tuple(name for name in added if name not in stamps)
    found = Review(
        signed=signed,
        own_fields=tuple(_placed(after, name, fields[name][1]) for name in signed if name not in known),
        empty_fields=tuple(name for name, (value, _) in fields.items() if value is None and name not in known),
        is_clean=False,
        changed_fields=(),
    )
    result = OF_FIRST_SIGNATURE.review_file(after, before.xrefs.total_revisions - 1)
    if not isinstance(result, DiffResult) or result.modification_level > ModificationLevel.FORM_FILLING:
        return found
    changed = result.changed_form_fields - set(signed) - stamps
    return replace(found, is_clean=True, changed_fields=tuple(sorted(map(str, changed))))


def _placed(reader: PdfFileReader, name: str, field: generic.IndirectObject) -> OwnField:
    """Where a new field lies: the page that lists it, and the larger part of the page that it may hide."""
    entry = field.get_object()
    widgets = list(_widgets(field, entry))
    page, box = _page_of(reader, {each.reference for each in widgets})
    sheet = _edges(box) if box is not None else (0.0, 0.0, 1.0, 1.0)
    rects = [_edges(each.get_object()["/Rect"]) for each in widgets if "/Rect" in each.get_object()]
    return OwnField(
        name=name,
        page=page,
        share=max((_area(rect) / max(_area(sheet), 1.0) for rect in rects), default=0.0),
        is_on_page=all(_lies_in(rect, sheet) for rect in rects if _area(rect)),
        widgets=len(widgets),
    )


def _widgets(field: generic.IndirectObject, entry: generic.DictionaryObject) -> Iterator[generic.IndirectObject]:
    kids = entry.get("/Kids", ())
    if "/Rect" in entry or not kids:
        yield field
    yield from (kids.raw_get(index) for index in range(len(kids)))


def _page_of(reader: PdfFileReader, widgets: set[generic.Reference]) -> tuple[int, generic.ArrayObject | None]:
    for index in range(int(reader.root["/Pages"]["/Count"])):
        page = reader.find_page_for_modification(index)[0].get_object()
        listed = page.get("/Annots", ())
        if any(listed.raw_get(number).reference in widgets for number in range(len(listed))):
            return index + 1, _media_box(page)
    return 0, None


def _media_box(page: generic.DictionaryObject) -> generic.ArrayObject | None:
    while "/MediaBox" not in page:
        if "/Parent" not in page:
            return None
        page = page["/Parent"]
    box: generic.ArrayObject = page["/MediaBox"]
    return box


def _edges(rect: generic.ArrayObject) -> tuple[float, float, float, float]:
    left, bottom, right, top = (float(edge) for edge in rect)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _area(rect: tuple[float, float, float, float]) -> float:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])


def _lies_in(inner: tuple[float, float, float, float], outer: tuple[float, float, float, float]) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]
