"""The history of a thing: its chain of events, whether the chain holds, and an export that an outsider can verify."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, render_template
from sqlalchemy.orm import Session

from blueprints.extensions import db
from blueprints.web import current_actor, permission
from dms import audit
from dms.appraisal import consolidation, submission
from dms.audit import AuditEvent, Trail
from dms.awards import service as awards
from dms.campaigns import service as campaigns
from dms.dossiers import service as dossiers
from dms.policy import Actor, Permission, require

bp = Blueprint("audit", __name__, url_prefix="/audit")

HOW_TO_VERIFY = (
    "Take the events in order. For each: remove 'hash'; write the rest as JSON with sorted keys, no spaces between "
    "tokens, non-ASCII characters as they are, in UTF-8; its SHA-256 in hexadecimal must equal 'hash', its "
    "'previous_hash' the hash of the event before (64 zeros at the first), and 'position' must count up from 0."
)


def _dossier(session: Session, subject_id: UUID, by: Actor) -> str:
    found = dossiers.get(session, subject_id, by=by)
    require(by, Permission.AUDIT_READ, found)
    return found.code


def _decision(session: Session, subject_id: UUID, by: Actor) -> str:
    return awards.get_decision(session, subject_id, by=by).document.title


def _consolidation(session: Session, subject_id: UUID, by: Actor) -> str:
    found = consolidation.get(session, subject_id, by=by)
    return campaigns.scheme_of(campaigns.get_revision(session, found.revision_id), found.scheme_code).title


def _appraisal(session: Session, subject_id: UUID, by: Actor) -> str:
    return submission.get(session, subject_id, by=by).document.title


# Which things have a history that may be shown, and who guards it: the thing's own getter, which knows its readers.
GUARDS: dict[str, Callable[[Session, UUID, Actor], str]] = {
    "dossier": _dossier,
    "decision": _decision,
    "consolidation": _consolidation,
    "appraisal": _appraisal,
}


@bp.get("/<subject>/<uuid:subject_id>")
@permission(Permission.AUDIT_READ)
def history(subject: str, subject_id: UUID) -> str:
    title, events = _chain(subject, subject_id)
    broken = {each.position: each for each in audit.find_breaks(events)}
    return render_template(
        "audit/history.html", subject=subject, subject_id=subject_id, title=title, events=events, broken=broken
    )


@bp.get("/<subject>/<uuid:subject_id>/chain.json")
@permission(Permission.AUDIT_READ)
def export(subject: str, subject_id: UUID) -> Response:
    _title, events = _chain(subject, subject_id)
    body = jsonify(
        subject=subject,
        subject_id=str(subject_id),
        how_to_verify=HOW_TO_VERIFY,
        holds=not list(audit.find_breaks(events)),
        events=[_exported(event) for event in events],
    )
    body.headers["Content-Disposition"] = f"attachment; filename={subject}-{subject_id}-history.json"
    return body


def _chain(subject: str, subject_id: UUID) -> tuple[str, list[AuditEvent]]:
    if subject not in GUARDS:
        abort(404)
    session = db.session()
    title = GUARDS[subject](session, subject_id, current_actor())
    return title, audit.events(session, Trail(subject, subject_id))


def _exported(event: AuditEvent) -> dict[str, Any]:
    return audit.as_dict(event) | {"hash": event.hash}
