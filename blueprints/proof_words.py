"""Words for what a verdict rests on (see dms/signing/reporting.py): integrity, changes, locks, revocation, warnings."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l

from blueprints.labels import label
from blueprints.shell import as_moment
from blueprints.signing_words import instant
from dms.signing.pades.proof import Standing

WARNINGS: dict[str, LazyString] = {
    "revocation_unchecked": _l(
        "Warning: neither an OCSP answer nor the newest revocation list could be had for every certificate, "
        "so whether one was revoked is not known."
    ),
    "revoked_later": _l("The certificate was revoked after this signature; the signature itself is not touched by it."),
    "time_only_claimed": _l("The time of signing is the signer's own statement: there is no time stamp."),
    "active_content": _l(
        "The file holds scripts, attachments, optional or outside content, so it may look different from what was "
        "signed. Rely on what is seen only if you know where it comes from."
    ),
    "content_unchecked": _l(
        "The file could not be searched for scripts and hidden content to its end, so it may hold some. "
        "Rely on what is seen only if you know where it comes from."
    ),
}

COVERAGE: dict[str, LazyString] = {
    "entire_file": _l("the whole file"),
    "entire_revision": _l("the whole document as it was when signed; more was added afterwards"),
    "partial": _l("not the whole document"),
}

CHANGES: dict[str, LazyString] = {
    "none": _l("none"),
    "upkeep": _l("only proof and time stamps for long-term keeping (allowed)"),
    "form_filling": _l("form fields filled, or further signatures"),
    "other": _l("changes that cannot be allowed"),
}

PERMISSIONS: dict[int, LazyString] = {
    1: _l("the document may not change"),
    2: _l("only form fields may be filled and signatures added"),
    3: _l("form fields, signatures and comments may be added"),
}

SOURCES = {"ocsp": "OCSP", "crl": "CRL"}


def warning(code: str) -> str:
    """A warning in the reader's language."""
    return str(WARNINGS.get(code, code))


def warnings(report: Mapping[str, Any]) -> list[str]:
    """Everything that a reader of the whole report is to be warned of, each once."""
    codes = [*report.get("warnings", ()), *(code for each in report["signatures"] for code in each.get("warnings", ()))]
    return [warning(code) for code in dict.fromkeys(codes)]


def changes(integrity: Mapping[str, Any]) -> str:
    """What was changed after the signature, with the names of the fields."""
    told = str(CHANGES[integrity["changes"]])
    names = ", ".join(integrity["changed_fields"])
    return f"{told} ({names})" if names else told


def lock(given: Mapping[str, Any]) -> str:
    """What the signature forbids to change."""
    names = ", ".join(given["fields"])
    said = {
        "": lambda: "",
        "all": lambda: gettext("all form fields are locked"),
        "include": lambda: gettext("locked: %(fields)s", fields=names),
        "exclude": lambda: gettext("all form fields are locked but %(fields)s", fields=names),
    }[given["action"]]()
    permitted = str(PERMISSIONS.get(given["permission"], ""))
    return "; ".join(filter(None, (said, permitted))) or gettext("nothing")


def revocation(found: Mapping[str, Any]) -> str:
    """Whether a certificate was revoked when it signed, by whose word and of when."""
    standing = label(Standing(found["standing"]))
    if found["standing"] == Standing.NOT_NEEDED:
        return standing
    if not found["source"]:
        return standing
    source = gettext("%(source)s of %(time)s", source=SOURCES[found["source"]], time=_time(found["this_update"]))
    if found["revoked_at"]:
        return gettext(
            "%(standing)s (revoked at %(time)s; %(source)s)",
            standing=standing,
            time=_time(found["revoked_at"]),
            source=source,
        )
    return f"{standing} ({source})"


def outcome(report: Mapping[str, Any]) -> str:
    """The outcome in the words of ETSI EN 319 102-1."""
    return " / ".join(filter(None, (report.get("indication"), report.get("sub_indication"))))


def _time(value: str) -> str:
    return as_moment(instant(value))
