"""Fetchers of OCSP answers and revocation lists for which a slow or senseless answer is no answer.

pyHanko's own let a time-out and unreadable bytes through as errors of another kind, so that the whole validation breaks
off where the next source (a revocation list after OCSP) would still have told.
"""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.fetchers.aiohttp_fetchers.cert_fetch_client import AIOHttpCertificateFetcher
from pyhanko_certvalidator.fetchers.aiohttp_fetchers.crl_client import AIOHttpCRLFetcher
from pyhanko_certvalidator.fetchers.aiohttp_fetchers.ocsp_client import AIOHttpOCSPFetcher
from pyhanko_certvalidator.fetchers.api import Fetchers
from pyhanko_certvalidator.fetchers.common_utils import FetchBudget

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


class FetcherBackend(AIOHttpFetcherBackend):
    """pyHanko's backend with our fetchers; see the module."""

    def get_fetchers(self) -> Fetchers:
        """A set of fetchers that share one session and one budget of requests."""
        given: dict[str, Any] = {"per_request_timeout": self.per_request_timeout, "budget": FetchBudget(self.limits)}
        return Fetchers(
            ocsp_fetcher=_Ocsp(self.session, **given),
            crl_fetcher=_Lists(self.session, **given),
            cert_fetcher=AIOHttpCertificateFetcher(self.session, **given),
        )
