"""Calls to a remote signing service: bounded in time and size, and every failure turned into one of our refusals."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp

from dms.errors import DomainError, Invalid, NotFound, Unavailable

_LARGEST_ANSWER: Final = 1 << 20
_WORD: Final = re.compile(r"[a-z][a-z_]{0,39}")

# What the service's own error words mean (CSC 1.0.4, section 10.1, and credentials/authorize).
_REFUSALS: Final[Mapping[str, Callable[[], DomainError]]] = {
    "invalid_otp": lambda: Invalid("key_secret_refused", field="secret"),
    "invalid_pin": lambda: Invalid("key_secret_refused", field="secret"),
}


class CscService:
    """The address of a service (before ``/csc/v1``) and how we are admitted to it.

    ``token`` is asked at each call, so that a renewed one needs no restart. ``timeout`` in seconds bounds each call as
    a whole; services that ask the signer on a telephone answer only then, so it has to be minutes there.
    """

    def __init__(self, address: str, token: Callable[[], str], *, timeout: float = 60.0) -> None:
        self._address = address.rstrip("/")
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=min(timeout, 10.0))

    def call(self, endpoint: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one call, from synchronous code.

        Unavailable: ``csc_unanswered`` (no answer in time), ``csc_not_admitted``, ``csc_refused``,
        ``csc_answer_unusable``. Invalid: ``key_secret_refused``. NotFound: ``key_missing``.
        """
        try:
            token = self._token()
        except OSError as error:
            raise Unavailable("csc_not_admitted") from error
        try:
            status, body = asyncio.run(self._post(endpoint, wanted, token))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("csc_unanswered") from error
        answer = _object(body)
        if status != 200:
            raise _refusal(status, answer, str(wanted.get("credentialID", "")))
        if answer is None:
            raise Unavailable("csc_answer_unusable")
        return answer

    def __repr__(self) -> str:
        return f"CscService({self._address})"

    async def _post(self, endpoint: str, wanted: Mapping[str, Any], token: str) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            aiohttp.ClientSession(timeout=self._timeout) as session,
            session.post(
                f"{self._address}/csc/v1/{endpoint}", json=wanted, headers=headers, allow_redirects=False
            ) as response,
        ):
            body = bytearray()
            async for piece in response.content.iter_chunked(1 << 16):
                body += piece
                if len(body) > _LARGEST_ANSWER:
                    raise Unavailable("csc_answer_unusable")
            return response.status, bytes(body)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _refusal(status: int, answer: Mapping[str, Any] | None, reference: str) -> DomainError:
    """Only a word of the service is passed on, never its sentence: that may repeat what was sent."""
    if status in {401, 403}:
        return Unavailable("csc_not_admitted")
    if status == 404 and reference:
        return NotFound("key_missing", ref=reference)
    word = str((answer or {}).get("error", ""))
    if word in _REFUSALS:
        return _REFUSALS[word]()
    return Unavailable("csc_refused", reason=word if _WORD.fullmatch(word) else str(status))
