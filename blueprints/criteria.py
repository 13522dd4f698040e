"""The screens of the criteria of a dossier: evidence of one nominee, the further criteria of the head."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from blueprints.criteria_forms import criteria_form, head_form, plain, yearly
from blueprints.extensions import db
from blueprints.forms import refusals_on
from blueprints.web import current_actor, permission, transaction
from dms import clock
from dms.campaigns import service as campaigns
from dms.dossiers import board, evidence, nominees, scoring, service
from dms.people import service as people
from dms.policy import Permission
from dms.scores import service as scores

bp = Blueprint("criteria", __name__, url_prefix="/dossiers")


@bp.route("/<uuid:dossier_id>/nominees/<uuid:nominee_id>/criteria", methods=["GET", "POST"])
@permission(Permission.DOSSIER_EDIT)
def nominee(dossier_id: UUID, nominee_id: UUID) -> Any:
    session, actor = db.session(), current_actor()
    dossier = service.get(session, dossier_id, by=actor)
    found = nominees.get_nominee(session, nominee_id, by=actor)
    spec, scheme = campaigns.spec_of(dossier.revision), campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    asked = [each for each in scheme.criteria if each.nominee_kind is found.kind]
    form = criteria_form(spec.years, asked, found, scores.fields_of(session, [dossier.unit_id]))
    if form.validate_on_submit():
        with refusals_on(form), transaction() as writing:
            act = {"by": actor, "now": clock.now()}
            evidence.choose_field(writing, nominee_id, form.field_chosen, **act)
            nominees.set_scores(writing, nominee_id, form.score_entries(), **act)
            evidence.record_evidence(writing, nominee_id, form.evidence(), **act)
            nominees.attest(writing, nominee_id, form.stated(), **act)
            flash(_("Saved."), "success")
            return redirect(url_for("dossiers.show", dossier_id=dossier_id, _anchor=f"nominee-{nominee_id}"))
    return _page(form, dossier_id, nominee_id, asked=asked)


def _page(form: Any, dossier_id: UUID, nominee_id: UUID, *, asked: list[Any]) -> Any:
    """The form, with the verdict of each criterion as it stands and the official scores."""
    session, actor, now = db.session(), current_actor(), clock.now()
    dossier = service.get(session, dossier_id, by=actor)
    drawn = board.draw(session, dossier, by=actor, now=now)
    found = next(each for each in drawn.material.nominees if each.id == nominee_id)
    places = {finding.place.field: finding for finding in drawn.findings_of(found)}
    official = [score for score in found.scores if score.is_official]
    names = people.names_on(session, {score.of_unit_id for score in official}, clock.day_of(now))
    page = render_template(
        "dossiers/criteria.html",
        form=form,
        dossier=dossier,
        nominee=found,
        asked=asked,
        stated=plain(asked),
        yearly=yearly(asked),
        findings={each.id: places.get(f"criterion:{each.id}") for each in asked},
        official=official,
        unit_names={unit_id: name.name for unit_id, name in names.items()},
        takes=scoring.field_of(found) is not None,
        score_name=drawn.material.spec.score.name,
    )
    return page, 422 if form.errors or form.form_errors else 200


@bp.route("/<uuid:dossier_id>/head-criteria", methods=["GET", "POST"])
@permission(Permission.DOSSIER_EDIT)
def head(dossier_id: UUID) -> Any:
    dossier = service.get(db.session(), dossier_id, by=current_actor())
    form = head_form(dossier)
    if form.validate_on_submit():
        paper = {"paper_number": form.paper_number.data or "", "paper_issued_on": form.paper_issued_on.data}
        with refusals_on(form), transaction() as session:
            act = {"by": current_actor(), "now": clock.now()}
            evidence.set_head_criteria(session, dossier_id, form.lines(), **paper, **act)
            flash(_("Saved."), "success")
            return redirect(url_for("dossiers.show", dossier_id=dossier_id))
    page = render_template("dossiers/head_criteria.html", form=form, dossier=dossier)
    return page, 422 if form.errors or form.form_errors else 200
