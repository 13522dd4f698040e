"""A problem of a campaign file as data. Its sentence is written at the edge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong (``code``, ``params``), at which value (``path``), and where in the file, both counted from 1."""

    line: int
    column: int
    path: tuple[str | int, ...]
    code: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)
