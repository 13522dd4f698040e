"""Make of a PDF what its pages show and nothing else: no fields, scripts, layers, attachments; written as PDF/A-2b.

Text stays text. A page that PDF/A cannot hold as it is (a font that is not embedded, printing colours) becomes a
picture with its words laid under it, unseen, so that it can still be searched.
"""

import io
from pathlib import Path

import pikepdf
import pypdfium2
from PIL import ImageCms
from pypdfium2 import raw

from dms.documents.inspection import InspectionLimits
from dms.documents.jobs import flat_layers, flat_pictures, flat_resources, pdf_fields
from dms.errors import Invalid

_PAGE_KEYS = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/Group", "/UserUnit"}


def flatten(source: Path, target: Path, limits: InspectionLimits) -> int:
    """Write the flat ``source`` to ``target``; return the number of pages that became pictures.

    Raises ``Invalid``: ``file_encrypted``, ``flatten_signed`` (a signed file is never rewritten),
    ``pdf_too_many_pages``, ``pdf_without_pages``.
    """
    return _flat(source, target, limits, of_signed=False)


def copy(source: Path, target: Path, limits: InspectionLimits) -> int:
    """The same of a signed file: its pages with the pictures of its signatures, for a certified copy.

    Raises as ``flatten``, but not ``flatten_signed``.
    """
    return _flat(source, target, limits, of_signed=True)


def _flat(source: Path, target: Path, limits: InspectionLimits, *, of_signed: bool) -> int:
    drawn = _drawn(_without_layers(source, limits, of_signed=of_signed))
    with pikepdf.open(io.BytesIO(drawn)) as pdf, pikepdf.new() as flat:
        for page in pdf.pages:
            _strip(page.obj)
        flat.pages.extend(pdf.pages)
        pictures = _replace_unfit(flat)
        _declare(flat)
        decoded = pikepdf.StreamDecodeLevel.generalized  # PDF/A knows no LZW: what can be unpacked is packed anew
        flat.save(target, deterministic_id=True, stream_decode_level=decoded, recompress_flate=True)
    return pictures


def _without_layers(source: Path, limits: InspectionLimits, *, of_signed: bool) -> bytes:
    with _open(source) as pdf:
        if not of_signed and pdf_fields.read(pdf, limits).signed:
            raise Invalid("flatten_signed")
        _ensure_pages(pdf, limits)
        flat_layers.remove(pdf)
        _draw_fields(pdf)
        memory = io.BytesIO()
        pdf.save(memory)
    return memory.getvalue()


def _open(source: Path) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(source, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Invalid("file_encrypted") from error
    if pdf.is_encrypted:
        raise Invalid("file_encrypted")
    return pdf


def _ensure_pages(pdf: pikepdf.Pdf, limits: InspectionLimits) -> None:
    pages = len(pdf.pages)
    if pages == 0:
        raise Invalid("pdf_without_pages")
    if pages > limits.pages:
        raise Invalid("pdf_too_many_pages", count=pages, limit=limits.pages)


def _draw_fields(pdf: pikepdf.Pdf) -> None:
    """Let fields whose looks are left to the viewer get some, as a viewer would show them."""
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        if "/XFA" in form:
            del form["/XFA"]
        pdf.generate_appearance_streams()


def _drawn(content: bytes) -> bytes:
    """The file with what its annotations and fields show on the screen drawn into the pages."""
    document = pypdfium2.PdfDocument(content)
    document.init_forms()  # nothing where there is no form; notes are drawn in all the same
    for page in document:
        if raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_FAIL:
            raise Invalid("file_unreadable")
    memory = io.BytesIO()
    document.save(memory)
    document.close()
    return memory.getvalue()


def _strip(page: pikepdf.Dictionary) -> None:
    """Leave a page what it draws; whatever else hangs on it stays behind when the page is copied."""
    for key in set(map(str, page.keys())) - _PAGE_KEYS:
        del page[key]
    flat_resources.clean(page)


def _replace_unfit(flat: pikepdf.Pdf) -> int:
    """Turn pages that PDF/A cannot hold into pictures; return how many."""
    unfit = [index for index, page in enumerate(flat.pages) if not flat_resources.is_fit(page)]
    if not unfit:
        return 0
    for index in unfit:
        flat.pages[index].flatten_rotation()
    memory = io.BytesIO()
    flat.save(memory)
    document = pypdfium2.PdfDocument(memory.getvalue())
    font = flat_pictures.unseen_font(flat)
    for index in unfit:
        flat_pictures.replace(flat, flat.pages[index], document[index], font)
    document.close()
    return len(unfit)


def _declare(flat: pikepdf.Pdf) -> None:
    """The output intent and the metadata that PDF/A-2b asks for (ISO 19005-2, 6.2.3 and 6.6)."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier=pikepdf.String("sRGB"),
        DestOutputProfile=flat.make_indirect(pikepdf.Stream(flat, profile, N=3)),
    )
    flat.Root.OutputIntents = pikepdf.Array([intent])
    with flat.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["pdfaid:part"] = "2"
        metadata["pdfaid:conformance"] = "B"
