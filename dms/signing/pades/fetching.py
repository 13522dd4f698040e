"""Fetchers of OCSP answers and revocation lists for which a slow or senseless answer is no answer.

pyHanko's own let a time-out and unreadable bytes through as errors of another kind, so that the whole validation breaks
off where the next source (a revocation list after OCSP) would still have told. They also follow redirections, by which
a server on the way could send ours to an address inside the network.
"""

import ssl
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, ClassVar, Final

import aiohttp
import certifi
from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.fetchers.aiohttp_fetchers.cert_fetch_client import AIOHttpCertificateFetcher
from pyhanko_certvalidator.fetchers.aiohttp_fetchers.crl_client import AIOHttpCRLFetcher
from pyhanko_certvalidator.fetchers.aiohttp_fetchers.ocsp_client import AIOHttpOCSPFetcher
from pyhanko_certvalidator.fetchers.aiohttp_fetchers.util import LazySession
from pyhanko_certvalidator.fetchers.api import Fetchers
from pyhanko_certvalidator.fetchers.common_utils import FetchBudget

MOST_BYTES: Final = 64 << 20

_NO_ANSWER = (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError)  # TimeoutError is an OSError


class _Forgiving:
    """Turns whatever a fetch raises into the failure that the validator knows how to go on from."""

    failure: ClassVar[type[Exception]]

    async def _post_fetch_task(self, tag: Any, async_fun: Callable[[], Awaitable[Any]]) -> Any:
        async def fetch() -> Any:
            try:
                return await async_fun()
            except _NO_ANSWER as error:
                raise self.failure(f"no answer: {error!r}") from error

        return await super()._post_fetch_task(tag, fetch)  # type: ignore[misc]  # of the class it is mixed into


class _Ocsp(_Forgiving, AIOHttpOCSPFetcher):
    failure = OCSPFetchError


class _Lists(_Forgiving, AIOHttpCRLFetcher):
    failure = CRLFetchError


class _Guarded(LazySession):
    """A session that goes nowhere but to the address in the certificate, and takes no answer without end."""

    def get_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            watch = aiohttp.TraceConfig()
            watch.on_request_redirect.append(_ensure_no_redirect)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=_tls()), trace_configs=[watch], response_class=_Bounded
            )
        session: aiohttp.ClientSession = self._session
        return session


class _Bounded(aiohttp.ClientResponse):
    """An answer of which no more is read, once unpacked, than ``MOST_BYTES``, whatever its head announces."""

    async def read(self) -> bytes:
        if self._body is None:
            body = bytearray()
            async for chunk in self.content.iter_any():
                body += chunk
                if len(body) > MOST_BYTES:
                    self.close()
                    raise OSError(f"{self.url} sends too much")
            self._body = bytes(body)
        return await super().read()


@cache
def _tls() -> ssl.SSLContext:
    """Made once: reading all the roots of the web takes longer than a signature."""
    return ssl.create_default_context(cafile=certifi.where())


async def _ensure_no_redirect(_session: Any, _context: Any, told: aiohttp.TraceRequestRedirectParams) -> None:
    raise OSError(f"{told.url} sends elsewhere")


class FetcherBackend(AIOHttpFetcherBackend):
    """pyHanko's backend with our fetchers; see the module."""

    def __init__(self, *, per_request_timeout: float) -> None:
        session: Any = _Guarded()  # type: ignore[no-untyped-call]  # pyHanko's helper has no types
        super().__init__(session, per_request_timeout)

    def get_fetchers(self) -> Fetchers:
        """A set of fetchers that share one session and one budget of requests."""
        given: dict[str, Any] = {"per_request_timeout": self.per_request_timeout, "budget": FetchBudget(self.limits)}
        return Fetchers(
            ocsp_fetcher=_Ocsp(self.session, **given),
            crl_fetcher=_Lists(self.session, **given),
            cert_fetcher=AIOHttpCertificateFetcher(self.session, **given),
        )
