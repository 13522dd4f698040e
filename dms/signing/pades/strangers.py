"""Judge a file of which we know nothing: the parser works in a confined child, the network is asked from outside it.

First the child judges by what the file carries. What it could not prove comes back as certificates; the service asks
about those that lead to our roots, and a second child judges again with the answers. So the process that reads the
stranger's file has no network, and the process that has one reads no more of the file than certificates.
"""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from dms.documents import inspection, sandbox, wire
from dms.documents.confinement import MIB, Limits
from dms.documents.sniff import MediaType
from dms.errors import Invalid
from dms.signing.pades import files, revocation, verdict
from dms.signing.pades.anchors import AnchorKind
from dms.signing.pades.evidence import NOTHING, Fetched
from dms.signing.pades.model import DocumentReport, Verdict
from dms.signing.pades.trust import SigningTrust

LIMITS: Final = Limits(memory=1536 * MIB, cpu_seconds=20, wall_seconds=30.0, written_file=0, result=8 * MIB)
ACTIVE: Final = frozenset(
    {
        "pdf_active_content",
        "pdf_automatic_action",
        "pdf_embedded_files",
        "pdf_external_reference",
        "pdf_javascript",
        "pdf_launch_action",
        "pdf_multimedia",
        "pdf_optional_content",
        "pdf_xfa",
    }
)
_JOB = "dms.signing.pades.strangers:judge"
_OPEN = frozenset({"certificate_unproven", "timestamp_untrusted"})


@dataclass(frozen=True)
class Known:
    """The part of the trust that a child needs: certificates, DER, the anchors by their set."""

    anchors: dict[AnchorKind, tuple[bytes, ...]]
    tsa_roots: tuple[bytes, ...]
    intermediates: tuple[bytes, ...]


def validate(path: Path, *, trust: SigningTrust, at: datetime) -> tuple[DocumentReport, tuple[str, ...]]:
    """The report on the file at ``path``, and warnings about what it holds; never raises for what is in the file.

    Unavailable("sandbox_busy", "sandbox_failed").
    """
    known = _known(trust)
    report = _judged(path, known, NOTHING, at)
    if trust.online and (chains := tuple(_unproven(report))):
        fetched = revocation.fetch_for(trust, chains)
        report = _judged(path, known, fetched, at) if fetched != NOTHING else report
    return report, _warnings(path)


def judge(path: Path, known: Known, fetched: Fetched, at: datetime) -> DocumentReport:
    """What the child does."""
    trust = SigningTrust(
        anchors=known.anchors, tsa_roots=known.tsa_roots, intermediates=known.intermediates, online=False
    )
    return verdict.validate(path, trust=trust, at=at, fetched=fetched)


def warm_up() -> None:
    """Make the codec of a report once, before any child is forked."""
    wire.adapter(DocumentReport)


def _known(trust: SigningTrust) -> Known:
    sets: dict[AnchorKind, list[bytes]] = {}
    for root in trust.roots:
        sets.setdefault(trust.anchors.kind_of(root) or AnchorKind.OTHER, []).append(root.dump())
    return Known(
        anchors={kind: tuple(roots) for kind, roots in sets.items()},
        tsa_roots=tuple(each.dump() for each in trust.tsa_roots),
        intermediates=tuple(each.dump() for each in trust.intermediates),
    )


def _judged(path: Path, known: Known, fetched: Fetched, at: datetime) -> DocumentReport:
    try:
        return sandbox.run(_JOB, path, known, fetched, at, returns=DocumentReport, limits=LIMITS)
    except Invalid as refusal:
        reason = refusal.code if refusal.code == "file_too_costly" else "document_unreadable"
        found = Verdict.UNPROVEN if reason == "file_too_costly" else Verdict.INVALID
        return DocumentReport(found, (reason,), (), _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return files.sha256(stream)


def _unproven(report: DocumentReport) -> Iterator[list[bytes]]:
    """The chains that nothing in the file proves: the signers' and their time-stamping authorities'."""
    for each in report.signatures:
        if each.proof is None or not _OPEN & set(each.reasons):
            continue
        yield [b64decode(one.der) for one in each.proof.chain]
        if each.proof.timestamp is not None:
            yield [b64decode(one.der) for one in each.proof.timestamp.chain]


def _warnings(path: Path) -> tuple[str, ...]:
    """Content that can look otherwise than it did when it was signed."""
    try:
        inspection.inspect(path, MediaType.PDF)
    except Invalid as refusal:
        return ("active_content",) if refusal.code in ACTIVE else ("content_unchecked",)
    return ()
