"""The screens of documents: history, pages, download, comparison, withdrawal, conversion."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from blueprints import files, finding_places
from blueprints.extensions import db, talisman
from blueprints.forms import ReasonForm, refusals_on
from blueprints.web import current_actor, link, permission, tools, transaction
from dms import clock
from dms.appraisal.models import AppraisalLetter, Consolidation
from dms.archive import access
from dms.archive.access import Holder
from dms.archive.history import History, history_of
from dms.awards.models import Decision
from dms.documents import comparison, pages
from dms.documents import service as documents
from dms.documents.models import Version
from dms.dossiers import parts
from dms.dossiers.models import Dossier
from dms.errors import NotFound
from dms.policy import Permission

bp = Blueprint("documents", __name__, url_prefix="/documents")

MOST_SHEETS = 60  # pages whose pictures stand on one screen
MOST_WORDS = 40_000  # characters of text shown where there is no picture
BIG_CHANGE = 4000  # lines of a comparison on one screen


@bp.record_once
def _give_words(state: BlueprintSetupState) -> None:
    """The page of an upload says how large a file may be."""
    state.app.jinja_env.globals.update(upload_limit=lambda: tools().desk.upload_limit)
    state.app.jinja_env.filters["findings"] = finding_places.listed


@bp.after_app_request
def _answer_script(response: Response) -> Response:
    return files.answer_script(response)


# --- history


@bp.get("/<uuid:document_id>")
@permission(Permission.DOCUMENT_READ)
def show(document_id: UUID) -> str:
    return _page(document_id)


def _page(document_id: UUID, refused: ReasonForm | None = None, of: int | None = None) -> str:
    history = history_of(db.session(), document_id, by=current_actor())
    shown = history.version(request.args.get("version", type=int))
    if shown is None and "version" in request.args:
        raise NotFound("version_not_found", number=request.args["version"])
    return render_template(
        "documents/show.html",
        history=history,
        document=history.document,
        shown=shown,
        sheets=_sheets(shown),
        words=_words(shown),
        can_convert=documents.can_convert(),
        back=_back(history.holder),
        upload_to=_upload_address(history),
        reason=refused or ReasonForm(formdata=None),
        reason_of=of,
    )


def _sheets(version: Version | None) -> list[tuple[int, int, int]]:
    """Number, width and height of each page that is shown as a picture; the sizes keep the screen from jumping."""
    if version is None or version.media_type not in pages.DRAWN:
        return []
    sizes = version.inspection.get("page_sizes") or []
    return [(number, *_size(sizes, number)) for number in range(1, min(version.pages or 1, MOST_SHEETS) + 1)]


def _size(sizes: list[dict[str, float]], number: int) -> tuple[int, int]:
    size = sizes[number - 1] if number <= len(sizes) else {"width": 595, "height": 842}
    return pages.FULL, round(pages.FULL * size["height"] / max(size["width"], 1))


def _words(version: Version | None) -> str:
    """The text of a version that has no pictures."""
    if version is None or version.media_type in pages.DRAWN:
        return ""
    return documents.text_of(db.session(), version)[:MOST_WORDS]


def _back(holder: Holder | None) -> tuple[str, str] | None:
    """Where the paper belongs: what that is called, and its address."""
    match holder.subject if holder else None:
        case Dossier() as dossier:
            found = dossier.code, link("dossiers.show", dossier_id=dossier.id)
        case Consolidation() as letter:
            found = _("Consolidated list"), link("appraisal.consolidated", consolidation_id=letter.id)
        case AppraisalLetter():
            found = _("Appraisal"), link("appraisal_letters.index")
        case Decision() as decision:
            found = _("Decision"), link("awards.show", decision_id=decision.id)
        case _:
            found = _("Digital signing"), link("signing.waiting")
    return (found[0], found[1]) if found[1] else None


def _upload_address(history: History) -> str | None:
    """Where a new version is uploaded, for those who may."""
    part = history.part
    if part is None or not history.may_edit:
        return None
    place = {"dossier_id": part.dossier_id, "requirement": part.requirement_code, "nominee": part.nominee_id}
    return link("dossiers.upload", **place)


# --- bytes and pictures


@bp.get("/<uuid:document_id>/versions/<int:number>/file")
@talisman(content_security_policy=files.SANDBOX)
@permission(Permission.DOCUMENT_READ)
def file(document_id: UUID, number: int) -> Response:
    return files.send_version(tools().desk, _version(document_id, number))


@bp.get("/<uuid:document_id>/versions/<int:number>/pages/<int:page>.png")
@permission(Permission.DOCUMENT_READ)
def page(document_id: UUID, number: int, page: int) -> Response:
    version = _version(document_id, number)
    answer = Response(mimetype="image/png")
    answer.set_etag(f"{version.digest}-{page}")
    answer.cache_control.private, answer.cache_control.max_age = True, 3600
    if request.if_none_match.contains(f"{version.digest}-{page}"):
        answer.status_code = 304
    else:
        answer.data = pages.picture(tools().desk, version, page)
    return answer


def _version(document_id: UUID, number: int) -> Version:
    session = db.session()
    access.ensure_document_readable(session, document_id, by=current_actor())
    return documents.get_version(session, document_id, number)


# --- comparison


@bp.get("/<uuid:document_id>/compare")
@permission(Permission.DOCUMENT_READ)
def compare(document_id: UUID) -> str:
    session = db.session()
    history = history_of(session, document_id, by=current_actor())
    old, new = _pair(history)
    lines = comparison.compare(documents.text_of(session, old), documents.text_of(session, new))
    return render_template(
        "documents/compare.html",
        history=history,
        document=history.document,
        back=_back(history.holder),
        old=old,
        new=new,
        lines=lines[:BIG_CHANGE],
        left_out=max(len(lines) - BIG_CHANGE, 0),
        changes=sum(line.kind not in {comparison.DiffKind.SAME, comparison.DiffKind.SKIPPED} for line in lines),
        kinds=comparison.DiffKind,
    )


def _pair(history: History) -> tuple[Version, Version]:
    """The two versions that are asked for, the older first; by default the current one and the one before it."""
    newest = history.version(None)
    if newest is None:
        raise NotFound("version_not_found", number=1)
    chosen = request.args.get("b", newest.number, type=int)
    numbers = sorted((request.args.get("a", max(chosen - 1, 1), type=int), chosen))
    found = [history.version(number) for number in numbers]
    for number, version in zip(numbers, found, strict=True):
        if version is None:
            raise NotFound("version_not_found", number=number)
    return found[0], found[1]  # type: ignore[return-value]  # neither is None now


# --- acts


@bp.post("/<uuid:document_id>/versions/<int:number>/withdraw")
@permission(Permission.DOSSIER_EDIT)
def withdraw(document_id: UUID, number: int) -> Any:
    access.ensure_document_readable(db.session(), document_id, by=current_actor())
    form = ReasonForm()
    if form.validate():
        with refusals_on(form), transaction() as session:
            parts.withdraw(session, document_id, number, reason=form.reason.data, **_act())
        if not form.errors:
            flash(_("Version %(number)s has been withdrawn; it stays in the history.", number=number), "success")
            return redirect(url_for(".show", document_id=document_id))
    return _page(document_id, form, number), 422


@bp.post("/<uuid:document_id>/convert")
@permission(Permission.DOCUMENT_READ)
def convert(document_id: UUID) -> Any:
    holder = access.ensure_document_editable(db.session(), document_id, by=current_actor())
    version = documents.current_version(documents.get_document(db.session(), document_id))
    if version is not None and version.media_type == documents.DOCX:
        documents.convert_ahead(tools().desk, version)
        with transaction() as session:
            current = documents.get_version(session, document_id, version.number)
            documents.convert_now(session, tools().desk, current, trail=holder.trail, **_act())
        flash(_("The PDF is made; look through it before it is signed."), "success")
    return redirect(url_for(".show", document_id=document_id))


def _act() -> dict[str, Any]:
    return {"by": current_actor(), "now": clock.now()}
