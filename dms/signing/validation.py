"""Do a version's signatures still hold? Validate, keep the answer, and tell it in full."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import outbox
from dms.documents import intake, sniff
from dms.documents import service as documents
from dms.documents.models import Version
from dms.documents.sniff import MediaType
from dms.errors import Invalid
from dms.signing import pades, service
from dms.signing.models import Signature, SigningRoute, Step, VersionCheck
from dms.signing.pades import DocumentReport, Expected, ExpectedSigner, Verdict, strangers
from dms.signing.pades.findings import verdict_of
from dms.signing.placement import TEXT_FIELDS
from dms.signing.reporting import as_json, record_of
from dms.signing.service import SigningDesk


def check_version(session: Session, desk: SigningDesk, version: Version, *, now: datetime) -> VersionCheck:
    """Validate the version's signatures afresh and keep the report.

    What the file says is compared with what we know: who signed which field, which fields may have been filled since,
    and the digest of the stored file.
    """
    route = route_of(session, version)
    expected = expected_of(session, route, version=version) if route else None
    with documents.local_copy(desk.desk, version) as path:
        report = pades.validate(
            path, trust=desk.trust, expected=expected if expected and expected.signers else None, at=now
        )
    check = keep_check(session, version, report, now=now)
    outbox.add(session, "version.checked", now=now, version_id=version.id, document_id=version.document_id)
    return check


def fresh_check(
    session: Session, desk: SigningDesk, version: Version, *, max_age_hours: int, now: datetime
) -> VersionCheck:
    """The kept report, or a new one where it is older than ``max_age_hours``."""
    kept = check_of(session, version)
    if kept is not None and now - kept.checked_at <= timedelta(hours=max_age_hours):
        return kept
    return check_version(session, desk, version, now=now)


def check_of(session: Session, version: Version) -> VersionCheck | None:
    """The kept report of a version, if it was ever validated."""
    return session.get(VersionCheck, version.id)


def validate_file(desk: SigningDesk, source: BinaryIO, *, now: datetime) -> dict[str, Any]:
    """Judge any signed PDF, about which we know nothing, and tell the report; nothing of it is kept.

    Raises TooLarge("upload_too_large"), Invalid("not_a_pdf") and what ``sniff`` refuses, Unavailable("sandbox_busy").
    """
    with intake.spooled(desk.desk, source) as path:
        if sniff.sniff_file(path) is not MediaType.PDF:
            raise Invalid("not_a_pdf")
        report, warnings = strangers.validate(path, trust=desk.trust, at=now)
    return as_json(report, {}, warnings) | {"checked_at": now.isoformat()}


def keep_check(session: Session, version: Version, report: DocumentReport, *, now: datetime) -> VersionCheck:
    """Keep a report as the version's last one."""
    route = route_of(session, version)
    made = signatures_in(session, route, version) if route else []
    check = session.get(VersionCheck, version.id) or VersionCheck(version_id=version.id)
    check.checked_at, check.verdict = now, report.verdict.value
    check.report = as_json(report, {each.field_name: each for each in made})
    _keep_records(made, report, now=now)
    session.add(check)
    session.flush()
    return check


def _keep_records(made: Iterable[Signature], report: DocumentReport, *, now: datetime) -> None:
    """What was known of a signature when it was first judged; later reports do not change it."""
    judged = {each.field: each for each in report.signatures}
    for signature in made:
        if signature.record is None and signature.field_name in judged:
            signature.record = record_of(judged[signature.field_name], now=now)


def signatures_in(session: Session, route: SigningRoute, version: Version) -> list[Signature]:
    """The signatures of a route that a version holds, in the order in which they were made; void ones included."""
    query = (
        select(Signature)
        .join(Step, Step.id == Signature.step_id)
        .join(Version, Version.id == Signature.version_id)
        .where(Step.route_id == route.id, Version.id.in_(documents.lineage(version)))
        .order_by(Version.number)
    )
    return list(session.scalars(query))


def void_in(session: Session, route: SigningRoute, version: Version) -> list[Signature]:
    """Those of the signatures that a version holds which no longer count, however well they verify."""
    return [each for each in signatures_in(session, route, version) if each.voided_at is not None]


def route_of(session: Session, version: Version) -> SigningRoute | None:
    """The route that made the version, or that it is the tip of."""
    made = select(Step.route_id).where(Step.result_version_id == version.id)
    query = select(SigningRoute).where((SigningRoute.version_id == version.id) | SigningRoute.id.in_(made))
    return session.scalars(query.order_by(SigningRoute.opened_at.desc())).first()


def expected_of(
    session: Session, route: SigningRoute, *, version: Version | None = None, also: Mapping[str, str] | None = None
) -> Expected:
    """What a file of ``route`` must say: these fields signed with these certificates, the others still open.

    Without ``version`` it is the file that comes next, whose digest nobody knows; ``also`` maps fields that are signed
    in it, beside those of the tip, to the SHA-256 of the signer's certificate.
    """
    made = signatures_in(session, route, version or route.version)
    certificates = {each.field_name: each.certificate_sha256 for each in made} | dict(also or {})
    fields = {step.field_name for step in route.steps if step.field_name}
    # A tool of the signer's own may have made a field of its own; then the one that was planned stays empty.
    fields |= {name for each in route.steps if (name := service.field_name(each.stage, each.ordinal, each.action))}
    return Expected(
        {field: ExpectedSigner(certificate_sha256=sha256) for field, sha256 in certificates.items()},
        fillable=TEXT_FIELDS,
        open_fields=frozenset(fields - set(certificates)),
        sha256=version.digest if version else None,
        stamped=True,
    )


def verdict_of_field(check: VersionCheck, field: str) -> Verdict:
    """The verdict on one signature of a kept report; what is wrong with the file as a whole counts for each."""
    verdicts = [each["verdict"] for each in check.report["signatures"] if each["field"] == field]
    if not verdicts:
        return Verdict.INVALID
    whole = verdict_of(check.report["reasons"])
    return max((Verdict(verdicts[0]), whole), key=list(Verdict).index)
