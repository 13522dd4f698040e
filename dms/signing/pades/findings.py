"""What is wrong with a signature, as codes; and what each code makes of the verdict. No file is opened here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import DocumentTimestampStatus, PdfSignatureStatus, SignatureCoverageLevel
from pyhanko.sign.validation.status import ModificationInfo, TimestampSignatureStatus

from dms.signing.pades.model import Expected, ExpectedSigner, FieldsSummary, SignatureReport, Verdict

# These say "it may be genuine, but it cannot be shown here and now"; every other code says "it is not".
UNPROVEN = frozenset(
    {
        "document_unsigned",
        "certificate_untrusted",
        "certificate_unproven",
        "timestamp_untrusted",
        "timestamp_expired",
        "timestamp_missing",
        "archive_timestamp_untrusted",
        "archive_timestamp_expired",
        "document_encrypted",
        "document_too_complex",
        "file_too_costly",
    }
)
_TRUST = {
    AdESIndeterminate.REVOKED_NO_POE: "certificate_revoked",
    AdESIndeterminate.REVOKED_CA_NO_POE: "certificate_revoked",
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: "certificate_expired",
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: "certificate_unusable",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: "algorithm_weak",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: "algorithm_weak",
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: "certificate_untrusted",
}
_WHOLE = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)


@dataclass(frozen=True)
class Surroundings:
    """What must be known about the rest of the file to judge one signature.

    ``claimed``: the time of its time stamp, as used for judging (``now`` if it has none). ``shown_until``: the first
    later archive time stamp, or now. ``is_last``: no other signature follows. ``may_change``: names of fields that may
    change (None: not known).
    """

    claimed: datetime | None
    now: datetime
    shown_until: datetime
    is_last: bool
    may_change: frozenset[str] | None


def verdict_of(reasons: Iterable[str]) -> Verdict:
    """INVALID beats UNPROVEN, and only no reason at all is VALID."""
    reasons = set(reasons)
    if not reasons:
        return Verdict.VALID
    return Verdict.UNPROVEN if reasons <= UNPROVEN else Verdict.INVALID


def of_signature(status: PdfSignatureStatus, around: Surroundings) -> Iterator[str]:
    """Every reason not to take the signature as genuine."""
    if not status.intact:
        yield "content_changed"
    elif not status.valid:
        yield "signature_forged"
    elif not status.trusted:
        yield _trust_problem(status, around)
    yield from _of_changes(status, around)
    yield from _of_timestamp(status.timestamp_validity, around)
    if not status.seed_value_ok:
        yield "seed_value_violated"


def _trust_problem(status: PdfSignatureStatus, around: Surroundings) -> str:
    indication = status.trust_problem_indic
    if not isinstance(indication, AdESIndeterminate):
        return "algorithm_weak"
    problem = _TRUST.get(indication, "certificate_unproven")
    if (around.claimed or around.now) < status.signing_cert.not_valid_before:
        return "certificate_not_yet_valid"
    if problem == "certificate_unusable" and status.signing_cert.self_signed != "no":
        return "certificate_untrusted"  # its holder made it himself; what it may be used for is not the question
    return problem


def _of_changes(status: ModificationInfo, around: Surroundings) -> Iterator[str]:
    """Later changes: form filling while signatures follow, after the last one only upkeep (DSS, time stamps)."""
    if status.coverage not in _WHOLE:
        yield "coverage_partial"
        return
    allowed = ModificationLevel.LTA_UPDATES if around.is_last else ModificationLevel.FORM_FILLING
    level = status.modification_level
    if level is None or level > allowed or status.docmdp_ok is False:
        yield "changed_after_signing"
    changed = status.diff_result.changed_form_fields if isinstance(status.diff_result, DiffResult) else set()
    if around.may_change is not None and not changed <= around.may_change:
        yield "fields_changed"


def _of_timestamp(stamp: TimestampSignatureStatus | None, around: Surroundings) -> Iterator[str]:
    if stamp is None:
        return
    if not (stamp.intact and stamp.valid) or stamp.timestamp != around.claimed:
        yield "timestamp_invalid"
    elif not stamp.trusted:
        yield "timestamp_untrusted"
    elif stamp.signing_cert.not_valid_after < around.shown_until:
        yield "timestamp_expired"


def of_archive_timestamp(status: DocumentTimestampStatus, around: Surroundings, *, is_hidden: bool) -> Iterator[str]:
    """Every reason not to believe a document time stamp. It must be invisible: a visible one could cover the page."""
    if not (status.intact and status.valid):
        yield "archive_timestamp_invalid"
    elif not status.trusted:
        yield "archive_timestamp_untrusted"
    elif status.signing_cert.not_valid_after < around.shown_until:
        yield "archive_timestamp_expired"
    if not is_hidden:
        yield "archive_timestamp_visible"
    yield from _of_changes(status, around)


def of_signer(report: SignatureReport, expected: ExpectedSigner) -> Iterator[str]:
    """``signer_unexpected`` unless UID and certificate are the expected ones, and at least one of them was named."""
    pairs = ((expected.uid, report.signer_uid), (expected.certificate_sha256, report.certificate_sha256))
    named = [(wanted, found) for wanted, found in pairs if wanted is not None]
    if not named or any(wanted != found for wanted, found in named):
        yield "signer_unexpected"


def of_document(form: FieldsSummary, archive: frozenset[str], digest: str, expected: Expected | None) -> Iterator[str]:
    """Reasons that lie with the file as a whole; ``archive`` are the names of document time stamps."""
    signed = frozenset(form.signed_fields) - archive
    if expected is None:
        if not signed:
            yield "document_unsigned"
        return
    if expected.sha256 is not None and expected.sha256 != digest:
        yield "file_changed"
    if frozenset(expected.signers) - signed:
        yield "signature_missing"
    if signed - frozenset(expected.signers):
        yield "signature_unexpected"
    if frozenset(form.signature_fields) - archive - frozenset(expected.signers) - expected.open_fields:
        yield "field_unexpected"
