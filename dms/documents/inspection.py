"""Look into an uploaded file, in the sandbox, and say what it holds or why it is refused.

Refused is what would make "what was shown is what is signed" untrue (scripts, hidden layers, content from elsewhere),
what our tools cannot read the same way twice (broken, encrypted, hybrid), and what costs too much.
"""

from dataclasses import dataclass, field
from pathlib import Path

from dms.documents import sandbox
from dms.documents.confinement import MIB, Limits
from dms.documents.sniff import MediaType

_JOBS = {
    MediaType.PDF: "dms.documents.jobs.pdf_inspection:inspect",
    MediaType.DOCX: "dms.documents.jobs.docx_inspection:inspect",
    MediaType.PNG: "dms.documents.jobs.image_inspection:inspect",
    MediaType.JPEG: "dms.documents.jobs.image_inspection:inspect",
}


@dataclass(frozen=True)
class InspectionLimits:
    """How much of everything one file may hold."""

    pages: int = 2000
    revisions: int = 50
    signatures: int = 20
    fields: int = 500
    objects: int = 500_000
    pixels: int = 64_000_000
    archive_entries: int = 2000
    archive_bytes: int = 200 * 1024 * 1024
    archive_ratio: int = 200
    child: Limits = field(default=Limits(memory=1024 * MIB))


DEFAULT = InspectionLimits()


@dataclass(frozen=True)
class PageSize:
    """Of one page as it is shown: points for a PDF, pixels for an image."""

    width: float
    height: float


@dataclass(frozen=True)
class Inspection:
    """What an accepted file holds.

    ``pages`` is None where it is not known (DOCX). ``problems`` are codes of things that are allowed in a file but
    may stop it from being signed or that a reader should know. Names of fields are fully qualified.
    """

    media_type: MediaType
    pages: int | None
    page_sizes: tuple[PageSize, ...] = ()
    title: str = ""
    producer: str = ""
    pdf_version: str = ""
    revisions: int = 1
    signed_fields: tuple[str, ...] = ()
    empty_signature_fields: tuple[str, ...] = ()
    text_fields: tuple[str, ...] = ()
    other_fields: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def signatures(self) -> int:
        """How many signatures the file already carries."""
        return len(self.signed_fields)


def inspect(path: Path, media_type: MediaType, limits: InspectionLimits = DEFAULT) -> Inspection:
    """Inspect the file at ``path``, which was sniffed as ``media_type``; every refusal is ``Invalid(code, …)``."""
    return sandbox.run(_JOBS[media_type], path, media_type, limits, returns=Inspection, limits=limits.child)
