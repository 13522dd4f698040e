"""Time-stamping authorities in their order: the first that answers truly is taken, and one that failed rests a while.

A token is believed only if it is the answer to our question (imprint, nonce), if its time is ours within a tolerance,
if its signature is by the certificate it names, and if that certificate leads to one of the anchors for time stamps.
Whatever is wrong with one authority's answer, the next is asked; only when none is left there is no time stamp.
"""

import hashlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import unquote, urlsplit, urlunsplit

import aiohttp
import structlog
from asn1crypto import cms, core, tsp, x509
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import dummy_digest, set_tsp_headers
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

from dms import clock
from dms.errors import Unavailable
from dms.signing.pades import certificates

log = structlog.get_logger(__name__)

MAX_ANSWER = 256 << 10  # bytes; a token with its certificates takes about 6 KB
REST_SECONDS = 60.0
_SAMPLE_SECONDS = 3600.0
_BELIEVED_SECONDS = 600.0
_ROOM_UNSEEN = 8192  # bytes kept for the token of an authority that has not answered yet
_NAMED = re.compile(r"^(?P<name>[^:/=]+)=(?P<url>https?://.+)$")

# What reading an answer raises when it is no answer at all.
_GARBLED = (ValueError, TypeError, KeyError, AttributeError, IndexError)


class Untrue(Exception):
    """An authority's answer that may not be believed; ``reason`` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Address:
    """Where an authority answers, how people call it, and what it wants to know of us."""

    name: str
    url: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str) -> "Address":
        """``https://host/path`` or ``name=https://user:password@host/path``; ValueError if it is neither."""
        named = _NAMED.match(text)
        parts = urlsplit(named["url"] if named else text)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("not an http(s) address")
        host = parts.netloc.rpartition("@")[2]
        return cls(
            name=named["name"] if named else host,
            url=urlunsplit((parts.scheme, host, parts.path, parts.query, "")),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or "") if parts.username else None,
        )


