"""Files that can be made again, kept on disk because making them is slow; what was not used for long makes room."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FOLDER_BYTES = 32 << 20  # in each of a kind's sixteen folders, so at most half a GiB of a kind


def place(workdir: Path, kind: str, digest: str, name: str) -> Path:
    """Where something made of the file ``digest`` is kept, whether it is there or not."""
    return workdir / "cache" / kind / digest[0] / f"{digest}-{name}"


def found(kept: Path) -> bool:
    """Whether it is there; it then counts as used now."""
    with suppress(FileNotFoundError):
        os.utime(kept)
        return True
    return False


def keep(kept: Path, content: bytes) -> None:
    """Keep bytes under their name in one step, so that nobody reads half of them."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept.parent, suffix=".new", delete=False) as file:
        file.write(content)
    Path(file.name).replace(kept)
    _make_room(kept.parent)


def keep_file(kept: Path, made: Path) -> None:
    """Keep a file of the same disk by moving it."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    made.replace(kept)
    _make_room(kept.parent)


def _make_room(folder: Path) -> None:
    entries = list(_listed(folder))
    excess = sum(facts.st_size for facts, _ in entries) - FOLDER_BYTES
    for facts, path in sorted(entries, key=lambda each: each[0].st_mtime)[:-1]:  # never what was kept just now
        if excess <= 0:
            return
        Path(path).unlink(missing_ok=True)
        excess -= facts.st_size


def _listed(folder: Path) -> Iterator[tuple[os.stat_result, str]]:
    """Each file with its facts; what another thread renames or removes meanwhile is passed over."""
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                if entry.is_file():
                    yield entry.stat(), entry.path
