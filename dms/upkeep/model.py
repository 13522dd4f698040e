"""What an examination of the service finds, as frozen values; the edge turns codes into sentences."""

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from dms.signing.service import SigningDesk
from dms.workdays import Workdays

GRACE = timedelta(hours=24)
"""A blob that no row names is nobody's only when it is older than this: bytes come first, their row second."""


class Gravity(StrEnum):
    """How bad a thing is, from worth knowing to something lost or wrong."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is not as it should be. ``params`` fill the sentence of ``code``; no prose is here."""

    code: str
    gravity: Gravity
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ward:
    """What is examined, by which clock, how thoroughly, and until when (``time.monotonic``) where time is short.

    ``calendar`` is the one by which terms are counted; None where nobody counts any.
    """

    session: Session
    desk: SigningDesk
    now: datetime
    deep: bool = False
    until: float | None = None
    calendar: Workdays | None = None

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.until is not None and time.monotonic() > self.until


Check = Callable[[Ward], Generator[Trouble | None]]
"""Looks at one thing after the other: a trouble for each that is wrong, None for each that is well."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What one check found, of how many things; ``is_whole`` is False where its time ran out."""

    check: str
    seen: int
    troubles: tuple[Trouble, ...]
    is_whole: bool

    @property
    def gravity(self) -> Gravity | None:
        """The worst that was found; None where all is well."""
        return worst(self.troubles)


def worst(troubles: tuple[Trouble, ...]) -> Gravity | None:
    """The gravest of some troubles; None for none."""
    grades = [each.gravity for each in troubles]
    return max(grades, key=list(Gravity).index, default=None)


def examine(name: str, check: Check, ward: Ward) -> Examined:
    """Run one check to its end, or to the end of the time that the ward has."""
    seen, troubles, is_whole = 0, [], True
    with closing(check(ward)) as looks:  # one that ends early gives its cursors back
        for found in looks:
            seen += 1
            if found is not None:
                troubles.append(found)
            if ward.is_over:
                is_whole = False
                break
    return Examined(name, seen, tuple(troubles), is_whole)
