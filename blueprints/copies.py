"""Certified copies of a signed paper: ask for one, seal it, hand it out."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from blueprints.extensions import db
from blueprints.forms import TextField, at_most, refusals_on, required
from blueprints.web import current_actor, permission, tools, transaction
from dms import clock
from dms.archive.access import ensure_document_readable
from dms.documents import service as documents
from dms.documents.models import Document
from dms.policy import Permission
from dms.signing.copies import service as copies
from dms.signing.copies.models import CertifiedCopy

bp = Blueprint("copies", __name__, url_prefix="/signing/documents")


class CopyForm(FlaskForm):
    """What a copy is for."""

    purpose = TextField(_l("For whom, and for what?"), [required(), at_most(500)])


@bp.record_once
def _give_words(state: BlueprintSetupState) -> None:
    """The page of a paper's signatures lists its copies."""
    state.app.jinja_env.globals.update(copies_of=copies_of, may_copy=may_copy)


def copies_of(document: Document) -> list[CertifiedCopy]:
    return copies.copies_of(db.session(), document)


def may_copy(document: Document) -> bool:
    return copies.may_issue(db.session(), document, by=current_actor(), now=clock.now()) is not None


@bp.route("/<uuid:document_id>/copies/new", methods=["GET", "POST"])
@permission(Permission.DOCUMENT_READ)
def new(document_id: UUID) -> Any:
    document = ensure_document_readable(db.session(), document_id, by=current_actor())
    form = CopyForm()
    if form.validate_on_submit():
        with refusals_on(form):
            return _made(document_id, form.purpose.data or "")
    version = documents.current_version(document)
    page = render_template("signing/copy.html", form=form, document=document, version=version)
    return page, 422 if form.errors else 200


def _made(document_id: UUID, purpose: str) -> Any:
    desk, by, now = tools().signing, current_actor(), clock.now()
    pages = copies.draw(db.session(), desk, document_id, by=by, now=now)
    db.session.rollback()  # it only read; the writing begins afresh
    with transaction() as session:
        route = copies.issue(session, desk, pages, purpose=purpose, by=by, now=now)
        step_id = route.steps[0].id
        number = documents.format_number(route.document.number or 0, route.document.symbol or "")
    flash(_("The copy has the number %(number)s. Look through it and seal it.", number=number), "success")
    return redirect(url_for("signing.step", step_id=step_id))
