"""The outcomes of ETSI EN 319 102-1 for our reasons, and where this service decides more strictly than the standard.

The standard leaves it to the one who asks what to make of INDETERMINATE. Circular 15/2025/TT-BKHCN, article 6, calls a
signature valid only if it was made within the certificate's validity, the certificate was not revoked then, and the
content is unchanged. So what is indeterminate for the standard may still be "không hợp lệ" here (``findings.UNPROVEN``
holds what stays open); docs/validation-report.md has the table.
"""

import enum
from collections.abc import Iterable, Mapping
from typing import Final


class Indication(enum.StrEnum):
    """The three main outcomes."""

    PASSED = "TOTAL-PASSED"
    FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"


Outcome = tuple[Indication, str | None]
"""Main outcome and sub-indication; TOTAL-PASSED has none."""

PASSED: Final[Outcome] = (Indication.PASSED, None)

_FAILED: Final[Mapping[str, str]] = {
    "content_changed": "HASH_FAILURE",
    "archive_timestamp_invalid": "HASH_FAILURE",
    "signature_forged": "SIG_CRYPTO_FAILURE",
    "signature_malformed": "FORMAT_FAILURE",
    "document_unreadable": "FORMAT_FAILURE",
    "document_hybrid": "FORMAT_FAILURE",
    "coverage_partial": "FORMAT_FAILURE",
    "changed_after_signing": "FORMAT_FAILURE",
    "fields_changed": "FORMAT_FAILURE",
    "archive_timestamp_visible": "FORMAT_FAILURE",
    "certificate_not_yet_valid": "NOT_YET_VALID",
}
_INDETERMINATE: Final[Mapping[str, str]] = {
    "seed_value_violated": "SIG_CONSTRAINTS_FAILURE",
    "signer_unexpected": "SIG_CONSTRAINTS_FAILURE",
    "signature_missing": "SIG_CONSTRAINTS_FAILURE",
    "signature_unexpected": "SIG_CONSTRAINTS_FAILURE",
    "field_unexpected": "SIG_CONSTRAINTS_FAILURE",
    "file_changed": "SIG_CONSTRAINTS_FAILURE",
    "timestamp_invalid": "SIG_CONSTRAINTS_FAILURE",
    "algorithm_weak": "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
    "certificate_revoked": "REVOKED_NO_POE",
    "certificate_expired": "OUT_OF_BOUNDS_NO_POE",
    "certificate_unusable": "CHAIN_CONSTRAINTS_FAILURE",
    "certificate_untrusted": "NO_CERTIFICATE_CHAIN_FOUND",
    "certificate_unproven": "TRY_LATER",
    "timestamp_missing": "NO_POE",
    "timestamp_untrusted": "NO_POE",
    "timestamp_expired": "NO_POE",
    "archive_timestamp_untrusted": "NO_POE",
    "archive_timestamp_expired": "NO_POE",
    "document_encrypted": "SIGNED_DATA_NOT_FOUND",
    "document_too_complex": "SIGNED_DATA_NOT_FOUND",
    "file_too_costly": "SIGNED_DATA_NOT_FOUND",
    "document_unsigned": "SIGNED_DATA_NOT_FOUND",
}


def outcome_of(reasons: Iterable[str]) -> Outcome:
    """The worst of the reasons' outcomes; TOTAL-PASSED only if there is no reason at all."""
    reasons = tuple(reasons)
    for reason in reasons:
        if reason in _FAILED:
            return Indication.FAILED, _FAILED[reason]
    if not reasons:
        return PASSED
    known = (_INDETERMINATE.get(reason) for reason in reasons)
    return Indication.INDETERMINATE, next(filter(None, known), "CUSTOM")
