"""The screens of the archive: one search box, the page of an award, the certificate, the export."""

from contextlib import ExitStack
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, send_file

from blueprints.awards import award_filters
from blueprints.extensions import db
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock
from dms.archive import export, record, search
from dms.archive.bag import zipped
from dms.awards.conferment import get_award
from dms.awards.models import Award
from dms.awards.register import years
from dms.campaigns.vocabulary import Form, NomineeKind
from dms.documents import intake, pages
from dms.documents import service as documents
from dms.documents.models import Version
from dms.errors import NotFound
from dms.people import service as people
from dms.policy import Permission

bp = Blueprint("archive", __name__, url_prefix="/archive")

SHOWN_EVENTS = 8


@bp.app_template_global()
def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in runs, those that were looked for marked."""
    return search.marked(text, query)


# --- search


@bp.get("", endpoint="search")
@permission(Permission.AWARD_READ)
def find() -> str:
    session, actor, filters = db.session(), current_actor(), award_filters()
    query = search.Query(
        request.args.get("q", "").strip()[:200], year=filters.year, form=filters.form, kind=filters.kind
    )
    return render_template(
        "archive/search.html",
        query=query,
        results=search.find(session, query, by=actor, before=request.args.get("before", type=int)),
        is_first="before" not in request.args,
        most_counted=search.MOST_COUNTED,
        years=years(session, by=actor),
        forms=tuple(Form),
        kinds=tuple(NomineeKind),
    )


# --- an award


@bp.get("/awards/<uuid:award_id>")
@permission(Permission.AWARD_READ)
def award(award_id: UUID) -> str:
    session = db.session()
    found = record.record_of(session, award_id, by=current_actor())
    papers = found.contents.papers if found.contents else ()
    units = people.names_on(session, {paper.document.unit_id for paper in papers}, found.award.decided_on)
    return render_template("archive/award.html", record=found, award=found.award, units=units, shown=SHOWN_EVENTS)


@bp.get("/awards/<uuid:award_id>/certificate.pdf")
@permission(Permission.AWARD_READ)
def certificate(award_id: UUID) -> Response:
    found = get_award(db.session(), award_id, by=current_actor())
    name = f"{found.title.partition(' của ')[0]} - {found.recipient}.pdf"
    source = intake.open_blob(tools().desk, _certificate_digest(found))
    return send_file(source, mimetype=documents.PDF, as_attachment=True, download_name=name, etag=False)


@bp.get("/awards/<uuid:award_id>/certificate.png")
@permission(Permission.AWARD_READ)
def certificate_picture(award_id: UUID) -> Response:
    found = get_award(db.session(), award_id, by=current_actor())
    stored = Version(digest=_certificate_digest(found), media_type=documents.PDF, pages=1)
    answer = Response(pages.picture(tools().desk, stored, 1), mimetype="image/png")
    answer.cache_control.private, answer.cache_control.max_age = True, 3600
    return answer


def _certificate_digest(found: Award) -> str:
    if found.certificate_digest is None:
        raise NotFound("certificate_not_ready")
    return found.certificate_digest


# --- export


@bp.post("/dossiers/<uuid:dossier_id>/export")
@permission(Permission.DOSSIER_EXPORT)
def export_dossier(dossier_id: UUID) -> Response:
    """A ZIP of the bag as a stream; the access is on record before the first byte leaves."""
    act: dict[str, Any] = {"by": current_actor(), "now": clock.now()}
    with transaction() as session:
        export.note_export(session, dossier_id, **act)
    with ExitStack() as stack:
        folder = stack.enter_context(export.temporary_bag(db.session(), tools().desk, dossier_id, **act))
        response = Response(zipped(folder), mimetype="application/zip")
        response.headers.set("Content-Disposition", "attachment", filename=f"{folder.name}.zip")
        response.call_on_close(stack.pop_all().close)
        return response
