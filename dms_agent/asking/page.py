"""Asking on a page that this computer serves to itself, where there is neither a window nor a terminal.

The page lives at an address that nobody can guess, for one question, and takes one answer; it loads nothing, and no
other page may frame it, read it or post to it.
"""

import html
import secrets
import sys
import webbrowser
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

from dms_agent.asking.question import Answer, Question
from dms_agent.errors import AgentError

_MOST_BYTES = 4096
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1b2733}"
    "h1{font-size:1.4rem}dt{color:#5a6875;font-size:.9rem}dd{margin:0 0 .5rem}li{margin-bottom:.5rem}"
    "code{font-size:.75rem;overflow-wrap:anywhere;color:#5a6875}ol{max-height:18rem;overflow:auto}"
    "input{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;border:1px solid #5a6875;border-radius:.3rem}"
    "button{font:inherit;padding:.6rem 1.4rem;border-radius:.3rem;border:1px solid #0b5394}"
    "button.no{background:#fff;color:#0b5394}"
    "button.yes{background:#0b5394;color:#fff}.acts{display:flex;gap:1rem;justify-content:flex-end;margin-top:1rem}"
    ".warning{background:#fff3cd;padding:.6rem;border-radius:.3rem}"
)


class Page:
    """See ``Asker``."""

    def ask(self, question: Question) -> Answer:
        """See ``Asker.ask``. Waits no longer than the request is good for."""
        with _Server(question) as server:
            sys.stderr.write(question.say("open_page", address=server.address) + "\n")
            sys.stderr.flush()
            webbrowser.open(server.address)
            return server.wait()


class _Server(HTTPServer):
    def __init__(self, question: Question) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.question = question
        self.path = f"/{secrets.token_urlsafe(32)}"
        self.nonce = secrets.token_urlsafe(16)
        self.host = f"127.0.0.1:{self.server_port}"
        self.address = f"http://{self.host}{self.path}"
        self.answer: Answer | None = None

    def wait(self) -> Answer:
        """Serve until somebody answered, or the request has expired."""
        while self.answer is None:
            left = (self.question.request.expires_at - datetime.now(UTC)).total_seconds()
            if left <= 0:
                raise AgentError("request_expired")
            self.timeout = left
            self.handle_request()
        return self.answer


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10

    def do_GET(self) -> None:
        """Show the question."""
        if self._is_ours():
            self._send(_form(self.server))

    def do_POST(self) -> None:
        """Take the answer."""
        length = int(self.headers.get("Content-Length") or 0)
        if not self._is_ours() or self.headers.get("Origin") != f"http://{self.server.host}" or length > _MOST_BYTES:
            return
        given = parse_qs(self.rfile.read(length).decode("utf-8", "replace"), keep_blank_values=True)
        pin = given.get("pin", [""])[0]
        is_complete = bool(pin) or self.server.question.held.has_pin_pad
        agreed = given.get("act") == ["sign"] and is_complete
        self._send(_page(self.server, _paragraph(self.server, "handed_over" if agreed else "gone")))
        self.server.answer = Answer(agreed, bytearray(pin.encode()))

    def _is_ours(self) -> bool:
        """The right host (no other name may lead here: DNS rebinding) and the address that nobody can guess."""
        is_ours = self.headers.get("Host") == self.server.host and secrets.compare_digest(
            self.path.encode(), self.server.path.encode()
        )
        if not is_ours:
            self.send_error(HTTPStatus.NOT_FOUND)
        return is_ours

    def _send(self, page: str) -> None:
        body = page.encode()
        policy = (
            f"default-src 'none'; style-src 'nonce-{self.server.nonce}'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "same-origin")
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """The address is a secret: nothing is logged."""


def _form(server: _Server) -> str:
    question, esc = server.question, html.escape
    facts = "".join(f"<dt>{esc(label)}</dt><dd>{esc(value)}</dd>" for label, value in question.facts())
    papers = "".join(f"<li>{esc(paper)}<br><code>{digest}</code></li>" for paper, digest in question.papers())
    warned = f'<p class="warning" role="alert">{esc(question.warning)}</p>' if question.warning else ""
    pin = (
        f"<p>{esc(question.say('pad'))}</p>"
        if question.held.has_pin_pad
        else f'<label for="pin">{esc(question.say("pin"))}</label>'
        '<input id="pin" name="pin" type="password" autocomplete="off" autofocus maxlength="256">'
    )
    return _page(
        server,
        f"<dl>{facts}</dl><h2>{esc(question.heading)}</h2><ol>{papers}</ol>{warned}"
        f'<form method="post" action="{server.path}">{pin}<p>{esc(question.say("promise"))}</p><div class="acts">'
        f'<button name="act" value="sign" class="yes">{esc(question.say("sign"))}</button>'
        f'<button name="act" value="decline" class="no">{esc(question.say("decline"))}</button></div></form>',
    )


def _page(server: _Server, body: str) -> str:
    title = html.escape(server.question.say("title"))
    return (
        f'<!doctype html><html lang="{server.question.language}"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style nonce="{server.nonce}">{_STYLE}</style><h1>{title}</h1>{body}</html>'
    )


def _paragraph(server: _Server, name: str) -> str:
    return f"<p>{html.escape(server.question.say(name))}</p>"
