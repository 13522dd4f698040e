"""From an address to a store. Errors here never repeat the address: it may carry a secret."""

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from storage import Storage
from storage.filesystem import FilesystemStorage
from storage.s3 import S3Location, S3Storage

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_SWITCH = {"0": False, "1": True}


def open_storage(url: str, spool: Path) -> Storage:
    """Open ``file:///folder`` or ``s3://ACCESS:SECRET@host:port/bucket?region=us-east-1&secure=1``; asks no server.

    ``spool`` is a local folder where S3 uploads wait until their digest is known. Raises ValueError for all else.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "file":
            return FilesystemStorage(_folder(parts))
        case "s3":
            return S3Storage(_location(parts), spool)
        case _:
            raise ValueError("a store's address starts with file:/// or s3://")


def _folder(parts: SplitResult) -> Path:
    path = Path(unquote(parts.path))
    if parts.netloc not in ("", "localhost") or parts.query or parts.fragment or not parts.path.startswith("/"):
        raise ValueError("a folder's address is file:///absolute/path and nothing more")
    return path


def _location(parts: SplitResult) -> S3Location:
    options = _options(parts.query)
    return S3Location(
        endpoint=_endpoint(parts),
        bucket=_bucket(parts.path),
        access_key=_present(unquote(parts.username or ""), "an access key before the host"),
        secret_key=_present(unquote(parts.password or ""), "a secret key before the host"),
        region=options.get("region", "us-east-1"),
        secure=_switch(options.get("secure", "1")),
    )


def _bucket(path: str) -> str:
    name = path.strip("/")
    if not _BUCKET.fullmatch(name):
        raise ValueError("an s3:// address needs one bucket after the host: 3 to 63 of a-z 0-9 . -")
    return name


def _endpoint(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError:
        # `from None`: a secret with a bare slash ends up where the port is looked for, and the error would quote it.
        raise ValueError(
            "the port of an s3:// address is no number; are / + @ : in the keys written as %2F %2B …?"
        ) from None
    host = _present(parts.hostname or "", "a host")
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    if options.keys() - {"region", "secure"}:
        raise ValueError("an s3:// address takes the options region and secure only")
    return options


def _switch(text: str) -> bool:
    if text not in _SWITCH:
        raise ValueError("secure is 0 or 1")
    return _SWITCH[text]


def _present(text: str, what: str) -> str:
    if not text:
        raise ValueError(f"an s3:// address needs {what}")
    return text
