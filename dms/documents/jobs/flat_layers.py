"""Take layers (optional content) out of a PDF: what is hidden as the file opens goes, the rest stays as plain content.

Layers only decide what is painted (ISO 32000-1, 8.11.3.2): hidden instructions that change the state of drawing stay.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

_MOST_NESTED = 20
_PAINTS = {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*"}  # a path; without paint it still has to end
_SHOWS = {"Tj", "TJ", "'", '"', "Do", "sh", "INLINE IMAGE"}
_END_PATH = pikepdf.Operator("n")


@dataclass(frozen=True)
class Layers:
    """Which groups are hidden, by object number and generation."""

    hidden: frozenset[tuple[int, int]]

    def shows(self, item: object, depth: int = 0) -> bool:
        """Whether a group, or a condition on groups, lets its content be seen."""
        if not isinstance(item, pikepdf.Dictionary) or depth > _MOST_NESTED:
            return True
        if item.get("/Type") != "/OCMD":
            return item.objgen not in self.hidden
        if isinstance(item.get("/VE"), pikepdf.Array):
            return self._holds(item.VE, depth + 1)
        groups = item.get("/OCGs")
        members = list(groups) if isinstance(groups, pikepdf.Array) else [groups]
        seen = [self.shows(each, depth + 1) for each in members if isinstance(each, pikepdf.Dictionary)]
        return _POLICIES.get(str(item.get("/P")), any)(seen) if seen else True

    def _holds(self, expression: object, depth: int) -> bool:
        if not isinstance(expression, pikepdf.Array) or not len(expression) or depth > _MOST_NESTED:
            return self.shows(expression, depth)
        values = [self._holds(each, depth + 1) for each in list(expression)[1:]]
        match str(expression[0]):
            case "/And":
                return all(values)
            case "/Not":
                return not any(values)
            case _:
                return any(values)


_POLICIES: dict[str, Callable[[list[bool]], bool]] = {
    "/AllOn": all,
    "/AnyOn": any,
    "/AnyOff": lambda seen: not all(seen),
    "/AllOff": lambda seen: not any(seen),
}


def remove(pdf: pikepdf.Pdf) -> None:
    """Take all layers out of the file."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, pikepdf.Dictionary):
        return
    layers = Layers(frozenset(_hidden(properties)))
    for page in pdf.pages:
        resources = page.obj.get("/Resources")
        own = resources if isinstance(resources, pikepdf.Dictionary) else pikepdf.Dictionary()
        page.obj.Contents = pikepdf.Stream(pdf, _seen(page, own, layers))
        _clean(own, layers, 0)
        _drop_hidden_annotations(page.obj, layers)
    del pdf.Root["/OCProperties"]


def _hidden(properties: pikepdf.Dictionary) -> Iterator[tuple[int, int]]:
    """The groups that the default configuration switches off."""
    default = properties.get("/D")
    default = default if isinstance(default, pikepdf.Dictionary) else pikepdf.Dictionary()
    off, on = _groups(default.get("/OFF")), _groups(default.get("/ON"))
    all_off = default.get("/BaseState") == "/OFF"
    for group in _groups(properties.get("/OCGs")):
        if group in off or (all_off and group not in on):
            yield group


def _groups(listed: object) -> list[tuple[int, int]]:
    if not isinstance(listed, pikepdf.Array):
        return []
    return [each.objgen for each in listed if isinstance(each, pikepdf.Dictionary)]


def _seen(content: pikepdf.Page | pikepdf.Object, resources: pikepdf.Dictionary, layers: Layers) -> bytes:
    """The instructions without the marks of layers and without what hidden ones paint."""
    kept: list[Any] = []
    marks: list[tuple[bool, bool]] = []  # for each open mark: whether it is that of a layer, whether it hides
    for instruction in pikepdf.parse_content_stream(content):
        operands, name = instruction.operands, str(instruction.operator)
        if name in {"BDC", "BMC"}:
            is_layer = name == "BDC" and operands[0] == "/OC"
            marks.append((is_layer, is_layer and not layers.shows(_property(operands[1], resources))))
            if is_layer:
                continue
        elif name == "EMC" and marks and marks.pop()[0]:
            continue
        if any(hides for _, hides in marks) and name in _PAINTS | _SHOWS:
            if name in _PAINTS:
                kept.append(([], _END_PATH))
            continue
        kept.append(instruction)
    return pikepdf.unparse_content_stream(kept)


def _property(name: object, resources: pikepdf.Dictionary) -> object:
    if isinstance(name, pikepdf.Dictionary):
        return name
    named = resources.get("/Properties")
    return named.get(str(name)) if isinstance(named, pikepdf.Dictionary) else None


def _clean(resources: pikepdf.Dictionary, layers: Layers, depth: int) -> None:
    """The same for what a page draws by name; hidden drawings become empty ones."""
    objects = resources.get("/XObject")
    if not isinstance(objects, pikepdf.Dictionary) or depth > _MOST_NESTED:
        return
    for drawing in objects.values():
        if not isinstance(drawing, pikepdf.Stream):
            continue
        is_seen = layers.shows(drawing.stream_dict.get("/OC"))
        if "/OC" in drawing.stream_dict:
            del drawing.stream_dict["/OC"]
        if drawing.get("/Subtype") == "/Form":
            inner = drawing.get("/Resources")
            own = inner if isinstance(inner, pikepdf.Dictionary) else pikepdf.Dictionary()
            drawing.write(_seen(drawing, own, layers) if is_seen else b"")
            _clean(own, layers, depth + 1)
        elif not is_seen:
            _blank(drawing)


def _blank(picture: pikepdf.Stream) -> None:
    """An image of a hidden layer becomes a form that draws nothing."""
    for key in list(picture.stream_dict.keys()):
        del picture.stream_dict[key]
    picture.stream_dict.Type, picture.stream_dict.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    picture.stream_dict.BBox = pikepdf.Array([0, 0, 1, 1])
    picture.write(b"")


def _drop_hidden_annotations(page: pikepdf.Dictionary, layers: Layers) -> None:
    listed = page.get("/Annots")
    if isinstance(listed, pikepdf.Array):
        kept = [each for each in listed if not isinstance(each, pikepdf.Dictionary) or layers.shows(each.get("/OC"))]
        page.Annots = pikepdf.Array(kept)
