"""Files over HTTP: what comes in is spooled to disk, what goes out is streamed; neither is ever whole in memory."""

import re
import tempfile
import unicodedata
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, NamedTuple, Protocol
from urllib.parse import quote

from flask import Request, Response, current_app, request
from werkzeug.datastructures import ContentRange

from dms.documents import intake
from dms.documents.intake import Desk

CHUNK = 256 * 1024  # bytes of a download that are in memory at a time
SANDBOX = "sandbox; default-src 'none'; style-src 'self'; img-src 'self'"  # for talisman, which has the last word
FROM_SCRIPT = "X-Upload-Script"
_SMALL = 64 * 1024  # an upload up to here never touches the disk before it is judged
_NOT_IN_HEADERS = re.compile(r'[\x00-\x1f\x7f"\\%;]')
_LIKE_D = str.maketrans("đĐ", "dD")


# --- coming in


class UploadRequest(Request):
    """A request whose files wait beside the store: ``/tmp`` may be memory on some machines.

    A spooled file has no name in any folder, so an upload that is cut, or a crash, leaves nothing.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._spools: list[IO[bytes]] = []

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        folder = current_app.extensions["dms"].desk.workdir
        spool = tempfile.SpooledTemporaryFile(max_size=_SMALL, dir=folder)  # noqa: SIM115  (closed with the request)
        self._spools.append(spool)
        return spool

    def close(self) -> None:
        """Let go of every file, those of a form that broke off included."""
        super().close()
        for spool in self._spools:
            spool.close()


class Upload(NamedTuple):
    """A file that somebody sent: its bytes, and the name that it had there."""

    stream: BinaryIO
    filename: str


def read_upload(field: Any) -> Upload:
    """The file in a form's field; the field's own validators have said that there is one."""
    return Upload(field.data.stream, field.data.filename or "")


def answer_script(response: Response) -> Response:
    """Let ``upload.js`` follow a redirect itself, else its request would use up the message that the page shows."""
    if FROM_SCRIPT in request.headers and response.status_code in {302, 303}:
        response.status_code = 201
    return response


# --- going out


class Stored(Protocol):
    """What is sent: a version, or any other file of the store."""

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        ...

    @property
    def size(self) -> int:
        """How many they are."""
        ...

    @property
    def filename(self) -> str:
        """What the file is to be called."""
        ...

    @property
    def media_type(self) -> str:
        """What it is."""
        ...


def send_once(desk: Desk, stored: Stored) -> Response:
    """A stored file for somebody who may have it once: whole, and kept by nobody on the way."""
    response = Response(mimetype=stored.media_type)
    response.headers["Content-Disposition"] = disposition(stored.filename)
    response.cache_control.no_store = True
    stream = intake.open_blob(desk, stored.digest, 0, stored.size)
    response.call_on_close(stream.close)
    response.content_length = stored.size
    response.response = _chunks(stream)
    return response


def send_version(desk: Desk, version: Stored) -> Response:
    """A version as a download: whole, in part (RFC 9110, ranges) or, where the browser has it already, not again.

    It is an attachment of a type that we found ourselves, in a sandbox, so nothing in it runs on our origin.
    """
    response = Response(mimetype=version.media_type)
    response.headers["Content-Disposition"] = disposition(version.filename)
    response.headers["Accept-Ranges"] = "bytes"
    response.set_etag(version.digest)
    response.cache_control.private, response.cache_control.no_cache = True, True
    if request.if_none_match.contains(version.digest):
        response.status_code = 304
        return response
    return _with_body(response, desk, version)


def _with_body(response: Response, desk: Desk, version: Stored) -> Response:
    start, stop = 0, version.size
    wanted = _wanted_range(version)
    if wanted is not None:
        span = wanted.range_for_length(version.size)
        if span is None:
            return _unsatisfiable(response, version.size)
        start, stop = span
        response.status_code = 206
        response.content_range = ContentRange("bytes", start, stop, version.size)
    stream = intake.open_blob(desk, version.digest, start, stop - start)
    response.call_on_close(stream.close)
    response.content_length = stop - start
    response.response = _chunks(stream)
    return response


def _wanted_range(version: Stored) -> Any:
    """The one range that is asked for; several, other units, or one of another file (If-Range) mean the whole."""
    asked, condition = request.range, request.if_range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    is_other_file = "If-Range" in request.headers and condition.etag != version.digest
    return None if is_other_file else asked


def _unsatisfiable(response: Response, size: int) -> Response:
    response.status_code = 416
    response.headers["Content-Range"] = f"bytes */{size}"
    return response


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def disposition(filename: str) -> str:
    """``Content-Disposition`` of a download (RFC 6266): the name with its letters, and one for old programs."""
    bare = unicodedata.normalize("NFKD", filename.translate(_LIKE_D)).encode("ascii", "ignore").decode()
    plain = _NOT_IN_HEADERS.sub("_", bare) or "document"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
