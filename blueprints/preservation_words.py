"""Words for the keeping of the archive: why an authority is not believed, why a renewal failed."""

import re

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l

from blueprints import errors
from dms.archive.checkpoints import Contradiction

# Every code of dms/signing/pades/authorities.py.
AUTHORITY: dict[str, LazyString] = {
    "": _l("answers"),
    "no_answer": _l("does not answer"),
    "too_slow": _l("answers too slowly"),
    "garbled": _l("answers with something that is no time stamp"),
    "refused": _l("refuses to stamp"),
    "wrong_imprint": _l("stamped other bytes than asked"),
    "wrong_nonce": _l("answered another question (a replay?)"),
    "wrong_time": _l("its clock is wrong"),
    "no_certificate": _l("sends no certificate"),
    "forged": _l("its signature is wrong"),
    "weak": _l("uses a method that is no longer safe"),
    "untrusted": _l("its certificate leads to none of our anchors"),
}

CONTRADICTIONS: dict[str, LazyString] = {
    "truncated": _l("the event is gone: the history was cut short after the checkpoint"),
    "rewritten": _l("another event stands there: the history was written anew"),
    "untrue": _l("the checkpoint's time stamp is not on this manifest, or by nobody we know"),
    "unlinked": _l("the checkpoint before it is missing or was replaced"),
    "unreadable": _l("the checkpoint cannot be read"),
}

# Where the sentence of a refusal speaks of signing, these speak of keeping.
FAILURES: dict[str, LazyString] = {
    "timestamp_unavailable": _l("No time-stamping authority gave a time stamp. The file is as it was."),
    "authorities_too_slow": _l("The authorities took too long to answer. The file is as it was."),
    "signature_unproven": _l("Whether the signatures hold cannot be told now. The file is as it was."),
    "archive_signature_invalid": _l(
        "The signatures in the stored file do not hold, so nothing was built upon it. "
        "Have “flask doctor --deep” look at the store."
    ),
}

_CODE = re.compile(r"^\w+: (\w+)")


def authority(error: str) -> str:
    """Why an authority was not believed, or that it answers."""
    words = AUTHORITY.get(error)
    return str(words) if words else gettext("does not answer properly (%(what)s)", what=error.replace("_", " "))


def failure(last_error: str | None) -> str:
    """Why a renewal failed, as far as its kept error tells."""
    found = _CODE.match(last_error or "")
    words = FAILURES.get(found[1]) or errors.SENTENCES.get(found[1]) if found else None
    return re.sub(r"%\(\w+\)s", "…", str(words)) if words else gettext("Something went wrong; the log tells more.")


def contradiction(each: Contradiction) -> str:
    """What disagrees with a checkpoint, for the command and for people."""
    place = f"{each.subject} {each.subject_id} #{each.position}: " if each.subject else ""
    return f"{place}{CONTRADICTIONS[each.reason]}"
