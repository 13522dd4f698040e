"""What a file is, told from its bytes and never from its name; and a name that is safe to show and to send back."""

import re
import unicodedata
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from dms.errors import Invalid

HEAD_BYTES = 4096
TAIL_BYTES = 256 * 1024  # the directory of a ZIP file stands at its end
MAX_NAME_BYTES = 200

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_DOCX_PARTS = (b"[Content_Types].xml", b"word/document.xml")
_NAMES_OF_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


class MediaType(StrEnum):
    """The kinds of file that a document may be."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    PNG = "image/png"
    JPEG = "image/jpeg"

    @property
    def extension(self) -> str:
        """The usual ending of a file name, with its dot."""
        return _EXTENSIONS[self]

    @property
    def is_image(self) -> bool:
        """Whether the file is one picture."""
        return self in {MediaType.PNG, MediaType.JPEG}


_EXTENSIONS = {MediaType.PDF: ".pdf", MediaType.DOCX: ".docx", MediaType.PNG: ".png", MediaType.JPEG: ".jpg"}


class _Signature(NamedTuple):
    start: bytes
    found: str
    media_type: MediaType | None


_SIGNATURES = (
    _Signature(b"%PDF-", "pdf", MediaType.PDF),
    _Signature(b"\x89PNG\r\n\x1a\n", "png", MediaType.PNG),
    _Signature(b"\xff\xd8\xff", "jpeg", MediaType.JPEG),
    _Signature(b"PK\x03\x04", "zip", None),
    _Signature(_OLE, "ole", None),
)


def sniff(head: bytes, tail: bytes = b"") -> MediaType:
    """Tell the kind of a file from its first :data:`HEAD_BYTES` and last :data:`TAIL_BYTES` bytes.

    The signature must stand at offset 0: a PDF behind other bytes is two files in one. A file that sniffs right may
    still be broken; :func:`dms.documents.inspection.inspect` tells. Raises ``Invalid``: ``file_empty``,
    ``file_encrypted`` (an encrypted Office file) or ``media_type_not_accepted`` with ``found``.
    """
    if not head:
        raise Invalid("file_empty")
    match = next((s for s in _SIGNATURES if head.startswith(s.start)), None)
    if match is None:
        raise Invalid("media_type_not_accepted", found="unknown")
    return match.media_type or _office_type(match.found, head + tail)


def sniff_file(path: Path) -> MediaType:
    """Tell the kind of the file at ``path``; raises as :func:`sniff` does."""
    with path.open("rb") as source:
        head = source.read(HEAD_BYTES)
        size = source.seek(0, 2)
        source.seek(max(0, size - TAIL_BYTES))
        return sniff(head, source.read(TAIL_BYTES))


def _office_type(found: str, edges: bytes) -> MediaType:
    if found == "zip" and all(part in edges for part in _DOCX_PARTS):
        return MediaType.DOCX
    if found == "ole" and _ENCRYPTED_PACKAGE in edges:
        raise Invalid("file_encrypted")
    raise Invalid("media_type_not_accepted", found=found)


def safe_filename(name: str) -> str:
    """Return the last part of ``name`` in NFC, without what a path, a header or a desktop could trip over.

    Vietnamese letters stay; the ending is kept when the name is cut to :data:`MAX_NAME_BYTES` bytes of UTF-8.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in last)
    plain = re.sub(r" +", " ", _NOT_IN_NAMES.sub("_", visible)).strip(" .")
    return _shorten(_NAMES_OF_DEVICES.sub(r"_\1", plain, count=1) if _is_device(plain) else plain) or "document"


def _is_device(name: str) -> bool:
    return _NAMES_OF_DEVICES.match(name) is not None


def _shorten(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 10:
        stem, dot, ending = name, "", ""
    room = MAX_NAME_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + ending