def addresses(text: str) -> tuple[Address, ...]:
    """The addresses in a setting, parted by spaces, in the order in which they are asked, each under its own name."""
    found = [Address.parse(word) for word in text.split()]
    names = Counter(each.name for each in found)
    return tuple(
        each if names[each.name] == 1 else replace(each, name=f"{each.name}{urlsplit(each.url).path} ({number})")
        for number, each in enumerate(found, start=1)
    )


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of asking one authority: ``error`` is a code, or empty where it answered truly."""

    name: str
    error: str
    milliseconds: int
    subject: str = ""
    certificate_ends: datetime | None = None


@dataclass
class Authority:
    """One authority, and what this process remembers of it."""

    address: Address
    rests_until: float = 0.0
    room: int = _ROOM_UNSEEN

    @property
    def rests(self) -> bool:
        """Whether it failed a moment ago, so that others are asked first."""
        return time.monotonic() < self.rests_until


Judge = Callable[[cms.ContentInfo, bytes, str], x509.Certificate]


class TimeAuthorities(TimeStamper):
    """All authorities as one of pyHanko's time-stamping clients; built once for a process, shared by its threads.

    ``anchors`` are the roots for time stamps, ``tolerance`` how far an authority's clock may be from ours, ``timeout``
    the seconds that one authority may take.
    """

    def __init__(
        self,
        known: Sequence[Address],
        *,
        anchors: Sequence[x509.Certificate],
        intermediates: Sequence[x509.Certificate] = (),
        timeout: float = 5.0,
        tolerance: timedelta = timedelta(seconds=60),
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko's
        self.authorities = tuple(Authority(address) for address in known)
        self._anchors = tuple(anchors)
        self._intermediates = tuple(intermediates)
        self._timeout = timeout
        self._tolerance = tolerance
        self._believed: dict[bytes, float] = {}
        self._signed_by: dict[bytes, Authority] = {}
        self._sample: tuple[cms.ContentInfo, float] | None = None

    def in_order(self) -> list[Authority]:
        """Those that rest come last: they are asked only when nobody else answers."""
        return sorted(self.authorities, key=lambda each: each.rests)

    @property
    def room(self) -> int:
        """The bytes that a token of any of them may take, as far as they are known."""
        return max((each.room for each in self.authorities), default=_ROOM_UNSEEN)

    def stampers(self) -> Iterator["OneAuthority"]:
        """Each authority alone, in order, for work that must be by one from its beginning to its end."""
        for authority in self.in_order():
            yield OneAuthority(self, authority)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token of the first authority that answers truly. Unavailable: ``timestamp_unavailable``."""
        told: dict[str, str] = {}
        for authority in self.in_order():
            try:
                return await self.ask(authority, message_digest, md_algorithm)
            except Untrue as refusal:
                told[authority.address.name] = refusal.reason
        raise Unavailable("timestamp_unavailable", authorities=told)

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        """A sample token, by which room for the next ones is measured; a new one each hour."""
        if self._sample is None or self._sample[1] < time.monotonic():
            token = await self.async_timestamp(dummy_digest(md_algorithm), md_algorithm)
            self._sample = (token, time.monotonic() + _SAMPLE_SECONDS)
        return self._sample[0]

    async def ask(self, authority: Authority, digest: bytes, algorithm: str) -> cms.ContentInfo:
        """One authority's token, judged. Raises Untrue; the authority then rests."""
        try:
            nonce, request = self.request_cms(digest, algorithm)  # type: ignore[no-untyped-call]  # pyHanko's
            answer = await _post(authority.address, request, self._timeout)
            token = _token(answer, nonce)
            await self._judge(token, digest, algorithm)
        except Untrue as refusal:
            authority.rests_until = time.monotonic() + REST_SECONDS
            log.warning("time_authority_failed", authority=authority.address.name, reason=refusal.reason)
            raise
        authority.rests_until = 0.0
        self._signed_by[signer_of(token).sha256] = authority
        authority.room = max(len(token.dump()), 0 if authority.room == _ROOM_UNSEEN else authority.room)
        return token

    async def probe(self, authority: Authority) -> Probe:
        """Ask one authority for a time stamp on nothing, and tell what came of it."""
        started = time.perf_counter()
        try:
            token = await self.ask(authority, hashlib.sha256(b"").digest(), "sha256")
        except Untrue as refusal:
            return Probe(authority.address.name, refusal.reason, _since(started))
        signer = signer_of(token)
        return Probe(authority.address.name, "", _since(started), authority_name(signer), signer.not_valid_after)

    def distrust(self, token: cms.ContentInfo) -> None:
        """Its certificate was shown to be revoked, or nobody could tell: ask the others first for a while."""
        authority = self._signed_by.get(signer_of(token).sha256)
        if authority is not None:
            authority.rests_until = time.monotonic() + REST_SECONDS
        self._sample = None

    async def _judge(self, token: cms.ContentInfo, digest: bytes, algorithm: str) -> None:
        try:
            check_answer(token, digest, algorithm)
            self._check_time(token)
            signer = signer_of(token)
            check_signature(token, signer)
        except _GARBLED as error:
            raise Untrue("garbled") from error
        if self._believed.get(signer.sha256, 0.0) < time.monotonic():
            await check_path(token, signer, self._context())
            self._believed[signer.sha256] = time.monotonic() + _BELIEVED_SECONDS

    def _check_time(self, token: cms.ContentInfo) -> None:
        info = token["content"]["encap_content_info"]["content"].parsed
        if abs(info["gen_time"].native - clock.now()) > self._tolerance:
            raise Untrue("wrong_time")

    def _context(self) -> ValidationContext:
        """Only whether the certificate leads to an anchor; revocation is asked where the proof is gathered."""
        return ValidationContext(
            trust_roots=list(self._anchors), other_certs=list(self._intermediates), revocation_mode="soft-fail"
        )


