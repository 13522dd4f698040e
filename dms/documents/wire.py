"""The words between the service and the children that open untrusted files.

A request is pickled, because it goes from us to the child. A reply is JSON or plain bytes, because it comes from a
process that may have been taken over: unpickling it would hand the service to the file's author.
"""

import json
import re
import struct
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dms.documents.confinement import Limits

_HEADER = struct.Struct(">cQ")
HEADER_SIZE = _HEADER.size
_DONE, _REFUSED = b"=", b"!"
_CODE = re.compile(r"[a-z][a-z0-9_]{2,63}")
_MAX_REFUSAL = 4096


@dataclass(frozen=True)
class Request:
    """One job: ``module:function``, its arguments, the type of its result, and what it may use."""

    job: str
    arguments: tuple[Any, ...]
    returns: Any
    limits: Limits
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    sockets: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A refusal that a job made: a stable code and the plain fields of its sentence."""

    code: str
    params: dict[str, str | int | float | bool | None] = field(default_factory=dict)


class Garbled(Exception):
    """A reply that no honest job sends."""


@cache
def adapter(returns: Any) -> TypeAdapter[Any]:
    """The codec of one result type."""
    return TypeAdapter(returns)


def encode_result(returns: Any, result: Any) -> bytes:
    """The whole reply of a job that ended well."""
    body = result if returns is bytes else adapter(returns).dump_json(result)
    return _HEADER.pack(_DONE, len(body)) + body


def encode_refusal(refusal: Refusal) -> bytes:
    """The whole reply of a job that refused its file."""
    body = json.dumps({"code": refusal.code, "params": refusal.params}).encode()
    return _HEADER.pack(_REFUSED, len(body)) + body


def body_length(header: bytes, limits: Limits) -> int:
    """How many bytes follow the header; more than the job may send is garbled."""
    kind, length = _HEADER.unpack(header)
    if length > (limits.result if kind == _DONE else _MAX_REFUSAL):
        raise Garbled
    return int(length)


def decode(header: bytes, body: bytes, returns: Any) -> Any:
    """The result, or the :class:`Refusal`, in a reply; whatever does not fit its type is garbled."""
    if header[:1] == _REFUSED:
        return _decode_refusal(body)
    if returns is bytes:
        return body
    try:
        return adapter(returns).validate_json(body)
    except ValidationError as error:
        raise Garbled from error


def _decode_refusal(body: bytes) -> Refusal:
    try:
        refusal: Refusal = adapter(Refusal).validate_json(body)
    except ValidationError as error:
        raise Garbled from error
    if not _CODE.fullmatch(refusal.code):
        raise Garbled
    return refusal
