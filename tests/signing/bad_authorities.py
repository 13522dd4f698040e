"""Authorities that are down, slow or lying, as no real one is on demand: real servers, some of which ask a real one.

``serving(Handler)`` gives the address at which a bad time-stamping authority answers. ``faulty(pki, …)`` serves a whole
PKI in which chosen paths misbehave, because the addresses of OCSP and CRL stand in the certificates.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from asn1crypto import tsp
from certomancer.registry import ServiceLabel
from werkzeug.serving import make_server

from demo import pki as demo_pki
from tests.pki import Pki

TIMESTAMP_REPLY = "application/timestamp-reply"


class Bad(BaseHTTPRequestHandler):
    """Answers a time-stamp query with ``answer``; the classes below say with what."""

    released: ClassVar[threading.Event]
    real: ClassVar[str] = ""

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, query: bytes) -> None:
        raise NotImplementedError

    def reply(self, body: bytes, kind: str = TIMESTAMP_REPLY, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def ask_the_real_one(self, query: bytes) -> bytes:
        host, _, path = self.real.removeprefix("http://").partition("/")
        connection = HTTPConnection(host, timeout=30)
        connection.request("POST", f"/{path}", query, {"Content-Type": "application/timestamp-query"})
        with closing(connection):
            return connection.getresponse().read()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Hangs(Bad):
    """Takes the question and says nothing until the test is over."""

    def answer(self, query: bytes) -> None:
        self.released.wait(60)


class Trickles(Bad):
    """Sends a byte now and then, so that the connection is never idle."""

    def answer(self, query: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", TIMESTAMP_REPLY)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not self.released.wait(0.1):
            try:
                self.wfile.write(b"\x30")
            except OSError:
                return


class Breaks(Bad):
    """500 and a page for people."""

    def answer(self, query: bytes) -> None:
        self.reply(b"<h1>Internal Server Error</h1>", "text/html", 500)


class Babbles(Bad):
    """The right label on bytes that mean nothing."""

    def answer(self, query: bytes) -> None:
        self.reply(b"\x30\x82\x01\x00" + b"\xff" * 200)


class Floods(Bad):
    """More than any time stamp could be."""

    def answer(self, query: bytes) -> None:
        self.reply(b"\x30" * (4 << 20))


class Refuses(Bad):
    """A lawful answer that says no."""

    def answer(self, query: bytes) -> None:
        status = tsp.PKIStatusInfo({"status": "rejection", "status_string": ["quota exceeded"]}).dump()
        self.reply(b"\x30" + bytes([len(status)]) + status)


class LoginPage(Bad):
    """A proxy's page in place of the authority, with 200."""

    def answer(self, query: bytes) -> None:
        self.reply(b"<html>Please log in</html>", "text/html")


class OtherImprint(Bad):
    """A genuine time stamp on other bytes than ours."""

    def answer(self, query: bytes) -> None:
        asked = tsp.TimeStampReq.load(query)
        asked["message_imprint"]["hashed_message"] = b"\x13" * 32
        self.reply(self.ask_the_real_one(asked.dump(force=True)))


class OtherNonce(Bad):
    """A genuine time stamp on our bytes, but the answer to somebody else's question: a replay."""

    def answer(self, query: bytes) -> None:
        asked = tsp.TimeStampReq.load(query)
        asked["nonce"] = asked["nonce"].native + 1
        self.reply(self.ask_the_real_one(asked.dump(force=True)))


class NoNonce(Bad):
    """A genuine time stamp that says nothing of our question."""

    def answer(self, query: bytes) -> None:
        asked = tsp.TimeStampReq.load(query)
        bare = tsp.TimeStampReq({"version": 1, "message_imprint": asked["message_imprint"], "cert_req": True})
        self.reply(self.ask_the_real_one(bare.dump()))


class Forges(Bad):
    """The real authority's answer with another hour in it; its signature no longer fits."""

    def answer(self, query: bytes) -> None:
        genuine = self.ask_the_real_one(query)
        seconds = datetime.now(UTC).strftime("%Y%m%d%H%M").encode()
        place = genuine.index(seconds) if seconds in genuine else genuine.index(b"Z") - 14
        self.reply(genuine[: place + 13] + bytes([48 + (genuine[place + 13] - 47) % 10]) + genuine[place + 14 :])


LIARS = {
    OtherImprint: "wrong_imprint",
    OtherNonce: "wrong_nonce",
    NoNonce: "wrong_nonce",
    Forges: "forged",
    Babbles: "garbled",
    Floods: "garbled",
    LoginPage: "garbled",
    Refuses: "refused",
    Breaks: "http_500",
    Hangs: "too_slow",
    Trickles: "too_slow",
}


@contextmanager
def serving(handler: type[Bad], real: str = "") -> Iterator[str]:
    """The address at which the handler answers; ``real`` is the authority it asks where it needs one."""
    released = threading.Event()
    bound = type(handler.__name__, (handler,), {"released": released, "real": real})
    with ThreadingHTTPServer(("127.0.0.1", 0), bound) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa"
        finally:
            released.set()
            server.shutdown()
            thread.join()


def genuine_answer(pki: Pki, query: bytes, *, at: datetime) -> bytes:
    """What the PKI's authority would have answered at another time: signed with its own key."""
    architecture = demo_pki._load(pki.folder)
    authority = architecture.service_registry.summon_timestamper(ServiceLabel("tsa"), at)
    return authority.request_tsa_response(tsp.TimeStampReq.load(query)).dump()


@contextmanager
def with_wrong_clock(pki: Pki, off: timedelta) -> Iterator[str]:
    """The PKI's own authority with its clock off by so much."""

    class WrongClock(Bad):
        def answer(self, query: bytes) -> None:
            self.reply(genuine_answer(pki, query, at=datetime.now(UTC) + off))

    with serving(WrongClock) as url:
        yield url


# --- a whole PKI in which some paths misbehave

Fault = Callable[[Any, Any], Iterable[bytes]]


def hang(_environ: Any, _start: Any) -> Iterable[bytes]:
    time.sleep(7)
    return [b""]


def break_down(_environ: Any, start: Any) -> Iterable[bytes]:
    start("500 Internal Server Error", [("Content-Type", "text/html")])
    return [b"<h1>Internal Server Error</h1>"]


def babble(_environ: Any, start: Any) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "application/ocsp-response")])
    return [b"\x30\x03\x0a\x01\x00not an answer"]


@contextmanager
def faulty(pki: Pki, faults: dict[str, Fault]) -> Iterator[None]:
    """Serve a PKI that was built; a path that contains a key of ``faults`` gets that answer."""
    application = demo_pki._Application(pki.folder)

    def serve(environ: Any, start: Any) -> Iterable[bytes]:
        fault = next((each for part, each in faults.items() if part in environ["PATH_INFO"]), application)
        return fault(environ, start)

    port = int(pki.base_url.rpartition(":")[2])
    server = make_server("127.0.0.1", port, serve, threaded=True, request_handler=demo_pki._Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
