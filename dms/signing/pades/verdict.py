"""Our own verdict on a signed file. pyHanko's "bottom line" is one of its conditions, not the answer.

A signature is judged as of its time stamp, by the revocation answers that the file carries, so a B-LT file needs no
network and outlives the certificate. Only what the file does not prove is asked on the network, if there is one.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.form_tools import annot_width_height
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import find_unique_cms_attribute
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from dms import clock
from dms.errors import DomainError, Invalid
from dms.signing.pades import certificates, evidence, fields, files, findings, revocation
from dms.signing.pades.anchors import AnchorKind
from dms.signing.pades.authorities import authority_name
from dms.signing.pades.changes import AFTER_SIGNATURE
from dms.signing.pades.evidence import NOTHING, Evidence, Fetched
from dms.signing.pades.findings import Surroundings
from dms.signing.pades.gathering import Known, proof_of
from dms.signing.pades.model import DocumentReport, Expected, FieldsSummary, Level, SignatureReport, Verdict
from dms.signing.pades.proof import Proof
from dms.signing.pades.trust import SigningTrust, run

MAX_SIGNATURES = 40
logging.getLogger("pyhanko.sign.validation").setLevel(logging.ERROR)  # our report says it, without stack traces
_ARCHIVE_TYPE = "/DocTimeStamp"


@dataclass(frozen=True)
class _Stamped:
    """A document time stamp, judged."""

    revision: int
    at: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    """An open file, taken apart once."""

    form: FieldsSummary
    signatures: Sequence[EmbeddedPdfSignature]
    archive: Sequence[EmbeddedPdfSignature]
    malformed: tuple[str, ...]
    evidence: Evidence
    may_change: frozenset[str] | None
    stamped: Sequence[_Stamped] = field(default=())

    @property
    def archive_names(self) -> frozenset[str]:
        return frozenset(item.fq_name for item in self.archive)


def validate(
    path: Path,
    *,
    trust: SigningTrust,
    expected: Expected | None = None,
    at: datetime | None = None,
    fetched: Fetched = NOTHING,
) -> DocumentReport:
    """Judge every signature of the file at ``path`` as of ``at`` (now); never raises for what is in the file.

    With ``expected``, also compare it with what the caller knows: who signed which field, which fields may have
    changed, the digest of the stored file. ``fetched`` are answers about revocation beside those in the file. Reasons
    are codes; ``findings.UNPROVEN`` tells which of them leave hope.
    """
    with path.open("rb") as stream:
        digest = files.sha256(stream)
        try:
            opened = _open(files.open_reader(stream), expected, fetched)
            return _judge(opened, digest, trust=trust, expected=expected, now=at or clock.now())
        except DomainError as refusal:
            return DocumentReport(findings.verdict_of([refusal.code]), (refusal.code,), (), digest)
        except Exception:  # noqa: BLE001 - a hostile file makes the parser raise anything; all of it means "no"
            return DocumentReport(Verdict.INVALID, ("document_unreadable",), (), digest)


def _judge(
    opened: _File, digest: str, *, trust: SigningTrust, expected: Expected | None, now: datetime
) -> DocumentReport:
    opened = replace(opened, stamped=run(_judge_archive(opened, trust, now)))
    reports = tuple(_compared(report, expected) for report in run(_judge_signatures(opened, trust, now)))
    reasons = (
        *findings.of_document(opened.form, opened.archive_names, digest, expected),
        *(reason for stamp in opened.stamped for reason in stamp.reasons),
    )
    every = [*reasons, *(reason for report in reports for reason in report.reasons)]
    archived = tuple(stamp.at for stamp in opened.stamped if not stamp.reasons)
    return DocumentReport(findings.verdict_of(every), tuple(dict.fromkeys(reasons)), reports, digest, archived)


# --- taking the file apart


def _open(reader: PdfFileReader, expected: Expected | None, fetched: Fetched) -> _File:
    embedded, malformed = _embedded(reader)
    archive = [item for item in embedded if item.sig_object_type == _ARCHIVE_TYPE]
    names = frozenset(item.fq_name for item in archive)
    return _File(
        form=fields.summarise(reader),
        signatures=[item for item in embedded if item.fq_name not in names],
        archive=archive,
        malformed=malformed,
        evidence=_evidence(reader, embedded).extended(fetched),
        may_change=_may_change(expected, names),
    )


def _embedded(reader: PdfFileReader) -> tuple[list[EmbeddedPdfSignature], tuple[str, ...]]:
    """All signatures in the order in which they were made, and the names of those that cannot be read.

    pyHanko's own list leaves out what it does not know; here nothing that is signed goes unseen.
    """
    found, malformed = [], []
    for name, _, reference in list(enumerate_sig_fields(reader, filled_status=True))[: MAX_SIGNATURES + 1]:
        try:
            found.append(EmbeddedPdfSignature(reader, reference, name))
        except Exception:  # noqa: BLE001 - see validate
            malformed.append(name)
    if len(found) + len(malformed) > MAX_SIGNATURES:
        raise Invalid("document_too_complex", limit=MAX_SIGNATURES)
    return sorted(found, key=lambda item: item.signed_revision), tuple(malformed)


def _may_change(expected: Expected | None, archive: frozenset[str]) -> frozenset[str] | None:
    if expected is None:
        return None
    return expected.fillable | expected.open_fields | frozenset(expected.signers) | archive


def _evidence(reader: PdfFileReader, embedded: Iterable[EmbeddedPdfSignature]) -> Evidence:
    """Certificates, OCSP answers and CRLs that the file carries."""
    certs: list[x509.Certificate] = [cert for item in embedded for cert in item.other_embedded_certs]
    certs.extend(cert for item in embedded for cert in _of_timestamp(item))
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return Evidence(certs)
    return evidence.of_file(
        [*certs, *store.load_certs()],
        _streams(store.ocsps, DecodePurpose.OCSP_RESPONSE),
        _streams(store.crls, DecodePurpose.CRL),
    )


def _streams(references: Iterable[Any], purpose: DecodePurpose) -> Iterator[bytes]:
    return (reference.get_object().read_data(purpose) for reference in references)


# --- judging


async def _judge_archive(opened: _File, trust: SigningTrust, now: datetime) -> list[_Stamped]:
    """Document time stamps, last first: each shows that the one before it was there in time."""
    stamped: list[_Stamped] = []
    for item in reversed(opened.archive):
        at = item.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
        around = _surroundings(replace(opened, stamped=stamped), item, at, now)
        past = trust.past_stamp_context(at, **opened.evidence.settings)
        status = await async_validate_pdf_timestamp(item, past, diff_policy=AFTER_SIGNATURE)
        is_hidden = 0 in annot_width_height(item.sig_field)
        reasons = tuple(findings.of_archive_timestamp(status, around, is_hidden=is_hidden))
        stamped.insert(0, _Stamped(item.signed_revision, at, reasons))
    return stamped


async def _judge_signatures(opened: _File, trust: SigningTrust, now: datetime) -> list[SignatureReport]:
    reports = [SignatureReport(name, Verdict.INVALID, ("signature_malformed",)) for name in opened.malformed]
    for item in opened.signatures:
        try:
            reports.append(await _judge_signature(opened, item, trust, now))
        except Exception:  # noqa: BLE001 - see validate
            reports.append(SignatureReport(item.fq_name, Verdict.INVALID, (_why_unreadable(item),)))
    return reports


def _why_unreadable(item: EmbeddedPdfSignature) -> str:
    """A flipped byte may keep the file from being read at all; then still say that its content was changed."""
    try:
        signed: bytes = find_unique_cms_attribute(item.signer_info["signed_attrs"], "message_digest").native
        return "signature_malformed" if item.compute_digest() == signed else "content_changed"
    except Exception:  # noqa: BLE001 - see validate
        return "signature_malformed"


async def _judge_signature(
    opened: _File, item: EmbeddedPdfSignature, trust: SigningTrust, now: datetime
) -> SignatureReport:
    claimed = _claimed_time(item) or _first_stamped(opened, item)
    around = _surroundings(opened, item, claimed, now)
    usable, judged_at = opened.evidence, claimed or now
    status = await _status(item, trust, judged_at, usable)
    reasons = tuple(findings.of_signature(status, around))
    carries_proof = not {"certificate_unproven", "timestamp_untrusted"} & set(reasons)
    if not carries_proof and trust.online:
        usable = usable.extended(await revocation.fetch(trust, _chains(item, status, opened)))
        status = await _status(item, trust, judged_at, usable)
        reasons = tuple(findings.of_signature(status, around))
    level = _level(opened, item, status, carries_proof=carries_proof)
    proof = proof_of(item, status, judged_at, Known(trust.all_roots, trust.intermediates, usable))
    told = _report(item, status, reasons, level=level, proof=proof)
    return replace(told, anchor_set=_anchor_set(status, trust))


async def _status(
    item: EmbeddedPdfSignature, trust: SigningTrust, moment: datetime, usable: Evidence
) -> PdfSignatureStatus:
    """Judged as of a moment: the signer by the anchors of signers, its time stamp by those of time stamps."""
    stamps = trust.past_stamp_context(moment, **usable.settings)
    past = trust.past_context(moment, **usable.settings)
    return await async_validate_pdf_signature(item, past, stamps, diff_policy=AFTER_SIGNATURE)


def _chains(item: EmbeddedPdfSignature, status: PdfSignatureStatus, opened: _File) -> list[revocation.Chain]:
    """The certificates to be asked about: the signer's and the time-stamping authority's, each with all others."""
    stamp = status.timestamp_validity
    leaves = [item.signer_cert, *([stamp.signing_cert] if stamp else [])]
    return [(leaf, *opened.evidence.certificates) for leaf in leaves]


def _claimed_time(item: EmbeddedPdfSignature) -> datetime | None:
    """The time in the signature's time stamp; whether it is to be believed is judged together with the signature."""
    for token in extract_tst_data_iter(item.signer_info, signed=False):
        claimed: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
        return claimed
    return None


