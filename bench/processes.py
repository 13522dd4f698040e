"""What processes hold in memory, read from /proc (Linux)."""

import re
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
_PARENT = re.compile(r"^PPid:\s+(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes of a group of processes: ``rss`` counts a shared page for each of them, ``pss`` once in all."""

    processes: int
    rss: int
    pss: int


def family(root: int) -> list[int]:
    """A process and all that it started, and they."""
    parents = {int(folder.name): _parent(folder) for folder in Path("/proc").iterdir() if folder.name.isdigit()}
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def held(processes: list[int]) -> Held:
    maps = [Path(f"/proc/{each}/smaps_rollup").read_text() for each in processes]
    return Held(len(maps), sum(_kib(text, "Rss") for text in maps), sum(_kib(text, "Pss") for text in maps))


def resident(process: int) -> int:
    return _kib(Path(f"/proc/{process}/status").read_text(), "VmRSS")


def peak(process: int) -> int:
    """The most that was resident since the start, or since ``forget_peak``."""
    return _kib(Path(f"/proc/{process}/status").read_text(), "VmHWM")


def forget_peak(process: int) -> None:
    Path(f"/proc/{process}/clear_refs").write_text("5")


def _parent(folder: Path) -> int:
    try:
        found = _PARENT.search((folder / "status").read_text())
    except OSError:  # it has just ended
        return 0
    return int(found[1]) if found else 0


def _kib(text: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) << 10 if found else 0
