"""A trouble in the reader's language: what is wrong, and how to mend it."""

from collections import defaultdict
from datetime import date
from typing import Any

from blueprints.sentences.troubles import CHECKS, TROUBLES
from blueprints.shell import as_date, as_size
from dms.upkeep.model import Trouble

_LONGEST = 12  # digits of a digest that are enough to find it


def told(trouble: Trouble) -> str:
    """What is wrong."""
    words = str(TROUBLES[trouble.code][0])
    return words % defaultdict(str, {name: _shown(name, value) for name, value in trouble.params.items()})


def mend(trouble: Trouble) -> str:
    """How to mend it."""
    return str(TROUBLES[trouble.code][1])


def check_name(check: str) -> str:
    """What a check is called."""
    return str(CHECKS[check])


def _shown(name: str, value: Any) -> str:
    if name == "bytes":
        return as_size(value)
    if isinstance(value, date):
        return as_date(value)
    return str(value)[:_LONGEST] if name == "digest" else str(value)