def _of_timestamp(item: EmbeddedPdfSignature) -> Iterator[x509.Certificate]:
    """The certificates that a signature's time stamps bring along."""
    if item.sig_object_type == _ARCHIVE_TYPE:
        return
    for token in extract_tst_data_iter(item.signer_info, signed=False):
        yield from (each.chosen for each in token["certificates"] if each.name == "certificate")


def _first_stamped(opened: _File, item: EmbeddedPdfSignature) -> datetime | None:
    """For a signature without a time stamp: the first document time stamp after it (EN 319 142-1, 6.3, level B-T)."""
    return min((stamp.at for stamp in _later(opened, item)), default=None)


def _later(opened: _File, item: EmbeddedPdfSignature) -> list[_Stamped]:
    return [stamp for stamp in opened.stamped if stamp.revision > item.signed_revision and not stamp.reasons]


def _surroundings(opened: _File, item: EmbeddedPdfSignature, claimed: datetime | None, now: datetime) -> Surroundings:
    return Surroundings(
        claimed=claimed,
        now=now,
        shown_until=min((stamp.at for stamp in _later(opened, item)), default=now),
        is_last=all(other.signed_revision <= item.signed_revision for other in opened.signatures),
        may_change=opened.may_change,
    )


def _level(opened: _File, item: EmbeddedPdfSignature, status: PdfSignatureStatus, *, carries_proof: bool) -> Level:
    later = _later(opened, item)
    if status.timestamp_validity is None and not later:
        return Level.B
    if not carries_proof or not opened.evidence.carries_answers:
        return Level.T
    return Level.LTA if later else Level.LT


