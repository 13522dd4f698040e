"""At a person's wish: take a PDF in as flat pages, where it acts, hides or is a form (see ``jobs.flatten``).

The file that came is not kept: its digest and what was found in it stand with the version that is made of it.
"""

import hashlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from dms.documents import examination, inspection, intake, sandbox, sniff
from dms.documents.confinement import MIB, Limits
from dms.documents.intake import Desk, Intake
from dms.documents.sniff import MediaType
from dms.errors import Invalid

FLATTENED: Final = "pdf_flattened"
"""The note that a flat version carries among its ``problems``."""

CURABLE: Final = frozenset(
    {
        "pdf_javascript",
        "pdf_launch_action",
        "pdf_automatic_action",
        "pdf_active_content",
        "pdf_xfa",
        "pdf_embedded_files",
        "pdf_external_reference",
        "pdf_multimedia",
        "pdf_optional_content",
        "pdf_hidden_field",
        "pdf_overlapping_fields",
    }
)
"""Refusals that flat pages have no reason for."""

_JOB = "dms.documents.jobs.flatten:flatten"
_LIMITS = Limits(memory=1536 * MIB, cpu_seconds=90, wall_seconds=120.0, written_file=256 * MIB)
_FORM = ("empty_signature_fields", "text_fields", "other_fields")


def receive(desk: Desk, source: BinaryIO, *, filename: str) -> Intake:
    """Take a file in as ``intake.receive`` does, but a PDF that acts, hides or is a form as its flat pages.

    A signed file is never rewritten: it is taken as it is, or refused. Raises what ``intake.receive`` raises, and
    Invalid("flatten_signed").
    """
    with intake.spooled(desk, source) as path:
        found = _findings(path) if sniff.sniff_file(path) is MediaType.PDF else None
        if not found:
            with path.open("rb") as again:
                return intake.receive(desk, again, filename=filename)
        with tempfile.TemporaryDirectory(dir=desk.workdir, prefix="flat-") as folder:
            flat = Path(folder) / "flat.pdf"
            pictures = _flatten(path, flat)
            with flat.open("rb") as made:
                taken = intake.receive(replace(desk, upload_limit=_LIMITS.written_file), made, filename=filename)
            return _noted(taken, path, found, pictures)


def _findings(path: Path) -> list[str]:
    """What flat pages would do away with: refusals with their places, or the codes of what is allowed."""
    try:
        inspected = examination.examine(path, MediaType.PDF).inspection
    except Invalid as refusal:
        if refusal.code not in CURABLE:
            raise
        return str(refusal.params.get("findings", refusal.code)).split(",")
    if inspected.signed_fields:
        return []
    forms = ["pdf_form"] if any(getattr(inspected, kind) for kind in _FORM) else []
    return [*(each for each in inspected.problems if each == "pdf_layers"), *forms]


def _flatten(path: Path, target: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="flat-") as folder:
        made = Path(folder) / "flat.pdf"
        pictures = sandbox.run(
            _JOB, path, made, inspection.DEFAULT, returns=int, limits=_LIMITS, writable=(Path(folder),)
        )
        shutil.move(made, target)
    return pictures


def _noted(taken: Intake, path: Path, found: list[str], pictures: int) -> Intake:
    with path.open("rb") as came:
        digest = hashlib.file_digest(came, "sha256").hexdigest()
    made: dict[str, Any] = {"from_sha256": digest, "findings": found, "pages_as_pictures": pictures}
    problems = [*taken.inspection["problems"], FLATTENED]
    return replace(taken, inspection=taken.inspection | {"problems": problems, "flattened": made})
