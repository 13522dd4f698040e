"""Time stamps (RFC 3161) on bytes that are no PDF, such as the checkpoints of the histories."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, x509
from pyhanko_certvalidator import ValidationContext

from dms.errors import Invalid
from dms.signing.pades.authorities import (
    Probe,
    Untrue,
    authority_name,
    check_answer,
    check_path,
    check_signature,
    signer_of,
)
from dms.signing.pades.signing import DIGEST, authority, stamping, timestamp_authority_path, trusted
from dms.signing.pades.trust import SigningTrust, run

_GARBLED = (ValueError, TypeError, KeyError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A token (DER), the moment that it certifies, and who made it."""

    token: bytes
    at: datetime
    authority: str


def time_stamp(data: bytes, trust: SigningTrust) -> TimeStamp:
    """A time stamp on ``data`` by the first authority that answers truly and is not revoked.

    Unavailable: ``timestamp_unavailable``, ``authorities_too_slow``.
    """

    async def work(context: ValidationContext) -> cms.ContentInfo:
        token = await authority(trust).async_timestamp(hashlib.sha256(data).digest(), DIGEST)
        await timestamp_authority_path(token, context)
        return token

    with trusted(trust, None) as context, stamping():
        return _told(run(work(context), context, seconds=trust.patience))


def read_time_stamp(token: bytes, data: bytes, trust: SigningTrust) -> TimeStamp:
    """Judge a kept time stamp on ``data`` without any network: imprint, key, and a path to our anchors at its time.

    Whether the authority was revoked was asked when it was made. Invalid: ``checkpoint_stamp_untrue``.
    """
    try:
        told = cms.ContentInfo.load(token, strict=True)
        signer = signer_of(told)
        check_answer(told, hashlib.sha256(data).digest(), DIGEST)
        check_signature(told, signer)
        run(check_path(told, signer, _context(trust.tsa_roots, trust.intermediates, _moment(told))))
        return _told(told)
    except Untrue as error:
        raise Invalid("checkpoint_stamp_untrue", reason=error.reason) from error
    except _GARBLED as error:
        raise Invalid("checkpoint_stamp_untrue", reason="garbled") from error


def probe_authorities(trust: SigningTrust) -> list[Probe]:
    """Ask each time-stamping authority for a time stamp on nothing, in their order, and tell what came of it."""
    if trust.tsa is None:
        return []
    client = trust.tsa
    return [run(client.probe(each)) for each in client.authorities]


def _context(
    roots: Sequence[x509.Certificate], others: Sequence[x509.Certificate], moment: datetime
) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(roots), other_certs=list(others), moment=moment, revocation_mode="soft-fail"
    )


def _told(token: cms.ContentInfo) -> TimeStamp:
    return TimeStamp(token.dump(), _moment(token), authority_name(signer_of(token)))


def _moment(token: cms.ContentInfo) -> datetime:
    moment: datetime = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    return moment
