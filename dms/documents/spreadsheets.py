"""Read an untrusted table (XLSX or CSV) in the confined child: words of cells in, nothing else out."""

from dataclasses import dataclass
from pathlib import Path

from dms.documents import sandbox
from dms.documents.confinement import MIB, Limits

_CHILD = Limits(memory=1536 * MIB, cpu_seconds=40, wall_seconds=60.0, result=64 * MIB)


@dataclass(frozen=True)
class TableLimits:
    """How much one table may hold."""

    rows: int = 20_000
    columns: int = 60
    text: int = 500


DEFAULT = TableLimits()


@dataclass(frozen=True)
class Cell:
    """What a cell says: a number in plain decimals with a point, a percentage as 90.5, else its text."""

    text: str
    is_number: bool = False
    merged: bool = False


@dataclass(frozen=True)
class Row:
    """A row that is not empty, by its number in the file, and its cells by column from 0."""

    number: int
    cells: dict[int, Cell]


@dataclass(frozen=True)
class Table:
    """The first sheet that holds anything; ``others`` are the sheets that were left aside."""

    sheet: str
    rows: tuple[Row, ...]
    others: tuple[str, ...] = ()


def read(path: Path, limits: TableLimits = DEFAULT) -> Table:
    """Read the table at ``path``.

    Raises Invalid("table_old_excel", "table_macros", "table_too_large", "table_empty", "table_not_text",
    "media_type_not_accepted", "archive_too_large", …) and what ``sandbox.run`` raises.
    """
    return sandbox.run("dms.documents.jobs.spreadsheet:read", path, limits, returns=Table, limits=_CHILD)
