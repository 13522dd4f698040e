"""Until when an algorithm may be relied on, as far as anybody can say today; a time stamp must be renewed before that.

Source: NIST SP 800-57 part 1 rev. 5 (table 4: 112 bits of strength through 2030) and NIST IR 8547 (draft: RSA and
elliptic curves are disallowed after 2035). Cryptography makes no promises: look at this table once a year.
"""

from datetime import UTC, datetime

from asn1crypto import x509

_BROKEN = datetime(2015, 12, 31, tzinfo=UTC)
_LEGACY = datetime(2030, 12, 31, tzinfo=UTC)
_CLASSICAL = datetime(2035, 12, 31, tzinfo=UTC)

# The smallest key of a kind, in bits, and the day to which one of at least that size is good; the largest first.
_KEYS = {
    "rsa": ((3072, _CLASSICAL), (2048, _LEGACY)),
    "rsassa_pss": ((3072, _CLASSICAL), (2048, _LEGACY)),
    "ec": ((256, _CLASSICAL), (224, _LEGACY)),
}
_DIGESTS = {"sha1": _BROKEN, "md5": _BROKEN, "sha224": _LEGACY}


def trusted_until(certificate: x509.Certificate, digest: str) -> datetime:
    """The earliest end of trust of the certificate's key and of the digest; unknown kinds are not trusted at all."""
    size = certificate.public_key.bit_size
    key = next((end for least, end in _KEYS.get(certificate.public_key.algorithm, ()) if size >= least), _BROKEN)
    return min(key, _DIGESTS.get(digest, _CLASSICAL))


def algorithm_name(certificate: x509.Certificate, digest: str) -> str:
    """Key and digest as people name them: ``RSA-2048, SHA-256``."""
    kind = {"rsassa_pss": "RSA-PSS", "ec": "EC"}.get(certificate.public_key.algorithm, "RSA")
    return f"{kind}-{certificate.public_key.bit_size}, {digest.upper().replace('SHA', 'SHA-')}"
