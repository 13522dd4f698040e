"""The way that needs no door: the signer types the code of the web page, and this program fetches and answers."""

import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request

from dms_agent import requests
from dms_agent.desk import Desk, Job, State
from dms_agent.errors import AgentError
from dms_agent.trust import TIMEOUT_SECONDS, WEB, PairedServers, origin_of

CLAIM = "/signing/agent/claim"
ANSWER = "/signing/agent/answer"
_MOST_BYTES = 4 << 20


def sign_by_code(server: str, code: str, desk: Desk, servers: PairedServers) -> Job:
    """Fetch what the code stands for, have it signed and send the signatures back; tell the service if not.

    Raises AgentError: code_refused, server_unreachable, answer_refused, and everything that ``requests.read`` and
    ``Desk.begin`` raise. What the token refuses is in the job.
    """
    origin = origin_of(server)
    claimed = _post(origin, CLAIM, {"code": code}, refused="code_refused")
    try:
        job = desk.begin(requests.read(str(claimed.get("request")), servers, origin=origin))
    except AgentError as error:
        _post(origin, ANSWER, {"claim": claimed.get("claim"), "refused": error.code}, refused="answer_refused")
        raise
    if job.thread is not None:
        job.thread.join()
    _post(origin, ANSWER, {"claim": claimed.get("claim")} | _outcome(job), refused="answer_refused")
    return job


def _outcome(job: Job) -> dict[str, Any]:
    if job.state is State.DONE:
        return {"nonce": job.request.nonce, "signatures": job.signatures}
    return {"refused": job.code}


def _post(origin: str, path: str, told: dict[str, Any], *, refused: str) -> dict[str, Any]:
    """Raises AgentError: ``refused`` with the service's reason, server_unreachable."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    question = Request(origin + path, json.dumps(told).encode(), headers, method="POST")  # noqa: S310 - origin_of allows no other scheme
    try:
        with WEB.open(question, timeout=TIMEOUT_SECONDS) as answer:
            heard = json.loads(answer.read(_MOST_BYTES))
    except HTTPError as error:
        with error:
            raise AgentError(refused, reason=_title(error)) from error
    except (URLError, OSError, ValueError) as error:
        raise AgentError("server_unreachable", address=origin) from error
    return heard if isinstance(heard, dict) else {}


def _title(error: HTTPError) -> str:
    """The sentence of a problem (RFC 9457)."""
    try:
        return str(json.loads(error.read(_MOST_BYTES))["title"])
    except (ValueError, KeyError, TypeError, OSError):
        return str(error.code)
