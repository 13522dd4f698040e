"""YAML text as plain data that remembers where each value stands. Tags, anchors and aliases are not part of it."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from dms.campaigns.consistency import Path
from dms.campaigns.problems import Problem

MAX_DEPTH = 24
_TAG = "tag:yaml.org,2002:"
_FOLD = "\a"  # ruamel leaves this where a ">" text was folded; YAML allows no such character in a file


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the file; both numbers count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The plain data of a file, the place of each value and of each key, and what was wrong already."""

    data: Any
    values: dict[Path, Spot]
    keys: dict[Path, Spot]
    problems: tuple[Problem, ...]


def read(text: str) -> Reading:
    """Read YAML text; what cannot be read at all becomes the only problem of a reading without data."""
    try:
        problems = tuple(_forbidden(text))
        node = None if problems else _yaml().compose(text)
    except YAMLError as error:
        return Reading(None, {}, {}, (_unreadable(error, text),))
    if node is None:
        return Reading(None, {}, {}, problems or (Problem(1, 1, (), "file_empty"),))
    return _Walk().read(node)


def _yaml() -> YAML:
    return YAML(typ="rt", pure=True)


def _unreadable(error: YAMLError, text: str) -> Problem:
    if isinstance(error, MarkedYAMLError) and (mark := error.problem_mark or error.context_mark):
        return Problem(mark.line + 1, mark.column + 1, (), "yaml_unreadable", {"problem": str(error.problem)})
    before = text[: getattr(error, "position", 0) or 0]
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Problem(before.count("\n") + 1, column, (), "character_refused")


def _forbidden(text: str) -> Iterator[Problem]:
    """Aliases, anchors, tags and deep nesting, found before anything is built from them."""
    depth = 0
    for event in _yaml().parse(text):
        spot = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            yield Problem(*spot, (), "alias_refused")
        elif tag := getattr(event, "tag", None):
            yield Problem(*spot, (), "tag_refused", {"value": str(tag)})
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            yield Problem(*spot, (), "nested_too_deep", {"limit": MAX_DEPTH})
            return


class _Walk:
    """One pass over the nodes that collects data and places."""

    def __init__(self) -> None:
        self.values: dict[Path, Spot] = {}
        self.keys: dict[Path, Spot] = {}
        self.problems: list[Problem] = []

    def read(self, node: Node) -> Reading:
        data = self._value(node, ())
        return Reading(data, self.values, self.keys, tuple(self.problems))

    def _value(self, node: Node, path: Path) -> Any:
        self.values[path] = _spot(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*path, i)) for i, item in enumerate(node.value)]
        return _scalar(str(node.tag), node.value.replace(_FOLD, ""))

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._note(key_node, path, "key_not_text")
                continue
            key = unicodedata.normalize("NFC", key_node.value)
            if key in result:
                self._note(key_node, (*path, key), "key_repeated", value=key, first=self.keys[(*path, key)].line)
                continue
            self.keys[(*path, key)] = _spot(key_node)
            result[key] = self._value(value_node, (*path, key))
        return result

    def _note(self, node: Node, path: Path, code: str, **params: Any) -> None:
        spot = _spot(node)
        self.problems.append(Problem(spot.line, spot.column, path, code, params))


def _spot(node: Node) -> Spot:
    return Spot(node.start_mark.line + 1, node.start_mark.column + 1)


def _integer(value: str) -> int | str:
    digits = value.removeprefix("-")
    return int(value) if digits.isascii() and digits.isdigit() and len(digits) < 19 else value


def _decimal(value: str) -> float | str:
    bare = value.removeprefix("-")
    return float(value) if bare.replace(".", "", 1).isdigit() and len(bare) < 19 else value


_SCALARS: dict[str, Callable[[str], Any]] = {
    f"{_TAG}int": _integer,
    f"{_TAG}float": _decimal,
    f"{_TAG}bool": lambda value: value.lower() == "true",
    f"{_TAG}null": lambda _value: None,
}


def _scalar(tag: str, value: str) -> Any:
    """A scalar as JSON has it: text, number, true/false or null; a day stays text and is judged by the schema."""
    convert = _SCALARS.get(tag)
    return convert(value) if convert else unicodedata.normalize("NFC", value)
