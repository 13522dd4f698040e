"""Read the form fields of a PDF, within bounds, whatever shape their tree has."""

from dataclasses import dataclass, field

import pikepdf

from dms import text
from dms.documents.inspection import InspectionLimits
from dms.errors import Invalid

_NODES_PER_FIELD = 10  # a field may have several widgets; more than this on average is no form
_MAX_NAME = 200


@dataclass
class Fields:
    """Fully qualified names by kind, in the order of the form."""

    by_kind: dict[str, list[str]] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[str, ...]:
        """The names of one kind."""
        return tuple(self.by_kind.get(kind, ()))

    @property
    def signed(self) -> tuple[str, ...]:
        """Signature fields that carry a signature."""
        return self.of("signed")

    @property
    def unsigned(self) -> tuple[str, ...]:
        """Signature fields that wait for one."""
        return self.of("unsigned")

    @property
    def text(self) -> tuple[str, ...]:
        """Fields that hold text."""
        return self.of("text")

    @property
    def other(self) -> tuple[str, ...]:
        """Buttons and choices."""
        return self.of("other")


@dataclass(frozen=True)
class _Node:
    item: pikepdf.Dictionary
    prefix: str
    kind: str


def read(pdf: pikepdf.Pdf, limits: InspectionLimits) -> Fields:
    """Read all fields; raises ``Invalid`` when there are too many of them or of signatures."""
    fields = Fields()
    form = pdf.Root.get("/AcroForm")
    roots = form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None
    waiting = [_Node(item, "", "") for item in reversed(_dictionaries(roots))]
    seen = 0
    while waiting:
        seen += 1
        if seen > limits.fields * _NODES_PER_FIELD:
            raise Invalid("pdf_too_many_fields", count=seen, limit=limits.fields)
        waiting.extend(_visit(waiting.pop(), fields))
    _ensure_few(fields, limits)
    return fields


def _dictionaries(items: pikepdf.Object | None) -> list[pikepdf.Dictionary]:
    if not isinstance(items, pikepdf.Array):
        return []
    return [item for item in items if isinstance(item, pikepdf.Dictionary)]


def _visit(node: _Node, fields: Fields) -> list[_Node]:
    """Note the field if it is a terminal one; return its children that are fields."""
    part = node.item.get("/T")
    own = text.clean(str(part)[:_MAX_NAME]) if part is not None else ""
    name = ".".join(filter(None, (node.prefix, own)))[: 5 * _MAX_NAME]
    kind = str(node.item.get("/FT") or node.kind)
    children = [kid for kid in reversed(_dictionaries(node.item.get("/Kids"))) if "/T" in kid]
    if not children:
        fields.by_kind.setdefault(_kind(kind, node.item), []).append(name)
    return [_Node(kid, name, kind) for kid in children]


def _kind(field_type: str, item: pikepdf.Dictionary) -> str:
    if field_type == "/Sig":
        return "signed" if isinstance(item.get("/V"), pikepdf.Dictionary) else "unsigned"
    return "text" if field_type == "/Tx" else "other"


def _ensure_few(fields: Fields, limits: InspectionLimits) -> None:
    total = sum(len(names) for names in fields.by_kind.values())
    if total > limits.fields:
        raise Invalid("pdf_too_many_fields", count=total, limit=limits.fields)
    if len(fields.signed) > limits.signatures:
        raise Invalid("pdf_too_many_signatures", count=len(fields.signed), limit=limits.signatures)
