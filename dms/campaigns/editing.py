"""Changes to a campaign file as text: only the values that changed are written, comments and order stay.

An edit names a place (keys and indexes) in the file and the new value there. Without an edit the text comes back as it
was, byte for byte.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import FoldedScalarString

from dms.campaigns.consistency import Path

REMOVED: Final = object()
"""As a value: the entry is taken out of its list, or the key out of its mapping."""

_WIDTH = 120
_LONG = 90


@dataclass(frozen=True, slots=True)
class Edit:
    """What stands at a place from now on: a plain value, ``REMOVED``, or with ``insert`` a new entry before it."""

    path: Path
    value: Any
    insert: bool = False


def apply(source: str, edits: Iterable[Edit]) -> str:
    """The text with the edits; those that take entries out come last, from the end, so that indexes hold."""
    asked = list(edits)
    if not asked:
        return source
    yaml = _yaml()
    document = yaml.load(source)
    for edit in _in_safe_order(asked):
        _do(document, edit)
    target = StringIO()
    yaml.dump(document, target)
    return target.getvalue()


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.width = _WIDTH
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), _null)
    return yaml


def _null(representer: Any, _value: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _in_safe_order(edits: Sequence[Edit]) -> list[Edit]:
    plain = [edit for edit in edits if edit.value is not REMOVED and not edit.insert]
    inserts = sorted((edit for edit in edits if edit.insert), key=lambda edit: _sortable(edit.path), reverse=True)
    removals = [edit for edit in edits if edit.value is REMOVED]
    return [*plain, *sorted(removals, key=lambda edit: _sortable(edit.path), reverse=True), *inserts]


def _sortable(path: Path) -> tuple[str, ...]:
    return tuple(f"{step:06d}" if isinstance(step, int) else step for step in path)


def _do(document: Any, edit: Edit) -> None:
    node: Any = document
    for step in edit.path[:-1]:
        if isinstance(node, dict) and step not in node:
            node[step] = {}
        node = node[step]
    last: Any = edit.path[-1]
    if edit.value is REMOVED:
        if isinstance(node, list) or last in node:
            del node[last]
    elif edit.insert:
        node.insert(last, _written(edit.value))
    else:
        node[last] = _written(edit.value)


def _written(value: Any) -> Any:
    """A value as the file writes it: whole percents without a fraction, long texts folded."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, str) and len(value) > _LONG and "\n" not in value:
        return FoldedScalarString(value)
    if isinstance(value, dict):
        return {key: _written(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_written(each) for each in value]
    return value
