"""What the pages of a flat PDF draw with: without what PDF/A forbids, and whether it holds all that PDF/A needs."""

from collections.abc import Iterator

import pikepdf

_MOST_NESTED = 20
_SUPERFLUOUS = (
    "/OC",
    "/AF",
    "/PieceInfo",
    "/Metadata",
    "/OPI",
    "/Ref",
    "/Alternates",
    "/StructParent",
    "/StructParents",
)
_NOT_IN_STATES = ("/TR", "/TR2", "/HTP", "/HTO")  # transfer curves and halftones
_FROM_ELSEWHERE = "/F"
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
_PRINTING = {"/DeviceCMYK"}
_PRINTING_OPERATORS = {"k", "K"}


def clean(page: pikepdf.Dictionary) -> None:
    """Take out of a page's resources what is not drawn, comes from elsewhere, or has no place in PDF/A."""
    for resources in _all_resources(page):
        _clean_drawings(resources)
        _clean_states(resources)
        _clean_properties(resources)


def is_fit(page: pikepdf.Page) -> bool:
    """Whether every font is embedded and no printing colours are used."""
    for resources in _all_resources(page.obj):
        if not all(map(_is_embedded, _values(resources, "/Font"))):
            return False
        pictures = [each.get("/ColorSpace") for each in _values(resources, "/XObject")]
        spaces = [*pictures, *_values(resources, "/ColorSpace"), *_values(resources, "/Shading")]
        if any(_is_printing(space, 0) for space in spaces):
            return False
    return not (_prints(page) or any(map(_prints, _forms(page.obj))))


def _all_resources(page: pikepdf.Dictionary) -> Iterator[pikepdf.Dictionary]:
    """Those of the page, of its forms and patterns, and of theirs; each once."""
    waiting: list[tuple[pikepdf.Object, int]] = [(page, 0)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        item, depth = waiting.pop()
        resources = item.get("/Resources")
        if not isinstance(resources, pikepdf.Dictionary) or depth > _MOST_NESTED:
            continue
        yield resources
        for drawing in (*_values(resources, "/XObject"), *_values(resources, "/Pattern"), *_values(resources, "/Font")):
            if drawing.objgen not in seen:
                seen.add(drawing.objgen)
                waiting.append((drawing, depth + 1))


def _values(resources: pikepdf.Dictionary, kind: str) -> list[pikepdf.Object]:
    named = resources.get(kind)
    if not isinstance(named, pikepdf.Dictionary):
        return []
    return [each for _, each in named.items() if isinstance(each, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array)]


def _forms(page: pikepdf.Dictionary) -> Iterator[pikepdf.Object]:
    for resources in _all_resources(page):
        for each in _values(resources, "/XObject"):
            if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Form":
                yield each


def _clean_drawings(resources: pikepdf.Dictionary) -> None:
    named = resources.get("/XObject")
    if not isinstance(named, pikepdf.Dictionary):
        return
    for name in list(named.keys()):
        drawing = named[name]
        if not isinstance(drawing, pikepdf.Stream):
            del named[name]
            continue
        entries = drawing.stream_dict
        if _FROM_ELSEWHERE in entries or entries.get("/Subtype") == "/PS" or "/Ref" in entries:
            del named[name]
            continue
        for key in _SUPERFLUOUS:
            if key in entries:
                del entries[key]
        if entries.get("/Interpolate"):
            entries["/Interpolate"] = False


def _clean_states(resources: pikepdf.Dictionary) -> None:
    for state in _values(resources, "/ExtGState"):
        for key in _NOT_IN_STATES:
            if key in state:
                del state[key]


def _clean_properties(resources: pikepdf.Dictionary) -> None:
    """Layers are gone; their names go too."""
    named = resources.get("/Properties")
    if isinstance(named, pikepdf.Dictionary):
        for name in list(named.keys()):
            if isinstance(named[name], pikepdf.Dictionary) and named[name].get("/Type") in {"/OCG", "/OCMD"}:
                del named[name]


def _is_embedded(font: pikepdf.Object) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    descendants = font.get("/DescendantFonts")
    holder = descendants[0] if isinstance(descendants, pikepdf.Array) and len(descendants) else font
    descriptor = holder.get("/FontDescriptor")
    return isinstance(descriptor, pikepdf.Dictionary) and any(key in descriptor for key in _FONT_FILES)


def _is_printing(space: object, depth: int) -> bool:
    """Whether a colour space ends in printing colours, its alternates and palettes included."""
    if isinstance(space, pikepdf.Name):
        return str(space) in _PRINTING
    if depth > _MOST_NESTED:
        return True
    if isinstance(space, pikepdf.Array):
        return any(_is_printing(each, depth + 1) for each in space if isinstance(each, pikepdf.Name | pikepdf.Array))
    if isinstance(space, pikepdf.Dictionary | pikepdf.Stream):
        return _is_printing(space.get("/ColorSpace"), depth + 1)
    return False


def _prints(content: pikepdf.Page | pikepdf.Object) -> bool:
    return any(str(each.operator) in _PRINTING_OPERATORS for each in pikepdf.parse_content_stream(content, "k K"))