class OneAuthority(TimeStamper):
    """One authority for one document: pyHanko reads from its sample which certificates the document must carry."""

    def __init__(self, all_of_them: TimeAuthorities, authority: Authority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko's
        self.authority = authority
        self._all = all_of_them

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Its token. Unavailable: ``timestamp_unavailable``."""
        try:
            return await self._all.ask(self.authority, message_digest, md_algorithm)
        except Untrue as refusal:
            told = {self.authority.address.name: refusal.reason}
            raise Unavailable("timestamp_unavailable", authorities=told) from refusal


# --- judging a token


def signer_of(token: cms.ContentInfo) -> x509.Certificate:
    """The certificate in the token by which it says that it is signed. Raises Untrue("no_certificate")."""
    content = token["content"]
    identifier = content["signer_infos"][0]["sid"].chosen
    for each in content["certificates"]:
        serial, issuer = each.chosen.serial_number, each.chosen.issuer
        if serial == identifier["serial_number"].native and issuer == identifier["issuer"]:
            certificate: x509.Certificate = each.chosen
            return certificate
    raise Untrue("no_certificate")


def check_answer(token: cms.ContentInfo, digest: bytes, algorithm: str) -> None:
    """The token is about our bytes. Raises Untrue("wrong_imprint")."""
    imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]
    told = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
    if told != (algorithm, digest):
        raise Untrue("wrong_imprint")


def check_signature(token: cms.ContentInfo, signer: x509.Certificate) -> None:
    """The token is signed with the certificate's key, and with nothing weak. Raises Untrue("forged")."""
    content = token["content"]
    (info,) = content["signer_infos"]
    algorithm = info["digest_algorithm"]["algorithm"].native
    if algorithm in {"md5", "sha1"}:
        raise Untrue("weak")
    told = content["encap_content_info"]["content"]
    actual = hashlib.new(algorithm, bytes(told)).digest()
    if validate_sig_integrity(info, signer, "tst_info", actual) != (True, True):
        raise Untrue("forged")


async def check_path(token: cms.ContentInfo, signer: x509.Certificate, context: ValidationContext) -> None:
    """The certificate may make time stamps and leads to one of the context's roots. Raises Untrue."""
    known = [each.chosen for each in token["content"]["certificates"]]
    validator = CertificateValidator(signer, intermediate_certs=known, validation_context=context)
    try:
        await validator.async_validate_usage(set(), {"time_stamping"})
    except (ValidationError, PathBuildingError) as error:
        raise Untrue("untrusted") from error


def authority_name(certificate: x509.Certificate) -> str:
    """How people call the authority that a certificate names."""
    return certificates.name_of(certificate) or str(certificate.subject.human_friendly)


# --- asking


class _Response(core.Sequence):  # type: ignore[misc]  # asn1crypto is untyped
    """RFC 3161, 2.4.2; a refusal has no token, which asn1crypto's own class does not allow."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


def _token(answer: bytes, nonce: int) -> cms.ContentInfo:
    try:
        response = _Response.load(answer, strict=True)
        if response["status"]["status"].native not in {"granted", "granted_with_mods"}:
            raise Untrue("refused")
        token = response["time_stamp_token"]
        if token["content"]["encap_content_info"]["content"].parsed["nonce"].native != nonce:
            raise Untrue("wrong_nonce")
    except _GARBLED as error:
        raise Untrue("garbled") from error
    return token


async def _post(address: Address, request: tsp.TimeStampReq, seconds: float) -> bytes:
    """The body of the answer, of bounded size and in bounded time. Raises Untrue."""
    auth = aiohttp.BasicAuth(address.user, address.password or "") if address.user else None
    limits = aiohttp.ClientTimeout(total=seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=limits, auth=auth) as session,
            session.post(
                address.url, data=request.dump(), headers=set_tsp_headers({}), allow_redirects=False
            ) as response,
        ):
            if response.status != 200:
                raise Untrue(f"http_{response.status}")
            return await _body(response)
    except TimeoutError as error:
        raise Untrue("too_slow") from error
    except (aiohttp.ClientError, OSError) as error:
        raise Untrue("no_answer") from error


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.content_type != "application/timestamp-reply":
        raise Untrue("garbled")
    body = b""
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise Untrue("garbled")
    return body


def _since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
