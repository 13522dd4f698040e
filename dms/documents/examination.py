"""All that the intake asks of one untrusted file, asked at once: one child instead of two."""

from dataclasses import dataclass
from pathlib import Path

from dms.documents import inspection, sandbox
from dms.documents.inspection import Inspection
from dms.documents.sniff import MediaType


@dataclass(frozen=True)
class Examined:
    """What an accepted file holds, and its text: NFC, in reading order, "" for a picture."""

    inspection: Inspection
    text: str


def examine(path: Path, media_type: MediaType) -> Examined:
    """Inspect the file at ``path`` and read its text; every refusal is ``Invalid``, as ``inspection.inspect`` says."""
    limits = inspection.DEFAULT
    job = "dms.documents.jobs.examination:examine"
    return sandbox.run(job, path, media_type, limits, returns=Examined, limits=limits.child)
