"""Make a PDF out of a DOCX (PDF/A-2b, by LibreOffice) or a picture, in the sandbox."""

import shutil
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from dms.documents import inspection, sandbox
from dms.documents.confinement import ANY, MIB, Limits
from dms.documents.sniff import MediaType
from dms.errors import Unavailable

#: LibreOffice starts threads and maps far more address space than it uses.
LIMITS = Limits(memory=6144 * MIB, cpu_seconds=60, wall_seconds=60.0, written_file=256 * MIB, processes=ANY)

_ONE_AT_A_TIME = threading.Lock()  # a conversion keeps a core busy; two would starve the pages people wait for
_OFFICE_READS = tuple(
    Path(name)
    for name in (
        "/etc/libreoffice",
        "/var/lib/libreoffice",
        "/var/spool/libreoffice",
        "/var/cache/fontconfig",
        "/etc/passwd",
        "/etc/nsswitch.conf",
        "/etc/localtime",
        "/proc",
        "/dev",
        "/sys",
        "/opt",
    )
)
#: The papers' own fonts, so that "Times New Roman" looks the same and has every Vietnamese letter on any machine.
_FONTS = Path(__file__).parents[1] / "papers" / "assets"
_OFFICE_SOCKETS = (Path("/tmp"),)  # noqa: S108 - LibreOffice insists on making its socket there


def is_available() -> bool:
    """Whether this machine can turn a DOCX into a PDF."""
    return _office() is not None


def _office() -> Path | None:
    found = shutil.which("soffice")
    return Path(found) if found else None


def docx_to_pdfa(path: Path, target: Path, limits: Limits = LIMITS) -> None:
    """Write the PDF/A-2b of the inspected DOCX at ``path`` to ``target``.

    One conversion runs at a time. Raises ``Unavailable``: ``converter_missing``, ``converter_failed``; and
    ``Invalid("file_too_costly")`` when the document needs more time or memory than ``limits``.
    """
    office = _office()
    if office is None:
        raise Unavailable("converter_missing")
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="convert-") as name:
        workplace = Path(name)
        _run_office(office, path, workplace, limits)
        _deliver(workplace / "document.pdf", target)


def _run_office(office: Path, path: Path, workplace: Path, limits: Limits) -> None:
    source = workplace / "document.docx"  # no name from outside reaches a command line
    shutil.copyfile(path, source)
    sandbox.run(
        "dms.documents.jobs.office:docx_to_pdfa",
        office,
        source,
        workplace,
        _FONTS / "fonts.conf",
        returns=int,
        limits=limits,
        readable=(*_OFFICE_READS, _FONTS),
        writable=(workplace,),
        sockets=_OFFICE_SOCKETS,
    )


def _deliver(made: Path, target: Path) -> None:
    """Move the made file to its place; LibreOffice says 0 also when it made none."""
    if not made.is_file() or made.is_symlink() or made.stat().st_size == 0:
        raise Unavailable("converter_failed")
    shutil.move(made, target)


def image_to_pdf(path: Path, media_type: MediaType, target: Path) -> None:
    """Write a one-page PDF of the picture at ``path`` to ``target``, upright, fitted to A4."""
    with tempfile.TemporaryDirectory(prefix="convert-") as name:
        made = Path(name) / "picture.pdf"
        pixels = inspection.DEFAULT.pixels
        job = "dms.documents.jobs.office:image_to_pdf"
        sandbox.run(job, path, media_type, made, pixels, returns=int, limits=_picture_limits(), writable=(Path(name),))
        _deliver(made, target)


def _picture_limits() -> Limits:
    return replace(sandbox.DEFAULT, written_file=LIMITS.written_file)
