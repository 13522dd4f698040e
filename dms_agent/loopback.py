"""The door for the service's own pages: a small HTTP service on 127.0.0.1.

A request is heard only if it names this host (so that no foreign name can be made to point here: DNS rebinding) and
comes from a page of a paired service (Origin). What may be signed is decided by the signed message, not by the door.

GET    /v1/status                who answers here
GET    /v1/certificates          the certificates on the tokens, to register one
POST   /v1/requests              {"request": message} → 202
GET    /v1/requests/<id>         {"state", "done", "total", "signatures"?, "code"?, "sentence"?}
DELETE /v1/requests/<id>         the page gave up
"""

import json
import os
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dms_agent import requests
from dms_agent.desk import Desk, Job
from dms_agent.errors import AgentError
from dms_agent.trust import PairedServers
from dms_agent.words import sentence

PROTOCOL = 1
DEFAULT_PORT = 8997
LARGEST_BYTES = 4 << 20
_JOB = "/v1/requests/"
_STATUS = {
    "busy": HTTPStatus.CONFLICT,
    "request_spent": HTTPStatus.CONFLICT,
    "request_unknown": HTTPStatus.NOT_FOUND,
}


class Loopback(ThreadingHTTPServer):
    """The service; ``port`` 0 takes a free one."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there it would let a second program take the port

    def __init__(self, desk: Desk, servers: PairedServers, port: int = DEFAULT_PORT) -> None:
        """Listen. Raises AgentError("port_taken")."""
        try:
            super().__init__(("127.0.0.1", port), Handler)
        except OSError as error:
            raise AgentError("port_taken", port=port) from error
        self.desk = desk
        self.servers = servers

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which a browser of this computer may call."""
        return frozenset({f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"})


class Handler(BaseHTTPRequestHandler):
    """One request of a page."""

    server: Loopback
    timeout = 30
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "dms-agent", ""

    def do_OPTIONS(self) -> None:
        """A browser asks beforehand, also whether a public page may reach this computer at all."""
        if self._is_welcome():
            self._send(HTTPStatus.NO_CONTENT, None)

    def do_GET(self) -> None:
        """See the module."""
        if self.path.startswith(_JOB):
            self._answer(self._follow)
        else:
            self._answer({"/v1/status": self._status, "/v1/certificates": self._certificates}.get(self.path))

    def do_POST(self) -> None:
        """See the module."""
        self._answer(self._begin if self.path == "/v1/requests" else None)

    def do_DELETE(self) -> None:
        """See the module."""
        self._answer(self._cancel if self.path.startswith(_JOB) else None)

    # --- what is asked

    def _status(self) -> tuple[int, dict[str, Any]]:
        return HTTPStatus.OK, {"program": "dms-agent", "protocol": PROTOCOL}

    def _certificates(self) -> tuple[int, dict[str, Any]]:
        return HTTPStatus.OK, {"certificates": self.server.desk.certificates()}

    def _begin(self) -> tuple[int, dict[str, Any]]:
        message = self._body().get("request")
        if not isinstance(message, str):
            raise AgentError("request_unreadable")
        request = requests.read(message, self.server.servers, origin=self._origin)
        return HTTPStatus.ACCEPTED, self._told(self.server.desk.begin(request))

    def _follow(self) -> tuple[int, dict[str, Any]]:
        return HTTPStatus.OK, self._told(self._job())

    def _cancel(self) -> tuple[int, dict[str, Any]]:
        job = self._job()
        self.server.desk.cancel(job)
        return HTTPStatus.OK, self._told(job)

    def _job(self) -> Job:
        return self.server.desk.job(self.path.removeprefix(_JOB), self._origin)

    def _told(self, job: Job) -> dict[str, Any]:
        told = {"id": job.request.id, "state": job.state, "done": job.done, "total": len(job.request.documents)}
        if job.code:
            told |= self._problem(job.code, job.params)
        return told | ({"signatures": job.signatures, "nonce": job.request.nonce} if job.signatures else {})

    def _problem(self, code: str, params: Mapping[str, Any]) -> dict[str, Any]:
        return {"code": code, "sentence": sentence(code, self.server.desk.means.language, **params)}

    # --- how it is answered

    @property
    def _origin(self) -> str:
        return self.headers.get("Origin", "")

    def _is_welcome(self) -> bool:
        """Answer whoever is not, without a word about what runs here."""
        if self.headers.get("Host", "") not in self.server.hosts:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
        elif self._origin not in self.server.servers.origins:
            self._refuse(HTTPStatus.FORBIDDEN)
        else:
            return True
        return False

    def _answer(self, work: Callable[[], tuple[int, dict[str, Any]]] | None) -> None:
        if not self._is_welcome():
            return
        if work is None:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        try:
            self._send(*work())
        except AgentError as error:
            status = _STATUS.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)
            self._send(status, self._problem(error.code, error.params))

    def _body(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "")
        is_json = self.headers.get("Content-Type", "").partition(";")[0] == "application/json"
        if not (is_json and length.isdecimal() and int(length) <= LARGEST_BYTES):
            self.close_connection = True
            raise AgentError("request_unreadable")
        try:
            given = json.loads(self.rfile.read(int(length)))
        except ValueError as error:
            raise AgentError("request_unreadable") from error
        return given if isinstance(given, dict) else {}

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True  # a body that we did not read must not be taken for the next request
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def _send(self, status: int, told: Mapping[str, Any] | None) -> None:
        body = b"" if told is None else json.dumps(told).encode()
        self.send_response(status)
        for name, value in self._headers().items():
            self.send_header(name, value)
        if told is not None:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _headers(self) -> dict[str, str]:
        """What lets the page of this one origin read the answer."""
        allowed = {
            "Access-Control-Allow-Origin": self._origin,
            "Vary": "Origin",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        if self.command != "OPTIONS":
            return allowed
        return allowed | {
            "Access-Control-Allow-Methods": "GET, POST, DELETE",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Allow-Private-Network": "true",
            "Access-Control-Max-Age": "600",
        }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Nothing is logged: a page asks once a second, and titles of papers are nobody's business."""
