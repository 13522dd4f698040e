"""Documents: take in, keep, show and withdraw versions."""

from dataclasses import dataclass
from pathlib import Path

from storage import Storage

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Desk:
    """What documents are worked with: the store, a folder for files on their way, the largest upload in bytes."""

    storage: Storage
    workdir: Path
    upload_limit: int
