"""A validation report on its way out: as JSON (docs/validation-report.md), with its words, as a page or a download."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, url_for

from blueprints import proof_words, signing_words
from dms.documents.models import Document, Version
from dms.documents.service import format_number
from dms.signing import reporting
from dms.signing.models import VersionCheck


def of_version(check: VersionCheck, document: Document, version: Version) -> dict[str, Any]:
    """The report on a version of ours."""
    number = format_number(document.number, document.symbol or "") if document.number else None
    return worded(check.report) | {
        "checked_at": check.checked_at.isoformat(),
        "document": {
            "id": str(document.id),
            "title": document.title,
            "number": number,
            "issued_on": document.issued_on.isoformat() if document.issued_on else None,
            "version": version.number,
            "page": url_for("signing.verification", document_id=document.id, _external=True),
        },
    }


def worded(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report with every key of the form, and what it says in the reader's language."""
    full = reporting.completed(report)
    words = {
        "verdict": str(signing_words.VERDICTS[full["verdict"]]),
        "reasons": signing_words.reasons(full),
        "warnings": proof_words.warnings(full),
    }
    return {"document": None, "checked_at": None} | full | {"words": words}


def answer(report: Mapping[str, Any], filename: str | None = None) -> Response:
    """The report as JSON; with ``filename`` to be saved rather than shown."""
    body = Response(json.dumps(report, ensure_ascii=False, indent=2), mimetype="application/json")
    body.headers["Cache-Control"] = "no-store"
    if filename:
        body.headers.set("Content-Disposition", "attachment", filename=filename)
    return body
