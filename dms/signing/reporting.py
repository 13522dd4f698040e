"""A validation report as it is kept, shown and given away: one JSON form, described in docs/validation-report.md.

The form only grows: a key keeps its meaning as long as ``VERSION`` stays. Reports that were kept before a key was added
get its neutral value from ``completed``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from dms.signing.models import Signature
from dms.signing.pades import DocumentReport, Level, SignatureReport
from dms.signing.pades.etsi import outcome_of
from dms.signing.pades.proof import CertificateFacts, Proof, Revocation, StampFacts, Standing

VERSION: Final = 1

_NEUTRAL: Final[Mapping[str, Any]] = {
    "integrity": None,
    "algorithms": None,
    "chain": [],
    "root": "",
    "anchor_set": None,
    "judged_at": None,
    "timestamp": None,
    "expected": None,
}
_UNKNOWN_SIGNER: Final[Mapping[str, Any]] = {
    "level": None,
    "subject": "",
    "certificate_name": "",
    "uid": None,
    "issuer": "",
    "serial": "",
    "certificate_sha256": "",
    "claimed_at": None,
    "timestamp_at": None,
}


def as_json(report: DocumentReport, made: Mapping[str, Signature], warnings: Iterable[str] = ()) -> dict[str, Any]:
    """The report as plain values; ``made`` adds who signed through us, by field; ``warnings`` are about the file."""
    indication, sub_indication = report.outcome
    return {
        "version": VERSION,
        "verdict": report.verdict.value,
        "indication": indication.value,
        "sub_indication": sub_indication,
        "reasons": list(report.reasons),
        "warnings": list(warnings),
        "sha256": report.sha256,
        "archived_at": [at.isoformat() for at in report.archived_at],
        "signatures": [_signature(each, made.get(each.field)) for each in report.signatures],
    }


def completed(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A kept report with every key that the form has today."""
    indication, sub_indication = outcome_of(
        [*kept["reasons"], *(code for each in kept["signatures"] for code in each.get("reasons", ()))]
    )
    head: dict[str, Any] = {
        "version": VERSION,
        "indication": indication.value,
        "sub_indication": sub_indication,
        "warnings": [],
        "sha256": "",
        "archived_at": [],
    }
    return head | dict(kept) | {"signatures": [_completed(each) for each in kept["signatures"]]}


def _completed(signature: Mapping[str, Any]) -> dict[str, Any]:
    reasons = signature.get("reasons", [])
    indication, sub_indication = outcome_of(reasons)
    outcome = {"reasons": reasons, "indication": indication.value, "sub_indication": sub_indication, "warnings": []}
    return {**_UNKNOWN_SIGNER, **_NEUTRAL, **outcome, **signature}


def record_of(report: SignatureReport, *, now: datetime) -> dict[str, Any]:
    """What Circular 15/2025/TT-BKHCN, article 5, wants stored with a signature: certificate, answers, result, time.

    The answers themselves (OCSP, CRL) are in the file; ``answer_sha256`` finds them there.
    """
    proof = report.proof
    return {
        "recorded_at": now.isoformat(),
        "verdict": report.verdict.value,
        "indication": report.outcome[0].value,
        "certificate": proof.chain[0].der if proof and proof.chain else "",
        "chain": _chain(proof.chain) if proof else [],
        "timestamp": _stamp(proof.timestamp) if proof else None,
    }


def _signature(report: SignatureReport, made: Signature | None) -> dict[str, Any]:
    indication, sub_indication = report.outcome
    told: dict[str, Any] = {
        "field": report.field,
        "verdict": report.verdict.value,
        "indication": indication.value,
        "sub_indication": sub_indication,
        "reasons": list(report.reasons),
        "warnings": list(_warnings(report.proof, report.level)) if report.proof else [],
        "level": report.level.value,
        "subject": report.signer_subject,
        "certificate_name": report.signer_name,
        "uid": report.signer_uid,
        "issuer": report.issuer,
        "serial": report.serial,
        "certificate_sha256": report.certificate_sha256,
        "claimed_at": _moment(report.signed_at),
        "timestamp_at": _moment(report.timestamp_at),
    }
    anchors = {"anchor_set": report.anchor_set.value if report.anchor_set else None}
    return told | _proof(report.proof) | anchors | (_who(made, report) if made else {})


def _proof(proof: Proof | None) -> dict[str, Any]:
    if proof is None:
        return dict(_NEUTRAL)
    return {
        "integrity": {
            "intact": proof.intact,
            "genuine": proof.genuine,
            "coverage": proof.coverage,
            "changes": proof.changes,
            "changed_fields": list(proof.changed_fields),
            "lock": {
                "action": proof.lock.action,
                "fields": list(proof.lock.fields),
                "permission": proof.lock.permission,
            },
        },
        "algorithms": {
            "digest": proof.digest_algorithm,
            "signature": proof.signature_algorithm,
            "key": proof.chain[0].key if proof.chain else "",
        },
        "chain": _chain(proof.chain),
        "root": proof.root,
        "judged_at": _moment(proof.judged_at),
        "timestamp": _stamp(proof.timestamp),
        "expected": None,
    }


def _chain(chain: Iterable[CertificateFacts]) -> list[dict[str, Any]]:
    return [
        {
            "subject": each.subject,
            "name": each.name,
            "issuer": each.issuer,
            "issuer_name": each.issuer_name,
            "managing_unit": each.managing_unit,
            "serial": each.serial,
            "sha256": each.sha256,
            "valid_from": _moment(each.valid_from),
            "valid_to": _moment(each.valid_to),
            "key": each.key,
            "is_anchor": each.is_anchor,
            "was_valid": each.was_valid,
            "revocation": _revocation(each.revocation),
        }
        for each in chain
    ]


def _revocation(found: Revocation) -> dict[str, Any]:
    return {
        "standing": found.standing.value,
        "source": found.source,
        "origin": found.origin,
        "this_update": _moment(found.this_update),
        "next_update": _moment(found.next_update),
        "revoked_at": _moment(found.revoked_at),
        "answer_sha256": found.answer_sha256,
    }


def _stamp(stamp: StampFacts | None) -> dict[str, Any] | None:
    if stamp is None:
        return None
    return {"at": _moment(stamp.at), "authority": stamp.authority, "chain": _chain(stamp.chain)}


def _warnings(proof: Proof, level: Level) -> Iterable[str]:
    """What a reader must know although it may not make the signature wrong (Circular 15/2025/TT-BKHCN, article 6)."""
    told = [each.revocation for each in (*proof.chain, *(proof.timestamp.chain if proof.timestamp else ()))]
    if any(each.standing is Standing.UNKNOWN for each in told):
        yield "revocation_unchecked"
    if any(each.standing is Standing.GOOD and each.revoked_at for each in told):
        yield "revoked_later"
    if level is Level.B:
        yield "time_only_claimed"


def _who(made: Signature, report: SignatureReport) -> dict[str, Any]:
    return {
        "signer": made.signer_name,
        "person_id": str(made.person_id),
        "unit_id": str(made.unit_id),
        "position": made.position_title,
        "capacity": made.capacity.value,
        "step_id": str(made.step_id),
        "signed_at": made.signed_at.isoformat(),
        "expected": {
            "name": made.signer_name,
            "certificate_sha256": made.certificate_sha256,
            "matches": made.certificate_sha256 == report.certificate_sha256,
        },
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
