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
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers import OwnedFetcherBackend
from pyhanko_certvalidator.registry import CertificateRegistry

from dms.errors import Unavailable
from dms.signing.pades.anchors import AnchorKind, Anchors, AnchorSets, read_anchors
from dms.signing.pades.authorities import TimeAuthorities, addresses
from dms.signing.pades.fetching import FetcherBackend

REVOCATION_MODE = "require"  # every certificate of the path must be shown not to be revoked; nothing is taken on faith

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
    the module ``anchors``); those of ``roots`` belong to neither world. ``tsa_url``: RFC 3161 time-stamping authorities
    in the order in which they are asked, parted by spaces (see ``authorities.Address``); None where only validation is
    wanted. ``tsa_roots``: the anchors for time stamps, where they are others than those of signers. ``online=False``:
    never use the network (then only signatures that carry their own proof can be VALID). ``fetch_timeout`` in seconds,
    for each request; ``patience`` in seconds, for all requests of one half of a signature. ``tolerance``: how far an
    authority's clock may be from ours. ``freshness``: see the module.
    """

    def __init__(  # noqa: PLR0913 - all that may be set, each by its name
        self,
        *,
        roots: Sequence[bytes] = (),
        intermediates: Sequence[bytes] = (),
        anchors: Anchors = _NO_ANCHORS,
        tsa_url: str | None = None,
        tsa_roots: Sequence[bytes] = (),
        fetch_timeout: float = 5.0,
        patience: float = 15.0,
        tolerance: timedelta = timedelta(seconds=60),
        freshness: timedelta = timedelta(seconds=60),
        online: bool = True,
    ) -> None:
        sets = {AnchorKind.OTHER: roots} | dict(anchors)
        self.anchors = AnchorSets({kind: map(load_certificate, items) for kind, items in sets.items()})
        self.roots = self.anchors.roots
        self.tsa_roots = tuple(load_certificate(item) for item in tsa_roots) or self.roots
        self.intermediates = tuple(load_certificate(item) for item in intermediates)
        self.online = online
        self.patience = patience
        self._fetch_timeout = fetch_timeout
        self.freshness = freshness
        self._local = threading.local()
        self.tsa = self._authorities(tsa_url, tolerance)

    def _authorities(self, text: str | None, tolerance: timedelta) -> TimeAuthorities | None:
        """The time-stamping authorities as one client; None if no address was given."""
        if not text:
            return None
        known = addresses(text)
        return TimeAuthorities(
            known,
            anchors=self.tsa_roots,
            intermediates=self.intermediates,
            timeout=min(self._fetch_timeout, self.patience / (len(known) + 1)),  # each gets its turn in time
            tolerance=tolerance,
        )

    @property
    def all_roots(self) -> tuple[x509.Certificate, ...]:
        """The anchors of signers and of time stamps, each once."""
        return tuple({each.sha256: each for each in (*self.roots, *self.tsa_roots)}.values())

    @classmethod
    def from_files(
        cls,
        roots: Path | None,
        intermediates: Path | None,
        tsa_url: str | None,
        *,
        sets: Mapping[AnchorKind, Path | None] = _NO_FILES,
        tsa_roots: Path | None = None,
        **settings: Any,
    ) -> Self:
        """The same from files or folders (see ``anchors.read_anchors``); OSError or ValueError if they are unusable."""
        named = {kind: read_anchors(path) for kind, path in sets.items() if path}
        return cls(
            roots=read_anchors(roots) if roots else [],
            intermediates=read_anchors(intermediates) if intermediates else [],
            anchors=named,
            tsa_url=tsa_url,
            tsa_roots=read_anchors(tsa_roots) if tsa_roots else [],
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
        return self._past(self.roots, moment, evidence)

    def past_stamp_context(self, moment: datetime, **evidence: Any) -> ValidationContext:
        """The same for time stamps, which lead to anchors of their own."""
        return self._past(self.tsa_roots, moment, evidence)

    def _past(self, roots: Sequence[x509.Certificate], moment: datetime, evidence: dict[str, Any]) -> ValidationContext:
        evidence["other_certs"] = [*self.intermediates, *evidence.get("other_certs", ())]
        evidence.setdefault("ocsps", [])
        evidence.setdefault("crls", [])
        return ValidationContext(
            trust_roots=list(roots),
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
        backend = FetcherBackend(per_request_timeout=self._fetch_timeout)
        return ValidationContext(
            # One context gathers the proof of both; whether a signer leads to the anchors of signers is the verdict's.
            trust_roots=list(self.all_roots),
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


def run(work: Coroutine[Any, Any, T], *contexts: ValidationContext, seconds: float | None = None) -> T:
    """Run asynchronous work from synchronous code and close the network sessions that it opened.

    Unavailable("authorities_too_slow") if it takes longer than ``seconds``.
    """

    async def _run() -> T:
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError as error:
            raise Unavailable("authorities_too_slow", seconds=seconds) from error
        finally:
            for context in contexts:
                await context.aclose()

    return asyncio.run(_run())
