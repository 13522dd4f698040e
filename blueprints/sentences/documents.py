"""Why an act on documents was refused."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, LazyString] = {
    "document_not_found": _l(
        "There is no such document, or your position does not let you see it. Open the dossier that it belongs to."
    ),
    "version_not_found": _l(
        "The document has no version %(number)s. Open the document to see the versions that it has."
    ),
    "version_already_withdrawn": _l(
        "Version %(number)s was withdrawn already. Open the document again to see which version is in force."
    ),
    "withdrawal_reason_missing": _l(
        "A withdrawal needs its reason, because the version stays in the history and others must understand why it does not count. Write it down."
    ),
    "upload_too_large": _l(
        "The file is larger than %(limit_mb)s MB, the most that one document may have here. Make its pictures smaller, or split it, and send it again."
    ),
    "store_unavailable": _l(
        "The place where files are kept does not answer. Nothing was changed: try again in a few minutes, and tell the administrator if it lasts."
    ),
    "file_missing": _l(
        "The file of this version cannot be found in the store (%(digest)s…). Tell the administrator this word: the file has to come back from the backup."
    ),
}
