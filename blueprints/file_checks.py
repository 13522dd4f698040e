"""The form that verifies a file of which nobody knows anything, for people who are logged in and for the public."""

from typing import Any

from flask import render_template, request

from blueprints import errors, reports
from blueprints.signing_forms import CheckForm
from blueprints.web import tools
from dms import clock
from dms.documents import sniff
from dms.errors import DomainError
from dms.signing import validation


def page(template: str, **more: Any) -> Any:
    """Show the form; judge the file that it brings, and tell the report as a page or, if so asked, as JSON."""
    form, report, refused = CheckForm(), None, None
    if form.validate_on_submit():
        try:
            report = validation.validate_file(tools().signing, form.file.data.stream, now=clock.now())
        except DomainError as error:
            refused = error
    if report and request.form.get("as") == "json":
        return reports.answer(reports.worded(report), filename="bao-cao-xac-minh.json")
    status = errors.status_of(refused) if refused else 422 if form.errors else 200
    sentence = errors.sentence(refused) if refused else None
    name = sniff.safe_filename(form.file.data.filename or "") if report else None
    words = {"form": form, "report": report, "refused": sentence, "name": name}
    return render_template(template, **words, **more), status
