"""From the editor's fields to edits of the campaign file. Only what was changed is written; the rest stays as it is."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from werkzeug.exceptions import BadRequest

from blueprints.campaign_forms import EditorForm
from dms.campaigns.editing import REMOVED, Edit
from dms.campaigns.spec import CampaignSpec, Criterion, Scheme
from dms.campaigns.vocabulary import CriterionKind, DocumentKind
from dms.text import fold

Path = tuple[str | int, ...]
_PERCENT_KEYS = {CriterionKind.INDEX_SCORE: "min_percent", CriterionKind.PLAN_COMPLETED: "percent"}
_ONE_FOR_EACH = (DocumentKind.ACHIEVEMENT_REPORT, DocumentKind.EVIDENCE)


def edits(spec: CampaignSpec, form: EditorForm) -> Iterator[Edit]:
    """What the form changes in the file that says ``spec``; nothing where nothing was changed."""
    yield from _changed(("title",), spec.title, form.title.data)
    yield from _changed(("period", "starts_on"), spec.period.starts_on, form.starts_on.data)
    yield from _changed(("period", "ends_on"), spec.period.ends_on, form.ends_on.data)
    yield from _changed(("period", "text"), spec.period.text, form.period.data)
    for i, (scheme, rows) in enumerate(_paired(spec.schemes, form.schemes)):
        yield from _scheme(("schemes", i), scheme, rows.form)


def _paired(known: Sequence[Any], rows: Any) -> Iterator[tuple[Any, Any]]:
    """Entries with their rows; a form that has other rows than the file has entries was not made by us."""
    if len(known) != len(rows):
        raise BadRequest
    return zip(known, rows, strict=True)


def _scheme(at: Path, scheme: Scheme, form: Any) -> Iterator[Edit]:
    yield from _changed((*at, "title"), scheme.title, form.title.data)
    for i, (deadline, row) in enumerate(_paired(scheme.deadlines, form.deadlines)):
        for name in ("title", "before", "late"):
            yield from _changed((*at, "deadlines", i, name), getattr(deadline, name), row.form[name].data)
    for i, (clause, row) in enumerate(_paired(scheme.nominees, form.quotas)):
        for name in ("limit", "scope"):
            yield from _changed((*at, "nominees", i, "quota", name), getattr(clause.quota, name), row.form[name].data)
    for i, (criterion, row) in enumerate(_paired(scheme.criteria, form.criteria)):
        yield from _criterion((*at, "criteria", i), criterion, row.form)
    for i, (requirement, row) in enumerate(_paired(scheme.requirements, form.papers)):
        yield from _paper((*at, "requirements", i), requirement, row.form)
    yield from _added(at, scheme, form.added.form)


def _criterion(at: Path, criterion: Criterion, row: Any) -> Iterator[Edit]:
    if row.remove.data:
        yield Edit(at, REMOVED)
        return
    yield from _changed((*at, "text"), criterion.text, row.text.data)
    measured = {_PERCENT_KEYS.get(criterion.kind): row.percent.data}
    if criterion.kind is CriterionKind.INDEX_SCORE:
        measured["years_at_least"] = row.years.data
    if criterion.kind is CriterionKind.TASK_LEVEL:
        measured["level"] = row.level.data
    for name, value in measured.items():
        if name and value not in (None, ""):
            yield from _changed((*at, name), getattr(criterion, name), value)


def _paper(at: Path, requirement: Any, row: Any) -> Iterator[Edit]:
    if row.remove.data:
        yield Edit(at, REMOVED)
        return
    yield from _changed((*at, "title"), requirement.title, row.title.data)
    yield from _changed((*at, "optional"), requirement.optional, bool(row.optional.data))


def _added(at: Path, scheme: Scheme, form: Any) -> Iterator[Edit]:
    cited = {"rule": form.rule.data, "citation": {"basis": form.basis.data, "place": form.place.data}}
    if form.criterion.data:
        taken = [criterion.id for criterion in scheme.criteria]
        entry = {"id": _code(form.criterion.data, taken), "nominee_kind": form.kind.data, "kind": "statement"}
        entry |= {"text": form.criterion.data, **cited}
        yield _appended((*at, "criteria"), len(taken), entry)
    if form.paper.data:
        taken = [requirement.code for requirement in scheme.requirements]
        yield _appended((*at, "requirements"), len(taken), _new_paper(form, taken) | cited)


def _new_paper(form: Any, taken: Sequence[str]) -> dict[str, Any]:
    scope = "nominee" if form.document_kind.data in _ONE_FOR_EACH else "dossier"
    named = {"code": _code(form.paper.data, taken), "title": form.paper.data}
    return named | {"scope": scope, "document_kind": form.document_kind.data}


def _appended(at: Path, count: int, entry: dict[str, Any]) -> Edit:
    """A new entry at the end of a list; the list itself where the file has none."""
    return Edit((*at, count), entry, insert=True) if count else Edit(at, [entry])


def _code(words: str, taken: Sequence[str]) -> str:
    """A code from the first words, with a number where it is taken."""
    plain = [word for word in fold(words).split() if word.isascii()]
    base = "-".join(plain[:6])[:60].strip("-") or "muc"
    number = next(n for n in range(1, len(taken) + 2) if _numbered(base, n) not in taken)
    return _numbered(base, number)


def _numbered(base: str, number: int) -> str:
    return base if number == 1 else f"{base}-{number}"


def _changed(path: Path, old: Any, new: Any) -> Iterator[Edit]:
    if _plain(old) != _plain(new):
        yield Edit(path, new)


def _plain(value: Any) -> Any:
    """Values that mean the same compare as equal: texts whatever their blanks, nothing and an empty text."""
    if isinstance(value, str):
        return " ".join(value.split()) or None
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
