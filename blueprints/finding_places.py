"""What was found in a refused PDF, and where: the words behind the sentence that refuses it."""

from collections.abc import Iterable

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l

from dms.errors import DomainError

THINGS: dict[str, LazyString] = {
    "pdf_javascript": _l("a script"),
    "pdf_launch_action": _l("an action that starts a program"),
    "pdf_automatic_action": _l("an action that runs by itself"),
    "pdf_active_content": _l("an action that shows, hides or erases"),
    "pdf_xfa": _l("an XFA form"),
    "pdf_embedded_files": _l("an attached file"),
    "pdf_external_reference": _l("content from or to another place"),
    "pdf_multimedia": _l("sound, film or 3D"),
    "pdf_optional_content": _l("a hidden layer"),
    "pdf_layers": _l("layers"),
    "pdf_form": _l("form fields"),
    "pdf_hidden_field": _l("a hidden form field"),
    "pdf_overlapping_fields": _l("a form field over another"),
}


def told(error: DomainError) -> str:
    """The places of all findings of a refusal, as a sentence of their own; "" where it tells none."""
    places = listed(str(error.params.get("findings", "")).split(","))
    if not places:
        return ""
    more = int(error.params.get("more", 0) or 0)
    rest = gettext(" and %(count)s more", count=more) if more else ""
    return " " + gettext("Found: %(places)s.", places="; ".join(places) + rest)


def listed(findings: Iterable[str]) -> list[str]:
    """Each finding (``code``, or ``code:page:object``) in words."""
    return [_words(*finding.split(":")) for finding in findings if finding.split(":")[0] in THINGS]


def _words(code: str, page: str = "", number: str = "") -> str:
    what = str(THINGS[code])
    if page not in {"", "0"}:
        return gettext("%(what)s (page %(page)s, object %(number)s)", what=what, page=page, number=number)
    if number not in {"", "0"}:
        return gettext("%(what)s (object %(number)s)", what=what, number=number)
    return what
