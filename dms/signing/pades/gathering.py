"""Gather from a judged signature what its verdict rests on (see ``proof``).

It judges but two things: a certificate is put into a chain only if the next one's key verifies its signature, and an
answer about revocation is quoted only if its authority signed it.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from hashlib import new as new_hash
from typing import Any

from asn1crypto import cms, ocsp, x509
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, PdfSignatureStatus, SignatureCoverageLevel
from pyhanko.sign.validation.status import TimestampSignatureStatus

from dms.signing.pades.certificates import is_issued_by
from dms.signing.pades.evidence import Answer, Evidence, is_by
from dms.signing.pades.proof import CertificateFacts, Lock, Proof, Revocation, StampFacts, Standing

_COVERAGE = {
    SignatureCoverageLevel.ENTIRE_FILE: "entire_file",
    SignatureCoverageLevel.ENTIRE_REVISION: "entire_revision",
}
_CHANGES = {
    ModificationLevel.NONE: "none",
    ModificationLevel.LTA_UPDATES: "upkeep",
    ModificationLevel.FORM_FILLING: "form_filling",
}
_LONGEST_CHAIN = 8
_CA_ONLY_UNITS = ("organizational_unit_name", "organization_name")


@dataclass(frozen=True)
class Known:
    """What is at hand to tell about certificates: our own roots, others' certificates, answers about revocation."""

    roots: Sequence[x509.Certificate]
    intermediates: Sequence[x509.Certificate]
    evidence: Evidence

    @cached_property
    def by_subject(self) -> Mapping[bytes, Sequence[x509.Certificate]]:
        """All of them by name, roots first."""
        found: dict[bytes, list[x509.Certificate]] = {}
        for certificate in (*self.roots, *self.intermediates, *self.evidence.certificates):
            found.setdefault(certificate.subject.hashable, []).append(certificate)
        return found

    @cached_property
    def anchors(self) -> frozenset[bytes]:
        """Fingerprints of the roots."""
        return frozenset(root.sha256 for root in self.roots)


def proof_of(item: EmbeddedPdfSignature, status: PdfSignatureStatus, at: datetime, known: Known) -> Proof:
    """Everything that the verdict on ``item``, judged as of ``at``, rests on."""
    changed = status.diff_result.changed_form_fields if isinstance(status.diff_result, DiffResult) else set()
    return Proof(
        intact=status.intact,
        genuine=status.valid,
        coverage=_COVERAGE.get(status.coverage, "partial") if status.coverage else "partial",
        changes=_CHANGES.get(status.modification_level, "other") if status.modification_level else "other",
        changed_fields=tuple(sorted(changed)),
        lock=_lock(item),
        digest_algorithm=status.md_algorithm,
        signature_algorithm=_algorithm(item.signer_info),
        judged_at=at,
        chain=_chain(item.signer_cert, at, known, believed=status.trusted or status.revocation_details is not None),
        timestamp=_stamp(status.timestamp_validity, known),
    )


def _lock(item: EmbeddedPdfSignature) -> Lock:
    fields, permission = item.fieldmdp, item.docmdp_level
    return Lock(
        action=fields.action.value.strip("/").lower() if fields else "",
        fields=tuple(fields.fields or ()) if fields else (),
        permission=permission.value if permission else None,
    )


def _algorithm(signer: cms.SignerInfo) -> str:
    algorithm: str = signer["signature_algorithm"].signature_algo
    return algorithm


def _stamp(stamp: TimestampSignatureStatus | None, known: Known) -> StampFacts | None:
    if stamp is None:
        return None
    chain = _chain(stamp.signing_cert, stamp.timestamp, known, believed=stamp.trusted)
    return StampFacts(at=stamp.timestamp, authority=name_of(stamp.signing_cert), chain=chain)


# --- chains


def _chain(leaf: x509.Certificate, at: datetime, known: Known, *, believed: bool) -> tuple[CertificateFacts, ...]:
    """From ``leaf`` upwards. Unless the path was ``believed``, nobody has checked what its answers say."""
    path = [leaf]
    while path[-1].sha256 not in known.anchors and len(path) < _LONGEST_CHAIN:
        issuer = _issuer_of(path[-1], known)
        if issuer is None or issuer in path:
            break
        path.append(issuer)
    issuers = [*path[1:], None]
    facts = (_facts(each, issuer, at, known) for each, issuer in zip(path, issuers, strict=True))
    return tuple(facts) if believed else tuple(map(_doubted, facts))


def _doubted(facts: CertificateFacts) -> CertificateFacts:
    answered = facts.revocation.standing in {Standing.GOOD, Standing.REVOKED}
    return replace(facts, revocation=Revocation(Standing.UNKNOWN)) if answered else facts


