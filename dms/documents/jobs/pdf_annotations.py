"""Form fields that are hidden or lie over each other: what is filled into them shows, or hides, only later."""

from collections.abc import Iterator
from itertools import combinations

import pikepdf

from dms.documents.jobs.pdf_places import Finding

_HIDDEN = 2 | 32  # annotation flags: hidden; not on the screen
_MOST_OVERLAP = 0.5  # of the smaller field; neighbours in a table touch, a seal may reach over a line
_MOST_PARENTS = 8
_MOST_FIELDS = 500  # on one page; more is no form for people

Rect = tuple[float, float, float, float]


def find(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """Hidden fields, and fields that lie over others; a seal over a signature is not meant."""
    for page_number, page in enumerate(pdf.pages, start=1):
        widgets = [item for item in _annotations(page.obj) if item.get("/Subtype") == "/Widget"]
        for item in widgets:
            if not _is_signature(item) and _is_hidden(item):
                yield Finding("pdf_hidden_field", item.objgen[0], page_number)
        for item in _overlapping(widgets[:_MOST_FIELDS]):
            yield Finding("pdf_overlapping_fields", item.objgen[0], page_number)


def _overlapping(widgets: list[pikepdf.Dictionary]) -> Iterator[pikepdf.Dictionary]:
    placed = [(item, _is_signature(item), rect) for item in widgets if (rect := _rect(item)) is not None]
    for (_, one_signs, one), (item, other_signs, other) in combinations(placed, 2):
        if not (one_signs and other_signs) and _overlap(one, other) > _MOST_OVERLAP:
            yield item


def _annotations(page: pikepdf.Object) -> list[pikepdf.Dictionary]:
    listed = page.get("/Annots")
    if not isinstance(listed, pikepdf.Array):
        return []
    return [item for item in listed if isinstance(item, pikepdf.Dictionary)]


def _is_signature(item: pikepdf.Dictionary) -> bool:
    """By the type of the field, which a widget may have from its parent."""
    for _ in range(_MOST_PARENTS):
        if "/FT" in item:
            return bool(item.FT == "/Sig")
        parent = item.get("/Parent")
        if not isinstance(parent, pikepdf.Dictionary):
            break
        item = parent
    return False


def _is_hidden(item: pikepdf.Dictionary) -> bool:
    flags = item.get("/F", 0)
    return isinstance(flags, int) and bool(flags & _HIDDEN)


def _rect(item: pikepdf.Dictionary) -> Rect | None:
    edges = item.get("/Rect")
    if not isinstance(edges, pikepdf.Array) or len(edges) != 4:
        return None
    try:
        left, bottom, right, top = (float(edge) for edge in edges)
    except (TypeError, ValueError):
        return None
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _overlap(one: Rect, other: Rect) -> float:
    """The part of the smaller rectangle that lies in the other."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min(_area(one), _area(other))
    return width * height / smaller if width > 0 and height > 0 and smaller > 0 else 0.0


def _area(rect: Rect) -> float:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])
