"""Whom we believe: root certificates, the time-stamping authority, and how fresh an answer about revocation must be.

**Staleness.** Asking OCSP for each signature costs four times the signature itself, so answers are kept, but shortly:
a context (what was asked, what was answered, which path was found) lives ``freshness`` (60 seconds by default) and is
then thrown away whole. A certificate revoked at 10:00:00 is refused from 10:01:00 at the latest. A context belongs to
one thread (its network session belongs to that thread's event loop) and to one certificate (so that a document carries
the revocation data of its own signer and of nobody else). A context in which anything failed is not kept.

**Addresses.** OCSP and CRL addresses come from certificates. They are asked only for certificates whose path ends at
one of our roots; issuers are never fetched, so a stranger's certificate cannot make the server call an address.
"""

import asyncio
import threading
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from asn1crypto import pem, x509
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers import OwnedFetcherBackend
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.registry import CertificateRegistry

from dms.signing.pades.anchors import AnchorKind, Anchors, AnchorSets, read_anchors

REVOCATION_MODE = "require"  # every certificate of the path must be shown not to be revoked; nothing is taken on faith

_SAMPLE_SECONDS = 3600

T = TypeVar("T")

_NO_ANCHORS: Anchors = {}
_NO_FILES: Mapping[AnchorKind, Path | None] = {}


@dataclass(frozen=True)
class _Kept:
    context: ValidationContext
    until: float


class SigningTrust:
    """Built once per process and shared by its threads.

    ``roots`` and ``intermediates``: certificates, PEM or DER. ``anchors``: further roots by the set they belong to (see
    the module ``anchors``); those of ``roots`` belong to neither world. ``tsa_url``: RFC 3161 time-stamping authority;
    None where only validation is wanted. ``online=False``: never use the network (then only signatures that carry their
    own proof can be VALID). ``fetch_timeout`` in seconds, for each request. ``freshness``: see the module.
    """

    def __init__(
        self,
        *,
        roots: Sequence[bytes] = (),
        intermediates: Sequence[bytes] = (),
        anchors: Anchors = _NO_ANCHORS,
        tsa_url: str | None = None,
        fetch_timeout: float = 5.0,
        freshness: timedelta = timedelta(seconds=60),
        online: bool = True,
    ) -> None:
        sets = {AnchorKind.OTHER: roots} | dict(anchors)
        self.anchors = AnchorSets({kind: map(load_certificate, items) for kind, items in sets.items()})
        self.roots = self.anchors.roots
        self.intermediates = tuple(load_certificate(item) for item in intermediates)
        self.online = online
        self._tsa_url = tsa_url
        self._tsa: tuple[HTTPTimeStamper, float] | None = None
        self._fetch_timeout = fetch_timeout
        self.freshness = freshness
        self._local = threading.local()

    @property
    def tsa(self) -> HTTPTimeStamper | None:
        """The time-stamping client; None if no address was given.

        It keeps one sample token, by which room for the next ones is measured. After an hour a new client takes a new
        sample, so that an authority that begins to send longer tokens stops nobody for long.
        """
        now = time.monotonic()
        if self._tsa_url and (self._tsa is None or self._tsa[1] < now):
            self._tsa = (HTTPTimeStamper(self._tsa_url, timeout=self._fetch_timeout), now + _SAMPLE_SECONDS)
        return self._tsa[0] if self._tsa else None

    @classmethod
    def from_files(
        cls,
        roots: Path | None,
        intermediates: Path | None,
        tsa_url: str | None,
        *,
        sets: Mapping[AnchorKind, Path | None] = _NO_FILES,
        **settings: Any,
    ) -> Self:
        """The same from files or folders (see ``anchors.read_anchors``); OSError or ValueError if they are unusable."""
        named = {kind: read_anchors(path) for kind, path in sets.items() if path}
        return cls(
            roots=read_anchors(roots) if roots else [],
            intermediates=read_anchors(intermediates) if intermediates else [],
            anchors=named,
            tsa_url=tsa_url,
            **settings,
        )

    def context(self, key: bytes) -> ValidationContext:
        """The kept context for ``key`` (a certificate's fingerprint), or a new one; it asks OCSP and CRL servers."""
        now = time.monotonic()
        kept: dict[bytes, _Kept] = {name: item for name, item in self._kept().items() if item.until > now}
        if key not in kept:
            kept[key] = _Kept(self._online_context(), now + self.freshness.total_seconds())
        self._local.kept = kept
        return kept[key].context

    def forget(self, key: bytes) -> None:
        """Throw away the context for ``key``, so that a failure is not remembered."""
        self._kept().pop(key, None)

    def fresh_context(self) -> ValidationContext:
        """A context of its own that asks the network, for one validation."""
        return self._online_context()

    def past_context(self, moment: datetime, **evidence: Any) -> ValidationContext:
        """A context that judges as of ``moment`` by ``evidence`` (other_certs, ocsps, crls) and without network."""
        evidence["other_certs"] = [*self.intermediates, *evidence.get("other_certs", ())]
        evidence.setdefault("ocsps", [])
        evidence.setdefault("crls", [])
        return ValidationContext(
            trust_roots=list(self.roots),
            moment=moment.astimezone(UTC),
            revocation_mode=REVOCATION_MODE,
            retroactive_revinfo=True,  # an answer given after the signature says more about it, not less
            time_tolerance=self._tolerance(),
            **evidence,
        )

    def _kept(self) -> dict[bytes, _Kept]:
        kept: dict[bytes, _Kept] = getattr(self._local, "kept", {})
        return kept

    def _online_context(self) -> ValidationContext:
        backend = AIOHttpFetcherBackend(per_request_timeout=self._fetch_timeout)
        return ValidationContext(
            trust_roots=list(self.roots),
            certificate_registry=CertificateRegistry.build(self.intermediates, cert_fetcher=None),
            allow_fetching=True,
            revocation_mode=REVOCATION_MODE,
            fetcher_backend=OwnedFetcherBackend(backend),
            time_tolerance=self._tolerance(),
        )

    def _tolerance(self) -> timedelta:
        """A context's "now" is its birth; answers come up to ``freshness`` later, from clocks that differ by 5 s."""
        return self.freshness + timedelta(seconds=5)


def load_certificate(data: bytes) -> x509.Certificate:
    """A certificate from PEM or DER; ValueError if it is neither."""
    der = pem.unarmor(data)[2] if pem.detect(data) else data
    certificate: x509.Certificate = x509.Certificate.load(der, strict=True)
    return certificate


def run(work: Coroutine[Any, Any, T], *contexts: ValidationContext) -> T:
    """Run asynchronous work from synchronous code and close the network sessions that it opened."""

    async def _run() -> T:
        try:
            return await work
        finally:
            for context in contexts:
                await context.aclose()

    return asyncio.run(_run())
