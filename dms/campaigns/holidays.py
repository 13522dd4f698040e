"""The calendar file of days off into a calendar of working days. The file ships and can be replaced by a setting."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dms.errors import Invalid
from dms.workdays import Workdays, YearOff

Names = dict[date, str]


class _Year(BaseModel):
    model_config = ConfigDict(extra="forbid")
    source: str = Field(min_length=1)
    off: Names = {}
    worked: Names = {}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    base: str = ""
    years: dict[int, _Year]


def load(path: Path) -> Workdays:
    """The calendar of a file. Raises Invalid("calendar_invalid") with ``file`` and ``problem``, OSError."""
    return read(path.read_text("utf-8"), path.name)


def read(text: str, name: str) -> Workdays:
    """The calendar of a text; a day that lies in another year than the one it stands under is a mistake."""
    try:
        found = _File.model_validate(YAML(typ="safe", pure=True).load(text))
    except (ValidationError, YAMLError) as error:
        raise Invalid("calendar_invalid", file=name, problem=_told(error)) from error
    for year, days in found.years.items():
        _ensure_year(name, year, {**days.off, **days.worked})
    return Workdays(tuple(_year(year, days) for year, days in sorted(found.years.items())))


def _ensure_year(name: str, year: int, days: Mapping[date, str]) -> None:
    stray = next((day for day in days if day.year != year), None)
    if stray is not None:
        raise Invalid("calendar_invalid", file=name, problem=f"{year}: {stray.isoformat()}")


def _year(year: int, days: _Year) -> YearOff:
    return YearOff(
        year=year,
        off=frozenset(days.off),
        worked=frozenset(days.worked),
        source=days.source,
        names=tuple(sorted({**days.off, **days.worked}.items())),
    )


def _told(error: Any) -> str:
    """Where the first fault is, and what it is."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).replace("\n", " ")[:300]
