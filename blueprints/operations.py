"""For those who run the service: whether it is well, and what it does."""

import hmac
import time
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from blueprints.extensions import db
from blueprints.web import tools
from dms.db import ping
from storage import BlobMissing, StorageError

bp = Blueprint("operations", __name__)

NO_BLOB = "0" * 64


@bp.get("/healthz")
def health() -> Response:
    """Answer 200 when database and store answer, 503 when one does not; it says which, and nothing more."""
    parts = {"database": _database_answers(), "store": _store_answers()}
    answer = jsonify({name: "ok" if well else "down" for name, well in parts.items()})
    answer.status_code = 200 if all(parts.values()) else 503
    return answer


@bp.get("/metrics")
def metrics() -> Response:
    """Numbers for Prometheus, for this machine or for who knows the token."""
    if not (_is_local() or _knows_token()):
        abort(404)
    return Response(generate_latest(_instruments()["registry"]), content_type=CONTENT_TYPE_LATEST)


def init_app(app: Flask) -> None:
    """Count and time every request, by the name of its screen."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    app.extensions["dms_metrics"] = {
        "registry": registry,
        "requests": Counter("dms_requests", "Requests", ["endpoint", "method", "status"], registry=registry),
        "seconds": Histogram("dms_request_seconds", "Time to answer", ["endpoint"], registry=registry),
    }
    app.after_request(_count)


def _count(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    instruments = _instruments()
    instruments["requests"].labels(endpoint, request.method, response.status_code).inc()
    if "started" in g:
        instruments["seconds"].labels(endpoint).observe(time.perf_counter() - g.started)
    return response


def _instruments() -> dict[str, Any]:
    found: dict[str, Any] = current_app.extensions["dms_metrics"]
    return found


def _database_answers() -> bool:
    try:
        ping(db.session())
    except SQLAlchemyError:
        return False
    return True


def _store_answers() -> bool:
    try:
        tools().desk.storage.stat(NO_BLOB)
    except BlobMissing:
        return True
    except (StorageError, OSError):
        return False
    return True


def _is_local() -> bool:
    # Behind a proxy that we were not told of, everybody seems to come from this machine.
    if "X-Forwarded-For" in request.headers and not tools().settings.proxy_count:
        return False
    return request.remote_addr is not None and ip_address(request.remote_addr).is_loopback


def _knows_token() -> bool:
    token = tools().settings.metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())