def _issuer_of(certificate: x509.Certificate, known: Known) -> x509.Certificate | None:
    """The certificate whose key verifies the signature on this one; names alone say nothing."""
    candidates = known.by_subject.get(certificate.issuer.hashable, ())
    return next((each for each in candidates if is_issued_by(certificate, each)), None)


def _facts(
    certificate: x509.Certificate, issuer: x509.Certificate | None, at: datetime, known: Known
) -> CertificateFacts:
    key = certificate.public_key
    return CertificateFacts(
        subject=certificate.subject.human_friendly,
        name=name_of(certificate),
        issuer=certificate.issuer.human_friendly,
        issuer_name=_first(certificate.issuer.native, "common_name"),
        managing_unit=_unit(certificate),
        serial=f"{certificate.serial_number:x}",
        sha256=certificate.sha256.hex(),
        valid_from=certificate.not_valid_before,
        valid_to=certificate.not_valid_after,
        key=f"{'ECDSA' if key.algorithm == 'ec' else key.algorithm.upper()} {key.bit_size}",
        is_anchor=certificate.sha256 in known.anchors,
        was_valid=certificate.not_valid_before <= at <= certificate.not_valid_after,
        revocation=_revocation(certificate, issuer, at, known),
        der=b64encode(certificate.dump()).decode(),
    )


def name_of(certificate: x509.Certificate) -> str:
    """The common name, for people to read."""
    return _first(certificate.subject.native, "common_name")


def _unit(certificate: x509.Certificate) -> str:
    """The body that stands for the holder: unit and organisation of the subject."""
    names = certificate.subject.native
    return ", ".join(filter(None, (_first(names, key) for key in _CA_ONLY_UNITS)))


def _first(names: Mapping[str, Any], key: str) -> str:
    value = names.get(key, "")
    return str(value if isinstance(value, str) else value[0])


# --- revocation


def _revocation(
    certificate: x509.Certificate, issuer: x509.Certificate | None, at: datetime, known: Known
) -> Revocation:
    if certificate.sha256 in known.anchors:
        return Revocation(Standing.NOT_NEEDED)  # a root is believed because we configured it
    if issuer is None:
        return Revocation(Standing.UNKNOWN)
    statements = [*_by_ocsp(certificate, issuer, at, known), *_by_crl(certificate, issuer, at, known)]
    newest = max(statements, key=_weight, default=None)
    return newest or Revocation(
        Standing.NOT_NEEDED if certificate.ocsp_no_check_value is not None else Standing.UNKNOWN
    )


def _weight(statement: Revocation) -> tuple[bool, float]:
    """A revocation beats everything; then the newest statement counts."""
    newest = statement.this_update.timestamp() if statement.this_update else 0.0
    return statement.standing is Standing.REVOKED, newest


def _by_ocsp(
    certificate: x509.Certificate, issuer: x509.Certificate, at: datetime, known: Known
) -> Iterator[Revocation]:
    for answer in known.evidence.ocsps:
        for single in answer.singles:
            if not (_is_about(single["cert_id"], certificate, issuer) and is_by(answer, issuer)):
                continue
            status = single["cert_status"]
            if status.name == "unknown":
                continue
            revoked = status.chosen["revocation_time"].native if status.name == "revoked" else None
            yield _statement(answer, "ocsp", single["this_update"], single["next_update"], revoked, at)


def _is_about(identifier: ocsp.CertId, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if identifier["serial_number"].native != certificate.serial_number:
        return False
    algorithm = identifier["hash_algorithm"]["algorithm"].native
    digest = new_hash(algorithm, bytes(issuer.public_key["public_key"]), usedforsecurity=False).digest()
    return bool(identifier["issuer_key_hash"].native == digest)


def _by_crl(
    certificate: x509.Certificate, issuer: x509.Certificate, at: datetime, known: Known
) -> Iterator[Revocation]:
    for answer in known.evidence.crls:
        listed = answer.data["tbs_cert_list"]
        if listed["issuer"].hashable != issuer.subject.hashable or not is_by(answer, issuer):
            continue
        revoked = answer.revoked.get(certificate.serial_number)
        yield _statement(answer, "crl", listed["this_update"], listed["next_update"], revoked, at)


def _statement(  # noqa: PLR0917 - the parts of a statement in the order in which both kinds give them
    answer: Answer, source: str, this_update: Any, next_update: Any, revoked_at: datetime | None, at: datetime
) -> Revocation:
    was_revoked = revoked_at is not None and revoked_at <= at
    return Revocation(
        standing=Standing.REVOKED if was_revoked else Standing.GOOD,
        source=source,
        origin=answer.origin,
        this_update=this_update.native,
        next_update=next_update.native,
        revoked_at=revoked_at,
        answer_sha256=answer.sha256,
    )
