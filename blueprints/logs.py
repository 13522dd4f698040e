"""Logs: one JSON object a line, each with the id of its request, none with a secret."""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

SECRETS = ("password", "passphrase", "secret", "token", "cookie", "authorization", "otp", "salt")
HIDDEN = "[hidden]"
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_SECRET_PATHS = frozenset({"errands.hand_out", "errands.take"})  # a token stands in the address
_QUIET = frozenset({"static", "bootstrap.static", "operations.health", "operations.metrics"})

log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    """Give every request an id, which the log lines and the answer carry, and log how it ended."""
    _configure()
    app.before_request(_begin)
    app.after_request(_end)


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank every field whose name sounds like a secret, at any depth."""
    return {key: _hidden(key, value) for key, value in event.items()}


def _hidden(key: str, value: Any) -> Any:
    if any(word in key.lower() for word in SECRETS):
        return HIDDEN
    if isinstance(value, dict):
        return {str(k): _hidden(str(k), v) for k, v in value.items()}
    return value


def _configure() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_secrets,
            # The plain text of a traceback: locals, which may hold secrets, stay out.
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def _to_stderr(*_: Any) -> Any:
    return structlog.PrintLogger(sys.stderr)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _GIVEN_ID.fullmatch(given) else uuid4().hex
    g.started = time.perf_counter()
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if request.endpoint not in _QUIET:
        took = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
        path = str(request.url_rule) if request.endpoint in _SECRET_PATHS else request.path
        log.info("request", method=request.method, path=path, status=response.status_code, milliseconds=took)
    return response