def _report(
    item: EmbeddedPdfSignature, status: PdfSignatureStatus, reasons: tuple[str, ...], *, level: Level, proof: Proof
) -> SignatureReport:
    certificate = item.signer_cert
    stamp = status.timestamp_validity
    return SignatureReport(
        field=str(item.fq_name),  # a plain text: the parser's own kind of it holds on to the open file
        verdict=findings.verdict_of(reasons),
        reasons=reasons,
        level=level,
        signer_subject=certificate.subject.human_friendly,
        signer_name=certificates.name_of(certificate),
        signer_uid=certificates.uid_of(certificate),
        certificate_sha256=certificate.sha256.hex(),
        serial=f"{certificate.serial_number:x}",
        issuer=certificate.issuer.human_friendly,
        signed_at=item.self_reported_timestamp,
        timestamp_at=stamp.timestamp if stamp else None,
        timestamp_by=authority_name(stamp.signing_cert) if stamp else "",
        proof=proof,
    )


def _anchor_set(status: PdfSignatureStatus, trust: SigningTrust) -> AnchorKind | None:
    """The set of anchors behind a path that was found, whatever else is wrong with the signature."""
    path = status.validation_path
    return trust.anchors.kind_of(path.first) if path is not None else None


def _compared(report: SignatureReport, expected: Expected | None) -> SignatureReport:
    signer = expected.signers.get(report.field) if expected else None
    if signer is None:
        return report
    missing = ("timestamp_missing",) if expected and expected.stamped and report.level is Level.B else ()
    reasons = (*report.reasons, *findings.of_signer(report, signer), *missing)
    return replace(report, reasons=reasons, verdict=findings.verdict_of(reasons))
