"""Inspect a file, then read its text: the job behind :func:`dms.documents.examination.examine`."""

from pathlib import Path

from dms.documents.examination import Examined
from dms.documents.inspection import InspectionLimits
from dms.documents.jobs import docx_inspection, image_inspection, pdf_inspection, text
from dms.documents.sniff import MediaType
from dms.documents.wire import adapter

_INSPECTORS = {
    MediaType.PDF: pdf_inspection.inspect,
    MediaType.DOCX: docx_inspection.inspect,
    MediaType.PNG: image_inspection.inspect,
    MediaType.JPEG: image_inspection.inspect,
}


def warm_up() -> None:
    """Build the codec of the answer once."""
    adapter(Examined)


def examine(path: Path, media_type: MediaType, limits: InspectionLimits) -> Examined:
    """Inspect the file at ``path`` and read its text; the text of what inspection refuses is never touched."""
    found = _INSPECTORS[media_type](path, media_type, limits)
    return Examined(found, "" if media_type.is_image else text.extract(path, media_type, limits))
