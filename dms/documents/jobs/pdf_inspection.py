"""Inspect a PDF: its outline on disk, its structure, its form fields. Active content: :mod:`pdf_content`."""

import io
import re
from pathlib import Path

import pikepdf
import pypdfium2

from dms import text
from dms.documents.inspection import Inspection, InspectionLimits, PageSize
from dms.documents.jobs import pdf_content, pdf_fields
from dms.documents.sniff import MediaType
from dms.documents.wire import adapter
from dms.errors import Invalid

_END_WINDOW = 1024  # bytes before the end of the file in which %%EOF must stand
_END_MARK = b"%%EOF"
_MAX_TITLE = 300


_GAVE_UP = ("limits error", "loop detected")


def name_pattern(name: bytes) -> re.Pattern[bytes]:
    """A pattern for a PDF name, whose every letter may also be written as ``#`` and two hex digits."""
    letters = (rb"(?:%c|#(?i:%02x))" % (letter, letter) for letter in name)
    return re.compile(rb"/" + rb"".join(letters) + rb"(?![A-Za-z0-9#])")


_HYBRID = name_pattern(b"XRefStm")


def warm_up() -> None:
    """Load lazily made parts once, before any child is forked."""
    adapter(Inspection)
    blank = pikepdf.new()
    blank.add_blank_page()
    memory = io.BytesIO()
    blank.save(memory)
    with pikepdf.open(memory) as pdf:
        pdf_content.ensure_passive(pdf, 10)
    pypdfium2.PdfDocument(memory.getvalue()).close()


def inspect(path: Path, media_type: MediaType, limits: InspectionLimits) -> Inspection:
    """Inspect the PDF at ``path``; raises ``Invalid`` with one of the codes that stand below."""
    raw = path.read_bytes()
    revisions = _ensure_outline(raw, limits)
    with _open(raw) as pdf:
        pages = _ensure_pages(pdf, limits)
        notes = pdf_content.ensure_passive(pdf, limits.objects)
        fields = pdf_fields.read(pdf, limits)
        warnings = _judge_warnings(pdf)
        return Inspection(
            media_type=media_type,
            pages=pages,
            page_sizes=_page_sizes(raw, pages),
            title=_info(pdf, "/Title"),
            producer=_info(pdf, "/Producer"),
            pdf_version=pdf.pdf_version,
            revisions=revisions,
            signed_fields=fields.signed,
            empty_signature_fields=fields.unsigned,
            text_fields=fields.text,
            other_fields=fields.other,
            problems=(*notes, *warnings),
        )


def _ensure_outline(raw: bytes, limits: InspectionLimits) -> int:
    """Check what shows without parsing; return the number of revisions."""
    revisions = max(raw.count(_END_MARK), raw.count(b"startxref"))
    if _END_MARK not in raw[-_END_WINDOW:]:
        raise Invalid("file_truncated")
    if _HYBRID.search(raw):
        raise Invalid("pdf_hybrid")
    if revisions > limits.revisions:
        raise Invalid("pdf_too_many_revisions", count=revisions, limit=limits.revisions)
    return revisions


def _open(raw: bytes) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(io.BytesIO(raw), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Invalid("file_encrypted") from error
    if pdf.is_encrypted:
        raise Invalid("file_encrypted")
    return pdf


def _ensure_pages(pdf: pikepdf.Pdf, limits: InspectionLimits) -> int:
    claimed = int(pdf.Root.Pages.get("/Count", 0))
    pages = claimed if claimed > limits.pages else len(pdf.pages)
    if pages == 0:
        raise Invalid("pdf_without_pages")
    if pages > limits.pages:
        raise Invalid("pdf_too_many_pages", count=pages, limit=limits.pages)
    return pages


def _judge_warnings(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """What qpdf mended may pass with a note; what it gave up on (nested beyond reason, running in a ring) may not."""
    warnings = [str(warning) for warning in pdf.get_warnings()]
    if any(sign in warning for warning in warnings for sign in _GAVE_UP):
        raise Invalid("file_too_costly")
    return ("pdf_structure_warnings",) if warnings else ()


def _page_sizes(raw: bytes, pages: int) -> tuple[PageSize, ...]:
    """Page sizes as the renderer sees them; a renderer that counts other pages than the signer would show others."""
    document = pypdfium2.PdfDocument(raw)
    if len(document) != pages:
        raise Invalid("pdf_ambiguous")
    return tuple(PageSize(*document.get_page_size(index)) for index in range(pages))


def _info(pdf: pikepdf.Pdf, key: str) -> str:
    info = pdf.trailer.get("/Info")
    value = info.get(key) if isinstance(info, pikepdf.Dictionary) else None
    return text.clean(str(value)[: 4 * _MAX_TITLE])[:_MAX_TITLE] if isinstance(value, pikepdf.String) else ""
